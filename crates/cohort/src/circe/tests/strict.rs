//! What Circe does not know is refused, with its path.

use serde_json::{Value, json};

use super::super::CohortExpression;

fn smallest() -> Value {
    json!({
        "PrimaryCriteria": {
            "CriteriaList": [{"ConditionOccurrence": {"CodesetId": 0}}],
            "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
            "PrimaryCriteriaLimit": {"Type": "All"}
        }
    })
}

fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut json = smallest();
    CohortExpression::read(&json).unwrap();
    change(&mut json);
    CohortExpression::read(&json).unwrap_err().to_string()
}

#[test]
fn an_unknown_field_is_named_by_its_path() {
    let told = refused(|json| {
        json["PrimaryCriteria"]["CriteriaList"][0]["ConditionOccurrence"]["Severity"] = json!(1);
    });
    assert_eq!(
        told,
        "$.PrimaryCriteria.CriteriaList[0].ConditionOccurrence.Severity: this field is not known to Circe"
    );
    assert!(refused(|json| json["Colour"] = json!("red")).starts_with("$.Colour: "));
}

#[test]
fn what_a_field_cannot_hold_is_named_by_its_path() {
    let limit = refused(|json| {
        json["PrimaryCriteria"]["PrimaryCriteriaLimit"]["Type"] = json!("Second");
    });
    assert_eq!(
        limit,
        "$.PrimaryCriteria.PrimaryCriteriaLimit.Type: All, First or Last is expected"
    );
    let criterion = refused(|json| {
        json["PrimaryCriteria"]["CriteriaList"][0] = json!({"Allergy": {}});
    });
    assert!(criterion.starts_with("$.PrimaryCriteria.CriteriaList[0].Allergy: "), "{criterion}");
    let age = refused(|json| {
        json["PrimaryCriteria"]["CriteriaList"][0]["ConditionOccurrence"]["Age"] =
            json!({"Value": 18, "Op": "over"});
    });
    assert!(age.ends_with("Age.Op: there is no operator \"over\""), "{age}");
    let sex = refused(|json| {
        json["PrimaryCriteria"]["CriteriaList"][0]["ConditionOccurrence"]["First"] = json!("yes");
    });
    assert!(sex.ends_with("First: true or false is expected"), "{sex}");
    for days in [i64::from(i32::MIN), 1_000_001, i64::MAX] {
        let many = refused(|json| {
            json["PrimaryCriteria"]["ObservationWindow"]["PriorDays"] = json!(days);
        });
        assert!(many.ends_with("PriorDays: at most 1,000,000 days can be counted"), "{many}");
    }
}

/// More ways in with different ends than an `else` may have.
#[test]
fn what_our_text_could_not_hold_is_refused() {
    let ways = |many: usize| {
        let mut json = smallest();
        let way = |at: usize| match at % 2 {
            0 => json!({"ConditionOccurrence": {}}),
            _ => json!({"VisitOccurrence": {}}),
        };
        json["PrimaryCriteria"]["CriteriaList"] = (0..many).map(way).collect::<Value>();
        json["EndStrategy"] = json!({"DateOffset": {"DateField": "EndDate", "Offset": 0}});
        super::bring(&json)
    };
    assert!(ways(20).is_ok());
    let refused = ways(200).unwrap_err();
    assert_eq!(
        refused.first().map(ToString::to_string).as_deref(),
        Some("$: more nesting, rules or text than a definition may have")
    );
}

#[test]
fn what_is_missing_is_named_by_its_path() {
    let window = refused(|json| {
        json["PrimaryCriteria"].as_object_mut().unwrap().remove("ObservationWindow");
    });
    assert_eq!(window, "$.PrimaryCriteria.ObservationWindow: this field is missing");
}
