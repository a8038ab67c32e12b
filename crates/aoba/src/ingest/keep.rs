//! Keeping files: every byte is in the landing, hashed and synced, before any is parsed.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use lake::landing::{Kept, Landing, Packing};
use ledger::{Counts, FileReport, LandingFile, LandingState, WriterLease};
use vocab::{LandingId, LoadId};

use super::pieces::{Kind, Source};
use super::recipe;
use crate::house::House;
use crate::progress;

/// A file that is to be taken in.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// What it is called in reports.
    pub(crate) name: String,
}

impl Incoming {
    /// A file that is called as the person called it.
    pub(super) fn at(path: PathBuf) -> Self {
        let name = path.to_string_lossy().into_owned();
        Self { path, name }
    }
}

/// What keeping came to.
#[derive(Default)]
pub(super) struct KeptFiles {
    /// Files that are new, in the order they will be read.
    pub(super) new: Vec<Source>,
    /// Files whose bytes had been taken before, or stand twice in this load.
    pub(super) held: Vec<FileReport>,
    /// Those of them that an earlier load has taken, for who must know what is in them.
    pub(super) taken: Vec<Source>,
}

/// Keeps files, on two threads, and records them.
pub(super) async fn keep(
    house: &House,
    lease: &WriterLease,
    load: LoadId,
    files: Vec<Incoming>,
    (source, quiet): (&str, bool),
) -> anyhow::Result<KeptFiles> {
    let landing = house.lake.landing().clone();
    house.lake.step("keep")?;
    let kept = tokio::task::spawn_blocking(move || keep_all(&landing, &files, quiet)).await??;
    let records: Vec<LandingFile> = kept
        .iter()
        .map(|(name, kept)| LandingFile {
            id: kept.id,
            name: name.clone(),
            size_bytes: kept.size_bytes,
            stored_bytes: kept.stored_bytes,
            kind: kind(name, kept.kind).to_owned(),
        })
        .collect();
    house.lake.step("received")?;
    let landings = house.ledger.landings();
    landings.record(lease, load, &records).await?;
    let (mut all, mut seen) = (KeptFiles::default(), BTreeSet::new());
    let shared: Arc<str> = Arc::from(source);
    for (name, kept) in kept {
        let state = landings.state(source, kept.id).await?;
        let already_held = matches!(state, Some(LandingState::Taken(_)));
        let is_new = seen.insert(kept.id);
        let file = Source {
            kind: Kind::of_word(kind(&name, kept.kind)),
            number: u32::try_from(all.new.len()).context("too many files in one load")?,
            id: kept.id,
            name: name.clone(),
            size_bytes: kept.size_bytes,
            source: (0, Arc::clone(&shared)),
            load: 1,
            already_held,
        };
        if already_held || !is_new {
            all.held.push(held(kept.id, name));
        }
        match (already_held, is_new) {
            (false, true) => all.new.push(file),
            (true, true) => all.taken.push(file),
            (_, false) => {}
        }
    }
    Ok(all)
}

fn kind(name: &str, packing: Packing) -> &'static str {
    match packing {
        _ if name.ends_with(recipe::ENDING) => recipe::KIND,
        Packing::Plain => "zst",
        Packing::Gzip | Packing::Zstd => "raw",
    }
}

fn held(landing: LandingId, name: String) -> FileReport {
    FileReport { landing, name, already_held: true, counts: Counts::default() }
}

fn keep_all(
    landing: &Landing,
    files: &[Incoming],
    quiet: bool,
) -> anyhow::Result<Vec<(String, Kept)>> {
    let mut total = 0;
    for Incoming { path, .. } in files {
        total += std::fs::metadata(path)
            .with_context(|| format!("cannot read {}", path.display()))?
            .len();
    }
    let bar = progress::bytes(total, "keeping", quiet);
    let next = Mutex::new(files.iter().enumerate());
    let done = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let worker = || -> anyhow::Result<()> {
            loop {
                let claimed = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((at, Incoming { path, name })) = claimed else { return Ok(()) };
                let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
                let kept = landing.keep(&mut bar.wrap_read(file), name)?;
                let kept = (name.clone(), kept);
                done.lock().unwrap_or_else(PoisonError::into_inner).push((at, kept));
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            worker.join().map_err(|_| anyhow::anyhow!("a thread died while keeping files"))??;
        }
        anyhow::Ok(())
    })?;
    bar.finish_and_clear();
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    Ok(done.into_iter().map(|(_, kept)| kept).collect())
}
