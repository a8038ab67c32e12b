//! The pages of cohorts: begin, write, compare.

pub(crate) mod builder;
pub(crate) mod compare;
pub(crate) mod home;
mod step;
mod work;

use askama::Template;
use axum::Form;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use cohort::library;
use desk::{Refusal, Site, Visit};
use ledger::{REMARK_BYTES_MAX, SavedCohort, SavedVersion};
use serde::Deserialize;

use super::Questions;
use super::draft::Draft;
use super::form::Fields;
use super::picking;
use builder::{Builder, Of};

/// So many things are shown of what a search finds.
const HITS_MAX: usize = 12;
/// So many saved cohorts are listed.
const LISTED_MAX: u32 = 50;

/// The routes of the domain.
pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/cohorts", get(home))
        .route("/cohorts/work", get(to_home).post(work::work))
        .route("/cohorts/library/{name}", get(of_library))
        .route("/cohorts/{id}", get(saved))
        .route("/cohorts/{id}/text", get(download))
        .route("/cohorts/{id}/compare", get(compare))
        .route("/cohorts/{id}/share", post(share))
        .route("/cohorts/{id}/remarks", post(remark))
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

async fn home(
    visit: Visit<Questions>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Refusal> {
    let mut page = visit.page.clone();
    let hits = match asked.q.trim() {
        "" => {
            page = page.without_records();
            Vec::new()
        }
        query => {
            let reader = visit.open("cohort-search", "").await?;
            let picks = picking::picks(&visit.site, &reader).await?;
            let found = picks.search(query, HITS_MAX);
            found.into_iter().map(|pick| builder::hit(&visit.page, pick)).collect()
        }
    };
    let listed = visit.site.ledger().cohorts().open_to(visit.actor(), LISTED_MAX).await?;
    show(&home::Home::new(page, (asked.q, hits), (&listed, visit.actor())))
}

async fn to_home() -> Redirect {
    Redirect::to("/cohorts")
}

async fn of_library(
    visit: Visit<Questions>,
    Path(name): Path<String>,
) -> Result<Html<String>, Refusal> {
    let known = library::DEFINITIONS.iter().find(|(known, _)| *known == name);
    let (_, text) = known.ok_or(Refusal::NotFound)?;
    let draft = Draft::read(&visit.site, text).await?;
    if draft.definition().is_none() {
        // A study compares cohorts and is not one.
        return Err(Refusal::NotFound);
    }
    show(&Builder::of(&visit, draft, (Of::Library, Fields::default())).await?)
}

/// Which version.
#[derive(Debug, Default, Deserialize)]
struct Which {
    version: Option<i64>,
}

async fn saved(
    visit: Visit<Questions>,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Html<String>, Refusal> {
    let cohort = open_to(&visit, &id).await?;
    let version = version_of(&cohort, which.version)?.clone();
    let draft = Draft::read(&visit.site, &version.says.definition).await?;
    show(
        &Builder::of(&visit, draft, (Of::Saved(Box::new((cohort, version))), Fields::default()))
            .await?,
    )
}

async fn download(
    visit: Visit<Questions>,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Refusal> {
    let cohort = open_to(&visit, &id).await?;
    let version = version_of(&cohort, which.version)?;
    let name = format!("attachment; filename=\"cohort-{}-{}.cohort\"", cohort.id, version.version);
    let headers =
        [(CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, version.says.definition.clone()).into_response())
}

/// Two versions.
#[derive(Debug, Default, Deserialize)]
struct Between {
    from: Option<i64>,
    to: Option<i64>,
}

async fn compare(
    visit: Visit<Questions>,
    Path(id): Path<String>,
    Query(between): Query<Between>,
) -> Result<Html<String>, Refusal> {
    let cohort = open_to(&visit, &id).await?;
    let to = version_of(&cohort, between.to)?.clone();
    let before = cohort.versions.iter().map(|one| one.version).find(|one| *one < to.version);
    let from = version_of(&cohort, between.from.or(before).or(Some(to.version)))?.clone();
    let old = Draft::read(&visit.site, &from.says.definition).await?;
    let new = Draft::read(&visit.site, &to.says.definition).await?;
    let page = visit.page.clone().without_records();
    show(&compare::Compare::new(page, &cohort, (&from, &old), (&to, &new)))
}

/// Whether colleagues may open it.
#[derive(Debug, Deserialize)]
struct Sharing {
    on: String,
}

async fn share(
    visit: Visit<Questions>,
    Path(id): Path<String>,
    Form(sharing): Form<Sharing>,
) -> Result<Redirect, Refusal> {
    let cohort = open_to(&visit, &id).await?;
    if cohort.owner != visit.actor().as_str() {
        return Err(Refusal::Forbidden(None));
    }
    let ledger = visit.site.ledger().cohorts();
    ledger.share(cohort.id, sharing.on == "true", visit.actor()).await?;
    Ok(Redirect::to(&address(cohort.id)))
}

/// A remark as it was typed.
#[derive(Debug, Deserialize)]
struct NewRemark {
    body: String,
    version: i64,
}

async fn remark(
    visit: Visit<Questions>,
    Path(id): Path<String>,
    Form(remark): Form<NewRemark>,
) -> Result<Redirect, Refusal> {
    let cohort = open_to(&visit, &id).await?;
    let version = version_of(&cohort, Some(remark.version))?.version;
    let body = remark.body.trim();
    if body.len() > REMARK_BYTES_MAX {
        return Err(Refusal::Unprocessable);
    }
    if !body.is_empty() {
        let ledger = visit.site.ledger().cohorts();
        ledger.remark((cohort.id, version), body, visit.actor()).await?;
    }
    Ok(Redirect::to(&[address(cohort.id).as_str(), "#remarks"].concat()))
}

/// A saved cohort that this visitor may open; any other is not there.
async fn open_to(visit: &Visit<Questions>, id: &str) -> Result<SavedCohort, Refusal> {
    let id: i64 = id.parse().map_err(|_| Refusal::NotFound)?;
    let cohort = visit.site.ledger().cohorts().one(id).await?.ok_or(Refusal::NotFound)?;
    let is_open = cohort.is_shared || cohort.owner == visit.actor().as_str();
    is_open.then_some(cohort).ok_or(Refusal::NotFound)
}

/// A version by its number, the newest where none is named.
fn version_of(cohort: &SavedCohort, number: Option<i64>) -> Result<&SavedVersion, Refusal> {
    let found = match number {
        None => cohort.versions.first(),
        Some(number) => cohort.versions.iter().find(|one| one.version == number),
    };
    found.ok_or(Refusal::NotFound)
}

/// Where a saved cohort stands.
fn address(id: i64) -> String {
    ["/cohorts/", &id.to_string()].concat()
}

/// Who an actor is, as a reader knows them.
fn person(site_accounts: &[desk::Account], actor: &str, page: &desk::Page) -> String {
    let account = site_accounts.iter().find(|account| account.actor.as_str() == actor);
    match account {
        Some(account) => account.name.get(page.locale()).to_owned(),
        None => actor.strip_prefix("local:").unwrap_or(actor).to_owned(),
    }
}

fn show(page: &impl Template) -> Result<Html<String>, Refusal> {
    page.render().map(Html).map_err(Refusal::internal)
}
