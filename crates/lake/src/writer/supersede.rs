//! Rows that newer versions have replaced: named by the line they came from, since every row of
//! every table that a resource made carries its file and line.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use vocab::{LandingId, PatientId};

use super::pages::Sought;
use crate::tables::{KEY_HASH, PATIENT_ID};

/// A line whose rows are no longer the newest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OldRow {
    /// Who sent it: two systems may send the same bytes.
    pub source: Arc<str>,
    /// The file the old version came in.
    pub file: LandingId,
    /// Its line or entry.
    pub line: i64,
    /// Where its rows lie.
    pub place: OldPlace,
}

/// Where the rows of one resource lie: where that is known, nothing else is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OldPlace {
    /// Anywhere.
    Unknown,
    /// In the files of the load under way.
    ThisLoad,
    /// Where the rows of these people lie.
    At {
        /// Whose its rows are, and those of what it contains; one may be nobody's.
        patients: Vec<Option<PatientId>>,
        /// The hash of its key.
        key_hash: i64,
    },
}

/// All lines whose rows go, by file and source.
#[derive(Clone, Debug, Default)]
pub(super) struct Gone {
    lines: HashMap<LandingId, HashMap<Arc<str>, HashSet<i64>>>,
    patients: Vec<i64>,
    nobody: bool,
    hashes: Vec<i64>,
    /// Of some it is not known where their rows lie.
    anywhere: bool,
    /// Some lie in files of this load.
    in_this_load: bool,
}

/// The lines of one file, by source.
pub(super) type Lines = HashMap<Arc<str>, HashSet<i64>>;

/// All lines, by the files' names.
pub(super) type ByName = HashMap<String, Lines>;

impl Gone {
    pub(super) fn add(&mut self, row: OldRow) {
        let sources = self.lines.entry(row.file).or_default();
        sources.entry(row.source).or_default().insert(row.line);
        match row.place {
            OldPlace::Unknown => self.anywhere = true,
            OldPlace::ThisLoad => self.in_this_load = true,
            OldPlace::At { patients, key_hash } => {
                self.hashes.push(key_hash);
                self.nobody |= patients.contains(&None);
                self.patients.extend(patients.into_iter().flatten().map(PatientId::get));
            }
        }
    }

    /// Whether rows of the load's own files may go.
    pub(super) fn reaches_this_load(&self) -> bool {
        self.anywhere || self.in_this_load
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn lines(&self, file: LandingId, source: &str) -> Option<&HashSet<i64>> {
        self.lines.get(&file)?.get(source)
    }

    /// The same by the files' names as they stand in the column `file`.
    pub(super) fn by_name(&self) -> ByName {
        self.lines.iter().map(|(file, lines)| (file.to_string(), lines.clone())).collect()
    }

    /// Where to look in a table whose rows lie by this column; nothing where rows may be anywhere.
    pub(super) fn sought(&self, order: &str) -> Option<Sought> {
        match order {
            _ if self.anywhere => None,
            PATIENT_ID => Some(Sought::new(self.patients.clone(), self.nobody)),
            KEY_HASH => Some(Sought::new(self.hashes.clone(), false)),
            _ => None,
        }
    }
}
