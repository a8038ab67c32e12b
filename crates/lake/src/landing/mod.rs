//! The landing: every file we were given, kept whole before it is parsed.
//!
//! A file is named by the SHA-256 of its bytes as received. Plain files are stored compressed
//! (`<sha256>.zst`), files that came compressed as they are (`<sha256>.raw`). The hash is taken
//! when a file is written and again whenever it is read: what was read is what was received.
//!
//! Where the lake lies in a bucket, so does the landing: a file is hashed into a folder of this
//! machine first, and is kept once the bucket has it.

mod erase;
mod far;
mod read;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use vocab::LandingId;

pub(crate) use erase::Written;
pub use erase::{ErasedIn, NewContent, Record};
pub use read::LandingReader;

use crate::storage::{self, Bucket, FarFile, StorageError, at};
use read::Stored;

/// Level 1 keeps pace with the reading; higher levels win little on JSON.
const ZSTD_LEVEL: i32 = 1;
const CHUNK_BYTES: usize = 256 * 1024;

/// How a file was packed when it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not packed.
    Plain,
    /// gzip, of one or more members.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Packing {
    /// Tells the packing from the first bytes.
    #[must_use]
    pub fn of(first_bytes: &[u8]) -> Self {
        match first_bytes {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::Plain,
        }
    }
}

/// What keeping a file came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The file's name from now on.
    pub id: LandingId,
    /// Its size as received.
    pub size_bytes: u64,
    /// Its size in the landing.
    pub stored_bytes: u64,
    /// Whether the same bytes were there before.
    pub already_held: bool,
    /// How it was packed when received.
    pub kind: Packing,
}

/// What can go wrong in the landing.
#[derive(Debug, thiserror::Error)]
pub enum LandingError {
    /// The folder would not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The file being received could not be read to its end.
    #[error("cannot read {name}: {source}")]
    Received {
        /// The file as the person named it.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The stored bytes are no longer those that were received.
    #[error(
        "{} is not what was received: put back this file from a backup, or ingest the original again",
        path.display()
    )]
    Corrupted {
        /// The file in the landing.
        path: PathBuf,
    },
    /// The file was received cut short or damaged; what came before was read.
    #[error("the compressed file {} was damaged or cut short when it was received", path.display())]
    BrokenArchive {
        /// The file in the landing.
        path: PathBuf,
    },
    /// No such file is held.
    #[error("the landing holds no file {0}")]
    Missing(LandingId),
}

impl LandingError {
    /// Finds the landing's own error inside what a [`LandingReader`] returned.
    ///
    /// # Errors
    /// Gives back `error` when it came from elsewhere.
    pub fn from_read(error: io::Error) -> Result<Self, io::Error> {
        error.downcast::<Self>()
    }
}

/// What a file is held against when it is read.
struct Expected {
    /// The hashes that are right.
    hashes: Vec<LandingId>,
    /// The file was received broken and is whole in the landing since somebody's lines were erased:
    /// the break is told all the same.
    broken: bool,
}

/// A file of the landing as it is stored.
#[derive(Clone, Debug)]
pub struct StoredFile {
    /// Where it lies, from the landing's root.
    pub name: String,
    /// How large it is there.
    pub size_bytes: u64,
    lies: Lies,
}

#[derive(Clone, Debug)]
enum Lies {
    Here(PathBuf),
    Far(FarFile),
}

impl StoredFile {
    /// Its bytes, and where they are read from, for messages.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self) -> Result<(Box<dyn Read>, PathBuf), LandingError> {
        match &self.lies {
            Lies::Here(path) => {
                let file = File::open(path).map_err(at("read", path))?;
                Ok((Box::new(file), path.clone()))
            }
            Lies::Far(file) => Ok((Box::new(file.reader()), file.bucket.shown(&file.path))),
        }
    }
}

/// The folder of everything received, or the bucket.
#[derive(Clone, Debug)]
pub struct Landing {
    folder: PathBuf,
    aside: PathBuf,
    /// Where files are kept instead of in the folder.
    bucket: Option<Bucket>,
}

impl Landing {
    /// Opens the landing of a home folder, making what is missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(home: &Path) -> Result<Self, LandingError> {
        Self::open_in(home, None)
    }

    /// The same, with the files in a bucket.
    pub(crate) fn open_in(home: &Path, bucket: Option<Bucket>) -> Result<Self, LandingError> {
        let (folder, aside) = (home.join("landing"), home.join("tmp"));
        let landing = Self { folder, aside, bucket };
        if landing.bucket.is_none() {
            storage::make_folder(&landing.folder)?;
        }
        storage::make_folder(&landing.aside)?;
        Ok(landing)
    }

    /// Keeps a file whole, and returns once it is safely on the disk, or in the bucket.
    ///
    /// `name` is used in messages only.
    ///
    /// # Errors
    /// When the received file cannot be read, or the landing cannot be written.
    pub fn keep(&self, received: &mut impl Read, name: &str) -> Result<Kept, LandingError> {
        let aside = Aside::new(&self.aside)?;
        let copied = copy_hashed(received, &aside, name)?;
        let stored_bytes = fs::metadata(&aside.path).map_err(at("read", &aside.path))?.len();
        let already_held = match &self.bucket {
            Some(bucket) => self.keep_far(bucket, &copied, (&aside.path, stored_bytes))?,
            None => self.keep_here(&copied, (&aside.path, stored_bytes))?,
        };
        let Copied { id, size_bytes, kind } = copied;
        Ok(Kept { id, size_bytes, stored_bytes, already_held, kind })
    }

    /// Puts a file into its place in the folder; tells whether it was there.
    fn keep_here(
        &self,
        copied: &Copied,
        (aside, stored_bytes): (&Path, u64),
    ) -> Result<bool, LandingError> {
        let path = self.path(copied.id, copied.kind);
        let already_held = match self.find(copied.id) {
            Some((held, _)) if held == path => match self.record(copied.id)? {
                None => self.is_whole(copied.id, &held, stored_bytes),
                Some(record) => !record.may_return(),
            },
            _ => false,
        };
        let folder = path.parent().unwrap_or(&self.folder);
        if already_held {
            // Whoever put it there may have died before its name was on the disk.
            storage::sync_folder(folder)?;
        } else {
            if !folder.is_dir() {
                storage::make_folder(folder)?;
                storage::sync_folder(&self.folder)?;
            }
            self.forget_record(copied.id)?;
            storage::put_in_place(aside, &path)?;
        }
        Ok(already_held)
    }

    /// Opens a held file for reading: its content, unpacked.
    ///
    /// # Errors
    /// When no such file is held, or it cannot be opened.
    pub fn read(&self, id: LandingId) -> Result<LandingReader, LandingError> {
        if let Some(bucket) = &self.bucket {
            return Self::read_far(bucket, id);
        }
        let (path, _) = self.find(id).ok_or(LandingError::Missing(id))?;
        let stored = Stored::Here(File::open(&path).map_err(at("read", &path))?);
        LandingReader::open(self.expected(id)?, stored, path)
    }

    /// Whether these bytes are held.
    ///
    /// # Errors
    /// When the bucket they would be in cannot be asked.
    pub fn holds(&self, id: LandingId) -> Result<bool, LandingError> {
        match &self.bucket {
            Some(bucket) => Ok(Self::find_far(bucket, id)?.is_some()),
            None => Ok(self.find(id).is_some()),
        }
    }

    /// The files that make up a held one, the record of erasures after it where there is one; none
    /// where it is not held.
    ///
    /// # Errors
    /// When the bucket they would be in cannot be asked.
    pub fn stored(&self, id: LandingId) -> Result<Vec<StoredFile>, LandingError> {
        if let Some(bucket) = &self.bucket {
            return Self::stored_far(bucket, id);
        }
        let record = self.record_path(id);
        let size = |path: &PathBuf| fs::metadata(path).ok().map(|found| found.len());
        let record = size(&record).map(|size_bytes| (record, size_bytes));
        let Some(held) = self.find(id) else { return Ok(Vec::new()) };
        let files = [Some(held), record].into_iter().flatten().map(|(path, size_bytes)| {
            let inside = path.strip_prefix(&self.folder).unwrap_or(&path);
            let name = inside.to_string_lossy().into_owned();
            StoredFile { name, size_bytes, lies: Lies::Here(path) }
        });
        Ok(files.collect())
    }

    /// Reads a held file to its end and compares its hash with its name.
    ///
    /// # Errors
    /// [`LandingError::Corrupted`] when they differ; a file that was received broken is whole.
    pub fn verify(&self, id: LandingId) -> Result<(), LandingError> {
        let mut reader = self.read(id)?;
        match io::copy(&mut reader, &mut io::sink()) {
            Ok(_) => Ok(()),
            Err(error) => match LandingError::from_read(error) {
                Ok(LandingError::BrokenArchive { .. }) => Ok(()),
                Ok(other) => Err(other),
                Err(source) => Err(StorageError::new("read", &self.folder, source).into()),
            },
        }
    }

    /// Every held file, in the order of the names.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn ids(&self) -> Result<Vec<LandingId>, LandingError> {
        if let Some(bucket) = &self.bucket {
            return Self::ids_far(bucket);
        }
        let mut ids = Vec::new();
        for folder in list(&self.folder)?.into_iter().filter(|path| path.is_dir()) {
            for file in list(&folder)? {
                let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
                ids.extend(stem.parse::<LandingId>());
            }
        }
        // Beside a file from which lines were erased stands a record of the same name.
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    fn path(&self, id: LandingId, kind: Packing) -> PathBuf {
        self.folder.join(below(id, kind))
    }

    fn find(&self, id: LandingId) -> Option<(PathBuf, u64)> {
        [Packing::Plain, Packing::Gzip].into_iter().find_map(|kind| {
            let path = self.path(id, kind);
            fs::metadata(&path).ok().map(|found| (path, found.len()))
        })
    }

    /// A held file of the expected size is believed; one of another size is read through.
    fn is_whole(&self, id: LandingId, path: &Path, stored_bytes: u64) -> bool {
        let same_size = fs::metadata(path).is_ok_and(|found| found.len() == stored_bytes);
        same_size || self.verify(id).is_ok()
    }
}

/// Where a file lies in the landing.
fn below(id: LandingId, kind: Packing) -> String {
    let name = id.to_string();
    let ending = if kind == Packing::Plain { "zst" } else { "raw" };
    format!("{}/{name}.{ending}", name.get(..2).unwrap_or_default())
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, StorageError> {
    let entries = fs::read_dir(folder).map_err(at("list", folder))?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(at("list", folder))).collect()
}

/// A file being written beside the landing; removed again unless it was put in place.
struct Aside {
    path: PathBuf,
}

impl Aside {
    fn new(folder: &Path) -> Result<Self, StorageError> {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NEXT: AtomicU64 = AtomicU64::new(0);
        storage::make_folder(folder)?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("keep-{}-{number}", std::process::id()));
        Ok(Self { path })
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // When the file was put in place there is nothing left here to remove.
        fs::remove_file(&self.path).ok();
    }
}

struct Copied {
    id: LandingId,
    size_bytes: u64,
    kind: Packing,
}

fn copy_hashed(
    received: &mut impl Read,
    aside: &Aside,
    name: &str,
) -> Result<Copied, LandingError> {
    let received_error = |source| LandingError::Received { name: name.to_owned(), source };
    let path = aside.path.as_path();
    let file = File::create(path).map_err(at("write", path))?;
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut filled = fill(received, &mut chunk).map_err(received_error)?;
    let kind = Packing::of(chunk.get(..filled).unwrap_or_default());
    let mut hash = Sha256::new();
    let mut size_bytes = 0;
    let mut out = match kind {
        Packing::Plain => {
            Out::Packed(zstd::Encoder::new(file, ZSTD_LEVEL).map_err(at("write", path))?)
        }
        Packing::Gzip | Packing::Zstd => Out::Raw(file),
    };
    while filled > 0 {
        let bytes = chunk.get(..filled).unwrap_or_default();
        hash.update(bytes);
        out.write(bytes).map_err(at("write", path))?;
        size_bytes += filled as u64;
        filled = fill(received, &mut chunk).map_err(received_error)?;
    }
    let file = out.finish().map_err(at("write", path))?;
    file.sync_all().map_err(at("sync", path))?;
    Ok(Copied { id: LandingId(hash.finalize().into()), size_bytes, kind })
}

/// The file being written, packed on the way or not.
enum Out {
    Packed(zstd::Encoder<'static, File>),
    Raw(File),
}

impl Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Packed(encoder) => encoder.write_all(bytes),
            Self::Raw(file) => file.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<File> {
        match self {
            Self::Packed(encoder) => encoder.finish(),
            Self::Raw(file) => Ok(file),
        }
    }
}

/// Reads until the buffer is full or the input ends.
fn fill(received: &mut (impl Read + ?Sized), buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match received.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
