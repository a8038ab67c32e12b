//! Which files some snapshots rest on: what a backup copies, and nothing that came later.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use futures::TryStreamExt as _;
use ledger::Snapshot;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

use crate::delta::TableError;
use crate::house::{Lake, LakeError};

/// A file of the lake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LakePart {
    /// Where, from the lake's root.
    pub path: String,
    /// How large it is.
    pub size_bytes: u64,
    /// Its name holds a hash of its bytes: what has its name and size is it.
    pub is_named_by_content: bool,
    /// The hash it has instead of the one in its name, since rows were emptied in it.
    pub emptied: Option<String>,
    /// Its bytes, where the next commit may write other ones under the same name.
    pub bytes: Option<Vec<u8>>,
}

/// What some snapshots rest on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    /// The files, by path.
    pub files: Vec<LakePart>,
    /// Tables that could not be opened, and why.
    pub faults: Vec<String>,
}

impl Lake {
    /// The folder of the tables, when they lie on this machine.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        self.inner.tables.folder()
    }

    /// Every file that these snapshots rest on: their data files, and the logs up to the newest
    /// version that one of them names.
    ///
    /// # Errors
    /// When the store cannot be listed. A table that cannot be opened is a fault, not an error.
    pub async fn needed(&self, snapshots: &[Snapshot]) -> Result<Needed, LakeError> {
        let mut versions: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
        for table in snapshots.iter().flat_map(|snapshot| &snapshot.tables) {
            let named = versions.entry(&table.table).or_default();
            named.insert(table.delta_version.unsigned_abs());
        }
        let (mut files, mut faults) = (BTreeSet::new(), Vec::new());
        let erased = self.inner.ledger.erasures().files().await?;
        for (table, versions) in versions {
            let newest = versions.last().copied().unwrap_or_default();
            for version in versions {
                match self.open_at(table, version).await {
                    Ok(at) => files.extend(at.files.into_iter().map(|file| {
                        let key = (table.to_owned(), file.path);
                        LakePart {
                            path: format!("{table}/{}", key.1),
                            size_bytes: file.size_bytes,
                            is_named_by_content: !erased.contains_key(&key),
                            emptied: erased.get(&key).cloned(),
                            bytes: None,
                        }
                    })),
                    Err(error) => faults.push(error.to_string()),
                }
            }
            files.extend(self.log_parts(table, newest).await?);
        }
        Ok(Needed { files: files.into_iter().collect(), faults })
    }

    async fn log_parts(&self, table: &str, newest: u64) -> Result<Vec<LakePart>, LakeError> {
        let failed = |source| TableError::Store { table: table.to_owned(), source };
        let store = self.inner.tables.bare_store(table)?;
        let log = Path::from("_delta_log");
        let all: Vec<_> = store.list(Some(&log)).try_collect().await.map_err(failed)?;
        let mut parts = Vec::new();
        for file in all {
            let (version, bytes) = match file.location.filename() {
                Some("_last_checkpoint") => note(store.as_ref(), &file.location).await,
                Some(name) => (of_version(name), None),
                None => (None, None),
            };
            if version.is_some_and(|version| version <= newest) {
                parts.push(LakePart {
                    path: format!("{table}/{}", file.location),
                    size_bytes: bytes.as_ref().map_or(file.size, |bytes| bytes.len() as u64),
                    is_named_by_content: false,
                    emptied: None,
                    bytes,
                });
            }
        }
        Ok(parts)
    }
}

/// The version that a file of a log is of; none for what is no part of it.
fn of_version(name: &str) -> Option<u64> {
    let number = name.strip_suffix(".json").or_else(|| name.strip_suffix(".checkpoint.parquet"))?;
    number.parse().ok()
}

/// The version that the note of the last checkpoint names, and what the note says.
async fn note(store: &dyn ObjectStore, path: &Path) -> (Option<u64>, Option<Vec<u8>>) {
    let read = async { store.get(path).await?.bytes().await };
    let Ok(bytes) = read.await else { return (None, None) };
    let note: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
    (note.and_then(|note| note.get("version")?.as_u64()), Some(bytes.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_log_tells_its_version() {
        assert_eq!(of_version("00000000000000000012.json"), Some(12));
        assert_eq!(of_version("00000000000000000099.checkpoint.parquet"), Some(99));
        assert_eq!(of_version("00000000000000000012.json.tmp"), None);
        assert_eq!(of_version("00000000000000000012.crc"), None);
    }
}
