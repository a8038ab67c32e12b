//! What is put in comes back.

use std::collections::BTreeMap;

use cohort::ast::Kind;
use cohort::eval::Patient;
use proptest::prelude::*;
use vocab::PatientId;

use super::people::{as_kept, patients};
use super::{small, write, write_persons};
use crate::build::{PatientRows, person_of};
use crate::optimize::optimize;
use crate::timeline::{Becomes, Draft, Timeline};

/// All patients of an index that are in force, by id, in the form of `as_kept`.
fn read(timeline: &Timeline) -> BTreeMap<PatientId, Patient> {
    let mut all = BTreeMap::new();
    for shard in timeline.shards() {
        let segment = timeline.segment(shard).unwrap();
        let found =
            segment.patients_of(shard.number, &|place| shard.live.has(place), &|_| true, None);
        for (_, patient) in found.unwrap() {
            assert!(all.insert(patient.id, as_kept(&patient)).is_none(), "twice");
        }
    }
    all
}

fn expected(patients: &[Patient]) -> BTreeMap<PatientId, Patient> {
    patients.iter().map(|patient| (patient.id, as_kept(patient))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_field_of_every_event_comes_back(patients in patients(9)) {
        let folder = tempfile::tempdir().unwrap();
        let built = write(folder.path(), Becomes::Base, &patients);
        let timeline = Timeline::open(folder.path()).unwrap();
        prop_assert_eq!(read(&timeline), expected(&patients));
        prop_assert_eq!(built.unknown_patient + built.impossible_time, 0);
        timeline.verify().unwrap();
        prop_assert_eq!(timeline.segments()[0].stamp(), b"snapshot 1");
        let events: usize = patients.iter().map(|of| of.events.len() + of.coverage.values().map(Vec::len).sum::<usize>()).sum();
        prop_assert_eq!(built.events, events as u64);
    }

    #[test]
    fn a_change_gives_what_building_anew_gives(
        before in patients(9), after in patients(12), changed in any::<u16>(), gone in any::<u16>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), Becomes::Base, &before);
        let is = |bits: u16, place: usize| bits & (1 << (place % 16)) != 0;
        let mut now = expected(&before);
        let (mut persons, mut rows) = (Vec::new(), Vec::new());
        for (place, patient) in after.iter().enumerate().filter(|(place, _)| is(changed, *place)) {
            let mut person = person_of(patient);
            if is(gone, place) {
                person.gone = true;
                now.remove(&patient.id);
            } else {
                now.insert(patient.id, as_kept(patient));
                rows.push(patient.clone());
            }
            persons.push(person);
        }
        write_persons(folder.path(), Becomes::Change, persons, &rows, small());
        let timeline = Timeline::open(folder.path()).unwrap();
        prop_assert_eq!(&read(&timeline), &now);
        prop_assert_eq!(timeline.people(), now.len() as u64);
        optimize(folder.path(), 2, b"merged".to_vec()).unwrap();
        // Who had it open reads on.
        prop_assert_eq!(&read(&timeline), &now);
        let merged = Timeline::open(folder.path()).unwrap();
        prop_assert_eq!(merged.segments().len(), 1);
        prop_assert_eq!(merged.segments()[0].stamp(), b"merged");
        prop_assert_eq!(&read(&merged), &now);
    }

    #[test]
    fn rows_of_a_shard_may_come_in_any_order(
        patients in patients(9), at_once in 1_usize..5, with_others in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut draft = Draft::begin(folder.path(), Becomes::Base, Vec::new(), small()).unwrap();
        for some in patients.chunks(at_once) {
            let people: Vec<_> = some.iter().map(person_of).collect();
            draft.begin_shard(&people).unwrap();
            // Of whom the shard does not hold, rows are passed over.
            let come: Vec<&Patient> =
                if with_others { patients.iter().collect() } else { some.iter().rev().collect() };
            // One kind after the other, as a lake has them.
            for first in [true, false] {
                for patient in &come {
                    let mut part = (*patient).clone();
                    part.events.retain(|event| (event.kind <= Kind::Lab) == first);
                    part.coverage.retain(|_, _| first);
                    let mut rows = PatientRows::default();
                    rows.push(&part);
                    rows.with_batch(|batch| draft.push(batch)).unwrap();
                }
            }
        }
        let built = draft.finish().unwrap();
        let timeline = Timeline::open(folder.path()).unwrap();
        prop_assert_eq!(read(&timeline), expected(&patients));
        prop_assert_eq!(timeline.shards().len(), patients.len().div_ceil(at_once));
        let anew = tempfile::tempdir().unwrap();
        prop_assert_eq!(write(anew.path(), Becomes::Base, &patients).events, built.events);
    }

    #[test]
    fn the_bytes_are_the_same_whatever_the_threads(patients in patients(12)) {
        let bytes = |threads: usize| {
            let folder = tempfile::tempdir().unwrap();
            let persons = patients.iter().map(person_of).collect();
            let options = crate::build::Options { threads, ..small() };
            write_persons(folder.path(), Becomes::Base, persons, &patients, options);
            std::fs::read(folder.path().join("segment-000001.timeline")).unwrap()
        };
        prop_assert_eq!(bytes(1), bytes(4));
    }
}
