//! Runs of one program and their medians.

use std::time::Duration;

use serde::Deserialize;

/// What one run used.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Run {
    /// Seconds on the clock.
    pub(super) wall_seconds: f64,
    /// Seconds of processor.
    pub(super) cpu_seconds: f64,
    /// The most memory held at once.
    pub(super) peak_rss_bytes: u64,
}

/// Several runs of one program over the same bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    runs: Vec<Run>,
    size_bytes: u64,
}

impl Runs {
    /// Starts with none; `size_bytes` is what one run reads.
    pub(super) fn over(size_bytes: u64) -> Self {
        Self { runs: Vec::new(), size_bytes }
    }

    /// Adds a run.
    pub(super) fn push(&mut self, run: Run) {
        self.runs.push(run);
    }

    /// Whether nothing ran.
    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Median seconds on the clock.
    pub(super) fn wall(&self) -> f64 {
        median(self.runs.iter().map(|run| run.wall_seconds))
    }

    /// Median seconds of processor.
    pub(super) fn cpu(&self) -> f64 {
        median(self.runs.iter().map(|run| run.cpu_seconds))
    }

    /// 10^6 bytes a second on the clock.
    pub(super) fn mb_per_wall(&self) -> f64 {
        self.megabytes() / self.wall()
    }

    /// 10^6 bytes a second of processor.
    pub(super) fn mb_per_cpu(&self) -> f64 {
        self.megabytes() / self.cpu()
    }

    /// The most memory any run held, in 10^6 bytes.
    pub(super) fn peak_mb(&self) -> f64 {
        self.runs.iter().map(|run| to_f64(run.peak_rss_bytes)).fold(0.0, f64::max) / 1e6
    }

    fn megabytes(&self) -> f64 {
        to_f64(self.size_bytes) / 1e6
    }

    /// One line of the table: name, wall, cpu, speeds, memory.
    pub(super) fn print(&self, name: &str) {
        println!(
            "{name:<34} wall {:7.3} s  cpu {:7.3} s  {:8.1} MB/s  {:8.1} MB/cpu-s  peak {:6.0} MB",
            self.wall(),
            self.cpu(),
            self.mb_per_wall(),
            self.mb_per_cpu(),
            self.peak_mb()
        );
    }
}

/// The middle of the numbers; of an even count, the mean of the two in the middle.
pub(super) fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let upper = sorted.get(half).copied().unwrap_or(f64::NAN);
    if sorted.len() % 2 == 1 {
        return upper;
    }
    let lower = half.checked_sub(1).and_then(|at| sorted.get(at)).copied().unwrap_or(f64::NAN);
    f64::midpoint(lower, upper)
}

/// A time in milliseconds.
pub(super) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// A byte count as a number for division; exact below 9 petabytes.
pub(super) fn to_f64(bytes: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact below 2^53, and only divided and printed"
    )]
    let number = bytes as f64;
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle() {
        assert!((median([3.0, 1.0, 2.0].into_iter()) - 2.0).abs() < 1e-12);
        assert!((median([4.0, 1.0, 2.0, 3.0].into_iter()) - 2.5).abs() < 1e-12);
        assert!(median(std::iter::empty()).is_nan());
    }
}
