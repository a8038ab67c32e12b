//! One table's part of a commit: its log, and what the table then holds.

use std::collections::HashSet;

use ledger::SnapshotTable;

use super::load::rows_wrong;
use super::{LoadMode, part, rewrite};
use crate::delta::{Change, DataFile, Mode, Occasion, TableAt};
use crate::house::{Lake, LakeError};
use crate::tables::TableSpec;

/// What a table needs to be committed apart from the others.
pub(super) struct Publish {
    pub(super) lake: Lake,
    pub(super) mode: LoadMode,
    /// The table in the snapshot before.
    pub(super) known: Option<SnapshotTable>,
    pub(super) spec: TableSpec,
    pub(super) at: Option<TableAt>,
    pub(super) change: Change,
    /// The people of the files added, a list for each file.
    pub(super) people: Vec<Vec<i64>>,
    /// Resources added and removed.
    pub(super) resources: (u64, u64),
}

impl Publish {
    /// Whether the table's log gets a new version.
    pub(super) fn writes_log(&self) -> bool {
        let hash = Some(&self.spec.definition_hash);
        let is_empty = self.change.add.is_empty() && self.change.remove.is_empty();
        self.at.as_ref().is_none_or(|at| at.definition_hash.as_ref() != hash || !is_empty)
    }

    /// Commits the log where it changes, and tells what the table then holds.
    pub(super) async fn run(self) -> Result<SnapshotTable, LakeError> {
        let writes_log = self.writes_log();
        if let (false, Some(known)) = (writes_log, &self.known) {
            return Ok(known.clone());
        }
        let tables = &self.lake.inner.tables;
        let at_ms = self.lake.inner.ledger.clock().now().as_millisecond();
        let version = match &self.at {
            Some(open) if !writes_log => open.version,
            Some(open) => {
                let mode = match self.mode {
                    LoadMode::Add => Mode::Load,
                    LoadMode::Replace => Mode::Rebuild,
                };
                let occasion = Occasion { mode, at_ms };
                tables.commit(open, Some(&self.spec), &self.change, occasion).await?
            }
            None => tables.create(&self.spec, &self.change.add, at_ms).await?,
        };
        self.describe(version).await
    }

    /// The table as the snapshot names it.
    async fn describe(self, version: u64) -> Result<SnapshotTable, LakeError> {
        let removed: HashSet<&str> =
            self.change.remove.iter().map(|file| file.path.as_str()).collect();
        let before = self.at.iter().flat_map(|at| &at.files);
        let stay: Vec<&DataFile> =
            before.filter(|file| !removed.contains(file.path.as_str())).collect();
        let people = self.people_with(&stay).await?;
        let files = stay.iter().copied().chain(&self.change.add);
        let (count, rows, size_bytes) = files.fold((0, 0, 0), |(count, rows, bytes), file| {
            (count + 1, rows + file.rows, bytes + file.size_bytes)
        });
        let resources_before = match self.mode {
            LoadMode::Add => self.known.as_ref().map_or(0, |known| known.resources),
            LoadMode::Replace => 0,
        };
        let (added, gone) = self.resources;
        Ok(SnapshotTable {
            table: self.spec.name.clone(),
            delta_version: i64::try_from(version).unwrap_or(i64::MAX),
            definition_hash: self.spec.definition_hash.clone(),
            rows,
            resources: (resources_before + added).saturating_sub(gone),
            patients: people,
            files: count,
            size_bytes,
        })
    }

    /// How many people the files that stay and those added are about.
    async fn people_with(&self, stay: &[&DataFile]) -> Result<u64, LakeError> {
        let name = self.spec.name.as_str();
        let mut people: HashSet<i64> = self.people.iter().flatten().copied().collect();
        for file in stay.iter().filter(|file| file.patients.is_some()) {
            let bytes = part::read(&self.lake.inner.tables, name, file).await?;
            let work = tokio::task::spawn_blocking(move || {
                rewrite::add_patients(&bytes, &mut people).map(|()| people)
            });
            let done = work.await.map_err(|died| LakeError::Stopped(died.to_string()))?;
            people = done.map_err(|error| rows_wrong(name, &error))?;
        }
        Ok(people.len() as u64)
    }
}
