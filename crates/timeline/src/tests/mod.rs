//! The index held to what was put in, and its answers to the evaluator of `cohort`.

mod agree;
mod damage;
mod people;
mod round_trip;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cohort::ast::CohortDefinition;
use cohort::eval::{Patient, PatientEvent, World};

use crate::Error;
use crate::answer::{Answer, Effort, Memory, Question, Seen};
use crate::build::{Built, Options, PatientRows, person_of};
use crate::event::Person;
use crate::timeline::{Becomes, Draft, Shown, Timeline};

pub(crate) static GO_ON: AtomicBool = AtomicBool::new(false);

/// Options for small shards, so that there are several.
pub(crate) fn small() -> Options {
    let declared = vec!["visit".to_owned(), "lab".to_owned()];
    Options { threads: 2, stamp: b"snapshot 1".to_vec(), declared, shard_patients: 3 }
}

/// Writes patients, sorted by id, as a segment.
pub(crate) fn write(folder: &Path, becomes: Becomes, patients: &[Patient]) -> Built {
    let persons: Vec<Person> = patients.iter().map(person_of).collect();
    write_persons(folder, becomes, persons, patients, small())
}

pub(crate) fn write_persons(
    folder: &Path,
    becomes: Becomes,
    persons: Vec<Person>,
    patients: &[Patient],
    options: Options,
) -> Built {
    let mut draft = Draft::begin(folder, becomes, persons, options).unwrap();
    for patients in patients.chunks(2) {
        let mut rows = PatientRows::default();
        for (place, patient) in patients.iter().enumerate() {
            // Of every other one, each code in a row of its own.
            let most = if place == 0 { usize::MAX } else { 1 };
            split(patient, most).iter().for_each(|part| rows.push(part));
        }
        rows.with_batch(|batch| draft.push(batch)).unwrap();
    }
    draft.finish().unwrap()
}

/// A patient in parts whose events have no more codes than these: together they are the patient.
fn split(patient: &Patient, most: usize) -> Vec<Patient> {
    let mut parts = Vec::new();
    let mut left: Vec<PatientEvent> =
        patient.events.iter().map(|event| (**event).clone()).collect();
    while parts.is_empty() || !left.is_empty() {
        let mut part = patient.clone();
        part.events.clear();
        let mut later = Vec::new();
        for mut event in left {
            let rest = event.codes.split_off(event.codes.len().min(most));
            if !rest.is_empty() {
                let mut other = event.clone();
                other.codes = rest;
                later.push(other);
            }
            part.events.push(Arc::new(event));
        }
        left = later;
        parts.push(part);
    }
    parts
}

/// Asks without any help of memory.
pub(crate) fn ask<'a>(
    timeline: &'a Timeline,
    of: (&'a CohortDefinition, &'a World<'a>),
    shown: &Shown,
    threads: usize,
) -> Result<Answer<'a>, Error> {
    ask_seen((timeline, None), of, shown, threads)
}

pub(crate) fn ask_seen<'a>(
    (timeline, seen): (&'a Timeline, Option<&'a Seen>),
    (definition, world): (&'a CohortDefinition, &'a World<'a>),
    shown: &Shown,
    threads: usize,
) -> Result<Answer<'a>, Error> {
    let memory = Memory::new(0);
    let question = Question { definition, world, edition: b"", seen };
    timeline.ask(question, shown, Effort { threads, memory: &memory, cancelled: &GO_ON })
}
