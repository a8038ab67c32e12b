//! Nobody looks without a permit: the extractor every page about records begins with.

use std::fmt::Write as _;
use std::marker::PhantomData;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::Uri;
use axum::http::request::Parts;
use lake::Reader;
use ledger::Permit;
use sha2::{Digest, Sha256};
use vocab::PurposeOfUse;

use crate::page::Page;
use crate::refusal::Refusal;
use crate::site::Site;

/// A purpose as a type, so that a handler's signature says why it looks.
pub trait Purpose: Send + Sync + 'static {
    /// The purpose.
    const PURPOSE: PurposeOfUse;
}

/// Running the house: loads, checks, what the tables hold.
#[derive(Debug)]
pub enum Operations {}

impl Purpose for Operations {
    const PURPOSE: PurposeOfUse = PurposeOfUse::Operations;
}

/// Research.
#[derive(Debug)]
pub enum Research {}

impl Purpose for Research {
    const PURPOSE: PurposeOfUse = PurposeOfUse::Research;
}

/// One permitted look: the audit line is already written when a handler holds it.
pub struct Permitted<P> {
    /// The site.
    pub site: Site,
    /// The permit under which everything on the page is read.
    pub permit: Permit,
    /// The frame of the page, in the reader's language.
    pub page: Page,
    purpose: PhantomData<P>,
}

impl<P> Permitted<P> {
    /// Opens the newest snapshot under the permit: from here on every row is already gated.
    ///
    /// # Errors
    /// When a table cannot be opened.
    pub async fn open(self) -> Result<(Site, Page, Reader), Refusal> {
        let reader = self.site.lake().reader(self.permit, None).await?;
        Ok((self.site, self.page, reader))
    }
}

impl<P: Purpose> FromRequestParts<Site> for Permitted<P> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Refusal> {
        let frame = parts.extensions.get::<Page>().cloned();
        let page = frame.unwrap_or_else(|| site.page(site.settings().locale, parts.uri.path()));
        let route = parts.extensions.get::<MatchedPath>().map_or("/", MatchedPath::as_str);
        let act = format!("page {route}");
        let digest = digest(&parts.uri);
        let actor = &site.settings().actor;
        let permit = site.ledger().permit(actor, P::PURPOSE, None, &act, &digest).await?;
        Ok(Self { site: site.clone(), permit, page, purpose: PhantomData })
    }
}

/// The SHA-256 of what was asked, so that the audit names it without holding it.
fn digest(uri: &Uri) -> String {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    Sha256::digest(target.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
