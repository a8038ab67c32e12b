//! What is written, read by somebody else's reader of JSON.

mod one_of_each;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::Hospital;
use super::super::chart::Life;
use super::super::codes::{self, labs, vitals};
use super::{Kind, Pages, house, write};

fn written(lives: impl IntoIterator<Item = Life>) -> Pages {
    let mut pages = Pages::default();
    lives.into_iter().for_each(|life| write(&life, &mut pages));
    pages
}

fn hospital(patients: u64) -> Pages {
    let hospital = Hospital { seed: 11, patients };
    written(hospital.lives().chain([one_of_each::life()]))
}

fn resources(pages: &Pages, kind: Kind) -> Vec<Value> {
    let text = std::str::from_utf8(pages.bytes(kind)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// All resources of one type of the life with one of everything.
fn only(kind: Kind) -> Vec<Value> {
    resources(&written([one_of_each::life()]), kind)
}

/// Whether something below this is empty, which FHIR forbids.
fn is_hollow(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.is_empty() || fields.values().any(is_hollow),
        Value::Array(items) => items.is_empty() || items.iter().any(is_hollow),
        Value::String(text) => text.trim().is_empty(),
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Calls with each reference below this.
fn references<'v>(value: &'v Value, tell: &mut impl FnMut(&'v str)) {
    match value {
        Value::Object(fields) => {
            for (name, inside) in fields {
                if let (true, Some(reference)) = (name == "reference", inside.as_str()) {
                    tell(reference);
                }
                references(inside, tell);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, tell)),
        _ => {}
    }
}

#[test]
fn every_line_is_a_whole_resource_of_its_type_and_counted() {
    let pages = hospital(60);
    for kind in Kind::ALL {
        let resources = resources(&pages, kind);
        assert_eq!(resources.len() as u64, pages.count(kind), "{kind:?}");
        assert!(pages.count(kind) > 0, "{kind:?}");
        for resource in resources {
            assert_eq!(
                format!("{}.ndjson", resource["resourceType"].as_str().unwrap()),
                kind.file()
            );
            assert!(!is_hollow(&resource), "{resource}");
            assert!(resource["meta"]["profile"][0].as_str().unwrap().contains("/JP_"));
        }
    }
}

#[test]
fn ids_are_unique_and_references_lead_to_the_same_patient_or_the_house() {
    let pages = hospital(20);
    let mut ids = BTreeSet::new();
    for kind in Kind::ALL {
        for resource in resources(&pages, kind) {
            let name = resource["resourceType"].as_str().unwrap();
            assert!(ids.insert(format!("{name}/{}", resource["id"].as_str().unwrap())));
        }
    }
    let around = house();
    let around = around.iter().flat_map(|(_, text)| text.lines().map(String::from));
    let of_twelve = crate::house()
        .iter()
        .flat_map(|(_, bytes)| std::str::from_utf8(bytes).unwrap().lines().map(String::from));
    for line in around.chain(of_twelve) {
        let resource: Value = serde_json::from_str(&line).unwrap();
        let name = resource["resourceType"].as_str().unwrap();
        assert!(ids.insert(format!("{name}/{}", resource["id"].as_str().unwrap())), "{line}");
    }
    for kind in Kind::ALL {
        for resource in resources(&pages, kind) {
            let patient = resource["id"].as_str().unwrap().split('-').nth(1).unwrap();
            references(&resource, &mut |reference| {
                assert!(ids.contains(reference), "{reference}");
                let of_patient = reference.split('-').nth(1) == Some(patient);
                let of_house = ["Organization", "Practitioner", "Location"];
                assert!(of_patient || of_house.contains(&reference.split('/').next().unwrap()));
            });
        }
    }
}

#[test]
fn the_same_life_gives_the_same_bytes_wherever_it_is_written() {
    let hospital = Hospital { seed: 5, patients: 8 };
    let together = written(hospital.lives());
    for kind in Kind::ALL {
        let alone: Vec<u8> = (0..hospital.patients)
            .flat_map(|number| written([hospital.life(number)]).take(kind))
            .collect();
        assert_eq!(together.bytes(kind), alone, "{kind:?}");
    }
}

#[test]
fn pages_are_emptied_and_go_on_counting() {
    let mut pages = Pages::annotated();
    write(&one_of_each::life(), &mut pages);
    let first = pages.bytes(Kind::Observation).to_vec();
    let count = pages.count(Kind::Observation);
    assert_eq!(pages.annotations().lines().count() as u64, pages.count(Kind::DocumentReference));
    pages.clear();
    assert!(Kind::ALL.iter().all(|kind| pages.bytes(*kind).is_empty()));
    assert!(pages.annotations().is_empty());
    write(&one_of_each::life(), &mut pages);
    assert_eq!(pages.take(Kind::Observation), first);
    assert_eq!(pages.count(Kind::Observation), 2 * count);
}

#[test]
fn values_have_the_form_in_which_they_were_told() {
    let observations = only(Kind::Observation);
    let named = |name: &str| {
        observations.iter().find(|one| one["code"]["text"] == name).unwrap_or(&Value::Null)
    };
    let text = |value: &Value| serde_json::to_string(value).unwrap();
    assert_eq!(named("カリウム")["valueQuantity"]["value"].to_string(), "5.0");
    assert_eq!(named("カリウム")["interpretation"][0]["coding"][0]["code"], "H");
    assert_eq!(named("カリウム")["referenceRange"][0]["low"]["value"].to_string(), "3.6");
    assert_eq!(named("クレアチニン")["valueQuantity"]["code"], "umol/L");
    assert!(named("クレアチニン")["interpretation"].is_null());
    assert_eq!(named("CRP")["valueQuantity"]["comparator"], "<");
    assert_eq!(named("尿蛋白定性")["valueCodeableConcept"]["text"], "(±)");
    assert_eq!(named("ABO式血液型")["valueString"], "A");
    assert_eq!(named("γ-GT")["dataAbsentReason"]["text"], "検体溶血");
    assert!(named("推算GFR(クレアチニン)")["valueQuantity"].is_null());
    assert_eq!(named("左室駆出率")["category"][0]["coding"][0]["code"], "exam");
    assert_eq!(named("血液培養")["interpretation"][0]["coding"][0]["code"], "POS");
    let smoking = named("喫煙状況");
    assert_eq!(smoking["valueCodeableConcept"]["coding"][0]["code"], "8517006");
    assert_eq!(smoking["category"][0]["coding"][0]["code"], "social-history");
    assert_eq!(named("心係数")["code"]["coding"][0]["code"], "Cardiac index");
    assert_eq!(named("体重")["valueQuantity"]["value"].to_string(), "68.0");
    let pressure = text(&named("血圧")["component"]);
    assert!(pressure.contains("148") && pressure.contains("86"));
    // Serum was taken first, urine second.
    let specimen = |name| text(&named(name)["specimen"]);
    assert!(specimen("カリウム").contains("s-0000123-1"));
    assert!(specimen("尿蛋白定性").contains("s-0000123-2"));
    assert!(named("体重")["specimen"].is_null());
}

#[test]
fn a_suspected_disease_says_so_in_its_status_and_its_name() {
    let conditions = only(Kind::Condition);
    let suspected = conditions
        .iter()
        .find(|one| one["verificationStatus"]["coding"][0]["code"] == "provisional")
        .unwrap();
    assert_eq!(suspected["code"]["text"], "陳旧性脳梗塞の疑い");
    assert_eq!(suspected["code"]["extension"].as_array().unwrap().len(), 2);
    assert_eq!(suspected["clinicalStatus"]["coding"][0]["code"], "inactive");
    assert_eq!(suspected["meta"]["versionId"], "2");
    let cancer = conditions.iter().find(|one| !one["stage"].is_null()).unwrap();
    assert_eq!(cancer["stage"][0]["summary"]["text"], "IA");
    assert_eq!(cancer["stage"][1]["summary"]["coding"][0]["code"], "T1b");
    assert_eq!(cancer["clinicalStatus"]["coding"][0]["code"], "remission");
}

#[test]
fn visits_are_planned_kept_going_or_over() {
    let visits = only(Kind::Encounter);
    let statuses: Vec<&str> = visits.iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["finished", "finished", "finished", "cancelled", "in-progress"]);
    let stay = &visits[2];
    assert_eq!(stay["hospitalization"]["admitSource"]["coding"][0]["code"], "emd");
    assert_eq!(stay["hospitalization"]["dischargeDisposition"]["text"], "自宅退院");
    assert_eq!(stay["priority"]["coding"][0]["code"], "EM");
    assert!(visits[4]["priority"].is_null());
    assert_eq!(stay["length"]["value"], 9);
    assert_eq!(stay["location"][0]["location"]["reference"], "Location/ward-07");
    assert_eq!(stay["diagnosis"][0]["condition"]["reference"], "Condition/c-0000123-3");
    assert!(visits[4]["period"]["end"].is_null());
}

#[test]
fn drugs_that_are_taken_alike_share_an_rp() {
    let requests = only(Kind::MedicationRequest);
    let orders: Vec<String> = requests
        .iter()
        .map(|one| format!("{}.{}", one["identifier"][0]["value"], one["identifier"][1]["value"]))
        .collect();
    assert_eq!(orders, [r#""1"."1""#, r#""1"."2""#, r#""2"."1""#]);
    let half = &requests[1]["dosageInstruction"][0]["doseAndRate"][0];
    assert_eq!(half["doseQuantity"]["value"].to_string(), "0.5");
    assert_eq!(requests[1]["dispenseRequest"]["quantity"]["value"].to_string(), "14");
    assert_eq!(requests[2]["dosageInstruction"][0]["asNeededBoolean"], true);
}

#[test]
fn a_report_refers_to_what_it_is_on() {
    let reports = only(Kind::DiagnosticReport);
    let results = |at: usize| reports[at]["result"].as_array().map_or(0, Vec::len);
    assert_eq!((results(0), results(1), results(2)), (8, 2, 0));
    assert_eq!(reports[2]["conclusionCode"][0]["coding"][0]["code"], "C16.9");
    let note = only(Kind::DocumentReference);
    assert!(note.iter().all(|one| one["content"][0]["attachment"]["size"].as_u64() > Some(20)));
}

#[test]
fn words_of_code_tables_need_no_escaping() {
    let tests = labs::ALL.iter().chain(vitals::ALL);
    let words = tests.flat_map(|one| [one.jlac10, one.loinc, one.ja, one.en, one.unit, one.ucum]);
    let departments = codes::departments::ALL.iter().flat_map(|one| [one.code, one.ja, one.en]);
    let usages = codes::usages::ALL.iter().flat_map(|one| [one.code, one.ja]);
    let modifiers = codes::modifiers::ALL.iter().flat_map(|one| [one.exchange, one.ja]);
    let vaccines = codes::vaccines::ALL.iter().flat_map(|one| [one.yj, one.cvx, one.ja, one.en]);
    let allergens = codes::allergens::ALL.iter().flat_map(|one| [one.code, one.ja, one.category]);
    for word in
        words.chain(departments).chain(usages).chain(modifiers).chain(vaccines).chain(allergens)
    {
        assert!(!word.contains(['"', '\\']) && !word.contains(char::is_control), "{word}");
    }
}

#[test]
fn the_first_resource_of_each_type_looks_like_this() {
    let pages = written([one_of_each::life()]);
    let first: BTreeMap<&str, Value> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let mut resource = resources(&pages, kind).remove(0);
            // Notes are looked at where they are made.
            for part in ["data", "size"] {
                if let Some(text) = resource.pointer_mut(&format!("/content/0/attachment/{part}")) {
                    *text = Value::from("…");
                }
            }
            (kind.file(), resource)
        })
        .collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&first).unwrap());
}
