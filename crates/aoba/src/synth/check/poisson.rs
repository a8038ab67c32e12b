//! Poisson regression of events on person-time, summed up in cells.
//!
//! A cell holds everybody's time with the same covariates, so memory does not grow with people.
//! The logarithm of the rate is a sum over covariates; the time is an offset.

use std::collections::BTreeMap;

use super::estimate::Estimate;
use super::matrix::{Matrix, Vector, add, add_outer, dot, inverse, times};

/// Covariates of a model at most.
pub(super) const WIDTH: usize = 12;

/// Covariates in hundredths.
pub(super) type Covariates = [i16; WIDTH];

const STEPS_MAX: usize = 60;

/// Events and person-years by covariates.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells(BTreeMap<Covariates, Cell>);

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    events: f64,
    years: f64,
}

/// What a model came to: for each covariate its coefficient and standard error.
pub(super) struct Fit {
    beta: Vector<WIDTH>,
    errors: Vector<WIDTH>,
    variance: Matrix<WIDTH>,
}

/// A standard error beyond this says that there was next to nobody to tell from.
const ERROR_MAX: f64 = 2.0;

impl Fit {
    /// The coefficient itself.
    pub(super) fn coefficient(&self, at: usize) -> Option<Estimate> {
        self.told(at).map(|(beta, error)| Estimate::normal(beta, error))
    }

    /// The coefficient as a ratio of rates; of an intercept, the rate.
    pub(super) fn ratio(&self, at: usize) -> Option<Estimate> {
        self.told(at).map(|(beta, error)| Estimate::ratio(beta, error))
    }

    /// The first two coefficients: the logarithm of a rate and its slope.
    pub(super) fn line(&self) -> Option<(f64, f64)> {
        Some((self.told(0)?.0, self.told(1)?.0))
    }

    fn told(&self, at: usize) -> Option<(f64, f64)> {
        let (beta, error) = (*self.beta.get(at)?, *self.errors.get(at)?);
        (error > 0.0 && error < ERROR_MAX).then_some((beta, error))
    }

    /// The rate of one group against that of another.
    pub(super) fn ratio_of(&self, one: usize, other: usize) -> Option<Estimate> {
        let log = self.told(one)?.0 - self.told(other)?.0;
        self.sum(log, [(one, 1.0), (other, -1.0)])
    }

    /// The mean of the rates of two groups.
    pub(super) fn mean_of(&self, one: usize, other: usize) -> Option<Estimate> {
        let (first, second) = (self.told(one)?.0.exp(), self.told(other)?.0.exp());
        let share = first / (first + second);
        let log = f64::midpoint(first, second).ln();
        self.sum(log, [(one, share), (other, 1.0 - share)])
    }

    /// The exponential of something that depends on two coefficients with these weights.
    fn sum(&self, log: f64, weights: [(usize, f64); 2]) -> Option<Estimate> {
        let mut variance = 0.0;
        for (row, one) in weights {
            for (at, other) in weights {
                variance += one * other * self.variance.get(row)?.get(at)?;
            }
        }
        let error = variance.max(0.0).sqrt();
        (error > 0.0 && error < ERROR_MAX).then(|| Estimate::ratio(log, error))
    }
}

impl Cells {
    /// Adds time under observation, and whether it ended in the event.
    pub(super) fn add(&mut self, covariates: Covariates, years: f64, event: bool) {
        let cell = self.0.entry(covariates).or_default();
        cell.years += years;
        cell.events += f64::from(u8::from(event));
    }

    /// Adds events and time of somebody who counts for more or less than one.
    pub(super) fn add_weighted(&mut self, covariates: Covariates, (events, years): (f64, f64)) {
        let cell = self.0.entry(covariates).or_default();
        cell.events += events;
        cell.years += years;
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        for (covariates, seen) in other.0 {
            let cell = self.0.entry(covariates).or_default();
            cell.events += seen.events;
            cell.years += seen.years;
        }
    }

    /// All events.
    pub(super) fn events(&self) -> f64 {
        self.0.values().map(|cell| cell.events).sum()
    }

    /// Events and years of those in whom a covariate is not nought.
    pub(super) fn of(&self, at: usize) -> (f64, f64) {
        let have = |covariates: &Covariates| covariates.get(at).is_some_and(|one| *one != 0);
        let cells = self.0.iter().filter(|(covariates, _)| have(covariates));
        cells.fold((0.0, 0.0), |sum, (_, cell)| (sum.0 + cell.events, sum.1 + cell.years))
    }

    /// The events that a model expects in these cells.
    pub(super) fn expected(&self, fit: &Fit) -> f64 {
        let rate = |covariates: &Covariates| {
            let vector = covariates.map(|hundredths| f64::from(hundredths) / 100.0);
            dot(&vector, &fit.beta).exp()
        };
        self.0.iter().map(|(covariates, cell)| cell.years * rate(covariates)).sum()
    }

    /// Fits one rate and its growth with age to what happens once in life, where nobody knows who
    /// had it before: time counts as far as people of that age are still without it.
    pub(super) fn fit_unseen(&self) -> Option<Fit> {
        let mut fit = self.fit(1)?;
        for _ in 0..8 {
            let (at_60, growth) = (fit.beta.first()?.exp(), *fit.beta.get(1)?);
            // The integral of the rate from birth on.
            let passed = |age: f64| {
                let grown = if growth.abs() < 1e-9 {
                    age + 60.0
                } else {
                    ((growth * age).exp() - (growth * -60.0).exp()) / growth
                };
                at_60 * grown
            };
            let left = self.0.iter().map(|(covariates, cell)| {
                let age = covariates.get(1).map_or(0.0, |age| f64::from(*age) / 100.0);
                let years = cell.years * (-passed(age)).exp();
                (*covariates, Cell { years, ..*cell })
            });
            fit = Self(left.collect()).fit(1)?;
        }
        Some(fit)
    }

    /// Fits the model, of which the first covariates are the groups with a rate of their own; none
    /// where the data cannot tell. A covariate that nobody has stays out.
    pub(super) fn fit(&self, groups: usize) -> Option<Fit> {
        let (events, years) = (self.events(), self.0.values().map(|cell| cell.years).sum::<f64>());
        if events < 5.0 || years <= 0.0 {
            return None;
        }
        let start = (events / years).ln();
        let mut beta: Vector<WIDTH> =
            std::array::from_fn(|at| if at < groups { start } else { 0.0 });
        for _ in 0..STEPS_MAX {
            let (score, mut information) = self.derivatives(&beta);
            let used: [bool; WIDTH] = std::array::from_fn(|at| information[at][at] > 1e-9);
            for (at, row) in information.iter_mut().enumerate() {
                if !used[at] {
                    row[at] = 1.0;
                }
            }
            let variance = inverse(information)?;
            let step = times(&variance, &score);
            let longest = step.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
            add(&mut beta, &step, if longest > 1.0 { 1.0 / longest } else { 1.0 });
            if longest < 1e-7 {
                let errors = std::array::from_fn(|at| {
                    if used[at] { variance[at][at].max(0.0).sqrt() } else { 0.0 }
                });
                return Some(Fit { beta, errors, variance });
            }
        }
        None
    }

    fn derivatives(&self, beta: &Vector<WIDTH>) -> (Vector<WIDTH>, Matrix<WIDTH>) {
        let (mut score, mut information) = ([0.0; WIDTH], [[0.0; WIDTH]; WIDTH]);
        for (covariates, cell) in &self.0 {
            let vector = covariates.map(|hundredths| f64::from(hundredths) / 100.0);
            let expected = cell.years * dot(&vector, beta).min(50.0).exp();
            add(&mut score, &vector, cell.events - expected);
            add_outer(&mut information, &vector, expected);
        }
        (score, information)
    }
}

/// A number as a covariate.
pub(super) fn hundredths(number: f64) -> i16 {
    #[expect(clippy::cast_possible_truncation, reason = "kept within the type")]
    {
        (number * 100.0).round().clamp(-32_000.0, 32_000.0) as i16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth::dice::Dice;

    #[test]
    fn planted_rates_and_ratios_are_found_again() {
        let mut dice = Dice::new(5, 5);
        let mut cells = Cells::default();
        for _ in 0..40_000 {
            let woman = dice.chance(0.5);
            let ill = dice.chance(0.3);
            let mut age = 40.0 + 30.0 * dice.part();
            for _ in 0..10 {
                let rate = if woman { 0.004 } else { 0.008 }
                    * (0.07 * (age + 0.5 - 60.0)).exp()
                    * if ill { 2.5 } else { 1.0 };
                let wait = dice.wait(rate);
                let mut covariates = [0; WIDTH];
                covariates[usize::from(woman)] = 100;
                covariates[2] = hundredths(age + 0.5 - 60.0);
                covariates[3] = hundredths(f64::from(u8::from(ill)));
                cells.add(covariates, wait.min(1.0), wait < 1.0);
                if wait < 1.0 {
                    break;
                }
                age += 1.0;
            }
        }
        let fit = cells.fit(2).unwrap();
        for (at, planted) in [(0, 0.008), (1, 0.004), (3, 2.5)] {
            let found = fit.ratio(at).unwrap();
            assert!(found.widened(1.6, super::super::estimate::Scale::Ratio).holds(planted));
            assert!(found.high / found.low < 1.3, "{found:?}");
        }
        let growth = fit.coefficient(2).unwrap();
        assert!((growth.value - 0.07).abs() < 0.006, "{growth:?}");
        assert!(fit.ratio(4).is_none(), "nobody has the fifth");
    }

    #[test]
    fn the_sexes_have_a_mean_and_a_ratio() {
        let mut cells = Cells::default();
        for (group, events, years) in [(0, 50_u32, 100_000.0), (1, 150, 100_000.0)] {
            let mut covariates = [0; WIDTH];
            covariates[group] = 100;
            (0..events).for_each(|_| cells.add(covariates, 0.0, true));
            cells.add(covariates, years, false);
        }
        let fit = cells.fit(2).unwrap();
        let (mean, ratio) = (fit.mean_of(0, 1).unwrap(), fit.ratio_of(1, 0).unwrap());
        assert!((mean.value - 0.001).abs() < 1e-9 && (ratio.value - 3.0).abs() < 1e-6);
        // Two hundred events, and two independent counts.
        let error =
            |of: super::super::estimate::Estimate| (of.high / of.low).ln() / 2.0 / 1.959_964;
        assert!((error(mean) - (1.0_f64 / 200.0).sqrt()).abs() < 1e-6, "{mean:?}");
        assert!((error(ratio) - (1.0_f64 / 50.0 + 1.0 / 150.0).sqrt()).abs() < 1e-6, "{ratio:?}");
        assert_eq!(cells.of(1), (150.0, 100_000.0));
    }

    #[test]
    fn what_happened_before_anybody_looked_is_reckoned_with() {
        // Half of the old had it before and are counted as if they had not.
        let (at_60, growth) = (0.02_f64, 0.03_f64);
        let mut dice = Dice::new(8, 8);
        let mut cells = Cells::default();
        for _ in 0..60_000 {
            let entry = 20.0 + 60.0 * dice.part();
            let passed = dice.wait(1.0);
            let from_birth = (-60.0 * growth).exp();
            let onset = 60.0 + (passed * growth / at_60 + from_birth).ln() / growth;
            let had = onset < entry;
            let until = if had { entry + 2.0 } else { onset.min(entry + 2.0) };
            let mut covariates = [0; WIDTH];
            covariates[0] = 100;
            covariates[1] = hundredths(f64::midpoint(entry, until) - 60.0);
            cells.add(covariates, until - entry, !had && onset < entry + 2.0);
        }
        let naive = cells.fit(1).unwrap().ratio(0).unwrap();
        assert!(naive.high < 0.8 * at_60, "{naive:?}");
        let fit = cells.fit_unseen().unwrap();
        assert!(fit.ratio(0).unwrap().holds(at_60), "{:?}", fit.ratio(0));
        assert!(fit.coefficient(1).unwrap().holds(growth), "{:?}", fit.coefficient(1));
    }

    #[test]
    fn parts_merged_are_the_whole_and_nothing_gives_nothing() {
        let mut one = Cells::default();
        assert!(one.fit(1).is_none());
        let mut other = Cells::default();
        let mut covariates = [0; WIDTH];
        covariates[0] = 100;
        (0..10).for_each(|_| one.add(covariates, 1.0, true));
        other.add(covariates, 90.0, false);
        one.merge(other);
        assert!((one.fit(1).unwrap().ratio(0).unwrap().value - 0.1).abs() < 1e-9);
    }
}
