//! Days as doctors write them.

use std::fmt;

use super::super::calendar;
use super::super::chart::{DAY, Minute};
use super::pen::Pen;
use super::style::DateStyle;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
}

impl Date {
    /// The day of a minute.
    pub(super) fn of(minute: Minute) -> Self {
        let (year, month, day) = calendar::year_month_day(minute);
        Self { year, month, day }
    }

    /// The era's name, its letter, and the year within it.
    pub(super) fn era(self) -> (&'static str, &'static str, i64) {
        let day = (self.year, self.month, self.day);
        if day >= (2019, 5, 1) {
            ("令和", "R", self.year - 2018)
        } else if day >= (1989, 1, 8) {
            ("平成", "H", self.year - 1988)
        } else {
            ("昭和", "S", self.year - 1925)
        }
    }
}

/// The year of an era: the first is 元年.
struct Ordinal(i64);

impl fmt::Display for Ordinal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 1 { f.write_str("元") } else { self.0.fmt(f) }
    }
}

/// Writes a day in the author's way.
pub(super) fn day(pen: &mut Pen<'_>, minute: Minute) {
    let date = Date::of(minute);
    let Date { year, month, day } = date;
    let (era, letter, of_era) = date.era();
    match pen.style.date {
        DateStyle::Slashes => pen.print(format_args!("{year}/{month}/{day}")),
        DateStyle::Western => pen.print(format_args!("{year}年{month}月{day}日")),
        DateStyle::Era => pen.print(format_args!("{era}{}年{month}月{day}日", Ordinal(of_era))),
        DateStyle::ShortEra => pen.print(format_args!("{letter}{of_era}.{month}.{day}")),
    }
}

/// Writes a month in the author's way: 2022年5月, 令和4年5月.
pub(super) fn month(pen: &mut Pen<'_>, minute: Minute) {
    let date = Date::of(minute);
    let Date { year, month, .. } = date;
    let (era, letter, of_era) = date.era();
    match pen.style.date {
        DateStyle::Slashes => pen.print(format_args!("{year}/{month}")),
        DateStyle::Western => pen.print(format_args!("{year}年{month}月")),
        DateStyle::Era => pen.print(format_args!("{era}{}年{month}月", Ordinal(of_era))),
        DateStyle::ShortEra => pen.print(format_args!("{letter}{of_era}.{month}")),
    }
}

/// Writes a year: 2019年, 平成31年.
pub(super) fn year(pen: &mut Pen<'_>, minute: Minute) {
    let date = Date::of(minute);
    let (era, letter, of_era) = date.era();
    match pen.style.date {
        DateStyle::Era => pen.print(format_args!("{era}{}年", Ordinal(of_era))),
        DateStyle::ShortEra => pen.print(format_args!("{letter}{of_era}年")),
        _ => pen.print(format_args!("{}年", date.year)),
    }
}

/// Writes when something was, seen from now: 本日, 3日前, 先月, 2022年5月頃.
pub(super) fn ago(pen: &mut Pen<'_>, then: Minute, now: Minute) {
    let days = now.div_euclid(DAY) - then.div_euclid(DAY);
    match days {
        ..=0 => pen.put("本日"),
        1 => pen.put("前日"),
        2..=13 => pen.print(format_args!("{days}日前")),
        14..=55 => pen.print(format_args!("約{}週間前", days / 7)),
        56..=330 => pen.print(format_args!("約{}か月前", days / 30)),
        _ if days < 1_500 => {
            month(pen, then);
            pen.say("{頃||頃}");
        }
        _ => {
            year(pen, then);
            pen.put("頃");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_fall_into_the_right_era() {
        let check = |minute: Minute, expect: (i64, i64, i64), era: (&str, i64)| {
            let date = Date::of(minute);
            assert_eq!((date.year, date.month, date.day), expect);
            assert_eq!((date.era().0, date.era().2), era);
        };
        check(-1, (1969, 12, 31), ("昭和", 44));
        check(DAY * 6_947 - 1, (1989, 1, 7), ("昭和", 64));
        check(DAY * 6_947, (1989, 1, 8), ("平成", 1));
        check(DAY * 18_017, (2019, 5, 1), ("令和", 1));
        check(DAY * 19_782 + 61, (2024, 2, 29), ("令和", 6));
    }
}
