//! `aoba cohort count`, `attrition` and `explain`: definitions asked of the people of a house,
//! through permit, gate and disclosure control.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::house::House;

const EVERYBODY: &str = r#"cohort visitors version 1 "who was ever seen" ja "受診者"

  entry first visit
  exit at coverage.end
"#;

const INPATIENTS: &str = r#"cohort inpatients version 1 "who stayed" ja "入院歴"

  entry first visit
  require "stayed" ja "入院" any visit ever with kind is "inpatient"
  exit at coverage.end
"#;

/// Patients with one visit each on 10 May 2024; the second half of them stays.
fn hospital(house: &House, patients: usize) -> PathBuf {
    let mut lines = String::new();
    for number in 0..patients {
        let patient = json!({
            "resourceType": "Patient", "id": format!("p{number}"), "gender": "female",
            "birthDate": "1970-01-01",
        });
        let visit = visit(number, if number * 2 < patients { "AMB" } else { "IMP" }, "finished");
        writeln!(lines, "{patient}\n{visit}").unwrap();
    }
    house.write("hospital.ndjson", lines)
}

fn visit(number: usize, class: &str, status: &str) -> Value {
    let updated = if status == "finished" { "2024-05-11" } else { "2024-05-12" };
    json!({
        "resourceType": "Encounter", "id": format!("e{number}"), "status": status,
        "meta": { "lastUpdated": format!("{updated}T00:00:00Z") },
        "class": { "code": class },
        "subject": { "reference": format!("Patient/p{number}") },
        "period": { "start": "2024-05-10T09:00:00+09:00", "end": "2024-05-10T10:00:00+09:00" },
    })
}

struct Files {
    everybody: String,
    inpatients: String,
}

fn definitions(house: &House) -> Files {
    let path = |name: &str, text: &str| house.write(name, text).to_str().unwrap().to_owned();
    Files {
        everybody: path("visitors.cohort", EVERYBODY),
        inpatients: path("inpatients.cohort", INPATIENTS),
    }
}

/// The exact number of people, as whoever runs the house may see it.
fn people(house: &House, file: &str) -> u64 {
    let arguments = ["cohort", "count", "--purpose", "operations", "--format", "json", file];
    house.json(&arguments)["people"]["exactly"].as_u64().unwrap()
}

#[test]
fn people_and_periods_are_counted_with_what_they_are_of() {
    let house = House::new();
    let files = definitions(&house);
    house.ingest(&[&hospital(&house, 24)]);
    assert_eq!((people(&house, &files.everybody), people(&house, &files.inpatients)), (24, 12));
    let arguments = ["cohort", "count", "--purpose", "operations", "--format", "json"];
    let told = house.json(&[&arguments[..], &[&files.inpatients]].concat());
    assert_eq!(told["snapshot"], 1);
    assert_eq!(told["periods"]["exactly"], 12);
    assert_eq!(told["people_asked"]["exactly"], 24);
    assert_eq!(told["data"], json!({ "first": "2024-05-10", "last": "2024-05-10" }));
    let checked = house.run(&["cohort", "check", &files.inpatients]);
    assert!(checked.contains(told["sha256"].as_str().unwrap()), "{checked}");
    // The tables say the same.
    let sql =
        "select count(*) from records_events where kind = 'visit' and visit_kind = 'inpatient'";
    assert_eq!(house.number(sql), 12);
    house.run(&["audit", "verify"]);
    let audit = house.run(&["audit", "show", "--format", "json"]);
    assert!(audit.contains("cohort-count"), "{audit}");
}

#[test]
fn a_small_number_is_told_to_nobody_who_looks_for_research() {
    let house = House::new();
    let files = definitions(&house);
    house.ingest(&[&hospital(&house, 16)]);
    let count = |file: &str, lang: &str| house.run(&["cohort", "count", file, "--lang", lang]);
    let (en, ja) = (count(&files.inpatients, "en"), count(&files.inpatients, "ja"));
    assert!(en.contains("people in the cohort: fewer than 10"), "{en}");
    assert!(ja.contains("該当者: 10人未満") && ja.contains("入院歴"), "{ja}");
    assert!(en.contains("people asked about:   about 20"), "{en}");
    assert!(ja.contains("約20人") && ja.contains("丸め"), "{ja}");
    for lang in ["en", "ja"] {
        let lost = house.run(&["cohort", "attrition", &files.inpatients, "--lang", lang]);
        let hidden = if lang == "en" { "fewer than 10" } else { "10人未満" };
        assert!(lost.contains(hidden), "{lost}");
        assert!(lost.contains(if lang == "en" { "require" } else { "選択基準" }), "{lost}");
        // Neither the eight who stayed nor the eight who did not, nor sixteen as such.
        let rows = lost.lines().skip_while(|line| !line.is_empty());
        let rows: String = rows.filter(|line| !line.contains("10の倍数")).collect();
        assert!(!rows.contains("16") && !rows.contains(" 8 "), "{rows}");
    }
    let arguments = ["cohort", "attrition", "--format", "json", &files.inpatients];
    let lost = house.json(&arguments);
    assert_eq!(lost["rules"][0]["left"]["people"], json!({ "fewer_than": 10 }));
    assert_eq!(lost["asked"]["people"], json!({ "about": 20 }));
    assert_eq!(lost["rules"][0]["costs"]["people"], json!({ "fewer_than": 10 }));
}

#[test]
fn attrition_tells_what_each_rule_loses_and_a_rule_can_be_switched_off() {
    let house = House::new();
    let files = definitions(&house);
    house.ingest(&[&hospital(&house, 24)]);
    let ask = |more: &[&str]| {
        let arguments = [
            "cohort",
            "attrition",
            "--purpose",
            "operations",
            "--format",
            "json",
            &files.inpatients,
        ];
        house.json(&[&arguments[..], more].concat())
    };
    let lost = ask(&[]);
    let exactly = |number: u64| json!({ "exactly": number });
    assert_eq!(lost["entered"]["people"], exactly(24));
    let rule = &lost["rules"][0];
    assert_eq!(rule["rule"], "1 stayed");
    assert_eq!((&rule["true"]["people"], &rule["false"]["people"]), (&exactly(12), &exactly(12)));
    assert_eq!((&rule["unknown"]["people"], &rule["left"]["people"]), (&exactly(0), &exactly(12)));
    assert_eq!(rule["costs"]["people"], exactly(12));
    let off = ask(&["--off", "1"]);
    assert_eq!((&off["kept"]["people"], &off["rules"][0]["off"]), (&exactly(24), &true.into()));
    let said = house.refuse(&["cohort", "attrition", &files.inpatients, "--off", "2"]);
    assert!(said.contains("no rule 2"), "{said}");
}

#[test]
fn what_a_load_changes_changes_the_answer() {
    let house = House::new();
    let files = definitions(&house);
    house.ingest(&[&hospital(&house, 12)]);
    assert_eq!(people(&house, &files.everybody), 12);
    let wrong = house.write("wrong.ndjson", visit(3, "AMB", "entered-in-error").to_string());
    house.ingest(&[&wrong]);
    assert_eq!(people(&house, &files.everybody), 11);
    let deletion = json!({
        "resourceType": "Bundle", "type": "transaction",
        "entry": [{ "request": { "method": "DELETE", "url": "Encounter/e4" } }],
    });
    let deletion = house.write("deletion.json", deletion.to_string());
    house.ingest(&[&deletion]);
    assert_eq!(people(&house, &files.everybody), 10);
    let old = ["cohort", "count", "--purpose", "operations", "--format", "json", "--snapshot", "1"];
    let old = house.json(&[&old[..], &[&files.everybody]].concat());
    assert_eq!(old["people"]["exactly"], 12);
}

#[test]
fn who_refused_is_in_no_count_and_a_person_with_two_numbers_is_one() {
    let house = House::with_people();
    let file = definitions(&house).everybody;
    let events = || house.number("select count(distinct patient_id) from records_events");
    // Who was seen in a year or month, nobody knows on which day, cannot enter.
    let seen = "select count(distinct patient_id) from encounter \
                where status not in ('planned', 'cancelled', 'entered-in-error') \
                and period_start_day is not null";
    let count = || {
        let permit = ["--purpose", "operations", "--format", "json"];
        house.json(&[&["cohort", "count", file.as_str()], &permit[..]].concat())
    };
    let before = (count(), events());
    let people = |told: &Value, name: &str| told[name]["exactly"].as_i64().unwrap();
    assert_eq!(people(&before.0, "people"), house.number(seen));
    let persons = "select count(distinct patient_id) from patient";
    assert_eq!(people(&before.0, "people_asked"), house.number(persons));
    house.run(&["opt-out", "hospital/hanako"]);
    let after = (count(), events());
    assert_eq!(people(&after.0, "people"), people(&before.0, "people") - 1);
    assert_eq!(people(&after.0, "people_asked"), people(&before.0, "people_asked") - 1);
    assert_eq!(after.1, before.1 - 1);
    house.run(&["opt-in", "hospital/hanako"]);
    assert_eq!(events(), before.1);
}

#[test]
fn an_explanation_needs_a_permit_for_the_patient_and_is_recorded() {
    let house = House::new();
    let files = definitions(&house);
    house.ingest(&[&hospital(&house, 4)]);
    let explain = ["cohort", "explain", &files.inpatients, "--patient", "hospital/p0"];
    let refused = house.attempt(&explain);
    assert_eq!(refused.status.code(), Some(4), "nobody treats anybody here yet");
    let me = house.json(&["permit", "list", "--format", "json"])[0]["actor"].clone();
    house.run(&["permit", "grant", "--to", me.as_str().unwrap(), "--purpose", "treatment"]);
    let out = house.run(&explain);
    assert!(out.contains("not in the cohort") && out.contains("hospital/e0"), "{out}");
    assert!(out.contains("require 1 stayed: false"), "{out}");
    let ja = house.run(&[&explain[..], &["--lang", "ja"]].concat());
    assert!(ja.contains("該当しません") && ja.contains("選択基準 1 入院: 偽"), "{ja}");
    let stays = ["cohort", "explain", &files.inpatients, "--patient", "hospital/p3"];
    let inside = house.json(&[&stays[..], &["--format", "json"]].concat());
    assert_eq!(inside["periods"][0]["index"], "2024-05-10", "{inside}");
    assert_eq!(inside["candidates"][0]["rules"][0]["says"], "true");
    let later = visit(9, "AMB", "finished").to_string().replace("2024-05-10T", "2024-06-01T");
    house.ingest(&[&house.write("later.ndjson", later)]);
    let inside = house.json(&[&stays[..], &["--format", "json"]].concat());
    assert_eq!(inside["data"]["last"], "2024-06-01", "days of the data are everybody's");
    let audit = house.run(&["audit", "show", "--format", "json"]);
    assert!(audit.contains("cohort-explain"), "{audit}");
}

#[test]
fn a_definition_that_has_no_answer_is_refused_before_anybody_is_looked_at() {
    let house = House::new();
    let file =
        house.write("never.cohort", EVERYBODY.replace("first visit", "first visit in nobody"));
    house.ingest(&[&hospital(&house, 1)]);
    let file = file.to_str().unwrap();
    assert!(house.refuse(&["cohort", "count", file]).contains("never.cohort:"));
    let open = EVERYBODY.replace(
        "\n  exit",
        "\n  require \"x\" ja \"x\" any lab in [index, index] with value >= 3\n  exit",
    );
    let file = house.write("units.cohort", open);
    let said = house.refuse(&["cohort", "count", file.to_str().unwrap(), "--lang", "ja"]);
    assert!(said.contains("単位"), "{said}");
    let audit = house.run(&["audit", "show", "--format", "json"]);
    assert!(!audit.contains("cohort-count"), "{audit}");
}

#[test]
fn the_settings_say_since_when_there_are_records() {
    let house = House::new();
    let text = EVERYBODY.replace(
        "\n  exit",
        "\n  require \"seen\" ja \"観察\" observed visit in [index, index]\n  exit",
    );
    let file = house.write("seen.cohort", text).to_str().unwrap().to_owned();
    house.ingest(&[&hospital(&house, 12)]);
    assert_eq!(people(&house, &file), 12);
    house.set("[cohort.coverage]\nvisit = \"2024-05-11\"\n");
    assert_eq!(people(&house, &file), 0);
    house.set("[cohort.coverage]\nvisit = \"the beginning\"\n");
    assert!(house.refuse(&["cohort", "count", &file]).contains("aoba.toml"));
}
