//! `aoba view`: views on their own, without a home.

use serde_json::Value;

use crate::house::House;

const VIEW: &str = r#"{"resourceType":"ViewDefinition","name":"weights","status":"active",
  "resource":"Observation","select":[{"column":[
    {"name":"id","path":"getResourceKey()","type":"string"},
    {"name":"patient","path":"subject.getReferenceKey(Patient)","type":"string"},
    {"name":"value","path":"value.ofType(Quantity).value","type":"decimal"}]}]}"#;
const LINES: &str = concat!(
    r#"{"resourceType":"Observation","id":"a","subject":{"reference":"Patient/p"},"valueQuantity":{"value":1.50}}"#,
    "\n\n",
    r#"{"resourceType":"Observation","id":"b","valueString":"x"}"#,
    "\r\n",
    r#"{"resourceType":"Patient","id":"p"}"#,
    "\n"
);

#[test]
fn a_view_runs_in_every_format() {
    let house = House::new();
    let view = house.write("weights.json", VIEW);
    let input = house.write("in.ndjson", LINES);
    let paths = [view.to_str().unwrap(), input.to_str().unwrap()];
    let lines = house.run(&["view", "run", paths[0], paths[1]]);
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["patient"], "p");
    assert_eq!(rows[0]["value"], "1.50", "a decimal keeps its digits");
    let csv = house.run(&["view", "run", "--format", "csv", paths[0], paths[1]]);
    assert_eq!(csv.lines().next(), Some("id,patient,value"));
    for format in ["parquet", "arrow"] {
        let output = house.input().join(format);
        house.run(&[
            "view",
            "run",
            "--format",
            format,
            "--output",
            output.to_str().unwrap(),
            paths[0],
            paths[1],
        ]);
        let bytes = std::fs::read(&output).unwrap();
        let magic: &[u8] = if format == "parquet" { b"PAR1" } else { b"ARROW1" };
        assert!(bytes.starts_with(magic));
    }
    assert!(!house.home().exists(), "a view needs no home");
}

#[test]
fn a_wrong_view_is_told_by_path_with_a_remedy() {
    let house = House::new();
    let wrong =
        VIEW.replace("subject.getReferenceKey(Patient)", "subjekt.getReferenceKey(Patient)");
    let view = house.write("wrong.json", wrong);
    let output = house.attempt(&["view", "check", view.to_str().unwrap()]);
    assert!(!output.status.success());
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("select[0].column[1].path"), "{told}");
    assert!(told.contains("subject"), "it names the nearest element: {told}");
    let right = house.write("right.json", VIEW);
    house.run(&["view", "check", right.to_str().unwrap()]);
}

#[test]
fn explain_says_what_runs_compiled() {
    let house = House::new();
    let view = house.write("weights.json", VIEW);
    let told = house.run(&["view", "run", "--explain", view.to_str().unwrap()]);
    assert!(told.contains("weights") && told.contains("compiled"), "{told}");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let house = House::new();
    let view = house.write("weights.json", VIEW);
    let lines = LINES.repeat(40_000);
    let input = house.write("in.ndjson", lines);
    let write = |name: &str, threads: &str| {
        let output = house.input().join(name);
        house.run(&[
            "view",
            "run",
            "--format",
            "parquet",
            "--threads",
            threads,
            "--output",
            output.to_str().unwrap(),
            view.to_str().unwrap(),
            input.to_str().unwrap(),
        ]);
        std::fs::read(output).unwrap()
    };
    assert_eq!(write("one", "1"), write("two", "2"));
}
