//! Walking through words, comments and names.

use crate::ast::{Comments, Name, Remark, Span, Unit, UseKind, Version};
use crate::problem::{Position, Problem, ProblemCode};
use crate::text::token::Word;
use crate::text::{COUNT_MAX, NESTING_MAX, PROBLEMS_MAX};

use super::{Binding, Parser, Phase, Stop, Taken, Type};

impl Parser<'_> {
    pub(super) fn word(&self) -> &Word {
        self.ahead(0)
    }

    pub(super) fn ahead(&self, by: usize) -> &Word {
        self.words.get(self.at + by).map_or(&Word::End, |token| &token.word)
    }

    pub(super) fn place(&self) -> Position {
        self.words.get(self.at).or(self.words.last()).map_or(Position::default(), |t| t.at)
    }

    pub(super) fn is_end(&self) -> bool {
        *self.word() == Word::End
    }

    pub(super) fn is_name(&self, name: &str) -> bool {
        self.is_name_ahead(0, name)
    }

    pub(super) fn is_name_ahead(&self, by: usize, name: &str) -> bool {
        matches!(self.ahead(by), Word::Name(word) if word == name)
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        self.is_sign_ahead(0, sign)
    }

    pub(super) fn is_sign_ahead(&self, by: usize, sign: &str) -> bool {
        matches!(self.ahead(by), Word::Sign(word) if *word == sign)
    }

    pub(super) fn takes(&mut self, name: &str) -> bool {
        let is = self.is_name(name);
        self.at += usize::from(is);
        is
    }

    pub(super) fn takes_sign(&mut self, sign: &str) -> bool {
        let is = self.is_sign(sign);
        self.at += usize::from(is);
        is
    }

    pub(super) fn must(&mut self, name: &str) -> Taken<()> {
        if self.takes(name) { Ok(()) } else { self.unexpected(name) }
    }

    pub(super) fn must_sign(&mut self, sign: &str) -> Taken<()> {
        if self.takes_sign(sign) { Ok(()) } else { self.unexpected(sign) }
    }

    pub(super) fn tell(&mut self, at: Position, code: ProblemCode, detail: impl Into<String>) {
        // A few more than are told, so that sorting does not lose the first ones.
        if self.problems.len() < PROBLEMS_MAX * 4 {
            self.problems.push(Problem::at(at, code, detail));
        }
    }

    pub(super) fn stop<T>(&mut self, code: ProblemCode, detail: impl Into<String>) -> Taken<T> {
        let at = self.place();
        self.tell(at, code, detail);
        Err(Stop)
    }

    pub(super) fn unexpected<T>(&mut self, wanted: &str) -> Taken<T> {
        let at = self.place();
        let (code, found) = match self.word() {
            Word::NotSpan(text) => (ProblemCode::BadSpan, format!("\"{text}\"")),
            Word::Other(character) => (ProblemCode::BadCharacter, format!("{character:?}")),
            Word::End => (ProblemCode::Unexpected, "∎".to_owned()),
            _ => (ProblemCode::Unexpected, format!("\"{}\"", self.written())),
        };
        self.tell(at, code, format!("{found} → {wanted}"));
        Err(Stop)
    }

    /// The word here as it is written, shortened.
    pub(super) fn written(&self) -> String {
        let token = self.words.get(self.at);
        let text = token.and_then(|token| self.text.get(token.from..token.to));
        text.unwrap_or_default().chars().take(40).collect()
    }

    pub(super) fn wrong_type<T>(&mut self, at: Position, wanted: &str) -> Taken<T> {
        self.tell(at, ProblemCode::WrongType, format!("→ {wanted}"));
        Err(Stop)
    }

    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Taken<T>) -> Taken<T> {
        if self.depth >= NESTING_MAX {
            return self.stop(ProblemCode::TooDeep, format!("> {NESTING_MAX}"));
        }
        self.depth += 1;
        let taken = read(self);
        self.depth -= 1;
        taken
    }

    /// A name that is new or known; a word of the language is refused.
    pub(super) fn name(&mut self) -> Taken<Name> {
        let Word::Name(text) = self.word() else { return self.unexpected("NAME") };
        match Name::new(text) {
            Ok(name) => {
                self.at += 1;
                Ok(name)
            }
            Err(_) => {
                let written = self.written();
                self.stop(ProblemCode::BadName, format!("\"{written}\""))
            }
        }
    }

    /// Whether a name that is no word of the language stands here.
    pub(super) fn is_free_name(&self, by: usize) -> bool {
        matches!(self.ahead(by), Word::Name(text) if Name::new(text).is_ok())
    }

    pub(super) fn version(&mut self) -> Taken<Version> {
        let token = self.words.get(self.at);
        let (from, at) = token.map_or((0, Position::default()), |token| (token.from, token.at));
        let rest = self.text.get(from..).unwrap_or_default();
        let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let written = rest.get(..length).unwrap_or_default();
        if let Ok(version) = Version::new(written) {
            self.skip_to(from + length);
            return Ok(version);
        }
        let written = self.written();
        self.tell(at, ProblemCode::BadVersion, format!("\"{written}\""));
        Err(Stop)
    }

    /// Leaves out all words that begin before a byte.
    pub(super) fn skip_to(&mut self, byte: usize) {
        while self.words.get(self.at).is_some_and(|t| t.from < byte && t.word != Word::End) {
            self.at += 1;
        }
    }

    /// The unit written here, if one is.
    pub(super) fn unit(&mut self) -> Taken<Option<Unit>> {
        let Some(token) = self.words.get(self.at) else { return Ok(None) };
        let (from, at) = (token.from, token.at);
        let begins = match &token.word {
            Word::Name(_) | Word::Other('%' | '{') => true,
            Word::Sign("[") => true,
            Word::Number(number) => number == "10",
            _ => false,
        };
        if !begins {
            return Ok(None);
        }
        let written = unit_text(self.text.get(from..).unwrap_or_default());
        match Unit::new(written) {
            Ok(unit) => {
                self.skip_to(from + written.len());
                Ok(Some(unit))
            }
            // A word of the language, or something that is no unit and is told of by what comes next.
            Err(_) if matches!(self.word(), Word::Name(_)) => Ok(None),
            Err(_) => {
                self.tell(at, ProblemCode::BadUnit, format!("\"{written}\""));
                Err(Stop)
            }
        }
    }

    pub(super) fn must_unit(&mut self) -> Taken<Unit> {
        match self.unit()? {
            Some(unit) => Ok(unit),
            None => {
                let written = self.written();
                self.stop(ProblemCode::BadUnit, format!("\"{written}\""))
            }
        }
    }

    pub(super) fn count(&mut self) -> Taken<u32> {
        let Word::Number(text) = self.word() else { return self.unexpected("1, 2, 3 …") };
        match text.parse::<u32>() {
            Ok(count) if count <= COUNT_MAX => {
                self.at += 1;
                Ok(count)
            }
            _ => {
                let written = self.written();
                self.stop(ProblemCode::BadNumber, written)
            }
        }
    }

    /// A count that chooses, from 1.
    pub(super) fn ordinal(&mut self) -> Taken<u32> {
        let at = self.place();
        let count = self.count()?;
        if count == 0 {
            self.tell(at, ProblemCode::Meaningless, "0");
            return Err(Stop);
        }
        Ok(count)
    }

    pub(super) fn seed(&mut self) -> Taken<u32> {
        self.must("seed")?;
        let seed = match self.word() {
            Word::Number(text) => text.parse::<u32>().ok(),
            _ => None,
        };
        let Some(seed) = seed else { return self.unexpected("0 … 4294967295") };
        self.at += 1;
        Ok(seed)
    }

    pub(super) fn span(&mut self) -> Taken<Span> {
        let Word::Span(count, unit) = *self.word() else { return self.unexpected("30d, 48h, 6mo") };
        self.at += 1;
        Ok(Span { count, unit })
    }

    pub(super) fn quoted(&mut self) -> Option<String> {
        let Word::Quoted(text) = self.word() else { return None };
        let text = text.clone();
        self.at += 1;
        Some(text)
    }

    pub(super) fn must_quoted(&mut self) -> Taken<String> {
        match self.quoted() {
            Some(text) => Ok(text),
            None => self.unexpected("\"…\""),
        }
    }

    /// `a | b | c`
    pub(super) fn piped<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Taken<T>,
    ) -> Taken<Vec<T>> {
        let mut all = vec![read(self)?];
        while self.takes_sign("|") {
            all.push(read(self)?);
        }
        Ok(all)
    }

    /// `a, b, c`
    pub(super) fn listed<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Taken<T>,
    ) -> Taken<Vec<T>> {
        let mut all = vec![read(self)?];
        while self.takes_sign(",") {
            all.push(read(self)?);
        }
        Ok(all)
    }

    /// A name declared by `uses`.
    pub(super) fn used(&mut self, kind: UseKind) -> Taken<Name> {
        let at = self.place();
        let name = self.name()?;
        if kind == UseKind::Cohort && self.itself.as_ref() == Some(&name) {
            self.tell(at, ProblemCode::CohortCycle, name.as_str());
        } else if !self.uses.contains_key(&(kind, name.clone())) {
            let word = crate::text::print::use_kind(kind);
            self.tell(at, ProblemCode::UseMissing, format!("uses {word} {name}"));
        }
        Ok(name)
    }

    pub(super) fn bind(&mut self, name: &Name, at: Position, kind: Type, of_exit: bool) {
        if self.names.insert(name.clone(), Binding { kind, of_exit }).is_some() {
            self.tell(at, ProblemCode::NameTwice, name.as_str());
        }
    }

    /// What a name used here is bound to.
    pub(super) fn bound(&mut self) -> Taken<(Name, Type)> {
        let at = self.place();
        let name = self.name()?;
        let Some(binding) = self.names.get(&name).copied() else {
            self.tell(at, ProblemCode::UnknownName, name.as_str());
            return Err(Stop);
        };
        self.saw_exit |= binding.of_exit;
        Ok((name, binding.kind))
    }

    pub(super) fn needs_phase(&mut self, phase: Phase) {
        if self.phase < phase {
            let (at, written) = (self.place(), self.written());
            self.tell(at, ProblemCode::NotYet, written);
        }
    }

    /// The comments of a clause made of the words from one to another (exclusive).
    pub(super) fn comments(&mut self, from: usize, to: usize) -> Comments {
        let last_line = to.checked_sub(1).and_then(|last| self.words.get(last)).map(|t| t.at.line);
        let mut comments = Comments::default();
        while let Some(comment) = self.comments.get(self.comments_taken) {
            let ends_it = comment.after == to && comment.trails && Some(comment.line) == last_line;
            if comment.after > from && comment.after >= to && !ends_it {
                break;
            }
            // What a remark may be was seen to when it was cut.
            if let Ok(remark) = Remark::new(&comment.text) {
                if comment.after > from && comment.trails && comments.after.is_none() {
                    comments.after = Some(remark);
                } else {
                    comments.before.push(remark);
                }
            }
            self.comments_taken += 1;
        }
        comments
    }

    pub(super) fn comments_left(&mut self) -> Vec<Remark> {
        let left = self.comments.get(self.comments_taken..).unwrap_or_default();
        let left = left.iter().filter_map(|comment| Remark::new(&comment.text).ok()).collect();
        self.comments_taken = self.comments.len();
        left
    }
}

/// The longest text here that can be a unit: up to a space, comma or closing bracket of the outside.
fn unit_text(rest: &str) -> &str {
    let mut open = 0_u32;
    let mut in_note = false;
    for (at, next) in rest.char_indices() {
        match next {
            '}' => in_note = false,
            _ if in_note && !next.is_whitespace() => {}
            '{' => in_note = true,
            '(' | '[' => open += 1,
            ')' | ']' if open == 0 => return rest.get(..at).unwrap_or_default(),
            ')' | ']' => open -= 1,
            ',' | '|' | '"' | '#' | '<' | '>' | '=' | ':' => {
                return rest.get(..at).unwrap_or_default();
            }
            next if next.is_whitespace() => return rest.get(..at).unwrap_or_default(),
            _ => {}
        }
    }
    rest
}
