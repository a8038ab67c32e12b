//! Patient: names in kanji and kana, the hospital's number, the address.

use super::super::person::Sex;
use super::json::{Json, Time};
use super::of::Of;
use super::systems::{json, profile};
use super::{Kind, Pages};

/// Writes the patient.
pub(super) fn write(of: &Of<'_>, pages: &mut Pages) {
    let (life, person) = (of.life, &of.life.person);
    // The death is the second version of the record.
    let (version, updated) = life.died.map_or(("1", life.known.0), |(minute, _)| ("2", minute));
    let json = pages.version(Kind::Patient, of, (version, &Time::of(updated)));
    json.raw(profile!("Patient"));
    json.raw(json!(
        r#","extension":[{"url":"http://jpfhir.jp/fhir/clins/Extension/StructureDefinition/JP_eCS_InstitutionNumber","valueIdentifier":{"system":"http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no","value":"0410000001"}}]"#,
        r#","identifier":[{"use":"usual","system":"urn:oid:1.2.392.100495.20.3.51.10410000001","value":""#,
    ));
    json.padded(u64::from(person.local_number), 10).raw(r#""}],"active":true,"name":["#);
    let [family, given] = person.name;
    name(json, "IDE", family.0, given.0);
    json.raw(",");
    name(json, "SYL", family.1, given.1);
    let gender = if person.sex == Sex::Male { "male" } else { "female" };
    json.raw(r#"],"gender":""#).raw(gender);
    json.raw(r#"","birthDate":""#).date(person.born).raw(r#"""#);
    if let Some((minute, _)) = life.died {
        json.raw(r#","deceasedDateTime":""#).time(minute).raw(r#"""#);
    }
    address(json, person.address, person.postcode);
    json.raw(json!(
        r#","communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"ja"}]}}]"#,
        r#","managingOrganization":{"reference":"Organization/aoba-hospital"}}"#,
    ));
    json.end();
}

fn name(json: &mut Json, representation: &str, family: &str, given: &str) {
    json.raw(r#"{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":""#);
    json.raw(representation).raw(r#""}],"use":"official","text":""#);
    json.text(family).raw(" ").text(given).raw(r#"","family":""#).text(family);
    json.raw(r#"","given":[""#).text(given).raw(r#""]}"#);
}

fn address(json: &mut Json, (state, city, line): (&str, &str, &str), postcode: u32) {
    let [office, block] = [postcode / 10_000, postcode % 10_000].map(u64::from);
    json.raw(r#","address":[{"use":"home","text":"〒"#).padded(office, 3).raw("-").padded(block, 4);
    json.raw(" ").text(state).text(city).text(line);
    json.raw(r#"","line":[""#).text(line).raw(r#""],"city":""#).text(city);
    json.raw(r#"","state":""#).text(state).raw(r#"","postalCode":""#);
    json.padded(office, 3).raw("-").padded(block, 4).raw(r#"","country":"JP"}]"#);
}
