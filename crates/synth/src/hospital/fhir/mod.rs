//! A life as FHIR R4 in the shape of JP Core, written as NDJSON.
//!
//! Resources of one patient are numbered in the order of time, so `o-0000123-45` is the 45th
//! observation of patient 123; nothing in a resource is drawn by lot. What is true and not in the
//! record stays out: see [`super::chart::Truth`].
//!
//! # Source
//! JP Core 1.1.2 and 1.3 (JAMI NeXEHRS); the extensions of 電子カルテ情報共有サービス (eCS) for
//! institution, department and 主病名.

mod allergy;
mod condition;
mod coverage;
mod diagnostic_report;
mod document;
mod encounter;
mod family;
mod house;
mod immunization;
mod json;
mod medication;
mod moment;
mod observation;
mod of;
mod pages;
mod patient;
mod procedure;
mod specimen;
mod systems;
#[cfg(test)]
mod tests;

pub use house::house;
pub use pages::Pages;

use super::chart::{Life, What};
use of::Of;

/// The types of resource a patient has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Who it is; one each.
    Patient,
    /// A visit.
    Encounter,
    /// A name of a disease.
    Condition,
    /// A prescription of one drug.
    MedicationRequest,
    /// A drug given in the hospital.
    MedicationAdministration,
    /// A value.
    Observation,
    /// An operation or an intervention.
    Procedure,
    /// An allergy.
    AllergyIntolerance,
    /// A report: of the laboratory, on pictures, on tissue.
    DiagnosticReport,
    /// A vaccination.
    Immunization,
    /// What was taken from the body.
    Specimen,
    /// A disease of a relative.
    FamilyMemberHistory,
    /// The insurance; one each.
    Coverage,
    /// A note with its text.
    DocumentReference,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Patient,
        Self::Encounter,
        Self::Condition,
        Self::MedicationRequest,
        Self::MedicationAdministration,
        Self::Observation,
        Self::Procedure,
        Self::AllergyIntolerance,
        Self::DiagnosticReport,
        Self::Immunization,
        Self::Specimen,
        Self::FamilyMemberHistory,
        Self::Coverage,
        Self::DocumentReference,
    ];

    /// The file of a bulk export: `Patient.ndjson` and so on.
    #[must_use]
    pub fn file(self) -> &'static str {
        self.words().0
    }

    /// The first bytes of each of its lines, up to the patient's number.
    fn head(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        macro_rules! words {
            ($name:literal $letter:literal) => {
                (
                    concat!($name, ".ndjson"),
                    concat!(r#"{"resourceType":""#, $name, r#"","id":""#, $letter, "-"),
                )
            };
        }
        match self {
            Self::Patient => words!("Patient" "p"),
            Self::Encounter => words!("Encounter" "e"),
            Self::Condition => words!("Condition" "c"),
            Self::MedicationRequest => words!("MedicationRequest" "m"),
            Self::MedicationAdministration => words!("MedicationAdministration" "g"),
            Self::Observation => words!("Observation" "o"),
            Self::Procedure => words!("Procedure" "k"),
            Self::AllergyIntolerance => words!("AllergyIntolerance" "a"),
            Self::DiagnosticReport => words!("DiagnosticReport" "r"),
            Self::Immunization => words!("Immunization" "v"),
            Self::Specimen => words!("Specimen" "s"),
            Self::FamilyMemberHistory => words!("FamilyMemberHistory" "f"),
            Self::Coverage => words!("Coverage" "i"),
            Self::DocumentReference => words!("DocumentReference" "d"),
        }
    }
}

/// Writes all resources of a life, each at the end of its type's page.
///
/// # Order
/// Within a type by patient as written, then by time.
///
/// # Cost
/// No allocation but for the growth of the pages and some bytes a patient.
///
/// ```
/// use synth::hospital::{Hospital, fhir::{self, Kind, Pages}};
/// let mut pages = Pages::default();
/// fhir::write(&Hospital { seed: 1, patients: 10 }.life(3), &mut pages);
/// assert!(pages.bytes(Kind::Patient).starts_with(br#"{"resourceType":"Patient","id":"p-0000003""#));
/// assert_eq!(pages.count(Kind::Patient), 1);
/// ```
pub fn write(life: &Life, pages: &mut Pages) {
    let of = Of::new(life);
    pages.next_patient();
    patient::write(&of, pages);
    coverage::write(&of, pages);
    let mut at = 0;
    for events in
        life.events.chunk_by(|one, next| (one.minute, one.visit) == (next.minute, next.visit))
    {
        moment::write(&of, (at, events), pages);
        at += events.len();
    }
    encounter::write_all(&of, pages);
}
