//! Pure decisions: which years are shown, how long a drug was taken, which values are drawn.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan as _};

/// How many years are shown when none are asked for.
pub(crate) const YEARS_FIRST: i16 = 5;
/// So long after a supply has run out the next one still continues it.
pub(crate) const GAP_DAYS: i32 = 30;

const YEAR_MIN: i16 = 1900;
const YEAR_MAX: i16 = 2199;

/// Whole years, from the first day of one to the last day of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: i16,
    pub(crate) to: i16,
}

impl Window {
    /// What is asked for, as far as anything is known there; the last years otherwise.
    pub(crate) fn new(from: Option<i16>, to: Option<i16>, known: (Date, Date)) -> Self {
        let (first, last) = (known.0.year(), known.1.year());
        let to_year = to.unwrap_or(if from.is_some_and(|from| from > last) { first } else { last });
        let from_year = from.unwrap_or_else(|| first.max(to_year - (YEARS_FIRST - 1)).min(to_year));
        let [from, to] = [from_year, to_year].map(|year| year.clamp(YEAR_MIN, YEAR_MAX));
        Self { from: from.min(to), to: from.max(to) }
    }

    /// Its first and its last day.
    pub(crate) fn days(self) -> (Date, Date) {
        (date(self.from, 1, 1), date(self.to, 12, 31))
    }

    /// How many years it has.
    pub(crate) fn years(self) -> i16 {
        self.to - self.from + 1
    }

    /// As many years, so many of them earlier or later.
    pub(crate) fn moved(self, years: i16) -> Self {
        Self { from: self.from + years, to: self.to + years }
    }

    /// Whether something that lasted from one day to another shows in it; without an end it lasts.
    pub(crate) fn holds(self, from: Date, to: Option<Date>) -> bool {
        let (first, last) = self.days();
        from <= last && to.is_none_or(|to| to >= first)
    }
}

/// One prescription of a drug, or one time it was given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Supply {
    /// What tells drugs apart: the ATC code where there is one.
    pub(crate) drug: String,
    /// As the record calls it.
    pub(crate) name: String,
    /// How it is taken, in words.
    pub(crate) dosage: String,
    /// The first day.
    pub(crate) from: Date,
    /// The last day for which there is any.
    pub(crate) to: Date,
}

/// Days on which a patient had a drug, as far as prescriptions tell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Era {
    pub(crate) from: Date,
    pub(crate) to: Date,
    /// How many supplies it was made of.
    pub(crate) supplies: usize,
    /// How the last of them is taken.
    pub(crate) dosage: String,
}

/// One drug with its eras.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Course {
    pub(crate) name: String,
    pub(crate) eras: Vec<Era>,
}

/// The last day of a supply of so many days; at least the first day itself.
pub(crate) fn last_day(from: Date, days: Option<f64>) -> Date {
    let days = days.filter(|days| days.is_finite()).unwrap_or(1.0).clamp(1.0, 3_660.0);
    #[expect(clippy::cast_possible_truncation, reason = "it is between 1 and 3,660")]
    let days = days.ceil() as i64;
    from.checked_add((days - 1).days()).unwrap_or(from)
}

/// Joins supplies of one drug into eras where no more than [`GAP_DAYS`] lie between.
///
/// # Order
/// Drugs by the last day, the longest still taken first; eras by their first day.
pub(crate) fn courses(supplies: &[Supply]) -> Vec<Course> {
    let mut drugs: BTreeMap<&str, Vec<&Supply>> = BTreeMap::new();
    for supply in supplies {
        drugs.entry(&supply.drug).or_default().push(supply);
    }
    let mut courses: Vec<Course> = drugs.into_values().map(course).collect();
    let last = |course: &Course| course.eras.last().map(|era| era.to);
    let first = |course: &Course| course.eras.first().map(|era| era.from);
    courses.sort_by(|a, b| {
        last(b).cmp(&last(a)).then(first(a).cmp(&first(b))).then(a.name.cmp(&b.name))
    });
    courses
}

fn course(mut supplies: Vec<&Supply>) -> Course {
    supplies.sort_by_key(|supply| (supply.from, supply.to));
    let mut eras: Vec<Era> = Vec::new();
    for supply in &supplies {
        let gap: Span = i64::from(GAP_DAYS + 1).days();
        let continues = |era: &Era| era.to.checked_add(gap).is_ok_and(|until| supply.from <= until);
        match eras.last_mut().filter(|era| continues(era)) {
            Some(era) => {
                era.to = era.to.max(supply.to);
                era.supplies += 1;
                era.dosage.clone_from(&supply.dosage);
            }
            None => eras.push(Era {
                from: supply.from,
                to: supply.to,
                supplies: 1,
                dosage: supply.dosage.clone(),
            }),
        }
    }
    let name = supplies.last().map(|supply| supply.name.clone()).unwrap_or_default();
    Course { name, eras }
}

/// One measured number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    /// What tells tests apart: LOINC where there is one, else JLAC10.
    pub(crate) code: String,
    /// As the record calls it.
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) day: Date,
    pub(crate) value: f64,
    /// The limits of what is usual, as printed with the value.
    pub(crate) limits: (Option<f64>, Option<f64>),
}

/// The values of one test in one unit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) unit: String,
    /// By day.
    pub(crate) values: Vec<(Date, f64)>,
    /// The limits printed last.
    pub(crate) limits: (Option<f64>, Option<f64>),
}

/// Tests a doctor looks for first, by LOINC: HbA1c, eGFR, creatinine, BNP, NT-proBNP, LDL
/// cholesterol, systolic and diastolic pressure, weight, haemoglobin, CRP, potassium, urate.
const FIRST: [&str; 14] = [
    "4548-4", "88293-6", "2160-0", "30934-4", "33762-6", "2089-1", "18262-6", "8480-6", "8462-4",
    "29463-7", "718-7", "1988-5", "2823-3", "3084-1",
];
/// A line needs so many values; with fewer, what was measured stands in the list alone.
const VALUES_MIN: usize = 2;

/// Picks the tests worth a line: those looked for first, then those with most values.
///
/// A value in another unit than most of its test is another series: a mix-up of units would bend
/// the line, and must not vanish either.
pub(crate) fn series(values: &[Measured], series_max: usize) -> Vec<Series> {
    let mut by_test: BTreeMap<(&str, &str), Series> = BTreeMap::new();
    for value in values {
        let key = (value.code.as_str(), value.unit.as_str());
        let one = by_test.entry(key).or_insert_with(|| Series {
            code: value.code.clone(),
            name: value.name.clone(),
            unit: value.unit.clone(),
            values: Vec::new(),
            limits: (None, None),
        });
        one.values.push((value.day, value.value));
        if value.limits != (None, None) {
            one.limits = value.limits;
        }
    }
    let mut all: Vec<Series> =
        by_test.into_values().filter(|one| one.values.len() >= VALUES_MIN).collect();
    let place = |one: &Series| FIRST.iter().position(|code| *code == one.code).unwrap_or(99);
    let most = |one: &Series| std::cmp::Reverse(one.values.len());
    all.sort_by(|a, b| {
        place(a).cmp(&place(b)).then(most(a).cmp(&most(b))).then(a.name.cmp(&b.name))
    });
    all.truncate(series_max);
    for one in &mut all {
        one.values.sort_by_key(|(day, _)| *day);
    }
    all
}

/// At most so many things of a row, each the last one of its stretch; tells whether any were left
/// out. The first and the last always stand.
pub(crate) fn thinned<T: Clone>(all: &[T], most: usize) -> (Vec<T>, bool) {
    if all.len() <= most.max(2) {
        return (all.to_vec(), false);
    }
    let stretch = all.len().div_ceil(most.max(2) - 1);
    let mut kept: Vec<T> = all.first().cloned().into_iter().collect();
    let stretches = all.get(1..).unwrap_or_default().chunks(stretch);
    kept.extend(stretches.filter_map(<[T]>::last).cloned());
    (kept, true)
}

/// Whole years between two days.
pub(crate) fn age_years(born: Date, on: Date) -> i16 {
    let had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
    on.year() - born.year() - i16::from(!had_birthday)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: (Date, Date) = (date(2012, 4, 1), date(2026, 11, 20));

    #[test]
    fn the_last_five_years_are_shown_unless_others_are_asked_for() {
        let check = |from, to, expect: (i16, i16)| {
            let window = Window::new(from, to, KNOWN);
            assert_eq!((window.from, window.to), expect, "{from:?} {to:?}");
        };
        check(None, None, (2022, 2026));
        check(Some(2015), Some(2016), (2015, 2016));
        check(Some(2016), Some(2015), (2015, 2016));
        check(Some(2020), None, (2020, 2026));
        check(None, Some(2014), (2012, 2014));
        check(None, Some(2000), (2000, 2000));
        check(Some(i16::MIN), Some(i16::MAX), (1900, 2199));
        let young = Window::new(None, None, (date(2025, 1, 1), date(2026, 1, 1)));
        assert_eq!((young.from, young.to, young.years()), (2025, 2026, 2));
    }

    #[test]
    fn what_never_ended_shows_in_every_later_year() {
        let window = Window { from: 2022, to: 2026 };
        assert!(window.holds(date(2001, 1, 1), None));
        assert!(window.holds(date(2001, 1, 1), Some(date(2022, 1, 1))));
        assert!(!window.holds(date(2001, 1, 1), Some(date(2021, 12, 31))));
        assert!(!window.holds(date(2027, 1, 1), None));
    }

    fn supply(drug: &str, from: Date, days: f64) -> Supply {
        Supply {
            drug: drug.to_owned(),
            name: format!("{drug}錠"),
            dosage: format!("{days}日分"),
            from,
            to: last_day(from, Some(days)),
        }
    }

    #[test]
    fn prescriptions_that_follow_one_another_are_one_era_and_a_gap_parts_them() {
        let supplies = [
            supply("A10BA02", date(2024, 1, 10), 90.0),
            supply("A10BA02", date(2024, 4, 9), 90.0),
            // The supply of the ninth of April lasts to the seventh of July.
            supply("A10BA02", date(2024, 8, 7), 30.0),
            supply("A10BA02", date(2025, 3, 1), 28.0),
            supply("C10AA05", date(2023, 3, 1), 30.0),
        ];
        let courses = courses(&supplies);
        let eras: Vec<_> =
            courses[0].eras.iter().map(|era| (era.from, era.to, era.supplies)).collect();
        assert_eq!(courses[0].name, "A10BA02錠");
        assert_eq!(
            eras,
            [(date(2024, 1, 10), date(2024, 9, 5), 3), (date(2025, 3, 1), date(2025, 3, 28), 1)]
        );
        assert_eq!(courses[1].name, "C10AA05錠");
    }

    #[test]
    fn a_supply_without_days_is_one_day_and_a_wrong_one_does_no_harm() {
        let day = date(2024, 2, 28);
        assert_eq!(last_day(day, None), day);
        assert_eq!(last_day(day, Some(2.0)), date(2024, 2, 29));
        for wrong in [f64::NAN, f64::INFINITY, -3.0, 0.0] {
            assert_eq!(last_day(day, Some(wrong)), day);
        }
        assert!(last_day(day, Some(1e9)) < date(2035, 1, 1));
    }

    fn measured(code: &str, unit: &str, day: i8, value: f64) -> Measured {
        Measured {
            code: code.to_owned(),
            name: code.to_owned(),
            unit: unit.to_owned(),
            day: date(2024, 5, day),
            value,
            limits: (None, Some(6.0)),
        }
    }

    #[test]
    fn what_doctors_look_for_comes_first_and_another_unit_is_another_line() {
        let mut values = Vec::new();
        for day in 1..=9 {
            values.push(measured("rare", "U/L", day, 30.0));
        }
        values.extend([measured("4548-4", "%", 3, 7.1), measured("4548-4", "%", 1, 8.9)]);
        values.extend([measured("4548-4", "mmol/mol", 4, 53.0), measured("once", "x", 1, 1.0)]);
        let picked = series(&values, 8);
        let named: Vec<_> =
            picked.iter().map(|one| (one.code.as_str(), one.values.len())).collect();
        assert_eq!(named, [("4548-4", 2), ("rare", 9)]);
        assert_eq!(picked[0].values[0], (date(2024, 5, 1), 8.9), "by day");
        assert_eq!(series(&values, 1).len(), 1);
    }

    #[test]
    fn thinning_keeps_the_first_and_the_last_value() {
        let values: Vec<_> = (1..=28).map(|day| (date(2024, 2, day), f64::from(day))).collect();
        let (kept, left_out) = thinned(&values, 10);
        assert!(left_out && kept.len() <= 10, "{}", kept.len());
        assert_eq!((kept[0].1, kept[kept.len() - 1].1), (1.0, 28.0));
        assert_eq!(thinned(&values, 28), (values.clone(), false));
        assert_eq!(thinned::<u8>(&[], 0), (Vec::new(), false));
    }

    #[test]
    fn an_age_counts_birthdays() {
        let born = date(1966, 9, 21);
        assert_eq!(age_years(born, date(2026, 9, 20)), 59);
        assert_eq!(age_years(born, date(2026, 9, 21)), 60);
        assert_eq!(age_years(date(2024, 2, 29), date(2025, 2, 28)), 0);
    }
}
