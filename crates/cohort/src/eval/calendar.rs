//! Local wall-clock seconds, days, and steps of the calendar.
//!
//! Seconds and days count from 1970-01-01 of the house's zone; every day has 86,400 seconds
//! (decision 0050).

use crate::ast::{Offset, Span, TimeUnit};

pub use crate::ast::{civil, day_from, days_of, written};

use super::Truth;

/// Seconds of a local day.
pub const SECONDS_PER_DAY: i64 = 86_400;

/// The seconds in which a moment lies: one second where it is known to the second, a day where it
/// is known to the day, a year where only the year is known.
///
/// # Order
/// By the first second, then by the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stretch {
    first: i64,
    last: i64,
}

impl Stretch {
    /// From a first to a last second, both belonging to it. Nothing where the last is before the
    /// first.
    #[must_use]
    #[inline]
    pub fn new(first: i64, last: i64) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// One second.
    #[must_use]
    #[inline]
    pub fn second(second: i64) -> Self {
        Self { first: second, last: second }
    }

    /// A whole local day.
    ///
    /// ```
    /// assert_eq!(cohort::eval::Stretch::day(1).first_second(), 86_400);
    /// ```
    #[must_use]
    #[inline]
    pub fn day(day: i64) -> Self {
        Self::days(day, day)
    }

    /// Whole local days; where the last is before the first, the first.
    #[must_use]
    #[inline]
    pub fn days(first: i64, last: i64) -> Self {
        Self { first: first.saturating_mul(SECONDS_PER_DAY), last: last_second_of(last.max(first)) }
    }

    /// The earliest second it can be.
    #[must_use]
    #[inline]
    pub fn first_second(self) -> i64 {
        self.first
    }

    /// The latest second it can be.
    #[must_use]
    #[inline]
    pub fn last_second(self) -> i64 {
        self.last
    }

    /// The earliest local day it can be.
    #[must_use]
    #[inline]
    pub fn first_day(self) -> i64 {
        day_of(self.first)
    }

    /// The latest local day it can be.
    #[must_use]
    #[inline]
    pub fn last_day(self) -> i64 {
        day_of(self.last)
    }

    /// The local day, where it can be only one.
    #[must_use]
    #[inline]
    pub fn known_day(self) -> Option<i64> {
        (self.first_day() == self.last_day()).then(|| self.first_day())
    }

    /// Moved by a step of the calendar: both ends move.
    #[must_use]
    #[inline]
    pub fn shifted(self, by: Offset) -> Self {
        let (first, last) = (shift_second(self.first, by), shift_second(self.last, by));
        Self { first, last: last.max(first) }
    }

    /// The days or seconds it may be.
    #[must_use]
    pub(crate) fn in_grain(self, grain: Grain) -> Range {
        match grain {
            Grain::Days => Range { low: self.first_day(), high: self.last_day() },
            Grain::Seconds => Range { low: self.first, high: self.last },
        }
    }
}

/// In what times are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grain {
    /// Local days.
    Days,
    /// Seconds.
    Seconds,
}

impl Grain {
    /// Seconds where it is finer than a day.
    pub(crate) fn of(fine: bool) -> Self {
        if fine { Self::Seconds } else { Self::Days }
    }
}

/// The days or seconds that a moment may be, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) low: i64,
    pub(crate) high: i64,
}

impl Range {
    /// `self < other`, whatever each of the two may be.
    pub(crate) fn before(self, other: Self) -> Truth {
        Truth::sure(self.high < other.low, self.low >= other.high)
    }

    /// `self <= other`.
    pub(crate) fn not_after(self, other: Self) -> Truth {
        other.before(self).not()
    }

    /// `self = other`.
    pub(crate) fn same(self, other: Self) -> Truth {
        let one = self.low == self.high && self == other;
        Truth::sure(one, self.high < other.low || other.high < self.low)
    }
}

/// The local day of a second.
#[must_use]
#[inline]
pub fn day_of(second: i64) -> i64 {
    second.div_euclid(SECONDS_PER_DAY)
}

/// The last second of a local day.
#[must_use]
#[inline]
pub fn last_second_of(day: i64) -> i64 {
    day.saturating_mul(SECONDS_PER_DAY).saturating_add(SECONDS_PER_DAY - 1)
}

/// A second moved by a step. Months and years move its day and keep its time of day.
#[must_use]
#[inline]
pub fn shift_second(second: i64, by: Offset) -> i64 {
    let count = i64::from(by.count);
    let seconds = |length: i64| second.saturating_add(count.saturating_mul(length));
    let months = |length: i64| {
        let day = shift_months(day_of(second), count.saturating_mul(length));
        day.saturating_mul(SECONDS_PER_DAY).saturating_add(second.rem_euclid(SECONDS_PER_DAY))
    };
    match by.unit {
        TimeUnit::Second => seconds(1),
        TimeUnit::Minute => seconds(60),
        TimeUnit::Hour => seconds(3600),
        TimeUnit::Day => seconds(SECONDS_PER_DAY),
        TimeUnit::Week => seconds(7 * SECONDS_PER_DAY),
        TimeUnit::Month => months(1),
        TimeUnit::Year => months(12),
    }
}

/// A local day moved by a length of time in days or longer units; a length in hours, minutes or
/// seconds moves it by the days that are begun.
#[must_use]
#[inline]
pub fn day_after(day: i64, span: Span) -> i64 {
    let count = i64::from(span.count);
    match span.unit {
        TimeUnit::Month => shift_months(day, count),
        TimeUnit::Year => shift_months(day, count.saturating_mul(12)),
        TimeUnit::Week => day.saturating_add(count.saturating_mul(7)),
        TimeUnit::Day => day.saturating_add(count),
        TimeUnit::Hour | TimeUnit::Minute | TimeUnit::Second => {
            let seconds = shift_second(0, offset(span));
            let begun = seconds.saturating_add(SECONDS_PER_DAY - 1).div_euclid(SECONDS_PER_DAY);
            day.saturating_add(begun)
        }
    }
}

/// The step forward by a length of time.
#[must_use]
pub fn offset(span: Span) -> Offset {
    Offset { count: i32::try_from(span.count).unwrap_or(i32::MAX), unit: span.unit }
}

/// The step back by a length of time.
#[must_use]
pub fn offset_back(span: Span) -> Offset {
    let forward = offset(span);
    Offset { count: -forward.count, unit: forward.unit }
}

/// A local day moved by calendar months: the same day of the month reached, or its last.
#[must_use]
pub fn shift_months(day: i64, months: i64) -> i64 {
    let (year, month, day_of_month) = civil(day);
    let moved = year.saturating_mul(12).saturating_add(month - 1).saturating_add(months);
    let (year, month) = (moved.div_euclid(12), moved.rem_euclid(12) + 1);
    day_from(year, month, day_of_month.min(days_of(year, month)))
}

/// The calendar months completed from one local day to another, towards zero.
///
/// ```
/// use cohort::eval::completed_months;
/// assert_eq!(completed_months(30, 59), 1); // 31 January 1970 to 1 March
/// assert_eq!(completed_months(59, 30), -1);
/// ```
#[must_use]
pub fn completed_months(from: i64, to: i64) -> i64 {
    if to < from {
        return -completed_months(to, from);
    }
    let ((from_year, from_month, _), (to_year, to_month, _)) = (civil(from), civil(to));
    let months = (to_year - from_year) * 12 + to_month - from_month;
    if shift_months(from, months) <= to { months } else { months - 1 }
}
