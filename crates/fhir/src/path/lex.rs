//! The words of a FHIRPath expression.
//!
//! # Source
//! FHIRPath 3.0.0, lexical elements of the grammar.

use super::PathError;

/// One word and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) at: usize,
}

/// The kinds of words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    /// A name without back-ticks; keywords too.
    Name(String),
    /// `` `any text` ``
    Delimited(String),
    /// `'text'`
    String(String),
    /// Digits only.
    Integer(String),
    /// Digits and `L`.
    Long(String),
    /// Digits, a point, digits.
    Decimal(String),
    /// `@2024-05`, without the `@`.
    Date(String),
    /// `@2024-05-17T10:00`, without the `@`.
    DateTime(String),
    /// `@T10:00`, without the `@T`.
    Time(String),
    /// `$this` and its kind, without the `$`.
    Dollar(String),
    /// Operators and brackets.
    Symbol(&'static str),
    /// The end of the text.
    End,
}

const SYMBOLS: &[&str] = &[
    "<=", ">=", "!=", "!~", "<", ">", "=", "~", "+", "-", "*", "/", "&", "|", ".", ",", "(", ")",
    "[", "]", "{", "}", "%",
];

/// Splits a text into words; the last is always [`TokenKind::End`].
pub(crate) fn lex(text: &str) -> Result<Vec<Token>, PathError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank()?;
        let at = lexer.at;
        let kind = lexer.token()?;
        let end = kind == TokenKind::End;
        tokens.push(Token { kind, at });
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn take(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    fn skip_blank(&mut self) -> Result<(), PathError> {
        loop {
            self.take_while(char::is_whitespace);
            let at = self.at;
            if self.take("//") {
                self.take_while(|c| c != '\n' && c != '\r');
            } else if self.take("/*") {
                let Some(end) = self.rest().find("*/") else {
                    return Err(PathError::new(at, "the comment has no end; close it with '*/'"));
                };
                self.at += end + 2;
            } else {
                return Ok(());
            }
        }
    }

    fn token(&mut self) -> Result<TokenKind, PathError> {
        let at = self.at;
        match self.peek() {
            None => Ok(TokenKind::End),
            Some('\'') => self.quoted('\'').map(TokenKind::String),
            Some('`') => self.quoted('`').map(TokenKind::Delimited),
            Some('@') => self.moment(),
            Some('$') => {
                self.at += 1;
                Ok(TokenKind::Dollar(self.take_while(is_name).to_owned()))
            }
            Some(c) if c.is_ascii_digit() => Ok(self.number()),
            Some(c) if is_name(c) => Ok(TokenKind::Name(self.take_while(is_name).to_owned())),
            Some('"') => Err(PathError::new(at, "text is written in single quotes: 'text'")),
            Some(c) => match SYMBOLS.iter().find(|symbol| self.rest().starts_with(*symbol)) {
                Some(symbol) => {
                    self.at += symbol.len();
                    Ok(TokenKind::Symbol(symbol))
                }
                None => {
                    let message = format!("the character {c:?} has no meaning here");
                    Err(PathError::new(at, message))
                }
            },
        }
    }

    fn number(&mut self) -> TokenKind {
        let start = self.at;
        let digits = self.take_while(|c| c.is_ascii_digit());
        if self.take("L") {
            return TokenKind::Long(digits.to_owned());
        }
        let mut rest = self.rest().chars();
        if rest.next() == Some('.') && rest.next().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            self.take_while(|c| c.is_ascii_digit());
            return TokenKind::Decimal(self.text.get(start..self.at).unwrap_or_default().into());
        }
        TokenKind::Integer(digits.to_owned())
    }

    /// Reads text between quotes, escapes resolved.
    fn quoted(&mut self, quote: char) -> Result<String, PathError> {
        let start = self.at;
        self.at += quote.len_utf8();
        let mut out = String::new();
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            match c {
                '\\' => out.push(self.escape()?),
                c if c == quote => return Ok(out),
                c => out.push(c),
            }
        }
        Err(PathError::new(start, format!("the text that begins here has no closing {quote}")))
    }

    fn escape(&mut self) -> Result<char, PathError> {
        let at = self.at.saturating_sub(1);
        let c = self.peek().unwrap_or_default();
        self.at += c.len_utf8().min(self.rest().len());
        match c {
            '\'' | '"' | '`' | '\\' | '/' => Ok(c),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'u' => self.unicode(at),
            _ => Err(PathError::new(
                at,
                r"after \ write one of ' ` \ / f n r t or uXXXX; a backslash itself is \\",
            )),
        }
    }

    /// Reads `XXXX`, and the second half where the first is half a surrogate pair.
    fn unicode(&mut self, at: usize) -> Result<char, PathError> {
        let high = self.hex(at)?;
        let code = if (0xD800..0xDC00).contains(&high) && self.take("\\u") {
            let low = self.hex(at)?;
            0x10000 + ((high - 0xD800) << 10) + (low.wrapping_sub(0xDC00) & 0x3FF)
        } else {
            high
        };
        char::from_u32(code)
            .ok_or_else(|| PathError::new(at, "this \\u escape is half of a surrogate pair"))
    }

    fn hex(&mut self, at: usize) -> Result<u32, PathError> {
        let digits = self.rest().get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| PathError::new(at, "\\u takes four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }

    /// Reads `@…`: a date, a date and time, or a time.
    fn moment(&mut self) -> Result<TokenKind, PathError> {
        let at = self.at;
        self.at += 1;
        if self.take("T") {
            let start = self.at;
            self.clock();
            let text = self.text.get(start..self.at).unwrap_or_default();
            if !valid_clock(text) {
                return Err(PathError::new(at, "a time is written @T10:30:00"));
            }
            return Ok(TokenKind::Time(text.to_owned()));
        }
        let start = self.at;
        self.digit_groups("-", &[4, 2, 2]);
        let date = self.text.get(start..self.at).unwrap_or_default();
        if !valid_date(date) {
            return Err(PathError::new(
                at,
                "not a day in the calendar; a date is written @2024, @2024-05 or @2024-05-17",
            ));
        }
        if !self.take("T") {
            return Ok(TokenKind::Date(date.to_owned()));
        }
        let clock_at = self.at;
        self.clock();
        let clock = self.text.get(clock_at..self.at).unwrap_or_default();
        if !clock.is_empty() && !valid_clock(clock) {
            return Err(PathError::new(clock_at, "no such time; write T10:30:00"));
        }
        if !clock.is_empty() {
            self.offset();
        }
        Ok(TokenKind::DateTime(self.text.get(start..self.at).unwrap_or_default().to_owned()))
    }

    /// Steps over `hh:mm:ss.fff` as far as it goes.
    fn clock(&mut self) {
        if self.digit_groups(":", &[2, 2, 2]) == 3 {
            let mut rest = self.rest().chars();
            if rest.next() == Some('.') && rest.next().is_some_and(|c| c.is_ascii_digit()) {
                self.at += 1;
                self.take_while(|c| c.is_ascii_digit());
            }
        }
    }

    fn offset(&mut self) {
        let rest = self.rest().as_bytes();
        if rest.first() == Some(&b'Z') {
            self.at += 1;
        } else if let Some([b'+' | b'-', a, b, b':', c, d]) = rest.get(..6)
            && [a, b, c, d].iter().all(|byte| byte.is_ascii_digit())
        {
            self.at += 6;
        }
    }

    /// Steps over groups of digits of given lengths; returns how many there were.
    fn digit_groups(&mut self, separator: &str, lengths: &[usize]) -> usize {
        for (index, length) in lengths.iter().enumerate() {
            let skip = if index == 0 { 0 } else { separator.len() };
            let rest = self.rest();
            let separated = index == 0 || rest.starts_with(separator);
            let digits = rest.get(skip..skip + length).unwrap_or_default();
            if !separated || digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return index;
            }
            self.at += skip + length;
        }
        lengths.len()
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn valid_date(text: &str) -> bool {
    let part = |range| text.get(range).and_then(|part: &str| part.parse::<i8>().ok());
    let year = text.get(..4).and_then(|year| year.parse::<i16>().ok());
    let (Some(year), 4 | 7 | 10) = (year, text.len()) else { return false };
    let month = if text.len() > 4 { part(5..7) } else { Some(1) };
    let day = if text.len() > 7 { part(8..10) } else { Some(1) };
    match (month, day) {
        (Some(month), Some(day)) => jiff::civil::Date::new(year, month, day).is_ok(),
        _ => false,
    }
}

fn valid_clock(text: &str) -> bool {
    let part = |range| text.get(range).and_then(|part: &str| part.parse::<u8>().ok());
    let minute = if text.len() > 2 { part(3..5) } else { Some(0) };
    let second = if text.len() > 5 { part(6..8) } else { Some(0) };
    part(0..2).is_some_and(|hour| hour < 24)
        && minute.is_some_and(|minute| minute < 60)
        && second.is_some_and(|second| second < 60)
}
