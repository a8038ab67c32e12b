//! Snapshots: a version of every table, all from the same moment.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use vocab::{LoadId, SnapshotId};

use crate::audit::as_text;
use crate::clock::from_us;
use crate::error::{Doing, LedgerError, counted};
use crate::home::Ledger;
use crate::store::Conn;

/// How a snapshot came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SnapshotKind {
    /// Files came in.
    Ingest,
    /// The lake was computed anew from the landing.
    Rebuild,
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
        let mut snapshots = Vec::with_capacity(rows.len());
        for row in rows {
            snapshots.push(with_tables(&mut tx, &row).await?);
        }
        Ok(snapshots)
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

async fn with_tables(conn: &mut Conn, row: &SqliteRow) -> Result<Snapshot, LedgerError> {
    let number = |column: &str| row.try_get::<i64, _>(column).doing("read a snapshot");
    let id = SnapshotId(number("id")?);
    let tables = sqlx::query(include_str!("../../sql/snapshot/tables.sql"))
        .bind(id.0)
        .fetch_all(conn)
        .await
        .doing("read a snapshot")?;
    let parent: Option<i64> = row.try_get("parent").doing("read a snapshot")?;
    let kind: String = row.try_get("kind").doing("read a snapshot")?;
    Ok(Snapshot {
        id,
        parent: parent.map(SnapshotId),
        created: from_us(number("created_us")?),
        load: LoadId(number("load")?),
        kind: SnapshotKind::of(&kind)?,
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
