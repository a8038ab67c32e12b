//! Counts in steps: to the nearest step, to the middle of a step, or up or down by a chance that stays.
//!
//! By chance a count is on average itself, so that sums of many are right; but whoever asks twice must not
//! get a second throw. So the throw follows from a key of the house and from what was counted, and the
//! same count of the same people always comes out the same.

use std::fmt;
use std::hash::Hasher as _;

use roaring::RoaringBitmap;
use siphasher::sip::SipHasher24;
use vocab::RawCount;

use crate::{Policy, Released, Zero};

/// A secret from which throws follow. Never printed.
#[derive(Clone)]
pub struct RoundingKey([u8; 16]);

impl fmt::Debug for RoundingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoundingKey(..)")
    }
}

impl RoundingKey {
    /// A key from sixteen secret bytes.
    #[must_use]
    pub fn new(secret: [u8; 16]) -> Self {
        Self(secret)
    }

    /// What stands for a set of people as the thing counted: the same whatever the question was that
    /// found them, so that asking in other words is not a second throw.
    ///
    /// ```
    /// use disclosure::RoundingKey;
    /// let key = RoundingKey::new([7; 16]);
    /// assert_eq!(key.of_people(&(0..40).collect()), key.of_people(&(0..40).rev().collect()));
    /// ```
    #[must_use]
    pub fn of_people(&self, people: &RoaringBitmap) -> [u8; 8] {
        let one = |person: u32| self.throw(&person.to_le_bytes(), u64::MAX);
        people.iter().map(one).fold(0, u64::wrapping_add).to_le_bytes()
    }

    /// One of many throws for a thing counted.
    pub(crate) fn throw(&self, what: &[u8], number: u64) -> u64 {
        let mut hasher = SipHasher24::new_with_key(&self.0);
        hasher.write(what);
        hasher.write(&number.to_le_bytes());
        hasher.finish()
    }
}

/// How a count is put in steps.
#[derive(Clone, Copy, Debug)]
pub enum Rounding<'a> {
    /// The nearest multiple of a base; counts up to `redacted` are not told.
    Nearest {
        /// The step.
        base: u64,
        /// The greatest count that is not told.
        redacted: u64,
    },
    /// The middle of the step that a count is in: 1 to 6 are 3, 7 to 12 are 9.
    Midpoint {
        /// The step; an even number.
        base: u64,
    },
    /// The multiple of a base above or below, each with such a chance that it is right on average.
    Chance {
        /// The step; at least the smallest number shown, else that.
        base: u64,
        /// The house's key.
        key: &'a RoundingKey,
        /// What was counted.
        what: &'a [u8],
    },
}

impl Rounding<'_> {
    /// The step that is really taken.
    pub(crate) fn step(&self, policy: &Policy) -> u64 {
        match self {
            Self::Nearest { base, .. } => (*base).max(1),
            Self::Midpoint { base } => (*base).max(2),
            Self::Chance { base, .. } => (*base).max(policy.min_cell).max(1),
        }
    }
}

/// Releases a count in steps.
///
/// Zero is told as zero where the policy shows it, else like the smallest counts. A count that chance
/// rounds down to nothing is told as fewer than the step.
///
/// ```
/// use disclosure::{Policy, Rounding, release_in_steps};
/// use vocab::RawCount;
/// let (policy, six) = (Policy::default(), Rounding::Midpoint { base: 6 });
/// let shown = |count| release_in_steps(RawCount::new(count), &six, &policy).number();
/// assert_eq!([1, 6, 7, 40].map(shown), [Some(3), Some(3), Some(9), Some(39)]);
/// ```
#[must_use]
pub fn release_in_steps(count: RawCount, rounding: &Rounding<'_>, policy: &Policy) -> Released {
    let (count, step) = (count.get(), rounding.step(policy));
    if count == 0 && policy.zero == Zero::Shown {
        return Released::Exactly(0);
    }
    match rounding {
        Rounding::Nearest { redacted, .. } => {
            let hidden = (*redacted).max(policy.min_cell.saturating_sub(1));
            match count.saturating_add(step / 2) / step * step {
                _ if count <= hidden => Released::FewerThan(hidden.saturating_add(1)),
                nearest => Released::About(nearest),
            }
        }
        Rounding::Midpoint { .. } => {
            Released::About((count.max(1).div_ceil(step) * step).saturating_sub(step / 2))
        }
        Rounding::Chance { key, what, .. } => {
            let (below, above) = (count / step * step, count % step);
            // Up with the chance above / step.
            let goes_up = scaled(key.throw(what, 0), step) < above;
            match if goes_up { below.saturating_add(step) } else { below } {
                0 => Released::FewerThan(step),
                rounded => Released::About(rounded),
            }
        }
    }
}

/// A throw as one of so many numbers from zero on, all alike.
pub(crate) fn scaled(throw: u64, many: u64) -> u64 {
    u64::try_from((u128::from(throw) * u128::from(many)) >> 64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;

    fn shown(count: u64, rounding: &Rounding<'_>, zero: Zero, min_cell: u64) -> Released {
        release_in_steps(RawCount::new(count), rounding, &Policy { min_cell, zero })
    }

    #[test]
    fn shared_counts_are_rounded_as_others_do() {
        let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let shared = std::env::var("AOBA_SHARED").map_or(beside, PathBuf::from);
        let Ok(text) = std::fs::read_to_string(shared.join("data/stats/cases/sdc-rounding.json"))
        else {
            return println!("skipped: no shared cases beside the repository");
        };
        let case: serde_json::Value = serde_json::from_str(&text).unwrap();
        let list = |name: &str| case["expected"][name].as_array().unwrap().clone();
        let five = Rounding::Nearest { base: 5, redacted: 7 };
        for (rounding, name) in
            [(Rounding::Midpoint { base: 6 }, "midpoint6"), (five, "redact7_round5")]
        {
            for (count, expected) in list("x").iter().zip(list(name)) {
                let count = count.as_u64().unwrap();
                let told = shown(count, &rounding, Zero::Shown, 1).number();
                assert_eq!(told, expected.as_u64(), "{name} of {count}");
            }
        }
    }

    #[test]
    fn zero_is_one_of_the_smallest_where_it_is_not_shown() {
        assert_eq!(shown(0, &Rounding::Midpoint { base: 6 }, Zero::Hidden, 10), Released::About(3));
        let five = Rounding::Nearest { base: 5, redacted: 0 };
        assert_eq!(shown(0, &five, Zero::Hidden, 10), Released::FewerThan(10));
        assert_eq!(shown(9, &five, Zero::Shown, 10), Released::FewerThan(10));
        assert_eq!(shown(u64::MAX, &five, Zero::Shown, 10).number(), Some(u64::MAX));
    }

    #[test]
    fn chance_is_right_on_average_and_asking_twice_gives_the_same() {
        for count in [3_u64, 10, 17, 2_314] {
            let told = |secret: u64| {
                let mut bytes = [0; 16];
                bytes[..8].copy_from_slice(&secret.to_le_bytes());
                let key = RoundingKey::new(bytes);
                let chance = Rounding::Chance { base: 10, key: &key, what: b"those" };
                let first = shown(count, &chance, Zero::Hidden, 10);
                assert_eq!(first, shown(count, &chance, Zero::Hidden, 10));
                first.number().unwrap_or(0)
            };
            let sum: u64 = (0..20_000).map(told).sum();
            // Five standard deviations of a mean of as many throws are 0.18 at most.
            let off = sum.abs_diff(count * 20_000);
            assert!(off < 20_000 * 18 / 100, "{count}: off by {off} in 20,000");
        }
    }

    proptest! {
        #[test]
        fn a_greater_count_is_never_told_as_less(
            (less, more, secret) in (0_u64..500, 0_u64..20, any::<[u8; 16]>()),
        ) {
            let key = RoundingKey::new(secret);
            for rounding in [
                Rounding::Nearest { base: 5, redacted: 7 },
                Rounding::Midpoint { base: 6 },
                Rounding::Chance { base: 10, key: &key, what: b"these" },
            ] {
                let told = |count| shown(count, &rounding, Zero::Hidden, 10).number().unwrap_or(0);
                prop_assert!(told(less) <= told(less + more));
                prop_assert!(told(less).abs_diff(less) < 10);
            }
        }
    }
}
