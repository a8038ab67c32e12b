//! `aoba bench index`: how long the index of events takes to make, and how soon it answers.
//!
//! Each question is asked as a page asks it: a permit, whose line is in the audit before anything is
//! read, a reader, the days of the data, then counts and attrition. "Asked" is a definition of which
//! nothing is remembered, "changed" the same with another last rule, "again" the one just asked.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cohort::ast::{Condition, Step};
use cohort::library;
use lake::{CohortCounts, CohortQuestion, Engine};
use tokio::task::JoinSet;
use vocab::{Locale, PurposeOfUse};

use super::runs::{milliseconds, to_f64};
use super::synth::{this_program, timed};
use super::{in_folder, print_processor};
use crate::cli::BenchIndexArgs;
use crate::cohort::Asked;
use crate::house::House;

/// How many questions each of those who ask at once asks.
const EDITS: usize = 12;

pub(super) fn run(args: &BenchIndexArgs) -> anyhow::Result<()> {
    print_processor();
    match &args.made {
        Some(home) => measured(args, home),
        None => in_folder("index", args.folder.as_ref(), |folder| made(args, &folder.join("home"))),
    }
}

fn made(args: &BenchIndexArgs, home: &Path) -> anyhow::Result<()> {
    let (patients, seed) = (args.patients.to_string(), args.seed.to_string());
    let mut make = this_program()?;
    make.args(["synth", "--quiet", "--patients", &patients, "--seed", &seed, "--into"]).arg(home);
    timed(&mut make)?;
    measured(args, home)
}

fn measured(args: &BenchIndexArgs, home: &Path) -> anyhow::Result<()> {
    let built = match args.standing {
        true => None,
        false => {
            let mut make = this_program()?;
            Some(timed(make.args(["index", "--anew", "--quiet", "--home"]).arg(home))?)
        }
    };
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    threads.block_on(async {
        let house = House::existing(home, Locale::En).await?;
        let state = house.lake.index().state().context("there is no index")?;
        let events = to_f64(state.events);
        println!(
            "{} people, {} events, {:.2} bytes an event",
            state.people,
            state.events,
            to_f64(state.bytes) / events
        );
        if let Some(built) = built {
            println!(
                "  made in {:.1} s, {:.1} s of processor, peak {:.0} MB: {:.2} million events a second",
                built.wall_seconds,
                built.cpu_seconds,
                to_f64(built.peak_rss_bytes) / 1e6,
                events / built.wall_seconds / 1e6
            );
        }
        drop(house);
        asked(args, home).await
    })
}

/// The definitions that are asked, with their names; studies have no answer of their own.
fn questions(args: &BenchIndexArgs, house: &House) -> Vec<(&'static str, Arc<CohortQuestion>)> {
    let of_library = library::DEFINITIONS.iter().filter_map(|(name, text)| {
        let is_asked = args.only.is_empty() || args.only.iter().any(|only| only == name);
        let asked = Asked::of_library((name, text), &house.config.cohort);
        Some((*name, asked.ok().filter(|_| is_asked)?.question))
    });
    of_library.collect()
}

/// Times, put in order to be told.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn told(&mut self, what: &str) {
        self.0.sort_unstable();
        let at = |per_mille: usize| {
            let place = (self.0.len().saturating_sub(1) * per_mille).div_ceil(1_000);
            milliseconds(self.0.get(place).copied().unwrap_or_default())
        };
        println!(
            "{what:<28} median {:>8.1} ms, 95th percentile {:>8.1}, 99th {:>8.1}, slowest {:>8.1}",
            at(500),
            at(950),
            at(990),
            at(1_000)
        );
    }
}

async fn asked(args: &BenchIndexArgs, home: &Path) -> anyhow::Result<()> {
    let [mut asked, mut changed, mut again] = [const { Times(Vec::new()) }; 3];
    let mut slowest: Vec<(Duration, &str)> = Vec::new();
    let mut grown = 0;
    for round in 0..=args.runs {
        // Nothing is remembered of the round before; the files are in the system's memory.
        let began = Instant::now();
        let house = House::existing(home, Locale::En).await?;
        let before = resident_bytes();
        for (place, (name, question)) in questions(args, &house).iter().enumerate() {
            let first = ask(&house, question).await?;
            if place == 0 && round == 0 {
                println!("first answer {:.0} ms after start", milliseconds(began.elapsed()));
            }
            let second = ask(&house, question).await?;
            let edited = ask(&house, &edited(question, 0)).await?;
            // The first round brings the files into memory.
            if round > 0 {
                asked.0.push(first);
                again.0.push(second);
                changed.0.push(edited);
                slowest.push((first, *name));
            }
        }
        grown = grown.max(resident_bytes().saturating_sub(before));
    }
    asked.told("asked");
    changed.told("one rule changed");
    again.told("again");
    slowest.sort_unstable_by(|one, other| other.cmp(one));
    let names: Vec<String> = slowest
        .iter()
        .take(5)
        .map(|(time, name)| format!("{name} {:.0} ms", milliseconds(*time)))
        .collect();
    println!("  slowest: {}", names.join(", "));
    println!("resident memory grew by {:.0} MB", to_f64(grown) / 1e6);
    at_once(args, home).await
}

/// Many people who each open a definition of which nothing is remembered, and change it as soon as they
/// see the answer. All begin in the same moment, so that the quick ones edit while the others open.
async fn at_once(args: &BenchIndexArgs, home: &Path) -> anyhow::Result<()> {
    let house = Arc::new(House::existing(home, Locale::En).await?);
    let questions = questions(args, &house);
    let mut people = JoinSet::new();
    for (_, question) in questions.iter().cycle().take(args.people) {
        let (house, question) = (Arc::clone(&house), Arc::clone(question));
        people.spawn(async move {
            let opened = ask(&house, &question).await?;
            let mut times = Vec::with_capacity(EDITS);
            for edit in 0..EDITS {
                times.push(ask(&house, &edited(&question, edit)).await?);
            }
            Ok::<_, anyhow::Error>((opened, times))
        });
    }
    let [mut opened, mut changed] = [const { Times(Vec::new()) }; 2];
    while let Some(ended) = people.join_next().await {
        let (first, edits) = ended??;
        opened.0.push(first);
        changed.0.extend(edits);
    }
    opened.told(&format!("{} people opening at once", args.people));
    changed.told(&format!("{} people editing at once", args.people));
    Ok(())
}

/// A definition whose rules are other ones, one after the other: the same work under other names.
fn edited(question: &Arc<CohortQuestion>, edit: usize) -> Arc<CohortQuestion> {
    let mut question = CohortQuestion::clone(question);
    let rules =
        question.definition.steps.iter_mut().rev().filter_map(|clause| match &mut clause.says {
            Step::Rule(rule) => Some(rule),
            Step::Let(_) => None,
        });
    let mut rules: Vec<_> = rules.collect();
    let count = rules.len().max(1);
    if let Some(rule) = rules.get_mut(edit % count) {
        for _ in 0..=edit / count {
            rule.when = Condition::Not(Box::new(rule.when.clone()));
        }
    }
    Arc::new(question)
}

/// Asks as a page does; fails where it is not the index that answers.
pub(super) async fn ask(house: &House, question: &Arc<CohortQuestion>) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let purpose = PurposeOfUse::QualityImprovement;
    let permit = house.ledger.permit(&house.actor, purpose, None, "bench-index", "").await?;
    let reader = house.lake.reader(permit, None).await?;
    let covered = reader.covered(&question.config).await?;
    let counts: CohortCounts = reader.cohort_counts(question, covered, |_, _| {}).await?;
    anyhow::ensure!(counts.by == Engine::Index, "the index did not answer");
    Ok(began.elapsed())
}

/// What the process holds in memory, its maps as far as they were read.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
