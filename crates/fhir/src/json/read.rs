//! The reader of JSON texts.
//!
//! Our own, because depth must be bounded by us: sonic-rs recurses without a limit and overflows
//! the stack of a test thread at a hundred levels when not optimised, serde_json loses the text of
//! numbers unless told otherwise for the whole program.
//!
//! # Source
//! RFC 8259. Keys that stand twice are refused, as are lone halves of surrogate pairs.

use std::collections::HashSet;

use super::{DEPTH_MAX, JsonError, Node, Object};

/// From this many keys on, a set is made to look for a key that stands twice.
const FEW_KEYS: usize = 24;

/// Reads a text that is one JSON value.
pub(super) fn read(text: &str) -> Result<Node, JsonError> {
    let mut reader = Reader { text, at: 0 };
    let node = reader.value(0)?;
    reader.blank();
    if reader.at == text.len() { Ok(node) } else { Err(reader.broken()) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn broken(&self) -> JsonError {
        JsonError::Broken { at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Steps over one byte if it is the one wanted, blanks before it too.
    fn take(&mut self, byte: u8) -> bool {
        self.blank();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.take(byte) { Ok(()) } else { Err(self.broken()) }
    }

    fn value(&mut self, depth: usize) -> Result<Node, JsonError> {
        self.blank();
        match self.peek() {
            Some(b'{') => self.object(depth + 1).map(Node::Object),
            Some(b'[') => self.array(depth + 1).map(Node::Array),
            Some(b'"') => self.string().map(Node::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Node::Number),
            Some(b't') => self.word("true", Node::Bool(true)),
            Some(b'f') => self.word("false", Node::Bool(false)),
            Some(b'n') => self.word("null", Node::Null),
            _ => Err(self.broken()),
        }
    }

    fn word(&mut self, word: &str, node: Node) -> Result<Node, JsonError> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(self.broken());
        }
        self.at += word.len();
        Ok(node)
    }

    fn open(&mut self, depth: usize) -> Result<(), JsonError> {
        if depth > DEPTH_MAX {
            return Err(JsonError::TooDeep);
        }
        self.at += 1;
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Node>, JsonError> {
        self.open(depth)?;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(items);
        }
        loop {
            items.push(self.value(depth)?);
            if !self.take(b',') {
                self.expect(b']')?;
                return Ok(items);
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Object, JsonError> {
        self.open(depth)?;
        let mut entries: Vec<(Box<str>, Node)> = Vec::new();
        let mut seen: HashSet<Box<str>> = HashSet::new();
        if self.take(b'}') {
            return Ok(Object { entries });
        }
        loop {
            self.blank();
            let key = self.string()?;
            if entries.len() == FEW_KEYS {
                seen = entries.iter().map(|(key, _)| key.clone()).collect();
            }
            let twice = if entries.len() < FEW_KEYS {
                entries.iter().any(|(name, _)| *name == key)
            } else {
                !seen.insert(key.clone())
            };
            if twice {
                return Err(JsonError::DuplicateKey { key: key.into() });
            }
            self.expect(b':')?;
            entries.push((key, self.value(depth)?));
            if !self.take(b',') {
                self.expect(b'}')?;
                return Ok(Object { entries });
            }
        }
    }

    fn string(&mut self) -> Result<Box<str>, JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.broken());
        }
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            let plain = self.text.get(start..self.at).unwrap_or_default();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    if out.is_empty() {
                        return Ok(plain.into());
                    }
                    out.push_str(plain);
                    return Ok(out.into());
                }
                Some(b'\\') => {
                    out.push_str(plain);
                    self.at += 1;
                    out.push(self.escape()?);
                }
                _ => return Err(self.broken()),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let letter = self.peek().ok_or_else(|| self.broken())?;
        let plain = match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.broken()),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode(&mut self) -> Result<char, JsonError> {
        let high = self.hex()?;
        let mut code = high;
        if (0xD800..0xDC00).contains(&high) {
            self.expect_exactly("\\u")?;
            let low = self.hex()?;
            if !(0xDC00..0xE000).contains(&low) {
                return Err(self.broken());
            }
            code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        }
        char::from_u32(code).ok_or_else(|| self.broken())
    }

    fn expect_exactly(&mut self, word: &str) -> Result<(), JsonError> {
        self.word(word, Node::Null).map(|_| ())
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.broken())?;
        self.at += 4;
        Ok(code)
    }

    fn digits(&mut self) -> Result<usize, JsonError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err(self.broken()) } else { Ok(self.at - start) }
    }

    fn number(&mut self) -> Result<Box<str>, JsonError> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let zero = self.peek() == Some(b'0');
        if self.digits()? > 1 && zero {
            return Err(self.broken());
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default().into())
    }
}
