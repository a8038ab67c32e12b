//! Exact decimals, kept small enough that no sum of them can exhaust the machine.

use bigdecimal::{BigDecimal, FromPrimitive as _, RoundingMode, ToPrimitive as _, Zero as _};

/// An exact decimal number.
pub type Decimal = BigDecimal;

/// How many digits a number may have, before the point and after it, to be reckoned with.
const DIGITS_MAX: i64 = 400;

/// How many digits a quotient keeps.
const QUOTIENT_DIGITS: u64 = 34;

/// Reads a number; absent when it is none, or too long or too large to be reckoned with.
pub(super) fn parse(text: &str) -> Option<Decimal> {
    let digits = usize::try_from(DIGITS_MAX).unwrap_or_default() * 2;
    let plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if text.len() > digits || !text.bytes().all(plain) {
        return None;
    }
    text.parse().ok().and_then(bounded)
}

/// The same number, if it is not too long or too large.
pub(super) fn bounded(number: Decimal) -> Option<Decimal> {
    let digits = i64::try_from(number.digits()).unwrap_or(i64::MAX);
    let scale = number.fractional_digit_count();
    (digits <= DIGITS_MAX && scale.abs() <= DIGITS_MAX).then_some(number)
}

/// A quotient; absent when divided by zero.
pub(super) fn divide(left: &Decimal, right: &Decimal) -> Option<Decimal> {
    if right.is_zero() {
        return None;
    }
    let quotient = (left / right).with_prec(QUOTIENT_DIGITS).normalized();
    // 6.0 / 2.0 is 3, not 3E0 with a negative scale.
    let scale = quotient.fractional_digit_count().max(0);
    bounded(quotient.with_scale(scale))
}

/// The whole part of a quotient; absent when divided by zero.
pub(super) fn quotient(left: &Decimal, right: &Decimal) -> Option<Decimal> {
    if right.is_zero() {
        return None;
    }
    // Scaled to whole numbers, so that the quotient is exact however long it is.
    let scale = left.fractional_digit_count().max(right.fractional_digit_count()).max(0);
    let whole = |number: &Decimal| number.with_scale(scale).into_bigint_and_scale().0;
    bounded(Decimal::from_bigint(whole(left) / whole(right), 0))
}

/// What a division leaves, with the sign of the dividend; absent when divided by zero.
pub(super) fn remainder(left: &Decimal, right: &Decimal) -> Option<Decimal> {
    let whole = quotient(left, right)?;
    bounded(left - whole * right)
}

/// Cuts off what stands after the point.
pub(super) fn truncated(number: &Decimal) -> Decimal {
    number.with_scale_round(0, RoundingMode::Down)
}

/// Rounds to so many digits after the point, a half away from zero.
pub(super) fn rounded(number: &Decimal, digits: i64) -> Decimal {
    number.with_scale_round(digits, RoundingMode::HalfUp)
}

/// How many digits stand after the point, zeros at the end not counted.
pub(super) fn meaningful_scale(number: &Decimal) -> i64 {
    number.normalized().fractional_digit_count().max(0)
}

/// A number out of a floating-point calculation; absent for infinities and non-numbers.
pub(super) fn from_f64(number: f64) -> Option<Decimal> {
    if !number.is_finite() {
        return None;
    }
    parse(&number.to_string()).or_else(|| Decimal::from_f64(number).and_then(bounded))
}

/// The nearest floating-point number.
pub(super) fn to_f64(number: &Decimal) -> Option<f64> {
    number.to_f64()
}

/// The whole number, if it is one that 64 bits hold.
pub(super) fn to_i64(number: &Decimal) -> Option<i64> {
    number.is_integer().then(|| number.to_i64()).flatten()
}

/// Which end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// The lowest value it can mean.
    Low,
    /// The highest value it can mean.
    High,
}

/// How many digits a boundary may have after the point.
const BOUNDARY_DIGITS_MAX: i64 = 28;

/// The lowest or highest number that a decimal of this precision can mean, at a given precision.
///
/// Where every digit of the boundary lies beyond the precision asked for, it is zero: the suite
/// wants `0.0034.highBoundary(1)` to be `0.0`.
pub(super) fn boundary(number: &Decimal, digits: i64, bound: Bound) -> Option<Decimal> {
    if !(0..=BOUNDARY_DIGITS_MAX).contains(&digits) {
        return None;
    }
    let half = Decimal::new(5.into(), number.fractional_digit_count().max(0) + 1);
    let (edge, mode) = match bound {
        Bound::Low => (number - half, RoundingMode::Floor),
        Bound::High => (number + half, RoundingMode::Ceiling),
    };
    let nothing_left = truncated(&(edge.abs() * Decimal::new(1.into(), -digits))).is_zero();
    if nothing_left && digits > 0 {
        return Some(Decimal::new(0.into(), digits));
    }
    Some(edge.with_scale_round(digits, mode))
}
