//! The end of an answer: samples, matching, and what is told about every period. Asked of
//! `cohort`'s evaluator, for the patients that the index found.

use std::collections::{BTreeMap, BTreeSet};

use cohort::ast::{CohortDefinition, Kind};
use cohort::eval::{Explanation, Patient, PatientAnswer, answer_without, explain, others, sampled};
use vocab::PatientId;

use super::{Effort, Question, Seen, whole};
use crate::Error;
use crate::timeline::{Shown, Timeline};

/// Patients of whom is told at a time.
const TOGETHER: usize = 256;

impl Timeline {
    /// The periods of a definition after samples and matching, with its outputs, with some rules
    /// switched off. Only of patients who have any. Source keys, visits and orders are numbers that
    /// order and tell apart as the true ones do.
    ///
    /// # Errors
    /// As [`Timeline::ask`].
    ///
    /// # Cost
    /// Every patient with a period is read whole; where there is matching, all are held at once.
    pub fn tell(
        &self,
        question: Question<'_>,
        shown: &Shown,
        effort: Effort<'_>,
        off: &BTreeSet<usize>,
    ) -> Result<Vec<PatientAnswer>, Error> {
        let members = |question: Question<'_>, off: &BTreeSet<usize>| {
            let answer = self.ask(question, shown, effort)?;
            let periods = answer.periods(off).into_iter().map(|period| period.patient);
            Ok::<BTreeSet<PatientId>, Error>(periods.collect())
        };
        let definition = question.definition;
        let mut wanted = members(question, off)?;
        let kinds = whole::kinds(definition, question.world);
        let mut told = Vec::new();
        if let Some(matched) = &definition.matched {
            if let Some(&to) = question.world.cohorts.get(&matched.says.to) {
                wanted.extend(members(Question { definition: to, ..question }, &BTreeSet::new())?);
            }
            let patients = self.patients(shown, &wanted, (&kinds, question.seen))?;
            told.extend(answer_without(definition, question.world, &patients, off)?.patients);
        } else {
            if let Some(sample) = &definition.sample {
                wanted = sampled(sample.says, wanted);
            }
            // Who is in the sample is known; each patient is then asked alone.
            let alone = CohortDefinition { sample: None, ..definition.clone() };
            let wanted: Vec<PatientId> = wanted.into_iter().collect();
            for some in wanted.chunks(TOGETHER) {
                if effort.cancelled.load(std::sync::atomic::Ordering::Relaxed) {
                    return Err(Error::Cancelled);
                }
                let some = some.iter().copied().collect();
                let patients = self.patients(shown, &some, (&kinds, question.seen))?;
                told.extend(answer_without(&alone, question.world, &patients, off)?.patients);
            }
        }
        told.retain(|patient| !patient.periods.is_empty());
        Ok(told)
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
        let patients = self.patients(shown, &BTreeSet::from([patient]), (&kinds, question.seen))?;
        let Some(patient) = patients.first() else { return Ok(None) };
        let others = others(question.definition, question.world, &patients)?;
        Ok(Some(explain(question.definition, question.world, &others, patient)?))
    }

    /// Some patients who may be seen, whole, by id.
    fn patients(
        &self,
        shown: &Shown,
        wanted: &BTreeSet<PatientId>,
        (kinds, seen): (&[Kind], Option<&Seen>),
    ) -> Result<Vec<Patient>, Error> {
        let mut places: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for &patient in wanted {
            if let Some((shard, place)) = self.find(shown, patient) {
                places.entry(shard).or_default().insert(place);
            }
        }
        let is_asked =
            |kind: &Kind| kinds.iter().any(|asked| cohort::eval::is_of_kind(kind, asked));
        let mut patients = Vec::with_capacity(wanted.len());
        for (shard, places) in places {
            let Some(at) = self.shards().get(shard) else { continue };
            let Some(segment) = self.segment(at) else { continue };
            let is_wanted = |place: usize| places.contains(&place);
            let found = segment.patients_of(at.number, &is_wanted, &is_asked, seen)?;
            patients.extend(found.into_iter().map(|(_, patient)| patient));
        }
        patients.sort_by_key(|patient| patient.id);
        Ok(patients)
    }
}
