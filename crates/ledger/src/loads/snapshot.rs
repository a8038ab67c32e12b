//! Snapshots: a version of every table, all from the same moment.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use vocab::{Actor, LoadId, SnapshotId, StudyId};

use super::words::as_optional_text;

use crate::audit::{self, Act, as_text};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError, counted};
use crate::home::Ledger;
use crate::lease::WriterLease;
use crate::store::Conn;

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
        let mut tx = self.ledger.pool().begin().await.doing("read a snapshot")?;
        match latest_id(&mut tx).await? {
            Some(id) => read(&mut tx, id).await.map(Some),
            None => Ok(None),
        }
    }

    /// The snapshot with this number.
    ///
    /// # Errors
    /// [`LedgerError::NoSnapshot`] when there is none.
    pub async fn get(&self, id: SnapshotId) -> Result<Snapshot, LedgerError> {
        let mut tx = self.ledger.pool().begin().await.doing("read a snapshot")?;
        read(&mut tx, id).await
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
        let mut tx = self.ledger.begin().await?;
        let snapshot = read(&mut tx, id).await?;
        if let Some(at) = snapshot.expired {
            return Err(LedgerError::SnapshotExpired { id, at });
        }
        let known = sqlx::query(include_str!("../../sql/study/one.sql"))
            .bind(study.as_str())
            .fetch_optional(&mut *tx)
            .await
            .doing("read a study")?;
        known.ok_or_else(|| LedgerError::NoStudy(study.clone()))?;
        sqlx::query(include_str!("../../sql/snapshot/pin.sql"))
            .bind(id.0)
            .bind(study.as_str())
            .bind(by.as_str())
            .bind(now_us)
            .execute(&mut *tx)
            .await
            .doing("pin a snapshot")?;
        let mut act = Act::new(by, "snapshot.pin", format!("snapshot/{id}"));
        act.study = Some(study);
        let line = audit::append(&mut tx, now_us, &act).await?;
        self.ledger.commit(tx, line).await
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
        let mut tx = self.ledger.begin().await?;
        let done = sqlx::query(include_str!("../../sql/snapshot/unpin.sql"))
            .bind(id.0)
            .bind(study.as_str())
            .execute(&mut *tx)
            .await
            .doing("unpin a snapshot")?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let mut act = Act::new(by, "snapshot.unpin", format!("snapshot/{id}"));
        act.study = Some(study);
        let line = audit::append(&mut tx, now_us, &act).await?;
        self.ledger.commit(tx, line).await?;
        Ok(true)
    }

    /// Says that these snapshots can be read no longer, in one transaction with its audit line. The
    /// newest and the pinned ones are passed over, and so are those expired before; gives the others.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn expire(
        &self,
        _lease: &WriterLease,
        ids: &[SnapshotId],
        by: &Actor,
    ) -> Result<Vec<SnapshotId>, LedgerError> {
        let now_us = self.ledger.now_us();
        let mut tx = self.ledger.begin().await?;
        let mut expired = Vec::new();
        for id in ids {
            let done = sqlx::query(include_str!("../../sql/snapshot/expire.sql"))
                .bind(now_us)
                .bind(id.0)
                .execute(&mut *tx)
                .await
                .doing("expire a snapshot")?;
            if done.rows_affected() > 0 {
                expired.push(*id);
            }
        }
        if expired.is_empty() {
            return Ok(expired);
        }
        let numbers: Vec<i64> = expired.iter().map(|id| id.0).collect();
        let act = Act::new(by, "snapshot.expire", "snapshots").with(json!({ "expired": numbers }));
        let line = audit::append(&mut tx, now_us, &act).await?;
        self.ledger.commit(tx, line).await?;
        Ok(expired)
    }

    /// Every snapshot that can be read, the newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn readable(&self) -> Result<Vec<Snapshot>, LedgerError> {
        let mut tx = self.ledger.pool().begin().await.doing("list the snapshots")?;
        let rows = sqlx::query(include_str!("../../sql/snapshot/readable.sql"))
            .fetch_all(&mut *tx)
            .await
            .doing("list the snapshots")?;
        with_all_tables(&mut tx, &rows).await
    }

    /// The newest snapshots first, at most so many.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn list(&self, snapshots_max: u32) -> Result<Vec<Snapshot>, LedgerError> {
        let mut tx = self.ledger.pool().begin().await.doing("list the snapshots")?;
        let rows = sqlx::query(include_str!("../../sql/snapshot/all.sql"))
            .bind(i64::from(snapshots_max))
            .fetch_all(&mut *tx)
            .await
            .doing("list the snapshots")?;
        with_all_tables(&mut tx, &rows).await
    }
}

pub(super) async fn latest_id(conn: &mut Conn) -> Result<Option<SnapshotId>, LedgerError> {
    let id: Option<i64> = sqlx::query_scalar(include_str!("../../sql/snapshot/latest.sql"))
        .fetch_one(conn)
        .await
        .doing("read a snapshot")?;
    Ok(id.map(SnapshotId))
}

pub(super) async fn read(conn: &mut Conn, id: SnapshotId) -> Result<Snapshot, LedgerError> {
    let row = sqlx::query(include_str!("../../sql/snapshot/one.sql"))
        .bind(id.0)
        .fetch_optional(&mut *conn)
        .await
        .doing("read a snapshot")?
        .ok_or(LedgerError::NoSnapshot(id))?;
    with_tables(conn, &row).await
}

async fn with_all_tables(
    conn: &mut Conn,
    rows: &[SqliteRow],
) -> Result<Vec<Snapshot>, LedgerError> {
    let mut snapshots = Vec::with_capacity(rows.len());
    for row in rows {
        snapshots.push(with_tables(conn, row).await?);
    }
    Ok(snapshots)
}

async fn with_tables(conn: &mut Conn, row: &SqliteRow) -> Result<Snapshot, LedgerError> {
    let number = |column: &str| row.try_get::<i64, _>(column).doing("read a snapshot");
    let id = SnapshotId(number("id")?);
    let tables = sqlx::query(include_str!("../../sql/snapshot/tables.sql"))
        .bind(id.0)
        .fetch_all(&mut *conn)
        .await
        .doing("read a snapshot")?;
    let pins: Vec<String> = sqlx::query_scalar(include_str!("../../sql/snapshot/pins.sql"))
        .bind(id.0)
        .fetch_all(conn)
        .await
        .doing("read a snapshot")?;
    let damaged = |_| LedgerError::Damaged { what: "a study", found: pins.join(" ") };
    let pinned_by = pins.iter().map(|pin| StudyId::new(pin)).collect::<Result<_, _>>();
    let pinned_by = pinned_by.map_err(damaged)?;
    let parent: Option<i64> = row.try_get("parent").doing("read a snapshot")?;
    let expired: Option<i64> = row.try_get("expired_us").doing("read a snapshot")?;
    let kind: String = row.try_get("kind").doing("read a snapshot")?;
    Ok(Snapshot {
        id,
        parent: parent.map(SnapshotId),
        created: from_us(number("created_us")?),
        load: LoadId(number("load")?),
        kind: SnapshotKind::of(&kind)?,
        expired: expired.map(from_us),
        pinned_by,
        tables: tables.iter().map(read_table).collect::<Result<_, _>>()?,
    })
}

fn read_table(row: &SqliteRow) -> Result<SnapshotTable, LedgerError> {
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
