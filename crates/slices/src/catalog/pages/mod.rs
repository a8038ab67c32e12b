//! The pages of the catalogue: take a permit, ask what was counted, show.

pub(crate) mod column;
pub(crate) mod concept;
pub(crate) mod figures;
pub(crate) mod home;
pub(crate) mod table;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::Html;
use axum::routing::get;
use desk::{Holdings, Page, Permitted, Refusal, Site};
use disclosure::{Policy, Zero};
use ledger::LoadOutcome;
use serde::Deserialize;

use super::facts;
use crate::terms::codes;

/// By which rule it tells numbers: the same for everybody, also for who may see exact counts. What
/// stands at an address that never changes is passed on.
const RULE: Policy = Policy { min_cell: 10, zero: Zero::Hidden };

/// Why the catalogue is read.
type Look = Permitted<Holdings>;

/// The routes of the domain.
pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/catalog", get(home))
        .route("/catalog/tables/{table}", get(table))
        .route("/catalog/tables/{table}/{column}", get(column))
        .route("/catalog/concepts/{system}/{code}", get(concept))
}

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

async fn home(look: Look, Query(asked): Query<Asked>) -> Result<Html<String>, Refusal> {
    let (site, page, reader) = look.open().await?;
    if asked.q.trim().is_empty() {
        let counts = site.table_counts(&reader).await?;
        let codes = codes::codes(&site, &reader).await?;
        return show(&home::Home::start(page, &counts, &codes, &RULE));
    }
    let index = facts::index(&site, &reader).await?;
    show(&home::Home::found(page, &asked.q, &index))
}

async fn table(look: Look, Path(name): Path<String>) -> Result<Html<String>, Refusal> {
    let (site, page, reader) = look.open().await?;
    let columns = facts::columns(&reader, &name).await?;
    if columns.is_empty() {
        return Err(Refusal::NotFound);
    }
    let counts = site.table_counts(&reader).await?;
    let profile = facts::profile(&site, &reader, &name).await?;
    let load = last_load(&site, &page).await?;
    let shown = table::Shown { name: &name, columns: &columns, profile: &profile };
    show(&table::Table::new(page, &shown, &counts, (&RULE, load)))
}

async fn column(
    look: Look,
    Path((table, name)): Path<(String, String)>,
) -> Result<Html<String>, Refusal> {
    let (site, page, reader) = look.open().await?;
    let columns = facts::columns(&reader, &table).await?;
    if !columns.iter().any(|(known, _)| *known == name) {
        return Err(Refusal::NotFound);
    }
    let profile = facts::profile(&site, &reader, &table).await?;
    let codes = codes::codes(&site, &reader).await?;
    let load = last_load(&site, &page).await?;
    let shown = table::Shown { name: &table, columns: &columns, profile: &profile };
    show(&column::Column::new(page, &shown, &name, (&codes, &RULE, load))?)
}

async fn concept(
    look: Look,
    Path((system, code)): Path<(String, String)>,
) -> Result<Html<String>, Refusal> {
    let (site, page, reader) = look.open().await?;
    let codes = codes::codes(&site, &reader).await?;
    let counts = codes.of(&system, &code);
    // A code of few people gets the answer of a code that nobody has.
    let told = codes::most_people(&counts) >= RULE.min_cell;
    let first = counts.first().filter(|_| told).ok_or(Refusal::NotFound)?;
    let profile = facts::code(&site, &reader, first).await?.ok_or(Refusal::NotFound)?;
    let shown = concept::Shown { system: &system, code: &code, counts: &counts };
    show(&concept::Concept::new(page, &shown, &profile, (&codes, &RULE)))
}

/// The load that ended last: its number and when.
async fn last_load(site: &Site, page: &Page) -> Result<Option<(i64, String)>, Refusal> {
    let loads = site.ledger().loads().list(LOADS_LOOKED_AT_MAX).await?;
    let committed = loads.iter().find(|load| load.outcome == LoadOutcome::Committed);
    Ok(committed.map(|load| (load.id.0, page.moment(load.started))))
}

/// So many of the newest loads are looked through for one that brought something.
const LOADS_LOOKED_AT_MAX: u32 = 50;

fn show(page: &impl Template) -> Result<Html<String>, Refusal> {
    page.render().map(Html).map_err(Refusal::internal)
}
