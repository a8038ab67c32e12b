//! Nobody looks without a permit: the extractor every page about records begins with.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use ledger::Permit;
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
#[derive(Debug)]
pub struct Permitted<P> {
    /// The site.
    pub site: Site,
    /// The permit under which everything on the page is read.
    pub permit: Permit,
    /// The frame of the page, in the reader's language.
    pub page: Page,
    purpose: PhantomData<P>,
}

impl<P: Purpose> FromRequestParts<Site> for Permitted<P> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Refusal> {
        let frame = parts.extensions.get::<Page>().cloned();
        let page = frame.unwrap_or_else(|| site.page(site.settings().locale, parts.uri.path()));
        let permit = site.ledger().permit(&site.settings().actor, P::PURPOSE, None).await?;
        Ok(Self { site: site.clone(), permit, page, purpose: PhantomData })
    }
}
