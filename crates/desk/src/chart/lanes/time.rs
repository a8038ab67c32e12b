//! Which days are written on an axis of time: years where it is long, months where it is short.

use jiff::civil::{Date, date};
use vocab::Locale;

use crate::chart::metrics;
use crate::chart::scale::Linear;
use crate::chart::svg::TYPE;

/// An axis of days.
pub(super) struct Days {
    from: Date,
    to: Date,
    scale: Linear,
    right: f64,
    /// How far to the left and to the right words may reach.
    edges: (f64, f64),
}

/// A day that is written.
#[derive(Debug, PartialEq)]
pub(super) struct Tick {
    /// Where the day begins.
    pub(super) at: f64,
    /// The middle of its words, which stay inside the picture.
    pub(super) words_at: f64,
    pub(super) label: String,
}

/// The distances between written days, in months.
const MONTHS: [i32; 9] = [1, 2, 3, 6, 12, 24, 60, 120, 240];

/// The longest axis on which months are written, in days.
const MONTHS_DAYS_MAX: f64 = 3.0 * 366.0;

impl Days {
    /// Runs from the start of one day to the end of another, from left to right.
    pub(super) fn new(days: (Date, Date), (left, right): (f64, f64), edges: (f64, f64)) -> Self {
        let (from, to) = days;
        let scale = Linear::new((0.0, number(from, to) + 1.0), (left, right));
        Self { from, to, scale, right, edges }
    }

    /// Where a day begins, kept within the axis.
    pub(super) fn start(&self, day: Date) -> f64 {
        self.scale.within(number(self.from, day))
    }

    /// Where a day ends, kept within the axis.
    pub(super) fn end(&self, day: Date) -> f64 {
        self.scale.within(number(self.from, day) + 1.0)
    }

    /// The middle of a day, kept within the axis.
    pub(super) fn middle(&self, day: Date) -> f64 {
        self.scale.within(number(self.from, day) + 0.5)
    }

    /// Whether the day lies on the axis.
    pub(super) fn holds(&self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// The days written: as close as their words allow.
    pub(super) fn ticks(&self, locale: Locale) -> Vec<Tick> {
        let fits = |months: &&i32| {
            let ticks = self.every(**months, locale);
            let gap = ticks.windows(2).map(|pair| match pair {
                [one, next] => {
                    let half = |tick: &Tick| metrics::width(&tick.label, TYPE) / 2.0;
                    next.words_at - one.words_at - half(one) - half(next)
                }
                _ => f64::MAX,
            });
            gap.fold(f64::MAX, f64::min) >= 10.0
        };
        // Months are noise on an axis of many years.
        let least = if number(self.from, self.to) > MONTHS_DAYS_MAX { 12 } else { 1 };
        let mut wide_enough = MONTHS.iter().filter(|months| **months >= least);
        let months = wide_enough.find(fits).copied().unwrap_or(240);
        let ticks = self.every(months, locale);
        if ticks.is_empty() {
            return vec![self.tick(self.from, 1, locale)];
        }
        ticks
    }

    fn tick(&self, day: Date, months: i32, locale: Locale) -> Tick {
        let label = label(day, months, locale);
        let half = metrics::width(&label, TYPE) / 2.0;
        let at = self.start(day);
        let words_at = at.min(self.edges.1 - half).max(self.edges.0 + half);
        Tick { at, words_at, label }
    }

    fn every(&self, months: i32, locale: Locale) -> Vec<Tick> {
        let first = i32::from(self.from.year()) * 12 + i32::from(self.from.month()) - 1;
        let last = i32::from(self.to.year()) * 12 + i32::from(self.to.month()) - 1;
        let mut out = Vec::new();
        let mut at = first.div_euclid(months) * months;
        while at <= last {
            if let Some(day) = month(at).filter(|day| self.holds(*day))
                && self.start(day) <= self.right
            {
                out.push(self.tick(day, months, locale));
            }
            at += months;
        }
        out
    }
}

/// The first day of a month counted from the year nought.
fn month(number: i32) -> Option<Date> {
    let year = i16::try_from(number.div_euclid(12)).ok()?;
    let month = i8::try_from(number.rem_euclid(12) + 1).ok()?;
    (1..=9999).contains(&year).then(|| date(year, month, 1))
}

/// `2019`; where months are written, `2019年4月` or `Apr 2019`.
fn label(day: Date, months: i32, locale: Locale) -> String {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    if months >= 12 {
        return day.year().to_string();
    }
    match locale {
        Locale::Ja if day.month() == 1 => format!("{}年", day.year()),
        Locale::Ja => format!("{}月", day.month()),
        Locale::En if day.month() == 1 => day.year().to_string(),
        Locale::En => {
            let name = usize::try_from(day.month() - 1).ok().and_then(|at| NAMES.get(at));
            name.copied().unwrap_or_default().to_owned()
        }
    }
}

/// Days from one to another; negative where the other is earlier.
fn number(from: Date, to: Date) -> f64 {
    from.until(to).map_or(0.0, |span| f64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: Date, to: Date, width: f64) -> Vec<String> {
        let ticks = Days::new((from, to), (0.0, width), (0.0, width)).ticks(Locale::Ja);
        ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn a_long_course_shows_years_and_a_short_one_months() {
        let long = labels(date(1998, 5, 2), date(2026, 11, 22), 300.0);
        assert_eq!(long, ["2000", "2005", "2010", "2015", "2020", "2025"]);
        let short = labels(date(2025, 11, 3), date(2026, 4, 20), 300.0);
        assert_eq!(short, ["12月", "2026年", "2月", "3月", "4月"]);
    }

    #[test]
    fn labels_never_touch_and_stay_inside_however_narrow() {
        let half = |tick: &Tick| metrics::width(&tick.label, TYPE) / 2.0;
        for years in 1..60 {
            for (month, width) in [(1, 120.0), (3, 250.0), (1, 340.0), (1, 900.0)] {
                for locale in [Locale::Ja, Locale::En] {
                    let ends = (date(1950, month, 1), date(1950 + years, 12, 31));
                    let days = Days::new(ends, (2.0, width - 2.0), (0.0, width));
                    let ticks = days.ticks(locale);
                    assert!(!ticks.is_empty());
                    for tick in &ticks {
                        assert!(tick.words_at - half(tick) >= 0.0, "{tick:?}");
                        assert!(tick.words_at + half(tick) <= width, "{tick:?}");
                    }
                    for pair in ticks.windows(2) {
                        let gap = pair[1].words_at - pair[0].words_at;
                        assert!(gap >= half(&pair[0]) + half(&pair[1]), "{pair:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn one_day_alone_has_a_label() {
        let day = date(2026, 11, 22);
        assert_eq!(labels(day, day, 300.0), ["11月"]);
        let days = Days::new((day, day), (0.0, 300.0), (0.0, 300.0));
        assert!(days.end(day) - days.start(day) > 299.0);
    }
}
