//! The end of an answer: samples, matching, and what is told about every period. Asked of
//! `cohort`'s evaluator, for the patients that the index found.

use std::collections::{BTreeMap, BTreeSet};

use cohort::ast::{CohortDefinition, Kind};
use cohort::eval::{Explanation, Patient, PatientAnswer, answer_without, explain, others, sampled};
use vocab::PatientId;

use super::{Effort, Question, Seen, whole};
use crate::Error;
use crate::timeline::{Shown, Timeline};

/// Patients of a shard who are read whole at a time.
const TOGETHER: usize = 1_024;

/// So many patients are held at once where there is matching.
pub const MATCHED_MAX: usize = 100_000;

/// Patients, and what is told of those who have a period.
type Told = (Vec<Patient>, Vec<PatientAnswer>);

impl Timeline {
    /// The periods of a definition after samples and matching, with its outputs, with some rules
    /// switched off. Only of patients who have any, by id. Source keys, visits and orders are numbers
    /// that order and tell apart as the true ones do.
    ///
    /// # Errors
    /// As [`Timeline::tell_each`].
    pub fn tell(
        &self,
        question: Question<'_>,
        shown: &Shown,
        effort: Effort<'_>,
        off: &BTreeSet<usize>,
    ) -> Result<Vec<PatientAnswer>, Error> {
        let mut told = Vec::new();
        self.tell_each(question, (shown, effort), off, &mut |_, some| told.extend(some))?;
        told.sort_by_key(|patient| patient.id);
        Ok(told)
    }

    /// The same, some patients after the others: these, and what is told of those who have a period.
    ///
    /// # Errors
    /// As [`Timeline::ask`]; where there is matching, also for more than [`MATCHED_MAX`] patients.
    ///
    /// # Cost
    /// Every patient with a period is read whole; where there is matching, all are held at once.
    pub fn tell_each(
        &self,
        question: Question<'_>,
        (shown, effort): (&Shown, Effort<'_>),
        off: &BTreeSet<usize>,
        take: &mut dyn FnMut(&[Patient], Vec<PatientAnswer>),
    ) -> Result<(), Error> {
        let definition = question.definition;
        let mut wanted = self.members(question, (shown, effort), off)?;
        let kinds = whole::kinds(definition, question.world);
        let told = |definition: &CohortDefinition, patients: Vec<Patient>| {
            let mut told = answer_without(definition, question.world, &patients, off)?.patients;
            told.retain(|patient| !patient.periods.is_empty());
            Ok::<Told, Error>((patients, told))
        };
        if let Some(matched) = &definition.matched {
            if let Some(&to) = question.world.cohorts.get(&matched.says.to) {
                let to = Question { definition: to, ..question };
                wanted.extend(self.members(to, (shown, effort), &BTreeSet::new())?);
            }
            if wanted.len() > MATCHED_MAX {
                return Err(Error::TooManyTogether);
            }
            let mut patients = Vec::with_capacity(wanted.len());
            for (shard, places) in self.by_shard(shown, &wanted) {
                patients.extend(self.patients(shard, &places, (&kinds, question.seen))?);
            }
            patients.sort_by_key(|patient| patient.id);
            let (patients, told) = told(definition, patients)?;
            take(&patients, told);
            return Ok(());
        }
        if let Some(sample) = &definition.sample {
            wanted = sampled(sample.says, wanted);
        }
        // Who is in the sample is known; each patient is then asked alone.
        let alone = CohortDefinition { sample: None, ..definition.clone() };
        let of = |(shard, places): &(usize, Vec<usize>)| {
            told(&alone, self.patients(*shard, places, (&kinds, question.seen))?)
        };
        for some in self.by_shard(shown, &wanted).chunks(effort.threads.max(1)) {
            if effort.cancelled.load(std::sync::atomic::Ordering::Relaxed) {
                return Err(Error::Cancelled);
            }
            for done in side_by_side(some, &of)? {
                let (patients, told) = done?;
                take(&patients, told);
            }
        }
        Ok(())
    }

    /// Those with a period before samples and matching.
    fn members(
        &self,
        question: Question<'_>,
        (shown, effort): (&Shown, Effort<'_>),
        off: &BTreeSet<usize>,
    ) -> Result<BTreeSet<PatientId>, Error> {
        let answer = self.ask(question, shown, effort)?;
        Ok(answer.periods(off).into_iter().map(|period| period.patient).collect())
    }

    /// Why a patient is in, or out, before samples and matching; nothing of somebody who is not
    /// there or may not be seen.
    ///
    /// # Errors
    /// As [`Timeline::ask`].
    pub fn explain(
        &self,
        question: Question<'_>,
        shown: &Shown,
        patient: PatientId,
    ) -> Result<Option<Explanation>, Error> {
        super::refuse_what_asks_others(&question)?;
        let kinds = whole::kinds(question.definition, question.world);
        let Some((shard, place)) = self.find(shown, patient) else { return Ok(None) };
        let patients = self.patients(shard, &[place], (&kinds, question.seen))?;
        let Some(patient) = patients.first() else { return Ok(None) };
        let others = others(question.definition, question.world, &patients)?;
        Ok(Some(explain(question.definition, question.world, &others, patient)?))
    }

    /// Where patients who may be seen are: shards, some places in each.
    fn by_shard(&self, shown: &Shown, wanted: &BTreeSet<PatientId>) -> Vec<(usize, Vec<usize>)> {
        let mut places: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &patient in wanted {
            if let Some((shard, place)) = self.find(shown, patient) {
                places.entry(shard).or_default().push(place);
            }
        }
        let pieces = places.into_iter().flat_map(|(shard, mut places)| {
            places.sort_unstable();
            let pieces = places.chunks(TOGETHER).map(|some| (shard, some.to_vec()));
            pieces.collect::<Vec<_>>()
        });
        pieces.collect()
    }

    /// Patients of a shard, whole, by their places.
    fn patients(
        &self,
        shard: usize,
        places: &[usize],
        (kinds, seen): (&[Kind], Option<&Seen>),
    ) -> Result<Vec<Patient>, Error> {
        let at = self.shards().get(shard);
        let Some((at, segment)) = at.and_then(|at| Some((at, self.segment(at)?))) else {
            return Ok(Vec::new());
        };
        let is_asked =
            |kind: &Kind| kinds.iter().any(|asked| cohort::eval::is_of_kind(kind, asked));
        let is_wanted = |place: usize| places.binary_search(&place).is_ok();
        let found = segment.patients_of(at.number, &is_wanted, &is_asked, seen)?;
        Ok(found.into_iter().map(|(_, patient)| patient).collect())
    }
}

/// Does the same to a few things at the same time; the results stand in their order.
fn side_by_side<T: Sync, R: Send>(
    things: &[T],
    work: &(dyn Fn(&T) -> R + Sync),
) -> Result<Vec<R>, Error> {
    let Some((last, others)) = things.split_last() else { return Ok(Vec::new()) };
    std::thread::scope(|scope| {
        let begun: Vec<_> = others.iter().map(|thing| scope.spawn(move || work(thing))).collect();
        let last = work(last);
        let mut done = Vec::with_capacity(things.len());
        for thread in begun {
            done.push(thread.join().map_err(|_| Error::Worker)?);
        }
        done.push(last);
        Ok(done)
    })
}
