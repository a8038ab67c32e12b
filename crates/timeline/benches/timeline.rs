//! Figures of the index, on a hospital that never was: `cargo bench -p timeline -- [patients]
//! [--scattered]`.
//!
//! Prints how fast it is built, what an event costs on disk, and how long definitions take. The
//! machine may be shared: processor time is printed beside the time on the wall.
//!
//! With `TIMELINE_FOLDER` the index stays there and is asked again the next time; with
//! `TIMELINE_ONLY` only definitions whose name holds the text are asked, with `TIMELINE_ROUNDS` so
//! often; with `TIMELINE_FORGETS` nothing at all is remembered between definitions, as an index that
//! was made of a home needs it. Of each definition the middle of all rounds is printed, also with one rule changed.
#![expect(
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench ends where something is wrong, and makes numbers that fit"
)]

mod hospital;
mod library;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use cohort::ast::{Condition, Step};
use cohort::eval::{Codes, Hierarchies, World};
use timeline::answer::{Effort, Memory, Question};
use timeline::build::Options;
use timeline::timeline::{Becomes, Draft, Shown, Timeline};
use vocab::PatientId;

fn main() {
    let patients = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(90_000);
    let kept = std::env::var_os("TIMELINE_FOLDER").map(PathBuf::from);
    let aside = std::env::temp_dir().join(format!("timeline-bench-{}", std::process::id()));
    let folder = kept.as_ref().unwrap_or(&aside);
    std::fs::create_dir_all(folder).expect("a folder for the index");
    let scattered = std::env::args().any(|arg| arg == "--scattered");
    let size = (patients, scattered);
    let hospital = hospital::Hospital::new(size, 7, &library::planted());
    let some: Vec<PatientId> =
        hospital.persons().iter().step_by(7).take(400).map(|person| person.id).collect();
    if !folder.join("manifest").exists() {
        build(folder, patients, &hospital);
    }
    ask(folder, &some);
    if kept.is_none() {
        std::fs::remove_dir_all(folder).expect("the folder to go");
    }
}

/// Builds the index.
fn build(folder: &Path, patients: u32, hospital: &hospital::Hospital) {
    let options = Options {
        threads: std::thread::available_parallelism().map_or(2, usize::from),
        declared: ["visit", "diagnosis", "drug_order", "lab"].map(str::to_owned).to_vec(),
        ..Options::default()
    };
    let persons = hospital.persons();
    let mut builder = Draft::begin(folder, Becomes::Base, persons, options).expect("a draft");
    let (mut making, mut pushing) = (0.0, 0.0);
    let mut first = 0;
    let cpu_before = cpu_seconds();
    let mut cpu_making = 0.0;
    while first < patients {
        let last = (first + 512).min(patients);
        let (wall, cpu) = (Instant::now(), thread_cpu_seconds());
        let rows = hospital.rows(first..last);
        making += wall.elapsed().as_secs_f64();
        cpu_making += thread_cpu_seconds() - cpu;
        let wall = Instant::now();
        rows.with_batch(|batch| builder.push(batch).expect("rows"));
        pushing += wall.elapsed().as_secs_f64();
        first = last;
    }
    let wall = Instant::now();
    let built = builder.finish().expect("a whole file");
    pushing += wall.elapsed().as_secs_f64();
    let cpu = cpu_seconds() - cpu_before - cpu_making;
    println!("{built:?}");
    let (events, bytes) = (built.events as f64, built.bytes as f64);
    println!(
        "built {events} events of {patients} patients in {pushing:.2} s on the wall (made in {making:.2} s)"
    );
    println!("  {:.2} million events/s on the wall", events / pushing / 1e6);
    println!(
        "  {cpu:.2} s of processor: {:.2} million events/s on two cores",
        2.0 * events / cpu / 1e6
    );
    println!("  {:.2} bytes per event", bytes / events);
}

fn ask(folder: &Path, excluded: &[PatientId]) {
    let before = resident_mb();
    let first = Instant::now();
    let timeline = Timeline::open(folder).expect("an index");
    println!("opened in {:.1} ms", first.elapsed().as_secs_f64() * 1e3);
    let (sets, hierarchies) = (library::sets(), Hierarchies::default());
    let codes: BTreeMap<_, _> = sets
        .iter()
        .map(|set| (set.name.clone(), Codes::new(set, &hierarchies).expect("a set")))
        .collect();
    let world = World { codes, ..World::of_data(timeline.span()) };
    let only = std::env::var("TIMELINE_ONLY").unwrap_or_default();
    let mut definitions = library::definitions();
    definitions.retain(|definition| definition.heading.name.as_str().contains(&only));
    let rounds = std::env::var("TIMELINE_ROUNDS").ok().and_then(|of| of.parse().ok()).unwrap_or(5);
    // An index of other patients knows none of those whom permits exclude.
    let forgets = std::env::var_os("TIMELINE_FORGETS").is_some();
    let mut permits = excluded.iter().cycle();
    for threads in [1, 2] {
        let mut memory = Memory::new(Memory::BYTES);
        let mut all: Vec<Times> = definitions.iter().map(|_| Times::default()).collect();
        for round in 0..=rounds {
            // Another permit: nothing of the rounds before can be used but which codes are looked for.
            let shown =
                timeline.shown(permits.next().map(std::slice::from_ref).unwrap_or_default());
            for (place, (definition, times)) in definitions.iter().zip(&mut all).enumerate() {
                let asked = (definition, &world);
                if forgets {
                    memory = Memory::new(Memory::BYTES);
                }
                let (ms, cpu, line) = once(&timeline, asked, &shown, (&memory, threads));
                if (threads, round, place) == (1, 0, 0) {
                    let ms = first.elapsed().as_secs_f64() * 1e3;
                    println!("first answer {ms:.1} ms after opening began");
                }
                // The first round reads what was never read before.
                if round == 0 {
                    continue;
                }
                times.line = line;
                times.whole.push((ms, cpu));
                let mut definition = definition.clone();
                if change(&mut definition) {
                    let asked = (&definition, &world);
                    let (ms, cpu, _) = once(&timeline, asked, &shown, (&memory, threads));
                    times.edited.push((ms, cpu));
                }
            }
        }
        tell(threads, &definitions, &all);
    }
    println!("load {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    println!("resident memory grew by {:.0} MB", resident_mb() - before);
    let wall = Instant::now();
    timeline.verify().expect("it is whole");
    println!("verified in {:.1} ms", wall.elapsed().as_secs_f64() * 1e3);
    timeline.segments().iter().for_each(|segment| println!("{}", segment.sizes()));
}

/// How long a definition took, round by round: on the wall, and of processor.
#[derive(Default)]
struct Times {
    whole: Vec<(f64, f64)>,
    edited: Vec<(f64, f64)>,
    /// What was found in the last round.
    line: String,
}

/// Prints the middle of each definition, and how all are spread.
fn tell(threads: usize, definitions: &[cohort::ast::CohortDefinition], all: &[Times]) {
    for (definition, times) in definitions.iter().zip(all) {
        let of = |of: &[(f64, f64)], which: fn(&(f64, f64)) -> f64| {
            let mut of: Vec<f64> = of.iter().map(which).collect();
            of.sort_by(f64::total_cmp);
            of.get(of.len() / 2).copied().unwrap_or(0.0)
        };
        let (ms, cpu) = (of(&times.whole, |of| of.0), of(&times.whole, |of| of.1));
        let (changed, name) = (of(&times.edited, |of| of.1), &definition.heading.name);
        let line = &times.line;
        println!("  {ms:9.2} ms, {cpu:9.2} of processor, {changed:9.2} changed  {name} {line}");
    }
    let spread_of = |of: fn(&Times) -> &[(f64, f64)], which: fn(&(f64, f64)) -> f64| {
        let mut all: Vec<f64> = all.iter().flat_map(|times| of(times).iter().map(which)).collect();
        spread(&mut all)
    };
    let (whole, edited) =
        (spread_of(|of| &of.whole, |of| of.0), spread_of(|of| &of.edited, |of| of.0));
    println!("{threads} threads: a definition with attrition {whole}");
    println!("{threads} threads: one rule changed {edited}");
    println!("  of processor: {}", spread_of(|of| &of.whole, |of| of.1));
    println!("  of processor, one rule changed: {}", spread_of(|of| &of.edited, |of| of.1));
}

fn once(
    timeline: &Timeline,
    (definition, world): (&cohort::ast::CohortDefinition, &World<'_>),
    shown: &Shown,
    (memory, threads): (&Memory, usize),
) -> (f64, f64, String) {
    let cancelled = AtomicBool::new(false);
    let (wall, cpu) = (Instant::now(), thread_cpu_ms());
    let question = Question { definition, world, edition: b"", seen: None };
    let effort = Effort { threads, memory, cancelled: &cancelled };
    let answer = timeline.ask(question, shown, effort).expect("an answer");
    let table = answer.attrition(&BTreeSet::new());
    let ms = wall.elapsed().as_secs_f64() * 1e3;
    let numbers =
        (table.entered.candidates.get(), table.asked.patients.get(), table.kept.patients.get());
    // Only this thread's: as much again is spent by every other.
    let cpu = thread_cpu_ms() - cpu;
    (ms, cpu, format!("{numbers:?} unplanned {}", answer.unplanned))
}

/// Changes a number of the last rule, as someone does who tries.
fn change(definition: &mut cohort::ast::CohortDefinition) -> bool {
    let rule = definition.steps.iter_mut().rev().find_map(|clause| match &mut clause.says {
        Step::Rule(rule) => Some(rule),
        Step::Let(_) => None,
    });
    let Some(rule) = rule else { return false };
    let json = serde_json::to_string(&rule.when).expect("json");
    let changed = json.replacen("\"count\":-", "\"count\":-1", 1);
    rule.when = match serde_json::from_str(&changed) {
        Ok(when) if changed != json => when,
        // Without a window before the index: the same work under another name.
        _ => Condition::Not(Box::new(rule.when.clone())),
    };
    true
}

fn spread(ms: &mut [f64]) -> String {
    ms.sort_by(f64::total_cmp);
    let at = |share: f64| {
        ms.get(((ms.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(0.0)
    };
    format!("p50 {:.2} ms, p95 {:.2} ms, most {:.2} ms", at(0.5), at(0.95), at(1.0))
}

fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kb.unwrap_or(0.0) / 1024.0
}

/// Processor seconds of this process.
fn cpu_seconds() -> f64 {
    ticks("/proc/self/stat")
}

/// Processor seconds of this thread.
fn thread_cpu_seconds() -> f64 {
    ticks("/proc/thread-self/stat")
}

/// Milliseconds of processor of this thread, to the nanosecond.
fn thread_cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|of| of.parse::<f64>().ok()).unwrap_or(0.0) / 1e6
}

fn ticks(path: &str) -> f64 {
    let Ok(stat) = std::fs::read_to_string(path) else { return 0.0 };
    let after = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = after.split_whitespace().filter_map(|f| f.parse().ok()).collect();
    // User and system time, in hundredths of a second. The state, a letter, is not among them.
    (fields.get(10).unwrap_or(&0.0) + fields.get(11).unwrap_or(&0.0)) / 100.0
}
