//! Days and hours of the hospital: when it is open, which season it is.

use super::chart::{DAY, Minute, YEAR};
use super::person::Person;

/// Records are kept from here on: 2011-01-01.
pub const BEGIN: Minute = date(2011, 1, 1);

/// Today, for the people who never lived: 2026-11-20. Nothing is known from this day on.
pub const TODAY: Minute = date(2026, 11, 20);

/// The first minute of a day of the Gregorian calendar.
///
/// # Source
/// Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
#[must_use]
pub const fn date(year: i64, month: i64, day: i64) -> Minute {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) * DAY
}

/// Year, month and day of a minute.
#[must_use]
pub const fn year_month_day(minute: Minute) -> (i64, i64, i64) {
    let days = minute.div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// The first minute of the day.
#[must_use]
pub const fn midnight(minute: Minute) -> Minute {
    minute.div_euclid(DAY) * DAY
}

/// Whether the clinics are closed: weekends, the turn of the year, holidays of a fixed date.
#[must_use]
pub const fn is_closed(minute: Minute) -> bool {
    // 1970-01-01 was a Thursday: Saturday and Sunday are days 2 and 3 of a week that begins there.
    let weekday = minute.div_euclid(DAY).rem_euclid(7);
    if weekday == 2 || weekday == 3 {
        return true;
    }
    let (_, month, day) = year_month_day(minute);
    matches!(
        (month, day),
        (1, 1..=3) | (2, 11) | (4, 29) | (5, 3..=5) | (11, 3 | 23) | (12, 29..=31)
    )
}

/// The first day on which the clinics are open, this one or a later one, at midnight.
#[must_use]
pub const fn open_day(minute: Minute) -> Minute {
    let mut day = midnight(minute);
    while is_closed(day) {
        day += DAY;
    }
    day
}

/// How far the year has gone at this minute, from 0 at New Year up to 1.
#[must_use]
pub fn season(minute: Minute) -> f64 {
    let days = minute.div_euclid(DAY).rem_euclid(1_461);
    // Four years are 1,461 days; 1970 to 1971 had no leap day, so a season errs by a day at most.
    (float(days) / 365.25).fract()
}

/// A swing over the year with its peak at New Year: 1 in deepest winter, -1 in midsummer.
#[must_use]
pub fn winter(minute: Minute) -> f64 {
    (std::f64::consts::TAU * (season(minute) - 0.05)).cos()
}

/// Age in years at this minute.
#[must_use]
pub fn age(person: &Person, minute: Minute) -> f64 {
    years(minute - person.born)
}

/// The minute at which the person reaches this age.
#[must_use]
pub fn at_age(person: &Person, years: f64) -> Minute {
    after(person.born, years)
}

/// Minutes as years.
#[must_use]
pub fn years(minutes: Minute) -> f64 {
    float(minutes) / float(YEAR)
}

/// So many years after a minute.
#[must_use]
pub fn after(minute: Minute, years: f64) -> Minute {
    minute.saturating_add(whole(years * float(YEAR)))
}

/// So many days after a minute.
#[must_use]
pub fn days_after(minute: Minute, days: f64) -> Minute {
    minute.saturating_add(whole(days * float(DAY)))
}

/// A whole number of minutes as a number; exact for any date.
#[must_use]
pub fn float(minutes: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "minutes of any date are far below 2^53")]
    {
        minutes as f64
    }
}

/// The nearest whole number; far beyond any date at infinity.
#[must_use]
pub fn whole(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "held within the range first")]
    {
        value.clamp(-1e15, 1e15).round() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar_go_both_ways() {
        for (date_of, minute) in [
            ((1970, 1, 1), 0),
            ((2000, 2, 29), 11_016 * DAY),
            ((2011, 1, 1), BEGIN),
            ((2026, 11, 20), TODAY),
            ((1921, 3, 31), -17_808 * DAY),
        ] {
            assert_eq!(date(date_of.0, date_of.1, date_of.2), minute);
            assert_eq!(year_month_day(minute + 5), date_of);
        }
    }

    #[test]
    fn clinics_close_on_weekends_and_holidays() {
        assert!(!is_closed(date(2026, 11, 20)));
        assert!(is_closed(date(2026, 11, 21)));
        assert!(is_closed(date(2026, 11, 22)));
        assert!(is_closed(date(2026, 11, 23)));
        assert_eq!(open_day(date(2025, 12, 29) + 77), date(2026, 1, 5));
    }

    #[test]
    fn winter_is_in_january() {
        assert!(winter(date(2024, 1, 20)) > 0.99);
        assert!(winter(date(2024, 7, 20)) < -0.99);
    }
}
