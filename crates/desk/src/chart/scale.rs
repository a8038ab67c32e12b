//! From values to places, and which values are written on an axis.

/// A straight scale: two values and the places where they are drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Linear {
    value: (f64, f64),
    place: (f64, f64),
}

impl Linear {
    /// Maps the first value to the first place and the second to the second.
    pub(crate) fn new(value: (f64, f64), place: (f64, f64)) -> Self {
        let span = value.1 - value.0;
        let value = if span.abs() < f64::EPSILON { (value.0, value.0 + 1.0) } else { value };
        Self { value, place }
    }

    /// Where this value is drawn.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = (value - self.value.0) / (self.value.1 - self.value.0);
        self.place.0 + share * (self.place.1 - self.place.0)
    }

    /// Where this value is drawn, kept within the two places.
    pub(crate) fn within(&self, value: f64) -> f64 {
        let (low, high) = (self.place.0.min(self.place.1), self.place.0.max(self.place.1));
        self.at(value).clamp(low, high)
    }
}

/// Round values within `low..=high`, at most `most` of them.
pub(crate) fn ticks(low: f64, high: f64, most: u32) -> Vec<f64> {
    let step = step(high - low, most);
    let mut out = Vec::new();
    let mut at = (low / step - 1e-9).ceil();
    while at * step <= high + step * 1e-9 && out.len() < 50 {
        // Adding zero turns -0 into 0.
        out.push(at * step + 0.0);
        at += 1.0;
    }
    out
}

/// Round values from zero to the first one that is not under `high`.
pub(crate) fn ticks_from_zero(high: f64, most: u32) -> Vec<f64> {
    let high = if high > 0.0 { high } else { 1.0 };
    // Counts are whole: no tick lies between one and two.
    let step = step(high, most).max(if high > 1.0 { 1.0 } else { 0.0 });
    let mut out = vec![0.0];
    let mut at = 1.0;
    while (at - 1.0) * step < high * (1.0 - 1e-9) {
        out.push(at * step);
        at += 1.0;
    }
    out
}

/// 1, 2 or 5 times a power of ten, so that `most` steps cover the span.
fn step(span: f64, most: u32) -> f64 {
    let rough = span.abs().max(1e-9) / f64::from(most.max(1));
    let power = 10_f64.powf(rough.log10().floor());
    let times = [1.0, 2.0, 5.0].into_iter().find(|times| power * times >= rough * (1.0 - 1e-9));
    power * times.unwrap_or(10.0)
}

/// How many digits after the point tell these ticks apart.
pub(crate) fn decimals(ticks: &[f64]) -> usize {
    let gap = match ticks {
        [first, second, ..] => second - first,
        _ => 1.0,
    };
    (0..4)
        .find(|digits| {
            let times = 10_f64.powi(i32::try_from(*digits).unwrap_or(0));
            (gap * times - (gap * times).round()).abs() < 1e-6
        })
        .unwrap_or(4)
}

/// Values for an axis of ratios, drawn by their logarithm.
pub(crate) fn ratio_ticks(low: f64, high: f64) -> Vec<f64> {
    const WIDE: [f64; 13] =
        [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
    const CLOSE: [f64; 9] = [0.25, 0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.5, 2.0];
    let inside = |list: &[f64]| -> Vec<f64> {
        list.iter().copied().filter(|tick| (low..=high).contains(tick)).collect()
    };
    let wide = inside(&WIDE);
    if wide.len() >= 3 { wide } else { inside(&CLOSE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ticks: &[f64], expect: &[f64]) {
        let near = |(one, other): (&f64, &f64)| (one - other).abs() < 1e-9;
        assert!(ticks.len() == expect.len() && ticks.iter().zip(expect).all(near), "{ticks:?}");
    }

    #[test]
    fn ticks_are_round_and_few() {
        check(&ticks(0.7, 1.0, 4), &[0.7, 0.8, 0.9, 1.0]);
        check(&ticks_from_zero(842.0, 5), &[0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]);
        check(&ticks_from_zero(3.0, 5), &[0.0, 1.0, 2.0, 3.0]);
        check(&ticks_from_zero(0.0, 5), &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
    }

    #[test]
    fn every_span_gets_at_least_two_ticks_and_not_too_many() {
        for exponent in -3..7 {
            for lead in 1..100 {
                let high = f64::from(lead) * 10_f64.powi(exponent);
                let found = ticks_from_zero(high, 5).len();
                assert!((2..=7).contains(&found), "{high}: {found}");
                assert!(ticks_from_zero(high, 5).last().unwrap() >= &(high * 0.999_999));
            }
        }
    }

    #[test]
    fn digits_after_the_point_are_those_needed() {
        assert_eq!(
            [decimals(&[0.0, 200.0]), decimals(&[0.0, 0.5]), decimals(&[0.1, 0.15])],
            [0, 1, 2]
        );
    }

    #[test]
    fn a_scale_without_extent_stays_finite() {
        assert!(Linear::new((3.0, 3.0), (0.0, 100.0)).at(3.0).is_finite());
        assert!((Linear::new((0.0, 10.0), (100.0, 0.0)).within(12.0) - 0.0).abs() < 1e-9);
    }

    #[test]
    fn ratios_have_one_among_their_ticks() {
        for (low, high) in [(0.4, 1.6), (0.05, 20.0), (0.71, 1.3)] {
            assert!(ratio_ticks(low, high).contains(&1.0), "{low} {high}");
        }
    }
}
