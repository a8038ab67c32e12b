//! How numbers, days and sizes are written for the reader.

use std::sync::Arc;

use disclosure::{Counted, Released};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use vocab::Locale;

use crate::texts::Texts;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Speaks one reader's language, in the hospital's time zone.
#[derive(Clone, Debug)]
pub struct Words {
    texts: Arc<Texts>,
    locale: Locale,
    zone: TimeZone,
}

impl Words {
    /// Binds the sentences to a reader.
    #[must_use]
    pub fn new(texts: Arc<Texts>, locale: Locale, zone: TimeZone) -> Self {
        Self { texts, locale, zone }
    }

    /// The reader's language.
    #[must_use]
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// A sentence of `texts.toml`, by its full key.
    #[must_use]
    pub fn say<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.say(key, self.locale)
    }

    /// A sentence with `{name}` filled in.
    #[must_use]
    pub fn fill(&self, key: &str, facts: &[(&str, &str)]) -> String {
        facts.iter().fold(self.say(key).to_owned(), |sentence, (name, fact)| {
            sentence.replace(&format!("{{{name}}}"), fact)
        })
    }

    /// A number with a comma between thousands; both languages write it so.
    #[must_use]
    pub fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut out = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out
    }

    /// A number about people or their records, as far as it may be told.
    #[must_use]
    pub fn released(&self, released: Released, counted: Counted) -> String {
        released.show(self.locale, counted).to_string()
    }

    /// A day: `2026年11月22日` or `22 Nov 2026`.
    #[must_use]
    pub fn day(&self, day: Date) -> String {
        let (year, month, number) = (day.year(), day.month(), day.day());
        match self.locale {
            Locale::Ja => format!("{year}年{month}月{number}日"),
            Locale::En => {
                let name = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at));
                format!("{number} {} {year}", name.copied().unwrap_or_default())
            }
        }
    }

    /// A moment, to the minute, on the hospital's clock: `2026年11月22日 14:32`.
    #[must_use]
    pub fn moment(&self, moment: Timestamp) -> String {
        let local = self.zone.to_datetime(moment);
        format!("{} {:02}:{:02}", self.day(local.date()), local.hour(), local.minute())
    }

    /// The moment at which a day begins on the hospital's clock.
    #[must_use]
    pub fn midnight(&self, day: Date) -> Option<Timestamp> {
        self.zone.to_timestamp(day.at(0, 0, 0, 0)).ok()
    }

    /// The day it is on the hospital's clock at a moment.
    #[must_use]
    pub fn today(&self, moment: Timestamp) -> Date {
        self.zone.to_datetime(moment).date()
    }

    /// A size in bytes, in the largest unit that leaves at least one: `5.5 MB`.
    #[must_use]
    pub fn bytes(&self, bytes: u64) -> String {
        let mut unit_bytes = 1_u64;
        let mut unit = "B";
        for (larger, name) in [(1_000, "kB"), (1_000_000, "MB"), (1_000_000_000, "GB")] {
            if bytes >= larger {
                (unit_bytes, unit) = (larger, name);
            }
        }
        if unit_bytes == 1 {
            return format!("{bytes} B");
        }
        let tenths = bytes / (unit_bytes / 10);
        format!("{}.{} {unit}", self.number(tenths / 10), tenths % 10)
    }

    /// How long something took: `0.8 s`, `3 min 20 s`.
    #[must_use]
    pub fn duration(&self, millis: u64) -> String {
        let (minute, second) = match self.locale {
            Locale::Ja => ("分", "秒"),
            Locale::En => (" min ", " s"),
        };
        let seconds = millis / 1_000;
        if seconds >= 60 {
            return format!("{}{minute}{}{second}", self.number(seconds / 60), seconds % 60);
        }
        format!("{seconds}.{}{second}", millis % 1_000 / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(locale: Locale) -> Words {
        Words::new(Arc::default(), locale, TimeZone::fixed(jiff::tz::Offset::constant(9)))
    }

    #[test]
    fn numbers_have_commas() {
        let check = |number, expect: &str| assert_eq!(words(Locale::Ja).number(number), expect);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(1_234_567, "1,234,567");
    }

    #[test]
    fn days_and_moments_follow_the_language_and_the_hospitals_clock() {
        let moment: Timestamp = "2026-11-21T15:05:00Z".parse().unwrap();
        assert_eq!(words(Locale::Ja).moment(moment), "2026年11月22日 00:05");
        assert_eq!(words(Locale::En).moment(moment), "22 Nov 2026 00:05");
        let day = jiff::civil::date(2026, 11, 22);
        assert_eq!(words(Locale::En).today(moment), day);
        assert_eq!(words(Locale::En).midnight(day), "2026-11-21T15:00:00Z".parse().ok());
    }

    #[test]
    fn sizes_and_durations_are_short() {
        let en = words(Locale::En);
        assert_eq!(
            [en.bytes(12), en.bytes(5_540_000), en.bytes(1_200_000_000_000)],
            ["12 B", "5.5 MB", "1,200.0 GB"]
        );
        assert_eq!([en.duration(840), en.duration(200_000)], ["0.8 s", "3 min 20 s"]);
        assert_eq!(words(Locale::Ja).duration(200_000), "3分20秒");
    }
}
