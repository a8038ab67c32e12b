//! Encounter: visits, with department, ward, diagnoses and how they ended.

use super::super::chart::{DAY, Visit, VisitEnd, VisitKind};
use super::json::{Json, Time};
use super::of::{self, Of};
use super::pages::Listed;
use super::systems::{coding, json, profile};
use super::{Kind, Pages};

/// Writes all visits, with the diagnoses that were listed before.
pub(super) fn write_all(of: &Of<'_>, pages: &mut Pages) {
    let mut listed = std::mem::take(&mut pages.diagnoses);
    // 主病名 first; the rest as written.
    listed.sort_by_key(|one| (one.visit, !one.main));
    for visit in &of.life.visits {
        let from = listed.partition_point(|one| one.visit < visit.id);
        let to = listed.partition_point(|one| one.visit <= visit.id);
        write(of, visit, listed.get(from..to).unwrap_or_default(), pages);
    }
    pages.diagnoses = listed;
}

fn write(of: &Of<'_>, visit: &Visit, diagnoses: &[Listed], pages: &mut Pages) {
    let (start, end) = visit.time;
    let has_ended = end <= of.until();
    let updated = Time::of(if has_ended { end } else { start });
    let json = pages.version(Kind::Encounter, of, (if has_ended { "2" } else { "1" }, &updated));
    json.raw(profile!("Encounter"));
    of::extensions(json, visit.department);
    json.raw(r#"],"status":""#).raw(match visit.end {
        VisitEnd::NoShow => "cancelled",
        _ if has_ended => "finished",
        _ => "in-progress",
    });
    json.raw(r#"","class":"#).raw(coding!("http://terminology.hl7.org/CodeSystem/v3-ActCode"));
    json.raw(match visit.kind {
        VisitKind::Outpatient | VisitKind::Checkup => r#"AMB","display":"外来"}"#,
        VisitKind::Emergency => r#"EMER","display":"救急"}"#,
        VisitKind::Inpatient { .. } => r#"IMP","display":"入院"}"#,
    });
    if visit.kind == VisitKind::Checkup {
        json.raw(r#","type":[{"text":"健康診断"}]"#);
    }
    if visit.kind == VisitKind::Emergency || through_emergency(of, visit) {
        json.raw(r#","priority":{"coding":["#);
        json.raw(coding!("http://terminology.hl7.org/CodeSystem/v3-ActPriority"));
        json.raw(r#"EM"}],"text":"緊急"}"#);
    }
    of.patient(json, "subject");
    json.raw(r#","participant":[{"individual":"#);
    of.doctor(json, visit.department);
    json.raw(r#"}],"period":{"start":""#).time(start);
    if has_ended && visit.end != VisitEnd::NoShow {
        json.raw(r#"","end":""#).time(end);
    }
    json.raw(r#""}"#);
    listed(of, json, diagnoses);
    if let VisitKind::Inpatient { ward } = visit.kind {
        stay(of, json, (visit, ward), has_ended);
    }
    json.raw(r#","serviceProvider":{"reference":"Organization/dept-"#).raw(visit.department.code);
    json.raw(r#""}}"#).end();
}

fn listed(of: &Of<'_>, json: &mut Json, diagnoses: &[Listed]) {
    for (nth, diagnosis) in (1_u64..).zip(diagnoses) {
        json.raw(if nth == 1 { r#","diagnosis":[{"condition":"# } else { r#",{"condition":"# });
        of.reference(json, "Condition/c-", diagnosis.number);
        json.raw(r#","rank":"#).number(nth).raw("}");
    }
    if !diagnoses.is_empty() {
        json.raw("]");
    }
}

/// What only a stay has: its length, where from, where to, the ward.
fn stay(of: &Of<'_>, json: &mut Json, (visit, ward): (&Visit, u8), has_ended: bool) {
    let (start, end) = visit.time;
    if has_ended {
        let days = end.div_euclid(DAY) - start.div_euclid(DAY);
        json.raw(r#","length":{"value":"#).number(days.unsigned_abs());
        json.raw(r#","unit":"日","system":"http://unitsofmeasure.org","code":"d"}"#);
    }
    json.raw(r#","hospitalization":{"admitSource":{"coding":["#);
    json.raw(coding!("http://terminology.hl7.org/CodeSystem/admit-source"));
    json.raw(if through_emergency(of, visit) {
        r#"emd"}],"text":"救急外来"}"#
    } else {
        r#"outp"}],"text":"外来"}"#
    });
    if has_ended {
        json.raw(r#","dischargeDisposition":{"coding":["#);
        json.raw(coding!("http://terminology.hl7.org/CodeSystem/discharge-disposition"));
        json.raw(match visit.end {
            VisitEnd::Transfer => r#"other-hcf"}],"text":"転院"}"#,
            VisitEnd::Death => r#"exp"}],"text":"死亡退院"}"#,
            VisitEnd::Home | VisitEnd::NoShow => r#"home"}],"text":"自宅退院"}"#,
        });
    }
    json.raw(r#"},"location":[{"location":{"reference":"Location/ward-"#);
    json.padded(u64::from(ward), 2).raw(json!(
        r#""},"physicalType":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/location-physical-type","code":"wa"}]}}]"#
    ));
}

/// Whether an emergency visit of the same or the day before led to this stay.
fn through_emergency(of: &Of<'_>, visit: &Visit) -> bool {
    let before = (visit.id as usize).checked_sub(1).and_then(|at| of.life.visits.get(at));
    matches!(visit.kind, VisitKind::Inpatient { .. })
        && before.is_some_and(|before| {
            before.kind == VisitKind::Emergency && visit.time.0 - before.time.0 <= DAY
        })
}
