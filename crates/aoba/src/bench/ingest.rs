//! `aoba bench ingest`: a whole load into a fresh home, from the file to the committed snapshot.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::runs::{Run, Runs, median, to_f64};
use super::{data, print_machine};
use crate::cli::BenchArgs;
use crate::stats;

pub(super) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    print_machine(args);
    let folder = std::env::temp_dir().join(format!("aoba-bench-ingest-{}", std::process::id()));
    let told = measure(args, &folder);
    std::fs::remove_dir_all(&folder).context("cannot remove the benchmark's folder")?;
    told
}

fn measure(args: &BenchArgs, folder: &Path) -> anyhow::Result<()> {
    let input = folder.join("input");
    std::fs::create_dir_all(&input)?;
    println!("data: {}", data::prepare(args, &input)?);
    let mut size_bytes = 0;
    for entry in std::fs::read_dir(&input)? {
        size_bytes += entry?.metadata()?.len();
    }
    let mut runs = Runs::over(size_bytes);
    let mut rates = Vec::new();
    let mut resources = 0.0;
    for at in 0..args.runs {
        let home = folder.join(format!("home-{at}"));
        let (run, report) = load(&input, &home)?;
        let count = |name: &str| report["counts"][name].as_u64().unwrap_or(0);
        if count("resources")
            != count("written") + count("quarantined") + count("superseded") + count("deleted")
        {
            bail!("the report does not add up: {}", report["counts"]);
        }
        resources = to_f64(count("resources"));
        rates.push(resources / run.wall_seconds);
        runs.push(run);
        if at + 1 == args.runs {
            println!("{resources} resources, {} quarantined", count("quarantined"));
            let (landing, lake) = (size_of(&home.join("landing"))?, size_of(&home.join("lake"))?);
            println!("landing {:.1} MB, lake {:.1} MB", to_f64(landing) / 1e6, to_f64(lake) / 1e6);
        }
        std::fs::remove_dir_all(&home)?;
    }
    runs.print("aoba ingest, whole process");
    println!("  {:.0} resources/s (median of {})", median(rates.into_iter()), args.runs);
    println!("  {:.0} resources per processor second", resources / runs.cpu());
    Ok(())
}

/// Loads as a user would; gives what it used and the report.
fn load(input: &Path, home: &Path) -> anyhow::Result<(Run, Value)> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let (start, cpu) = (Instant::now(), stats::children_cpu_seconds());
    let told = Command::new(program)
        .args(["ingest", "--quiet", "--format", "json", "--home"])
        .arg(home)
        .arg(input)
        .output()?;
    let wall_seconds = start.elapsed().as_secs_f64();
    let cpu_seconds = stats::children_cpu_seconds() - cpu;
    if !told.status.success() {
        bail!("aoba ingest failed: {}", String::from_utf8_lossy(&told.stderr));
    }
    let report: Value = serde_json::from_slice(&told.stdout)?;
    let peak_rss_bytes = report["used"]["peak_rss_bytes"].as_u64().unwrap_or(0);
    Ok((Run { wall_seconds, cpu_seconds, peak_rss_bytes }, report))
}

pub(super) fn size_of(folder: &Path) -> anyhow::Result<u64> {
    let mut size_bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.metadata()?;
        size_bytes += if kind.is_dir() { size_of(&entry.path())? } else { kind.len() };
    }
    Ok(size_bytes)
}
