//! Rows that newer versions have replaced: named by the line they came from, since every row of
//! every table that a resource made carries its file and line.

use std::collections::{HashMap, HashSet};

use vocab::{LandingId, PatientId};

/// A line whose rows are no longer the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OldRow {
    /// The file the old version came in.
    pub file: LandingId,
    /// Its line or entry.
    pub line: i64,
    /// Whose it was, where known: then only files that can hold this person are looked at.
    pub patient: Option<PatientId>,
}

/// All lines whose rows go.
#[derive(Clone, Debug, Default)]
pub(super) struct Gone {
    lines: HashMap<LandingId, HashSet<i64>>,
}

impl Gone {
    pub(super) fn add(&mut self, row: OldRow) {
        self.lines.entry(row.file).or_default().insert(row.line);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn lines(&self, file: LandingId) -> Option<&HashSet<i64>> {
        self.lines.get(&file)
    }

    /// The same by the files' names as they stand in the column `file`.
    pub(super) fn by_name(&self) -> HashMap<String, &HashSet<i64>> {
        self.lines.iter().map(|(file, lines)| (file.to_string(), lines)).collect()
    }
}
