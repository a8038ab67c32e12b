//! One patient after another: what the record says, beside what is really so.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::trouble::SynthError;
use super::lines::Lines;
use super::rows::{
    Allergy, Condition, Document, Encounter, Immunization, MedicationRequest, Observation, Patient,
    Procedure, Relative, Row, Specimen,
};
use super::truth::{Annotated, True};

/// All that is known of one patient.
pub(super) struct Person {
    /// What is really so.
    pub(super) really: True,
    /// Visits, by time.
    pub(super) encounters: Vec<Encounter>,
    /// Diagnoses.
    pub(super) conditions: Vec<Condition>,
    /// Prescriptions.
    pub(super) medications: Vec<MedicationRequest>,
    /// Values.
    pub(super) observations: Vec<Observation>,
    /// Operations.
    pub(super) procedures: Vec<Procedure>,
    /// What was taken from the body.
    pub(super) specimens: Vec<Specimen>,
    /// Allergies.
    pub(super) allergies: Vec<Allergy>,
    /// Vaccinations.
    pub(super) immunizations: Vec<Immunization>,
    /// What relatives have.
    pub(super) relatives: Vec<Relative>,
    /// Notes.
    pub(super) documents: Vec<Document>,
    /// What the notes say.
    pub(super) annotated: Vec<Annotated>,
}

impl Person {
    /// When a drug was prescribed first, by the beginnings of its ATC code.
    pub(super) fn first_prescribed(&self, atc: &[&str]) -> Option<i64> {
        let drugs = self.medications.iter().filter(|drug| begins(drug.atc(), atc));
        drugs.filter_map(MedicationRequest::minute).min()
    }

    /// When a disease was written down first as more than suspected, by the beginnings of its
    /// ICD-10 code.
    pub(super) fn first_diagnosed(&self, icd10: &[&str]) -> Option<i64> {
        let known = self.conditions.iter().filter(|one| !one.is_suspected());
        known.filter(|one| begins(one.icd10(), icd10)).filter_map(Condition::minute).min()
    }

    /// Stays in a ward, each with the ICD-10 code of its first diagnosis.
    pub(super) fn stays(&self) -> impl Iterator<Item = (&Encounter, &str)> {
        let stays = self.encounters.iter().filter(|visit| visit.class() == "IMP");
        stays.map(|stay| {
            let of = stay.main_diagnosis().unwrap_or_default();
            let found = self.conditions.iter().find(|one| one.id == of);
            (stay, found.map_or("", Condition::icd10))
        })
    }
}

#[cfg(test)]
impl Person {
    /// Somebody of whom only what is really so is known: a line of `patients.truth`.
    pub(super) fn of(really: &str) -> Self {
        Self {
            really: serde_json::from_str(really).unwrap(),
            encounters: Vec::new(),
            conditions: Vec::new(),
            medications: Vec::new(),
            observations: Vec::new(),
            procedures: Vec::new(),
            specimens: Vec::new(),
            allergies: Vec::new(),
            immunizations: Vec::new(),
            relatives: Vec::new(),
            documents: Vec::new(),
            annotated: Vec::new(),
        }
    }

    /// The same, known from when to when, with these truths as JSON.
    pub(super) fn with(sex: &str, born: &str, known: [&str; 2], truths: &str) -> Self {
        let [from, to] = known;
        Self::of(&format!(
            r#"{{"number":1,"patient":"p-0000001","sex":"{sex}","born":"{born}",
            "known":["{from}","{to}"],"bmi":22,"smoking":"never","cyp2c19":["*1","*1"],
            "coronary_score":0,"truths":[{truths}]}}"#
        ))
    }
}

/// Whether a code begins with one of these; the dot of ICD-10, which some write, is passed over.
pub(super) fn begins(code: &str, with: &[&str]) -> bool {
    let begins = |with: &str| {
        let mut letters = code.chars().filter(|letter| *letter != '.');
        with.chars().all(|letter| letters.next() == Some(letter))
    };
    with.iter().any(|with| begins(with))
}

/// The lines of a hospital, or of a part of it, in the order of its patients.
pub(super) struct Input {
    truths: Lines,
    notes: Lines,
    patients: Lines,
    encounters: Lines,
    conditions: Lines,
    medications: Lines,
    observations: Lines,
    procedures: Lines,
    specimens: Lines,
    allergies: Lines,
    immunizations: Lines,
    relatives: Lines,
    documents: Lines,
}

impl Input {
    /// The files that `aoba synth` wrote.
    pub(super) fn of_folder(folder: &Path) -> Self {
        Self::new(&mut |stem, ending| match ending {
            ".truth" => Lines::of_files(folder, stem, ending),
            _ => Lines::of_files(&folder.join("fhir"), stem, ending),
        })
    }

    /// Lines by the name of their file without its ending, which is `.truth` or `.ndjson`.
    pub(super) fn new(lines: &mut dyn FnMut(&str, &str) -> Lines) -> Self {
        let mut of = |stem| lines(stem, ".ndjson");
        let [patients, encounters, conditions] = ["Patient", "Encounter", "Condition"].map(&mut of);
        let [medications, observations] = ["MedicationRequest", "Observation"].map(&mut of);
        let [procedures, specimens] = ["Procedure", "Specimen"].map(&mut of);
        let [allergies, immunizations] = ["AllergyIntolerance", "Immunization"].map(&mut of);
        let [relatives, documents] = ["FamilyMemberHistory", "DocumentReference"].map(&mut of);
        let [truths, notes] = ["patients", "notes"].map(|stem| lines(stem, ".truth"));
        Self {
            truths,
            notes,
            patients,
            encounters,
            conditions,
            medications,
            observations,
            procedures,
            specimens,
            allergies,
            immunizations,
            relatives,
            documents,
        }
    }

    /// The next patient; none at the end, when every line must have found its patient.
    pub(super) fn next(&mut self) -> Result<Option<Person>, SynthError> {
        let Some(really) = self.truths.peek_as::<True>()? else {
            self.is_used_up()?;
            return Ok(None);
        };
        self.truths.take();
        let Some(patient) = self.patients.peek_as::<Patient>()? else {
            return Err(self.truths.wrong("there is no Patient for this line"));
        };
        if patient.id != really.patient {
            return Err(self.patients.wrong("another patient is next in patients.truth"));
        }
        self.patients.take();
        let reference = format!("Patient/{}", patient.id);
        let documents: Vec<Document> = rows_of(&mut self.documents, &reference)?;
        let mut annotated = Vec::new();
        while let Some(next) = self.notes.peek_as::<Annotated>()? {
            if !documents.iter().any(|document| document.id == next.document) {
                break;
            }
            annotated.push(next);
            self.notes.take();
        }
        Ok(Some(Person {
            encounters: rows_of(&mut self.encounters, &reference)?,
            conditions: rows_of(&mut self.conditions, &reference)?,
            medications: rows_of(&mut self.medications, &reference)?,
            observations: rows_of(&mut self.observations, &reference)?,
            procedures: rows_of(&mut self.procedures, &reference)?,
            specimens: rows_of(&mut self.specimens, &reference)?,
            allergies: rows_of(&mut self.allergies, &reference)?,
            immunizations: rows_of(&mut self.immunizations, &reference)?,
            relatives: rows_of(&mut self.relatives, &reference)?,
            really,
            documents,
            annotated,
        }))
    }

    fn is_used_up(&mut self) -> Result<(), SynthError> {
        for lines in [
            &mut self.patients,
            &mut self.encounters,
            &mut self.conditions,
            &mut self.medications,
            &mut self.observations,
            &mut self.procedures,
            &mut self.specimens,
            &mut self.allergies,
            &mut self.immunizations,
            &mut self.relatives,
            &mut self.documents,
            &mut self.notes,
        ] {
            if lines.peek()?.is_some() {
                return Err(lines.wrong("the line belongs to no patient of patients.truth"));
            }
        }
        Ok(())
    }
}

fn rows_of<T: Row + DeserializeOwned>(
    lines: &mut Lines,
    reference: &str,
) -> Result<Vec<T>, SynthError> {
    let mut rows = Vec::new();
    while let Some(row) = lines.peek_as::<T>()? {
        if row.subject() != reference {
            break;
        }
        rows.push(row);
        lines.take();
    }
    Ok(rows)
}

/// What `truth.json` says.
pub(super) fn truth(folder: &Path) -> Result<Value, SynthError> {
    let path = folder.join(crate::ingest::find::TRUTH);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(SynthError::NoTruth(folder.to_owned()));
        }
        Err(error) => return Err(SynthError::disk(&path, error)),
    };
    serde_json::from_slice(&bytes).map_err(|error| SynthError::Unreadable {
        place: path.display().to_string(),
        what: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_begins_as_it_begins_with_or_without_a_dot() {
        assert!(begins("K92.2", &["I50", "K922"]) && begins("K922", &["K922"]));
        assert!(begins("C34.9", &["C34"]) && !begins("C3", &["C34"]));
        assert!(!begins("I63.9", &["I64"]) && begins("anything", &[""]));
    }
}
