//! Procedure: operations and interventions by their K codes.

use super::super::codes::{Modifier, Operation};
use super::moment::Moment;
use super::of;
use super::systems::{coding, profile};
use super::{Kind, Pages};

/// Writes an operation: how long it took, and on which side.
pub(super) fn write(
    at: &Moment<'_>,
    operation: &Operation,
    (minutes, side): (i32, Option<&Modifier>),
    pages: &mut Pages,
) {
    let json = pages.open(Kind::Procedure, at.of, &at.time);
    json.raw(profile!("Procedure"));
    of::extensions(json, at.visit.department);
    json.raw(r#"],"status":"completed","category":{"coding":["#)
        .raw(coding!("http://snomed.info/sct"));
    json.raw(if operation.code.starts_with('K') {
        r#"387713003","display":"Surgical procedure"}],"text":"手術"}"#
    } else if operation.code.starts_with('D') {
        r#"103693007","display":"Diagnostic procedure"}],"text":"検査"}"#
    } else {
        r#"277132007","display":"Therapeutic procedure"}],"text":"処置"}"#
    });
    json.raw(r#","code":{"coding":["#);
    json.raw(coding!("http://jpfhir.jp/fhir/core/CodeSystem/JP_ProcedureCodesMedical_CS"));
    json.raw(operation.code).raw(r#"","display":""#).text(operation.ja);
    json.raw(r#""}],"text":""#).text(operation.ja).raw(r#""}"#);
    at.of.patient(json, "subject");
    at.of.encounter(json, at.visit.id);
    json.raw(r#","performedPeriod":{"start":""#).moment(&at.time);
    json.raw(r#"","end":""#).time(at.minute + i64::from(minutes.max(1)));
    json.raw(r#""},"performer":[{"actor":"#);
    at.of.doctor(json, at.visit.department);
    json.raw("}]");
    if let Some(side) = side {
        json.raw(r#","bodySite":[{"text":""#).raw(side.ja).raw(r#""}]"#);
    }
    json.raw("}").end();
}
