//! Keeping the lake small: the commands as the administrator runs them.

use crate::house::House;

#[test]
fn many_small_files_become_few_and_old_snapshots_go_but_for_what_a_study_keeps() {
    let house = House::with_people();
    for number in 1..=3 {
        let patient = format!("{{\"resourceType\":\"Patient\",\"id\":\"extra-{number}\"}}");
        house.ingest(&[&house.write("p.ndjson", patient)]);
    }
    let before = house.content();
    let told = house.json(&["optimize", "--quiet", "--format", "json"]);
    let patient = told["tables"].as_array().unwrap().iter().find(|t| t["table"] == "patient");
    assert_eq!(patient.unwrap()["files_after"], 1, "{told}");
    assert_eq!(house.content(), before);
    let again = house.json(&["optimize", "--quiet", "--format", "json"]);
    assert_eq!(again["snapshot"], serde_json::Value::Null);
    assert!(
        house.refuse(&["snapshots", "pin", "1", "--study", "S1"]).contains("aoba study record")
    );
    house.run(&["study", "record", "S1", "--title-ja", "研究", "--title-en", "A study"]);
    assert_eq!(house.json(&["study", "list", "--format", "json"])[0]["title_en"], "A study");
    house.run(&["snapshots", "pin", "1", "--study", "S1"]);
    let expire = ["snapshots", "expire", "--keep", "1", "--older-than-days", "0"];
    let dry: Vec<&str> = expire.iter().copied().chain(["--dry-run"]).collect();
    assert!(house.run(&dry).starts_with("3 snapshots would expire, 2 stay"));
    assert!(house.run(&expire).starts_with("3 snapshots expired, 2 stay"));
    let at = |number: &str| {
        let question = "select count(*) as n from patient";
        house.attempt(&["sql", "--snapshot", number, "--format", "json", question])
    };
    assert!(at("1").status.success(), "a study keeps it");
    let late = at("2");
    assert!(String::from_utf8_lossy(&late.stderr).contains("expired"), "{late:?}");
    assert_eq!(house.content(), before);
    house.run(&["doctor", "--deep"]);
    house.run(&["audit", "verify"]);
    let list = house.json(&["snapshots", "--format", "json"]);
    assert_eq!(list[4]["pinned_by"], "S1", "{list}");
    // Loads go on as ever.
    house.ingest(&[&house.write("q.ndjson", "{\"resourceType\":\"Patient\",\"id\":\"extra-4\"}")]);
    assert_eq!(house.number("select count(*) from patient where resource_key like 'extra-%'"), 4);
    house.run(&["rebuild", "--quiet"]);
    assert_eq!(house.number("select count(*) from patient where resource_key like 'extra-%'"), 4);
}

/// Somebody who reads the first line and closes the pipe is no reason to fail; a full disk is.
#[test]
fn a_command_ends_well_where_nobody_reads_and_fails_where_nothing_can_be_written() {
    let house = House::with_people();
    let command = || house.command(&["optimize"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = command().stdout(writer).output().unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && errors.is_empty(), "{errors}");
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ended = command().stdout(full).output().unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{errors}");
    assert!(errors.contains("cannot print") && !errors.contains("panicked"), "{errors}");
}
