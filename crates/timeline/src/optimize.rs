//! Writing all that is in force into one new base.

use std::path::Path;

use vocab::PatientId;

use crate::Error;
use crate::build::{Built, Options, PatientRows};
use crate::segment::Segment;
use crate::timeline::{Becomes, Draft, Timeline};

/// Merges the segments of a folder into one with this stamp. Whoever has the old ones open reads on.
///
/// # Errors
/// When a block is damaged or the folder cannot be written; then the index is as it was.
///
/// # Cost
/// Everything is read and written; memory for a shard of each segment.
pub fn optimize(folder: &Path, threads: usize, stamp: Vec<u8>) -> Result<Built, Error> {
    let timeline = Timeline::open(folder)?;
    let mut declared: Vec<String> = timeline
        .segments()
        .iter()
        .flat_map(Segment::declared)
        .map(|kind| cohort::eval::kind_word(&kind).to_owned())
        .collect();
    declared.sort();
    declared.dedup();
    let mut people: Vec<(PatientId, usize, usize)> = Vec::new();
    for (at, shard) in timeline.shards().iter().enumerate() {
        let Some(segment) = timeline.segment(shard) else { continue };
        let Some(of) = segment.shard(shard.number) else { continue };
        for place in 0..of.patients {
            let within = crate::format::wide(place);
            if let Some(person) = segment.person(of.first_patient + place)
                && shard.live.has(within)
            {
                people.push((person.id, at, within));
            }
        }
    }
    people.sort_unstable();
    let mut persons = Vec::with_capacity(people.len());
    for (_, at, within) in &people {
        let shard = timeline.shards().get(*at);
        let segment = shard.and_then(|shard| timeline.segment(shard));
        let first = segment.zip(shard).and_then(|(segment, shard)| segment.shard(shard.number));
        let place = u32::try_from(*within).unwrap_or(u32::MAX);
        let person =
            segment.zip(first).and_then(|(of, shard)| of.person(shard.first_patient + place));
        persons.extend(person);
    }
    let options = Options { threads, stamp, declared, ..Options::default() };
    let mut draft = Draft::begin(folder, Becomes::Base, persons, options)?;
    // Patients whose neighbours lie in one shard are read together.
    for together in people.chunk_by(|a, b| a.1 == b.1) {
        let Some(&(_, at, _)) = together.first() else { continue };
        let Some(shard) = timeline.shards().get(at) else { continue };
        let Some(segment) = timeline.segment(shard) else { continue };
        let mut mask = crate::mask::Mask::none();
        together.iter().for_each(|(_, _, within)| mask.set(*within));
        let found = segment.patients_of(shard.number, &|place| mask.has(place), &|_| true, None)?;
        for patients in found.chunks(256) {
            let mut rows = PatientRows::default();
            patients.iter().for_each(|(_, patient)| rows.push(patient));
            rows.with_batch(|batch| draft.push(batch))?;
        }
    }
    debug_assert_eq!(timeline.people(), people.len() as u64);
    draft.finish()
}
