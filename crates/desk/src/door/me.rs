//! `/me`: who I am here, what I may look for, where I am signed in, my password.

use askama::Template;
use axum::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use ledger::{Attempt, OpenSession, Right, Trial};
use serde::Deserialize;
use vocab::PurposeOfUse;

use super::join::fault;
use super::sign_in::{later, wait};
use super::signed::{Signed, SignedIn};
use super::{page_with, shown};
use crate::page::Page;
use crate::refusal::Refusal;

#[derive(Template)]
#[template(path = "door/me.html")]
struct MePage {
    page: Page,
    name: String,
    account: String,
    facts: Vec<(&'static str, String)>,
    rights: Vec<RightLine>,
    sessions: Vec<SessionLine>,
    has_second: bool,
    recovery_left: i64,
    /// What is wrong with the old password and the new one.
    troubles: [String; 2],
    /// Whether the password has just been changed.
    changed: bool,
}

/// Something one may look for.
pub(super) struct RightLine {
    pub(super) purpose: &'static str,
    pub(super) study: String,
    pub(super) sees_rows: bool,
}

struct SessionLine {
    name: String,
    begun: String,
    seen: String,
    is_this: bool,
}

/// `GET /me`
pub(crate) async fn page(signed_in: SignedIn) -> Result<Response, Refusal> {
    shown(&of(signed_in).await?)
}

async fn of(SignedIn { site, page, signed }: SignedIn) -> Result<MePage, Refusal> {
    let (actor, accounts) = (signed.actor(), site.ledger().accounts());
    let rights = site.ledger().people().rights_of(actor).await?;
    let sessions = accounts.sessions_of(actor, Some(&signed.token)).await?;
    Ok(MePage {
        name: signed.account.name(page.locale()).to_owned(),
        account: actor.to_string(),
        facts: facts(&page, &signed),
        rights: rights.iter().map(RightLine::of).collect(),
        sessions: sessions.into_iter().map(|one| line(&page, one)).collect(),
        has_second: accounts.has_second(actor).await?,
        recovery_left: accounts.recovery_left(actor).await?,
        troubles: Default::default(),
        changed: false,
        page,
    })
}

fn facts(page: &Page, signed: &Signed) -> Vec<(&'static str, String)> {
    let profile = &signed.account.profile;
    let role = profile.role.text().get(page.locale()).to_owned();
    let mut facts = vec![("desk.people.role", role)];
    facts.extend(profile.department.clone().map(|what| ("desk.people.department", what)));
    facts
        .extend(profile.supervisor.as_ref().map(|who| ("desk.people.supervisor", who.to_string())));
    facts.extend(profile.email.clone().map(|what| ("desk.people.email", what)));
    facts.extend(profile.expires.map(|end| ("desk.people.expires", page.moment(end))));
    facts
}

fn line(page: &Page, session: OpenSession) -> SessionLine {
    SessionLine {
        begun: page.moment(session.begun),
        seen: page.moment(session.seen),
        name: session.name,
        is_this: session.is_this,
    }
}

impl RightLine {
    pub(super) fn of(right: &Right) -> Self {
        Self {
            purpose: purpose(right.purpose),
            study: right.study.as_ref().map(ToString::to_string).unwrap_or_default(),
            sees_rows: right.sees_rows,
        }
    }
}

/// The key of what a purpose is called.
pub(super) fn purpose(purpose: PurposeOfUse) -> &'static str {
    match purpose {
        PurposeOfUse::Treatment => "desk.purpose.treatment",
        PurposeOfUse::Research => "desk.purpose.research",
        PurposeOfUse::QualityImprovement => "desk.purpose.quality_improvement",
        PurposeOfUse::Operations => "desk.purpose.operations",
        PurposeOfUse::Education => "desk.purpose.education",
        PurposeOfUse::Compliance => "desk.purpose.compliance",
    }
}

/// The form that changes a password.
#[derive(Deserialize)]
pub(crate) struct NewPassword {
    old_password: String,
    password: String,
    again: String,
}

/// `POST /me/password`: the old password is the proof.
pub(crate) async fn change_password(
    signed_in: SignedIn,
    Form(form): Form<NewPassword>,
) -> Result<Response, Refusal> {
    let (site, signed) = (signed_in.site.clone(), signed_in.signed.clone());
    let mut asked = of(signed_in).await?;
    let turn = site.door().queue.turn().await?;
    let accounts = site.ledger().accounts();
    let trial = match accounts.attempt(signed.actor().as_str(), site.zone()).await? {
        Attempt::Look(trial) => trial,
        Attempt::Wait { seconds, .. } => {
            let [old, _] = &mut asked.troubles;
            *old = wait(&asked.page, seconds);
            return later(page_with(StatusCode::TOO_MANY_REQUESTS, &asked)?, seconds);
        }
    };
    let [old, new] = &mut asked.troubles;
    *new = fault(&asked.page, &signed.account, (&form.password, &form.again));
    let is_fit = new.is_empty();
    let (hasher, old_password, password) = (site.hasher(), form.old_password, form.password);
    let work = move || {
        let is_right = trial.is_right(&hasher, &old_password)?;
        let hash = if is_right && is_fit { Some(hasher.hash(&password)?) } else { None };
        Ok((trial, is_right, hash))
    };
    let (trial, is_right, hash): (Trial, bool, _) = turn.compute(work).await?;
    // Whoever knows the password needs no code here: they have signed in with one.
    accounts.settle(&trial, is_right).await?;
    if !is_right {
        asked.page.say("desk.door.wrong_old").clone_into(old);
    }
    let Some(hash) = hash else { return page_with(StatusCode::UNPROCESSABLE_ENTITY, &asked) };
    accounts.change_password(signed.actor(), &signed.token, &hash).await?;
    asked.changed = true;
    shown(&asked)
}

/// Which session.
#[derive(Deserialize)]
pub(crate) struct Which {
    session: String,
}

/// `POST /me/sessions/end`
pub(crate) async fn end_session(
    SignedIn { site, signed, .. }: SignedIn,
    Form(which): Form<Which>,
) -> Result<Response, Refusal> {
    site.ledger().accounts().end_session(signed.actor(), &which.session).await?;
    Ok(Redirect::to("/me").into_response())
}

/// `POST /me/sessions/end-others`
pub(crate) async fn end_others(
    SignedIn { site, signed, .. }: SignedIn,
) -> Result<Response, Refusal> {
    site.ledger().accounts().end_other_sessions(signed.actor(), &signed.token).await?;
    Ok(Redirect::to("/me").into_response())
}
