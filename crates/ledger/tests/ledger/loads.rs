//! Loads end whole or not at all, and their reports add up.

use std::time::Instant;

use ledger::{
    Counts, FileReport, LandingFile, LandingState, Ledger, LedgerError, LoadCommit, LoadOutcome,
    NewLoad, PatientKeys, QuarantineRow, SnapshotKind, SnapshotTable, WarningCount, WriterLease,
};
use vocab::{IssueCode, LandingId, LoadId, SnapshotId};

use crate::house::{House, maker};

pub(crate) fn new_load() -> NewLoad {
    NewLoad { source: "hospital".to_owned(), command: "ingest".to_owned(), actor: maker() }
}

fn table(rows: u64) -> SnapshotTable {
    SnapshotTable {
        table: "patient".to_owned(),
        delta_version: 3,
        definition_hash: "abc".to_owned(),
        rows,
        resources: rows,
        patients: rows,
        files: 1,
        size_bytes: 10,
    }
}

fn file(counts: Counts) -> FileReport {
    let name = "Patient.ndjson".to_owned();
    FileReport { landing: LandingId([1; 32]), name, already_held: false, counts }
}

pub(crate) fn quarantined(line: u64) -> QuarantineRow {
    QuarantineRow {
        landing: LandingId([1; 32]),
        file: "Patient.ndjson".to_owned(),
        line: Some(line),
        code: IssueCode::BrokenJson,
        path: None,
        detail: "at byte 3".to_owned(),
    }
}

/// Commits a load of one file with this quarantine.
pub(crate) async fn commit(
    house: &House,
    keys: PatientKeys,
    quarantine: Vec<QuarantineRow>,
) -> (LoadId, SnapshotId) {
    let lease = house.ledger.writer_lease("ingest").await.unwrap();
    commit_with(&house.ledger, &lease, keys, quarantine).await
}

pub(crate) async fn commit_with(
    ledger: &Ledger,
    lease: &WriterLease,
    keys: PatientKeys,
    quarantine: Vec<QuarantineRow>,
) -> (LoadId, SnapshotId) {
    let load = ledger.loads().begin(lease, new_load()).await.unwrap();
    let bad = quarantine.len() as u64;
    let counts = Counts {
        lines: bad + 2,
        resources: bad + 2,
        written: 2,
        quarantined: bad,
        ..Counts::default()
    };
    let commit = LoadCommit {
        anew: false,
        load,
        kind: SnapshotKind::Ingest,
        tables: vec![table(2)],
        files: vec![file(counts)],
        quarantine,
        warnings: vec![],
        keys,
    };
    (load, ledger.loads().commit(lease, commit).await.unwrap())
}

#[tokio::test]
async fn a_load_is_told_whole() {
    let house = House::new().await;
    let ledger = &house.ledger;
    let lease = ledger.writer_lease("ingest").await.unwrap();
    let load = ledger.loads().begin(&lease, new_load()).await.unwrap();
    let landing = LandingFile {
        id: LandingId([1; 32]),
        name: "Patient.ndjson".to_owned(),
        size_bytes: 100,
        stored_bytes: 30,
        kind: "zst".to_owned(),
    };
    let landings = ledger.landings();
    assert_eq!(landings.state("hospital", landing.id).await.unwrap(), None);
    landings.record(&lease, load, &[landing.clone(), landing.clone()]).await.unwrap();
    let state = landings.state("hospital", landing.id).await.unwrap();
    assert_eq!(state, Some(LandingState::Received));
    assert_eq!(ledger.loads().report(load).await.unwrap().load.outcome, LoadOutcome::Running);

    let counts = Counts {
        lines: 9,
        resources: 9,
        written: 2,
        unchanged: 1,
        superseded: 3,
        deleted: 2,
        quarantined: 1,
    };
    let warning = WarningCount {
        code: IssueCode::ForeignReference,
        path: Some("subject".to_owned()),
        detail: String::new(),
        cases: 40,
        first_file: Some("Patient.ndjson".to_owned()),
        first_line: Some(2),
    };
    let commit = LoadCommit {
        anew: false,
        load,
        kind: SnapshotKind::Ingest,
        tables: vec![table(2)],
        files: vec![file(counts)],
        quarantine: vec![quarantined(5)],
        warnings: vec![warning.clone()],
        keys: ledger.patient_keys().await.unwrap(),
    };
    let snapshot = ledger.loads().commit(&lease, commit).await.unwrap();

    let report = ledger.loads().report(load).await.unwrap();
    assert!(report.adds_up());
    assert_eq!(report.totals, counts);
    assert_eq!(report.load.outcome, LoadOutcome::Committed);
    assert_eq!(report.load.snapshot, Some(snapshot));
    assert_eq!((report.quarantine_rows, report.quarantine), (1, vec![quarantined(5)]));
    assert_eq!(report.warnings, [warning]);
    assert_eq!(report.files, [file(counts)]);
    let state = landings.state("hospital", landing.id).await.unwrap();
    assert_eq!(state, Some(LandingState::Taken(snapshot)));
    assert_eq!(landings.state("clinic", landing.id).await.unwrap(), None);
    let held = landings.in_order(0).await.unwrap();
    assert_eq!((held.len(), held[0].file.clone(), held[0].arrival), (1, landing, 1));
    let latest = ledger.snapshots().latest().await.unwrap().unwrap();
    assert_eq!((latest.id, latest.parent, latest.load), (snapshot, None, load));
    assert_eq!(latest.table("patient"), Some(&table(2)));
    assert_eq!(ledger.snapshots().list(10).await.unwrap(), [latest]);
}

#[tokio::test]
async fn counts_that_lose_a_resource_commit_nothing_at_all() {
    let house = House::new().await;
    let lease = house.ledger.writer_lease("ingest").await.unwrap();
    let load = house.ledger.loads().begin(&lease, new_load()).await.unwrap();
    let keys = house.ledger.patient_keys().await.unwrap();
    keys.learn("hospital", "a", [("urn:x", "1")]);
    let before = house.acts(&maker()).await.len();
    let lost = Counts { lines: 3, resources: 3, written: 2, ..Counts::default() };
    let commit = LoadCommit {
        anew: false,
        load,
        kind: SnapshotKind::Ingest,
        tables: vec![table(2)],
        files: vec![file(lost)],
        quarantine: vec![],
        warnings: vec![],
        keys,
    };
    let refused = house.ledger.loads().commit(&lease, commit).await.err().unwrap();
    assert!(matches!(refused, LedgerError::CountsDisagree { resources: 3, accounted: 2, .. }));
    assert_eq!(house.ledger.snapshots().latest().await.unwrap(), None);
    assert_eq!(house.acts(&maker()).await.len(), before);
    let known = house.ledger.patient_keys().await.unwrap().by_identifier("urn:x", "1");
    assert_eq!(known, None);
    house.ledger.loads().fail(&lease, load, "counts").await.unwrap();
    assert_eq!(house.ledger.loads().list(1).await.unwrap()[0].outcome, LoadOutcome::Failed);
}

#[tokio::test]
async fn a_quarantined_resource_without_a_reason_is_refused() {
    let house = House::new().await;
    let lease = house.ledger.writer_lease("ingest").await.unwrap();
    let load = house.ledger.loads().begin(&lease, new_load()).await.unwrap();
    let counts = Counts { lines: 2, resources: 2, quarantined: 2, ..Counts::default() };
    let commit = LoadCommit {
        anew: false,
        load,
        kind: SnapshotKind::Ingest,
        tables: vec![],
        files: vec![file(counts)],
        quarantine: vec![quarantined(1)],
        warnings: vec![],
        keys: house.ledger.patient_keys().await.unwrap(),
    };
    let refused = house.ledger.loads().commit(&lease, commit).await.err().unwrap();
    assert!(matches!(refused, LedgerError::QuarantineIncomplete { .. }), "{refused}");
}

#[tokio::test]
async fn what_a_load_learned_is_known_to_the_next() {
    let house = House::new().await;
    let keys = house.ledger.patient_keys().await.unwrap();
    let a = keys.learn("hospital", "a", [("urn:x", "1"), ("urn:x", "2")]);
    commit(&house, keys, vec![]).await;
    let keys = house.ledger.patient_keys().await.unwrap();
    assert_eq!(keys.by_identifier("urn:x", "2"), Some(a));
    // The same again is no fault, and no second row.
    keys.learn("hospital", "a", [("urn:x", "2"), ("urn:x", "3")]);
    let (_, snapshot) = commit(&house, keys, vec![]).await;
    let snapshot = house.ledger.snapshots().get(snapshot).await.unwrap();
    assert_eq!(snapshot.parent, Some(SnapshotId(1)));
    let missing = house.ledger.snapshots().get(SnapshotId(9)).await.err().unwrap();
    assert!(matches!(missing, LedgerError::NoSnapshot(SnapshotId(9))));
}

#[tokio::test]
async fn a_load_ends_once() {
    let house = House::new().await;
    let keys = house.ledger.patient_keys().await.unwrap();
    let (load, _) = commit(&house, keys, vec![]).await;
    let lease = house.ledger.writer_lease("ingest").await.unwrap();
    let refused = house.ledger.loads().finish_unchanged(&lease, load, &[]).await.err().unwrap();
    let committed = LoadOutcome::Committed;
    assert!(matches!(refused, LedgerError::LoadEnded { outcome, .. } if outcome == committed));
    let missing = house.ledger.loads().report(LoadId(99)).await.err().unwrap();
    assert!(matches!(missing, LedgerError::NoLoad(LoadId(99))));
}

#[tokio::test]
async fn a_load_without_a_writer_was_interrupted() {
    let house = House::new().await;
    let loads = house.ledger.loads();
    let lease = house.ledger.writer_lease("ingest").await.unwrap();
    let first = loads.begin(&lease, new_load()).await.unwrap();
    drop(lease);
    house.until_free().await;
    assert_eq!(loads.list(9).await.unwrap()[0].outcome, LoadOutcome::Interrupted);
    let lease = house.ledger.writer_lease("ingest").await.unwrap();
    let second = loads.begin(&lease, new_load()).await.unwrap();
    let outcome_of = async |id| loads.report(id).await.unwrap().load.outcome;
    assert_eq!(outcome_of(first).await, LoadOutcome::Interrupted);
    assert_eq!(outcome_of(second).await, LoadOutcome::Running);
    let held = FileReport { already_held: true, ..file(Counts::default()) };
    loads.finish_unchanged(&lease, second, std::slice::from_ref(&held)).await.unwrap();
    let report = loads.report(second).await.unwrap();
    assert_eq!((report.load.outcome, report.files), (LoadOutcome::Unchanged, vec![held]));
}

#[tokio::test]
async fn a_hundred_thousand_quarantined_lines_are_kept_in_order() {
    let house = House::new().await;
    let keys = house.ledger.patient_keys().await.unwrap();
    let begun = Instant::now();
    let (load, _) = commit(&house, keys, (1..=100_000).map(quarantined).collect()).await;
    println!("100,000 quarantine rows: {:?}", begun.elapsed());
    let report = house.ledger.loads().report(load).await.unwrap();
    assert_eq!((report.quarantine_rows, report.quarantine.len()), (100_000, 1_000));
    let last = house.ledger.loads().quarantine(load, 99_998, 10).await.unwrap();
    assert_eq!(last, [quarantined(99_999), quarantined(100_000)]);
}

#[tokio::test]
async fn a_report_is_json_without_surprises() {
    let house = House::new().await;
    let keys = house.ledger.patient_keys().await.unwrap();
    let (load, _) = commit(&house, keys, vec![quarantined(7)]).await;
    let report = house.ledger.loads().report(load).await.unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["quarantine"][0]["code"], "broken-json");
    assert_eq!(json["files"][0]["landing"], "01".repeat(32));
    assert_eq!(json["load"]["outcome"], "committed");
    assert!(json["load"]["started"].as_str().unwrap().starts_with("2027-01-15T"));
}

#[tokio::test]
async fn a_rebuild_takes_files_of_every_source_and_an_ingest_its_own() {
    let house = House::new().await;
    let (loads, landings) = (house.ledger.loads(), house.ledger.landings());
    let lease = house.ledger.writer_lease("ingest").await.unwrap();
    let landing = LandingFile {
        id: LandingId([1; 32]),
        name: "Patient.ndjson".to_owned(),
        size_bytes: 100,
        stored_bytes: 30,
        kind: "zst".to_owned(),
    };
    for source in ["clinic", "hospital"] {
        let new = NewLoad { source: source.to_owned(), ..new_load() };
        let load = loads.begin(&lease, new).await.unwrap();
        landings.record(&lease, load, std::slice::from_ref(&landing)).await.unwrap();
    }
    let state = async |source| landings.state(source, landing.id).await.unwrap();
    let keys = house.ledger.patient_keys().await.unwrap();
    let (_, first) = commit_with(&house.ledger, &lease, keys.clone(), vec![]).await;
    assert_eq!(state("hospital").await, Some(LandingState::Taken(first)));
    assert_eq!(state("clinic").await, Some(LandingState::Received));
    let rebuild = NewLoad { command: "rebuild".to_owned(), ..new_load() };
    let commit = LoadCommit {
        anew: false,
        load: loads.begin(&lease, rebuild).await.unwrap(),
        kind: SnapshotKind::Rebuild,
        tables: vec![table(2)],
        files: vec![file(Counts::default())],
        quarantine: vec![],
        warnings: vec![],
        keys,
    };
    let second = loads.commit(&lease, commit).await.unwrap();
    assert_eq!(state("hospital").await, Some(LandingState::Taken(first)));
    assert_eq!(state("clinic").await, Some(LandingState::Taken(second)));
    let arrivals: Vec<_> = landings.in_order(0).await.unwrap();
    let arrivals: Vec<_> = arrivals.iter().map(|held| (held.arrival, &*held.source)).collect();
    assert_eq!(arrivals, [(1, "clinic"), (2, "hospital")]);
}

#[tokio::test]
async fn a_load_whose_patient_has_anothers_number_is_refused_whole() {
    let house = House::new().await;
    let keys = house.ledger.patient_keys().await.unwrap();
    keys.learn("hospital", "a", []);
    commit(&house, keys.clone(), vec![]).await;
    // No two keys are known that meet, so the known patient is made another one behind the
    // ledger's back.
    house.tamper("update patient set fingerprint = fingerprint + 1").await;
    let lease = house.ledger.writer_lease("ingest").await.unwrap();
    keys.learn("hospital", "a", []);
    keys.learn("hospital", "b", []);
    let commit = LoadCommit {
        anew: false,
        load: house.ledger.loads().begin(&lease, new_load()).await.unwrap(),
        kind: SnapshotKind::Ingest,
        tables: vec![table(2)],
        files: vec![],
        quarantine: vec![],
        warnings: vec![],
        keys,
    };
    let refused = house.ledger.loads().commit(&lease, commit).await.err().unwrap();
    assert!(matches!(refused, LedgerError::NumbersMet), "{refused}");
    assert_eq!(house.ledger.snapshots().list(9).await.unwrap().len(), 1);
    assert!(house.ledger.identity().find("hospital/b").await.unwrap().is_empty());
}
