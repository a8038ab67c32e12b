//! Carrying out what the journal says. Every step may be taken again, so whoever finds a journal
//! goes on from its beginning.

use std::fs;
use std::io;
use std::path::PathBuf;

use ledger::{ErasureEnd, Snapshot, SnapshotTable, WriterLease};
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use roaring::RoaringTreemap;

use super::journal::{self, Journal, Marked, Replaced};
use super::{Certificate, hashes};
use crate::delta::{Change, DataFile, Deleted, Mode, Occasion, TableError};
use crate::house::{Lake, LakeError};
use crate::storage::at;
use crate::writer::FaultPoint;

pub(super) async fn carry_out(
    (lake, lease): (&Lake, &WriterLease),
    faults: &FaultPoint,
    journal: Journal,
) -> Result<Certificate, LakeError> {
    let erasures = lake.inner.ledger.erasures();
    let known = erasures.list().await?;
    let ended = known.iter().any(|one| one.id == journal.begun.id && one.ended.is_some());
    if !ended {
        faults.step("begin")?;
        erasures.begin(lease, &journal.begun).await?;
        faults.step("hashes")?;
        hashes::forget((lake, lease), &journal).await?;
        journal::turn(lake)?;
        lake.forget_opened();
        landing(lake, faults, &journal)?;
        files(lake, faults, &journal).await?;
        faults.step("half written")?;
        half_written(lake)?;
        remove_left(lake, &journal).await?;
        faults.step("index")?;
        lake.drop_index().map_err(at("remove", &lake.index_folder()))?;
        faults.step("identities")?;
        lake.inner.ledger.identity().forget(&journal.owners).await?;
        let tables = mark(lake, faults, &journal).await?;
        faults.step("write down")?;
        hashes::write_down((lake, lease), &journal).await?;
        faults.step("ledger")?;
        let certificate = serde_json::to_string_pretty(&journal.certificate);
        let end = ErasureEnd {
            begun: journal.begun.clone(),
            load: journal.load,
            tables,
            scrub: journal.scrub.clone(),
            files: journal.erased.clone(),
            certificate: certificate.map_err(|error| LakeError::Stopped(error.to_string()))?,
        };
        erasures.end(lease, &end).await?;
    }
    faults.step("clean")?;
    if !erasures.clean(lease).await? {
        return Err(LakeError::LedgerInUse);
    }
    faults.step("done")?;
    journal::end(lake)?;
    lake.forget_opened();
    Ok(journal.certificate)
}

/// Puts kept files in their places. The record beside each knows the old content and the new one
/// until the new one stands.
fn landing(lake: &Lake, faults: &FaultPoint, journal: &Journal) -> Result<(), LakeError> {
    let landing = &lake.inner.landing;
    for (name, written) in &journal.landing {
        let wrong = || LakeError::Stopped(format!("{name:?} is no name of a kept file"));
        let id = name.parse().map_err(|_| wrong())?;
        faults.step("record")?;
        landing.put_record(id, &written.record)?;
        faults.step("landing")?;
        landing.put_written(id, written)?;
        faults.step("recorded")?;
        landing.put_record(id, &written.record.clone().done())?;
    }
    Ok(())
}

/// Puts data files and logs in their places.
async fn files(lake: &Lake, faults: &FaultPoint, journal: &Journal) -> Result<(), LakeError> {
    let tables = &lake.inner.tables;
    for (table, path) in &journal.drops {
        faults.step(&format!("drop {table}"))?;
        match tables.store(table)?.delete(&Path::from(path.as_str())).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(source) => {
                return Err(TableError::Store { table: table.clone(), source }.into());
            }
        }
    }
    for Replaced { table, path, aside } in &journal.files {
        faults.step(&format!("file {table}"))?;
        tables.put(table, path, read(aside)?).await?;
    }
    for marked in &journal.tables {
        for part in &marked.parts {
            faults.step(&format!("part {}", marked.table))?;
            tables.put(&marked.table, &part.path, read(&part.aside)?).await?;
        }
    }
    lake.forget_opened();
    Ok(())
}

/// Removes files that a process was writing when it died: no list of a table has them.
fn half_written(lake: &Lake) -> Result<(), LakeError> {
    let mut folders: Vec<PathBuf> = lake.inner.tables.folder().into_iter().collect();
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(at("list", &folder))? {
            let path = entry.map_err(at("list", &folder))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // As the store calls what it has not yet put in place.
            let number = name.rsplit_once('#').map(|(_, number)| number);
            if path.is_dir() {
                folders.push(path);
            } else if number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
            {
                fs::remove_file(&path).map_err(at("remove", &path))?;
            }
        }
    }
    Ok(())
}

/// Removes copies and remains that hold the person.
async fn remove_left(lake: &Lake, journal: &Journal) -> Result<(), LakeError> {
    for path in &journal.left {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(at("remove", path)(error).into());
            }
            _ => {}
        }
    }
    let Some(bucket) = &lake.inner.tables.bucket else { return Ok(()) };
    for path in journal.left_far.iter().map(|path| Path::from(path.as_str())) {
        match bucket.store().delete(&path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(bucket.said("remove", &path, &error).into()),
        }
    }
    Ok(())
}

pub(super) fn read(aside: &std::path::Path) -> Result<Vec<u8>, LakeError> {
    Ok(fs::read(aside).map_err(at("read", aside))?)
}

/// Commits the tables' logs; gives every table as the new snapshot names it, and nothing where none
/// changes.
async fn mark(
    lake: &Lake,
    faults: &FaultPoint,
    journal: &Journal,
) -> Result<Option<Vec<SnapshotTable>>, LakeError> {
    let newest: Option<Snapshot> = lake.inner.ledger.snapshots().latest().await?;
    let Some(newest) = newest.filter(|_| !journal.tables.is_empty()) else { return Ok(None) };
    let mut tables = newest.tables;
    for marked in &journal.tables {
        let unknown = || LakeError::UnknownTable(marked.table.clone());
        let at = tables.iter().position(|table| table.table == marked.table).ok_or_else(unknown)?;
        faults.step(&format!("log {}", marked.table))?;
        if let Some(known) = tables.get_mut(at) {
            *known = mark_one(lake, marked, known).await?;
        }
    }
    Ok(Some(tables))
}

async fn mark_one(
    lake: &Lake,
    marked: &Marked,
    known: &SnapshotTable,
) -> Result<SnapshotTable, LakeError> {
    let tables = &lake.inner.tables;
    let missing = || TableError::Missing { table: marked.table.clone() };
    let at = tables.open(&marked.table, None).await?.ok_or_else(missing)?;
    let mut change = Change::default();
    for (path, places) in &marked.marks {
        let Some(file) = at.files.iter().find(|file| file.path == *path) else { continue };
        let before = file.deleted.as_ref();
        let mut rows = before.map_or_else(RoaringTreemap::new, |deleted| deleted.rows().clone());
        rows.extend(places.iter().copied());
        change.remove.push(file.clone());
        let (left, stored) = (rows.len(), file.rows_stored());
        if left < stored {
            let (rows, deleted) = (stored - left, Deleted::new(rows));
            change.add.push(DataFile { rows, deleted, ..file.clone() });
        }
    }
    for part in &marked.parts {
        let (path, size_bytes) = (part.path.clone(), part.size_bytes);
        let (rows, patients) = (part.rows, part.patients);
        change.add.push(DataFile { path, size_bytes, rows, patients, deleted: None });
    }
    let at_ms = lake.inner.ledger.clock().now().as_millisecond();
    let occasion = Occasion { mode: Mode::Erase, at_ms };
    let version = tables.commit(&at, None, &change, occasion).await?.version;
    let stay = at.files.iter().filter(|file| !change.remove.contains(file)).chain(&change.add);
    let (files, rows, size_bytes) = stay.fold((0, 0, 0), |(files, rows, bytes), file| {
        (files + 1, rows + file.rows, bytes + file.size_bytes)
    });
    let (came, went) = marked.resources;
    Ok(SnapshotTable {
        table: known.table.clone(),
        delta_version: i64::try_from(version).unwrap_or(i64::MAX),
        definition_hash: known.definition_hash.clone(),
        rows,
        resources: (known.resources + came).saturating_sub(went),
        patients: known.patients.saturating_sub(marked.people_gone),
        files,
        size_bytes,
    })
}
