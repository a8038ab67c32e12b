//! How the values of loads are stored and shown.

use jiff::Timestamp;
use serde::Serializer;
use vocab::{Actor, IssueCode, LandingId};

use super::{LoadOutcome, SnapshotKind};
use crate::error::LedgerError;

const OUTCOMES: [LoadOutcome; 5] = [
    LoadOutcome::Running,
    LoadOutcome::Committed,
    LoadOutcome::Unchanged,
    LoadOutcome::Failed,
    LoadOutcome::Interrupted,
];

impl LoadOutcome {
    /// The word under which it is stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Committed => "committed",
            Self::Unchanged => "unchanged",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    pub(super) fn of(word: &str) -> Result<Self, LedgerError> {
        let found = OUTCOMES.into_iter().find(|outcome| outcome.word() == word);
        found.ok_or_else(|| damaged("an outcome of a load", word))
    }
}

impl SnapshotKind {
    /// The word under which it is stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Rebuild => "rebuild",
            Self::Optimize => "optimize",
            Self::Erase => "erase",
        }
    }

    pub(super) fn of(word: &str) -> Result<Self, LedgerError> {
        let all = [Self::Ingest, Self::Rebuild, Self::Optimize, Self::Erase];
        let found = all.into_iter().find(|kind| kind.word() == word);
        found.ok_or_else(|| damaged("a kind of snapshot", word))
    }
}

pub(super) fn landing_id(text: &str) -> Result<LandingId, LedgerError> {
    text.parse().map_err(|_| damaged("an id of a file", text))
}

pub(super) fn issue_code(word: &str) -> Result<IssueCode, LedgerError> {
    let found = IssueCode::ALL.iter().copied().find(|code| code.word() == word);
    found.ok_or_else(|| damaged("a code of an issue", word))
}

pub(super) fn actor(name: &str) -> Result<Actor, LedgerError> {
    Actor::new(name).map_err(|_| damaged("an actor", name))
}

fn damaged(what: &'static str, found: &str) -> LedgerError {
    LedgerError::Damaged { what, found: found.to_owned() }
}

/// Writes a file's id as hexadecimal.
pub(super) fn as_hex<S: Serializer>(id: &LandingId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

/// Writes an instant as text, or null.
pub(crate) fn as_optional_text<S: Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}
