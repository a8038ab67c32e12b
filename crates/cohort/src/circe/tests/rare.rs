//! What few published definitions use, held to Circe's meaning with many people each.

use serde_json::{Value, json};

use super::super::meaning::compare;
use super::bring;
use super::engine::Evaluator;

fn endpoint(days: Option<i32>, coefficient: i32) -> Value {
    match days {
        Some(days) => json!({"Days": days, "Coeff": coefficient}),
        None => json!({"Coeff": coefficient}),
    }
}

fn window(start: &Value, end: &Value, of_index_end: bool) -> Value {
    json!({"Start": start, "End": end, "UseIndexEnd": of_index_end, "UseEventEnd": false})
}

fn asked(criterion: &Value, window: &Value, kind: u32, count: u32) -> Value {
    json!({
        "Criteria": criterion,
        "StartWindow": window,
        "RestrictVisit": false,
        "IgnoreObservationPeriod": false,
        "Occurrence": {"Type": kind, "Count": count, "IsDistinct": false}
    })
}

fn all(criteria: &[Value]) -> Value {
    json!({"Type": "ALL", "CriteriaList": criteria, "DemographicCriteriaList": [], "Groups": []})
}

fn set(id: i64, concept: i64, mapped: bool) -> Value {
    json!({"id": id, "name": format!("set {id}"), "expression": {"items": [{
        "concept": {"CONCEPT_ID": concept, "CONCEPT_NAME": "a concept"},
        "includeDescendants": true, "includeMapped": mapped, "isExcluded": false
    }]}})
}

fn definition(entry: &Value, rule: &Value) -> Value {
    json!({
        "PrimaryCriteria": {
            "CriteriaList": [entry],
            "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
            "PrimaryCriteriaLimit": {"Type": "All"}
        },
        "ConceptSets": [set(0, 9201, false), set(1, 3_000_000, false), set(2, 4_000_000, true)],
        "QualifiedLimit": {"Type": "All"},
        "ExpressionLimit": {"Type": "All"},
        "InclusionRules": [{"name": "rule", "expression": rule}],
        "CensoringCriteria": [],
        "CollapseSettings": {"CollapseType": "ERA", "EraPad": 0}
    })
}

/// The same periods for everybody made around it; some are in, and some are out.
fn agrees(json: &Value) {
    let imported = bring(json).unwrap();
    let report = compare(json, &imported, 0..400, &Evaluator);
    assert!(report.members > 0 && report.members < report.people, "{report:?}");
    assert!(report.differ.is_empty(), "{json:#}\n{:?}", report.differ.first());
}

fn visit() -> Value {
    json!({"VisitOccurrence": {"CodesetId": 0}})
}

fn lab() -> Value {
    json!({"Measurement": {"CodesetId": 1}})
}

#[test]
fn windows_from_the_end_of_a_stay_that_may_go_on() {
    let after = || window(&endpoint(Some(0), -1), &endpoint(Some(30), 1), true);
    for (kind, count) in [(2, 1), (0, 0), (1, 1), (0, 1)] {
        agrees(&definition(&visit(), &all(&[asked(&lab(), &after(), kind, count)])));
    }
    let before = || window(&endpoint(Some(40), -1), &endpoint(Some(1), -1), true);
    for (kind, count) in [(2, 1), (0, 0)] {
        agrees(&definition(&visit(), &all(&[asked(&lab(), &before(), kind, count)])));
    }
    let never_ends = || window(&endpoint(Some(0), 1), &endpoint(None, 1), true);
    for (kind, count) in [(2, 1), (0, 0)] {
        agrees(&definition(&visit(), &all(&[asked(&lab(), &never_ends(), kind, count)])));
    }
}

#[test]
fn windows_from_either_end_of_the_observation_period() {
    let from_the_end = || window(&endpoint(None, 1), &endpoint(None, 1), false);
    let to_the_start = || window(&endpoint(None, -1), &endpoint(None, -1), false);
    for range in [from_the_end(), to_the_start()] {
        agrees(&definition(&lab(), &all(&[asked(&visit(), &range, 0, 0)])));
    }
}

#[test]
fn events_around_events_look_no_further_than_their_own_period() {
    let far = || window(&endpoint(None, -1), &endpoint(Some(900), 1), false);
    for (kind, count) in [(2, 1), (0, 0)] {
        let mut stay = visit();
        stay["VisitOccurrence"]["CorrelatedCriteria"] = all(&[asked(&lab(), &far(), kind, count)]);
        let mut outer = asked(&stay, &far(), 2, 1);
        outer["IgnoreObservationPeriod"] = json!(true);
        agrees(&definition(&lab(), &all(&[outer])));
    }
}

#[test]
fn mapped_source_concepts_and_ages_at_either_end() {
    let sourced = json!({"ConditionOccurrence": {"ConditionSourceConcept": 2}});
    let near = || window(&endpoint(Some(30), -1), &endpoint(Some(30), 1), false);
    for (kind, count) in [(2, 1), (0, 0)] {
        agrees(&definition(&lab(), &all(&[asked(&sourced, &near(), kind, count)])));
    }
    let aged = json!({"DrugEra": {
        "CodesetId": 1,
        "AgeAtStart": {"Value": 50, "Op": "gte"},
        "AgeAtEnd": {"Value": 50, "Extent": 51, "Op": "bt"}
    }});
    agrees(&definition(&lab(), &all(&[asked(&aged, &near(), 2, 1)])));
}
