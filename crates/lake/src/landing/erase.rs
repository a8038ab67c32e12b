//! Lines taken out of a kept file. The file keeps its name and its line numbers; beside it stands a
//! record of what it was and what it is, against which it is read from then on.
//!
//! A record names no person. It says which erasure emptied which lines, so that the original, sent
//! again after the erasure was lifted, may take the place of what was left.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use vocab::{ErasureId, LandingId};

use super::{Aside, Expected, Landing, LandingError, Packing, ZSTD_LEVEL};
use crate::storage::{self, StorageError, at};

/// How the name of a record ends.
pub(super) const RECORD: &str = "erased";

/// What stands in a file in place of what was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewContent {
    /// Other lines in place of these, by their numbers from 1, without their ends.
    Lines(BTreeMap<u64, Vec<u8>>),
    /// Another text in place of the whole, which is one document.
    Whole(Vec<u8>),
}

/// What one erasure did to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedIn {
    /// Which.
    pub erasure: ErasureId,
    /// The lines or entries that were emptied or cut.
    pub lines: Vec<u64>,
    /// The person may come back.
    #[serde(default)]
    pub lifted: bool,
}

/// What is known of a file from which lines were taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The SHA-256 of what is there now, taken as the file's name was.
    is: String,
    /// The same before the erasure that is under way: until it is done, either is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    was: Option<String>,
    /// The file was received cut short or damaged.
    #[serde(default)]
    broken: bool,
    /// What was done, oldest first.
    erasures: Vec<ErasedIn>,
}

impl Record {
    /// Whether the original may take the file's place again: everything was lifted.
    pub(super) fn may_return(&self) -> bool {
        self.erasures.iter().all(|erased| erased.lifted)
    }

    /// The record as it lies on the disk: a line, and the SHA-256 of that line.
    fn written(&self) -> serde_json::Result<String> {
        let line = serde_json::to_string(self)?;
        let hash = LandingId(Sha256::digest(&line).into());
        Ok(format!("{line}\n{hash}\n"))
    }

    /// Reads what was written; a record of an earlier form has no hash.
    fn from_written(text: &str) -> io::Result<Self> {
        let (line, hash) = text.split_once('\n').unwrap_or((text, ""));
        let of_line = LandingId(Sha256::digest(line).into()).to_string();
        if !hash.is_empty() && hash.trim_end() != of_line {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not what was written"));
        }
        Ok(serde_json::from_str(line)?)
    }

    /// The record when the erasure is done.
    pub(crate) fn done(mut self) -> Self {
        self.was = None;
        self
    }
}

/// A file's new content, written aside and on the disk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Written {
    /// Where it was written.
    pub(crate) aside: PathBuf,
    /// The hash of what was there, as the file's name has it.
    pub(crate) before: String,
    /// The hash of what will be there.
    pub(crate) after: String,
    /// How large the file was and will be, as stored.
    pub(crate) sizes: (u64, u64),
    /// What will stand beside it.
    pub(crate) record: Record,
}

impl Expected {
    /// What a file is held against, by the record beside it.
    pub(super) fn of(id: LandingId, record: Option<Record>) -> Self {
        let Some(record) = record else {
            return Self { hashes: vec![id], broken: false };
        };
        let hashes = record.was.iter().chain([&record.is]).filter_map(|hash| hash.parse().ok());
        Self { hashes: hashes.collect(), broken: record.broken }
    }
}

impl Landing {
    /// The record beside a file, where lines were taken from it.
    pub(super) fn record(&self, id: LandingId) -> Result<Option<Record>, LandingError> {
        match &self.bucket {
            Some(bucket) => Self::record_far(bucket, id),
            None => read_record(&self.record_path(id)),
        }
    }

    pub(super) fn record_path(&self, id: LandingId) -> PathBuf {
        self.path(id, Packing::Plain).with_extension(RECORD)
    }

    /// What a file is held against.
    pub(super) fn expected(&self, id: LandingId) -> Result<Expected, LandingError> {
        Ok(Expected::of(id, self.record(id)?))
    }

    /// Takes the record away: the original is put in the file's place.
    pub(super) fn forget_record(&self, id: LandingId) -> Result<(), LandingError> {
        let path = self.record_path(id);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StorageError::new("remove", &path, error).into())
            }
            _ => Ok(()),
        }
    }

    /// Writes a record so that after a crash the old one or the new one stands there.
    pub(crate) fn put_record(&self, id: LandingId, record: &Record) -> Result<(), LandingError> {
        let path = self.record_path(id);
        let text = record.written().map_err(io::Error::other);
        if let Some(bucket) = &self.bucket {
            let text = text.map_err(at("write", &path))?;
            return Ok(Self::put_record_far(bucket, id, text)?);
        }
        let aside = Aside::new(&self.aside)?;
        let write = || {
            let mut file = File::create(&aside.path)?;
            file.write_all(text?.as_bytes())?;
            file.sync_all()
        };
        write().map_err(at("write", &path))?;
        Ok(storage::put_in_place(&aside.path, &path)?)
    }

    /// Puts content that was written aside into a file's place; done before, nothing is there to do.
    pub(crate) fn put_written(&self, id: LandingId, written: &Written) -> Result<(), LandingError> {
        if !written.aside.exists() {
            return Ok(());
        }
        if let Some(bucket) = &self.bucket {
            return Self::put_written_far(bucket, id, written);
        }
        let Some((path, _)) = self.find(id) else { return Err(LandingError::Missing(id)) };
        Ok(storage::put_in_place(&written.aside, &path)?)
    }

    /// Writes a file's new content aside; nothing of the landing changes.
    ///
    /// # Errors
    /// When the file cannot be read or is not what it should be, or the content not be written.
    pub(crate) fn rewrite(
        &self,
        id: LandingId,
        (content, erased): (&NewContent, ErasedIn),
        aside: &Path,
    ) -> Result<Written, LandingError> {
        let stored_before = match &self.bucket {
            Some(bucket) => Self::find_far(bucket, id)?.map(|held| held.size_bytes),
            None => self.find(id).map(|(_, size_bytes)| size_bytes),
        };
        let stored_before = stored_before.ok_or(LandingError::Missing(id))?;
        let record = self.record(id)?;
        let reader = self.read(id)?;
        let file = File::create(aside).map_err(at("write", aside))?;
        let mut out = Out::new(file, reader.kind()).map_err(at("write", aside))?;
        let mut reader = BufReader::new(reader);
        let broken = match content {
            NewContent::Lines(lines) => copy_lines(&mut reader, &mut out, lines, aside)?,
            NewContent::Whole(text) => {
                let broken = read_on(io::copy(&mut reader, &mut io::sink()).map(drop), aside)?;
                out.write_all(text).map_err(at("write", aside))?;
                broken
            }
        };
        let (file, after) = out.finish().map_err(at("write", aside))?;
        file.sync_all().map_err(at("sync", aside))?;
        let stored_after = file.metadata().map_err(at("read", aside))?.len();
        let before = record.as_ref().map_or_else(|| id.to_string(), |record| record.is.clone());
        let mut erasures = record.map(|record| record.erasures).unwrap_or_default();
        erasures.retain(|known| known.erasure != erased.erasure);
        erasures.push(erased);
        let was = Some(before.clone());
        let record = Record { is: after.clone(), was, broken, erasures };
        let aside = aside.to_owned();
        Ok(Written { aside, before, after, sizes: (stored_before, stored_after), record })
    }

    /// Lets the originals of files come back from which these erasures took lines; tells how many
    /// files still lack lines of others.
    ///
    /// # Errors
    /// When a record cannot be read or written.
    pub fn lift(&self, erasures: &[ErasureId]) -> Result<u64, LandingError> {
        let mut withheld = 0;
        for id in self.ids()? {
            let Some(mut record) = self.record(id)? else { continue };
            let mut touched = false;
            for erased in &mut record.erasures {
                touched |= erasures.contains(&erased.erasure);
                erased.lifted |= erasures.contains(&erased.erasure);
            }
            if touched {
                self.put_record(id, &record)?;
                withheld += u64::from(!record.may_return());
            }
        }
        Ok(withheld)
    }
}

fn read_record(path: &Path) -> Result<Option<Record>, LandingError> {
    match fs::read(path) {
        Ok(bytes) => parse_record(&bytes, path).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StorageError::new("read", path, error).into()),
    }
}

/// What a record says that was read from `path`.
pub(super) fn parse_record(bytes: &[u8], path: &Path) -> Result<Record, LandingError> {
    let text = std::str::from_utf8(bytes).map_err(io::Error::other);
    let record = text.and_then(Record::from_written);
    record.map_err(|error| StorageError::new("read", path, error).into())
}

/// Whether reading ended where the file was received broken.
fn read_on(read: io::Result<()>, name: &Path) -> Result<bool, LandingError> {
    let Err(error) = read else { return Ok(false) };
    match LandingError::from_read(error) {
        Ok(LandingError::BrokenArchive { .. }) => Ok(true),
        Ok(error) => Err(error),
        Err(error) => Err(StorageError::new("read", name, error).into()),
    }
}

/// Copies a file line by line, with others in place of some; tells whether it is broken. Of a
/// broken one the whole lines stay.
fn copy_lines(
    reader: &mut BufReader<super::LandingReader>,
    out: &mut Out,
    lines: &BTreeMap<u64, Vec<u8>>,
    name: &Path,
) -> Result<bool, LandingError> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if read_on(reader.read_until(b'\n', &mut line).map(drop), name)? {
            return Ok(true);
        }
        if line.is_empty() {
            break;
        }
        let write = match lines.get(&number) {
            None => out.write_all(&line),
            Some(other) => out.write_all(other).and_then(|()| out.write_all(end_of(&line))),
        };
        write.map_err(at("write", name))?;
    }
    Ok(false)
}

/// How a line ends; the last one of a file may not.
fn end_of(line: &[u8]) -> &[u8] {
    match line {
        [.., b'\r', b'\n'] => b"\r\n",
        [.., b'\n'] => b"\n",
        _ => b"",
    }
}

/// A file being written, packed as it was received, its hash taken where its name's was.
enum Out {
    Ours(zstd::Encoder<'static, File>, Sha256),
    Gzip(GzEncoder<Hashing>),
    Zstd(zstd::Encoder<'static, Hashing>),
}

/// Hashes what is stored.
struct Hashing(File, Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.0.write(bytes)?;
        self.1.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Out {
    fn new(file: File, packing: Packing) -> io::Result<Self> {
        let hash = Sha256::new();
        Ok(match packing {
            Packing::Plain => Self::Ours(zstd::Encoder::new(file, ZSTD_LEVEL)?, hash),
            Packing::Gzip => {
                Self::Gzip(GzEncoder::new(Hashing(file, hash), Compression::default()))
            }
            Packing::Zstd => Self::Zstd(zstd::Encoder::new(Hashing(file, hash), ZSTD_LEVEL)?),
        })
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Ours(encoder, hash) => {
                hash.update(bytes);
                encoder.write_all(bytes)
            }
            Self::Gzip(encoder) => encoder.write_all(bytes),
            Self::Zstd(encoder) => encoder.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<(File, String)> {
        let (file, hash) = match self {
            Self::Ours(encoder, hash) => (encoder.finish()?, hash),
            Self::Gzip(encoder) => {
                let Hashing(file, hash) = encoder.finish()?;
                (file, hash)
            }
            Self::Zstd(encoder) => {
                let Hashing(file, hash) = encoder.finish()?;
                (file, hash)
            }
        };
        Ok((file, LandingId(hash.finalize().into()).to_string()))
    }
}
