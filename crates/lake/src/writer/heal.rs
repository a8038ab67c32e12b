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
use ledger::Snapshot;
use object_store::ObjectStoreExt as _;
use vocab::LoadId;

use super::part;
use crate::delta::{Change, DataFile, Mode, Occasion, TableAt, TableError};
use crate::house::{Lake, LakeError};
use crate::storage::{self, at};

/// What had to be put right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Healed {
    /// Tables that were brought back to the snapshot.
    pub tables: Vec<String>,
    /// Files of interrupted loads that were removed.
    pub files_removed: u64,
}

const MARK: &str = "load-";

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

pub(super) async fn heal(lake: &Lake) -> Result<Healed, LakeError> {
    let marks = marks(lake)?;
    let snapshot = lake.inner.ledger.snapshots().latest().await?;
    let mut names: BTreeSet<String> = marks.iter().flat_map(|(_, tables)| tables.clone()).collect();
    names.extend(snapshot.iter().flat_map(|s| s.tables.iter().map(|table| table.table.clone())));
    let mut healed = Healed::default();
    for name in &names {
        if bring_back(lake, snapshot.as_ref(), name).await? {
            healed.tables.push(name.clone());
        }
    }
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
        tracing::warn!(tables, files, "put right what an interrupted load left behind");
    }
    Ok(healed)
}

/// Makes the newest version of a table hold what the snapshot's version holds.
async fn bring_back(
    lake: &Lake,
    snapshot: Option<&Snapshot>,
    name: &str,
) -> Result<bool, LakeError> {
    let tables = &lake.inner.tables;
    let known = snapshot.and_then(|snapshot| snapshot.table(name));
    let Some(newest) = tables.open(name, None).await? else {
        return match known {
            Some(_) => Err(TableError::Missing { table: name.to_owned() }.into()),
            None => Ok(false),
        };
    };
    let wanted = match known {
        Some(known) if known.delta_version.unsigned_abs() == newest.version => return Ok(false),
        Some(known) => lake.open_at(name, known.delta_version.unsigned_abs()).await?.files,
        None => Vec::new(),
    };
    let change = difference(&newest, &wanted);
    if change.add.is_empty() && change.remove.is_empty() {
        return Ok(false);
    }
    let at_ms = lake.inner.ledger.clock().now().as_millisecond();
    let occasion = Occasion { mode: Mode::Heal, at_ms };
    tables.commit(&newest, None, &change, occasion).await?;
    Ok(true)
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
