//! `aoba cohort`: definitions of cohorts as their readers and writers use them, without a home.

use std::path::Path;

use serde_json::Value;

use crate::house::{House, repository};

const DEFINITION: &str = r#"cohort old_and_diabetic version 1 "old and diabetic" ja "高齢の糖尿病"
  uses codes t2dm version 1

  entry first diagnosis in t2dm
  require "aged" ja "高齢" age at index >= 65
  exit at coverage.end
"#;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_definition_is_checked_formatted_and_said_in_both_languages() {
    let house = House::new();
    let file = house.write("a.cohort", DEFINITION.replace("\n\n", "\n"));
    let told = house.attempt(&["cohort", "format", "--check", text(&file)]);
    assert!(!told.status.success(), "an empty line is missing");
    house.run(&["cohort", "format", "--write", text(&file)]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), DEFINITION);
    house.run(&["cohort", "format", "--check", text(&file)]);

    let checked = house.run(&["cohort", "check", text(&file)]);
    assert!(checked.contains("a.cohort: ok sha256:"), "{checked}");
    let found = house.json(&["cohort", "check", "--format", "json", text(&file)]);
    assert_eq!(found[0]["sha256"].as_str().unwrap().len(), 64);

    let said = house.run(&["cohort", "words", text(&file), "--lang", "en"]);
    assert!(said.contains("65"), "{said}");
    assert!(said.contains("type 2 diabetes"), "the title of the concept set is told: {said}");
    let said = house.run(&["cohort", "words", text(&file), "--lang", "ja"]);
    assert!(said.contains("2型糖尿病") && said.contains("高齢"), "{said}");
    let sentences = house.json(&["cohort", "words", text(&file), "--format", "json"]);
    let lines: Vec<u64> =
        sentences.as_array().unwrap().iter().map(|s| s["line"].as_u64().unwrap()).collect();
    assert!(lines.is_sorted() && lines.contains(&5), "{lines:?}");
    assert!(!house.home().exists(), "a definition needs no home");
}

#[test]
fn json_says_what_the_text_says() {
    let house = House::new();
    let file = house.write("a.cohort", DEFINITION);
    let json = house.run(&["cohort", "format", "--format", "json", text(&file)]);
    let as_json = house.write("b.json", &json);
    assert_eq!(house.run(&["cohort", "format", text(&as_json)]), DEFINITION);
    let schema: Value = serde_json::from_str(&house.run(&["cohort", "schema"])).unwrap();
    assert_eq!(schema["title"], "DefinitionFile");
    let codes = repository().join("crates/cohort/library/codes/t2dm.codes");
    let json = house.run(&["cohort", "format", "--format", "json", text(&codes)]);
    let as_json = house.write("t2dm.json", &json);
    let back = house.run(&["cohort", "format", text(&as_json)]);
    assert_eq!(back, std::fs::read_to_string(codes).unwrap());
}

#[test]
fn what_is_wrong_is_told_with_line_column_and_remedy() {
    let house = House::new();
    let wrong = [
        ("age at index >= 65", "age at index >= ", "6:3"),
        ("entry first diagnosis in t2dm", "entry first diagnosis in t2md", "4:"),
        ("uses codes t2dm version 1", "uses codes t2dm version 9", "2:"),
        (
            "uses codes t2dm version 1",
            "uses cohort nobody version 1\n  uses codes t2dm version 1",
            "2:",
        ),
    ];
    for (right, wrong, place) in wrong {
        let file = house.write("wrong.cohort", DEFINITION.replace(right, wrong));
        let output = house.attempt(&["cohort", "check", text(&file)]);
        assert_eq!(output.status.code(), Some(1), "{wrong}");
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(told.contains(&format!("wrong.cohort:{place}")), "{wrong}: {told}");
    }
    let signed =
        DEFINITION.replace("version 1\n\n", &format!("version 1 sha256:{}\n\n", "0".repeat(64)));
    let file = house.write("signed.cohort", signed);
    assert!(house.refuse(&["cohort", "words", text(&file)]).contains("another content"));
    let file = house.write("bytes.cohort", [0xff, 0xfe, 0x00]);
    assert!(house.refuse(&["cohort", "check", text(&file)]).contains("UTF-8"));
    let warned = house.write("warned.cohort", DEFINITION.replace("  exit at coverage.end\n", ""));
    house.run(&["cohort", "check", text(&warned)]);
    let strict = house.attempt(&["cohort", "check", "--strict", text(&warned)]);
    assert!(!strict.status.success(), "a warning ends a strict check");
}

#[test]
fn cohorts_in_a_circle_are_refused_where_they_are_named() {
    let house = House::new();
    for (one, other) in [("one", "two"), ("two", "one")] {
        let text = format!(
            "cohort {one} version 1 \"{one}\" ja \"循環\"\n  uses cohort {other} version 1\n\n  entry first cohort {other}\n  exit at coverage.end\n"
        );
        house.write(&format!("{one}.cohort"), text);
    }
    let file = house.input().join("one.cohort");
    let output = house.attempt(&["cohort", "check", "--format", "json", text(&file)]);
    assert!(!output.status.success());
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = &found[0]["found"][0];
    assert!(found["file"].as_str().unwrap().ends_with("two.cohort"), "{found}");
    assert_eq!((&found["line"], &found["column"]), (&2.into(), &3.into()));
    let output = house.attempt(&["cohort", "check", text(&file)]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("two.cohort:2:3") && told.contains("one → two → one"), "{told}");
}

/// Each of forty cohorts uses the next one in two ways: a million million ways lead to the last.
#[test]
fn what_is_used_in_many_ways_is_read_once() {
    let house = House::new();
    for number in 0..40 {
        let uses =
            |to| format!("  uses cohort c{to}_a version 1\n  uses cohort c{to}_b version 1\n");
        for twin in ["a", "b"] {
            let name = format!("c{number}_{twin}");
            let (uses, entry) = match number {
                39 => (String::new(), "death".to_owned()),
                _ => {
                    let to = number + 1;
                    (uses(to), format!("of a: cohort c{to}_a, b: cohort c{to}_b"))
                }
            };
            let text = format!("cohort {name} version 1\n{uses}\n  entry first {entry}\n");
            house.write(&format!("{name}.cohort"), text);
        }
    }
    house.run(&["cohort", "check", text(&house.input().join("c0_a.cohort"))]);
}

#[test]
fn a_definition_is_printed_as_steps_of_sql() {
    let house = House::new();
    let file = house.write("a.cohort", DEFINITION);
    let ask = ["cohort", "sql", text(&file), "--from", "2010-01-01", "--until", "2024-12-31"];
    let said = house.run(&ask);
    assert!(said.starts_with("-- data from 2010-01-01 to 2024-12-31\n"), "{said}");
    assert!(said.contains("--   event (patient_id bigint, kind varchar"), "{said}");
    let script = house.json(&[&ask[..], &["--format", "json"]].concat());
    let steps = script["steps"].as_array().unwrap();
    for (at, step) in steps.iter().enumerate() {
        let name = step["name"].as_str().unwrap();
        assert!(said.contains(&format!("create table {name} as\n")), "{name}");
        let reads = |later: &Value| later["select"].as_str().unwrap().contains(name);
        let is_told = script.as_object().unwrap().iter().any(|(_, told)| told == name);
        let is_rule = script["rules"].as_array().unwrap().iter().any(|rule| rule == name);
        assert!(is_told || is_rule || steps[at + 1..].iter().any(reads), "{name} is for nothing");
    }
    assert_eq!(script["rules"].as_array().unwrap().len(), 1);
    let said = house.run(&[&ask[..], &["--lang", "ja"]].concat());
    assert!(said.starts_with("-- データ期間 2010-01-01〜2024-12-31\n"), "{said}");

    let round = ["cohort", "sql", text(&file), "--from", "2024-01-01", "--until", "2023-01-01"];
    assert!(house.refuse(&round).contains("turn the days round"));
    let no_day = ["cohort", "sql", text(&file), "--until", "2023-02-29"];
    assert!(house.refuse(&no_day).contains("2024-05-17"));
    let study = DEFINITION.replace(
        "exit at coverage.end\n",
        "exit at coverage.end\n\n  matched to cohort elder ratio 2 on sex seed 1\n",
    );
    let study = study.replace("  uses codes", "  uses cohort elder version 1\n  uses codes");
    let file = house.write("matched.cohort", &study);
    house.write("elder.cohort", DEFINITION.replace("old_and_diabetic", "elder"));
    let refused = house.refuse(&["cohort", "sql", text(&file), "--until", "2024-12-31"]);
    assert!(refused.contains("`matched`") && refused.contains("another engine"), "{refused}");
    assert!(!house.home().exists(), "a definition needs no home");
}

#[test]
fn a_change_is_one_line() {
    let house = House::new();
    let old = house.write("old.cohort", DEFINITION);
    let new = house.write("new.cohort", DEFINITION.replace("65", "75"));
    let changes = house.json(&["cohort", "diff", "--format", "json", text(&old), text(&new)]);
    let changes = changes.as_array().unwrap();
    assert_eq!(changes.len(), 1);
    let change = changes[0].as_str().unwrap();
    assert!(change.contains("65") && change.contains("75"), "{change}");
    let same = house.run(&["cohort", "diff", text(&old), text(&old), "--lang", "ja"]);
    assert!(same.contains("同じ"), "{same}");
}

#[test]
fn every_phenotype_is_copied_with_what_it_uses_and_stands_alone() {
    let house = House::new();
    let listed = house.json(&["cohort", "library", "--format", "json"]);
    let listed = listed.as_array().unwrap();
    assert!(listed.len() >= 20, "{} phenotypes", listed.len());
    let out = house.input().join("copied");
    for one in listed {
        let name = one["name"].as_str().unwrap();
        house.run(&["cohort", "library", name, "--out", text(&out)]);
        assert!(!one["source"].as_str().unwrap().is_empty(), "{name} says where it is from");
    }
    let files: Vec<_> = crate::house::files_below(&out);
    let names: Vec<&str> = files.iter().map(|file| text(file)).collect();
    house.run(&[&["cohort", "check"], names.as_slice()].concat());
    house.run(&[&["cohort", "format", "--check"], names.as_slice()].concat());
    std::fs::write(out.join("t2dm.codes"), "something else").unwrap();
    let told = house.refuse(&["cohort", "library", "t2dm_incident", "--out", text(&out)]);
    assert!(told.contains("t2dm.codes"), "{told}");
}

#[test]
fn circe_comes_in_and_goes_out_again() {
    let house = House::new();
    let circe = repository().join("crates/aoba/src/bench/fuzz/circe.json");
    let out = house.input().join("imported");
    house.run(&[
        "cohort",
        "import",
        text(&circe),
        "--name",
        "from_ohdsi",
        "--title",
        "an import",
        "--out",
        text(&out),
    ]);
    let file = out.join("from_ohdsi.cohort");
    let text_of = std::fs::read_to_string(&file).unwrap();
    assert!(text_of.starts_with("cohort from_ohdsi version 1 \"an import\""), "{text_of}");
    house.run(&["cohort", "format", "--check", text(&file)]);
    let back = house.json(&["cohort", "export", text(&file)]);
    assert_eq!(back["PrimaryCriteria"]["CriteriaList"].as_array().unwrap().len(), 2);
    let json = house.write("back.json", back.to_string());
    let again = house.run(&[
        "cohort",
        "import",
        text(&json),
        "--name",
        "from_ohdsi",
        "--title",
        "an import",
    ]);
    assert_eq!(again, text_of, "what was exported is what was imported");

    let wrong = std::fs::read_to_string(&circe)
        .unwrap()
        .replace("\"CodesetId\": 0, \"First\"", "\"CodesetNo\": 0, \"First\"");
    let wrong = house.write("wrong.json", wrong);
    let told = house.refuse(&["cohort", "import", text(&wrong)]);
    assert!(
        told.contains("$.PrimaryCriteria.CriteriaList[0].ConditionOccurrence.CodesetNo"),
        "{told}"
    );
    let told = house.refuse(&["cohort", "export", text(&house.write("aki.cohort", AKI))]);
    assert!(told.contains("Circe"), "{told}");
}

/// Values that rise within hours: Circe cannot say it.
const AKI: &str = r#"cohort rising version 1 "rising" ja "上昇"
  uses codes creatinine version 1

  entry all c: lab in creatinine
          with c.value - lowest of value of (lab in creatinine in [c - 48h, c)) >= 0.3 mg/dL
  exit at coverage.end
"#;
