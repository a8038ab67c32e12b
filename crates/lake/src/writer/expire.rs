//! Freeing what no snapshot that can be read still names.
//!
//! The ledger says first that a snapshot can be read no longer; files go afterwards. A run that died
//! in between leaves files that nothing names, and the next run removes them.

use std::collections::{BTreeMap, BTreeSet};

use futures::TryStreamExt as _;
use ledger::{Hold, Snapshot};
use object_store::ObjectStoreExt as _;
use serde::Serialize;

use super::Writer;
use crate::delta::TableError;
use crate::house::LakeError;

/// What was freed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Freed {
    /// Data files that no readable snapshot named.
    pub files: u64,
    /// How large they were together.
    pub size_bytes: u64,
}

impl Writer {
    /// Removes the data files of every table that none of these snapshots names; they must be all
    /// that can be read. With `keep`, nothing is removed, only counted. The hold is for removing:
    /// nobody copies files meanwhile.
    ///
    /// # Errors
    /// When a log or a folder cannot be read, or a file not be removed.
    pub async fn free(
        &self,
        _hold: &Hold,
        readable: &[Snapshot],
        keep: bool,
    ) -> Result<Freed, LakeError> {
        let mut versions: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for table in readable.iter().flat_map(|snapshot| &snapshot.tables) {
            versions.entry(&table.table).or_default().insert(table.delta_version);
        }
        let mut freed = Freed::default();
        for (table, versions) in versions {
            let mut named = BTreeSet::new();
            for version in versions {
                let at = self.lake.open_at(table, version.unsigned_abs()).await?;
                named.extend(at.files.into_iter().map(|file| file.path));
            }
            self.faults.step(&format!("free {table}"))?;
            let failed = |source| TableError::store(table, source);
            let store = self.lake.inner.tables.store(table)?;
            let all: Vec<_> = store.list(None).try_collect().await.map_err(failed)?;
            let mut gone = Vec::new();
            for file in all {
                let path = file.location.as_ref();
                if !path.ends_with(".parquet") || path.contains('/') || named.contains(path) {
                    continue;
                }
                freed.files += 1;
                freed.size_bytes += file.size;
                if !keep {
                    store.delete(&file.location).await.map_err(failed)?;
                    gone.push(path.to_owned());
                }
            }
            if !gone.is_empty() {
                self.lake.inner.ledger.lake_files().forget(&self.lease, table, &gone).await?;
            }
        }
        Ok(freed)
    }
}
