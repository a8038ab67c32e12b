//! One load from its first step to its commit.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};
use fhir::plan::{Layout, PatientResolver};
use lake::{HeldResource, LoadMode, OldRow, ReportParts, Writer};
use ledger::{
    Counts, FileReport, Identifier, IdentityOwner, IdentityRecord, LandingState, PatientKeys,
    QuarantineRow, WarningCount,
};
use vocab::{IssueCode, LandingId, LoadId, PatientId};

use super::catalogue::Catalogue;
use super::harvest::{Gone, Harvest, Learned, Tally};
use super::keep;
use super::occurrence::{Occurrence, Occurrences};
use super::pieces::Source;
use super::read::Reading;
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
    let (load, files, quiet, mode, held) = match job {
        Job::Ingest { files, args } => {
            check_definitions(house, &keys).await?;
            let new = super::new_load(house, &args.source, purpose);
            let load = house.ledger.loads().begin(writer.lease(), new).await?;
            let how = (args.source.as_str(), args.quiet);
            let kept = keep::keep(house, writer.lease(), load, files, how).await?;
            (load, kept.new, args.quiet, LoadMode::Add, kept.held)
        }
        Job::Rebuild { quiet } => {
            let new = super::new_load(house, "landing", purpose);
            let load = house.ledger.loads().begin(writer.lease(), new).await?;
            (load, everything_taken(house).await?, quiet, LoadMode::Replace, Vec::new())
        }
    };
    if files.is_empty() {
        house.ledger.loads().finish_unchanged(writer.lease(), load, &held).await?;
        return Ok(load);
    }
    let done = fill(house, &mut writer, (load, mode), (files, held), (keys, quiet)).await;
    if let Err(error) = &done {
        // The landing has the files; the tables are as they were.
        let failed = house.ledger.loads().fail(writer.lease(), load, &format!("{error:#}")).await;
        failed.context("the load failed, and so did noting that")?;
    }
    done.map(|()| load)
}

/// Refuses to add rows by new definitions to tables made by old ones.
async fn check_definitions(house: &House, keys: &PatientKeys) -> anyhow::Result<()> {
    let catalogue = catalogue(house, keys, Vec::new())?;
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
    (keys, quiet): (PatientKeys, bool),
) -> anyhow::Result<()> {
    let mut sources: Vec<Arc<str>> = Vec::new();
    for file in &files {
        if usize::from(file.source.0) == sources.len() {
            sources.push(Arc::clone(&file.source.1));
        }
    }
    let catalogue = Arc::new(catalogue(house, &keys, sources)?);
    let occurrences = Arc::new(Occurrences::new());
    let mut before = Before::default();
    if mode == LoadMode::Add {
        before.read(writer, &occurrences).await?;
    }
    let total = files.iter().map(|file| file.size_bytes).sum();
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
    let bar = reading.bar.clone();
    let mut brought = reading.start(files.clone());
    let mut tables = writer.begin(load, mode, &catalogue.specs).await?;
    let mut sums = Sums::new(&files, before);
    while let Some(next) = brought.recv().await {
        let (source, mut harvest) = next?;
        for (table, batch) in std::mem::take(&mut harvest.batches) {
            let spec = catalogue.specs.get(table).context("a batch for a table not there")?;
            tables.push(&spec.name, batch, source.id, &source.source.1).await?;
        }
        sums.add(&source, harvest);
    }
    bar.finish_and_clear();
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

/// The resources held before this load, by where they came from.
#[derive(Default)]
struct Before {
    files: Vec<LandingId>,
    numbers: BTreeMap<LandingId, u32>,
}

impl Before {
    async fn read(&mut self, writer: &Writer, met: &Occurrences) -> anyhow::Result<()> {
        let mut held = writer.held_resources().await?;
        let mut buffer = Vec::new();
        while let Some(resources) = held.next().await? {
            for resource in resources {
                // Contained resources stand and fall with what contains them.
                if !resource.key.contains('#') {
                    self.hold(&resource, met, &mut buffer)?;
                }
            }
        }
        Ok(())
    }

    fn hold(
        &mut self,
        held: &HeldResource,
        met: &Occurrences,
        buffer: &mut Vec<u8>,
    ) -> anyhow::Result<()> {
        let next = u32::try_from(self.files.len()).context("too many files held")?;
        let number = *self.numbers.entry(held.file).or_insert(next);
        if number == next {
            self.files.push(held.file);
        }
        let key = Occurrences::key(&held.source, &held.resource_type, &held.key, buffer);
        let version = held.version.as_deref().and_then(|text| text.parse().ok());
        let occurrence = Occurrence {
            content: u128::from_str_radix(&held.content_hash, 16)
                .context("the table resource has a hash that is none")?,
            last_updated_us: held.last_updated_us.unwrap_or(i64::MIN),
            version: version.unwrap_or(-1),
            file: Occurrence::HELD.saturating_add(number),
            line: held.line.unsigned_abs(),
        };
        met.hold(key, occurrence);
        Ok(())
    }

    fn file(&self, number: u32) -> Option<LandingId> {
        let at = usize::try_from(number.checked_sub(Occurrence::HELD)?).ok()?;
        self.files.get(at).copied()
    }
}

/// What the threads brought, summed up.
struct Sums {
    files: Vec<(LandingId, String)>,
    before: Before,
    tallies: Vec<Tally>,
    quarantine: Vec<(u32, QuarantineRow)>,
    warnings: BTreeMap<IssueCode, (u64, String, Option<u64>)>,
    gone: Vec<Gone>,
    learned: Vec<(Arc<str>, Learned)>,
}

impl Sums {
    fn new(files: &[Source], before: Before) -> Self {
        Self {
            files: files.iter().map(|file| (file.id, file.name.clone())).collect(),
            before,
            tallies: vec![Tally::default(); files.len()],
            quarantine: Vec::new(),
            warnings: BTreeMap::new(),
            gone: Vec::new(),
            learned: Vec::new(),
        }
    }

    fn add(&mut self, source: &Source, harvest: Harvest) {
        for (file, tally) in harvest.tallies {
            let at = usize::try_from(file).unwrap_or(usize::MAX);
            if let Some(sum) = self.tallies.get_mut(at) {
                sum.add(&tally);
            }
        }
        for (file, issue) in harvest.quarantine {
            let (landing, name) = self.named(file);
            let row = QuarantineRow {
                landing,
                file: name,
                line: issue.place.line.map(fhir::entry::line_of),
                code: issue.code,
                path: issue.place.path,
                detail: issue.detail,
            };
            self.quarantine.push((file, row));
        }
        for (code, (cases, file, line)) in harvest.warnings {
            let name = self.named(file).1;
            let line = line.map(fhir::entry::line_of);
            let sum = self.warnings.entry(code).or_insert((0, name, line));
            sum.0 += cases;
        }
        self.gone.extend(harvest.gone);
        let of_source = |learned| (Arc::clone(&source.source.1), learned);
        self.learned.extend(harvest.learned.into_iter().map(of_source));
    }

    fn named(&self, file: u32) -> (LandingId, String) {
        let at = usize::try_from(file).unwrap_or(usize::MAX);
        self.files.get(at).cloned().unwrap_or((LandingId([0; 32]), String::new()))
    }

    /// Where the rows stand that go.
    fn old_rows(&self) -> Vec<OldRow> {
        let file = |number: u32| match self.before.file(number) {
            Some(held) => held,
            None => self.named(number).0,
        };
        let old = self.gone.iter().map(|gone| OldRow {
            source: Arc::clone(&gone.source),
            file: file(gone.old.file),
            line: i64::try_from(gone.old.line).unwrap_or(i64::MAX),
            patient: None,
        });
        old.collect()
    }

    /// Puts what says who people are into the identity store. Before the commit: a load that dies
    /// afterwards puts the same again.
    async fn learn(&mut self, house: &House, keys: &PatientKeys) -> anyhow::Result<()> {
        let mut records = Vec::new();
        let gone: HashSet<(u32, u64)> =
            self.gone.iter().map(|gone| (gone.old.file, gone.old.line)).collect();
        for (source, learned) in std::mem::take(&mut self.learned) {
            let Learned { resource_type, key, patient, identity, links, at } = learned;
            if gone.contains(&at) {
                continue;
            }
            let owner = match (resource_type, patient) {
                ("Patient", Some(patient)) => {
                    for link in links {
                        keys.learn_link(patient, keys.patient_id(&source, &link));
                    }
                    IdentityOwner::Patient(patient)
                }
                _ => IdentityOwner::Resource {
                    source: source.to_string(),
                    resource_type: resource_type.to_owned(),
                    key: key.clone(),
                },
            };
            let identifiers = identity.identifiers.into_iter().map(|(system, value)| Identifier {
                system: (!system.is_empty()).then_some(system),
                value,
            });
            records.push(IdentityRecord {
                owner,
                source: source.to_string(),
                key,
                names: identity.names,
                identifiers: identifiers.collect(),
                content: serde_json::from_str(&identity.json).unwrap_or_default(),
            });
        }
        Ok(house.ledger.identity().put_many(&records).await?)
    }
}
