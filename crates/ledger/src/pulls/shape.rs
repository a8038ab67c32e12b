//! What a pull is made of: what is asked, how it went, what the server said.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use vocab::{Actor, LandingId, LoadId, Locale, PullId};

use crate::audit::as_text;
use crate::loads::as_optional_text;

/// A pull that is about to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPull {
    /// Its name in the settings, where it has one.
    pub name: Option<String>,
    /// The sending system, as given by `--source`.
    pub source: String,
    /// The server's address.
    pub base: String,
    /// What is asked of it, without since when.
    pub asked: String,
    /// Only what changed since this moment, as the server wrote it.
    pub since: Option<String>,
    /// Who runs it.
    pub actor: Actor,
}

/// How a pull ended, or that it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PullOutcome {
    /// It is running now.
    Running,
    /// Everything the server has was fetched and loaded.
    Completed,
    /// What came was loaded, and the server said that something could not be given: the next pull
    /// asks from the same moment again.
    Incomplete,
    /// It ended with an error; nothing of it was loaded.
    Failed,
    /// Somebody gave it up.
    Cancelled,
    /// Its process died; the next one goes on where it was.
    Interrupted,
}

/// How records are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PullWay {
    /// A bulk export, which the server prepares as files.
    Export,
    /// Searches, page by page.
    Search,
}

/// What a server said about an export, counted: its own words may hold what is a patient's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PullMessage {
    /// As in `OperationOutcome.issue.severity`.
    pub severity: String,
    /// As in `OperationOutcome.issue.code`.
    pub code: String,
    /// How many times.
    pub count: u64,
}

impl PullMessage {
    /// Whether it tells of something that was not given.
    #[must_use]
    pub fn is_error(&self) -> bool {
        !["warning", "information", "success"].contains(&self.severity.as_str())
    }
}

/// Why a pull failed, for people; never a patient's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PullFailure {
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
}

impl PullFailure {
    /// In the reader's language.
    #[must_use]
    pub fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::Ja => &self.ja,
            Locale::En => &self.en,
        }
    }
}

/// How a pull ends.
#[derive(Clone, Debug)]
pub struct PullEnding {
    /// How.
    pub outcome: PullOutcome,
    /// How the records were asked for, where it came so far.
    pub way: Option<PullWay>,
    /// The moment for which the server's answer holds.
    pub server_time: Option<String>,
    /// The load that took the records; none where there were none.
    pub load: Option<LoadId>,
    /// What the server said.
    pub messages: Vec<PullMessage>,
    /// The files in which it said so, as kept in the landing.
    pub message_files: Vec<LandingId>,
    /// What went wrong.
    pub failure: Option<PullFailure>,
}

impl PullEnding {
    /// An ending without anything to tell.
    #[must_use]
    pub fn of(outcome: PullOutcome) -> Self {
        Self {
            outcome,
            way: None,
            server_time: None,
            load: None,
            messages: Vec::new(),
            message_files: Vec::new(),
            failure: None,
        }
    }
}

/// One pull.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PullInfo {
    /// Its number.
    pub id: PullId,
    /// Its name in the settings, where it has one.
    pub name: Option<String>,
    /// The sending system.
    pub source: String,
    /// The server's address.
    pub base: String,
    /// What was asked of it.
    pub asked: String,
    /// Only what changed since then.
    pub since: Option<String>,
    /// Who ran it.
    pub actor: String,
    /// When it began.
    #[serde(serialize_with = "as_text")]
    pub started: Timestamp,
    /// When it ended.
    #[serde(serialize_with = "as_optional_text")]
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub outcome: PullOutcome,
    /// How the records were asked for.
    pub way: Option<PullWay>,
    /// The moment for which the server's answer holds.
    pub server_time: Option<String>,
    /// The load that took the records.
    pub load: Option<LoadId>,
    /// What the server said.
    pub messages: Vec<PullMessage>,
    /// What went wrong, where it failed.
    pub failure: Option<PullFailure>,
}

/// A pull that is to run again and again, as the settings say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// The sending system.
    pub source: String,
    /// The server's address.
    pub base: String,
    /// What is asked of it.
    pub asked: String,
    /// How much later the next one begins than the one before.
    #[serde(serialize_with = "as_seconds")]
    pub every: SignedDuration,
}

fn as_seconds<S: serde::Serializer>(
    duration: &SignedDuration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(duration.as_secs())
}

impl PullOutcome {
    /// The word under which it is stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

impl PullWay {
    /// The word under which it is stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Export => "export",
            Self::Search => "search",
        }
    }
}

impl fmt::Display for PullOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
