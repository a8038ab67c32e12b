//! Loads: what came in, what became of it, and the snapshot that holds the result.

mod commit;
mod landing;
mod read;
mod shape;
mod snapshot;
mod words;

use vocab::{LoadId, SnapshotId};

use crate::audit::{self, Act};
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::lease::WriterLease;
use crate::store::Conn;

pub use landing::{HeldFile, LandingFile, LandingState, Landings};
pub use read::LoadReport;
pub use shape::{
    Counts, FileReport, LoadCommit, LoadInfo, LoadOutcome, NewLoad, QuarantineRow, WarningCount,
};
pub use snapshot::{Snapshot, SnapshotKind, SnapshotTable, Snapshots};
pub(crate) use words::as_optional_text;

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
