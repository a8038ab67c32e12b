//! `aoba bench synth`: a synthetic hospital straight into a home, and another one as files.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::runs::{Run, to_f64};
use super::{in_folder, ingest, print_processor};
use crate::cli::BenchSynthArgs;
use crate::stats;

/// Tables whose rows are not about what happened to a patient.
const NOT_CLINICAL: [&str; 9] = [
    "resource",
    "extension",
    "patient",
    "patient_link",
    "organization",
    "practitioner",
    "practitioner_role",
    "location",
    "coverage",
];

pub(super) fn run(args: &BenchSynthArgs) -> anyhow::Result<()> {
    print_processor();
    in_folder("synth", args.folder.as_ref(), |folder| {
        into_a_home(args, folder).and_then(|()| as_files(args, folder))
    })
}

fn into_a_home(args: &BenchSynthArgs, folder: &Path) -> anyhow::Result<()> {
    let home = folder.join("home");
    let (patients, seed) = (args.patients.to_string(), args.seed.to_string());
    let mut make = this_program()?;
    make.args(["synth", "--quiet", "--patients", &patients, "--seed", &seed, "--into"]).arg(&home);
    let run = timed(&mut make)?;
    let tables = this_program()?
        .args(["tables", "--purpose", "operations", "--format", "json", "--home"])
        .arg(&home)
        .output()?;
    let tables: Value = serde_json::from_slice(&tables.stdout).context("`aoba tables` failed")?;
    let mut rows = 0;
    for table in tables.as_array().into_iter().flatten() {
        if !NOT_CLINICAL.contains(&table["name"].as_str().unwrap_or_default()) {
            rows += table["rows"].as_u64().unwrap_or_default();
        }
    }
    let size_bytes = ingest::size_of(&home)?;
    println!("{patients} patients, {rows} clinical rows, straight into a home");
    println!(
        "  wall {:.1} s  cpu {:.1} s  peak {:.0} MB",
        run.wall_seconds,
        run.cpu_seconds,
        to_f64(run.peak_rss_bytes) / 1e6
    );
    println!(
        "  {:.0} rows/s  {:.0} rows per processor second",
        to_f64(rows) / run.wall_seconds,
        to_f64(rows) / run.cpu_seconds
    );
    println!(
        "  {:.3} GB on disk, {:.1} bytes a row",
        to_f64(size_bytes) / 1e9,
        to_f64(size_bytes) / to_f64(rows)
    );
    std::fs::remove_dir_all(&home)?;
    Ok(())
}

fn as_files(args: &BenchSynthArgs, folder: &Path) -> anyhow::Result<()> {
    let out = folder.join("files");
    let patients = args.patients.min(args.files_patients).to_string();
    let mut make = this_program()?;
    make.args(["synth", "--quiet", "--patients", &patients, "--seed", &args.seed.to_string()]);
    make.arg("--out").arg(&out);
    let run = timed(&mut make)?;
    let size_bytes = ingest::size_of(&out.join("fhir"))?;
    println!("{patients} patients as NDJSON, {:.1} MB", to_f64(size_bytes) / 1e6);
    println!(
        "  wall {:.1} s  cpu {:.1} s  {:.0} MB/s  peak {:.0} MB",
        run.wall_seconds,
        run.cpu_seconds,
        to_f64(size_bytes) / 1e6 / run.wall_seconds,
        to_f64(run.peak_rss_bytes) / 1e6
    );
    Ok(())
}

pub(super) fn this_program() -> anyhow::Result<Command> {
    Ok(Command::new(std::env::current_exe().context("cannot find this program")?))
}

/// How often the memory of a running program is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Runs a program to its end, looking at its memory on the way.
pub(super) fn timed(command: &mut Command) -> anyhow::Result<Run> {
    let (start, cpu) = (Instant::now(), stats::children_cpu_seconds());
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let mut peak_rss_bytes = 0;
    let status = loop {
        peak_rss_bytes = peak_rss_bytes.max(stats::peak_rss_bytes_of(&child.id().to_string()));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        #[expect(clippy::disallowed_methods, reason = "only looks at what another program holds")]
        std::thread::sleep(LOOK);
    };
    let wall_seconds = start.elapsed().as_secs_f64();
    if !status.success() {
        bail!("{command:?} failed");
    }
    let cpu_seconds = stats::children_cpu_seconds() - cpu;
    Ok(Run { wall_seconds, cpu_seconds, peak_rss_bytes })
}
