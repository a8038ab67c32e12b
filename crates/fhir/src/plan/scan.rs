//! Reads JSON tokens from a line, checking every byte, also of what nobody asked for.
//!
//! Strings are searched eight bytes at a time, then by `memchr`. Nothing is copied: a token is told
//! by where it begins and ends. What a column does not need is passed over but still has to be
//! JSON, so a damaged line is never taken for a whole one.

use super::levels::{Levels, mark_of};

/// Objects and arrays within one another, at most; the general reader has the same limit.
pub(super) const DEPTH_MAX: u32 = 512;

/// Why the quick walk stopped. The careful reader then decides what is wrong, if anything is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not JSON at this byte.
    Broken(usize),
    /// More than [`DEPTH_MAX`] levels.
    TooDeep,
    /// A key stands twice in one object.
    Duplicate(usize),
    /// JSON, but not in the shape for which the walk is made, such as a null in an array.
    Unusual,
}

/// A string between its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quoted {
    /// First byte after the opening quote.
    pub(crate) start: usize,
    /// The closing quote.
    pub(crate) end: usize,
    /// Whether a backslash stands inside.
    pub(crate) escaped: bool,
}

/// How many words of a string are searched before `memchr`, which is quicker for long ones, begins.
const WORDS_FIRST: usize = 8;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks the bytes that end or interrupt a string: a quote, a backslash, a control character. Only
/// the lowest mark is exact.
#[inline]
fn marks(word: u64) -> u64 {
    let quote = word ^ (ONES * 0x22);
    let slash = word ^ (ONES * 0x5c);
    let found = (quote.wrapping_sub(ONES) & !quote)
        | (slash.wrapping_sub(ONES) & !slash)
        | (word.wrapping_sub(ONES * 0x20) & !word);
    found & HIGHS
}

/// A place in a line of JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Scan<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0 }
    }

    #[inline]
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    #[inline]
    pub(super) fn broken(&self) -> Fault {
        Fault::Broken(self.at)
    }

    /// The byte here, or 0 at the end, which no token begins with.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// What is left.
    #[inline]
    pub(super) fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn slice(&self, from: usize, to: usize) -> &'t [u8] {
        self.bytes.get(from..to).unwrap_or_default()
    }

    /// Passes over white space and tells the byte after it.
    #[inline]
    pub(crate) fn token(&mut self) -> u8 {
        let byte = self.peek();
        if byte > b' ' { byte } else { self.space() }
    }

    #[cold]
    fn space(&mut self) -> u8 {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        self.peek()
    }

    /// Passes one byte that must stand here after white space.
    #[inline]
    pub(crate) fn expect(&mut self, wanted: u8) -> Result<(), Fault> {
        if self.token() != wanted {
            return Err(self.broken());
        }
        self.at += 1;
        Ok(())
    }

    /// Reads a string whose opening quote is here.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Quoted, Fault> {
        let start = self.at + 1;
        let mut at = start;
        for _ in 0..WORDS_FIRST {
            let Some(word) = self.bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) else {
                break;
            };
            let found = marks(u64::from_le_bytes(*word));
            if found != 0 {
                at += (found.trailing_zeros() / 8) as usize;
                if self.bytes.get(at) == Some(&b'"') {
                    self.at = at + 1;
                    return Ok(Quoted { start, end: at, escaped: false });
                }
                break;
            }
            at += 8;
        }
        self.long_string(start, at)
    }

    /// Goes on in a string that is long, ends close to the end of the line, or has escapes.
    #[cold]
    #[inline(never)]
    fn long_string(&mut self, start: usize, from: usize) -> Result<Quoted, Fault> {
        let (mut at, mut escaped) = (from, false);
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let Some(length) = memchr::memchr2(b'"', b'\\', rest) else {
                return Err(Fault::Broken(self.bytes.len()));
            };
            let plain = rest.get(..length).unwrap_or_default();
            if plain.iter().any(|byte| *byte < b' ') {
                return Err(Fault::Broken(at));
            }
            at += length;
            if self.bytes.get(at) == Some(&b'"') {
                self.at = at + 1;
                return Ok(Quoted { start, end: at, escaped });
            }
            escaped = true;
            at += self.escape(at)?;
        }
    }

    /// The length of the escape whose backslash is at this byte.
    fn escape(&self, at: usize) -> Result<usize, Fault> {
        match self.bytes.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
            Some(b'u') if hex(self.bytes, at + 2).is_some() => Ok(6),
            _ => Err(Fault::Broken(at)),
        }
    }

    /// Reads a number; its token is kept as it is written.
    #[inline]
    pub(super) fn number(&mut self) -> Result<(usize, usize), Fault> {
        let start = self.at;
        if self.peek() == b'-' {
            self.at += 1;
        }
        if self.peek() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok((start, self.at))
    }

    #[inline]
    fn digits(&mut self) -> Result<(), Fault> {
        let from = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == from { Err(self.broken()) } else { Ok(()) }
    }

    /// Passes `true`, `false` or `null`.
    #[inline]
    pub(super) fn word(&mut self, word: &'static [u8]) -> Result<(), Fault> {
        if !self.rest().starts_with(word) {
            return Err(self.broken());
        }
        self.at += word.len();
        Ok(())
    }

    /// Passes over one value of any kind; `depth` levels are open around it.
    pub(crate) fn skip(&mut self, depth: u32) -> Result<(), Fault> {
        match self.peek() {
            b'"' => self.string().map(|_| ()),
            b'{' | b'[' => self.skip_nested(depth),
            _ => self.skip_word(),
        }
    }

    #[inline]
    fn skip_word(&mut self) -> Result<(), Fault> {
        match self.peek() {
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            b'-' | b'0'..=b'9' => self.number().map(|_| ()),
            _ => Err(self.broken()),
        }
    }

    fn skip_nested(&mut self, depth: u32) -> Result<(), Fault> {
        let mut open = Levels::default();
        loop {
            match self.token() {
                b'"' => {
                    self.string()?;
                }
                b'{' => {
                    self.at += 1;
                    if self.token() == b'}' {
                        self.at += 1;
                    } else {
                        open.push(true, depth)?;
                        self.skip_key(&mut open)?;
                        continue;
                    }
                }
                b'[' => {
                    self.at += 1;
                    if self.token() == b']' {
                        self.at += 1;
                    } else {
                        open.push(false, depth)?;
                        continue;
                    }
                }
                _ => self.skip_word()?,
            }
            if self.close(&mut open)? {
                return Ok(());
            }
        }
    }

    /// After a value: closes what ends here; tells whether all is closed, else stands before the
    /// next value.
    #[inline]
    fn close(&mut self, open: &mut Levels) -> Result<bool, Fault> {
        while open.any() {
            let object = open.top();
            match self.token() {
                b',' => {
                    self.at += 1;
                    if object {
                        self.skip_key(open)?;
                    }
                    return Ok(false);
                }
                b'}' if object => {}
                b']' if !object => {}
                _ => return Err(self.broken()),
            }
            self.at += 1;
            open.pop();
        }
        Ok(true)
    }

    #[inline]
    fn skip_key(&mut self, open: &mut Levels) -> Result<(), Fault> {
        if self.token() != b'"' {
            return Err(self.broken());
        }
        let quoted = self.string()?;
        // Written with escapes, the same key may look different: that is for the careful reader.
        if quoted.escaped {
            return Err(Fault::Unusual);
        }
        if !open.is_new(mark_of(self.slice(quoted.start, quoted.end))) {
            return Err(Fault::Duplicate(quoted.start));
        }
        self.expect(b':')
    }
}

/// Four hexadecimal digits as a number.
fn hex(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.iter().try_fold(0, |sum, byte| {
        let digit = char::from(*byte).to_digit(16)?;
        Some(sum * 16 + digit)
    })
}

/// Writes what a string with escapes means; the text is the part between the quotes and its
/// escapes have been checked. Nothing comes of half a surrogate pair.
pub(super) fn unescape(text: &str, to: &mut String) -> Option<()> {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        to.push_str(rest.get(..at)?);
        let bytes = rest.as_bytes();
        let mut length = 2;
        let char = match bytes.get(at + 1)? {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                length = 6;
                let mut code = hex(bytes, at + 2)?;
                if (0xd800..0xdc00).contains(&code) && bytes.get(at + 6..at + 8)? == b"\\u" {
                    let low = hex(bytes, at + 8).filter(|low| (0xdc00..0xe000).contains(low))?;
                    code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                    length = 12;
                }
                char::from_u32(code)?
            }
            other => char::from(*other),
        };
        to.push(char);
        rest = rest.get(at + length..)?;
    }
    to.push_str(rest);
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(text: &str) -> bool {
        let mut scan = Scan::new(text);
        scan.token();
        scan.skip(0).is_ok() && scan.token() == 0 && scan.at() == text.len()
    }

    #[test]
    fn what_is_passed_over_must_still_be_json() {
        for good in [
            r#"{"a":[1,-0.5e+10,true,null,{"b":"\u00e9\\"}],"c":{},"d":[]}"#,
            " [ { } , [ ] , \"x\" ] ",
            "0",
            "\"a string that is longer than thirty-two bytes, so the other search takes over\"",
        ] {
            assert!(whole(good), "{good}");
        }
        for bad in [
            "{\"a\":}",
            "{\"a\" 1}",
            "{\"a\":1,}",
            "[1,]",
            "[1}",
            "{\"a\":1]",
            "01",
            "1.",
            "-",
            "+1",
            "1e",
            "tru",
            "\"a",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"a\u{1}b\"",
            "{a:1}",
            "[1 2]",
            "",
            "{",
            "[",
        ] {
            assert!(!whole(bad), "{bad}");
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_met_wherever_it_stands() {
        let fault = |text: &str| Scan::new(text).skip(0).err();
        assert_eq!(fault(r#"{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}"#), None);
        assert_eq!(fault(r#"{"a":{"b":1},"b":[{"c":[],"d":1}]}"#), None);
        for twice in [
            r#"{"a":1,"a":2}"#,
            r#"[{"a":1,"b":{"c":1},"a":2}]"#,
            r#"{"x":[{"valueCodeableConcept":1,"y":{"z":{}},"valueCodeableConcept":1}]}"#,
        ] {
            assert!(matches!(fault(twice), Some(Fault::Duplicate(_))), "{twice}");
        }
        assert_eq!(fault(r#"{"a":1,"\u0061":2}"#), Some(Fault::Unusual));
    }

    #[test]
    fn more_keys_or_levels_than_are_remembered_go_to_the_careful_reader() {
        let wide: Vec<String> = (0..100).map(|n| format!("\"k{n}\":0")).collect();
        assert!(Scan::new(&format!("{{{}}}", wide.join(","))).skip(0).is_err());
        let deep = format!("{}0{}", "{\"k\":".repeat(40), "}".repeat(40));
        assert_eq!(Scan::new(&deep).skip(0), Err(Fault::Unusual));
    }

    #[test]
    fn nesting_stops_at_the_limit() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(whole(&nested(DEPTH_MAX as usize)));
        let deep = nested(10_000);
        assert_eq!(Scan::new(&deep).skip(0), Err(Fault::TooDeep));
    }

    #[test]
    fn a_string_ends_at_its_quote_wherever_that_stands() {
        for length in 0..80 {
            let text = format!("\"{}\":", "x".repeat(length));
            let mut scan = Scan::new(&text);
            let quoted = scan.string().unwrap();
            assert_eq!((quoted.start, quoted.end), (1, length + 1));
            assert_eq!(scan.peek(), b':');
        }
    }

    proptest! {
        #[test]
        fn escapes_read_back_what_was_written(text in "\\PC*|[\\x00-\\x7f😀]*") {
            let json = sonic_rs::to_string(&text).unwrap();
            let mut scan = Scan::new(&json);
            let quoted = scan.string().unwrap();
            prop_assert_eq!(quoted.end, json.len() - 1);
            let mut read = String::new();
            unescape(&json[quoted.start..quoted.end], &mut read).unwrap();
            prop_assert_eq!(read, text);
        }

        #[test]
        fn any_text_is_judged_as_the_careful_reader_judges_it(text in "[\\[\\]{}\",:0-9a-z\\\\.eE+ -]{0,24}") {
            prop_assert_eq!(whole(&text), crate::json::Node::parse(&text).is_ok());
        }
    }
}
