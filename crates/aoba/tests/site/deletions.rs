//! What the source has no longer is in no table by morning, and does not come back by mistake.

use serde_json::Value;

use crate::house::House;

fn patient(id: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"{id}","name":[{{"text":"Test {id}"}}],
           "identifier":[{{"system":"urn:test","value":"number-{id}"}}]}}"#
    )
    .replace('\n', " ")
}

/// An observation of p1; `updated` is its `meta`, or nothing.
fn observation(id: &str, updated: &str, value: u32) -> String {
    let meta = match updated {
        "" => String::new(),
        updated => format!(r#""meta":{{"lastUpdated":"{updated}"}},"#),
    };
    format!(
        r#"{{"resourceType":"Observation","id":"{id}",{meta}"status":"final","code":{{"text":"x"}},
           "subject":{{"reference":"Patient/p1"}},"valueQuantity":{{"value":{value}}},
           "contained":[{{"resourceType":"Specimen","id":"s","type":{{"text":"blood"}}}}],
           "extension":[{{"url":"https://example.jp/odd","valueString":"kept"}}]}}"#
    )
    .replace('\n', " ")
}

fn deletion(urls: &[&str], modified: Option<&str>) -> String {
    let response =
        modified.map(|at| format!(r#","response":{{"status":"204","lastModified":"{at}"}}"#));
    let response = response.unwrap_or_default();
    let entries: Vec<String> = urls
        .iter()
        .map(|url| format!(r#"{{"request":{{"method":"DELETE","url":"{url}"}}{response}}}"#))
        .collect();
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","))
}

fn counts(report: &Value) -> (u64, u64, u64, u64, u64) {
    let count = |name: &str| report["counts"][name].as_u64().unwrap();
    let all = ["written", "unchanged", "superseded", "deleted", "quarantined"].map(count);
    assert_eq!(count("resources"), all.iter().sum::<u64>(), "{report}");
    (all[0], all[1], all[2], all[3], all[4])
}

fn codes(report: &Value) -> Vec<&str> {
    report["quarantine"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["code"].as_str().unwrap())
        .collect()
}

fn observations(house: &House) -> Vec<String> {
    let rows = house.sql("select resource_key from observation order by resource_key");
    let keys = rows.as_array().unwrap().iter();
    keys.map(|row| row["resource_key"].as_str().unwrap().to_owned()).collect()
}

/// Everything that is in the tables, but for the load's own number.
fn everything(house: &House) -> Vec<String> {
    let mut all = Vec::new();
    for table in ["patient", "observation", "resource", "extension", "specimen", "deletion"] {
        let columns = match table {
            "resource" => "source, resource_key, version, last_updated, file, line, content_hash",
            "deletion" => "source, resource_key, version, last_updated, file, line, dated, found",
            _ => "source, resource_key, version, last_updated, file, line",
        };
        let rows = house.sql(&format!("select {columns} from {table} order by {columns}"));
        all.extend(rows.as_array().unwrap().iter().map(|row| format!("{table} {row}")));
    }
    all
}

/// The same tables come out of the landing.
fn assert_rebuilt(house: &House) {
    let before = everything(house);
    house.run(&["rebuild", "--quiet"]);
    assert_eq!(before, everything(house));
}

#[test]
fn a_deleted_resource_is_in_no_table_and_its_deletion_is_kept() {
    let house = House::new();
    let lines = [patient("p1"), observation("o1", "", 1), observation("o2", "", 2)].join("\n");
    house.ingest(&[&house.write("all.ndjson", lines)]);
    assert_eq!(house.number("select count(*) from specimen"), 2);
    let bundle = deletion(&["Observation/o1", "https://fhir.example.jp/Observation/never"], None);
    let report = house.ingest(&[&house.write("deleted.ndjson", bundle)]);
    // One was there; of the other there was nothing to delete.
    assert_eq!(counts(&report), (0, 1, 0, 1, 0));
    assert_eq!(observations(&house), ["o2"]);
    for table in ["resource", "extension", "specimen"] {
        let query = format!("select count(*) from {table} where resource_key like '%o1%'");
        assert_eq!(house.number(&query), 0, "{table}");
    }
    // Older snapshots still hold it.
    let older = house.json(&[
        "sql",
        "--snapshot",
        "1",
        "--format",
        "json",
        "select count(*) as n from observation",
    ]);
    assert_eq!(older[0]["n"], 2);
    assert_rebuilt(&house);
}

#[test]
fn a_late_older_version_does_not_undo_a_deletion_and_a_newer_one_does() {
    for modified in [None, Some("2026-02-01T00:00:00Z")] {
        let house = House::new();
        let at = |text: &str, value| observation("o1", text, value);
        let first = [patient("p1"), at("2026-01-10T00:00:00Z", 1)].join("\n");
        house.ingest(&[&house.write("1.ndjson", first)]);
        house.ingest(&[&house.write("2.ndjson", deletion(&["Observation/o1"], modified))]);
        assert_eq!(observations(&house), [""; 0]);
        let late = house.ingest(&[&house.write("3.ndjson", at("2026-01-05T00:00:00Z", 2))]);
        assert_eq!(counts(&late), (0, 0, 1, 0, 0));
        assert_eq!(observations(&house), [""; 0]);
        house.ingest(&[&house.write("4.ndjson", at("2026-03-01T00:00:00Z", 3))]);
        assert_eq!(observations(&house), ["o1"]);
        // And deleted once more, by the same words in another file.
        let again = deletion(&["Observation/o1"], Some("2026-04-01T00:00:00Z"));
        assert_eq!(counts(&house.ingest(&[&house.write("5.ndjson", again)])), (0, 0, 0, 1, 0));
        assert_eq!(observations(&house), [""; 0]);
        assert_rebuilt(&house);
    }
}

#[test]
fn a_deletion_in_doubt_leaves_the_resource_and_is_quarantined() {
    let house = House::new();
    let lines = [
        deletion(&["Observation/o1"], None),
        patient("p1"),
        observation("o1", "", 1),
        observation("o2", "2026-01-10T00:00:00Z", 2),
        deletion(&["Observation/o2"], Some("2026-01-11T00:00:00Z")),
        deletion(&["Observation?code=x"], None),
        deletion(&["Observation/o2"], Some("yesterday")),
    ];
    let report = house.ingest(&[&house.write("all.ndjson", lines.join("\n"))]);
    assert_eq!(observations(&house), ["o1"]);
    assert_eq!(codes(&report), ["deletion-and-resource", "deletion-unclear", "invalid-date"]);
    assert_rebuilt(&house);
}

#[test]
fn a_person_who_was_deleted_is_found_no_more() {
    let house = House::new();
    let lines = [patient("p1"), patient("p2")].join("\n");
    house.ingest(&[&house.write("people.ndjson", lines)]);
    let opt_out = |number: &str| house.attempt(&["opt-out", number]).status.success();
    assert!(opt_out("number-p2"));
    house.ingest(&[&house.write("deleted.json", deletion(&["Patient/p1"], None))]);
    assert_eq!(house.number("select count(*) from patient"), 0);
    assert!(!opt_out("number-p1"));
}

#[test]
fn what_a_full_load_does_not_hold_is_deleted_and_may_return() {
    let house = House::new();
    let all: Vec<String> =
        (0..20).map(|n| observation(&format!("o{n:02}"), "2026-01-10T00:00:00Z", n)).collect();
    let people = house.write("people.ndjson", patient("p1"));
    let first = house.write("1.ndjson", all.join("\n"));
    house.ingest(&[&people, &first]);
    // Another system's records are not this one's to delete.
    let other = house.write("other.ndjson", observation("x", "", 1));
    house.run(&["ingest", "--quiet", "--source", "other", other.to_str().unwrap()]);
    let full = |paths: &[&std::path::Path]| {
        let mut arguments = vec!["ingest", "--quiet", "--format", "json", "--delete-missing"];
        arguments.extend(paths.iter().map(|path| path.to_str().unwrap()));
        house.json(&arguments)
    };
    let without = house.write("2.ndjson", all[1..].join("\n"));
    let report = full(&[&people, &without]);
    assert_eq!(counts(&report), (0, 19, 0, 1, 0));
    assert_eq!(house.number("select count(*) from observation"), 20);
    assert_eq!(house.number("select count(*) from patient"), 1, "a file held already is seen too");
    assert_eq!(house.number("select count(*) from observation where resource_key = 'o00'"), 0);
    // The same files again: nothing more is missing.
    assert_eq!(counts(&full(&[&people, &without])), (0, 0, 0, 0, 0));
    // It is there again, unchanged: a full load believes its files.
    let report = full(&[&people, &house.write("3.ndjson", format!("{}\n\n", all.join("\n")))]);
    assert_eq!(counts(&report), (1, 19, 0, 0, 0));
    assert_eq!(house.number("select count(*) from observation"), 21);
    // Missing once more: the same deletion is another act.
    let report = full(&[&people, &house.write("4.ndjson", format!("{}\n\n", all[1..].join("\n")))]);
    assert_eq!(counts(&report), (0, 19, 0, 1, 0));
    assert_rebuilt(&house);
}

#[test]
fn a_full_load_that_is_cut_short_deletes_nothing() {
    let house = House::new();
    let all: Vec<String> = (0..20).map(|n| observation(&format!("o{n:02}"), "", n)).collect();
    house.ingest(&[&house.write("1.ndjson", all.join("\n"))]);
    let short = house.write("2.ndjson", all[..10].join("\n"));
    let told = house.refuse(&["ingest", "--quiet", "--delete-missing", short.to_str().unwrap()]);
    assert!(told.contains("10 of the 20") && told.contains("--delete-at-most 50"), "{told}");
    assert_eq!(house.number("select count(*) from observation"), 20);
    // A line that cannot be read may be any of the resources held.
    let broken = house.write("3.ndjson", format!("{}\n{{\"resourceType\":", all[1..].join("\n")));
    let report = house.json(&[
        "ingest",
        "--quiet",
        "--format",
        "json",
        "--delete-missing",
        broken.to_str().unwrap(),
    ]);
    assert_eq!(counts(&report), (0, 19, 0, 0, 1));
    assert_eq!(report["warnings"][0]["code"], "missing-unknown");
    assert_eq!(house.number("select count(*) from observation"), 20);
    let path = short.to_str().unwrap();
    house.run(&["ingest", "--quiet", "--delete-missing", "--delete-at-most", "50", path]);
    assert_eq!(house.number("select count(*) from observation"), 10);
}

#[test]
fn a_rebuild_believes_the_later_load_as_the_loads_did() {
    let house = House::new();
    house.ingest(&[&house.write("1.ndjson", [patient("p1"), observation("o1", "", 1)].join("\n"))]);
    house.ingest(&[&house.write("2.ndjson", observation("o1", "", 2))]);
    let value = || house.number("select cast(value_quantity as bigint) from observation");
    assert_eq!(value(), 2);
    house.run(&["rebuild", "--quiet"]);
    assert_eq!(value(), 2);
    assert_eq!(house.number("select count(*) from observation"), 1);
}
