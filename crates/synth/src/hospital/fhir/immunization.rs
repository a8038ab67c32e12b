//! Immunization: by YJ and CVX, with the number of the dose.

use super::super::codes::Vaccine;
use super::moment::Moment;
use super::of;
use super::systems::{coding, profile};
use super::{Kind, Pages};

/// Writes a vaccination.
pub(super) fn write(at: &Moment<'_>, vaccine: &Vaccine, dose: u8, pages: &mut Pages) {
    let json = pages.open(Kind::Immunization, at.of, &at.time);
    json.raw(profile!("Immunization"));
    of::extensions(json, at.visit.department);
    json.raw(r#"],"status":"completed","vaccineCode":{"coding":["#);
    json.raw(coding!("http://capstandard.jp/iyaku.info/CodeSystem/YJ-code")).raw(vaccine.yj);
    json.raw(r#"","display":""#).raw(vaccine.ja).raw(r#""},"#);
    json.raw(coding!("http://hl7.org/fhir/sid/cvx")).raw(vaccine.cvx);
    json.raw(r#"","display":""#).raw(vaccine.en).raw(r#""}],"text":""#).raw(vaccine.ja);
    json.raw(r#""}"#);
    at.of.patient(json, "patient");
    at.of.encounter(json, at.visit.id);
    json.raw(r#","occurrenceDateTime":""#).moment(&at.time).raw(r#"","recorded":""#);
    json.moment(&at.time).raw(r#"","primarySource":true,"performer":[{"actor":"#);
    at.of.doctor(json, at.visit.department);
    json.raw(r#"}],"protocolApplied":[{"doseNumberPositiveInt":"#).number(u64::from(dose.max(1)));
    json.raw("}]}").end();
}
