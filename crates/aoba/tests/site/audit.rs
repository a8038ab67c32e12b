//! An auditor's work from outside: a key, checkpoints that left the machine, an export, and a
//! program without a home that verifies it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::house::{House, people};
use crate::web::Server;

/// A house that sends its checkpoints to a folder beside it, and that folder.
fn house() -> (House, PathBuf) {
    let house = House::new();
    let worm = house.input().join("worm");
    fs::create_dir(&worm).unwrap();
    house.set(&format!("[audit]\ncheckpoints_to = [{:?}]\n", worm.to_str().unwrap()));
    house.run(&["ingest", "--quiet", people().to_str().unwrap()]);
    (house, worm)
}

/// The program as an auditor runs it: no home is there.
fn auditor(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aoba"));
    command.args(arguments).env("AOBA_LANG", "en").env("AOBA_HOME", "/no/such/home");
    command.output().unwrap()
}

fn verify(file: &Path, key: &str, rest: &[&str]) -> Result<String, String> {
    let file = file.to_str().unwrap();
    let mut arguments = vec!["audit", "verify", "--offline", file, "--key", key];
    arguments.extend(rest);
    let output = auditor(&arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

fn export(house: &House, name: &str, rest: &[&str]) -> PathBuf {
    let file = house.input().join(name);
    let mut arguments = vec!["audit", "export", "--out", file.to_str().unwrap()];
    arguments.extend(rest);
    house.run(&arguments);
    file
}

#[test]
fn a_load_ends_with_a_checkpoint_that_leaves_the_machine() {
    let (house, worm) = house();
    let sent: Vec<_> = fs::read_dir(&worm).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(sent.len(), 1, "{sent:?}");
    let note = fs::read_to_string(&sent[0]).unwrap();
    let key = house.run(&["audit", "key"]);
    assert!(note.starts_with(key.split('+').next().unwrap()), "{note}{key}");
    house.run(&["audit", "verify", "--checkpoints", worm.to_str().unwrap()]);
    // One is made by hand of what came since.
    house.number("select count(*) from patient");
    let printed = house.run(&["audit", "checkpoint"]);
    assert!(printed.contains("— aoba/"), "{printed}");
    assert_eq!(fs::read_dir(&worm).unwrap().count(), 2);
}

#[test]
fn a_place_that_is_away_stops_no_load_and_gets_everything_later() {
    let (house, worm) = house();
    let away = worm.with_extension("away");
    fs::rename(&worm, &away).unwrap();
    house.number("select count(*) from patient");
    let loaded = house.attempt(&["ingest", "--quiet", people().to_str().unwrap()]);
    assert!(loaded.status.success());
    let told = String::from_utf8_lossy(&loaded.stderr);
    assert!(told.contains("did not get the checkpoints"), "{told}");
    assert!(house.refuse(&["audit", "checkpoint"]).contains("are sent later"));
    fs::rename(&away, &worm).unwrap();
    house.run(&["audit", "checkpoint"]);
    assert!(fs::read_dir(&worm).unwrap().count() >= 2);
}

#[test]
fn an_export_is_verified_without_a_home_and_a_changed_letter_is_found() {
    let (house, worm) = house();
    house.number("select count(*) from patient");
    let key = house.run(&["audit", "key"]);
    let (key, worm) = (key.trim(), worm.to_str().unwrap());
    let file = export(&house, "audit.ndjson", &[]);
    let told = verify(&file, key, &["--checkpoints", worm]).unwrap();
    assert!(told.contains("all ") && told.contains("held against 2 checkpoints"), "{told}");
    let alone = verify(&file, key, &[]).unwrap();
    assert!(alone.contains("without --checkpoints nobody can tell"), "{alone}");
    let text = fs::read_to_string(&file).unwrap();
    let changed = house.write("changed.ndjson", text.replacen("\"sql\"", "\"sqx\"", 1));
    let told = verify(&changed, key, &[]).unwrap_err();
    assert!(told.contains("the row was changed"), "{told}");
    let cut: String = text.lines().take(5).map(|line| format!("{line}\n")).collect();
    assert!(verify(&house.write("cut.ndjson", cut), key, &[]).is_err());
    // The key may lie in a file, and another house's is told.
    let key_file = house.write("key.txt", key);
    verify(&file, key_file.to_str().unwrap(), &[]).unwrap();
    let other = House::with_people().run(&["audit", "key"]);
    assert!(verify(&file, other.trim(), &[]).unwrap_err().contains("another key"));
}

#[test]
fn an_export_holds_what_was_asked_for_and_is_recorded_first() {
    let (house, worm) = house();
    let number = house.number("select min(patient_id) from patient").to_string();
    house.run(&["opt-out", &number, "--reason", "letter"]);
    house.number("select count(*) from patient");
    let key = house.run(&["audit", "key"]);
    let worm = worm.to_str().unwrap();
    let file = export(&house, "one.ndjson", &["--patient", &number, "--checkpoints", worm]);
    let told = verify(&file, key.trim(), &["--checkpoints", worm]).unwrap();
    let rows: Vec<Value> = fs::read_to_string(&file)
        .unwrap()
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["seq"].is_number())
        .collect();
    assert!(!rows.is_empty() && told.contains(&format!("{} rows of", rows.len())), "{told}");
    let object = format!("patient/{number}");
    assert!(rows.iter().all(|row| row["object"] == object.as_str()), "{rows:?}");
    assert!(rows.iter().any(|row| row["act"] == "opt-out"));
    assert_eq!(rows.last().unwrap()["act"], "audit.export");
    let table = export(&house, "audit.csv", &["--format", "csv", "--from", "2026-01-01"]);
    let table = fs::read_to_string(table).unwrap();
    assert!(table.starts_with("seq,at,") && table.lines().count() > 5);
    let taken = house.refuse(&["audit", "export", "--out", file.to_str().unwrap()]);
    assert!(taken.contains("is there already"), "{taken}");
}

#[test]
fn an_auditor_of_the_demonstration_sees_who_saw_a_patient_and_where_checkpoints_are() {
    let house = House::new();
    let worm = house.input().join("worm");
    fs::create_dir(&worm).unwrap();
    house.set(&format!("[audit]\ncheckpoints_to = [{:?}]\n", worm.to_str().unwrap()));
    let server = Server::demo(&house);
    let doctor = server.signed_in("demo:doctor");
    let found = server.post("/patients", &doctor, "wanted=0000000301");
    let path = place(&found.headers);
    assert!(server.get(&path, &doctor).body.contains("佐藤"));

    let steward = server.signed_in("demo:steward");
    let found = server.post("/audit/patients", &steward, "wanted=0000000301");
    let seen = server.get(&format!("{}?lang=en", place(&found.headers)), &steward).body;
    for words in ["demo:doctor", "treatment", "demo:steward", "compliance", "looked"] {
        assert!(seen.contains(words), "{words}: {seen}");
    }
    assert!(!seen.contains("佐藤") && !seen.contains("0000000301"), "{seen}");
    let row = seen.split("href=\"/audit/rows/").nth(1).unwrap().split('"').next().unwrap();
    let row = server.get(&format!("/audit/rows/{row}?lang=en"), &steward).body;
    assert!(row.contains("The line is what was written"), "{row}");
    assert!(server.get("/audit/people/demo%3Adoctor?lang=en", &steward).body.contains("patient/"));
    assert_eq!(server.get(&path, &steward).status, 403, "no record is opened");

    // The first checkpoint is made and sent soon after the start, while pages are answered.
    let mut tries = 2_000;
    while !server.get("/audit?lang=en", &steward).body.contains(worm.to_str().unwrap()) {
        assert!(tries > 0, "no checkpoint was sent");
        tries -= 1;
    }
    assert!(fs::read_dir(&worm).unwrap().count() > 0);
    let checked = server.get("/audit/verify?lang=en", &steward).body;
    assert!(checked.contains("the audit is whole"), "{checked}");
}

fn place(headers: &str) -> String {
    let place = headers.lines().find_map(|line| line.strip_prefix("location: "));
    place.unwrap_or_else(|| panic!("it leads nowhere: {headers}")).trim().to_owned()
}

#[test]
fn a_permit_for_the_audit_answers_no_question_about_records() {
    let house = House::with_people();
    let grants = house.json(&["permit", "list", "--format", "json"]);
    let actor = grants[0]["actor"].as_str().unwrap().to_owned();
    house.run(&["permit", "grant", "--to", &actor, "--purpose", "compliance"]);
    for question in [&["sql", "select count(*) from patient"][..], &["tables"]] {
        let told = house.refuse(&[question, &["--purpose", "compliance"]].concat());
        assert!(told.contains("opens the audit log and no record"), "{told}");
    }
    let number = house.number("select min(patient_id) from patient").to_string();
    let told = house.refuse(&["opt-out", &number, "--purpose", "compliance"]);
    assert!(told.contains("compliance cannot be refused"), "{told}");
}
