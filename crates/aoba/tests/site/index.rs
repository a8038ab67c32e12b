//! `aoba index`: the index of events answers as the evaluator does, whatever has happened since it
//! was made; and where it does not know, it does not answer.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::house::House;

const SOURCE: &str = "invented-hospital";

/// The people of the stories are in every made hospital.
const PEOPLE: u64 = 12;

/// A made hospital with its index.
fn hospital(patients: &str) -> House {
    let house = House::new();
    let home = house.home();
    let made = ["synth", "--quiet", "--patients", patients, "--seed", "5", "--into"];
    house.run(&[&made[..], &[home.to_str().unwrap()]].concat());
    let told = updated(&house, &[]);
    assert_eq!(told["updated"]["work"], "everybody");
    assert_eq!(told["index"]["people"], PEOPLE + patients.parse::<u64>().unwrap());
    house
}

fn updated(house: &House, more: &[&str]) -> Value {
    house.json(&[&["index", "--quiet", "--format", "json"][..], more].concat())
}

/// Definitions of several forms, into files.
fn definitions(house: &House) -> Vec<String> {
    let asked = [
        "entry first visit ever\n require any lab ever",
        "entry all diagnosis ever\n require any visit ever with kind is \"inpatient\"\n exclude any death ever",
        "entry first lab ever with value >= 10 g/dL\n require observed lab in [index - 30d, index]\n exit at coverage.end",
        "entry first drug ever\n require age at index >= 40\n require sex is \"female\"",
    ];
    let file = |(number, text): (usize, &&str)| {
        let text = text.replace("require ", "require \"kept\" ja \"選択\" ");
        let text = text.replace("exclude ", "exclude \"left\" ja \"除外\" ");
        let text = format!("cohort asked_{number} version 1 \"asked\" ja \"照会\"\n\n  {text}\n");
        let path = house.write(&format!("asked_{number}.cohort"), text);
        path.to_str().unwrap().to_owned()
    };
    asked.iter().enumerate().map(file).collect()
}

fn attrition(house: &House, file: &str, engine: &str, purpose: &str) -> Value {
    let asked = ["cohort", "attrition", "--quiet", "--format", "json", "--engine", engine];
    house.json(&[&asked[..], &["--purpose", purpose, file]].concat())
}

/// Asks all three, and says how many people there are in all cohorts together.
fn agree(house: &House, files: &[String], when: &str) -> u64 {
    let mut people = 0;
    for file in files {
        let of = |engine: &str, purpose: &str| {
            let mut told = attrition(house, file, engine, purpose);
            assert_eq!(told["engine"].take(), engine, "{when}: {file}");
            told
        };
        // Whoever said no said it for research.
        let index = of("index", "research");
        for engine in ["evaluator", "sql"] {
            assert_eq!(index, of(engine, "research"), "{engine}, {when}: {file}");
        }
        let index = of("index", "operations");
        assert_eq!(index, of("evaluator", "operations"), "{when}: {file}");
        people += index["kept"]["people"]["exactly"].as_u64().unwrap_or(0);
    }
    people
}

/// The numbers of a cohort, and who gave them.
fn count(house: &House, file: &str, engine: &str) -> Value {
    let count = ["cohort", "count", "--quiet", "--format", "json", "--purpose", "operations"];
    house.json(&[&count[..], &["--engine", engine, file]].concat())
}

fn ingest(house: &House, name: &str, lines: &[Value]) -> String {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let file = house.write(name, text);
    let ingest = ["ingest", "--quiet", "--source", SOURCE, file.to_str().unwrap()];
    let output = house.attempt(&ingest);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A day: a new visit that stays, a first visit far earlier than any, a death, a deletion.
fn day() -> Vec<Value> {
    let subject = |number: usize| json!({ "reference": format!("Patient/p-{number:07}") });
    let visit = |id: &str, number: usize, start: &str| {
        json!({
            "resourceType": "Encounter", "id": id, "status": "finished", "class": { "code": "IMP" },
            "subject": subject(number), "period": { "start": start, "end": start },
        })
    };
    let entry = json!([{ "request": { "method": "DELETE", "url": "Patient/p-0000004" } }]);
    vec![
        visit("new-1", 2, "2025-03-01T10:00:00+09:00"),
        visit("new-2", 3, "1971-03-01T10:00:00+09:00"),
        json!({ "resourceType": "Patient", "id": "p-0000900", "gender": "male", "birthDate": "1950" }),
        visit("new-3", 900, "2025-04-01T10:00:00+09:00"),
        json!({ "resourceType": "Bundle", "type": "transaction", "entry": entry }),
    ]
}

#[test]
fn the_index_says_what_the_tables_say_whatever_has_happened() {
    let house = hospital("40");
    let files = definitions(&house);
    assert!(agree(&house, &files, "as made") > 60);
    for file in &files {
        let (index, evaluator) = (count(&house, file, "index"), count(&house, file, "evaluator"));
        for what in ["people", "periods", "people_asked", "data", "sha256"] {
            assert_eq!(index[what], evaluator[what], "{file}, {what}");
        }
    }
    assert_eq!(updated(&house, &[])["updated"]["work"], "nothing");

    // A load brings it up to date itself, of those who changed.
    assert_eq!(ingest(&house, "day.ndjson", &day()), "");
    assert_eq!(updated(&house, &[])["updated"]["work"], "nothing");
    assert_eq!(updated(&house, &[])["index"]["segments"], 2);
    agree(&house, &files, "after a day");

    // Whoever says no is excluded when it is asked, and not before.
    house.run(&["opt-out", &format!("{SOURCE}/p-0000003")]);
    agree(&house, &files, "after an opt-out");

    // The same rows in other files are the same events.
    house.run(&["optimize", "--whole", "--quiet"]);
    agree(&house, &files, "after optimize");
    assert_eq!(updated(&house, &[])["updated"]["work"], "nothing");

    // Two numbers become one person.
    let link = json!({
        "resourceType": "Patient", "id": "p-0000900", "gender": "male", "birthDate": "1950",
        "meta": { "lastUpdated": "2027-01-01T00:00:00Z" },
        "link": [{ "type": "seealso", "other": { "reference": "Patient/p-0000002" } }],
    });
    assert_eq!(ingest(&house, "link.ndjson", &[link]), "");
    agree(&house, &files, "after a link");

    // Made anew it says the same, and every byte is what was written.
    let before: Vec<Value> =
        files.iter().map(|file| attrition(&house, file, "index", "operations")).collect();
    assert_eq!(updated(&house, &["--anew"])["updated"]["work"], "everybody");
    let after = files.iter().map(|file| attrition(&house, file, "index", "operations"));
    assert_eq!(after.collect::<Vec<_>>(), before);
    house.run(&["index", "--check"]);
}

/// A definition with outputs, one that samples, and one that is matched to another.
fn told_definitions(house: &House) -> Vec<String> {
    let asked = [
        (
            "stayed",
            "entry first visit ever\n  variable sugar = last lab ever\n  outcome died = first death in [index, exit]",
        ),
        ("some", "entry all diagnosis ever\n  sample 7 seed 3"),
        (
            "others",
            "uses cohort old version 1\n\n  entry first lab ever\n  matched to cohort old ratio 2 on sex seed 5",
        ),
        ("old", "entry first visit ever\n  require \"old\" ja \"高齢\" age at index >= 60"),
    ];
    let file = |(name, text): &(&str, &str)| {
        let text = format!("cohort {name} version 1 \"asked\" ja \"照会\"\n  {text}\n");
        house.write(&format!("{name}.cohort"), text).to_str().unwrap().to_owned()
    };
    asked.iter().map(file).collect()
}

#[test]
fn results_members_and_overlap_are_the_same_by_whatever_engine() {
    let house = hospital("40");
    house.run(&["opt-out", &format!("{SOURCE}/p-0000003")]);
    let files = told_definitions(&house);
    let [stayed, some, others] = [&files[0], &files[1], &files[2]];
    let told = |what: &[&str], engine: &str| {
        let more = ["--quiet", "--format", "json", "--engine", engine];
        let mut told = house.json(&[&["cohort"], what, &more].concat());
        assert_eq!(told["engine"].take(), engine, "{what:?}");
        told
    };
    let questions: [&[&str]; 8] = [
        &["results", stayed],
        &["members", stayed],
        &["overlap", stayed, some],
        &["count", some],
        &["results", some],
        &["members", some],
        &["count", others],
        &["members", others],
    ];
    for question in questions {
        let evaluator = told(question, "evaluator");
        assert_eq!(told(question, "index"), evaluator, "{question:?}");
        if !question.contains(&others.as_str()) {
            assert_eq!(told(question, "sql"), evaluator, "{question:?}");
        }
    }
    for file in [some, others] {
        let told = told(&["members", file], "index");
        assert!(told["members"].as_array().unwrap().len() > 6, "{told}");
    }
    let refused = house.refuse(&["cohort", "count", "--engine", "sql", others]);
    assert!(refused.contains("matched"), "{refused}");
}

#[test]
fn an_index_that_is_not_of_the_snapshot_does_not_answer() {
    let house = hospital("12");
    let file = &definitions(&house)[0];
    // Another snapshot than the newest.
    ingest(&house, "day.ndjson", &day());
    let old = ["cohort", "count", "--snapshot", "1", "--engine", "index", file];
    let (en, ja) = (house.refuse(&old), house.refuse(&[&old[..], &["--lang", "ja"]].concat()));
    assert!(en.contains("aoba index") && ja.contains("索引"), "{en}{ja}");
    let any = ["cohort", "count", "--snapshot", "1", "--format", "json", file];
    assert_eq!(house.json(&any)["engine"], "evaluator");

    // It is not known who changed: it is made anew, when somebody says so.
    let lists = house.home().join("index/changed");
    assert_eq!(fs::read_dir(&lists).unwrap().count(), 0, "lists are removed once they are used");
    house.run(&["rebuild", "--quiet"]);
    let any = ["cohort", "count", "--format", "json", file];
    assert_eq!(house.json(&any)["engine"], "evaluator");
    let more = json!({ "resourceType": "Patient", "id": "p-0000901" });
    let told = ingest(&house, "more.ndjson", &[more]);
    assert!(told.contains("aoba index"), "{told}");
    assert_eq!(updated(&house, &[])["updated"]["work"], "everybody");
    assert_eq!(house.json(&any)["engine"], "index");

    // Other settings make other events of the same rows.
    house.set("[cohort]\ndays_after_last_visit = 30\n");
    assert_eq!(house.json(&any)["engine"], "evaluator");
    assert_eq!(updated(&house, &[])["updated"]["work"], "everybody");
    agree(&house, &definitions(&house), "with other settings");
}

#[test]
fn a_damaged_index_is_told_and_the_tables_answer() {
    let house = hospital("12");
    let file = &definitions(&house)[1];
    let any = ["cohort", "count", "--purpose", "operations", "--format", "json", file];
    let whole = house.json(&any);
    assert_eq!(whole["engine"], "index");
    let segment = |house: &House| {
        let entries = fs::read_dir(house.home().join("index")).unwrap();
        let mut paths = entries.map(|entry| entry.unwrap().path());
        paths.find(|path| path.extension().is_some_and(|end| end == "timeline")).unwrap()
    };
    let path = segment(&house);
    let bytes = fs::read(&path).unwrap();
    for at in [20, bytes.len() / 2, bytes.len() - 40] {
        let mut changed = bytes.clone();
        changed[at] ^= 4;
        put(&path, &changed);
        let told = house.refuse(&["index", "--check"]);
        assert!(told.contains("damaged"), "byte {at}: {told}");
        let output = house.attempt(&any);
        let mut answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // Either the byte is not among those that the question needs, or the tables are asked.
        if answer["engine"] != "index" {
            assert!(said.contains("the tables are asked"), "byte {at}: {said}");
            answer["engine"] = json!("index");
        }
        assert_eq!(answer, whole, "byte {at}");
    }
    put(&path, &bytes[..bytes.len() / 2]);
    assert_eq!(house.json(&any)["engine"], "evaluator");
    assert_eq!(updated(&house, &[])["updated"]["work"], "everybody");
    assert_eq!(house.json(&any)["engine"], "index");
}

fn put(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

#[test]
fn whoever_is_erased_is_in_no_index() {
    let house = House::new();
    let out = house.input().join("hospital");
    house.run(&["synth", "--quiet", "--patients", "12", "--out", out.to_str().unwrap()]);
    let files = out.join("fhir");
    house.run(&["ingest", "--quiet", "--source", SOURCE, files.to_str().unwrap()]);
    let people = updated(&house, &[])["index"]["people"].as_u64().unwrap();
    let reason = "request 7";
    house.run(&["erase", &format!("{SOURCE}/p-0000003"), "--reason", reason, "--quiet"]);
    assert!(!house.home().join("index").exists());
    let told = updated(&house, &[]);
    assert_eq!(told["index"]["people"], people - 1);
    agree(&house, &definitions(&house), "after an erasure");
}

#[test]
fn what_there_is_nothing_of_is_not_indexed() {
    let house = House::new();
    let home = house.home();
    fs::create_dir_all(&home).unwrap();
    let (en, ja) = (house.refuse(&["index"]), house.refuse(&["index", "--lang", "ja"]));
    assert!(en.contains("aoba ingest") && ja.contains("aoba"), "{en}{ja}");
    let house = hospital("12");
    let text = house.run(&["index", "--lang", "ja"]);
    assert!(text.contains("索引は最新です") && text.contains("24人"), "{text}");
}
