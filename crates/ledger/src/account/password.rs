//! Passwords: what may be one, and what is kept of it.
//!
//! Kept is argon2id of the password keyed with a secret of the home, so that a stolen database
//! without the home's keys cannot be guessed at. Computing it is slow on purpose: callers do it on a
//! thread of their own, a few at a time.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization as _;
use vocab::Text;

use crate::error::LedgerError;
use crate::keys::Secret;
use crate::sessions::hexadecimal;

/// The fewest characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 15;
/// The most characters of a password.
pub const PASSWORD_CHARS_MAX: usize = 128;
/// How much memory a password takes, in KiB, unless the settings say otherwise: OWASP ASVS 5.0.
pub const PASSWORD_MEMORY_KIB: u32 = 47_104;
/// The least memory that a password may take, in KiB: what the algorithm needs.
const PASSWORD_MEMORY_KIB_MIN: u32 = 8;

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// What must be left of a password without the words everybody knows.
const OWN_CHARS_MIN: usize = 6;
/// A run like `abcd` or `4321` of this length is a known word.
const RUN_CHARS_MIN: usize = 4;

/// Words that guessing begins with.
const COMMON: &str = include_str!("common_words.txt");

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// Why a text cannot be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordFault {
    /// It has too few characters.
    TooShort,
    /// It has too many characters.
    TooLong,
    /// It is among the first that anybody would guess.
    Common,
}

impl PasswordFault {
    /// What is wrong and what to do.
    #[must_use]
    pub fn text(self) -> Text {
        match self {
            Self::TooShort => Text {
                ja: "15文字以上にしてください。好きな言葉をいくつか並べると覚えやすくなります。",
                en: "Use at least 15 characters: a few words in a row are easy to remember.",
            },
            Self::TooLong => Text {
                ja: "128文字以内にしてください。",
                en: "Use at most 128 characters.",
            },
            Self::Common => Text {
                ja: "推測されやすい言葉（よくあるパスワード、病院や自分の名前、並び文字）でできています。別の言葉にしてください。",
                en: "It is made of words that are guessed first: common passwords, the hospital's or your own name, rows of keys. Use others.",
            },
        }
    }
}

/// Looks at a password before it is taken; `own` are words that only this person would use.
///
/// # Errors
/// Why it cannot be one.
pub fn check_password(password: &str, own: &[&str]) -> Result<(), PasswordFault> {
    let plain = folded(password);
    match plain.chars().count() {
        ..PASSWORD_CHARS_MIN => return Err(PasswordFault::TooShort),
        PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX => {}
        _ => return Err(PasswordFault::TooLong),
    }
    let own = own.iter().flat_map(|words| words.split([' ', '.', '-', '_', '@', '　']));
    let mut known: Vec<String> = own.chain(COMMON.lines()).map(folded).collect();
    known.retain(|word| word.chars().count() >= 2);
    known.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    let guessable = [plain.clone(), unmasked(&plain)].iter().any(|text| {
        let left = known.iter().fold(text.clone(), |text, word| text.replace(word, "\n"));
        own_chars(&left) < OWN_CHARS_MIN
    });
    if guessable { Err(PasswordFault::Common) } else { Ok(()) }
}

/// The text as it is compared: letters of one width and in lower case.
fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// With the letters that digits and marks stand for in `P@ssw0rd`.
fn unmasked(text: &str) -> String {
    let letter = |mark| match mark {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text.chars().map(letter).collect()
}

/// How many different characters are of the person's own making: none of a run, none of a space.
fn own_chars(left: &str) -> usize {
    let mut own = std::collections::BTreeSet::new();
    let chars: Vec<char> = left.chars().collect();
    let mut at = 0;
    while let Some(&first) = chars.get(at) {
        let rest = chars.get(at..).unwrap_or_default();
        let run = run_length(rest);
        if run >= RUN_CHARS_MIN {
            at += run;
        } else {
            if !first.is_whitespace() && !first.is_control() {
                own.insert(first);
            }
            at += 1;
        }
    }
    own.len()
}

/// How many characters from the beginning follow one another by the same step of -1, 0 or 1.
fn run_length(chars: &[char]) -> usize {
    let step = |pair: &[char]| match pair {
        [one, next] => i64::from(u32::from(*next)) - i64::from(u32::from(*one)),
        _ => i64::MAX,
    };
    let mut steps = chars.windows(2).map(step);
    match steps.next() {
        Some(first) if first.abs() <= 1 => 2 + steps.take_while(|step| *step == first).count(),
        _ => 1,
    }
}

/// Makes and compares what is kept of passwords.
#[derive(Clone)]
pub struct Hasher {
    pepper: Secret,
    memory_kib: u32,
}

impl Hasher {
    pub(crate) fn new(home_key: &Secret, memory_kib: u32) -> Self {
        let memory_kib = memory_kib.max(PASSWORD_MEMORY_KIB_MIN);
        Self { pepper: home_key.derive("passwords"), memory_kib }
    }

    /// What is to be kept of a password.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    ///
    /// # Cost
    /// A quarter of a second and the memory of the settings.
    pub fn hash(&self, password: &str) -> Result<PasswordHash, LedgerError> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(|_| LedgerError::NoRandomness)?;
        let hash = self.compute(password, &salt, self.memory_kib)?;
        let (salt, hash) = (hexadecimal(&salt), hexadecimal(&hash));
        Ok(PasswordHash(format!("argon2id:m={},t=1,p=1:{salt}:{hash}", self.memory_kib)))
    }

    /// Whether a password is the one that is kept. Takes as long where none is.
    ///
    /// # Errors
    /// When what is kept is not what the ledger writes.
    ///
    /// # Cost
    /// As [`Hasher::hash`].
    pub fn is_right(
        &self,
        password: &str,
        kept: Option<&PasswordHash>,
    ) -> Result<bool, LedgerError> {
        let Some(kept) = kept else {
            self.compute(password, &[0; SALT_BYTES], self.memory_kib)?;
            return Ok(false);
        };
        let damaged = || LedgerError::Damaged { what: "a password", found: "..".to_owned() };
        let (memory_kib, salt, hash) = parts(&kept.0).ok_or_else(damaged)?;
        let given = self.compute(password, &salt, memory_kib)?;
        // Of keyed hashes, so that how far two agree tells nothing of the password.
        Ok(self.pepper.mac(&[&given]) == self.pepper.mac(&[&hash]))
    }

    fn compute(
        &self,
        password: &str,
        salt: &[u8],
        memory_kib: u32,
    ) -> Result<[u8; HASH_BYTES], LedgerError> {
        let text: String = password.nfkc().collect();
        let keyed = self.pepper.mac(&[text.as_bytes()]);
        let refused = |_| LedgerError::Damaged {
            what: "the cost of a password",
            found: memory_kib.to_string(),
        };
        let params = Params::new(memory_kib, 1, 1, Some(HASH_BYTES)).map_err(refused)?;
        let mut hash = [0; HASH_BYTES];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(&keyed, salt, &mut hash)
            .map_err(refused)?;
        Ok(hash)
    }
}

/// Memory, salt and hash.
fn parts(text: &str) -> Option<(u32, Vec<u8>, Vec<u8>)> {
    let mut fields = text.split(':');
    let (name, cost, salt, hash) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let memory = cost.strip_prefix("m=")?.strip_suffix(",t=1,p=1")?;
    (name == "argon2id").then_some(())?;
    Some((memory.parse().ok()?, bytes(salt)?, bytes(hash)?))
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(byte: u8) -> Hasher {
        Hasher::new(&Secret::for_tests(byte), 8)
    }

    #[test]
    fn a_password_is_known_again_and_by_this_home_only() {
        let kept = hasher(1).hash("correct horse battery").unwrap();
        let right = |hasher: Hasher, text| hasher.is_right(text, Some(&kept)).unwrap();
        assert!(right(hasher(1), "correct horse battery"));
        assert!(right(hasher(1), "ｃｏｒｒｅｃｔ horse battery"), "letters of another width");
        assert!(!right(hasher(1), "correct horse batterz"));
        assert!(!right(hasher(1), ""));
        assert!(!right(hasher(2), "correct horse battery"), "another home's keys");
        assert!(!hasher(1).is_right("", None).unwrap());
        assert_ne!(kept, hasher(1).hash("correct horse battery").unwrap());
        assert!(kept.as_str().starts_with("argon2id:m=8,t=1,p=1:"));
        assert_eq!(format!("{kept:?}"), "PasswordHash(..)");
        let costly = Hasher::new(&Secret::for_tests(1), 64);
        assert!(right(costly, "correct horse battery"), "the cost may change");
        let broken = PasswordHash::stored("argon2id:m=8:00".to_owned());
        assert!(hasher(1).is_right("x", Some(&broken)).is_err());
    }

    #[test]
    fn what_everybody_guesses_is_refused_and_any_characters_are_taken() {
        let check = |text: &str| check_password(text, &["haruka.aoki", "青木 遥", "Haruka Aoki"]);
        for good in [
            "correct horse battery",
            "ねこがこたつでまるくなるふゆのひ",
            "fjord vex quilt nymph",
            "9f!Zq#2m$Lp0&xWt",
            "おちゃ と まんじゅう 2つ ください",
            "🦊🍵🌲🎐🗻🐟🍙🏮🎋🎍🦉🌸🐢🌊🪁",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(check("short"), Err(PasswordFault::TooShort));
        assert_eq!(check("fourteen chars"), Err(PasswordFault::TooShort));
        assert_eq!(check(&"a1-b".repeat(40)), Err(PasswordFault::TooLong));
        for common in [
            "passwordpassword",
            "P@ssw0rd P@ssw0rd",
            "password12345678",
            "123456789012345",
            "qwertyuiopasdfgh",
            "aaaaaaaaaaaaaaaaaaaa",
            "abababababababab",
            "harukaaokihospital",
            "Aoba Hospital 2026",
            "ａｏｂａｈｏｓｐｉｔａｌ２０２６",
            "青木遥病院パスワード青木遥病院",
            "letmein letmein!!",
        ] {
            assert_eq!(check(common), Err(PasswordFault::Common), "{common}");
        }
    }
}
