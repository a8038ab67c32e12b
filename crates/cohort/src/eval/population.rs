//! A definition asked of many patients: the cohorts it refers to, samples, matching.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use vocab::PatientId;

use crate::ast::{CohortDefinition, MatchOn, Matching, Name, Sample, Use, UseKind};

use super::calendar::{day_after, written};
use super::cohort::{self, Candidate, Period};
use super::output::{self, Told};
use super::scope::{About, Others};
use super::{Patient, Refused, World};

/// What a definition says of a patient.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientAnswer {
    /// The patient.
    pub id: PatientId,
    /// Every candidate and what became of it.
    pub candidates: Vec<Candidate>,
    /// The periods, in order, with what is told about them.
    pub periods: Vec<(Period, Vec<(Name, Told)>)>,
}

/// What a definition says of a population.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// One for each patient, by id.
    pub patients: Vec<PatientAnswer>,
}

/// Asks a definition of patients.
///
/// # Errors
/// When it refers to what is not held, to itself through other cohorts, or to what has no meaning
/// where it stands.
pub fn answer(
    definition: &CohortDefinition,
    world: &World<'_>,
    patients: &[Patient],
) -> Result<Answer, Refused> {
    answer_without(definition, world, patients, &BTreeSet::new())
}

/// Asks it with some rules, by their place from 0, switched off.
///
/// # Errors
/// As [`answer`].
pub fn answer_without(
    definition: &CohortDefinition,
    world: &World<'_>,
    patients: &[Patient],
    off: &BTreeSet<usize>,
) -> Result<Answer, Refused> {
    let mut cohorts = Cohorts { world, patients, answers: BTreeMap::new(), asked: Vec::new() };
    cohorts.answer(definition, off)
}

/// The periods of other cohorts that a definition needs, as events.
///
/// # Errors
/// As [`answer`].
pub fn others(
    definition: &CohortDefinition,
    world: &World<'_>,
    patients: &[Patient],
) -> Result<Others, Refused> {
    let mut cohorts = Cohorts { world, patients, answers: BTreeMap::new(), asked: Vec::new() };
    cohorts.asked.push(definition.heading.name.clone());
    cohorts.others(definition)
}

struct Cohorts<'a> {
    world: &'a World<'a>,
    patients: &'a [Patient],
    answers: BTreeMap<Name, Answer>,
    /// The cohorts being answered, each needed by the one before.
    asked: Vec<Name>,
}

impl Cohorts<'_> {
    fn answer(
        &mut self,
        definition: &CohortDefinition,
        off: &BTreeSet<usize>,
    ) -> Result<Answer, Refused> {
        self.asked.push(definition.heading.name.clone());
        let others = self.others(definition)?;
        self.asked.pop();
        let (world, mut patients) = (self.world, Vec::new());
        for patient in self.patients {
            let about = About::new(world, &others, patient, definition);
            let (candidates, periods) =
                cohort::settle(definition, cohort::candidates(&about)?, off);
            patients.push((patient, candidates, periods));
        }
        patients.sort_by_key(|(patient, ..)| patient.id);
        if let Some(clause) = &definition.sample {
            sample(&mut patients, clause.says);
        }
        if let Some(clause) = &definition.matched {
            let to = self.answers.get(&clause.says.to);
            let to = to.ok_or_else(|| Refused::not_held(UseKind::Cohort, &clause.says.to))?;
            matched(&mut patients, &clause.says, to, self.patients);
        }
        let mut answers = Vec::new();
        for (patient, candidates, periods) in patients {
            let about = About::new(world, &others, patient, definition);
            let mut told = Vec::new();
            for period in periods {
                let outputs = output::outputs(&about, &period)?;
                told.push((period, outputs));
            }
            answers.push(PatientAnswer { id: patient.id, candidates, periods: told });
        }
        Ok(Answer { patients: answers })
    }

    /// Answers the cohorts that a definition uses, and checks that the rest of what it uses is
    /// held.
    fn others(&mut self, definition: &CohortDefinition) -> Result<Others, Refused> {
        let mut others = Others::new();
        for clause in &definition.heading.uses {
            let Use { kind, name, .. } = &clause.says;
            let held = match kind {
                UseKind::Codes => self.world.codes.contains_key(name),
                UseKind::List => self.world.lists.contains_key(name),
                UseKind::Cohort => {
                    others.insert(name.clone(), self.periods(name)?);
                    true
                }
            };
            if !held {
                return Err(Refused::not_held(*kind, name));
            }
        }
        Ok(others)
    }

    fn periods(
        &mut self,
        name: &Name,
    ) -> Result<BTreeMap<PatientId, Vec<std::sync::Arc<super::PatientEvent>>>, Refused> {
        if self.asked.contains(name) {
            return Err(Refused::Cycle(name.as_str().to_owned()));
        }
        if !self.answers.contains_key(name) {
            let definition = self.world.cohorts.get(name).copied();
            let definition = definition.ok_or_else(|| Refused::not_held(UseKind::Cohort, name))?;
            let answer = self.answer(definition, &BTreeSet::new())?;
            self.answers.insert(name.clone(), answer);
        }
        let patients = self.answers.get(name).into_iter().flat_map(|answer| &answer.patients);
        let events = patients.map(|patient| {
            let periods: Vec<Period> =
                patient.periods.iter().map(|(period, _)| period.clone()).collect();
            (patient.id, cohort::as_events(name.as_str(), &periods))
        });
        Ok(events.collect())
    }
}

type Settled<'a> = (&'a Patient, Vec<Candidate>, Vec<Period>);

/// Keeps the patients with the smallest hashes.
fn sample(patients: &mut [Settled<'_>], sample: Sample) {
    let members = patients.iter().filter(|(_, _, periods)| !periods.is_empty());
    let kept = sampled(sample, members.map(|(patient, ..)| patient.id));
    for (patient, _, periods) in patients.iter_mut() {
        if !kept.contains(&patient.id) {
            periods.clear();
        }
    }
}

/// Of the patients of a cohort, those in a sample: the smallest hashes.
#[must_use]
pub fn sampled(
    sample: Sample,
    members: impl IntoIterator<Item = PatientId>,
) -> BTreeSet<PatientId> {
    let hashed = |id: PatientId| (hash(&format!("{}:{}", sample.seed, id.get())), id);
    let mut members: Vec<([u8; 32], PatientId)> = members.into_iter().map(hashed).collect();
    members.sort_unstable();
    let count = usize::try_from(sample.patients).unwrap_or(usize::MAX);
    members.into_iter().take(count).map(|(_, id)| id).collect()
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Keeps the periods that are taken by those of another cohort.
fn matched(patients: &mut [Settled<'_>], matching: &Matching, to: &Answer, everybody: &[Patient]) {
    let seed = matching.seed;
    let named = |patient: &Patient, period: &Period| {
        format!("{}:{}", patient.key(), written(period.index.first_day()))
    };
    let mut takers: Vec<([u8; 32], &Patient, &Period)> = Vec::new();
    for answer in &to.patients {
        let Some(patient) = everybody.iter().find(|patient| patient.id == answer.id) else {
            continue;
        };
        takers.extend(answer.periods.iter().map(|(period, _)| {
            (hash(&format!("{seed}:{}", named(patient, period))), patient, period)
        }));
    }
    takers.sort_by_key(|(hash, patient, _)| (*hash, patient.id));
    let in_other: BTreeSet<PatientId> = takers.iter().map(|(_, patient, _)| patient.id).collect();
    let mut taken: BTreeMap<PatientId, Period> = BTreeMap::new();
    for (_, patient, period) in takers {
        let mut able = Vec::new();
        for (other, _, periods) in patients.iter() {
            if in_other.contains(&other.id) || taken.contains_key(&other.id) {
                continue;
            }
            let agrees = periods.iter().filter(|candidate| {
                matching.on.iter().all(|on| agree(on, (patient, period), (other, candidate)))
            });
            able.extend(agrees.map(|candidate| {
                let name = format!("{seed}:{}:{}", named(patient, period), named(other, candidate));
                (hash(&name), other.id, candidate.clone())
            }));
        }
        able.sort_by_key(|(hash, id, _)| (*hash, *id));
        let mut left = matching.ratio;
        for (_, id, candidate) in able {
            if left > 0 && !taken.contains_key(&id) {
                taken.insert(id, candidate);
                left -= 1;
            }
        }
    }
    for (patient, _, periods) in patients.iter_mut() {
        *periods = taken.remove(&patient.id).into_iter().collect();
    }
}

/// Whether two periods agree in something.
fn agree(on: &MatchOn, (a, at): (&Patient, &Period), (b, bt): (&Patient, &Period)) -> bool {
    match on {
        MatchOn::Sex => a.sex.is_some() && a.sex == b.sex,
        MatchOn::Age(span) => {
            let age = |patient: &Patient, period: &Period| {
                super::number::age_on(patient, period.index, span.unit)
            };
            let ages = age(a, at).zip(age(b, bt));
            ages.is_some_and(|(a, b)| a.abs_diff(b) <= u64::from(span.count))
        }
        MatchOn::Index(span) => {
            let (a, b) = (at.index.first_day(), bt.index.first_day());
            a.max(b) <= day_after(a.min(b), *span)
        }
        MatchOn::Department => {
            let department = cohort::department(&at.way.entry);
            department.is_some() && department == cohort::department(&bt.way.entry)
        }
    }
}
