//! `aoba synth`: a hospital whose patients never lived, as files, and what is really so beside them.
//!
//! Patients are made in parallel and written in order ([`chunks`]); everything that can be wrong is
//! told before work starts ([`before`]); a folder becomes whole at the very end ([`files`]). For
//! benchmarks the patients go straight into a home's tables ([`into`]).
//! [`check`] reads what was made as anybody else would and finds the planted truths again.

mod before;
mod check;
pub(crate) mod chunks;
mod files;
mod into;
mod make;
pub(crate) mod people;
mod trouble;
mod truths;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use vocab::Locale;

use crate::cli::{HospitalArgs, SynthArgs, SynthCommand, SynthFormat};
use crate::output::tell;
use crate::stats::Stats;

use before::Asked;
use files::Packing;
use make::{Made, Order};

pub(crate) use trouble::{SynthError, grouped, is_full, size};

/// `aoba synth` and `aoba synth check`; gives the exit code.
pub(crate) async fn command(args: &SynthArgs, locale: Locale) -> anyhow::Result<u8> {
    if let Some(SynthCommand::Check(args)) = &args.command {
        return check::command(args, locale).await;
    }
    if let Some(home) = &args.into {
        return into::make(&asked(&args.hospital)?, home, args.quiet, locale).await;
    }
    let start = Instant::now();
    let SynthFormat::Ndjson = args.format;
    let order = Order {
        asked: asked(&args.hospital)?,
        out: args.out.clone().unwrap_or_default(),
        packing: match (args.gzip, args.zstd) {
            (true, _) => Packing::Gzip,
            (_, true) => Packing::Zstd,
            _ => Packing::Plain,
        },
        quiet: args.quiet,
        locale,
    };
    let out = order.out.clone();
    let made = until_stopped(move |stop| make::make(&order, stop)).await??;
    tell(&made, &out, &Stats::since(start), locale);
    Ok(0)
}

/// Makes the hospital of a demonstration in a folder, unless that very hospital is there already.
pub(crate) async fn for_demo(
    args: &HospitalArgs,
    folder: &Path,
    locale: Locale,
) -> anyhow::Result<()> {
    let asked = asked(args)?;
    match make::made_before(folder)? {
        Some(made) if made == (asked.seed, asked.patients) => return Ok(()),
        Some((seed, patients)) => {
            return Err(SynthError::Another { folder: folder.to_owned(), seed, patients }.into());
        }
        None => {}
    }
    // What a killed run left in a folder of ours is of no use to anybody.
    if matches!(before::check_folder(folder), Err(SynthError::Remains(_))) {
        std::fs::remove_dir_all(folder).map_err(|error| SynthError::disk(folder, error))?;
    }
    let (out, packing) = (folder.to_owned(), Packing::Zstd);
    let order = Order { asked, out, packing, quiet: false, locale };
    until_stopped(move |stop| make::make(&order, stop)).await??;
    Ok(())
}

fn asked(args: &HospitalArgs) -> Result<Asked, SynthError> {
    Asked::new(args.seed, args.patients, args.threads)
}

/// Does work on a thread of its own; Ctrl-C, or the system's wish to end, asks it to stop.
pub(crate) async fn until_stopped<T: Send + 'static>(
    work: impl FnOnce(&Arc<AtomicBool>) -> T + Send + 'static,
) -> anyhow::Result<T> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    let mut work = tokio::task::spawn_blocking(move || work(&seen));
    let mut ended = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        told = &mut work => return Ok(told?),
        _ = tokio::signal::ctrl_c() => {}
        _ = ended.recv() => {}
    }
    stop.store(true, Ordering::Relaxed);
    Ok(work.await?)
}

fn tell(made: &Made, out: &Path, used: &Stats, locale: Locale) {
    let Made { patients, written } = made;
    let (patients, lines) = (grouped(*patients), grouped(written.lines));
    let (bytes, out) = (size(written.bytes), out.display());
    match locale {
        Locale::En => tell!("{patients} patients, {lines} lines, {bytes}, in {out}"),
        Locale::Ja => tell!("{out}: 患者{patients}人、{lines}行、{bytes}"),
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate for reading")]
    let rate = written.bytes as f64 / 1e6 / used.wall_seconds.max(1e-3);
    tell!(
        "{:.2} s ({:.2} s CPU), {rate:.0} MB/s, {} MB",
        used.wall_seconds,
        used.cpu_seconds,
        used.peak_rss_bytes / 1_000_000
    );
}
