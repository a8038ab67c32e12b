//! What is known of a person, and the moment from which nobody sees them.

use std::collections::BTreeSet;

use serde_json::json;
use vocab::{Actor, ErasureId, PatientId, PurposeOfUse};

use super::{Erasures, KnownPerson, NewErasure, refusals};
use crate::audit::{self, Act};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError};
use crate::exclusions;
use crate::lease::WriterLease;
use crate::links::{self, Persons};
use crate::store::{Tx, ask, insert_all};

/// Stands as the reason of what hides a person while they are erased; it goes with the person.
const UNDER_WAY: &str = "erasure under way";

impl Erasures {
    /// Which number the next erasure has; the lease keeps others from taking it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn next_id(&self, _lease: &WriterLease) -> Result<ErasureId, LedgerError> {
        let id: i64 = ask(include_str!("../../sql/erasure/next_id.sql"))
            .value(self.ledger.pool())
            .await
            .doing("number an erasure")?;
        Ok(ErasureId(id))
    }

    /// Everything that says who a person is, to look for them; the look is in the audit.
    ///
    /// # Errors
    /// When the ledger cannot be read, or a record does not open.
    pub async fn person(
        &self,
        lease: &WriterLease,
        patient: PatientId,
        by: &Actor,
    ) -> Result<KnownPerson, LedgerError> {
        let now_us = self.ledger.now_us();
        let (numbers, first_us) = self
            .ledger
            .act(|mut tx| async move {
                lease.check(&mut tx).await?;
                let persons = Persons::read(&mut tx).await?;
                let numbers: Vec<PatientId> = persons.of(patient).into_iter().collect();
                let first_us = first_seen(&mut tx, &numbers).await?;
                let act = Act::new(by, "erase.look", links::object(patient))
                    .with(json!({ "numbers": numbers.len() }));
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), (numbers, first_us)))
            })
            .await?;
        let records = self.ledger.identity().records_of(&numbers).await?;
        Ok(KnownPerson { numbers, records, first_seen: first_us.map(from_us) })
    }

    /// From here on nobody sees the person, for any purpose, and no load takes them in. Begun again,
    /// nothing changes.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn begin(&self, lease: &WriterLease, new: &NewErasure) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                lease.check(&mut tx).await?;
                let known = ask(include_str!("../../sql/erasure/one.sql"))
                    .bind(new.id.0)
                    .row(&mut tx)
                    .await
                    .doing("read an erasure")?;
                if known.is_some() {
                    return Ok((tx, None, ()));
                }
                put(&mut tx, new, now_us).await?;
                refusals::keep(&mut tx, &self.ledger, new).await?;
                hide(&mut tx, new, now_us).await?;
                let epoch = exclusions::advance_epoch(&mut tx).await?;
                let object = new.patients.first().copied().map_or_else(String::new, links::object);
                let detail = json!({
                    "erasure": new.id.0, "numbers": new.patients.len(), "epoch": epoch,
                });
                let act = Act::new(&new.by, "erase.begin", object).with(detail);
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }
}

/// When the first load began that brought one of these numbers.
async fn first_seen(tx: &mut Tx, numbers: &[PatientId]) -> Result<Option<i64>, LedgerError> {
    let mut first_us: Option<i64> = None;
    for number in numbers {
        let seen: Option<i64> = ask(include_str!("../../sql/erasure/first_seen.sql"))
            .bind(number.get())
            .value_if_any(&mut *tx)
            .await
            .doing("read when somebody was first seen")?;
        first_us = first_us.into_iter().chain(seen).min();
    }
    Ok(first_us)
}

/// Writes the erasure, and what must not be taken in again.
async fn put(tx: &mut Tx, new: &NewErasure, now_us: i64) -> Result<(), LedgerError> {
    ask(include_str!("../../sql/erasure/begin.sql"))
        .bind(new.id.0)
        .bind(new.by.as_str())
        .bind(&new.reason)
        .bind(now_us)
        .done(&mut *tx)
        .await
        .doing("begin an erasure")?;
    let tombstones: Vec<i64> =
        new.tombstones.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let sql = include_str!("../../sql/erasure/put_tombstones.sql");
    insert_all(tx, sql, 2, &tombstones, |row, blind| {
        row.push(new.id.0).push(*blind);
    })
    .await
    .map(drop)
}

/// Hides a person from everybody, those who treat them too: the files are about to change.
async fn hide(tx: &mut Tx, new: &NewErasure, now_us: i64) -> Result<(), LedgerError> {
    let mut seq: i64 = ask(include_str!("../../sql/consent/next_seq.sql"))
        .value(&mut *tx)
        .await
        .doing("number a decision")?;
    for patient in &new.patients {
        for purpose in PurposeOfUse::ALL {
            ask(include_str!("../../sql/consent/record.sql"))
                .bind(seq)
                .bind(patient.get())
                .bind(purpose.as_str())
                .bind("out")
                .bind(UNDER_WAY)
                .bind(new.by.as_str())
                .bind(now_us)
                .done(&mut *tx)
                .await
                .doing("hide somebody")?;
            seq += 1;
        }
    }
    Ok(())
}
