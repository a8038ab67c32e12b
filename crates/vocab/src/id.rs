//! Identifiers as types, so that a patient's number can never be passed where a load's belongs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Names one person inside this house.
///
/// It is a keyed hash of where the record came from and the id it had there, so it tells nothing
/// about the person without the house's key, and the same record gets the same number on every
/// load. `Debug` hides the number: logs never carry it.
///
/// # Shape
/// A positive 63-bit integer; column `patient_id` in every table about people.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PatientId(i64);

impl PatientId {
    /// Makes an id from a 64-bit hash by clearing its sign bit.
    ///
    /// ```
    /// assert_eq!(vocab::PatientId::from_hash(u64::MAX).get(), i64::MAX);
    /// ```
    #[must_use]
    pub fn from_hash(hash: u64) -> Self {
        Self((hash & (u64::MAX >> 1)).cast_signed())
    }

    /// Takes a number that was read back from a table or the ledger.
    #[must_use]
    pub fn from_stored(number: i64) -> Option<Self> {
        (number >= 0).then_some(Self(number))
    }

    /// The number as it stands in `patient_id`.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Debug for PatientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PatientId(..)")
    }
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id! {
    /// Numbers one load: one run of `aoba ingest` that found something to do. Counts from 1.
    LoadId
}
number_id! {
    /// Numbers one erasure: one person whose records were taken out. Counts from 1.
    ErasureId
}
number_id! {
    /// Numbers one snapshot: a version of every table, all from the same moment. Counts from 1.
    SnapshotId
}
number_id! {
    /// Numbers one pull: one run that fetched records from a live server. Counts from 1.
    PullId
}

/// Names a file in the landing: the SHA-256 of its bytes as received.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LandingId(pub [u8; 32]);

impl fmt::Display for LandingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for LandingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LandingId({self})")
    }
}

impl FromStr for LandingId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let bad = || ParseIdError { text: text.to_owned(), wanted: "64 hexadecimal digits" };
        if text.len() != 64 || !text.is_ascii() {
            return Err(bad());
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            let pair = text.get(at * 2..at * 2 + 2).ok_or_else(bad)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
        }
        Ok(Self(bytes))
    }
}

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a name of 1 to 128 characters without white space or control characters.
            ///
            /// # Errors
            /// When the name is empty, too long, or holds such a character.
            pub fn new(name: &str) -> Result<Self, ParseIdError> {
                let length_ok = (1..=128).contains(&name.chars().count());
                if length_ok && !name.chars().any(|c| c.is_whitespace() || c.is_control()) {
                    return Ok(Self(name.to_owned()));
                }
                Err(ParseIdError {
                    text: name.to_owned(),
                    wanted: "1 to 128 characters without white space",
                })
            }

            /// The name itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = ParseIdError;

            fn try_from(text: String) -> Result<Self, ParseIdError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

name_id! {
    /// Names who acts: an account or, at the command line, `local:` and the system's user name.
    Actor
}
name_id! {
    /// Names a study under which data are used.
    StudyId
}

/// Says that a text is not the identifier it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an identifier: it takes {wanted}")]
pub struct ParseIdError {
    text: String,
    wanted: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patient_id_never_shows_itself_in_a_log() {
        assert_eq!(format!("{:?}", PatientId::from_hash(42)), "PatientId(..)");
    }

    #[test]
    fn a_landing_id_reads_back_what_it_writes() {
        let id = LandingId(std::array::from_fn(|i| u8::try_from(i * 7).unwrap()));
        assert_eq!(id.to_string().parse::<LandingId>().unwrap(), id);
        assert!("abc".parse::<LandingId>().is_err());
    }

    #[test]
    fn a_name_with_a_space_is_refused() {
        assert!(Actor::new("local user").is_err());
        assert!(StudyId::new("").is_err());
        assert_eq!(Actor::new("local:root").unwrap().as_str(), "local:root");
    }
}
