//! `aoba bench search`: how long the catalogue takes to find things among many codes.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::bail;
use slices::catalog::bench::Invented;

use super::print_processor;
use super::runs::milliseconds;
use crate::cli::BenchSearchArgs;

/// What people type: a word of many codes, a word of few, a code, a part of one, two words, one
/// letter, and a word that nothing has.
const SEARCHES: [&str; 8] =
    ["糖尿病", "第4711型", "kidney", "A00.0", "c1", "infection 皮膚", "e", "見つからない言葉"];

pub(super) fn run(args: &BenchSearchArgs) -> anyhow::Result<()> {
    if args.codes == 0 || args.runs == 0 {
        bail!("--codes and --runs must be at least 1");
    }
    print_processor();
    let began = Instant::now();
    let codes = Invented::new(args.codes);
    println!("{} codes made ready in {:.0} ms", args.codes, milliseconds(began.elapsed()));
    println!("{:>10}  {:>10}  {:>6}  search", "median ms", "slowest ms", "found");
    for words in SEARCHES {
        let mut times: Vec<Duration> = Vec::with_capacity(args.runs);
        let mut found = 0;
        for _ in 0..args.runs {
            let began = Instant::now();
            found = black_box(codes.search(black_box(words)));
            times.push(began.elapsed());
        }
        times.sort_unstable();
        let at = |place: usize| milliseconds(times.get(place).copied().unwrap_or_default());
        let (median, slowest) = (at(times.len() / 2), at(times.len() - 1));
        println!("{median:>10.2}  {slowest:>10.2}  {found:>6}  {words}");
    }
    Ok(())
}
