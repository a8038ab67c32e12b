//! What patients decided, and who may therefore not be seen.
//!
//! Decisions are rows that are only added. A person is out for a purpose when the newest decision
//! of any of the person's numbers says so: a link found later never brings anyone back.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use vocab::{Actor, PatientId, PurposeOfUse};

use crate::audit::{self, Act, as_text};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError};
use crate::exclusions::{self, Exclusions};
use crate::home::Ledger;
use crate::links::{self, Persons};
use crate::store::{Row, Tx, ask};

/// A patient's wish not to be used.
#[derive(Clone, Debug)]
pub struct OptOut {
    /// Who.
    pub patient: PatientId,
    /// For which purposes; [`PurposeOfUse::SECONDARY`] is all that can be refused.
    pub purposes: Vec<PurposeOfUse>,
    /// How it reached the house, such as `letter 2026-11-02`; no name.
    pub reason: String,
    /// Who records it.
    pub by: Actor,
}

/// A patient's wish to be used again.
#[derive(Clone, Debug)]
pub struct OptIn {
    /// Who.
    pub patient: PatientId,
    /// For which purposes.
    pub purposes: Vec<PurposeOfUse>,
    /// How it reached the house; no name.
    pub reason: String,
    /// Who records it.
    pub by: Actor,
}

/// What recording a wish did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The state of consents from now on.
    pub epoch: u64,
    /// All numbers of the person that the wish now holds for.
    pub patients: Vec<PatientId>,
}

/// One decision of a patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The purpose.
    pub purpose: String,
    /// Whether the patient is out of it.
    pub out: bool,
    /// How it reached the house.
    pub reason: String,
    /// Who recorded it.
    pub by: String,
    /// When.
    #[serde(serialize_with = "as_text")]
    pub at: Timestamp,
}

/// Records and reads what patients decided.
#[derive(Clone)]
pub struct Consents {
    ledger: Ledger,
}

impl Consents {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Records an opt-out: rows, audit and a new epoch in one transaction. It holds for every
    /// number of the person from then on.
    ///
    /// # Errors
    /// When no purpose is named or treatment is among them, or the ledger cannot be written.
    pub async fn opt_out(&self, wish: OptOut) -> Result<Recorded, LedgerError> {
        let OptOut { patient, purposes, reason, by } = wish;
        self.record(Wish { patient, purposes, reason, by, word: "out", act: "opt-out" }).await
    }

    /// Records that a patient may be used again, for every number of the person.
    ///
    /// # Errors
    /// When no purpose is named or treatment is among them, or the ledger cannot be written.
    pub async fn opt_in(&self, wish: OptIn) -> Result<Recorded, LedgerError> {
        let OptIn { patient, purposes, reason, by } = wish;
        self.record(Wish { patient, purposes, reason, by, word: "in", act: "opt-in" }).await
    }

    /// Who may not be seen for a purpose now.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn exclusions(&self, purpose: PurposeOfUse) -> Result<Arc<Exclusions>, LedgerError> {
        let ledger = &self.ledger;
        let current = ledger
            .pool()
            .read(|mut tx| async move { exclusions::current(ledger, &mut tx, purpose).await })
            .await?;
        exclusions::remember(&self.ledger, &current);
        Ok(current)
    }

    /// The state of consents now.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn epoch(&self) -> Result<u64, LedgerError> {
        let pool = self.ledger.pool();
        pool.read(|mut tx| async move { exclusions::read_epoch(&mut tx).await }).await
    }

    /// What was recorded for this number, oldest first; not for linked ones.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn decisions(&self, patient: PatientId) -> Result<Vec<Decision>, LedgerError> {
        let rows = ask(include_str!("../sql/consent/of_patient.sql"))
            .bind(patient.get())
            .rows(self.ledger.pool())
            .await
            .doing("read a patient's decisions")?;
        let read = |row: &Row| {
            Ok(Decision {
                purpose: row.try_get("purpose")?,
                out: row.try_get::<String, _>("decision")? == "out",
                reason: row.try_get("reason")?,
                by: row.try_get("decided_by")?,
                at: from_us(row.try_get("decided_us")?),
            })
        };
        rows.iter().map(read).collect::<Result<_, _>>().doing("read a patient's decisions")
    }

    async fn record(&self, wish: Wish) -> Result<Recorded, LedgerError> {
        let refusable = |purpose: &PurposeOfUse| PurposeOfUse::SECONDARY.contains(purpose);
        if wish.purposes.is_empty() || !wish.purposes.iter().all(refusable) {
            return Err(LedgerError::PurposeNotRefusable);
        }
        let now_us = self.ledger.now_us();
        let wish = &wish;
        self.ledger
            .act(|mut tx| async move {
                let person = Persons::read(&mut tx).await?.of(wish.patient);
                put_decisions(&mut tx, wish, &person, now_us).await?;
                let epoch = exclusions::advance_epoch(&mut tx).await?;
                let purposes: Vec<&str> =
                    wish.purposes.iter().map(|purpose| purpose.as_str()).collect();
                let detail =
                    json!({ "purposes": purposes, "numbers": person.len(), "epoch": epoch });
                let act = Act::new(&wish.by, wish.act, links::object(wish.patient)).with(detail);
                let line = audit::append(&mut tx, now_us, &act).await?;
                let recorded = Recorded { epoch, patients: person.into_iter().collect() };
                Ok((tx, Some(line), recorded))
            })
            .await
    }
}

/// An opt-out or opt-in about to be recorded.
struct Wish {
    patient: PatientId,
    purposes: Vec<PurposeOfUse>,
    reason: String,
    by: Actor,
    word: &'static str,
    act: &'static str,
}

/// One row for each number of the person and each purpose.
async fn put_decisions(
    tx: &mut Tx,
    wish: &Wish,
    person: &BTreeSet<PatientId>,
    now_us: i64,
) -> Result<(), LedgerError> {
    let mut seq: i64 = ask(include_str!("../sql/consent/next_seq.sql"))
        .value(&mut *tx)
        .await
        .doing("number a decision")?;
    for patient in person {
        for purpose in &wish.purposes {
            put_decision(tx, wish, (seq, *patient, *purpose), now_us).await?;
            seq += 1;
        }
    }
    Ok(())
}

async fn put_decision(
    tx: &mut Tx,
    wish: &Wish,
    (seq, patient, purpose): (i64, PatientId, PurposeOfUse),
    now_us: i64,
) -> Result<(), LedgerError> {
    ask(include_str!("../sql/consent/record.sql"))
        .bind(seq)
        .bind(patient.get())
        .bind(purpose.as_str())
        .bind(wish.word)
        .bind(&wish.reason)
        .bind(wish.by.as_str())
        .bind(now_us)
        .done(tx)
        .await
        .doing("record a decision")
        .map(drop)
}
