//! Specimen: what was taken, of which material, when.

use super::super::codes::Material;
use super::moment::Moment;
use super::systems::{coding, profile};
use super::{Kind, Pages};

/// Writes a specimen.
pub(super) fn write(at: &Moment<'_>, material: &Material, pages: &mut Pages) {
    let json = pages.open(Kind::Specimen, at.of, &at.time);
    json.raw(profile!("Specimen_Common")).raw(r#","status":"available","type":{"coding":["#);
    json.raw(coding!("http://jpfhir.jp/fhir/core/CodeSystem/JP_ObservationSampleMaterialCode_CS"));
    json.raw(material.code).raw(r#"","display":""#).raw(material.ja);
    json.raw(r#""}],"text":""#).raw(material.ja).raw(r#""}"#);
    at.of.patient(json, "subject");
    json.raw(r#","receivedTime":""#).moment(&at.reported);
    json.raw(r#"","collection":{"collectedDateTime":""#).moment(&at.time).raw(r#""}}"#).end();
}
