//! One line of the audit, believed only when it is what was hashed.

use super::{AuditRow, chain, read_row};
use crate::error::{Doing, LedgerError};
use crate::store::{Tx, ask};

/// The newest line that tells of this act on this object.
///
/// # Errors
/// [`LedgerError::Damaged`] when the line is not what was written.
pub(crate) async fn newest(
    tx: &mut Tx,
    act: &str,
    object: &str,
) -> Result<Option<AuditRow>, LedgerError> {
    let row = ask(include_str!("../../sql/audit/newest_of_object.sql"))
        .bind(object)
        .bind(act)
        .row(tx)
        .await
        .doing("read the audit")?;
    let Some(row) = row else { return Ok(None) };
    let row = read_row(&row).doing("read the audit")?;
    if row.hash != chain::hash(&row) {
        let found = format!("row {}", row.seq);
        return Err(LedgerError::Damaged { what: "a line of the audit", found });
    }
    Ok(Some(row))
}
