//! A load that stops at any step leaves the snapshot before it, and the next writer tidies up.

use std::sync::{Arc, Mutex};

use vocab::PurposeOfUse;

use super::{House, ROWS, Row, answer};
use crate::LakeError;
use crate::writer::{FaultPoint, LoadMode, OldPlace, OldRow};

const COUNT: &str = "select count(*), sum(value) from observation";
const NEWER: [Row; 2] = [Row(Some(3), "a", 1, "718-7", 20.0), Row(Some(9), "z", 2, "718-7", 3.0)];

fn old() -> OldRow {
    OldRow {
        source: "hospital".into(),
        file: vocab::LandingId([1; 32]),
        line: 1,
        place: OldPlace::Unknown,
    }
}

/// The names of all steps of the second load.
async fn steps() -> Vec<String> {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&seen);
    let faults = FaultPoint::new(move |step| {
        to.lock().unwrap().push(step.to_owned());
        Ok(())
    });
    house.load_with(faults, LoadMode::Add, 2, &NEWER, &[old()]).await.unwrap();
    seen.lock().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_step_a_load_stops_at_there_is_before_or_after_and_nothing_between() {
    let steps = steps().await;
    assert!(steps.len() >= 7, "{steps:?}");
    for (number, name) in steps.iter().enumerate() {
        let house = House::new().await;
        let first = house.load(1, &ROWS).await.unwrap();
        let left = Mutex::new(number);
        let faults = FaultPoint::new(move |step| {
            let mut left = left.lock().unwrap();
            match *left {
                0 => Err(LakeError::Stopped(step.to_owned())),
                _ => {
                    *left -= 1;
                    Ok(())
                }
            }
        });
        let stopped = house.load_with(faults, LoadMode::Add, 2, &NEWER, &[old()]).await;
        assert!(matches!(stopped, Err(LakeError::Stopped(_))), "{name}");
        let is_after = name == "committed";
        let expect = if is_after { "6,140.1" } else { "5,129.6" };
        assert_eq!(house.ask(COUNT).await, [expect], "stopped at {name}");

        // A program started later: it heals, loads again, and ends where it should.
        let lake = house.reopened();
        let writer = lake.writer("later").await.unwrap();
        assert_eq!(writer.healed().tables.is_empty(), !name_changes_a_log(&steps, number));
        drop(writer);
        assert_eq!(house.ask(COUNT).await, [expect], "healed after {name}");
        let newest = lake.inner.tables.open("observation", None).await.unwrap().unwrap();
        let rows: u64 = newest.files.iter().map(|file| file.rows).sum();
        assert_eq!(rows, if is_after { 7 } else { 6 }, "as others read it after {name}");
        only_named_files_lie_there(&house, &newest.files);
        if !is_after {
            house
                .load_with(FaultPoint::default(), LoadMode::Add, 2, &NEWER, &[old()])
                .await
                .unwrap();
            assert_eq!(house.ask(COUNT).await, ["6,140.1"], "again after {name}");
        }
        let reader = house.reader_at(PurposeOfUse::Research, Some(first)).await.unwrap();
        assert_eq!(answer(&reader, COUNT).await, ["5,129.6"], "first after {name}");
    }
}

/// Whether a table's log was changed before this step, and no ledger row yet names it.
fn name_changes_a_log(steps: &[String], stopped: usize) -> bool {
    let before = steps.get(..stopped).unwrap();
    before.iter().any(|step| step.starts_with("log ")) && steps[stopped] != "committed"
}

/// Files of the interrupted load are gone; those of the first snapshot and the newest are there.
fn only_named_files_lie_there(house: &House, newest: &[crate::delta::DataFile]) {
    let folder = house.place.tables.join("observation");
    let there = std::fs::read_dir(folder).unwrap().filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.ends_with(".parquet").then_some(name)
    });
    for name in there {
        let named = newest.iter().any(|file| file.path == name);
        assert!(named || name.starts_with("part-000001-"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_load_that_stops_leaves_an_empty_house_that_can_be_filled() {
    let house = House::new().await;
    let faults = FaultPoint::new(|step| match step {
        "ledger" => Err(LakeError::Stopped(step.to_owned())),
        _ => Ok(()),
    });
    house.load_with(faults, LoadMode::Add, 1, &ROWS, &[]).await.unwrap_err();
    let reader = house.reader(PurposeOfUse::Research).await;
    assert!(reader.table_names().is_empty());
    house.load(1, &ROWS).await.unwrap();
    assert_eq!(house.ask(COUNT).await, ["5,129.6"]);
}
