//! Questions to one server: who one is, redirects, and asking again when it is busy.
//!
//! The token is sent to the origin of the server's address and to no other, whatever the server
//! leads to. Redirects are followed here and not by the client, so that each step can be looked at.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ledger::Clock;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Method, Response, StatusCode, Url};
use serde_json::Value;

use super::access::{Pass, Token};
use super::ask::Ask;
use super::ask_error::{AskError, KeyFault};
use super::body;
use super::error::{AnswerFault, PullError, shown};
use super::messages;
use super::unfit::Unfit;
use super::wait;
use crate::config::PullConfig;

/// FHIR as JSON.
pub(super) const FHIR_JSON: &str = "application/fhir+json";

/// How many redirects are followed.
const REDIRECTS_MAX: usize = 5;
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(30);
/// The longest document that is read into memory: a list of files, what a server can do.
const DOCUMENT_BYTES_MAX: u64 = 64 << 20;
/// How much of an answer that refuses is kept for people.
const REFUSAL_BYTES_MAX: u64 = 1 << 20;

/// One server.
#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    base: Url,
    pass: Pass,
    clock: Clock,
    retries_max: u32,
    /// Where an answer that refuses is put for people to read.
    refusal: PathBuf,
}

/// A question to a server.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// The address.
    pub(super) url: Url,
    /// What is wanted.
    pub(super) accept: &'static str,
    /// What else is said.
    pub(super) headers: HeaderMap,
    /// Whether the token is shown, where it may be.
    pub(super) shows_token: bool,
    /// Whether another server may answer.
    pub(super) may_lead_elsewhere: bool,
}

impl Question {
    /// A question to the server itself.
    pub(super) fn of(url: Url) -> Self {
        Self {
            url,
            accept: FHIR_JSON,
            headers: HeaderMap::new(),
            shows_token: true,
            may_lead_elsewhere: false,
        }
    }
}

impl Http {
    /// Gets ready to ask; nothing is asked yet. Refusals are put into `refusal`.
    pub(super) fn new(
        ask: &Ask,
        config: &PullConfig,
        clock: &Clock,
        refusal: &Path,
    ) -> Result<Self, PullError> {
        let mut builder = Client::builder()
            .user_agent(concat!("aoba/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            // A packed file is kept as it came, whatever other crates let the client unpack.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .referer(false)
            .connect_timeout(CONNECT)
            .read_timeout(Duration::from_secs(config.idle_seconds_max.max(1)));
        if let Some(path) = &ask.ca {
            builder = builder.tls_certs_merge(certificates(path)?);
        }
        let client = builder.build().map_err(|error| PullError::unreachable(&ask.base, error))?;
        Ok(Self {
            client,
            base: ask.base.clone(),
            pass: ask.access.read()?,
            clock: clock.clone(),
            retries_max: config.retries_max,
            refusal: refusal.to_owned(),
        })
    }

    /// The clock of the house.
    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether there is a token to show.
    pub(super) fn has_token(&self) -> bool {
        !matches!(self.pass, Pass::Open)
    }

    /// How often a question is asked again.
    pub(super) fn retries_max(&self) -> u32 {
        self.retries_max
    }

    /// Asks until there is an answer that is not "later"; a refusal is an answer.
    pub(super) async fn ask(&self, question: &Question) -> Result<Response, PullError> {
        let mut failures = 0;
        loop {
            let error = match self.once(question).await {
                Ok(answer) => match busy(&answer, &self.clock) {
                    None => return Ok(answer),
                    Some(busy) => busy,
                },
                Err(error) if error.passes() => error,
                Err(error) => return Err(error),
            };
            let Some(wait) = wait::again(&error, failures, self.retries_max) else {
                return Err(error);
            };
            failures += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// Asks once. A token that was refused is renewed where it can be, and the question repeated.
    pub(super) async fn once(&self, question: &Question) -> Result<Response, PullError> {
        let token = self.token(question).await?;
        let answer = self.follow(question, token.as_ref()).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        match token {
            Some(token) if self.pass.renew(&token).await => {
                let token = self.token(question).await?;
                self.follow(question, token.as_ref()).await
            }
            _ => Ok(answer),
        }
    }

    /// Asks for a document and reads it as JSON.
    pub(super) async fn document(&self, question: &Question) -> Result<Value, PullError> {
        let answer = self.ask(question).await?;
        let answer = self.granted(question, answer).await?;
        self.json(question, answer).await
    }

    /// Reads an answer as JSON.
    pub(super) async fn json(
        &self,
        question: &Question,
        answer: Response,
    ) -> Result<Value, PullError> {
        let text = body::up_to(answer, &question.url, DOCUMENT_BYTES_MAX).await?;
        serde_json::from_slice(&text)
            .map_err(|_| PullError::answer(&question.url, AnswerFault::NotJson))
    }

    /// Passes on an answer that grants what was asked, and says what another one means.
    pub(super) async fn granted(
        &self,
        question: &Question,
        answer: Response,
    ) -> Result<Response, PullError> {
        let (url, status) = (shown(&question.url), answer.status());
        match status {
            _ if status.is_success() => Ok(answer),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let with_token = question.shows_token && self.has_token();
                Err(PullError::Denied { url, status, with_token })
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(PullError::Gone { url, status }),
            _ => {
                let (codes, kept) = self.refusal(&question.url, answer).await;
                Err(PullError::Status { url, status, codes, kept })
            }
        }
    }

    /// Reads why a server refuses: its codes, and where the whole of it was put.
    pub(super) async fn refusal(&self, url: &Url, answer: Response) -> (String, Option<PathBuf>) {
        let text = body::up_to(answer, url, REFUSAL_BYTES_MAX).await.unwrap_or_default();
        let codes = messages::codes(&text);
        if text.is_empty() {
            return (codes, None);
        }
        let kept = tokio::fs::write(&self.refusal, &text).await.is_ok();
        (codes, kept.then(|| self.refusal.clone()))
    }

    /// Tells the server that something is no longer wanted. What it answers matters to nobody.
    pub(super) async fn give_back(&self, url: &Url) {
        let question = Question::of(url.clone());
        for is_last in [false, true] {
            let Ok(token) = self.token(&question).await else { return };
            let request = self.request(&Method::DELETE, &question, url, token.as_ref());
            let status = match request.send().await {
                Ok(answer) => answer.status(),
                Err(error) => {
                    let error = error.without_url();
                    tracing::warn!(%error, "could not tell the server that its export is over");
                    return;
                }
            };
            match token {
                Some(token) if status == StatusCode::UNAUTHORIZED && !is_last => {
                    if !self.pass.renew(&token).await {
                        return;
                    }
                }
                _ => {
                    tracing::debug!(status = status.as_u16(), "gave an export back");
                    return;
                }
            }
        }
    }

    /// The token to show with a question; none where none is to be shown.
    async fn token(&self, question: &Question) -> Result<Option<Token>, PullError> {
        if !question.shows_token {
            return Ok(None);
        }
        let mut failures = 0;
        loop {
            let error = match self.pass.token(&self.client, &self.base, &self.clock).await {
                Err(error) if error.passes() => error,
                other => return other,
            };
            let Some(wait) = wait::again(&error, failures, self.retries_max) else {
                return Err(error);
            };
            failures += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// Asks, and follows where it is sent.
    async fn follow(
        &self,
        question: &Question,
        token: Option<&Token>,
    ) -> Result<Response, PullError> {
        let mut url = question.url.clone();
        for _ in 0..=REDIRECTS_MAX {
            let request = self.request(&Method::GET, question, &url, token);
            let asked = request.send().await;
            let answer = asked.map_err(|error| PullError::unreachable(&url, error))?;
            if !is_redirect(answer.status()) {
                return Ok(answer);
            }
            url = self.next(question, &url, answer.headers())?;
        }
        Err(Unfit::Redirects(shown(&question.url)).into())
    }

    fn request(
        &self,
        method: &Method,
        question: &Question,
        url: &Url,
        token: Option<&Token>,
    ) -> reqwest::RequestBuilder {
        let mut request = self
            .client
            .request(method.clone(), url.clone())
            .headers(question.headers.clone())
            .header(ACCEPT, question.accept);
        if let Some(token) = token.filter(|_| self.is_own(url)) {
            // A token has no character that a header cannot hold.
            if let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {}", token.as_str())) {
                value.set_sensitive(true);
                request = request.header(AUTHORIZATION, value);
            }
        }
        request
    }

    /// Whether an address is of the server that was named.
    pub(super) fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// Where a redirect leads, if one may go there.
    fn next(&self, question: &Question, from: &Url, headers: &HeaderMap) -> Result<Url, PullError> {
        let told = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let bad = || PullError::answer(from, AnswerFault::BadUrl);
        let to = from.join(told.ok_or_else(bad)?).map_err(|_| bad())?;
        let elsewhere = !self.is_own(&to) && !question.may_lead_elsewhere;
        if elsewhere || !may_go(from, &to) {
            return Err(Unfit::Elsewhere { from: shown(from), to: shown(&to) }.into());
        }
        Ok(to)
    }
}

/// Whether one may go from one address to another: nowhere but on the web, and never from where
/// nobody reads along to where somebody may.
pub(super) fn may_go(from: &Url, to: &Url) -> bool {
    match to.scheme() {
        "https" => true,
        "http" => from.scheme() == "http",
        _ => false,
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    )
}

/// Whether an answer says "later", and how much later.
pub(super) fn busy(answer: &Response, clock: &Clock) -> Option<PullError> {
    let status = answer.status();
    let later = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    );
    later.then(|| PullError::Busy {
        url: shown(answer.url()),
        status,
        wait: wait::asked_for(answer.headers(), clock.now()),
    })
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, AskError> {
    let bytes = std::fs::read(path).map_err(|error| AskError::Secret {
        place: path.display().to_string(),
        why: error.to_string(),
    })?;
    let fault = || AskError::Key { path: path.to_owned(), fault: KeyFault::NoCertificate };
    let found = Certificate::from_pem_bundle(&bytes).map_err(|_| fault())?;
    if found.is_empty() { Err(fault()) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_on_the_web_only_and_never_from_safe_to_open() {
        let check =
            |from: &str, to: &str| may_go(&Url::parse(from).unwrap(), &Url::parse(to).unwrap());
        assert!(check("https://a/x", "https://b/y"));
        assert!(check("http://a/x", "https://a/x") && check("http://a/x", "http://b/y"));
        assert!(!check("https://a/x", "http://a/x"));
        assert!(!check("http://a/x", "file:///etc/passwd"));
    }
}
