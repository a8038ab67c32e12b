//! What this process used: read from the kernel's own accounting.

use std::time::Instant;

use serde::Serialize;

/// Seconds and bytes of one run.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Stats {
    /// Seconds on the clock.
    pub(crate) wall_seconds: f64,
    /// Seconds of processor, user and system, all threads.
    pub(crate) cpu_seconds: f64,
    /// The most memory held at once.
    pub(crate) peak_rss_bytes: u64,
}

impl Stats {
    /// What was used since `start` on the clock, and by the process in all.
    pub(crate) fn since(start: Instant) -> Self {
        Self {
            wall_seconds: start.elapsed().as_secs_f64(),
            cpu_seconds: cpu_seconds(),
            peak_rss_bytes: peak_rss_bytes(),
        }
    }
}

/// Processor seconds of this process and its threads; 0 where the kernel does not tell.
pub(crate) fn cpu_seconds() -> f64 {
    // /proc/self/schedstat tells the main thread only, so the clock ticks of stat are used.
    ticks(11) + ticks(12)
}

/// Processor seconds of children that have been waited for.
pub(crate) fn children_cpu_seconds() -> f64 {
    ticks(13) + ticks(14)
}

/// A field of `/proc/self/stat`, counted after the command's name, in seconds.
fn ticks(field: usize) -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let value = after_name.split_whitespace().nth(field).and_then(|text| text.parse::<f64>().ok());
    // Linux tells user space 100 ticks a second on every architecture (USER_HZ).
    value.unwrap_or(0.0) / 100.0
}

/// The most memory this process held at once; 0 where the kernel does not tell.
pub(crate) fn peak_rss_bytes() -> u64 {
    peak_rss_bytes_of("self")
}

/// The same of another process, by its number; 0 once it has ended.
pub(crate) fn peak_rss_bytes_of(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_worked_has_used_processor_and_memory() {
        let start = Instant::now();
        let mut sum = 0_u64;
        while start.elapsed().as_millis() < 60 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let stats = Stats::since(start);
        assert!(stats.wall_seconds >= 0.06 && stats.cpu_seconds > 0.0, "{stats:?}");
        assert!(stats.peak_rss_bytes > 1 << 20);
    }
}
