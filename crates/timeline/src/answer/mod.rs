//! Answering a definition: candidates and rules shard by shard, what is left from bits.

mod asking;
mod bounds;
mod candidates;
mod keys;
mod look;
mod memory;
mod plan;
mod scene;
mod settle;
mod table;
mod tallies;
mod told;
mod uses;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cohort::ast::{CohortDefinition, Kind, UseKind};
use cohort::eval::{Attrition, Days, Ending, Stretch, Truth, World, day_of};
use vocab::{PatientId, RawCount};

use self::asking::{Asking, OfShard};
use self::candidates::{Bits, Entered};
use self::keys::Keys;
use self::memory::Held;
pub use self::memory::Memory;
use self::settle::{Counts, Settling};
pub use self::told::MATCHED_MAX;
use crate::Error;
use crate::timeline::{Shown, Timeline};

/// A definition with all it refers to.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The definition.
    pub definition: &'a CohortDefinition,
    /// Concept sets, cohorts, lists, and the days of the data.
    pub world: &'a World<'a>,
    /// Bytes that differ where anything in the world differs, or `seen`: hashes of its files.
    pub edition: &'a [u8],
    /// The kinds whose coverage of a patient is that of [`crate::event::EVERY_KIND`], as far as it
    /// lies within these days; none where every kind's is its own.
    pub seen: Option<&'a Seen>,
}

/// Kinds, and the first and the last day on which there are records of them.
pub type Seen = BTreeMap<Kind, Days>;

/// How to go about it.
#[derive(Clone, Copy)]
pub struct Effort<'a> {
    /// Threads.
    pub threads: usize,
    /// What was worked out before.
    pub memory: &'a Memory,
    /// Set by whoever wants no answer any more; looked at between shards, tables and rules.
    pub cancelled: &'a AtomicBool,
}

/// Candidates, and what every rule says of each; before samples and matching.
pub struct Answer<'a> {
    timeline: &'a Timeline,
    definition: &'a CohortDefinition,
    threads: usize,
    entered: Arc<Vec<Entered>>,
    rules: Vec<Arc<Vec<Bits>>>,
    /// Rules that were asked of the evaluator, patient by patient; all where nothing was planned.
    pub unplanned: usize,
}

/// A period in the cohort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Whose.
    pub patient: PatientId,
    /// The index.
    pub index: Stretch,
    /// When it ends, and why.
    pub ending: Ending,
}

impl Period {
    /// The first and the last local day.
    #[must_use]
    pub fn days(&self) -> Days {
        (self.index.first_day(), day_of(self.ending.second))
    }
}

/// A candidate of which the rules were asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Whose.
    pub patient: PatientId,
    /// The index.
    pub index: Stretch,
    /// When it would end, and why.
    pub ending: Ending,
    /// What every rule says of it, in order.
    pub rules: Vec<Truth>,
}

impl Timeline {
    /// Answers a definition for those who may be seen.
    ///
    /// # Errors
    /// When a block is damaged, the definition refers to what is not held, or it was cancelled.
    pub fn ask<'a>(
        &'a self,
        question: Question<'a>,
        shown: &Shown,
        effort: Effort<'_>,
    ) -> Result<Answer<'a>, Error> {
        refuse_what_asks_others(&question)?;
        // Whatever it uses must be held, also where nobody would come to ask for it.
        cohort::eval::others(question.definition, question.world, &[])?;
        let held_codes = question.world.codes.keys().map(cohort::ast::Name::as_str).collect();
        let plan = plan::plan(question.definition, &held_codes);
        let keys = Keys::of(&question, shown);
        let held_entered = match effort.memory.get(keys.entry) {
            Some(Held::Entered(entered)) => Some(entered),
            _ => None,
        };
        let mut held: Vec<Option<Arc<Vec<Bits>>>> = keys
            .rules
            .iter()
            .map(|key| match effort.memory.get(*key) {
                Some(Held::Rule(bits)) if held_entered.is_some() => Some(bits),
                _ => None,
            })
            .collect();
        let missing: Vec<bool> = held.iter().map(Option::is_none).collect();
        let from = (self, shown);
        let what = (missing.as_slice(), held_entered.is_some());
        let (asking, unplanned) = Asking::new(from, question, plan.as_ref(), effort, what);
        let entered = match held_entered {
            Some(entered) if !missing.contains(&true) => entered,
            held_entered => {
                let worked_out = asking.work(held_entered.as_ref())?;
                let (entered, rules) = put_together(worked_out, held_entered, &missing);
                effort.memory.put(keys.entry, &Held::Entered(Arc::clone(&entered)));
                let places = missing.iter().enumerate().filter(|(_, missing)| **missing);
                for ((place, _), bits) in places.zip(rules) {
                    let bits = Arc::new(bits);
                    if let (Some(key), Some(to)) = (keys.rules.get(place), held.get_mut(place)) {
                        effort.memory.put(*key, &Held::Rule(Arc::clone(&bits)));
                        *to = Some(bits);
                    }
                }
                entered
            }
        };
        self.let_go();
        let rules = held.into_iter().flatten().collect();
        let (definition, threads) = (question.definition, effort.threads);
        Ok(Answer { timeline: self, definition, threads, entered, rules, unplanned })
    }
}

/// Patients are asked one by one, so a cohort that looks at several cannot be a part of another.
fn refuse_what_asks_others(question: &Question<'_>) -> Result<(), Error> {
    let mut left = vec![question.definition];
    let mut seen = BTreeSet::new();
    while let Some(definition) = left.pop() {
        for clause in &definition.heading.uses {
            let name = &clause.says.name;
            if clause.says.kind != UseKind::Cohort || !seen.insert(name) {
                continue;
            }
            let Some(&other) = question.world.cohorts.get(name) else { continue };
            if other.sample.is_some() || other.matched.is_some() {
                return Err(Error::LooksAtOthers(name.as_str().to_owned()));
            }
            left.push(other);
        }
    }
    Ok(())
}

fn put_together(
    shards: Vec<OfShard>,
    held: Option<Arc<Vec<Entered>>>,
    missing: &[bool],
) -> (Arc<Vec<Entered>>, Vec<Vec<Bits>>) {
    let count = missing.iter().filter(|missing| **missing).count();
    let mut rules: Vec<Vec<Bits>> = vec![Vec::new(); count];
    let mut entered = Vec::new();
    for (of_shard, bits) in shards {
        for (rule, bits) in rules.iter_mut().zip(bits) {
            rule.push(bits);
        }
        entered.extend(of_shard);
    }
    (held.unwrap_or_else(|| Arc::new(entered)), rules)
}

impl Answer<'_> {
    /// How many patients and periods, with some rules, by their place from 0, switched off.
    #[must_use]
    pub fn count(&self, off: &BTreeSet<usize>) -> (RawCount, RawCount) {
        let counts = self.counts(off);
        (RawCount::new(counts.patients), RawCount::new(counts.periods))
    }

    /// Where candidates are lost.
    #[must_use]
    pub fn attrition(&self, off: &BTreeSet<usize>) -> Attrition {
        self.counts(off).attrition()
    }

    fn bits(&self, shard: usize) -> Vec<&Bits> {
        self.rules.iter().filter_map(|rule| rule.get(shard)).collect()
    }

    fn counts(&self, off: &BTreeSet<usize>) -> Counts {
        let settling = Settling::new(self.definition, off);
        let of = |shard: usize, of: &Entered| settling.count(of, &self.bits(shard));
        let halves = self.entered.len().div_ceil(self.threads.max(1)).max(1);
        let chunk = |(number, entered): (usize, &[Entered])| {
            let mut counts = Counts::default();
            for (shard, entered) in (number * halves..).zip(entered) {
                counts.plus(of(shard, entered));
            }
            counts
        };
        let chunks: Vec<_> = self.entered.chunks(halves).enumerate().collect();
        // A thread that panics takes its counts with it: then all is counted here.
        let all: Option<Vec<Counts>> = std::thread::scope(|scope| {
            let spawned: Vec<_> =
                chunks.iter().skip(1).map(|&of| scope.spawn(move || chunk(of))).collect();
            let mut all: Vec<Counts> = chunks.first().map(|&of| chunk(of)).into_iter().collect();
            for thread in spawned {
                all.push(thread.join().ok()?);
            }
            Some(all)
        });
        let mut sum = settling.count(&Entered::default(), &[]);
        let all = all.unwrap_or_else(|| chunks.iter().map(|&of| chunk(of)).collect());
        all.into_iter().for_each(|counts| sum.plus(counts));
        sum
    }

    /// Calls with every shard's candidates, the ids of its patients, and what the rules say.
    fn each_shard(
        &self,
        mut with: impl FnMut(&Entered, &dyn Fn(u16) -> Option<PatientId>, &[&Bits]),
    ) {
        for (number, entered) in self.entered.iter().enumerate() {
            let Some(at) = self.timeline.shards().get(number) else { continue };
            let Some(segment) = self.timeline.segment(at) else { continue };
            let Some(shard) = segment.shard(at.number) else { continue };
            let person = |place: u16| segment.person(shard.first_patient + u32::from(place));
            with(entered, &|place| person(place).map(|person| person.id), &self.bits(number));
        }
    }

    /// The periods, by patient, with some rules switched off.
    #[must_use]
    pub fn periods(&self, off: &BTreeSet<usize>) -> Vec<Period> {
        let settling = Settling::new(self.definition, off);
        let mut all = Vec::new();
        self.each_shard(|entered, id, bits| {
            for settled in settling.settle(entered, bits) {
                let candidate = entered.candidates.get(settled.candidate);
                let patient = candidate.and_then(|candidate| id(candidate.patient));
                all.extend(candidate.zip(patient).map(|(candidate, patient)| Period {
                    patient,
                    index: candidate.index,
                    ending: settled.ending,
                }));
            }
        });
        all.sort_by_key(|period| period.patient);
        all
    }

    /// The candidates of which the rules were asked, by patient.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        let mut all = Vec::new();
        self.each_shard(|entered, id, bits| {
            for (place, candidate) in entered.candidates.iter().enumerate() {
                all.extend(id(candidate.patient).map(|patient| Asked {
                    patient,
                    index: candidate.index,
                    ending: candidate.ending,
                    rules: bits.iter().map(|bits| bits.get(place)).collect(),
                }));
            }
        });
        all.sort_by_key(|asked| asked.patient);
        all
    }
}
