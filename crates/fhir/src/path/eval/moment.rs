//! Dates, times and both, as vague as they were written.
//!
//! # Source
//! FHIRPath 3.0.0, Date/Time equality, comparison and arithmetic: where two moments agree as far
//! as both are known and one is known further, nothing can be said.

use std::cmp::Ordering;
use std::fmt;

use jiff::civil;

/// How far a moment is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// `2024`
    Year,
    /// `2024-05`
    Month,
    /// `2024-05-17`
    Day,
    /// `T10`
    Hour,
    /// `T10:30`
    Minute,
    /// `T10:30:00`, with or without a fraction.
    Second,
}

/// What sort of moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A date.
    Date,
    /// A date with a time, or without one.
    DateTime,
    /// A time of any day.
    Time,
}

/// A date, a date and time, or a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub(super) sort: Sort,
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) nanos: i64,
    pub(super) fraction_digits: usize,
    pub(super) part: Part,
    pub(super) offset: Option<Offset>,
}

/// Minutes ahead of UTC, and whether it was written `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    pub(super) minutes: i64,
    pub(super) zulu: bool,
}

/// The widest that two clocks can differ when the offset of one is not known.
const OFFSET_SPREAD_MINUTES: i64 = 14 * 60;

impl Moment {
    const MIDNIGHT: Self = Self {
        sort: Sort::Time,
        year: 0,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        nanos: 0,
        fraction_digits: 0,
        part: Part::Day,
        offset: None,
    };

    /// Reads `2024`, `2024-05` or `2024-05-17`.
    #[must_use]
    pub fn date(text: &str) -> Option<Self> {
        let mut moment = Self { sort: Sort::Date, part: Part::Year, ..Self::MIDNIGHT };
        let mut parts = text.split('-');
        moment.year = digits(parts.next()?, 4)?;
        if let Some(month) = parts.next() {
            (moment.month, moment.part) = (digits(month, 2)?, Part::Month);
        }
        if let Some(day) = parts.next() {
            (moment.day, moment.part) = (digits(day, 2)?, Part::Day);
        }
        moment.civil()?;
        parts.next().is_none().then_some(moment)
    }

    /// Reads a date, or a date with a time: `2024-05-17T10:30:00+09:00`.
    #[must_use]
    pub fn date_time(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T').unwrap_or((text, ""));
        let mut moment = Self { sort: Sort::DateTime, ..Self::date(date)? };
        if time.is_empty() {
            return Some(moment);
        }
        if moment.part != Part::Day {
            return None;
        }
        let at = time.find(['Z', '+', '-']).unwrap_or(time.len());
        let (clock, offset) = time.split_at_checked(at)?;
        moment.read_clock(clock)?;
        if !offset.is_empty() {
            moment.offset = Some(read_offset(offset)?);
        }
        Some(moment)
    }

    /// Reads `10`, `10:30`, `10:30:00` or `10:30:00.125`.
    #[must_use]
    pub fn time(text: &str) -> Option<Self> {
        let mut moment = Self::MIDNIGHT;
        moment.read_clock(text)?;
        Some(moment)
    }

    /// The moment a clock shows.
    #[must_use]
    pub fn of_clock(now: &jiff::ZonedDateTime) -> Self {
        let at = now.datetime();
        Self {
            sort: Sort::DateTime,
            year: at.year().into(),
            month: at.month().into(),
            day: at.day().into(),
            hour: at.hour().into(),
            minute: at.minute().into(),
            second: at.second().into(),
            nanos: i64::from(at.millisecond()) * 1_000_000,
            fraction_digits: 3,
            part: Part::Second,
            offset: Some(Offset { minutes: i64::from(now.offset().seconds()) / 60, zulu: false }),
        }
    }

    /// The date of a date and time.
    #[must_use]
    pub fn as_date(&self) -> Self {
        Self { sort: Sort::Date, part: self.part.min(Part::Day), offset: None, ..self.clone() }
    }

    /// The time of a date and time.
    #[must_use]
    pub fn as_time(&self) -> Self {
        Self { sort: Sort::Time, offset: None, ..self.clone() }
    }

    fn read_clock(&mut self, text: &str) -> Option<()> {
        let mut parts = text.split(':');
        (self.hour, self.part) = (digits(parts.next()?, 2)?, Part::Hour);
        if let Some(minute) = parts.next() {
            (self.minute, self.part) = (digits(minute, 2)?, Part::Minute);
        }
        if let Some(second) = parts.next() {
            let (whole, fraction) = second.split_once('.').unwrap_or((second, ""));
            (self.second, self.part) = (digits(whole, 2)?, Part::Second);
            if whole.len() < second.len() {
                self.read_fraction(fraction)?;
            }
        }
        let fits = self.hour < 24 && self.minute < 60 && self.second < 60;
        (parts.next().is_none() && fits).then_some(())
    }

    fn read_fraction(&mut self, text: &str) -> Option<()> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // Nine digits are a nanosecond; what is finer is not told apart.
        let kept: String = text.chars().take(9).collect();
        self.fraction_digits = kept.len();
        self.nanos = format!("{kept:0<9}").parse().ok()?;
        Some(())
    }

    pub(super) fn civil(&self) -> Option<civil::Date> {
        let year = i16::try_from(self.year).ok().filter(|year| (0..=9999).contains(year))?;
        let month = i8::try_from(self.month).ok()?;
        civil::Date::new(year, month, i8::try_from(self.day).ok()?).ok()
    }

    /// Minutes since 0000-01-01, in UTC where the offset is known.
    pub(super) fn minutes_since_zero(&self) -> Option<i64> {
        let first = civil::Date::new(0, 1, 1).ok()?;
        let days = i64::from(self.civil()?.since(first).ok()?.get_days());
        let offset = self.offset.map_or(0, |offset| offset.minutes);
        Some(days * 1440 + self.hour * 60 + self.minute - offset)
    }

    fn fields(&self) -> [(Part, i64); 6] {
        [
            (Part::Year, self.year),
            (Part::Month, self.month),
            (Part::Day, self.day),
            (Part::Hour, self.hour),
            (Part::Minute, self.minute),
            (Part::Second, self.second),
        ]
    }

    fn in_utc(&self) -> Option<Self> {
        let minutes = self.minutes_since_zero()?;
        Self { offset: None, hour: 0, minute: 0, day: 1, month: 1, year: 0, ..self.clone() }
            .at_minute(minutes)
    }

    /// The same moment with date, hour and minute set from minutes since 0000-01-01.
    pub(super) fn at_minute(mut self, minutes: i64) -> Option<Self> {
        let first = civil::Date::new(0, 1, 1).ok()?;
        let days = jiff::Span::new().try_days(minutes.div_euclid(1440)).ok()?;
        let date = first.checked_add(days).ok()?;
        (self.year, self.month, self.day) =
            (date.year().into(), date.month().into(), date.day().into());
        let minute = minutes.rem_euclid(1440);
        (self.hour, self.minute) = (minute / 60, minute % 60);
        Some(self)
    }

    /// Which comes first; absent where it cannot be told.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        let both_have_times = self.part >= Part::Hour && other.part >= Part::Hour;
        match (&self.offset, &other.offset) {
            (Some(_), Some(_)) => self.in_utc()?.compare_fields(&other.in_utc()?),
            (Some(_), None) | (None, Some(_)) if both_have_times => {
                let apart = self.minutes_since_zero()? - other.minutes_since_zero()?;
                (apart.abs() > OFFSET_SPREAD_MINUTES).then(|| apart.cmp(&0))
            }
            _ => self.compare_fields(other),
        }
    }

    fn compare_fields(&self, other: &Self) -> Option<Ordering> {
        let known = self.part.min(other.part);
        let time_only = self.sort == Sort::Time;
        for ((part, left), (_, right)) in self.fields().into_iter().zip(other.fields()) {
            let skipped = part > known || (time_only && part < Part::Hour);
            if !skipped && left != right {
                return Some(left.cmp(&right));
            }
        }
        (self.part == other.part).then(|| match known {
            Part::Second => self.nanos.cmp(&other.nanos),
            _ => Ordering::Equal,
        })
    }
}

fn digits(text: &str, length: usize) -> Option<i64> {
    let right = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| text.parse().ok()).flatten()
}

fn read_offset(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset { minutes: 0, zulu: true });
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    let fits = hours <= 14 && minutes < 60;
    fits.then_some(Offset { minutes: sign * (hours * 60 + minutes), zulu: false })
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = |part: Part| self.part >= part;
        if self.sort != Sort::Time {
            write!(f, "{:04}", self.year)?;
            if known(Part::Month) {
                write!(f, "-{:02}", self.month)?;
            }
            if known(Part::Day) {
                write!(f, "-{:02}", self.day)?;
            }
            if known(Part::Hour) {
                f.write_str("T")?;
            }
        }
        if known(Part::Hour) {
            write!(f, "{:02}", self.hour)?;
        }
        if known(Part::Minute) {
            write!(f, ":{:02}", self.minute)?;
        }
        if known(Part::Second) {
            write!(f, ":{:02}", self.second)?;
            if self.fraction_digits > 0 {
                let nanos = format!("{:09}", self.nanos);
                write!(f, ".{}", nanos.get(..self.fraction_digits).unwrap_or(&nanos))?;
            }
        }
        match self.offset {
            Some(Offset { zulu: true, .. }) => f.write_str("Z"),
            Some(Offset { minutes, .. }) if known(Part::Hour) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
            _ => Ok(()),
        }
    }
}
