//! Searches: every resource of some types, page by page, for servers without a bulk export.
//!
//! A search tells nothing of what was deleted, and what changes while pages are turned may be met
//! twice or not at all; so the next pull begins a little before this one did.

use std::collections::HashSet;
use std::fs;
use std::io::BufReader;
use std::path::Path;

use indicatif::ProgressBar;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{ACCEPT_ENCODING, HeaderValue};
use reqwest::{Response, Url};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::io::{AsyncWriteExt as _, BufWriter};

use super::ask::Ask;
use super::body::{self, Packing};
use super::error::{AnswerFault, PullError, shown};
use super::http::{self, Http, Question};
use super::kept::{Job, Kept, SearchWork, TypePages, Work};
use super::server::Server;
use super::unfit::Unfit;
use super::{wait, whole};

/// The next pull asks from so much before this one began: indexes of servers lag behind.
const OVERLAP: SignedDuration = SignedDuration::from_secs(60);
/// The same where the server does not tell its time.
const OVERLAP_BY_OUR_CLOCK: SignedDuration = SignedDuration::from_mins(10);
/// How many pages without a resource may follow one another.
const EMPTY_PAGES_MAX: usize = 10;
/// How much is gathered before it is written.
const BUFFER_BYTES: usize = 1 << 20;

/// What of a page is ours to read. The resources are passed over; a load reads them.
#[derive(Debug, Deserialize)]
struct Page {
    #[serde(rename = "resourceType")]
    resource_type: String,
    #[serde(default)]
    link: Vec<Link>,
    #[serde(default)]
    entry: Vec<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Link {
    relation: String,
    #[serde(default)]
    url: String,
}

/// What is to be searched for, noted as not yet done.
///
/// # Errors
/// [`Unfit::NoSearch`] when the server cannot search for something that is asked.
pub(super) fn plan(
    ask: &Ask,
    server: &Server,
    since: Option<&str>,
    now: Timestamp,
) -> Result<SearchWork, PullError> {
    let wanted: Vec<String> = match ask.types.as_slice() {
        [] => {
            let known = with_tables();
            server.searches.iter().filter(|name| known.contains(*name)).cloned().collect()
        }
        types => types.to_vec(),
    };
    let missing: Vec<&str> =
        wanted.iter().filter(|name| !server.searches.contains(*name)).map(String::as_str).collect();
    if wanted.is_empty() || !missing.is_empty() {
        return Err(Unfit::NoSearch { url: shown(&ask.base), types: missing.join(", ") }.into());
    }
    let begun = match server.time {
        Some(time) => time.checked_sub(OVERLAP),
        None => now.checked_sub(OVERLAP_BY_OUR_CLOCK),
    };
    let pages = |name: String| TypePages {
        next: Some(ask.search_url(&name, since).to_string()),
        resource_type: name,
        pages: 0,
    };
    Ok(SearchWork {
        server_time: begun.unwrap_or(now).to_string(),
        types: wanted.into_iter().map(pages).collect(),
    })
}

/// The types that have a table of their own here.
fn with_tables() -> HashSet<String> {
    #[derive(Deserialize)]
    struct OfType {
        resource: String,
    }
    let tables = slices::records::tables::TABLES.iter();
    let types = tables.filter_map(|table| serde_json::from_str::<OfType>(table.view_json).ok());
    types.map(|of| of.resource).collect()
}

/// Turns the pages of all types.
pub(super) struct Pages<'a> {
    pub(super) http: &'a Http,
    pub(super) bar: &'a ProgressBar,
    pub(super) searching: &'a str,
    pub(super) page_bytes_max: usize,
}

impl Pages<'_> {
    /// Fetches every page that is still to come, noting each.
    ///
    /// # Errors
    /// When the server does not give a page, or leads where one must not go.
    pub(super) async fn fetch(&self, kept: &mut Kept) -> Result<(), PullError> {
        while let Some((at, url)) = next(kept)? {
            self.of_type(kept, at, url).await?;
        }
        Ok(())
    }

    /// Fetches the pages of one type.
    async fn of_type(&self, kept: &mut Kept, at: usize, first: Url) -> Result<(), PullError> {
        let mut seen = HashSet::from([first.to_string()]);
        let (mut url, mut empty) = (first, 0);
        loop {
            let Some(pages) = pages_of(kept, at) else { return Ok(()) };
            let name = pages.name(pages.pages);
            self.bar.set_message(format!("{} {name}", self.searching));
            let fetched = self.page(&url, kept.folder(), &name).await?;
            empty = if fetched.file.is_some() { 0 } else { empty + 1 };
            let next = fetched.next;
            if let Some(pages) = pages_of(kept, at) {
                pages.pages += u32::from(fetched.file.is_some());
                pages.next = next.as_ref().map(Url::to_string);
            }
            kept.note()?;
            match next {
                None => return Ok(()),
                Some(next) if empty > EMPTY_PAGES_MAX || !seen.insert(next.to_string()) => {
                    return Err(PullError::answer(&next, AnswerFault::Circle));
                }
                Some(next) => url = next,
            }
        }
    }

    /// Fetches one page, again where it comes broken.
    async fn page(&self, url: &Url, folder: &Path, name: &str) -> Result<Fetched, PullError> {
        let mut question = Question::of(url.clone());
        question.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let mut failures = 0;
        loop {
            let error = match self.attempt(&question, folder, name).await {
                Err(error) if error.passes() => error,
                other => return other,
            };
            let Some(wait) = wait::again(&error, failures, self.http.retries_max()) else {
                return Err(error);
            };
            failures += 1;
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(
        &self,
        question: &Question,
        folder: &Path,
        name: &str,
    ) -> Result<Fetched, PullError> {
        let answer = self.http.once(question).await?;
        if let Some(busy) = http::busy(&answer, self.http.clock()) {
            return Err(busy);
        }
        let answer = self.http.granted(question, answer).await?;
        let url = &question.url;
        let packing = body::packing(answer.headers(), url)?;
        let part = folder.join(format!("{name}.part"));
        self.write(answer, url, &part).await?;
        let read = {
            let (part, url, bytes_max) = (part.clone(), url.clone(), self.page_bytes_max);
            tokio::task::spawn_blocking(move || read(&part, packing, (&url, bytes_max)))
        };
        let page = read.await.unwrap_or_else(|died| {
            Err(PullError::disk(&part, std::io::Error::other(died.to_string())))
        })?;
        let next = self.next(&page, url)?;
        if page.entry.is_empty() {
            fs::remove_file(&part).map_err(|error| PullError::disk(&part, error))?;
            return Ok(Fetched { file: None, next });
        }
        let ending = if packing == Packing::Gzip { "json.gz" } else { "json" };
        let file = format!("{name}.{ending}");
        let path = folder.join(&file);
        fs::rename(&part, &path).map_err(|error| PullError::disk(&path, error))?;
        Ok(Fetched { file: Some(file), next })
    }

    /// Writes an answer to a file, up to the limit of a page.
    async fn write(&self, mut answer: Response, url: &Url, to: &Path) -> Result<(), PullError> {
        let disk = |error| PullError::disk(to, error);
        let mut options = tokio::fs::OpenOptions::new();
        options.create(true).write(true).truncate(true).mode(0o600);
        let file = options.open(to).await.map_err(disk)?;
        let mut file = BufWriter::with_capacity(BUFFER_BYTES, file);
        let (mut length, bytes_max) = (0, self.page_bytes_max as u64);
        while let Some(chunk) =
            answer.chunk().await.map_err(|error| PullError::cut_off(url, error))?
        {
            length += chunk.len() as u64;
            if length > bytes_max {
                return Err(PullError::answer(url, AnswerFault::TooLarge { bytes_max }));
            }
            file.write_all(&chunk).await.map_err(disk)?;
            self.bar.inc(chunk.len() as u64);
        }
        file.flush().await.map_err(disk)?;
        file.get_ref().sync_all().await.map_err(disk)
    }

    /// Where the next page is.
    fn next(&self, page: &Page, at: &Url) -> Result<Option<Url>, PullError> {
        let Some(link) = page.link.iter().find(|link| link.relation == "next") else {
            return Ok(None);
        };
        let url = at.join(&link.url).map_err(|_| PullError::answer(at, AnswerFault::BadUrl))?;
        if self.http.is_own(&url) {
            return Ok(Some(url));
        }
        Err(Unfit::Elsewhere { from: shown(at), to: shown(&url) }.into())
    }
}

/// A page that was fetched.
struct Fetched {
    /// Its name in the folder; none where it holds nothing.
    file: Option<String>,
    next: Option<Url>,
}

/// Reads a page for what is ours.
fn read(path: &Path, packing: Packing, (url, bytes_max): (&Url, usize)) -> Result<Page, PullError> {
    use std::io::Read as _;
    let bytes_max = bytes_max as u64;
    let content = whole::open(path, packing).map_err(|error| PullError::disk(path, error))?;
    let mut content = BufReader::new(content.take(bytes_max + 1));
    let page: Result<Page, _> = serde_json::from_reader(&mut content);
    let page = match page {
        Ok(page) => page,
        Err(error) if error.is_eof() && content.get_ref().limit() == 0 => {
            return Err(PullError::answer(url, AnswerFault::TooLarge { bytes_max }));
        }
        // The packing broken, or the text ends too early: it did not come as a whole.
        Err(error) if error.is_eof() || error.is_io() => {
            return Err(PullError::CutOff { url: shown(url), why: "it ends too early".to_owned() });
        }
        Err(_) => return Err(PullError::answer(url, AnswerFault::NotJson)),
    };
    match page.resource_type.as_str() {
        "Bundle" => Ok(page),
        _ => Err(PullError::answer(url, AnswerFault::NotJson)),
    }
}

/// The first type that has pages to come, and its next page.
fn next(kept: &Kept) -> Result<Option<(usize, Url)>, PullError> {
    let Some(Job { work: Work::Search(work), .. }) = &kept.job else { return Ok(None) };
    let waiting = work.types.iter().enumerate();
    let mut waiting =
        waiting.filter_map(|(at, pages)| Some((at, &pages.resource_type, pages.next.as_ref()?)));
    let Some((at, name, url)) = waiting.next() else { return Ok(None) };
    let url = Url::parse(url)
        .map_err(|_| PullError::Answer { url: name.clone(), fault: AnswerFault::BadUrl })?;
    Ok(Some((at, url)))
}

fn pages_of(kept: &mut Kept, at: usize) -> Option<&mut TypePages> {
    match &mut kept.job {
        Some(Job { work: Work::Search(work), .. }) => work.types.get_mut(at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::AskArgs;

    fn server(searches: &[&str], time: Option<&str>) -> Server {
        Server {
            time: time.map(|time| time.parse().unwrap()),
            exports: Some(false),
            searches: searches.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    fn planned(types: &[&str], server: &Server) -> Result<SearchWork, PullError> {
        let types = types.iter().map(|&name| name.to_owned()).collect();
        let args = AskArgs { types, ..AskArgs::default() };
        let ask = Ask::of(None, "https://h/r4", &args).unwrap();
        plan(&ask, server, None, "2026-11-26T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn without_a_wish_all_is_searched_for_that_has_a_table() {
        let server = server(
            &["Patient", "StructureDefinition", "Observation"],
            Some("2026-11-26T11:00:30Z"),
        );
        let work = planned(&[], &server).unwrap();
        let types: Vec<_> = work.types.iter().map(|pages| pages.resource_type.as_str()).collect();
        assert_eq!(types, ["Observation", "Patient"]);
        assert_eq!(work.server_time, "2026-11-26T10:59:30Z");
    }

    #[test]
    fn a_server_without_a_clock_is_asked_from_earlier_on() {
        let work = planned(&["Patient"], &server(&["Patient"], None)).unwrap();
        assert_eq!(work.server_time, "2026-11-26T11:50:00Z");
    }

    #[test]
    fn what_cannot_be_searched_for_is_named() {
        let told = planned(&["Patient", "Specimen"], &server(&["Patient"], None)).unwrap_err();
        assert!(told.to_string().ends_with("cannot search for Specimen"), "{told}");
        assert!(planned(&[], &server(&["StructureDefinition"], None)).is_err());
    }

    fn read_page(text: &str) -> Result<Page, PullError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page");
        fs::write(&path, text).unwrap();
        read(&path, Packing::Plain, (&Url::parse("https://h/r4/Patient").unwrap(), 200))
    }

    #[test]
    fn a_page_is_read_for_its_links_and_how_much_it_holds() {
        let page = read_page(
            r#"{"resourceType":"Bundle","entry":[{"resource":{"a":[1,{"b":2}]}},{}],
                "link":[{"relation":"self","url":"x"},{"relation":"next","url":"?page=2"}]}"#,
        )
        .unwrap();
        assert_eq!((page.entry.len(), page.link.len()), (2, 2));
    }

    #[test]
    fn what_is_no_page_is_told_apart() {
        let cut = read_page(r#"{"resourceType":"Bundle","entry":[{"#).unwrap_err();
        assert!(cut.passes(), "{cut}");
        for text in ["<html>", r#"{"resourceType":"OperationOutcome"}"#, "{}"] {
            let told = read_page(text).unwrap_err();
            let fault = matches!(&told, PullError::Answer { fault: AnswerFault::NotJson, .. });
            assert!(fault, "{text}: {told}");
        }
        let long = format!(r#"{{"resourceType":"Bundle","id":"{}"}}"#, "x".repeat(300));
        let told = read_page(&long).unwrap_err();
        let fault = matches!(told, PullError::Answer { fault: AnswerFault::TooLarge { .. }, .. });
        assert!(fault, "{told}");
    }
}
