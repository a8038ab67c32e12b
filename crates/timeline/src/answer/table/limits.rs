//! Rates of filtration compared with a number, without working the rates out: a rate falls as
//! creatinine and age rise, so of each sex and age there is a creatinine up to which it is surely
//! above the number and one from which on it is surely below. What lies between is worked out.

use cohort::ast::{Comparison, Equation, NumberField, Quantity, TimeUnit};
use cohort::eval::{Sex, Stretch, Truth, age, compare, egfr};

use super::columns::{Data, Of};
use super::outermost::Zones;
use super::zone::Truths;
use crate::answer::plan::{Amount, Ask, ColumnId, ColumnSpec, Pick, TableSpec};
use crate::format::Damage;

/// The ages of which there are limits; others are rare enough to be worked out.
const AGES: std::ops::Range<i64> = 18..120;
/// How far from the number a rate is surely on one side of it, and how far from the limit a
/// creatinine is.
const SURE: f64 = 1e-9;
const APART: f64 = 1e-5;

/// The limits of one number.
#[derive(Debug)]
pub(in crate::answer) struct Limits {
    equation: Equation,
    number: f64,
    /// Of each age, for women and men.
    of: Vec<[(f64, f64); 2]>,
}

/// What a filter asks, if it compares a rate with a number.
fn compared(ask: &Ask) -> Option<(ColumnId, Comparison, f64)> {
    match ask {
        Ask::Compare(
            Amount::Field(Pick::Frame(0), column),
            is
            @ (Comparison::Less | Comparison::AtMost | Comparison::AtLeast | Comparison::Greater),
            Amount::Literal(number),
        ) if *number > 0.0 && number.is_finite() => Some((*column, *is, *number)),
        _ => None,
    }
}

impl Limits {
    /// Those of all numbers with which tables compare rates.
    pub(in crate::answer) fn all(tables: &[TableSpec], columns: &[ColumnSpec]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (column, _, number) in
            tables.iter().flat_map(|table| &table.filters).filter_map(compared)
        {
            if let Some(ColumnSpec::Egfr(equation)) = columns.get(column)
                && !all.iter().any(|of| of.is_of(*equation, number))
            {
                all.push(Self::new(*equation, number));
            }
        }
        all
    }

    fn new(equation: Equation, number: f64) -> Self {
        let of = |age, sex| limits(&|value| egfr(equation, value, age, sex), number);
        let of = AGES.map(|age| [of(age, Sex::Female), of(age, Sex::Male)]).collect();
        Self { equation, number, of }
    }

    fn is_of(&self, equation: Equation, number: f64) -> bool {
        self.equation == equation && self.number.to_bits() == number.to_bits()
    }

    /// What a filter asks, where there are limits for it.
    pub(super) fn asked<'l>(
        ask: &Ask,
        specs: &[ColumnSpec],
        all: &'l [Self],
    ) -> Option<(&'l Self, Comparison)> {
        let (column, is, number) = compared(ask)?;
        let Some(ColumnSpec::Egfr(equation)) = specs.get(column) else { return None };
        let limits = all.iter().find(|limits| limits.is_of(*equation, number))?;
        Some((limits, is))
    }

    /// Up to which creatinine a rate is above, and from which on it is below, whatever the age
    /// between two; neither for who may not be grown up.
    fn between(&self, sex: Sex, (youngest, oldest): (i64, i64)) -> (f64, f64) {
        let of = |age: i64| {
            let place = usize::try_from(age - AGES.start).ok();
            let of = place.and_then(|place| self.of.get(place));
            of.map(|[women, men]| if sex == Sex::Female { *women } else { *men })
        };
        match (of(youngest), of(oldest)) {
            (Some((_, below)), Some((above, _))) => (above, below),
            _ => NEITHER,
        }
    }
}

const NEITHER: (f64, f64) = (0.0, f64::INFINITY);

/// The creatinine below which a falling rate is surely above a number, and that above which it is
/// surely below.
fn limits(rate: &dyn Fn(f64) -> Option<f64>, number: f64) -> (f64, f64) {
    // A rate falls nearly as this power does, so each step comes nearer.
    const POWER: f64 = 1.0 / 1.15;
    let mut value = 1.0;
    for _ in 0..80 {
        let Some(share) = rate(value).map(|rate| rate / number) else { return NEITHER };
        value *= share.powf(POWER);
        if (share - 1.0).abs() < APART / 100.0 {
            break;
        }
    }
    let (low, high) = (value * (1.0 - APART), value * (1.0 + APART));
    let sure = |value, is: &dyn Fn(f64) -> bool| rate(value).is_some_and(is);
    let is_above = sure(low, &|rate| rate > number * (1.0 + SURE));
    let is_below = sure(high, &|rate| rate < number * (1.0 - SURE));
    if is_above && is_below { (low, high) } else { NEITHER }
}

/// What a comparison says of a rate that is surely above the number, or else surely below.
fn says(is: Comparison, is_above: bool) -> Truth {
    Truth::from(is_above == matches!(is, Comparison::AtLeast | Comparison::Greater))
}

/// Between what an age in years is on some days, counted from a birth: no year is longer than 366
/// days, and none shorter than 365.
fn ages(birth: i64, (first, last): (i64, i64)) -> (i64, i64) {
    ((first - birth).div_euclid(366), (last - birth).div_euclid(365))
}

/// Whether somebody is surely not grown up on a day, and has no rate.
fn is_child(birth: i64, day: i64) -> bool {
    ages(birth, (day, day)).1 < AGES.start
}

impl Of<'_> {
    /// What a comparison of the rate of filtration says of each row; none where the rows may not be
    /// known to the day.
    pub(super) fn rates_compared(
        self,
        (limits, is): (&Limits, Comparison),
    ) -> Result<Option<Vec<Truth>>, Damage> {
        if self.days()?.is_none() {
            return Ok(None);
        }
        let asked = Some(Some("mg/dL"));
        let creatinine = self.number(&NumberField::Value, asked, Some(Quantity::Creatinine))?;
        let Data::Numbers(values) = creatinine else { return Err(Damage::Number) };
        let day = self.rows.gather(&self.run.times()?.day)?;
        let mut truths = Vec::with_capacity(values.len());
        let mut row = 0;
        for &(patient, count) in self.rows.whose {
            let end = row + count;
            let of = values.get(row..end).ok_or(Damage::Short)?;
            let Some((birth, sex)) = self.born(patient) else {
                truths.resize(end, Truth::Unknown);
                row = end;
                continue;
            };
            let known = birth.known_day();
            let between = |days: (i64, i64)| {
                known.map_or(NEITHER, |birth| limits.between(sex, ages(birth, days)))
            };
            let sure = |value: f64, (above, below): (f64, f64)| {
                let is_above = value > 0.0 && value <= above;
                (is_above || value >= below).then(|| says(is, is_above))
            };
            let last = day.get(end.saturating_sub(1));
            if known.is_some_and(|birth| is_child(birth, last)) {
                truths.resize(end, Truth::Unknown);
                row = end;
                continue;
            }
            let of_all = between((day.get(row), last));
            for (row, &value) in (row..).zip(of) {
                let day = day.get(row);
                if known.is_some_and(|birth| is_child(birth, day)) {
                    truths.push(Truth::Unknown);
                    continue;
                }
                // Of most it is sure whatever the age, of most others on their day.
                let says = sure(value, of_all).or_else(|| sure(value, between((day, day))));
                truths.push(says.unwrap_or_else(|| {
                    let age = age(birth, Stretch::day(day), TimeUnit::Year);
                    let rate = age.and_then(|age| egfr(limits.equation, value, age, sex));
                    compare(rate, is, Some(limits.number))
                }));
            }
            row = end;
        }
        Ok(Some(truths))
    }

    /// What such a comparison may be of the rows of each patient of the run.
    pub(super) fn rates_may(
        self,
        (limits, is): (&Limits, Comparison),
    ) -> Result<Option<Vec<Truths>>, Damage> {
        let asked = Some(Some("mg/dL"));
        let values = self.zones_of(&NumberField::Value, asked, Some(Quantity::Creatinine))?;
        let (Zones::Each(zones), Some(days)) = (values, self.days()?) else { return Ok(None) };
        let of = zones.iter().zip(self.rows.whose).map(|(zone, &(patient, _))| {
            let born = self.born(patient);
            let born = born.and_then(|(birth, sex)| Some((birth.known_day()?, sex)));
            let Some((birth, sex)) = born.filter(|_| zone.low > 0.0) else { return Truths::ANY };
            let between = limits.between(sex, ages(birth, days));
            if is_child(birth, days.1) {
                return Truths::of(false, false, true);
            }
            if between == NEITHER {
                return Truths::ANY;
            }
            let (above, below) = between;
            let (may_be_above, may_be_below) = (zone.low < below, zone.high > above);
            let may = |truth: Truth| {
                (may_be_above && says(is, true) == truth)
                    || (may_be_below && says(is, false) == truth)
            };
            Truths::of(may(Truth::True), may(Truth::False), zone.unknown)
        });
        Ok(Some(of.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_say_what_the_rates_say() {
        let equations = [Equation::Jp, Equation::CkdEpi2009, Equation::CkdEpi2021];
        for (equation, number) in equations.into_iter().flat_map(|of| [(of, 60.0), (of, 15.0)]) {
            let limits = Limits::new(equation, number);
            for (youngest, oldest) in [(18, 18), (40, 47), (70, 119)] {
                for sex in [Sex::Female, Sex::Male] {
                    let (above, below) = limits.between(sex, (youngest, oldest));
                    assert!(0.0 < above && above < below && below < 20.0, "{above} {below}");
                    assert!(youngest < oldest || below - above < 1e-3, "{above} {below}");
                    let rate = |value, age| egfr(equation, value, age, sex).unwrap();
                    for age in youngest..=oldest {
                        assert!(rate(above, age) > number && rate(above / 3.0, age) > number);
                        assert!(rate(below, age) < number && rate(below * 3.0, age) < number);
                    }
                }
            }
            assert_eq!(limits.between(Sex::Male, (17, 30)), NEITHER);
            assert_eq!(limits.between(Sex::Male, (30, 300)), NEITHER);
        }
    }

    #[test]
    fn ages_are_between_what_they_are_said_to_be() {
        for birth in [-20_000, 0, 58, 789] {
            for day in (birth - 400..birth + 45_000).step_by(13) {
                let (youngest, oldest) = ages(birth, (day, day));
                let age = age(Stretch::day(birth), Stretch::day(day), TimeUnit::Year);
                assert!(age.is_none_or(|age| (youngest..=oldest).contains(&age)), "{birth} {day}");
                assert!(!is_child(birth, day) || age.is_none_or(|age| age < 18), "{birth} {day}");
            }
        }
    }
}
