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
Procedure.subject Document.subject Specimen.subject }

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
}

impl Condition {
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

/// One line of `patients.truth`.
#[derive(Debug, Deserialize)]
pub(super) struct True {
    /// The id of the Patient resource.
    pub(super) patient: String,
    /// `male` or `female`.
    pub(super) sex: String,
    born: String,
    known: [String; 2],
    /// When and of what the patient died.
    pub(super) died: Option<Death>,
    /// Body mass index at forty.
    pub(super) bmi: f64,
    /// `never`, `former`, `current`.
    pub(super) smoking: String,
    /// The two alleles, with their stars.
    pub(super) cyp2c19: [String; 2],
    /// The polygenic score.
    pub(super) coronary_score: f64,
    truths: Vec<Fact>,
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

/// Something that is really so.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Fact {
    /// A disease.
    Has {
        /// Its name.
        has: String,
        /// Since when.
        since: String,
    },
    /// An event.
    Happened {
        /// Its name.
        happened: String,
        /// When.
        at: String,
    },
    /// A choice.
    Chose {
        /// Its name.
        chose: String,
        /// What was chosen.
        arm: String,
        /// When.
        at: String,
    },
    /// A fault.
    Wrong {
        /// Its name.
        wrong: String,
    },
}

impl True {
    /// The minute of birth.
    pub(super) fn born(&self) -> Option<i64> {
        when::minute(&self.born)
    }

    /// From when to when the hospital knew the patient.
    pub(super) fn known(&self) -> Option<(i64, i64)> {
        let [from, to] = &self.known;
        Some((when::minute(from)?, when::minute(to)?))
    }

    /// Since when the patient has a disease.
    pub(super) fn has(&self, phenotype: &str) -> Option<i64> {
        self.truths.iter().find_map(|fact| match fact {
            Fact::Has { has, since } if has == phenotype => when::minute(since),
            _ => None,
        })
    }

    /// When an event happened first.
    pub(super) fn happened(&self, event: &str) -> Option<i64> {
        self.all_of(event).min()
    }

    /// Each time an event happened.
    pub(super) fn all_of(&self, event: &str) -> impl Iterator<Item = i64> {
        self.truths.iter().filter_map(move |fact| match fact {
            Fact::Happened { happened, at } if happened == event => when::minute(at),
            _ => None,
        })
    }

    /// What was chosen, and when.
    pub(super) fn chose(&self, choice: &str) -> Option<(&str, i64)> {
        self.truths.iter().find_map(|fact| match fact {
            Fact::Chose { chose, arm, at, .. } if chose == choice => {
                Some((arm.as_str(), when::minute(at)?))
            }
            _ => None,
        })
    }

    /// How many of the two alleles of CYP2C19 are without function.
    pub(super) fn losses(&self) -> u8 {
        self.cyp2c19.iter().map(|allele| u8::from(matches!(allele.as_str(), "*2" | "*3"))).sum()
    }

    /// All that is so.
    pub(super) fn facts(&self) -> &[Fact] {
        &self.truths
    }
}

/// One line of `notes.truth`.
#[derive(Debug, Deserialize)]
pub(super) struct Annotated {
    /// The id of the note.
    pub(super) document: String,
    /// Characters of its text.
    pub(super) characters: usize,
    /// What it says.
    pub(super) spans: Vec<Span>,
}

/// Something a note says.
#[derive(Debug, Deserialize)]
pub(super) struct Span {
    /// The first character.
    pub(super) start: usize,
    /// The first character that is not in it.
    pub(super) end: usize,
    /// Its words.
    pub(super) text: String,
}
