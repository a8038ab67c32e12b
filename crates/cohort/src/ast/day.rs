//! Local days and their text.

use std::fmt;

use super::{LocalDate, NotAllowed};

impl LocalDate {
    /// Takes a day of the calendar.
    ///
    /// # Errors
    /// When there is no such day between the years 1 and 9999.
    pub fn new(year: i32, month: u32, day: u32) -> Result<Self, NotAllowed> {
        let known = (1..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1;
        if !known || i64::from(day) > days_of(year.into(), month.into()) {
            return Err(NotAllowed::Date);
        }
        let days = day_from(year.into(), month.into(), day.into());
        i32::try_from(days).map(Self).map_err(|_| NotAllowed::Date)
    }

    /// Reads `2024-05-17`.
    ///
    /// ```
    /// use cohort::ast::LocalDate;
    /// assert_eq!(LocalDate::parse("1970-01-02").unwrap().days(), 1);
    /// assert!(LocalDate::parse("2023-02-29").is_err());
    /// ```
    ///
    /// # Errors
    /// When the text is not of this form, or there is no such day.
    pub fn parse(text: &str) -> Result<Self, NotAllowed> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
            return Err(NotAllowed::Date);
        }
        let number = |from: usize, to: usize| {
            let digits = text.get(from..to).ok_or(NotAllowed::Date)?;
            let are_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|_| are_digits).ok_or(NotAllowed::Date)
        };
        let year = i32::try_from(number(0, 4)?).map_err(|_| NotAllowed::Date)?;
        Self::new(year, number(5, 7)?, number(8, 10)?)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> i32 {
        self.0
    }
}

/// Year, month and day of a local day.
///
/// # Source
/// Howard Hinnant, `civil_from_days`.
#[must_use]
pub fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let part = (5 * day_of_year + 2) / 153;
    let month = if part < 10 { part + 3 } else { part - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * part + 2) / 5 + 1)
}

/// The local day of a date.
#[must_use]
pub fn day_from(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era.saturating_mul(146_097).saturating_add(day_of_era).saturating_sub(719_468)
}

/// How many days a month has.
#[must_use]
pub fn days_of(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

/// A local day as `2024-05-17`.
#[must_use]
pub fn written(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

impl fmt::Display for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(self.0.into()))
    }
}

impl TryFrom<String> for LocalDate {
    type Error = NotAllowed;
    fn try_from(text: String) -> Result<Self, NotAllowed> {
        Self::parse(&text)
    }
}

impl From<LocalDate> for String {
    fn from(date: LocalDate) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_the_calendar_is_read_as_it_is_written() {
        let first = LocalDate::new(1, 1, 1).unwrap().days();
        let last = LocalDate::new(9999, 12, 31).unwrap().days();
        for days in (first..=last).step_by(7).chain([last]) {
            let date = LocalDate(days);
            assert_eq!(LocalDate::parse(&date.to_string()), Ok(date));
        }
        assert_eq!(LocalDate::parse("2024-02-29").unwrap().days(), 19_782);
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in
            ["2023-02-29", "2023-13-01", "0000-01-01", "2023-1-1", "2023-01-00", "+023-01-01"]
        {
            assert_eq!(LocalDate::parse(text), Err(NotAllowed::Date), "{text}");
        }
    }
}
