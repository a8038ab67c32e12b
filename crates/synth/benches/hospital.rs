//! How fast a hospital is made and written: MB of NDJSON a second, and what a patient comes to.
//!
//! `cargo bench -p synth --bench hospital -- --patients 2000 --threads 2` prints the time of the
//! lives alone and with their FHIR, then bytes and rows of each type. Without arguments it does
//! nothing, for `cargo test --benches`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use synth::hospital::Hospital;
use synth::hospital::fhir::{self, Kind, Pages};

/// Pages are emptied when this many patients are on them.
const PATIENTS_PER_PAGE: u64 = 100;

/// Bytes and rows of each type.
type Sizes = [(u64, u64); Kind::ALL.len()];

#[expect(clippy::print_stdout, reason = "a bench is read on the command line")]
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = |option: &str| {
        let at = arguments.iter().position(|argument| argument == option)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    let Some(patients) = given("--patients") else { return };
    let threads = given("--threads").unwrap_or(1).max(1);
    let hospital = Hospital { seed: given("--seed").unwrap_or(1), patients };
    let (lives, events) = timed(|| threaded(threads, |nth| count(hospital, nth, threads)));
    let events: u64 = events.into_iter().sum();
    let (all, sizes) = timed(|| threaded(threads, |nth| written(hospital, nth, threads)));
    let sizes = sizes.into_iter().fold(Sizes::default(), |mut sum, sizes| {
        for (sum, size) in sum.iter_mut().zip(sizes) {
            *sum = (sum.0 + size.0, sum.1 + size.1);
        }
        sum
    });
    let bytes: u64 = sizes.iter().map(|(bytes, _)| bytes).sum();
    let rows: u64 = sizes.iter().map(|(_, rows)| rows).sum();
    println!("lives alone: {:.2} s, {} events a patient", lives.as_secs_f64(), events / patients);
    println!("lives and FHIR: {:.2} s, {:.0} MB/s", all.as_secs_f64(), rate(bytes, all));
    println!("FHIR alone: {:.0} MB/s", rate(bytes, all.saturating_sub(lives)));
    println!("{:<28}{:>14}{:>14}{:>14}", "a patient has", "rows", "bytes", "bytes a row");
    let line = |name: &str, (bytes, rows): (u64, u64)| {
        let each = |part: u64, of: u64| float(part) / float(of.max(1));
        let (rows_each, bytes_each) = (each(rows, patients), each(bytes, patients));
        println!("{name:<28}{rows_each:>14.2}{bytes_each:>14.0}{:>14.0}", each(bytes, rows));
    };
    for (kind, size) in Kind::ALL.into_iter().zip(sizes) {
        line(kind.file().trim_end_matches(".ndjson"), size);
    }
    line("all", (bytes, rows));
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begin = Instant::now();
    let made = work();
    (begin.elapsed(), made)
}

fn threaded<T: Send>(threads: u64, work: impl Fn(u64) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|nth| {
                scope.spawn({
                    let work = &work;
                    move || work(nth)
                })
            })
            .collect();
        let joined = started.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined.map(|made| made.unwrap_or_else(|died| std::panic::resume_unwind(died))).collect()
    })
}

/// Every so many-th patient's events.
fn count(hospital: Hospital, nth: u64, threads: u64) -> u64 {
    let numbers = (nth..hospital.patients).step_by(usize::try_from(threads).unwrap_or(1));
    numbers.map(|number| black_box(hospital.life(number)).events.len() as u64).sum()
}

/// Every so many-th patient's bytes and rows.
fn written(hospital: Hospital, nth: u64, threads: u64) -> Sizes {
    let mut pages = Pages::default();
    let mut bytes = [0; Kind::ALL.len()];
    let numbers = (nth..hospital.patients).step_by(usize::try_from(threads).unwrap_or(1));
    for (made, number) in (1..).zip(numbers) {
        fhir::write(&hospital.life(number), &mut pages);
        if made % PATIENTS_PER_PAGE == 0 {
            empty(&mut pages, &mut bytes);
        }
    }
    empty(&mut pages, &mut bytes);
    let mut sizes = Sizes::default();
    for ((size, bytes), kind) in sizes.iter_mut().zip(bytes).zip(Kind::ALL) {
        *size = (bytes, pages.count(kind));
    }
    sizes
}

fn empty(pages: &mut Pages, bytes: &mut [u64; Kind::ALL.len()]) {
    for (bytes, kind) in bytes.iter_mut().zip(Kind::ALL) {
        *bytes += black_box(pages.bytes(kind)).len() as u64;
    }
    pages.clear();
}

fn rate(bytes: u64, time: Duration) -> f64 {
    float(bytes) / 1e6 / time.as_secs_f64().max(1e-9)
}

#[expect(clippy::cast_precision_loss, reason = "printed with few digits")]
fn float(number: u64) -> f64 {
    number as f64
}
