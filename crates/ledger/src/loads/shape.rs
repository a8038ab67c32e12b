//! What a load is made of: what came in, what became of it, what was worth a look.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;
use vocab::{Actor, IssueCode, LandingId, LoadId, SnapshotId};

use super::words::{as_hex, as_optional_text};
use super::{SnapshotKind, SnapshotTable};
use crate::audit::as_text;
use crate::patient_keys::PatientKeys;

/// A load that is about to begin.
#[derive(Clone, Debug)]
pub struct NewLoad {
    /// The sending system, as given by `--source`.
    pub source: String,
    /// The command that loads, such as `ingest` or `rebuild`.
    pub command: String,
    /// Who runs it.
    pub actor: Actor,
}

/// How a load ended, or that it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LoadOutcome {
    /// It is running now.
    Running,
    /// A snapshot holds what it brought.
    Committed,
    /// It brought nothing new.
    Unchanged,
    /// It ended with an error.
    Failed,
    /// Its process died; the snapshot before it stands.
    Interrupted,
}

/// One load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoadInfo {
    /// Its number.
    pub id: LoadId,
    /// The sending system.
    pub source: String,
    /// The command that ran.
    pub command: String,
    /// Who ran it.
    pub actor: String,
    /// When it began.
    #[serde(serialize_with = "as_text")]
    pub started: Timestamp,
    /// When it ended.
    #[serde(serialize_with = "as_optional_text")]
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub outcome: LoadOutcome,
    /// The snapshot it made.
    pub snapshot: Option<SnapshotId>,
    /// What went wrong, where it failed.
    pub failure: Option<String>,
}

/// What became of resources and deletions:
/// `resources = written + unchanged + superseded + deleted + quarantined`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Lines that held something, or Bundle entries.
    pub lines: u64,
    /// Resources and deletions that came in.
    pub resources: u64,
    /// Taken as new or newer.
    pub written: u64,
    /// The same as what was held; of deletions, those of what was not held.
    pub unchanged: u64,
    /// Older than what is held or comes later in the same load.
    pub superseded: u64,
    /// Deletions that took a resource away.
    pub deleted: u64,
    /// Not taken; each is a row of the quarantine.
    pub quarantined: u64,
}

impl Counts {
    /// How many resources are accounted for; equals `resources` when nothing is lost.
    #[must_use]
    pub fn accounted(&self) -> u64 {
        let taken = self.written.saturating_add(self.unchanged).saturating_add(self.superseded);
        taken.saturating_add(self.deleted).saturating_add(self.quarantined)
    }

    /// Adds another file's counts.
    pub fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.resources += other.resources;
        self.written += other.written;
        self.unchanged += other.unchanged;
        self.superseded += other.superseded;
        self.deleted += other.deleted;
        self.quarantined += other.quarantined;
    }
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Its bytes.
    #[serde(serialize_with = "as_hex")]
    pub landing: LandingId,
    /// Its name as the person gave it.
    pub name: String,
    /// Whether the same bytes had been taken before, so that nothing was read.
    pub already_held: bool,
    /// What became of its resources.
    pub counts: Counts,
}

/// One thing that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuarantineRow {
    /// The file's bytes.
    #[serde(serialize_with = "as_hex")]
    pub landing: LandingId,
    /// The file's name.
    pub file: String,
    /// The line or entry; absent when it is the whole file or its rest.
    pub line: Option<u64>,
    /// Why.
    pub code: IssueCode,
    /// Where in the object.
    pub path: Option<String>,
    /// Facts of the case, never a patient's value.
    pub detail: String,
}

/// One kind of case worth a look, counted over the load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WarningCount {
    /// What.
    pub code: IssueCode,
    /// Where in the object.
    pub path: Option<String>,
    /// Facts that all these cases share.
    pub detail: String,
    /// How many cases.
    pub cases: u64,
    /// The file of the first.
    pub first_file: Option<String>,
    /// The line of the first.
    pub first_line: Option<u64>,
}

/// Everything one load brings; committed whole or not at all.
#[derive(Debug)]
pub struct LoadCommit {
    /// The running load.
    pub load: LoadId,
    /// What kind of snapshot it makes.
    pub kind: SnapshotKind,
    /// The version of every table in the new snapshot, unchanged ones too.
    pub tables: Vec<SnapshotTable>,
    /// What became of each file.
    pub files: Vec<FileReport>,
    /// What was not taken.
    pub quarantine: Vec<QuarantineRow>,
    /// What was worth a look.
    pub warnings: Vec<WarningCount>,
    /// What was learned of patients.
    pub keys: PatientKeys,
    /// A table that earlier snapshots name was made anew, so these can be read no longer.
    pub anew: bool,
}

impl fmt::Display for LoadOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
