//! A data file read by stretches, from any thread; what is read of a known one is what was written.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader as _, Length};

use crate::blocks::{BLOCK, Blocks};
use crate::storage::FarFile;

/// Where the file lies.
#[derive(Clone)]
pub(crate) enum Source {
    /// On this machine.
    Here(Arc<File>),
    /// In a bucket.
    Far(FarFile),
}

impl Source {
    fn bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        match self {
            Self::Here(file) => file.get_bytes(start, length),
            Self::Far(file) => file
                .range(start..start + length as u64)
                .map_err(|error| ParquetError::External(Box::new(error))),
        }
    }
}

/// A file, and what is known of it.
#[derive(Clone)]
pub(crate) struct CheckedFile {
    pub(crate) source: Source,
    /// From the lake's root.
    pub(crate) name: String,
    pub(crate) blocks: Option<Blocks>,
}

impl CheckedFile {
    pub(crate) fn size_bytes(&self) -> u64 {
        match &self.source {
            Source::Here(file) => Length::len(file.as_ref()),
            Source::Far(file) => file.size_bytes,
        }
    }

    pub(crate) fn bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let Some(blocks) = &self.blocks else { return self.source.bytes(start, length) };
        let range = start..start + length as u64;
        let around = blocks.around(&range);
        let wanted = usize::try_from(around.end - around.start).unwrap_or(usize::MAX);
        let bytes = self.source.bytes(around.start, wanted)?;
        let cut = blocks.cut(&|| self.name.clone(), (&range, &around), &bytes);
        cut.map_err(|source| ParquetError::External(Box::new(source)))
    }

    pub(crate) fn reader(&self, start: u64) -> Result<Box<dyn Read>> {
        let end = match (&self.blocks, &self.source) {
            (Some(blocks), _) => blocks.size_bytes(),
            (None, Source::Here(file)) => return Ok(Box::new(file.get_read(start)?)),
            (None, Source::Far(file)) => return Ok(Box::new(file.peek(start))),
        };
        Ok(Box::new(Blockwise { file: self.clone(), at: start, end, held: Bytes::new() }))
    }
}

/// Reads a known file on from some place, a block at a time.
struct Blockwise {
    file: CheckedFile,
    at: u64,
    end: u64,
    /// What is left of the block at hand.
    held: Bytes,
}

impl Read for Blockwise {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.held.is_empty() && self.at < self.end {
            let to = (self.at + 1).next_multiple_of(BLOCK).min(self.end);
            let length = usize::try_from(to - self.at).unwrap_or(usize::MAX);
            self.held = self.file.bytes(self.at, length).map_err(io::Error::other)?;
        }
        let taken = self.held.split_to(buffer.len().min(self.held.len()));
        if let Some(start) = buffer.get_mut(..taken.len()) {
            start.copy_from_slice(&taken);
        }
        self.at += taken.len() as u64;
        Ok(taken.len())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_read_where_it_lies_is_compared_with_what_was_written() {
        let content: Vec<u8> =
            (0..200_000_u32).map(|n| u8::try_from(n * 7 % 251).unwrap()).collect();
        let mut changed = content.clone();
        changed[140_000] ^= 4;
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&changed).unwrap();
        let (name, blocks) = ("t/x".to_owned(), Some(Blocks::of(&content)));
        let file = CheckedFile { source: Source::Here(Arc::new(file)), name, blocks };
        assert_eq!(file.bytes(100, 1_000).unwrap(), content[100..1_100]);
        assert!(file.bytes(131_071, 2).is_err());
        let mut read = Vec::new();
        assert!(file.reader(60_000).unwrap().read_to_end(&mut read).is_err());
        assert_eq!(read, content[60_000..131_072]);
    }
}
