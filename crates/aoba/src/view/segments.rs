//! A plain file cut into segments that threads read side by side, each ending at a line's end.
//!
//! A line belongs to the segment in which its first byte lies, so every line is read once. The cuts
//! depend on the file's size alone: the same input gives the same segments on any machine.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

/// The largest segment: what one thread turns into one row group.
const SEGMENT_BYTES_MAX: u64 = 32 << 20;
/// The smallest: below this a thread is not worth its start.
const SEGMENT_BYTES_MIN: u64 = 4 << 20;
/// Segments a file is cut into where the two bounds allow.
const SEGMENTS_WANTED: u64 = 4;

/// A part of a file, from the first line that begins in it to the end of the last.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    file: Arc<File>,
    start: u64,
    end: u64,
}

/// Cuts a file of `size_bytes`.
pub(crate) fn cut(file: &Arc<File>, size_bytes: u64) -> Vec<Segment> {
    let wanted = size_bytes.div_ceil(SEGMENTS_WANTED);
    let step = wanted.clamp(SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX);
    let count = size_bytes.div_ceil(step);
    (0..count)
        .map(|at| Segment {
            file: Arc::clone(file),
            start: at * step,
            end: ((at + 1) * step).min(size_bytes),
        })
        .collect()
}

impl Segment {
    /// Whether it begins the file, where a byte order mark may stand.
    pub(crate) fn is_first(&self) -> bool {
        self.start == 0
    }

    /// Reads its lines.
    pub(crate) fn open(&self) -> SegmentReader {
        SegmentReader { segment: self.clone(), at: self.start, state: State::Before }
    }

    /// The number of its first line, from 1: counted only when something must be told.
    pub(crate) fn first_line(&self) -> io::Result<u64> {
        let (mut line, mut at, mut buffer) = (1, 0, vec![0; 1 << 20]);
        let first = self.open().find_start()?;
        while at < first {
            let wanted = usize::try_from(first - at).unwrap_or(buffer.len()).min(buffer.len());
            let part = buffer.get_mut(..wanted).unwrap_or_default();
            let read = self.file.read_at(part, at)?;
            if read == 0 {
                break;
            }
            line += memchr::memchr_iter(b'\n', part.get(..read).unwrap_or_default()).count() as u64;
            at += read as u64;
        }
        Ok(line)
    }
}

/// Reads a segment's bytes.
pub(crate) struct SegmentReader {
    segment: Segment,
    at: u64,
    state: State,
}

enum State {
    /// The first line's start is not yet known.
    Before,
    /// Inside.
    Within,
    /// The last line has ended.
    Ended,
}

impl SegmentReader {
    /// Where the first line begins that belongs here.
    fn find_start(&self) -> io::Result<u64> {
        let Some(mut at) = self.segment.start.checked_sub(1) else { return Ok(0) };
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = self.segment.file.read_at(&mut buffer, at)?;
            let part = buffer.get(..read).unwrap_or_default();
            if let Some(found) = memchr::memchr(b'\n', part) {
                return Ok(at + found as u64 + 1);
            }
            if read == 0 {
                return Ok(at);
            }
            at += read as u64;
        }
    }
}

impl Read for SegmentReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if matches!(self.state, State::Before) {
            self.at = self.find_start()?;
            let none = self.at >= self.segment.end;
            self.state = if none { State::Ended } else { State::Within };
        }
        if matches!(self.state, State::Ended) {
            return Ok(0);
        }
        let read = self.segment.file.read_at(buffer, self.at)?;
        if read == 0 {
            self.state = State::Ended;
            return Ok(0);
        }
        // The last byte of the segment may be inside a line: it is read to its end.
        let last = self.segment.end - 1;
        let from = usize::try_from(last.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let rest = buffer.get(..read).and_then(|part| part.get(from..)).unwrap_or_default();
        if let Some(found) = memchr::memchr(b'\n', rest) {
            self.state = State::Ended;
            self.at += (from + found + 1) as u64;
            return Ok(from + found + 1);
        }
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments_of(text: &str, step: u64) -> Vec<Segment> {
        let mut file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut file, text.as_bytes()).unwrap();
        let file = Arc::new(file);
        let size = text.len() as u64;
        (0..size.div_ceil(step))
            .map(|at| Segment {
                file: Arc::clone(&file),
                start: at * step,
                end: ((at + 1) * step).min(size),
            })
            .collect()
    }

    #[test]
    fn segments_together_are_the_file_and_each_ends_at_a_lines_end() {
        let text: String = (0..300).map(|n| format!("{n}:{}\n", "x".repeat(n % 23))).collect();
        for cut in [&text, text.trim_end()] {
            for step in [1, 2, 7, 50, 1000, 1 << 20] {
                let mut joined = String::new();
                for segment in segments_of(cut, step) {
                    let mut part = String::new();
                    segment.open().read_to_string(&mut part).unwrap();
                    let lines_before = joined.lines().count() as u64;
                    if !part.is_empty() {
                        assert_eq!(segment.first_line().unwrap(), lines_before + 1);
                    }
                    joined.push_str(&part);
                    assert!(joined.is_empty() || joined.ends_with('\n') || joined == *cut);
                }
                assert_eq!(joined, *cut, "steps of {step}");
            }
        }
    }
}
