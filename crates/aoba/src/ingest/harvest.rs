//! One thread's share of a load: lines in, rows, counts and issues out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow_array::RecordBatch;
use fhir::entry::{self, Entry};
use fhir::plan::Runner;
use fhir::reference::BundleKeys;
use ledger::PatientKeys;
use slices::records::tables as bundled;
use vocab::date::Zone;
use vocab::{Issue, IssueCode, PatientId, Place, Severity};

use super::bases::OwnBases;
use super::before::{Before, Wanted};
use super::catalogue::{Catalogue, TypeTables};
use super::extensions::{self, WITHHELD_TYPES};
use super::identity::{self, Identity};
use super::occurrence::{self, Occurrence, Occurrences};
use super::pieces::{Kind, Source};
use super::system::{DeletionRows, ExtensionRows, ResourceRows, Whose};
use super::verdict::Verdict;

/// What is the same for all threads of a load.
pub(super) struct Shared<'c> {
    pub(super) catalogue: &'c Catalogue,
    pub(super) occurrences: &'c Occurrences,
    pub(super) before: &'c Before,
    pub(super) zone: Zone,
    pub(super) own_bases: &'c OwnBases,
    pub(super) keys: &'c PatientKeys,
}

/// What became of a file's resources, as far as this thread knows: numbers may be taken back when
/// a better copy of a resource is met later, so they are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) lines: i64,
    pub(super) resources: i64,
    pub(super) written: i64,
    pub(super) unchanged: i64,
    pub(super) superseded: i64,
    pub(super) deleted: i64,
    pub(super) quarantined: i64,
}

impl Tally {
    /// Adds what another thread counted.
    pub(super) fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.resources += other.resources;
        self.written += other.written;
        self.unchanged += other.unchanged;
        self.superseded += other.superseded;
        self.deleted += other.deleted;
        self.quarantined += other.quarantined;
    }
}

/// A copy of a resource whose rows must go, because a better one was written.
#[derive(Clone, Debug)]
pub(super) struct Gone {
    pub(super) source: Arc<str>,
    pub(super) old: Occurrence,
    /// The resource's key.
    pub(super) key: u128,
}

/// What was learned of a person.
#[derive(Clone, Debug)]
pub(super) struct Learned {
    pub(super) resource_type: &'static str,
    pub(super) key: String,
    pub(super) patient: Option<PatientId>,
    pub(super) identity: Identity,
    /// Keys of the same person's other records in this source.
    pub(super) links: Vec<String>,
    /// The file and the line it came from.
    pub(super) at: (u32, u64),
}

/// What a thread brought in from one piece.
#[derive(Default)]
pub(super) struct Harvest {
    pub(super) batches: Vec<(usize, RecordBatch)>,
    pub(super) tallies: BTreeMap<u32, Tally>,
    /// Issues with the number of their file.
    pub(super) quarantine: Vec<(u32, Issue)>,
    pub(super) warnings: BTreeMap<IssueCode, (u64, u32, Option<u64>)>,
    pub(super) gone: Vec<Gone>,
    pub(super) learned: Vec<Learned>,
    /// Type and key of each resource deleted.
    pub(super) deleted: Vec<(&'static str, String)>,
    /// The types of the resources met.
    pub(super) types: BTreeSet<&'static str>,
    /// Something could not be read so far as to tell which resource it is.
    pub(super) nameless: bool,
}

/// A thread's plans and what it has gathered from the piece at hand.
pub(super) struct Harvester<'c> {
    pub(super) shared: &'c Shared<'c>,
    types: HashMap<&'static str, (TypeTables, Runner)>,
    resource_rows: ResourceRows,
    extension_rows: ExtensionRows,
    pub(super) deletion_rows: DeletionRows,
    pub(super) harvest: Harvest,
    /// Why what is held could not be looked up.
    failed: Option<anyhow::Error>,
    pub(super) buffer: Vec<u8>,
    pub(super) file: u32,
    pub(super) load: u32,
    pub(super) source: (u16, Arc<str>),
    /// The file has been taken by an earlier load: only what is in it is noted.
    seeing: bool,
    /// The file lists what a full load did not hold.
    pub(super) missing: bool,
    /// The lines are made here and now: each resource once, none with a text to go back to.
    making: bool,
}

impl<'c> Harvester<'c> {
    /// Makes one with nothing gathered.
    pub(super) fn new(shared: &'c Shared<'c>) -> Self {
        Self {
            shared,
            types: HashMap::new(),
            resource_rows: ResourceRows::default(),
            extension_rows: ExtensionRows::default(),
            deletion_rows: DeletionRows::default(),
            harvest: Harvest::default(),
            failed: None,
            buffer: Vec::new(),
            file: 0,
            load: 0,
            source: (0, Arc::from("")),
            seeing: false,
            missing: false,
            making: false,
        }
    }

    /// Makes one for resources that are made, not received.
    pub(super) fn making(shared: &'c Shared<'c>) -> Self {
        Self { making: true, ..Self::new(shared) }
    }

    /// Says of which file the next lines are.
    pub(super) fn begin(&mut self, file: &Source) {
        if file.source.0 != self.source.0 {
            // A runner knows its source from its start.
            self.types.clear();
        }
        self.source = (file.source.0, Arc::clone(&file.source.1));
        (self.file, self.load) = (file.number, file.load);
        (self.seeing, self.missing) = (file.already_held, file.kind == Kind::Missing);
    }

    /// Takes one line that is text.
    pub(super) fn line(&mut self, text: &str, number: u64) {
        self.count_lines(1);
        self.taken(&entry::line(text, number));
    }

    /// Takes a block of whole lines.
    pub(super) fn lines(&mut self, block: &[u8], first_line: u64) {
        if self.looks_up() {
            // All at once: what one page holds is then read once.
            let lines: Vec<_> = entry::lines(block, first_line)
                .map(|line| line.map(|line| entry::line(line.text, line.number)))
                .collect();
            self.look_up(lines.iter().filter_map(|line| line.as_ref().ok()));
            for line in lines {
                self.count_lines(1);
                match line {
                    Ok(taken) => self.taken(&taken),
                    Err(issue) => self.quarantine_new(issue),
                }
            }
            return;
        }
        for line in entry::lines(block, first_line) {
            self.count_lines(1);
            match line {
                Ok(line) => self.taken(&entry::line(line.text, line.number)),
                Err(issue) => self.quarantine_new(issue),
            }
        }
    }

    /// Takes a file that is one JSON text.
    pub(super) fn whole(&mut self, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let taken = entry::whole(text);
                self.count_lines(taken.entries.len() + taken.deletions.len());
                if self.looks_up() {
                    self.look_up([&taken].into_iter());
                }
                self.taken(&taken);
            }
            Err(_) => {
                self.count_lines(1);
                self.quarantine_new(Issue::new(IssueCode::InvalidUtf8, Place::at_line(1), ""));
            }
        }
    }

    /// Whether what is held must be looked up before it is met.
    fn looks_up(&self) -> bool {
        !self.making && !self.seeing && self.shared.before.looks_up()
    }

    /// Looks up what is held of the resources and deletions at hand.
    fn look_up<'t>(&mut self, taken: impl Iterator<Item = &'t entry::Taken<'t>>) {
        if self.failed.is_some() {
            return;
        }
        let source = Arc::clone(&self.source.1);
        let mut wanted = Vec::new();
        for taken in taken {
            let entries = taken.entries.iter().map(|one| (one.head.resource_type, &*one.key));
            let deletions = taken.deletions.iter().map(|one| (one.resource_type, &*one.key));
            for (kind, id) in entries.chain(deletions) {
                let key = Occurrences::key(&source, kind, id, &mut self.buffer);
                wanted.push(Wanted { key, id });
            }
        }
        let Shared { occurrences, before, zone, keys, .. } = self.shared;
        self.failed = before.look_up((occurrences, &source), (zone, keys), wanted).err();
    }

    /// Tells of something in the file that never became a resource.
    pub(super) fn quarantine_new(&mut self, issue: Issue) {
        self.harvest.nameless = true;
        self.quarantine_part(issue);
    }

    /// Tells of something in a resource, or that a resource cannot be taken.
    fn quarantine_part(&mut self, issue: Issue) {
        if self.seeing {
            return;
        }
        let tally = self.tally();
        tally.resources += 1;
        tally.quarantined += 1;
        self.harvest.quarantine.push((self.file, issue));
    }

    /// Gives what was gathered since the last time.
    pub(super) fn take(&mut self) -> anyhow::Result<Harvest> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        for (tables, runner) in self.types.values_mut() {
            for (at, table) in tables.tables.iter().enumerate() {
                if runner.rows(at) > 0 {
                    self.harvest.batches.push((*table, runner.take(at)?));
                }
            }
            for (code, count) in runner.take_warnings() {
                let entry = self.harvest.warnings.entry(code).or_insert((0, self.file, None));
                entry.0 += count;
            }
        }
        let catalogue = self.shared.catalogue;
        for (table, batch) in [
            (catalogue.resource_table(), self.resource_rows.take()?),
            (catalogue.extension_table(), self.extension_rows.take()?),
            (catalogue.deletion_table(), self.deletion_rows.take()?),
        ] {
            if batch.num_rows() > 0 {
                self.harvest.batches.push((table, batch));
            }
        }
        Ok(std::mem::take(&mut self.harvest))
    }

    fn count_lines(&mut self, lines: usize) {
        if !self.seeing {
            self.tally().lines += i64::try_from(lines).unwrap_or(0);
        }
    }

    pub(super) fn tally(&mut self) -> &mut Tally {
        self.harvest.tallies.entry(self.file).or_default()
    }

    fn warn(&mut self, code: IssueCode, line: Option<u64>) {
        let entry = self.harvest.warnings.entry(code).or_insert((0, self.file, line));
        entry.0 += 1;
    }

    fn taken(&mut self, taken: &entry::Taken<'_>) {
        for issue in &taken.issues {
            if issue.severity() == Severity::Error {
                self.quarantine_new(issue.clone());
            } else if !self.seeing {
                self.warn(issue.code, issue.place.line);
            }
        }
        if self.seeing {
            taken.entries.iter().for_each(|entry| self.see(entry));
            return;
        }
        for deletion in &taken.deletions {
            self.deletion(deletion);
        }
        // People first: what refers to them by identifier may stand before them.
        for wanted_people in [true, false] {
            for entry in &taken.entries {
                if (entry.head.resource_type == "Patient") == wanted_people {
                    self.entry(entry, taken.references.as_ref());
                }
            }
        }
    }

    fn entry(&mut self, entry: &Entry<'_>, references: Option<&BundleKeys>) {
        self.tally().resources += 1;
        if self.shared.occurrences.is_seeing() {
            self.harvest.types.insert(entry.head.resource_type);
        }
        if self.making {
            match self.push(entry, 0, (&[], references), None) {
                Ok(patient) => {
                    self.tally().written += 1;
                    self.learn(entry, patient);
                }
                Err(issue) => {
                    self.tally().quarantined += 1;
                    self.harvest.quarantine.push((self.file, issue));
                }
            }
            return;
        }
        let (key, met) = self.occurrence(entry);
        let verdict = self.shared.occurrences.meet(key, met);
        match verdict {
            Verdict::Unchanged => self.tally().unchanged += 1,
            Verdict::Superseded => self.tally().superseded += 1,
            Verdict::Conflict => {
                self.tally().quarantined += 1;
                self.harvest.quarantine.push((self.file, conflict(entry, met.line)));
            }
            _ => match self.push(entry, met.content, (&[], references), None) {
                Ok(patient) => {
                    self.tally().written += 1;
                    self.replaced(verdict, entry, key);
                    self.contained(entry, references, patient);
                    self.learn(entry, patient);
                }
                Err(issue) => {
                    self.shared.occurrences.withdraw(key, met, verdict.goes());
                    self.tally().quarantined += 1;
                    self.harvest.quarantine.push((self.file, issue));
                }
            },
        }
    }

    fn occurrence(&mut self, entry: &Entry<'_>) -> (u128, Occurrence) {
        let kind = entry.head.resource_type;
        let key = Occurrences::key(&self.source.1, kind, &entry.key, &mut self.buffer);
        (key, Occurrence::of(entry, (self.file, self.load), &self.shared.zone))
    }

    pub(super) fn instant(&self, text: &str) -> Option<i64> {
        occurrence::instant(text, &self.shared.zone)
    }

    /// Takes back what the copy that goes had counted for.
    fn replaced(&mut self, verdict: Verdict, entry: &Entry<'_>, key: u128) {
        let Some(old) = verdict.goes() else { return };
        self.harvest.gone.push(Gone { source: Arc::clone(&self.source.1), old, key });
        if let Some(deletion) = old.as_deletion() {
            self.undone(verdict, (deletion, old), entry);
        } else if !old.is_held() {
            let conflicts = matches!(verdict, Verdict::ConflictWith(_));
            let tally = self.harvest.tallies.entry(old.file).or_default();
            tally.written -= 1;
            if conflicts {
                tally.quarantined += 1;
                self.harvest.quarantine.push((old.file, conflict(entry, old.line)));
            } else {
                tally.superseded += 1;
            }
        } else if matches!(verdict, Verdict::ReplacesUnversioned(_)) && old.has_stamp() {
            self.warn(IssueCode::SameVersionChanged, Some(entry.line));
        }
    }

    fn contained(
        &mut self,
        outer: &Entry<'_>,
        references: Option<&BundleKeys>,
        patient: Option<PatientId>,
    ) {
        let contained = outer.contained();
        for issue in contained.issues {
            self.quarantine_part(issue);
        }
        for inner in &contained.entries {
            let content = occurrence::hash(inner.text);
            let around = (contained.siblings.as_slice(), references);
            if let Err(issue) = self.push(inner, content, around, patient) {
                self.quarantine_part(issue);
            }
        }
    }

    /// Writes the rows of one resource in every table of its type and in the house's own.
    fn push(
        &mut self,
        entry: &Entry<'_>,
        content: u128,
        (siblings, references): (&[(String, String)], Option<&BundleKeys>),
        outer: Option<PatientId>,
    ) -> Result<Option<PatientId>, Issue> {
        self.refuse_erased(entry)?;
        let kind = entry.head.resource_type;
        if !self.types.contains_key(kind) {
            let tables = self.shared.catalogue.of_type(kind).map_err(first)?;
            let runner = tables.plan.runner().from_source(self.source.0);
            self.types.insert(kind, (tables, runner));
        }
        let Some((tables, runner)) = self.types.get_mut(kind) else {
            return Err(Issue::new(IssueCode::UnknownResourceType, Place::default(), kind));
        };
        let mut origin = entry.origin(siblings);
        origin.file = self.file;
        origin.references = references;
        origin.own_bases = self.shared.own_bases.of(&self.source.1);
        let pushed = runner.push_within(entry.text, &origin, outer)?;
        if self.making {
            return Ok(pushed.patient);
        }
        let whose = Whose {
            patient: pushed.patient,
            key: pushed.key,
            version: pushed.version,
            last_updated_us: pushed.last_updated_us,
            line: i64::try_from(entry.line).unwrap_or(i64::MAX),
        };
        let inside = entry.parent.as_ref().map(|(kind, key)| format!("{kind}/{key}"));
        let (outer_kind, outer_key) =
            entry.parent.as_ref().map_or((kind, &*entry.key), |(kind, key)| (*kind, key.as_str()));
        let key = Occurrences::key(&self.source.1, outer_kind, outer_key, &mut self.buffer);
        let named = (kind, Occurrences::hash(key));
        let size = entry.text.trim().len();
        self.resource_rows.push(whose, named, (content, size), inside.as_deref());
        for extension in extensions::unknown(entry.text, &tables.known_extensions) {
            let withheld = WITHHELD_TYPES.contains(&kind) || bundled::withholds(&extension.url);
            self.extension_rows.push(whose, kind, &extension, withheld);
        }
        Ok(pushed.patient)
    }

    fn learn(&mut self, entry: &Entry<'_>, patient: Option<PatientId>) {
        let kind = entry.head.resource_type;
        let Some(identity) = identity::of(kind, entry.text) else { return };
        let links = identity.links.iter();
        let links = links.filter_map(|link| link.strip_prefix("Patient/")).map(str::to_owned);
        let links = links.collect();
        if kind == "Patient" {
            // At once: what refers to the person by identifier may be read next.
            let pairs = identity.identifiers.iter();
            let pairs = pairs.map(|(system, value)| (system.as_str(), value.as_str()));
            self.shared.keys.learn(&self.source.1, &entry.key, pairs);
        }
        self.harvest.learned.push(Learned {
            resource_type: kind,
            key: entry.key.to_string(),
            patient,
            identity,
            links,
            at: (self.file, entry.line),
        });
    }
}

fn conflict(entry: &Entry<'_>, line: u64) -> Issue {
    let detail = entry.head.resource_type;
    Issue::new(IssueCode::TwoWithOneId, Place::at_line(line), detail)
}

fn first(issues: Vec<Issue>) -> Issue {
    let unknown = || Issue::new(IssueCode::UnknownResourceType, Place::default(), "");
    issues.into_iter().next().unwrap_or_else(unknown)
}
