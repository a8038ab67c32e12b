//! Nameless patients by the thousand, the same for the same seed.

mod life;
mod observation;
mod record;

use std::io::{self, Write};

use crate::dice::Dice;
use life::{ENCOUNTERS_PER_PATIENT, Life, OBSERVATIONS_PER_PATIENT};

/// In whose manner the resources are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As an American bulk export: LOINC and SNOMED CT, UUID keys, decimals of 14 to 16 digits.
    Us,
    /// As a Japanese hospital: JLAC10 beside LOINC, kanji, values as the analyser prints them.
    Jp,
}

/// The types of resource an export has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One for each `OBSERVATIONS_PER_PATIENT` observations begun.
    Patient,
    /// Fifteen a patient.
    Encounter,
    /// Two a patient.
    Condition,
    /// One for every third encounter.
    MedicationRequest,
    /// As many as were asked for.
    Observation,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Patient,
        Self::Encounter,
        Self::Condition,
        Self::MedicationRequest,
        Self::Observation,
    ];

    /// The file of a bulk export: `Patient.ndjson` and so on.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Patient => "Patient.ndjson",
            Self::Encounter => "Encounter.ndjson",
            Self::Condition => "Condition.ndjson",
            Self::MedicationRequest => "MedicationRequest.ndjson",
            Self::Observation => "Observation.ndjson",
        }
    }
}

/// A made-up export. The same three values give the same bytes on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export {
    /// Where chance begins.
    pub seed: u64,
    /// How many observations there are; everything else follows.
    pub observations: u64,
    /// In whose manner.
    pub shape: Shape,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Resources, one a line.
    pub resources: u64,
    /// Bytes, line breaks included.
    pub bytes: u64,
}

/// How many bytes are gathered before they are given to the writer.
const BUFFER_BYTES: usize = 1 << 20;

/// Writes this many Observations as NDJSON, sorted by patient and then by time.
///
/// # Errors
/// When the writer fails.
///
/// # Cost
/// Hundreds of megabytes a second; memory for one buffer of a megabyte.
///
/// ```
/// let mut out = Vec::new();
/// let made = synth::observations(7, 1_000, synth::Shape::Us, &mut out).unwrap();
/// assert_eq!((made.resources, made.bytes), (1_000, out.len() as u64));
/// ```
pub fn observations(
    seed: u64,
    count: u64,
    shape: Shape,
    writer: &mut impl Write,
) -> io::Result<Made> {
    Export { seed, observations: count, shape }.write(Kind::Observation, writer)
}

impl Export {
    /// How many patients there are.
    #[must_use]
    pub fn patients(&self) -> u64 {
        self.observations.div_ceil(OBSERVATIONS_PER_PATIENT)
    }

    /// Writes the resources of one type as NDJSON, sorted by patient.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write(&self, kind: Kind, writer: &mut impl Write) -> io::Result<Made> {
        let mut page = Page { out: Vec::with_capacity(BUFFER_BYTES + 4096), made: Made::default() };
        for number in 0..self.patients() {
            let life = Life::new(self.seed, number);
            let mut dice = Dice::new(self.seed ^ (kind as u64 + 1), number);
            let left = self.observations - number * OBSERVATIONS_PER_PATIENT;
            for nth in 0..count(kind).min(if kind == Kind::Observation { left } else { u64::MAX }) {
                let out = &mut page.out;
                match kind {
                    Kind::Patient => record::patient(out, self.shape, &life)?,
                    Kind::Encounter => record::encounter(out, &life, nth)?,
                    Kind::Condition => record::condition(out, self.shape, &mut dice, &life)?,
                    Kind::MedicationRequest => {
                        record::medication_request(out, self.shape, &mut dice, &life, nth)?;
                    }
                    Kind::Observation => {
                        observation::write(out, self.shape, &mut dice, &life, nth)?;
                    }
                }
                page.made.resources += 1;
                page.turn(writer, BUFFER_BYTES)?;
            }
        }
        page.turn(writer, 0)?;
        Ok(page.made)
    }
}

/// How many resources of a type one patient has.
fn count(kind: Kind) -> u64 {
    match kind {
        Kind::Patient => 1,
        Kind::Encounter => ENCOUNTERS_PER_PATIENT,
        Kind::Condition => 2,
        Kind::MedicationRequest => ENCOUNTERS_PER_PATIENT / 3,
        Kind::Observation => OBSERVATIONS_PER_PATIENT,
    }
}

/// What waits to be written.
struct Page {
    out: Vec<u8>,
    made: Made,
}

impl Page {
    /// Hands over what there is, once it is this much.
    fn turn(&mut self, writer: &mut impl Write, bytes_min: usize) -> io::Result<()> {
        if self.out.len() >= bytes_min {
            self.made.bytes += self.out.len() as u64;
            writer.write_all(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn made(kind: Kind, observations: u64, shape: Shape) -> String {
        let mut out = Vec::new();
        let made = Export { seed: 1, observations, shape }.write(kind, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!((made.resources, made.bytes), (text.lines().count() as u64, text.len() as u64));
        text
    }

    /// The keys that follow this text.
    fn keys<'t>(text: &'t str, before: &str) -> BTreeSet<&'t str> {
        text.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
        let with = |seed| {
            let mut out = Vec::new();
            observations(seed, 500, Shape::Us, &mut out).unwrap();
            out
        };
        assert_eq!(with(1), with(1));
        assert_ne!(with(1), with(2));
    }

    #[test]
    fn every_type_is_about_the_same_patients_and_encounters() {
        for shape in [Shape::Us, Shape::Jp] {
            let patients = made(Kind::Patient, 400, shape);
            let patients = keys(&patients, r#"{"resourceType":"Patient","id":""#);
            let encounters = made(Kind::Encounter, 400, shape);
            let of_encounters = keys(&encounters, r#"{"resourceType":"Encounter","id":""#);
            assert_eq!((patients.len(), of_encounters.len()), (3, 45));
            for kind in Kind::ALL.into_iter().skip(1) {
                let text = made(kind, 400, shape);
                assert_eq!(keys(&text, "Patient/"), patients, "{kind:?}");
                assert!(keys(&text, "Encounter/").is_subset(&of_encounters), "{kind:?}");
            }
        }
    }

    #[test]
    fn there_are_as_many_observations_as_asked_for_sorted_by_patient() {
        for count in [0, 1, 149, 150, 151, 600] {
            let text = made(Kind::Observation, count, Shape::Us);
            let mut patients: Vec<&str> = text
                .lines()
                .map(|line| line.split("Patient/").nth(1).unwrap().split('"').next().unwrap())
                .collect();
            assert_eq!(patients.len() as u64, count);
            patients.dedup();
            assert_eq!(patients.len() as u64, count.div_ceil(150));
        }
    }
}
