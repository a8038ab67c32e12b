//! The text of a definition as words with places.

use crate::ast::{LocalDate, TimeUnit};
use crate::problem::{Position, Problem, ProblemCode};

/// One word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    /// A name or a word of the language.
    Name(String),
    /// A number, as written.
    Number(String),
    /// `90d`
    Span(u32, TimeUnit),
    /// Digits and letters that are no length of time; refused where met, unless part of a unit.
    NotSpan(String),
    /// `2024-05-17`
    Date(LocalDate),
    /// A text in quotes, without them.
    Quoted(String),
    /// A sign: `( ) [ ] , : . | + - * / = != < <= > >=`.
    Sign(&'static str),
    /// Something else; it is refused where it is met, unless it is part of a unit.
    Other(char),
    /// The end of the text.
    End,
}

/// A word with its place.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) word: Word,
    pub(super) at: Position,
    /// Where it begins and ends, in bytes.
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) starts_line: bool,
}

/// A comment with its place.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub(super) text: String,
    pub(super) line: u32,
    /// How many words stand before it.
    pub(super) after: usize,
    /// Whether a word stands before it on its line.
    pub(super) trails: bool,
}

/// The words of a text.
pub(super) struct Tokens {
    pub(super) words: Vec<Token>,
    pub(super) comments: Vec<Comment>,
    pub(super) problems: Vec<Problem>,
}

const SIGNS: &[&str] =
    &["!=", "<=", ">=", "(", ")", "[", "]", ",", ":", ".", "|", "+", "-", "*", "/", "=", "<", ">"];

/// Cuts a text into words.
pub(super) fn cut(text: &str) -> Tokens {
    let mut cutter = Cutter {
        text,
        at: 0,
        line: 1,
        line_from: 0,
        column_at: (0, 1),
        fresh_line: true,
        out: Tokens { words: Vec::new(), comments: Vec::new(), problems: Vec::new() },
    };
    cutter.run();
    cutter.out
}

struct Cutter<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    line_from: usize,
    /// A byte of this line and its column, so that a long line is walked once.
    column_at: (usize, u32),
    fresh_line: bool,
    out: Tokens,
}

impl Cutter<'_> {
    fn run(&mut self) {
        // An editor's mark at the beginning means nothing.
        self.at = if self.text.starts_with('\u{feff}') { 3 } else { 0 };
        while let Some(next) = self.rest().chars().next() {
            match next {
                '\n' => {
                    self.at += 1;
                    self.line += 1;
                    self.line_from = self.at;
                    self.column_at = (self.at, 1);
                    self.fresh_line = true;
                }
                next if next.is_whitespace() => self.at += next.len_utf8(),
                '#' => self.comment(),
                '"' => self.quoted(),
                'a'..='z' | 'A'..='Z' | '_' => self.name(),
                '0'..='9' => self.number(),
                next => self.sign(next),
            }
        }
        let at = self.position(self.at);
        self.push(Word::End, self.at, at);
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn position(&mut self, byte: usize) -> Position {
        let (from, column) = self.column_at;
        let walked = self.text.get(from..byte).unwrap_or_default().chars().count();
        let column = column.saturating_add(u32::try_from(walked).unwrap_or(u32::MAX));
        self.column_at = (byte, column);
        Position { line: self.line, column }
    }

    fn push(&mut self, word: Word, from: usize, at: Position) {
        let starts_line = std::mem::take(&mut self.fresh_line);
        self.out.words.push(Token { word, at, from, to: self.at, starts_line });
    }

    fn problem(&mut self, at: Position, code: ProblemCode, detail: &str) {
        self.out.problems.push(Problem::at(at, code, detail));
    }

    fn run_of(&self, belongs: impl Fn(char) -> bool) -> usize {
        let rest = self.rest();
        rest.find(|c| !belongs(c)).unwrap_or(rest.len())
    }

    fn comment(&mut self) {
        let line = self.rest().split('\n').next().unwrap_or_default();
        let length = line.len();
        let text = line.strip_prefix('#').unwrap_or(line);
        let text = text.strip_prefix(' ').unwrap_or(text);
        // What cannot be seen is shown as a space, so that it can be written again.
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let comment = Comment {
            text: text.trim_end().to_owned(),
            line: self.line,
            after: self.out.words.len(),
            trails: !self.fresh_line,
        };
        self.out.comments.push(comment);
        self.at += length;
    }

    fn name(&mut self) {
        let (from, at) = (self.at, self.position(self.at));
        self.at += self.run_of(|c| c.is_ascii_alphanumeric() || c == '_');
        let name = self.text.get(from..self.at).unwrap_or_default().to_owned();
        self.push(Word::Name(name), from, at);
    }

    fn number(&mut self) {
        let (from, at) = (self.at, self.position(self.at));
        if let Some(date) = self.rest().get(..10).and_then(|text| LocalDate::parse(text).ok()) {
            self.at += 10;
            return self.push(Word::Date(date), from, at);
        }
        self.at += self.run_of(|c| c.is_ascii_digit());
        let digits = self.text.get(from..self.at).unwrap_or_default().to_owned();
        let letters = self.run_of(|c| c.is_ascii_alphabetic());
        if letters > 0 {
            let unit = self.rest().get(..letters).and_then(time_unit);
            let count = digits.parse().ok().filter(|count| *count <= SPAN_MAX);
            self.at += letters;
            let Some((count, unit)) = count.zip(unit) else {
                let written = self.text.get(from..self.at).unwrap_or_default().to_owned();
                return self.push(Word::NotSpan(written), from, at);
            };
            return self.push(Word::Span(count, unit), from, at);
        }
        let mut after = self.rest().chars();
        if after.next() == Some('.') && after.next().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            self.at += self.run_of(|c| c.is_ascii_digit());
        }
        let number = self.text.get(from..self.at).unwrap_or_default().to_owned();
        self.push(Word::Number(number), from, at);
    }

    fn quoted(&mut self) {
        let (from, at) = (self.at, self.position(self.at));
        match unquote(self.rest()) {
            Ok((text, length)) => {
                self.at += length;
                self.push(Word::Quoted(text), from, at);
            }
            Err((code, length)) => {
                self.at += length.max(1);
                self.problem(at, code, "");
                self.push(Word::Quoted(String::new()), from, at);
            }
        }
    }

    fn sign(&mut self, next: char) {
        let (from, at) = (self.at, self.position(self.at));
        let sign = SIGNS.iter().find(|sign| self.rest().starts_with(**sign));
        self.at += sign.map_or(next.len_utf8(), |sign| sign.len());
        let word = sign.map_or(Word::Other(next), |sign| Word::Sign(sign));
        self.push(word, from, at);
    }
}

/// The longest length of time in any unit, so that no calendar overflows.
pub(crate) const SPAN_MAX: u32 = 1_000_000;

/// The unit a length of time is written in.
pub(super) fn time_unit(text: &str) -> Option<TimeUnit> {
    Some(match text {
        "s" => TimeUnit::Second,
        "min" => TimeUnit::Minute,
        "h" => TimeUnit::Hour,
        "d" => TimeUnit::Day,
        "w" => TimeUnit::Week,
        "mo" => TimeUnit::Month,
        "y" => TimeUnit::Year,
        _ => return None,
    })
}

/// Reads a text in quotes that begins here: the text, and its length in bytes with its quotes. Where
/// it cannot be read, what is wrong, and how much to leave out.
pub(super) fn unquote(rest: &str) -> Result<(String, usize), (ProblemCode, usize)> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    let mut wrong = None;
    while let Some((at, next)) = chars.next() {
        match next {
            '"' => return wrong.map_or(Ok((text, at + 1)), |code| Err((code, at + 1))),
            '\n' => return Err((ProblemCode::OpenString, at)),
            '\\' => match chars.next().map(|(_, escaped)| escaped) {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(same @ ('"' | '\\')) => text.push(same),
                Some('u') => {
                    let digits: String =
                        chars.by_ref().map(|(_, c)| c).take_while(|c| *c != '}').take(8).collect();
                    let digits = digits.strip_prefix('{').unwrap_or_default();
                    let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
                    code.map_or_else(|| wrong = Some(ProblemCode::BadEscape), |c| text.push(c));
                }
                _ => wrong = Some(ProblemCode::BadEscape),
            },
            next if next.is_control() => wrong = Some(ProblemCode::BadCharacter),
            next => text.push(next),
        }
    }
    Err((ProblemCode::OpenString, rest.len()))
}

/// Writes a text in quotes so that it is read back the same.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for next in text.chars() {
        match next {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            next if next.is_control() => {
                quoted.push_str(&format!("\\u{{{:x}}}", u32::from(next)));
            }
            next => quoted.push(next),
        }
    }
    quoted.push('"');
    quoted
}
