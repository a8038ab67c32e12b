//! One load from its first step to its commit.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};
use fhir::plan::{Layout, PatientResolver};
use lake::{LoadMode, ReportParts, Writer};
use ledger::{Counts, FileReport, LandingState, PatientKeys, WarningCount};
use vocab::{LoadId, PatientId};

use super::catalogue::Catalogue;
use super::harvest::Tally;
use super::keep;
use super::occurrence::Occurrences;
use super::pieces::Source;
use super::read::Reading;
use super::recipe::{self, Recipe};
use super::sums::{Before, Sums};
use crate::cli::IngestArgs;
use crate::house::House;
use crate::progress;

/// What is to be done.
pub(super) enum Job<'a> {
    /// Take these files in.
    Ingest {
        /// The files, in order.
        files: Vec<PathBuf>,
        /// How.
        args: &'a IngestArgs,
    },
    /// Read everything that was ever taken again.
    Rebuild {
        /// Without a progress bar.
        quiet: bool,
    },
}

/// Gives patients their numbers; sources are counted in the order of this list.
struct Numbers {
    keys: PatientKeys,
    sources: Vec<Arc<str>>,
}

impl PatientResolver for Numbers {
    fn by_key(&self, source: u16, key: &str) -> PatientId {
        let source = self.sources.get(usize::from(source)).map_or("", |name| name);
        self.keys.patient_id(source, key)
    }

    fn by_identifier(&self, _source: u16, system: &str, value: &str) -> Option<PatientId> {
        self.keys.by_identifier(system, value)
    }
}

/// Runs a load; its report is in the ledger under the number this gives.
pub(super) async fn run(house: &House, job: Job<'_>) -> anyhow::Result<LoadId> {
    let purpose = if matches!(job, Job::Ingest { .. }) { "ingest" } else { "rebuild" };
    let mut writer = house.lake.writer(purpose).await?;
    // The views are read before anything else: a mistake in one is told before anything is done.
    let keys = house.ledger.patient_keys().await?;
    let (catalogue, load, files, quiet, mode, held) = match job {
        Job::Ingest { files, args } => {
            let catalogue = catalogue(house, &keys, vec![Arc::from(args.source.as_str())])?;
            check_definitions(house, &catalogue).await?;
            let new = super::new_load(house, &args.source, purpose);
            let load = house.ledger.loads().begin(writer.lease(), new).await?;
            let how = (args.source.as_str(), args.quiet);
            let kept = keep::keep(house, writer.lease(), load, files, how).await?;
            (catalogue, load, kept.new, args.quiet, LoadMode::Add, kept.held)
        }
        Job::Rebuild { quiet } => {
            let new = super::new_load(house, "landing", purpose);
            let load = house.ledger.loads().begin(writer.lease(), new).await?;
            let files = everything_taken(house).await?;
            let catalogue = catalogue(house, &keys, sources_of(&files))?;
            (catalogue, load, files, quiet, LoadMode::Replace, Vec::new())
        }
    };
    if files.is_empty() {
        house.ledger.loads().finish_unchanged(writer.lease(), load, &held).await?;
        return Ok(load);
    }
    let how = (Arc::new(catalogue), keys, quiet);
    let done = fill(house, &mut writer, (load, mode), (files, held), how).await;
    if let Err(error) = &done {
        // The landing has the files; the tables are as they were.
        let failed = house.ledger.loads().fail(writer.lease(), load, &format!("{error:#}")).await;
        failed.context("the load failed, and so did noting that")?;
    }
    done.map(|()| load)
}

/// Refuses to add rows by new definitions to tables made by old ones.
async fn check_definitions(house: &House, catalogue: &Catalogue) -> anyhow::Result<()> {
    let Some(snapshot) = house.ledger.snapshots().latest().await? else { return Ok(()) };
    let changed: Vec<&str> = catalogue
        .specs
        .iter()
        .filter(|spec| {
            snapshot.table(&spec.name).is_none_or(|t| t.definition_hash != spec.definition_hash)
        })
        .map(|spec| spec.name.as_str())
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    bail!(
        "the definitions of these tables have changed: {}; run `aoba rebuild` first, it needs \
         nothing but this home",
        changed.join(", ")
    )
}

fn catalogue(
    house: &House,
    keys: &PatientKeys,
    sources: Vec<Arc<str>>,
) -> anyhow::Result<Catalogue> {
    let patients = Arc::new(Numbers { keys: keys.clone(), sources });
    let layout = Layout::Lake { zone: house.zone()?, patients };
    Catalogue::read(&house.home, layout, house.locale)
}

/// The systems that sent these files, by their numbers.
fn sources_of(files: &[Source]) -> Vec<Arc<str>> {
    let mut sources: Vec<Arc<str>> = Vec::new();
    for file in files {
        if usize::from(file.source.0) == sources.len() {
            sources.push(Arc::clone(&file.source.1));
        }
    }
    sources
}

/// Every file that a snapshot has taken, in the order of arrival.
async fn everything_taken(house: &House) -> anyhow::Result<Vec<Source>> {
    let (mut files, mut sources, mut after) = (Vec::new(), Vec::<Arc<str>>::new(), 0);
    loop {
        let page = house.ledger.landings().in_order(after).await?;
        let Some(last) = page.last() else { return Ok(files) };
        after = last.arrival;
        for held in page.iter().filter(|held| matches!(held.state, LandingState::Taken(_))) {
            let known = sources.iter().position(|name| **name == *held.source);
            let at = known.unwrap_or_else(|| {
                sources.push(Arc::from(held.source.as_str()));
                sources.len() - 1
            });
            let name = sources.get(at).map_or_else(|| Arc::from(""), Arc::clone);
            files.push(Source {
                number: u32::try_from(files.len())?,
                id: held.file.id,
                name: held.file.name.clone(),
                size_bytes: held.file.size_bytes,
                is_recipe: held.file.kind == recipe::KIND,
                source: (u16::try_from(at).context("more than 65535 sources")?, name),
            });
        }
    }
}

async fn fill(
    house: &House,
    writer: &mut Writer,
    (load, mode): (LoadId, LoadMode),
    (files, held): (Vec<Source>, Vec<FileReport>),
    (catalogue, keys, quiet): (Arc<Catalogue>, PatientKeys, bool),
) -> anyhow::Result<()> {
    let occurrences = Arc::new(Occurrences::new());
    let mut before = Before::default();
    if mode == LoadMode::Add {
        before.read(writer, &occurrences).await?;
    }
    let (recipes, received): (Vec<_>, Vec<_>) = files.iter().cloned().partition(|f| f.is_recipe);
    let total = received.iter().map(|file| file.size_bytes).sum();
    let stop = Arc::new(AtomicBool::new(false));
    let _stopper = Stopper(Arc::clone(&stop));
    let reading = Reading {
        catalogue: Arc::clone(&catalogue),
        occurrences,
        zone: house.zone()?,
        own_bases: house.config.ingest.own_bases.clone(),
        landing: house.lake.landing().clone(),
        line_bytes_max: house.config.ingest.line_bytes_max,
        keys: keys.clone(),
        bar: progress::bytes(total, "reading", quiet),
        stop,
    };
    let mut tables = writer.begin(load, mode, &catalogue.specs).await?;
    let mut sums = Sums::new(&files, before);
    let mut learning = (house, &keys);
    sums.fill(reading.clone().start(received), (&mut tables, &catalogue), &mut learning).await?;
    reading.bar.finish_and_clear();
    for source in recipes {
        let recipe = Recipe::read(house.lake.landing(), source.id)?;
        let bar = progress::things(recipe.patients, "patients", quiet);
        let making = Reading { bar: bar.clone(), ..reading.clone() };
        let made = making.make(source, recipe);
        sums.fill(made, (&mut tables, &catalogue), &mut learning).await?;
        bar.finish_and_clear();
    }
    tables.supersede(sums.old_rows());
    sums.learn(house, &keys).await?;
    let Sums { quarantine, warnings, tallies, .. } = sums;
    let mut reports = held;
    for (file, tally) in files.iter().zip(tallies) {
        reports.push(report(file, tally)?);
    }
    let warnings = warnings.into_iter().map(|(code, (cases, file, line))| WarningCount {
        code,
        path: None,
        detail: String::new(),
        cases,
        first_file: Some(file),
        first_line: line,
    });
    let mut quarantine = quarantine;
    quarantine.sort_by(|a, b| (&a.0, a.1.line).cmp(&(&b.0, b.1.line)));
    let parts = ReportParts {
        files: reports,
        quarantine: quarantine.into_iter().map(|(_, row)| row).collect(),
        warnings: warnings.collect(),
        keys,
    };
    tables.commit(parts).await?;
    Ok(())
}

/// Stops the reading threads when the load ends, however it ends.
struct Stopper(Arc<AtomicBool>);

impl Drop for Stopper {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn report(file: &Source, tally: Tally) -> anyhow::Result<FileReport> {
    let count = |number: i64| {
        u64::try_from(number).with_context(|| format!("a negative count for {}", file.name))
    };
    let counts = Counts {
        lines: count(tally.lines)?,
        resources: count(tally.resources)?,
        written: count(tally.written)?,
        unchanged: count(tally.unchanged)?,
        superseded: count(tally.superseded)?,
        quarantined: count(tally.quarantined)?,
    };
    Ok(FileReport { landing: file.id, name: file.name.clone(), already_held: false, counts })
}
