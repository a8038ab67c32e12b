//! Cox's proportional hazards, by Newton's steps, with strata.
//!
//! # Source
//! Cox, "Regression models and life-tables", J R Stat Soc B 34 (1972); ties by Breslow (1974).

use super::estimate::Estimate;
use super::matrix::{Matrix, Vector, add, add_outer, dot, inverse, times};

/// Newton's steps end after so many.
const STEPS_MAX: usize = 30;

/// One person under observation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<const N: usize> {
    /// Whose baseline hazard it shares.
    pub(super) stratum: u16,
    /// How long it was observed.
    pub(super) time: f32,
    /// Whether that ended in the event.
    pub(super) event: bool,
    /// What its hazard depends on.
    pub(super) covariates: [f32; N],
}

impl<const N: usize> Subject<N> {
    fn vector(&self) -> Vector<N> {
        self.covariates.map(f64::from)
    }
}

/// The hazard ratio of each covariate; none where the data cannot tell.
pub(super) fn hazard_ratios<const N: usize>(subjects: &mut [Subject<N>]) -> Option<[Estimate; N]> {
    // The latest first: whoever has been passed is still at risk.
    subjects.sort_by(|a, b| a.stratum.cmp(&b.stratum).then(b.time.total_cmp(&a.time)));
    let mut beta = [0.0; N];
    for _ in 0..STEPS_MAX {
        let (score, information) = derivatives(subjects, &beta);
        let variance = inverse(information)?;
        let step = times(&variance, &score);
        // A step of more than two is a leap into where exponentials overflow.
        let longest = step.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
        add(&mut beta, &step, if longest > 2.0 { 2.0 / longest } else { 1.0 });
        if longest < 1e-8 {
            return Some(std::array::from_fn(|at| {
                Estimate::ratio(beta[at], variance[at][at].max(0.0).sqrt())
            }));
        }
    }
    None
}

/// Sums over who is still at risk.
struct AtRisk<const N: usize> {
    weight: f64,
    first: Vector<N>,
    second: Matrix<N>,
}

impl<const N: usize> AtRisk<N> {
    fn none() -> Self {
        Self { weight: 0.0, first: [0.0; N], second: [[0.0; N]; N] }
    }
}

fn derivatives<const N: usize>(
    subjects: &[Subject<N>],
    beta: &Vector<N>,
) -> (Vector<N>, Matrix<N>) {
    let (mut score, mut information) = ([0.0; N], [[0.0; N]; N]);
    for stratum in subjects.chunk_by(|a, b| a.stratum == b.stratum) {
        let mut risk = AtRisk::none();
        for tied in stratum.chunk_by(|a, b| a.time.total_cmp(&b.time).is_eq()) {
            let mut events = 0.0;
            for subject in tied {
                let vector = subject.vector();
                let weight = dot(&vector, beta).exp();
                risk.weight += weight;
                add(&mut risk.first, &vector, weight);
                add_outer(&mut risk.second, &vector, weight);
                if subject.event {
                    events += 1.0;
                    add(&mut score, &vector, 1.0);
                }
            }
            if events > 0.0 && risk.weight > 0.0 {
                let mean = risk.first.map(|sum| sum / risk.weight);
                add(&mut score, &mean, -events);
                for (row, from) in information.iter_mut().zip(&risk.second) {
                    add(row, from, events / risk.weight);
                }
                add_outer(&mut information, &mean, -events);
            }
        }
    }
    (score, information)
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth::dice::Dice;

    /// Freireich's leukaemia trial (1963): weeks in remission, 6-MP against placebo.
    #[test]
    fn the_leukaemia_trial_comes_out_as_in_every_textbook() {
        let placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23];
        let treated = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        let arms =
            [(placebo.as_slice(), 1.0, true), (&treated, 0.0, true), (&censored, 0.0, false)];
        let mut subjects: Vec<Subject<1>> = arms
            .into_iter()
            .flat_map(|(weeks, arm, event)| {
                weeks.iter().map(move |week| Subject {
                    stratum: 0,
                    time: f32::from(u8::try_from(*week).unwrap()),
                    event,
                    covariates: [arm],
                })
            })
            .collect();
        let [ratio] = hazard_ratios(&mut subjects).unwrap();
        // Breslow's ties: coefficient 1.5092, standard error 0.4096.
        assert!((ratio.value.ln() - 1.5092).abs() < 5e-4, "{ratio:?}");
        assert!(
            ((ratio.high / ratio.value).ln() / super::super::estimate::Z - 0.4096).abs() < 5e-4
        );
    }

    #[test]
    fn planted_ratios_are_found_again_within_strata() {
        let mut dice = Dice::new(7, 7);
        let mut subjects = Vec::new();
        for at in 0..20_000_u16 {
            let stratum = at % 4;
            let (treated, score) = (dice.chance(0.3), dice.normal());
            let log = 0.8_f64.ln() * f64::from(u8::from(treated)) + 1.5_f64.ln() * score;
            let time = dice.wait(0.02 * f64::from(1 + stratum) * log.exp());
            #[expect(clippy::cast_possible_truncation, reason = "a time and a score of a test")]
            let (time, score) = (time.min(10.0) as f32, score as f32);
            let treated = f32::from(u8::from(treated));
            let event = time < 10.0;
            subjects.push(Subject { stratum, time, event, covariates: [treated, score] });
        }
        let [treated, score] = hazard_ratios(&mut subjects).unwrap();
        assert!(treated.holds(0.8) && treated.high < 0.9, "{treated:?}");
        assert!(score.holds(1.5) && score.high - score.low < 0.1, "{score:?}");
    }

    #[test]
    fn data_that_cannot_tell_give_nothing() {
        let one = Subject { stratum: 0, time: 1.0, event: true, covariates: [1.0] };
        assert!(hazard_ratios(&mut [one, one]).is_none());
        assert!(hazard_ratios::<1>(&mut []).is_none());
    }
}
