//! Steps 7 to 11: who is left, and where the others were lost, from bits alone.

use std::collections::{BTreeMap, BTreeSet};

use cohort::ast::{CohortDefinition, Keep, RuleKind};
use cohort::eval::{
    Attrition, Cost, Dropped, Ending, RuleRow, Tally, Truth, day_after, day_of, keeps, rules,
};
use vocab::RawCount;

use super::candidates::{Bits, Candidate, Count, Entered};

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
    kinds: Vec<RuleKind>,
    off: &'a BTreeSet<usize>,
}

/// The candidates of a patient at the rules: their places, and by which rules each fails.
struct AtRules {
    place: usize,
    /// The first rule it fails by, and how many it fails by.
    first: usize,
    failed: usize,
}

impl<'a> Settling<'a> {
    pub(super) fn new(definition: &'a CohortDefinition, off: &'a BTreeSet<usize>) -> Self {
        Self { definition, kinds: rules(definition).map(|rule| rule.kind).collect(), off }
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
    fn judge(&self, from: usize, of: &[Candidate], bits: &[&Bits]) -> Vec<AtRules> {
        (0..of.len())
            .map(|place| {
                let (mut first, mut failed) = (usize::MAX, 0);
                for (rule, (kind, bits)) in self.kinds.iter().zip(bits).enumerate() {
                    if !self.off.contains(&rule) && !keeps(*kind, bits.get(from + place)) {
                        failed += 1;
                        first = first.min(rule);
                    }
                }
                AtRules { place, first, failed }
            })
            .collect()
    }

    /// Steps 8 to 10 for a patient's candidates that the rules keep: the places of those left, in
    /// order, and the reason for each that is not.
    fn left(&self, of: &[Candidate], kept: &[usize]) -> (Vec<usize>, Vec<Dropped>) {
        let (mut left, mut dropped) = (Vec::new(), Vec::new());
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
            left = chosen.into_iter().collect();
        }
        (left, dropped)
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

    /// Step 11: the periods of those left.
    fn periods(&self, of: &[Candidate], left: &[usize]) -> Vec<Settled> {
        let gap = self.definition.episodes.as_ref().map(|clause| clause.says);
        let mut periods: Vec<Settled> = Vec::new();
        for &place in left {
            let Some(candidate) = of.get(place) else { continue };
            let (index, ending) = (candidate.index, candidate.ending);
            match (gap, periods.last_mut()) {
                (Some(gap), Some(last))
                    if index.first_day() <= day_after(day_of(last.ending.second), gap) =>
                {
                    if last.ending.second < ending.second {
                        last.ending = ending;
                    }
                }
                _ => periods.push(Settled { candidate: place, ending }),
            }
        }
        periods
    }

    /// The periods of a shard; places are among its candidates.
    pub(super) fn settle(&self, entered: &Entered, bits: &[&Bits]) -> Vec<Settled> {
        let mut all = Vec::new();
        Self::each_patient(&entered.candidates, |from, of| {
            let judged = self.judge(from, of, bits);
            let kept: Vec<usize> =
                judged.iter().filter(|at| at.failed == 0).map(|at| at.place).collect();
            let (left, _) = self.left(of, &kept);
            all.extend(
                self.periods(of, &left)
                    .into_iter()
                    .map(|period| Settled { candidate: from + period.candidate, ..period }),
            );
        });
        all
    }

    /// Counts a shard.
    pub(super) fn count(&self, entered: &Entered, bits: &[&Bits]) -> Counts {
        let mut counts = Counts {
            entered: entered.all,
            dropped: entered.dropped.clone(),
            rules: vec![RuleCount::default(); self.kinds.len()],
            ..Counts::default()
        };
        Self::each_patient(&entered.candidates, |from, of| {
            let judged = self.judge(from, of, bits);
            self.count_patient(&mut counts, of, &judged);
            self.count_rules(&mut counts, from, &judged, bits);
        });
        counts
    }

    fn count_patient(&self, counts: &mut Counts, of: &[Candidate], judged: &[AtRules]) {
        counts.asked.add(judged.len() as u64);
        let mut reasons: Vec<Dropped> = Vec::new();
        let (kept, failing): (Vec<&AtRules>, Vec<&AtRules>) =
            judged.iter().partition(|at| at.failed == 0);
        reasons.extend(failing.iter().map(|_| Dropped::Rules));
        let kept: Vec<usize> = kept.iter().map(|at| at.place).collect();
        let (left, dropped) = self.left(of, &kept);
        reasons.extend(dropped);
        reasons.sort_unstable();
        for same in reasons.chunk_by(|a, b| a == b) {
            if let Some(reason) = same.first() {
                counts.dropped.entry(*reason).or_default().add(same.len() as u64);
            }
        }
        counts.kept.add(left.len() as u64);
        let periods = self.periods(of, &left).len();
        counts.patients += u64::from(periods > 0);
        counts.periods += periods as u64;
        // Switching one rule off changes only patients with a candidate that fails by it alone.
        let mut alone: Vec<usize> =
            failing.iter().filter(|at| at.failed == 1).map(|at| at.first).collect();
        alone.sort_unstable();
        alone.dedup();
        for rule in alone {
            let with =
                judged.iter().filter(|at| at.failed == 0 || (at.failed == 1 && at.first == rule));
            let with: Vec<usize> = with.map(|at| at.place).collect();
            let without = self.periods(of, &self.left(of, &with).0).len();
            if let Some(count) = counts.rules.get_mut(rule) {
                count.patients_gained += u64::from(without > 0 && periods == 0);
                count.periods_without +=
                    i64::try_from(without).unwrap_or(0) - i64::try_from(periods).unwrap_or(0);
            }
        }
    }

    fn count_rules(&self, counts: &mut Counts, asked: usize, judged: &[AtRules], bits: &[&Bits]) {
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
