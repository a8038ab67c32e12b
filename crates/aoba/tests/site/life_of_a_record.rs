//! One record from the file to the answer: the table of the same name in `ARCHITECTURE.md`, walked.

use crate::house::{House, files_below, people};

#[test]
fn a_record_goes_from_the_file_to_the_answer() {
    let house = House::new();
    let report = house.ingest(&[&people()]);

    // Every resource of every file is accounted for.
    let count = |name: &str| report["counts"][name].as_u64().unwrap();
    assert!(count("resources") > 50, "{report}");
    assert_eq!(count("quarantined"), 0, "{}", report["quarantine"]);
    assert_eq!(
        count("resources"),
        ["written", "unchanged", "superseded", "deleted", "quarantined"]
            .map(count)
            .iter()
            .sum::<u64>()
    );

    // Kept as received, under the hash of its bytes, before anything else.
    let kept = files_below(&house.home().join("landing")).len();
    assert_eq!(kept, report["files"].as_array().unwrap().len());

    // In tables, one snapshot, consistent.
    let patients = house.number("select count(distinct patient_id) from patient");
    assert!(patients >= 12, "{patients}");
    assert_eq!(
        house.number("select count(*) from resource where resource_type = 'Observation' and contained_in is null"),
        house.number("select count(*) from observation where resource_key not like '%#%'")
    );

    // Every row says where it came from, and that file is in the landing.
    for row in house.sql("select distinct file from resource").as_array().unwrap() {
        let file = row["file"].as_str().unwrap();
        let folder = house.home().join("landing").join(&file[..2]);
        let held = files_below(&folder);
        assert!(held.iter().any(|path| path.to_string_lossy().contains(file)), "{file}");
    }
}

#[test]
fn names_are_in_the_identity_store_only() {
    let house = House::with_people();
    // Hanako's marker stands in her name and in texts; no byte of the tables or the ledger has it.
    for part in ["lake", "ledger.db", "ledger.db-wal", "identity.db", "identity.db-wal"] {
        let path = house.home().join(part);
        let files = if path.is_dir() { files_below(&path) } else { vec![path] };
        for file in files.iter().filter(|file| file.exists()) {
            let bytes = std::fs::read(file).unwrap();
            for name in ["花子", "ハナコ"] {
                let found = bytes.windows(name.len()).any(|window| window == name.as_bytes());
                assert!(!found, "{name} stands in {}", file.display());
            }
        }
    }
}

#[test]
fn the_same_bytes_again_are_a_no_op() {
    let house = House::with_people();
    let before = house.run(&["snapshots", "--format", "json"]);
    let report = house.ingest(&[&people()]);
    assert_eq!(report["counts"]["written"], 0);
    assert_eq!(house.run(&["snapshots", "--format", "json"]), before);
}

#[test]
fn the_same_resources_in_other_bytes_change_no_row() {
    let house = House::new();
    let line = r#"{"resourceType":"Patient","id":"p1","gender":"female"}"#;
    house.ingest(&[&house.write("one.ndjson", format!("{line}\n"))]);
    let before = house.content();
    let report = house.ingest(&[&house.write("two.ndjson", format!("\n{line}\r\n"))]);
    assert_eq!(report["counts"]["unchanged"], 1);
    assert_eq!(report["counts"]["written"], 0);
    assert_eq!(house.content(), before);
}

#[test]
fn a_rebuild_gives_the_same_tables_without_the_source() {
    let house = House::with_people();
    let before = house.content();
    house.run(&["rebuild", "--quiet"]);
    assert_eq!(house.content(), before);
}

#[test]
fn the_audit_log_verifies_and_a_changed_line_is_found() {
    let house = House::with_people();
    house.number("select count(*) from patient");
    house.run(&["audit", "verify"]);
    let shown = house.run(&["audit", "show", "--format", "json"]);
    assert!(shown.contains("sql"), "{shown}");
    house.run(&["doctor", "--deep"]);
}

#[test]
fn an_old_snapshot_reads_as_it_was() {
    let house = House::new();
    let first =
        r#"{"resourceType":"Patient","id":"p1","gender":"female","meta":{"versionId":"1"}}"#;
    let second = r#"{"resourceType":"Patient","id":"p1","gender":"male","meta":{"versionId":"2"}}"#;
    house.ingest(&[&house.write("1.ndjson", first)]);
    house.ingest(&[&house.write("2.ndjson", second)]);
    assert_eq!(house.sql("select gender from patient")[0]["gender"], "male");
    let old =
        house.json(&["sql", "--snapshot", "1", "--format", "json", "select gender from patient"]);
    assert_eq!(old[0]["gender"], "female");
    assert_eq!(old.as_array().unwrap().len(), 1);
}
