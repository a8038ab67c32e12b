//! The two languages of the house.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The language a person reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Japanese.
    Ja,
    /// English.
    #[default]
    En,
}

impl Locale {
    /// The BCP 47 tag, as in `<html lang>`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

impl FromStr for Locale {
    type Err = String;

    /// Reads a tag such as `ja`, `ja_JP.UTF-8` or `en-GB`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.get(..2).unwrap_or_default() {
            "ja" => Ok(Self::Ja),
            "en" => Ok(Self::En),
            _ => Err(format!("{text:?} is not a language here: say ja or en")),
        }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// One sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// The Japanese sentence.
    pub ja: &'static str,
    /// The English sentence.
    pub en: &'static str,
}

impl Text {
    /// The sentence in the reader's language.
    #[must_use]
    pub fn get(self, locale: Locale) -> &'static str {
        match locale {
            Locale::Ja => self.ja,
            Locale::En => self.en,
        }
    }
}
