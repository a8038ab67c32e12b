//! MedicationRequest and MedicationAdministration: drugs by HOT9, YJ and ATC, doses in MERIT-9,
//! usage by JAMI's standard.

use super::super::chart::{DAY, Dose, VisitKind};
use super::super::codes::{Drug, DrugForm, Usage, usages};
use super::json::Json;
use super::moment::Moment;
use super::of;
use super::systems::{coding, extension, json, profile};
use super::{Kind, Pages};

/// The identifier of the RP and of the drug within it.
const RP: &str =
    r#"{"system":"http://jpfhir.jp/fhir/core/mhlw/IdSystem/Medication-RPGroupNumber","value":""#;
const WITHIN: &str = r#""},{"system":"http://jpfhir.jp/fhir/core/mhlw/IdSystem/MedicationAdministrationIndex","value":""#;
const PRESCRIPTION: &str = r#""},{"system":"urn:oid:1.2.392.100495.20.3.11","value":""#;

/// Writes a prescription of one drug, `order` being its RP and its place within.
pub(super) fn request(at: &Moment<'_>, dose: &Dose, order: (u64, u64), pages: &mut Pages) {
    let of = at.of;
    let days = i64::from(dose.days.max(1));
    let json = pages.open(Kind::MedicationRequest, of, &at.time);
    json.raw(profile!("MedicationRequest"));
    of::extensions(json, at.visit.department);
    json.raw("]");
    identifiers(at, json, order);
    let is_over = at.minute + days * DAY < of.until();
    json.raw(r#","status":""#).raw(if is_over { "completed" } else { "active" });
    json.raw(r#"","intent":"order","category":[{"coding":["#);
    json.raw(coding!("http://jpfhir.jp/fhir/core/CodeSystem/JP_MedicationCategoryMERIT9_CS"));
    json.raw(match at.visit.kind {
        VisitKind::Inpatient { .. } => r#"IHP","display":"入院処方"}]}]"#,
        _ => r#"OHP","display":"外来処方"}]}]"#,
    });
    medicine(json, dose.drug);
    of.patient(json, "subject");
    of.encounter(json, at.visit.id);
    json.raw(r#","authoredOn":""#).moment(&at.time).raw(r#"","requester":"#);
    of.doctor(json, at.visit.department);
    json.raw(r#","insurance":["#);
    of.reference(json, "Coverage/i-", 1);
    json.raw(r#"],"dosageInstruction":[{"extension":["#);
    json.raw(extension!("MedicationDosage_PeriodOfUse")).raw(r#""valuePeriod":{"start":""#);
    json.date(at.minute).raw(r#""}},"#).raw(extension!("MedicationDosage_UsageDuration"));
    json.raw(r#""valueDuration":{"#);
    in_days(json, days);
    json.raw(r#"}}],"text":""#).raw(dose.usage.ja).raw(r#"""#);
    timing(json, dose);
    route(json, dose.drug.form);
    doses(json, dose);
    json.raw(r#"}],"dispenseRequest":{"#);
    let times = times_in(dose.usage, days);
    json.raw(r#""quantity":{"value":"#).hundredths(i64::from(dose.hundredths) * times);
    unit(json, dose.drug);
    json.raw(r#"},"expectedSupplyDuration":{"#);
    in_days(json, days);
    json.raw("}}}").end();
}

/// Writes that a drug was given.
pub(super) fn given(at: &Moment<'_>, dose: &Dose, order: (u64, u64), pages: &mut Pages) {
    let of = at.of;
    let json = pages.open(Kind::MedicationAdministration, of, &at.time);
    json.raw(if dose.drug.form == DrugForm::Injected {
        profile!("MedicationAdministration_Injection")
    } else {
        profile!("MedicationAdministration")
    });
    of::extensions(json, at.visit.department);
    json.raw(",").raw(extension!("MedicationAdministration_RequestDepartment"));
    json.raw(r#""valueCodeableConcept":"#);
    of::department_concept(json, at.visit.department);
    json.raw("}");
    if let VisitKind::Inpatient { ward } = at.visit.kind {
        json.raw(",").raw(extension!("MedicationAdministration_Location"));
        json.raw(r#""valueReference":{"reference":"Location/ward-"#).padded(u64::from(ward), 2);
        json.raw(r#""}}"#);
    }
    json.raw("]");
    identifiers(at, json, order);
    json.raw(r#","status":"completed","category":{"coding":["#);
    json.raw(coding!("http://terminology.hl7.org/CodeSystem/medication-admin-category"));
    json.raw(match at.visit.kind {
        VisitKind::Inpatient { .. } => r#"inpatient"}]}"#,
        _ => r#"outpatient"}]}"#,
    });
    medicine(json, dose.drug);
    of.patient(json, "subject");
    json.raw(r#","context":"#);
    of.reference(json, "Encounter/e-", u64::from(at.visit.id) + 1);
    json.raw(r#","effectiveDateTime":""#).moment(&at.time);
    json.raw(r#"","dosage":{"text":""#).raw(dose.usage.ja).raw(r#"""#);
    route(json, dose.drug.form);
    json.raw(r#","dose":{"value":"#).hundredths(i64::from(dose.hundredths));
    unit(json, dose.drug);
    json.raw("}}}").end();
}

fn identifiers(at: &Moment<'_>, json: &mut Json, (rp, within): (u64, u64)) {
    json.raw(r#","identifier":["#).raw(RP).number(rp).raw(WITHIN).number(within);
    json.raw(PRESCRIPTION).raw(&at.of.digits).raw("-").number(u64::from(at.visit.id) + 1);
    json.raw(r#""}]"#);
}

fn medicine(json: &mut Json, drug: &Drug) {
    json.raw(r#","medicationCodeableConcept":{"coding":["#);
    for (system, code, display) in [
        (coding!("http://medis.or.jp/CodeSystem/master-HOT9"), drug.hot9, drug.ja),
        (coding!("http://capstandard.jp/iyaku.info/CodeSystem/YJ-code"), drug.yj, drug.ja),
    ] {
        json.raw(system).raw(code).raw(r#"","display":""#).text(display).raw(r#""},"#);
    }
    json.raw(coding!("http://www.whocc.no/atc")).raw(drug.atc).raw(r#"","display":""#);
    json.text(drug.en).raw(r#""}],"text":""#).text(drug.ja).raw(r#""}"#);
}

fn unit(json: &mut Json, drug: &Drug) {
    let (code, printed) = drug.unit;
    json.raw(r#","unit":""#).raw(printed).raw(json!(
        r#"","system":"http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationUnitMERIT9Code","code":""#
    ));
    json.raw(code).raw(r#"""#);
}

fn in_days(json: &mut Json, days: i64) {
    json.raw(r#""value":"#).number(days.unsigned_abs());
    json.raw(r#","unit":"日","system":"http://unitsofmeasure.org","code":"d""#);
}

fn timing(json: &mut Json, dose: &Dose) {
    let usage = dose.usage;
    if usage.code.is_empty() {
        json.raw(r#","timing":{"code":{"text":""#).raw(usage.ja).raw(r#""}}"#);
        return;
    }
    json.raw(r#","timing":{"code":{"coding":["#)
        .raw(coding!("http://jami.jp/CodeSystem/MedicationUsage"));
    json.raw(usage.code).raw(r#"","display":""#).raw(usage.ja).raw(r#""}]}}"#);
    // What is taken when needed begins so.
    if usage.code.starts_with("1050") {
        json.raw(r#","asNeededBoolean":true"#);
    }
}

/// The way in (HL7 0162) and JAMI's basic usage.
fn route(json: &mut Json, form: DrugForm) {
    let (route, method) = match form {
        DrugForm::Oral => (r#"PO","display":"口"}"#, r#"1","display":"内服"}"#),
        DrugForm::Injected => (r#"IV","display":"静脈内"}"#, r#"3","display":"注射"}"#),
        DrugForm::Subcutaneous => (r#"SC","display":"皮下"}"#, r#"3","display":"注射"}"#),
        DrugForm::Inhaled => (r#"IH","display":"吸入"}"#, r#"2","display":"外用"}"#),
        DrugForm::Topical => (r#"AP","display":"外用"}"#, r#"2","display":"外用"}"#),
    };
    json.raw(r#","route":{"coding":["#);
    json.raw(coding!("http://jpfhir.jp/fhir/core/CodeSystem/route-codes")).raw(route);
    json.raw(r#"]},"method":{"coding":["#);
    json.raw(coding!("http://jami.jp/CodeSystem/MedicationMethodBasicUsage")).raw(method);
    json.raw("]}");
}

/// How much at a time, and how much a day where it is taken every day.
fn doses(json: &mut Json, dose: &Dose) {
    json.raw(r#","doseAndRate":[{"type":{"coding":["#);
    json.raw(coding!(
        "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationIngredientStrengthStrengthType"
    ));
    json.raw(r#"1","display":"製剤量"}]},"doseQuantity":{"value":"#);
    json.hundredths(i64::from(dose.hundredths));
    unit(json, dose.drug);
    json.raw("}");
    if is_daily(dose.usage) {
        let times = i64::from(dose.usage.times_a_day);
        json.raw(r#","rateRatio":{"numerator":{"value":"#);
        json.hundredths(i64::from(dose.hundredths) * times);
        unit(json, dose.drug);
        json.raw(r#"},"denominator":{"#);
        in_days(json, 1);
        json.raw("}}");
    }
    json.raw("}]");
}

fn is_daily(usage: &Usage) -> bool {
    usage.ja.starts_with("１日")
}

/// How many times something is taken within so many days; for what is taken when needed, days are
/// times (回分).
fn times_in(usage: &Usage, days: i64) -> i64 {
    if is_daily(usage) {
        i64::from(usage.times_a_day) * days
    } else if usage.ja.starts_with("週") {
        (days + 6) / 7
    } else if usage.ja.starts_with("２週") {
        (days + 13) / 14
    } else if std::ptr::eq(usage, &usages::AT_ONCE) {
        1
    } else {
        days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prescription_holds_what_is_taken_until_it_ends() {
        assert_eq!(times_in(&usages::AFTER_MEALS, 14), 42);
        assert_eq!(times_in(&usages::ONCE_A_WEEK, 28), 4);
        assert_eq!(times_in(&usages::INJECTED_EVERY_TWO_WEEKS, 28), 2);
        assert_eq!(times_in(&usages::AS_NEEDED, 10), 10);
        assert_eq!(times_in(&usages::AT_ONCE, 1), 1);
        let daily = usages::ALL.iter().filter(|usage| is_daily(usage));
        assert!(daily.count() > 15);
    }
}
