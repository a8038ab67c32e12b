//! Small files of the home: made whole or not at all, and readable by their owner only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use crate::error::LedgerError;

/// Permissions of every folder of the home.
pub(crate) const FOLDER_MODE: u32 = 0o700;
/// Permissions of every file the ledger makes.
pub(crate) const FILE_MODE: u32 = 0o600;

pub(crate) fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LedgerError {
    move |source| LedgerError::File { doing, path: path.to_owned(), source }
}

/// Makes a private folder where there is none.
pub(crate) fn make_folder(path: &Path) -> Result<(), LedgerError> {
    let is_new = |path: &&Path| !path.as_os_str().is_empty() && !path.is_dir();
    let new: Vec<&Path> = path.ancestors().take_while(is_new).collect();
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(FOLDER_MODE);
    builder.create(path).map_err(failed("create", path))?;
    // A file in it is not on the disk before the folder's own name is.
    let above = new.iter().filter_map(|path| path.parent());
    above.filter(|path| !path.as_os_str().is_empty()).try_for_each(sync_folder)
}

/// Makes an empty private file where there is none, so that what opens it later finds its mode.
pub(crate) fn make_file(path: &Path) -> Result<(), LedgerError> {
    open_private(path).map(drop)
}

/// Opens for reading and writing, making a private file where there is none.
pub(crate) fn open_private(path: &Path) -> Result<File, LedgerError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_MODE)
        .open(path)
        .map_err(failed("open", path))
}

/// Replaces a file's content so that after a crash the old or the new stands there, whole.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), LedgerError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = Path::new(&name);
    let write = || -> io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(FILE_MODE).open(new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(new, path)?;
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    };
    write().map_err(failed("write", path))
}

/// Brings a folder's list of names to the disk.
pub(crate) fn sync_folder(path: &Path) -> Result<(), LedgerError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(failed("sync", path))
}

/// The permission bits of a file or folder.
pub(crate) fn mode(path: &Path) -> Result<u32, LedgerError> {
    let meta = fs::metadata(path).map_err(failed("look at", path))?;
    Ok(meta.permissions().mode() & 0o777)
}
