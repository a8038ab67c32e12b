//! What was written is written down: the hash of each block of each new file and log, and a digest
//! of what each table then says. It is done before the ledger's commit, so no snapshot ever names
//! what nobody could check.

use std::collections::BTreeSet;

use ledger::{LakeFile, LakeFiles, LakeVersion, LedgerError, Snapshot, WriterLease, Written};
use object_store::ObjectStoreExt as _;
use object_store::path::Path;

use crate::blocks::Blocks;
use crate::delta::{Change, TableAt, TableError};
use crate::house::{Lake, LakeError};

/// What is written down of one table.
#[derive(Debug)]
pub(super) struct Entry {
    /// The table was made anew: what older books say of it is no longer so.
    anew: bool,
    files: Vec<LakeFile>,
    version: LakeVersion,
}

impl Entry {
    /// Of a table whose log was just committed.
    pub(super) async fn of(
        lake: &Lake,
        at: &TableAt,
        (change, anew): (&Change, bool),
    ) -> Result<Self, TableError> {
        let known = &lake.inner.tables.known;
        // A file some of whose rows are marked is the file it was.
        let is_new = |path: &str| change.remove.iter().all(|file| file.path != path);
        let new = change.add.iter().filter(|file| is_new(&file.path));
        let mut files: Vec<LakeFile> = new
            .filter_map(|file| {
                Some(as_written(&at.name, &file.path, &known.of(&at.name, &file.path)?))
            })
            .collect();
        let [commit, checkpoint, note] = logs(at.version);
        files.extend(log(lake, &at.name, commit).await?);
        if let Some(checkpoint) = log(lake, &at.name, checkpoint).await? {
            files.push(checkpoint);
            // Written beside the checkpoint; otherwise it is what it was.
            files.extend(log(lake, &at.name, note).await?);
        }
        Ok(Self { anew, files, version: version(at) })
    }
}

/// Whether a table that earlier snapshots name was made anew, so that they can be read no longer.
pub(super) fn ends(before: Option<&Snapshot>, entries: &[Entry]) -> bool {
    let mut anew = entries.iter().filter(|entry| entry.anew);
    before.is_some_and(|before| anew.any(|entry| before.table(&entry.version.table).is_some()))
}

/// The files of a table's log that a commit of this version may have written: the commit, and at
/// some versions a checkpoint and the note of it.
fn logs(version: u64) -> [String; 3] {
    let checkpoint = format!("_delta_log/{version:020}.checkpoint.parquet");
    [format!("_delta_log/{version:020}.json"), checkpoint, "_delta_log/_last_checkpoint".to_owned()]
}

/// A file of a log as it lies there now; none where there is none.
async fn log(lake: &Lake, table: &str, path: String) -> Result<Option<LakeFile>, TableError> {
    let store = lake.inner.tables.bare_store(table)?;
    let read = match store.get(&Path::from(path.as_str())).await {
        Ok(found) => found.bytes().await,
        Err(error) => Err(error),
    };
    match read {
        Ok(bytes) => Ok(Some(as_written(table, &path, &Blocks::of(&bytes)))),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(source) => Err(TableError::Store { table: table.to_owned(), source }),
    }
}

/// A file of these bytes, as it is written down.
pub(super) fn written(table: &str, path: &str, bytes: &[u8]) -> LakeFile {
    as_written(table, path, &Blocks::of(bytes))
}

fn as_written(table: &str, path: &str, blocks: &Blocks) -> LakeFile {
    LakeFile {
        table: table.to_owned(),
        path: path.to_owned(),
        size_bytes: blocks.size_bytes(),
        blocks: blocks.hashes().to_vec(),
    }
}

fn version(at: &TableAt) -> LakeVersion {
    LakeVersion { table: at.name.clone(), version: at.version, digest: at.digest() }
}

/// Brings entries into the ledger.
pub(super) async fn write_down(
    lake: &Lake,
    lease: &WriterLease,
    entries: Vec<Entry>,
) -> Result<(), LakeError> {
    let (mut anew, mut files, mut versions) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        if entry.anew {
            anew.push(entry.version.table.clone());
        }
        files.extend(entry.files);
        versions.push(entry.version);
    }
    let book = lake.inner.ledger.lake_files();
    Ok(book.record(lease, &anew, (&files, &versions)).await?)
}

/// Writes down what is there and was not written down: logs of a load that died before it could,
/// or of a table older than the book. `named` are the versions that snapshots name.
pub(super) async fn catch_up(
    lake: &Lake,
    lease: &WriterLease,
    newest: &TableAt,
    named: &BTreeSet<u64>,
) -> Result<(), LakeError> {
    let (book, name) = (lake.inner.ledger.lake_files(), newest.name.as_str());
    let known: BTreeSet<String> =
        book.of_table(name).await?.into_iter().map(|file| file.path).collect();
    let paths: BTreeSet<String> = (0..=newest.version).flat_map(logs).collect();
    let mut files = Vec::new();
    for path in paths.difference(&known) {
        files.extend(log(lake, name, path.clone()).await?);
    }
    let mut versions = vec![version(newest)];
    for number in named.iter().filter(|number| **number < newest.version) {
        if !is_written(&book, name, *number).await?
            && let Some(at) = lake.inner.tables.open(name, Some(*number)).await?
        {
            versions.push(version(&at));
        }
    }
    Ok(book.record(lease, &[], (&files, &versions)).await?)
}

/// Whether a table is written down as it is.
pub(super) async fn is_caught_up(lake: &Lake, newest: &TableAt) -> Result<bool, LedgerError> {
    is_written(&lake.inner.ledger.lake_files(), &newest.name, newest.version).await
}

async fn is_written(book: &LakeFiles, table: &str, version: u64) -> Result<bool, LedgerError> {
    Ok(matches!(book.version(table, version).await?, Written::Digest(_)))
}
