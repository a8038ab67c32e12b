//! Where candidates and patients are lost.

use std::collections::{BTreeMap, BTreeSet};

use vocab::RawCount;

use crate::ast::{CohortDefinition, RuleKind};

use super::Truth;
use super::cohort::{self, Candidate, Dropped, keeps, rules};
use super::population::Answer;

/// How many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Patients with at least one.
    pub patients: RawCount,
    /// Candidates, or periods.
    pub candidates: RawCount,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// Its place among the rules, from 0.
    pub place: usize,
    /// Of how many candidates at the rules it is true.
    pub holds: Tally,
    /// False.
    pub fails: Tally,
    /// Unknown.
    pub unknown: Tally,
    /// How many are left after it and all rules before it.
    pub left: Tally,
    /// What the rule costs, whatever the order: how many periods and patients there would be more
    /// if this rule alone were switched off. Never less than none, but that `keep` may keep others.
    pub costs: Cost,
}

/// The difference that a rule makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Patients in the cohort only without the rule.
    pub patients: RawCount,
    /// How many periods there would be without it.
    pub periods_without: RawCount,
}

/// Where candidates are lost, before samples and matching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attrition {
    /// All candidates of step 1.
    pub entered: Tally,
    /// Those dropped, by reason.
    pub dropped: BTreeMap<Dropped, Tally>,
    /// Those of which the rules are asked.
    pub asked: Tally,
    /// The rules, in order.
    pub rules: Vec<RuleRow>,
    /// Candidates that have a period, alone or joined with others.
    pub kept: Tally,
}

impl Tally {
    /// Of both together; nobody is in both.
    fn with(self, other: Self) -> Self {
        Self {
            patients: self.patients.plus(other.patients),
            candidates: self.candidates.plus(other.candidates),
        }
    }
}

impl RuleRow {
    fn with(&self, other: &Self) -> Self {
        Self {
            place: self.place,
            holds: self.holds.with(other.holds),
            fails: self.fails.with(other.fails),
            unknown: self.unknown.with(other.unknown),
            left: self.left.with(other.left),
            costs: Cost {
                patients: self.costs.patients.plus(other.costs.patients),
                periods_without: self.costs.periods_without.plus(other.costs.periods_without),
            },
        }
    }
}

impl Attrition {
    /// That of the same definition over other people, joined with this one.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let mut dropped = self.dropped.clone();
        for (reason, tally) in &other.dropped {
            let all = dropped.get(reason).map_or(*tally, |before| before.with(*tally));
            dropped.insert(*reason, all);
        }
        let rules = self.rules.iter().zip(&other.rules).map(|(one, other)| one.with(other));
        Self {
            entered: self.entered.with(other.entered),
            dropped,
            asked: self.asked.with(other.asked),
            rules: rules.collect(),
            kept: self.kept.with(other.kept),
        }
    }
}

/// Counts an answer's candidates, with some rules, by their place from 0, switched off. Nothing is
/// asked anew.
#[must_use]
pub fn attrition(
    definition: &CohortDefinition,
    answer: &Answer,
    off: &BTreeSet<usize>,
) -> Attrition {
    let all: Vec<Vec<Candidate>> =
        answer.patients.iter().map(|patient| unsettled(&patient.candidates)).collect();
    let settled = settle(definition, &all, off);
    let mut left: Vec<Vec<Candidate>> = all.iter().map(|candidates| asked(candidates)).collect();
    let asked = tally(&left, |_| true);
    let kept_people = people(&settled);
    let mut rows = Vec::new();
    for (place, rule) in rules(definition).enumerate() {
        let at_rules: Vec<Vec<Candidate>> =
            all.iter().map(|candidates| self::asked(candidates)).collect();
        let says = |truth: Truth| tally(&at_rules, |candidate| says(candidate, place) == truth);
        if !off.contains(&place) {
            keep(&mut left, place, rule.kind);
        }
        let mut without = off.clone();
        without.insert(place);
        let without = settle(definition, &all, &without);
        let periods: usize = without.iter().map(|(_, periods)| *periods).sum();
        rows.push(RuleRow {
            place,
            holds: says(Truth::True),
            fails: says(Truth::False),
            unknown: says(Truth::Unknown),
            left: tally(&left, |_| true),
            costs: Cost {
                patients: count(people(&without).difference(&kept_people).count()),
                periods_without: count(periods),
            },
        });
    }
    let settled: Vec<Vec<Candidate>> =
        settled.into_iter().map(|(candidates, _)| candidates).collect();
    let reasons: BTreeSet<Dropped> =
        settled.iter().flatten().filter_map(|candidate| candidate.dropped).collect();
    let dropped = reasons
        .into_iter()
        .map(|reason| (reason, tally(&settled, |candidate| candidate.dropped == Some(reason))));
    Attrition {
        entered: tally(&all, |_| true),
        dropped: dropped.collect(),
        asked,
        rules: rows,
        kept: tally(&settled, |candidate| candidate.dropped.is_none()),
    }
}

/// The candidates as they were before the rules were applied.
fn unsettled(candidates: &[Candidate]) -> Vec<Candidate> {
    let before = |candidate: &Candidate| Candidate {
        dropped: candidate.dropped.filter(|_| candidate.rules.is_none()),
        ..candidate.clone()
    };
    candidates.iter().map(before).collect()
}

/// What becomes of them, and how many periods each patient has.
fn settle(
    definition: &CohortDefinition,
    all: &[Vec<Candidate>],
    off: &BTreeSet<usize>,
) -> Vec<(Vec<Candidate>, usize)> {
    let each = all.iter().map(|candidates| {
        let (candidates, periods) = cohort::settle(definition, candidates.clone(), off);
        (candidates, periods.len())
    });
    each.collect()
}

fn people(settled: &[(Vec<Candidate>, usize)]) -> BTreeSet<usize> {
    let with = settled.iter().enumerate().filter(|(_, (_, periods))| *periods > 0);
    with.map(|(place, _)| place).collect()
}

fn asked(candidates: &[Candidate]) -> Vec<Candidate> {
    candidates.iter().filter(|candidate| candidate.dropped.is_none()).cloned().collect()
}

fn says(candidate: &Candidate, place: usize) -> Truth {
    let rules = candidate.rules.as_deref().unwrap_or_default();
    rules.get(place).copied().unwrap_or(Truth::Unknown)
}

fn keep(left: &mut [Vec<Candidate>], place: usize, kind: RuleKind) {
    for candidates in left {
        candidates.retain(|candidate| keeps(kind, says(candidate, place)));
    }
}

fn tally(patients: &[Vec<Candidate>], test: impl Fn(&Candidate) -> bool) -> Tally {
    let each = patients.iter().map(|candidates| candidates.iter().filter(|c| test(c)).count());
    let (mut people, mut all) = (0, 0);
    for candidates in each {
        people += usize::from(candidates > 0);
        all += candidates;
    }
    Tally { patients: count(people), candidates: count(all) }
}

fn count(number: usize) -> RawCount {
    RawCount::new(u64::try_from(number).unwrap_or(u64::MAX))
}
