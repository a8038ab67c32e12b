//! The kept files of a load, handed out to threads in pieces.

use std::io::{self, Read};
use std::sync::Arc;

use fhir::entry::{SHAPE_BYTES, Shape, shape};
use lake::landing::{Landing, LandingError, LandingReader};
use vocab::{Issue, IssueCode, LandingId, Place};

use super::blocks::{Block, Blocks, Next};

/// How much of a file makes one piece.
const BLOCK_BYTES: usize = 4 << 20;

/// A kept file to be read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// Its number in this load.
    pub(super) number: u32,
    /// Its bytes.
    pub(super) id: LandingId,
    /// Its name as the person gave it.
    pub(super) name: String,
    /// Its size as received.
    pub(super) size_bytes: u64,
    /// The system that sent it, and that system's number in this load.
    pub(super) source: (u16, Arc<str>),
    /// What it holds.
    pub(super) kind: Kind,
    /// Which load it came in, counted from 1 in the order in which they are read here.
    pub(super) load: u32,
    /// An earlier load has taken it: it is read only to know what is in it.
    pub(super) already_held: bool,
}

/// What a kept file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Resources and deletions, as a system sent them.
    Received,
    /// A recipe, from which records are made.
    Recipe,
    /// Deletions of what a full load did not hold.
    Missing,
}

impl Kind {
    /// What a file is, by the word kept with it.
    pub(super) fn of_word(word: &str) -> Self {
        match word {
            super::recipe::KIND => Self::Recipe,
            super::missing::KIND => Self::Missing,
            _ => Self::Received,
        }
    }
}

/// A part of a file.
pub(super) enum Piece {
    /// Whole lines, with the number of the first.
    Lines(Block),
    /// A file that is one JSON text.
    Whole(Vec<u8>),
    /// Something that is not a resource.
    Issue(Issue),
}

/// Files that are still to be read.
pub(super) struct Pieces {
    landing: Landing,
    files: std::vec::IntoIter<Source>,
    open: Option<(Source, Blocks<Content>)>,
    /// The end of a file that was received broken, told after its whole lines.
    damage: Option<(Source, Issue)>,
    line_bytes_max: usize,
}

type Content = io::Chain<io::Cursor<Vec<u8>>, LandingReader>;

impl Pieces {
    /// Reads these files in this order.
    pub(super) fn new(landing: Landing, files: Vec<Source>, line_bytes_max: usize) -> Self {
        Self { landing, files: files.into_iter(), open: None, damage: None, line_bytes_max }
    }

    /// The next piece and its file.
    ///
    /// # Errors
    /// When a kept file is no longer what was received, or cannot be read. A file that was
    /// received broken is not an error: its whole lines come first, then an issue.
    pub(super) fn next(&mut self) -> Result<Option<(Source, Piece)>, LandingError> {
        loop {
            if let Some((source, issue)) = self.damage.take() {
                return Ok(Some((source, Piece::Issue(issue))));
            }
            if let Some((source, blocks)) = &mut self.open {
                let source = source.clone();
                let next = blocks.next();
                let piece = match next {
                    Ok(Next::Block(block)) => Piece::Lines(block),
                    Ok(Next::TooLong { line, size_bytes }) => {
                        Piece::Issue(too_long(line, size_bytes))
                    }
                    Ok(Next::End) => {
                        self.open = None;
                        continue;
                    }
                    Err(error) => {
                        let rest = blocks.take_rest();
                        let line = blocks.line();
                        self.broken(&source, error, rest, line)?
                    }
                };
                return Ok(Some((source, piece)));
            }
            let Some(source) = self.files.next() else { return Ok(None) };
            if let Some(piece) = self.begin(&source)? {
                return Ok(Some((source, piece)));
            }
        }
    }

    /// Opens a file: gives it whole, or leaves it open to be read in blocks.
    fn begin(&mut self, source: &Source) -> Result<Option<Piece>, LandingError> {
        let mut content = self.landing.read(source.id)?;
        let mut head = Vec::new();
        let mut failed = read_up_to(&mut content, SHAPE_BYTES, &mut head).err();
        if failed.is_none() && shape(&head) == Shape::Whole {
            failed = read_up_to(&mut content, self.line_bytes_max + 1, &mut head).err();
            if failed.is_none() {
                return Ok(Some(if head.len() > self.line_bytes_max {
                    Piece::Issue(too_long(1, source.size_bytes))
                } else {
                    Piece::Whole(head)
                }));
            }
        }
        if let Some(error) = failed {
            // What came before the damage is read as lines; the damage is told when it is met.
            let cut = memchr::memrchr(b'\n', &head).map_or(0, |at| at + 1);
            head.truncate(cut);
            let line = memchr::memchr_iter(b'\n', &head).count() as u64 + 1;
            let rest = Block { bytes: head, first_line: 1 };
            return self.broken(source, error, rest, line).map(Some);
        }
        let content = io::Cursor::new(head).chain(content);
        let blocks = Blocks::new(content, BLOCK_BYTES, self.line_bytes_max);
        self.open = Some((source.clone(), blocks));
        Ok(None)
    }

    /// Gives the whole lines before the damage, then an issue where it is.
    fn broken(
        &mut self,
        source: &Source,
        error: io::Error,
        rest: Block,
        line: u64,
    ) -> Result<Piece, LandingError> {
        let error = match LandingError::from_read(error) {
            Ok(LandingError::BrokenArchive { .. }) => None,
            Ok(error) => Some(error),
            Err(source_error) => {
                let name = source.name.clone();
                Some(LandingError::Received { name, source: source_error })
            }
        };
        if let Some(error) = error {
            return Err(error);
        }
        self.open = None;
        let issue = Issue::new(IssueCode::BrokenArchive, Place::at_line(line), "");
        if rest.bytes.is_empty() {
            return Ok(Piece::Issue(issue));
        }
        self.damage = Some((source.clone(), issue));
        Ok(Piece::Lines(rest))
    }
}

fn too_long(line: u64, size_bytes: u64) -> Issue {
    Issue::new(IssueCode::TooLong, Place::at_line(line), format!("{size_bytes} bytes"))
}

/// Appends to `to` until it holds `length` bytes or the content ends.
fn read_up_to(content: &mut impl Read, length: usize, to: &mut Vec<u8>) -> io::Result<()> {
    let missing = u64::try_from(length.saturating_sub(to.len())).unwrap_or(u64::MAX);
    content.by_ref().take(missing).read_to_end(to).map(|_| ())
}
