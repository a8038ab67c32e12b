//! Objects of a bucket read like files, from any thread.

use std::io::{self, Read};
use std::ops::Range;

use bytes::{Buf as _, Bytes};
use object_store::path::Path;

use super::StorageError;
use super::bucket::{Begun, Bucket};

/// An object that is not written any more.
#[derive(Clone, Debug)]
pub(crate) struct FarFile {
    pub(crate) bucket: Bucket,
    /// Its whole path.
    pub(crate) path: Path,
    pub(crate) size_bytes: u64,
}

impl FarFile {
    /// Reads a stretch of it.
    pub(crate) fn range(&self, range: Range<u64>) -> Result<Bytes, StorageError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        self.bucket.begin_range(&self.path, range).end()
    }

    /// Reads it whole; the next stretch is on its way while one is used.
    pub(crate) fn reader(&self) -> FarReader {
        self.from(0, (STRETCH_BYTES, Ahead::Asked))
    }

    /// Reads a little of it, from here on.
    pub(crate) fn peek(&self, start: u64) -> FarReader {
        self.from(start, (PEEK_BYTES, Ahead::NotAsked))
    }

    fn from(&self, start: u64, (stretch_bytes, mode): (u64, Ahead)) -> FarReader {
        let file = self.clone();
        FarReader { file, next: start, stretch_bytes, mode, now: Bytes::new(), ahead: None }
    }
}

/// How much is asked for at a time by who reads all of an object, and by who reads a little.
const STRETCH_BYTES: u64 = 4 << 20;
const PEEK_BYTES: u64 = 64 << 10;

/// Whether the next stretch is asked for before it is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ahead {
    Asked,
    NotAsked,
}

/// Reads an object from one place on.
pub(crate) struct FarReader {
    file: FarFile,
    next: u64,
    stretch_bytes: u64,
    mode: Ahead,
    now: Bytes,
    ahead: Option<Begun<Bytes>>,
}

impl FarReader {
    /// Asks for the next stretch; none at the end.
    fn ask(&mut self) -> Option<Begun<Bytes>> {
        let end = self.file.size_bytes.min(self.next.saturating_add(self.stretch_bytes));
        let range = self.next..end;
        self.next = end;
        (!range.is_empty()).then(|| self.file.bucket.begin_range(&self.file.path, range))
    }
}

impl Read for FarReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.now.is_empty() {
            let asked = self.ahead.take().or_else(|| self.ask());
            let Some(asked) = asked else { return Ok(0) };
            if self.mode == Ahead::Asked {
                self.ahead = self.ask();
            }
            self.now = asked.end().map_err(io::Error::other)?;
        }
        let count = buffer.len().min(self.now.len());
        self.now.copy_to_slice(buffer.get_mut(..count).unwrap_or_default());
        Ok(count)
    }
}
