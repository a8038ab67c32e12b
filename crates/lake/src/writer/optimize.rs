//! Compaction: the small files that many loads leave behind become few large ones. The same rows,
//! sorted by patient over all of them, under a new snapshot; older snapshots keep their files.

mod merge;
mod runs;

use std::sync::Arc;

use ledger::{LoadCommit, Snapshot, SnapshotKind, SnapshotTable};
use serde::Serialize;
use vocab::{LoadId, SnapshotId};

use super::book::{self, Entry};
use super::{Writer, heal};
use crate::delta::{Change, DataFile, Deleted, Mode, Occasion, TableAt, TableError};
use crate::file::Effort;
use crate::house::LakeError;
use merge::{Merged, Run};
use runs::Rounds;

/// A file is written anew when more than one of so many of its rows do not count.
const MARKED_SHARE_MAX: u64 = 20;

/// Which files are put together.
#[derive(Clone, Copy, Debug)]
pub struct Compaction {
    /// A file is as large as this when it is full.
    pub file_bytes: u64,
    /// Full files too, so that no two hold the same patient.
    pub whole: bool,
}

impl Default for Compaction {
    fn default() -> Self {
        Self { file_bytes: 128 << 20, whole: false }
    }
}

/// What became of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compacted {
    /// The table.
    pub table: String,
    /// How many files it had.
    pub files_before: u64,
    /// How many it has.
    pub files_after: u64,
    /// How large these were together.
    pub bytes_before: u64,
    /// How large these are.
    pub bytes_after: u64,
}

impl Writer {
    /// Puts small files together, under a load that the ledger has begun. Tells `rows_done` how many
    /// rows were written since the last time.
    ///
    /// # Nulls
    /// No snapshot where no table has files worth putting together.
    ///
    /// # Errors
    /// When a file, a log or the ledger cannot be read or written; the last snapshot stands.
    pub async fn compact(
        &mut self,
        load: LoadId,
        how: Compaction,
        rows_done: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(Vec<Compacted>, Option<SnapshotId>), LakeError> {
        self.faults.step("begin")?;
        let inner = Arc::clone(&self.lake.inner);
        let Some(snapshot) = inner.ledger.snapshots().latest().await? else {
            return Ok((Vec::new(), None));
        };
        let mut chosen = Vec::new();
        for table in &snapshot.tables {
            // The newest version, which holds what the snapshot's does: the writer has healed it.
            let missing = || TableError::Missing { table: table.table.clone() };
            let at = self.lake.open_newest(&table.table).await?.ok_or_else(missing)?;
            let small = choose(&at.files, how);
            if !small.is_empty() {
                chosen.push((at, small));
            }
        }
        if chosen.is_empty() {
            return Ok((Vec::new(), None));
        }
        let names: Vec<&str> = chosen.iter().map(|(at, _)| at.name.as_str()).collect();
        heal::mark(&self.lake, load, &names)?;
        let (mut told, mut changed, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        let mut next_part = 0;
        for (at, small) in &chosen {
            let known = snapshot.table(&at.name);
            let merged = self.merge(load, (at, small), (how, &mut next_part), rows_done).await?;
            let (table, entry) = self.publish(at, small, known, merged).await?;
            told.push(Compacted {
                table: at.name.clone(),
                files_before: at.files.len() as u64,
                files_after: table.files,
                bytes_before: at.files.iter().map(|file| file.size_bytes).sum(),
                bytes_after: table.size_bytes,
            });
            changed.push(table);
            entries.push(entry);
        }
        let tables = with(&snapshot, changed);
        self.faults.step("book")?;
        book::write_down(&self.lake, &self.lease, entries).await?;
        self.faults.step("ledger")?;
        let commit = LoadCommit {
            load,
            kind: SnapshotKind::Optimize,
            tables,
            files: Vec::new(),
            quarantine: Vec::new(),
            warnings: Vec::new(),
            keys: inner.ledger.patient_keys_unread(),
            anew: false,
        };
        let id = inner.ledger.loads().commit(&self.lease, commit).await?;
        self.faults.step("committed")?;
        heal::unmark(&self.lake, load)?;
        Ok((told, Some(id)))
    }

    async fn merge(
        &self,
        load: LoadId,
        (at, small): (&TableAt, &[DataFile]),
        (how, next_part): (Compaction, &mut usize),
        rows_done: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Vec<DataFile>, LakeError> {
        let mut runs = runs::of(at, small).await?;
        let rounds = Rounds::of(small, self.lake.inner.config.memory_bytes_max);
        let times = rounds.times(runs.len());
        let done = |rows: u64| rows_done(rows / times);
        let mut aside = Vec::new();
        while runs.len() > rounds.at_once {
            let mut longer = Vec::new();
            for some in runs.chunks(rounds.at_once) {
                let how = (how, Effort::Load);
                longer.push(self.merge_runs(load, (at, some), (how, next_part), &done).await?);
            }
            aside.extend(longer.iter().flatten().cloned());
            runs = longer;
        }
        let how = (how, Effort::Small);
        let files = self.merge_runs(load, (at, &runs), (how, next_part), &done).await?;
        for file in &aside {
            self.lake.inner.tables.remove(&at.name, &file.path).await?;
        }
        Ok(files)
    }

    /// Puts runs of files together into one longer run.
    async fn merge_runs(
        &self,
        load: LoadId,
        (at, runs): (&TableAt, &[Run]),
        ((how, effort), next_part): ((Compaction, Effort), &mut usize),
        rows_done: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Run, LakeError> {
        let mut merged = Merged::open(&self.lake, at, runs, effort).await?;
        let mut files = Vec::new();
        while let Some(encoded) = merged.next_file(how.file_bytes, rows_done).await? {
            self.faults.step(&format!("file {}", at.name))?;
            let tables = &self.lake.inner.tables;
            let part = super::part::write(tables, &at.name, load, *next_part, encoded).await?;
            *next_part += 1;
            files.push(part.file);
        }
        Ok(files)
    }

    /// Commits one table's log; gives the table as the snapshot names it, and what is to be written
    /// down of it.
    async fn publish(
        &self,
        at: &TableAt,
        small: &[DataFile],
        known: Option<&SnapshotTable>,
        merged: Vec<DataFile>,
    ) -> Result<(SnapshotTable, Entry), LakeError> {
        let rows = |files: &[DataFile]| files.iter().map(|file| file.rows).sum::<u64>();
        if rows(small) != rows(&merged) {
            let reason = format!("{} rows went in, {} came out", rows(small), rows(&merged));
            return Err(LakeError::Rows { table: at.name.clone(), reason });
        }
        self.faults.step(&format!("log {}", at.name))?;
        let inner = &self.lake.inner;
        let at_ms = inner.ledger.clock().now().as_millisecond();
        let change = Change { add: merged, remove: small.to_vec() };
        let occasion = Occasion { mode: Mode::Optimize, at_ms };
        let made = inner.tables.commit(at, None, &change, occasion).await?;
        let entry = Entry::of(&self.lake, &made, (&change, false)).await?;
        let stay = at.files.iter().filter(|file| !small.contains(file)).chain(&change.add);
        let (files, size_bytes) =
            stay.fold((0, 0), |(files, bytes), file| (files + 1, bytes + file.size_bytes));
        let missing = || LakeError::UnknownTable(at.name.clone());
        let mut table = known.cloned().ok_or_else(missing)?;
        table.delta_version = i64::try_from(made.version).unwrap_or(i64::MAX);
        (table.files, table.size_bytes) = (files, size_bytes);
        Ok((table, entry))
    }
}

/// The files worth putting together; none when the table is well as it is.
fn choose(files: &[DataFile], how: Compaction) -> Vec<DataFile> {
    let marked = |file: &DataFile| {
        let count = file.deleted.as_ref().map_or(0, Deleted::count);
        count.saturating_mul(MARKED_SHARE_MAX) > file.rows_stored() || (how.whole && count > 0)
    };
    let is_small =
        |file: &&DataFile| how.whole || file.size_bytes < how.file_bytes / 2 || marked(file);
    let chosen: Vec<DataFile> = files.iter().filter(is_small).cloned().collect();
    let bytes: u64 = chosen.iter().map(|file| file.size_bytes).sum();
    let needed = bytes.div_ceil(how.file_bytes.max(1)).max(1);
    let fewer = chosen.len() as u64 > needed || (how.whole && overlap(&chosen));
    let gains = (fewer && chosen.len() > 1) || chosen.iter().any(marked);
    if gains { chosen } else { Vec::new() }
}

/// Whether a patient may be in two of these files.
fn overlap(files: &[DataFile]) -> bool {
    let mut ranges: Vec<(i64, i64)> = files.iter().filter_map(|file| file.patients).collect();
    ranges.sort_unstable();
    ranges.windows(2).any(|pair| matches!(pair, [(_, end), (start, _)] if start < end))
}

/// The snapshot's tables, the changed ones in place of what they were.
fn with(snapshot: &Snapshot, changed: Vec<SnapshotTable>) -> Vec<SnapshotTable> {
    let mut tables: Vec<SnapshotTable> = snapshot
        .tables
        .iter()
        .filter(|table| changed.iter().all(|changed| changed.table != table.table))
        .cloned()
        .collect();
    tables.extend(changed);
    tables.sort_by(|a, b| a.table.cmp(&b.table));
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(size_bytes: u64, patients: (i64, i64)) -> DataFile {
        let path = format!("{size_bytes}-{}.parquet", patients.0);
        DataFile { path, size_bytes, rows: 1, patients: Some(patients), deleted: None }
    }

    #[test]
    fn only_small_files_are_put_together_and_only_where_that_makes_fewer() {
        let how = Compaction { file_bytes: 100, whole: false };
        let (full, small) = (file(90, (0, 9)), file(10, (0, 9)));
        assert!(choose(&[full.clone(), small.clone()], how).is_empty());
        let other = file(20, (3, 4));
        assert_eq!(choose(&[full.clone(), small.clone(), other.clone()], how), [small, other]);
        assert!(choose(&[full.clone(), full], how).is_empty());
    }

    #[test]
    fn a_file_with_many_marked_rows_is_written_anew() {
        let marked = |rows: u64| DataFile {
            rows: 100 - rows,
            deleted: Deleted::new((0..rows).collect()),
            ..file(90, (0, 9))
        };
        let how = Compaction { file_bytes: 100, whole: false };
        assert_eq!(choose(&[marked(6)], how), [marked(6)]);
        assert!(choose(&[marked(5), file(90, (0, 9))], how).is_empty());
        let whole = Compaction { whole: true, ..how };
        assert_eq!(choose(&[marked(1)], whole), [marked(1)]);
    }

    #[test]
    fn the_whole_table_is_put_together_until_no_two_files_share_a_patient() {
        let how = Compaction { file_bytes: 100, whole: true };
        assert_eq!(choose(&[file(90, (0, 9)), file(95, (5, 20))], how).len(), 2);
        assert!(choose(&[file(90, (0, 9)), file(95, (9, 20))], how).is_empty());
        assert!(choose(&[file(90, (0, 9))], how).is_empty());
    }
}
