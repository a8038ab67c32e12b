//! Codes of authenticator apps: RFC 6238 with HMAC-SHA-1, six digits and steps of thirty seconds,
//! which every app can do.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

use crate::error::LedgerError;

/// How long a step is.
pub(super) const STEP_SECONDS: i64 = 30;
/// How many digits a code has.
const DIGITS: u32 = 6;
/// A clock may be so many steps before or behind ours.
const SKEW_STEPS: i64 = 1;
/// As long as the hash, as RFC 4226 advises.
const SEED_BYTES: usize = 20;

/// RFC 4648, the letters of base 32.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What the app and the house both know.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Seed(Vec<u8>);

impl Seed {
    pub(super) fn make() -> Result<Self, LedgerError> {
        let mut bytes = [0; SEED_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| LedgerError::NoRandomness)?;
        Ok(Self(bytes.to_vec()))
    }

    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The seed as it is typed into an app: base 32 without padding.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for part in self.0.chunks(5) {
            let mut bits = [0; 8];
            for (to, from) in bits.iter_mut().skip(3).zip(part) {
                *to = *from;
            }
            let bits = u64::from_be_bytes(bits);
            let letters = (part.len() * 8).div_ceil(5);
            for at in 0..letters {
                let five = (bits >> (35 - 5 * at)) & 31;
                let letter = usize::try_from(five).ok().and_then(|five| LETTERS.get(five));
                text.extend(letter.map(|letter| char::from(*letter)));
            }
        }
        text
    }

    /// The code of a step.
    fn code(&self, step: i64) -> u32 {
        // A key of any length is taken, so the fallback is never used; no code has eight digits.
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.0) else { return u32::MAX };
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let offset = usize::from(hash.last().copied().unwrap_or_default() & 15);
        let four = hash.iter().skip(offset).take(4);
        four.fold(0, |number: u32, byte| number << 8 | u32::from(*byte)) & 0x7fff_ffff
    }

    /// The step of a code that is right now and later than the last one used.
    pub(super) fn step_of(&self, code: &str, second: i64, last_step: i64) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() != DIGITS as usize || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let given: u32 = digits.parse().ok()?;
        let now = second.div_euclid(STEP_SECONDS);
        let steps = (now - SKEW_STEPS)..=(now + SKEW_STEPS);
        steps.filter(|step| *step > last_step).find(|step| self.code(*step) % 1_000_000 == given)
    }

    #[cfg(test)]
    pub(super) fn code_at(&self, second: i64) -> String {
        format!("{:06}", self.code(second.div_euclid(STEP_SECONDS)) % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed() -> Seed {
        Seed::of(b"12345678901234567890".to_vec())
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1, eight digits.
        for (second, expect) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(seed().code(second / STEP_SECONDS) % 100_000_000, expect, "{second}");
        }
    }

    #[test]
    fn a_code_is_good_for_its_own_step_and_one_on_either_side_and_never_twice() {
        let now = 1_111_111_111;
        let at = |steps: i64| seed().code_at(now + steps * STEP_SECONDS);
        let good = |code: &str, last| seed().step_of(code, now, last);
        let step = now / STEP_SECONDS;
        for (steps, expect) in
            [(-2, None), (-1, Some(step - 1)), (0, Some(step)), (1, Some(step + 1)), (2, None)]
        {
            assert_eq!(good(&at(steps), 0), expect, "{steps}");
        }
        assert_eq!(good(&at(0), step), None, "used");
        assert_eq!(good(&at(-1), step), None, "older than one used");
        assert_eq!(good("050 471", 0), Some(step), "typed as the app shows it");
        for wrong in ["", "50471", "0050471", "05047a", "-50471", "０５０４７１"] {
            assert_eq!(good(wrong, 0), None, "{wrong}");
        }
    }

    #[test]
    fn a_seed_is_written_in_base_32() {
        // RFC 4648, section 10, without the padding.
        for (bytes, expect) in [
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(Seed::of(bytes.as_bytes().to_vec()).text(), expect);
        }
        assert_eq!(Seed::make().unwrap().text().len(), 32);
    }
}
