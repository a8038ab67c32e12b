//! One load from its first step to its commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};
use fhir::plan::{Layout, PatientResolver};
use lake::{LoadMode, Writer};
use ledger::{FileReport, LandingState, PatientKeys};
use vocab::{LoadId, PatientId};

use super::bases::OwnBases;
use super::before::Before;
use super::catalogue::Catalogue;
use super::keep::{self, Incoming, KeptFiles};
use super::missing::{Asked, Rule};
use super::occurrence::Occurrences;
use super::pieces::{Kind, Source};
use super::read::Reading;
use super::recipe::Recipe;
use super::sums::Sums;
use crate::cli::IngestArgs;
use crate::house::House;
use crate::progress;

/// What is to be done.
pub(super) enum Job<'a> {
    /// Take these files in.
    Ingest {
        /// The files, in order.
        files: Vec<Incoming>,
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

    fn is_erased(&self, patient: PatientId) -> bool {
        self.keys.erased().has_patient(patient)
    }
}

/// Runs a load; its report is in the ledger under the number this gives.
pub(super) async fn run(house: &House, job: Job<'_>) -> anyhow::Result<LoadId> {
    let purpose = if matches!(job, Job::Ingest { .. }) { "ingest" } else { "rebuild" };
    let mut writer = match &job {
        Job::Ingest { .. } => house.lake.writer(purpose).await?,
        Job::Rebuild { .. } => house.lake.writer_for_rebuild(purpose).await?,
    };
    // The views are read before anything else: a mistake in one is told before anything is done.
    let keys = house.ledger.patient_keys().await?;
    let (catalogue, plan, quiet) = match job {
        Job::Ingest { files, args } => {
            let catalogue = catalogue(house, &keys, vec![Arc::from(args.source.as_str())])?;
            check_definitions(house, &catalogue).await?;
            let new = super::new_load(house, &args.source, purpose);
            let load = house.ledger.loads().begin(writer.lease(), new).await?;
            let how = (args.source.as_str(), args.quiet);
            let kept = keep::keep(house, writer.lease(), load, files, how).await?;
            let rule = Rule { percent_max: args.delete_at_most };
            let missing = args.delete_missing.then(|| (Arc::from(args.source.as_str()), rule));
            let KeptFiles { new, held, taken } = kept;
            let plan = Plan { load, mode: LoadMode::Add, files: new, held, taken, missing };
            (catalogue, plan, args.quiet)
        }
        Job::Rebuild { quiet } => {
            let new = super::new_load(house, "landing", purpose);
            let load = house.ledger.loads().begin(writer.lease(), new).await?;
            let files = everything_taken(house).await?;
            let catalogue = catalogue(house, &keys, sources_of(&files))?;
            (catalogue, Plan::of_everything(load, files), quiet)
        }
    };
    let load = plan.load;
    if plan.files.is_empty() && plan.missing.is_none() {
        house.ledger.loads().finish_unchanged(writer.lease(), load, &plan.held).await?;
        return Ok(load);
    }
    let how = (Arc::new(catalogue), keys, quiet);
    let done = fill(house, &mut writer, plan, how).await;
    if let Err(error) = &done {
        // The landing has the files; the tables are as they were.
        let failed = house.ledger.loads().fail(writer.lease(), load, &format!("{error:#}")).await;
        failed.context("the load failed, and so did noting that")?;
    }
    done.map(|()| load)
}

/// What a load reads and writes.
struct Plan {
    load: LoadId,
    mode: LoadMode,
    /// The files to take, those of one load together, in the order of the loads.
    files: Vec<Source>,
    /// What is told of files that had been taken before.
    held: Vec<FileReport>,
    /// Those files.
    taken: Vec<Source>,
    /// Whose everything these files are, and when what they do not hold is deleted.
    missing: Option<(Arc<str>, Rule)>,
}

impl Plan {
    fn of_everything(load: LoadId, files: Vec<Source>) -> Self {
        let (held, taken) = (Vec::new(), Vec::new());
        Self { load, mode: LoadMode::Replace, files, held, taken, missing: None }
    }
}

/// Refuses to add rows by new definitions to tables made by old ones.
pub(super) async fn check_definitions(house: &House, catalogue: &Catalogue) -> anyhow::Result<()> {
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

pub(super) fn catalogue(
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

/// Every file that a snapshot has taken, in the order in which snapshots took them.
async fn everything_taken(house: &House) -> anyhow::Result<Vec<Source>> {
    let (mut held, mut after) = (Vec::new(), 0);
    loop {
        let page = house.ledger.landings().in_order(after).await?;
        let Some(last) = page.last() else { break };
        after = last.arrival;
        for file in page {
            if let LandingState::Taken(snapshot) = file.state {
                held.push((snapshot, file));
            }
        }
    }
    // A file may have arrived with a load that failed, and been taken by a later one.
    held.sort_by_key(|(snapshot, file)| (*snapshot, file.arrival));
    let (mut files, mut sources) = (Vec::<Source>::with_capacity(held.len()), Vec::new());
    let (mut load, mut last) = (0, None);
    for (snapshot, held) in held {
        load += u32::from(last != Some(snapshot));
        last = Some(snapshot);
        let known = sources.iter().position(|name: &Arc<str>| **name == *held.source);
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
            kind: Kind::of_word(&held.file.kind),
            source: (u16::try_from(at).context("more than 65535 sources")?, name),
            load,
            already_held: false,
        });
    }
    Ok(files)
}

async fn fill(
    house: &House,
    writer: &mut Writer,
    plan: Plan,
    (catalogue, keys, quiet): (Arc<Catalogue>, PatientKeys, bool),
) -> anyhow::Result<()> {
    let Plan { load, mode, mut files, held, taken, missing } = plan;
    let seeing = missing.is_some();
    let occurrences = Arc::new(if seeing { Occurrences::seeing() } else { Occurrences::new() });
    let before = match mode {
        LoadMode::Add => before(house, writer, &files, (seeing, &occurrences)).await?,
        LoadMode::Replace => Before::default(),
    };
    let before = Arc::new(before);
    let received = files.iter().chain(&taken).filter(|file| file.kind != Kind::Recipe);
    let total = received.map(|file| file.size_bytes).sum();
    let stop = Arc::new(AtomicBool::new(false));
    let _stopper = Stopper(Arc::clone(&stop));
    let reading = Reading {
        catalogue: Arc::clone(&catalogue),
        occurrences: Arc::clone(&occurrences),
        before: Arc::clone(&before),
        zone: house.zone()?,
        own_bases: OwnBases::read(house).await?,
        landing: house.lake.landing().clone(),
        line_bytes_max: house.config.ingest.line_bytes_max,
        keys: keys.clone(),
        bar: progress::bytes(total, "reading", quiet),
        stop,
    };
    let mut tables = writer.begin(load, mode, &catalogue.specs).await?;
    let mut sums = Sums::new(&files, Arc::clone(&before));
    let mut learning = (house, &keys);
    // Load after load: what a later one says counts, and a rebuild must come to the same.
    for of_load in files.chunk_by(|a, b| a.load == b.load) {
        let made = |file: &&Source| file.kind == Kind::Recipe;
        let received = of_load.iter().filter(|file| !made(file)).cloned().collect();
        let brought = reading.clone().start(received);
        sums.fill(brought, (&mut tables, &catalogue), &mut learning).await?;
        for source in of_load.iter().filter(made) {
            let recipe = Recipe::read(house.lake.landing(), source.id)?;
            let bar = progress::things(recipe.patients, "patients", quiet);
            let making = Reading { bar: bar.clone(), ..reading.clone() };
            let brought = making.make(source.clone(), recipe);
            sums.fill(brought, (&mut tables, &catalogue), &mut learning).await?;
            bar.finish_and_clear();
        }
        // For the loads that follow.
        for source in of_load.iter().filter(made) {
            let recipe = Recipe::read(house.lake.landing(), source.id)?;
            before.made_here(recipe, &source.source.1, (source.number, source.load));
        }
    }
    if let Some((source, rule)) = missing {
        let brought = reading.clone().start(taken);
        sums.fill(brought, (&mut tables, &catalogue), &mut learning).await?;
        let number = u32::try_from(files.len()).context("too many files in one load")?;
        let asked = Asked { house, load, source: &source, number };
        if let Some(file) = sums.missing(&asked, rule, &tables, &occurrences).await? {
            let brought = reading.clone().start(vec![file.clone()]);
            sums.fill(brought, (&mut tables, &catalogue), &mut learning).await?;
            files.push(file);
        }
    }
    reading.bar.finish_and_clear();
    tables.supersede(sums.old_rows());
    house.lake.step("identities")?;
    sums.learn(house, &keys).await?;
    let deleted = sums.still_deleted(&occurrences, &keys);
    let parts = sums.into_parts(&files, held, keys)?;
    tables.commit(parts).await?;
    // After the commit: who is deleted is so for certain. The next load does the same again.
    house.lake.step("forget")?;
    Ok(house.ledger.identity().forget(&deleted).await?)
}

/// A load that brings less than one resource for so many held looks them up; one that brings more
/// reads what is held.
const HELD_FOR_ONE: u64 = 16;

/// About how many bytes of a file make a resource.
const RESOURCE_BYTES: u64 = 600;

/// What earlier loads left, for a load that adds these files.
async fn before(
    house: &House,
    writer: &Writer,
    files: &[Source],
    (seeing, met): (bool, &Occurrences),
) -> anyhow::Result<Before> {
    let snapshot = house.ledger.snapshots().latest().await?;
    let held = snapshot.and_then(|snapshot| snapshot.table("resource").map(|table| table.rows));
    let bytes: u64 = files.iter().map(|file| file.size_bytes).sum();
    let brings_few = bytes / RESOURCE_BYTES * HELD_FOR_ONE < held.unwrap_or_default() && bytes > 0;
    let before = match brings_few && !seeing {
        true => Before::few(writer, met).await?,
        false => Before::all(writer, met).await?,
    };
    for file in everything_taken(house).await? {
        if file.kind == Kind::Recipe {
            let recipe = Recipe::read(house.lake.landing(), file.id)?;
            before.hold_made(recipe, &file.source.1, file.id)?;
        }
    }
    Ok(before)
}

/// Stops the reading threads when the load ends, however it ends.
struct Stopper(Arc<AtomicBool>);

impl Drop for Stopper {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
