//! Bad input is told or quarantined; never silence, never a panic.

use std::io::Write as _;

use serde_json::Value;

use crate::house::{House, repository};

const GOOD: &str = r#"{"resourceType":"Patient","id":"good","gender":"female"}"#;

/// Takes one file in and gives the codes of what was quarantined, with their lines.
fn quarantined(name: &str, bytes: impl AsRef<[u8]>) -> Vec<(u64, String)> {
    let house = House::new();
    let report = house.ingest(&[&house.write(name, bytes)]);
    let count = |name: &str| report["counts"][name].as_u64().unwrap();
    assert_eq!(
        count("resources"),
        ["written", "unchanged", "superseded", "deleted", "quarantined"]
            .map(count)
            .iter()
            .sum::<u64>(),
        "{report}"
    );
    let rows = report["quarantine"].as_array().unwrap();
    for row in rows {
        assert!(row["file"].as_str().unwrap().contains(name), "{row}");
        assert!(!row["what"].as_str().unwrap().is_empty(), "{row}");
        assert!(!row["remedy"].as_str().unwrap().is_empty(), "{row}");
    }
    rows.iter()
        .map(|row| (row["line"].as_u64().unwrap(), row["code"].as_str().unwrap().to_owned()))
        .collect()
}

/// The bad line stands between two good ones, which are both taken.
fn check(bad: impl AsRef<[u8]>, code: &str) {
    let mut bytes = format!("{GOOD}\n").into_bytes();
    bytes.extend_from_slice(bad.as_ref());
    bytes.extend_from_slice(format!("\n{}\n", GOOD.replace("good", "also")).as_bytes());
    assert_eq!(quarantined("bad.ndjson", bytes), [(2, code.to_owned())]);
}

#[test]
fn broken_json_is_quarantined_and_its_neighbours_are_taken() {
    check(r#"{"resourceType":"Patient","id":"x""#, "broken-json");
    check(r#"{"resourceType":"Patient","id":"x","photo":[{"data":tru}]}"#, "broken-json");
    check(r#"{"resourceType":"Patient","id":"x"} trailing"#, "broken-json");
    check("not json at all", "broken-json");
}

#[test]
fn invalid_utf8_is_quarantined() {
    check(b"{\"resourceType\":\"Patient\",\"id\":\"x\",\"gender\":\"\xff\xfe\"}", "invalid-utf8");
}

#[test]
fn nesting_ten_thousand_deep_is_quarantined() {
    let deep = format!(
        r#"{{"resourceType":"Patient","id":"x","extension":{}{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    check(&deep, "too-deep");
    let deep = format!(r#"{{"a":{}1{}}}"#, r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
    check(&deep, "too-deep");
}

#[test]
fn a_missing_id_type_or_a_type_fhir_does_not_have_is_quarantined() {
    check(r#"{"resourceType":"Patient"}"#, "no-id");
    check(r#"{"id":"x"}"#, "no-resource-type");
    check(r#"{"resourceType":"Patent","id":"x"}"#, "unknown-resource-type");
}

#[test]
fn a_day_that_does_not_exist_is_quarantined() {
    check(r#"{"resourceType":"Patient","id":"x","birthDate":"2023-02-30"}"#, "invalid-date");
}

#[test]
fn a_wrong_type_is_quarantined() {
    check(r#"{"resourceType":"Patient","id":"x","gender":{"a":1}}"#, "wrong-type");
    check(r#"{"resourceType":"Patient","id":7}"#, "wrong-type");
}

#[test]
fn a_key_twice_is_quarantined() {
    check(
        r#"{"resourceType":"Patient","id":"x","gender":"male","gender":"female"}"#,
        "duplicate-key",
    );
    // Also where no table looks.
    check(
        r#"{"resourceType":"Patient","id":"x","photo":[{"title":"a","url":"b","title":"c"}]}"#,
        "duplicate-key",
    );
    check(
        r#"{"resourceType":"Basic","id":"x","code":{"coding":[{"code":"a","code":"b"}]}}"#,
        "duplicate-key",
    );
}

#[test]
fn two_patients_with_one_id_are_told_apart_or_quarantined() {
    let other = GOOD.replace("female", "male");
    assert_eq!(
        quarantined("two.ndjson", format!("{GOOD}\n{other}\n")),
        [(2, "two-with-one-id".to_owned())]
    );
}

#[test]
fn a_mark_at_the_start_carriage_returns_and_blank_lines_are_nothing_special() {
    let text = format!("\u{feff}{GOOD}\r\n\r\n\n{}\r\n", GOOD.replace("good", "also"));
    assert_eq!(quarantined("windows.ndjson", text), []);
}

#[test]
fn a_truncated_archive_gives_its_whole_lines_and_says_where_it_broke() {
    let mut lines = String::new();
    for at in 0..5000 {
        let noise = at * 7_919 % 1_000_003;
        lines.push_str(&format!(
            "{{\"resourceType\":\"Patient\",\"id\":\"t{at}-{noise}\",\"gender\":\"male\"}}\n"
        ));
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(lines.as_bytes()).unwrap();
    let mut bytes = packed.finish().unwrap();
    bytes.truncate(bytes.len() / 2);
    let told = quarantined("cut.ndjson.gz", &bytes);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].1, "broken-archive");
    assert!(told[0].0 > 1000, "the lines before the damage were taken: {told:?}");
}

#[test]
fn a_line_of_200_megabytes_is_quarantined_in_bounded_memory() {
    let house = House::new();
    let path = house.input().join("long.ndjson");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    writeln!(file, "{GOOD}").unwrap();
    write!(file, r#"{{"resourceType":"Binary","id":"big","data":""#).unwrap();
    for _ in 0..200 {
        file.write_all(&[b'A'; 1_000_000]).unwrap();
    }
    writeln!(file, "\"}}").unwrap();
    writeln!(file, "{}", GOOD.replace("good", "also")).unwrap();
    drop(file);
    let report = house.ingest(&[&path]);
    assert_eq!(report["quarantine"][0]["code"], "too-long");
    assert_eq!(report["quarantine"][0]["line"], 2);
    assert_eq!(report["counts"]["written"], 2);
}

#[test]
fn the_folder_of_faults_is_accounted_for_to_the_last_line() {
    let house = House::new();
    let faults = repository().join("testdata/faults");
    let report = house.ingest(&[&faults]);
    let count = |name: &str| report["counts"][name].as_u64().unwrap();
    assert!(count("quarantined") >= 5, "{report}");
    assert_eq!(
        count("resources"),
        ["written", "unchanged", "superseded", "deleted", "quarantined"]
            .map(count)
            .iter()
            .sum::<u64>()
    );
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let house = House::new();
    let said = house.refuse(&["ingest", "--quiet", "no/such/folder"]);
    assert!(said.contains("no/such/folder"), "{said}");
}

#[test]
fn a_mistake_in_the_settings_is_named() {
    let house = House::with_people();
    std::fs::write(house.home().join("aoba.toml"), "[ingest]\nline_byte_max = 3\n").unwrap();
    let said = house.refuse(&["tables"]);
    assert!(said.contains("line_byte_max"), "{said}");
}

#[test]
fn a_wrong_view_in_the_home_is_named_before_anything_is_loaded() {
    let house = House::with_people();
    let views = house.home().join("views");
    std::fs::create_dir_all(&views).unwrap();
    std::fs::write(views.join("mine.view.json"), r#"{"resourceType":"ViewDefinition"}"#).unwrap();
    let path = house.write("p.ndjson", GOOD);
    let said = house.refuse(&["ingest", "--quiet", path.to_str().unwrap()]);
    assert!(said.contains("mine.view.json"), "{said}");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let house = House::new();
    // A file stands where the home should be: refused for root too, whom modes do not stop.
    std::fs::write(house.home(), "in the way").unwrap();
    let path = house.write("p.ndjson", GOOD);
    let said = house.refuse(&["ingest", "--quiet", path.to_str().unwrap()]);
    assert!(said.contains("home"), "{said}");
}

#[test]
fn a_question_that_is_not_one_is_refused() {
    let house = House::with_people();
    for query in [
        "drop table patient",
        "insert into patient select * from patient",
        "create external table t stored as csv location '/etc/passwd'",
        "copy patient to '/tmp/x.csv'",
        "select * from information_schema.tables",
        "set datafusion.execution.batch_size = 1",
        "select 1; select 2",
        "select nonsense(1)",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from",
        "",
    ] {
        house.refuse(&["sql", query]);
    }
    let said = house.refuse(&["sql", "select gendre from patient"]);
    assert!(said.contains("gender"), "the nearest name is told: {said}");
}

#[test]
fn nobody_looks_without_a_permit() {
    let house = House::with_people();
    let said = house.refuse(&["sql", "--purpose", "treatment", "select 1 from patient"]);
    assert!(said.contains("permit") || said.contains("treatment"), "{said}");
    let shown: Value = house.json(&["audit", "show", "--format", "json"]);
    assert!(shown.to_string().contains("refus"), "the refusal is in the log: {shown}");
}
