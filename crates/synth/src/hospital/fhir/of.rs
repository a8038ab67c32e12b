//! What the resources of one patient share, and the pieces that many types have.

use super::super::chart::{Life, Minute, Visit, VisitId};
use super::super::codes::{Department, Disease};
use super::super::notes::AUTHORS;
use super::super::person::Sex;
use super::json::Json;
use super::systems::{coding, json};

/// A patient whose life is written.
pub(super) struct Of<'l> {
    pub(super) life: &'l Life,
    /// The patient's number as ids have it: `0000123`.
    pub(super) digits: String,
    /// Whether any cancer was staged.
    pub(super) is_staged: bool,
}

impl<'l> Of<'l> {
    pub(super) fn new(life: &'l Life) -> Self {
        let is_staged =
            life.events.iter().any(|event| matches!(event.what, super::What::Staged { .. }));
        Self { life, digits: format!("{:07}", life.number), is_staged }
    }

    pub(super) fn visit(&self, visit: VisitId) -> Option<&'l Visit> {
        self.life.visits.get(visit as usize)
    }

    /// Until when the record goes; half-open.
    pub(super) fn until(&self) -> Minute {
        self.life.known.1
    }

    /// The place of the patient's reference limits.
    pub(super) fn limits(&self, of: Option<[(f64, f64); 2]>) -> Option<(f64, f64)> {
        of.map(|[men, women]| if self.life.person.sex == Sex::Male { men } else { women })
    }

    /// `"subject":{"reference":"Patient/…"}`, or another name of the element.
    pub(super) fn patient(&self, json: &mut Json, element: &str) {
        json.raw(r#",""#).raw(element).raw(r#"":{"reference":"Patient/p-"#);
        json.raw(&self.digits).raw(r#""}"#);
    }

    /// `"encounter":{"reference":"Encounter/…"}`.
    pub(super) fn encounter(&self, json: &mut Json, visit: VisitId) {
        json.raw(r#","encounter":"#);
        self.reference(json, "Encounter/e-", u64::from(visit) + 1);
    }

    /// A reference to a resource of the same patient.
    pub(super) fn reference(&self, json: &mut Json, to: &str, number: u64) {
        json.raw(r#"{"reference":""#).raw(to).raw(&self.digits);
        json.raw("-").number(number).raw(r#""}"#);
    }

    /// A reference to the doctor who sees this patient in a department.
    pub(super) fn doctor(&self, json: &mut Json, department: &Department) {
        doctor(json, department, self.life.number % u64::from(AUTHORS));
    }
}

/// A reference to a doctor of a department, counted from zero.
pub(super) fn doctor(json: &mut Json, department: &Department, nth: u64) {
    json.raw(r#"{"reference":"Practitioner/dr-"#).raw(department.code);
    json.raw("-").number(nth + 1).raw(r#""}"#);
}

/// The list of extensions with institution and department, left open.
pub(super) fn extensions(json: &mut Json, department: &Department) {
    json.raw(json!(
        r#","extension":[{"url":"http://jpfhir.jp/fhir/clins/Extension/StructureDefinition/JP_eCS_InstitutionNumber","valueIdentifier":{"system":"http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no","value":"0410000001"}},"#,
        r#"{"url":"http://jpfhir.jp/fhir/eCS/Extension/StructureDefinition/JP_eCS_Department","valueCodeableConcept":"#,
    ));
    department_concept(json, department);
    json.raw("}");
}

/// A department as a concept.
pub(super) fn department_concept(json: &mut Json, department: &Department) {
    json.raw(r#"{"coding":["#).raw(coding!("http://jami.jp/SS-MIX2/CodeSystem/ClinicalDepartment"));
    json.raw(department.code).raw(r#"","display":""#).raw(department.ja).raw(r#""}]}"#);
}

/// The codings of a disease in ICD-10, the master's key number and the exchange code.
pub(super) fn disease_codings(json: &mut Json, disease: &Disease) {
    json.raw(r#""coding":["#);
    json.raw(coding!("http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full"));
    icd10(json, disease);
    json.raw(r#"","display":""#).text(disease.ja).raw(r#""},"#);
    json.raw(coding!("http://hl7.org/fhir/sid/icd-10"));
    icd10(json, disease);
    json.raw(r#"","display":""#).text(disease.en).raw(r#""},"#);
    json.raw(coding!("http://medis.or.jp/CodeSystem/master-disease-keyNumber"));
    json.raw(disease.byomei).raw(r#"","display":""#).text(disease.ja).raw(r#""},"#);
    json.raw(coding!("http://medis.or.jp/CodeSystem/master-disease-exCode"));
    json.raw(disease.exchange).raw(r#"","display":""#).text(disease.ja).raw(r#""}]"#);
}

/// ICD-10 with its dot.
fn icd10(json: &mut Json, disease: &Disease) {
    let (category, rest) = disease.icd10.split_at_checked(3).unwrap_or((disease.icd10, ""));
    json.raw(category).raw(if rest.is_empty() { "" } else { "." }).raw(rest);
}
