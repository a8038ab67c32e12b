//! What can go wrong with a folder, said so that a person can act: what, where, what to do.
//!
//! Everything that is written here is written aside, brought to the disk, and then renamed into
//! place, so that a crash leaves the old file or the new one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use vocab::{Locale, Text};

/// Why a folder would not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No space is left.
    DiskFull,
    /// The file system is mounted read-only, or the folder does not allow writing.
    NotWritable,
    /// The file or folder does not allow reading.
    NotReadable,
    /// Anything else the system said.
    Other,
}

impl Trouble {
    /// What happened, as a sentence.
    #[must_use]
    pub fn what(self, locale: Locale) -> &'static str {
        let text = match self {
            Self::DiskFull => {
                Text { en: "the disk is full", ja: "ディスクに空きがありません" }
            }
            Self::NotWritable => {
                Text { en: "writing is not allowed", ja: "書き込みできません" }
            }
            Self::NotReadable => {
                Text { en: "reading is not allowed", ja: "読み取りできません" }
            }
            Self::Other => {
                Text { en: "the system refused", ja: "システムが拒否しました" }
            }
        };
        text.get(locale)
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self, locale: Locale) -> &'static str {
        let text = match self {
            Self::DiskFull => Text {
                en: "free some space or move the data folder, then run the same command again",
                ja: "空き容量を作るかデータフォルダを移し、同じコマンドをもう一度実行してください",
            },
            Self::NotWritable => Text {
                en: "make the folder writable for this user, then run the same command again",
                ja: "このユーザーが書き込めるようにし、同じコマンドをもう一度実行してください",
            },
            Self::NotReadable => Text {
                en: "make it readable for this user",
                ja: "このユーザーが読めるようにしてください",
            },
            Self::Other => Text {
                en: "look at the system's message and at `aoba doctor`",
                ja: "システムのメッセージと`aoba doctor`の結果を確認してください",
            },
        };
        text.get(locale)
    }
}

/// Says that a file or folder would not be read or written.
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

    /// The whole message in one language.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        let (what, remedy) = (self.trouble.what(locale), self.trouble.remedy(locale));
        format!("{}: {what}: {} ({remedy})", self.path.display(), self.source)
    }
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
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(at("make the folder", path))
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
