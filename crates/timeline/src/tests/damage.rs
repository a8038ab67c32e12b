//! Bytes that are wrong, and builds that end too soon.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::people::patients;
use super::write;
use crate::Error;
use crate::build::{Options, PatientRows, person_of};
use crate::segment::Segment;
use crate::timeline::{Becomes, Draft, Timeline};

fn some_patients(count: usize) -> Vec<cohort::eval::Patient> {
    let mut runner = TestRunner::deterministic();
    loop {
        let patients = patients(count).new_tree(&mut runner).unwrap().current();
        if patients.len() == count {
            return patients;
        }
    }
}

/// A place or length that stands in a file.
fn place_at(bytes: &[u8], at: usize) -> usize {
    usize::try_from(crate::format::u64_at(bytes, at).unwrap()).unwrap()
}

/// Everything that can be asked of a segment is asked; nothing may panic.
fn read_all(segment: &Segment) -> Result<(), Error> {
    segment.verify()?;
    for concept in 0..segment.concepts() {
        for place in segment.runs_of(concept) {
            segment.read_through(&place)?;
        }
    }
    for shard in 0..segment.shards() {
        segment.patients_of(shard, &|_| true, &|_| true, None)?;
    }
    Ok(())
}

#[test]
fn every_byte_that_flips_is_found() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), Becomes::Base, &some_patients(4));
    let path = folder.path().join("segment-000001.timeline");
    let whole = std::fs::read(&path).unwrap();
    read_all(&Segment::open(&path).unwrap()).unwrap();
    let wrong = folder.path().join("wrong.timeline");
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&wrong, bytes).unwrap();
        let found = Segment::open(&wrong).and_then(|segment| read_all(&segment));
        match found {
            Err(Error::Damaged { path, part, .. }) => {
                assert_eq!(path, wrong);
                assert!(!part.is_empty());
            }
            other => panic!("byte {at}: {other:?}"),
        }
    }
}

#[test]
fn a_block_that_flips_is_never_served() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), Becomes::Base, &some_patients(4));
    let path = folder.path().join("segment-000001.timeline");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[20] ^= 0x10;
    std::fs::write(&path, bytes).unwrap();
    let segment = Segment::open(&path).unwrap();
    let read = segment.patients_of(0, &|_| true, &|_| true, None);
    assert!(matches!(read, Err(Error::Damaged { part, .. }) if part == "block 0"));
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), Becomes::Base, &some_patients(3));
    let path = folder.path().join("segment-000001.timeline");
    let whole = std::fs::read(&path).unwrap();
    let wrong = folder.path().join("wrong.timeline");
    for length in (0..whole.len()).step_by(7) {
        std::fs::write(&wrong, &whole[..length]).unwrap();
        assert!(Segment::open(&wrong).is_err(), "{length}");
    }
}

/// Writes the checksums of a file anew, so that wrong bytes come through to what reads them.
fn signed(mut bytes: Vec<u8>) -> Vec<u8> {
    use crate::format::{Section, u32_at, wide};
    use xxhash_rust::xxh3::{Xxh3, xxh3_64};
    let end = bytes.len() - 32;
    let footer = place_at(&bytes, end);
    let place = |bytes: &[u8], section: Section| {
        let at = footer + 32 * (section as usize - 1);
        let from = place_at(bytes, at + 8);
        (at, from, place_at(bytes, at + 16))
    };
    let (_, blocks, length) = place(&bytes, Section::Blocks);
    for at in (blocks..blocks + length).step_by(24) {
        let from = place_at(&bytes, at);
        let count = wide(u32_at(&bytes, at + 16).unwrap());
        let Some(block) = bytes.get(from..from.saturating_add(count)) else { continue };
        let hash = xxh3_64(block).to_le_bytes();
        bytes[at + 8..at + 16].copy_from_slice(&hash);
    }
    for section in Section::ALL {
        let (at, from, length) = place(&bytes, section);
        let hash = xxh3_64(&bytes[from..from + length]).to_le_bytes();
        bytes[at + 24..at + 32].copy_from_slice(&hash);
    }
    let mut hash = Xxh3::new();
    hash.update(&bytes[..16]);
    hash.update(&bytes[footer..end]);
    hash.update(&bytes[end..end + 16]);
    let hash = hash.digest().to_le_bytes();
    bytes[end + 16..end + 24].copy_from_slice(&hash);
    bytes
}

#[test]
fn a_hostile_file_with_right_checksums_does_not_panic() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), Becomes::Base, &some_patients(4));
    let path = folder.path().join("segment-000001.timeline");
    let whole = std::fs::read(&path).unwrap();
    let footer = place_at(&whole, whole.len() - 32);
    let wrong = folder.path().join("wrong.timeline");
    let mut refused = 0;
    let changes = [0x01, 0x80, 0xff];
    for (place, at) in (16..footer).step_by(2).enumerate() {
        let mut bytes = whole.clone();
        bytes[at] ^= changes[place % changes.len()];
        std::fs::write(&wrong, signed(bytes)).unwrap();
        let found = Segment::open(&wrong).and_then(|segment| read_all(&segment));
        refused += usize::from(found.is_err());
    }
    assert!(refused > footer / 16, "{refused} of {footer}");
}

#[test]
fn a_build_that_ends_too_soon_leaves_the_index_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let before = some_patients(5);
    write(folder.path(), Becomes::Base, &before);
    let after = some_patients(8);
    for rows_before_the_end in 0..after.len() {
        let persons = after.iter().map(person_of).collect();
        let options = Options { shard_patients: 2, ..Options::default() };
        let mut draft = Draft::begin(folder.path(), Becomes::Base, persons, options).unwrap();
        for patient in &after[..rows_before_the_end] {
            let mut rows = PatientRows::default();
            rows.push(patient);
            rows.with_batch(|batch| draft.push(batch)).unwrap();
        }
        // As a kill would: nothing is cleaned up.
        std::mem::forget(draft);
        let timeline = Timeline::open(folder.path()).unwrap();
        timeline.verify().unwrap();
        assert_eq!(timeline.people(), before.len() as u64);
    }
    // Left-overs are in nobody's way.
    write(folder.path(), Becomes::Base, &after);
    assert_eq!(Timeline::open(folder.path()).unwrap().people(), after.len() as u64);
}

#[test]
fn a_manifest_that_is_wrong_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), Becomes::Base, &some_patients(2));
    let path = folder.path().join("manifest");
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(Timeline::open(folder.path()).is_err(), "byte {at}");
    }
}

#[test]
fn rows_and_people_out_of_order_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let patients = some_patients(6);
    let mut persons: Vec<_> = patients.iter().map(person_of).collect();
    persons.reverse();
    let begun = Draft::begin(folder.path(), Becomes::Base, persons.clone(), Options::default());
    assert!(matches!(begun, Err(Error::PersonsNotSorted)));
    persons.reverse();
    let full: Vec<_> = patients.iter().filter(|patient| !patient.events.is_empty()).collect();
    let mut draft =
        Draft::begin(folder.path(), Becomes::Base, persons, Options::default()).unwrap();
    let mut rows = PatientRows::default();
    full.iter().rev().for_each(|patient| rows.push(patient));
    assert!(matches!(rows.with_batch(|batch| draft.push(batch)), Err(Error::RowsNotSorted)));
}
