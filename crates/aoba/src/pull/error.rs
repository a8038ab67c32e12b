//! What can go wrong on the way from a server to the tables, as situations.
//!
//! Addresses stand here without their query: a query may hold a key of its own. What a server says
//! in its own words is not repeated, since it may hold what is a patient's; its codes are.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{StatusCode, Url};

use super::ask_error::AskError;
use super::unfit::Unfit;

/// Why a pull did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PullError {
    /// What was asked for cannot be.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The server cannot give it.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Nobody answers.
    #[error("cannot reach {url}: {why}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// What the network says.
        why: String,
    },
    /// The server cannot answer now.
    #[error("{url} answers {status}: too busy")]
    Busy {
        /// What was asked.
        url: String,
        /// What it answered.
        status: StatusCode,
        /// How long it asks to wait.
        wait: Option<Duration>,
    },
    /// The answer was cut off.
    #[error("the answer of {url} was cut off: {why}")]
    CutOff {
        /// What was asked.
        url: String,
        /// What the network says.
        why: String,
    },
    /// The server does not let us in.
    #[error("{url} does not let us in: {status}")]
    Denied {
        /// What was asked.
        url: String,
        /// 401 or 403.
        status: StatusCode,
        /// Whether a token was sent.
        with_token: bool,
    },
    /// The server does not give a token.
    #[error("{url} gives no token: {status} {code}")]
    NoToken {
        /// Where it was asked for.
        url: String,
        /// What was answered.
        status: StatusCode,
        /// The code of RFC 6749, where it is one.
        code: String,
    },
    /// The server refused.
    #[error("{url} answers {status} {codes}")]
    Status {
        /// What was asked.
        url: String,
        /// What it answered.
        status: StatusCode,
        /// The codes of its `OperationOutcome`.
        codes: String,
        /// Where its whole answer was put.
        kept: Option<PathBuf>,
    },
    /// What is asked for is there no longer.
    #[error("{url} is gone: {status}")]
    Gone {
        /// What was asked.
        url: String,
        /// 404 or 410.
        status: StatusCode,
    },
    /// The answer is not what it should be.
    #[error("the answer of {url} cannot be used: {fault:?}")]
    Answer {
        /// What was asked.
        url: String,
        /// What is wrong with it.
        fault: AnswerFault,
    },
    /// The server did not prepare the export in time.
    #[error("the export is not ready after {minutes} minutes")]
    NotReady {
        /// How long was waited.
        minutes: i64,
    },
    /// The server gave its export up.
    #[error("the server's export failed: {status} {codes}")]
    ExportFailed {
        /// What it answered.
        status: StatusCode,
        /// The codes of its `OperationOutcome`.
        codes: String,
        /// Where its whole answer was put.
        kept: Option<PathBuf>,
    },
    /// A file is not whole, again and again.
    #[error("{name} is not whole: {fault:?}")]
    NotWhole {
        /// The file.
        name: String,
        /// What is missing.
        fault: WholeFault,
    },
    /// The server could not give something.
    #[error("the server could not give {count} things")]
    Errors {
        /// How many.
        count: u64,
    },
    /// A file of the data folder cannot be written or read.
    #[error("cannot write {}: {source}", path.display())]
    Disk {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Somebody gave it up.
    #[error("given up")]
    GivenUp,
}

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AnswerFault {
    /// It is larger than can be.
    TooLarge {
        /// How many bytes are taken.
        bytes_max: u64,
    },
    /// It is packed in a way nobody asked for.
    Packing(String),
    /// It is not the JSON that it should be.
    NotJson,
    /// It does not tell where the export can be followed.
    NoStatusUrl,
    /// It is not the answer that was expected; here is what it is.
    Unexpected(String),
    /// An address in it cannot be read.
    BadUrl,
    /// A search leads from page to page in a circle.
    Circle,
}

/// What is missing of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WholeFault {
    /// Its last line ends in the middle.
    LastLine,
    /// It has fewer resources than the server said.
    Count {
        /// How many the server said.
        told: u64,
        /// How many came.
        found: u64,
    },
    /// It is not NDJSON at all.
    NotLines,
    /// Its packing is damaged.
    Packing,
}

impl PullError {
    /// Whether the same question may be answered a moment later.
    pub(super) fn passes(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Busy { .. } | Self::CutOff { .. })
    }

    /// How long the server asks to wait.
    pub(super) fn wait(&self) -> Option<Duration> {
        match self {
            Self::Busy { wait, .. } => *wait,
            _ => None,
        }
    }

    /// Whether what was fetched is worth keeping: the next pull goes on with it.
    pub(super) fn keeps(&self) -> bool {
        self.passes()
            || matches!(
                self,
                Self::Denied { .. }
                    | Self::NoToken { .. }
                    | Self::Status { .. }
                    | Self::NotReady { .. }
                    | Self::Disk { .. }
                    | Self::Ask(_)
            )
    }

    /// What a failed write comes to.
    pub(super) fn disk(path: &Path, source: std::io::Error) -> Self {
        Self::Disk { path: path.to_owned(), source }
    }

    /// An answer that cannot be used.
    pub(super) fn answer(url: &Url, fault: AnswerFault) -> Self {
        Self::Answer { url: shown(url), fault }
    }

    /// Nobody answered, or the connection broke before an answer came.
    pub(super) fn unreachable(url: &Url, error: reqwest::Error) -> Self {
        Self::Unreachable { url: shown(url), why: why(error) }
    }

    /// The connection broke while an answer came.
    pub(super) fn cut_off(url: &Url, error: reqwest::Error) -> Self {
        Self::CutOff { url: shown(url), why: why(error) }
    }
}

/// An address as it may be told: without query, password and fragment.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // An address that can have neither has none.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.to_string()
}

/// The innermost cause, which says most; without the address, which may hold a key.
fn why(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    if error.is_timeout() { "no answer in time".to_owned() } else { innermost.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_what_may_be_secret() {
        let url = Url::parse("https://u:p@store.example.jp/a/b?sig=k3y#x").unwrap();
        assert_eq!(shown(&url), "https://store.example.jp/a/b");
    }

    #[test]
    fn what_passes_is_asked_again_and_what_does_not_is_not() {
        let busy = PullError::Busy {
            url: String::new(),
            status: StatusCode::TOO_MANY_REQUESTS,
            wait: Some(Duration::from_secs(7)),
        };
        assert!(busy.passes());
        assert_eq!(busy.wait(), Some(Duration::from_secs(7)));
        assert!(!PullError::GivenUp.passes());
        let fault = WholeFault::LastLine;
        let short = PullError::NotWhole { name: "Patient-0001".to_owned(), fault };
        assert!(busy.keeps() && PullError::NotReady { minutes: 5 }.keeps() && !short.keeps());
    }
}
