//! What the threads of a load brought, summed up: counts, quarantine, rows that go, and who people
//! are.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use anyhow::Context as _;
use lake::{Load, OldRow, ReportParts};
use ledger::{
    Counts, FileReport, Identifier, IdentityOwner, IdentityRecord, PatientKeys, QuarantineRow,
    WarningCount,
};
use tokio::sync::mpsc;
use vocab::{IssueCode, LandingId};

use super::before::Before;
use super::catalogue::Catalogue;
use super::harvest::{Gone, Harvest, Learned, Tally};
use super::missing::{self, Asked, Rule};
use super::occurrence::Occurrences;
use super::pieces::{Kind, Source};
use super::read::Brought;
use crate::house::House;

/// People of a made hospital whose identities are put away at a time.
const LEARNED_AT_ONCE: usize = 5_000;

/// What the threads brought, summed up.
pub(super) struct Sums {
    files: Vec<(LandingId, String)>,
    before: Arc<Before>,
    pub(super) tallies: Vec<Tally>,
    pub(super) quarantine: Vec<(u32, QuarantineRow)>,
    pub(super) warnings: BTreeMap<IssueCode, (u64, String, Option<u64>)>,
    gone: Vec<Gone>,
    learned: Vec<(Arc<str>, Learned)>,
    deleted: Vec<(Arc<str>, String, String)>,
    /// The types of the resources met.
    types: BTreeSet<&'static str>,
    /// A line could not be read so far as to tell which resource it is.
    nameless: bool,
}

impl Sums {
    pub(super) fn new(files: &[Source], before: Arc<Before>) -> Self {
        Self {
            files: files.iter().map(|file| (file.id, file.name.clone())).collect(),
            before,
            tallies: vec![Tally::default(); files.len()],
            quarantine: Vec::new(),
            warnings: BTreeMap::new(),
            gone: Vec::new(),
            learned: Vec::new(),
            deleted: Vec::new(),
            types: BTreeSet::new(),
            nameless: false,
        }
    }

    /// Takes everything that a channel brings.
    pub(super) async fn fill(
        &mut self,
        mut brought: mpsc::Receiver<Brought>,
        (tables, catalogue): (&mut Load<'_>, &Catalogue),
        (house, keys): &mut (&House, &PatientKeys),
    ) -> anyhow::Result<()> {
        while let Some(next) = brought.recv().await {
            let (source, mut harvest) = next?;
            for (table, batch) in std::mem::take(&mut harvest.batches) {
                let spec = catalogue.specs.get(table).context("a batch for a table not there")?;
                tables.push(&spec.name, batch, source.id, &source.source.1).await?;
            }
            self.add(&source, harvest);
            // Nothing made is ever replaced, so what was learned need not wait for the end.
            if source.kind == Kind::Recipe && self.learned.len() >= LEARNED_AT_ONCE {
                self.learn(house, keys).await?;
            }
        }
        Ok(())
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
        self.types.extend(harvest.types);
        self.nameless |= harvest.nameless;
        let deleted = harvest.deleted.into_iter();
        self.deleted.extend(
            deleted.map(|(kind, key)| (Arc::clone(&source.source.1), kind.to_owned(), key)),
        );
        let of_source = |learned| (Arc::clone(&source.source.1), learned);
        self.learned.extend(harvest.learned.into_iter().map(of_source));
    }

    fn named(&self, file: u32) -> (LandingId, String) {
        let at = usize::try_from(file).unwrap_or(usize::MAX);
        self.files.get(at).cloned().unwrap_or((LandingId([0; 32]), String::new()))
    }

    /// Where the rows stand that go.
    pub(super) fn old_rows(&self) -> Vec<OldRow> {
        let file = |number: u32| match self.before.file(number) {
            Some(held) => held,
            None => self.named(number).0,
        };
        let old = self.gone.iter().map(|gone| OldRow {
            source: Arc::clone(&gone.source),
            file: file(gone.old.file),
            line: i64::try_from(gone.old.line).unwrap_or(i64::MAX),
            place: self.before.place(&gone.old, gone.key),
        });
        old.collect()
    }

    /// Puts what says who people are into the identity store. Before the commit: a load that dies
    /// afterwards puts the same again.
    pub(super) async fn learn(&mut self, house: &House, keys: &PatientKeys) -> anyhow::Result<()> {
        let mut records = Vec::new();
        let gone: HashSet<(u32, u64)> =
            self.gone.iter().map(|gone| (gone.old.file, gone.old.line)).collect();
        for (source, learned) in std::mem::take(&mut self.learned) {
            if gone.contains(&learned.at) {
                continue;
            }
            if let ("Patient", Some(patient)) = (learned.resource_type, learned.patient) {
                for link in &learned.links {
                    keys.learn_link(patient, keys.patient_id(&source, link));
                }
            }
            records.push(identity_of(&source, learned));
        }
        Ok(house.ledger.identity().put_many(&records).await?)
    }

    /// Writes down what is missing, where every line told which resource it is.
    pub(super) async fn missing(
        &mut self,
        asked: &Asked<'_>,
        rule: Rule,
        tables: &Load<'_>,
        seen: &Occurrences,
    ) -> anyhow::Result<Option<Source>> {
        if self.nameless {
            let name = self.files.first().map(|(_, name)| name.clone()).unwrap_or_default();
            self.warnings.entry(IssueCode::MissingUnknown).or_insert((1, name, None));
            return Ok(None);
        }
        let kept = missing::keep(asked, rule, tables, (seen, &self.types)).await?;
        if let Some(file) = &kept {
            self.files.push((file.id, file.name.clone()));
            self.tallies.push(Tally::default());
        }
        Ok(kept)
    }

    /// Who is to be forgotten: whose resource was deleted, before or in this load, and is not back.
    pub(super) fn still_deleted(
        &mut self,
        met: &Occurrences,
        keys: &PatientKeys,
    ) -> Vec<IdentityOwner> {
        let deleted = std::mem::take(&mut self.deleted);
        let all = deleted.into_iter().chain(self.before.take_deleted());
        let mut buffer = Vec::new();
        let still = all.filter(|(source, kind, key)| {
            let key = Occurrences::key(source, kind, key, &mut buffer);
            met.stands(key).is_some_and(|stands| stands.as_deletion().is_some())
        });
        let owners = still.map(|(source, kind, key)| match kind.as_str() {
            "Patient" => IdentityOwner::Patient(keys.patient_id(&source, &key)),
            _ => IdentityOwner::Resource { source: source.to_string(), resource_type: kind, key },
        });
        owners.collect()
    }

    /// What the ledger is told.
    pub(super) fn into_parts(
        self,
        files: &[Source],
        held: Vec<FileReport>,
        keys: PatientKeys,
    ) -> anyhow::Result<ReportParts> {
        let mut reports = held;
        for (file, tally) in files.iter().zip(self.tallies) {
            reports.push(report(file, tally)?);
        }
        let warnings = self.warnings.into_iter().map(|(code, (cases, file, line))| WarningCount {
            code,
            path: None,
            detail: String::new(),
            cases,
            first_file: Some(file),
            first_line: line,
        });
        let mut quarantine = self.quarantine;
        quarantine.sort_by(|a, b| (&a.0, a.1.line).cmp(&(&b.0, b.1.line)));
        Ok(ReportParts {
            files: reports,
            quarantine: quarantine.into_iter().map(|(_, row)| row).collect(),
            warnings: warnings.collect(),
            keys,
        })
    }
}

/// What the identity store is to know of somebody.
pub(super) fn identity_of(source: &Arc<str>, learned: Learned) -> IdentityRecord {
    let Learned { resource_type, key, patient, identity, .. } = learned;
    let owner = match (resource_type, patient) {
        ("Patient", Some(patient)) => IdentityOwner::Patient(patient),
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
    IdentityRecord {
        owner,
        source: source.to_string(),
        key,
        names: identity.names,
        identifiers: identifiers.collect(),
        content: serde_json::from_str(&identity.json).unwrap_or_default(),
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
        deleted: count(tally.deleted)?,
        quarantined: count(tally.quarantined)?,
    };
    Ok(FileReport { landing: file.id, name: file.name.clone(), already_held: false, counts })
}
