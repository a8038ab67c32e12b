//! A hospital that was made takes changes as one that was received does.

use std::path::Path;

use serde_json::{Value, json};

use crate::house::House;
use crate::synth_into::{rows, values};

const SOURCE: &str = "invented-hospital";

/// A made hospital's files, and what another day changes of it: a value corrected, an older copy
/// that comes late, one that is as it was, one that is new, and two deletions.
fn day(files: &House) -> String {
    let lines = |name: &str| -> Vec<String> {
        let path = files.input().join(format!("hospital/fhir/{name}.ndjson"));
        std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
    };
    let read = |line: &str| -> Value { serde_json::from_str(line).unwrap() };
    let observations = lines("Observation");
    let text = |share: usize| observations[observations.len() * share / 10].as_str();
    let at = |share: usize| read(text(share));
    let mut corrected = at(3);
    corrected["meta"]["versionId"] = json!("7");
    corrected["meta"]["lastUpdated"] = json!("2027-01-05T09:00:00+09:00");
    corrected["status"] = json!("corrected");
    let mut late = at(5);
    late["meta"]["lastUpdated"] = json!("1999-01-05T09:00:00+09:00");
    late["status"] = json!("preliminary");
    let mut new = at(6);
    new["id"] = json!("o-0000004-new");
    let delete = |resource: &Value| {
        let (kind, id) = (&resource["resourceType"], &resource["id"]);
        let url = format!("{}/{}", kind.as_str().unwrap(), id.as_str().unwrap());
        let entry = json!([{ "request": { "method": "DELETE", "url": url } }]);
        json!({ "resourceType": "Bundle", "type": "transaction", "entry": entry })
    };
    let gone = [delete(&at(8)), delete(&read(&lines("Condition")[5]))];
    let day = [corrected, late, new].into_iter().chain(gone).map(|line| line.to_string());
    // The texts are compared, so what is as it was must come as it came.
    day.chain([text(7).to_owned()]).map(|line| line + "\n").collect()
}

/// What a load says became of its resources.
fn counts(house: &House, file: &Path) -> Value {
    let file = file.to_str().unwrap();
    let arguments = ["ingest", "--quiet", "--format", "json", "--source", SOURCE, file];
    let output = house.attempt(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["counts"].clone()
}

#[test]
fn a_day_changes_a_made_hospital_as_it_changes_a_received_one() {
    let received = House::new();
    let out = received.input().join("hospital");
    let asked = ["synth", "--quiet", "--patients", "25", "--seed", "3"];
    received.run(&[&asked[..], &["--out", out.to_str().unwrap()]].concat());
    let files = out.join("fhir");
    received.run(&["ingest", "--quiet", "--source", SOURCE, files.to_str().unwrap()]);

    let made = House::new();
    made.run(&[&asked[..], &["--into", made.home().to_str().unwrap()]].concat());

    let day = received.write("day.ndjson", day(&received).as_bytes());
    let of_received = counts(&received, &day);
    assert_eq!(of_received, counts(&made, &day));
    let count = |name: &str| of_received[name].as_u64().unwrap();
    assert_eq!((count("written"), count("superseded"), count("unchanged")), (2, 1, 1));
    assert_eq!((count("deleted"), count("quarantined")), (2, 0));
    assert_eq!(rows(&made), rows(&received));
    assert_eq!(values(&made), values(&received));
    let corrected = "select count(*) from observation where version = '7' and status = 'corrected'";
    assert_eq!(made.number(corrected), 1);

    // Another day; and all days from the landing come to the same.
    let next = day_after();
    let next = received.write("next.ndjson", next.as_bytes());
    assert_eq!(counts(&received, &next), counts(&made, &next));
    assert_eq!(rows(&made), rows(&received));
    for house in [&made, &received] {
        house.run(&["doctor", "--deep"]);
        let before = house.content();
        house.run(&["rebuild", "--quiet"]);
        assert_eq!(house.content(), before);
    }
}

/// What was new the day before is corrected, and something is deleted that never was.
fn day_after() -> String {
    let lines = [
        json!({
            "resourceType": "Observation",
            "id": "o-0000004-new",
            "meta": { "versionId": "9", "lastUpdated": "2027-01-06T09:00:00+09:00" },
            "status": "final",
            "code": { "text": "HbA1c" },
            "subject": { "reference": "Patient/p-0000004" },
            "valueQuantity": { "value": 6.1, "unit": "%" },
        }),
        json!({
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [{ "request": { "method": "DELETE", "url": "Observation/o-0000004-no" } }],
        }),
    ];
    lines.iter().map(|line| format!("{line}\n")).collect()
}
