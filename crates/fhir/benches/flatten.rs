//! How fast views turn lines into Arrow columns: MB of input per second of processor time.
//!
//! `cargo bench -p fhir --bench flatten -- FILE.ndjson VIEW.json…` runs all views together, five
//! times, and prints the best and the median. `--lake` lays the rows out as the lake has them,
//! `--times N` puts each view into the plan so many times. Processor time is that of this thread, so other work on the
//! machine disturbs it little. Without arguments it does nothing, for `cargo test --benches`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use fhir::plan::{Layout, PatientResolver, Plan};
use fhir::reference::Origin;
use fhir::view::View;
use vocab::PatientId;
use vocab::date::Zone;

/// The lake flushes about here.
const BATCH_BYTES: usize = 32 << 20;
const RUNS: usize = 5;

struct Hashed;

impl PatientResolver for Hashed {
    fn by_key(&self, _source: u16, key: &str) -> PatientId {
        PatientId::from_hash(xxhash_rust::xxh3::xxh3_64(key.as_bytes()))
    }

    fn by_identifier(&self, _source: u16, _system: &str, _value: &str) -> Option<PatientId> {
        None
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let (mut lake, mut times, mut files) = (false, 1, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => {}
            "--lake" => lake = true,
            "--times" => times = arguments.next().unwrap_or_default().parse()?,
            _ => files.push(argument),
        }
    }
    let [input, views @ ..] = files.as_slice() else { return Ok(()) };
    if views.is_empty() {
        return Ok(());
    }
    let text = std::fs::read_to_string(input)?;
    let mut read: Vec<Arc<View>> = Vec::new();
    for path in views {
        let (view, issues) = fhir::view::read(&std::fs::read(path)?);
        read.push(Arc::new(view.ok_or_else(|| format!("{path}: {issues:?}"))?));
    }
    let read: Vec<_> = std::iter::repeat_n(read, times).flatten().collect();
    let layout = if lake {
        Layout::Lake { zone: Zone::tokyo(), patients: Arc::new(Hashed) }
    } else {
        Layout::Plain
    };
    let plan = Plan::new(&read, layout).map_err(|issues| format!("{issues:?}"))?;
    for explained in plan.explain() {
        println!("{explained}");
    }
    let mut rates: Vec<(f64, f64)> = Vec::new();
    for _ in 0..RUNS {
        rates.push(run(&plan, &text, read.len())?);
    }
    rates.sort_by(|left, right| left.0.total_cmp(&right.0));
    let middle = rates.get(RUNS / 2).copied().unwrap_or_default();
    let best = rates.last().copied().unwrap_or_default();
    println!(
        "MB per CPU second: best {:.0}, median {:.0}; MB/s wall of the best: {:.0}",
        best.0, middle.0, best.1
    );
    Ok(())
}

fn run(plan: &Plan, text: &str, views: usize) -> Result<(f64, f64), Box<dyn std::error::Error>> {
    let (wall, cpu) = (Instant::now(), cpu_seconds()?);
    let mut runner = plan.runner();
    let (mut rows, mut issues) = (0, 0);
    let ends = memchr::memchr_iter(b'\n', text.as_bytes());
    let mut start = 0;
    for (at, end) in ends.enumerate() {
        let line = text.get(start..end).unwrap_or_default();
        start = end + 1;
        let origin = Origin { line: at as u64 + 1, ..Origin::default() };
        if runner.push(line, &origin).is_err() {
            issues += 1;
        }
        if at % 256 == 0 && runner.size_bytes() > BATCH_BYTES {
            for view in 0..views {
                rows += black_box(runner.take(view)?).num_rows();
            }
        }
    }
    for view in 0..views {
        rows += black_box(runner.take(view)?).num_rows();
    }
    let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
    let megabytes = text.len() as f64 / 1e6;
    println!(
        "rows {rows}, issues {issues}, careful {}, {:.0} MB/CPU-s",
        runner.careful(),
        megabytes / cpu
    );
    Ok((megabytes / cpu, megabytes / wall))
}

/// Processor time of this thread so far, from the kernel's scheduler.
fn cpu_seconds() -> Result<f64, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: f64 = text.split(' ').next().unwrap_or_default().parse()?;
    Ok(nanoseconds / 1e9)
}
