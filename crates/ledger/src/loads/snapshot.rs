//! Snapshots: a version of every table, all from the same moment.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use vocab::{Actor, LoadId, SnapshotId, StudyId};

use super::bound;
use super::words::as_optional_text;

use crate::audit::{self, Act, as_text};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError, counted};
use crate::home::Ledger;
use crate::lease::WriterLease;
use crate::store::{Ask, Row, Tx, ask};

/// How a snapshot came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SnapshotKind {
    /// Files came in.
    Ingest,
    /// The lake was computed anew from the landing.
    Rebuild,
    /// The same rows were put into other files.
    Optimize,
    /// Somebody's rows were taken out.
    Erase,
}

/// One table's version in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SnapshotTable {
    /// The table's name.
    pub table: String,
    /// Its version in Delta's log.
    pub delta_version: i64,
    /// The hash of the definition its rows were made with.
    pub definition_hash: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many resources these come from.
    pub resources: u64,
    /// How many patients these are about.
    pub patients: u64,
    /// How many files it lies in.
    pub files: u64,
    /// How large these are together.
    pub size_bytes: u64,
}

/// One snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// Its number.
    pub id: SnapshotId,
    /// The snapshot it was made from.
    pub parent: Option<SnapshotId>,
    /// When it was committed.
    #[serde(serialize_with = "as_text")]
    pub created: Timestamp,
    /// The load that made it.
    pub load: LoadId,
    /// How it came to be.
    pub kind: SnapshotKind,
    /// Since when it can be read no longer: its files may be gone.
    #[serde(serialize_with = "as_optional_text")]
    pub expired: Option<Timestamp>,
    /// Studies that keep it from expiring.
    pub pinned_by: Vec<StudyId>,
    /// Its tables, by name.
    pub tables: Vec<SnapshotTable>,
}

impl Snapshot {
    /// The version of a table.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&SnapshotTable> {
        self.tables.iter().find(|table| table.table == name)
    }
}

/// Reads snapshots.
#[derive(Clone)]
pub struct Snapshots {
    ledger: Ledger,
}

impl Snapshots {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// The newest snapshot; none before the first load.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn latest(&self) -> Result<Option<Snapshot>, LedgerError> {
        let look = |mut tx: Tx| async move {
            match latest_id(&mut tx).await? {
                Some(id) => read(&mut tx, id).await.map(Some),
                None => Ok(None),
            }
        };
        self.ledger.pool().read(look).await
    }

    /// The snapshot with this number.
    ///
    /// # Errors
    /// [`LedgerError::NoSnapshot`] when there is none.
    pub async fn get(&self, id: SnapshotId) -> Result<Snapshot, LedgerError> {
        self.ledger.pool().read(|mut tx| async move { read(&mut tx, id).await }).await
    }

    /// Lets a study keep a snapshot: it does not expire while the pin stands. Pinned again, nothing
    /// changes.
    ///
    /// # Errors
    /// [`LedgerError::NoSnapshot`] when there is none; [`LedgerError::SnapshotExpired`] when it is too
    /// late; [`LedgerError::NoStudy`] when there is no such study.
    pub async fn pin(
        &self,
        id: SnapshotId,
        study: &StudyId,
        by: &Actor,
    ) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let mut act = Act::new(by, "snapshot.pin", format!("snapshot/{id}"));
        act.study = Some(study);
        let act = &act;
        self.ledger
            .act(|mut tx| async move {
                if let Some(at) = read(&mut tx, id).await?.expired {
                    return Err(LedgerError::SnapshotExpired { id, at });
                }
                let known = ask(include_str!("../../sql/study/one.sql"))
                    .bind(study.as_str())
                    .row(&mut tx)
                    .await
                    .doing("read a study")?;
                known.ok_or_else(|| LedgerError::NoStudy(study.clone()))?;
                ask(include_str!("../../sql/snapshot/pin.sql"))
                    .bind(id.0)
                    .bind(study.as_str())
                    .bind(by.as_str())
                    .bind(now_us)
                    .done(&mut tx)
                    .await
                    .doing("pin a snapshot")?;
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// Takes a study's pin away; whether there was one.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn unpin(
        &self,
        id: SnapshotId,
        study: &StudyId,
        by: &Actor,
    ) -> Result<bool, LedgerError> {
        let now_us = self.ledger.now_us();
        let mut act = Act::new(by, "snapshot.unpin", format!("snapshot/{id}"));
        act.study = Some(study);
        let act = &act;
        self.ledger
            .act(|mut tx| async move {
                let unpinned = ask(include_str!("../../sql/snapshot/unpin.sql"))
                    .bind(id.0)
                    .bind(study.as_str())
                    .done(&mut tx)
                    .await
                    .doing("unpin a snapshot")?;
                if unpinned == 0 {
                    return Ok((tx, None, false));
                }
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), true))
            })
            .await
    }

    /// Says that these snapshots can be read no longer, in one transaction with its audit line. The
    /// newest and the pinned ones are passed over, and so are those expired before; gives the others.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn expire(
        &self,
        lease: &WriterLease,
        ids: &[SnapshotId],
        by: &Actor,
    ) -> Result<Vec<SnapshotId>, LedgerError> {
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                lease.check(&mut tx).await?;
                let expired = put_expired(&mut tx, ids, now_us).await?;
                if expired.is_empty() {
                    return Ok((tx, None, expired));
                }
                let numbers: Vec<i64> = expired.iter().map(|id| id.0).collect();
                let act = Act::new(by, "snapshot.expire", "snapshots")
                    .with(json!({ "expired": numbers }));
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), expired))
            })
            .await
    }

    /// Every snapshot that can be read, the newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn readable(&self) -> Result<Vec<Snapshot>, LedgerError> {
        self.all(&ask(include_str!("../../sql/snapshot/readable.sql"))).await
    }

    /// The newest snapshots first, at most so many.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn list(&self, snapshots_max: u32) -> Result<Vec<Snapshot>, LedgerError> {
        let snapshots_max = i64::from(snapshots_max);
        self.all(&ask(include_str!("../../sql/snapshot/all.sql")).bind(snapshots_max)).await
    }

    /// Every snapshot that a question gives, with its tables.
    async fn all(&self, question: &Ask) -> Result<Vec<Snapshot>, LedgerError> {
        self.ledger
            .pool()
            .read(|mut tx| async move {
                let rows = question.clone().rows(&mut tx).await.doing("list the snapshots")?;
                let mut snapshots = Vec::with_capacity(rows.len());
                for row in &rows {
                    snapshots.push(with_tables(&mut tx, row).await?);
                }
                Ok(snapshots)
            })
            .await
    }
}

/// Which of these could be made to expire.
async fn put_expired(
    tx: &mut Tx,
    ids: &[SnapshotId],
    now_us: i64,
) -> Result<Vec<SnapshotId>, LedgerError> {
    let mut expired = Vec::new();
    for id in ids {
        let changed = ask(include_str!("../../sql/snapshot/expire.sql"))
            .bind(now_us)
            .bind(id.0)
            .done(&mut *tx)
            .await
            .doing("expire a snapshot")?;
        if changed > 0 {
            expired.push(*id);
        }
    }
    Ok(expired)
}

pub(super) async fn latest_id(tx: &mut Tx) -> Result<Option<SnapshotId>, LedgerError> {
    let id: Option<i64> = ask(include_str!("../../sql/snapshot/latest.sql"))
        .value(tx)
        .await
        .doing("read a snapshot")?;
    Ok(id.map(SnapshotId))
}

pub(super) async fn read(tx: &mut Tx, id: SnapshotId) -> Result<Snapshot, LedgerError> {
    let row = ask(include_str!("../../sql/snapshot/one.sql"))
        .bind(id.0)
        .row(&mut *tx)
        .await
        .doing("read a snapshot")?
        .ok_or(LedgerError::NoSnapshot(id))?;
    with_tables(tx, &row).await
}

async fn with_tables(tx: &mut Tx, row: &Row) -> Result<Snapshot, LedgerError> {
    let number = |column: &str| row.try_get::<i64, _>(column).doing("read a snapshot");
    let id = SnapshotId(number("id")?);
    let tables = ask(include_str!("../../sql/snapshot/tables.sql"))
        .bind(id.0)
        .rows(&mut *tx)
        .await
        .doing("read a snapshot")?;
    let pins: Vec<String> = ask(include_str!("../../sql/snapshot/pins.sql"))
        .bind(id.0)
        .values(&mut *tx)
        .await
        .doing("read a snapshot")?;
    let damaged = |_| LedgerError::Damaged { what: "a study", found: pins.join(" ") };
    let pinned_by = pins.iter().map(|pin| StudyId::new(pin)).collect::<Result<_, _>>();
    let pinned_by = pinned_by.map_err(damaged)?;
    let parent: Option<i64> = row.try_get("parent").doing("read a snapshot")?;
    let expired: Option<i64> = row.try_get("expired_us").doing("read a snapshot")?;
    let kind: String = row.try_get("kind").doing("read a snapshot")?;
    let snapshot = Snapshot {
        id,
        parent: parent.map(SnapshotId),
        created: from_us(number("created_us")?),
        load: LoadId(number("load")?),
        kind: SnapshotKind::of(&kind)?,
        expired: expired.map(from_us),
        pinned_by,
        tables: tables.iter().map(read_table).collect::<Result<_, _>>()?,
    };
    bound::check(tx, &snapshot).await?;
    Ok(snapshot)
}

fn read_table(row: &Row) -> Result<SnapshotTable, LedgerError> {
    let text = |column: &str| row.try_get::<String, _>(column).doing("read a snapshot");
    let number = |column: &str| {
        let number = row.try_get::<i64, _>(column).doing("read a snapshot")?;
        counted("a count of a table", number)
    };
    Ok(SnapshotTable {
        table: text("table_name")?,
        delta_version: row.try_get("delta_version").doing("read a snapshot")?,
        definition_hash: text("definition_hash")?,
        rows: number("row_count")?,
        resources: number("resource_count")?,
        patients: number("patient_count")?,
        files: number("file_count")?,
        size_bytes: number("size_bytes")?,
    })
}
