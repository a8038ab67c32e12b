//! One writer at a time, and one who fetches records from servers.
//!
//! A lease is a lock of the operating system on `writer.lock` or `pull.lock`, so it ends with the
//! process that holds it, however that process ends. The file's text tells others who holds it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::error::LedgerError;
use crate::files;

/// The right to write to a home; gives itself back when dropped or when the process dies.
#[derive(Debug)]
pub struct WriterLease {
    _lock: Lock,
}

/// The right to fetch records for a home from a server; gives itself back as the other does.
///
/// It is not the right to write: a pull takes hours at a slow server, and loads go on meanwhile.
#[derive(Debug)]
pub struct PullLease {
    _lock: Lock,
}

/// What one process at a time does in a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Changing landing, tables and snapshots.
    Writing,
    /// Fetching records from servers.
    Pulling,
}

impl Work {
    fn path(self, home: &Path) -> PathBuf {
        home.join(match self {
            Self::Writing => "writer.lock",
            Self::Pulling => "pull.lock",
        })
    }
}

/// A locked file.
#[derive(Debug)]
struct Lock {
    file: File,
}

/// What the holder wrote about itself.
#[derive(Serialize, Deserialize)]
struct Holder {
    pid: u32,
    purpose: String,
    since: String,
}

/// Takes the right to write or tells who has it.
pub(crate) fn take(home: &Path, purpose: &str, clock: &Clock) -> Result<WriterLease, LedgerError> {
    match lock_for(Work::Writing, home, purpose, clock)? {
        Ok(lock) => Ok(WriterLease { _lock: lock }),
        Err((holder, since)) => Err(LedgerError::SecondWriter { holder, since }),
    }
}

/// Takes the right to pull or tells who has it.
pub(crate) fn take_pull(
    home: &Path,
    purpose: &str,
    clock: &Clock,
) -> Result<PullLease, LedgerError> {
    match lock_for(Work::Pulling, home, purpose, clock)? {
        Ok(lock) => Ok(PullLease { _lock: lock }),
        Err((holder, since)) => Err(LedgerError::SecondPull { holder, since }),
    }
}

/// The lock, or who holds it and since when.
type Taken = Result<Lock, (String, String)>;

fn lock_for(work: Work, home: &Path, purpose: &str, clock: &Clock) -> Result<Taken, LedgerError> {
    let path = work.path(home);
    let _door = at_the_door(home)?;
    let mut file = files::open_private(&path)?;
    if !lock(&file, &path)? {
        return Ok(Err(match read_holder(&mut file) {
            Some(h) => (format!("{} (process {})", h.purpose, h.pid), h.since),
            // It died between locking the file and writing who it is, or the disk is full.
            None => ("a process that did not say who it is".to_owned(), clock.now().to_string()),
        }));
    }
    let holder = Holder {
        pid: std::process::id(),
        purpose: purpose.to_owned(),
        since: clock.now().to_string(),
    };
    write_holder(&mut file, &holder).map_err(files::failed("write", &path))?;
    Ok(Ok(Lock { file }))
}

/// Whether somebody does this work now.
pub(crate) fn is_held(home: &Path, work: Work) -> Result<bool, LedgerError> {
    let path = work.path(home);
    let _door = at_the_door(home)?;
    let file = files::open_private(&path)?;
    lock(&file, &path).map(|free| !free)
}

/// Waits until no other process is opening this home or looking at its lease: who only asks whether it is held holds it for a
/// moment, which must not look like a writer to one who wants it.
pub(crate) fn at_the_door(home: &Path) -> Result<File, LedgerError> {
    let door = File::open(home).map_err(files::failed("open", home))?;
    flock(&door, FlockOperation::LockExclusive)
        .map_err(|errno| files::failed("lock", home)(errno.into()))?;
    Ok(door)
}

/// Locks unless another has it.
fn lock(file: &File, path: &Path) -> Result<bool, LedgerError> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(errno) => Err(files::failed("lock", path)(errno.into())),
    }
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn write_holder(file: &mut File, holder: &Holder) -> std::io::Result<()> {
    let text = serde_json::to_string(holder)?;
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The lock ends with the file; an empty file only spares the next reader an old name.
        let _emptied = self.file.set_len(0);
    }
}
