//! One load: rows come in, are kept in memory up to a limit, and become files; the commit makes
//! them a snapshot.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use arrow_array::RecordBatch;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use ledger::{
    FileReport, LoadCommit, PatientKeys, QuarantineRow, Snapshot, SnapshotKind, WarningCount,
    WriterLease,
};
use tokio::task::{JoinHandle, JoinSet};
use vocab::{LandingId, LoadId, SnapshotId};

use super::encode::{self, Segment};
use super::pages::Sought;
use super::part::{self, Part, rows_wrong};
use super::publish::{self, Publish, Published};
use super::rewrite::Lost;
use super::supersede::{ByName, Gone, OldRow};
use super::{HeldResources, LoadMode, Writer, book, heal, rewrite};
use crate::delta::{Change, DataFile, TableAt, TableError};
use crate::house::LakeError;
use crate::index::changed;
use crate::tables::{PATIENT_ID, TableSpec};

/// What the ledger is told besides the tables.
#[derive(Debug)]
pub struct ReportParts {
    /// What became of each file.
    pub files: Vec<FileReport>,
    /// What was not taken.
    pub quarantine: Vec<QuarantineRow>,
    /// What was worth a look.
    pub warnings: Vec<WarningCount>,
    /// What was learned of patients.
    pub keys: PatientKeys,
}

/// A load under way. Dropping it leaves the last snapshot as it was.
pub struct Load<'a> {
    writer: &'a mut Writer,
    load: LoadId,
    mode: LoadMode,
    tables: Vec<TableLoad>,
    by_name: HashMap<String, usize>,
    gone: Gone,
    before: Option<Snapshot>,
    buffered_bytes: usize,
    /// Files being encoded and written, the oldest first, each with its table.
    writing: VecDeque<(usize, Writing)>,
    next_part: usize,
}

/// A file being encoded and written beside the load; none where no row is left.
type Writing = JoinHandle<Result<Option<Part>, LakeError>>;

/// Files encoded at the same time while rows still come, so that memory stays bounded.
const FILES_AT_ONCE: usize = 2;

/// Files encoded at the same time when no more rows come: most are small, and wait for the disk.
const LAST_FILES_AT_ONCE: usize = 6;

/// One table during a load.
struct TableLoad {
    spec: TableSpec,
    at: Option<TableAt>,
    segments: Vec<Segment>,
    buffered_bytes: usize,
    /// Files of this load.
    parts: Vec<Part>,
    /// The people of the files that come, a list for each.
    people: Vec<Vec<i64>>,
    /// The people some of whose rows go.
    people_lost: BTreeSet<i64>,
    resources_added: u64,
    resources_removed: u64,
    change: Change,
}

/// The lines whose rows go out of a table's files, and where these are looked for.
#[derive(Clone)]
struct Leaving {
    lines: Arc<ByName>,
    sought: Arc<Sought>,
    /// The column by which rows lie.
    order: String,
}

/// Logs written at the same time: most of the time goes into waiting for the disk.
const LOGS_AT_ONCE: usize = 8;

impl<'a> Load<'a> {
    pub(super) async fn begin(
        writer: &'a mut Writer,
        load: LoadId,
        mode: LoadMode,
        specs: &[TableSpec],
    ) -> Result<Self, LakeError> {
        let inner = &writer.lake.inner;
        let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        heal::mark(&writer.lake, load, &names)?;
        let before = inner.ledger.snapshots().latest().await?;
        // Only a rebuild can make up for a table that is gone.
        let needed = |table: &str| {
            mode == LoadMode::Add && before.as_ref().is_some_and(|b| b.table(table).is_some())
        };
        let open = |spec: &TableSpec| {
            let (lake, spec, needed) = (writer.lake.clone(), spec.clone(), needed(&spec.name));
            async move {
                let at = lake.open_newest(&spec.name).await?;
                if at.is_none() && needed {
                    return Err(TableError::Missing { table: spec.name.clone() }.into());
                }
                Ok::<_, LakeError>(TableLoad::new(spec, at))
            }
        };
        let opening: Vec<_> = specs.iter().map(open).collect();
        let opening = stream::iter(opening).buffered(inner.tables.at_once());
        let tables = opening.try_collect().await?;
        let by_name = names.iter().enumerate().map(|(at, name)| ((*name).to_owned(), at)).collect();
        Ok(Self {
            writer,
            load,
            mode,
            tables,
            by_name,
            gone: Gone::default(),
            before,
            buffered_bytes: 0,
            writing: VecDeque::new(),
            next_part: 0,
        })
    }

    /// Takes rows of one file for one table; `source`, `load` and `file` are added here.
    ///
    /// # Errors
    /// When the table was not declared, or what is over the memory limit cannot be written out.
    pub async fn push(
        &mut self,
        table: &str,
        batch: RecordBatch,
        file: LandingId,
        source: &Arc<str>,
    ) -> Result<(), LakeError> {
        let unknown = || LakeError::UnknownTable(table.to_owned());
        let at = self.by_name.get(table).copied().ok_or_else(unknown)?;
        let known = self.tables.get_mut(at).ok_or_else(unknown)?;
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let bytes = batch.get_array_memory_size();
        known.buffered_bytes += bytes;
        self.buffered_bytes += bytes;
        known.segments.push(Segment { batch, file, source: Arc::clone(source) });
        let bytes_max = self.writer.lake.inner.config.memory_bytes_max;
        if self.buffered_bytes > bytes_max {
            while self.buffered_bytes > bytes_max / 2 && self.flush_largest().await? {}
        }
        Ok(())
    }

    /// The right to write, for the ledger's own writes.
    #[must_use]
    pub fn lease(&self) -> &WriterLease {
        self.writer.lease()
    }

    /// As [`Writer::held_resources`]: what stood before this load.
    ///
    /// # Errors
    /// As there.
    pub async fn held_resources(&self) -> Result<HeldResources, LakeError> {
        self.writer.held_resources().await
    }

    /// Says whose rows go, in every table: of older versions held before, or of copies that came
    /// earlier in this load.
    pub fn supersede(&mut self, rows: impl IntoIterator<Item = OldRow>) {
        rows.into_iter().for_each(|row| self.gone.add(row));
    }

    /// Sends the largest table's rows to be written; false when none has any.
    async fn flush_largest(&mut self) -> Result<bool, LakeError> {
        let largest = self.tables.iter().enumerate().max_by_key(|(_, table)| table.buffered_bytes);
        match largest.filter(|(_, table)| !table.segments.is_empty()).map(|(at, _)| at) {
            Some(at) => self.flush(at, FILES_AT_ONCE).await.map(|()| true),
            None => Ok(false),
        }
    }

    async fn flush(&mut self, at: usize, at_once: usize) -> Result<(), LakeError> {
        while self.writing.len() >= at_once {
            self.finish_one().await?;
        }
        let Some(table) = self.tables.get_mut(at) else { return Ok(()) };
        let segments = std::mem::take(&mut table.segments);
        self.buffered_bytes -= std::mem::take(&mut table.buffered_bytes);
        if segments.is_empty() {
            return Ok(());
        }
        let name = table.spec.name.clone();
        let (schema, load, gone) = (Arc::clone(&table.spec.schema), self.load, self.gone.clone());
        let order = table.spec.order().to_owned();
        if let Err(stopped) = self.writer.faults.step(&format!("file {name}")) {
            self.settle().await;
            return Err(stopped);
        }
        let number = self.next_part;
        self.next_part += 1;
        let lake = self.writer.lake.clone();
        let threads = lake.inner.config.threads;
        let encode =
            move || encode::encode_rows((&schema, &order), load, &segments, &gone, threads);
        let encoding = tokio::task::spawn_blocking(encode);
        let write = async move {
            let encoded = encoding.await.map_err(|died| died_at(&died))?;
            let encoded = encoded.map_err(|error| rows_wrong(&name, &error))?;
            let Some(encoded) = encoded else { return Ok(None) };
            Ok(Some(part::write(&lake.inner.tables, &name, load, number, encoded).await?))
        };
        self.writing.push_back((at, tokio::spawn(write)));
        Ok(())
    }

    /// Waits for the oldest file. After one failed, those under way are waited for too, so that
    /// nothing is written once the load has been given up.
    async fn finish_one(&mut self) -> Result<(), LakeError> {
        let Some((at, writing)) = self.writing.pop_front() else { return Ok(()) };
        let written = match writing.await {
            Ok(written) => written,
            Err(died) => Err(died_at(&died)),
        };
        match written {
            Ok(part) => {
                if let (Some(table), Some(part)) = (self.tables.get_mut(at), part) {
                    table.parts.push(part);
                }
                Ok(())
            }
            Err(error) => {
                self.settle().await;
                Err(error)
            }
        }
    }

    /// Waits for whatever is under way, without asking how it ended.
    async fn settle(&mut self) {
        for (_, writing) in std::mem::take(&mut self.writing) {
            let _ = writing.await;
        }
    }

    /// Makes everything that came a snapshot, or nothing of it.
    ///
    /// # Errors
    /// When a file, a log or the ledger cannot be written. The last snapshot stands, and the next
    /// writer puts right what was begun.
    pub async fn commit(mut self, report: ReportParts) -> Result<SnapshotId, LakeError> {
        // The largest first: what is left at the end is short.
        let mut order: Vec<usize> = (0..self.tables.len()).collect();
        order.sort_by_key(|at| self.tables.get(*at).map(|table| Reverse(table.buffered_bytes)));
        for at in order {
            self.flush(at, LAST_FILES_AT_ONCE).await?;
        }
        while !self.writing.is_empty() {
            self.finish_one().await?;
        }
        self.plan_changes().await?;
        let touched = self.tables.iter().map(|of| (of.people.as_slice(), &of.people_lost));
        changed::note(&self.writer.lake, self.load, touched)?;
        let (mut versions, entries) = publish::parted(self.publish().await?);
        if let Some(before) = self.before.as_ref().filter(|_| self.mode == LoadMode::Add) {
            let others = before.tables.iter().filter(|t| !self.by_name.contains_key(&t.table));
            versions.extend(others.cloned());
        }
        versions.sort_by(|a, b| a.table.cmp(&b.table));
        self.writer.faults.step("book")?;
        let anew = book::ends(self.before.as_ref(), &entries);
        book::write_down(&self.writer.lake, &self.writer.lease, entries).await?;
        self.writer.faults.step("ledger")?;
        let ReportParts { files, quarantine, warnings, keys } = report;
        let kind = match self.mode {
            LoadMode::Add => SnapshotKind::Ingest,
            LoadMode::Replace => SnapshotKind::Rebuild,
        };
        let commit = LoadCommit {
            load: self.load,
            kind,
            tables: versions,
            files,
            quarantine,
            warnings,
            keys,
            anew,
        };
        let loads = self.writer.lake.inner.ledger.loads();
        let snapshot = loads.commit(&self.writer.lease, commit).await?;
        self.writer.faults.step("committed")?;
        heal::unmark(&self.writer.lake, self.load)?;
        Ok(snapshot)
    }

    /// Decides which files each table gains and loses, and marks the rows that go.
    async fn plan_changes(&mut self) -> Result<(), LakeError> {
        let lines = Arc::new(self.gone.by_name());
        for at in 0..self.tables.len() {
            let Some(table) = self.tables.get_mut(at) else { continue };
            let old = table.at.as_ref().map_or_else(Vec::new, |at| at.files.clone());
            // What the files were sorted by: a definition may have changed since.
            let order = table.at.as_ref().map_or(PATIENT_ID, |at| &at.order).to_owned();
            if self.mode == LoadMode::Replace {
                table.change.remove.extend(old);
            } else if !self.gone.is_empty() {
                let sought = self.gone.sought(&order).unwrap_or_else(Sought::everything);
                let by_person = order == PATIENT_ID;
                let leaving =
                    Leaving { lines: Arc::clone(&lines), sought: Arc::new(sought), order };
                for file in old {
                    if !by_person || leaving.sought.may_be_in(&file) {
                        self.mark(at, file, &leaving).await?;
                    }
                }
            }
            let Some(table) = self.tables.get_mut(at) else { continue };
            let leaving = Leaving {
                lines: Arc::clone(&lines),
                sought: Arc::new(Sought::everything()),
                order: table.spec.order().to_owned(),
            };
            for part in std::mem::take(&mut table.parts) {
                self.settle_part(at, part, &leaving).await?;
            }
        }
        Ok(())
    }

    /// Marks the rows of a file held before that go, or writes it anew where they are many.
    async fn mark(
        &mut self,
        at: usize,
        file: DataFile,
        leaving: &Leaving,
    ) -> Result<(), LakeError> {
        let Some(lost) = self.lost(at, &file, leaving).await? else { return Ok(()) };
        let Some(table) = self.tables.get_mut(at) else { return Ok(()) };
        table.resources_removed += lost.resources;
        table.people_lost.extend(&lost.people);
        table.change.remove.push(file.clone());
        let anew = lost.is_much(&file);
        let rows = file.rows_stored() - lost.deleted.count();
        let marked = DataFile { rows, deleted: Some(lost.deleted), ..file };
        if !anew {
            table.change.add.push(marked);
            return Ok(());
        }
        if let Some(left) = self.anew(at, &marked).await?
            && let Some(table) = self.tables.get_mut(at)
        {
            table.change.add.push(left.file);
            table.people.push(left.people);
        }
        Ok(())
    }

    /// Takes a file of this load, without the rows that a later copy replaced.
    async fn settle_part(
        &mut self,
        at: usize,
        mut part: Part,
        leaving: &Leaving,
    ) -> Result<(), LakeError> {
        let lost = match self.gone.reaches_this_load() {
            true => self.lost(at, &part.file, leaving).await?,
            false => None,
        };
        let Some(lost) = lost else {
            if let Some(table) = self.tables.get_mut(at) {
                table.add(part);
            }
            return Ok(());
        };
        let rows = part.file.rows_stored() - lost.deleted.count();
        part.file = DataFile { rows, deleted: Some(lost.deleted), ..part.file };
        let left = self.anew(at, &part.file).await?;
        let Some(table) = self.tables.get_mut(at) else { return Ok(()) };
        table.resources_added += part.resources;
        table.resources_removed += lost.resources;
        if let Some(left) = left {
            table.change.add.push(left.file);
            table.people.push(left.people);
        }
        Ok(())
    }

    /// The rows of a file that go.
    async fn lost(
        &self,
        at: usize,
        file: &DataFile,
        leaving: &Leaving,
    ) -> Result<Option<Lost>, LakeError> {
        let Some(table) = self.tables.get(at) else { return Ok(None) };
        let name = table.spec.name.as_str();
        let lying = part::open(&self.writer.lake.inner.tables, name, file)?;
        let (file, Leaving { lines, sought, order }) = (file.clone(), leaving.clone());
        let work = move || rewrite::lost(lying, &file, &order, (&lines, &sought));
        let work = tokio::task::spawn_blocking(work).await.map_err(|died| died_at(&died))?;
        work.map_err(|error| rows_wrong(name, &error))
    }

    /// Writes a file anew without the rows that are marked; none when no row is left.
    async fn anew(&mut self, at: usize, file: &DataFile) -> Result<Option<Part>, LakeError> {
        let Some(table) = self.tables.get(at) else { return Ok(None) };
        let name = table.spec.name.clone();
        let tables = &self.writer.lake.inner.tables;
        let (bytes, marked) = (part::read(tables, &name, file).await?, file.clone());
        let work = tokio::task::spawn_blocking(move || rewrite::anew(bytes, &marked)).await;
        let work = work.map_err(|died| died_at(&died))?;
        let Some(left) = work.map_err(|error| rows_wrong(&name, &error))? else { return Ok(None) };
        self.writer.faults.step(&format!("rewrite {name}"))?;
        let number = self.next_part;
        self.next_part += 1;
        Ok(Some(part::write(tables, &name, self.load, number, left).await?))
    }

    /// Commits the tables' logs, several at a time; all that were begun end, even after one failed.
    async fn publish(&mut self) -> Result<Vec<Published>, LakeError> {
        let mut under_way = JoinSet::new();
        let (mut done, mut failed) = (Vec::with_capacity(self.tables.len()), None);
        let mut take = |ended: Option<Result<Result<Published, LakeError>, _>>| match ended {
            Some(Ok(Ok(published))) => done.push(published),
            Some(Ok(Err(error))) => failed = failed.take().or(Some(error)),
            Some(Err(died)) => failed = failed.take().or(Some(died_at(&died))),
            None => {}
        };
        for table in std::mem::take(&mut self.tables) {
            if under_way.len() >= LOGS_AT_ONCE {
                take(under_way.join_next().await);
            }
            let before = self.before.as_ref();
            let known = before.and_then(|snapshot| snapshot.table(&table.spec.name)).cloned();
            let publish = Publish {
                lake: self.writer.lake.clone(),
                mode: self.mode,
                known,
                spec: table.spec,
                at: table.at,
                change: table.change,
                people: table.people,
                people_lost: table.people_lost,
                resources: (table.resources_added, table.resources_removed),
            };
            if publish.writes_log() {
                let step = self.writer.faults.step(&format!("log {}", publish.spec.name));
                if let Err(stopped) = step {
                    take(Some(Ok(Err(stopped))));
                    break;
                }
            }
            under_way.spawn(publish.run());
        }
        while !under_way.is_empty() {
            take(under_way.join_next().await);
        }
        failed.map_or(Ok(done), Err)
    }
}

impl TableLoad {
    fn new(spec: TableSpec, at: Option<TableAt>) -> Self {
        Self {
            spec,
            at,
            segments: Vec::new(),
            buffered_bytes: 0,
            parts: Vec::new(),
            people: Vec::new(),
            people_lost: BTreeSet::new(),
            resources_added: 0,
            resources_removed: 0,
            change: Change::default(),
        }
    }

    fn add(&mut self, part: Part) {
        self.change.add.push(part.file);
        self.people.push(part.people);
        self.resources_added += part.resources;
    }
}

fn died_at(died: &tokio::task::JoinError) -> LakeError {
    LakeError::Stopped(died.to_string())
}
