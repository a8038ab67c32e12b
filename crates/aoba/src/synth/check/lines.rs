//! Lines of one type, patient after patient, from files or from memory.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::super::trouble::SynthError;

/// Bytes read at a time.
const BUFFER_BYTES: usize = 1 << 18;

/// The lines of one series of files, of which one can be looked at before it is taken.
pub(super) struct Lines {
    name: String,
    waiting: VecDeque<PathBuf>,
    reader: Option<Box<dyn BufRead + Send>>,
    line: Vec<u8>,
    number: u64,
    is_held: bool,
}

impl Lines {
    /// The lines of `stem.ending`, `stem.2.ending` and so on, plain or packed; none if no such
    /// file is there.
    pub(super) fn of_files(folder: &Path, stem: &str, ending: &str) -> Self {
        let mut waiting = VecDeque::new();
        for part in 1_u32.. {
            let number = if part > 1 { format!(".{part}") } else { String::new() };
            let names = ["", ".gz", ".zst"].map(|packed| format!("{stem}{number}{ending}{packed}"));
            let found = names.iter().map(|name| folder.join(name)).find(|path| path.exists());
            let Some(path) = found else { break };
            waiting.push_back(path);
        }
        Self::new(stem.to_owned(), waiting, None)
    }

    /// The lines of these bytes.
    pub(super) fn of_bytes(name: &str, bytes: Vec<u8>) -> Self {
        Self::new(name.to_owned(), VecDeque::new(), Some(Box::new(Cursor::new(bytes))))
    }

    fn new(
        name: String,
        waiting: VecDeque<PathBuf>,
        reader: Option<Box<dyn BufRead + Send>>,
    ) -> Self {
        Self { name, waiting, reader, line: Vec::new(), number: 0, is_held: false }
    }

    /// The next line, which stays the next until it is taken; none at the end.
    pub(super) fn peek(&mut self) -> Result<Option<&[u8]>, SynthError> {
        while !self.is_held {
            if self.reader.is_none() {
                let Some(path) = self.waiting.pop_front() else { return Ok(None) };
                self.reader = Some(open(&path).map_err(|error| SynthError::disk(&path, error))?);
                (self.name, self.number) = (path.display().to_string(), 0);
            }
            let Some(reader) = &mut self.reader else { continue };
            self.line.clear();
            let name = Path::new(&self.name);
            let read = reader.read_until(b'\n', &mut self.line);
            if read.map_err(|error| SynthError::disk(name, error))? == 0 {
                self.reader = None;
                continue;
            }
            self.number += 1;
            self.is_held = !self.line.trim_ascii().is_empty();
        }
        Ok(Some(&self.line))
    }

    /// Takes the line that was looked at.
    pub(super) fn take(&mut self) {
        self.is_held = false;
    }

    /// The next line as a value, which stays the next until it is taken.
    pub(super) fn peek_as<T: DeserializeOwned>(&mut self) -> Result<Option<T>, SynthError> {
        let told = match self.peek()? {
            None => return Ok(None),
            Some(line) => serde_json::from_slice(line),
        };
        told.map(Some).map_err(|error| self.wrong(error.to_string()))
    }

    /// Tells what is wrong with the line that was looked at.
    pub(super) fn wrong(&self, what: impl Into<String>) -> SynthError {
        SynthError::Unreadable {
            place: format!("{}:{}", self.name, self.number),
            what: what.into(),
        }
    }
}

fn open(path: &Path) -> std::io::Result<Box<dyn BufRead + Send>> {
    let file = File::open(path)?;
    let packed = path.extension().unwrap_or_default();
    Ok(if packed == "gz" {
        let file = flate2::read::MultiGzDecoder::new(file);
        Box::new(BufReader::with_capacity(BUFFER_BYTES, file))
    } else if packed == "zst" {
        let file = zstd::stream::read::Decoder::new(file)?;
        Box::new(BufReader::with_capacity(BUFFER_BYTES, file))
    } else {
        Box::new(BufReader::with_capacity(BUFFER_BYTES, file))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_follow_one_another_and_a_line_is_next_until_it_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("A.ndjson"), "1\n2\n\n").unwrap();
        let packed = zstd::encode_all(&b"3\n4"[..], 1).unwrap();
        std::fs::write(folder.path().join("A.2.ndjson.zst"), packed).unwrap();
        let mut lines = Lines::of_files(folder.path(), "A", ".ndjson");
        let mut all = Vec::new();
        while let Some(number) = lines.peek_as::<u8>().unwrap() {
            assert_eq!(lines.peek_as::<u8>().unwrap(), Some(number));
            all.push(number);
            lines.take();
        }
        assert_eq!(all, [1, 2, 3, 4]);
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        let mut lines = Lines::of_bytes("memory", b"1\n{\n".to_vec());
        assert_eq!(lines.peek_as::<u8>().unwrap(), Some(1));
        lines.take();
        let error = lines.peek_as::<u8>().unwrap_err();
        assert!(error.to_string().contains("memory:2"), "{error}");
    }
}
