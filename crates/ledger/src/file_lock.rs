//! A lock of the operating system on a file, which ends when it is dropped or its process dies.

use std::fs::File;
use std::io;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// A locked file.
#[derive(Debug)]
pub struct FileLock {
    file: File,
}

impl FileLock {
    /// Takes the lock for oneself; gives the file back when somebody else has it.
    ///
    /// # Errors
    /// When the file system cannot lock.
    pub fn alone(file: File) -> io::Result<Result<Self, File>> {
        Self::attempt(file, FlockOperation::NonBlockingLockExclusive)
    }

    /// Takes the lock beside others who share it; gives the file back when somebody has it alone.
    ///
    /// # Errors
    /// When the file system cannot lock.
    pub fn shared(file: File) -> io::Result<Result<Self, File>> {
        Self::attempt(file, FlockOperation::NonBlockingLockShared)
    }

    /// The same as [`FileLock::alone`], once it is free.
    pub(crate) fn wait_alone(file: File) -> io::Result<Self> {
        Self::wait(file, FlockOperation::LockExclusive)
    }

    /// The same as [`FileLock::shared`], once it is free.
    pub(crate) fn wait_shared(file: File) -> io::Result<Self> {
        Self::wait(file, FlockOperation::LockShared)
    }

    /// The file, to read and write what it says.
    pub(crate) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    fn attempt(file: File, how: FlockOperation) -> io::Result<Result<Self, File>> {
        match flock(&file, how) {
            Ok(()) => Ok(Ok(Self { file })),
            Err(Errno::WOULDBLOCK) => Ok(Err(file)),
            Err(errno) => Err(errno.into()),
        }
    }

    fn wait(file: File, how: FlockOperation) -> io::Result<Self> {
        flock(&file, how)?;
        Ok(Self { file })
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing the file is not enough: a program that another thread is just starting has the
        // same file open until it runs, and would hold the lock for a moment longer.
        let _given_back = flock(&self.file, FlockOperation::Unlock);
    }
}
