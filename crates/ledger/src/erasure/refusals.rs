//! What an erased person had refused: kept under a keyed hash, so that it holds again from the
//! moment they come back, and tells nothing until then.

use std::collections::BTreeSet;

use vocab::{Actor, PurposeOfUse};

use super::NewErasure;
use crate::error::{Doing, LedgerError};
use crate::exclusions;
use crate::home::Ledger;
use crate::patient_keys::Learned;
use crate::store::{Tx, ask, insert_all};

/// Keeps what a person has refused until now: what one number refused, all of them did.
pub(super) async fn keep(
    tx: &mut Tx,
    ledger: &Ledger,
    new: &NewErasure,
) -> Result<(), LedgerError> {
    let tombstones = ledger.tombstones();
    let numbers: BTreeSet<i64> = new.patients.iter().map(|patient| patient.get()).collect();
    let mut refused = Vec::new();
    for purpose in PurposeOfUse::SECONDARY {
        let out: Vec<i64> = ask(include_str!("../../sql/consent/out_today.sql"))
            .bind(purpose.as_str())
            .values(&mut *tx)
            .await
            .doing("read the consents")?;
        if out.iter().any(|number| numbers.contains(number)) {
            refused.extend(
                new.patients.iter().map(|patient| (tombstones.of_patient(*patient), purpose)),
            );
        }
    }
    let sql = include_str!("../../sql/erasure/put_refusals.sql");
    insert_all(tx, sql, 3, &refused, |row, (blind, purpose)| {
        row.push(new.id.0).push(*blind).push(purpose.as_str());
    })
    .await
    .map(drop)
}

/// Lets refusals hold again for those among these patients whose erasure was lifted, in the
/// transaction that brings them back. Who has decided anew since is left alone.
pub(crate) async fn refuse_again(
    tx: &mut Tx,
    ledger: &Ledger,
    learned: &Learned,
    (by, now_us): (&Actor, i64),
) -> Result<(), LedgerError> {
    let rows = ask(include_str!("../../sql/erasure/refusals.sql"))
        .rows(&mut *tx)
        .await
        .doing("read what erased people had refused")?;
    if rows.is_empty() {
        return Ok(());
    }
    let tombstones = ledger.tombstones();
    let mut again = 0;
    for patient in learned.patients.keys() {
        let blind = tombstones.of_patient(*patient);
        for row in &rows {
            let (erasure, of, purpose): (i64, i64, String) =
                (|| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))()
                    .doing("read what erased people had refused")?;
            if of != blind {
                continue;
            }
            let reason = format!("refused before erasure {erasure}");
            again += ask(include_str!("../../sql/erasure/refuse_again.sql"))
                .bind(patient.get())
                .bind(purpose)
                .bind(reason)
                .bind(by.as_str())
                .bind(now_us)
                .done(&mut *tx)
                .await
                .doing("let a refusal hold again")?;
        }
    }
    if again > 0 {
        exclusions::advance_epoch(tx).await?;
    }
    Ok(())
}
