//! What a server has for us, fetched into the folder of a pull: by an export where it has one, else
//! by searches, from where an earlier run was.

use std::io::ErrorKind;

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

/// How files of exports end, and pages of searches.
const EXPORT_FILES: [&str; 2] = ["ndjson", "ndjson.gz"];
const SEARCH_FILES: [&str; 2] = ["json", "json.gz"];

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
        if !is_sound(kept) {
            kept.job = None;
        }
        if kept.job.is_none() {
            // Without a note nobody knows of what the files are that lie here.
            kept.clear()?;
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
        let files = given.files.iter().map(|file| {
            Ok(FetchedFile { name: must(kept, &file.name, EXPORT_FILES)?, kind: file.kind })
        });
        Ok(Fetched {
            way: PullWay::Export,
            files: files.collect::<Result<_, PullError>>()?,
            server_time: given.server_time.clone(),
        })
    }

    /// Fetches the files that are not there yet, some side by side.
    async fn download(&self, kept: &Kept, given: &Given) -> Result<(), PullError> {
        let is_missing = |file: &&ExportFile| kept.whole(&file.name, EXPORT_FILES).is_none();
        let missing: Vec<&ExportFile> = given.files.iter().filter(is_missing).collect();
        let what = self.say("ファイルを取得しています", "fetching files");
        let bar = progress::bytes(0, what, self.words.quiet);
        let download = Download {
            http: self.http,
            folder: kept.folder(),
            bar: &bar,
            line_bytes_max: self.line_bytes_max,
        };
        let (all, mut there) = (given.files.len(), given.files.len() - missing.len());
        let mut waiting = missing.into_iter();
        let mut coming = FuturesUnordered::new();
        coming.extend(waiting.by_ref().take(AT_ONCE).map(|file| download.fetch(file)));
        while let Some(fetched) = coming.next().await {
            fetched?;
            coming.extend(waiting.next().map(|file| download.fetch(file)));
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
        let names = types.iter().flat_map(|of_type| (0..of_type.pages).map(|n| of_type.name(n)));
        let files = names.map(|name| {
            let name = must(kept, &name, SEARCH_FILES)?;
            Ok(FetchedFile { name, kind: FileKind::Output })
        });
        Ok(Fetched {
            way: PullWay::Search,
            server_time: server_time.clone(),
            files: files.collect::<Result<_, PullError>>()?,
        })
    }

    fn say(&self, ja: &'static str, en: &'static str) -> &'static str {
        match self.words.locale {
            Locale::Ja => ja,
            Locale::En => en,
        }
    }
}

/// Whether every page that was noted is there; somebody may have tidied up.
fn is_sound(kept: &Kept) -> bool {
    let Some(Job { work: Work::Search(work), .. }) = &kept.job else { return true };
    let mut names = work.types.iter().flat_map(|pages| (0..pages.pages).map(|n| pages.name(n)));
    names.all(|name| kept.whole(&name, SEARCH_FILES).is_some())
}

/// The name of a file that has been fetched.
fn must(kept: &Kept, name: &str, endings: [&str; 2]) -> Result<String, PullError> {
    let missing = || PullError::disk(&kept.folder().join(name), ErrorKind::NotFound.into());
    kept.whole(name, endings).ok_or_else(missing)
}

fn exports(status_url: &Url) -> Work {
    Work::Export(ExportWork { status_url: status_url.to_string(), given: None })
}
