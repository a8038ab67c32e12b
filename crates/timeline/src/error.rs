//! What can go wrong.

use std::path::{Path, PathBuf};

use crate::format::Damage;

/// Why an index could not be built or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Bytes that are not what was written. Build the index anew.
    #[error("{path}: {part} is damaged: {damage}; rebuild the index")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Which part of it.
        part: String,
        /// What is wrong with it.
        damage: Damage,
    },
    /// People must come sorted by their id, each once.
    #[error("people are not sorted by their id")]
    PersonsNotSorted,
    /// Rows must come sorted by patient.
    #[error("events are not sorted by patient")]
    RowsNotSorted,
    /// More than the layout can hold.
    #[error("{0} would be larger than an index can hold")]
    TooLarge(&'static str),
    /// A thread ended before its work.
    #[error("a thread of the index ended before its work")]
    Worker,
    /// A cohort that looks at several patients inside another.
    #[error("cohort {0} is a sample or is matched, and so cannot be a part of another here")]
    LooksAtOthers(String),
    /// Matching among more patients than can be held.
    #[error("the definition matches among more than {} patients", crate::answer::MATCHED_MAX)]
    TooManyTogether,
    /// The definition cannot be answered.
    #[error(transparent)]
    Refused(#[from] cohort::eval::Refused),
    /// Two ways to find the same candidates found others: a fault of the program.
    #[error("index and evaluator do not agree on who enters; report this definition")]
    Disagree,
    /// Whoever asked has gone.
    #[error("cancelled")]
    Cancelled,
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}
