//! How many comparisons really compared.

use std::fmt;

use crate::eval::{Answer, Chosen, Told, Truth, When};

/// What was seen in the answers that were compared.
///
/// Two engines that both say "nobody" agree on nothing. This counts what they had to agree on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorder {
    /// Definitions.
    pub definitions: u64,
    /// Those with at least one period.
    pub with_periods: u64,
    /// Those in which a rule was true of one candidate and false of another.
    pub divided: u64,
    /// Candidates of which rules were asked.
    pub candidates: u64,
    /// Periods.
    pub periods: u64,
    /// What rules and told conditions said: true.
    pub holds: u64,
    /// False.
    pub fails: u64,
    /// Unknown.
    pub unknown: u64,
    /// Numbers, moments, codes and events told: known.
    pub known_values: u64,
    /// Not known, or not there.
    pub unknown_values: u64,
}

impl Recorder {
    /// Takes note of an answer.
    pub fn note(&mut self, answer: &Answer) {
        self.definitions += 1;
        let (mut periods, mut truths) = (0, [0; 3]);
        for patient in &answer.patients {
            for candidate in &patient.candidates {
                let Some(rules) = &candidate.rules else { continue };
                self.candidates += 1;
                rules.iter().for_each(|says| count(&mut truths, *says));
            }
            for (_, told) in &patient.periods {
                periods += 1;
                told.iter().for_each(|(_, told)| self.told(told, &mut truths));
            }
        }
        let [fails, unknown, holds] = truths;
        self.periods += periods;
        self.with_periods += u64::from(periods > 0);
        self.divided += u64::from(holds > 0 && fails > 0);
        self.holds += holds;
        self.fails += fails;
        self.unknown += unknown;
    }

    fn told(&mut self, told: &Told, truths: &mut [u64; 3]) {
        let known = match told {
            Told::Truth(truth) => return count(truths, *truth),
            Told::Measure(intervals) => {
                for interval in intervals {
                    count(truths, interval.denominator);
                    count(truths, interval.numerator);
                }
                return;
            }
            Told::Number(number, _) => number.is_some(),
            Told::Moment(moment) => matches!(moment, When::At(_)),
            Told::Code(code) => code.is_some(),
            Told::Event(chosen) | Told::Outcome(chosen, _) => matches!(chosen, Chosen::Found(_)),
        };
        self.known_values += u64::from(known);
        self.unknown_values += u64::from(!known);
    }
}

fn count(truths: &mut [u64; 3], truth: Truth) {
    let [fails, unknown, holds] = truths;
    *match truth {
        Truth::False => fails,
        Truth::Unknown => unknown,
        Truth::True => holds,
    } += 1;
}

impl std::ops::AddAssign for Recorder {
    fn add_assign(&mut self, other: Self) {
        self.definitions += other.definitions;
        self.with_periods += other.with_periods;
        self.divided += other.divided;
        self.candidates += other.candidates;
        self.periods += other.periods;
        self.holds += other.holds;
        self.fails += other.fails;
        self.unknown += other.unknown;
        self.known_values += other.known_values;
        self.unknown_values += other.unknown_values;
    }
}

impl fmt::Display for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} definitions, {} with periods, {} that divide; {} candidates, {} periods; \
             conditions {} true, {} false, {} unknown; values {} known, {} not",
            self.definitions,
            self.with_periods,
            self.divided,
            self.candidates,
            self.periods,
            self.holds,
            self.fails,
            self.unknown,
            self.known_values,
            self.unknown_values
        )
    }
}
