//! Public suites and samples, both ways.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;

use super::*;
use crate::json::Node;

/// Every view of the suites over every resource of the same type in them.
#[test]
fn the_suites_views_agree_over_all_their_resources() {
    let Some(shared) = shared() else { return };
    let mut resources: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut views: Vec<Arc<View>> = Vec::new();
    for folder in ["data/sql-on-fhir-2026-08", "data/sql-on-fhir"] {
        let Ok(files) = fs::read_dir(shared.join(folder)) else { continue };
        for file in
            files.flatten().filter(|file| file.path().extension().is_some_and(|e| e == "json"))
        {
            let Ok(suite) = Node::parse(&fs::read_to_string(file.path()).unwrap()) else {
                continue;
            };
            for resource in suite.get("resources").and_then(Node::as_array).unwrap_or_default() {
                let all = resources.entry(resource.resource_type().unwrap_or_default().to_owned());
                all.or_default().push(resource.to_string());
            }
            for case in suite.get("tests").and_then(Node::as_array).unwrap_or_default() {
                let json = case.get("view").map(Node::to_string).unwrap_or_default();
                views.extend(view::read(json.as_bytes()).0.map(Arc::new));
            }
        }
    }
    let (mut pairs, mut compiled, total) = (0, 0, views.len());
    let origin = Origin { line: 1, ..Origin::default() };
    for view in views {
        let Ok(plan) = Plan::new(std::slice::from_ref(&view), Layout::Plain) else { continue };
        match &plan.explain()[0].not_compiled {
            None => compiled += 1,
            Some(why) => println!("{why}"),
        }
        let mut both = Both::new(std::slice::from_ref(&view), Layout::Plain);
        for text in resources.get(&view.resource).into_iter().flatten() {
            both.push(text, &origin);
            pairs += 1;
        }
    }
    println!("{total} views, {compiled} compiled, {pairs} pairs");
    assert!(pairs > 300 && compiled * 2 > total);
}

/// Views over the examples of JP Core, with contained resources and extensions of all kinds.
#[test]
fn the_examples_of_jp_core_agree() {
    let Some(shared) = shared() else { return };
    let mut files = vec![shared.join("data/jp-core")];
    let mut resources: BTreeMap<String, Vec<String>> = BTreeMap::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(path).unwrap().flatten().map(|file| file.path()));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let Ok(node) = Node::parse(&text) else { continue };
            if let Some(found) = node.resource_type() {
                resources.entry(found.to_owned()).or_default().push(text);
            }
        }
    }
    let origin = Origin { line: 1, ..Origin::default() };
    let mut taken = 0;
    for (resource, view) in jp_views() {
        let mut both = Both::new(&[view], lake());
        for text in resources.get(resource).into_iter().flatten() {
            taken += usize::from(both.push(text, &origin).pushed.is_ok());
        }
    }
    assert!(taken > 30, "{taken} resources taken");
}

/// Name, path, type.
type Columns = &'static [(&'static str, &'static str, &'static str)];

/// The extension that tells whether a name is in kanji or kana.
const NAME_FORM: &str = "extension('http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation').value.ofType(code)";

/// Type, forEach, columns.
const JP_VIEWS: &[(&str, &str, Columns)] = &[
    ("Patient", "name", &[("family", "family", "string"), ("form", NAME_FORM, "code")]),
    ("Patient", "identifier", &[("system", "system", "uri"), ("value", "value", "string")]),
    (
        "MedicationRequest",
        "",
        &[
            ("medicine", "medication.ofType(Reference).getReferenceKey(Medication)", "string"),
            ("code", "medication.ofType(CodeableConcept).coding.code.first()", "code"),
            ("authored", "authoredOn", "dateTime"),
            (
                "dose",
                "dosageInstruction.first().doseAndRate.first().dose.ofType(Quantity).value",
                "decimal",
            ),
        ],
    ),
    (
        "MedicationRequest",
        "dosageInstruction",
        &[("text", "text", "string"), ("usage", "timing.code.coding.code.first()", "code")],
    ),
    (
        "Observation",
        "",
        &[
            ("code", "code.coding.code.first()", "code"),
            ("effective", "effective.ofType(dateTime)", "dateTime"),
            ("value", "value.ofType(Quantity).value", "decimal"),
            ("performer", "performer.first().getReferenceKey()", "string"),
        ],
    ),
    (
        "Observation",
        "component",
        &[
            ("code", "code.coding.code.first()", "code"),
            ("value", "value.ofType(Quantity).value", "decimal"),
        ],
    ),
    (
        "Condition",
        "",
        &[
            ("code", "code.coding.code.first()", "code"),
            ("onset", "onset.ofType(dateTime)", "dateTime"),
            ("age", "onset.ofType(Age).value", "decimal"),
        ],
    ),
    ("AllergyIntolerance", "reaction.manifestation.coding", &[("code", "code", "code")]),
    ("DiagnosticReport", "result", &[("key", "getReferenceKey(Observation)", "string")]),
];

fn jp_views() -> Vec<(&'static str, Arc<View>)> {
    JP_VIEWS
        .iter()
        .map(|(resource, each, columns)| (*resource, flat(resource, each, columns)))
        .collect()
}

/// The five public views over the first megabyte of each file of the Synthea sample.
#[test]
fn synthea_agrees() {
    let Some(shared) = shared() else { return };
    for (resource, name) in [
        ("Observation", "observation"),
        ("Patient", "patient"),
        ("Condition", "condition"),
        ("Encounter", "encounter"),
        ("MedicationRequest", "medicationrequest"),
    ] {
        let path = shared.join(format!("data/viewdefinitions/{name}.json"));
        let view = Arc::new(view::read(&fs::read(path).unwrap()).0.unwrap());
        let packed = fs::File::open(shared.join(format!("data/synthea/{resource}.ndjson.gz")));
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(packed.unwrap())
            .take(1 << 20)
            .read_to_end(&mut bytes)
            .unwrap();
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').unwrap();
        let text = String::from_utf8(bytes[..whole].to_vec()).unwrap();
        let mut both = Both::new(&[view], Layout::Plain);
        for (at, line) in text.lines().enumerate() {
            let origin = Origin { line: at as u64 + 1, ..Origin::default() };
            both.push(line, &origin).pushed.unwrap();
        }
        assert_eq!(both.quick.careful(), 0, "{resource}");
    }
}
