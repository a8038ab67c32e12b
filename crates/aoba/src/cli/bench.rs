//! Arguments of the benchmarks.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

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
    /// Questions in SQL through permit and gate, with DuckDB beside over the same files.
    Sql(BenchSqlArgs),
    /// The published phenotypes, held against what is really so in an invented hospital, and against
    /// DuckDB.
    Cohort(BenchCohortArgs),
    /// How long the index of events takes to make, and how soon it answers.
    Index(BenchIndexArgs),
    /// An attacker is let loose on what disclosure control shows.
    Disclosure(BenchDisclosureArgs),
    /// What kills, full disks, second writers and changed bytes come to.
    Faults(BenchFaultsArgs),
    /// Commit small facts into a home, as one of two writers of `bench faults` does.
    #[command(hide = true)]
    Commits(BenchCommitsArgs),
    /// Print a digest of all that both databases hold, as `bench faults` asks for it.
    #[command(hide = true)]
    Contents,
}

/// The parts of `bench faults`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FaultPart {
    /// kill -9 at random moments of each act.
    Kills,
    /// A failing disk, a full disk and an end at each step of each act.
    Steps,
    /// A disk that fails, fills up, or loses its power, at operations by chance.
    Disk,
    /// Two processes that commit at the same time.
    Writers,
    /// A changed byte in each kind of file.
    Flips,
    /// A home of each earlier form, opened by this program.
    Upgrades,
    /// How soon a large home answers after a kill.
    Ready,
    /// The audit changed on purpose, in six ways; published proofs; what a line costs.
    Audit,
}

/// Arguments of `bench faults`.
#[derive(Debug, Args)]
pub(crate) struct BenchFaultsArgs {
    /// Only these parts; all if not given.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART")]
    pub(crate) parts: Vec<FaultPart>,
    /// Only these acts (`load`, `change` …); all if not given.
    #[arg(long, value_delimiter = ',', value_name = "ACT")]
    pub(crate) acts: Vec<String>,
    /// How many processes are killed.
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub(crate) kills: u64,
    /// How many steps of each act fail, and how many earlier forms are opened; every one if not
    /// given.
    #[arg(long, value_name = "N")]
    pub(crate) steps: Option<usize>,
    /// Where the ledger of the homes that are killed and written to is put: an empty PostgreSQL
    /// schema; its password as for `ledger move`. Nothing is backed up then.
    #[arg(long, requires = "identity_url", value_name = "URL")]
    pub(crate) ledger_url: Option<String>,
    /// The same for the identity store: another schema.
    #[arg(long, requires = "ledger_url", value_name = "URL")]
    pub(crate) identity_url: Option<String>,
    /// At how many operations the disk under each act fails, one at a time.
    #[arg(long, default_value_t = 200, value_name = "N")]
    pub(crate) operations: usize,
    /// How many commits each of the two writers makes.
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    pub(crate) commits: u64,
    /// How many bytes that somebody reads are changed, one at a time.
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub(crate) flips: u64,
    /// How often the audit is tampered with in each way.
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub(crate) tamperings: u64,
    /// A folder of published proofs of transparency logs, as JSON, to hold ours against.
    #[arg(long, value_name = "DIR")]
    pub(crate) vectors: Option<PathBuf>,
    /// Patients of the hospital that is loaded and changed.
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) patients: u64,
    /// Patients of the large home.
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    pub(crate) ready_patients: u64,
    /// How many times the large home's load is killed.
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) ready_kills: u64,
    /// What chance begins with.
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub(crate) seed: u64,
    /// Where to write; the system's temporary folder if not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// Arguments of `bench commits`.
#[derive(Debug, Args)]
pub(crate) struct BenchCommitsArgs {
    /// How many.
    #[arg(long)]
    pub(crate) count: u64,
    /// Which of the writers this is.
    #[arg(long)]
    pub(crate) writer: u32,
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

/// Arguments of `bench sql`.
#[derive(Debug, Args)]
pub(crate) struct BenchSqlArgs {
    /// The questions: SQL over five flat views, each after a line `-- Q1: …`.
    #[arg(long, value_name = "FILE")]
    pub(crate) queries: PathBuf,
    /// A folder of NDJSON, one file for each type (`Observation.ndjson`…), plain or .gz, with UUIDs
    /// for ids.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// How many times the data are loaded, each time with other ids.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 20], value_name = "N,…")]
    pub(crate) copies: Vec<u32>,
    /// How often every question is asked; the median is told.
    #[arg(long, default_value_t = 5, value_name = "N")]
    pub(crate) runs: usize,
    /// Where DuckDB lives: a Python that can import it.
    #[arg(long, value_name = "PYTHON")]
    pub(crate) python: Option<PathBuf>,
    /// Run this program only.
    #[arg(long)]
    pub(crate) alone: bool,
    /// Where the lake is made for the while; the system's temporary folder if not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// Arguments of `bench cohort`.
#[derive(Debug, Args)]
pub(crate) struct BenchCohortArgs {
    /// Patients of the hospital.
    #[arg(long, default_value_t = 2_000, value_name = "N")]
    pub(crate) patients: u64,
    /// A home with an index that is there already, in place of one that is made. What is really so of
    /// its patients is not known: precision and recall are not told.
    #[arg(long, value_name = "HOME")]
    pub(crate) made: Option<PathBuf>,
    /// How often every definition is asked.
    #[arg(long, default_value_t = 3, value_name = "N")]
    pub(crate) runs: usize,
    /// Where DuckDB lives: a Python that can import it.
    #[arg(long, value_name = "PYTHON")]
    pub(crate) python: Option<PathBuf>,
    /// Run this program only.
    #[arg(long)]
    pub(crate) alone: bool,
    /// What chance begins with.
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub(crate) seed: u64,
    /// Where the hospital is made for the while; the system's temporary folder if not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// Arguments of `bench index`.
#[derive(Debug, Args)]
pub(crate) struct BenchIndexArgs {
    /// Patients of the hospital.
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    pub(crate) patients: u64,
    /// A home that is there already, in place of one that is made: its index is made anew.
    #[arg(long, value_name = "HOME")]
    pub(crate) made: Option<PathBuf>,
    /// The index of that home is asked as it stands.
    #[arg(long, requires = "made")]
    pub(crate) standing: bool,
    /// Only these definitions of the library are asked; all if none is named.
    #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
    pub(crate) only: Vec<String>,
    /// How often every definition is asked.
    #[arg(long, default_value_t = 3, value_name = "N")]
    pub(crate) runs: usize,
    /// How many people ask at once.
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) people: usize,
    /// What chance begins with.
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub(crate) seed: u64,
    /// Where the hospital is made for the while; the system's temporary folder if not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// Arguments of `bench disclosure`.
#[derive(Debug, Args)]
pub(crate) struct BenchDisclosureArgs {
    /// How many tables are made of the smallest kinds; of larger ones fewer.
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    pub(crate) tables: usize,
    /// How many users ask.
    #[arg(long, default_value_t = 200, value_name = "N")]
    pub(crate) users: u64,
    /// How many questions each of them asks.
    #[arg(long, default_value_t = 60, value_name = "N")]
    pub(crate) questions: u64,
    /// About how many people they ask.
    #[arg(long, default_value_t = 5_000, value_name = "N")]
    pub(crate) people: u32,
    /// Of how many rows the anonymity is measured.
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    pub(crate) rows: usize,
    /// What chance begins with.
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub(crate) seed: u64,
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
