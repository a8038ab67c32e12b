//! `aoba bench fuzz`: damaged texts through everything that reads what somebody else wrote.
//!
//! Whatever bytes come in, nothing may panic, and nothing may take long or much memory. Each text
//! is one that somebody meant, changed in some places; those that are still taken are changed
//! further, so that damage reaches deep. The same seed makes the same texts.

mod damage;
mod definitions;
mod targets;

use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use self::damage::{Damage, Pool};
use self::targets::Target;
use super::print_processor;
use super::runs::to_f64;
use crate::cli::BenchFuzzArgs;
use crate::{progress, stats};

/// What no text may cost.
#[derive(Clone, Copy)]
struct Limits {
    /// A text that takes longer is a finding.
    time: Duration,
    /// More memory than this, for the whole program, is a finding.
    memory_bytes: u64,
}

const LIMITS: Limits = Limits { time: Duration::from_secs(1), memory_bytes: 512 << 20 };
/// A target with so many findings is left.
const FINDINGS_MAX: usize = 20;
/// Without optimisation a reader takes ten kilobytes of stack for each level of a text.
const STACK_BYTES: usize = if cfg!(debug_assertions) { 32 << 20 } else { 2 << 20 };
/// Texts between two looks at the memory.
const TEXTS_PER_LOOK: u64 = 4_096;

/// A text that did what none may do.
struct Finding {
    text: Vec<u8>,
    why: String,
}

/// What became of one target's texts.
struct Outcome {
    texts: u64,
    taken: u64,
    slowest: Duration,
    findings: Vec<Finding>,
}

pub(super) fn run(args: &BenchFuzzArgs) -> anyhow::Result<()> {
    print_processor();
    let folder = args.findings.clone().unwrap_or_else(std::env::temp_dir);
    let chosen = |target: &&Target| args.target.as_deref().is_none_or(|name| name == target.name);
    let all = targets::all()?;
    let mut found = 0;
    let chosen: Vec<&Target> = all.iter().filter(chosen).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = all.iter().map(|target| target.name).collect();
        bail!("there is no such target; these are: {}", names.join(", "));
    }
    for target in chosen {
        let start = Instant::now();
        let outcome = many(target, args, LIMITS)?;
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{:<15} {} texts, {} taken, {:.0} a second; slowest {:.1} ms, peak {:.0} MB; {} findings",
            target.name,
            outcome.texts,
            outcome.taken,
            to_f64(outcome.texts) / seconds,
            outcome.slowest.as_secs_f64() * 1e3,
            to_f64(stats::peak_rss_bytes()) / 1e6,
            outcome.findings.len()
        );
        for (number, finding) in (found..).zip(&outcome.findings) {
            let path = keep(&folder, target.name, number, finding)?;
            println!("  {}: {}", finding.why, path.display());
        }
        found += outcome.findings.len();
    }
    if found > 0 {
        bail!("{found} texts did what none may do");
    }
    Ok(())
}

fn keep(folder: &Path, name: &str, number: usize, finding: &Finding) -> anyhow::Result<PathBuf> {
    let path = folder.join(format!("aoba-fuzz-{name}-{number}"));
    std::fs::write(&path, &finding.text)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// Runs one target on all threads.
fn many(target: &Target, args: &BenchFuzzArgs, limits: Limits) -> anyhow::Result<Outcome> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, findings) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let bar = progress::things(args.executions, "texts", args.quiet);
    // A panic is told by us, with the text that caused it.
    let before = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let share = &|thread: u64| {
        let mut worker = Worker::new(target, args.seed, thread);
        while findings.lock().is_ok_and(|all| all.len() < FINDINGS_MAX) {
            let first = next.fetch_add(TEXTS_PER_LOOK, Ordering::Relaxed);
            if first >= args.executions {
                break;
            }
            let count = TEXTS_PER_LOOK.min(args.executions - first);
            let found = worker.some(count, limits);
            if let Ok(mut all) = findings.lock() {
                all.extend(found);
            }
            bar.inc(count);
        }
        (worker.texts, worker.taken, worker.slowest)
    };
    let shares: Vec<(u64, u64, Duration)> = std::thread::scope(|scope| {
        let spawn = |thread| {
            let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
            builder.spawn_scoped(scope, move || share(thread))
        };
        let workers = (0..threads as u64).map(spawn).collect::<std::io::Result<Vec<_>>>();
        let done = |workers: Vec<std::thread::ScopedJoinHandle<'_, _>>| {
            workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
        };
        workers.map(done)
    })?;
    panic::set_hook(before);
    bar.finish_and_clear();
    Ok(Outcome {
        texts: shares.iter().map(|share| share.0).sum(),
        taken: shares.iter().map(|share| share.1).sum(),
        slowest: shares.iter().map(|share| share.2).max().unwrap_or_default(),
        findings: findings.into_inner().unwrap_or_default(),
    })
}

/// One thread's texts.
struct Worker<'t> {
    target: &'t Target,
    read: targets::Read,
    pool: Pool,
    damage: Damage,
    texts: u64,
    taken: u64,
    slowest: Duration,
}

impl<'t> Worker<'t> {
    fn new(target: &'t Target, seed: u64, thread: u64) -> Self {
        Self {
            target,
            read: (target.make)(),
            pool: Pool::new(&target.meant),
            damage: Damage::new(seed, thread, target.words),
            texts: 0,
            taken: 0,
            slowest: Duration::ZERO,
        }
    }

    /// Reads so many texts, and looks at the memory afterwards.
    fn some(&mut self, count: u64, limits: Limits) -> Vec<Finding> {
        let mut findings = Vec::new();
        for _ in 0..count {
            let text = self.damage.text(&self.pool);
            let start = Instant::now();
            let read = panic::catch_unwind(AssertUnwindSafe(|| (self.read)(&text)));
            let took = start.elapsed();
            self.texts += 1;
            self.slowest = self.slowest.max(took);
            match read {
                Ok(_) if took > limits.time => {
                    findings.push(Finding { text, why: format!("{:.1} s", took.as_secs_f64()) });
                }
                Ok(true) => {
                    self.taken += 1;
                    self.pool.keep(text, &mut self.damage);
                }
                Ok(false) => {}
                Err(panicked) => {
                    findings.push(Finding { text, why: format!("panic: {}", said(&*panicked)) });
                    // What the reader remembers may be broken.
                    self.read = (self.target.make)();
                }
            }
        }
        let peak = stats::peak_rss_bytes();
        if peak > limits.memory_bytes {
            let why = format!("{} MB of memory", peak / 1_000_000);
            findings.push(Finding { text: Vec::new(), why });
        }
        findings
    }
}

fn said(panicked: &(dyn std::any::Any + Send)) -> String {
    let text = panicked.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panicked.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests share a busy machine and one program's memory with others.
    const NONE: Limits = Limits { time: Duration::MAX, memory_bytes: u64::MAX };

    fn args(executions: u64) -> BenchFuzzArgs {
        BenchFuzzArgs { executions, seed: 7, target: None, findings: None, quiet: true }
    }

    #[test]
    fn no_damage_makes_a_reader_panic() {
        for target in targets::all().unwrap() {
            let outcome = many(&target, &args(6_000), NONE).unwrap();
            let whys: Vec<&str> = outcome.findings.iter().map(|one| one.why.as_str()).collect();
            assert!(whys.is_empty(), "{}: {whys:?}", target.name);
            assert_eq!(outcome.texts, 6_000);
            // Strict readers of JSON take one text in a hundred; none would mean that no damage
            // reaches further than the first bracket.
            assert!(outcome.taken >= 30, "{}: {} taken", target.name, outcome.taken);
        }
    }

    #[test]
    fn a_panic_is_found_with_its_text() {
        let target = Target {
            name: "fragile",
            meant: vec![b"abcdefgh".to_vec()],
            words: &["x"],
            make: || {
                Box::new(|text| {
                    assert!(!text.contains(&b'x'), "an x");
                    true
                })
            },
        };
        let outcome = many(&target, &args(2_000), NONE).unwrap();
        assert!(outcome.findings.iter().all(|one| one.text.contains(&b'x')));
        assert_eq!(outcome.findings[0].why, "panic: an x");
    }
}
