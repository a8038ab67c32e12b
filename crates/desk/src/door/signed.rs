//! Somebody who has signed in, and what a page may ask of that.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use jiff::Timestamp;
use ledger::{Account, Role, SessionToken};
use vocab::Actor;

use crate::page::Page;
use crate::refusal::Refusal;
use crate::site::Site;
use crate::visitor::{self, Visitor};

/// How long a password counts before something that matters, in seconds.
const PROOF_SECONDS_MAX: i64 = 600;

/// Somebody who has signed in with an account of this house.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) account: Account,
    pub(crate) token: SessionToken,
    pub(crate) proved: Option<Timestamp>,
}

impl Signed {
    /// Whose session these headers bring; none where it opens nothing.
    pub(crate) async fn in_(site: &Site, headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let Some(token) = visitor::kept(headers).and_then(SessionToken::parse) else {
            return Ok(None);
        };
        let Some(session) = site.ledger().sessions().session(&token).await? else {
            return Ok(None);
        };
        let account = site.ledger().accounts().get(&session.actor).await?;
        Ok(account.map(|account| Self { account, token, proved: session.proved }))
    }

    pub(crate) fn actor(&self) -> &Actor {
        &self.account.actor
    }

    pub(crate) fn is_administrator(&self) -> bool {
        self.account.profile.role == Role::Administrator
    }

    /// Whether the password was given a short while ago.
    fn is_fresh(&self, now: Timestamp) -> bool {
        let age = |proved: Timestamp| now.as_second().saturating_sub(proved.as_second());
        self.proved.is_some_and(|proved| age(proved) < PROOF_SECONDS_MAX)
    }
}

/// A page for whoever has signed in.
pub(crate) struct SignedIn {
    pub(crate) site: Site,
    pub(crate) page: Page,
    pub(crate) signed: Signed,
}

impl FromRequestParts<Site> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Refusal> {
        let visitor = parts.extensions.get::<Visitor>().ok_or(Refusal::SignedOut)?;
        let signed = visitor.signed().ok_or(Refusal::NotFound)?.clone();
        let page = parts.extensions.get::<Page>().ok_or(Refusal::SignedOut)?.clone();
        Ok(Self { site: site.clone(), page: page.without_records(), signed })
    }
}

/// A page for whoever gave their password a short while ago.
pub(crate) struct Fresh(pub(crate) SignedIn);

impl FromRequestParts<Site> for Fresh {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Refusal> {
        let signed_in = SignedIn::from_request_parts(parts, site).await?;
        if signed_in.signed.is_fresh(site.ledger().clock().now()) {
            Ok(Self(signed_in))
        } else {
            Err(Refusal::Stale)
        }
    }
}

/// A page for administrators.
pub(crate) struct Administrator(pub(crate) SignedIn);

impl FromRequestParts<Site> for Administrator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Refusal> {
        let signed_in = SignedIn::from_request_parts(parts, site).await?;
        if signed_in.signed.is_administrator() {
            Ok(Self(signed_in))
        } else {
            Err(Refusal::NotAdministrator)
        }
    }
}

/// An act of an administrator who gave their password a short while ago.
pub(crate) struct AdministratorFresh(pub(crate) SignedIn);

impl FromRequestParts<Site> for AdministratorFresh {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Refusal> {
        Administrator::from_request_parts(parts, site).await?;
        let Fresh(signed_in) = Fresh::from_request_parts(parts, site).await?;
        Ok(Self(signed_in))
    }
}
