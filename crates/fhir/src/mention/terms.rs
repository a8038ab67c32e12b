//! The words by which a person is known, and finding them in texts.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use super::coded;

/// What a term is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What a reference says: `Type/key` of the person's record or of what belongs to it, or a full
    /// URL.
    Reference,
    /// An identifier: its value in a sentence, or its system and value in an element.
    Identifier,
    /// The value of an identifier, alone in a text: it may be anything else that is written so.
    Alone,
    /// A whole name, in one of its writings.
    Name,
    /// An address or a telephone number.
    Contact,
}

/// Which kinds were met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// Every kind.
    pub const ALL: Self = Self(0b1_1111);

    /// No kind but these.
    #[must_use]
    pub fn of(kinds: &[Kind]) -> Self {
        Self(kinds.iter().fold(0, |set, kind| set | (1 << *kind as u8)))
    }

    /// Whether a kind is among them.
    #[must_use]
    pub fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of one and of the other.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those in both.
    #[must_use]
    pub fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// An identifier of fewer characters is met only beside its system: alone it would be met everywhere.
const IDENTIFIER_CHARS_MIN: usize = 6;
/// A name or an address of fewer characters is not looked for: it would be met everywhere.
const WORDS_CHARS_MIN: usize = 3;

/// The words by which a person is known.
///
/// # Cost
/// Looking through a text costs the same for one term as for thousands.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    terms: Vec<(Kind, String)>,
    finder: Option<AhoCorasick>,
    /// Finds letters of base64 that one of them decides.
    letters: Option<AhoCorasick>,
    /// Systems and values of identifiers.
    pairs: BTreeSet<(String, String)>,
}

impl Terms {
    /// Takes terms; those too short to tell a person are passed over.
    ///
    /// # Errors
    /// When there are more than can be looked for at once.
    ///
    /// ```
    /// use fhir::mention::{Kind, Terms};
    /// let terms = Terms::new([(Kind::Reference, "Patient/7".to_owned())]).unwrap();
    /// assert!(terms.are_in("see Patient/7 and others").has(Kind::Reference));
    /// assert!(terms.are_in("see Patient/77").is_empty());
    /// ```
    pub fn new(terms: impl IntoIterator<Item = (Kind, String)>) -> Result<Self, String> {
        Self::with_identifiers(terms, [])
    }

    /// The same, and identifiers by system and value. A short value without a system is passed over.
    ///
    /// # Errors
    /// As [`Terms::new`].
    pub fn with_identifiers(
        terms: impl IntoIterator<Item = (Kind, String)>,
        identifiers: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, String> {
        let long = |value: &str| value.chars().count() >= IDENTIFIER_CHARS_MIN;
        let tells = |(system, value): &(String, String)| !system.is_empty() || long(value);
        let pairs: BTreeSet<(String, String)> = identifiers.into_iter().filter(tells).collect();
        let values = pairs.iter().map(|(_, value)| (Kind::Identifier, value.clone()));
        let enough = |(kind, text): &(Kind, String)| match kind {
            Kind::Reference => !text.trim().is_empty(),
            Kind::Identifier | Kind::Alone => long(text),
            Kind::Name | Kind::Contact => text.chars().count() >= WORDS_CHARS_MIN,
        };
        let terms: BTreeSet<(Kind, String)> =
            terms.into_iter().chain(values).filter(enough).collect();
        let letters: BTreeSet<String> =
            terms.iter().flat_map(|(_, text)| coded::in_base64(text)).collect();
        let in_addresses = |(kind, text): &(Kind, String)| {
            let kind = *kind;
            coded::in_addresses(text).into_iter().map(move |text| (kind, text))
        };
        let in_addresses: Vec<(Kind, String)> = terms.iter().flat_map(in_addresses).collect();
        let terms: BTreeSet<(Kind, String)> = terms.into_iter().chain(in_addresses).collect();
        let terms: Vec<(Kind, String)> = terms.into_iter().collect();
        // A text with a short value is looked at where its system is.
        let systems = pairs.iter().filter(|(_, value)| !long(value)).map(|(system, _)| system);
        let patterns: Vec<String> =
            terms.iter().map(|(_, text)| text).chain(systems).cloned().collect();
        let (words, letters) = (finder(&patterns)?, finder(&letters)?);
        Ok(Self { terms, finder: words, letters, pairs })
    }

    /// Whether somebody is known by this identifier.
    #[must_use]
    pub fn has_identifier(&self, system: &str, value: &str) -> bool {
        !self.pairs.is_empty() && self.pairs.contains(&(system.to_owned(), value.to_owned()))
    }

    /// How many there are of a kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.terms.iter().filter(|(one, _)| *one == kind).count()
    }

    /// Whether one of them may stand in bytes of JSON; where not, none does. Where escapes may hide
    /// one, it may.
    #[must_use]
    pub fn may_be_in(&self, json: &[u8]) -> bool {
        let Some(finder) = &self.finder else { return false };
        let escaped = |escape: &[u8]| memchr::memmem::find(json, escape).is_some();
        let in_base64 = || self.letters.as_ref().is_some_and(|letters| letters.is_match(json));
        finder.is_match(json) || escaped(b"\\u") || escaped(b"\\/") || in_base64()
    }

    /// Which kinds of them stand in a text whose escapes are resolved, or in what stands there in
    /// base64.
    #[must_use]
    pub fn are_in(&self, text: &str) -> Kinds {
        let letters = self.letters.iter();
        let read = letters.flat_map(|letters| coded::read_base64(text, letters));
        read.fold(self.stand_in(text), |met, read| met.with(self.stand_in(&read)))
    }

    /// Which kinds of them stand in a text as it is.
    fn stand_in(&self, text: &str) -> Kinds {
        let Some(finder) = &self.finder else { return Kinds::default() };
        let mut met = Kinds::default();
        for found in finder.find_overlapping_iter(text) {
            let Some((kind, _)) = self.terms.get(found.pattern().as_usize()) else { continue };
            let (before, after) = (text.get(..found.start()), text.get(found.end()..));
            let (Some(before), Some(after)) = (before, after) else { continue };
            let term = text.get(found.range()).unwrap_or_default();
            let alone = before.trim().is_empty() && after.trim().is_empty();
            let kind = if *kind == Kind::Identifier && alone { Kind::Alone } else { *kind };
            if !met.has(kind) && is_whole_word(kind, before, term, after) {
                met = met.with(Kinds::of(&[kind]));
            }
        }
        met
    }

    /// Which kinds of them stand in a text that may be no JSON at all: escapes of letters are
    /// resolved where they are whole, and bytes that are no text are passed over.
    #[must_use]
    pub fn are_in_raw(&self, bytes: &[u8]) -> Kinds {
        if !self.may_be_in(bytes) {
            return Kinds::default();
        }
        let text = String::from_utf8_lossy(bytes);
        self.are_in(&text).with(self.are_in(&unescaped(&text)))
    }
}

fn finder(
    patterns: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> Result<Option<AhoCorasick>, String> {
    let mut patterns = patterns.into_iter().peekable();
    match patterns.peek() {
        None => Ok(None),
        Some(_) => AhoCorasick::new(patterns).map(Some).map_err(|error| error.to_string()),
    }
}

/// Whether a term that was met is the term, and not a part of a longer word.
fn is_whole_word(kind: Kind, before: &str, term: &str, after: &str) -> bool {
    let last = before.chars().next_back();
    let mut next = after.chars();
    let first = next.next();
    let ascii = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    match kind {
        // An id goes on with letters, digits, `-` and `.`; the full stop of a sentence is none of it.
        Kind::Reference => {
            let goes_on = match first {
                Some('-' | '_') => true,
                Some('.') => ascii(next.next()),
                other => ascii(other),
            };
            !ascii(last) && !goes_on
        }
        Kind::Identifier | Kind::Alone => !ascii(last) && !ascii(first),
        // Words of Latin letters and numbers end somewhere; Japanese is written without spaces.
        Kind::Name | Kind::Contact => {
            let starts = term.starts_with(|c: char| c.is_ascii_alphanumeric());
            let ends = term.ends_with(|c: char| c.is_ascii_alphanumeric());
            !(starts && ascii(last) || ends && ascii(first))
        }
    }
}

/// A text with `\uXXXX` and `\/` resolved, where they can be.
fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::new();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let flush = |units: &mut Vec<u16>, out: &mut String| {
        out.push_str(&String::from_utf16_lossy(units));
        units.clear();
    };
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        if !plain.is_empty() {
            flush(&mut units, &mut out);
            out.push_str(plain);
        }
        let unit = escape.get(2..6).filter(|_| escape.starts_with("\\u"));
        let unit = unit.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        if let Some(unit) = unit {
            units.push(unit);
            rest = escape.get(6..).unwrap_or_default();
            continue;
        }
        flush(&mut units, &mut out);
        let slash = escape.starts_with("\\/");
        out.push(if slash { '/' } else { '\\' });
        rest = escape.get(if slash { 2 } else { 1 }..).unwrap_or_default();
    }
    flush(&mut units, &mut out);
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        let all = [
            (Kind::Reference, "Patient/han"),
            (Kind::Reference, "urn:uuid:4de9"),
            (Kind::Identifier, "0001"),
            (Kind::Identifier, "11310000000-77"),
            (Kind::Name, "青葉 花子"),
            (Kind::Name, "AOBA Hanako"),
            (Kind::Name, "子"),
            (Kind::Contact, "022-000-0001"),
        ];
        Terms::new(all.map(|(kind, text)| (kind, text.to_owned()))).unwrap()
    }

    fn check(text: &str, expect: &[Kind]) {
        assert_eq!(terms().are_in(text), Kinds::of(expect), "{text}");
        assert!(expect.is_empty() || terms().may_be_in(text.as_bytes()), "{text}");
    }

    #[test]
    fn a_reference_is_met_whole() {
        for text in [
            "Patient/han",
            "https://x/Patient/han/_history/2",
            "(Patient/han)",
            "to Patient/han.",
            "Patient/han#a",
            "Patient/han?x",
            "urn:uuid:4de9",
        ] {
            check(text, &[Kind::Reference]);
        }
        for text in ["Patient/hana", "Patient/han-2", "Patient/han.2", "XPatient/han", "Patient/ha"]
        {
            check(text, &[]);
        }
    }

    #[test]
    fn an_identifier_is_met_in_a_sentence_and_alone_it_may_be_something_else() {
        check("0001", &[]);
        check("ward 0001", &[]);
        check(" 11310000000-77 ", &[Kind::Alone]);
        check("番号11310000000-77です", &[Kind::Identifier]);
        check("no. 11310000000-77, seen", &[Kind::Identifier]);
        check("11310000000-778", &[]);
    }

    #[test]
    fn a_name_is_met_in_a_sentence() {
        check("姉は青葉 花子さん", &[Kind::Name]);
        check("her sister AOBA Hanako.", &[Kind::Name]);
        check("AOBA Hanakos", &[]);
        check("子", &[]);
        check("tel 022-000-0001 (home)", &[Kind::Contact]);
        check("1022-000-0001", &[]);
    }

    #[test]
    fn what_is_written_with_escapes_is_met() {
        let name = r#"{"text":"\u9752\u8449 \u82b1\u5b50"#;
        assert!(terms().may_be_in(name.as_bytes()));
        assert_eq!(terms().are_in_raw(name.as_bytes()), Kinds::of(&[Kind::Name]));
        let reference = r#"{"reference":"Patient\/han""#;
        assert_eq!(terms().are_in_raw(reference.as_bytes()), Kinds::of(&[Kind::Reference]));
        assert_eq!(unescaped(r"\ud842\udfb7 \n\u12"), "𠮷 \\n\\u12");
        let mut broken = b"\xff\xfe Patient/han ".to_vec();
        assert_eq!(terms().are_in_raw(&broken), Kinds::of(&[Kind::Reference]));
        broken.truncate(8);
        assert!(terms().are_in_raw(&broken).is_empty());
    }

    #[test]
    fn an_identifier_of_any_length_is_known_beside_its_system() {
        let pair = ("urn:x".to_owned(), "1".to_owned());
        let terms = Terms::with_identifiers([], [pair]).unwrap();
        assert!(terms.has_identifier("urn:x", "1") && !terms.has_identifier("urn:y", "1"));
        assert!(terms.may_be_in(br#"{"system":"urn:x","value":"1"}"#));
        assert!(terms.are_in("urn:x").is_empty() && terms.are_in("1").is_empty());
    }

    #[test]
    fn what_is_written_in_addresses_and_in_base64_is_met() {
        check("https://x/Observation?subject=Patient%2Fhan&a=1", &[Kind::Reference]);
        check("q=%E9%9D%92%E8%91%89%20%E8%8A%B1%E5%AD%90&x", &[Kind::Name]);
        check("q=%e9%9d%92%e8%91%89%20%e8%8a%b1%e5%ad%90", &[Kind::Name]);
        // 姉は青葉 花子さん
        check("5aeJ44Gv6Z2S6JGJIOiKseWtkOOBleOCkw==", &[Kind::Name]);
        let damaged = r#"{"data":"5aeJ44Gv6Z2S6JGJIOiKseWtkOOBleOCkw"#;
        assert_eq!(terms().are_in_raw(damaged.as_bytes()), Kinds::of(&[Kind::Name]));
        // 青葉 太郎
        check("6Z2S6JGJIOWkqumDjg==", &[]);
    }

    #[test]
    fn no_terms_are_in_no_text() {
        let none = Terms::new([]).unwrap();
        assert!(none.are_in("Patient/han").is_empty() && !none.may_be_in(b"\\u0041"));
    }
}
