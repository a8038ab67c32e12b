//! `aoba bench faults`: the promise that nothing received is lost, tried by breaking things.
//!
//! Each part starts this same program as a person would, breaks it or its files, and compares what
//! is answered afterwards with what must be. A part that finds something else than promised says
//! so and fails the command. The figures stand in `docs/reliability.md`.

mod acts;
mod disk;
mod flips;
mod hospital;
mod kept;
mod kills;
mod lost;
mod ready;
mod steps;
mod tally;
mod tampering;
mod upgrades;
mod writers;

use std::path::Path;

use anyhow::bail;
use synth::dice::Dice;
use vocab::Locale;

use super::{in_folder, print_processor};
use crate::cli::{BenchCommitsArgs, BenchFaultsArgs, FaultPart};

/// All parts, in the order in which they are run.
const PARTS: [FaultPart; 8] = [
    FaultPart::Kills,
    FaultPart::Steps,
    FaultPart::Disk,
    FaultPart::Writers,
    FaultPart::Flips,
    FaultPart::Upgrades,
    FaultPart::Ready,
    FaultPart::Audit,
];

/// Runs the parts; false when one found something that does not hold.
pub(super) fn run(args: &BenchFaultsArgs) -> anyhow::Result<bool> {
    if args.patients < 4 || args.ready_patients < 4 {
        bail!("--patients and --ready-patients must be at least 4");
    }
    print_processor();
    println!("seed {}", args.seed);
    in_folder("faults", args.folder.as_ref(), |folder| parts(args, folder))
}

fn parts(args: &BenchFaultsArgs, folder: &Path) -> anyhow::Result<bool> {
    let mut well = true;
    for part in PARTS {
        if !args.parts.is_empty() && !args.parts.contains(&part) {
            continue;
        }
        let folder = folder.join(format!("{part:?}").to_lowercase());
        std::fs::create_dir_all(&folder)?;
        well &= match part {
            FaultPart::Kills => kills::run(args, &folder)?,
            FaultPart::Steps => steps::run(args, &folder)?,
            FaultPart::Disk => disk::run(args, &folder)?,
            FaultPart::Writers => writers::run(args, &folder)?,
            FaultPart::Flips => flips::run(args, &folder)?,
            FaultPart::Upgrades => upgrades::run(args, &folder)?,
            FaultPart::Ready => ready::run(args, &folder)?,
            FaultPart::Audit => tampering::run(args, &folder)?,
        };
        std::fs::remove_dir_all(&folder)?;
    }
    Ok(well)
}

/// `aoba bench commits`: one of two writers.
pub(super) fn commits(args: &BenchCommitsArgs, home: &Path, locale: Locale) -> anyhow::Result<()> {
    writers::commit(args, home, locale)
}

/// `aoba bench contents`: what both databases hold, as one digest.
pub(super) fn contents(home: &Path) -> anyhow::Result<()> {
    println!("{}", runtime()?.block_on(ledger::contents(home))?);
    Ok(())
}

/// What asynchronous work runs on.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// The numbers from 1 on, or so many of them by chance.
fn some_of(count: usize, most: Option<usize>, dice: &mut Dice) -> Vec<usize> {
    let mut numbers: Vec<usize> = (1..=count).collect();
    while most.is_some_and(|most| numbers.len() > most.max(1)) {
        let goes = dice.below(u32::try_from(numbers.len()).unwrap_or(u32::MAX)) as usize;
        numbers.remove(goes);
    }
    numbers
}

/// Says whether what must hold does.
fn verdict(well: bool) -> &'static str {
    if well { "holds" } else { "DOES NOT HOLD" }
}
