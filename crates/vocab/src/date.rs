//! FHIR dates: text whose missing parts mean something.
//!
//! `2024` is not the first of January: it is a year long. A [`FhirDate`] keeps how precise the text
//! was and the two instants between which the moment lies, and tells the local day only where the
//! text knows it. The text itself stays beside it in every table.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};

const US_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// How much of a date its text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// `2024`
    Year,
    /// `2024-05`
    Month,
    /// `2024-05-17`
    Day,
    /// `2024-05-17T09:30+09:00`, which FHIR allows in searches and some systems write.
    Minute,
    /// `2024-05-17T09:30:00+09:00`
    Second,
    /// `2024-05-17T09:30:00.125+09:00`
    Fraction,
}

impl Precision {
    /// The word in the column `…_precision`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Minute => "minute",
            Self::Second => "second",
            Self::Fraction => "fraction",
        }
    }
}

/// The time zone in which a text without an offset is read and in which days begin and end.
#[derive(Clone, Debug)]
pub struct Zone {
    zone: TimeZone,
    /// From this second on the offset never changes again, so no table need be searched.
    settled: Option<(i64, i64)>,
}

impl Zone {
    /// Takes an IANA name such as `Asia/Tokyo`.
    ///
    /// # Errors
    /// When the machine's zone database does not know the name.
    pub fn named(name: &str) -> Result<Self, DateError> {
        let zone = TimeZone::get(name).map_err(|_| DateError::UnknownZone)?;
        Ok(Self::of(zone))
    }

    /// Japan's zone. Where the machine has no zone database, nine hours ahead of UTC, which is
    /// the same for every moment since 1951-09-08.
    #[must_use]
    pub fn tokyo() -> Self {
        Self::named("Asia/Tokyo").unwrap_or_else(|_| Self::of(TimeZone::fixed(Offset::constant(9))))
    }

    fn of(zone: TimeZone) -> Self {
        let settled = (zone.following(Timestamp::UNIX_EPOCH).next().is_none())
            .then(|| zone.to_offset(Timestamp::UNIX_EPOCH))
            .map(|offset| (SECONDS_PER_DAY, i64::from(offset.seconds())));
        Self { zone, settled }
    }

    /// Seconds ahead of UTC at an instant, given in seconds since 1970.
    fn offset_at(&self, second: i64) -> i64 {
        if let Some((since, offset)) = self.settled
            && second >= since
        {
            return offset;
        }
        Timestamp::from_second(second)
            .map_or(0, |instant| i64::from(self.zone.to_offset(instant).seconds()))
    }

    /// What the clock on the wall shows at an instant: both in seconds since 1970-01-01T00:00:00,
    /// the instant by UTC, the answer by the house's zone.
    ///
    /// ```
    /// assert_eq!(vocab::date::Zone::tokyo().wall_second(0), 9 * 3_600);
    /// ```
    #[must_use]
    pub fn wall_second(&self, instant: i64) -> i64 {
        instant + self.offset_at(instant)
    }

    /// The instant at which the clock on the wall shows this day and second of the day.
    fn instant(&self, day: i64, second_of_day: i64) -> i64 {
        let wall = day * SECONDS_PER_DAY + second_of_day;
        let guess = wall - self.offset_at(wall);
        wall - self.offset_at(guess)
    }
}

/// A `date`, `dateTime` or `instant` as FHIR R4 writes it, understood.
///
/// # Units
/// Instants are microseconds since 1970-01-01T00:00:00Z; days are days since 1970-01-01.
///
/// # Nulls
/// `day` is absent for a year or a month: a table never invents the first of January.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FhirDate {
    /// How much the text tells.
    pub precision: Precision,
    /// The first instant it can mean.
    pub low_us: i64,
    /// The first instant it can no longer mean (half-open).
    pub high_us: i64,
    /// The local day, where the text knows it.
    pub day: Option<i32>,
}

impl FhirDate {
    /// Reads a FHIR date; the zone fills in where the text has no offset.
    ///
    /// ```
    /// use vocab::{FhirDate, Precision, date::Zone};
    /// let date = FhirDate::parse("2024-05", &Zone::tokyo()).unwrap();
    /// assert_eq!((date.precision, date.day), (Precision::Month, None));
    /// assert!(FhirDate::parse("2023-02-30", &Zone::tokyo()).is_err());
    /// ```
    ///
    /// # Errors
    /// When the text has not the form FHIR R4 gives dates, or names a day that is not in the
    /// calendar.
    pub fn parse(text: &str, zone: &Zone) -> Result<Self, DateError> {
        let bytes = text.as_bytes();
        let year = number(bytes, 0, 4)?;
        match bytes.len() {
            4 => {
                return Self::span(zone, days(year, 1, 1)?, days(year + 1, 1, 1)?, Precision::Year);
            }
            7 => {
                expect(bytes, 4, b'-')?;
                let month = number(bytes, 5, 2)?;
                let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
                let (first, end) = (days(year, month, 1)?, days(next_year, next, 1)?);
                return Self::span(zone, first, end, Precision::Month);
            }
            length if length < 10 => return Err(DateError::Form),
            _ => {}
        }
        expect(bytes, 4, b'-')?;
        expect(bytes, 7, b'-')?;
        let day = days(year, number(bytes, 5, 2)?, number(bytes, 8, 2)?)?;
        if bytes.len() == 10 {
            let mut date = Self::span(zone, day, day + 1, Precision::Day)?;
            date.day = i32::try_from(day).ok();
            return Ok(date);
        }
        Self::time(bytes, day, zone)
    }

    fn span(zone: &Zone, first: i64, end: i64, precision: Precision) -> Result<Self, DateError> {
        Ok(Self {
            precision,
            low_us: zone.instant(first, 0) * US_PER_SECOND,
            high_us: zone.instant(end, 0) * US_PER_SECOND,
            day: None,
        })
    }

    fn time(bytes: &[u8], day: i64, zone: &Zone) -> Result<Self, DateError> {
        expect(bytes, 10, b'T')?;
        let (hour, minute) = (number(bytes, 11, 2)?, number(bytes, 14, 2)?);
        expect(bytes, 13, b':')?;
        let mut at = 16;
        let mut precision = Precision::Minute;
        let (mut second, mut fraction_us, mut width_us) = (0, 0, 60 * US_PER_SECOND);
        if bytes.get(at) == Some(&b':') {
            second = number(bytes, 17, 2)?;
            (at, precision, width_us) = (19, Precision::Second, US_PER_SECOND);
            if bytes.get(at) == Some(&b'.') {
                (fraction_us, width_us, at) = fraction(bytes, at + 1)?;
                precision = Precision::Fraction;
            }
        }
        // A leap second is written 60; it is the last second of its minute here.
        let (leap, second) = (second == 60, second.min(59));
        let clock_ok = (hour < 24 && minute < 60) || (hour == 24 && minute == 0 && second == 0);
        if !clock_ok || (second > 59 && !leap) {
            return Err(DateError::Calendar);
        }
        let second_of_day = hour * 3600 + minute * 60 + second;
        let instant = match offset(bytes, at)? {
            Some(offset) => day * SECONDS_PER_DAY + second_of_day - offset,
            None => zone.instant(day, second_of_day),
        };
        let low_us = instant * US_PER_SECOND + fraction_us;
        let local = (instant + zone.offset_at(instant)).div_euclid(SECONDS_PER_DAY);
        Ok(Self { precision, low_us, high_us: low_us + width_us, day: i32::try_from(local).ok() })
    }
}

/// Reads digits after the point: microseconds, how wide the last digit is, and where they end.
fn fraction(bytes: &[u8], start: usize) -> Result<(i64, i64, usize), DateError> {
    let (mut at, mut value_us, mut width_us) = (start, 0, US_PER_SECOND);
    while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
        // Digits finer than a microsecond stay in the text only.
        if width_us > 1 {
            width_us /= 10;
            value_us += i64::from(digit - b'0') * width_us;
        }
        at += 1;
    }
    if at == start { Err(DateError::Form) } else { Ok((value_us, width_us, at)) }
}

/// Reads `Z`, `+09:00` or nothing at the end of the text: seconds ahead of UTC.
fn offset(bytes: &[u8], at: usize) -> Result<Option<i64>, DateError> {
    let sign = match bytes.get(at) {
        None => return Ok(None),
        Some(b'Z') if bytes.len() == at + 1 => return Ok(Some(0)),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return Err(DateError::Form),
    };
    if bytes.len() != at + 6 {
        return Err(DateError::Form);
    }
    expect(bytes, at + 3, b':')?;
    let (hours, minutes) = (number(bytes, at + 1, 2)?, number(bytes, at + 4, 2)?);
    if hours > 14 || minutes > 59 {
        return Err(DateError::Calendar);
    }
    Ok(Some(sign * (hours * 3600 + minutes * 60)))
}

fn number(bytes: &[u8], at: usize, length: usize) -> Result<i64, DateError> {
    let digits = bytes.get(at..at + length).ok_or(DateError::Form)?;
    digits.iter().try_fold(0, |sum, byte| {
        if byte.is_ascii_digit() {
            Ok(sum * 10 + i64::from(byte - b'0'))
        } else {
            Err(DateError::Form)
        }
    })
}

fn expect(bytes: &[u8], at: usize, wanted: u8) -> Result<(), DateError> {
    if bytes.get(at) == Some(&wanted) { Ok(()) } else { Err(DateError::Form) }
}

/// Days since 1970-01-01 of a day that must be in the calendar.
fn days(year: i64, month: i64, day: i64) -> Result<i64, DateError> {
    let year = i16::try_from(year).map_err(|_| DateError::Calendar)?;
    let month = i8::try_from(month).map_err(|_| DateError::Calendar)?;
    let day = i8::try_from(day).map_err(|_| DateError::Calendar)?;
    let date = civil::Date::new(year, month, day).map_err(|_| DateError::Calendar)?;
    // Howard Hinnant's days_from_civil: exact for the proleptic Gregorian calendar.
    let (year, month, day) =
        (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Ok(era * 146_097 + day_of_era - 719_468)
}

/// Why a text is not a FHIR date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// The text has not the form of a FHIR date.
    #[error("not written as a FHIR date")]
    Form,
    /// The form is right; the day or the hour does not exist.
    #[error("no such day or time")]
    Calendar,
    /// The zone's name is not in the machine's database.
    #[error("the time zone is not known here")]
    UnknownZone,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<(Precision, i64, i64, Option<i32>), DateError>) {
        let got = FhirDate::parse(text, &Zone::tokyo());
        let got = got.map(|d| (d.precision, d.low_us, d.high_us, d.day));
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn a_partial_date_is_as_long_as_it_is_vague() {
        let day = SECONDS_PER_DAY * US_PER_SECOND;
        let nine_hours = 9 * 3600 * US_PER_SECOND;
        check("1970", Ok((Precision::Year, -nine_hours, 365 * day - nine_hours, None)));
        check(
            "1970-02",
            Ok((Precision::Month, 31 * day - nine_hours, 59 * day - nine_hours, None)),
        );
        check("1970-01-02", Ok((Precision::Day, day - nine_hours, 2 * day - nine_hours, Some(1))));
    }

    #[test]
    fn the_local_day_does_not_shift_at_midnight_in_london() {
        // 23:30 UTC is already tomorrow in Tokyo.
        check(
            "1970-01-01T23:30:00Z",
            Ok((Precision::Second, 84_600_000_000, 84_601_000_000, Some(1))),
        );
        check(
            "1970-01-01T08:00:00.25+09:00",
            Ok((Precision::Fraction, -3_599_750_000, -3_599_740_000, Some(0))),
        );
    }

    #[test]
    fn days_outside_the_calendar_are_refused() {
        check("2023-02-30", Err(DateError::Calendar));
        check("2023-13", Err(DateError::Calendar));
        check(
            "2024-02-29",
            Ok((Precision::Day, 1_709_132_400_000_000, 1_709_218_800_000_000, Some(19_782))),
        );
        check("2023-1-1", Err(DateError::Form));
        check("", Err(DateError::Form));
        check("2023-01-01T25:00:00Z", Err(DateError::Calendar));
        check("2023-01-01T10:00:00+9", Err(DateError::Form));
        check("２０２３", Err(DateError::Form));
    }

    #[test]
    fn japans_summer_time_of_1949_is_known_where_the_machine_has_zones() {
        let Ok(zone) = Zone::named("Asia/Tokyo") else { return };
        let date = FhirDate::parse("1949-07-01", &zone).unwrap();
        assert_eq!((date.low_us / US_PER_SECOND).rem_euclid(SECONDS_PER_DAY), 14 * 3600);
    }
}
