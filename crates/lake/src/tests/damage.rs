//! A changed byte of a table is an error and never an answer, and a rebuild makes up for it.

use std::path::{Path, PathBuf};

use ledger::HoldFor;
use vocab::PurposeOfUse;

use super::{House, ROWS, Row};
use crate::doctor::Depth;
use crate::writer::{FaultPoint, LoadMode, OldPlace, OldRow};
use crate::{Lake, LakeError, Reader, ReaderError, TableError};

const ALL: &str = "select patient_id, resource_key, line, code, value, tags from observation \
                   order by resource_key";

/// A house in which a row was replaced, so that a deletion vector stands in the log.
async fn lived_in() -> House {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let old = OldRow {
        source: "hospital".into(),
        file: vocab::LandingId([1; 32]),
        line: 4,
        place: OldPlace::Unknown,
    };
    let corrected = [Row(Some(7), "d", 1, "4548-4", 9.0)];
    let faults = FaultPoint::default();
    house.load_with(faults, LoadMode::Add, 2, &corrected, &[old]).await.unwrap();
    house
}

/// A look of a program started now.
async fn reader(house: &House) -> Result<Reader, ReaderError> {
    let permit = house.ledger.permit(&house.actor, PurposeOfUse::Research, None, "sql", "00");
    house.reopened().reader(permit.await.unwrap(), None).await
}

/// What a program started now answers, or that it refuses.
async fn answer(house: &House) -> Result<Vec<String>, String> {
    let reader = reader(house).await.map_err(|error| error.to_string())?;
    let answer = reader.sql(ALL).await.map_err(|error| error.to_string())?;
    Ok(super::lines(&answer.batches))
}

async fn faults(lake: &Lake) -> Vec<String> {
    let found = lake.doctor(Depth::Deep, &[]).await.unwrap();
    let unwell = found.into_iter().filter(|finding| !finding.well);
    unwell.map(|finding| finding.say(vocab::Locale::En)).collect()
}

fn files(house: &House, folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = house.place.tables.join(folder);
    let there = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        there.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    files.sort();
    files
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// Changes bytes of a file, one at a time; each is found by the doctor and shown by no answer.
async fn check(house: &House, path: &Path, right: &[String], steps: usize) -> usize {
    let whole = std::fs::read(path).unwrap();
    let mut refused = 0;
    for number in 0..steps {
        let at = number * whole.len() / steps;
        let mut changed = whole.clone();
        changed[at] ^= 1 << (number % 8);
        std::fs::write(path, changed).unwrap();
        match answer(house).await {
            Ok(rows) => assert_eq!(rows, right, "{}, byte {at}", path.display()),
            Err(_) => refused += 1,
        }
        let told = faults(&house.reopened()).await.join("\n");
        assert!(told.contains(name(path)), "{}, byte {at}: {told}", path.display());
    }
    std::fs::write(path, whole).unwrap();
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_of_a_data_file_is_refused() {
    let house = lived_in().await;
    let right = answer(&house).await.unwrap();
    for path in files(&house, "observation", "parquet") {
        let refused = check(&house, &path, &right, 40).await;
        assert_eq!(refused, 40, "a file smaller than a block is read whole or not at all");
    }
    assert_eq!(faults(&house.reopened()).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_of_a_log_is_found_and_changes_no_answer() {
    let house = lived_in().await;
    let right = answer(&house).await.unwrap();
    let mut refused = 0;
    for path in files(&house, "observation/_delta_log", "json") {
        refused += check(&house, &path, &right, 60).await;
    }
    assert!(refused > 20, "{refused} answers refused");
    assert_eq!(answer(&house).await.unwrap(), right);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_marks_another_row_is_not_believed() {
    let house = lived_in().await;
    let log = files(&house, "observation/_delta_log", "json").pop().unwrap();
    let text = std::fs::read_to_string(&log).unwrap();
    // The log stays well formed; it only counts other rows of the file.
    let other = text.replace("\\\"numRecords\\\":6", "\\\"numRecords\\\":5");
    assert_ne!(other, text);
    std::fs::write(&log, other).unwrap();
    let said = answer(&house).await.unwrap_err();
    assert!(said.contains("its log is not what was written"), "{said}");
}

/// Tables are opened when they are asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_table_is_told_where_it_is_asked_and_keeps_nobody_from_another() {
    let house = lived_in().await;
    for path in files(&house, "observation/_delta_log", "json") {
        std::fs::write(path, "").unwrap();
    }
    let reader = reader(&house).await.unwrap();
    let others = reader.sql("select count(*) from organization").await.unwrap();
    assert_eq!(super::lines(&others.batches), ["2"], "one of each load");
    let refused = [
        reader.sql("select count(*) from organization, observation").await.err().unwrap(),
        reader.columns("observation").await.unwrap_err(),
        reader.table_counts().await.unwrap_err(),
    ];
    for refused in refused {
        assert!(matches!(&refused, ReaderError::Table(_)), "{refused:?}");
        assert!(refused.to_string().contains("observation"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_sets_a_damaged_table_aside_and_makes_it_anew() {
    let house = lived_in().await;
    let log = files(&house, "observation/_delta_log", "json").remove(0);
    let mut bytes = std::fs::read(&log).unwrap();
    // In the name of a data file; much else in a log says nothing about the table.
    let at = bytes.windows(6).position(|window| window == b"part-0").unwrap();
    bytes[at + 5] ^= 1;
    std::fs::write(&log, bytes).unwrap();
    let lake = house.reopened();
    assert!(lake.writer("ingest").await.is_err());
    {
        let _copying = house.ledger.hold_files(HoldFor::Copying).unwrap();
        let held = lake.writer_for_rebuild("rebuild").await.err().unwrap();
        assert!(matches!(held, LakeError::Ledger(ledger::LedgerError::FilesHeld)), "{held}");
    }
    let writer = lake.writer_for_rebuild("rebuild").await.unwrap();
    assert_eq!(writer.healed().set_aside, ["observation"]);
    drop(writer);
    assert!(house.place.tables.join(".damaged/observation-1/_delta_log").is_dir());
    // Nothing is added to a table that is gone.
    let refused = house.load(3, &ROWS).await.unwrap_err();
    assert!(matches!(refused, LakeError::Table(TableError::Missing { .. })), "{refused}");
    let before = house.ledger.snapshots().readable().await.unwrap().len();
    let mode = LoadMode::Replace;
    house.load_with(FaultPoint::default(), mode, 1, &ROWS, &[]).await.unwrap();
    assert_eq!(house.ask("select count(*) from observation").await, ["5"]);
    assert_eq!(faults(&house.reopened()).await, [""; 0]);
    // What older snapshots name of it is gone, so they can be read no longer.
    assert_eq!((before, house.ledger.snapshots().readable().await.unwrap().len()), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_gone_is_made_anew_by_a_rebuild() {
    let house = lived_in().await;
    std::fs::remove_dir_all(&house.place.tables).unwrap();
    let lake = house.reopened();
    drop(lake.writer_for_rebuild("rebuild").await.unwrap());
    house.load_with(FaultPoint::default(), LoadMode::Replace, 1, &ROWS, &[]).await.unwrap();
    assert_eq!(house.ask("select count(*) from observation").await, ["5"]);
    assert_eq!(faults(&house.reopened()).await, [""; 0]);
    // The next load is as any other.
    house.load(2, &[Row(Some(9), "z", 1, "718-7", 3.0)]).await.unwrap();
    assert_eq!(house.ask("select count(*) from observation").await, ["6"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_older_than_the_book_is_written_down_by_the_next_writer() {
    let house = lived_in().await;
    let book = house.ledger.lake_files();
    // As a home of an earlier program: nothing is written down.
    let lease = house.ledger.writer_lease("test").await.unwrap();
    let all = ["observation".to_owned(), "organization".to_owned()];
    book.record(&lease, &all, (&[], &[])).await.unwrap();
    drop(lease);
    let right = answer(&house).await.unwrap();
    drop(house.reopened().writer("later").await.unwrap());
    assert_eq!(answer(&house).await.unwrap(), right);
    let paths: Vec<String> =
        book.of_table("observation").await.unwrap().into_iter().map(|file| file.path).collect();
    let log = |version: u64| format!("_delta_log/{version:020}.json");
    assert_eq!(paths, [log(0), log(1)]);
    for path in files(&house, "observation/_delta_log", "json") {
        check(&house, &path, &right, 5).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_snapshot_rests_on_is_named_and_nothing_that_came_later() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let first = house.ledger.snapshots().readable().await.unwrap();
    house.load(2, &[Row(Some(9), "z", 1, "718-7", 3.0)]).await.unwrap();
    let paths = |needed: crate::Needed| {
        assert_eq!(needed.faults, [""; 0]);
        needed.files.into_iter().map(|file| file.path).collect::<Vec<_>>()
    };
    let of_first = paths(house.lake.needed(&first).await.unwrap());
    assert_eq!(of_first.len(), 4, "a file and a log of each of two tables: {of_first:?}");
    assert!(of_first.iter().all(|path| !path.contains("part-000002")), "{of_first:?}");
    let both = house.ledger.snapshots().readable().await.unwrap();
    let of_both = paths(house.lake.needed(&both).await.unwrap());
    assert_eq!(of_both.len(), 8, "{of_both:?}");
    for path in of_both {
        assert!(house.place.tables.join(path).is_file());
    }
}
