//! The pages of the domain: take a permit, ask the ledger, show.

pub(crate) mod lists;
pub(crate) mod row;
pub(crate) mod state;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use desk::{Compliance, Permitted, PermittedPatient, Refusal, Site};
use ledger::{AuditFilter, patient_object};
use serde::Deserialize;
use vocab::Actor;

use lists::{Acts, Asked, Before, Left, Listed, PatientActs, Patients, PersonActs};
use row::RowPage;
use state::Verified;

/// How many patients one search shows.
const FOUND_MAX: usize = 20;
/// The longest text looked for, in characters.
const WANTED_CHARS_MAX: usize = 200;

/// The routes of the domain.
pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/audit", get(acts))
        .route("/audit/verify", get(verified))
        .route("/audit/rows/{seq}", get(one))
        .route("/audit/patients", get(patients).post(search))
        .route("/audit/patients/{patient_id}", get(patient))
        .route("/audit/people/{actor}", get(person))
        .route("/audit/left", get(left))
}

async fn acts(
    look: Permitted<Compliance>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Refusal> {
    let Permitted { site, page, .. } = look;
    let filter = asked.filter(&page).ok_or(Refusal::Unprocessable)?;
    let rows = site.ledger().audit().newest_rows(&filter).await?;
    let state = state::read(&site, &page).await?;
    let listed = Listed::new(&page, &rows, &asked.base());
    show(&Acts { state, choices: asked.choices(&page), asked, listed, page })
}

async fn verified(look: Permitted<Compliance>) -> Result<Html<String>, Refusal> {
    let verdict = look.site.ledger().audit().verify().await?;
    show(&Verified::new(look.page, &verdict))
}

async fn one(
    look: Permitted<Compliance>,
    Path(seq): Path<String>,
) -> Result<Html<String>, Refusal> {
    let seq = seq.parse().map_err(|_| Refusal::NotFound)?;
    let proof = look.site.ledger().audit().prove(seq).await?.ok_or(Refusal::NotFound)?;
    show(&RowPage::new(look.page, &proof))
}

async fn patients(look: Permitted<Compliance>) -> Result<Html<String>, Refusal> {
    show(&Patients { page: look.page, found: None, more: false })
}

/// What was typed: it stays out of the address, where it would be kept by browsers and logs.
#[derive(Debug, Deserialize)]
struct Search {
    wanted: String,
}

async fn search(
    look: Permitted<Compliance>,
    Form(search): Form<Search>,
) -> Result<Response, Refusal> {
    let wanted: String = search.wanted.chars().take(WANTED_CHARS_MAX).collect();
    let mut found = match wanted.trim() {
        "" => Vec::new(),
        wanted => look.site.ledger().identity().find(wanted).await?,
    };
    if let [only] = found.as_slice() {
        return Ok(Redirect::to(&format!("/audit/patients/{}", only.get())).into_response());
    }
    let more = found.len() > FOUND_MAX;
    found.truncate(FOUND_MAX);
    let found = Some(found.iter().map(|patient| patient.get()).collect());
    Ok(show(&Patients { page: look.page, found, more })?.into_response())
}

/// Who saw this patient; the look itself is the newest line.
async fn patient(
    look: PermittedPatient<Compliance>,
    Query(before): Query<Before>,
) -> Result<Html<String>, Refusal> {
    let PermittedPatient { patient, look: Permitted { site, page, .. } } = look;
    let numbers = site.ledger().links().person_of(patient).await?;
    let objects = numbers.iter().copied().map(patient_object).collect();
    let filter = AuditFilter { objects, ..before.filter() };
    let rows = site.ledger().audit().newest_rows(&filter).await?;
    let base = format!("/audit/patients/{}?", patient.get());
    let listed = Listed::new(&page, &rows, &base);
    let numbers = numbers.iter().map(|number| number.get()).collect();
    show(&PatientActs { number: patient.get(), numbers, listed, page })
}

/// What this person did.
async fn person(
    look: Permitted<Compliance>,
    Path(name): Path<String>,
    Query(before): Query<Before>,
) -> Result<Html<String>, Refusal> {
    let Permitted { site, page, .. } = look;
    let actor = Actor::new(&name).map_err(|_| Refusal::NotFound)?;
    let filter = AuditFilter { actor: Some(actor), ..before.filter() };
    let rows = site.ledger().audit().newest_rows(&filter).await?;
    let base = ["/audit/people/", &desk::segment(&name), "?"].concat();
    show(&PersonActs { listed: Listed::new(&page, &rows, &base), name, page })
}

async fn left(
    look: Permitted<Compliance>,
    Query(before): Query<Before>,
) -> Result<Html<String>, Refusal> {
    let Permitted { site, page, .. } = look;
    let Before { before } = before;
    let rows = site.ledger().audit().left(before, lists::ROWS_READ).await?;
    show(&Left { listed: Listed::new(&page, &rows, "/audit/left?"), page })
}

fn show(page: &impl Template) -> Result<Html<String>, Refusal> {
    page.render().map(Html).map_err(Refusal::internal)
}
