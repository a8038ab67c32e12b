//! The input of a run, handed out to threads in pieces.
//!
//! Plain files of lines are cut into segments that threads read themselves; compressed ones are
//! unpacked by whichever thread asks next, a block at a time; Bundles and single resources come
//! whole. Pieces are numbered in the order of the input, and the cuts depend on the input alone.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fhir::entry::{SHAPE_BYTES, Shape, shape};

use super::segments::{self, Segment};
use crate::ingest::blocks::{Blocks, Next};

/// How much of a compressed file makes one piece.
const BLOCK_BYTES: usize = 24 << 20;

/// A piece of the input.
pub(super) enum Piece {
    /// A part of a plain file of lines.
    Segment(Segment),
    /// Whole lines in memory, with the number of the first.
    Lines(Vec<u8>, u64),
    /// A file that is one JSON text.
    Whole(Vec<u8>),
    /// A line longer than the limit, which was not read into memory.
    TooLong(u64, u64),
}

/// A piece with its number and its file.
pub(super) struct Task {
    pub(super) number: usize,
    pub(super) file: Arc<PathBuf>,
    pub(super) piece: Piece,
}

/// Why the input could not be read on.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {} at line {line}: {source}", path.display())]
pub(super) struct ReadError {
    pub(super) path: PathBuf,
    pub(super) line: u64,
    pub(super) source: io::Error,
}

/// The pieces that are still to be handed out.
pub(super) struct Work {
    files: std::vec::IntoIter<PathBuf>,
    open: Option<Open>,
    number: usize,
    line_bytes_max: usize,
}

enum Open {
    Segments(Arc<PathBuf>, std::vec::IntoIter<Segment>),
    Stream(Arc<PathBuf>, Box<Blocks<Box<dyn Read + Send>>>),
}

impl Work {
    pub(super) fn new(files: Vec<PathBuf>, line_bytes_max: usize) -> Self {
        Self { files: files.into_iter(), open: None, number: 0, line_bytes_max }
    }

    /// The next piece, or nothing when all have been handed out.
    pub(super) fn next(&mut self) -> Result<Option<Task>, ReadError> {
        loop {
            if let Some((file, piece)) = self.next_of_open()? {
                self.number += 1;
                return Ok(Some(Task { number: self.number - 1, file, piece }));
            }
            let Some(path) = self.files.next() else { return Ok(None) };
            let opened = open(&path, self.line_bytes_max);
            match opened.map_err(|source| ReadError { path, line: 1, source })? {
                Opened::Ready(file, piece) => {
                    self.number += 1;
                    return Ok(Some(Task { number: self.number - 1, file, piece }));
                }
                Opened::Open(open) => self.open = Some(open),
            }
        }
    }

    fn next_of_open(&mut self) -> Result<Option<(Arc<PathBuf>, Piece)>, ReadError> {
        let next = match &mut self.open {
            None => return Ok(None),
            Some(Open::Segments(file, segments)) => {
                segments.next().map(|segment| (Arc::clone(file), Piece::Segment(segment)))
            }
            Some(Open::Stream(file, blocks)) => {
                let line = blocks.line();
                let next = blocks.next().map_err(|source| {
                    let path = file.as_ref().clone();
                    ReadError { path, line, source }
                })?;
                let piece = match next {
                    Next::Block(block) => Some(Piece::Lines(block.bytes, block.first_line)),
                    Next::TooLong { line, size_bytes } => Some(Piece::TooLong(line, size_bytes)),
                    Next::End => None,
                };
                piece.map(|piece| (Arc::clone(file), piece))
            }
        };
        if next.is_none() {
            self.open = None;
        }
        Ok(next)
    }
}

enum Opened {
    Ready(Arc<PathBuf>, Piece),
    Open(Open),
}

fn open(path: &Path, line_bytes_max: usize) -> io::Result<Opened> {
    let file = File::open(path)?;
    let size_bytes = file.metadata()?.len();
    let mut magic = [0; 4];
    let read = std::os::unix::fs::FileExt::read_at(&file, &mut magic, 0)?;
    let packed = match magic.get(..read).unwrap_or_default() {
        [0x1f, 0x8b, ..] => Packed::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd] => Packed::Zstd,
        _ => Packed::No,
    };
    let name = Arc::new(path.to_owned());
    let mut stream: Box<dyn Read + Send> = match packed {
        Packed::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(file))),
        Packed::Zstd => Box::new(zstd::Decoder::new(file)?),
        Packed::No => Box::new(file),
    };
    let mut head = Vec::new();
    stream.by_ref().take(SHAPE_BYTES as u64).read_to_end(&mut head)?;
    if shape(&head) == Shape::Whole {
        let limit = line_bytes_max as u64;
        stream.by_ref().take(limit).read_to_end(&mut head)?;
        let too_long = head.len() > line_bytes_max;
        let piece =
            if too_long { Piece::TooLong(1, head.len() as u64) } else { Piece::Whole(head) };
        return Ok(Opened::Ready(name, piece));
    }
    if packed == Packed::No {
        let file = Arc::new(File::open(path)?);
        let cut = segments::cut(&file, size_bytes).into_iter();
        return Ok(Opened::Open(Open::Segments(name, cut)));
    }
    let joined: Box<dyn Read + Send> = Box::new(io::Cursor::new(head).chain(stream));
    let blocks = Box::new(Blocks::new(joined, BLOCK_BYTES, line_bytes_max));
    Ok(Opened::Open(Open::Stream(name, blocks)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Packed {
    No,
    Gzip,
    Zstd,
}
