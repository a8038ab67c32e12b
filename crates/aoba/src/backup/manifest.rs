//! What is in a generation: every file with its size and digest, and what the copied home answers.
//!
//! The list has a digest of its own beside it, in the form that `sha256sum --check` reads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::place::write_synced;
use super::trouble::{BackupError, at};

/// The list's name in its generation.
pub(super) const LIST: &str = "manifest.json";
/// The name of the list's digest.
pub(super) const LIST_DIGEST: &str = "manifest.sha256";
/// Where a generation's files lie.
pub(super) const FILES: &str = "files";

/// The form of the list; a later one is not read.
const FORM: u32 = 1;

/// What is in a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The form of this list.
    pub(super) form: u32,
    /// The version of the program that made it.
    pub(super) program: String,
    /// The generation's number.
    pub(super) generation: u64,
    /// When it was made, in UTC.
    pub(super) made: String,
    /// Whether the keys are in it.
    pub(super) keys: bool,
    /// Where the lake lies, when it was not copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lake_elsewhere: Option<String>,
    /// What the copied home answers.
    pub(super) facts: Facts,
    /// What was wrong with the home when it was copied.
    pub(super) faults: Vec<String>,
    /// Every file, by its path below `files`.
    pub(super) files: Vec<Entry>,
}

/// One file of a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Where it lies in a home, with `/`.
    pub(super) path: String,
    /// How large it is.
    pub(super) size_bytes: u64,
    /// The SHA-256 of its bytes.
    pub(super) sha256: String,
    /// It was not what its name says when it was copied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) damaged: bool,
}

/// What a home answers, to be asked again once it is restored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Facts {
    /// The newest snapshot.
    pub(super) snapshot: Option<i64>,
    /// How many snapshots can be read.
    pub(super) snapshots: u64,
    /// How many rows the audit has.
    pub(super) audit_rows: u64,
    /// The hash of the audit's last row.
    pub(super) audit_head: String,
    /// How many files were received.
    pub(super) received: u64,
    /// The rows of each table in the newest snapshot.
    pub(super) tables: BTreeMap<String, u64>,
}

impl Facts {
    /// What differs from what was backed up; nothing where all is the same.
    pub(super) fn differences(&self, restored: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let mut hold = |what: &str, was: String, is: String| {
            if was != is {
                found.push(format!("{what}: {is}, not {was}"));
            }
        };
        let number = |number: Option<i64>| number.map_or("none".to_owned(), |n| n.to_string());
        hold("newest snapshot", number(self.snapshot), number(restored.snapshot));
        hold("snapshots", self.snapshots.to_string(), restored.snapshots.to_string());
        hold("audit rows", self.audit_rows.to_string(), restored.audit_rows.to_string());
        hold("audit head", self.audit_head.clone(), restored.audit_head.clone());
        hold("received files", self.received.to_string(), restored.received.to_string());
        let tables = |facts: &Self| format!("{:?}", facts.tables);
        hold("rows of the tables", tables(self), tables(restored));
        found
    }
}

impl Manifest {
    /// A list to be filled.
    pub(super) fn new(generation: u64, made: String) -> Self {
        Self {
            form: FORM,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            generation,
            made,
            keys: false,
            lake_elsewhere: None,
            facts: Facts::default(),
            faults: Vec::new(),
            files: Vec::new(),
        }
    }

    /// How large the files are together.
    pub(super) fn size_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).sum()
    }

    /// Writes the list and its digest into a generation's folder.
    pub(super) fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let path = folder.join(LIST);
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| BackupError::List { path: path.clone(), what: error.to_string() })?;
        let digest = folder.join(LIST_DIGEST);
        write_synced(&digest, line(&hex(&Sha256::digest(&text))).as_bytes())?;
        write_synced(&path, &text)
    }

    /// Reads the list of a generation, once its digest is what was written.
    pub(super) fn read(folder: &Path) -> Result<Self, BackupError> {
        let (path, digest) = (folder.join(LIST), folder.join(LIST_DIGEST));
        let text = std::fs::read(&path).map_err(at("read", &path))?;
        let told = std::fs::read(&digest).map_err(at("read", &digest))?;
        let wrong = |path: &PathBuf, what: &str| BackupError::List {
            path: path.clone(),
            what: what.to_owned(),
        };
        let found = hex(&Sha256::digest(&text));
        if told != line(&found).into_bytes() {
            return Err(wrong(&path, &format!("its digest is not the one in {LIST_DIGEST}")));
        }
        #[derive(Deserialize)]
        struct Form {
            form: u32,
        }
        let form: Form = serde_json::from_slice(&text).map_err(|e| wrong(&path, &e.to_string()))?;
        if form.form > FORM {
            return Err(BackupError::Newer(folder.to_owned()));
        }
        serde_json::from_slice(&text).map_err(|error| wrong(&path, &error.to_string()))
    }
}

/// The digest's file: what `sha256sum --check` reads.
fn line(digest: &str) -> String {
    format!("{digest}  {LIST}\n")
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let mut manifest = Manifest::new(3, "2026-11-26T03:00:00Z".to_owned());
        let (path, sha256) = ("ledger.db".to_owned(), "00".repeat(32));
        manifest.files.push(Entry { path, size_bytes: 7, sha256, damaged: false });
        manifest
    }

    #[test]
    fn a_list_is_read_as_it_was_written_and_each_changed_byte_of_it_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        manifest().write(folder.path()).unwrap();
        assert_eq!(Manifest::read(folder.path()).unwrap(), manifest());
        for name in [LIST, LIST_DIGEST] {
            let path = folder.path().join(name);
            let whole = std::fs::read(&path).unwrap();
            for at in 0..whole.len() {
                let mut changed = whole.clone();
                changed[at] ^= 0x20;
                std::fs::write(&path, changed).unwrap();
                assert!(Manifest::read(folder.path()).is_err(), "{name}, byte {at}");
            }
            std::fs::write(&path, whole).unwrap();
        }
    }

    #[test]
    fn a_list_of_a_later_form_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        Manifest { form: FORM + 1, ..manifest() }.write(folder.path()).unwrap();
        assert!(matches!(Manifest::read(folder.path()), Err(BackupError::Newer(_))));
    }

    #[test]
    fn what_a_restored_home_answers_otherwise_is_told() {
        let was = Facts { snapshot: Some(4), audit_rows: 9, ..Facts::default() };
        assert_eq!(was.differences(&was), [""; 0]);
        let is = Facts { audit_rows: 8, ..was.clone() };
        assert_eq!(was.differences(&is), ["audit rows: 8, not 9"]);
    }
}
