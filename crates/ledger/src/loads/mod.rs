//! Loads: what came in, what became of it, and the snapshot that holds the result.

mod commit;
mod landing;
mod read;
mod snapshot;
mod words;

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;
use vocab::{Actor, IssueCode, LandingId, LoadId, SnapshotId};

use crate::audit::{self, Act, as_text};
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::lease::WriterLease;
use crate::patient_keys::PatientKeys;
use crate::store::Conn;

pub use landing::{HeldFile, LandingFile, LandingState, Landings};
pub use read::LoadReport;
pub use snapshot::{Snapshot, SnapshotKind, SnapshotTable, Snapshots};
use words::as_hex;
pub(crate) use words::as_optional_text;

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

/// What became of resources: `resources = written + unchanged + superseded + quarantined`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Lines that held something, or Bundle entries.
    pub lines: u64,
    /// Resources that came in.
    pub resources: u64,
    /// Taken as new or newer.
    pub written: u64,
    /// The same as what was held.
    pub unchanged: u64,
    /// Older than what is held or comes later in the same load.
    pub superseded: u64,
    /// Not taken; each is a row of the quarantine.
    pub quarantined: u64,
}

impl Counts {
    /// How many resources are accounted for; equals `resources` when nothing is lost.
    #[must_use]
    pub fn accounted(&self) -> u64 {
        let taken = self.written.saturating_add(self.unchanged).saturating_add(self.superseded);
        taken.saturating_add(self.quarantined)
    }

    /// Adds another file's counts.
    pub fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.resources += other.resources;
        self.written += other.written;
        self.unchanged += other.unchanged;
        self.superseded += other.superseded;
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
}

/// Begins, ends and reports loads.
#[derive(Clone)]
pub struct Loads {
    ledger: Ledger,
}

impl Loads {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Begins a load. Loads left running by a process that died become interrupted.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn begin(&self, _lease: &WriterLease, new: NewLoad) -> Result<LoadId, LedgerError> {
        let NewLoad { source, command, actor } = new;
        let now_us = self.ledger.now_us();
        let mut tx = self.ledger.begin().await?;
        // Whoever holds the lease is the only writer, so no other load can be alive.
        sqlx::query(include_str!("../../sql/load/interrupt_running.sql"))
            .bind(now_us)
            .execute(&mut *tx)
            .await
            .doing("end interrupted loads")?;
        let id: i64 = sqlx::query_scalar(include_str!("../../sql/load/next_id.sql"))
            .fetch_one(&mut *tx)
            .await
            .doing("number a load")?;
        sqlx::query(include_str!("../../sql/load/begin.sql"))
            .bind(id)
            .bind(&source)
            .bind(&command)
            .bind(actor.as_str())
            .bind(now_us)
            .execute(&mut *tx)
            .await
            .doing("begin a load")?;
        let detail = serde_json::json!({ "source": source, "command": command });
        let act = Act::new(&actor, "load.begin", format!("load/{id}")).with(detail);
        let line = audit::append(&mut tx, now_us, &act).await?;
        self.ledger.commit(tx, line).await?;
        Ok(LoadId(id))
    }

    /// Ends a load that brought nothing new; its files are reported all the same.
    ///
    /// # Errors
    /// When the load is not running or counts do not add up.
    pub async fn finish_unchanged(
        &self,
        _lease: &WriterLease,
        load: LoadId,
        files: &[FileReport],
    ) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let mut tx = self.ledger.begin().await?;
        let info = running(&mut tx, load).await?;
        commit::put_files(&mut tx, load, files).await?;
        end(&mut tx, load, now_us, Ending::of(LoadOutcome::Unchanged)).await?;
        let actor = words::actor(&info.actor)?;
        let act = Act::new(&actor, "load.unchanged", format!("load/{load}"));
        let line = audit::append(&mut tx, now_us, &act).await?;
        self.ledger.commit(tx, line).await
    }

    /// Ends a load that failed, with what went wrong (never a patient's value).
    ///
    /// # Errors
    /// When the load is not running.
    pub async fn fail(
        &self,
        _lease: &WriterLease,
        load: LoadId,
        failure: &str,
    ) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let mut tx = self.ledger.begin().await?;
        let info = running(&mut tx, load).await?;
        let ending =
            Ending { outcome: LoadOutcome::Failed, snapshot: None, failure: Some(failure) };
        end(&mut tx, load, now_us, ending).await?;
        let actor = words::actor(&info.actor)?;
        let act = Act::new(&actor, "load.failed", format!("load/{load}"));
        let line = audit::append(&mut tx, now_us, &act).await?;
        self.ledger.commit(tx, line).await
    }

    /// Commits everything a load brought, in one transaction: snapshot, table versions, file
    /// reports, quarantine, what was learned of patients, and the audit row.
    ///
    /// # Errors
    /// When the load is not running, counts do not add up, or the ledger cannot be written. Then
    /// nothing of it stands.
    pub async fn commit(
        &self,
        _lease: &WriterLease,
        commit: LoadCommit,
    ) -> Result<SnapshotId, LedgerError> {
        commit::commit(&self.ledger, commit).await
    }
}

/// How a load ends.
struct Ending<'a> {
    outcome: LoadOutcome,
    snapshot: Option<SnapshotId>,
    failure: Option<&'a str>,
}

impl Ending<'_> {
    fn of(outcome: LoadOutcome) -> Self {
        Self { outcome, snapshot: None, failure: None }
    }
}

/// The load, if it is running.
async fn running(conn: &mut Conn, load: LoadId) -> Result<LoadInfo, LedgerError> {
    let info = read::one(conn, load).await?;
    if info.outcome == LoadOutcome::Running {
        return Ok(info);
    }
    Err(LedgerError::LoadEnded { load, outcome: info.outcome })
}

async fn end(
    conn: &mut Conn,
    load: LoadId,
    now_us: i64,
    ending: Ending<'_>,
) -> Result<(), LedgerError> {
    sqlx::query(include_str!("../../sql/load/end.sql"))
        .bind(load.0)
        .bind(ending.outcome.word())
        .bind(now_us)
        .bind(ending.snapshot.map(|id| id.0))
        .bind(ending.failure)
        .execute(conn)
        .await
        .doing("end a load")
        .map(drop)
}

impl fmt::Display for LoadOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
