//! AllergyIntolerance: by J-FAGY, with what happened.

use super::super::chart::What;
use super::moment::Moment;
use super::of;
use super::systems::{coding, profile};
use super::{Kind, Pages};

/// Writes an allergy; anything else is left.
pub(super) fn write(at: &Moment<'_>, what: &What, pages: &mut Pages) {
    let What::Allergic { to, severity, reaction, confirmed } = what else { return };
    let json = pages.open(Kind::AllergyIntolerance, at.of, &at.time);
    json.raw(profile!("AllergyIntolerance"));
    of::extensions(json, at.visit.department);
    json.raw(r#"],"clinicalStatus":{"coding":["#);
    json.raw(coding!("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"));
    json.raw(r#"active"}]},"verificationStatus":{"coding":["#);
    json.raw(coding!("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"));
    json.raw(if *confirmed { "confirmed" } else { "unconfirmed" });
    json.raw(r#""}]},"type":"allergy","category":[""#).raw(to.category);
    json.raw(r#""],"criticality":""#).raw(if *severity == "severe" { "high" } else { "low" });
    json.raw(r#"","code":{"coding":["#).raw(match to.category {
        "medication" => {
            coding!("http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyMedicationAllergen_CS")
        }
        "food" => coding!("http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyFoodAllergen_CS"),
        _ => {
            coding!("http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyNonFoodNonMedicationAllergen_CS")
        }
    });
    json.raw(to.code).raw(r#"","display":""#).raw(to.ja).raw(r#""}],"text":""#).raw(to.ja);
    json.raw(r#""}"#);
    at.of.patient(json, "patient");
    at.of.encounter(json, at.visit.id);
    json.raw(r#","recordedDate":""#).moment(&at.time).raw(r#"","recorder":"#);
    at.of.doctor(json, at.visit.department);
    json.raw(r#","reaction":[{"manifestation":[{"text":""#).text(reaction);
    json.raw(r#""}],"severity":""#).raw(severity).raw(r#""}]}"#).end();
}
