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
}

#[test]
fn what_is_missing_is_named_by_its_path() {
    let window = refused(|json| {
        json["PrimaryCriteria"].as_object_mut().unwrap().remove("ObservationWindow");
    });
    assert_eq!(window, "$.PrimaryCriteria.ObservationWindow: this field is missing");
}
