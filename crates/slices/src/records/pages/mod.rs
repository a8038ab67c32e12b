//! The pages of the domain: take a permit, ask the stores, show.

pub(crate) mod holdings;
pub(crate) mod load;
pub(crate) mod overview;
pub(crate) mod pulls;
pub(crate) mod report;
pub(crate) mod report_json;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::{Holdings, Operations, Permitted, Refusal, Site};
use vocab::LoadId;

/// How many loads the list shows, the newest first.
const LOADS_MAX: u32 = 50;

/// How many quarantined lines the JSON of a report holds.
const QUARANTINE_MAX: u32 = 100_000;

/// The routes of the domain.
pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/", get(overview))
        .route("/records/tables/{name}", get(table))
        .route("/records/loads", get(loads))
        .route("/records/loads/{id}", get(load))
        .route("/records/pulls", get(pulled))
}

async fn overview(look: Permitted<Holdings>) -> Result<Html<String>, Refusal> {
    let (site, page, reader) = look.open().await?;
    let holdings = holdings::read(&site, &reader).await?;
    let snapshot = reader
        .snapshot()
        .map(|id| page.fill("records.overview.snapshot", &[("number", &id.to_string())]));
    let policy = reader.permit().disclosure();
    // Only who may open the page of pulls is told of them.
    let pulls = match page.opens("/records/pulls") {
        true => pulls::notice(&site, &page).await?,
        false => None,
    };
    show(&overview::Overview {
        snapshot,
        pulls,
        held: holdings::summary(&page, &holdings, &policy),
        last_load: report::last(&site, &page).await?,
        small: holdings::rule(&page, &policy),
        page,
    })
}

/// Where the page of a table stood at first; addresses do not break.
async fn table(Path(name): Path<String>) -> Redirect {
    Redirect::permanent(&["/catalog/tables", &desk::segment(&name)].join("/"))
}

async fn loads(look: Permitted<Operations>) -> Result<Html<String>, Refusal> {
    let ledger = look.site.ledger().loads();
    let mut lines = Vec::new();
    for info in ledger.list(LOADS_MAX).await? {
        lines.push(report::line(&look.page, &ledger.report(info.id).await?));
    }
    show(&load::Loads { page: look.page, loads: lines })
}

async fn pulled(look: Permitted<Operations>) -> Result<Html<String>, Refusal> {
    show(&pulls::page(&look.site, look.page).await?)
}

/// `/records/loads/3` is the page of a report, `/records/loads/3.json` the same for machines.
async fn load(look: Permitted<Operations>, Path(name): Path<String>) -> Result<Response, Refusal> {
    let (number, for_machines) = match name.strip_suffix(".json") {
        Some(number) => (number, true),
        None => (name.as_str(), false),
    };
    let id = LoadId(number.parse().map_err(|_| Refusal::NotFound)?);
    let ledger = look.site.ledger().loads();
    let told = ledger.report(id).await?;
    if for_machines {
        let quarantine = ledger.quarantine(id, 0, QUARANTINE_MAX).await?;
        let json = serde_json::to_string_pretty(&report_json::ReportJson::new(&told, &quarantine));
        let json = json.map_err(Refusal::internal)?;
        return Ok(([(CONTENT_TYPE, "application/json")], json).into_response());
    }
    Ok(show(&report::page(look.page, &told))?.into_response())
}

fn show(page: &impl Template) -> Result<Html<String>, Refusal> {
    page.render().map(Html).map_err(Refusal::internal)
}
