//! Measuring this program, with other engines run beside it in the same call.
//!
//! Every figure is a median of several runs, ours and theirs in turn, so that a noisy machine is
//! noisy for all. Processor seconds are the sturdier number and are printed with the rest.

mod change;
mod cohort;
mod data;
mod disclosure;
mod faults;
mod fuzz;
mod index;
mod ingest;
mod peers;
mod runs;
mod search;
mod sql;
mod synth;
mod view;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use vocab::Locale;

use crate::cli::{BenchArgs, BenchCommand};

/// Runs one benchmark and prints its figures; false when it found that something does not hold.
pub(crate) fn run(command: &BenchCommand, home: &Path, locale: Locale) -> anyhow::Result<bool> {
    match command {
        BenchCommand::View(args) => view::run(args)?,
        BenchCommand::Ingest(args) => ingest::run(args)?,
        BenchCommand::Synth(args) => synth::run(args)?,
        BenchCommand::Change(args) => change::run(args)?,
        BenchCommand::Fuzz(args) => fuzz::run(args)?,
        BenchCommand::Search(args) => search::run(args)?,
        BenchCommand::Sql(args) => sql::run(args)?,
        BenchCommand::Cohort(args) => cohort::run(args)?,
        BenchCommand::Index(args) => index::run(args)?,
        BenchCommand::Disclosure(args) => return disclosure::run(args),
        BenchCommand::Faults(args) => return faults::run(args),
        BenchCommand::Commits(args) => faults::commits(args, home, locale)?,
        BenchCommand::Contents => faults::contents(home)?,
    }
    Ok(true)
}

/// Gives a benchmark a folder of its own, in the one given or the system's temporary one, and removes it.
fn in_folder<T>(
    name: &str,
    given: Option<&PathBuf>,
    work: impl FnOnce(&Path) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let parent = given.cloned().unwrap_or_else(std::env::temp_dir);
    let folder = parent.join(format!("aoba-bench-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let told = work(&folder);
    std::fs::remove_dir_all(&folder).context("cannot remove the benchmark's folder")?;
    told
}

/// What a benchmark says first: machine and command, so that a figure can be read years later.
fn print_machine(args: &BenchArgs) {
    print_processor();
    println!("{} runs", args.runs);
}

fn print_processor() {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown processor", |text| text.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("?").to_owned();
    println!("aoba {}; {model}, {cores} cores; load {load} at start", version());
}

fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
