//! Changing who sits before the demonstration: `POST /session`.

use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use ledger::SessionToken;
use serde::Deserialize;

use crate::door::is_here;
use crate::refusal::Refusal;
use crate::site::Site;
use crate::visitor;

/// What the form says.
#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    /// The actor of the account wanted.
    r#as: String,
    /// Where to go then; the account's own first page if not given.
    to: Option<String>,
}

/// Ends the session there is, if any, and begins one as somebody else.
pub(crate) async fn change(
    State(site): State<Site>,
    headers: HeaderMap,
    Form(wish): Form<Wish>,
) -> Result<Response, Refusal> {
    let accounts = &site.settings().accounts;
    if accounts.is_empty() {
        return Err(Refusal::NotFound);
    }
    let account = accounts.iter().find(|account| account.actor.as_str() == wish.r#as);
    let account = account.ok_or(Refusal::Unprocessable)?;
    let sessions = site.ledger().sessions();
    let changed = match visitor::kept(&headers).and_then(SessionToken::parse) {
        Some(token) => sessions.change(&token, &account.actor).await?,
        None => None,
    };
    let token = match changed {
        Some(token) => token,
        None => sessions.begin(&account.actor).await?,
    };
    let to = wish.to.as_deref().filter(|to| is_here(to)).unwrap_or(account.home);
    let cookie = visitor::cookie(&headers, &token).ok_or(Refusal::Unprocessable)?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(to)).into_response())
}
