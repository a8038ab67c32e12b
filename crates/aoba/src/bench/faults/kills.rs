//! kill -9 at random moments: what stands is before or after, what was acknowledged stands, and the
//! command repeated ends where it would have ended.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use synth::dice::Dice;

use super::acts::{self, Act};
use super::hospital::Source;
use super::kept::{Home, State, pause};
use super::tally::{States, Tally};
use super::verdict;
use crate::cli::BenchFaultsArgs;

/// How often one command is killed before it is let end.
const KILLS_OF_ONE: u64 = 6;

/// How many processes were killed, and how many had ended before.
#[derive(Debug, Default)]
struct Killed {
    running: u64,
    too_late: u64,
}

pub(super) fn run(args: &BenchFaultsArgs, folder: &Path) -> anyhow::Result<bool> {
    let source = Source::new(args.patients, args.seed, folder);
    let home = source.home(folder.join("home"))?;
    // The same keys, so the same numbers of patients: what it answers is what must be answered.
    let twin = home.copy_to(&folder.join("twin"))?;
    home.on_server(args)?;
    let mut dice = Dice::new(args.seed, 1);
    let (mut tally, mut killed) = (Tally::default(), Killed::default());
    let mut before = home.state_now()?;
    let (kinds, mut numbers) = (acts::asked(args)?, 1..);
    while killed.running < args.kills {
        for (kind, number) in kinds.iter().zip(numbers.by_ref()) {
            let act = kind.act(&source, number)?;
            let start = Instant::now();
            twin.act(&act)?;
            let length = start.elapsed();
            let answers = twin.state_now()?.answers;
            let after = State { answers, generation: before.generation + act.generations() };
            let states = States { before, after };
            let case = format!("{}, act {number}", act.name);
            let one = One { home: &home, act: &act, states: &states, case: &case };
            one.kill((length, &mut dice), (&mut killed, &mut tally))?;
            let now = tally.repeated((&home, &case), (&act, &states), &["doctor"])?;
            before = now.with_context(|| format!("{case}: it does not answer any more"))?;
        }
    }
    let mut well = tally.is_well();
    for home in [&home, &twin] {
        well &= home.attempt(&["doctor", "--deep"])?.success();
    }
    let Killed { running, too_late } = killed;
    println!("kill -9: {running} kills ({too_late} came too late): {}", verdict(well));
    tally.tell();
    Ok(well)
}

/// An act that is killed.
struct One<'a> {
    home: &'a Home,
    act: &'a Act,
    states: &'a States,
    case: &'a str,
}

impl One<'_> {
    /// Kills it again and again, until it stands.
    fn kill(
        &self,
        (length, dice): (Duration, &mut Dice),
        (killed, tally): (&mut Killed, &mut Tally),
    ) -> anyhow::Result<()> {
        for _ in 0..KILLS_OF_ONE {
            let mut command = self.home.command(&self.act.arguments(self.home))?;
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
            pause(length.mul_f64(dice.part() * 1.1));
            let ended = child.try_wait()?;
            child.kill()?;
            child.wait()?;
            match ended {
                Some(_) => killed.too_late += 1,
                None => killed.running += 1,
            }
            let acknowledged = ended.is_some_and(|status| status.success());
            if tally.broken((self.home, self.case), acknowledged, self.states)? {
                break;
            }
        }
        Ok(())
    }
}
