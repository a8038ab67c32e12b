//! The pages that grow: one for each type of resource.

use super::super::chart::VisitId;
use super::super::notes::Note;
use super::Kind;
use super::json::{Json, Time};
use super::of::Of;

/// What has been written and not yet taken.
#[derive(Debug, Default)]
pub struct Pages {
    patient: Page,
    encounter: Page,
    condition: Page,
    medication_request: Page,
    medication_administration: Page,
    observation: Page,
    procedure: Page,
    allergy_intolerance: Page,
    diagnostic_report: Page,
    immunization: Page,
    specimen: Page,
    family_member_history: Page,
    coverage: Page,
    document_reference: Page,
    /// Diagnoses of this patient, for the visits they were written at.
    pub(super) diagnoses: Vec<Listed>,
    /// The note at hand; its memory is used again.
    pub(super) note: Note,
    /// What the notes say, where that is asked for.
    pub(super) annotations: Option<String>,
}

/// A diagnosis as a visit lists it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed {
    pub(super) visit: VisitId,
    /// Its number among the patient's conditions.
    pub(super) number: u64,
    pub(super) main: bool,
}

/// The lines of one type.
#[derive(Debug, Default)]
struct Page {
    json: Json,
    count: u64,
    /// How many the patient at hand has.
    of_patient: u64,
}

impl Pages {
    /// Pages beside which it is written down what the notes say: see
    /// [`annotations_json`](super::super::notes::annotations_json).
    #[must_use]
    pub fn annotated() -> Self {
        Self { annotations: Some(String::new()), ..Self::default() }
    }

    /// What the notes say, a line each; nothing where that was not asked for.
    #[must_use]
    pub fn annotations(&self) -> &str {
        self.annotations.as_deref().unwrap_or_default()
    }

    /// The lines of a type, each ended by a line break.
    #[must_use]
    pub fn bytes(&self, kind: Kind) -> &[u8] {
        self.page(kind).json.bytes()
    }

    /// How many resources of a type have been written since the beginning.
    #[must_use]
    pub fn count(&self, kind: Kind) -> u64 {
        self.page(kind).count
    }

    /// Takes the lines of a type out; counts go on.
    pub fn take(&mut self, kind: Kind) -> Vec<u8> {
        self.page_mut(kind).json.take()
    }

    /// Forgets all lines and keeps their room; counts go on.
    pub fn clear(&mut self) {
        for kind in Kind::ALL {
            self.page_mut(kind).json.clear();
        }
        if let Some(annotations) = &mut self.annotations {
            annotations.clear();
        }
    }

    /// Numbers begin again.
    pub(super) fn next_patient(&mut self) {
        for kind in Kind::ALL {
            self.page_mut(kind).of_patient = 0;
        }
        self.diagnoses.clear();
    }

    /// How many of a type the patient at hand has.
    pub(super) fn of_patient(&self, kind: Kind) -> u64 {
        self.page(kind).of_patient
    }

    /// Begins the next resource of a type, up to the end of `lastUpdated`.
    pub(super) fn open(&mut self, kind: Kind, of: &Of<'_>, updated: &Time) -> &mut Json {
        self.version(kind, of, ("1", updated))
    }

    /// The same, of another version than the first.
    pub(super) fn version(
        &mut self,
        kind: Kind,
        of: &Of<'_>,
        (version, updated): (&str, &Time),
    ) -> &mut Json {
        let page = self.page_mut(kind);
        page.count += 1;
        page.of_patient += 1;
        page.json.raw(kind.head()).raw(&of.digits);
        if kind != Kind::Patient {
            page.json.raw("-").number(page.of_patient);
        }
        page.json.raw(r#"","meta":{"versionId":""#).raw(version);
        page.json.raw(r#"","lastUpdated":""#).moment(updated)
    }

    fn page(&self, kind: Kind) -> &Page {
        match kind {
            Kind::Patient => &self.patient,
            Kind::Encounter => &self.encounter,
            Kind::Condition => &self.condition,
            Kind::MedicationRequest => &self.medication_request,
            Kind::MedicationAdministration => &self.medication_administration,
            Kind::Observation => &self.observation,
            Kind::Procedure => &self.procedure,
            Kind::AllergyIntolerance => &self.allergy_intolerance,
            Kind::DiagnosticReport => &self.diagnostic_report,
            Kind::Immunization => &self.immunization,
            Kind::Specimen => &self.specimen,
            Kind::FamilyMemberHistory => &self.family_member_history,
            Kind::Coverage => &self.coverage,
            Kind::DocumentReference => &self.document_reference,
        }
    }

    fn page_mut(&mut self, kind: Kind) -> &mut Page {
        match kind {
            Kind::Patient => &mut self.patient,
            Kind::Encounter => &mut self.encounter,
            Kind::Condition => &mut self.condition,
            Kind::MedicationRequest => &mut self.medication_request,
            Kind::MedicationAdministration => &mut self.medication_administration,
            Kind::Observation => &mut self.observation,
            Kind::Procedure => &mut self.procedure,
            Kind::AllergyIntolerance => &mut self.allergy_intolerance,
            Kind::DiagnosticReport => &mut self.diagnostic_report,
            Kind::Immunization => &mut self.immunization,
            Kind::Specimen => &mut self.specimen,
            Kind::FamilyMemberHistory => &mut self.family_member_history,
            Kind::Coverage => &mut self.coverage,
            Kind::DocumentReference => &mut self.document_reference,
        }
    }
}
