//! The folder of a backup: finished generations side by side, and at most one that is being made.
//!
//! ```text
//! DIR/aoba-backup              says what this folder is
//! DIR/generations/000003/      a finished generation: manifest.json, manifest.sha256, files/
//! DIR/unfinished/              the one being made; becomes a generation by one renaming
//! DIR/lock                     who works here
//! ```

use std::ffi::OsStr;
use std::fs::{self, DirEntry, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ledger::FileLock;

use super::manifest::Manifest;
use super::trouble::{BackupError, at};

/// What the sign says.
const SIGN: &str = "Aoba backup, form 1. See docs/manual/backup.md.\n";
const SIGN_NAME: &str = "aoba-backup";
const SIGN_NEW: &str = "aoba-backup.new";
const LOCK: &str = "lock";
const GENERATIONS: &str = "generations";
const UNFINISHED: &str = "unfinished";
/// How the name of a generation that is being removed begins.
const GOING: &str = "going-";

/// What a process does with a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It makes a generation: alone.
    Make,
    /// It reads: others may read too.
    Read,
}

/// A backup's folder, for as long as a process works with it.
#[derive(Debug)]
pub(super) struct Place {
    folder: PathBuf,
    /// The sign says what it should. A damaged one stands in nobody's way.
    sign_is_well: bool,
    _lock: FileLock,
}

impl Place {
    /// Opens a backup's folder; one that is empty or not there becomes one when a generation is to
    /// be made.
    pub(super) fn open(folder: &Path, with: Use) -> Result<Self, BackupError> {
        let folder = std::path::absolute(folder).map_err(at("find", folder))?;
        let sign = folder.join(SIGN_NAME);
        let mut sign_is_well = true;
        match fs::read(&sign) {
            Ok(text) => sign_is_well = text == SIGN.as_bytes(),
            Err(error) if error.kind() == io::ErrorKind::NotFound && with == Use::Make => {
                Self::found(&folder)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(BackupError::NotABackup(folder));
            }
            Err(error) => return Err(at("read", &sign)(error)),
        }
        let path = folder.join(LOCK);
        let lock = OpenOptions::new()
            .read(true)
            .write(with == Use::Make)
            .create(with == Use::Make)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(at("open", &path))?;
        let taken = match with {
            Use::Make => FileLock::alone(lock),
            Use::Read => FileLock::shared(lock),
        };
        match taken.map_err(at("lock", &path))? {
            Ok(lock) => Ok(Self { folder, sign_is_well, _lock: lock }),
            Err(_) => Err(BackupError::Busy(folder)),
        }
    }

    /// Makes a folder a backup's.
    fn found(folder: &Path) -> Result<(), BackupError> {
        make_folder(folder)?;
        folder.parent().map_or(Ok(()), sync_folder)?;
        let mut entries = fs::read_dir(folder).map_err(at("list", folder))?;
        // What a founding left that was cut short is ours.
        let ours = |name: &OsStr| [GENERATIONS, LOCK, SIGN_NEW].iter().any(|own| name == *own);
        let other = |entry: io::Result<DirEntry>| !entry.is_ok_and(|e| ours(&e.file_name()));
        if entries.any(other) {
            return Err(BackupError::NotABackup(folder.to_owned()));
        }
        // The sign comes last: what has none is not ours.
        make_folder(&folder.join(GENERATIONS))?;
        let lock = folder.join(LOCK);
        fs::write(&lock, "").map_err(at("write", &lock))?;
        let (new, sign) = (folder.join(SIGN_NEW), folder.join(SIGN_NAME));
        write_synced(&new, SIGN.as_bytes())?;
        fs::rename(&new, &sign).map_err(at("write", &sign))?;
        sync_folder(folder)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is wrong with the sign.
    pub(super) fn sign_fault(&self) -> Option<String> {
        (!self.sign_is_well).then(|| format!("{SIGN_NAME}: not what was written"))
    }

    /// Where the generation being made lies.
    pub(super) fn unfinished(&self) -> PathBuf {
        self.folder.join(UNFINISHED)
    }

    /// Where a finished generation lies.
    pub(super) fn generation(&self, number: u64) -> PathBuf {
        self.folder.join(GENERATIONS).join(format!("{number:06}"))
    }

    /// The numbers of the finished generations, the oldest first.
    pub(super) fn numbers(&self) -> Result<Vec<u64>, BackupError> {
        let folder = self.folder.join(GENERATIONS);
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&folder).map_err(at("list", &folder))? {
            let name = entry.map_err(at("list", &folder))?.file_name();
            numbers.extend(name.to_string_lossy().parse::<u64>());
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The generation asked for, or the newest.
    pub(super) fn chosen(&self, asked: Option<u64>) -> Result<u64, BackupError> {
        let numbers = self.numbers()?;
        let folder = self.folder.clone();
        match asked {
            Some(generation) if numbers.contains(&generation) => Ok(generation),
            Some(generation) => Err(BackupError::NoGeneration { folder, generation }),
            None => numbers.last().copied().ok_or(BackupError::Empty(folder)),
        }
    }

    /// The list of the newest generation, to go on from; none where there is none, or it is damaged.
    pub(super) fn newest(&self) -> Result<Option<Manifest>, BackupError> {
        let Some(number) = self.numbers()?.pop() else { return Ok(None) };
        Ok(Manifest::read(&self.generation(number)).ok())
    }

    /// Makes the unfinished generation a finished one: everything is on the disk before the one
    /// renaming.
    pub(super) fn finish(&self, number: u64) -> Result<(), BackupError> {
        sync_folders(&self.unfinished())?;
        let (from, to) = (self.unfinished(), self.generation(number));
        fs::rename(&from, &to).map_err(at("write", &to))?;
        sync_folder(&self.folder.join(GENERATIONS))?;
        sync_folder(&self.folder)
    }

    /// Removes the oldest generations until so many are left, and what an earlier removal left;
    /// tells how many went.
    pub(super) fn keep(&self, most: usize) -> Result<usize, BackupError> {
        let numbers = self.numbers()?;
        let old = numbers.len().saturating_sub(most.max(1));
        for number in numbers.iter().take(old) {
            // First it is a generation no longer, then it goes.
            let (from, to) =
                (self.generation(*number), self.folder.join(format!("{GOING}{number}")));
            fs::rename(&from, &to).map_err(at("remove", &from))?;
        }
        for entry in fs::read_dir(&self.folder).map_err(at("list", &self.folder))? {
            let path = entry.map_err(at("list", &self.folder))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with(GOING) {
                fs::remove_dir_all(&path).map_err(at("remove", &path))?;
            }
        }
        Ok(old)
    }
}

/// Makes a folder and those above it, for this user alone.
pub(super) fn make_folder(path: &Path) -> Result<(), BackupError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(path).map_err(at("make", path))
}

/// Brings a folder's list of names to the disk.
pub(super) fn sync_folder(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(at("sync", path))
}

/// Brings the names in a folder and in those below it to the disk.
pub(super) fn sync_folders(folder: &Path) -> Result<(), BackupError> {
    for entry in fs::read_dir(folder).map_err(at("list", folder))? {
        let path = entry.map_err(at("list", folder))?.path();
        if path.is_dir() {
            sync_folders(&path)?;
        }
    }
    sync_folder(folder)
}

/// Writes a small file and brings its bytes to the disk.
pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let mut open = OpenOptions::new();
    let file = open.write(true).create(true).truncate(true).mode(0o600).open(path);
    let mut file = file.map_err(at("write", path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at("write", path))
}

/// Every file below a folder.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(at("list", &folder))? {
            let path = entry.map_err(at("list", &folder))?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

/// How many bytes are free in a folder, or in the nearest one above that is there.
pub(super) fn free_bytes(folder: &Path) -> Result<u64, BackupError> {
    let mut above = folder.ancestors();
    let there = above.find(|path| !path.as_os_str().is_empty() && path.exists());
    let there = there.unwrap_or(Path::new("."));
    let told = rustix::fs::statvfs(there).map_err(|errno| at("look at", there)(errno.into()))?;
    Ok(told.f_bavail.saturating_mul(told.f_frsize))
}

/// Room that is asked for beside what is known to be needed.
const MARGIN_BYTES: u64 = 16 << 20;

/// Says before work starts when there is too little room.
pub(super) fn check_room(folder: &Path, needed_bytes: u64) -> Result<(), BackupError> {
    let free_bytes = free_bytes(folder)?;
    let needed_bytes = needed_bytes.saturating_add(needed_bytes / 100).saturating_add(MARGIN_BYTES);
    if free_bytes >= needed_bytes {
        return Ok(());
    }
    Err(BackupError::LittleRoom { path: folder.to_owned(), needed_bytes, free_bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generation(place: &Place, number: u64) {
        make_folder(&place.unfinished()).unwrap();
        Manifest::new(number, String::new()).write(&place.unfinished()).unwrap();
        place.finish(number).unwrap();
    }

    #[test]
    fn a_folder_with_other_things_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let refused = Place::open(folder.path(), Use::Read);
        assert!(matches!(refused, Err(BackupError::NotABackup(_))));
        fs::write(folder.path().join("letter.txt"), "dear").unwrap();
        let refused = Place::open(folder.path(), Use::Make);
        assert!(matches!(refused, Err(BackupError::NotABackup(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn one_makes_and_many_read() {
        let folder = tempfile::tempdir().unwrap();
        let made = Place::open(&folder.path().join("b"), Use::Make).unwrap();
        let busy = |with| matches!(Place::open(made.folder(), with), Err(BackupError::Busy(_)));
        assert!(busy(Use::Make) && busy(Use::Read));
        let path = made.folder().to_owned();
        drop(made);
        let one = Place::open(&path, Use::Read).unwrap();
        let _other = Place::open(&path, Use::Read).unwrap();
        assert!(matches!(Place::open(one.folder(), Use::Make), Err(BackupError::Busy(_))));
    }

    #[test]
    fn the_newest_generations_stay() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::open(folder.path(), Use::Make).unwrap();
        assert!(matches!(place.chosen(None), Err(BackupError::Empty(_))));
        (1..=4).for_each(|number| generation(&place, number));
        assert_eq!(place.keep(2).unwrap(), 2);
        assert_eq!(place.numbers().unwrap(), [3, 4]);
        assert_eq!(place.chosen(None).unwrap(), 4);
        assert!(matches!(place.chosen(Some(2)), Err(BackupError::NoGeneration { .. })));
        assert_eq!(place.newest().unwrap().unwrap().generation, 4);
        assert_eq!(place.keep(0).unwrap(), 1, "one always stays");
    }

    #[test]
    fn too_little_room_is_told_before_work_starts() {
        let folder = tempfile::tempdir().unwrap();
        check_room(folder.path(), 1_000).unwrap();
        let told = check_room(&folder.path().join("new"), u64::MAX / 2);
        assert!(matches!(told, Err(BackupError::LittleRoom { .. })));
    }
}
