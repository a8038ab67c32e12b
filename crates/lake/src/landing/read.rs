//! Reading a held file back: its content unpacked, its hash compared with its name at the end.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use vocab::LandingId;

use super::{CHUNK_BYTES, Expected, LandingError, Packing};
use crate::storage::{self, FarReader, StorageError, at};

/// The bytes of a held file as they are stored.
pub(super) enum Stored {
    /// A file of this machine.
    Here(File),
    /// An object of a bucket.
    Far(FarReader),
}

impl Read for Stored {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Here(file) => file.read(buffer),
            Self::Far(object) => object.read(buffer),
        }
    }
}

/// Gives the content of one held file; the last `read` answers for the whole.
///
/// When the stored bytes are not those received, the read that finds it fails with
/// [`LandingError::Corrupted`]; when the file was received broken, what could be unpacked comes
/// first and then [`LandingError::BrokenArchive`]. See [`LandingError::from_read`].
pub struct LandingReader {
    content: Content,
    expected: Expected,
    path: PathBuf,
    kind: Packing,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    Whole,
    Corrupted,
    Broken,
}

/// Where the received bytes appear: after unpacking what we packed, or before unpacking.
enum Content {
    /// We packed it: the unpacked bytes are those received.
    Ours(Box<Hashed<zstd::Decoder<'static, BufReader<Stored>>>>),
    /// It came packed: the stored bytes are those received.
    Gzip(Box<MultiGzDecoder<BufReader<Hashed<Stored>>>>),
    /// The same for Zstandard.
    Zstd(Box<zstd::Decoder<'static, BufReader<Hashed<Stored>>>>),
}

impl LandingReader {
    /// `path` says where the bytes lie, and by its ending who packed them.
    pub(super) fn open(
        expected: Expected,
        stored: Stored,
        path: PathBuf,
    ) -> Result<Self, LandingError> {
        let is_ours = path.extension().is_some_and(|ending| ending == "zst");
        let (content, kind) = if is_ours {
            let unpacked = zstd::Decoder::new(stored).map_err(at("read", &path))?;
            (Content::Ours(Box::new(Hashed::new(unpacked))), Packing::Plain)
        } else {
            packed(stored).map_err(|error| unread(error, &path))?
        };
        Ok(Self { content, expected, path, kind, state: State::Reading })
    }

    /// How the file was packed when it was received.
    #[must_use]
    pub fn kind(&self) -> Packing {
        self.kind
    }

    /// Reads what is left of the stored bytes and compares the hash with the name, or with what was
    /// left of the file when lines were erased.
    ///
    /// # Errors
    /// When the bucket they lie in does not give them: nothing is known of them then.
    fn is_as_received(&mut self) -> io::Result<bool> {
        let hash = match &mut self.content {
            Content::Ours(unpacked) => unpacked.finish(),
            Content::Gzip(unpacked) => finish_packed(unpacked.get_mut()),
            Content::Zstd(unpacked) => finish_packed(unpacked.get_mut()),
        };
        match hash {
            Ok(hash) => Ok(self.expected.hashes.contains(&hash)),
            Err(error) => not_given(&error).map_or(Ok(false), Err),
        }
    }

    fn finish(&mut self, well_read: bool) -> io::Result<usize> {
        let is_ours = matches!(self.content, Content::Ours(_));
        self.state = match (well_read, self.is_as_received()?) {
            (true, true) if self.expected.broken => State::Broken,
            (true, true) => State::Whole,
            (false, true) if !is_ours => State::Broken,
            _ => State::Corrupted,
        };
        self.answer()
    }

    fn answer(&self) -> io::Result<usize> {
        let path = self.path.clone();
        match self.state {
            State::Reading | State::Whole => Ok(0),
            State::Corrupted => Err(io::Error::other(LandingError::Corrupted { path })),
            State::Broken => Err(io::Error::other(LandingError::BrokenArchive { path })),
        }
    }
}

impl Read for LandingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.state != State::Reading || buffer.is_empty() {
            return self.answer();
        }
        let read = match &mut self.content {
            Content::Ours(unpacked) => unpacked.read(buffer),
            Content::Gzip(unpacked) => unpacked.read(buffer),
            Content::Zstd(unpacked) => unpacked.read(buffer),
        };
        match read {
            Ok(0) => self.finish(true),
            Ok(count) => Ok(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => match not_given(&error) {
                Some(error) => Err(error),
                None => self.finish(false),
            },
        }
    }
}

/// What a bucket said that would not give the stored bytes: it says nothing of the bytes.
fn not_given(error: &io::Error) -> Option<io::Error> {
    let told = storage::told(error)?;
    Some(io::Error::other(LandingError::Storage(told)))
}

fn unread(error: io::Error, path: &Path) -> StorageError {
    storage::told(&error).unwrap_or_else(|| StorageError::new("read", path, error))
}

fn packed(stored: Stored) -> io::Result<(Content, Packing)> {
    let mut stored = BufReader::with_capacity(CHUNK_BYTES, Hashed::new(stored));
    // The first bytes are looked at and stay to be read.
    Ok(match Packing::of(stored.fill_buf()?) {
        Packing::Zstd => {
            (Content::Zstd(Box::new(zstd::Decoder::with_buffer(stored)?)), Packing::Zstd)
        }
        Packing::Gzip | Packing::Plain => {
            (Content::Gzip(Box::new(MultiGzDecoder::new(stored))), Packing::Gzip)
        }
    })
}

fn finish_packed(stored: &mut BufReader<Hashed<Stored>>) -> io::Result<LandingId> {
    stored.get_mut().finish()
}

/// Hashes what passes through.
struct Hashed<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Hashed<R> {
    fn new(inner: R) -> Self {
        Self { inner, hash: Sha256::new() }
    }

    /// Reads to the end and tells the hash of everything.
    fn finish(&mut self) -> io::Result<LandingId> {
        io::copy(self, &mut io::sink())?;
        Ok(LandingId(self.hash.clone().finalize().into()))
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
