//! Numbers kept coarsely enough to be counted in bounded memory, and finely enough to be drawn.

use std::cmp::Ordering;

/// A number is kept to so many significant digits.
const DIGITS: i32 = 4;
/// The first whole number that has more digits.
const TOO_MANY: i32 = 10_i32.pow(DIGITS.unsigned_abs());
/// What is nearer to zero than a power of ten with this exponent is kept as zero.
const EXPONENT_MIN: i32 = -300;

/// A number rounded down to four significant digits, but not where only the arithmetic put it
/// below.
///
/// There are 18,000 of them for each power of ten, so that counting how many numbers lie where takes
/// no more memory for more people.
///
/// # Order
/// By value.
///
/// ```
/// use vocab::FourDigits;
/// assert_eq!(FourDigits::of(6.54321).unwrap().value(), 6.543);
/// assert!(FourDigits::of(-3.0) < FourDigits::of(0.2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FourDigits {
    exponent: i16,
    /// From 1,000 to 9,999, with the number's sign; 0 for zero.
    digits: i16,
}

impl FourDigits {
    /// Rounds a number; none where it is not finite.
    #[must_use]
    pub fn of(number: f64) -> Option<Self> {
        if !number.is_finite() {
            return None;
        }
        let exponent = number.abs().log10().floor();
        if exponent < f64::from(EXPONENT_MIN) {
            return Some(Self { exponent: 0, digits: 0 });
        }
        #[expect(clippy::cast_possible_truncation, reason = "an exponent of an f64 is below 400")]
        let mut exponent = exponent as i32;
        let scaled = number * 10_f64.powi(DIGITS - 1 - exponent);
        let near = scaled.round();
        let digits = if (scaled - near).abs() < 1e-6 { near } else { scaled.floor() };
        #[expect(clippy::cast_possible_truncation, reason = "at most 10,000 either way")]
        let mut digits = digits as i32;
        if digits.abs() >= TOO_MANY {
            (exponent, digits) = (exponent + 1, digits / 10);
        }
        let narrow = |number: i32| i16::try_from(number).unwrap_or(i16::MAX);
        Some(Self { exponent: narrow(exponent), digits: narrow(digits) })
    }

    /// The number.
    #[must_use]
    pub fn value(self) -> f64 {
        let power = i32::from(self.exponent) - (DIGITS - 1);
        if power < 0 {
            f64::from(self.digits) / 10_f64.powi(-power)
        } else {
            f64::from(self.digits) * 10_f64.powi(power)
        }
    }

    /// In which bin it lies: 0 below the first edge, 1 from there to the second, and so on. A number
    /// on an edge lies above it.
    ///
    /// # Order
    /// Edges ascend.
    ///
    /// ```
    /// let bin = |number| vocab::FourDigits::of(number).unwrap().bin(&[0.1, 0.2, 0.3]);
    /// assert_eq!([0.05, 0.1, 0.1 + 0.2, 7.0].map(bin), [0, 1, 3, 3]);
    /// ```
    #[must_use]
    pub fn bin(self, edges: &[f64]) -> usize {
        let number = self.value();
        let near = number.abs().max(1e-9) * 1e-9;
        edges.partition_point(|edge| *edge <= number + near)
    }

    /// The least gap between two of some numbers; zero where there are not two. Meant for choosing
    /// edges, never for showing.
    ///
    /// # Order
    /// The numbers ascend.
    #[must_use]
    pub fn least_gap(ascending: &[Self]) -> f64 {
        let gaps = ascending.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?)));
        let gaps = gaps.map(|(low, high)| high.value() - low.value());
        gaps.min_by(f64::total_cmp).unwrap_or(0.0)
    }

    /// What orders it: the exponent, turned round and negative for negative numbers, then the
    /// digits.
    fn place(self) -> (i32, i16) {
        // Above every exponent, so that only zero has 0.
        let size = i32::from(self.exponent) + 1_000;
        (size * i32::from(self.digits.signum()), self.digits)
    }
}

impl Ord for FourDigits {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }
}

impl PartialOrd for FourDigits {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(number: f64) -> f64 {
        FourDigits::of(number).unwrap().value()
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "these digits are kept as they are")]
    fn four_digits_are_kept_and_the_rest_is_rounded_down() {
        for exact in [0.0, 1.0, -1.0, 9.999, 0.000_123, 365.0, 4.7, -0.25, 1e9, 1e-6] {
            assert_eq!(kept(exact), exact);
        }
        assert_eq!([6.543_21, -6.543_21, 12_345.0].map(kept), [6.543, -6.544, 12_340.0]);
        // The arithmetic leaves 0.30000000000000004, and 9.999… of what is ten.
        assert_eq!([0.1 + 0.2, 10.0 - 1e-12, -9_999.5].map(kept), [0.3, 10.0, -10_000.0]);
        assert_eq!([1e-310, -1e-305].map(kept), [0.0, 0.0]);
        assert_eq!([f64::NAN, f64::INFINITY].map(FourDigits::of), [None, None]);
        assert_eq!(FourDigits::of(10.0), FourDigits::of(10.0 - 1e-12));
    }

    #[test]
    fn the_order_is_that_of_the_values() {
        let numbers =
            [-1e9, -12.5, -12.0, -1.0, -0.999, -1e-7, 0.0, 1e-7, 0.999, 1.0, 12.0, 12.5, 1e9];
        let kept = numbers.map(|number| FourDigits::of(number).unwrap());
        assert!(kept.is_sorted() && kept.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn the_least_gap_is_between_two_neighbours() {
        let gap = |numbers: &[f64]| {
            let kept: Vec<FourDigits> =
                numbers.iter().copied().filter_map(FourDigits::of).collect();
            format!("{:.3}", FourDigits::least_gap(&kept))
        };
        assert_eq!(
            [gap(&[-2.0, 0.0, 0.5, 3.0]), gap(&[7.0]), gap(&[])],
            ["0.500", "0.000", "0.000"]
        );
    }
}
