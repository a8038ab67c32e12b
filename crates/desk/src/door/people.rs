//! `/people`: who has an account, for administrators.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use ledger::{
    Account, AccountState, Grant, Invitation, LedgerError, NewAccount, Profile, Role, account_name,
};
use serde::Deserialize;
use vocab::Actor;

use super::join::TEXT_CHARS_MAX;
use super::me::purpose;
use super::signed::{Administrator, AdministratorFresh, SignedIn};
use super::{page_with, shown};
use crate::page::Page;
use crate::refusal::Refusal;
use crate::site::Site;
use crate::visitor;

#[derive(Template)]
#[template(path = "door/people.html")]
struct PeoplePage {
    page: Page,
    people: Vec<PersonLine>,
    typed: Typed,
    roles: Vec<(&'static str, &'static str)>,
    trouble: String,
}

#[derive(Template)]
#[template(path = "door/person.html")]
struct PersonPage {
    page: Page,
    account: String,
    name: String,
    state: State,
    is_open: bool,
    has_second: bool,
    typed: Typed,
    roles: Vec<(&'static str, &'static str)>,
    grants: Vec<GrantLine>,
    trouble: String,
}

#[derive(Template)]
#[template(path = "door/invited.html")]
struct InvitedPage {
    page: Page,
    name: String,
    account: String,
    link: String,
    ends: String,
}

/// A state by the key of its name and the class of its badge.
type State = (&'static str, &'static str);

struct PersonLine {
    account: String,
    name: String,
    role: &'static str,
    department: String,
    state: State,
    expires: String,
}

struct GrantLine {
    id: i64,
    purpose: &'static str,
    study: String,
    sees_rows: bool,
    holds: bool,
    granted: String,
    by: String,
}

/// What the form about somebody says.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    account: String,
    name_ja: String,
    name_en: String,
    #[serde(default)]
    email: String,
    role: String,
    #[serde(default)]
    department: String,
    #[serde(default)]
    supervisor: String,
    /// The last day.
    #[serde(default)]
    expires: String,
}

/// What is done to an account.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    act: String,
}

/// `GET /people`
pub(crate) async fn list(Administrator(signed_in): Administrator) -> Result<Response, Refusal> {
    let SignedIn { site, page, .. } = signed_in;
    shown(&people(&site, page, Typed::default(), String::new()).await?)
}

/// `POST /people`: makes an account and shows its link, once.
pub(crate) async fn create(
    AdministratorFresh(SignedIn { site, page, signed }): AdministratorFresh,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Refusal> {
    let accounts = site.ledger().accounts();
    let (actor, profile) = match (account_name(typed.account.trim()), profile(&site, &typed)) {
        (Some(actor), Ok(profile)) => (actor, profile),
        (None, _) => return again(&site, page, typed, "desk.door.name_form").await,
        (_, Err(key)) => return again(&site, page, typed, key).await,
    };
    let new = NewAccount { actor, profile };
    match accounts.create(&new, signed.actor()).await {
        Ok(made) => {
            let name = name_of(&page, &new.profile);
            invited(page, &headers, (name, new.actor.to_string()), &made)
        }
        Err(LedgerError::AccountExists(_)) => {
            again(&site, page, typed, "desk.door.name_taken").await
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(
    site: &Site,
    page: Page,
    typed: Typed,
    key: &'static str,
) -> Result<Response, Refusal> {
    let trouble = page.say(key).to_owned();
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &people(site, page, typed, trouble).await?)
}

async fn people(
    site: &Site,
    page: Page,
    typed: Typed,
    trouble: String,
) -> Result<PeoplePage, Refusal> {
    let now = site.ledger().clock().now();
    let accounts = site.ledger().accounts().list().await?;
    let line = |account: &Account| PersonLine {
        account: account.actor.to_string(),
        name: account.name(page.locale()).to_owned(),
        role: account.profile.role.text().get(page.locale()),
        department: account.profile.department.clone().unwrap_or_default(),
        state: state(account.state(now)),
        expires: account.profile.expires.map(|end| page.moment(end)).unwrap_or_default(),
    };
    let people = accounts.iter().map(line).collect();
    Ok(PeoplePage { people, typed, roles: roles(&page), trouble, page })
}

/// `GET /people/{actor}`
pub(crate) async fn person(
    Administrator(SignedIn { site, page, .. }): Administrator,
    Path(actor): Path<String>,
) -> Result<Response, Refusal> {
    let account = known(&site, &actor).await?;
    let typed = Typed::of(&site, &account.profile);
    shown(&about(&site, page, &account, typed, String::new()).await?)
}

/// `POST /people/{actor}`
pub(crate) async fn edit(
    AdministratorFresh(SignedIn { site, page, signed }): AdministratorFresh,
    Path(actor): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Refusal> {
    let account = known(&site, &actor).await?;
    let key = match profile(&site, &typed) {
        Ok(profile) => {
            let edited = site.ledger().accounts();
            match edited.edit(&account.actor, &profile, signed.actor()).await {
                Ok(()) => return Ok(back(&account.actor)),
                Err(LedgerError::LastAdministrator) => "desk.people.last_administrator",
                Err(error) => return Err(error.into()),
            }
        }
        Err(key) => key,
    };
    let trouble = page.say(key).to_owned();
    let asked = about(&site, page, &account, typed, trouble).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &asked)
}

/// `POST /people/{actor}/act`
pub(crate) async fn act(
    AdministratorFresh(SignedIn { site, page, signed }): AdministratorFresh,
    headers: HeaderMap,
    Path(actor): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Refusal> {
    let account = known(&site, &actor).await?;
    let (who, by, accounts) = (&account.actor, signed.actor(), site.ledger().accounts());
    let done = match wanted.act.as_str() {
        "invite" => {
            let made = accounts.invite(who, by).await?;
            let name = name_of(&page, &account.profile);
            return invited(page, &headers, (name, who.to_string()), &made);
        }
        "disable" => accounts.disable(who, by).await,
        "enable" => accounts.enable(who, by).await,
        "end-sessions" => accounts.end_sessions(who, by).await.map(drop),
        "remove-second" => accounts.remove_second(who, by).await,
        _ => return Err(Refusal::Unprocessable),
    };
    match done {
        Ok(()) => Ok(back(who)),
        Err(LedgerError::LastAdministrator) => {
            let trouble = page.say("desk.people.last_administrator").to_owned();
            let typed = Typed::of(&site, &account.profile);
            let asked = about(&site, page, &account, typed, trouble).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &asked)
        }
        Err(error) => Err(error.into()),
    }
}

fn back(actor: &Actor) -> Response {
    Redirect::to(&format!("/people/{}", crate::address::segment(actor.as_str()))).into_response()
}

async fn known(site: &Site, actor: &str) -> Result<Account, Refusal> {
    let actor = account_name(actor).ok_or(Refusal::NotFound)?;
    site.ledger().accounts().get(&actor).await?.ok_or(Refusal::NotFound)
}

async fn about(
    site: &Site,
    page: Page,
    account: &Account,
    typed: Typed,
    trouble: String,
) -> Result<PersonPage, Refusal> {
    let now = site.ledger().clock().now();
    let grants = site.ledger().people().grants().await?;
    let own = grants.iter().filter(|grant| grant.actor == account.actor.as_str());
    Ok(PersonPage {
        account: account.actor.to_string(),
        name: account.name(page.locale()).to_owned(),
        state: state(account.state(now)),
        is_open: account.disabled.is_none(),
        has_second: site.ledger().accounts().has_second(&account.actor).await?,
        grants: own.map(|grant| line(&page, grant, now)).collect(),
        roles: roles(&page),
        typed,
        trouble,
        page,
    })
}

fn line(page: &Page, grant: &Grant, now: Timestamp) -> GrantLine {
    let holds = grant.revoked.is_none() && grant.expires.is_none_or(|end| end > now);
    GrantLine {
        id: grant.id,
        purpose: grant.purpose.parse().map_or("desk.purpose.unknown", purpose),
        study: grant.study.clone().unwrap_or_default(),
        sees_rows: grant.sees_rows,
        holds,
        granted: page.moment(grant.granted),
        by: grant.granted_by.clone(),
    }
}

fn state(state: AccountState) -> State {
    match state {
        AccountState::Invited => ("desk.people.invited", "warn"),
        AccountState::Open => ("desk.people.open", "good"),
        AccountState::Expired => ("desk.people.expired", ""),
        AccountState::Disabled => ("desk.people.disabled", ""),
    }
}

fn roles(page: &Page) -> Vec<(&'static str, &'static str)> {
    Role::ALL.iter().map(|role| (role.as_str(), role.text().get(page.locale()))).collect()
}

fn name_of(page: &Page, profile: &Profile) -> String {
    match page.locale() {
        vocab::Locale::Ja => profile.name_ja.clone(),
        vocab::Locale::En => profile.name_en.clone(),
    }
}

/// Shows a link, once.
fn invited(
    page: Page,
    headers: &HeaderMap,
    (name, account): (String, String),
    made: &Invitation,
) -> Result<Response, Refusal> {
    let scheme = if visitor::speaks_tls(headers) { "https" } else { "http" };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let link = format!("{scheme}://{host}/join/{}", made.token.as_str());
    let ends = page.moment(made.ends);
    shown(&InvitedPage { page, name, account, link, ends })
}

impl Typed {
    fn of(site: &Site, profile: &Profile) -> Self {
        let last_day = profile.expires.map(|end| last_day(end, site.zone()).to_string());
        Self {
            account: String::new(),
            name_ja: profile.name_ja.clone(),
            name_en: profile.name_en.clone(),
            email: profile.email.clone().unwrap_or_default(),
            role: profile.role.to_string(),
            department: profile.department.clone().unwrap_or_default(),
            supervisor: profile.supervisor.as_ref().map(ToString::to_string).unwrap_or_default(),
            expires: last_day.unwrap_or_default(),
        }
    }
}

/// An account ends with its last day: the end is the midnight after it.
fn last_day(end: Timestamp, zone: &TimeZone) -> civil::Date {
    let date = zone.to_datetime(end).date();
    date.yesterday().unwrap_or(date)
}

/// What the form says of somebody, or the key of what is wrong with it.
fn profile(site: &Site, typed: &Typed) -> Result<Profile, &'static str> {
    let fits =
        |text: &str| text.chars().count() <= TEXT_CHARS_MAX && !text.chars().any(char::is_control);
    let maybe = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let (name_ja, name_en) = (maybe(&typed.name_ja), maybe(&typed.name_en));
    let (Some(name_ja), Some(name_en)) = (name_ja, name_en) else {
        return Err("desk.door.names_form");
    };
    let texts = [&name_ja, &name_en, &typed.email, &typed.department];
    if !texts.iter().all(|text| fits(text)) {
        return Err("desk.people.too_long");
    }
    let supervisor = match maybe(&typed.supervisor) {
        Some(name) => Some(account_name(&name).ok_or("desk.people.no_supervisor")?),
        None => None,
    };
    let expires = match maybe(&typed.expires) {
        Some(day) => Some(end_of(&day, site.zone()).ok_or("desk.people.no_day")?),
        None => None,
    };
    Ok(Profile {
        name_ja,
        name_en,
        email: maybe(&typed.email),
        role: typed.role.parse().map_err(|_| "desk.people.no_role")?,
        department: maybe(&typed.department),
        supervisor,
        expires,
    })
}

fn end_of(day: &str, zone: &TimeZone) -> Option<Timestamp> {
    let day: civil::Date = day.parse().ok()?;
    zone.to_timestamp(day.tomorrow().ok()?.at(0, 0, 0, 0)).ok()
}
