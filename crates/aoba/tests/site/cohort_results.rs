//! `aoba cohort results`, `overlap` and `members`: what a cohort of a house is like, through permit,
//! gate and disclosure control.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::house::House;

const SEEN: &str = r#"cohort seen version 1 "who was ever seen" ja "受診者"
  calendar [2024-05-01, 2024-07-31]

  entry all visit
  let w = last vital in [ever, index]
  exit at coverage.end

  variable weight "weight" ja "体重" = w.value as kg
  variable heavy = w.value >= 100 kg
  outcome stay "a stay" ja "入院" = first visit in [index + 1d, exit] with kind is "inpatient"
  strata sex_told = sex
  measure stays per month
    denominator true
    numerator any visit in [interval.start, interval.end] with kind is "inpatient"
"#;

const STAYED: &str = r#"cohort stayed version 1 "who stayed" ja "入院歴"

  entry first visit with kind is "inpatient"
  exclude "young" ja "若年" age at index < 18
  exit at coverage.end
"#;

fn visit(key: &str, number: u32, class: &str, day: &str) -> Value {
    json!({
        "resourceType": "Encounter", "id": key, "status": "finished",
        "class": { "code": class },
        "subject": { "reference": format!("Patient/p{number}") },
        "period": { "start": format!("{day}T09:00:00+09:00"), "end": format!("{day}T10:00:00+09:00") },
    })
}

/// Sixty people: every third is a man, the last twenty are old, the first half comes in May and the
/// other in July, and the first twelve stay in June. All but five were weighed: 50 kg and their number.
fn hospital(house: &House) {
    let mut lines = String::new();
    for number in 0..60_u32 {
        let patient = json!({
            "resourceType": "Patient", "id": format!("p{number}"),
            "identifier": [{ "system": "urn:hospital", "value": format!("CARD-{number}") }],
            "name": [{ "family": format!("FAMILY{number}") }],
            "gender": if number % 3 == 0 { "male" } else { "female" },
            "birthDate": if number < 40 { "1970-01-01" } else { "1940-01-01" },
        });
        let day = if number < 30 { "2024-05-10" } else { "2024-07-15" };
        writeln!(lines, "{patient}\n{}", visit(&format!("e{number}"), number, "AMB", day)).unwrap();
        if number < 12 {
            let stay = visit(&format!("s{number}"), number, "IMP", "2024-06-20");
            writeln!(lines, "{stay}").unwrap();
        }
        if number >= 5 {
            let weight = json!({
                "resourceType": "Observation", "id": format!("w{number}"), "status": "final",
                "category": [{ "coding": [{ "code": "vital-signs",
                    "system": "http://terminology.hl7.org/CodeSystem/observation-category" }] }],
                "code": { "coding": [{ "system": "http://loinc.org", "code": "29463-7" }] },
                "subject": { "reference": format!("Patient/p{number}") },
                "effectiveDateTime": "2024-05-01",
                "valueQuantity": { "value": 50 + number, "unit": "kg", "code": "kg",
                    "system": "http://unitsofmeasure.org" },
            });
            writeln!(lines, "{weight}").unwrap();
        }
    }
    house.ingest(&[&house.write("hospital.ndjson", lines)]);
}

fn file(house: &House, name: &str, text: &str) -> String {
    house.write(name, text).to_str().unwrap().to_owned()
}

/// A house with the sixty people, and the two definitions.
fn house() -> (House, String, String) {
    let house = House::new();
    hospital(&house);
    let seen = file(&house, "seen.cohort", SEEN);
    let stayed = file(&house, "stayed.cohort", STAYED);
    (house, seen, stayed)
}

fn about(number: u64) -> Value {
    json!({ "about": number })
}

fn few() -> Value {
    json!({ "fewer_than": 10 })
}

/// The row of a table in which something stands.
fn row(table: &Value, name: &str, value: impl Into<Value>) -> Value {
    let value = value.into();
    let rows = table["rows"].as_array().unwrap();
    rows.iter().find(|row| row[name] == value).unwrap_or_else(|| panic!("{table}")).clone()
}

fn output(told: &Value, name: &str) -> Vec<Value> {
    let outputs = told["outputs"].as_array().unwrap();
    let found = outputs.iter().find(|output| output["name"] == name).unwrap();
    found["tables"].as_array().unwrap().clone()
}

#[test]
fn results_are_rounded_and_a_small_row_is_told_to_nobody() {
    let (house, seen, _) = house();
    let told = house.json(&["cohort", "results", "--format", "json", &seen]);
    assert_eq!((&told["people"], &told["periods"]), (&about(60), &about(70)));
    let ages = &told["ages"];
    assert_eq!(ages["rows"].as_array().unwrap().len(), 22, "a row for each band, whoever is there");
    let (fifty, eighty) = (row(ages, "from_years", 50), row(ages, "from_years", 80));
    assert_eq!((&fifty["female"], &fifty["male"]), (&about(30), &about(10)));
    // Fourteen women and six men.
    assert_eq!((&eighty["female"], &eighty["male"]), (&about(10), &few()));
    let months = &told["months"];
    assert_eq!(row(months, "month", "2024-05")["people"], about(30));
    // Second periods are nobody's first: nothing is told of June, and that it is there tells nothing.
    let june = row(months, "month", "2024-06");
    assert_eq!((&june["people"], &june["periods"]), (&few(), &few()));
    assert_eq!(months["rows"].as_array().unwrap().len(), 3);
    let follow_up = &told["follow_up"];
    assert_eq!(row(follow_up, "to", 30.0)["people"], about(50));
    assert_eq!(row(follow_up, "to", 90.0)["periods"], about(10));
    assert_eq!(follow_up["quantiles"][2], json!({ "percent": 50, "about": 0.0, "step": 0.01 }));
    assert_eq!(row(&told["endings"], "ended_by", "exit 1")["periods"], about(70));
    let weight = &output(&told, "weight")[0];
    assert_eq!(weight["title"], "weight (weight): kg");
    assert_eq!(row(weight, "value", "unknown")["people"], few());
    // Fifteen are lighter than 70 kg, and ten weigh 100 kg or more: both ends are open.
    let lightest = row(weight, "to", 70.0);
    assert_eq!((&lightest["from"], &lightest["people"]), (&Value::Null, &about(20)));
    assert_eq!(row(weight, "from", 100.0)["to"], Value::Null);
    let quantiles = weight["quantiles"].as_array().unwrap();
    assert_eq!(quantiles[0], json!({ "percent": 10, "withheld": true }));
    assert_eq!(quantiles[2], json!({ "percent": 50, "about": 80.0, "step": 10.0 }));
    let sexes = &output(&told, "sex_told")[0];
    assert_eq!(row(sexes, "code", "female")["people"], about(40));
    assert_eq!(sexes["rows"][0]["code"], "female", "those of most people come first");
    assert_eq!(row(&output(&told, "heavy")[0], "value", "true")["people"], about(10));
    let stay = output(&told, "stay");
    assert_eq!(row(&stay[0], "value", "found")["people"], about(10));
    assert_eq!(stay[1]["quantiles"].as_array().unwrap().len(), 5);
    // Neither the least nor the greatest weight, nor that five were never weighed.
    let all = weight.to_string();
    assert!(!all.contains("55") && !all.contains("109") && !all.contains("exactly"), "{all}");
    house.run(&["audit", "verify"]);
    let audit = house.run(&["audit", "show", "--format", "json"]);
    assert!(audit.contains("cohort-results"), "{audit}");
}

#[test]
fn who_may_see_exact_counts_gets_them_and_quantiles_of_four_digits() {
    let (house, seen, _) = house();
    let arguments = ["cohort", "results", "--purpose", "operations", "--format", "json", &seen];
    let told = house.json(&arguments);
    let exactly = |number: u64| json!({ "exactly": number });
    assert_eq!((&told["people"], &told["periods"]), (&exactly(60), &exactly(72)));
    assert_eq!(row(&told["ages"], "from_years", 80)["male"], exactly(6));
    let june = row(&told["months"], "month", "2024-06");
    assert_eq!((&june["people"], &june["periods"]), (&exactly(0), &exactly(12)));
    let weight = &output(&told, "weight")[0];
    assert_eq!(row(weight, "value", "unknown")["people"], exactly(5));
    assert_eq!(weight["quantiles"][2]["about"], 82.0);
    let days = &output(&told, "stay")[1];
    assert_eq!(days["quantiles"][2]["about"], 41.0);
    let measure = &output(&told, "stays")[0];
    let june = row(measure, "first", "2024-06-01");
    assert_eq!(
        (&june["denominator_people"], &june["numerator_people"]),
        (&exactly(12), &exactly(12))
    );
    assert_eq!(june["denominator_periods"], exactly(24));
    assert_eq!(told["rule"], Value::Null);
}

#[test]
fn results_are_read_in_both_languages_with_bars() {
    let (house, seen, _) = house();
    let en = house.run(&["cohort", "results", &seen, "--lang", "en"]);
    let ja = house.run(&["cohort", "results", &seen, "--lang", "ja"]);
    let line = |text: &str, start: &str| {
        let found = text.lines().find(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("{start} in {text}")).to_owned()
    };
    assert!(line(&en, "50-54").ends_with(&format!("{}|{}", "█".repeat(20), "█".repeat(7))), "{en}");
    assert!(line(&en, "80-84").ends_with("|░"), "what is hidden has one length: {en}");
    assert_eq!(line(&en, "2024-05").split_whitespace().nth(1), Some("30"));
    assert!(line(&en, "quantiles of people: 10% –").contains("50%"), "{en}");
    assert!(en.contains("the least and the greatest are not told"), "{en}");
    assert!(ja.contains("該当者: 約60人、該当期間: 約70件"), "{ja}");
    for said in
        ["体重 (weight): kg", "女性", "追跡の終了 1", "分位点(人)", "最小値と最大値", "不明"]
    {
        assert!(ja.contains(said), "{said} in {ja}");
    }
}

#[test]
fn an_overlap_names_every_combination_and_each_definition_in_the_audit() {
    let (house, seen, stayed) = house();
    let told = house.json(&["cohort", "overlap", "--format", "json", &seen, &stayed]);
    assert_eq!(told["cohorts"][0]["people"], about(60));
    assert_eq!(told["cohorts"][1]["people"], about(10));
    let pair = &told["pairs"]["rows"][0];
    assert_eq!((&pair["people"], &pair["people_at_once"]), (&about(10), &about(10)));
    let combinations = &told["combinations"];
    assert_eq!(row(combinations, "cohorts", json!(["seen"]))["people"], about(50));
    assert_eq!(row(combinations, "cohorts", json!(["stayed"]))["people"], few());
    assert_eq!(row(combinations, "cohorts", json!(["seen", "stayed"]))["people"], about(10));
    let ja = house.run(&["cohort", "overlap", &seen, &stayed, "--lang", "ja"]);
    assert!(ja.contains("seen + stayed") && ja.contains("同じ日に"), "{ja}");
    let exact = ["cohort", "overlap", "--purpose", "operations", "--format", "json"];
    let exact = house.json(&[&exact[..], &[&seen, &stayed]].concat());
    assert_eq!(exact["pairs"]["rows"][0]["people"], json!({ "exactly": 12 }));
    let audit = house.run(&["audit", "show", "--format", "json"]);
    for cohort in told["cohorts"].as_array().unwrap() {
        let digest = cohort["sha256"].as_str().unwrap();
        assert!(audit.contains(digest), "{digest} in {audit}");
    }
    house.refuse(&["cohort", "overlap", &seen]);
}

#[test]
fn members_are_rows_under_the_house_s_own_numbers() {
    let (house, seen, stayed) = house();
    let csv = house.run(&["cohort", "members", &seen, "--purpose", "operations"]);
    let mut lines = csv.lines();
    let head = "patient_id,index,exit,ended_by,weight,heavy,stay,stay_found,stay_days,sex_told";
    assert_eq!(lines.next(), Some(head));
    assert_eq!(lines.clone().count(), 72);
    let stay = lines.clone().find(|line| line.contains("2024-05-10,2024-06-20,exit 1")).unwrap();
    let cells: Vec<&str> = stay.split(',').collect();
    assert_eq!(cells[6..9], ["2024-06-20", "true", "41"], "{stay}");
    let known = house.sql("select distinct patient_id from patient").to_string();
    assert!(lines.all(|line| known.contains(line.split(',').next().unwrap())), "{csv}");

    let value = house.json(&["cohort", "members", &stayed, "--format", "json"]);
    assert_eq!(value["members"].as_array().unwrap().len(), 12);
    assert_eq!(value["members"][0]["index"], "2024-06-20");
    house.run(&["opt-out", "hospital/p3"]);
    let value = house.json(&["cohort", "members", &stayed, "--format", "json"]);
    assert_eq!(value["members"].as_array().unwrap().len(), 11, "who refused is not among them");
    let refused = house.attempt(&["cohort", "members", &stayed, "--purpose", "treatment"]);
    assert_eq!(refused.status.code(), Some(4), "nobody treats anybody here");
    let audit = house.run(&["audit", "show", "--format", "json"]);
    assert!(audit.contains("cohort-members"), "{audit}");
}

#[test]
fn a_fhir_group_holds_periods_and_sentences_and_no_identity() {
    let (house, seen, stayed) = house();
    let out = house.input().join("group.json");
    let path = out.to_str().unwrap();
    let arguments = ["cohort", "members", &stayed, "--format", "group", "--output", path];
    house.run(&arguments);
    let text = std::fs::read_to_string(&out).unwrap();
    let group: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(group["resourceType"], "Group");
    assert_eq!((&group["type"], &group["actual"]), (&json!("person"), &json!(true)));
    assert_eq!((&group["name"], &group["quantity"]), (&json!("who stayed"), &json!(12)));
    let checked = house.run(&["cohort", "check", &stayed]);
    let digest = group["identifier"][0]["value"].as_str().unwrap();
    assert!(checked.contains(digest), "{checked}");
    let narrative = group["text"]["div"].as_str().unwrap();
    assert!(narrative.contains("snapshot 1, data from 2024-05-10 to 2024-07-15"), "{narrative}");
    let said = group["characteristic"].as_array().unwrap();
    let words: Vec<&str> = said.iter().map(|one| one["code"]["text"].as_str().unwrap()).collect();
    assert_eq!(words, ["entry", "exclude", "exit"]);
    let sentences = house.run(&["cohort", "words", &stayed]);
    for one in said {
        let sentence = one["valueCodeableConcept"]["text"].as_str().unwrap();
        assert!(sentences.contains(sentence), "{sentence}");
        assert_eq!(one["exclude"], one["code"]["text"] == "exclude", "{sentence}");
    }
    let members = group["member"].as_array().unwrap();
    assert_eq!(members.len(), 12);
    assert_eq!(members[0]["entity"]["type"], "Patient");
    assert_eq!(members[0]["period"], json!({ "start": "2024-06-20", "end": "2024-06-20" }));
    assert_eq!(members[0]["inactive"], true, "the data go on until July");
    for direct in ["CARD", "FAMILY", "Patient/", "p3", "1970-01-01"] {
        assert!(!text.contains(direct), "{direct} in {text}");
    }
    let all = house.json(&["cohort", "members", &seen, "--format", "group", "--lang", "ja"]);
    assert_eq!((&all["name"], &all["quantity"]), (&json!("受診者"), &json!(60)));
    let members = all["member"].as_array().unwrap();
    let active = members.iter().filter(|member| member["inactive"] == false).count();
    assert_eq!((members.len(), active), (72, 30));
    // A file of members may leave the house: an erasure tells whom to ask.
    let certificate =
        house.json(&["erase", "hospital/p3", "--dry-run", "--quiet", "--format", "json"]);
    let recall = certificate["recall"].to_string();
    assert!(recall.contains("\"to_files\":true"), "{recall}");
}
