//! A changed byte, a missing file and a half-made load are all found.

use std::path::PathBuf;

use super::{House, ROWS, Row};
use crate::LakeError;
use crate::doctor::{Check, Depth, Finding};
use crate::writer::{FaultPoint, LoadMode};

async fn unwell(house: &House, depth: Depth) -> Vec<Finding> {
    let found = house.reopened().doctor(depth, &[]).await.unwrap();
    found.into_iter().filter(|finding| !finding.well).collect()
}

fn data_file(house: &House) -> PathBuf {
    let folder = house.place.tables.join("observation");
    let mut there = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    there.find(|path| path.extension().is_some_and(|ending| ending == "parquet")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_changed_byte_of_a_table_is_found() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    assert_eq!(unwell(&house, Depth::Deep).await, []);
    let path = data_file(&house);
    let whole = std::fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 20) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(&path, changed).unwrap();
        let found = unwell(&house, Depth::Deep).await;
        assert!(matches!(&found[..], [Finding { check: Check::Table { .. }, .. }]), "byte {at}");
    }
    std::fs::write(&path, &whole[1..]).unwrap();
    assert_eq!(unwell(&house, Depth::Quick).await.len(), 1);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(unwell(&house, Depth::Quick).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_interrupted_load_shows_to_others_is_told() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let faults = FaultPoint::new(|step| match step {
        "ledger" => Err(LakeError::Stopped(step.to_owned())),
        _ => Ok(()),
    });
    let rows = [Row(Some(9), "z", 1, "718-7", 3.0)];
    house.load_with(faults, LoadMode::Add, 2, &rows, &[]).await.unwrap_err();
    let found = unwell(&house, Depth::Quick).await;
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|f| matches!(f.check, Check::Newest { differs: true, .. })));
    drop(house.lake.writer("tidy").await.unwrap());
    assert_eq!(unwell(&house, Depth::Quick).await, []);
}
