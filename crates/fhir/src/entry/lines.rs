//! Lines of a file of one resource per line, and which files are of that kind.

use vocab::{Issue, IssueCode, Place};

/// How a file holds its resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One JSON object per line.
    Lines,
    /// One JSON value over the whole file: a Bundle, a resource or an array of resources.
    Whole,
}

/// How many bytes of a file [`shape`] wants to see.
pub const SHAPE_BYTES: usize = 64 * 1024;

/// Tells a file's shape from its first bytes, or from all of them where there are fewer.
///
/// A damaged first line of a file of lines does not make it a whole file: only a first line that
/// ends within an object or array does, if what follows can go on from there.
#[must_use]
pub fn shape(start: &[u8]) -> Shape {
    let start = start.strip_prefix(BOM).unwrap_or(start).trim_ascii_start();
    if start.first() == Some(&b'[') {
        return Shape::Whole;
    }
    let Some(end) = memchr::memchr(b'\n', start) else {
        // One line, or the beginning of a very long one.
        let head = start.get(..start.len().min(4096)).unwrap_or_default();
        let bundle = memchr::memmem::find(head, b"\"Bundle\"").is_some();
        return if bundle && start.len() >= SHAPE_BYTES / 2 { Shape::Whole } else { Shape::Lines };
    };
    let (first, rest) = start.split_at(end);
    let Some(open) = innermost_open(first) else { return Shape::Lines };
    let first = first.trim_ascii_end();
    let next = rest.trim_ascii_start().first().copied();
    let goes_on = match first.last() {
        Some(b'{') => matches!(next, Some(b'"' | b'}')),
        Some(b'[' | b':') => true,
        Some(b',') => open == b'[' || next == Some(b'"'),
        _ => matches!(next, Some(b',' | b'}' | b']' | b':')),
    };
    if goes_on { Shape::Whole } else { Shape::Lines }
}

/// The bracket that is open at the end of the line, if one is.
fn innermost_open(line: &[u8]) -> Option<u8> {
    let (mut open, mut in_string, mut escaped) = (Vec::new(), false, false);
    for byte in line {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'{' | b'[') => open.push(*byte),
            (false, b'}' | b']') => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A line that is not blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its text, without its line end.
    pub text: &'a str,
    /// Its number in the file, from 1; blank lines count.
    pub number: u64,
}

/// The lines of a block of whole lines; `first` is the number of the block's first line.
///
/// Blank lines are passed over, a byte order mark at the start of the file and carriage returns
/// before line feeds too. A line that is not UTF-8 is an issue of its own; the others are given.
#[must_use]
pub fn lines(block: &[u8], first: u64) -> Lines<'_> {
    let block = if first == 1 { block.strip_prefix(BOM).unwrap_or(block) } else { block };
    let valid = simdutf8::basic::from_utf8(block).ok();
    Lines { rest: block, valid, next: first }
}

/// What [`lines`] gives.
#[derive(Debug)]
pub struct Lines<'a> {
    rest: &'a [u8],
    /// The same bytes as `rest`, where the whole block is UTF-8.
    valid: Option<&'a str>,
    next: u64,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Result<Line<'a>, Issue>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let number = self.next;
            self.next += 1;
            let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
            let (bytes, rest) = self.rest.split_at(end);
            let text = self.valid.and_then(|valid| valid.get(..end));
            self.rest = rest.get(1..).unwrap_or_default();
            self.valid = self.valid.and_then(|valid| valid.get(end + 1..).or(Some("")));
            let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
            if bytes.iter().all(blank) {
                continue;
            }
            let text = text.or_else(|| simdutf8::basic::from_utf8(bytes).ok());
            return Some(match text {
                Some(text) => Ok(Line { text: text.strip_suffix('\r').unwrap_or(text), number }),
                None => Err(Issue::new(IssueCode::InvalidUtf8, Place::at_line(number), "")),
            });
        }
    }
}
