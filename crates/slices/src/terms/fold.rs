//! Words as they are compared: width, case and the two kanas make no difference.

use unicode_normalization::UnicodeNormalization as _;

/// The words by which a thing is found, folded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folded {
    code: String,
    /// The code without points and dashes.
    bare: String,
    names: Vec<String>,
    text: String,
}

/// One word of a query.
pub(crate) struct Term<'a> {
    text: &'a str,
    /// As a code without points and dashes; empty where nothing else is in it.
    bare: String,
}

impl<'a> Term<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, bare: text.chars().filter(|letter| !is_joint(*letter)).collect() }
    }
}

impl Folded {
    /// How well a word fits; none when it does not occur.
    pub(crate) fn score(&self, term: &Term<'_>) -> Option<u32> {
        if self.code == term.text || (!term.bare.is_empty() && self.bare == term.bare) {
            return Some(100);
        }
        let of_code = if self.code.starts_with(term.text) { 70 } else { 0 };
        let of_names = self.names.iter().map(|name| of_name(name, term.text)).max();
        let best = of_names.unwrap_or(0).max(of_code);
        if best > 0 {
            Some(best)
        } else if self.code.contains(term.text) {
            Some(20)
        } else {
            self.text.contains(term.text).then_some(10)
        }
    }
}

/// How well a word fits a name; nought when it does not occur.
fn of_name(name: &str, term: &str) -> u32 {
    match name.find(term) {
        None => 0,
        Some(0) if name.len() == term.len() => 90,
        Some(0) => 60,
        Some(_) => 40,
    }
}

/// Whether a letter only joins the parts of a code: `E11.9` is also written `E119`.
fn is_joint(letter: char) -> bool {
    matches!(letter, '.' | '-')
}

/// A text as it is compared: one width, one case, one kana.
pub(crate) fn fold(text: &str) -> String {
    let one_kana = |letter: char| match letter {
        '\u{30a1}'..='\u{30f6}' => char::from_u32(u32::from(letter) - 0x60).unwrap_or(letter),
        other => other,
    };
    text.nfkc().flat_map(char::to_lowercase).map(one_kana).collect()
}

/// The words of a thing: its code, its names, and other text about it.
pub(crate) fn folded<'a>(
    code: &str,
    names: impl IntoIterator<Item = &'a str>,
    text: &str,
) -> Folded {
    let folded = fold(code);
    let bare = folded.chars().filter(|letter| !is_joint(*letter)).collect();
    let names = names.into_iter().map(fold).collect();
    Folded { code: folded, bare, names, text: fold(text) }
}
