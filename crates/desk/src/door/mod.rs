//! The door: who must sign in, and the pages on which people do.
//!
//! A house in which nobody has joined yet is open to the person at its machine, as it was before
//! there were accounts; from the first one on everybody signs in.

mod address;
mod bucket;
pub(crate) mod carried;
mod join;
mod me;
mod people;
mod prove;
mod queue;
mod second;
mod sign_in;
mod signed;

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use askama::Template;
use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use ledger::{Hasher, LedgerError};

use crate::page::Page;
use crate::refusal::Refusal;
use crate::site::Site;

pub(crate) use carried::{Carried, is_here};
pub(crate) use signed::Signed;

use bucket::Bucket;
use queue::{Queue, Turn};

/// What somebody must do before they are shown anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Door {
    /// Nothing: whoever reaches the site is the person at this machine.
    #[default]
    Open,
    /// Sign in, once anybody has joined the house; until then as [`Door::Open`].
    ByAccounts,
    /// Sign in, and until somebody has joined nobody is shown anything.
    Closed,
}

/// What the door keeps in memory: nothing that a new start must know.
#[derive(Debug, Default)]
pub(crate) struct DoorState {
    /// Somebody has joined: it stays so.
    joined: AtomicBool,
    pub(crate) queue: Queue,
    pub(crate) bucket: Bucket,
}

impl DoorState {
    /// The turn of an address that has taken a try, which it gets back where there is no turn.
    async fn turn_of(&self, address: IpAddr) -> Result<Turn, Refusal> {
        let turn = self.queue.turn().await;
        if turn.is_err() {
            self.bucket.give_back(address);
        }
        turn
    }
}

impl Site {
    /// Whether one must sign in.
    pub(crate) async fn must_sign_in(&self) -> Result<bool, LedgerError> {
        match self.settings().door {
            Door::Open => return Ok(false),
            Door::Closed => return Ok(true),
            Door::ByAccounts => {}
        }
        let joined = &self.door().joined;
        if joined.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let any = self.ledger().accounts().any_joined().await?;
        joined.fetch_or(any, Ordering::Relaxed);
        Ok(any)
    }

    /// What makes and compares passwords.
    pub(crate) fn hasher(&self) -> Hasher {
        self.ledger().accounts().hasher(self.settings().password_memory_kib)
    }
}

/// An answer that is told as it is, whatever its status.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole;

/// A page with a status of its own.
fn page_with(status: StatusCode, page: &impl Template) -> Result<Response, Refusal> {
    let html = page.render().map_err(Refusal::internal)?;
    let mut response = (status, Html(html)).into_response();
    response.extensions_mut().insert(Whole);
    Ok(response)
}

fn shown(page: &impl Template) -> Result<Response, Refusal> {
    page_with(StatusCode::OK, page)
}

/// The pages that nobody needs to be known for.
pub(crate) fn is_before_the_door(uri: &Uri) -> bool {
    let path = uri.path();
    path == "/sign-in" || path == "/sign-in/code" || path.starts_with("/join/")
}

/// The page that asks who it is, in place of one that only somebody known is shown.
pub(crate) fn asking_who(page: Page, carried: &Carried) -> Result<Response, Refusal> {
    sign_in::asking(page, carried, StatusCode::UNAUTHORIZED)
}

/// The page that asks for the password again before something that matters.
pub(crate) async fn asking_again(
    site: &Site,
    page: Page,
    signed: &Signed,
    carried: &Carried,
) -> Result<Response, Refusal> {
    prove::asking(site, page, signed, carried).await
}

pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/sign-in", get(sign_in::form).post(sign_in::enter))
        .route("/sign-in/code", post(sign_in::code))
        .route("/sign-in/again", post(prove::prove))
        .route("/sign-out", post(sign_in::leave))
        .route("/join/{token}", get(join::form).post(join::join))
        .route("/me", get(me::page))
        .route("/me/password", post(me::change_password))
        .route("/me/sessions/end", post(me::end_session))
        .route("/me/sessions/end-others", post(me::end_others))
        .route("/me/second", get(second::page).post(second::begin))
        .route("/me/second/confirm", post(second::confirm))
        .route("/me/second/remove", post(second::remove))
        .route("/people", get(people::list).post(people::create))
        .route("/people/{actor}", get(people::person).post(people::edit))
        .route("/people/{actor}/act", post(people::act))
}
