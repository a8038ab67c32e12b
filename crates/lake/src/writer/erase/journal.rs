//! The journal of an erasure: what takes whose place, written and synced before anything changes,
//! and gone when all is done. It names the person's numbers, and texts of the ledger that will go.
//!
//! Beside it lies what was written aside. Readers look at both marks, for what they remember of a
//! data file's end is no longer true once the file was written anew.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use ledger::{ErasedFile, IdentityOwner, NewErasure, Scrub};
use serde::{Deserialize, Serialize};
use vocab::LoadId;

use super::Certificate;
use crate::house::{Lake, LakeError};
use crate::landing::Written;
use crate::storage::{self, StorageError, at};

/// The journal's file in the home.
const UNDER_WAY: &str = "erasing.json";
/// A file that becomes another one whenever data files have changed under their names.
const TURN: &str = "erased";
/// The folder of what is written aside, below `tmp`.
const ASIDE: &str = "erase";

/// Everything that is still to be done.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) begun: NewErasure,
    pub(super) load: LoadId,
    pub(super) owners: Vec<IdentityOwner>,
    pub(super) scrub: Scrub,
    /// Kept files, by name.
    pub(super) landing: Vec<(String, Written)>,
    /// Data files and logs of tables.
    pub(super) files: Vec<Replaced>,
    /// Files of tables that only make others quicker to read, and tell of the person: table and name.
    pub(super) drops: Vec<(String, String)>,
    pub(super) tables: Vec<Marked>,
    /// Copies of databases of earlier forms, and what is left of tables that were damaged.
    #[serde(default)]
    pub(super) left: Vec<PathBuf>,
    /// The same of tables in a bucket.
    #[serde(default)]
    pub(super) left_far: Vec<String>,
    pub(super) erased: Vec<ErasedFile>,
    pub(super) certificate: Certificate,
}

/// A file of a table that is written anew under its name.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Replaced {
    pub(super) table: String,
    pub(super) path: String,
    pub(super) aside: PathBuf,
}

/// What becomes of a table as it is now.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Marked {
    pub(super) table: String,
    /// The places of rows that no longer count, by file.
    pub(super) marks: Vec<(String, Vec<u64>)>,
    /// Files with the rows of cut lines, made again.
    pub(super) parts: Vec<Part>,
    /// Resources that come and that go.
    pub(super) resources: (u64, u64),
    /// People of whom no row is left.
    pub(super) people_gone: u64,
}

/// A new data file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) aside: PathBuf,
    pub(super) path: String,
    pub(super) size_bytes: u64,
    pub(super) rows: u64,
    pub(super) patients: Option<(i64, i64)>,
}

fn path(home: &Path) -> PathBuf {
    home.join(UNDER_WAY)
}

/// The folder of what is written aside.
pub(super) fn aside(lake: &Lake) -> PathBuf {
    lake.inner.home.join("tmp").join(ASIDE)
}

/// Makes the folder anew: what lies there belongs to no journal.
pub(super) fn clear_aside(lake: &Lake) -> Result<PathBuf, StorageError> {
    drop_aside(lake)?;
    let folder = aside(lake);
    storage::make_folder(&folder)?;
    Ok(folder)
}

/// Removes what was written aside, where something was.
pub(super) fn drop_aside(lake: &Lake) -> Result<(), StorageError> {
    let folder = aside(lake);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StorageError::new("remove", &folder, error))
        }
        _ => Ok(()),
    }
}

/// Brings the journal to the disk, after everything that it names.
pub(super) fn write(lake: &Lake, journal: &Journal) -> Result<(), LakeError> {
    storage::sync_folder(&aside(lake))?;
    put(&path(&lake.inner.home), &serde_json::to_vec(journal).map_err(io::Error::other))?;
    Ok(())
}

/// The journal of an erasure that has not ended.
pub(super) fn read(lake: &Lake) -> Result<Option<Journal>, LakeError> {
    let path = path(&lake.inner.home);
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| StorageError::new("read", &path, io::Error::other(error)).into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StorageError::new("read", &path, error).into()),
    }
}

/// Says that all is done: what was written aside goes, and the journal after it.
pub(super) fn end(lake: &Lake) -> Result<(), LakeError> {
    drop_aside(lake)?;
    turn(lake)?;
    let path = path(&lake.inner.home);
    fs::remove_file(&path).map_err(at("remove", &path))?;
    storage::sync_folder(&lake.inner.home)?;
    Ok(())
}

/// Tells readers of every process that data files change, or have changed.
pub(super) fn turn(lake: &Lake) -> Result<(), LakeError> {
    let path = lake.inner.home.join(TURN);
    let words = "Somebody's rows were taken out of data files; readers look at when.\n";
    put(&path, &Ok(words.as_bytes().to_vec()))?;
    Ok(())
}

fn put(path: &Path, content: &io::Result<Vec<u8>>) -> Result<(), StorageError> {
    let new = path.with_extension("new");
    let write = || {
        let content = content.as_ref().map_err(|error| io::Error::other(error.to_string()))?;
        let mut file = File::create(&new)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(at("write", path))?;
    storage::put_in_place(&new, path)
}

/// What a reader sees of erasures: whether one is under way, and which was the last turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) under_way: bool,
    turn: Option<(u64, i64, i64)>,
}

/// Looks for the marks of erasures.
pub(crate) fn notice(home: &Path) -> Notice {
    let turn = fs::metadata(home.join(TURN)).ok();
    Notice {
        under_way: path(home).exists(),
        turn: turn.map(|found| (found.ino(), found.mtime(), found.mtime_nsec())),
    }
}
