//! Adding to moments, and how early or late a vague moment can be.

use super::decimal::{self, Bound, Decimal};
use super::moment::{Moment, Offset, Part, Sort};

/// A length of time that can be added to a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
}

impl Step {
    /// Calendar words, and the units of UCUM that have one length only.
    fn named(unit: &str) -> Option<Self> {
        Some(match unit.strip_suffix('s').filter(|word| !word.is_empty()).unwrap_or(unit) {
            "year" => Self::Year,
            "month" => Self::Month,
            "week" | "wk" => Self::Week,
            "day" | "d" => Self::Day,
            "hour" | "h" => Self::Hour,
            "minute" | "min" => Self::Minute,
            "second" | "s" => Self::Second,
            "millisecond" => Self::Millisecond,
            "m" if unit == "ms" => Self::Millisecond,
            _ => return None,
        })
    }

    fn part(self) -> Part {
        match self {
            Self::Year => Part::Year,
            Self::Month => Part::Month,
            Self::Week | Self::Day => Part::Day,
            Self::Hour => Part::Hour,
            Self::Minute => Part::Minute,
            Self::Second | Self::Millisecond => Part::Second,
        }
    }

    /// How many of these make one of the next longer step.
    fn coarser(self, wanted: Part) -> (i64, Self) {
        match self {
            Self::Millisecond => (1000, Self::Second),
            Self::Second => (60, Self::Minute),
            Self::Minute => (60, Self::Hour),
            Self::Hour => (24, Self::Day),
            Self::Week => (1, Self::Day),
            Self::Day if wanted == Part::Year => (365, Self::Year),
            Self::Day => (30, Self::Month),
            Self::Month | Self::Year => (12, Self::Year),
        }
    }
}

/// Adds an amount of time; `Ok(None)` when the result leaves the calendar.
///
/// What stands after the point of the amount is not counted, and an amount finer than the moment
/// is known is first made as coarse.
pub(super) fn add(
    moment: &Moment,
    amount: &Decimal,
    unit: &str,
) -> Result<Option<Moment>, &'static str> {
    let step = Step::named(unit)
        .ok_or("a moment moves by years, months, weeks, days, hours, minutes or seconds")?;
    if moment.sort == Sort::Time && step.part() < Part::Hour {
        return Err("a time moves by hours, minutes or seconds");
    }
    Ok(decimal::to_i64(&decimal::truncated(amount)).and_then(|n| moved(moment, n, step)))
}

fn moved(moment: &Moment, mut amount: i64, mut step: Step) -> Option<Moment> {
    if step == Step::Week {
        (amount, step) = (amount.checked_mul(7)?, Step::Day);
    }
    while step.part() > moment.part {
        let (count, coarser) = step.coarser(moment.part);
        (amount, step) = (amount / count, coarser);
    }
    let mut out = moment.clone();
    match step {
        Step::Year => return months_later(out, amount.checked_mul(12)?),
        Step::Month => return months_later(out, amount),
        Step::Millisecond => out.fraction_digits = out.fraction_digits.max(3),
        _ => {}
    }
    let nanos: i128 = match step {
        Step::Day => 86_400_000_000_000,
        Step::Hour => 3_600_000_000_000,
        Step::Minute => 60_000_000_000,
        Step::Second => 1_000_000_000,
        _ => 1_000_000,
    };
    let total =
        i128::from(out.second) * 1_000_000_000 + i128::from(out.nanos) + i128::from(amount) * nanos;
    let minutes = i64::try_from(total.div_euclid(60_000_000_000)).ok()?;
    let rest = i64::try_from(total.rem_euclid(60_000_000_000)).ok()?;
    (out.second, out.nanos) = (rest / 1_000_000_000, rest % 1_000_000_000);
    let minute = out.hour * 60 + out.minute;
    if out.sort == Sort::Time {
        let minute = minute.checked_add(minutes)?.rem_euclid(1440);
        (out.hour, out.minute) = (minute / 60, minute % 60);
        return Some(out);
    }
    let local = Moment { offset: None, ..out.clone() }.minutes_since_zero()?;
    out.at_minute(local.checked_add(minutes)?)
}

fn months_later(mut moment: Moment, months: i64) -> Option<Moment> {
    let total = moment.year.checked_mul(12)?.checked_add(moment.month - 1)?.checked_add(months)?;
    (moment.year, moment.month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    let day = moment.day;
    moment.day = 1;
    moment.day = day.min(moment.civil()?.days_in_month().into());
    Some(moment)
}

/// How many digits a moment is known to: a year is 4, a day 8, a millisecond 17.
pub(super) fn precision(moment: &Moment) -> i64 {
    let date = if moment.sort == Sort::Time { 0 } else { 8 };
    match moment.part {
        Part::Year => 4,
        Part::Month => 6,
        Part::Day => 8,
        Part::Hour => date + 2,
        Part::Minute => date + 4,
        Part::Second if moment.fraction_digits == 0 => date + 6,
        Part::Second => date + 9,
    }
}

/// The digits of a boundary when none are asked for.
pub(super) fn default_digits(moment: &Moment) -> i64 {
    match moment.sort {
        Sort::Date => 8,
        Sort::DateTime => 17,
        Sort::Time => 9,
    }
}

/// The first or last moment that a vague one can mean, to so many digits.
///
/// Where the offset is not known, the first is that of the clocks that run ahead of all others,
/// +14:00, and the last that of those behind, -12:00.
pub(super) fn boundary(moment: &Moment, digits: i64, bound: Bound) -> Option<Moment> {
    let date = if moment.sort == Sort::Time { 0 } else { 8 };
    let (part, fraction) = match (digits - date, digits) {
        (_, 4) if moment.sort != Sort::Time => (Part::Year, 0),
        (_, 6) if moment.sort != Sort::Time => (Part::Month, 0),
        (0, 8) => (Part::Day, 0),
        _ if moment.sort == Sort::Date => return None,
        (2, _) => (Part::Hour, 0),
        (4, _) => (Part::Minute, 0),
        (6, _) => (Part::Second, 0),
        (9, _) => (Part::Second, 3),
        _ => return None,
    };
    let high = bound == Bound::High;
    let mut out = moment.clone();
    // FHIR has no hours without minutes: T08 is read as T08:00.
    let known = if moment.part == Part::Hour { Part::Minute } else { moment.part };
    if known < Part::Month {
        out.month = if high { 12 } else { 1 };
    }
    if known < Part::Day && moment.sort != Sort::Time {
        out.day = 1;
        out.day = if high { out.civil()?.days_in_month().into() } else { 1 };
    }
    if known < Part::Hour {
        (out.hour, out.minute) = if high { (23, 59) } else { (0, 0) };
    }
    if known < Part::Second {
        out.second = if high { 59 } else { 0 };
    }
    if high && (known < Part::Second || moment.fraction_digits < 3) {
        // All digits that were not written may be nines.
        let unit = 10_i64.pow(u32::try_from(9 - moment.fraction_digits).ok()?);
        let unit = if known < Part::Second { 1_000_000_000 } else { unit };
        out.nanos += unit - 1_000_000;
    }
    (out.part, out.fraction_digits) = (part, fraction);
    if part >= Part::Hour && out.sort == Sort::DateTime && out.offset.is_none() {
        let hours = if high { -12 } else { 14 };
        out.offset = Some(Offset { minutes: hours * 60, zulu: false });
    }
    if part < Part::Hour {
        out.offset = None;
    }
    Some(out)
}
