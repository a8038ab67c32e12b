//! The files kept as received, and which snapshot took each.

use jiff::Timestamp;
use serde::Serialize;
use vocab::{LandingId, LoadId, SnapshotId};

use super::{FileReport, LoadInfo, words};
use crate::audit::as_text;
use crate::clock::from_us;
use crate::error::{Doing, LedgerError, counted, stored};
use crate::home::Ledger;
use crate::lease::WriterLease;
use crate::store::{Row, Tx, ask};

/// How many files one question returns.
const PAGE_ROWS: i64 = 10_000;

/// A file that was just put into the landing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LandingFile {
    /// The SHA-256 of its bytes.
    #[serde(serialize_with = "words::as_hex")]
    pub id: LandingId,
    /// Its name as the person gave it.
    pub name: String,
    /// Its size as received.
    pub size_bytes: u64,
    /// Its size as stored.
    pub stored_bytes: u64,
    /// How it is stored, such as `zst` or `raw`.
    pub kind: String,
}

/// Whether a file has been taken into the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LandingState {
    /// It is kept and in no snapshot yet.
    Received,
    /// It was read into the lake; this snapshot was the first to hold it.
    Taken(SnapshotId),
}

/// A file that is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldFile {
    /// The sending system.
    pub source: String,
    /// The file.
    pub file: LandingFile,
    /// Its place in the order of arrival, from 1.
    pub arrival: u64,
    /// The load that received it.
    pub load: LoadId,
    /// When it arrived.
    #[serde(serialize_with = "as_text")]
    pub arrived: Timestamp,
    /// Whether it was taken.
    pub state: LandingState,
}

/// Records and lists the files kept as received.
///
/// The same bytes sent by two sources are two files: patients' numbers depend on the source.
#[derive(Clone)]
pub struct Landings {
    ledger: Ledger,
}

impl Landings {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Records files that a load has put into the landing, in this order. A file held already
    /// stays as it is.
    ///
    /// # Errors
    /// When the load is not running or the ledger cannot be written.
    pub async fn record(
        &self,
        lease: &WriterLease,
        load: LoadId,
        files: &[LandingFile],
    ) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        // A file that is held already stays as it is, so recording it twice does nothing.
        self.ledger
            .pool()
            .write(|mut tx| async move {
                lease.check(&mut tx).await?;
                let info = super::running(&mut tx, load).await?;
                let mut arrival: i64 = ask(include_str!("../../sql/landing/next_arrival.sql"))
                    .value(&mut tx)
                    .await
                    .doing("number a file")?;
                for file in files {
                    let added = put_file(&mut tx, (&info, arrival), file, now_us).await?;
                    arrival += i64::from(added > 0);
                }
                Ok((tx, ()))
            })
            .await
    }

    /// Whether this source has sent this file, and whether it was taken.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn state(
        &self,
        source: &str,
        id: LandingId,
    ) -> Result<Option<LandingState>, LedgerError> {
        let taken: Option<Option<i64>> = ask(include_str!("../../sql/landing/known.sql"))
            .bind(source)
            .bind(id.to_string())
            .value_if_any(self.ledger.pool())
            .await
            .doing("look up a file")?;
        Ok(taken.map(state_of))
    }

    /// Files held after a place in the order of arrival, in that order; 0 begins with the first.
    /// Ask again after the last one until none comes.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn in_order(&self, after_arrival: u64) -> Result<Vec<HeldFile>, LedgerError> {
        let rows = ask(include_str!("../../sql/landing/in_order.sql"))
            .bind(stored("an arrival", after_arrival)?)
            .bind(PAGE_ROWS)
            .rows(self.ledger.pool())
            .await
            .doing("list the files")?;
        let files = rows.iter().map(read_file).collect::<Result<Vec<_>, _>>()?;
        // Whoever asks again after the last one must come to an end, whatever a damaged file says.
        let mut last = after_arrival;
        for file in &files {
            if file.arrival <= last {
                let found = file.arrival.to_string();
                return Err(LedgerError::Damaged { what: "an arrival out of order", found });
            }
            last = file.arrival;
        }
        Ok(files)
    }

    /// Every file that is held, in the order of arrival.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn all(&self) -> Result<Vec<HeldFile>, LedgerError> {
        let (mut all, mut after) = (Vec::new(), 0);
        loop {
            let page = self.in_order(after).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = last.arrival;
            all.extend(page);
        }
    }

    /// Every file that must be in the landing, each once: those of records, and those in which
    /// servers said something. Sorted.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn kept(&self) -> Result<Vec<LandingId>, LedgerError> {
        let mut ids: Vec<LandingId> =
            self.all().await?.into_iter().map(|held| held.file.id).collect();
        ids.extend(self.ledger.pulls().message_files().await?);
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }
}

/// Records one file of a load at its place in the order of arrival; tells whether it is new.
async fn put_file(
    tx: &mut Tx,
    (load, arrival): (&LoadInfo, i64),
    file: &LandingFile,
    now_us: i64,
) -> Result<u64, LedgerError> {
    ask(include_str!("../../sql/landing/record.sql"))
        .bind(&load.source)
        .bind(file.id.to_string())
        .bind(arrival)
        .bind(load.id.0)
        .bind(&file.name)
        .bind(stored("a file's size", file.size_bytes)?)
        .bind(stored("a file's size", file.stored_bytes)?)
        .bind(&file.kind)
        .bind(now_us)
        .done(tx)
        .await
        .doing("record a file")
}

/// Marks files as taken by a snapshot: those of one source, or, as a rebuild reads every file
/// there is, of all.
pub(super) async fn take(
    tx: &mut Tx,
    source: Option<&str>,
    files: &[FileReport],
    snapshot: SnapshotId,
) -> Result<(), LedgerError> {
    for file in files {
        let id = file.landing.to_string();
        let query = match source {
            Some(source) => ask(include_str!("../../sql/landing/take.sql"))
                .bind(id)
                .bind(snapshot.0)
                .bind(source),
            None => ask(include_str!("../../sql/landing/take_of_all_sources.sql"))
                .bind(id)
                .bind(snapshot.0),
        };
        query.done(&mut *tx).await.doing("mark a file as taken")?;
    }
    Ok(())
}

fn state_of(taken: Option<i64>) -> LandingState {
    taken.map_or(LandingState::Received, |id| LandingState::Taken(SnapshotId(id)))
}

fn read_file(row: &Row) -> Result<HeldFile, LedgerError> {
    let text = |column: &str| row.try_get::<String, _>(column).doing("read a file");
    let number = |column: &str| row.try_get::<i64, _>(column).doing("read a file");
    Ok(HeldFile {
        source: text("source")?,
        file: LandingFile {
            id: words::landing_id(&text("id")?)?,
            name: text("name")?,
            size_bytes: counted("a file's size", number("size_bytes")?)?,
            stored_bytes: counted("a file's size", number("stored_bytes")?)?,
            kind: text("kind")?,
        },
        arrival: counted("an arrival", number("arrival")?)?,
        load: LoadId(number("load")?),
        arrived: from_us(number("arrived_us")?),
        state: state_of(row.try_get("taken_snapshot").doing("read a file")?),
    })
}
