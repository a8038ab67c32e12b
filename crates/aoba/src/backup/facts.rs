//! What a home answers: asked of the copy when it is made, and of the home that is restored from it.

use ledger::Ledger;

use super::manifest::Facts;

/// Asks a ledger.
pub(super) async fn of(ledger: &Ledger) -> anyhow::Result<Facts> {
    let snapshots = ledger.snapshots();
    let newest = snapshots.latest().await?;
    let verdict = ledger.audit().verify().await?;
    let tables = newest.iter().flat_map(|newest| &newest.tables);
    Ok(Facts {
        snapshot: newest.as_ref().map(|newest| newest.id.0),
        snapshots: snapshots.readable().await?.len() as u64,
        audit_rows: verdict.rows,
        audit_head: verdict.head.hash,
        received: ledger.landings().kept().await?.len() as u64,
        tables: tables.map(|table| (table.table.clone(), table.rows)).collect(),
    })
}
