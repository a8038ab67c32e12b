//! The disk under each act fails, fills up, or loses its power at one of the operations by which
//! files are changed: whatever was not synced by then is gone, all of it or some pages and names of
//! it.
//!
//! A layer between the program and the system's library does it (`layer.c`), so that the database
//! and the table engine are tried as they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use synth::dice::Dice;

use super::acts::{self, Act, Homes};
use super::hospital::Source;
use super::kept::{Ended, Home};
use super::lost::{self, Left};
use super::steps::NUMBER;
use super::tally::{States, Tally};
use super::{some_of, verdict};
use crate::cli::BenchFaultsArgs;

/// The layer, built where it is used: a C compiler builds this program too.
const LAYER: &str = include_str!("layer.c");

/// What happens to an operation.
const FAULTS: [&str; 4] = ["io", "full", "power", "power"];

pub(super) fn run(args: &BenchFaultsArgs, folder: &Path) -> anyhow::Result<bool> {
    let source = Source::new(args.patients, args.seed, folder);
    let homes = Homes::new(&source)?;
    let bench =
        Bench { layer: built(folder)?, root: folder.join("root"), disk: folder.join("disk") };
    let mut dice = Dice::new(args.seed, 5);
    let mut well = true;
    for (turn, kind) in acts::asked(args)?.into_iter().enumerate() {
        let act = kind.act(&source, NUMBER)?;
        let how = (args.operations, turn, &mut dice);
        well &= bench.act(homes.of(kind), &act, how)?;
    }
    Ok(well)
}

fn built(folder: &Path) -> anyhow::Result<PathBuf> {
    let (code, layer) = (folder.join("layer.c"), folder.join("layer.so"));
    fs::write(&code, LAYER)?;
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O2", "-pthread", "-o"]).arg(&layer).arg(&code).arg("-ldl");
    let built = compiler.output().context("cannot run the C compiler `cc`: install one")?;
    ensure!(built.status.success(), "layer.c: {}", String::from_utf8_lossy(&built.stderr));
    Ok(layer)
}

/// Where acts are done over the layer.
struct Bench {
    layer: PathBuf,
    /// The watched folder.
    root: PathBuf,
    /// What the disk holds.
    disk: PathBuf,
}

impl Bench {
    /// Lets some operations of one act fail.
    fn act(
        &self,
        start: &Home,
        act: &Act,
        (most, turn, dice): (usize, usize, &mut Dice),
    ) -> anyhow::Result<bool> {
        let home = self.home(start)?;
        let count = self.root.with_extension("count");
        let ended = self.attempt(&home, act, &format!("count:{}", count.display()))?;
        ensure!(ended.success(), "{} failed: {}{}", act.name, ended.out, ended.err);
        let states = States { before: start.state_now()?, after: home.state_now()? };
        let count = fs::read_to_string(&count).context("the layer left no count")?;
        let count: usize = count.trim().parse()?;
        ensure!(count > 0, "the layer saw nothing of {}", act.name);
        let numbers = some_of(count, Some(most), dice);
        let mut tally = Tally::default();
        for (at, number) in numbers.iter().enumerate() {
            let how = FAULTS.get((at + turn) % FAULTS.len()).copied().unwrap_or("io");
            let mut home = self.home(start)?;
            let ended = self.attempt(&home, act, &format!("{number}:{how}"))?;
            let mut case = format!("{}, operation {number}, {how}", act.name);
            if ended.status.is_none() {
                tally.hung(&case);
            }
            if how == "power" {
                let left = if dice.below(2) == 0 { Left::Synced } else { Left::Some };
                case = format!("{case}, {left:?}");
                home = self.after_power(&home, (left, dice))?;
            }
            tally.broken((&home, &case), ended.success(), &states)?;
            tally.repeated((&home, &case), (act, &states), &["doctor", "--deep"])?;
        }
        println!(
            "the disk under {}: {} of {count} operations, as broken, full and without power: {}",
            act.name,
            tally.cases,
            verdict(tally.is_well())
        );
        tally.tell();
        Ok(tally.is_well())
    }

    /// A copy of a home in the watched folder, all of it on the disk.
    fn home(&self, start: &Home) -> anyhow::Result<Home> {
        for folder in [&self.root, &self.disk] {
            if folder.exists() {
                fs::remove_dir_all(folder).context("cannot remove what the last act left")?;
            }
            fs::create_dir_all(folder)?;
        }
        start.copy_to(&self.root.join("home"))
    }

    fn attempt(&self, home: &Home, act: &Act, fault: &str) -> anyhow::Result<Ended> {
        let mut command = home.command(&act.arguments(home))?;
        command.env("LD_PRELOAD", &self.layer).env("AOBA_LAYER_FAULT", fault);
        command.env("AOBA_LAYER_ROOT", &self.root).env("AOBA_LAYER_DISK", &self.disk);
        home.ended(command, &self.root.with_extension("said"))
    }

    /// The home as it lies on the disk once the power is back, where the home lay.
    fn after_power(&self, home: &Home, (left, dice): (Left, &mut Dice)) -> anyhow::Result<Home> {
        let after = self.root.with_extension("after");
        if after.exists() {
            fs::remove_dir_all(&after)?;
        }
        lost::assemble((&self.root, &self.disk), &after, (left, dice))
            .context("cannot put together what the disk holds")?;
        fs::remove_dir_all(&self.root)?;
        fs::rename(&after, &self.root)?;
        Ok(Home::at(home.path.clone()))
    }
}
