//! Arguments of the benchmarks.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// Views to Parquet, with DuckDB and pysof beside where they can be had.
    View(BenchArgs),
    /// A whole load into a fresh data folder.
    Ingest(BenchArgs),
    /// An invented hospital straight into a fresh data folder, and one as files.
    Synth(BenchSynthArgs),
    /// A day's changes, into data folders of two sizes.
    Change(BenchChangeArgs),
    /// Damaged texts through every reader: nothing may panic, take long or take much memory.
    Fuzz(BenchFuzzArgs),
    /// The catalogue's search, over as many codes as a hospital has.
    Search(BenchSearchArgs),
}

/// Arguments of `bench fuzz`.
#[derive(Debug, Args)]
pub(crate) struct BenchFuzzArgs {
    /// How many texts each reader is given.
    #[arg(long, default_value_t = 10_000_000, value_name = "N")]
    pub(crate) executions: u64,
    /// What chance begins with.
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub(crate) seed: u64,
    /// One reader only.
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,
    /// Where texts are written that did what none may do; the system's temporary folder if not
    /// given.
    #[arg(long, value_name = "DIR")]
    pub(crate) findings: Option<PathBuf>,
    /// Without a progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// Arguments of `bench change`.
#[derive(Debug, Args)]
pub(crate) struct BenchChangeArgs {
    /// Patients of the larger hospital; the smaller one has a quarter.
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    pub(crate) patients: u64,
    /// What chance begins with.
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub(crate) seed: u64,
    /// A data folder that `aoba synth --into` has filled with these patients, in the same order of
    /// chance: the day is brought there, and nothing is made.
    #[arg(long, value_name = "DIR")]
    pub(crate) made: Option<PathBuf>,
    /// Which day comes, in a data folder that already had some.
    #[arg(long, default_value_t = 1, value_name = "N", requires = "made")]
    pub(crate) day: u64,
    /// Where to write; the system's temporary folder if not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// Arguments of `bench search`.
#[derive(Debug, Args)]
pub(crate) struct BenchSearchArgs {
    /// How many codes, all invented.
    #[arg(long, default_value_t = 50_000, value_name = "N")]
    pub(crate) codes: usize,
    /// How many times each search is made; the median is printed, and the slowest.
    #[arg(long, default_value_t = 51)]
    pub(crate) runs: usize,
}

/// Arguments of `bench synth`.
#[derive(Debug, Args)]
pub(crate) struct BenchSynthArgs {
    /// Patients made straight into a data folder.
    #[arg(long, default_value_t = 900_000, value_name = "N")]
    pub(crate) patients: u64,
    /// Patients made as files.
    #[arg(long, default_value_t = 5_000, value_name = "N")]
    pub(crate) files_patients: u64,
    /// What chance begins with.
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub(crate) seed: u64,
    /// Where to write; the system's temporary folder if not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// A folder of NDJSON, one file for each type (`Observation.ndjson`…), plain or .gz; made here
    /// if not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// How many runs count; their median is printed.
    #[arg(long, default_value_t = 5)]
    pub(crate) runs: usize,
    /// Where other engines live: a Python that can import duckdb and pysof.
    #[arg(long, value_name = "PYTHON")]
    pub(crate) python: Option<PathBuf>,
    /// Run this program only.
    #[arg(long)]
    pub(crate) alone: bool,
}
