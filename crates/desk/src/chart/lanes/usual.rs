//! The range in which values of a series are as they should be.

use crate::chart::decimal;
use crate::words::Words;

/// Digits after the point with which a limit is written, at the most.
const DIGITS_MAX: usize = 4;

/// A range either end of which may be open; open at both ends, nothing is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usual {
    low: Option<f64>,
    high: Option<f64>,
}

impl Usual {
    /// From one limit to the other; limits that contradict each other are no range.
    pub(super) fn new(low: Option<f64>, high: Option<f64>) -> Self {
        match (low, high) {
            (Some(low), Some(high)) if low >= high => Self::default(),
            _ => Self { low, high },
        }
    }

    /// From where to where the range is drawn among these values: an open end reaches as far as
    /// they do, downwards at least to nothing.
    pub(super) fn band(&self, values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
        match (self.low, self.high) {
            (None, None) => None,
            (Some(low), Some(high)) => Some((low, high)),
            (None, Some(high)) => Some((values.fold(high.min(0.0), f64::min), high)),
            (Some(low), None) => Some((low, values.fold(low, f64::max))),
        }
    }

    /// `基準 4.9–6.0`; nothing where nothing is known.
    pub(super) fn said(&self, words: &Words, digits: usize) -> Option<String> {
        let written = |limit: f64| decimal(words, limit, needed(limit, digits));
        let (low, high) = (self.low.map(written), self.high.map(written));
        let key = match (&low, &high) {
            (None, None) => return None,
            (Some(_), Some(_)) => "desk.chart.usual",
            (Some(_), None) => "desk.chart.usual_from",
            (None, Some(_)) => "desk.chart.usual_to",
        };
        let (low, high) = (low.unwrap_or_default(), high.unwrap_or_default());
        Some(words.fill(key, &[("low", &low), ("high", &high)]))
    }

    /// Whether a value is not outside, as far as is known.
    pub(super) fn holds(&self, value: f64) -> bool {
        self.low.is_none_or(|low| value >= low) && self.high.is_none_or(|high| value <= high)
    }

    /// That a value lies outside, in words to stand behind it; empty where it does not.
    pub(super) fn remark(&self, words: &Words, value: f64) -> String {
        let key = match (self.low, self.high) {
            (Some(low), _) if value < low => "desk.chart.below",
            (_, Some(high)) if value > high => "desk.chart.above",
            _ => return String::new(),
        };
        words.say(key).to_owned()
    }
}

/// As many digits after the point as a limit has, at least as many as the values.
fn needed(limit: f64, digits: usize) -> usize {
    let holds = |digits: &usize| {
        let parts = 10_f64.powi(i32::try_from(*digits).unwrap_or_default());
        ((limit * parts).round() - limit * parts).abs() < 1e-6
    };
    (digits..DIGITS_MAX).find(holds).unwrap_or(digits.max(DIGITS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_end_reaches_as_far_as_the_values() {
        let check = |low, high, expect| {
            assert_eq!(Usual::new(low, high).band([45.0, 71.0].into_iter()), expect);
        };
        check(Some(60.0), None, Some((60.0, 71.0)));
        check(None, Some(60.0), Some((0.0, 60.0)));
        check(Some(1.0), Some(2.0), Some((1.0, 2.0)));
        check(Some(2.0), Some(1.0), None);
        check(None, None, None);
    }

    #[test]
    fn a_limit_is_written_with_the_digits_it_has() {
        assert_eq!(needed(60.0, 0), 0);
        assert_eq!(needed(60.0, 1), 1);
        assert_eq!(needed(0.65, 0), 2);
        assert_eq!(needed(1.0 / 3.0, 1), DIGITS_MAX);
    }
}
