//! What is read of each resource: the few elements that an estimate needs, as FHIR names them.

use serde::Deserialize;

use super::when;

/// A row that belongs to a patient.
pub(super) trait Row {
    /// The reference of the patient: `Patient/…`.
    fn subject(&self) -> &str;
}

macro_rules! rows {
    ($($name:ident . $field:ident)*) => {
        $(impl Row for $name {
            fn subject(&self) -> &str {
                &self.$field.reference
            }
        })*
    };
}

rows! { Encounter.subject Condition.subject MedicationRequest.subject Observation.subject
Procedure.subject Document.subject Specimen.subject Allergy.patient Immunization.patient
Relative.patient }

/// A reference.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Reference {
    #[serde(default)]
    reference: String,
}

/// A concept in one or more code systems.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Concept {
    #[serde(default)]
    coding: Vec<Coding>,
}

/// A code.
#[derive(Debug, Deserialize)]
struct Coding {
    #[serde(default)]
    system: String,
    #[serde(default)]
    code: String,
}

impl Concept {
    /// The code of the system in whose address this word stands.
    pub(super) fn code(&self, system: &str) -> &str {
        let found = self.coding.iter().find(|coding| coding.system.contains(system));
        found.map_or("", |coding| &coding.code)
    }

    /// Whether any code is this one.
    pub(super) fn is(&self, code: &str) -> bool {
        self.coding.iter().any(|coding| coding.code == code)
    }
}

/// A time from when to when.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Period {
    start: Option<String>,
    end: Option<String>,
}

impl Period {
    /// The first minute.
    pub(super) fn start(&self) -> Option<i64> {
        self.start.as_deref().and_then(when::minute)
    }

    /// The last minute.
    pub(super) fn end(&self) -> Option<i64> {
        self.end.as_deref().and_then(when::minute)
    }
}

/// A patient.
#[derive(Debug, Deserialize)]
pub(super) struct Patient {
    /// The resource's id.
    pub(super) id: String,
}

/// A visit.
#[derive(Debug, Deserialize)]
pub(super) struct Encounter {
    #[serde(default)]
    subject: Reference,
    /// `finished`, `cancelled`.
    #[serde(default)]
    pub(super) status: String,
    class: Option<Coding>,
    /// From when to when.
    #[serde(default)]
    pub(super) period: Period,
    #[serde(default)]
    diagnosis: Vec<Listed>,
    #[serde(default)]
    hospitalization: Hospitalization,
    #[serde(default, rename = "serviceProvider")]
    provider: Reference,
}

#[derive(Debug, Deserialize)]
struct Listed {
    #[serde(default)]
    condition: Reference,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hospitalization {
    #[serde(default)]
    discharge_disposition: Concept,
}

impl Encounter {
    /// When it began.
    pub(super) fn start(&self) -> Option<i64> {
        self.period.start()
    }

    /// The id of the Condition that is listed first.
    pub(super) fn main_diagnosis(&self) -> Option<&str> {
        self.diagnosis.first()?.condition.reference.strip_prefix("Condition/")
    }

    /// Whether the stay ended in death.
    pub(super) fn ended_in_death(&self) -> bool {
        self.hospitalization.discharge_disposition.is("exp")
    }

    /// The code of the department.
    pub(super) fn department(&self) -> &str {
        self.provider.reference.strip_prefix("Organization/dept-").unwrap_or_default()
    }

    /// `AMB`, `EMER`, `IMP`.
    pub(super) fn class(&self) -> &str {
        self.class.as_ref().map_or("", |class| &class.code)
    }
}

/// A diagnosis.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Condition {
    /// The resource's id.
    pub(super) id: String,
    #[serde(default)]
    subject: Reference,
    /// Which disease.
    #[serde(default)]
    pub(super) code: Concept,
    #[serde(default)]
    verification_status: Concept,
    onset_date_time: Option<String>,
    abatement_date_time: Option<String>,
    recorded_date: Option<String>,
    #[serde(default)]
    stage: Vec<Stage>,
}

#[derive(Debug, Deserialize)]
struct Stage {
    #[serde(default)]
    summary: Concept,
}

impl Condition {
    /// The stage of a cancer, without T, N and M, where it was staged.
    pub(super) fn stage(&self) -> Option<&str> {
        Some(self.stage.first()?.summary.code("cancerstaging")).filter(|stage| !stage.is_empty())
    }

    /// When it was written down, or began.
    pub(super) fn minute(&self) -> Option<i64> {
        let told = self.recorded_date.as_deref().or(self.onset_date_time.as_deref());
        told.and_then(when::minute)
    }

    /// ICD-10 without the dot.
    pub(super) fn icd10(&self) -> &str {
        self.code.code("ICD10")
    }

    /// Whether it is known when it began.
    pub(super) fn has_onset(&self) -> bool {
        self.onset_date_time.is_some()
    }

    /// Whether it was never closed.
    pub(super) fn is_open(&self) -> bool {
        self.abatement_date_time.is_none()
    }

    /// Whether it is only suspected.
    pub(super) fn is_suspected(&self) -> bool {
        ["provisional", "unconfirmed", "differential"]
            .iter()
            .any(|word| self.verification_status.is(word))
    }
}

/// A prescription.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MedicationRequest {
    #[serde(default)]
    subject: Reference,
    authored_on: Option<String>,
    /// Which drug.
    #[serde(default)]
    pub(super) medication_codeable_concept: Concept,
}

impl MedicationRequest {
    /// ATC.
    pub(super) fn atc(&self) -> &str {
        self.medication_codeable_concept.code("atc")
    }

    /// When it was written.
    pub(super) fn minute(&self) -> Option<i64> {
        self.authored_on.as_deref().and_then(when::minute)
    }
}

/// A measured value.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Observation {
    #[serde(default)]
    subject: Reference,
    #[serde(default)]
    encounter: Reference,
    /// Of what.
    #[serde(default)]
    pub(super) code: Concept,
    effective_date_time: Option<String>,
    /// How much.
    pub(super) value_quantity: Option<Quantity>,
    #[serde(default)]
    category: Vec<Concept>,
    #[serde(default)]
    component: Vec<Component>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Component {
    #[serde(default)]
    code: Concept,
    value_quantity: Option<Quantity>,
}

impl Observation {
    /// LOINC.
    pub(super) fn loinc(&self) -> &str {
        self.code.code("loinc")
    }

    /// The reference of the visit.
    pub(super) fn visit(&self) -> &str {
        &self.encounter.reference
    }

    /// Whether it is a vital sign or a measure of the body.
    pub(super) fn is_vital(&self) -> bool {
        self.category.iter().any(|category| category.is("vital-signs"))
    }

    /// The number of a component.
    pub(super) fn component(&self, loinc: &str) -> Option<f64> {
        let found = self.component.iter().find(|one| one.code.code("loinc") == loinc)?;
        found.value_quantity.as_ref()?.value
    }

    /// The number in this unit; none where it is another unit's, or beyond what can be measured.
    pub(super) fn number_in(&self, unit: &str) -> Option<f64> {
        let quantity = self.value_quantity.as_ref()?;
        let plain = quantity.comparator.is_none() && quantity.code == unit;
        quantity.value.filter(|_| plain)
    }

    /// When it was measured.
    pub(super) fn minute(&self) -> Option<i64> {
        self.effective_date_time.as_deref().and_then(when::minute)
    }
}

/// A number with its unit.
#[derive(Debug, Deserialize)]
pub(super) struct Quantity {
    /// The number.
    pub(super) value: Option<f64>,
    /// Its unit in UCUM.
    #[serde(default)]
    pub(super) code: String,
    /// `<` or `>`.
    pub(super) comparator: Option<String>,
}

/// An operation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Procedure {
    #[serde(default)]
    subject: Reference,
    /// Which.
    #[serde(default)]
    pub(super) code: Concept,
    performed_date_time: Option<String>,
    #[serde(default)]
    performed_period: Period,
}

impl Procedure {
    /// When it began.
    pub(super) fn minute(&self) -> Option<i64> {
        let told = self.performed_date_time.as_deref().and_then(when::minute);
        told.or_else(|| self.performed_period.start())
    }
}

/// A note.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    /// The resource's id.
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    subject: Reference,
    #[serde(default)]
    content: Vec<Content>,
}

#[derive(Debug, Deserialize)]
struct Content {
    attachment: Option<Attachment>,
}

#[derive(Debug, Deserialize)]
struct Attachment {
    #[serde(default)]
    data: String,
}

impl Document {
    /// The text, still in Base64.
    pub(super) fn base64(&self) -> &str {
        let first = self.content.first().and_then(|content| content.attachment.as_ref());
        first.map_or("", |attachment| &attachment.data)
    }
}

/// Something taken from the body.
#[derive(Debug, Deserialize)]
pub(super) struct Specimen {
    #[serde(default)]
    subject: Reference,
    /// What it is.
    #[serde(default, rename = "type")]
    pub(super) kind: Concept,
}

/// An allergy or intolerance.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Allergy {
    #[serde(default)]
    patient: Reference,
    #[serde(default)]
    verification_status: Concept,
}

impl Allergy {
    /// Whether it was proven.
    pub(super) fn is_confirmed(&self) -> bool {
        self.verification_status.is("confirmed")
    }
}

/// A vaccination.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Immunization {
    #[serde(default)]
    patient: Reference,
    #[serde(default)]
    vaccine_code: Concept,
    occurrence_date_time: Option<String>,
    #[serde(default)]
    protocol_applied: Vec<Protocol>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Protocol {
    dose_number_positive_int: Option<u8>,
}

impl Immunization {
    /// CVX.
    pub(super) fn cvx(&self) -> &str {
        self.vaccine_code.code("cvx")
    }

    /// Which dose, from one.
    pub(super) fn dose(&self) -> Option<u8> {
        self.protocol_applied.first()?.dose_number_positive_int
    }

    /// When it was given.
    pub(super) fn minute(&self) -> Option<i64> {
        self.occurrence_date_time.as_deref().and_then(when::minute)
    }
}

/// What a relative has.
#[derive(Debug, Deserialize)]
pub(super) struct Relative {
    #[serde(default)]
    patient: Reference,
    #[serde(default)]
    condition: Vec<Had>,
}

#[derive(Debug, Deserialize)]
struct Had {
    #[serde(default)]
    code: Concept,
}

impl Relative {
    /// The diseases by ICD-10 without the dot.
    pub(super) fn icd10(&self) -> impl Iterator<Item = &str> {
        self.condition.iter().map(|had| had.code.code("ICD10"))
    }
}

/// A death.
#[derive(Debug, Deserialize)]
pub(super) struct Death {
    at: String,
    /// ICD-10.
    pub(super) of: String,
}

impl Death {
    /// When.
    pub(super) fn minute(&self) -> Option<i64> {
        when::minute(&self.at)
    }
}
