//! Newer versions, late ones, and two that cannot be told apart.

use crate::house::House;

fn observation(version: u32, value: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"o1","meta":{{"versionId":"{version}"}},"status":"final",
           "code":{{"text":"x"}},"subject":{{"reference":"Patient/p1"}},
           "valueQuantity":{{"value":{value},"unit":"mg"}}}}"#
    )
    .replace('\n', " ")
}

fn value(house: &House) -> String {
    let rows = house.sql("select value_quantity_text from observation");
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    rows[0]["value_quantity_text"].as_str().unwrap().to_owned()
}

#[test]
fn a_newer_version_replaces_the_older_whatever_the_order() {
    let house = House::new();
    house.ingest(&[&house.write("2.ndjson", observation(2, "2.50"))]);
    // A late older version changes nothing.
    let report = house.ingest(&[&house.write("1.ndjson", observation(1, "1.50"))]);
    assert_eq!(report["counts"]["superseded"], 1);
    assert_eq!(value(&house), "2.50");
    house.ingest(&[&house.write("10.ndjson", observation(10, "10.00"))]);
    assert_eq!(value(&house), "10.00");
    // Versions count as numbers: 10 is after 9.
    house.ingest(&[&house.write("9.ndjson", observation(9, "9.00"))]);
    assert_eq!(value(&house), "10.00");
}

#[test]
fn two_versions_in_one_load_leave_the_newer() {
    let house = House::new();
    let lines = format!(
        "{}\n{}\n{}\n",
        observation(2, "2.5"),
        observation(3, "3.5"),
        observation(1, "1.5")
    );
    let report = house.ingest(&[&house.write("all.ndjson", lines)]);
    assert_eq!(report["counts"]["resources"], 3);
    assert_eq!(report["counts"]["written"], 1);
    assert_eq!(report["counts"]["superseded"], 2);
    assert_eq!(value(&house), "3.5");
    assert_eq!(house.number("select count(*) from resource"), 1);
}

#[test]
fn an_exact_decimal_keeps_its_digits_beside_the_number() {
    let house = House::new();
    let long = "0.123456789012345678901234567890123456789012345678901234567890";
    house.ingest(&[&house.write("long.ndjson", observation(1, long))]);
    assert_eq!(value(&house), long);
    let rows = house.sql("select value_quantity from observation");
    assert!((rows[0]["value_quantity"].as_f64().unwrap() - 0.123_456_789).abs() < 1e-9);
}

#[test]
fn partial_dates_keep_what_they_know() {
    let house = House::new();
    let lines = ["1950", "1950-05", "1950-05-17"]
        .iter()
        .enumerate()
        .map(|(at, date)| {
            format!("{{\"resourceType\":\"Patient\",\"id\":\"p{at}\",\"birthDate\":\"{date}\"}}\n")
        })
        .collect::<String>();
    house.ingest(&[&house.write("p.ndjson", lines)]);
    let rows = house.sql(
        "select birth_date, birth_date_precision, birth_date_day from patient order by birth_date",
    );
    assert_eq!(rows[0]["birth_date"], "1950");
    assert_eq!(rows[0]["birth_date_precision"], "year");
    assert!(rows[0].get("birth_date_day").is_none_or(serde_json::Value::is_null));
    assert_eq!(rows[2]["birth_date_day"], "1950-05-17");
}

#[test]
fn a_record_that_replaces_another_makes_them_one_person_everywhere() {
    let house = House::new();
    let patient = |id: &str, more: &str| {
        format!("{{\"resourceType\":\"Patient\",\"id\":\"{id}\",\"gender\":\"female\"{more}}}\n")
    };
    let value = |id: &str, patient: &str| {
        format!(
            "{{\"resourceType\":\"Observation\",\"id\":\"{id}\",\"status\":\"final\",\"code\":{{\"text\":\"x\"}},\
             \"subject\":{{\"reference\":\"Patient/{patient}\"}}}}\n"
        )
    };
    let first = [patient("old", ""), patient("new", ""), value("o1", "old"), value("o2", "new")];
    house.ingest(&[&house.write("first.ndjson", first.concat())]);
    let people = "select count(distinct patient_id) from observation";
    assert_eq!(house.number(people), 2);
    // Years later the hospital finds out.
    let link = r#","link":[{"type":"replaces","other":{"reference":"Patient/old"}}]"#;
    house.ingest(&[&house.write("second.ndjson", patient("new", link))]);
    assert_eq!(house.number(people), 1);
    let meeting = "select count(*) from observation a join observation b using (patient_id)";
    assert_eq!(house.number(meeting), 4);
}
