//! Putting right what an interrupted load left: tables go back to what the ledger's newest
//! snapshot says, and files that no version names are removed.
//!
//! A load leaves a mark before it touches anything and takes it away after its commit. Tables are
//! compared with the snapshot at every opening all the same, mark or none.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;

use futures::TryStreamExt as _;
use ledger::{HoldFor, Snapshot, WriterLease};
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use vocab::LoadId;

use super::{book, part};
use crate::delta::{Change, DataFile, Mode, Occasion, TableAt, TableError};
use crate::house::{Lake, LakeError};
use crate::storage::{self, Bucket, StorageError, at};

/// What had to be put right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Healed {
    /// Tables that were brought back to the snapshot.
    pub tables: Vec<String>,
    /// Tables whose log was not what was written, set aside so that a rebuild makes them anew.
    pub set_aside: Vec<String>,
    /// Files of interrupted loads that were removed.
    pub files_removed: u64,
}

/// What becomes of a table whose log is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damaged {
    /// Nothing is written before it has been put right.
    Refused,
    /// It is set aside: all tables are made anew.
    SetAside,
}

const MARK: &str = "load-";

/// Where damaged tables are set aside, beside the others.
const DAMAGED: &str = ".damaged";

/// The folder of tables that were set aside, when the lake lies on this machine.
pub(super) fn damaged(lake: &Lake) -> Option<PathBuf> {
    lake.inner.tables.local(DAMAGED)
}

/// The objects of tables that were set aside in a bucket.
pub(super) async fn damaged_far(bucket: &Bucket) -> Result<Vec<Path>, StorageError> {
    bucket.objects(&bucket.path(DAMAGED)).await
}

fn mark_path(lake: &Lake, load: LoadId) -> PathBuf {
    lake.inner.home.join("tmp").join(format!("{MARK}{}", load.0))
}

/// Says which tables a load may touch, before it touches one.
pub(super) fn mark(lake: &Lake, load: LoadId, tables: &[&str]) -> Result<(), LakeError> {
    let path = mark_path(lake, load);
    let mut file = File::create(&path).map_err(at("write", &path))?;
    file.write_all(tables.join("\n").as_bytes()).map_err(at("write", &path))?;
    drop(file);
    Ok(storage::sync_file(&path)?)
}

/// Says that a load is over.
pub(super) fn unmark(lake: &Lake, load: LoadId) -> Result<(), LakeError> {
    let path = mark_path(lake, load);
    Ok(fs::remove_file(&path).map_err(at("remove", &path))?)
}

/// The marks left behind: the load and the tables it may have touched.
fn marks(lake: &Lake) -> Result<Vec<(LoadId, Vec<String>)>, LakeError> {
    let folder = lake.inner.home.join("tmp");
    let mut marks = Vec::new();
    for entry in fs::read_dir(&folder).map_err(at("list", &folder))? {
        let path = entry.map_err(at("list", &folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("keep-") {
            // A file that was being received when its process ended: it is received again.
            fs::remove_file(&path).map_err(at("remove", &path))?;
        }
        let number = name.strip_prefix(MARK).and_then(|number| number.parse().ok());
        if let Some(number) = number {
            let text = fs::read_to_string(&path).map_err(at("read", &path))?;
            marks.push((LoadId(number), text.lines().map(str::to_owned).collect()));
        }
    }
    marks.sort();
    Ok(marks)
}

pub(super) async fn heal(
    lake: &Lake,
    lease: &WriterLease,
    damaged: Damaged,
) -> Result<Healed, LakeError> {
    let marks = marks(lake)?;
    let snapshot = lake.inner.ledger.snapshots().latest().await?;
    let mut names: BTreeSet<String> = marks.iter().flat_map(|(_, tables)| tables.clone()).collect();
    names.extend(snapshot.iter().flat_map(|s| s.tables.iter().map(|table| table.table.clone())));
    let (mut healed, mut behind) = (Healed::default(), Vec::new());
    for name in &names {
        match bring_back(lake, snapshot.as_ref(), name).await {
            Ok(Stands { changed, newest }) => {
                healed.tables.extend(changed.then(|| name.clone()));
                if let Some(newest) = newest
                    && !book::is_caught_up(lake, &newest).await?
                {
                    behind.push(newest);
                }
            }
            Err(LakeError::Table(error)) if damaged == Damaged::SetAside && is_damage(&error) => {
                set_aside(lake, name, &error).await?;
                healed.set_aside.push(name.clone());
            }
            Err(error) => return Err(error),
        }
    }
    catch_up(lake, lease, &behind).await?;
    for (load, tables) in marks {
        let is_committed = snapshot.as_ref().is_some_and(|snapshot| snapshot.load == load);
        if !is_committed {
            for table in &tables {
                healed.files_removed += remove_files(lake, load, table).await?;
            }
        }
        unmark(lake, load)?;
    }
    if healed != Healed::default() {
        let (tables, files) = (healed.tables.len(), healed.files_removed);
        let aside = healed.set_aside.len();
        tracing::warn!(tables, files, aside, "put right what an interrupted load left behind");
    }
    Ok(healed)
}

/// Writes down what these tables are now.
async fn catch_up(lake: &Lake, lease: &WriterLease, behind: &[TableAt]) -> Result<(), LakeError> {
    if behind.is_empty() {
        return Ok(());
    }
    let readable = lake.inner.ledger.snapshots().readable().await?;
    for newest in behind {
        let tables = readable.iter().filter_map(|snapshot| snapshot.table(&newest.name));
        let named: BTreeSet<u64> = tables.map(|table| table.delta_version.unsigned_abs()).collect();
        book::catch_up(lake, lease, newest, &named).await?;
    }
    Ok(())
}

/// How a table stands after it was looked at.
struct Stands {
    /// It was brought back.
    changed: bool,
    /// The newest version; none where there is no such table.
    newest: Option<TableAt>,
}

/// Makes the newest version of a table hold what the snapshot's version holds. A table that is gone
/// stays gone: whoever needs it says so.
async fn bring_back(
    lake: &Lake,
    snapshot: Option<&Snapshot>,
    name: &str,
) -> Result<Stands, LakeError> {
    let tables = &lake.inner.tables;
    let known = snapshot.and_then(|snapshot| snapshot.table(name));
    let Some(newest) = tables.open(name, None).await? else {
        return Ok(Stands { changed: false, newest: None });
    };
    let stands = |newest| Ok(Stands { changed: false, newest: Some(newest) });
    let wanted = match known {
        Some(known) if known.delta_version.unsigned_abs() == newest.version => {
            return stands(lake.believed(newest).await?);
        }
        Some(known) => lake.open_at(name, known.delta_version.unsigned_abs()).await?.files,
        None => Vec::new(),
    };
    let change = difference(&newest, &wanted);
    if change.add.is_empty() && change.remove.is_empty() {
        return stands(newest);
    }
    let at_ms = lake.inner.ledger.clock().now().as_millisecond();
    let occasion = Occasion { mode: Mode::Heal, at_ms };
    let newest = tables.commit(&newest, None, &change, occasion).await?;
    Ok(Stands { changed: true, newest: Some(newest) })
}

/// Whether a table could not be opened because of what its log says.
fn is_damage(error: &TableError) -> bool {
    matches!(
        error,
        TableError::Delta { .. }
            | TableError::Deleted { .. }
            | TableError::Changed { .. }
            | TableError::OtherVersion { .. }
    )
}

/// Takes a damaged table out of the way, without losing a byte of it.
async fn set_aside(lake: &Lake, table: &str, error: &TableError) -> Result<(), LakeError> {
    // A backup may be copying its files.
    let _hold = lake.inner.ledger.hold_files(HoldFor::Removing)?;
    tracing::warn!(table, %error, "a table is damaged and set aside");
    if let Some(folder) = lake.inner.tables.local(table) {
        let aside = folder.with_file_name(DAMAGED);
        storage::make_folder(&aside)?;
        let mut places = (1..).map(|number| aside.join(format!("{table}-{number}")));
        let free = places.find(|place| !place.exists()).unwrap_or_else(|| aside.join(table));
        storage::put_in_place(&folder, &free)?;
    } else if let Some(bucket) = &lake.inner.tables.bucket {
        set_aside_far(bucket, table).await?;
    }
    lake.inner.tables.known.forget(table);
    Ok(())
}

/// The same in a bucket: everything is copied before anything is removed.
async fn set_aside_far(bucket: &Bucket, table: &str) -> Result<(), StorageError> {
    let mut number = 1;
    let free = loop {
        let place = bucket.path(&format!("{DAMAGED}/{table}-{number}"));
        if bucket.objects(&place).await?.is_empty() {
            break place;
        }
        number += 1;
    };
    let from = bucket.path(table);
    let all = bucket.objects(&from).await?;
    for path in &all {
        let rest = path.prefix_match(&from).into_iter().flatten();
        let to: Path = free.parts().chain(rest).collect();
        let copied = bucket.store().copy(path, &to).await;
        copied.map_err(|error| bucket.said("write", &to, &error))?;
    }
    for path in &all {
        let gone = bucket.store().delete(path).await;
        gone.map_err(|error| bucket.said("remove", path, &error))?;
    }
    Ok(())
}

fn difference(newest: &TableAt, wanted: &[DataFile]) -> Change {
    // One file may stand in both with other rows marked.
    let by_path = |files: &'_ [DataFile]| -> HashMap<String, DataFile> {
        files.iter().map(|file| (file.path.clone(), file.clone())).collect()
    };
    let (keeps, has) = (by_path(wanted), by_path(&newest.files));
    let extra = newest.files.iter().filter(|file| keeps.get(&file.path) != Some(file));
    let missing = wanted.iter().filter(|file| has.get(&file.path) != Some(file));
    Change { add: missing.cloned().collect(), remove: extra.cloned().collect() }
}

/// Removes the files that a load which never committed wrote into a table.
async fn remove_files(lake: &Lake, load: LoadId, table: &str) -> Result<u64, LakeError> {
    let tables = &lake.inner.tables;
    if tables.local(table).is_some_and(|folder| !folder.is_dir()) {
        return Ok(0);
    }
    let failed = |source| TableError::store(table, source);
    let store = tables.store(table)?;
    let all: Vec<_> = store.list(None).try_collect().await.map_err(failed)?;
    let mut removed = 0;
    for file in all {
        let name = file.location.filename().unwrap_or_default();
        if name.starts_with(&part::prefix(load)) {
            store.delete(&file.location).await.map_err(failed)?;
            removed += 1;
        }
    }
    Ok(removed)
}
