//! A file's content, cut into blocks of whole lines.

use std::io::{self, Read};

/// A block of whole lines.
pub(crate) struct Block {
    /// The bytes; the last line may lack its line feed.
    pub(crate) bytes: Vec<u8>,
    /// The number of the first line, from 1.
    pub(crate) first_line: u64,
}

/// What [`Blocks`] gives next.
pub(crate) enum Next {
    /// Whole lines.
    Block(Block),
    /// A line longer than the limit; its bytes were read past and not kept in memory.
    TooLong {
        /// Its number, from 1.
        line: u64,
        /// How long it is.
        size_bytes: u64,
    },
    /// The end.
    End,
}

/// Cuts a stream into blocks of about one size, each ending at a line's end.
pub(crate) struct Blocks<R> {
    source: R,
    /// Bytes of an unfinished line, kept for the next block.
    rest: Vec<u8>,
    block_bytes: usize,
    line_bytes_max: usize,
    line: u64,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// Reads `source` in blocks of about `block_bytes`.
    pub(crate) fn new(source: R, block_bytes: usize, line_bytes_max: usize) -> Self {
        Self { source, rest: Vec::new(), block_bytes, line_bytes_max, line: 1, ended: false }
    }

    /// The number of the line at which reading stands: where damage is, when it is met.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// What was read of a line before an error cut it off, and the whole lines before it.
    pub(crate) fn take_rest(&mut self) -> Block {
        let bytes = std::mem::take(&mut self.rest);
        let cut = memchr::memrchr(b'\n', &bytes).map_or(0, |at| at + 1);
        let first_line = self.line;
        self.line += count_lines(bytes.get(..cut).unwrap_or_default());
        Block { bytes: bytes.get(..cut).unwrap_or_default().to_vec(), first_line }
    }

    /// Gives the next block.
    ///
    /// # Errors
    /// When the source fails; the whole lines read before it are in [`Blocks::take_rest`].
    pub(crate) fn next(&mut self) -> io::Result<Next> {
        let mut wanted = self.block_bytes;
        loop {
            self.fill(wanted)?;
            if let Some(at) = memchr::memrchr(b'\n', &self.rest) {
                let tail = self.rest.split_off(at + 1);
                return Ok(self.give(tail));
            }
            if self.ended {
                let block = if self.rest.is_empty() { Next::End } else { self.give(Vec::new()) };
                return Ok(block);
            }
            if self.rest.len() > self.line_bytes_max {
                return self.skip_line();
            }
            wanted = wanted.saturating_mul(2).min(self.line_bytes_max + self.block_bytes);
        }
    }

    fn give(&mut self, tail: Vec<u8>) -> Next {
        let bytes = std::mem::replace(&mut self.rest, tail);
        let first_line = self.line;
        self.line += count_lines(&bytes);
        Next::Block(Block { bytes, first_line })
    }

    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        self.rest.reserve(wanted.saturating_sub(self.rest.len()));
        while self.rest.len() < wanted && !self.ended {
            let missing = wanted - self.rest.len();
            let limit = u64::try_from(missing).unwrap_or(u64::MAX);
            let read = self.source.by_ref().take(limit).read_to_end(&mut self.rest)?;
            self.ended = read < missing;
        }
        Ok(())
    }

    /// Reads past the rest of a line that is too long.
    fn skip_line(&mut self) -> io::Result<Next> {
        let line = self.line;
        let mut size_bytes = self.rest.len() as u64;
        self.rest.clear();
        loop {
            self.fill(self.block_bytes)?;
            if let Some(at) = memchr::memchr(b'\n', &self.rest) {
                size_bytes += at as u64;
                self.rest.drain(..=at);
                break;
            }
            size_bytes += self.rest.len() as u64;
            self.rest.clear();
            if self.ended {
                break;
            }
        }
        self.line += 1;
        Ok(Next::TooLong { line, size_bytes })
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, block: usize, longest: usize) -> Vec<(u64, String)> {
        let mut blocks = Blocks::new(text.as_bytes(), block, longest);
        let mut got = Vec::new();
        loop {
            match blocks.next().unwrap() {
                Next::Block(block) => {
                    let text = String::from_utf8(block.bytes).unwrap();
                    let numbered = text.lines().zip(block.first_line..);
                    got.extend(numbered.map(|(line, number)| (number, line.to_owned())));
                }
                Next::TooLong { line, size_bytes } => got.push((line, format!("!{size_bytes}"))),
                Next::End => return got,
            }
        }
    }

    #[test]
    fn every_line_comes_once_with_its_number_whatever_the_block() {
        let text: String = (1..200).map(|n| format!("{}\n", "x".repeat(n % 17))).collect();
        let wanted: Vec<_> = (1..200).map(|n| (n as u64, "x".repeat(n % 17))).collect();
        for block in [1, 7, 64, 100_000] {
            assert_eq!(lines(&text, block, 1000), wanted, "blocks of {block}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_told_and_the_next_ones_are_read() {
        let text = format!("a\n{}\nb", "y".repeat(5000));
        let got = lines(&text, 64, 100);
        assert_eq!(got.len(), 3, "{got:?}");
        assert_eq!(got[0], (1, "a".to_owned()));
        assert_eq!(got[1], (2, "!5000".to_owned()));
        assert_eq!(got[2], (3, "b".to_owned()));
    }

    #[test]
    fn an_empty_file_has_no_lines() {
        assert!(lines("", 64, 100).is_empty());
    }
}
