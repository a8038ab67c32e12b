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
    println!("lives: {}, {} events a patient", lives.say(0), events / patients);
    println!("lives and FHIR: {}", all.say(bytes));
    println!("lives and FHIR less lives: {}", all.less(lives).say(bytes));
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

/// What work took, on the clock and of the processors.
#[derive(Clone, Copy)]
struct Took {
    clock: Duration,
    processors: Duration,
}

impl Took {
    fn less(self, other: Self) -> Self {
        Self {
            clock: self.clock.saturating_sub(other.clock),
            processors: self.processors.saturating_sub(other.processors),
        }
    }

    /// In words, with the speed at which so many bytes came.
    fn say(self, bytes: u64) -> String {
        let [clock, processors] = [self.clock, self.processors].map(|time| time.as_secs_f64());
        let rate = |seconds: f64| float(bytes) / 1e6 / seconds.max(1e-9);
        format!(
            "{clock:.2} s, {:.0} MB/s; {processors:.2} CPU s, {:.0} MB a CPU s",
            rate(clock),
            rate(processors)
        )
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (Took, T) {
    let (begin, used) = (Instant::now(), processors());
    let made = work();
    (Took { clock: begin.elapsed(), processors: processors().saturating_sub(used) }, made)
}

/// Time of the processors that this program has used, of all threads; in steps of 10 ms.
fn processors() -> Duration {
    let told = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name in brackets, user and system time are the 12th and 13th, in ticks.
    let fields = told.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
    Duration::from_millis(10 * ticks.sum::<u64>())
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

#[expect(clippy::cast_precision_loss, reason = "printed with few digits")]
fn float(number: u64) -> f64 {
    number as f64
}
