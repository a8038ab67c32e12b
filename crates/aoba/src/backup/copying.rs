//! Copying one file: its digest is taken on the way, and a copy that was cut short is never taken
//! for a whole one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::ProgressBar;
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::Xxh3;

use super::manifest::hex;
use super::trouble::{BackupError, at};

/// How much is read at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// How files are copied: told on a bar, until somebody says stop.
#[derive(Clone)]
pub(super) struct Copying {
    pub(super) bar: ProgressBar,
    pub(super) stop: Arc<AtomicBool>,
}

/// What was read of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) size_bytes: u64,
    /// SHA-256 in hexadecimal.
    pub(super) sha256: String,
    /// The hash that data files of the lake are named by.
    pub(super) xxh3: u64,
}

impl Copying {
    /// Copies a file to where none is yet, for this user alone.
    pub(super) fn copy(&self, from: &Path, to: &Path) -> Result<Taken, BackupError> {
        let file = File::open(from).map_err(at("read", from))?;
        self.put(file, from, to)
    }

    /// Writes a file of these bytes, in the same way.
    pub(super) fn write(&self, bytes: &[u8], to: &Path) -> Result<Taken, BackupError> {
        self.put(bytes, to, to)
    }

    /// Writes a file of what is read from somewhere.
    pub(super) fn put(
        &self,
        source: impl Read,
        from: &Path,
        to: &Path,
    ) -> Result<Taken, BackupError> {
        if let Some(folder) = to.parent() {
            super::place::make_folder(folder)?;
        }
        let part = part(to);
        let mut out = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)
            .map_err(at("write", &part))?;
        let taken =
            self.read(source, from, |bytes| out.write_all(bytes).map_err(at("write", &part)))?;
        out.sync_all().map_err(at("sync", &part))?;
        fs::rename(&part, to).map_err(at("write", to))?;
        Ok(taken)
    }

    /// Reads a file and keeps nothing but its digest.
    pub(super) fn digest(&self, path: &Path) -> Result<Taken, BackupError> {
        let file = File::open(path).map_err(at("read", path))?;
        self.digest_of(file, path)
    }

    /// The same of what is read from somewhere.
    pub(super) fn digest_of(&self, source: impl Read, path: &Path) -> Result<Taken, BackupError> {
        self.read(source, path, |_| Ok(()))
    }

    fn read(
        &self,
        mut source: impl Read,
        path: &Path,
        mut put: impl FnMut(&[u8]) -> Result<(), BackupError>,
    ) -> Result<Taken, BackupError> {
        let mut chunk = vec![0; CHUNK_BYTES];
        let (mut sha256, mut xxh3, mut size_bytes) = (Sha256::new(), Xxh3::new(), 0);
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(BackupError::Stopped);
            }
            let read = match source.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(at("read", path)(error)),
            };
            let bytes = chunk.get(..read).unwrap_or_default();
            sha256.update(bytes);
            xxh3.update(bytes);
            put(bytes)?;
            size_bytes += read as u64;
            self.bar.inc(read as u64);
        }
        Ok(Taken { size_bytes, sha256: hex(&sha256.finalize()), xxh3: xxh3.digest() })
    }
}

/// The name of a copy until it is whole.
pub(super) const PART: &str = "part";

fn part(to: &Path) -> std::path::PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".");
    name.push(PART);
    name.into()
}

/// Lets a file stand in two places, where the disk can do that; else false.
pub(super) fn link(from: &Path, to: &Path) -> Result<bool, BackupError> {
    if let Some(folder) = to.parent() {
        super::place::make_folder(folder)?;
    }
    if to.exists() {
        fs::remove_file(to).map_err(at("replace", to))?;
    }
    // No such thing on this disk, or too many names already: then it is copied.
    Ok(fs::hard_link(from, to).is_ok())
}

/// Whether a file is what its name says, as far as its name says anything.
pub(super) fn is_what_its_name_says(path: &str, taken: &Taken) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let in_log = path.contains("/_delta_log/");
    match name.rsplit_once('.') {
        Some((stem, "parquet")) if path.starts_with("lake/") && !in_log => {
            stem.ends_with(&format!("{:016x}", taken.xxh3))
        }
        Some((stem, "raw")) if path.starts_with("landing/") => stem == taken.sha256,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copying() -> Copying {
        Copying { bar: ProgressBar::hidden(), stop: Arc::default() }
    }

    #[test]
    fn a_copy_has_the_bytes_and_their_digest() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("b/c"));
        let bytes = vec![7; CHUNK_BYTES + 3];
        fs::write(&from, &bytes).unwrap();
        let taken = copying().copy(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), bytes);
        assert_eq!(taken, copying().digest(&to).unwrap());
        assert_eq!(taken.sha256, hex(&Sha256::digest(&bytes)));
    }

    #[test]
    fn a_copy_that_was_stopped_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&from, "x").unwrap();
        let stopped = Copying { stop: Arc::new(AtomicBool::new(true)), ..copying() };
        assert!(matches!(stopped.copy(&from, &to), Err(BackupError::Stopped)));
        assert!(!to.exists());
    }

    #[test]
    fn a_file_named_by_its_content_is_held_to_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, "x").unwrap();
        let taken = copying().digest(&path).unwrap();
        let check = |path: &str, expect| assert_eq!(is_what_its_name_says(path, &taken), expect);
        check(&format!("lake/patient/part-000001-0000-{:016x}.parquet", taken.xxh3), true);
        check("lake/patient/part-000001-0000-0123456789abcdef.parquet", false);
        check("lake/patient/_delta_log/00000000000000000099.checkpoint.parquet", true);
        check(&format!("landing/2d/{}.raw", taken.sha256), true);
        check("landing/2d/2d.raw", false);
        check("aoba.toml", true);
    }
}
