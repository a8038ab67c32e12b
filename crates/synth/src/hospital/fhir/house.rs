//! What stands around the patients: departments, doctors, wards, insurers.

use super::super::calendar;
use super::super::care::WARDS;
use super::super::codes::{Department, departments};
use super::super::names;
use super::super::notes::AUTHORS;
use super::super::person::Sex;
use super::coverage::INSURERS;
use super::json::{Json, Time};
use super::of;
use super::systems::{json, profile};
use crate::dice::Dice;

/// Departments, insurers, doctors and wards as files of NDJSON; the hospital itself is in
/// [`crate::house`].
///
/// ```
/// let files = synth::hospital::fhir::house();
/// assert!(files.iter().any(|(name, _)| *name == "Location.ndjson"));
/// ```
#[must_use]
pub fn house() -> Vec<(&'static str, String)> {
    let files = [
        ("Location.ndjson", locations()),
        ("Organization.ndjson", organizations()),
        ("Practitioner.ndjson", practitioners()),
    ];
    files.map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap_or_default())).into()
}

/// The end of an id, and a meta of the day the records begin.
fn meta(json: &mut Json) {
    json.raw(r#"","meta":{"versionId":"1","lastUpdated":""#).moment(&Time::of(calendar::BEGIN));
}

fn organizations() -> Vec<u8> {
    let mut json = Json::default();
    for department in departments::ALL {
        json.raw(r#"{"resourceType":"Organization","id":"dept-"#).raw(department.code);
        meta(&mut json);
        json.raw(profile!("Organization"));
        of::extensions(&mut json, department);
        json.raw(json!(
            r#"],"active":true,"type":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/organization-type","code":"dept","display":"Hospital Department"}]}],"name":""#
        ));
        json.raw(department.ja).raw(r#"","alias":[""#).raw(department.en);
        json.raw(r#""],"partOf":{"reference":"Organization/aoba-hospital"}}"#).end();
    }
    for insurer in &INSURERS {
        json.raw(r#"{"resourceType":"Organization","id":""#).raw(insurer.id);
        meta(&mut json);
        json.raw(profile!("Organization")).raw(json!(
            r#","identifier":[{"system":"http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber","value":""#
        ));
        json.raw(insurer.number).raw(json!(
            r#""}],"active":true,"type":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/organization-type","code":"pay","display":"Payer"}]}],"name":""#
        ));
        json.raw(insurer.ja).raw(r#""}"#).end();
    }
    json.take()
}

fn practitioners() -> Vec<u8> {
    let mut json = Json::default();
    let mut dice = Dice::new(0, 0);
    for department in departments::ALL {
        for nth in 1..=u64::from(AUTHORS) {
            practitioner(&mut json, department, nth, &mut dice);
        }
    }
    json.take()
}

fn practitioner(json: &mut Json, department: &Department, nth: u64, dice: &mut Dice) {
    let (sex, gender) =
        if dice.below(3) == 0 { (Sex::Female, "female") } else { (Sex::Male, "male") };
    let born = calendar::date(dice.between(1_960, 1_994), 1, 1);
    let [family, given] = names::name(sex, born, dice);
    json.raw(r#"{"resourceType":"Practitioner","id":"dr-"#).raw(department.code);
    json.raw("-").number(nth);
    meta(json);
    json.raw(profile!("Practitioner")).raw(r#","active":true,"name":["#);
    for (kind, family, given) in [("IDE", family.0, given.0), ("SYL", family.1, given.1)] {
        json.raw(if kind == "SYL" { "," } else { "" }).raw(
            r#"{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":""#,
        );
        json.raw(kind).raw(r#""}],"use":"official","text":""#).raw(family).raw(" ").raw(given);
        json.raw(r#"","family":""#).raw(family).raw(r#"","given":[""#).raw(given).raw(r#""]}"#);
    }
    json.raw(r#"],"gender":""#).raw(gender).raw(json!(
        r#"","qualification":[{"code":{"coding":[{"system":"http://jpfhir.jp/fhir/core/CodeSystem/JP_MedicalLicenseCertificate_CS","code":"medical-registration"}],"text":"医師"}}]}"#
    ));
    json.end();
}

fn locations() -> Vec<u8> {
    let mut json = Json::default();
    for ward in 1..=u64::from(WARDS) {
        json.raw(r#"{"resourceType":"Location","id":"ward-"#).padded(ward, 2);
        meta(&mut json);
        json.raw(profile!("Location")).raw(r#","status":"active","name":""#).number(ward);
        json.raw(json!(
            r#"病棟","mode":"instance","type":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-RoleCode","code":"HU","display":"Hospital unit"}]}],"#,
            r#""physicalType":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/location-physical-type","code":"wa","display":"Ward"}],"text":"病棟"},"#,
            r#""managingOrganization":{"reference":"Organization/aoba-hospital"}}"#
        ));
        json.end();
    }
    json.take()
}
