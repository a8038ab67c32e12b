//! A bulk export: ordered, waited for, and listed.
//!
//! # Source
//! FHIR Bulk Data Access 2.0 and 3.0; the asynchronous pattern of FHIR R4.

use std::collections::BTreeSet;
use std::time::Duration;

use indicatif::ProgressBar;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{CONTENT_LOCATION, HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode, Url};
use serde_json::Value;

use super::ask::Ask;
use super::error::{AnswerFault, PullError, shown};
use super::http::{self, Http, Question};
use super::kept::Given;
use super::manifest::Manifest;
use super::unfit::Unfit;
use super::wait;

/// How many pages a manifest may have.
const PAGES_MAX: usize = 10_000;
/// How much of what a server says of its progress is shown.
const PROGRESS_CHARS_MAX: usize = 60;

/// Orders an export; gives where to follow it.
///
/// # Errors
/// [`Unfit::NoExport`] when the server has none of what is asked.
pub(super) async fn order(http: &Http, ask: &Ask, since: Option<&str>) -> Result<Url, PullError> {
    let mut question = Question::of(ask.export_url(since));
    question.headers.insert("prefer", HeaderValue::from_static("respond-async"));
    let answer = http.ask(&question).await?;
    let none = || PullError::from(Unfit::NoExport(shown(&ask.base)));
    match answer.status() {
        StatusCode::ACCEPTED => status_url(http, &question.url, &answer),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
            Err(none())
        }
        status if status.is_success() => {
            let found = AnswerFault::Unexpected(status.to_string());
            Err(PullError::answer(&question.url, found))
        }
        _ => match http.granted(&question, answer).await {
            Err(PullError::Status { codes, .. }) if codes.contains("not-supported") => Err(none()),
            Err(error) => Err(error),
            Ok(_) => Err(none()),
        },
    }
}

fn status_url(http: &Http, at: &Url, answer: &Response) -> Result<Url, PullError> {
    let told = answer.headers().get(CONTENT_LOCATION).and_then(|value| value.to_str().ok());
    let told = told.ok_or_else(|| PullError::answer(at, AnswerFault::NoStatusUrl))?;
    let url = at.join(told).map_err(|_| PullError::answer(at, AnswerFault::BadUrl))?;
    if !http.is_own(&url) {
        return Err(Unfit::Elsewhere { from: shown(at), to: shown(&url) }.into());
    }
    Ok(url)
}

/// How long a server may take, and how its progress is shown.
pub(super) struct Patience<'a> {
    pub(super) at_most: SignedDuration,
    pub(super) bar: &'a ProgressBar,
    pub(super) waiting: &'a str,
}

/// Waits until an export is ready and lists what it gives.
///
/// # Errors
/// [`PullError::NotReady`] when it takes too long; the server goes on meanwhile.
pub(super) async fn wait_for(
    http: &Http,
    status_url: &Url,
    patience: &Patience<'_>,
) -> Result<Given, PullError> {
    let json = poll(http, status_url, patience).await?;
    let mut manifest = Manifest::read(json, (http, status_url), 0)?;
    let mut given = Given { server_time: manifest.server_time, files: manifest.files };
    let mut seen = BTreeSet::from([status_url.to_string()]);
    while let Some(next) = manifest.next {
        if seen.len() >= PAGES_MAX || !seen.insert(next.to_string()) {
            return Err(PullError::answer(&next, AnswerFault::Circle));
        }
        let json = http.document(&Question::of(next.clone())).await?;
        manifest = Manifest::read(json, (http, &next), given.files.len())?;
        given.files.append(&mut manifest.files);
    }
    Ok(given)
}

async fn poll(http: &Http, url: &Url, patience: &Patience<'_>) -> Result<Value, PullError> {
    let question = Question::of(url.clone());
    let until = http.clock().now().checked_add(patience.at_most).unwrap_or(Timestamp::MAX);
    let (mut polls, mut failures) = (0, 0);
    loop {
        let wait = match http.once(&question).await {
            Ok(answer) => match progress(http, &question, answer).await? {
                Progress::Ready(answer) => return http.json(&question, answer).await,
                Progress::Later { wait, told } => {
                    failures = 0;
                    patience.bar.set_message(match told {
                        Some(told) => format!("{}: {told}", patience.waiting),
                        None => patience.waiting.to_owned(),
                    });
                    wait
                }
            },
            Err(error) if error.passes() && failures < http.retries_max() => {
                failures += 1;
                None
            }
            Err(error) => return Err(error),
        };
        let left = until.duration_since(http.clock().now());
        if !left.is_positive() {
            return Err(PullError::NotReady { minutes: patience.at_most.as_mins() });
        }
        let wait = wait.unwrap_or_else(|| wait::after_failures(polls));
        // Asked once more when the time is up: it may be ready just then.
        tokio::time::sleep(wait.min(Duration::try_from(left).unwrap_or(wait))).await;
        polls += 1;
    }
}

/// How far an export is.
enum Progress {
    /// It is there.
    Ready(Response),
    /// It is not.
    Later {
        /// How long the server asks to wait.
        wait: Option<Duration>,
        /// How far it says it is.
        told: Option<String>,
    },
}

async fn progress(
    http: &Http,
    question: &Question,
    answer: Response,
) -> Result<Progress, PullError> {
    let wait = wait::asked_for(answer.headers(), http.clock().now());
    let status = answer.status();
    if status == StatusCode::ACCEPTED || http::busy(&answer, http.clock()).is_some() {
        return Ok(Progress::Later { wait, told: told(answer.headers()) });
    }
    match status {
        _ if status.is_success() => Ok(Progress::Ready(answer)),
        StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::NOT_FOUND
        | StatusCode::GONE => http.granted(question, answer).await.map(Progress::Ready),
        _ => {
            let (codes, kept) = http.refusal(&question.url, answer).await;
            // So a server says that it is only this question that failed, not the export.
            if codes.split(' ').any(|code| code == "transient") {
                return Ok(Progress::Later { wait, told: None });
            }
            Err(PullError::ExportFailed { status, codes, kept })
        }
    }
}

/// What the server says of its progress, as a line that can be shown.
fn told(headers: &HeaderMap) -> Option<String> {
    let text = String::from_utf8_lossy(headers.get("x-progress")?.as_bytes()).into_owned();
    let text: String = text.chars().filter(|c| !c.is_control()).take(PROGRESS_CHARS_MAX).collect();
    (!text.trim().is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_progress_is_one_short_line_and_moves_no_cursor() {
        let check = |value: &[u8], expect: Option<&str>| {
            let value = HeaderValue::from_bytes(value).unwrap();
            let mut headers = HeaderMap::new();
            headers.insert("x-progress", value);
            assert_eq!(told(&headers).as_deref(), expect);
        };
        check(b"50% of 12 files", Some("50% of 12 files"));
        check("半分".as_bytes(), Some("半分"));
        check(b"\tx", Some("x"));
        check(b" ", None);
        check(&[b'x'; 500], Some("x".repeat(60).as_str()));
        assert_eq!(told(&HeaderMap::new()), None);
    }
}
