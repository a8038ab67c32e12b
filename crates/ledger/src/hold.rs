//! Files of the home that somebody reads at leisure are not removed meanwhile.
//!
//! A backup copies files that the ledger names; freeing what expired removes such files. The one
//! holds what the other removes: a lock of the operating system, shared by all who copy, and taken
//! alone by whoever removes. It ends with its process.

use crate::error::LedgerError;
use crate::file_lock::FileLock;
use crate::files;
use crate::home::Ledger;

/// While this lives, either no file of the home is removed, or nobody else relies on one.
#[derive(Debug)]
pub struct Hold {
    _lock: FileLock,
}

/// What the lock is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldFor {
    /// Reading files: others may read too.
    Copying,
    /// Removing files: alone.
    Removing,
}

impl Ledger {
    /// Takes the right to write the index of the home, which ends with its process; none where
    /// somebody has it.
    ///
    /// # Errors
    /// When the lock cannot be taken.
    pub fn hold_index(&self) -> Result<Option<Hold>, LedgerError> {
        let path = self.home().join("index.lock");
        let file = files::open_private(&path)?;
        let taken = FileLock::alone(file).map_err(files::failed("lock", &path))?;
        Ok(taken.ok().map(|lock| Hold { _lock: lock }))
    }

    /// Takes the lock on the home's files. Whoever copies waits for who removes, which is short;
    /// whoever removes is refused while somebody copies, which may be long.
    ///
    /// # Errors
    /// [`LedgerError::FilesHeld`] when files are to be removed and somebody copies them.
    pub fn hold_files(&self, reason: HoldFor) -> Result<Hold, LedgerError> {
        let path = self.home().join("files.lock");
        let file = files::open_private(&path)?;
        let taken = match reason {
            HoldFor::Copying => FileLock::wait_shared(file).map(Ok),
            HoldFor::Removing => FileLock::alone(file),
        };
        let lock = taken.map_err(files::failed("lock", &path))?;
        lock.map(|lock| Hold { _lock: lock }).map_err(|_| LedgerError::FilesHeld)
    }
}
