//! Counts in long lists: hidden where few people stand behind them, rounded elsewhere.
//!
//! A page of the catalogue shows hundreds of counts that overlap: rows of a year, rows with a
//! value, rows of one code. Hiding the small ones is not enough, because 2,003 people in all and
//! 1,999 with a value leave 4. With every count rounded, the difference of two counts is known to
//! within a step only, which is as much as "fewer than ten" says.

use vocab::RawCount;

use crate::{Policy, Released};

/// Releases one count among many that overlap.
///
/// `people` is how many stand behind `count`, which may be rows: a thousand rows of three people
/// are as telling as three. Under the smallest number of people nothing is told; from there on
/// the nearest multiple of that number is, whatever its neighbours are, so that knowing the rule
/// gives nothing more. Under a permit for exact counts each count is told as it is.
///
/// ```
/// use disclosure::{Policy, release_rounded};
/// use vocab::RawCount;
/// let policy = Policy::default();
/// let shown = |count, people| release_rounded(RawCount::new(count), RawCount::new(people), &policy);
/// assert_eq!(shown(1_996, 40).number(), Some(2_000));
/// assert!(shown(1_996, 9).is_hidden());
/// ```
#[must_use]
pub fn release_rounded(count: RawCount, people: RawCount, policy: &Policy) -> Released {
    let step = policy.min_cell;
    if step == 0 {
        return Released::Exactly(count.get());
    }
    if people.get() < step || count.get() < step {
        return Released::FewerThan(step);
    }
    let nearest = count.get().saturating_add(step / 2) / step * step;
    Released::About(nearest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(count: u64, people: u64) -> Option<u64> {
        release_rounded(RawCount::new(count), RawCount::new(people), &Policy::default()).number()
    }

    #[test]
    fn counts_are_rounded_to_the_nearest_step() {
        assert_eq!([10, 14, 15, 996, 2_004].map(|n| shown(n, 10)), {
            [Some(10), Some(10), Some(20), Some(1_000), Some(2_000)]
        });
    }

    #[test]
    fn many_rows_of_few_people_are_hidden() {
        assert_eq!(shown(5_000, 9), None);
        assert_eq!(shown(0, 0), None);
    }

    #[test]
    fn exact_counts_are_told_as_they_are() {
        let exact = release_rounded(RawCount::new(3), RawCount::new(1), &Policy::exact());
        assert_eq!(exact, Released::Exactly(3));
    }

    /// What a reader may think the count behind a shown number is.
    fn choices(shown: u64) -> std::ops::RangeInclusive<u64> {
        shown.saturating_sub(5).max(10)..=shown + 4
    }

    proptest! {
        #[test]
        fn a_whole_minus_a_part_never_tells_a_small_rest(part in 10_u64..5_000, rest in 0_u64..10) {
            let whole = part + rest;
            let (told, part_told) = (shown(whole, whole).unwrap(), shown(part, part).unwrap());
            // Every rest from one to nine stays possible, whatever the rest really is; from one to four
            // where both are told as the least that is told, since nobody is told of fewer than ten.
            let least = (told, part_told) == (10, 10);
            for other in 1..if least { 5 } else { 10 } {
                let fits = choices(told).any(|whole| {
                    whole.checked_sub(other).is_some_and(|part| choices(part_told).contains(&part))
                });
                prop_assert!(fits, "{whole} - {part}: {other} is ruled out");
            }
        }
    }
}
