//! What a server has for us, fetched into the folder of a pull: by an export where it has one, else
//! by searches, from where an earlier run was.

use std::path::Path;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use jiff::SignedDuration;
use ledger::PullWay;
use reqwest::Url;
use vocab::Locale;

use super::ask::{Ask, Scope};
use super::download::Download;
use super::error::{AnswerFault, PullError, shown};
use super::export::{self, Patience};
use super::http::Http;
use super::kept::{ExportFile, ExportWork, FileKind, Given, Job, Kept, SearchWork, Work};
use super::search::{self, Pages};
use super::server::{self, Server};
use super::unfit::Unfit;
use crate::cli::By;
use crate::progress;

/// How many files are fetched side by side.
const AT_ONCE: usize = 4;

/// What is shown while it is fetched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub(super) locale: Locale,
    pub(super) quiet: bool,
}

/// What was fetched.
#[derive(Debug)]
pub(super) struct Fetched {
    /// How.
    pub(super) way: PullWay,
    /// The moment for which it holds.
    pub(super) server_time: String,
    /// The files in the folder.
    pub(super) files: Vec<FetchedFile>,
}

/// A file in the folder.
#[derive(Debug)]
pub(super) struct FetchedFile {
    pub(super) name: String,
    pub(super) kind: FileKind,
}

/// Fetches for one pull.
pub(super) struct Fetch<'a> {
    pub(super) http: &'a Http,
    pub(super) ask: &'a Ask,
    pub(super) wait_at_most: SignedDuration,
    pub(super) line_bytes_max: usize,
    pub(super) words: Words,
}

impl Fetch<'_> {
    /// Fetches everything, from where an earlier run was. Where the server has forgotten what that
    /// run was about, begins anew.
    pub(super) async fn all(
        &self,
        kept: &mut Kept,
        since: Option<&str>,
    ) -> Result<Fetched, PullError> {
        let goes_on = kept.job.is_some();
        match self.once(kept, since).await {
            Err(PullError::Gone { .. } | PullError::ExportFailed { .. }) if goes_on => {
                kept.clear()?;
                self.once(kept, since).await
            }
            other => other,
        }
    }

    async fn once(&self, kept: &mut Kept, since: Option<&str>) -> Result<Fetched, PullError> {
        if kept.job.is_none() {
            let work = self.begin(since).await?;
            kept.begin(Job { since: since.map(str::to_owned), work })?;
        }
        let Some(job) = kept.job.clone() else { return Err(PullError::GivenUp) };
        match job.work {
            Work::Export(work) => self.export(kept, work).await,
            Work::Search(_) => self.search(kept).await,
        }
    }

    /// Decides how to ask, and asks.
    async fn begin(&self, since: Option<&str>) -> Result<Work, PullError> {
        let server = server::look(self.http, self.ask).await?;
        let can_search = matches!(self.ask.scope, Scope::System | Scope::Patients);
        match (self.ask.by, server.exports) {
            (By::Search, _) => self.searches(&server, since),
            (By::Auto, Some(false)) if can_search => self.searches(&server, since),
            (By::Auto, _) => match export::order(self.http, self.ask, since).await {
                Err(PullError::Unfit(Unfit::NoExport(_))) if can_search => {
                    self.searches(&server, since)
                }
                other => other.map(|url| exports(&url)),
            },
            (By::Export, _) => {
                export::order(self.http, self.ask, since).await.map(|url| exports(&url))
            }
        }
    }

    fn searches(&self, server: &Server, since: Option<&str>) -> Result<Work, PullError> {
        let now = self.http.clock().now();
        search::plan(self.ask, server, since, now).map(Work::Search)
    }

    async fn export(&self, kept: &mut Kept, work: ExportWork) -> Result<Fetched, PullError> {
        let given = match work.given {
            Some(given) => given,
            None => {
                let url = Url::parse(&work.status_url).map_err(|_| PullError::Answer {
                    url: shown(&self.ask.base),
                    fault: AnswerFault::BadUrl,
                })?;
                let waiting = self.say("出力の準備を待っています", "waiting for the export");
                let bar = progress::waiting(waiting, self.words.quiet);
                let patience = Patience { at_most: self.wait_at_most, bar: &bar, waiting };
                let given = export::wait_for(self.http, &url, &patience).await;
                bar.finish_and_clear();
                let given = given?;
                let status_url = work.status_url;
                let work = ExportWork { status_url, given: Some(given.clone()) };
                let since = kept.job.take().and_then(|job| job.since);
                kept.begin(Job { since, work: Work::Export(work) })?;
                given
            }
        };
        self.download(kept, &given).await?;
        let Some(Job { work: Work::Export(ExportWork { given: Some(given), .. }), .. }) = &kept.job
        else {
            return Err(PullError::GivenUp);
        };
        let files = given
            .files
            .iter()
            .filter_map(|file| Some(FetchedFile { name: file.done.clone()?, kind: file.kind }));
        Ok(Fetched {
            way: PullWay::Export,
            server_time: given.server_time.clone(),
            files: files.collect(),
        })
    }

    /// Fetches the files that are not there yet, some side by side, and notes each.
    async fn download(&self, kept: &mut Kept, given: &Given) -> Result<(), PullError> {
        let folder = kept.folder().to_owned();
        let missing: Vec<(usize, ExportFile)> = given
            .files
            .iter()
            .enumerate()
            .filter(|(_, file)| !is_there(&folder, file))
            .map(|(at, file)| (at, file.clone()))
            .collect();
        let what = self.say("ファイルを取得しています", "fetching files");
        let bar = progress::bytes(0, what, self.words.quiet);
        let download = Download {
            http: self.http,
            folder: &folder,
            bar: &bar,
            line_bytes_max: self.line_bytes_max,
        };
        let (all, mut there) = (given.files.len(), given.files.len() - missing.len());
        let mut waiting = missing.into_iter();
        let mut coming = FuturesUnordered::new();
        coming.extend(waiting.by_ref().take(AT_ONCE).map(|next| one(&download, next)));
        while let Some((at, fetched)) = coming.next().await {
            done(kept, at, fetched?)?;
            coming.extend(waiting.next().map(|next| one(&download, next)));
            there += 1;
            bar.set_message(format!("{what} {there}/{all}"));
        }
        bar.finish_and_clear();
        Ok(())
    }

    async fn search(&self, kept: &mut Kept) -> Result<Fetched, PullError> {
        let searching = self.say("検索しています", "searching");
        let bar = progress::waiting(searching, self.words.quiet);
        let pages =
            Pages { http: self.http, bar: &bar, searching, page_bytes_max: self.line_bytes_max };
        let fetched = pages.fetch(kept).await;
        bar.finish_and_clear();
        fetched?;
        let Some(Job { work: Work::Search(SearchWork { server_time, types }), .. }) = &kept.job
        else {
            return Err(PullError::GivenUp);
        };
        let names = types.iter().flat_map(|pages| &pages.files);
        let files = names.map(|name| FetchedFile { name: name.clone(), kind: FileKind::Output });
        Ok(Fetched {
            way: PullWay::Search,
            server_time: server_time.clone(),
            files: files.collect(),
        })
    }

    fn say(&self, ja: &'static str, en: &'static str) -> &'static str {
        match self.words.locale {
            Locale::Ja => ja,
            Locale::En => en,
        }
    }
}

fn exports(status_url: &Url) -> Work {
    Work::Export(ExportWork { status_url: status_url.to_string(), given: None })
}

/// Fetches one file, and remembers which it is.
async fn one(
    download: &Download<'_>,
    (at, file): (usize, ExportFile),
) -> (usize, Result<String, PullError>) {
    (at, download.fetch(&file).await)
}

/// Whether a file was noted as fetched and is there.
fn is_there(folder: &Path, file: &ExportFile) -> bool {
    file.done.as_ref().is_some_and(|name| folder.join(name).is_file())
}

/// Notes that a file is there.
fn done(kept: &mut Kept, at: usize, name: String) -> Result<(), PullError> {
    if let Some(Job { work: Work::Export(ExportWork { given: Some(given), .. }), .. }) =
        &mut kept.job
        && let Some(file) = given.files.get_mut(at)
    {
        file.done = Some(name);
    }
    kept.note()
}
