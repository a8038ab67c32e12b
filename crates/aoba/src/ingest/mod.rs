//! `aoba ingest` and `aoba rebuild`: files kept, read, compared with what is held, flattened,
//! written and committed, every resource accounted for.

pub(crate) mod again;
pub(crate) mod bases;
mod before;
pub(crate) mod blocks;
mod catalogue;
mod close;
mod deletions;
mod erased;
mod extensions;
pub(crate) mod find;
mod harvest;
pub(crate) mod identity;
mod keep;
mod missing;
mod occurrence;
mod pieces;
mod read;
pub(crate) mod recipe;
mod sums;
mod system;
mod verdict;
pub(crate) mod whose;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, bail};
use ledger::{LoadReport, NewLoad};
use vocab::LoadId;

use crate::cli::{IngestArgs, ReportFormat};
use crate::house::House;
use crate::stats::Stats;

use close::Job;
pub(crate) use keep::Incoming;

/// `aoba ingest`; gives how many resources were quarantined.
pub(crate) async fn command(house: &House, args: &IngestArgs) -> anyhow::Result<u64> {
    let start = Instant::now();
    let found = find::find(&args.paths)?;
    found.tell_passed_over(house.locale);
    if found.files.is_empty() {
        bail!("no file to read: FHIR files end in .ndjson, .jsonl or .json, also with .gz or .zst");
    }
    load(house, found.files, args, start).await
}

/// Loads exactly the files that the arguments name, a recipe among them or not.
pub(crate) async fn named(house: &House, args: &IngestArgs) -> anyhow::Result<u64> {
    load(house, args.paths.clone(), args, Instant::now()).await
}

async fn load(
    house: &House,
    files: Vec<PathBuf>,
    args: &IngestArgs,
    start: Instant,
) -> anyhow::Result<u64> {
    let files = files.into_iter().map(Incoming::at).collect();
    let report = received(house, files, args).await?;
    crate::report::print(&report, Some(&Stats::since(start)), args.format, house.locale)?;
    Ok(report.totals.quarantined)
}

/// Loads files that were received some other way than from a person's hand, and tells what came of
/// them.
pub(crate) async fn received(
    house: &House,
    files: Vec<Incoming>,
    args: &IngestArgs,
) -> anyhow::Result<LoadReport> {
    let id = close::run(house, Job::Ingest { files, args }).await?;
    let report = house.ledger.loads().report(id).await?;
    check(&report)?;
    crate::index::keep_up(house, args.quiet).await;
    Ok(report)
}

/// `aoba rebuild`
pub(crate) async fn rebuild(house: &House, quiet: bool) -> anyhow::Result<()> {
    let start = Instant::now();
    let id = close::run(house, Job::Rebuild { quiet }).await?;
    let report = house.ledger.loads().report(id).await?;
    check(&report)?;
    crate::report::print(&report, Some(&Stats::since(start)), ReportFormat::Text, house.locale)
}

/// `aoba report`
pub(crate) async fn report(
    house: &House,
    load: Option<i64>,
    format: ReportFormat,
) -> anyhow::Result<()> {
    let loads = house.ledger.loads();
    let id = match load {
        Some(number) => LoadId(number),
        None => loads.list(1).await?.first().context("nothing has been loaded yet")?.id,
    };
    crate::report::print(&loads.report(id).await?, None, format, house.locale)
}

/// Nothing received is lost: a report that does not add up is a defect, not a result.
fn check(report: &LoadReport) -> anyhow::Result<()> {
    if report.adds_up() {
        return Ok(());
    }
    bail!(
        "load {}: {} resources came in and {} are accounted for; please report this",
        report.load.id,
        report.totals.resources,
        report.totals.accounted()
    )
}

/// What a load is called in the ledger.
fn new_load(house: &House, source: &str, command: &str) -> NewLoad {
    NewLoad { source: source.to_owned(), command: command.to_owned(), actor: house.actor.clone() }
}
