//! Each step of each act fails in turn: as a broken disk, as a full one, and by the process ending
//! there. Afterwards there is before or after, and the act repeated ends where it should.

use std::path::Path;

use synth::dice::Dice;

use super::acts::{self, Act, Homes};
use super::hospital::Source;
use super::kept::Home;
use super::tally::{States, Tally};
use super::{some_of, verdict};
use crate::cli::BenchFaultsArgs;
use crate::faults;

/// How a step fails.
const FAULTS: [&str; 3] = ["io", "full", "abort"];

/// What comes before an act in the days of the hospital.
pub(super) const NUMBER: u64 = 4;

pub(super) fn run(args: &BenchFaultsArgs, folder: &Path) -> anyhow::Result<bool> {
    if !faults::POSSIBLE {
        println!(
            "each step failing: SKIPPED, since this program cannot be made to fail: build it with \
             --features faults"
        );
        return Ok(true);
    }
    let source = Source::new(args.patients, args.seed, folder);
    let homes = Homes::new(&source)?;
    let mut well = true;
    let mut dice = Dice::new(args.seed, 2);
    for kind in acts::asked(args)? {
        let act = kind.act(&source, NUMBER)?;
        well &= each_step(homes.of(kind), &act, (args.steps, &mut dice), folder)?;
    }
    Ok(well)
}

/// Lets each step of one act fail, or so many of them by chance.
fn each_step(
    start: &Home,
    act: &Act,
    (most, dice): (Option<usize>, &mut Dice),
    folder: &Path,
) -> anyhow::Result<bool> {
    let names = folder.join("steps.txt");
    std::fs::write(&names, "")?;
    let whole = start.copy_to(&folder.join("whole"))?;
    let list = format!("list:{}", names.display());
    let listed = whole.attempt_with(&act.arguments(&whole), &list)?;
    anyhow::ensure!(listed.success(), "{} failed: {}", act.name, listed.err);
    let states = States { before: start.state_now()?, after: whole.state_now()? };
    let names = std::fs::read_to_string(&names)?;
    let names: Vec<&str> = names.lines().collect();
    let numbers = some_of(names.len(), most, dice);
    let mut tally = Tally::default();
    for number in &numbers {
        for how in FAULTS {
            let home = start.copy_to(&folder.join("work"))?;
            let name = names.get(number - 1).unwrap_or(&"");
            let case = format!("{}, step {number} ({name}), {how}", act.name);
            let ended = home.attempt_with(&act.arguments(&home), &format!("{number}:{how}"))?;
            if ended.status.is_none() {
                tally.hung(&case);
            }
            tally.broken((&home, &case), ended.success(), &states)?;
            tally.repeated((&home, &case), (act, &states), &["doctor", "--deep"])?;
        }
    }
    println!(
        "each step of {} failing: {} of {} steps, {} cases: {}",
        act.name,
        numbers.len(),
        names.len(),
        tally.cases,
        verdict(tally.is_well())
    );
    tally.tell();
    Ok(tally.is_well())
}
