//! Loads: what came in, what became of it, and the snapshot that holds the result.

mod bound;
pub(crate) mod commit;
mod landing;
mod read;
mod shape;
mod snapshot;
mod words;

use serde_json::json;
use vocab::{LoadId, SnapshotId};

use crate::audit::{self, Act};
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::lease::WriterLease;
use crate::store::{Tx, ask};

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
    pub async fn begin(&self, lease: &WriterLease, new: NewLoad) -> Result<LoadId, LedgerError> {
        let NewLoad { source, command, actor } = &new;
        let now_us = self.ledger.now_us();
        let detail = &json!({ "source": source, "command": command });
        self.ledger
            .act(|mut tx| async move {
                lease.check(&mut tx).await?;
                // Whoever holds the lease is the only writer, so no other load can be alive.
                ask(include_str!("../../sql/load/interrupt_running.sql"))
                    .bind(now_us)
                    .done(&mut tx)
                    .await
                    .doing("end interrupted loads")?;
                let id: i64 = ask(include_str!("../../sql/load/next_id.sql"))
                    .value(&mut tx)
                    .await
                    .doing("number a load")?;
                ask(include_str!("../../sql/load/begin.sql"))
                    .bind(id)
                    .bind(source)
                    .bind(command)
                    .bind(actor.as_str())
                    .bind(now_us)
                    .done(&mut tx)
                    .await
                    .doing("begin a load")?;
                let act = Act::new(actor, "load.begin", format!("load/{id}")).with(detail.clone());
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), LoadId(id)))
            })
            .await
    }

    /// Ends a load that brought nothing new; its files are reported all the same.
    ///
    /// # Errors
    /// When the load is not running or counts do not add up.
    pub async fn finish_unchanged(
        &self,
        lease: &WriterLease,
        load: LoadId,
        files: &[FileReport],
    ) -> Result<(), LedgerError> {
        let ending = Ending::of(LoadOutcome::Unchanged);
        self.finish((lease, load), files, ending, "load.unchanged").await
    }

    /// Ends a load that failed, with what went wrong (never a patient's value).
    ///
    /// # Errors
    /// When the load is not running.
    pub async fn fail(
        &self,
        lease: &WriterLease,
        load: LoadId,
        failure: &str,
    ) -> Result<(), LedgerError> {
        let ending =
            Ending { outcome: LoadOutcome::Failed, snapshot: None, failure: Some(failure) };
        self.finish((lease, load), &[], ending, "load.failed").await
    }

    /// Ends a load without a snapshot.
    async fn finish(
        &self,
        (lease, load): (&WriterLease, LoadId),
        files: &[FileReport],
        ending: Ending<'_>,
        word: &str,
    ) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                lease.check(&mut tx).await?;
                let info = running(&mut tx, load).await?;
                commit::put_files(&mut tx, load, files).await?;
                end(&mut tx, load, now_us, ending).await?;
                let actor = words::actor(&info.actor)?;
                let act = Act::new(&actor, word, format!("load/{load}"));
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// Commits everything a load brought, in one transaction: snapshot, table versions, file
    /// reports, quarantine, what was learned of patients, and the audit row.
    ///
    /// # Errors
    /// When the load is not running, counts do not add up, or the ledger cannot be written. Then
    /// nothing of it stands.
    pub async fn commit(
        &self,
        lease: &WriterLease,
        commit: LoadCommit,
    ) -> Result<SnapshotId, LedgerError> {
        commit::commit(&self.ledger, lease, commit).await
    }
}

/// How a load ends.
#[derive(Clone, Copy)]
pub(crate) struct Ending<'a> {
    pub(crate) outcome: LoadOutcome,
    pub(crate) snapshot: Option<SnapshotId>,
    pub(crate) failure: Option<&'a str>,
}

impl Ending<'_> {
    fn of(outcome: LoadOutcome) -> Self {
        Self { outcome, snapshot: None, failure: None }
    }
}

/// The load, if it is running.
pub(crate) async fn running(tx: &mut Tx, load: LoadId) -> Result<LoadInfo, LedgerError> {
    let info = read::one(tx, load).await?;
    if info.outcome == LoadOutcome::Running {
        return Ok(info);
    }
    Err(LedgerError::LoadEnded { load, outcome: info.outcome })
}

pub(crate) async fn end(
    tx: &mut Tx,
    load: LoadId,
    now_us: i64,
    ending: Ending<'_>,
) -> Result<(), LedgerError> {
    ask(include_str!("../../sql/load/end.sql"))
        .bind(load.0)
        .bind(ending.outcome.word())
        .bind(now_us)
        .bind(ending.snapshot.map(|id| id.0))
        .bind(ending.failure)
        .done(tx)
        .await
        .doing("end a load")
        .map(drop)
}
