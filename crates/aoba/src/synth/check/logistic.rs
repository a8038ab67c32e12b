//! Logistic regression by Newton's steps, and rates weighted by the inverse of its probabilities.

use super::estimate::Estimate;
use super::matrix::{Vector, add, add_outer, dot, inverse, times};

const STEPS_MAX: usize = 30;

/// Probabilities nearer to nought or one than this are taken as this.
const PROBABILITY_MIN: f64 = 0.01;

/// The coefficients by which a choice depends on covariates, and their standard errors; the first
/// covariate is to be one for everybody. None where the data cannot tell.
pub(super) fn fit<const N: usize>(cases: &[(Vector<N>, bool)]) -> Option<(Vector<N>, Vector<N>)> {
    let mut beta = [0.0; N];
    for _ in 0..STEPS_MAX {
        let (mut score, mut information) = ([0.0; N], [[0.0; N]; N]);
        for (covariates, chosen) in cases {
            let probability = probability(covariates, &beta);
            add(&mut score, covariates, f64::from(u8::from(*chosen)) - probability);
            add_outer(&mut information, covariates, probability * (1.0 - probability));
        }
        let variance = inverse(information)?;
        let step = times(&variance, &score);
        let longest = step.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
        add(&mut beta, &step, if longest > 2.0 { 2.0 / longest } else { 1.0 });
        if longest < 1e-8 {
            return Some((beta, std::array::from_fn(|at| variance[at][at].max(0.0).sqrt())));
        }
    }
    None
}

/// How probable a choice is.
pub(super) fn probability<const N: usize>(covariates: &Vector<N>, beta: &Vector<N>) -> f64 {
    1.0 / (1.0 + (-dot(covariates, beta)).exp())
}

/// One person, treated or not, followed for a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Followed<const N: usize> {
    /// What the choice of treatment depended on, beginning with one.
    pub(super) covariates: Vector<N>,
    /// Whether treated.
    pub(super) treated: bool,
    /// How long followed.
    pub(super) time: f64,
    /// Whether the event came.
    pub(super) event: bool,
}

/// The ratio of the rates of the treated and the others, as they stand.
pub(super) fn crude_ratio<const N: usize>(people: &[Followed<N>]) -> Option<Estimate> {
    ratio(&people.iter().map(|person| (person, 1.0)).collect::<Vec<_>>())
}

/// The ratio of the rates if both arms were like the whole: each person weighted by the inverse of
/// the probability of the treatment that was chosen, with the sandwich's standard error.
pub(super) fn weighted_ratio<const N: usize>(people: &[Followed<N>]) -> Option<Estimate> {
    let cases: Vec<(Vector<N>, bool)> =
        people.iter().map(|person| (person.covariates, person.treated)).collect();
    let (beta, _) = fit(&cases)?;
    let weighted = people.iter().map(|person| {
        let probability = probability(&person.covariates, &beta);
        let own = if person.treated { probability } else { 1.0 - probability };
        (person, 1.0 / own.max(PROBABILITY_MIN))
    });
    ratio(&weighted.collect::<Vec<_>>())
}

/// Weighted events over weighted time of each arm, and their quotient.
fn ratio<const N: usize>(people: &[(&Followed<N>, f64)]) -> Option<Estimate> {
    let mut log = 0.0;
    let mut variance = 0.0;
    for treated in [true, false] {
        let arm = people.iter().filter(|(person, _)| person.treated == treated);
        let (mut events, mut time) = (0.0, 0.0);
        for (person, weight) in arm.clone() {
            events += weight * f64::from(u8::from(person.event));
            time += weight * person.time;
        }
        if events <= 0.0 || time <= 0.0 {
            return None;
        }
        let rate = events / time;
        let squares: f64 = arm
            .map(|(person, weight)| {
                let residual = f64::from(u8::from(person.event)) - rate * person.time;
                (weight * residual).powi(2)
            })
            .sum();
        log += if treated { rate.ln() } else { -rate.ln() };
        variance += squares / (events * events);
    }
    Some(Estimate::ratio(log, variance.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth::dice::Dice;

    fn people(count: u32) -> Vec<Followed<2>> {
        let mut dice = Dice::new(3, 9);
        let mut people = Vec::new();
        for _ in 0..count {
            // The sick are treated more often and have more events; treatment takes a fifth away.
            let sick = dice.normal();
            let treated = dice.chance(1.0 / (1.0 + (0.5 - sick).exp()));
            let rate = 0.01 * (0.7 * sick).exp() * if treated { 0.8 } else { 1.0 };
            let event_at = dice.wait(rate);
            let (time, event) = (event_at.min(5.0), event_at < 5.0);
            people.push(Followed { covariates: [1.0, sick], treated, time, event });
        }
        people
    }

    #[test]
    fn the_choice_is_found_again_and_weights_take_the_confounding_away() {
        let people = people(60_000);
        let cases: Vec<_> = people.iter().map(|p| (p.covariates, p.treated)).collect();
        let (beta, errors) = fit(&cases).unwrap();
        assert!(errors.iter().all(|error| *error < 0.02), "{errors:?}");
        assert!((beta[0] + 0.5).abs() < 0.05 && (beta[1] - 1.0).abs() < 0.05, "{beta:?}");
        let (crude, weighted) = (crude_ratio(&people).unwrap(), weighted_ratio(&people).unwrap());
        assert!(crude.low > 1.0, "the treated look worse: {crude:?}");
        assert!(weighted.holds(0.8) && weighted.high < 1.0, "{weighted:?}");
    }

    #[test]
    fn data_that_cannot_tell_give_nothing() {
        let mut people = people(50);
        people.iter_mut().for_each(|person| person.event = false);
        assert!(crude_ratio(&people).is_none());
        assert!(fit::<1>(&[]).is_none());
    }
}
