//! What the pages say, in both languages.
//!
//! Each slice has one `texts.toml`, in which a sentence stands once per language:
//!
//! ```toml
//! [overview]
//! title = { ja = "概要", en = "Overview" }
//! ```
//!
//! A page names it with the slice in front: `records.overview.title`. The files are read when the
//! site starts; a sentence without one of its languages stops the start, and [`unmatched`] lets
//! each slice test that it neither names what is not there nor keeps what nobody says.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use vocab::Locale;

/// Every sentence of the site, by its full key.
#[derive(Debug, Default)]
pub struct Texts {
    said: BTreeMap<String, Said>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    ja: String,
    en: String,
}

type Sections = BTreeMap<String, BTreeMap<String, Said>>;

/// Says why a file of texts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    /// The file is not TOML, or a sentence lacks a language.
    #[error("the texts of {owner:?} cannot be read: {cause}")]
    Unreadable {
        /// The slice whose file it is.
        owner: String,
        /// What the reader says.
        cause: toml::de::Error,
    },
    /// A sentence is empty in one language.
    #[error("the text {key:?} is empty in one language")]
    Empty {
        /// The full key.
        key: String,
    },
}

impl Texts {
    /// Adds the file of one slice.
    ///
    /// # Errors
    /// When the file cannot be read or a sentence lacks a language.
    pub fn add(&mut self, owner: &str, toml: &str) -> Result<(), TextsError> {
        let sections: Sections = toml::from_str(toml)
            .map_err(|cause| TextsError::Unreadable { owner: owner.to_owned(), cause })?;
        for (section, sentences) in sections {
            for (name, said) in sentences {
                let key = format!("{owner}.{section}.{name}");
                if said.ja.trim().is_empty() || said.en.trim().is_empty() {
                    return Err(TextsError::Empty { key });
                }
                self.said.insert(key, said);
            }
        }
        Ok(())
    }

    /// The sentence, or its key where there is none: a reader sees that something is missing, and
    /// the slice's test has already failed.
    #[must_use]
    pub fn say<'a>(&'a self, key: &'a str, locale: Locale) -> &'a str {
        match (self.said.get(key), locale) {
            (Some(said), Locale::Ja) => &said.ja,
            (Some(said), Locale::En) => &said.en,
            (None, _) => key,
        }
    }
}

/// Compares the sentences of one file with the keys that sources (Rust and templates) name.
///
/// # Shape
/// One line for each key that is named and missing, or kept and never named; empty when all is
/// well. A source names a key by a string literal that begins with the owner's name and a dot.
///
/// # Errors
/// When the file cannot be read or a sentence lacks a language.
pub fn unmatched(owner: &str, toml: &str, sources: &[String]) -> Result<Vec<String>, TextsError> {
    let mut texts = Texts::default();
    texts.add(owner, toml)?;
    let opening = format!("\"{owner}.");
    let mut named = BTreeSet::new();
    for source in sources {
        for (at, _) in source.match_indices(&opening) {
            let literal = source.get(at + 1..).and_then(|rest| rest.split('"').next());
            named.extend(literal.filter(|key| is_key(key)).map(str::to_owned));
        }
    }
    let kept: BTreeSet<String> = texts.said.into_keys().collect();
    let missing = named.difference(&kept).map(|key| format!("named but missing: {key}"));
    let unused = kept.difference(&named).map(|key| format!("kept but never said: {key}"));
    Ok(missing.chain(unused).collect())
}

/// Whether a literal has the form `owner.section.name`.
fn is_key(literal: &str) -> bool {
    literal.split('.').count() == 3
        && literal
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[page]\ntitle = { ja = \"題\", en = \"Title\" }\n";

    #[test]
    fn a_sentence_is_said_in_the_readers_language() {
        let mut texts = Texts::default();
        texts.add("desk", FILE).unwrap();
        assert_eq!(texts.say("desk.page.title", Locale::Ja), "題");
        assert_eq!(texts.say("desk.page.title", Locale::En), "Title");
        assert_eq!(texts.say("desk.page.nothing", Locale::En), "desk.page.nothing");
    }

    #[test]
    fn a_sentence_without_one_language_stops_the_start() {
        let mut texts = Texts::default();
        assert!(texts.add("desk", "[page]\ntitle = { ja = \"題\" }\n").is_err());
        let empty = "[page]\ntitle = { ja = \"題\", en = \" \" }\n";
        assert!(matches!(texts.add("desk", empty), Err(TextsError::Empty { .. })));
    }

    #[test]
    fn missing_and_unused_keys_are_told_apart() {
        let sources = [r#"{{ page.say("desk.page.lead") }}"#.to_owned()];
        let lines = unmatched("desk", FILE, &sources).unwrap();
        assert_eq!(
            lines,
            ["named but missing: desk.page.lead", "kept but never said: desk.page.title"]
        );
    }
}
