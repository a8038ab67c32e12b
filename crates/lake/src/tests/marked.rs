//! Rows that go are marked in the table's log: no file is written for them until many are gone.

use vocab::{LandingId, PatientId, PurposeOfUse};

use super::{House, ROWS, Row, answer};
use crate::delta::DataFile;
use crate::writer::{FaultPoint, LoadMode, OldPlace, OldRow};

const KEYS: &str = "select resource_key from observation order by 1";

/// The row that came in a line of a file, and whose it is.
fn old(file: u8, line: i64, patient: Option<i64>) -> OldRow {
    let patients = vec![patient.and_then(PatientId::from_stored)];
    OldRow {
        source: "hospital".into(),
        file: LandingId([file; 32]),
        line,
        place: OldPlace::At { patients, key_hash: 0 },
    }
}

impl House {
    async fn replace(&self, file: u8, rows: &[Row], old: &[OldRow]) -> (u64, u64, u64) {
        let faults = FaultPoint::default();
        let id = self.load_with(faults, LoadMode::Add, file, rows, old).await.unwrap();
        let snapshot = self.ledger.snapshots().get(id).await.unwrap();
        let table = snapshot.table("observation").unwrap();
        (table.rows, table.resources, table.patients)
    }

    /// The files of the table as other programs find them.
    async fn newest(&self) -> Vec<DataFile> {
        self.reopened().inner.tables.open("observation", None).await.unwrap().unwrap().files
    }
}

fn marked(files: &[DataFile]) -> Vec<Vec<u64>> {
    let rows = |file: &DataFile| {
        file.deleted.as_ref().map(|deleted| deleted.rows().iter().collect()).unwrap_or_default()
    };
    files.iter().map(rows).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_goes_is_marked_and_its_file_stays() {
    let house = House::new().await;
    let first = house.load(1, &ROWS).await.unwrap();
    let before = house.newest().await;
    // Hanako's row of the highest value is corrected.
    let corrected = [Row(Some(7), "d", 1, "4548-4", 9.0)];
    // Of six rows in nobody's order: nobody's, then those of 3, 5 and 7.
    assert_eq!(house.replace(2, &corrected, &[old(1, 4, Some(7))]).await, (6, 6, 3));
    let after = house.newest().await;
    assert_eq!(marked(&after), [vec![4], vec![]]);
    assert_eq!((&after[0].path, after[0].rows), (&before[0].path, 5));
    assert_eq!(house.ask(KEYS).await, ["a", "b", "c", "d", "e"]);
    // No way of asking brings the old row back.
    for (question, expect) in [
        ("select max(value) from observation", "12.5"),
        ("select count(*) from observation", "5"),
        ("select count(value) from observation where value > 50", "0"),
        ("select value from observation where patient_id = 7 and resource_key = 'd'", "9.0"),
        ("select count(*) from observation where value = 99 or code = 'only-hanako'", "1"),
        ("select value from observation order by value desc limit 1", "12.5"),
    ] {
        assert_eq!(house.ask(question).await, [expect], "{question}");
    }
    // A study that keeps the snapshot before sees what it saw.
    let reader = house.reader_at(PurposeOfUse::Research, Some(first)).await.unwrap();
    assert_eq!(answer(&reader, "select max(value) from observation").await, ["99.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_of_many_loads_add_up_and_many_mean_a_new_file() {
    let house = House::new().await;
    let many: Vec<Row> =
        (0..40).map(|line| Row(Some(10 + line), "k", 1 + line, "718-7", 1.0)).collect();
    house.load(1, &many).await.unwrap();
    // Who has no other row is counted no more.
    assert_eq!(house.replace(2, &[], &[old(1, 3, Some(12))]).await, (39, 39, 39));
    assert_eq!(house.replace(3, &[], &[old(1, 40, Some(49))]).await, (38, 38, 38));
    assert_eq!(marked(&house.newest().await), [vec![2, 39]]);
    let more: Vec<OldRow> = (11..22).map(|line| old(1, line, Some(9 + line))).collect();
    assert_eq!(house.replace(4, &[], &more).await, (27, 27, 27));
    let files = house.newest().await;
    assert_eq!((files.len(), files[0].rows_stored(), marked(&files)), (1, 27, vec![vec![]]));
    assert_eq!(files[0].patients, Some((10, 48)));
    // All of them: nothing is left, and nothing is left behind.
    let rest: Vec<OldRow> = (1..=40).map(|line| old(1, line, Some(9 + line))).collect();
    assert_eq!(house.replace(5, &[], &rest).await, (0, 0, 0));
    assert!(house.newest().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_looked_for_where_its_people_are_and_nobody_s_too() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    // Nobody with this number is in any file.
    assert_eq!(house.replace(2, &[], &[old(1, 5, Some(8))]).await, (6, 6, 3));
    assert_eq!(house.replace(3, &[], &[old(1, 6, None)]).await, (5, 5, 3));
    assert_eq!(marked(&house.newest().await), [vec![0]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_s_look_and_an_opt_out_hold_over_marked_rows() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    house.replace(2, &[Row(Some(7), "d", 1, "4548-4", 9.0)], &[old(1, 4, Some(7))]).await;
    house.opt_out(7).await;
    assert_eq!(house.ask(KEYS).await, ["a", "b", "c"]);
    assert_eq!(house.ask("select max(value) from observation").await, ["12.5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_reach_into_every_row_group() {
    let house = House::new().await;
    // A little more than one group, five rows to a person.
    let many: Vec<Row> =
        (0..125_000).map(|row| Row(Some(1 + row / 5), "k", 1 + row, "718-7", 1.0)).collect();
    house.load(1, &many).await.unwrap();
    let gone = [old(1, 1, Some(1)), old(1, 124_000, Some(24_800))];
    assert_eq!(house.replace(2, &[], &gone).await, (124_998, 124_998, 25_000));
    assert_eq!(marked(&house.newest().await), [vec![0, 123_999]]);
    for (question, expect) in [
        ("select count(*) from observation", "124998"),
        ("select count(*) from observation where patient_id = 24800", "4"),
        ("select count(*) from observation where patient_id = 1", "4"),
        ("select sum(value) from observation where patient_id > 24700", "1499.0"),
    ] {
        assert_eq!(house.ask(question).await, [expect], "{question}");
    }
}
