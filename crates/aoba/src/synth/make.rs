//! A hospital into a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::Value;
use synth::hospital::Hospital;
use synth::hospital::fhir::{self, Kind, Pages};
use vocab::Locale;

use super::before::{self, Asked};
use super::chunks::{Chunks, Ended};
use super::files::{FILE_BYTES_MAX, Folder, Packing, Written};
use super::trouble::SynthError;
use super::{people, truths};
use crate::ingest::find::TRUTH;
use crate::progress;

/// What files of records end in.
const ENDING: &str = ".ndjson";

/// Patients made to see how much room all will take.
const SAMPLE: u64 = 60;

/// What is to be made, where.
pub(super) struct Order {
    /// Which hospital.
    pub(super) asked: Asked,
    /// The folder.
    pub(super) out: PathBuf,
    /// How files are packed.
    pub(super) packing: Packing,
    /// Without a progress bar.
    pub(super) quiet: bool,
    /// The reader's language.
    pub(super) locale: Locale,
}

/// What was made.
pub(super) struct Made {
    /// Patients, the twelve not among them.
    pub(super) patients: u64,
    /// Files, lines and bytes.
    pub(super) written: Written,
}

/// What one chunk of patients is made into: records, and what is really so.
pub(super) struct Sheets {
    /// FHIR, one page for each type, and what the notes say: the lines of `notes.truth`.
    pub(super) pages: Pages,
    /// Lines of `patients.truth`.
    pub(super) truths: Vec<u8>,
}

impl Default for Sheets {
    fn default() -> Self {
        Self { pages: Pages::annotated(), truths: Vec::new() }
    }
}

impl Sheets {
    /// Adds one patient.
    pub(super) fn add(&mut self, hospital: &Hospital, number: u64) {
        let life = hospital.life(number);
        fhir::write(&life, &mut self.pages);
        truths::write(&life, &mut self.truths);
    }

    fn size_bytes(&self) -> u64 {
        let pages: usize = Kind::ALL.iter().map(|kind| self.pages.bytes(*kind).len()).sum();
        (pages + self.truths.len() + self.pages.annotations().len()) as u64
    }
}

/// Makes a hospital, or nothing.
pub(super) fn make(order: &Order, stop: &Arc<AtomicBool>) -> Result<Made, SynthError> {
    let Asked { seed, patients, .. } = order.asked;
    let hospital = Hospital { seed, patients };
    before::check_folder(&order.out)?;
    before::check_room(&order.out, expected_bytes(&hospital, order.packing))?;
    let mut folder = Folder::open(&order.out, order.packing, FILE_BYTES_MAX);
    let mut done = 0;
    if let Err(why) = fill(order, &hospital, stop, (&mut folder, &mut done)) {
        let written = folder.written();
        drop(folder);
        let why = Box::new(why);
        return Err(SynthError::Unfinished { patients: done, of: patients, written, why });
    }
    Ok(Made { patients, written: folder.finish()? })
}

fn fill(
    order: &Order,
    hospital: &Hospital,
    stop: &Arc<AtomicBool>,
    (folder, done): (&mut Folder, &mut u64),
) -> Result<(), SynthError> {
    for (name, bytes) in people::files() {
        folder.put(&format!("fhir/people/{name}"), bytes)?;
    }
    for (name, lines) in fhir::house() {
        folder.put(&format!("fhir/{name}"), lines.as_bytes())?;
    }
    let what = match order.locale {
        Locale::Ja => "患者",
        Locale::En => "patients",
    };
    let bar = progress::things(hospital.patients, what, order.quiet);
    let maker = *hospital;
    let fill = move |number, sheets: &mut Sheets| sheets.add(&maker, number);
    let threads = order.asked.threads;
    for chunk in Chunks::start(hospital.patients, threads, Arc::clone(stop), fill) {
        let chunk = chunk?;
        add(folder, &chunk.made.pages)?;
        folder.add("patients", ".truth", &chunk.made.truths)?;
        folder.add("notes", ".truth", chunk.made.pages.annotations().as_bytes())?;
        *done = chunk.patients.end;
        bar.set_position(*done);
    }
    bar.finish_and_clear();
    folder.put(TRUTH, truths::of_hospital(hospital).as_bytes())
}

fn add(folder: &mut Folder, pages: &Pages) -> Result<(), SynthError> {
    Kind::ALL.into_iter().try_for_each(|kind| {
        let stem = kind.file().trim_end_matches(ENDING);
        folder.add(&format!("fhir/{stem}"), ENDING, pages.bytes(kind))
    })
}

impl From<Ended> for SynthError {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Stopped => Self::Stopped,
            Ended::Died => Self::Died,
        }
    }
}

/// About how many bytes a hospital will take, from some of its patients.
fn expected_bytes(hospital: &Hospital, packing: Packing) -> u64 {
    let step = (hospital.patients / SAMPLE).max(1);
    let mut sheets = Sheets::default();
    let mut made = 0;
    for number in (0..hospital.patients).step_by(usize::try_from(step).unwrap_or(1)) {
        sheets.add(hospital, number);
        made += 1;
    }
    let plain = sheets.size_bytes() / made.max(1) * hospital.patients;
    match packing {
        Packing::Plain => plain,
        // Records of one type pack to a tenth or less; an eighth is asked for.
        Packing::Gzip | Packing::Zstd => plain / 8,
    }
}

/// Seed and patients of the hospital that was made in this folder, if one was.
pub(super) fn made_before(folder: &Path) -> Result<Option<(u64, u64)>, SynthError> {
    let path = folder.join(TRUTH);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(SynthError::disk(&path, error)),
    };
    let truth: Option<Value> = serde_json::from_slice(&bytes).ok();
    let number = |name: &str| truth.as_ref()?.get(name)?.as_u64();
    match (number("seed"), number("patients")) {
        (Some(seed), Some(patients)) => Ok(Some((seed, patients))),
        _ => Err(SynthError::Unreadable {
            place: path.display().to_string(),
            what: "no seed and patients".to_owned(),
        }),
    }
}
