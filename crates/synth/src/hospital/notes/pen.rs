//! Writes a note's text and keeps count of where everything stands.
//!
//! Sentences are written in a small markup, so that words and what they mean stand together:
//! `{a|b}` is one of the two by chance, `[F-浸潤影:R91]` a span (category, assertion, words, code),
//! `$d` a slot that the caller fills.

use super::Note;
use super::span::{Assertion, Category, Meaning, Span, System};
use super::style::Style;
use crate::dice::Dice;

/// The pen that writes one note.
pub(super) struct Pen<'n> {
    note: &'n mut Note,
    chars: usize,
    /// Chance, from the patient and the event.
    pub(super) dice: Dice,
    /// The author's habits.
    pub(super) style: Style,
    /// Whether what is written now was carried over from an earlier note.
    pub(super) copied: bool,
    full_width: bool,
    /// Pieces until a typing slip comes, at the next word that can be mistyped.
    slip_after: Option<u8>,
}

/// A place in the text.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    chars: usize,
    bytes: usize,
}

/// Fills a slot of a sentence.
pub(super) type Fill<'f> = &'f mut dyn FnMut(&mut Pen<'_>, char);

/// Of a thousand notes, so many have a typing slip.
const SLIPS_PER_MILLE: u32 = 80;

/// Of a thousand notes of authors who write narrow, so many are in full width.
const WIDE_PER_MILLE: u32 = 25;

/// Alternatives between two braces at most.
const ALTERNATIVES_MAX: usize = 24;

/// Words shorter than this, in bytes, are not mistyped.
const SLIP_BYTES_MIN: usize = 9;

/// What is meant, and what the keyboard made of it.
const SLIPS: [(&str, &str); 16] = [
    ("異常", "以上"),
    ("改善", "改善善"),
    ("認め", "認認め"),
    ("経過", "軽過"),
    ("継続", "継続続"),
    ("心不全", "心不前"),
    ("症状", "症上"),
    ("治療", "治療療"),
    ("検査", "検査さ"),
    ("糖尿病", "糖尿病病"),
    ("安定", "案定"),
    ("良好", "両好"),
    ("指示", "指事"),
    ("入院", "入因"),
    ("投与", "投予"),
    ("再診", "再信"),
];

impl<'n> Pen<'n> {
    /// A pen on an empty note.
    pub(super) fn new(note: &'n mut Note, mut dice: Dice, style: Style) -> Self {
        note.text.clear();
        note.spans.clear();
        let full_width = style.full_width || dice.below(1_000) < WIDE_PER_MILLE;
        let slips = dice.below(1_000) < SLIPS_PER_MILLE;
        let slip_after = slips.then(|| u8::try_from(dice.below(40)).unwrap_or_default());
        Self { note, chars: 0, dice, style, copied: false, full_width, slip_after }
    }

    /// Writes words.
    pub(super) fn put(&mut self, words: &str) {
        if self.slip_after == Some(0) && words.len() >= SLIP_BYTES_MIN && self.slipped(words) {
            return;
        }
        self.slip_after = self.slip_after.map(|left| left.saturating_sub(1));
        self.exact(words);
    }

    fn slipped(&mut self, words: &str) -> bool {
        let found = SLIPS.iter().find_map(|(right, wrong)| {
            let (before, after) = words.split_once(right)?;
            Some((before, *wrong, after))
        });
        let Some((before, wrong, after)) = found else { return false };
        self.slip_after = None;
        for part in [before, wrong, after] {
            self.exact(part);
        }
        true
    }

    fn exact(&mut self, words: &str) {
        self.chars += words.bytes().filter(|byte| byte & 0xc0 != 0x80).count();
        if self.full_width {
            self.note.text.extend(words.chars().map(widened));
        } else {
            self.note.text.push_str(words);
        }
    }

    /// Writes a number or whatever else knows how to print itself.
    pub(super) fn print(&mut self, what: impl std::fmt::Display) {
        use std::fmt::Write as _;
        let start = self.note.text.len();
        // A String takes everything.
        let _ = write!(self.note.text, "{what}");
        if self.full_width {
            let narrow = self.note.text.split_off(start);
            self.exact(&narrow);
        } else if let Some(written) = self.note.text.get(start..) {
            self.chars += written.bytes().filter(|byte| byte & 0xc0 != 0x80).count();
        }
    }

    /// Here, to [`Pen::close`] a span later.
    pub(super) fn open(&self) -> Mark {
        Mark { chars: self.chars, bytes: self.note.text.len() }
    }

    /// Whether the last letter is a digit.
    pub(super) fn ends_in_digit(&self) -> bool {
        self.note.text.chars().next_back().is_some_and(char::is_numeric)
    }

    /// Whether nothing was written since the mark.
    pub(super) fn is_at(&self, mark: Mark) -> bool {
        mark.chars == self.chars
    }

    /// Says what the words since the mark mean. Words of no length mean nothing.
    pub(super) fn close(&mut self, since: Mark, meaning: Meaning, only_in_text: bool) {
        if since.chars < self.chars {
            self.note.spans.push(Span {
                start: since.chars,
                end: self.chars,
                bytes: (since.bytes, self.note.text.len()),
                meaning,
                only_in_text,
                copied: self.copied,
            });
        }
    }

    /// Writes words that mean something.
    pub(super) fn mean(&mut self, words: &str, meaning: Meaning, only_in_text: bool) {
        let here = self.open();
        self.put(words);
        self.close(here, meaning, only_in_text);
    }

    /// Ends a sentence.
    pub(super) fn stop(&mut self) {
        self.put(self.style.stop);
    }

    /// Ends the line, unless it has just begun.
    pub(super) fn line(&mut self) {
        if !self.note.text.is_empty() && !self.note.text.ends_with('\n') {
            self.put("\n");
        }
    }

    /// Begins a section.
    pub(super) fn heading(&mut self, title: &str) {
        self.line();
        let (before, after) = self.style.heading;
        self.put(before);
        self.put(title);
        self.put(after);
    }

    /// Writes a sentence that has no slots.
    pub(super) fn say(&mut self, sentence: &'static str) {
        self.fill(sentence, &mut |_, _| {});
    }

    /// Writes a sentence in the markup.
    pub(super) fn fill(&mut self, sentence: &'static str, slots: Fill<'_>) {
        let mut rest = sentence;
        while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'{' | b'[' | b'$')) {
            let (plain, mark) = rest.split_at(at);
            self.put(plain);
            rest = match mark.as_bytes().first() {
                Some(b'{') => {
                    let (chosen, after) = self.choose(mark);
                    self.fill(chosen, slots);
                    after
                }
                Some(b'[') => {
                    let (inside, after) = mark.split_once(']').unwrap_or((mark, ""));
                    self.span(inside.get(1..).unwrap_or_default());
                    after
                }
                _ => {
                    let mut after = mark.chars();
                    after.next();
                    if let Some(slot) = after.next() {
                        slots(self, slot);
                    }
                    after.as_str()
                }
            };
        }
        self.put(rest);
    }

    /// One of the alternatives between the braces at the beginning, and what comes after them.
    fn choose(&mut self, mark: &'static str) -> (&'static str, &'static str) {
        // Where the alternatives end: at bars of this brace's own, and at its end.
        let mut ends = [0_usize; ALTERNATIVES_MAX];
        let (mut count, mut depth) = (0, 0_u8);
        for (at, byte) in mark.bytes().enumerate() {
            match byte {
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                b'|' if depth == 1 => {}
                _ => continue,
            }
            let ends_here = (byte == b'|' && depth == 1) || depth == 0;
            if ends_here && let Some(end) = ends.get_mut(count) {
                *end = at;
                count += 1;
            }
            if depth == 0 {
                break;
            }
        }
        let chosen = self.dice.below(u32::try_from(count).unwrap_or(1)) as usize;
        let begin = chosen.checked_sub(1).and_then(|before| ends.get(before)).unwrap_or(&0) + 1;
        let end = ends.get(chosen).copied().unwrap_or_default();
        let last = ends.get(count.saturating_sub(1)).copied().unwrap_or_default();
        let after = mark.get(last + 1..).unwrap_or_default();
        (mark.get(begin..end).unwrap_or_default(), after)
    }

    /// `F-浸潤影:R91`
    fn span(&mut self, inside: &'static str) {
        let mut marks = inside.chars();
        let category = match marks.next() {
            Some('C') => Category::Condition,
            Some('D') => Category::Drug,
            Some('P') => Category::Procedure,
            Some('S') => Category::Stage,
            Some('A') => Category::Allergy,
            Some('L') => Category::Lifestyle,
            Some('H') => Category::FamilyHistory,
            Some('V') => Category::Lab,
            _ => Category::Finding,
        };
        let assertion = match marks.next() {
            Some('-') => Assertion::Absent,
            Some('?') => Assertion::Possible,
            Some('&') => Assertion::Family,
            Some('<') => Assertion::Past,
            _ => Assertion::Present,
        };
        let (words, code) = marks.as_str().split_once(':').unwrap_or((marks.as_str(), ""));
        let meaning = Meaning::new(category, assertion).coded(System::Icd10, code);
        let here = self.open();
        self.say(words);
        self.close(here, meaning, category != Category::Procedure);
    }
}

/// Digits, Latin letters, point and percent in full width; the rest as it is.
fn widened(narrow: char) -> char {
    let is_wide = narrow.is_ascii_alphanumeric() || matches!(narrow, '.' | '%' | '/' | '+');
    let wide = u32::from(narrow) + 0xfee0;
    if is_wide { char::from_u32(wide).unwrap_or(narrow) } else { narrow }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(sentence: &'static str, seed: u64) -> Note {
        let mut note = Note::default();
        let style = Style { full_width: false, ..Style::of("01", 0) };
        let mut pen = Pen::new(&mut note, Dice::new(seed, 1), style);
        (pen.full_width, pen.slip_after) = (false, None);
        pen.fill(sentence, &mut |pen, slot| pen.print(format_args!("<{slot}>")));
        note
    }

    #[test]
    fn spans_slots_and_alternatives_are_written_where_they_stand() {
        let note = written("右肺に[F+浸潤影:R91]、$aと[F-胸水]なし", 1);
        assert_eq!(note.text, "右肺に浸潤影、<a>と胸水なし");
        let said: Vec<(&str, usize, Assertion)> = (note.spans.iter())
            .map(|span| (note.slice(span), span.start, span.meaning.assertion))
            .collect();
        assert_eq!(said, [("浸潤影", 3, Assertion::Present), ("胸水", 11, Assertion::Absent)]);
    }

    #[test]
    fn each_alternative_comes_and_nests() {
        let texts: std::collections::BTreeSet<String> =
            (0..60).map(|seed| written("{あ|{い|う}え|}お", seed).text).collect();
        assert_eq!(texts.into_iter().collect::<Vec<_>>(), ["あお", "いえお", "うえお", "お"]);
    }

    #[test]
    fn a_slip_and_full_width_keep_the_spans_on_their_words() {
        let mut note = Note::default();
        let style = Style { full_width: true, ..Style::of("01", 0) };
        let mut pen = Pen::new(&mut note, Dice::new(3, 1), style);
        pen.slip_after = Some(0);
        pen.say("異常なし、[F+EF 35%]");
        assert_eq!(note.text, "以上なし、ＥＦ ３５％");
        assert_eq!(note.spans.first().map(|span| note.slice(span)), Some("ＥＦ ３５％"));
    }
}
