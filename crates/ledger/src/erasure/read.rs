//! Reading erasures, and what helps to carry one out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use vocab::{ErasureId, LoadId, SnapshotId};

use super::{Erasure, Erasures, Looks};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError, counted};
use crate::store::{On, Row, ask};

impl Erasures {
    /// Every erasure, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn list(&self) -> Result<Vec<Erasure>, LedgerError> {
        let rows = ask(include_str!("../../sql/erasure/all.sql"))
            .rows(self.ledger.pool())
            .await
            .doing("list the erasures")?;
        rows.iter().map(read).collect()
    }

    /// The certificate of an erasure as JSON; absent while it is under way.
    ///
    /// # Errors
    /// [`LedgerError::NoErasure`] when there is none of this number.
    pub async fn certificate(&self, id: ErasureId) -> Result<Option<String>, LedgerError> {
        let found: Option<Option<String>> = ask(include_str!("../../sql/erasure/certificate.sql"))
            .bind(id.0)
            .value_if_any(self.ledger.pool())
            .await
            .doing("read a certificate")?;
        found.ok_or(LedgerError::NoErasure(id))
    }

    /// The hash that each data file with emptied rows has now, by table and name.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn files(&self) -> Result<BTreeMap<(String, String), String>, LedgerError> {
        let rows = ask(include_str!("../../sql/erasure/files.sql"))
            .rows(self.ledger.pool())
            .await
            .doing("list the erased files")?;
        let read = |row: &Row| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?));
        rows.iter().map(read).collect::<Result<_, _>>().doing("list the erased files")
    }

    /// Texts of the ledger in which somebody may be named: names of files, places and details of
    /// issues, failures.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn texts(&self) -> Result<Vec<String>, LedgerError> {
        ask(include_str!("../../sql/erasure/texts.sql"))
            .values(self.ledger.pool())
            .await
            .doing("read its texts")
    }

    /// Who took answers in SQL since a moment: they may have left the house.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn looks(&self, since: Timestamp) -> Result<Vec<Looks>, LedgerError> {
        let rows = ask(include_str!("../../sql/erasure/looks.sql"))
            .bind(since.as_microsecond())
            .rows(self.ledger.pool())
            .await
            .doing("read who looked")?;
        rows.iter().map(read_looks).collect()
    }

    /// Backups made since a moment, oldest first: their numbers, where the audit has them, and when.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn backups(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(Option<u64>, Timestamp)>, LedgerError> {
        let rows = ask(include_str!("../../sql/erasure/backups.sql"))
            .bind(since.as_microsecond())
            .rows(self.ledger.pool())
            .await
            .doing("read which backups were made")?;
        let read = |row: &Row| {
            let detail: String = row.try_get(1)?;
            let detail: Option<Value> = serde_json::from_str(&detail).ok();
            let number = detail.and_then(|detail| detail.get("generation")?.as_u64());
            Ok((number, from_us(row.try_get(0)?)))
        };
        rows.iter().map(read).collect::<Result<_, _>>().doing("read which backups were made")
    }
}

pub(super) async fn one(on: impl Into<On<'_>>, id: ErasureId) -> Result<Erasure, LedgerError> {
    let row = ask(include_str!("../../sql/erasure/one.sql"))
        .bind(id.0)
        .row(on)
        .await
        .doing("read an erasure")?;
    row.as_ref().map_or(Err(LedgerError::NoErasure(id)), read)
}

fn read(row: &Row) -> Result<Erasure, LedgerError> {
    let text = |column: &str| row.try_get::<String, _>(column).doing("read an erasure");
    let words = |column: &str| row.try_get::<Option<String>, _>(column).doing("read an erasure");
    let number = |column: &str| row.try_get::<i64, _>(column).doing("read an erasure");
    let maybe = |column: &str| row.try_get::<Option<i64>, _>(column).doing("read an erasure");
    Ok(Erasure {
        id: ErasureId(number("id")?),
        actor: text("actor")?,
        reason: text("reason")?,
        begun: from_us(number("begun_us")?),
        ended: maybe("ended_us")?.map(from_us),
        load: maybe("load")?.map(LoadId),
        snapshot: maybe("snapshot")?.map(SnapshotId),
        certificate_sha256: words("certificate_sha256")?,
        lifted: maybe("lifted_us")?.map(from_us),
        lifted_by: words("lifted_by")?,
    })
}

fn read_looks(row: &Row) -> Result<Looks, LedgerError> {
    let number = |column: &str| row.try_get::<i64, _>(column).doing("read who looked");
    let words = |column: &str| row.try_get::<Option<String>, _>(column).doing("read who looked");
    Ok(Looks {
        actor: row.try_get("actor").doing("read who looked")?,
        purpose: words("purpose")?,
        study: words("study")?,
        to_files: words("object")?.is_some_and(|object| object.ends_with("-file")),
        looks: counted("a count of looks", number("looks")?)?,
        first: from_us(number("first_us")?).to_string(),
        last: from_us(number("last_us")?).to_string(),
    })
}
