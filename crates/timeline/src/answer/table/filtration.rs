//! The rate of filtration, worked out once for each row as it is read: who it is of and when are
//! known there, and the same few values, ages and sexes come again and again.

use cohort::ast::{Equation, NumberField, Quantity, TimeUnit};
use cohort::eval::{Sex, Stretch, age, civil, day_from, days_of, egfr};

use super::columns::{Data, Of};
use crate::event;
use crate::format::Damage;
use crate::format::decimal::NONE;

/// Places of the memo.
const MEMO: usize = 1 << 14;

/// The rates worked out last, by what they depend on.
pub(super) struct Memo {
    equation: Equation,
    /// The bits of the value, age and sex, the rate.
    held: Vec<(u64, i64, f64)>,
}

impl Memo {
    pub(super) fn new(equation: Equation) -> Self {
        Self { equation, held: Vec::new() }
    }

    pub(super) fn rate(&mut self, creatinine: f64, age_years: i64, sex: Sex) -> f64 {
        let (bits, who) = (creatinine.to_bits(), age_years << 1 | i64::from(sex == Sex::Female));
        let mixed =
            (bits ^ who.cast_unsigned().rotate_left(40)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = usize::try_from(mixed >> 50).unwrap_or(0);
        if self.held.is_empty() {
            // No rate is of an age below 0.
            self.held.resize(MEMO, (0, -1, NONE));
        }
        let Some(held) = self.held.get_mut(place) else { return NONE };
        if (held.0, held.1) != (bits, who) {
            let rate = egfr(self.equation, creatinine, age_years, sex).unwrap_or(NONE);
            *held = (bits, who, rate);
        }
        held.2
    }
}

/// The ages of who was born on a known day, as [`age`] has them.
pub(super) struct Ages {
    /// Day, year, month and day of the month of birth.
    birth: (i64, (i64, i64, i64)),
    /// The days on which an age is the same, the last of them not belonging to it.
    held: (i64, i64, i64),
}

impl Ages {
    fn new(birth: i64) -> Self {
        Self { birth: (birth, civil(birth)), held: (0, 0, 0) }
    }

    fn birthday(&self, age: i64) -> i64 {
        let (_, (year, month, day)) = self.birth;
        day_from(year + age, month, day.min(days_of(year + age, month)))
    }

    /// The age on a day; none before birth.
    fn on(&mut self, day: i64) -> Option<i64> {
        let (from, until, age) = self.held;
        if (from..until).contains(&day) {
            return Some(age);
        }
        if day < self.birth.0 {
            return None;
        }
        let years = civil(day).0 - self.birth.1.0;
        let this = self.birthday(years);
        self.held = if this <= day {
            (this, self.birthday(years + 1), years)
        } else {
            (self.birthday(years - 1), this, years - 1)
        };
        Some(self.held.2)
    }
}

impl Of<'_> {
    /// The rate of filtration of each row.
    pub(super) fn filtration(self, equation: Equation) -> Result<Data, Damage> {
        let asked = Some(Some("mg/dL"));
        let creatinine = self.number(&NumberField::Value, asked, Some(Quantity::Creatinine))?;
        let Data::Numbers(mut values) = creatinine else { return Err(Damage::Number) };
        let times = self.run.times()?;
        let day = self.rows.gather(&times.day)?;
        let second = self.rows.gather(&times.second)?;
        let length = self.rows.gather(&times.length)?;
        let mut memo = Memo::new(equation);
        let mut row = 0;
        for &(patient, count) in self.rows.whose {
            let born = self.born(patient);
            let mut ages = born.and_then(|(birth, _)| birth.known_day()).map(Ages::new);
            for row in row..row + count {
                let Some(value) = values.get_mut(row) else { return Err(Damage::Short) };
                let first = day.get(row).saturating_mul(86_400).saturating_add(second.get(row));
                let start = Stretch::new(first, first.saturating_add(length.get(row) - 1));
                *value = match (born, start) {
                    (Some((birth, sex)), Some(start)) if value.is_finite() => {
                        let age = match (&mut ages, start.known_day()) {
                            (Some(ages), Some(day)) => ages.on(day),
                            _ => age(birth, start, TimeUnit::Year),
                        };
                        age.map_or(NONE, |age| memo.rate(*value, age, sex))
                    }
                    _ => NONE,
                };
            }
            row += count;
        }
        Ok(Data::Numbers(values))
    }

    /// Birth and sex, where a rate can be of them.
    pub(super) fn born(self, patient: u16) -> Option<(Stretch, Sex)> {
        let person = self.segment.person(self.first_patient + u32::from(patient))?;
        let sex = match person.sex {
            event::Sex::Male => Sex::Male,
            event::Sex::Female => Sex::Female,
            event::Sex::Unknown | event::Sex::Other => return None,
        };
        Some((person.birth?.stretch(), sex))
    }

    /// The ages between two days, of who is grown up by then and born on a known day.
    pub(super) fn ages(self, patient: u16, (first, last): (i64, i64)) -> Option<(Sex, (i64, i64))> {
        let (birth, sex) = self.born(patient)?;
        let mut of = Ages::new(birth.known_day()?);
        let ages = (of.on(first)?, of.on(last)?);
        (ages.0 >= 18).then_some((sex, ages))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_those_of_the_evaluator() {
        // Among them 29 February, and days before birth.
        for birth in [-25_567, 0, 789, 11_016, 11_017] {
            let mut ages = Ages::new(birth);
            for day in (birth - 3..birth + 3_000).chain(birth + 20_000..birth + 20_800) {
                let expected = age(Stretch::day(birth), Stretch::day(day), TimeUnit::Year);
                assert_eq!(ages.on(day), expected, "{birth} {day}");
            }
        }
    }
}
