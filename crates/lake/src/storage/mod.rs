//! Where bytes lie: a folder of this machine, or a bucket of an object store; and what can go wrong
//! with either, said so that a person can act: what, where, what to do.
//!
//! In a folder everything is written aside, brought to the disk, and then renamed into place, so
//! that a crash leaves the old file or the new one. In a bucket an object appears whole or not at
//! all, and what must not be written over is written under the condition that it is not there.

mod bucket;
mod careful;
mod far;
mod said;
mod settings;
mod trouble;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use url::Url;
use vocab::Locale;

pub(crate) use bucket::{Bucket, put_bytes, put_whole};
pub(crate) use far::{FarFile, FarReader};
pub(crate) use said::{chain, told};
pub use settings::{Credentials, StoreConfig};
pub use trouble::Trouble;

/// Says that a file, a folder or a bucket would not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {act} {}: {}: {source} ({})", path.display(), trouble.what(Locale::En),
    trouble.remedy(Locale::En))]
pub struct StorageError {
    /// What was tried: `read`, `write`, `make the folder` …
    pub act: &'static str,
    /// Where.
    pub path: PathBuf,
    /// Which situation it is.
    pub trouble: Trouble,
    /// What the system said.
    pub source: io::Error,
}

impl StorageError {
    /// Tells the situation from the system's answer.
    #[must_use]
    pub fn new(act: &'static str, path: &Path, source: io::Error) -> Self {
        let writes = act != "read" && act != "list";
        let trouble = match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Trouble::DiskFull,
            io::ErrorKind::ReadOnlyFilesystem => Trouble::NotWritable,
            io::ErrorKind::PermissionDenied if writes => Trouble::NotWritable,
            io::ErrorKind::PermissionDenied => Trouble::NotReadable,
            _ => Trouble::Other,
        };
        Self { act, path: path.to_owned(), trouble, source }
    }

    /// The same once more, for whoever needs it apart from where it happened.
    #[must_use]
    pub fn again(&self) -> Self {
        let source = match self.source.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(self.source.kind(), self.source.to_string()),
        };
        Self { act: self.act, path: self.path.clone(), trouble: self.trouble, source }
    }

    /// The whole message in one language.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        let (what, remedy) = (self.trouble.what(locale), self.trouble.remedy(locale));
        format!("{}: {what}: {} ({remedy})", self.path.display(), self.source)
    }
}

/// Sees that an address has no key in it: addresses are shown.
pub(crate) fn without_key(url: &Url) -> Result<(), StorageError> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(());
    }
    let shown = format!("{}://…@{}", url.scheme(), url.host_str().unwrap_or_default());
    let (trouble, source) = (Trouble::KeyInAddress, io::Error::other("lake.url"));
    Err(StorageError { act: "open", path: shown.into(), trouble, source })
}

/// Adds what was tried and where to the system's answer.
pub(crate) fn at<'a>(
    act: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> StorageError + 'a {
    move |source| StorageError::new(act, path, source)
}

/// Makes a folder and those above it, readable by this user alone where the system knows that.
pub(crate) fn make_folder(path: &Path) -> Result<(), StorageError> {
    use std::os::unix::fs::DirBuilderExt as _;
    if path.is_dir() {
        return Ok(());
    }
    let is_new = |path: &&Path| !path.as_os_str().is_empty() && !path.is_dir();
    let new: Vec<&Path> = path.ancestors().take_while(is_new).collect();
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(at("make the folder", path))?;
    // A file in it is not on the disk before the folder's own name is.
    let above = new.iter().filter_map(|path| path.parent());
    above.filter(|path| !path.as_os_str().is_empty()).try_for_each(sync_folder)
}

/// Brings a folder's list of names to the disk.
pub(crate) fn sync_folder(path: &Path) -> Result<(), StorageError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(at("sync the folder", path))
}

/// Brings a file and its name to the disk.
pub(crate) fn sync_file(path: &Path) -> Result<(), StorageError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(at("sync", path))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Renames a file that is on the disk into its place, and brings the new name to the disk.
pub(crate) fn put_in_place(from: &Path, to: &Path) -> Result<(), StorageError> {
    fs::rename(from, to).map_err(at("write", to))?;
    to.parent().map_or(Ok(()), sync_folder)
}
