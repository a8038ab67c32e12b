//! A snapshot is bound to the audit line of its load: a row that changed since is refused, instead
//! of showing other tables than were committed.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Snapshot, SnapshotTable};
use crate::audit::line;
use crate::error::LedgerError;
use crate::store::Tx;

/// How the digest is called in the audit line's details.
pub(super) const TABLES: &str = "tables";

/// A digest of what a snapshot names, as it stands in the audit line of its load.
pub(super) fn digest(tables: &[SnapshotTable]) -> String {
    let mut lines: Vec<String> = tables
        .iter()
        .map(|t| {
            format!(
                "{} {} {} {} {} {} {} {}\n",
                t.table,
                t.delta_version,
                t.definition_hash,
                t.rows,
                t.resources,
                t.patients,
                t.files,
                t.size_bytes
            )
        })
        .collect();
    lines.sort_unstable();
    let mut hash = Sha256::new();
    lines.iter().for_each(|line| hash.update(line.as_bytes()));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Refuses a snapshot that is not what its load committed. One committed by a program that wrote
/// no digest is believed.
pub(super) async fn check(tx: &mut Tx, snapshot: &Snapshot) -> Result<(), LedgerError> {
    let object = format!("load/{}", snapshot.load);
    let Some(line) = line::newest(tx, "load.commit", &object).await? else { return Ok(()) };
    let detail: Value = serde_json::from_str(&line.detail).unwrap_or_default();
    let Some(told) = detail.get(TABLES).and_then(Value::as_str) else { return Ok(()) };
    let of_this = detail.get("snapshot").and_then(Value::as_i64) == Some(snapshot.id.0);
    if of_this && told == digest(&snapshot.tables) {
        return Ok(());
    }
    let found = format!("snapshot {} is not what its load committed", snapshot.id);
    Err(LedgerError::Damaged { what: "a snapshot", found })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, delta_version: i64) -> SnapshotTable {
        SnapshotTable {
            table: name.to_owned(),
            delta_version,
            definition_hash: "a".to_owned(),
            rows: 1,
            resources: 1,
            patients: 1,
            files: 1,
            size_bytes: 1,
        }
    }

    #[test]
    fn the_order_of_the_tables_does_not_count_and_everything_else_does() {
        let (a, b) = (table("a", 1), table("b", 2));
        let both = digest(&[a.clone(), b.clone()]);
        assert_eq!(both, digest(&[b.clone(), a.clone()]));
        assert_ne!(both, digest(std::slice::from_ref(&a)));
        assert_ne!(both, digest(&[table("a", 2), b.clone()]));
        assert_ne!(both, digest(&[SnapshotTable { patients: 2, ..a }, b]));
    }
}
