//! `aoba synth check`: is what was planted in the data?
//!
//! The check reads the files as anybody would who was handed them, patient by patient, and shares
//! nothing with the simulation but the figures of `truth.json`. Each estimator is a file of its
//! own and plain: rates over person-time, Poisson and logistic regression, weights, means.

mod airways;
mod births;
mod cancer_course;
mod cancers;
mod care;
mod cited;
mod cox;
mod diseases;
mod drugs;
mod estimate;
mod family;
mod faults;
mod finding;
mod genes;
mod input;
mod jackknife;
mod joints;
mod lines;
mod logistic;
mod matrix;
mod models;
mod notes;
mod planted;
mod poisson;
mod pulmonary;
mod rows;
mod shares;
mod slopes;
mod table;
mod trial;
mod truth;
mod vaccines;
mod verdict;
mod wards;
mod when;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use synth::hospital::Hospital;
use synth::hospital::fhir::Kind;
use vocab::Locale;

use super::before::Asked;
use super::chunks::Chunks;
use super::make::Sheets;
use super::trouble::SynthError;
use super::{truths, until_stopped};
use crate::cli::{ReportFormat, SynthCheckArgs};
use crate::progress;

use input::{Input, Person};
use lines::Lines;
use planted::Planted;
use table::Checked;

/// Something planted was not found.
const NOT_FOUND: u8 = 1;

/// `aoba synth check`; gives the exit code.
pub(super) async fn command(args: &SynthCheckArgs, locale: Locale) -> anyhow::Result<u8> {
    let asked = super::asked(&args.hospital)?;
    let (folder, quiet) = (args.folder.clone(), args.quiet);
    let checked = until_stopped(move |stop| match folder {
        Some(folder) => of_folder(&folder, quiet, locale, stop),
        None => of_hospital(asked, quiet, locale, stop),
    })
    .await??;
    let mut out = std::io::stdout().lock();
    match args.format {
        ReportFormat::Text => checked.print(locale, &mut out)?,
        ReportFormat::Json => checked.print_json(&mut out)?,
    }
    Ok(if checked.failures() > 0 { NOT_FOUND } else { 0 })
}

/// What all estimators have seen.
#[derive(Default)]
struct Tally {
    models: models::Models,
    genes: genes::Genes,
    care: care::Care,
    trial: trial::Trial,
    drugs: drugs::Drugs,
    shares: shares::Shares,
    cancers: cancers::Cancers,
    airways: airways::Airways,
    joints: joints::Joints,
    wards: wards::Wards,
    vaccines: vaccines::Vaccines,
    births: births::Births,
    family: family::Family,
    pulmonary: pulmonary::Pulmonary,
    cited: cited::Cited,
    notes: notes::Notes,
    faults: faults::Faults,
    /// The first line that could not be read.
    trouble: Option<SynthError>,
}

impl Tally {
    fn add(&mut self, person: &Person) {
        self.models.add(person);
        self.genes.add(person);
        self.care.add(person);
        self.trial.add(person);
        self.drugs.add(person);
        self.shares.add(person);
        self.cancers.add(person);
        self.airways.add(person);
        self.joints.add(person);
        self.wards.add(person);
        self.vaccines.add(person);
        self.births.add(person);
        self.family.add(person);
        self.pulmonary.add(person);
        self.cited.add(person);
        self.notes.add(person);
        self.faults.add(person);
    }

    /// Adds what another saw of later patients.
    fn merge(&mut self, other: Self) -> Result<(), SynthError> {
        if let Some(trouble) = other.trouble {
            return Err(trouble);
        }
        self.models.merge(other.models);
        self.genes.merge(other.genes);
        self.care.merge(&other.care);
        self.trial.merge(other.trial);
        self.drugs.merge(other.drugs);
        self.shares.merge(other.shares);
        self.cancers.merge(other.cancers);
        self.airways.merge(other.airways);
        self.joints.merge(other.joints);
        self.wards.merge(other.wards);
        self.vaccines.merge(other.vaccines);
        self.births.merge(other.births);
        self.family.merge(other.family);
        self.pulmonary.merge(other.pulmonary);
        self.cited.merge(&other.cited);
        self.notes.merge(&other.notes);
        self.faults.merge(other.faults);
        Ok(())
    }

    fn tell(&self, truth: &Value, locale: Locale) -> Checked {
        let number = |name: &str| truth.get(name).and_then(Value::as_u64).unwrap_or_default();
        let mut planted = Planted::of(truth, locale);
        self.models.tell(&mut planted);
        self.genes.tell(&mut planted);
        self.care.tell(&mut planted);
        self.trial.tell(&mut planted);
        self.drugs.tell(&mut planted);
        self.airways.tell(&mut planted);
        self.joints.tell(&mut planted);
        self.wards.tell(&mut planted);
        self.vaccines.tell(&mut planted);
        self.births.tell(&mut planted);
        self.shares.tell(&mut planted);
        self.family.tell(&mut planted);
        self.pulmonary.tell(&mut planted);
        self.cancers.tell(&mut planted);
        self.faults.tell(&mut planted);
        self.notes.tell(&mut planted, locale);
        self.cited.tell(&mut planted, locale);
        let left = planted.left();
        let rows = planted.into_rows();
        Checked { seed: number("seed"), patients: number("patients"), rows, left }
    }
}

fn bar(patients: u64, quiet: bool, locale: Locale) -> indicatif::ProgressBar {
    let what = match locale {
        Locale::Ja => "患者",
        Locale::En => "patients",
    };
    progress::things(patients, what, quiet)
}

/// Checks a folder that was made before.
fn of_folder(
    folder: &Path,
    quiet: bool,
    locale: Locale,
    stop: &Arc<AtomicBool>,
) -> Result<Checked, SynthError> {
    let truth = input::truth(folder)?;
    let patients = truth.get("patients").and_then(Value::as_u64).unwrap_or_default();
    let bar = bar(patients, quiet, locale);
    let mut input = Input::of_folder(folder);
    let mut tally = Tally::default();
    let mut seen = 0;
    while let Some(person) = input.next()? {
        if stop.load(Ordering::Relaxed) {
            return Err(SynthError::Stopped);
        }
        tally.add(&person);
        seen += 1;
        bar.set_position(seen);
    }
    bar.finish_and_clear();
    if seen != patients {
        return Err(SynthError::Unreadable {
            place: folder.display().to_string(),
            what: format!("{seen} patients are there and truth.json tells of {patients}"),
        });
    }
    Ok(tally.tell(&truth, locale))
}

/// Makes a hospital and checks it in passing; nothing is written.
fn of_hospital(
    asked: Asked,
    quiet: bool,
    locale: Locale,
    stop: &Arc<AtomicBool>,
) -> Result<Checked, SynthError> {
    let hospital = Hospital { seed: asked.seed, patients: asked.patients };
    let bar = bar(asked.patients, quiet, locale);
    let mut tally = Tally::default();
    let fill = move |number, tally: &mut Tally| {
        if let Err(trouble) = look(&hospital, number, tally) {
            tally.trouble.get_or_insert(trouble);
        }
    };
    for chunk in Chunks::start(asked.patients, asked.threads, Arc::clone(stop), fill) {
        let chunk = chunk?;
        tally.merge(chunk.made)?;
        bar.set_position(chunk.patients.end);
    }
    bar.finish_and_clear();
    let truth = serde_json::from_str(&truths::of_hospital(&hospital));
    let truth: Value = truth.map_err(|error| SynthError::Unreadable {
        place: "truth.json".to_owned(),
        what: error.to_string(),
    })?;
    Ok(tally.tell(&truth, locale))
}

/// Makes the lines of one patient and reads them as if they were files.
fn look(hospital: &Hospital, number: u64, tally: &mut Tally) -> Result<(), SynthError> {
    let mut sheets = Sheets::default();
    sheets.add(hospital, number);
    let mut input = Input::new(&mut |stem, ending| {
        let bytes = match stem {
            "patients" => std::mem::take(&mut sheets.truths),
            "notes" => sheets.pages.annotations().as_bytes().to_vec(),
            _ => {
                let file = format!("{stem}{ending}");
                let kind = Kind::ALL.into_iter().find(|kind| kind.file() == file);
                kind.map(|kind| sheets.pages.take(kind)).unwrap_or_default()
            }
        };
        Lines::of_bytes(stem, bytes)
    });
    while let Some(person) = input.next()? {
        tally.add(&person);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::verdict::{Row, Verdict};
    use super::*;

    fn truth(hospital: &Hospital) -> Value {
        serde_json::from_str(&truths::of_hospital(hospital)).unwrap()
    }

    /// What the figures come to, by the names of their lines.
    fn verdicts(checked: &Checked) -> BTreeMap<String, Verdict> {
        let z = verdict::limit(&checked.rows);
        let rows = checked.rows.iter().filter(|row| row.is_judged());
        rows.map(|row| (row.line.name.clone(), row.verdict(z))).collect()
    }

    #[test]
    fn every_planted_figure_has_an_estimator_and_of_nobody_none_tells() {
        let checked = Tally::default().tell(&truth(&Hospital { seed: 1, patients: 0 }), Locale::En);
        let left: Vec<&str> = checked.left.iter().map(|left| left.name.as_str()).collect();
        assert!(left.is_empty(), "no estimator looks for {left:?}");
        let told = verdicts(&checked).into_iter().filter(|(_, verdict)| *verdict != Verdict::Few);
        // Where nothing is planted, nothing is as it should be.
        let told: Vec<String> = told.map(|(name, _)| name).collect();
        assert!(told.iter().all(|name| name.starts_with("prostate_cancer_incidence")), "{told:?}");
    }

    /// Gives a figure another value: twenty times the rate, ratio or odds, or five times the change.
    fn change(truth: &mut Value, row: &Row) {
        let line = &row.line;
        let value = match line.unit {
            table::Unit::Percent => {
                let odds = line.expected / (1.0 - line.expected) * 20.0;
                odds / (1.0 + odds)
            }
            table::Unit::Plain => line.expected * 5.0,
            _ => line.expected * 20.0,
        };
        for list in ["facts", "faults"] {
            let facts = truth[list].as_array_mut().unwrap().iter_mut();
            facts.filter(|fact| fact["name"] == row.figure.clone().unwrap_or_default()).for_each(
                |fact| {
                    fact["value"] = value.into();
                },
            );
        }
    }

    #[test]
    fn what_is_found_again_in_a_few_patients_is_not_found_in_another_world() {
        let hospital = Hospital { seed: 3, patients: 120 };
        let mut tally = Tally::default();
        for number in 0..hospital.patients {
            look(&hospital, number, &mut tally).unwrap();
        }
        let mut truth = truth(&hospital);
        let checked = tally.tell(&truth, Locale::En);
        assert_eq!(checked.failures(), 0, "{:?}", verdicts(&checked));
        let before = verdicts(&checked);
        let is_found = |row: &&Row| {
            let is_fine = before.get(&row.line.name) == Some(&Verdict::Fine);
            is_fine && row.figure.is_some() && row.line.expected > 0.0
        };
        let found: Vec<&Row> = checked.rows.iter().filter(is_found).collect();
        found.iter().for_each(|row| change(&mut truth, row));
        let after = verdicts(&tally.tell(&truth, Locale::En));
        for row in &found {
            assert_eq!(after.get(&row.line.name), Some(&Verdict::Off), "{row:?}");
        }
        assert!(found.len() >= 8, "only {} figures can be told by so few", found.len());
    }
}
