//! `aoba bench change`: what a day's changes cost, in homes of two sizes.
//!
//! A day touches one patient in a thousand: values are corrected, new ones come, one resource is
//! deleted. The larger home also takes a day as small as the smaller home's, which tells whether
//! the time follows the change or what is held.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use synth::hospital::Hospital;
use synth::hospital::fhir::{self, Kind, Pages};

use super::runs::{Run, to_f64};
use super::synth::{this_program, timed};
use super::{in_folder, print_processor};
use crate::cli::BenchChangeArgs;

/// One patient of so many changes in a day.
const PATIENTS_PER_CHANGED: u64 = 1_000;
/// Values corrected, and values that are new, of each of them.
const CORRECTED: usize = 3;
const NEW: usize = 20;

/// What a day brings.
pub(super) struct Day {
    pub(super) file: PathBuf,
    patients: u64,
    lines: u64,
}

pub(super) fn run(args: &BenchChangeArgs) -> anyhow::Result<()> {
    print_processor();
    in_folder("change", args.folder.as_ref(), |folder| both(args, folder))
}

fn both(args: &BenchChangeArgs, folder: &Path) -> anyhow::Result<()> {
    if let Some(home) = &args.made {
        let hospital = Hospital { seed: args.seed, patients: args.patients };
        let (day, run) = bring(&hospital, (args.day, args.patients), home, folder)?;
        println!("  {}: {}", day.told(), told(&run));
        return Ok(());
    }
    let small = args.patients / 4;
    one(args, small, &[small], folder)?;
    one(args, args.patients, &[args.patients, small], folder)
}

/// Makes a hospital in a home, and gives it days such as hospitals of these sizes have.
fn one(args: &BenchChangeArgs, patients: u64, sizes: &[u64], folder: &Path) -> anyhow::Result<()> {
    let home = folder.join("home");
    let (count, seed) = (patients.to_string(), args.seed.to_string());
    let mut make = this_program()?;
    make.args(["synth", "--quiet", "--patients", &count, "--seed", &seed, "--into"]).arg(&home);
    let full = timed(&mut make)?;
    println!("{patients} patients");
    println!("  the whole hospital: {}", told(&full));
    // As whoever keeps the house does once it is filled: then a person lies in one file.
    let mut optimize = this_program()?;
    let optimized = timed(optimize.args(["optimize", "--whole", "--home"]).arg(&home))?;
    println!("  put in order: {}", told(&optimized));
    let hospital = Hospital { seed: args.seed, patients };
    for (number, size) in (1_u64..).zip(sizes) {
        let (day, run) = bring(&hospital, (number, *size), &home, folder)?;
        println!(
            "  {}: {}, {:.2} % of the whole",
            day.told(),
            told(&run),
            100.0 * run.wall_seconds / full.wall_seconds
        );
    }
    std::fs::remove_dir_all(&home)?;
    Ok(())
}

/// Brings a day such as a hospital of this size has.
fn bring(
    hospital: &Hospital,
    (number, size): (u64, u64),
    home: &Path,
    folder: &Path,
) -> anyhow::Result<(Day, Run)> {
    let day = day(hospital, number, size / PATIENTS_PER_CHANGED, folder)?;
    let mut ingest = this_program()?;
    // The source under which a made hospital is kept.
    ingest.args(["ingest", "--quiet", "--source", crate::demo::INVENTED, "--home"]);
    let run = timed(ingest.arg(home).arg(&day.file))?;
    Ok((day, run))
}

impl Day {
    fn told(&self) -> String {
        format!("a day with {} patients changed, {} lines", self.patients, self.lines)
    }
}

fn told(run: &Run) -> String {
    format!(
        "wall {:.2} s  cpu {:.2} s  peak {:.0} MB",
        run.wall_seconds,
        run.cpu_seconds,
        to_f64(run.peak_rss_bytes) / 1e6
    )
}

/// Writes what one day changes.
pub(super) fn day(
    hospital: &Hospital,
    number: u64,
    changed: u64,
    folder: &Path,
) -> anyhow::Result<Day> {
    let changed = changed.clamp(1, hospital.patients);
    let step = hospital.patients / changed;
    let (mut text, mut lines) = (String::new(), 0);
    let mut pages = Pages::default();
    for patient in (0..changed).map(|at| at * step + number % step.max(1)) {
        fhir::write(&hospital.life(patient), &mut pages);
        for line in of_patient(&pages, patient, number)? {
            writeln!(text, "{line}")?;
            lines += 1;
        }
        pages.clear();
    }
    let file = folder.join(format!("day-{number}.ndjson"));
    std::fs::write(&file, text)?;
    Ok(Day { file, patients: changed, lines })
}

/// What changes of one patient: values corrected, values that are new, and a deletion.
fn of_patient(pages: &Pages, patient: u64, day: u64) -> anyhow::Result<Vec<Value>> {
    let text = str::from_utf8(pages.bytes(Kind::Observation))?;
    let mut changes = Vec::new();
    let first: Vec<Value> =
        text.lines().take(CORRECTED + 1).map(serde_json::from_str).collect::<Result<_, _>>()?;
    let when = format!("2026-11-{:02}T06:00:00+09:00", day.min(28));
    for value in first.iter().take(CORRECTED) {
        let mut corrected = value.clone();
        corrected["status"] = json!("corrected");
        corrected["meta"]["versionId"] = json!("2");
        corrected["meta"]["lastUpdated"] = json!(when);
        changes.push(corrected);
    }
    for at in 0..NEW {
        let Some(mut new) = first.get(at % first.len().max(1)).cloned() else { break };
        new["id"] = json!(format!("o-{patient:07}-9{day:02}{at:03}"));
        new["meta"]["lastUpdated"] = json!(when);
        new["effectiveDateTime"] = json!(when);
        changes.push(new);
    }
    if let Some(id) = first.get(CORRECTED).and_then(|last| last["id"].as_str()) {
        changes.push(json!({
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [{ "request": { "method": "DELETE", "url": format!("Observation/{id}") } }],
        }));
    }
    Ok(changes)
}
