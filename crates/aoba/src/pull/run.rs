//! One pull from its first step to its last: asked, fetched, loaded, noted.
//!
//! The order of the last steps is what makes it safe to be killed anywhere: the load commits; the
//! ledger notes that the pull came to its end and from when the next one asks; the files fetched
//! go; the server is told. Killed between any two, the next run repeats a step that changes nothing.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use ledger::{
    LedgerError, LoadReport, NewPull, PullEnding, PullFailure, PullLease, PullMessage, PullOutcome,
    PullWay,
};
use vocab::{LandingId, Locale, PullId};

use super::ask::Ask;
use super::error::PullError;
use super::fetch::{self, Fetched};
use super::http::Http;
use super::kept::{FileKind, Job, Kept, Work};
use super::messages::Messages;
use super::whole;
use crate::cli::{IngestArgs, ReportFormat};
use crate::house::House;
use crate::ingest::{self, Incoming};

/// How often is looked whether the other writer has ended.
const WRITER_AGAIN: Duration = Duration::from_secs(2);

/// How a pull is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct How {
    /// Everything again.
    pub(crate) full: bool,
    /// How long the server may prepare an export.
    pub(crate) wait_at_most: SignedDuration,
    /// Without a progress bar.
    pub(crate) quiet: bool,
}

/// What a pull came to.
#[derive(Debug)]
pub(crate) struct Done {
    pub(super) id: PullId,
    pub(super) way: PullWay,
    pub(super) since: Option<String>,
    pub(super) server_time: String,
    pub(super) files: usize,
    pub(super) messages: Vec<PullMessage>,
    pub(super) outcome: PullOutcome,
    /// What the load came to; none where nothing came.
    pub(super) load: Option<LoadReport>,
}

impl Done {
    /// How many times the server said that it could not give something.
    pub(super) fn errors(&self) -> u64 {
        self.messages.iter().filter(|message| message.is_error()).map(|message| message.count).sum()
    }
}

/// Runs a pull. What becomes of it is in the ledger, whatever this gives.
pub(crate) async fn run(house: &House, ask: &Ask, how: &How) -> anyhow::Result<Done> {
    let lease = house.ledger.pull_lease(&format!("pull from {}", ask.base_text())).await?;
    let mut kept = Kept::open(&house.home, ask)?;
    let pulls = house.ledger.pulls();
    let since = match &kept.job {
        Some(job) if !(how.full && job.since.is_some()) => job.since.clone(),
        _ if how.full => None,
        _ => pulls.since(&ask.source, &ask.base_text(), &ask.asked()).await?,
    };
    let new = NewPull {
        name: ask.name.clone(),
        source: ask.source.clone(),
        base: ask.base_text(),
        asked: ask.asked(),
        since: since.clone(),
        actor: house.actor.clone(),
    };
    let id = pulls.begin(&lease, &new).await?;
    let asking = Asking { house, ask, how, lease: &lease, id };
    match asking.go(&mut kept, since).await {
        Ok((done, http)) => {
            // The work is done and noted; what is left behind is only in the way.
            let status_url = status_url(&kept);
            kept.remove()?;
            if let Some(url) = status_url {
                http.give_back(&url).await;
            }
            Ok(done)
        }
        Err(error) => {
            let way = kept.job.as_ref().map(|job| job.work.way());
            let failure = Some(failure(&error));
            let ending = PullEnding { way, failure, ..PullEnding::of(PullOutcome::Failed) };
            pulls.end(&lease, id, &ending).await?;
            Err(error)
        }
    }
}

/// Gives up what a pull left that did not come to its end; whether there was anything.
pub(crate) async fn give_up(house: &House, ask: &Ask) -> anyhow::Result<bool> {
    let lease = house.ledger.pull_lease("pull --cancel").await?;
    let kept = Kept::open(&house.home, ask)?;
    let had = kept.job.is_some();
    if let Some(url) = status_url(&kept) {
        let http = Http::new(ask, &house.config.pull, house.ledger.clock(), &kept.refusal())?;
        http.give_back(&url).await;
    }
    kept.remove()?;
    let (base, asked) = (ask.base_text(), ask.asked());
    let question = (ask.source.as_str(), base.as_str(), asked.as_str());
    Ok(house.ledger.pulls().cancel(&lease, question).await?.is_some() || had)
}

/// Where the server keeps an export for us.
fn status_url(kept: &Kept) -> Option<reqwest::Url> {
    match &kept.job {
        Some(Job { work: Work::Export(work), .. }) => work.status_url.parse().ok(),
        _ => None,
    }
}

/// Why it failed, in both languages.
fn failure(error: &anyhow::Error) -> PullFailure {
    PullFailure { ja: crate::say(error, Locale::Ja), en: crate::say(error, Locale::En) }
}

/// A pull that has begun.
struct Asking<'a> {
    house: &'a House,
    ask: &'a Ask,
    how: &'a How,
    lease: &'a PullLease,
    id: PullId,
}

impl Asking<'_> {
    async fn go(&self, kept: &mut Kept, since: Option<String>) -> anyhow::Result<(Done, Http)> {
        let clock = self.house.ledger.clock();
        let http = Http::new(self.ask, &self.house.config.pull, clock, &kept.refusal())?;
        let may_go_on = kept.job.as_ref().is_none_or(|job| job.since == since);
        if !may_go_on {
            // Everything is asked for again, so what changed is of no use.
            drop_job(kept, &http).await?;
        }
        let fetch = fetch::Fetch {
            http: &http,
            ask: self.ask,
            wait_at_most: self.how.wait_at_most,
            line_bytes_max: self.house.config.ingest.line_bytes_max,
            words: fetch::Words { locale: self.house.locale, quiet: self.how.quiet },
        };
        let fetched = match fetch.all(kept, since.as_deref()).await {
            Ok(fetched) => fetched,
            Err(error) => {
                if !error.keeps() {
                    drop_job(kept, &http).await?;
                }
                return Err(error.into());
            }
        };
        let (messages, message_files) = self.messages(kept, &fetched).await?;
        let load = self.load(kept, &fetched).await?;
        let mut done = Done {
            id: self.id,
            way: fetched.way,
            since,
            server_time: fetched.server_time,
            files: fetched.files.len(),
            messages,
            outcome: PullOutcome::Completed,
            load,
        };
        if done.errors() > 0 && !self.ask.accept_errors {
            done.outcome = PullOutcome::Incomplete;
        }
        self.note(&done, message_files).await?;
        Ok((done, http))
    }

    /// Keeps the files in which the server said something, and counts what it said.
    async fn messages(
        &self,
        kept: &Kept,
        fetched: &Fetched,
    ) -> anyhow::Result<(Vec<PullMessage>, Vec<LandingId>)> {
        let of_messages = fetched.files.iter().filter(|file| file.kind == FileKind::Error);
        let paths: Vec<(PathBuf, whole::Packing)> = of_messages
            .map(|file| (kept.folder().join(&file.name), whole::packing_of(&file.name)))
            .collect();
        let landing = self.house.lake.landing().clone();
        let read = move || -> anyhow::Result<(Vec<PullMessage>, Vec<LandingId>)> {
            let (mut messages, mut ids) = (Messages::default(), Vec::new());
            for (path, packing) in paths {
                let disk = |error| PullError::disk(&path, error);
                let mut file = std::fs::File::open(&path).map_err(disk)?;
                ids.push(landing.keep(&mut file, &path.to_string_lossy())?.id);
                messages.count(whole::open(&path, packing).map_err(disk)?, &path)?;
            }
            Ok((messages.into_list(), ids))
        };
        tokio::task::spawn_blocking(read).await?
    }

    /// Loads what was fetched, waiting until nobody else writes.
    async fn load(&self, kept: &Kept, fetched: &Fetched) -> anyhow::Result<Option<LoadReport>> {
        let records = fetched.files.iter().filter(|file| file.kind != FileKind::Error);
        let mut files: Vec<Incoming> = records
            .map(|file| Incoming {
                path: kept.folder().join(&file.name),
                name: format!("pull-{}/{}", self.id, file.name),
            })
            .collect();
        if files.is_empty() {
            return Ok(None);
        }
        // People first: what refers to them by identifier finds them.
        files.sort_by_key(|file| {
            let name = file.path.file_name().unwrap_or_default();
            !name.to_string_lossy().starts_with("Patient-")
        });
        let args = IngestArgs {
            paths: Vec::new(),
            source: self.ask.source.clone(),
            delete_missing: false,
            delete_at_most: 0,
            format: ReportFormat::Text,
            strict: false,
            quiet: self.how.quiet,
        };
        let minutes = self.house.config.pull.writer_minutes_max;
        let patience = Duration::from_secs(60 * u64::from(minutes));
        let start = tokio::time::Instant::now();
        loop {
            match ingest::received(self.house, files.clone(), &args).await {
                Err(error) if is_second_writer(&error) && start.elapsed() < patience => {
                    tokio::time::sleep(WRITER_AGAIN).await;
                }
                other => return other.map(Some),
            }
        }
    }

    /// Notes in the ledger what it came to.
    async fn note(&self, done: &Done, message_files: Vec<LandingId>) -> anyhow::Result<()> {
        let errors = PullError::Errors { count: done.errors() };
        let failure = (done.outcome == PullOutcome::Incomplete)
            .then(|| PullFailure { ja: errors.say(Locale::Ja), en: errors.say(Locale::En) });
        let ending = PullEnding {
            outcome: done.outcome,
            way: Some(done.way),
            server_time: Some(done.server_time.clone()),
            load: done.load.as_ref().map(|report| report.load.id),
            messages: done.messages.clone(),
            message_files,
            failure,
        };
        Ok(self.house.ledger.pulls().end(self.lease, self.id, &ending).await?)
    }
}

/// Forgets what was fetched, and tells the server.
async fn drop_job(kept: &mut Kept, http: &Http) -> Result<(), PullError> {
    let status_url = status_url(kept);
    kept.clear()?;
    if let Some(url) = status_url {
        http.give_back(&url).await;
    }
    Ok(())
}

/// Whether a load did not begin because another process writes.
fn is_second_writer(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let ledger = cause.downcast_ref::<LedgerError>();
        let lake = match cause.downcast_ref::<lake::LakeError>() {
            Some(lake::LakeError::Ledger(error)) => Some(error),
            _ => None,
        };
        matches!(ledger.or(lake), Some(LedgerError::SecondWriter { .. }))
    })
}
