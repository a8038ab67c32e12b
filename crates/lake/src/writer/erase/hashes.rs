//! What is known of files that an erasure changes: forgotten before the first of them is another one
//! under its name, and written down anew before the ledger says that all is done.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{LakeFile, WriterLease};

use super::apply::read;
use super::journal::Journal;
use crate::house::{Lake, LakeError};
use crate::writer::book;

/// Where a table's log lies, from its root.
const LOG: &str = "_delta_log/";

/// The tables that change, and their data files that will be other ones.
fn changing(journal: &Journal) -> BTreeMap<&str, Vec<String>> {
    let mut tables: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for file in journal.files.iter().filter(|file| !file.path.starts_with(LOG)) {
        tables.entry(&file.table).or_default().push(file.path.clone());
    }
    let logs = journal.files.iter().map(|file| &file.table);
    let others = journal.drops.iter().map(|(table, _)| table);
    let marked = journal.tables.iter().map(|marked| &marked.table);
    for table in logs.chain(others).chain(marked) {
        tables.entry(table).or_default();
    }
    tables
}

/// Files that change are read as they lie, until they are written down anew.
pub(super) async fn forget(
    (lake, lease): (&Lake, &WriterLease),
    journal: &Journal,
) -> Result<(), LakeError> {
    let book = lake.inner.ledger.lake_files();
    for (table, paths) in changing(journal) {
        book.forget_changing(lease, table, &paths).await?;
    }
    Ok(())
}

/// Writes down what the files are now. Of data files that is what was written aside, whatever the
/// disk made of it since.
pub(super) async fn write_down(
    (lake, lease): (&Lake, &WriterLease),
    journal: &Journal,
) -> Result<(), LakeError> {
    let (tables, book) = (&lake.inner.tables, lake.inner.ledger.lake_files());
    let mut files: Vec<LakeFile> = Vec::new();
    for file in journal.files.iter().filter(|file| !file.path.starts_with(LOG)) {
        files.push(book::written(&file.table, &file.path, &read(&file.aside)?));
    }
    for marked in &journal.tables {
        for part in &marked.parts {
            files.push(book::written(&marked.table, &part.path, &read(&part.aside)?));
        }
    }
    book.record(lease, &[], (&files, &[])).await?;
    let readable = lake.inner.ledger.snapshots().readable().await?;
    for table in changing(journal).into_keys() {
        let Some(newest) = tables.open(table, None).await? else { continue };
        let named = readable.iter().filter_map(|snapshot| snapshot.table(table));
        let named: BTreeSet<u64> = named.map(|known| known.delta_version.unsigned_abs()).collect();
        book::catch_up(lake, lease, &newest, &named).await?;
    }
    lake.forget_opened();
    Ok(())
}
