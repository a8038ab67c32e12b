//! Holds the index to the evaluator over as many cases as asked:
//! `cargo bench -p timeline --bench agree -- 200000 [first seed]`.
//!
//! Every case is a definition and six patients made around its constants, in four forms: as it is,
//! widened to everybody, and both with all it tells asked by rules. Prints what was compared, or the
//! first definition on which they differ, and ends with 1.
#![expect(clippy::expect_used, reason = "a bench ends where something is wrong")]

mod compare;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use compare::Compared;

fn main() -> std::process::ExitCode {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<u64>().ok());
    let count = numbers.next().unwrap_or(2_000);
    let first = numbers.next().unwrap_or(0);
    let threads =
        std::env::var("AGREE_THREADS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let next = AtomicU64::new(first);
    let sum = Mutex::new((Compared::default(), Vec::<String>::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let setting = cohort::generate::setting().expect("the setting");
                let shared = std::path::Path::new("/dev/shm");
                let folder = if shared.is_dir() {
                    tempfile::tempdir_in(shared)
                } else {
                    tempfile::tempdir()
                };
                let folder = folder.expect("a folder");
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count {
                        return;
                    }
                    let mut compared = Compared::default();
                    let result = compare::case(seed, &setting, folder.path(), &mut compared);
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    sum.0 += compared;
                    if let Err(what) = result {
                        sum.1.push(what);
                    }
                    if sum.1.len() >= 20 {
                        return;
                    }
                }
            });
        }
    });
    let (compared, mut failed) = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{}", compared.recorder);
    println!("rules {}, of them asked of the evaluator {}", compared.rules, compared.unplanned);
    failed.sort_by_key(String::len);
    for what in failed.iter().take(4) {
        println!("\n{what}");
    }
    println!("{} cases disagree", failed.len());
    std::process::ExitCode::from(u8::from(!failed.is_empty()))
}
