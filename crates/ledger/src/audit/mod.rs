//! Who did what: rows added in the transaction of the act, each bound to the one before it.
//!
//! Changing, removing, adding or moving a row breaks the chain; cutting its end off leaves it
//! behind the head kept in `audit.head`. Someone who can write both the database and that file
//! can still make a whole new chain: that is seen by a checkpoint that has left the machine. The
//! rows are the leaves of a Merkle tree, so that one row can be proved to whoever has a checkpoint
//! and no other row.

mod chain;
mod checkpoints;
mod cost;
mod export;
mod head;
pub(crate) mod line;
mod note;
mod proof;
mod prove;
mod standing;
mod tree;
mod verify;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use vocab::{Actor, PurposeOfUse, StudyId};

use crate::clock::from_us;
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::store::{Row, Tx, ask};

pub(crate) use chain::GENESIS;
pub use checkpoints::{
    CHECKPOINT_EVERY, CHECKPOINT_ROWS, Checkpoint, Checkpoints, PlaceFailure, PlaceStanding,
};
pub use cost::{AuditCost, audit_cost};
pub use export::{ExportBroken, ExportFault, ExportForm, ExportVerdict, Exported, verify_export};
pub(crate) use head::{HeadFile, KeptHead, stands};
pub use note::{NotAKey, NoteFault, PublicKey};
pub use proof::{TreeHead, is_consistent, is_included};
pub use prove::RowProof;
pub use standing::AuditStanding;
pub use tree::{Tree, TreeHash};
pub(crate) use verify::walk;
pub use verify::{Against, AuditVerdict, Broken, BrokenBy, verify_rows};

/// The most audit rows one question returns.
pub const MAX_AUDIT_ROWS: u32 = 10_000;

/// Something done, as it will stand in the audit. Details never hold direct identifiers.
pub(crate) struct Act<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) act: &'a str,
    pub(crate) object: String,
    pub(crate) purpose: Option<PurposeOfUse>,
    pub(crate) study: Option<&'a StudyId>,
    pub(crate) detail: Value,
}

impl<'a> Act<'a> {
    /// An act that is not a look at patients' data.
    pub(crate) fn new(actor: &'a Actor, act: &'a str, object: impl Into<String>) -> Self {
        let object = object.into();
        Self { actor, act, object, purpose: None, study: None, detail: Value::Null }
    }

    pub(crate) fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}

/// The newest row: its number and hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditHead {
    /// The row's number; 0 before the first row.
    pub seq: i64,
    /// The row's hash in hexadecimal.
    pub hash: String,
}

/// One row of the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Counts from 1 without gaps.
    pub seq: i64,
    /// When, by the house's clock.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What was done, such as `permit` or `opt-out`.
    pub act: String,
    /// To what.
    pub object: String,
    /// For which purpose, where it was a look.
    pub purpose: Option<String>,
    /// For which study, where it was a look for one.
    pub study: Option<String>,
    /// Facts of the act, as JSON text.
    pub detail: String,
    /// The hash of the row before.
    pub prev_hash: String,
    /// The hash of this row.
    pub hash: String,
}

impl AuditRow {
    /// The hash that the row must have, in hexadecimal.
    #[must_use]
    pub fn computed_hash(&self) -> String {
        chain::hash(self)
    }
}

/// Writes an instant as text.
pub(crate) fn as_text<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

fn from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// Which rows are wanted; absent means any.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only rows after this number.
    pub after_seq: i64,
    /// Only rows before this number.
    pub before_seq: Option<i64>,
    /// Only this person's acts.
    pub actor: Option<Actor>,
    /// Only this kind of act.
    pub act: Option<String>,
    /// Only acts on one of these, such as `patient/7`; none named means any.
    pub objects: Vec<String>,
    /// Only looks for this purpose.
    pub purpose: Option<PurposeOfUse>,
    /// Only looks for this study.
    pub study: Option<String>,
    /// Only from this moment on.
    pub since: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
    /// How many at most; 0 means [`MAX_AUDIT_ROWS`], which is also the limit.
    pub rows_max: u32,
}

/// Reads and checks the audit.
#[derive(Clone)]
pub struct Audit {
    ledger: Ledger,
}

impl Audit {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Checks every row, the chain between them, the kept head, and every checkpoint.
    ///
    /// # Errors
    /// When the rows cannot be read; a broken chain is a verdict, not an error.
    ///
    /// # Cost
    /// Reads the whole audit, about a second for a million rows.
    pub async fn verify(&self) -> Result<AuditVerdict, LedgerError> {
        self.verify_against(&[]).await
    }

    /// The same, and checkpoints that were kept elsewhere: what shows a chain made whole anew.
    ///
    /// # Errors
    /// As [`Audit::verify`].
    pub async fn verify_against(&self, outside: &[String]) -> Result<AuditVerdict, LedgerError> {
        let key = &self.ledger.checkpoints().key()?;
        // Read before the rows: an act committed meanwhile can only put the rows ahead of it.
        let kept = &self.ledger.head().read()?;
        let look =
            |mut tx| async move { walk(&mut tx, kept.clone(), Against { key, outside }).await };
        self.ledger.pool().read(look).await
    }

    /// The newest row: its number and hash.
    ///
    /// # Errors
    /// When the audit cannot be read.
    pub async fn newest(&self) -> Result<AuditHead, LedgerError> {
        self.ledger.pool().read(|mut tx| async move { newest(&mut tx).await }).await
    }

    /// The rows that pass a filter, oldest first.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn rows(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>, LedgerError> {
        self.chosen(include_str!("../../sql/audit/filtered.sql"), filter, |row| row.seq).await
    }

    /// The same, newest first.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn newest_rows(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>, LedgerError> {
        self.chosen(include_str!("../../sql/audit/filtered_down.sql"), filter, |row| -row.seq).await
    }

    async fn chosen(
        &self,
        question: &'static str,
        filter: &AuditFilter,
        order: impl Fn(&AuditRow) -> i64,
    ) -> Result<Vec<AuditRow>, LedgerError> {
        let rows_max = match filter.rows_max {
            0 => MAX_AUDIT_ROWS,
            some => some.min(MAX_AUDIT_ROWS),
        };
        let asked = ask(question)
            .bind(filter.after_seq)
            .bind(filter.before_seq)
            .bind(filter.actor.as_ref().map(Actor::as_str))
            .bind(filter.act.as_deref())
            .bind(filter.since.map(Timestamp::as_microsecond))
            .bind(filter.until.map(Timestamp::as_microsecond))
            .bind(filter.purpose.map(PurposeOfUse::as_str))
            .bind(filter.study.as_deref())
            .bind(i64::from(rows_max));
        let any = [None];
        let objects = filter.objects.iter().map(|object| Some(object.as_str()));
        let objects: Vec<Option<&str>> = match filter.objects.is_empty() {
            true => any.into(),
            false => objects.collect(),
        };
        let mut found = Vec::new();
        for object in &objects {
            let rows = asked.clone().bind(*object).rows(self.ledger.pool()).await;
            let rows: Result<Vec<AuditRow>, sqlx::Error> =
                rows.and_then(|rows| rows.iter().map(read_row).collect());
            found.extend(rows.doing("read the audit")?);
        }
        if objects.len() > 1 {
            found.sort_by_key(order);
            found.dedup_by_key(|row| row.seq);
            found.truncate(usize::try_from(rows_max).unwrap_or(usize::MAX));
        }
        Ok(found)
    }
}

/// Adds a row in the caller's transaction, which must hold the write lock.
pub(crate) async fn append(
    tx: &mut Tx,
    at_us: i64,
    act: &Act<'_>,
) -> Result<AuditHead, LedgerError> {
    let last = newest(tx).await?;
    let mut row = AuditRow {
        seq: last.seq.saturating_add(1),
        at: from_us(at_us),
        actor: act.actor.to_string(),
        act: act.act.to_owned(),
        object: act.object.clone(),
        purpose: act.purpose.map(|purpose| purpose.to_string()),
        study: act.study.map(ToString::to_string),
        detail: if act.detail.is_null() { String::new() } else { act.detail.to_string() },
        prev_hash: last.hash,
        hash: String::new(),
    };
    row.hash = chain::hash(&row);
    ask(include_str!("../../sql/audit/append.sql"))
        .bind(row.seq)
        .bind(at_us)
        .bind(&row.actor)
        .bind(&row.act)
        .bind(&row.object)
        .bind(&row.purpose)
        .bind(&row.study)
        .bind(&row.detail)
        .bind(&row.prev_hash)
        .bind(&row.hash)
        .done(tx)
        .await
        .doing("write the audit")?;
    Ok(AuditHead { seq: row.seq, hash: row.hash })
}

/// The newest row; of an audit without rows, what stands before the first.
pub(crate) async fn newest(tx: &mut Tx) -> Result<AuditHead, LedgerError> {
    let row =
        ask(include_str!("../../sql/audit/last.sql")).row(tx).await.doing("read the audit")?;
    let Some(row) = row else {
        return Ok(AuditHead { seq: 0, hash: GENESIS.to_owned() });
    };
    (|| Ok(AuditHead { seq: row.try_get(0)?, hash: row.try_get(1)? }))().doing("read the audit")
}

fn read_row(row: &Row) -> Result<AuditRow, sqlx::Error> {
    Ok(AuditRow {
        seq: row.try_get("seq")?,
        at: from_us(row.try_get("at_us")?),
        actor: row.try_get("actor")?,
        act: row.try_get("act")?,
        object: row.try_get("object")?,
        purpose: row.try_get("purpose")?,
        study: row.try_get("study")?,
        detail: row.try_get("detail")?,
        prev_hash: row.try_get("prev_hash")?,
        hash: row.try_get("hash")?,
    })
}
