//! How values are spread: bins with round edges, and round values near which enough people are.
//!
//! The lowest value of all is somebody's, and so is the highest, the middle one, and each that a
//! quantile falls upon. So bins at the ends are joined until enough people are in them, and are
//! open; and a quantile is told as a round number, so coarse that enough people lie nearest to it
//! (decision 0056).

use std::fmt;

use serde::Serialize;
use vocab::RawCount;

use crate::Policy;

/// The finest step is a power of ten with this exponent.
const EXPONENT_MIN: f64 = -9.0;

/// So many bins at most, before the small ones at the ends are joined,
const BINS_MAX: u64 = 16;
/// and so many where there are few people.
const BINS_FEW: u64 = 4;

/// Values in bins with round edges.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins<T> {
    /// The width of a bin.
    pub step: f64,
    /// The edges between them, ascending.
    pub edges: Vec<f64>,
    /// What lies in each: below the first edge, between edges, from the last edge on.
    pub bins: Vec<T>,
}

/// Makes bins of which the first and the last hold enough people; none where all together do not. A
/// bin in between may hold fewer: who shows it hides it.
///
/// `spread` is a low and a high value that the edges reach around, so that one that is far from all
/// others makes no bins; `least_gap` is the least gap between two values, so that no bin is empty
/// only because values are whole. `binned` gives what lies between edges, `people` how many people
/// that is. The first bin is open below and the last above: neither the lowest nor the highest value
/// is told.
///
/// ```
/// use disclosure::{Policy, bins};
/// use vocab::RawCount;
/// // Thirty people have each of 1, 2, 3; one has 40.
/// let binned = |edges: &[f64]| {
///     let mut bins = vec![0; edges.len() + 1];
///     for (value, people) in [(1.0, 30), (2.0, 30), (3.0, 30), (40.0, 1)] {
///         bins[edges.partition_point(|edge| *edge <= value)] += people;
///     }
///     bins.into_iter().map(RawCount::new).collect::<Vec<_>>()
/// };
/// let bins = bins(((1.0, 3.0), 1.0), &Policy::default(), binned, |people| *people).unwrap();
/// assert_eq!((bins.edges, bins.bins), (vec![2.0, 3.0], [30, 30, 31].map(RawCount::new).to_vec()));
/// ```
pub fn bins<T>(
    (spread, least_gap): ((f64, f64), f64),
    policy: &Policy,
    binned: impl Fn(&[f64]) -> Vec<T>,
    people: impl Fn(&T) -> RawCount,
) -> Option<Bins<T>> {
    let least = policy.min_cell.max(1);
    let is_small = |bin: Option<&T>| bin.is_none_or(|bin| people(bin).get() < least);
    let whole = binned(&[]);
    let whole = whole.first().filter(|whole| !is_small(Some(whole)))?;
    // On an even spread each bin has twice as many people as it needs to be told.
    let bins_max = (people(whole).get() / (2 * least)).clamp(BINS_FEW, BINS_MAX);
    let (step, mut edges) = round_edges(spread, least_gap, bins_max);
    loop {
        let bins = binned(&edges);
        if edges.len() > 1 && is_small(bins.first()) {
            edges.remove(0);
        } else if edges.len() > 1 && is_small(bins.last()) {
            edges.pop();
        } else if edges.len() == 1 && (is_small(bins.first()) || is_small(bins.last())) {
            edges.clear();
        } else {
            return Some(Bins { step, edges, bins });
        }
    }
}

/// A round width and the edges that it gives around two values: no narrower than the least gap, nor
/// than so many bins.
fn round_edges((low, high): (f64, f64), least_gap: f64, bins_max: u64) -> (f64, Vec<f64>) {
    #[expect(clippy::cast_precision_loss, reason = "a few bins")]
    let bins_max = bins_max as f64;
    let (low, high) = (low.min(high), low.max(high));
    let span = (high - low).max(high.abs() * 1e-3).max(1e-6);
    let step = round_up((span / bins_max).max(least_gap));
    let first = (low / step).floor();
    let count = ((high - first * step) / step).floor() + 1.0;
    let mut edges = Vec::new();
    let mut at = 0.0;
    while at <= count.min(2.0 * bins_max) {
        edges.push(tidy((first + at) * step, step));
        at += 1.0;
    }
    (step, edges)
}

/// The next number of the form 1, 2 or 5 times a power of ten.
fn round_up(number: f64) -> f64 {
    let power = 10_f64.powf(number.log10().floor());
    let times = [1.0, 2.0, 5.0].into_iter().find(|times| times * power >= number * 0.999_999);
    tidy(times.unwrap_or(10.0) * power, power)
}

/// A number without what arithmetic left behind its last digit.
fn tidy(number: f64, step: f64) -> f64 {
    format!("{number:.*}", digits(step)).parse().unwrap_or(number)
}

/// How many digits after the point a step of this width needs.
///
/// ```
/// assert_eq!([0.5, 10.0, 0.02].map(disclosure::digits), [1, 0, 2]);
/// ```
#[must_use]
pub fn digits(step: f64) -> usize {
    let mut digits = 0;
    let mut scaled = step;
    while digits < 9 && (scaled < 0.5 || (scaled - scaled.round()).abs() > 1e-6) {
        scaled *= 10.0;
        digits += 1;
    }
    digits
}

/// A value that went through disclosure control: a round number, to which the true one is nearer
/// than to its neighbours, a step away.
///
/// No one outside this crate can make one.
///
/// # Shape
/// In JSON `{"about": 6.8, "step": 0.1}`: from 6.75 to under 6.85.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ReleasedValue {
    about: f64,
    step: f64,
}

impl ReleasedValue {
    /// The round number.
    #[must_use]
    pub fn about(self) -> f64 {
        self.about
    }

    /// How far the next round number is.
    #[must_use]
    pub fn step(self) -> f64 {
        self.step
    }
}

impl fmt::Display for ReleasedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.about)
    }
}

/// Releases the value below which so many of a hundred people have theirs: `values` are those there
/// are, with the people who have them, each person once.
///
/// Told where enough people have a value before it and enough after it, as the finest round number
/// to which the values of enough people are nearest; none where that would be coarser than the
/// values of all but the outermost people are spread. Under a permit for exact counts it is told as
/// finely as four digits are.
///
/// # Order
/// Values ascend.
///
/// ```
/// use disclosure::{Policy, release_quantile};
/// use vocab::RawCount;
/// let values: Vec<_> = (0..200).map(|tenth| (f64::from(tenth) / 10.0, RawCount::new(1))).collect();
/// let median = release_quantile(&values, 50, &Policy::default()).unwrap();
/// assert_eq!((median.about(), median.step()), (10.0, 1.0));
/// ```
#[must_use]
pub fn release_quantile(
    values: &[(f64, RawCount)],
    percent: u8,
    policy: &Policy,
) -> Option<ReleasedValue> {
    let all: u64 = values.iter().map(|(_, people)| people.get()).sum();
    let rank = all.saturating_mul(percent.into()).div_ceil(100).max(1);
    let least = policy.min_cell.max(1);
    if rank < policy.min_cell || all < rank + policy.min_cell {
        return None;
    }
    let value = ranked(values, rank)?;
    let span = ranked(values, all + 1 - least)? - ranked(values, least)?;
    let scale = if value == 0.0 { span } else { value.abs() };
    let exponent = if scale > 0.0 { scale.log10().floor() - 3.0 } else { 0.0 };
    let (mut power, mut is_first) = (10_f64.powf(exponent.max(EXPONENT_MIN)), true);
    loop {
        for times in [1.0, 2.0, 5.0] {
            let step = tidy(times * power, power);
            let near = nearest(value, step);
            let same =
                values.iter().filter(|(other, _)| (nearest(*other, step) - near).abs() < 0.5);
            if same.map(|(_, people)| people.get()).sum::<u64>() >= least {
                return Some(ReleasedValue { about: tidy(near * step, step), step });
            }
            if !is_first && step >= span {
                return None;
            }
            is_first = false;
        }
        power *= 10.0;
    }
}

/// Which multiple of a step is nearest.
fn nearest(value: f64, step: f64) -> f64 {
    // A hair above, so that what arithmetic put just below a middle is not rounded down.
    (value / step + 0.5 + 1e-9).floor()
}

/// The value of the person at this place, from 1.
fn ranked(values: &[(f64, RawCount)], rank: u64) -> Option<f64> {
    let mut seen = 0_u64;
    let found = values.iter().find(|(_, people)| {
        seen = seen.saturating_add(people.get());
        seen >= rank
    });
    found.map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values, each with how many people have it, ascending.
    fn of(values: &[(i32, u64)]) -> Vec<(f64, RawCount)> {
        values.iter().map(|(value, people)| (f64::from(*value), RawCount::new(*people))).collect()
    }

    fn binned(values: &[(f64, RawCount)], edges: &[f64]) -> Vec<RawCount> {
        let mut bins = vec![0; edges.len() + 1];
        for (value, people) in values {
            bins[edges.partition_point(|edge| edge <= value)] += people.get();
        }
        bins.into_iter().map(RawCount::new).collect()
    }

    fn in_bins(values: &[(f64, RawCount)], policy: &Policy) -> Option<Bins<RawCount>> {
        let (low, high) = (values.first()?.0, values.last()?.0);
        let gaps = values.windows(2).map(|pair| pair[1].0 - pair[0].0);
        let gap = gaps.min_by(f64::total_cmp).unwrap_or(0.0);
        bins(((low, high), gap), policy, |edges| binned(values, edges), |people| *people)
    }

    fn told(values: &[(f64, RawCount)], percent: u8) -> Option<String> {
        release_quantile(values, percent, &Policy::default()).map(|value| value.to_string())
    }

    #[test]
    fn edges_are_round_and_reach_around_the_values() {
        let check = |spread, gap, expect: (f64, f64, f64)| {
            let (step, edges) = round_edges(spread, gap, BINS_MAX);
            let said = (step, *edges.first().unwrap(), *edges.last().unwrap());
            assert_eq!(said, expect, "{spread:?}");
        };
        check((4.8, 8.79), 0.1, (0.5, 4.5, 9.0));
        check((-3.0, 140.0), 1.0, (10.0, -10.0, 150.0));
        check((1.0, 3.0), 1.0, (1.0, 1.0, 4.0));
        check((3.0, 1.0), 1.0, (1.0, 1.0, 4.0));
        assert_eq!(round_edges((64.0, 100.0), 1.0, 2), (20.0, vec![60.0, 80.0, 100.0, 120.0]));
        assert_eq!(round_edges((7.0, 7.0), 0.0, BINS_MAX).1.len(), 2);
        assert_eq!([0.5, 10.0, 0.02, 0.001].map(digits), [1, 0, 2, 3]);
    }

    #[test]
    fn the_outermost_people_are_in_open_bins_with_others() {
        let values = of(&[(0, 1), (50, 30), (60, 30), (70, 9), (900, 1)]);
        let policy = Policy::default();
        let bins = bins(((50.0, 70.0), 10.0), &policy, |edges| binned(&values, edges), |n| *n);
        let bins = bins.unwrap();
        assert_eq!(
            (bins.edges, bins.bins),
            (vec![60.0, 70.0], [31, 30, 10].map(RawCount::new).to_vec())
        );
    }

    #[test]
    fn a_quantile_is_as_coarse_as_enough_people_are_near() {
        let hundred = of(&(0..100).map(|value| (value, 1)).collect::<Vec<_>>());
        assert_eq!(
            [25, 50, 75].map(|percent| told(&hundred, percent).unwrap()),
            ["20", "50", "70"]
        );
        // Nine people lie below the tenth part, and nine above the ninth.
        assert_eq!([9, 91].map(|percent| told(&hundred, percent)), [None, None]);
        assert_eq!(told(&hundred, 10).unwrap(), "10");
        let alike = of(&[(3, 10), (365, 40), (1_000, 10)]);
        assert_eq!(told(&alike, 50).unwrap(), "365");
        // Twelve people on either side of a gap: no round number is near ten of them.
        let gap: Vec<_> = (0..12).chain(1_000..1_012).map(|value| (value, 1)).collect();
        assert_eq!(told(&of(&gap[..19]), 50), None);
        assert_eq!(told(&of(&[(7, 9)]), 50), None);
        assert_eq!(told(&[], 50), None);
    }

    #[test]
    fn under_exact_counts_a_quantile_has_four_digits() {
        let values = [(-0.5, 1), (6.543, 1), (1e-12, 1)].map(|(v, n)| (v, RawCount::new(n)));
        let exactly = |at: usize| {
            let value = release_quantile(&values[at..=at], 50, &Policy::exact()).unwrap();
            (value.about(), value.step())
        };
        assert_eq!([0, 1, 2].map(exactly), [(-0.5, 0.000_1), (6.543, 0.001), (0.0, 1e-9)]);
        let json = serde_json::to_string(&release_quantile(&values[1..2], 50, &Policy::exact()));
        assert_eq!(json.unwrap(), r#"{"about":6.543,"step":0.001}"#);
    }

    fn values() -> impl Strategy<Value = Vec<(f64, RawCount)>> {
        let scale = prop_oneof![Just(0.01), Just(1.0), Just(30.0)];
        let each = prop::collection::btree_map(-300..300_i32, 1..9_u64, 1..80);
        (each, scale).prop_map(|(each, scale)| {
            let scaled = |(value, people): (i32, u64)| (f64::from(value) * scale, people);
            each.into_iter().map(scaled).map(|(v, n)| (v, RawCount::new(n))).collect()
        })
    }

    proptest! {
        #[test]
        fn enough_people_are_near_a_quantile_and_on_either_side(values in values(), percent in 1..100_u8) {
            let people: Vec<f64> = values
                .iter()
                .flat_map(|(value, people)| (0..people.get()).map(|_| *value))
                .collect();
            let rank = (people.len() * usize::from(percent)).div_ceil(100);
            if let Some(told) = release_quantile(&values, percent, &Policy::default()) {
                let half = told.step() * 0.500_001;
                let near = |value: f64| (value - told.about()).abs() <= half;
                prop_assert!(near(people[rank - 1]), "{told:?} is not near {}", people[rank - 1]);
                prop_assert!(people.iter().filter(|value| near(**value)).count() >= 10);
                prop_assert!(rank >= 10 && people.len() - rank >= 10);
            } else {
                let together = people.iter().filter(|value| (**value - people[rank - 1]).abs() < 1e-9).count();
                prop_assert!(together < 10 || rank < 10 || people.len() - rank < 10);
            }
        }

        #[test]
        fn where_the_outermost_are_changes_no_quantile(
            values in values(), percent in 1..100_u8, farther in 0.0..1e6_f64,
        ) {
            let policy = Policy::default();
            if let Some(told) = release_quantile(&values, percent, &policy) {
                let mut moved = values.clone();
                let last = moved.last_mut().unwrap();
                if last.1.get() < 10 && last.0 > told.about() + told.step() {
                    last.0 += farther;
                }
                prop_assert_eq!(Some(told), release_quantile(&moved, percent, &policy));
            }
        }

        #[test]
        fn the_ends_of_bins_hold_enough_people_and_nobody_is_lost(values in values()) {
            let all: u64 = values.iter().map(|(_, people)| people.get()).sum();
            match in_bins(&values, &Policy::default()) {
                None => prop_assert!(all < 10),
                Some(bins) => {
                    prop_assert_eq!(bins.bins.iter().map(|people| people.get()).sum::<u64>(), all);
                    let ends = [bins.bins.first().unwrap(), bins.bins.last().unwrap()];
                    prop_assert!(ends.iter().all(|people| people.get() >= 10));
                }
            }
        }
    }
}
