//! DocumentReference: a note with its text, which says what the record knows and some more.

use super::super::chart::VisitKind;
use super::super::notes;
use super::moment::Moment;
use super::of;
use super::systems::{coding, json, profile};
use super::{Kind, Pages};

/// Writes the note or report that is the life's `event`-th event; gives its number, if it has a
/// text at all.
pub(super) fn write(at: &Moment<'_>, event: usize, pages: &mut Pages) -> Option<u64> {
    let mut note = std::mem::take(&mut pages.note);
    notes::write(at.of.life, event, &mut note);
    let number = (!note.text.is_empty()).then(|| put(at, &note, pages));
    pages.note = note;
    number
}

fn put(at: &Moment<'_>, note: &notes::Note, pages: &mut Pages) -> u64 {
    let (of, visit) = (at.of, at.visit);
    let number = pages.of_patient(Kind::DocumentReference) + 1;
    if let Some(annotations) = &mut pages.annotations {
        let id = format!("d-{}-{number}", of.digits);
        notes::annotations_json(&id, note, annotations);
    }
    let json = pages.open(Kind::DocumentReference, of, &at.reported);
    json.raw(profile!("DocumentReference"));
    of::extensions(json, visit.department);
    json.raw(r#"],"status":"current","docStatus":"final","type":{"coding":["#);
    json.raw(coding!("http://loinc.org")).raw(note.loinc).raw(r#"","display":""#).raw(note.title);
    json.raw(r#""}],"text":""#).raw(note.title).raw(json!(
        r#""},"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/media-category","code":"text"}],"text":"診療記録"}]"#
    ));
    of.patient(json, "subject");
    json.raw(r#","date":""#).moment(&at.reported).raw(r#"","author":["#);
    of::doctor(json, visit.department, u64::from(note.author));
    json.raw(r#"],"custodian":{"reference":"Organization/aoba-hospital"},"description":""#);
    json.raw(note.title);
    json.raw(r#"","content":[{"attachment":{"contentType":"text/plain;charset=utf-8","language":"ja","data":""#);
    json.base64(note.text.as_bytes()).raw(r#"","size":"#).number(note.text.len() as u64);
    json.raw(r#","title":""#).raw(note.title).raw(r#"","creation":""#).moment(&at.reported);
    json.raw(r#""}}],"context":{"encounter":["#);
    of.reference(json, "Encounter/e-", u64::from(visit.id) + 1);
    json.raw(r#"],"period":{"start":""#).moment(&at.time).raw(r#""},"facilityType":{"text":""#);
    json.raw(match visit.kind {
        VisitKind::Outpatient => "外来",
        VisitKind::Emergency => "救急外来",
        VisitKind::Inpatient { .. } => "病棟",
        VisitKind::Checkup => "健診センター",
    });
    json.raw(r#""},"practiceSetting":"#);
    of::department_concept(json, visit.department);
    json.raw("}}").end();
    number
}
