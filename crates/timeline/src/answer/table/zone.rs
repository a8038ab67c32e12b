//! What can be of a patient's rows at all, from the least and the largest of their values: a
//! patient of whom a condition can only be false is not read.
//!
//! Rounding keeps the order of numbers, so what is calculated from the outermost values bounds what
//! is calculated from any between them.

use cohort::ast::{Comparison, Operator, Share, Statistic};
use cohort::eval::Truth;

use crate::answer::plan::{Amount, Ask, ColumnId, Pick, Set};

/// Where a number comes from.
#[derive(Clone, Copy)]
pub(in crate::answer) enum Source<'a> {
    Field(&'a Pick, ColumnId),
    Members(&'a Set, ColumnId),
}

/// Between what the numbers of a patient lie, and whether any may be unknown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::answer) struct Zone {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) unknown: bool,
}

impl Zone {
    /// Anything.
    pub(in crate::answer) const ANY: Self =
        Self { low: f64::NEG_INFINITY, high: f64::INFINITY, unknown: true };
    /// No number.
    pub(in crate::answer) const NONE: Self =
        Self { low: f64::INFINITY, high: f64::NEG_INFINITY, unknown: true };

    /// Between two numbers in any order; anything where one is not finite.
    pub(in crate::answer) fn between(a: f64, b: f64, unknown: bool) -> Self {
        if a.is_finite() && b.is_finite() {
            Self { low: a.min(b), high: a.max(b), unknown }
        } else {
            Self::ANY
        }
    }

    fn has_any(self) -> bool {
        self.low <= self.high
    }

    /// What is in either.
    pub(in crate::answer) fn join(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            unknown: self.unknown || other.unknown,
        }
    }
}

/// Which truths are possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::answer) struct Truths(u8);

const FALSE: u8 = 1;
const UNKNOWN: u8 = 2;
const TRUE: u8 = 4;

impl Truths {
    /// All of them.
    pub(super) const ANY: Self = Self(FALSE | UNKNOWN | TRUE);

    /// Which of them are possible.
    pub(super) fn of(holds: bool, fails: bool, is_unknown: bool) -> Self {
        let holds_or_fails = Self::when(holds, TRUE) | Self::when(fails, FALSE);
        Self(holds_or_fails | Self::when(is_unknown, UNKNOWN))
    }

    fn when(is_possible: bool, truth: u8) -> u8 {
        if is_possible { truth } else { 0 }
    }

    /// Whether it may be true.
    pub(in crate::answer) fn may_hold(self) -> bool {
        self.0 & TRUE != 0
    }

    /// Whether it may be anything but false.
    pub(in crate::answer) fn may_belong(self) -> bool {
        self.0 & (TRUE | UNKNOWN) != 0
    }

    fn not(self) -> Self {
        let swapped = Self::when(self.0 & TRUE != 0, FALSE) | Self::when(self.0 & FALSE != 0, TRUE);
        Self(self.0 & UNKNOWN | swapped)
    }

    /// Of the least of several.
    fn all(parts: impl Iterator<Item = Self>) -> Self {
        parts.fold(Self(TRUE), |all, part| {
            let any = (all.0 | part.0) & (FALSE | UNKNOWN);
            Self(any | all.0 & part.0 & TRUE)
        })
    }
}

/// What a condition may be of a patient's rows.
pub(in crate::answer) fn truths(ask: &Ask, zone: &dyn Fn(Source<'_>) -> Zone) -> Truths {
    match ask {
        Ask::Truth(Truth::True) => Truths(TRUE),
        Ask::Truth(Truth::Unknown) => Truths(UNKNOWN),
        Ask::Truth(Truth::False) => Truths(FALSE),
        Ask::Compare(left, is, right) => compared(amount(left, zone), *is, amount(right, zone)),
        Ask::KnownNumber(number) => {
            let number = amount(number, zone);
            Truths(Truths::when(number.has_any(), TRUE) | Truths::when(number.unknown, FALSE))
        }
        Ask::Known(inner) => {
            let inner = truths(inner, zone).0;
            let known = Truths::when(inner & (TRUE | FALSE) != 0, TRUE);
            Truths(known | Truths::when(inner & UNKNOWN != 0, FALSE))
        }
        Ask::Not(inner) => truths(inner, zone).not(),
        Ask::Else(left, right) => {
            let left = truths(left, zone).0;
            let right = if left & UNKNOWN == 0 { 0 } else { truths(right, zone).0 };
            Truths(left & (TRUE | FALSE) | right)
        }
        Ask::Of(Share::All, parts) => Truths::all(parts.iter().map(|part| truths(part, zone))),
        Ask::Of(Share::Any, parts) => {
            Truths::all(parts.iter().map(|part| truths(part, zone).not())).not()
        }
        _ => Truths::ANY,
    }
}

pub(super) fn compared(left: Zone, is: Comparison, right: Zone) -> Truths {
    let unknown = Truths::when(left.unknown || right.unknown, UNKNOWN);
    if !left.has_any() || !right.has_any() {
        return Truths(unknown);
    }
    let (less, greater) = (left.low < right.high, left.high > right.low);
    let equal = left.low <= right.high && right.low <= left.high;
    let (holds, fails) = match is {
        Comparison::Less => (less, greater || equal),
        Comparison::AtMost => (less || equal, greater),
        Comparison::Equal => (equal, less || greater),
        Comparison::NotEqual => (less || greater, equal),
        Comparison::AtLeast => (greater || equal, less),
        Comparison::Greater => (greater, less || equal),
    };
    Truths(unknown | Truths::when(holds, TRUE) | Truths::when(fails, FALSE))
}

pub(super) fn amount(of: &Amount, zone: &dyn Fn(Source<'_>) -> Zone) -> Zone {
    match of {
        Amount::Unknown => Zone::NONE,
        Amount::Literal(value) => Zone::between(*value, *value, false),
        Amount::Field(pick, column) => zone(Source::Field(pick, *column)),
        Amount::Statistic(Statistic::Lowest | Statistic::Highest, Some(column), set) => {
            Zone { unknown: true, ..zone(Source::Members(set, *column)) }
        }
        Amount::Arithmetic(operator, left, right) => {
            calculated(*operator, amount(left, zone), amount(right, zone))
        }
        Amount::Else(left, right) => {
            let left = amount(left, zone);
            if !left.unknown {
                return left;
            }
            let right = amount(right, zone);
            Zone { unknown: right.unknown, ..left.join(right) }
        }
        Amount::Converted(inner, conversion) => {
            let inner = amount(inner, zone);
            if !inner.has_any() {
                return Zone::NONE;
            }
            Zone::between(conversion.apply(inner.low), conversion.apply(inner.high), inner.unknown)
        }
        _ => Zone::ANY,
    }
}

fn calculated(operator: Operator, left: Zone, right: Zone) -> Zone {
    if !left.has_any() || !right.has_any() {
        return Zone::NONE;
    }
    let ends = |of: fn(f64, f64) -> f64| {
        [
            of(left.low, right.low),
            of(left.low, right.high),
            of(left.high, right.low),
            of(left.high, right.high),
        ]
    };
    let ends = match operator {
        Operator::Add => ends(|a, b| a + b),
        Operator::Subtract => ends(|a, b| a - b),
        Operator::Multiply => ends(|a, b| a * b),
        Operator::Divide if right.low <= 0.0 && right.high >= 0.0 => return Zone::ANY,
        Operator::Divide => ends(|a, b| a / b),
    };
    if !ends.iter().all(|end| end.is_finite()) {
        return Zone::ANY;
    }
    let low = ends.into_iter().fold(f64::INFINITY, f64::min);
    let high = ends.into_iter().fold(f64::NEG_INFINITY, f64::max);
    Zone { low, high, unknown: left.unknown || right.unknown }
}
