//! Giving the password again before something that matters: who sits there now may be another.

use askama::Template;
use axum::Form;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ledger::{Attempt, Entry};
use serde::Deserialize;

use super::address::Address;
use super::sign_in::{gone_on, later, wait};
use super::signed::{Signed, SignedIn};
use super::{Carried, page_with};
use crate::page::Page;
use crate::refusal::Refusal;
use crate::site::Site;

#[derive(Template)]
#[template(path = "door/prove.html")]
struct ProvePage {
    page: Page,
    carried: Carried,
    name: String,
    has_second: bool,
    trouble: String,
}

/// What the form says.
#[derive(Deserialize)]
pub(crate) struct Proof {
    password: String,
    code: Option<String>,
    to: Option<String>,
    form: Option<String>,
}

/// The page that asks for the password again.
pub(super) async fn asking(
    site: &Site,
    page: Page,
    signed: &Signed,
    carried: &Carried,
) -> Result<Response, Refusal> {
    let asked = asked(site, page, signed, carried).await?;
    page_with(StatusCode::UNAUTHORIZED, &asked)
}

async fn asked(
    site: &Site,
    page: Page,
    signed: &Signed,
    carried: &Carried,
) -> Result<ProvePage, Refusal> {
    let has_second = site.ledger().accounts().has_second(signed.actor()).await?;
    let (carried, name) = (carried.clone(), signed.actor().to_string());
    Ok(ProvePage {
        page: page.without_records(),
        carried,
        name,
        has_second,
        trouble: String::new(),
    })
}

/// `POST /sign-in/again`
pub(crate) async fn prove(
    SignedIn { site, page, signed }: SignedIn,
    Address(address): Address,
    headers: HeaderMap,
    Form(form): Form<Proof>,
) -> Result<Response, Refusal> {
    let carried = Carried::back(form.to.as_deref(), form.form.as_deref());
    let mut asked = asked(&site, page, &signed, &carried).await?;
    if let Err(seconds) = site.door().bucket.take(address, site.ledger().clock().now()) {
        return asked.waiting(seconds);
    }
    let turn = site.door().turn_of(address).await?;
    let accounts = site.ledger().accounts();
    let trial = match accounts.attempt(signed.actor().as_str(), site.zone()).await? {
        Attempt::Look(trial) => trial,
        Attempt::Wait { seconds, .. } => return asked.waiting(seconds),
    };
    let (hasher, password) = (site.hasher(), form.password);
    let looked = move || trial.is_right(&hasher, &password).map(|is_right| (trial, is_right));
    let (trial, is_right) = turn.compute(looked).await?;
    let code = form.code.as_deref().unwrap_or_default();
    match accounts.enter(&trial, is_right, Some(code), Some(&signed.token)).await? {
        Entry::In(token) => {
            site.door().bucket.give_back(address);
            gone_on(&site, asked.page, &headers, (&token, &carried)).await
        }
        Entry::Wait { seconds, .. } => asked.waiting(seconds),
        Entry::Refused | Entry::Code(_) | Entry::Gone => {
            asked.trouble = asked.page.say("desk.door.wrong").to_owned();
            page_with(StatusCode::UNAUTHORIZED, &asked)
        }
    }
}

impl ProvePage {
    fn waiting(mut self, seconds: i64) -> Result<Response, Refusal> {
        self.trouble = wait(&self.page, seconds);
        later(page_with(StatusCode::TOO_MANY_REQUESTS, &self)?, seconds)
    }
}
