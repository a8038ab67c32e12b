//! Who is in several cohorts.

use std::collections::{BTreeMap, BTreeSet};

use vocab::{PatientId, RawCount};

use super::super::patient::Days;
use super::super::population::Answer;

/// How many people are in which of several cohorts, by the cohorts' places from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    cohorts: usize,
    /// People in exactly these, and in at least one.
    combinations: BTreeMap<BTreeSet<usize>, RawCount>,
    /// People who are in two at once, on at least one local day.
    at_once: BTreeMap<(usize, usize), RawCount>,
}

impl Overlap {
    /// Of so many cohorts that nobody was asked of.
    #[must_use]
    pub fn nobody(cohorts: usize) -> Self {
        Self { cohorts, combinations: BTreeMap::new(), at_once: BTreeMap::new() }
    }

    /// Of what several definitions say of the same people.
    #[must_use]
    pub fn of(answers: &[Answer]) -> Self {
        let periods = |answer: &Answer| -> Vec<(PatientId, Days)> {
            let periods = answer.patients.iter().flat_map(|patient| {
                patient.periods.iter().map(|(period, _)| (patient.id, period.days()))
            });
            periods.collect()
        };
        Self::of_periods(answers.iter().map(periods))
    }

    /// Of periods in several cohorts: whose, and their first and last local day.
    #[must_use]
    pub fn of_periods<P>(cohorts: impl IntoIterator<Item = P>) -> Self
    where
        P: IntoIterator<Item = (PatientId, Days)>,
    {
        let mut members: BTreeMap<PatientId, BTreeMap<usize, Vec<Days>>> = BTreeMap::new();
        let mut count = 0;
        for (cohort, periods) in cohorts.into_iter().enumerate() {
            count += 1;
            for (patient, days) in periods {
                members.entry(patient).or_default().entry(cohort).or_default().push(days);
            }
        }
        let mut overlap = Self::nobody(count);
        for of_one in members.values() {
            overlap.take(of_one);
        }
        overlap
    }

    fn take(&mut self, of_one: &BTreeMap<usize, Vec<Days>>) {
        let cohorts = of_one.keys().copied().collect();
        add(&mut self.combinations, cohorts, RawCount::new(1));
        for (first, one) in of_one {
            for (second, other) in of_one.range(first + 1..) {
                if meet(one, other) {
                    add(&mut self.at_once, (*first, *second), RawCount::new(1));
                }
            }
        }
    }

    /// Adds that of the same cohorts over other people, none of whom is in both.
    pub fn add(&mut self, other: &Self) {
        for (cohorts, people) in &other.combinations {
            add(&mut self.combinations, cohorts.clone(), *people);
        }
        for (pair, people) in &other.at_once {
            add(&mut self.at_once, *pair, *people);
        }
    }

    /// Every combination of at least one cohort, with the people who are in these and in no other.
    ///
    /// # Order
    /// Fewer cohorts first, then by their places.
    #[must_use]
    pub fn combinations(&self) -> Vec<(BTreeSet<usize>, RawCount)> {
        let mut all = vec![BTreeSet::new()];
        for cohort in 0..self.cohorts {
            let with: Vec<_> = all.iter().map(|set| joined(set, cohort)).collect();
            all.extend(with);
        }
        all.retain(|set| !set.is_empty());
        all.sort_by(|one, other| one.len().cmp(&other.len()).then_with(|| one.cmp(other)));
        let people = |set: BTreeSet<usize>| {
            let people = self.combinations.get(&set).copied();
            (set, people.unwrap_or(RawCount::ZERO))
        };
        all.into_iter().map(people).collect()
    }

    /// People who are in all of these, whether or not they are in others; in any, for none.
    #[must_use]
    pub fn people(&self, cohorts: &BTreeSet<usize>) -> RawCount {
        let with = self.combinations.iter().filter(|(set, _)| cohorts.is_subset(set));
        with.fold(RawCount::ZERO, |sum, (_, people)| sum.plus(*people))
    }

    /// People of whom a period in one cohort and a period in the other have a local day in common.
    #[must_use]
    pub fn at_once(&self, one: usize, other: usize) -> RawCount {
        let pair = (one.min(other), one.max(other));
        self.at_once.get(&pair).copied().unwrap_or(RawCount::ZERO)
    }
}

fn add<K: Ord>(to: &mut BTreeMap<K, RawCount>, row: K, people: RawCount) {
    let sum = to.entry(row).or_insert(RawCount::ZERO);
    *sum = sum.plus(people);
}

fn joined(set: &BTreeSet<usize>, cohort: usize) -> BTreeSet<usize> {
    set.iter().copied().chain([cohort]).collect()
}

/// Whether a period of one and a period of the other have a day in common.
fn meet(one: &[Days], others: &[Days]) -> bool {
    one.iter().any(|(first, last)| others.iter().any(|(a, b)| first <= b && a <= last))
}
