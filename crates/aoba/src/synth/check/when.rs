//! Moments as numbers: minutes since 1970 by the hospital's clock, from FHIR's text.

/// Minutes in a year of 365.25 days.
pub(super) const YEAR_MINUTES: f64 = 525_960.0;

/// Minutes in a day.
pub(super) const DAY_MINUTES: i64 = 1_440;

/// Reads `2024-02-29` or `2024-02-29T08:30…`; the offset is the hospital's own and is not read.
pub(super) fn minute(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let time = match text.len() {
        10 => 0,
        _ => number(11, 13)? * 60 + number(14, 16)?,
    };
    // Days before a month, in a year that begins in March so that the leap day comes last.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + day
        - 1;
    // The first of March of the year nought is 719,468 days before 1970.
    Some((days - 719_468) * DAY_MINUTES + time)
}

/// Years between two minutes.
pub(super) fn years(from: i64, to: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "minutes of some thousand years are exact")]
    let minutes = (to - from) as f64;
    minutes / YEAR_MINUTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_and_nonsense_is_not() {
        assert_eq!(minute("1970-01-01"), Some(0));
        assert_eq!(minute("1970-01-02T01:01:00+09:00"), Some(1_440 + 61));
        let day = |text| minute(text).unwrap() / DAY_MINUTES;
        assert_eq!(day("2024-03-01") - day("2024-02-28"), 2);
        assert_eq!(day("2000-01-01"), 10_957);
        assert_eq!(day("1931-12-05"), -13_907);
        for nonsense in ["", "2024", "2024-02", "20xx-01-01", "2024-01-01T"] {
            assert_eq!(minute(nonsense), None, "{nonsense}");
        }
    }
}
