//! Signing in and out: name and password, then, where there is an authenticator app, its code.

use askama::Template;
use axum::Form;
use axum::extract::{Extension, Query, State};
use axum::http::header::{HeaderName, HeaderValue, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use ledger::{Attempt, Entry, LinkToken, SessionToken};
use serde::Deserialize;

use super::address::Address;
use super::signed::SignedIn;
use super::{Carried, page_with, shown};
use crate::page::Page;
use crate::refusal::Refusal;
use crate::site::Site;
use crate::visitor;

/// Waits that are longer than this end with the day, in seconds.
const SHORT_WAIT_SECONDS_MAX: i64 = 600;

#[derive(Template)]
#[template(path = "door/sign_in.html")]
pub(super) struct SignInPage {
    pub(super) page: Page,
    pub(super) carried: Carried,
    /// The name as it was typed.
    pub(super) name: String,
    /// What is wrong; empty where nothing is.
    pub(super) trouble: String,
}

#[derive(Template)]
#[template(path = "door/code.html")]
struct CodePage {
    page: Page,
    carried: Carried,
    half: String,
    trouble: String,
}

#[derive(Template)]
#[template(path = "door/resume.html")]
struct ResumePage {
    page: Page,
    to: String,
    fields: Vec<(String, String)>,
}

/// Where to go on.
#[derive(Deserialize)]
pub(crate) struct Wish {
    to: Option<String>,
}

/// The form of the first step.
#[derive(Deserialize)]
pub(crate) struct Password {
    name: String,
    password: String,
    to: Option<String>,
    form: Option<String>,
}

/// The form of the second step.
#[derive(Deserialize)]
pub(crate) struct Code {
    half: String,
    code: String,
    to: Option<String>,
    form: Option<String>,
}

/// `GET /sign-in`
pub(crate) async fn form(
    Extension(page): Extension<Page>,
    Query(wish): Query<Wish>,
) -> Result<Response, Refusal> {
    asking(page, &Carried::back(wish.to.as_deref(), None), StatusCode::OK)
}

/// The page that asks for name and password.
pub(super) fn asking(
    page: Page,
    carried: &Carried,
    status: StatusCode,
) -> Result<Response, Refusal> {
    let (carried, name, trouble) = (carried.clone(), String::new(), String::new());
    page_with(status, &SignInPage { page: page.without_records(), carried, name, trouble })
}

/// `POST /sign-in`
pub(crate) async fn enter(
    State(site): State<Site>,
    Extension(page): Extension<Page>,
    Address(address): Address,
    headers: HeaderMap,
    Form(form): Form<Password>,
) -> Result<Response, Refusal> {
    let carried = Carried::back(form.to.as_deref(), form.form.as_deref());
    let asked = SignInPage { page, carried, name: form.name.clone(), trouble: String::new() };
    if let Err(seconds) = site.door().bucket.take(address, site.ledger().clock().now()) {
        return asked.waiting(seconds);
    }
    // First a turn, then the try: whom the queue turns away has not failed.
    let turn = site.door().turn_of(address).await?;
    let accounts = site.ledger().accounts();
    let trial = match accounts.attempt(&form.name, site.zone()).await? {
        Attempt::Look(trial) => trial,
        Attempt::Wait { seconds, .. } => return asked.waiting(seconds),
    };
    let (hasher, password) = (site.hasher(), form.password);
    let looked = move || trial.is_right(&hasher, &password).map(|is_right| (trial, is_right));
    let (trial, is_right) = turn.compute(looked).await?;
    let left = visitor::kept(&headers).and_then(SessionToken::parse);
    let entry = accounts.enter(&trial, is_right, None, left.as_ref()).await?;
    if entry != Entry::Refused {
        site.door().bucket.give_back(address);
    }
    match entry {
        Entry::In(token) => gone_on(&site, asked.page, &headers, (&token, &asked.carried)).await,
        Entry::Code(half) => {
            let SignInPage { page, carried, .. } = asked;
            let half = half.as_str().to_owned();
            shown(&CodePage { page, carried, half, trouble: String::new() })
        }
        Entry::Wait { seconds, .. } => asked.waiting(seconds),
        Entry::Refused | Entry::Gone => asked.refused(),
    }
}

impl SignInPage {
    /// The same words whatever was wrong.
    fn refused(mut self) -> Result<Response, Refusal> {
        self.trouble = self.page.say("desk.door.wrong").to_owned();
        page_with(StatusCode::UNAUTHORIZED, &self)
    }

    fn waiting(mut self, seconds: i64) -> Result<Response, Refusal> {
        self.trouble = wait(&self.page, seconds);
        later(page_with(StatusCode::TOO_MANY_REQUESTS, &self)?, seconds)
    }
}

/// How long to wait, in words.
pub(super) fn wait(page: &Page, seconds: i64) -> String {
    if seconds > SHORT_WAIT_SECONDS_MAX {
        return page.say("desk.door.tomorrow").to_owned();
    }
    page.fill("desk.door.wait", &[("seconds", &seconds.to_string())])
}

pub(super) fn later(mut response: Response, seconds: i64) -> Result<Response, Refusal> {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}

/// `POST /sign-in/code`
pub(crate) async fn code(
    State(site): State<Site>,
    Extension(page): Extension<Page>,
    headers: HeaderMap,
    Form(form): Form<Code>,
) -> Result<Response, Refusal> {
    let carried = Carried::back(form.to.as_deref(), form.form.as_deref());
    let page = page.without_records();
    let left = visitor::kept(&headers).and_then(SessionToken::parse);
    let entry = match LinkToken::parse(&form.half) {
        Some(half) => {
            let accounts = site.ledger().accounts();
            accounts.enter_with_code(&half, &form.code, left.as_ref(), site.zone()).await?
        }
        None => Entry::Gone,
    };
    let again =
        |page: Page, trouble| CodePage { page, carried: carried.clone(), half: form.half, trouble };
    match entry {
        Entry::In(token) => gone_on(&site, page, &headers, (&token, &carried)).await,
        Entry::Wait { seconds, .. } => {
            let trouble = wait(&page, seconds);
            later(page_with(StatusCode::TOO_MANY_REQUESTS, &again(page, trouble))?, seconds)
        }
        Entry::Refused => {
            let trouble = page.say("desk.door.wrong_code").to_owned();
            page_with(StatusCode::UNAUTHORIZED, &again(page, trouble))
        }
        Entry::Gone | Entry::Code(_) => {
            let trouble = page.say("desk.door.too_late").to_owned();
            let name = String::new();
            page_with(StatusCode::UNAUTHORIZED, &SignInPage { page, carried, name, trouble })
        }
    }
}

/// In: back to where they were, with a new token; a form that was carried is shown, to be sent.
pub(super) async fn gone_on(
    site: &Site,
    page: Page,
    headers: &HeaderMap,
    (token, carried): (&SessionToken, &Carried),
) -> Result<Response, Refusal> {
    let cookie = visitor::cookie(headers, token).ok_or(Refusal::Unprocessable)?;
    let response = if !carried.form.is_empty() {
        let (to, fields) = (carried.to.clone(), carried.fields());
        shown(&ResumePage { page: page.without_records(), to, fields })?
    } else if carried.to == "/" {
        Redirect::to(first_page(site, token).await?).into_response()
    } else {
        Redirect::to(&carried.to).into_response()
    };
    Ok(([(SET_COOKIE, cookie)], response).into_response())
}

/// The first page of the menu that is about records and opens for this person; their own page where
/// nothing is granted to them yet.
async fn first_page(site: &Site, token: &SessionToken) -> Result<&'static str, Refusal> {
    let Some(actor) = site.ledger().sessions().holder(token).await? else { return Ok("/me") };
    let visitor = visitor::visitor(site, actor, None).await?;
    let mut entries = site.menu(&visitor).into_iter();
    let first = entries.find(|entry| !entry.opens_for.is_empty());
    Ok(first.map_or("/me", |entry| entry.href))
}

/// `POST /sign-out`
pub(crate) async fn leave(
    headers: HeaderMap,
    SignedIn { site, signed, .. }: SignedIn,
) -> Result<Response, Refusal> {
    site.ledger().sessions().end(&signed.token).await?;
    let cookie = visitor::no_cookie(&headers).ok_or(Refusal::Unprocessable)?;
    let forget = HeaderValue::from_static("\"cache\", \"storage\"");
    let said = [(SET_COOKIE, cookie), (HeaderName::from_static("clear-site-data"), forget)];
    Ok((said, Redirect::to("/sign-in")).into_response())
}
