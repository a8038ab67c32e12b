//! The reading itself, on people made by hand.

use serde_json::{Value, json};

use super::cohort::Reading;
use super::omop::{Day, Person, Row, Vocabulary};
use crate::ast::Kind;

fn row(id: i64, domain: &'static str, concept: i64, start: Day, end: Option<Day>) -> Row {
    Row { id, domain, concept, start, end, ..Row::default() }
}

fn set(id: i64, concept: i64) -> Value {
    json!({"id": id, "name": "set", "expression": {"items": [
        {"concept": {"CONCEPT_ID": concept}, "includeDescendants": true}
    ]}})
}

/// Conditions of set 0; all of them, until the end of observation.
fn definition() -> Value {
    json!({
        "ConceptSets": [set(0, 10), set(1, 20)],
        "PrimaryCriteria": {
            "CriteriaList": [{"ConditionOccurrence": {"CodesetId": 0}}],
            "ObservationWindow": {"PriorDays": 30, "PostDays": 0},
            "PrimaryCriteriaLimit": {"Type": "All"}
        },
        "QualifiedLimit": {"Type": "First"},
        "ExpressionLimit": {"Type": "All"},
        "InclusionRules": []
    })
}

fn person(rows: Vec<Row>) -> Person {
    Person { gender: 8507, birth: (1980, 6, 30), periods: vec![(100, 1_000)], rows }
}

fn periods(definition: &Value, person: &Person) -> Vec<(Day, Day)> {
    let mut vocabulary = Vocabulary::default();
    vocabulary.put_below(11, 10);
    Reading { definition, vocabulary: &vocabulary, person }.periods()
}

fn ends_after(definition: &mut Value, field: &str, days: i64) {
    definition["EndStrategy"] = json!({"DateOffset": {"DateField": field, "Offset": days}});
}

#[test]
fn an_entry_needs_its_days_of_observation_and_a_concept_of_the_set() {
    let at = |day, concept| {
        let one = person(vec![row(1, "ConditionOccurrence", concept, day, None)]);
        periods(&definition(), &one)
    };
    assert_eq!(at(130, 10), [(130, 1_000)]);
    assert_eq!(at(130, 11), [(130, 1_000)], "a descendant");
    assert!(at(129, 10).is_empty(), "29 days of observation");
    assert!(at(1_001, 10).is_empty(), "outside");
    assert!(at(130, 12).is_empty(), "another concept");
}

#[test]
fn an_end_that_is_not_recorded_is_the_next_day_and_periods_join_over_the_pad() {
    let mut definition = definition();
    ends_after(&mut definition, "EndDate", 5);
    definition["CollapseSettings"] = json!({"CollapseType": "ERA", "EraPad": 3});
    let rows = |second| {
        vec![
            row(1, "ConditionOccurrence", 10, 200, None),
            row(2, "ConditionOccurrence", 10, second, Some(second)),
        ]
    };
    assert_eq!(periods(&definition, &person(rows(209))), [(200, 214)]);
    assert_eq!(periods(&definition, &person(rows(210))), [(200, 206), (210, 215)]);
    assert_eq!(periods(&definition, &person(rows(998))).last(), Some(&(998, 1_000)));
}

#[test]
fn a_drug_era_ends_with_its_last_exposure_before_a_longer_gap() {
    let mut definition = definition();
    definition["EndStrategy"] =
        json!({"CustomEra": {"DrugCodesetId": 1, "GapDays": 7, "Offset": 2}});
    let one = person(vec![
        row(1, "ConditionOccurrence", 10, 205, None),
        row(2, "DrugExposure", 20, 200, Some(210)),
        row(3, "DrugExposure", 20, 219, Some(230)),
        row(4, "DrugExposure", 20, 240, Some(260)),
    ]);
    // 219 is 9 days after 210, as far as gap and offset go; 240 is 10 after 230.
    assert_eq!(periods(&definition, &one), [(205, 232)]);
    let without = person(vec![row(1, "ConditionOccurrence", 10, 205, None)]);
    assert_eq!(periods(&definition, &without), [(205, 1_000)]);
}

#[test]
fn windows_include_their_ends_and_look_no_further_than_the_observation_period() {
    let mut definition = definition();
    let mut rule = |count: i64, kind: i64, ignore: bool| {
        definition["InclusionRules"] = json!([{"name": "drug", "expression": {
            "Type": "ALL", "DemographicCriteriaList": [], "Groups": [], "CriteriaList": [{
                "Criteria": {"DrugExposure": {"CodesetId": 1}},
                "StartWindow": {"Start": {"Days": 60, "Coeff": -1}, "End": {"Days": 1, "Coeff": -1}},
                "IgnoreObservationPeriod": ignore,
                "Occurrence": {"Type": kind, "Count": count}
            }]
        }}]);
        let with = |day| {
            let rows = vec![
                row(1, "ConditionOccurrence", 10, 150, None),
                row(2, "DrugExposure", 20, day, Some(day)),
            ];
            !periods(&definition, &person(rows)).is_empty()
        };
        [89, 90, 99, 100, 149, 150].map(with)
    };
    assert_eq!(rule(1, 2, true), [false, true, true, true, true, false]);
    assert_eq!(rule(1, 2, false), [false, false, false, true, true, false]);
    assert_eq!(rule(0, 0, false), [true, true, true, false, false, true]);
}

#[test]
fn limits_choose_before_and_after_the_rules() {
    let rows = vec![
        row(1, "ConditionOccurrence", 10, 150, None),
        row(2, "DrugExposure", 20, 170, Some(170)),
        row(3, "ConditionOccurrence", 10, 180, None),
    ];
    let mut definition = definition();
    ends_after(&mut definition, "StartDate", 0);
    definition["InclusionRules"] = json!([{"name": "drug before", "expression": {
        "Type": "ANY", "CriteriaList": [{
            "Criteria": {"DrugExposure": {"CodesetId": 1}},
            "StartWindow": {"Start": {"Coeff": -1}, "End": {"Days": 0, "Coeff": -1}},
            "Occurrence": {"Type": 2, "Count": 1}
        }]
    }}]);
    definition["ExpressionLimit"]["Type"] = json!("First");
    assert_eq!(periods(&definition, &person(rows.clone())), [(180, 180)]);
    definition["PrimaryCriteria"]["PrimaryCriteriaLimit"]["Type"] = json!("First");
    assert!(periods(&definition, &person(rows)).is_empty());
}

#[test]
fn what_is_published_says_what_the_rows_say() {
    let mut drug = row(7, "DrugExposure", 20, 200, Some(210));
    drug.source = 21;
    drug.visit = Some(3);
    drug.numbers.insert("quantity", 30.0);
    drug.numbers.insert("days_supply", 11.0);
    drug.concepts.insert("type_concept_id", 32_838);
    drug.concepts.insert("route_concept_id", 4_132_161);
    let lab = row(8, "Measurement", 40, 201, None);
    let published = person(vec![drug, lab]).published();
    let [drug, lab] = &published[..] else { panic!("{published:?}") };
    assert_eq!(drug.kind, Kind::Dispensing);
    assert_eq!((drug.start, drug.last, drug.code), (200, Some(210), 20));
    assert_eq!(drug.visit.as_deref(), Some("000000003"));
    assert_eq!((drug.days_supply, drug.route, drug.members), (Some(11.0), Some(4_132_161), None));
    let numbers: Vec<_> = drug.numbers.iter().map(|(name, n)| (name.as_str(), *n)).collect();
    assert_eq!(numbers, [("item_quantity", 30.0)]);
    let codes: Vec<_> = drug.attributes.iter().map(|(name, n)| (name.as_str(), *n)).collect();
    assert_eq!(codes, [("record_type", 32_838), ("source_concept", 21)]);
    assert_eq!((&lab.kind, lab.last, lab.coded_value), (&Kind::Lab, Some(201), None));
    assert_eq!(lab.source_key, "000000008");
}
