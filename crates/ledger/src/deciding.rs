//! What decides who may see what is checked before it is believed.
//!
//! The doctor reads a whole database, which takes long in a large house. These tables are small,
//! and a byte that changed in one of them could show somebody who said no, or other data than were
//! committed: they are compared with their indexes at each opening.

use sqlx::AssertSqlSafe;

use crate::error::{Doing, LedgerError};
use crate::store::Pool;

/// The tables; what a snapshot holds is bound by the audit line of its load instead.
const DECIDING: [&str; 12] = [
    "house",
    "consent_epoch",
    "consent_decision",
    "patient_link",
    "access_grant",
    "snapshot",
    "snapshot_pin",
    "study",
    "account",
    "account_link",
    "account_second",
    "account_recovery",
];

/// Refuses a ledger in which one of these tables is damaged.
///
/// # Cost
/// Reads them whole: milliseconds in a large house.
pub(crate) async fn check(pool: &Pool) -> Result<(), LedgerError> {
    // What a server answers is the server's own care.
    let Some(pool) = pool.file() else { return Ok(()) };
    for table in DECIDING {
        let question = AssertSqlSafe(format!("pragma integrity_check({table})"));
        let lines: Vec<String> =
            sqlx::query_scalar(question).fetch_all(pool).await.doing("check its integrity")?;
        if let Some(fault) = lines.into_iter().find(|line| line != "ok") {
            return Err(LedgerError::NotWhole { file: "ledger.db", fault });
        }
    }
    Ok(())
}
