//! Reading loads back: the list and the report.

use serde::Serialize;
use vocab::{LoadId, SnapshotId};

use super::{
    Counts, FileReport, LoadInfo, LoadOutcome, Loads, QuarantineRow, SnapshotTable, WarningCount,
    snapshot, words,
};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError, counted, stored};
use crate::lease::Work;
use crate::store::{Row, Tx, ask};

/// How many quarantined things a report shows; the rest are counted and can be asked for.
const REPORT_QUARANTINE_MAX: u32 = 1_000;

/// Everything there is to tell about one load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoadReport {
    /// The load.
    pub load: LoadInfo,
    /// The sums over all files.
    pub totals: Counts,
    /// What became of each file.
    pub files: Vec<FileReport>,
    /// How many rows the quarantine has.
    pub quarantine_rows: u64,
    /// The first of them, in order.
    pub quarantine: Vec<QuarantineRow>,
    /// What was worth a look.
    pub warnings: Vec<WarningCount>,
    /// The tables of the snapshot it made.
    pub tables: Vec<SnapshotTable>,
}

impl LoadReport {
    /// Whether every resource that came in is accounted for.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.totals.accounted() == self.totals.resources
    }
}

impl Loads {
    /// The newest loads first, at most so many.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn list(&self, loads_max: u32) -> Result<Vec<LoadInfo>, LedgerError> {
        let rows = ask(include_str!("../../sql/load/all.sql"))
            .bind(i64::from(loads_max))
            .rows(self.ledger.pool())
            .await
            .doing("list the loads")?;
        let mut loads = rows.iter().map(read_load).collect::<Result<Vec<_>, _>>()?;
        for load in &mut loads {
            self.tell_dead(load).await?;
        }
        Ok(loads)
    }

    /// Everything there is to tell about a load.
    ///
    /// # Errors
    /// [`LedgerError::NoLoad`] when there is none of this number.
    pub async fn report(&self, id: LoadId) -> Result<LoadReport, LedgerError> {
        let pool = self.ledger.pool();
        let mut report = pool.read(|mut tx| async move { report(&mut tx, id).await }).await?;
        self.tell_dead(&mut report.load).await?;
        Ok(report)
    }

    /// Quarantined things of a load, in order, from the nth on (0 is the first).
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn quarantine(
        &self,
        id: LoadId,
        from: u64,
        rows_max: u32,
    ) -> Result<Vec<QuarantineRow>, LedgerError> {
        let pool = self.ledger.pool();
        pool.read(|mut tx| async move { quarantine(&mut tx, id, from, rows_max).await }).await
    }

    /// A load that is running while nobody holds the lease died with its process.
    async fn tell_dead(&self, load: &mut LoadInfo) -> Result<(), LedgerError> {
        if load.outcome != LoadOutcome::Running {
            return Ok(());
        }
        if !self.ledger.is_held(Work::Writing).await? {
            load.outcome = LoadOutcome::Interrupted;
        }
        Ok(())
    }
}

async fn report(tx: &mut Tx, id: LoadId) -> Result<LoadReport, LedgerError> {
    let load = one(tx, id).await?;
    let files = files(tx, id).await?;
    let mut totals = Counts::default();
    files.iter().for_each(|file| totals.add(&file.counts));
    let quarantine_rows: i64 = ask(include_str!("../../sql/load/quarantine_count.sql"))
        .bind(id.0)
        .value(&mut *tx)
        .await
        .doing("read a load")?;
    let tables = match load.snapshot {
        Some(id) => snapshot::read(tx, id).await?.tables,
        None => Vec::new(),
    };
    Ok(LoadReport {
        load,
        totals,
        files,
        quarantine_rows: counted("a count of rows", quarantine_rows)?,
        quarantine: quarantine(tx, id, 0, REPORT_QUARANTINE_MAX).await?,
        warnings: warnings(tx, id).await?,
        tables,
    })
}

pub(super) async fn one(tx: &mut Tx, id: LoadId) -> Result<LoadInfo, LedgerError> {
    let row = ask(include_str!("../../sql/load/one.sql"))
        .bind(id.0)
        .row(tx)
        .await
        .doing("read a load")?
        .ok_or(LedgerError::NoLoad(id))?;
    read_load(&row)
}

async fn files(tx: &mut Tx, id: LoadId) -> Result<Vec<FileReport>, LedgerError> {
    let rows = ask(include_str!("../../sql/load/files.sql"))
        .bind(id.0)
        .rows(tx)
        .await
        .doing("read a load's files")?;
    rows.iter().map(read_file).collect()
}

async fn quarantine(
    tx: &mut Tx,
    id: LoadId,
    from: u64,
    rows_max: u32,
) -> Result<Vec<QuarantineRow>, LedgerError> {
    let rows = ask(include_str!("../../sql/load/quarantine.sql"))
        .bind(id.0)
        .bind(stored("a position", from.saturating_add(1))?)
        .bind(i64::from(rows_max))
        .rows(tx)
        .await
        .doing("read the quarantine")?;
    rows.iter().map(read_quarantine).collect()
}

async fn warnings(tx: &mut Tx, id: LoadId) -> Result<Vec<WarningCount>, LedgerError> {
    let rows = ask(include_str!("../../sql/load/warnings.sql"))
        .bind(id.0)
        .rows(tx)
        .await
        .doing("read a load's warnings")?;
    rows.iter().map(read_warning).collect()
}

fn read_load(row: &Row) -> Result<LoadInfo, LedgerError> {
    let text = |column: &str| row.try_get::<String, _>(column).doing("read a load");
    let number = |column: &str| row.try_get::<i64, _>(column).doing("read a load");
    let maybe = |column: &str| row.try_get::<Option<i64>, _>(column).doing("read a load");
    Ok(LoadInfo {
        id: LoadId(number("id")?),
        source: text("source")?,
        command: text("command")?,
        actor: text("actor")?,
        started: from_us(number("started_us")?),
        ended: maybe("ended_us")?.map(from_us),
        outcome: LoadOutcome::of(&text("outcome")?)?,
        snapshot: maybe("snapshot")?.map(SnapshotId),
        failure: row.try_get("failure").doing("read a load")?,
    })
}

fn read_file(row: &Row) -> Result<FileReport, LedgerError> {
    let count = |column: &str| {
        let number = row.try_get::<i64, _>(column).doing("read a load's files")?;
        counted("a count of a file", number)
    };
    let landing: String = row.try_get("landing").doing("read a load's files")?;
    Ok(FileReport {
        landing: words::landing_id(&landing)?,
        name: row.try_get("name").doing("read a load's files")?,
        already_held: row.try_get("already_held").doing("read a load's files")?,
        counts: Counts {
            lines: count("line_count")?,
            resources: count("resource_count")?,
            written: count("written_count")?,
            unchanged: count("unchanged_count")?,
            superseded: count("superseded_count")?,
            deleted: count("deleted_count")?,
            quarantined: count("quarantined_count")?,
        },
    })
}

fn read_quarantine(row: &Row) -> Result<QuarantineRow, LedgerError> {
    let text = |column: &str| row.try_get::<String, _>(column).doing("read the quarantine");
    Ok(QuarantineRow {
        landing: words::landing_id(&text("landing")?)?,
        file: text("file_name")?,
        line: line(row, "line")?,
        code: words::issue_code(&text("code")?)?,
        path: row.try_get("path").doing("read the quarantine")?,
        detail: text("detail")?,
    })
}

fn read_warning(row: &Row) -> Result<WarningCount, LedgerError> {
    let cases: i64 = row.try_get("case_count").doing("read a load's warnings")?;
    let code: String = row.try_get("code").doing("read a load's warnings")?;
    Ok(WarningCount {
        code: words::issue_code(&code)?,
        path: row.try_get("path").doing("read a load's warnings")?,
        detail: row.try_get("detail").doing("read a load's warnings")?,
        cases: counted("a count of cases", cases)?,
        first_file: row.try_get("first_file").doing("read a load's warnings")?,
        first_line: line(row, "first_line")?,
    })
}

fn line(row: &Row, column: &str) -> Result<Option<u64>, LedgerError> {
    let line: Option<i64> = row.try_get(column).doing("read a line number")?;
    line.map(|line| counted("a line", line)).transpose()
}
