//! The small words of the language: names, titles, versions, numbers as written, units.

use serde::{Deserialize, Serialize};
use vocab::Locale;

/// A name in a definition: lower-case ASCII letters, digits and `_`, starting with a letter, at
/// most 64 characters, and no word of the language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, schemars(with = "String", extend("pattern" = r"^[a-z][a-z0-9_]{0,63}$")))]
pub struct Name(pub(crate) String);

impl Name {
    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A version, `1` or `2.1.0`: at most four numbers of at most nine digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, schemars(with = "String", extend("pattern" = r"^[0-9]{1,9}(\.[0-9]{1,9}){0,3}$")))]
pub struct Version(pub(crate) String);

impl Version {
    /// The version as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The SHA-256 of the canonical text of a file, in 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, schemars(with = "String", extend("pattern" = r"^[0-9a-f]{64}$")))]
pub struct Hash(pub(crate) String);

impl Hash {
    /// The hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A number as written: finite, below 10^15, with at most 12 decimals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "f64", into = "f64")]
#[cfg_attr(test, schemars(with = "f64"))]
pub struct Real(pub(crate) f64);

impl Real {
    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

/// A unit by its UCUM code, case-sensitive: `mg/dL`, `%`, `%{JDS}`, `mmol/mol`, `10*9/L`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, schemars(with = "String"))]
pub struct Unit(pub(crate) String);

impl Unit {
    /// The UCUM code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a person calls a thing, in English and Japanese: `"baseline HbA1c" ja "基準HbA1c"`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// In English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
    /// In Japanese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ja: Option<String>,
}

impl Title {
    /// What it is called in a language, else in the other one.
    #[must_use]
    pub fn get(&self, locale: Locale) -> Option<&str> {
        let (first, second) = match locale {
            Locale::Ja => (&self.ja, &self.en),
            Locale::En => (&self.en, &self.ja),
        };
        first.as_deref().or(second.as_deref())
    }
}

/// One line of comment: no control characters, no space at its end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, schemars(with = "String"))]
pub struct Remark(pub(crate) String);

impl Remark {
    /// Takes a line.
    ///
    /// # Errors
    /// When it is more than a line, or ends with a space.
    pub fn new(text: &str) -> Result<Self, NotAllowed> {
        if text.contains(char::is_control) || text.trim_end() != text {
            return Err(NotAllowed::Remark);
        }
        Ok(Self(text.to_owned()))
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Comments that belong to a clause. They mean nothing and are never lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Comments {
    /// Lines before it, without `#` and the space after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Remark>,
    /// At the end of its first line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Remark>,
}

impl Comments {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_none()
    }
}

/// Why a word was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// Not a name.
    #[error("a name has lower-case letters, digits and _, starts with a letter and has at most 64")]
    Name,
    /// A word of the language.
    #[error("this word means something in definitions and cannot be a name")]
    Reserved,
    /// Not a version.
    #[error("a version is written 1 or 2.1.0")]
    Version,
    /// Not a hash.
    #[error("a hash has 64 hexadecimal digits, a to f in lower case")]
    Hash,
    /// Not a number that can be written.
    #[error("a number is below 10^15 and has at most 12 decimals")]
    Real,
    /// Not a unit.
    #[error("a unit is written by its UCUM code, such as mg/dL, %, mmol/mol or 10*9/L")]
    Unit,
    /// Not a line of comment.
    #[error("a comment is one line without a space at its end")]
    Remark,
    /// Not a day.
    #[error("a day is written 2024-05-17 and is in the calendar")]
    Date,
}

/// The longest name and unit, in bytes.
const NAME_BYTES_MAX: usize = 64;
/// The largest number, exclusive.
const REAL_MAX: f64 = 1e15;
/// Decimals of a number, at most.
const DECIMALS_MAX: usize = 12;

impl Name {
    /// Takes a name.
    ///
    /// ```
    /// use cohort::ast::Name;
    /// assert_eq!(Name::new("t2dm").unwrap().as_str(), "t2dm");
    /// assert!(Name::new("index").is_err());
    /// ```
    ///
    /// # Errors
    /// When it is not one, or is a word of the language.
    pub fn new(text: &str) -> Result<Self, NotAllowed> {
        let mut bytes = text.bytes();
        let starts = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
        let goes_on = bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !starts || !goes_on || text.len() > NAME_BYTES_MAX {
            return Err(NotAllowed::Name);
        }
        if super::word::is_reserved(text) {
            return Err(NotAllowed::Reserved);
        }
        Ok(Self(text.to_owned()))
    }
}

impl Version {
    /// Takes a version.
    ///
    /// # Errors
    /// When it is not one.
    pub fn new(text: &str) -> Result<Self, NotAllowed> {
        let parts: Vec<&str> = text.split('.').collect();
        let is_number = |part: &&str| {
            (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if parts.len() <= 4 && parts.iter().all(is_number) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAllowed::Version)
        }
    }
}

impl Hash {
    /// Takes the hexadecimal digits of a SHA-256.
    ///
    /// # Errors
    /// When they are not 64, or not lower-case.
    pub fn new(text: &str) -> Result<Self, NotAllowed> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == 64 && text.bytes().all(is_digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAllowed::Hash)
        }
    }
}

impl Real {
    /// Takes a number.
    ///
    /// # Errors
    /// When it is not finite, too large, or has too many decimals.
    pub fn new(value: f64) -> Result<Self, NotAllowed> {
        if !value.is_finite() || value.abs() >= REAL_MAX {
            return Err(NotAllowed::Real);
        }
        let written = value.to_string();
        let decimals = written.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        if decimals > DECIMALS_MAX {
            return Err(NotAllowed::Real);
        }
        // There is one zero.
        Ok(Self(if value == 0.0 { 0.0 } else { value }))
    }
}

impl Unit {
    /// Takes a UCUM code, by its form; whether it is a unit that is known is asked later.
    ///
    /// # Errors
    /// When it has not the form of a UCUM code, or is a word of the language.
    pub fn new(text: &str) -> Result<Self, NotAllowed> {
        let first = text.bytes().next().ok_or(NotAllowed::Unit)?;
        let starts = first.is_ascii_alphabetic()
            || matches!(first, b'%' | b'[' | b'{')
            || text.starts_with("10*")
            || text.starts_with("10^");
        if !starts || text.len() > NAME_BYTES_MAX || super::word::is_reserved(text) {
            return Err(NotAllowed::Unit);
        }
        let mut open = Vec::new();
        for byte in text.bytes() {
            if open.last() == Some(&b'}') && byte != b'}' {
                // Anything printable may stand in an annotation.
                if !byte.is_ascii_graphic() || matches!(byte, b'{' | b'"' | b'#') {
                    return Err(NotAllowed::Unit);
                }
                continue;
            }
            match byte {
                b'(' => open.push(b')'),
                b'[' => open.push(b']'),
                b'{' => open.push(b'}'),
                b')' | b']' | b'}' if open.pop() != Some(byte) => return Err(NotAllowed::Unit),
                b')' | b']' | b'}' => {}
                b'%' | b'/' | b'.' | b'*' | b'\'' | b'_' | b'^' | b'+' | b'-' => {}
                byte if byte.is_ascii_alphanumeric() => {}
                _ => return Err(NotAllowed::Unit),
            }
        }
        if open.is_empty() { Ok(Self(text.to_owned())) } else { Err(NotAllowed::Unit) }
    }
}

macro_rules! read_as_text {
    ($($kind:ident),*) => {$(
        impl TryFrom<String> for $kind {
            type Error = NotAllowed;
            fn try_from(text: String) -> Result<Self, NotAllowed> {
                Self::new(&text)
            }
        }
        impl From<$kind> for String {
            fn from(word: $kind) -> Self {
                word.0
            }
        }
        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

read_as_text!(Name, Version, Hash, Unit, Remark);

impl TryFrom<f64> for Real {
    type Error = NotAllowed;
    fn try_from(value: f64) -> Result<Self, NotAllowed> {
        Self::new(value)
    }
}

impl From<Real> for f64 {
    fn from(real: Real) -> Self {
        real.0
    }
}

impl std::fmt::Display for Real {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
