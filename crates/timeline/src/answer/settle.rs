//! Steps 7 to 11: who is left, and where the others were lost, from bits alone.

use std::collections::{BTreeMap, BTreeSet};

use cohort::ast::{CohortDefinition, Keep};
use cohort::eval::{
    Attrition, Cost, Dropped, Ending, RuleRow, Tally, Truth, day_after, day_of, rules,
};
use vocab::RawCount;

use super::candidates::{Bits, Candidate, Count, Entered};
use super::tallies::{self, Keeps};

fn tally(count: Count) -> Tally {
    Tally { patients: RawCount::new(count.patients), candidates: RawCount::new(count.candidates) }
}

/// What a rule did in a shard.
#[derive(Clone, Copy, Debug, Default)]
struct RuleCount {
    holds: Count,
    fails: Count,
    unknown: Count,
    left: Count,
    patients_gained: u64,
    periods_without: i64,
}

/// What was counted in one shard, or in several.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    entered: Count,
    dropped: BTreeMap<Dropped, Count>,
    asked: Count,
    rules: Vec<RuleCount>,
    kept: Count,
    pub(super) patients: u64,
    pub(super) periods: u64,
}

/// A period: the place of its first candidate among the shard's, and when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) candidate: usize,
    pub(super) ending: Ending,
}

/// What decides after the rules.
pub(super) struct Settling<'a> {
    definition: &'a CohortDefinition,
    keeps: Vec<Keeps>,
}

/// A candidate of a patient at the rules: its place, and by which rules it fails.
struct AtRules {
    place: usize,
    /// The first rule it fails by, and how many it fails by.
    first: usize,
    failed: usize,
}

/// Lists that are used again for every patient.
#[derive(Default)]
struct Scratch {
    judged: Vec<AtRules>,
    kept: Vec<usize>,
    left: Vec<usize>,
    dropped: Vec<Dropped>,
    alone: Vec<usize>,
}

impl<'a> Settling<'a> {
    pub(super) fn new(definition: &'a CohortDefinition, off: &BTreeSet<usize>) -> Self {
        let keeps = rules(definition).enumerate();
        let keeps = keeps.map(|(place, rule)| Keeps::of(rule.kind, off.contains(&place)));
        Self { definition, keeps: keeps.collect() }
    }

    /// Calls with the candidates of every patient, and where they begin.
    fn each_patient(candidates: &[Candidate], mut with: impl FnMut(usize, &[Candidate])) {
        let mut from = 0;
        for of in candidates.chunk_by(|a, b| a.patient == b.patient) {
            with(from, of);
            from += of.len();
        }
    }

    /// How the rules judge a patient's candidates, which begin at a place.
    fn judge(&self, from: usize, of: &[Candidate], bits: &[&Bits], out: &mut Vec<AtRules>) {
        out.clear();
        out.extend((0..of.len()).map(|place| {
            let (mut first, mut failed) = (usize::MAX, 0);
            for (rule, (keeps, bits)) in self.keeps.iter().zip(bits).enumerate() {
                if !keeps.keeps(bits.get(from + place)) {
                    failed += 1;
                    first = first.min(rule);
                }
            }
            AtRules { place, first, failed }
        }));
    }

    /// Steps 8 to 10 for a patient's candidates that the rules keep: the places of those left, in
    /// order; the reason for each that is not is appended.
    fn left(
        &self,
        of: &[Candidate],
        kept: &[usize],
        (left, dropped): (&mut Vec<usize>, &mut Vec<Dropped>),
    ) {
        left.clear();
        for &place in kept {
            match of.get(place).and_then(|candidate| self.ends_too_early(candidate)) {
                Some(reason) => dropped.push(reason),
                None => left.push(place),
            }
        }
        left.sort_by_key(|place| of.get(*place).map(|candidate| candidate.index));
        if let Some(keep) = &self.definition.keep {
            let chosen = match keep.says {
                Keep::First => left.first(),
                Keep::Last => left.last(),
                Keep::Nth(nth) => {
                    crate::format::wide(nth).checked_sub(1).and_then(|place| left.get(place))
                }
            };
            let chosen = chosen.copied();
            let others = left.len() - usize::from(chosen.is_some());
            dropped.extend(std::iter::repeat_n(Dropped::NotKept, others));
            left.clear();
            left.extend(chosen);
        }
    }

    fn ends_too_early(&self, candidate: &Candidate) -> Option<Dropped> {
        let (index, ending) = (candidate.index, candidate.ending);
        if ending.second < index.first_second() {
            return Some(Dropped::EndsBeforeIndex);
        }
        let long = self.definition.follow_up.as_ref()?.says;
        let long_enough = day_after(index.first_day(), long) <= day_of(ending.second);
        (!long_enough).then_some(Dropped::FollowUp)
    }

    /// What becomes of a patient's only candidate, once the rules keep it.
    fn alone(&self, candidate: &Candidate) -> Option<Dropped> {
        self.ends_too_early(candidate).or_else(|| match self.definition.keep.as_ref()?.says {
            Keep::First | Keep::Last | Keep::Nth(1) => None,
            Keep::Nth(_) => Some(Dropped::NotKept),
        })
    }

    /// Step 11: calls with the periods of those left.
    fn periods(&self, of: &[Candidate], left: &[usize], mut with: impl FnMut(Settled)) {
        let gap = self.definition.episodes.as_ref().map(|clause| clause.says);
        let mut open: Option<Settled> = None;
        for &place in left {
            let Some(candidate) = of.get(place) else { continue };
            let (index, ending) = (candidate.index, candidate.ending);
            match (gap, &mut open) {
                (Some(gap), Some(last))
                    if index.first_day() <= day_after(day_of(last.ending.second), gap) =>
                {
                    if last.ending.second < ending.second {
                        last.ending = ending;
                    }
                }
                _ => {
                    let next = Settled { candidate: place, ending };
                    open.replace(next).into_iter().for_each(&mut with);
                }
            }
        }
        open.into_iter().for_each(with);
    }

    fn count_periods(&self, of: &[Candidate], left: &[usize]) -> u64 {
        if left.len() <= 1 || self.definition.episodes.is_none() {
            return left.len() as u64;
        }
        let mut count = 0;
        self.periods(of, left, |_| count += 1);
        count
    }

    /// The periods of a shard; places are among its candidates.
    pub(super) fn settle(&self, entered: &Entered, bits: &[&Bits]) -> Vec<Settled> {
        let mut all = Vec::new();
        let mut scratch = Scratch::default();
        Self::each_patient(&entered.candidates, |from, of| {
            let Scratch { judged, kept, left, dropped, .. } = &mut scratch;
            self.judge(from, of, bits, judged);
            keep_where(judged, kept, |at| at.failed == 0);
            self.left(of, kept, (left, dropped));
            self.periods(of, left, |period| {
                all.push(Settled { candidate: from + period.candidate, ..period });
            });
        });
        all
    }

    /// Counts a shard.
    pub(super) fn count(&self, entered: &Entered, bits: &[&Bits]) -> Counts {
        let mut counts = Counts {
            entered: entered.all,
            dropped: entered.dropped.clone(),
            rules: vec![RuleCount::default(); self.keeps.len()],
            ..Counts::default()
        };
        let candidates = &entered.candidates;
        if candidates.is_sorted_by(|a, b| a.patient < b.patient) {
            self.count_alone(&mut counts, candidates, bits);
            return counts;
        }
        let mut scratch = Scratch::default();
        Self::each_patient(candidates, |from, of| {
            self.judge(from, of, bits, &mut scratch.judged);
            self.count_patient(&mut counts, of, &mut scratch);
            count_rules(&mut counts, from, &scratch.judged, bits);
        });
        counts
    }

    /// Counts candidates that are each their patient's only one.
    fn count_alone(&self, counts: &mut Counts, candidates: &[Candidate], bits: &[&Bits]) {
        let each = |bits: u64| u64::from(bits.count_ones());
        let mut dropped: BTreeMap<Dropped, u64> = BTreeMap::new();
        let mut failing: Vec<(usize, u64)> = Vec::new();
        for (number, of) in candidates.chunks(64).enumerate() {
            failing.clear();
            let rules = &mut counts.rules;
            let count_rule = |rule: usize, (holds, unknown): (u64, u64), drops: u64, left: u64| {
                if let Some(count) = rules.get_mut(rule) {
                    let count: &mut RuleCount = count;
                    count.holds.add_alone(each(holds));
                    count.unknown.add_alone(each(unknown));
                    count.fails.add_alone(of.len() as u64 - each(holds | unknown));
                    count.left.add_alone(each(left));
                }
                failing.push((rule, drops));
            };
            let words = (number, candidates.len());
            let word = tallies::word(words, (&self.keeps, bits), count_rule);
            counts.asked.add_alone(of.len() as u64);
            *dropped.entry(Dropped::Rules).or_default() += each(word.failed);
            // What fails by one rule alone would be there without it.
            let (mut stays, asked) = (word.there & !word.failed, word.there & !word.failed_twice);
            let mut would = asked;
            for place in tallies::places(asked) {
                let Some(reason) = of.get(place).and_then(|candidate| self.alone(candidate)) else {
                    continue;
                };
                would &= !(1 << place);
                if stays >> place & 1 == 1 {
                    stays &= !(1 << place);
                    *dropped.entry(reason).or_default() += 1;
                }
            }
            counts.kept.add_alone(each(stays));
            counts.patients += each(stays);
            counts.periods += each(stays);
            let more = would & word.failed;
            for (rule, drops) in &failing {
                if let Some(count) = counts.rules.get_mut(*rule) {
                    count.patients_gained += each(drops & more);
                    count.periods_without += i64::from((drops & more).count_ones());
                }
            }
        }
        for (reason, count) in dropped.into_iter().filter(|(_, count)| *count > 0) {
            counts.dropped.entry(reason).or_default().add_alone(count);
        }
    }

    fn count_patient(&self, counts: &mut Counts, of: &[Candidate], scratch: &mut Scratch) {
        let Scratch { judged, kept, left, dropped, alone } = scratch;
        counts.asked.add(judged.len() as u64);
        keep_where(judged, kept, |at| at.failed == 0);
        dropped.clear();
        dropped.extend(std::iter::repeat_n(Dropped::Rules, judged.len() - kept.len()));
        self.left(of, kept, (left, dropped));
        dropped.sort_unstable();
        for same in dropped.chunk_by(|a, b| a == b) {
            if let Some(reason) = same.first() {
                counts.dropped.entry(*reason).or_default().add(same.len() as u64);
            }
        }
        counts.kept.add(left.len() as u64);
        let periods = self.count_periods(of, left);
        counts.patients += u64::from(periods > 0);
        counts.periods += periods;
        // Switching one rule off changes only patients with a candidate that fails by it alone.
        alone.clear();
        alone.extend(judged.iter().filter(|at| at.failed == 1).map(|at| at.first));
        alone.sort_unstable();
        alone.dedup();
        for &rule in alone.iter() {
            keep_where(judged, kept, |at| at.failed == 0 || (at.failed == 1 && at.first == rule));
            self.left(of, kept, (left, dropped));
            let without = self.count_periods(of, left);
            if let Some(count) = counts.rules.get_mut(rule) {
                count.patients_gained += u64::from(without > 0 && periods == 0);
                count.periods_without += without.cast_signed() - periods.cast_signed();
            }
        }
    }
}

/// The places of those for which something is so.
fn keep_where(judged: &[AtRules], kept: &mut Vec<usize>, is_so: impl Fn(&AtRules) -> bool) {
    kept.clear();
    kept.extend(judged.iter().filter(|at| is_so(at)).map(|at| at.place));
}

fn count_rules(counts: &mut Counts, asked: usize, judged: &[AtRules], bits: &[&Bits]) {
    for (rule, (count, bits)) in counts.rules.iter_mut().zip(bits).enumerate() {
        let (mut holds, mut unknown, mut left) = (0, 0, 0);
        for (at, judged) in (asked..).zip(judged) {
            match bits.get(at) {
                Truth::True => holds += 1,
                Truth::Unknown => unknown += 1,
                Truth::False => {}
            }
            left += u64::from(judged.first > rule);
        }
        count.holds.add(holds);
        count.unknown.add(unknown);
        count.fails.add(judged.len() as u64 - holds - unknown);
        count.left.add(left);
    }
}

impl Counts {
    /// Adds those of another shard.
    pub(super) fn plus(&mut self, other: Self) {
        self.entered.plus(other.entered);
        self.asked.plus(other.asked);
        self.kept.plus(other.kept);
        self.patients += other.patients;
        self.periods += other.periods;
        for (reason, count) in other.dropped {
            self.dropped.entry(reason).or_default().plus(count);
        }
        if self.rules.len() < other.rules.len() {
            self.rules.resize(other.rules.len(), RuleCount::default());
        }
        for (count, other) in self.rules.iter_mut().zip(other.rules) {
            count.holds.plus(other.holds);
            count.fails.plus(other.fails);
            count.unknown.plus(other.unknown);
            count.left.plus(other.left);
            count.patients_gained += other.patients_gained;
            count.periods_without += other.periods_without;
        }
    }

    /// The table of attrition.
    pub(super) fn attrition(&self) -> Attrition {
        let row = |(place, count): (usize, &RuleCount)| RuleRow {
            place,
            holds: tally(count.holds),
            fails: tally(count.fails),
            unknown: tally(count.unknown),
            left: tally(count.left),
            costs: Cost {
                patients: RawCount::new(count.patients_gained),
                periods_without: RawCount::new(
                    self.periods.saturating_add_signed(count.periods_without),
                ),
            },
        };
        Attrition {
            entered: tally(self.entered),
            dropped: self.dropped.iter().map(|(why, count)| (*why, tally(*count))).collect(),
            asked: tally(self.asked),
            rules: self.rules.iter().enumerate().map(row).collect(),
            kept: tally(self.kept),
        }
    }
}
