//! How the values of one output are spread.

use std::collections::BTreeMap;

use crate::ast::{Name, Output, Value};

use super::super::calendar::civil;
use super::super::cohort::Period;
use super::super::output::{Interval, Told};
use super::super::patient::Days;
use super::super::scope::{Chosen, name_of};
use super::super::{Coded, Stretch, Truth, When};
use super::{Cell, Numbers, add_rows};

/// So many codes of one output are counted apart; those met later are counted together.
pub const CODES_MAX: usize = 100_000;

/// How the values of an output are spread over periods.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Numbers.
    Numbers {
        /// Their unit, where they have one.
        unit: Option<String>,
        /// Those that are known.
        numbers: Numbers,
        /// Where there is none.
        unknown: Cell,
    },
    /// Moments.
    Moments {
        /// By calendar year.
        years: BTreeMap<i64, Cell>,
        /// Where there is no such event.
        absent: Cell,
        /// Where the year is not known.
        unknown: Cell,
    },
    /// Codes and words.
    Codes {
        /// By code.
        codes: BTreeMap<Coded, Cell>,
        /// Codes met after [`CODES_MAX`] others.
        others: Cell,
        /// Where there is none.
        unknown: Cell,
    },
    /// What a condition says.
    Truths(BTreeMap<Truth, Cell>),
    /// Events, and outcomes.
    Events {
        /// Where there is one.
        found: Cell,
        /// Where there is none.
        absent: Cell,
        /// Where that cannot be told.
        unknown: Cell,
        /// Local days from the index to the start of those found, where it is known to the day.
        days: Numbers,
    },
    /// A measure, by the first and last day of the interval.
    Measure(BTreeMap<Days, MeasureRow>),
}

/// A measure in one interval. People are those with at least one such period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeasureRow {
    /// Where the denominator is true, and the numerator known.
    pub denominator: Cell,
    /// Where both are true.
    pub numerator: Cell,
    /// Where either is unknown.
    pub unknown: Cell,
}

impl MeasureRow {
    const NONE: Self = Self { denominator: Cell::NONE, numerator: Cell::NONE, unknown: Cell::NONE };

    fn with(self, other: Self) -> Self {
        Self {
            denominator: self.denominator.with(other.denominator),
            numerator: self.numerator.with(other.numerator),
            unknown: self.unknown.with(other.unknown),
        }
    }
}

impl Distribution {
    /// That of an output of nobody, under its name.
    pub(super) fn of(output: &Output) -> (Name, Self) {
        match output {
            Output::Variable { value, .. } => (name_of(value).clone(), Self::of_value(value)),
            Output::Outcome { name, .. } => (name.clone(), Self::no_events()),
            Output::Stratum { name, .. } => (name.clone(), Self::no_codes()),
            Output::Measure(measure) => (measure.name.clone(), Self::Measure(BTreeMap::new())),
        }
    }

    fn of_value(value: &Value) -> Self {
        match value {
            Value::Number(..) => {
                let numbers = Numbers::default();
                Self::Numbers { unit: None, numbers, unknown: Cell::NONE }
            }
            Value::Moment(..) => {
                let (absent, unknown) = (Cell::NONE, Cell::NONE);
                Self::Moments { years: BTreeMap::new(), absent, unknown }
            }
            Value::Code(..) => Self::no_codes(),
            Value::Condition(..) => Self::Truths(BTreeMap::new()),
            // Sets are refused before anybody is asked.
            Value::Event(..) | Value::Events(..) => Self::no_events(),
        }
    }

    fn no_codes() -> Self {
        Self::Codes { codes: BTreeMap::new(), others: Cell::NONE, unknown: Cell::NONE }
    }

    fn no_events() -> Self {
        let [found, absent, unknown] = [Cell::NONE; 3];
        Self::Events { found, absent, unknown, days: Numbers::default() }
    }

    /// Takes what is told of one person's periods, in order.
    pub(super) fn take<'a>(&mut self, told: impl Iterator<Item = (&'a Period, &'a Told)>) {
        let mut intervals = BTreeMap::new();
        for (place, (period, told)) in told.enumerate() {
            if let Told::Measure(measured) = told {
                measured.iter().for_each(|interval| measure(&mut intervals, interval));
            } else {
                self.take_one(period, told, place);
            }
        }
        if let Self::Measure(rows) = self {
            add_measures(rows, &intervals);
        }
    }

    fn take_one(&mut self, period: &Period, told: &Told, place: usize) {
        match (self, told) {
            (Self::Numbers { unit, numbers, unknown }, Told::Number(number, of)) => {
                // The unit is that of the definition: the same for every period.
                unit.clone_from(of);
                match number {
                    Some(number) => numbers.add(*number, place),
                    None => unknown.add(place),
                }
            }
            (Self::Moments { years, absent, unknown }, Told::Moment(when)) => match when {
                When::Absent => absent.add(place),
                When::Unknown => unknown.add(place),
                When::At(at) => match year(*at) {
                    Some(year) => years.entry(year).or_insert(Cell::NONE).add(place),
                    None => unknown.add(place),
                },
            },
            (Self::Codes { codes, others, unknown }, Told::Code(code)) => match code {
                None => unknown.add(place),
                Some(code) => row(codes, others, code).add(place),
            },
            (Self::Truths(rows), Told::Truth(truth)) => {
                rows.entry(*truth).or_insert(Cell::NONE).add(place);
            }
            (
                Self::Events { found, absent, unknown, days },
                Told::Event(chosen) | Told::Outcome(chosen, _),
            ) => match chosen {
                Chosen::Absent => absent.add(place),
                Chosen::Unknown => unknown.add(place),
                Chosen::Found(member) => {
                    found.add(place);
                    if let Some(day) = member.event.start.and_then(Stretch::known_day) {
                        let after = day - period.index.first_day();
                        #[expect(clippy::cast_precision_loss, reason = "days are far below 2^53")]
                        days.add(after as f64, place);
                    }
                }
            },
            // An output says the same kind of thing of every period.
            _ => {}
        }
    }

    /// Adds that of other people.
    pub(super) fn add(&mut self, other: &Self) {
        match (self, other) {
            (
                Self::Numbers { unit, numbers, unknown },
                Self::Numbers { unit: of, numbers: more, unknown: unknown_too },
            ) => {
                if unit.is_none() {
                    unit.clone_from(of);
                }
                numbers.add_all(more);
                *unknown = unknown.with(*unknown_too);
            }
            (
                Self::Moments { years, absent, unknown },
                Self::Moments { years: more, absent: absent_too, unknown: unknown_too },
            ) => {
                add_rows(years, more);
                *absent = absent.with(*absent_too);
                *unknown = unknown.with(*unknown_too);
            }
            (
                Self::Codes { codes, others, unknown },
                Self::Codes { codes: more, others: others_too, unknown: unknown_too },
            ) => {
                for (code, cell) in more {
                    let sum = row(codes, others, code);
                    *sum = sum.with(*cell);
                }
                *others = others.with(*others_too);
                *unknown = unknown.with(*unknown_too);
            }
            (Self::Truths(rows), Self::Truths(more)) => add_rows(rows, more),
            (
                Self::Events { found, absent, unknown, days },
                Self::Events { found: more, absent: absent_too, unknown: unknown_too, days: later },
            ) => {
                *found = found.with(*more);
                *absent = absent.with(*absent_too);
                *unknown = unknown.with(*unknown_too);
                days.add_all(later);
            }
            (Self::Measure(rows), Self::Measure(more)) => add_measures(rows, more),
            _ => {}
        }
    }
}

/// The calendar year, where there is only one.
fn year(at: Stretch) -> Option<i64> {
    let (first, last) = (civil(at.first_day()).0, civil(at.last_day()).0);
    (first == last).then_some(first)
}

/// Where a code is counted.
fn row<'a>(
    codes: &'a mut BTreeMap<Coded, Cell>,
    others: &'a mut Cell,
    code: &Coded,
) -> &'a mut Cell {
    if codes.len() >= CODES_MAX && !codes.contains_key(code) {
        return others;
    }
    codes.entry(code.clone()).or_insert(Cell::NONE)
}

/// Counts a period of one person in an interval.
fn measure(of_one: &mut BTreeMap<Days, MeasureRow>, interval: &Interval) {
    let row = of_one.entry(interval.days).or_insert(MeasureRow::NONE);
    // Each row is of one person: its first period brings the person, its other ones do not.
    let count = |cell: &mut Cell| cell.add(usize::from(*cell != Cell::NONE));
    match (interval.denominator, interval.numerator) {
        (Truth::False, _) => {}
        (Truth::Unknown, _) | (Truth::True, Truth::Unknown) => count(&mut row.unknown),
        (Truth::True, Truth::False) => count(&mut row.denominator),
        (Truth::True, Truth::True) => {
            count(&mut row.denominator);
            count(&mut row.numerator);
        }
    }
}

fn add_measures(to: &mut BTreeMap<Days, MeasureRow>, other: &BTreeMap<Days, MeasureRow>) {
    for (days, row) in other {
        let sum = to.entry(*days).or_insert(MeasureRow::NONE);
        *sum = sum.with(*row);
    }
}
