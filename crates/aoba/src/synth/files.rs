//! The files of an output folder: written under another name, and named at the end.
//!
//! Until all is written every file ends in `.part`, so that half a folder is never taken for a
//! whole one; what is given up is removed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;

use super::trouble::SynthError;

/// After this many bytes a type begins its next file.
pub(crate) const FILE_BYTES_MAX: u64 = 1_000_000_000;

/// How files are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Not at all.
    Plain,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Packing {
    fn ending(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }
}

/// What has been written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// Files begun.
    pub(crate) files: u64,
    /// Lines.
    pub(crate) lines: u64,
    /// Bytes before packing.
    pub(crate) bytes: u64,
}

/// A folder being filled.
pub(crate) struct Folder {
    root: PathBuf,
    packing: Packing,
    file_bytes_max: u64,
    open: BTreeMap<String, Open>,
    /// Names of whole files, as they will be.
    done: Vec<PathBuf>,
    made: Vec<PathBuf>,
    written: Written,
    is_whole: bool,
}

/// The file to which a series of lines goes now.
struct Open {
    sink: Sink,
    name: PathBuf,
    part: u32,
    bytes: u64,
}

enum Sink {
    Plain(File),
    Gzip(GzEncoder<File>),
    Zstd(zstd::stream::write::Encoder<'static, File>),
}

impl Folder {
    /// Begins to fill a folder, which is made if it is not there.
    pub(crate) fn open(root: &Path, packing: Packing, file_bytes_max: u64) -> Self {
        Self {
            root: root.to_owned(),
            packing,
            file_bytes_max,
            open: BTreeMap::new(),
            done: Vec::new(),
            made: Vec::new(),
            written: Written::default(),
            is_whole: false,
        }
    }

    /// What has been written so far.
    pub(crate) fn written(&self) -> Written {
        self.written
    }

    /// Adds lines to a series: `fhir/Observation` and `.ndjson` give `fhir/Observation.ndjson`, and
    /// once it is full `fhir/Observation.2.ndjson`.
    pub(crate) fn add(&mut self, stem: &str, ending: &str, lines: &[u8]) -> Result<(), SynthError> {
        if lines.is_empty() {
            return Ok(());
        }
        let size_bytes = lines.len() as u64;
        let mut part = 1;
        if let Some(open) = self.open.get(stem) {
            part = open.part;
            if open.bytes + size_bytes > self.file_bytes_max {
                part += 1;
                self.close(stem)?;
            }
        }
        if !self.open.contains_key(stem) {
            let number = if part > 1 { format!(".{part}") } else { String::new() };
            let name = PathBuf::from(format!("{stem}{number}{ending}{}", self.packing.ending()));
            let sink = self.begin(&name, self.packing)?;
            self.open.insert(stem.to_owned(), Open { sink, name, part, bytes: 0 });
        }
        let root = &self.root;
        if let Some(open) = self.open.get_mut(stem) {
            let failed = |error| SynthError::disk(&root.join(&open.name), error);
            open.sink.write_all(lines).map_err(failed)?;
            open.bytes += size_bytes;
        }
        self.written.bytes += size_bytes;
        self.written.lines += memchr::memchr_iter(b'\n', lines).count() as u64;
        Ok(())
    }

    /// Writes one small file, never packed.
    pub(crate) fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), SynthError> {
        let name = PathBuf::from(name);
        let mut sink = self.begin(&name, Packing::Plain)?;
        let failed = |error| SynthError::disk(&self.root.join(&name), error);
        sink.write_all(bytes).map_err(failed)?;
        sink.finish().map_err(failed)?;
        self.written.bytes += bytes.len() as u64;
        self.done.push(name);
        Ok(())
    }

    /// Gives every file its name. What is put last is named last: it says that all is there.
    pub(crate) fn finish(mut self) -> Result<Written, SynthError> {
        let stems: Vec<String> = self.open.keys().cloned().collect();
        let last = self.done.pop();
        for stem in stems {
            self.close(&stem)?;
        }
        self.done.extend(last);
        for name in &self.done {
            let path = self.root.join(name);
            std::fs::rename(part_of(&path), &path)
                .map_err(|error| SynthError::disk(&path, error))?;
        }
        self.is_whole = true;
        Ok(self.written)
    }

    fn begin(&mut self, name: &Path, packing: Packing) -> Result<Sink, SynthError> {
        let path = self.root.join(name);
        let failed = |error| SynthError::disk(&path, error);
        if let Some(folder) = path.parent() {
            self.make(folder).map_err(failed)?;
        }
        let file = File::create(part_of(&path)).map_err(failed)?;
        self.written.files += 1;
        match packing {
            Packing::Plain => Ok(Sink::Plain(file)),
            Packing::Gzip => Ok(Sink::Gzip(GzEncoder::new(file, flate2::Compression::fast()))),
            Packing::Zstd => {
                zstd::stream::write::Encoder::new(file, 1).map(Sink::Zstd).map_err(failed)
            }
        }
    }

    /// Makes a folder and those above it, remembering which were not there.
    fn make(&mut self, folder: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = folder.ancestors().take_while(|above| !above.exists()).collect();
        for each in missing.into_iter().rev().filter(|each| !each.as_os_str().is_empty()) {
            std::fs::create_dir(each)?;
            self.made.push(each.to_owned());
        }
        Ok(())
    }

    fn close(&mut self, stem: &str) -> Result<(), SynthError> {
        let Some(open) = self.open.remove(stem) else { return Ok(()) };
        let path = self.root.join(&open.name);
        self.done.push(open.name);
        open.sink.finish().map_err(|error| SynthError::disk(&path, error))
    }

    /// Removes what was begun; what cannot be removed keeps the ending that says it is not whole.
    fn clear(&mut self) {
        let open = std::mem::take(&mut self.open);
        let names = self.done.drain(..).chain(open.into_values().map(|open| open.name));
        for name in names {
            let path = self.root.join(name);
            let _ = std::fs::remove_file(part_of(&path)).or_else(|_| std::fs::remove_file(&path));
        }
        for folder in self.made.iter().rev() {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_whole {
            self.clear();
        }
    }
}

impl Sink {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(bytes),
            Self::Gzip(encoder) => encoder.write_all(bytes),
            Self::Zstd(encoder) => encoder.write_all(bytes),
        }
    }

    /// Ends the file; it is on the disk when this returns.
    fn finish(self) -> io::Result<()> {
        let file = match self {
            Self::Plain(file) => file,
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Zstd(encoder) => encoder.finish()?,
        };
        file.sync_data()
    }
}

/// What a file is called until all are written.
fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_full_file_is_followed_by_the_next_and_all_are_named_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut out = Folder::open(folder.path(), Packing::Plain, 20);
        for _ in 0..3 {
            out.add("A", ".ndjson", b"0123456789\n").unwrap();
        }
        out.put("truth.json", b"{}").unwrap();
        let parts = ["A.2.ndjson.part", "A.3.ndjson.part", "A.ndjson.part", "truth.json.part"];
        assert_eq!(names(folder.path()), parts);
        let written = out.finish().unwrap();
        assert_eq!(written, Written { files: 4, lines: 3, bytes: 35 });
        assert_eq!(names(folder.path()), ["A.2.ndjson", "A.3.ndjson", "A.ndjson", "truth.json"]);
    }

    #[test]
    fn what_is_given_up_leaves_nothing_but_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("new");
        let mut out = Folder::open(&root, Packing::Zstd, 20);
        out.add("fhir/A", ".ndjson", b"0123456789\n").unwrap();
        out.put("fhir/people/b.json", b"{}").unwrap();
        drop(out);
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn packed_files_say_so_and_unpack_to_the_same() {
        let folder = tempfile::tempdir().unwrap();
        for packing in [Packing::Gzip, Packing::Zstd] {
            let mut out = Folder::open(folder.path(), packing, 1_000);
            out.add("A", ".ndjson", b"one\n").unwrap();
            out.add("A", ".ndjson", b"two\n").unwrap();
            out.finish().unwrap();
        }
        let zstd = File::open(folder.path().join("A.ndjson.zst")).unwrap();
        assert_eq!(zstd::stream::decode_all(zstd).unwrap(), b"one\ntwo\n");
        let gzip = File::open(folder.path().join("A.ndjson.gz")).unwrap();
        let gzip = io::read_to_string(flate2::read::GzDecoder::new(gzip)).unwrap();
        assert_eq!(gzip, "one\ntwo\n");
    }
}
