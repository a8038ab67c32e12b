//! Somebody is erased from every version of every table, at whatever step the erasure is stopped;
//! nobody else loses a row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use arrow_array::RecordBatch;
use bytes::Bytes;
use ledger::{HoldFor, LedgerError, NewErasure, NewLoad, NewStudy, Scrub, Written};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use vocab::{LandingId, PatientId, PurposeOfUse, SnapshotId, StudyId};

use super::{House, ROWS, Row, answer, batch, observation};
use crate::blocks::Blocks;
use crate::doctor::Depth;
use crate::landing::{LandingError, NewContent};
use crate::storage::Trouble;
use crate::writer::{
    Certificate, Erasing, FaultPoint, FileErasure, LinesOf, LoadMode, OldPlace, OldRow, Recall,
    RowsAgain, Speaks,
};
use crate::{Lake, LakeError};

/// Hanako's number.
const HANAKO: i64 = 7;
const ALL: &str = "select patient_id, resource_key, line, code, value from observation order by 2";
/// What is left of the first load without her: nobody's row is shown to nobody.
const OTHERS: [&str; 3] = ["3,a,1,718-7,12.5", "3,b,2,718-7,11.0", "5,c,3,4548-4,6.1"];
/// A line of somebody else in the landing that speaks of her, and of others.
const LINES: &str = "{\"id\":\"one\"}\n{\"id\":\"hers\"}\n{\"id\":\"three\"}\n";

/// Two loads: the second corrects a row of hers, and brings one of somebody else that speaks of her.
async fn house() -> (House, SnapshotId, SnapshotId, LandingId) {
    let house = House::new().await;
    let first = house.load(1, &ROWS).await.unwrap();
    let old = [OldRow {
        source: "hospital".into(),
        file: LandingId([1; 32]),
        line: 4,
        place: OldPlace::At { patients: vec![PatientId::from_stored(HANAKO)], key_hash: 0 },
    }];
    let newer =
        [Row(Some(HANAKO), "d", 1, "only-hanako", 9.0), Row(Some(3), "m", 3, "mentions", 10.0)];
    let faults = FaultPoint::default();
    let second = house.load_with(faults, LoadMode::Add, 2, &newer, &old).await.unwrap();
    let study = NewStudy {
        id: StudyId::new("S1").unwrap(),
        title_ja: "研究".to_owned(),
        title_en: "A study".to_owned(),
    };
    house.ledger.studies().record(&study, &house.actor).await.unwrap();
    house.ledger.snapshots().pin(first, &study.id, &house.actor).await.unwrap();
    let kept = house.lake.landing().keep(&mut LINES.as_bytes(), "lines").unwrap();
    (house, first, second, kept.id)
}

fn lines(file: u8, lines: &[u64]) -> LinesOf {
    BTreeMap::from([(LandingId([file; 32]), lines.iter().copied().collect())])
}

/// What erases Hanako: her rows, the line of nobody's row, and the mention in a row of 3's.
fn erasing(house: &House, kept: LandingId) -> Erasing {
    let again = batch(&[Row(Some(3), "m", 3, "cut", 10.0)]);
    Erasing {
        begun: NewErasure {
            id: vocab::ErasureId(1),
            by: house.actor.clone(),
            reason: "request 1".to_owned(),
            patients: vec![PatientId::from_stored(HANAKO).unwrap()],
            tombstones: vec![11, 12],
        },
        owners: Vec::new(),
        scrub: Scrub::default(),
        landing: vec![FileErasure {
            file: kept,
            content: NewContent::Lines(BTreeMap::from([(2, Vec::new())])),
            lines: vec![2],
        }],
        gone: lines(1, &[6]),
        cut: lines(2, &[3]),
        again: vec![RowsAgain {
            table: "observation".to_owned(),
            batch: again,
            file: LandingId([2; 32]),
            source: Arc::from("hospital"),
        }],
        specs: vec![observation()],
        speaks: Speaks::new(|text| text == "mentions"),
        certificate: Certificate {
            actor: house.actor.to_string(),
            reason: "request 1".to_owned(),
            ..Certificate::default()
        },
    }
}

async fn erase(
    house: &House,
    kept: LandingId,
    faults: FaultPoint,
) -> Result<Certificate, LakeError> {
    let mut writer = house.lake.writer_with("erase", faults).await?;
    let new = NewLoad {
        source: "lake".to_owned(),
        command: "erase".to_owned(),
        actor: house.actor.clone(),
    };
    let load = house.ledger.loads().begin(writer.lease(), new).await.unwrap();
    writer.erase(load, erasing(house, kept)).await
}

/// Every cell of every data file that lies in a table's folder, whatever names it.
fn cells(house: &House, table: &str) -> String {
    let folder = house.place.tables.join(table);
    let mut said = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "parquet") {
            let bytes = Bytes::from(std::fs::read(path).unwrap());
            let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap();
            let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
            said += &format!("{batches:?}");
        }
    }
    said
}

async fn seen(house: &House, lake: &Lake, snapshot: SnapshotId) -> Vec<String> {
    let actor = &house.actor;
    let permit =
        house.ledger.permit(actor, PurposeOfUse::Research, None, "sql", "0").await.unwrap();
    answer(&lake.reader(permit, Some(snapshot)).await.unwrap(), ALL).await
}

/// Nothing of her is anywhere, and everybody else has what they had.
async fn is_erased(house: &House, first: SnapshotId, second: SnapshotId, kept: LandingId) {
    let lake = house.reopened();
    assert_eq!(seen(house, &lake, first).await, OTHERS);
    let and = |row: &str| OTHERS.into_iter().chain([row]).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(seen(house, &lake, second).await, and("3,m,3,,10.0"));
    let newest = house.ledger.snapshots().latest().await.unwrap().unwrap();
    assert_eq!(seen(house, &lake, newest.id).await, and("3,m,3,cut,10.0"));
    let table = newest.table("observation").unwrap();
    assert_eq!((table.rows, table.resources, table.patients), (4, 4, 2));
    let said = cells(house, "observation");
    for part in ["only-hanako", "mentions", "nobody", "99.0", "\"d\"", "\"e\"", "\"f\""] {
        assert!(!said.contains(part), "{part}: {said}");
    }
    let folder = house.place.tables.join("observation/_delta_log");
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains(&format!("\\\"patient_id\\\":{HANAKO}")), "{text}");
    }
    let mut text = String::new();
    std::io::Read::read_to_string(&mut lake.landing().read(kept).unwrap(), &mut text).unwrap();
    assert_eq!(text, "{\"id\":\"one\"}\n\n{\"id\":\"three\"}\n");
    let found = lake.doctor(Depth::Deep, &[kept]).await.unwrap();
    let unwell: Vec<_> = found.iter().filter(|finding| !finding.well).collect();
    assert!(unwell.is_empty(), "{unwell:?}");
    is_written_down(house).await;
    let left: Vec<_> = std::fs::read_dir(house.folder.path().join("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!house.folder.path().join("erasing.json").exists());
}

/// The ledger knows of every file that lies there what it is, and of every version what it says.
async fn is_written_down(house: &House) {
    let (book, table) = (house.ledger.lake_files(), "observation");
    let folder = house.place.tables.join(table);
    let mut lying = BTreeMap::new();
    for below in ["", "_delta_log/"] {
        for entry in std::fs::read_dir(folder.join(below)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if entry.path().is_file() {
                let blocks = Blocks::of(&std::fs::read(entry.path()).unwrap());
                lying.insert(format!("{below}{name}"), blocks.hashes().to_vec());
            }
        }
    }
    let written = book.of_table(table).await.unwrap();
    let written: BTreeMap<_, _> =
        written.into_iter().map(|file| (file.path, file.blocks)).collect();
    assert_eq!(written, lying);
    for snapshot in house.ledger.snapshots().readable().await.unwrap() {
        let version = snapshot.table(table).unwrap().delta_version.unsigned_abs();
        let said = book.version(table, version).await.unwrap();
        assert!(matches!(said, Written::Digest(_)), "version {version}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_snapshot_rests_on_goes_with_an_erasure_and_no_backup_is_made_meanwhile() {
    let (house, first, second, kept) = house().await;
    let home = house.folder.path();
    let damaged = ".damaged/observation-1/x.parquet";
    let left = [
        ("before-upgrade/step-0006-ledger.db", home.join("before-upgrade/step-0006-ledger.db")),
        (damaged, house.place.tables.join(damaged)),
    ];
    for (_, path) in &left {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "Hanako").unwrap();
    }
    let copying = house.ledger.hold_files(HoldFor::Copying).unwrap();
    let refused = erase(&house, kept, FaultPoint::default()).await.map(drop);
    assert!(matches!(refused, Err(LakeError::Ledger(LedgerError::FilesHeld))), "{refused:?}");
    assert!(!house.lake.is_erasing());
    drop(copying);
    let certificate = erase(&house, kept, FaultPoint::default()).await.unwrap();
    is_erased(&house, first, second, kept).await;
    for (name, path) in left {
        assert!(!path.exists(), "{name}");
        let told = certificate.files.iter().find(|file| file.file.ends_with(name)).unwrap();
        assert_eq!((&told.after, told.sizes), (&None, (6, 0)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_erased_is_in_no_version_and_nobody_else_loses_a_row() {
    let (house, first, second, kept) = house().await;
    // A reader that has read before: what it remembers of files must not mislead it.
    assert_eq!(seen(&house, &house.lake, first).await.len(), 5);
    let sizes = |house: &House| {
        let folder = house.place.tables.join("observation");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let files = files.filter(|entry| entry.path().is_file());
        files
            .map(|entry| {
                (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len())
            })
            .collect::<BTreeMap<_, _>>()
    };
    let before = sizes(&house);
    let certificate = erase(&house, kept, FaultPoint::default()).await.unwrap();
    is_erased(&house, first, second, kept).await;
    assert_eq!(seen(&house, &house.lake, first).await, OTHERS);
    let after = sizes(&house);
    assert!(
        before.iter().all(|(name, size)| after.get(name) == Some(size)),
        "{before:?} {after:?}"
    );

    assert_eq!(certificate.removed.rows["observation"], 4, "{certificate:?}");
    assert_eq!(certificate.removed.rows_counting, 3);
    assert_eq!((certificate.holes.len(), certificate.holes[0].rows["observation"]), (1, 3));
    assert!(certificate.files.iter().all(|file| file.after.as_ref() != Some(&file.before)));
    let far: Vec<_> =
        certificate.recall.iter().filter(|one| matches!(one, Recall::Bucket { .. })).collect();
    assert_eq!(far.len(), usize::from(house.place.url.is_some()), "{far:?}");
    let kept_as = house.ledger.erasures().certificate(vocab::ErasureId(1)).await.unwrap().unwrap();
    assert_eq!(serde_json::from_str::<Certificate>(&kept_as).unwrap(), certificate);

    // The house goes on: loads, compaction, and what is left is what was left.
    house.load(3, &[Row(Some(9), "z", 1, "718-7", 3.0)]).await.unwrap();
    let newest = house.ledger.snapshots().latest().await.unwrap().unwrap();
    assert_eq!(seen(&house, &house.lake, newest.id).await.len(), 5);
    assert_eq!(seen(&house, &house.lake, first).await, OTHERS);
}

/// The names of all steps.
async fn steps() -> Vec<String> {
    let (house, _, _, kept) = house().await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&seen);
    let faults = FaultPoint::new(move |step| {
        to.lock().unwrap().push(step.to_owned());
        Ok(())
    });
    erase(&house, kept, faults).await.unwrap();
    seen.lock().unwrap().clone()
}

fn stopping_at(number: usize) -> FaultPoint {
    let left = Mutex::new(number);
    FaultPoint::new(move |step| {
        let mut left = left.lock().unwrap();
        match *left {
            0 => Err(LakeError::Stopped(step.to_owned())),
            _ => {
                *left -= 1;
                Ok(())
            }
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_step_an_erasure_stops_at_the_next_writer_carries_it_out() {
    let steps = steps().await;
    let kinds: BTreeSet<&str> = steps.iter().filter_map(|step| step.split(' ').next()).collect();
    for kind in
        ["journal", "begin", "half", "landing", "file", "part", "log", "ledger", "clean", "done"]
    {
        assert!(kinds.contains(kind), "{steps:?}");
    }
    for (number, name) in steps.iter().enumerate() {
        let (house, first, second, kept) = house().await;
        let stopped = erase(&house, kept, stopping_at(number)).await;
        assert!(matches!(stopped, Err(LakeError::Stopped(_))), "{name}");
        // At every step everybody else is seen, in every snapshot.
        let lake = house.reopened();
        for (snapshot, expect) in [(first, 3), (second, 4)] {
            let rows = seen(&house, &lake, snapshot).await;
            let others = rows.iter().filter(|row| !row.starts_with("7,"));
            assert_eq!(others.count(), expect, "{name}: {rows:?}");
        }
        let begun = !matches!(name.as_str(), "prepare" | "journal");
        if begun && name != "begin" {
            let rows = seen(&house, &lake, first).await;
            assert!(rows.iter().all(|row| !row.starts_with("7,")), "{name}: {rows:?}");
        }
        // A second stop, a little further, and then to the end.
        let again = lake.writer_with("later", stopping_at(3)).await;
        assert!(again.is_ok() || begun, "{name}");
        drop(again);
        drop(lake.writer("at last").await.unwrap());
        if !begun {
            assert_eq!(seen(&house, &lake, first).await.len(), 5, "{name}: nothing was begun");
            erase(&house, kept, FaultPoint::default()).await.unwrap();
        }
        is_erased(&house, first, second, kept).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_erased_is_told_and_nothing_changes() {
    let (house, first, _, kept) = house().await;
    let tree = |house: &House| {
        let mut files = BTreeMap::new();
        let table = house.place.tables.join("observation");
        for folder in [table.clone(), table.join("_delta_log"), house.folder.path().join("tmp")] {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                files.insert(path.clone(), std::fs::read(&path).ok());
            }
        }
        files
    };
    let before = tree(&house);
    let writer = house.lake.writer("erase").await.unwrap();
    let told = writer.would_erase(erasing(&house, kept)).await.unwrap();
    drop(writer);
    assert_eq!((told.erasure, told.removed.rows["observation"]), (0, 4));
    assert!(told.say(vocab::Locale::En).contains("Nothing was changed"));
    assert!(tree(&house) == before);
    assert_eq!(seen(&house, &house.lake, first).await.len(), 5);
    let done = erase(&house, kept, FaultPoint::default()).await.unwrap();
    assert_eq!((done.files, done.holes), (told.files, told.holes), "as it was told");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_disk_is_full_nothing_is_erased_until_there_is_room() {
    let (house, first, second, kept) = house().await;
    let tmp = house.folder.path().join("tmp");
    let mount = ["-t", "tmpfs", "-o", "size=64k", "tmpfs"];
    let mounted = std::process::Command::new("mount").args(mount).arg(&tmp).status();
    if !mounted.is_ok_and(|status| status.success()) {
        println!("SKIPPED: a small file system cannot be mounted here, so no disk can be full");
        return;
    }
    let filler = tmp.join("filler");
    while let Ok(mut file) = std::fs::File::options().append(true).create(true).open(&filler)
        && std::io::Write::write_all(&mut file, &[0; 4096]).is_ok()
    {}
    let full = erase(&house, kept, FaultPoint::default()).await;
    let left = tmp.join("erase").exists();
    let people = seen(&house, &house.lake, first).await.len();
    std::process::Command::new("umount").arg(&tmp).status().unwrap();
    match full.unwrap_err() {
        LakeError::Storage(error) | LakeError::Landing(LandingError::Storage(error)) => {
            assert_eq!(error.trouble, Trouble::DiskFull);
            assert!(error.to_string().contains("free some space"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    assert!(!left && people == 5 && !house.lake.is_erasing());
    erase(&house, kept, FaultPoint::default()).await.unwrap();
    is_erased(&house, first, second, kept).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_original_comes_back_only_after_the_erasure_was_lifted() {
    let (house, _, _, kept) = house().await;
    erase(&house, kept, FaultPoint::default()).await.unwrap();
    let landing = house.lake.landing();
    let read = || {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut landing.read(kept).unwrap(), &mut text).unwrap();
        text
    };
    let again = landing.keep(&mut LINES.as_bytes(), "lines").unwrap();
    assert!(again.already_held && read() != LINES);
    assert_eq!(landing.lift(&[vocab::ErasureId(9)]).unwrap(), 0);
    assert!(landing.keep(&mut LINES.as_bytes(), "lines").unwrap().already_held);
    assert_eq!(landing.lift(&[vocab::ErasureId(1)]).unwrap(), 0);
    assert!(!landing.keep(&mut LINES.as_bytes(), "lines").unwrap().already_held);
    assert_eq!(read(), LINES);
    landing.verify(kept).unwrap();
    assert_eq!(landing.ids().unwrap(), [kept]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_a_person_are_found_in_every_version() {
    let (house, ..) = house().await;
    let writer = house.lake.writer("look").await.unwrap();
    let found = writer.lines_of(&[PatientId::from_stored(HANAKO).unwrap()]).await.unwrap();
    let expect = BTreeMap::from([
        (LandingId([1; 32]), BTreeSet::from([4, 5])),
        (LandingId([2; 32]), BTreeSet::from([1])),
    ]);
    assert_eq!(found, expect);
}
