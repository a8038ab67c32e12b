//! The transaction with which nothing of a person is left in the ledger, and what makes the bytes
//! go too.

use serde_json::json;
use sha2::{Digest as _, Sha256};
use vocab::{LoadId, PatientId, SnapshotId};

use super::{ErasedFile, Erasure, ErasureEnd, Erasures, Scrub};
use crate::audit::{self, Act, AuditHead};
use crate::error::{Doing, LedgerError, stored};
use crate::exclusions;
use crate::lease::WriterLease;
use crate::loads::{self, Ending, LoadOutcome, SnapshotKind, SnapshotTable};
use crate::store::{Tx, ask, insert_all};

/// What forgets one number; each takes the number alone.
const FORGET: [&str; 4] = [
    include_str!("../../sql/erasure/forget_patient.sql"),
    include_str!("../../sql/erasure/forget_identifiers.sql"),
    include_str!("../../sql/erasure/forget_links.sql"),
    include_str!("../../sql/erasure/forget_decisions.sql"),
];

/// What takes a text out of where it stands; each takes the text alone.
const UNSAY: [&str; 7] = [
    include_str!("../../sql/erasure/unname_landing.sql"),
    include_str!("../../sql/erasure/unname_load_file.sql"),
    include_str!("../../sql/erasure/unname_quarantine.sql"),
    include_str!("../../sql/erasure/unname_load_warning.sql"),
    include_str!("../../sql/erasure/unsay_quarantine.sql"),
    include_str!("../../sql/erasure/unsay_load_warning.sql"),
    include_str!("../../sql/erasure/unsay_load.sql"),
];

impl Erasures {
    /// Ends an erasure: the new snapshot, everything of the person out of the ledger, the
    /// certificate and the audit row, in one transaction. Ended again, nothing changes.
    ///
    /// # Errors
    /// When the erasure was not begun, the load is not running, or the ledger cannot be written.
    pub async fn end(
        &self,
        lease: &WriterLease,
        end: &ErasureEnd,
    ) -> Result<Option<SnapshotId>, LedgerError> {
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                lease.check(&mut tx).await?;
                let known = super::read::one(&mut tx, end.begun.id).await?;
                if let Erasure { ended: Some(_), snapshot, .. } = known {
                    return Ok((tx, None, snapshot));
                }
                loads::running(&mut tx, end.load).await?;
                let snapshot =
                    put_snapshot(&mut tx, end.load, end.tables.as_deref(), now_us).await?;
                let outcome = match snapshot {
                    Some(_) => LoadOutcome::Committed,
                    None => LoadOutcome::Unchanged,
                };
                let ending = Ending { outcome, snapshot, failure: None };
                loads::end(&mut tx, end.load, now_us, ending).await?;
                for patient in &end.begun.patients {
                    forget(&mut tx, *patient).await?;
                }
                scrub(&mut tx, &end.scrub).await?;
                put_files(&mut tx, end).await?;
                let line = put_end(&mut tx, end, snapshot, now_us).await?;
                Ok((tx, Some(line), snapshot))
            })
            .await
    }

    /// Writes both databases anew, so that no byte of what was deleted is left in them or in the
    /// logs beside them; false where another process has one open just now, so that a log stays. A
    /// server's own logs, and copies made of them, go by its rule.
    ///
    /// # Errors
    /// When a database cannot be written.
    ///
    /// # Cost
    /// Writes both databases whole.
    pub async fn clean(&self, _lease: &WriterLease) -> Result<bool, LedgerError> {
        let mut clean = true;
        for pool in [self.ledger.pool(), self.ledger.identities()] {
            clean &= pool.write_anew().await?;
        }
        Ok(clean)
    }
}

/// The certificate and the audit row.
async fn put_end(
    tx: &mut Tx,
    end: &ErasureEnd,
    snapshot: Option<SnapshotId>,
    now_us: i64,
) -> Result<AuditHead, LedgerError> {
    let sha256: String =
        Sha256::digest(&end.certificate).iter().map(|byte| format!("{byte:02x}")).collect();
    ask(include_str!("../../sql/erasure/end.sql"))
        .bind(end.begun.id.0)
        .bind(now_us)
        .bind(end.load.0)
        .bind(snapshot.map(|id| id.0))
        .bind(&end.certificate)
        .bind(&sha256)
        .done(&mut *tx)
        .await
        .doing("end an erasure")?;
    let epoch = exclusions::advance_epoch(tx).await?;
    let detail = json!({
        "load": end.load.0, "snapshot": snapshot.map(|id| id.0), "certificate": sha256,
        "files": end.files.len(), "epoch": epoch,
    });
    let object = format!("erasure/{}", end.begun.id);
    let act = Act::new(&end.begun.by, "erase", object).with(detail);
    audit::append(tx, now_us, &act).await
}

async fn put_snapshot(
    tx: &mut Tx,
    load: LoadId,
    tables: Option<&[SnapshotTable]>,
    now_us: i64,
) -> Result<Option<SnapshotId>, LedgerError> {
    let Some(tables) = tables else { return Ok(None) };
    let id = loads::commit::put_snapshot(tx, (load, SnapshotKind::Erase), now_us).await?;
    loads::commit::put_tables(tx, id, tables).await?;
    Ok(Some(id))
}

async fn forget(tx: &mut Tx, patient: PatientId) -> Result<(), LedgerError> {
    for sql in FORGET {
        ask(sql).bind(patient.get()).done(&mut *tx).await.doing("forget somebody")?;
    }
    Ok(())
}

async fn scrub(tx: &mut Tx, scrub: &Scrub) -> Result<(), LedgerError> {
    for text in &scrub.texts {
        for sql in UNSAY {
            ask(sql).bind(text).done(&mut *tx).await.doing("take a text out")?;
        }
    }
    for (file, line) in &scrub.lines {
        ask(include_str!("../../sql/erasure/forget_quarantined.sql"))
            .bind(file.to_string())
            .bind(stored("a line", *line)?)
            .done(&mut *tx)
            .await
            .doing("forget a quarantined line")?;
    }
    Ok(())
}

async fn put_files(tx: &mut Tx, end: &ErasureEnd) -> Result<(), LedgerError> {
    let sql = include_str!("../../sql/erasure/put_files.sql");
    insert_all(tx, sql, 4, &end.files, |row, ErasedFile { table, path, hash }| {
        row.push(table).push(path).push(hash).push(end.begun.id.0);
    })
    .await
    .map(drop)
}
