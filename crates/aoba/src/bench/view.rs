//! `aoba bench view`: ViewDefinitions over NDJSON to Parquet, DuckDB and pysof beside.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail};

use super::peers::Peers;
use super::runs::{Run, Runs, to_f64};
use super::{data, print_machine};
use crate::cli::BenchArgs;

/// One view that is measured, alone or with others of its type.
struct Case {
    name: &'static str,
    resource_type: &'static str,
    json: &'static str,
    /// Columns that hold decimals as text here and as doubles elsewhere.
    decimals: &'static [&'static str],
}

macro_rules! case {
    ($name:literal, $type:literal, $decimals:expr) => {
        Case {
            name: $name,
            resource_type: $type,
            json: include_str!(concat!("views/", $name, ".json")),
            decimals: $decimals,
        }
    };
}

/// The five views with which other engines are compared.
const COMPARED: [Case; 5] = [
    case!("observation", "Observation", &["value", "comp_value"]),
    case!("encounter", "Encounter", &[]),
    case!("condition", "Condition", &[]),
    case!("medicationrequest", "MedicationRequest", &["dose_value"]),
    case!("patient", "Patient", &[]),
];

/// With `observation`, five views of one type for one parse.
const MORE_OF_ONE_TYPE: [Case; 4] = [
    case!("observation_code", "Observation", &[]),
    case!("observation_component", "Observation", &[]),
    case!("observation_number", "Observation", &[]),
    case!("observation_visit", "Observation", &[]),
];

/// pysof is given this much: at its speed the whole would take minutes.
const PYSOF_BYTES: u64 = 9_000_000;

pub(super) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    print_machine(args);
    let work = WorkFolder::make()?;
    let source = data::prepare(args, &work.path)?;
    println!("data: {source}");
    let peers =
        if args.alone { None } else { Some(Peers::find(args.python.as_deref(), &work.path)?) };
    for case in COMPARED.iter().chain(&MORE_OF_ONE_TYPE) {
        std::fs::write(work.view(case.name), case.json)?;
    }
    for case in &COMPARED {
        compare(args, &work, peers.as_ref(), case)?;
    }
    several(args, &work)
}

/// Times one view here and elsewhere, and compares what came out.
fn compare(
    args: &BenchArgs,
    work: &WorkFolder,
    peers: Option<&Peers>,
    case: &Case,
) -> anyhow::Result<()> {
    let input = data::file_of(&work.path, case.resource_type);
    if !input.exists() {
        println!("SKIPPED: no {}", input.display());
        return Ok(());
    }
    let size_bytes = std::fs::metadata(&input)?.len();
    let head = work.path.join("head.ndjson");
    let head_bytes = data::head(&input, PYSOF_BYTES, &head)?;
    let [mut ours, mut duckdb] = [Runs::over(size_bytes), Runs::over(size_bytes)];
    let mut pysof = Runs::over(head_bytes);
    let [out, duckdb_out, pysof_out] =
        ["aoba.parquet", "duckdb.parquet", "pysof.ndjson"].map(|name| work.path.join(name));
    run_ours(&[work.view(case.name)], &input, &out)?;
    for _ in 0..args.runs {
        ours.push(run_ours(&[work.view(case.name)], &input, &out)?);
        if let Some(peers) = peers.filter(|peers| peers.duckdb) {
            duckdb.push(peers.run_duckdb(case.name, &input, &duckdb_out)?);
        }
        if let Some(peers) = peers.filter(|peers| peers.pysof) {
            pysof.push(peers.run_pysof(&work.view(case.name), &head, &pysof_out)?);
        }
    }
    println!("\n{} ({:.1} MB)", case.name, to_f64(size_bytes) / 1e6);
    ours.print("  aoba view run, Parquet");
    let ours_bytes = std::fs::metadata(&out)?.len();
    println!("  Parquet of aoba    {:10.3} MB", to_f64(ours_bytes) / 1e6);
    if !duckdb.is_empty() {
        duckdb.print("  DuckDB, Parquet");
        let theirs = std::fs::metadata(&duckdb_out)?.len();
        println!("  Parquet of DuckDB  {:10.3} MB", to_f64(theirs) / 1e6);
        println!("  times as fast as DuckDB: {:.2}", ours.mb_per_wall() / duckdb.mb_per_wall());
    }
    if !pysof.is_empty() {
        pysof.print("  pysof, NDJSON, first 9 MB");
        println!("  times as fast as pysof: {:.1}", ours.mb_per_wall() / pysof.mb_per_wall());
    }
    if let Some(peers) = peers.filter(|peers| peers.duckdb) {
        let pysof_out = peers.pysof.then_some(pysof_out.as_path());
        let told = peers.compare([&out, &duckdb_out], pysof_out, case.decimals)?;
        println!(
            "  cells: {} rows; only here {}, only DuckDB {}; against pysof only here {}, only there {}",
            told.rows,
            told.only_aoba,
            told.only_duckdb,
            told.only_aoba_against_pysof.map_or("-".to_owned(), |n| n.to_string()),
            told.only_pysof.map_or("-".to_owned(), |n| n.to_string()),
        );
    }
    Ok(())
}

/// Times five views of one type in one parse against one of them.
fn several(args: &BenchArgs, work: &WorkFolder) -> anyhow::Result<()> {
    let input = data::file_of(&work.path, "Observation");
    if !input.exists() {
        return Ok(());
    }
    let size_bytes = std::fs::metadata(&input)?.len();
    let one = vec![work.view("observation")];
    let mut five = one.clone();
    five.extend(MORE_OF_ONE_TYPE.iter().map(|case| work.view(case.name)));
    let [mut alone, mut together] = [Runs::over(size_bytes), Runs::over(size_bytes)];
    for _ in 0..args.runs {
        alone.push(run_ours(&one, &input, &work.path.join("one.parquet"))?);
        together.push(run_ours(&five, &input, &work.path.join("five"))?);
    }
    println!("\nfive views of Observation in one parse");
    alone.print("  one view");
    together.print("  five views");
    println!(
        "  five cost {:.2} times one (processor), {:.2} (clock)",
        together.cpu() / alone.cpu(),
        together.wall() / alone.wall()
    );
    Ok(())
}

/// Runs this program as a user would and reads what it says it used.
fn run_ours(views: &[PathBuf], input: &Path, output: &Path) -> anyhow::Result<Run> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let start = Instant::now();
    let told = Command::new(program)
        .args(["view", "run", "--stats", "--format", "parquet", "--output"])
        .arg(output)
        .args(views)
        .arg(input)
        .output()?;
    let wall_seconds = start.elapsed().as_secs_f64();
    let errors = String::from_utf8_lossy(&told.stderr);
    if !told.status.success() {
        bail!("aoba view run failed: {errors}");
    }
    let stats = errors.lines().rev().find(|line| line.starts_with('{'));
    let mut run: Run = serde_json::from_str(stats.context("aoba view run told no figures")?)?;
    // The whole process counts here, start and end too.
    run.wall_seconds = wall_seconds;
    Ok(run)
}

/// A folder for this benchmark, removed at the end.
struct WorkFolder {
    path: PathBuf,
}

impl WorkFolder {
    fn make() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("aoba-bench-view-{}", std::process::id()));
        std::fs::create_dir_all(path.join("views"))?;
        Ok(Self { path })
    }

    fn view(&self, name: &str) -> PathBuf {
        self.path.join("views").join(name).with_extension("json")
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            eprintln!("could not remove {}: {error}", self.path.display());
        }
    }
}
