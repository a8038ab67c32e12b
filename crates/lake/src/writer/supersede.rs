//! Rows that newer versions have replaced: named by the line they came from, since every row of
//! every table that a resource made carries its file and line.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use vocab::{LandingId, PatientId};

/// A line whose rows are no longer the newest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OldRow {
    /// Who sent it: two systems may send the same bytes.
    pub source: Arc<str>,
    /// The file the old version came in.
    pub file: LandingId,
    /// Its line or entry.
    pub line: i64,
    /// Whose it was, where known: then only files that can hold this person are looked at.
    pub patient: Option<PatientId>,
}

/// All lines whose rows go, by file and source.
#[derive(Clone, Debug, Default)]
pub(super) struct Gone {
    lines: HashMap<LandingId, HashMap<Arc<str>, HashSet<i64>>>,
}

/// The lines of one file, by source.
pub(super) type Lines = HashMap<Arc<str>, HashSet<i64>>;

impl Gone {
    pub(super) fn add(&mut self, row: OldRow) {
        let sources = self.lines.entry(row.file).or_default();
        sources.entry(row.source).or_default().insert(row.line);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn lines(&self, file: LandingId, source: &str) -> Option<&HashSet<i64>> {
        self.lines.get(&file)?.get(source)
    }

    /// The same by the files' names as they stand in the column `file`.
    pub(super) fn by_name(&self) -> HashMap<String, &Lines> {
        self.lines.iter().map(|(file, lines)| (file.to_string(), lines)).collect()
    }
}
