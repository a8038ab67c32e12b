//! When something happens for the first time: rates that grow with age, and what multiplies them.

use super::calendar;
use super::chart::{Minute, YEAR};
use super::person::Person;
use crate::dice::Dice;

/// A rate that grows by the same factor with each year of age (Gompertz).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Events per person and year at sixty.
    pub at_60: f64,
    /// The natural logarithm of the yearly growth; zero for the same at every age.
    pub growth: f64,
}

impl Rate {
    /// The rate at an age.
    #[must_use]
    pub fn at(self, age: f64) -> f64 {
        self.at_60 * (self.growth * (age - 60.0)).exp()
    }

    /// The same, so many times as high.
    #[must_use]
    pub const fn times(self, ratio: f64) -> Self {
        Self { at_60: self.at_60 * ratio, growth: self.growth }
    }
}

/// A hazard ratio that holds for a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// From when to when, half-open.
    pub time: (Minute, Minute),
    /// What the rate is multiplied by.
    pub ratio: f64,
}

impl Effect {
    /// For all one's life.
    #[must_use]
    pub const fn always(ratio: f64) -> Self {
        Self { time: (Minute::MIN, Minute::MAX), ratio }
    }

    /// From some time on; never, where there is none.
    #[must_use]
    pub fn since(from: Option<Minute>, ratio: f64) -> Self {
        match from {
            Some(from) => Self { time: (from, Minute::MAX), ratio },
            None => Self::always(1.0),
        }
    }

    /// During a time; never, where there is none.
    #[must_use]
    pub fn during(time: Option<(Minute, Minute)>, ratio: f64) -> Self {
        match time {
            Some(time) => Self { time, ratio },
            None => Self::always(1.0),
        }
    }
}

/// Nobody's hazard is followed beyond this age, in years.
const OLDEST: f64 = 112.0;

/// The first minute, from the given one on, at which it happens; none before great old age.
#[must_use]
pub fn first(
    person: &Person,
    dice: &mut Dice,
    rate: Rate,
    effects: &[Effect],
    from: Minute,
) -> Option<Minute> {
    let end = calendar::at_age(person, OLDEST);
    let mut left = dice.wait(1.0);
    let mut begin = from.max(person.born);
    while begin < end {
        let holding = |effect: &&Effect| effect.time.0 <= begin && begin < effect.time.1;
        let ratio: f64 = effects.iter().filter(holding).map(|effect| effect.ratio).product();
        let bounds = effects.iter().flat_map(|effect| [effect.time.0, effect.time.1]);
        let until = bounds.filter(|bound| *bound > begin).min().unwrap_or(end).min(end);
        let here = rate.at(calendar::age(person, begin)) * ratio;
        let length = calendar::years(until - begin);
        let passed = here * grown(rate.growth, length);
        if left < passed {
            return Some(calendar::after(begin, needed(rate.growth, left / here)));
        }
        left -= passed;
        begin = until;
    }
    None
}

/// The same for what shortens life: somebody who is alive at entry has survived it.
///
/// Whoever got it before entry and would have died of it since, at this rate a year, is not in the
/// hospital; the one who is has not had it yet, and may get it from entry on.
#[must_use]
pub fn first_survived(
    person: &Person,
    dice: &mut Dice,
    (rate, effects): (Rate, &[Effect]),
    (from, entry): (Minute, Minute),
    deaths_a_year: f64,
) -> Option<Minute> {
    let onset = first(person, dice, rate, effects, from)?;
    let since = calendar::years(entry - onset);
    if since > 0.0 && !dice.chance((-deaths_a_year * since).exp()) {
        return first(person, dice, rate, effects, entry);
    }
    Some(onset)
}

/// The integral of `exp(growth * t)` over so many years.
fn grown(growth: f64, years: f64) -> f64 {
    if growth.abs() < 1e-9 { years } else { (growth * years).exp_m1() / growth }
}

/// The years over which that integral is as much.
fn needed(growth: f64, integral: f64) -> f64 {
    if growth.abs() < 1e-9 { integral } else { (growth * integral).ln_1p() / growth }
}

/// The person's years with an age from the first to the second while known, for tests of rates.
#[must_use]
pub fn years_at_age(person: &Person, known: (Minute, Minute), ages: (f64, f64)) -> f64 {
    let from = known.0.max(calendar::at_age(person, ages.0));
    let until = known.1.min(calendar::at_age(person, ages.1));
    calendar::float((until - from).max(0)) / calendar::float(YEAR)
}
