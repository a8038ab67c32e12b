//! The transaction that ends a load.

use std::collections::HashMap;

use serde_json::json;
use vocab::{LandingId, LoadId, SnapshotId};

use super::{
    Counts, Ending, FileReport, LoadCommit, LoadInfo, LoadOutcome, QuarantineRow, SnapshotKind,
    SnapshotTable, WarningCount, bound, landing, snapshot, words,
};
use crate::audit::{self, Act, AuditHead};
use crate::erasure;
use crate::error::{Doing, LedgerError, counted, stored};
use crate::exclusions;
use crate::home::Ledger;
use crate::lease::WriterLease;
use crate::links;
use crate::patient_keys::{Learned, LinkOrigin};
use crate::store::{Tx, ask, insert_all};

pub(super) async fn commit(
    ledger: &Ledger,
    lease: &WriterLease,
    commit: LoadCommit,
) -> Result<SnapshotId, LedgerError> {
    check_quarantine(&commit.files, &commit.quarantine)?;
    let learned = commit.keys.take_learned();
    let now_us = ledger.now_us();
    let (commit, learned) = (&commit, &learned);
    ledger
        .act(|mut tx| async move {
            lease.check(&mut tx).await?;
            let info = super::running(&mut tx, commit.load).await?;
            let snapshot = put_snapshot(&mut tx, (commit.load, commit.kind), now_us).await?;
            put_tables(&mut tx, snapshot, &commit.tables).await?;
            let ended = if commit.anew { end_earlier(&mut tx, snapshot, now_us).await? } else { 0 };
            put_files(&mut tx, commit.load, &commit.files).await?;
            put_quarantine(&mut tx, commit.load, &commit.quarantine).await?;
            put_warnings(&mut tx, commit.load, &commit.warnings).await?;
            let source = match commit.kind {
                SnapshotKind::Ingest => Some(info.source.as_str()),
                SnapshotKind::Rebuild | SnapshotKind::Optimize | SnapshotKind::Erase => None,
            };
            landing::take(&mut tx, source, &commit.files, snapshot).await?;
            put_patients(&mut tx, commit.load, learned).await?;
            let actor = words::actor(&info.actor)?;
            erasure::refuse_again(&mut tx, ledger, learned, (&actor, now_us)).await?;
            let links_new = put_links(&mut tx, commit, learned, &info.actor, now_us).await?;
            let ending =
                Ending { outcome: LoadOutcome::Committed, snapshot: Some(snapshot), failure: None };
            super::end(&mut tx, commit.load, now_us, ending).await?;
            let told = (&info, snapshot, links_new, ended);
            let line = put_line(&mut tx, commit, told, now_us).await?;
            Ok((tx, Some(line), snapshot))
        })
        .await
}

/// The audit line of a load that is committed.
async fn put_line(
    tx: &mut Tx,
    commit: &LoadCommit,
    (info, snapshot, links_new, ended): (&LoadInfo, SnapshotId, u64, u64),
    now_us: i64,
) -> Result<AuditHead, LedgerError> {
    let actor = words::actor(&info.actor)?;
    let mut total = Counts::default();
    commit.files.iter().for_each(|file| total.add(&file.counts));
    let detail = json!({
        "snapshot": snapshot.0, "kind": commit.kind.word(), "source": info.source,
        "files": commit.files.len(), "counts": total, "links": links_new,
        (bound::TABLES): bound::digest(&commit.tables), "snapshots_ended": ended,
    });
    let act = Act::new(&actor, "load.commit", format!("load/{}", commit.load)).with(detail);
    audit::append(tx, now_us, &act).await
}

/// Each quarantined resource has its row.
fn check_quarantine(files: &[FileReport], rows: &[QuarantineRow]) -> Result<(), LedgerError> {
    let mut rows_of: HashMap<LandingId, u64> = HashMap::new();
    for row in rows {
        *rows_of.entry(row.landing).or_default() += 1;
    }
    let mut quarantined_of: HashMap<LandingId, (u64, &str)> = HashMap::new();
    for file in files {
        let entry = quarantined_of.entry(file.landing).or_insert((0, &file.name));
        entry.0 += file.counts.quarantined;
    }
    for (landing, (quarantined, name)) in quarantined_of {
        let rows = rows_of.get(&landing).copied().unwrap_or(0);
        if quarantined > rows {
            return Err(LedgerError::QuarantineIncomplete {
                file: name.to_owned(),
                quarantined,
                rows,
            });
        }
    }
    Ok(())
}

pub(crate) async fn put_snapshot(
    tx: &mut Tx,
    (load, kind): (LoadId, SnapshotKind),
    now_us: i64,
) -> Result<SnapshotId, LedgerError> {
    let parent = snapshot::latest_id(tx).await?;
    let id: i64 = ask(include_str!("../../sql/snapshot/next_id.sql"))
        .value(&mut *tx)
        .await
        .doing("number a snapshot")?;
    ask(include_str!("../../sql/snapshot/record.sql"))
        .bind(id)
        .bind(parent.map(|id| id.0))
        .bind(now_us)
        .bind(load.0)
        .bind(kind.word())
        .done(tx)
        .await
        .doing("record a snapshot")?;
    Ok(SnapshotId(id))
}

/// Says that no earlier snapshot can be read; tells how many could until now.
async fn end_earlier(tx: &mut Tx, snapshot: SnapshotId, now_us: i64) -> Result<u64, LedgerError> {
    ask(include_str!("../../sql/snapshot/expire_before.sql"))
        .bind(now_us)
        .bind(snapshot.0)
        .done(tx)
        .await
        .doing("expire snapshots")
}

pub(crate) async fn put_tables(
    tx: &mut Tx,
    snapshot: SnapshotId,
    tables: &[SnapshotTable],
) -> Result<(), LedgerError> {
    let mut rows = Vec::with_capacity(tables.len());
    for table in tables {
        let counts = [table.rows, table.resources, table.patients, table.files, table.size_bytes];
        rows.push((table, stored_all("a count of a table", counts)?));
    }
    let sql = include_str!("../../sql/snapshot/put_tables.sql");
    insert_all(tx, sql, 9, &rows, |row, (table, counts)| {
        row.push(snapshot.0)
            .push(&table.table)
            .push(table.delta_version)
            .push(&table.definition_hash);
        for count in counts {
            row.push(*count);
        }
    })
    .await
    .map(drop)
}

pub(super) async fn put_files(
    tx: &mut Tx,
    load: LoadId,
    files: &[FileReport],
) -> Result<(), LedgerError> {
    let mut rows = Vec::with_capacity(files.len());
    for (position, file) in (1_i64..).zip(files) {
        let c = &file.counts;
        if c.accounted() != c.resources {
            return Err(LedgerError::CountsDisagree {
                file: file.name.clone(),
                resources: c.resources,
                accounted: c.accounted(),
            });
        }
        let counts =
            [c.lines, c.resources, c.written, c.unchanged, c.superseded, c.deleted, c.quarantined];
        rows.push((position, file, stored_all("a count of a file", counts)?));
    }
    let sql = include_str!("../../sql/load/put_files.sql");
    insert_all(tx, sql, 12, &rows, |row, (position, file, counts)| {
        row.push(load.0)
            .push(*position)
            .push(file.landing.to_string())
            .push(&file.name)
            .push(file.already_held);
        for count in counts {
            row.push(*count);
        }
    })
    .await
    .map(drop)
}

async fn put_quarantine(
    tx: &mut Tx,
    load: LoadId,
    quarantine: &[QuarantineRow],
) -> Result<(), LedgerError> {
    let mut rows = Vec::with_capacity(quarantine.len());
    for (position, found) in (1_i64..).zip(quarantine) {
        let line = found.line.map(|line| stored("a line", line)).transpose()?;
        rows.push((position, found, line));
    }
    let sql = include_str!("../../sql/load/put_quarantine.sql");
    insert_all(tx, sql, 8, &rows, |row, (position, found, line)| {
        row.push(load.0)
            .push(*position)
            .push(found.landing.to_string())
            .push(&found.file)
            .push(*line)
            .push(found.code.word())
            .push(&found.path)
            .push(&found.detail);
    })
    .await
    .map(drop)
}

async fn put_warnings(
    tx: &mut Tx,
    load: LoadId,
    warnings: &[WarningCount],
) -> Result<(), LedgerError> {
    let mut rows = Vec::with_capacity(warnings.len());
    for (position, warning) in (1_i64..).zip(warnings) {
        let cases = stored("a count of cases", warning.cases)?;
        let line = warning.first_line.map(|line| stored("a line", line)).transpose()?;
        rows.push((position, warning, cases, line));
    }
    let sql = include_str!("../../sql/load/put_warnings.sql");
    insert_all(tx, sql, 8, &rows, |row, (position, warning, cases, line)| {
        row.push(load.0)
            .push(*position)
            .push(warning.code.word())
            .push(&warning.path)
            .push(&warning.detail)
            .push(*cases)
            .push(&warning.first_file)
            .push(*line);
    })
    .await
    .map(drop)
}

async fn put_patients(tx: &mut Tx, load: LoadId, learned: &Learned) -> Result<(), LedgerError> {
    let before = count_patients(tx).await?;
    let patients: Vec<_> = learned.patients.iter().collect();
    let sql = include_str!("../../sql/patient/put_patients.sql");
    let touched = insert_all(tx, sql, 4, &patients, |row, (patient, known)| {
        row.push(patient.get()).push(known.source.to_string()).push(load.0).push(known.fingerprint);
    })
    .await?;
    let added = count_patients(tx).await?.saturating_sub(before);
    if touched != added || learned.numbers_met {
        return Err(LedgerError::NumbersMet);
    }
    let identifiers: Vec<_> = learned.identifiers.iter().collect();
    let sql = include_str!("../../sql/patient/put_identifiers.sql");
    insert_all(tx, sql, 2, &identifiers, |row, (blind, patient)| {
        row.push(*blind).push(patient.get());
    })
    .await
    .map(drop)
}

async fn count_patients(tx: &mut Tx) -> Result<u64, LedgerError> {
    let count: i64 = ask(include_str!("../../sql/patient/count.sql"))
        .value(tx)
        .await
        .doing("count the patients")?;
    counted("a count of patients", count)
}

/// Stores links not known before; they can change who may be seen, so they move the epoch.
async fn put_links(
    tx: &mut Tx,
    commit: &LoadCommit,
    learned: &Learned,
    actor: &str,
    now_us: i64,
) -> Result<u64, LedgerError> {
    let mut new = 0;
    for (member, person) in &learned.links {
        let link = links::NewLink {
            member: *member,
            person: *person,
            origin: LinkOrigin::Received,
            load: Some(commit.load),
        };
        new += links::put_link(tx, &link, actor, now_us).await?;
    }
    if new > 0 {
        exclusions::advance_epoch(tx).await?;
    }
    Ok(new)
}

fn stored_all<const N: usize>(
    what: &'static str,
    counts: [u64; N],
) -> Result<[i64; N], LedgerError> {
    let mut all = [0; N];
    for (to, from) in all.iter_mut().zip(counts) {
        *to = stored(what, from)?;
    }
    Ok(all)
}
