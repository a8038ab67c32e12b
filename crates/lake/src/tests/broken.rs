//! Connections to the bucket that break: they are mended, or it is told, and nothing is lost.

use std::io::Read as _;
use std::time::Duration;

use vocab::{LandingId, Locale, PurposeOfUse};

use super::store::{Fault, Line, Server};
use super::{BUCKET, Place, ROWS, Row};
use crate::doctor::{Check, Depth, Finding};
use crate::landing::LandingError;
use crate::storage::Trouble;
use crate::{LakeConfig, LakeError, ReaderError, TableError};

type House = super::House<BUCKET>;

const COUNT: &str = "select count(*), sum(value) from observation";
const ALWAYS: usize = usize::MAX;

/// A house whose lake is at the other end of a line; none where there is no object store.
async fn house() -> Option<(House, Line)> {
    patient_house(3).await
}

async fn patient_house(retries_max: usize) -> Option<(House, Line)> {
    let line = Line::to(&Server::get()?.address);
    let folder = tempfile::tempdir().unwrap();
    let mut place = Place::new(BUCKET, folder.path());
    place.store.endpoint = Some(line.endpoint());
    place.store.retries_max = retries_max;
    Some((House::at(folder, place, LakeConfig::default()).await, line))
}

/// Twelve megabytes that do not pack.
fn noise() -> Vec<u8> {
    (0_u32..3_000_000).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect()
}

fn unreachable(error: &LakeError) {
    let (LakeError::Storage(told) | LakeError::Table(TableError::Storage(told))) = error else {
        panic!("{error:?}")
    };
    assert_eq!(told.trouble, Trouble::Unreachable, "{told}");
    let (en, ja) = (error.say(Locale::En).unwrap(), error.say(Locale::Ja).unwrap());
    assert!(en.contains("s3://house-") && en.contains("run the same command again"), "{en}");
    assert!(ja.contains("s3://house-") && ja.contains("もう一度実行してください"), "{ja}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_over_a_line_that_breaks_everywhere_is_a_load_like_any_other() {
    // One request may meet several of them.
    let Some((house, line)) = patient_house(8).await else { return };
    house.load(1, &ROWS).await.unwrap();
    let cut = |after_bytes| Fault::Cut { after_bytes };
    let faults = [
        ("PUT", ".parquet", Fault::Reset, 2),
        ("PUT", ".parquet", Fault::LoseAnswer, 1),
        ("PUT", "_delta_log", Fault::LoseAnswer, 1),
        ("PUT", "_delta_log", Fault::Reset, 1),
        ("PUT", "_probe", Fault::LoseAnswer, 1),
        ("POST", "delete", Fault::LoseAnswer, 1),
        ("GET", "list-type=2", cut(150), 2),
        ("GET", "_delta_log", cut(300), 2),
        ("GET", ".parquet", cut(700), 1),
        ("GET", ".parquet", Fault::Reset, 1),
        ("GET", "", Fault::Delay(Duration::from_millis(30)), 3),
    ];
    for (method, part, fault, times) in faults {
        line.break_on((method, part), fault, times);
    }
    // Another version of everything, and a table that is read through.
    house.load(2, &[Row(Some(9), "z", 1, "718-7", 3.0)]).await.unwrap();
    let lake = house.reopened();
    drop(lake.writer("later").await.unwrap());
    assert_eq!(house.ask(COUNT).await, ["6,132.6"]);
    let observation = lake.inner.tables.open("observation", None).await.unwrap().unwrap();
    assert_eq!((observation.version, observation.files.len()), (1, 2), "each commit once");
    assert!(line.met() >= 10, "only {} faults were met", line.met());
    let found = lake.doctor(Depth::Deep, &[]).await.unwrap();
    assert!(found.iter().all(|finding| finding.well), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_neither_refused_nor_made_twice() {
    let Some((house, line)) = house().await else { return };
    for load in 1..=3 {
        line.break_on(("PUT", "observation/_delta_log"), Fault::LoseAnswer, 1);
        house.load(load, &ROWS).await.unwrap();
        let table = house.reopened().inner.tables.open("observation", None).await;
        let table = table.unwrap().unwrap();
        assert_eq!((table.version, table.files.len()), (u64::from(load) - 1, usize::from(load)));
        assert_eq!(line.met(), usize::from(load));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_stays_away_is_told_and_the_load_goes_on_when_it_is_back() {
    let Some((house, line)) = house().await else { return };
    house.load(1, &ROWS).await.unwrap();
    let rows = [Row(Some(9), "z", 1, "718-7", 3.0)];
    for (method, part) in [
        ("GET", ""),
        ("PUT", "_probe"),
        ("PUT", ".parquet"),
        ("PUT", "observation/_delta_log"),
        ("PUT", "organization/_delta_log"),
    ] {
        line.break_on((method, part), Fault::Reset, ALWAYS);
        unreachable(&house.load(2, &rows).await.unwrap_err());
        line.heal();
        assert_eq!(house.ask(COUNT).await, ["5,129.6"], "{method} {part}");
    }
    house.load(2, &rows).await.unwrap();
    assert_eq!(house.ask(COUNT).await, ["6,132.6"]);
    let found = house.reopened().doctor(Depth::Deep, &[]).await.unwrap();
    assert!(found.iter().all(|finding| finding.well), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_tells_of_a_store_that_is_away_and_not_of_damage() {
    let Some((house, line)) = house().await else { return };
    house.load(1, &ROWS).await.unwrap();
    line.break_on(("", ""), Fault::Reset, ALWAYS);
    let found = house.reopened().doctor(Depth::Deep, &[LandingId([1; 32])]).await.unwrap();
    let [Finding { check: Check::Store { trouble, .. }, well: false }] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(*trouble, Some(Trouble::Unreachable));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_gets_no_answer_from_the_store_says_so() {
    let Some((house, line)) = house().await else { return };
    house.load(1, &ROWS).await.unwrap();
    let reader = house.reader(PurposeOfUse::Research).await;
    line.break_on(("GET", ".parquet"), Fault::Reset, ALWAYS);
    let error = reader.sql(COUNT).await.unwrap_err();
    let ReaderError::Storage(told) = &error else { panic!("{error:?}") };
    assert_eq!(told.trouble, Trouble::Unreachable);
    assert!(error.say(Locale::Ja).contains("応答がありません"), "{}", error.say(Locale::Ja));
    line.heal();
    line.break_on(("GET", ".parquet"), Fault::Reset, 2);
    reader.sql(COUNT).await.unwrap();
    // Whoever opens the house while the store is away is told as well.
    line.break_on(("", ""), Fault::Reset, ALWAYS);
    let permit = house.ledger.permit(&house.actor, PurposeOfUse::Research, None, "sql", "00").await;
    let opened = house.reopened().reader(permit.unwrap(), None).await;
    assert!(matches!(opened.map(drop), Err(ReaderError::Storage(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_received_file_is_kept_and_read_over_a_line_that_breaks() {
    let Some((house, line)) = house().await else { return };
    let (landing, noise) = (house.lake.landing().clone(), noise());
    let work = move || {
        // A part breaks, an answer to a part is lost, and so is the last answer of all.
        line.break_on(("PUT", "partNumber=1"), Fault::Reset, 1);
        line.break_on(("PUT", "partNumber=2"), Fault::LoseAnswer, 1);
        line.break_on(("POST", "uploadId="), Fault::LoseAnswer, 1);
        let kept = landing.keep(&mut noise.as_slice(), "noise").unwrap();
        assert_eq!(line.met(), 3);
        line.break_on(("GET", "_landing"), Fault::Cut { after_bytes: 1_000_000 }, 2);
        line.break_on(("GET", "_landing"), Fault::Reset, 1);
        let mut back = Vec::new();
        landing.read(kept.id).unwrap().read_to_end(&mut back).unwrap();
        assert!(back == noise);
        assert_eq!(line.met(), 6);
        // That it cannot be read now does not mean that it is not what was received.
        let mut reader = landing.read(kept.id).unwrap();
        line.break_on(("GET", "_landing"), Fault::Reset, ALWAYS);
        let error = LandingError::from_read(reader.read_to_end(&mut Vec::new()).unwrap_err());
        assert!(
            matches!(error, Ok(LandingError::Storage(told)) if told.trouble == Trouble::Unreachable)
        );
        assert!(matches!(landing.verify(kept.id), Err(LandingError::Storage(_))));
        line.break_on(("", ""), Fault::Reset, ALWAYS);
        let unkept = landing.keep(&mut &b"small"[..], "small");
        assert!(matches!(unkept, Err(LandingError::Storage(_))), "{unkept:?}");
        assert!(landing.holds(kept.id).is_err(), "it is not said to be missing");
        line.heal();
        landing.verify(kept.id).unwrap();
        assert!(!landing.keep(&mut &b"small"[..], "small").unwrap().already_held);
    };
    tokio::task::spawn_blocking(work).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_data_file_goes_in_parts_and_appears_whole() {
    let Some((house, line)) = house().await else { return };
    house.load(1, &ROWS).await.unwrap();
    let tables = &house.lake.inner.tables;
    let there = || house.place.tables.join("observation/big.parquet").exists();
    line.break_on(("PUT", "partNumber=2"), Fault::Reset, ALWAYS);
    let error = tables.put("observation", "big.parquet", noise()).await.unwrap_err();
    unreachable(&error.into());
    assert!(!there(), "of a file that broke off nothing is seen");
    line.heal();
    tables.put("observation", "big.parquet", noise()).await.unwrap();
    assert_eq!(std::fs::read(house.place.tables.join("observation/big.parquet")).unwrap(), noise());
}
