//! How the audit stands, as far as it can be told without reading every row; and what left the
//! house.

use super::checkpoints::Checkpoint;
use super::head::KeptHead;
use super::{Audit, AuditHead, AuditRow, MAX_AUDIT_ROWS, read_row, stands};
use crate::error::{Doing, LedgerError};
use crate::store::ask;

/// How the audit stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditStanding {
    /// The newest row.
    pub head: AuditHead,
    /// Whether the row that is kept outside the database is in it.
    pub is_whole: bool,
    /// The newest checkpoint.
    pub checkpoint: Option<Checkpoint>,
    /// Whether it is signed by this house and names the tree of the rows that stand now.
    pub checkpoint_holds: bool,
    /// How many checkpoints there are.
    pub checkpoints: u64,
}

impl Audit {
    /// How the audit stands: its end, and its newest checkpoint. What each row says is for
    /// [`Audit::verify`] to check.
    ///
    /// # Errors
    /// When the audit cannot be read.
    pub async fn standing(&self) -> Result<AuditStanding, LedgerError> {
        let kept = self.ledger.head().read()?;
        let is_whole = match &kept {
            KeptHead::At(kept) => stands(self.ledger.pool(), kept).await?,
            KeptHead::Missing | KeptHead::Unreadable => false,
        };
        let checkpoints = self.ledger.checkpoints();
        let checkpoint = checkpoints.newest().await?;
        let signed = match &checkpoint {
            Some(checkpoint) => checkpoints.key()?.checkpoint(&checkpoint.note).ok(),
            None => None,
        };
        let checkpoint_holds = match signed {
            // Rows with gaps are a finding, not a fault of this look.
            Some(signed) => match checkpoints.root_now(signed.size).await {
                Ok(root) => root == Some(signed.root),
                Err(LedgerError::Damaged { .. }) => false,
                Err(error) => return Err(error),
            },
            None => checkpoint.is_none(),
        };
        let (head, checkpoints) = (self.newest().await?, checkpoints.count().await?);
        Ok(AuditStanding { head, is_whole, checkpoint, checkpoint_holds, checkpoints })
    }

    /// The rows before this one that tell of something that left the house: answers taken, members
    /// of cohorts, exports of the audit, backups, certificates of erasures. Newest first.
    ///
    /// # Errors
    /// When the audit cannot be read.
    pub async fn left(
        &self,
        before_seq: Option<i64>,
        rows_max: u32,
    ) -> Result<Vec<AuditRow>, LedgerError> {
        ask(include_str!("../../sql/audit/left.sql"))
            .bind(before_seq)
            .bind(i64::from(rows_max.min(MAX_AUDIT_ROWS)))
            .rows(self.ledger.pool())
            .await
            .and_then(|rows| rows.iter().map(read_row).collect())
            .doing("read the audit")
    }
}
