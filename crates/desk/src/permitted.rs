//! Nobody looks without a permit: the extractors every page about records begins with.

use std::fmt::Write as _;
use std::marker::PhantomData;

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::Uri;
use axum::http::request::Parts;
use lake::Reader;
use ledger::{Look, Permit};
use sha2::{Digest, Sha256};
use vocab::{Actor, PatientId, PurposeOfUse};

use crate::page::Page;
use crate::refusal::Refusal;
use crate::site::Site;
use crate::visitor::Visitor;

/// A purpose as a type, so that a handler's signature says why it looks.
pub trait Purpose: Send + Sync + 'static {
    /// The purposes the page may be read for: the first of them that the visitor has a right to.
    const PURPOSES: &'static [PurposeOfUse];
}

/// Running the house: loads, checks, what the tables hold.
#[derive(Debug)]
pub enum Operations {}

impl Purpose for Operations {
    const PURPOSES: &'static [PurposeOfUse] = &[PurposeOfUse::Operations];
}

/// Research.
#[derive(Debug)]
pub enum Research {}

impl Purpose for Research {
    const PURPOSES: &'static [PurposeOfUse] = &[PurposeOfUse::Research];
}

/// Auditing the house: who looked at what. Opens no record.
#[derive(Debug)]
pub enum Compliance {}

impl Purpose for Compliance {
    const PURPOSES: &'static [PurposeOfUse] = &[PurposeOfUse::Compliance];
}

/// Caring for this patient.
#[derive(Debug)]
pub enum Treatment {}

impl Purpose for Treatment {
    const PURPOSES: &'static [PurposeOfUse] = &[PurposeOfUse::Treatment];
}

/// What the house holds, as counts that may be shown: for whichever secondary use the visitor has
/// a right to, so that nobody who refused that use is counted.
#[derive(Debug)]
pub enum Holdings {}

impl Purpose for Holdings {
    const PURPOSES: &'static [PurposeOfUse] = &[
        PurposeOfUse::Operations,
        PurposeOfUse::Research,
        PurposeOfUse::QualityImprovement,
        PurposeOfUse::Education,
    ];
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
        permitted(parts, site, None).await
    }
}

/// One permitted look at the patient whom the address names as `{patient_id}`: the audit line is
/// written and names the patient, and under the permit nobody else can be seen.
pub struct PermittedPatient<P> {
    /// The patient, by the number in the address.
    pub patient: PatientId,
    /// The look.
    pub look: Permitted<P>,
}

impl<P: Purpose> FromRequestParts<Site> for PermittedPatient<P> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Refusal> {
        let named = RawPathParams::from_request_parts(parts, site).await;
        let named = named.map_err(|_| Refusal::NotFound)?;
        let number = named.iter().find(|(name, _)| *name == "patient_id").map(|(_, value)| value);
        let number = number.and_then(|number| number.parse().ok());
        let patient = number.and_then(PatientId::from_stored).ok_or(Refusal::NotFound)?;
        Ok(Self { patient, look: permitted(parts, site, Some(patient)).await? })
    }
}

/// Somebody on a page that asks records only now and then, and each time something else: what is
/// asked is in the permit's audit line by its own digest.
pub struct Visit<P> {
    /// The site.
    pub site: Site,
    /// The frame of the page, in the reader's language.
    pub page: Page,
    visitor: Visitor,
    purpose: PhantomData<P>,
}

impl<P: Purpose> Visit<P> {
    /// As whom everything is permitted and recorded.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        self.visitor.actor()
    }

    /// Opens the newest snapshot for one question: from here on every row is already gated, and the
    /// look is recorded.
    ///
    /// # Errors
    /// When no permit covers it, or a table cannot be opened.
    pub async fn open(&self, act: &str, digest: &str) -> Result<Reader, Refusal> {
        let (purpose, study) = self.visitor.looks_for(P::PURPOSES);
        let ledger = self.site.ledger();
        let permit = ledger.permit(self.actor(), purpose, study.as_ref(), act, digest).await?;
        Ok(self.site.lake().reader(permit, None).await?)
    }
}

impl<P: Purpose> FromRequestParts<Site> for Visit<P> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Refusal> {
        let visitor = parts.extensions.get::<Visitor>().ok_or(Refusal::SignedOut)?.clone();
        let page = parts.extensions.get::<Page>().ok_or(Refusal::SignedOut)?.clone();
        if !visitor.may(P::PURPOSES) {
            // Refused, and the refusal recorded, where every other look is.
            permitted::<P>(parts, site, None).await?;
        }
        Ok(Self { site: site.clone(), page, visitor, purpose: PhantomData })
    }
}

async fn permitted<P: Purpose>(
    parts: &Parts,
    site: &Site,
    patient: Option<PatientId>,
) -> Result<Permitted<P>, Refusal> {
    let visitor = parts.extensions.get::<Visitor>().ok_or(Refusal::SignedOut)?;
    let page = parts.extensions.get::<Page>().ok_or(Refusal::SignedOut)?.clone();
    let route = parts.extensions.get::<MatchedPath>().map_or("/", MatchedPath::as_str);
    let (purpose, study) = visitor.looks_for(P::PURPOSES);
    let (act, digest) = (format!("page {route}"), digest(&parts.uri));
    let look =
        Look { actor: visitor.actor(), purpose, study: study.as_ref(), act: &act, digest: &digest };
    let permit = match patient {
        Some(patient) => site.ledger().permit_patient(&look, patient).await?,
        None => {
            let study = look.study;
            site.ledger().permit(look.actor, purpose, study, look.act, look.digest).await?
        }
    };
    Ok(Permitted { site: site.clone(), permit, page, purpose: PhantomData })
}

/// The SHA-256 of what was asked, so that the audit names it without holding it.
fn digest(uri: &Uri) -> String {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    Sha256::digest(target.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
