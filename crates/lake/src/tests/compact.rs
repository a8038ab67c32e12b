//! Small files are put together, old snapshots go, and no row is lost on the way.

use std::sync::{Arc, Mutex};

use ledger::{HoldFor, LedgerError, NewLoad, NewStudy};
use vocab::{PurposeOfUse, SnapshotId, StudyId};

use super::{House, ROWS, Row, answer};
use crate::writer::{Compacted, Compaction, FaultPoint, LoadMode, OldPlace, OldRow, ReportParts};
use crate::{LakeConfig, LakeError, ReaderError};

const ALL: &str = "select patient_id, resource_key, line, code, value, tags, load, file \
                   from observation order by resource_key, load";

impl House {
    async fn compact(
        &self,
        faults: FaultPoint,
    ) -> Result<(Vec<Compacted>, Option<SnapshotId>), LakeError> {
        let mut writer = self.lake.writer_with("optimize", faults).await?;
        let new = NewLoad {
            source: "lake".to_owned(),
            command: "optimize".to_owned(),
            actor: self.actor.clone(),
        };
        let load = self.ledger.loads().begin(writer.lease(), new).await.unwrap();
        let how = Compaction { whole: true, ..Compaction::default() };
        let rows = Mutex::new(0);
        let done = writer.compact(load, how, &|more| *rows.lock().unwrap() += more).await?;
        if done.1.is_none() {
            self.ledger.loads().finish_unchanged(writer.lease(), load, &[]).await.unwrap();
        }
        Ok(done)
    }

    /// The names of the data files of a table that lie in its folder.
    fn files(&self, table: &str) -> Vec<String> {
        let names = std::fs::read_dir(self.place.tables.join(table)).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".parquet")).collect()
    }

    /// Loads in which the same people come again and again, and nobody too.
    async fn loads(&self, count: u8) {
        for file in 1..=count {
            let line = i64::from(file);
            let keys: [&str; 3] =
                [["a", "b", "c", "d"], ["e", "f", "g", "h"], ["i", "j", "k", "l"]]
                    .map(|keys| keys[usize::from(file) % 4]);
            let rows = [
                Row(Some(7), keys[0], 10 - line, "718-7", 1.0),
                Row(Some(3 + line), keys[1], line, "718-7", 2.0),
                Row(None, keys[2], line, "nobody", 0.5),
            ];
            self.load(file, &rows).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_rows_lie_in_one_file_in_the_order_of_people() {
    let house = House::new().await;
    house.loads(4).await;
    let before = house.ask(ALL).await;
    let counts = |id| {
        let snapshots = house.ledger.snapshots();
        async move {
            let table = snapshots.get(id).await.unwrap().table("observation").unwrap().clone();
            (table.rows, table.resources, table.patients)
        }
    };
    let newest = house.ledger.snapshots().latest().await.unwrap().unwrap().id;
    let (tables, snapshot) = house.compact(FaultPoint::default()).await.unwrap();
    assert_eq!(house.ask(ALL).await, before);
    assert_eq!(counts(snapshot.unwrap()).await, counts(newest).await);
    let observation = tables.iter().find(|table| table.table == "observation").unwrap();
    assert_eq!((observation.files_before, observation.files_after), (4, 1));
    // A person's rows lie together, by file and line, as one load of everything would lay them.
    let table = house.ledger.snapshots().latest().await.unwrap().unwrap();
    let version = table.table("observation").unwrap().delta_version.unsigned_abs();
    let at = house.lake.open_at("observation", version).await.unwrap();
    assert_eq!(at.files.len(), 1);
    assert_eq!(at.files[0].patients, Some((4, 7)));
    let lines = house.ask("select line from observation where patient_id = 7").await;
    assert_eq!(lines, ["9", "8", "7", "4", "6"]);
    // Nothing more to do.
    let (tables, snapshot) = house.compact(FaultPoint::default()).await.unwrap();
    assert_eq!((tables, snapshot), (Vec::new(), None));
    // The gate holds as before.
    house.opt_out(7).await;
    assert_eq!(house.ask("select count(*) from observation where patient_id = 7").await, ["0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn very_many_files_are_put_together_in_rounds() {
    // Each row comes as a file of its own.
    let config = LakeConfig { memory_bytes_max: 1, threads: 2, ..LakeConfig::default() };
    let house = House::with(config).await;
    let mut writer = house.lake.writer("test").await.unwrap();
    let new = NewLoad {
        source: "hospital".to_owned(),
        command: "test".to_owned(),
        actor: house.actor.clone(),
    };
    let load = house.ledger.loads().begin(writer.lease(), new).await.unwrap();
    let keys = house.ledger.patient_keys().await.unwrap();
    let mut filling = writer.begin(load, LoadMode::Add, &[super::observation()]).await.unwrap();
    for line in 0..150_i64 {
        let row = [Row(Some(1 + line * 37 % 23), "k", 1 + line, "718-7", 1.0)];
        let file = vocab::LandingId([1; 32]);
        filling.push("observation", super::batch(&row), file, &"hospital".into()).await.unwrap();
    }
    let (files, quarantine, warnings) = (Vec::new(), Vec::new(), Vec::new());
    filling.commit(ReportParts { files, quarantine, warnings, keys }).await.unwrap();
    drop(writer);
    assert_eq!(house.files("observation").len(), 150);
    let by_person = "select patient_id, line from observation order by patient_id, line";
    let before = house.ask(by_person).await;
    let (tables, _) = house.compact(FaultPoint::default()).await.unwrap();
    assert_eq!((tables[0].files_before, tables[0].files_after), (150, 1));
    assert_eq!(house.ask(by_person).await, before);
    // In the order of people and lines, as one file lays them; and nothing lies about.
    assert_eq!(house.ask("select patient_id, line from observation").await, before);
    assert_eq!(house.files("observation").len(), 151);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_marked_are_left_out_and_no_mark_stays() {
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
    let before = house.ask(ALL).await;
    house.compact(FaultPoint::default()).await.unwrap();
    assert_eq!(house.ask(ALL).await, before);
    let newest = house.lake.inner.tables.open("observation", None).await.unwrap().unwrap();
    assert!(newest.files.iter().all(|file| file.deleted.is_none()), "{:?}", newest.files);
    assert_eq!((newest.files.len(), newest.files[0].rows_stored()), (1, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_step_it_stops_at_the_rows_are_all_there_once() {
    let house = House::new().await;
    house.loads(3).await;
    let seen = Arc::new(Mutex::new(0));
    let to = Arc::clone(&seen);
    let count = FaultPoint::new(move |_| {
        *to.lock().unwrap() += 1;
        Ok(())
    });
    house.compact(count).await.unwrap();
    let steps = *seen.lock().unwrap();
    assert!(steps >= 7, "{steps}");
    for stop_at in 0..steps {
        let house = House::new().await;
        house.loads(3).await;
        let before = house.ask(ALL).await;
        let left = Mutex::new(stop_at);
        let faults = FaultPoint::new(move |step| {
            let mut left = left.lock().unwrap();
            if *left == 0 {
                return Err(LakeError::Stopped(step.to_owned()));
            }
            *left -= 1;
            Ok(())
        });
        house.compact(faults).await.unwrap_err();
        assert_eq!(house.ask(ALL).await, before, "stopped at step {stop_at}");
        let lake = house.reopened();
        drop(lake.writer("later").await.unwrap());
        let newest = lake.inner.tables.open("observation", None).await.unwrap().unwrap();
        let rows: u64 = newest.files.iter().map(|file| file.rows).sum();
        assert_eq!(rows, 9, "as others read it after step {stop_at}");
        house.compact(FaultPoint::default()).await.unwrap();
        assert_eq!(house.ask(ALL).await, before, "again after step {stop_at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_expired_snapshots_name_is_freed_and_what_a_study_keeps_is_not() {
    let house = House::new().await;
    let first = house.load(1, &ROWS).await.unwrap();
    let second = house.load(2, &[Row(Some(9), "z", 1, "718-7", 3.0)]).await.unwrap();
    house.compact(FaultPoint::default()).await.unwrap();
    let study = StudyId::new("S1").unwrap();
    let snapshots = house.ledger.snapshots();
    let unknown = snapshots.pin(first, &study, &house.actor).await;
    assert!(matches!(unknown, Err(LedgerError::NoStudy(_))));
    let new = NewStudy { id: study.clone(), title_ja: "研究".into(), title_en: "Study".into() };
    house.ledger.studies().record(&new, &house.actor).await.unwrap();
    snapshots.pin(first, &study, &house.actor).await.unwrap();
    let expire = |ids: Vec<SnapshotId>| {
        let (lake, ledger, actor) = (house.lake.clone(), house.ledger.clone(), house.actor.clone());
        async move {
            let writer = lake.writer("expire").await.unwrap();
            let expired = ledger.snapshots().expire(writer.lease(), &ids, &actor).await.unwrap();
            let readable = ledger.snapshots().readable().await.unwrap();
            let hold = ledger.hold_files(HoldFor::Removing).unwrap();
            (expired, writer.free(&hold, &readable, false).await.unwrap().files)
        }
    };
    // The newest stays whatever is asked.
    let newest = snapshots.latest().await.unwrap().unwrap().id;
    let (expired, files) = expire(vec![first, second, newest]).await;
    assert_eq!((expired, files), (vec![second], 2), "the second load's file of each table");
    let kept = house.reader_at(PurposeOfUse::Research, Some(first)).await.unwrap();
    assert_eq!(answer(&kept, "select count(*) from observation").await, ["5"]);
    let late = house.reader_at(PurposeOfUse::Research, Some(second)).await;
    assert!(matches!(
        late.map(drop),
        Err(ReaderError::Ledger(LedgerError::SnapshotExpired { .. }))
    ));
    assert!(matches!(
        snapshots.pin(second, &study, &house.actor).await,
        Err(LedgerError::SnapshotExpired { .. })
    ));
    assert!(snapshots.unpin(first, &study, &house.actor).await.unwrap());
    assert!(!snapshots.unpin(first, &study, &house.actor).await.unwrap());
    assert_eq!(expire(vec![first]).await, (vec![first], 2));
    assert_eq!(house.files("observation").len(), 1);
    assert_eq!(house.ask("select count(*) from observation").await, ["6"]);
    let found = house.lake.doctor(crate::doctor::Depth::Deep, &[]).await.unwrap();
    assert!(found.iter().all(|finding| finding.well), "{found:?}");
}
