//! Loads add, replace and start anew, and each snapshot stays as it was.

use vocab::{LandingId, PurposeOfUse};

use super::{House, ROWS, Row, answer};
use crate::writer::{FaultPoint, LoadMode, OldPlace, OldRow};
use crate::{LakeConfig, LakeError};

const COUNT: &str = "select count(*), count(distinct resource_key) from observation";

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_snapshot_reads_the_same_after_later_loads() {
    let house = House::new().await;
    let first = house.load(1, &ROWS).await.unwrap();
    let second = house.load(2, &[Row(Some(9), "z", 1, "718-7", 3.0)]).await.unwrap();
    assert!(second > first);
    // The newest first, so that a table object that remembers would be caught.
    for (snapshot, expect) in [(second, "6,6"), (first, "5,5"), (second, "6,6")] {
        let reader = house.reader_at(PurposeOfUse::Research, Some(snapshot)).await.unwrap();
        assert_eq!(answer(&reader, COUNT).await, [expect]);
        assert_eq!(reader.snapshot(), Some(snapshot));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_version_takes_the_place_of_the_older_one() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let old = OldRow {
        source: "hospital".into(),
        file: LandingId([1; 32]),
        line: 1,
        place: OldPlace::Unknown,
    };
    let rows = [Row(Some(3), "a", 9, "718-7", 13.5)];
    let faults = FaultPoint::default();
    let second = house.load_with(faults, LoadMode::Add, 2, &rows, &[old]).await.unwrap();
    let values = house.ask("select value from observation where resource_key = 'a'").await;
    assert_eq!(values, ["13.5"]);
    let snapshot = house.ledger.snapshots().get(second).await.unwrap();
    let table = snapshot.table("observation").unwrap();
    assert_eq!((table.rows, table.resources, table.patients), (6, 6, 3));
    // The clinic came in line 1 of the same file: its table is rewritten too.
    assert_eq!(house.ask("select line from organization").await, ["2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_replaced_within_one_load_never_shows() {
    let config = LakeConfig { memory_bytes_max: 1, ..LakeConfig::default() };
    let house = House::with(config).await;
    let old = OldRow {
        source: "hospital".into(),
        file: LandingId([1; 32]),
        line: 2,
        place: OldPlace::Unknown,
    };
    let faults = FaultPoint::default();
    house.load_with(faults, LoadMode::Add, 1, &ROWS, &[old]).await.unwrap();
    assert_eq!(house.ask(COUNT).await, ["4,4"]);
    let snapshot = house.ledger.snapshots().latest().await.unwrap().unwrap();
    assert_eq!(snapshot.table("observation").unwrap().resources, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_leaves_what_it_wrote_and_nothing_else() {
    let house = House::new().await;
    let first = house.load(1, &ROWS).await.unwrap();
    let rows = [Row(Some(9), "z", 1, "718-7", 3.0)];
    house.load_with(FaultPoint::default(), LoadMode::Replace, 2, &rows, &[]).await.unwrap();
    assert_eq!(house.ask(COUNT).await, ["1,1"]);
    let reader = house.reader_at(PurposeOfUse::Research, Some(first)).await.unwrap();
    assert_eq!(answer(&reader, COUNT).await, ["5,5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_lie_by_patient_and_tell_where_they_came_from() {
    let house = House::new().await;
    let mut shuffled = ROWS;
    shuffled.reverse();
    house.load(1, &shuffled).await.unwrap();
    let where_from = "select patient_id, source, load, file, line, tags from observation limit 2";
    let file = "01".repeat(32);
    let rows = house.ask(where_from).await;
    assert!(rows[0].starts_with(&format!("3,hospital,1,{file},1,")), "{rows:?}");
    assert!(rows[1].starts_with(&format!("3,hospital,1,{file},2,")), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_writer_is_refused_while_the_first_writes() {
    let house = House::new().await;
    let first = house.lake.writer("first").await.unwrap();
    let second = house.lake.writer("second").await;
    assert!(matches!(second, Err(LakeError::Ledger(ledger::LedgerError::SecondWriter { .. }))));
    drop(first);
    assert!(house.lake.writer("third").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_rows_give_the_same_files() {
    let mut names = Vec::new();
    for _ in 0..2 {
        let house = House::new().await;
        house.load(1, &ROWS).await.unwrap();
        let folder = house.place.tables.join("observation");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| (path.file_name().unwrap().to_owned(), std::fs::read(path).unwrap()))
            .collect();
        files.sort();
        names.push(files);
    }
    assert_eq!(names[0].len(), 1);
    assert_eq!(names[0], names[1]);
}
