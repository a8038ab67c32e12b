//! One row proved to be in the tree of the audit.

use super::checkpoints::Checkpoint;
use super::proof::{self, TreeHead};
use super::tree::TreeHash;
use super::{Audit, AuditRow, chain, read_row};
use crate::error::{Doing, LedgerError};
use crate::store::ask;

/// A row, and the proof that it is in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProof {
    /// The row.
    pub row: AuditRow,
    /// The tree: that of the checkpoint, or that of all rows where none covers this one yet.
    pub tree: TreeHead,
    /// The checkpoint that names the tree.
    pub checkpoint: Option<Checkpoint>,
    /// The hashes beside the way from the row up to the root.
    pub path: Vec<TreeHash>,
    /// Whether the row is what was hashed, the proof leads from it to the root, and the root is
    /// what was signed.
    pub holds: bool,
}

impl Audit {
    /// The row of this number, proved now: in the first checkpoint that covers it. None where
    /// there is no such row.
    ///
    /// # Errors
    /// When the audit cannot be read.
    pub async fn prove(&self, seq: i64) -> Result<Option<RowProof>, LedgerError> {
        let row = ask(include_str!("../../sql/audit/one.sql"))
            .bind(seq)
            .row(self.ledger.pool())
            .await
            .doing("read the audit")?;
        let Some(row) = row else { return Ok(None) };
        let row = read_row(&row).doing("read the audit")?;
        let Some(index) = seq.checked_sub(1).and_then(|index| u64::try_from(index).ok()) else {
            return Ok(None);
        };
        let checkpoints = self.ledger.checkpoints();
        let (key, checkpoint) = (checkpoints.key()?, checkpoints.over(seq).await?);
        let nothing = TreeHead { size: 0, root: TreeHash::empty() };
        let tree = match checkpoints.grown().await {
            Ok(tree) => tree,
            // Nothing is proved in rows with gaps.
            Err(LedgerError::Damaged { .. }) => {
                let path = Vec::new();
                return Ok(Some(RowProof { row, tree: nothing, checkpoint, path, holds: false }));
            }
            Err(error) => return Err(error),
        };
        let signed = checkpoint.as_ref().map(|checkpoint| key.checkpoint(&checkpoint.note));
        let size = checkpoint.as_ref().map_or(tree.size(), |checkpoint| checkpoint.size);
        let blocks = checkpoints.blocks(&tree, [size, index + 1]).await?;
        let path = tree.inclusion(index, size, &blocks).unwrap_or_default();
        let computed = || tree.root_at(size, &blocks).map(|root| TreeHead { size, root });
        let head = match signed {
            Some(signed) => signed.ok().filter(|signed| signed.size == size),
            None => computed(),
        };
        let named = head.or_else(computed);
        checkpoints.keep(tree);
        let leaf = chain::leaf(&row);
        let holds = head.is_some_and(|head| {
            row.hash == leaf.to_string() && proof::is_included(leaf, index, &path, head)
        });
        Ok(Some(RowProof { row, tree: named.unwrap_or(nothing), checkpoint, path, holds }))
    }
}
