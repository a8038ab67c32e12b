//! Files sorted by patient, read side by side and written as one: memory holds one row group going
//! out and one of each run of files coming in, however large they are.

use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use arrow::compute::interleave_record_batch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{Array as _, Int64Array, RecordBatch, StringArray};
use arrow_schema::SchemaRef;
use futures::StreamExt as _;
use object_store::ObjectStore;
use parquet::arrow::ParquetRecordBatchStreamBuilder;
use parquet::arrow::async_reader::ParquetRecordBatchStream;
use parquet::errors::ParquetError;
use tokio::task::JoinHandle;
use xxhash_rust::xxh3::xxh3_64;

use crate::delta::{DataFile, Stored, TableAt};
use crate::file::parquet::{EncodedGroup, ParquetFile, encode};
use crate::file::{Effort, FileError};
use crate::house::{Lake, LakeError};
use crate::tables::{FILE, LINE, PATIENT_ID};
use crate::writer::encode::{Encoded, GROUP_ROWS};
use crate::writer::part::rows_wrong;

/// Rows in memory of all files together that are being read.
const ROWS_IN_MAX: usize = 2 * GROUP_ROWS;
const BATCH_ROWS_MIN: usize = 128;
const BATCH_ROWS_MAX: usize = 8_192;

/// Rows of several files in the order of their patients.
pub(super) struct Merged {
    table: String,
    /// The column by which rows lie.
    order: String,
    schema: SchemaRef,
    cursors: Vec<Cursor>,
    /// Which of them has which rows at hand, the first on top.
    heads: BinaryHeap<Reverse<(Option<i64>, usize)>>,
    threads: usize,
    /// Batches that rows of the group under way lie in.
    batches: Vec<Held>,
    /// The rows of the group under way: batch and row.
    rows: Vec<(usize, usize)>,
    encoding: VecDeque<Encoding>,
    effort: Effort,
}

/// Files that lie one after the other in the order of the table.
pub(super) type Run = Vec<DataFile>;

/// A group being encoded: its rows and its first and last patient.
type Encoding = (JoinHandle<Result<EncodedGroup, FileError>>, u64, Option<(i64, i64)>);

/// A place in a run of files.
struct Cursor {
    store: Arc<dyn ObjectStore>,
    rest: VecDeque<DataFile>,
    batch_rows: usize,
    stream: Option<ParquetRecordBatchStream<Stored>>,
    now: Option<Piece>,
}

/// The rows of a file at hand.
struct Piece {
    held: Held,
    /// What the rows lie by: mostly whose they are.
    order: Int64Array,
    at: usize,
    /// Where the batch stands among those of the group under way.
    place: Option<usize>,
}

/// A batch, and what orders a patient's rows.
#[derive(Clone)]
struct Held {
    batch: RecordBatch,
    files: StringArray,
    lines: Int64Array,
}

impl Merged {
    pub(super) async fn open(
        lake: &Lake,
        at: &TableAt,
        runs: &[Run],
        effort: Effort,
    ) -> Result<Self, LakeError> {
        let batch_rows = (ROWS_IN_MAX / runs.len().max(1)).clamp(BATCH_ROWS_MIN, BATCH_ROWS_MAX);
        let mut cursors = Vec::with_capacity(runs.len());
        for run in runs {
            let mut cursor = Cursor {
                store: Arc::clone(&at.store),
                rest: run.iter().cloned().collect(),
                batch_rows,
                stream: None,
                now: None,
            };
            cursor.advance((&at.name, &at.order)).await?;
            cursors.push(cursor);
        }
        let heads = cursors.iter().enumerate();
        let heads = heads.filter_map(|(at, cursor)| Some(Reverse((cursor.head()?, at)))).collect();
        // As the files have it: the log calls a list's elements by another name.
        let mut streams = cursors.iter().filter_map(|cursor| cursor.stream.as_ref());
        let schema =
            streams.next_back().map_or_else(|| Arc::clone(&at.schema), |s| Arc::clone(s.schema()));
        Ok(Self {
            table: at.name.clone(),
            order: at.order.clone(),
            schema,
            cursors,
            heads,
            threads: lake.inner.config.threads.max(1),
            batches: Vec::new(),
            rows: Vec::with_capacity(GROUP_ROWS),
            encoding: VecDeque::new(),
            effort,
        })
    }

    /// The next file, about so large; none at the end.
    pub(super) async fn next_file(
        &mut self,
        file_bytes: u64,
        rows_done: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Option<Encoded>, LakeError> {
        let mut file: Option<ParquetFile<Vec<u8>>> = None;
        let (mut rows, mut people) = (0, Vec::new());
        loop {
            while self.encoding.len() < self.threads && self.gather().await? {}
            let Some((encoding, count, patients)) = self.encoding.pop_front() else { break };
            let group = encoding.await.map_err(|died| LakeError::Stopped(died.to_string()))?;
            let group = group.map_err(|error| rows_wrong(&self.table, &error))?;
            let failed = |error| rows_wrong(&self.table, &FileError::from(error));
            let open = match file.take() {
                Some(open) => open,
                None => ParquetFile::create(Vec::new(), &self.schema).map_err(failed)?,
            };
            let open = file.insert(open);
            open.append(group).map_err(failed)?;
            rows += count;
            rows_done(count);
            let (first, last) = patients.unzip();
            people.extend(first.into_iter().chain(last));
            if open.size_bytes() >= file_bytes {
                break;
            }
        }
        let Some(file) = file else { return Ok(None) };
        people.sort_unstable();
        let bytes = file.finish().map_err(|error| rows_wrong(&self.table, &error.into()))?;
        let hash = xxh3_64(&bytes);
        Ok(Some(Encoded { bytes, hash, rows, resources: 0, people }))
    }

    /// Collects one group and sends it to be encoded; false when no row is left.
    async fn gather(&mut self) -> Result<bool, LakeError> {
        while self.rows.len() < GROUP_ROWS && self.next_patient().await? {}
        if self.rows.is_empty() {
            return Ok(false);
        }
        let all: Vec<&RecordBatch> = self.batches.iter().map(|held| &held.batch).collect();
        let group = interleave_record_batch(&all, &self.rows);
        let group = group.map_err(|error| rows_wrong(&self.table, &wrong(error)))?;
        self.rows.clear();
        self.batches.clear();
        self.cursors.iter_mut().filter_map(|cursor| cursor.now.as_mut()).for_each(|piece| {
            piece.place = None;
        });
        let patients =
            numbers(&group, PATIENT_ID).map_err(|error| rows_wrong(&self.table, &error))?;
        let known = patients.iter().flatten();
        let range = known.clone().min().zip(known.max());
        let rows = group.num_rows() as u64;
        let effort = self.effort;
        let work = tokio::task::spawn_blocking(move || Ok(encode(&group, effort)?));
        self.encoding.push_back((work, rows, range));
        Ok(true)
    }

    /// Takes all rows of the next patient (or of what else the rows lie by), or some of nobody's;
    /// false when no row is left.
    async fn next_patient(&mut self) -> Result<bool, LakeError> {
        let Some(Reverse((patient, first))) = self.heads.pop() else { return Ok(false) };
        if patient.is_none() {
            // Nobody's rows have no order among the files, and may be all there are.
            self.take(first, None, GROUP_ROWS).await?;
            return Ok(true);
        }
        let (start, mut files) = (self.rows.len(), 1);
        self.take(first, patient, usize::MAX).await?;
        while let Some(at) = self.next_of(patient) {
            self.take(at, patient, usize::MAX).await?;
            files += 1;
        }
        if files > 1 {
            let batches = &self.batches;
            let place = |from: &(usize, usize)| {
                let held = batches.get(from.0)?;
                Some((held.files.value(from.1), held.lines.value(from.1), *from))
            };
            if let Some(rows) = self.rows.get_mut(start..) {
                rows.sort_by(|a, b| place(a).cmp(&place(b)));
            }
        }
        Ok(true)
    }

    /// The next run that has rows of this patient at hand.
    fn next_of(&mut self, patient: Option<i64>) -> Option<usize> {
        let next = self.heads.peek_mut().filter(|next| next.0.0 == patient)?;
        Some(PeekMut::pop(next).0.1)
    }

    /// Takes rows of one patient from the head of one run of files, at most so many, and notes
    /// what comes next there.
    async fn take(
        &mut self,
        at: usize,
        patient: Option<i64>,
        rows_max: usize,
    ) -> Result<(), LakeError> {
        let mut left = rows_max;
        while let Some(cursor) = self.cursors.get_mut(at)
            && let Some(piece) = &mut cursor.now
        {
            let run = piece.run(patient, left);
            if run == 0 {
                self.heads.push(Reverse((piece.head(), at)));
                break;
            }
            let place = match piece.place {
                Some(place) => place,
                None => {
                    self.batches.push(piece.held.clone());
                    let place = self.batches.len() - 1;
                    piece.place = Some(place);
                    place
                }
            };
            self.rows.extend((piece.at..piece.at + run).map(|row| (place, row)));
            piece.at += run;
            left -= run;
            if piece.at >= piece.order.len() {
                cursor.advance((&self.table, &self.order)).await?;
            }
        }
        Ok(())
    }
}

impl Cursor {
    /// What the next row lies by; none when no row is left.
    fn head(&self) -> Option<Option<i64>> {
        Some(self.now.as_ref()?.head())
    }

    /// Goes on to the next rows of the run.
    async fn advance(&mut self, (table, order): (&str, &str)) -> Result<(), LakeError> {
        self.now = None;
        loop {
            let Some(stream) = &mut self.stream else {
                let Some(file) = self.rest.pop_front() else { return Ok(()) };
                let opened = self.open(&file).await;
                self.stream = Some(opened.map_err(|error| rows_wrong(table, &error.into()))?);
                continue;
            };
            let Some(batch) = stream.next().await else {
                if self.rest.is_empty() {
                    return Ok(());
                }
                self.stream = None;
                continue;
            };
            let batch = batch.map_err(|error| rows_wrong(table, &error.into()))?;
            if batch.num_rows() > 0 {
                let piece = Piece::new(batch, order).map_err(|error| rows_wrong(table, &error))?;
                self.now = Some(piece);
                return Ok(());
            }
        }
    }

    async fn open(
        &self,
        file: &DataFile,
    ) -> Result<ParquetRecordBatchStream<Stored>, ParquetError> {
        let stored = Stored::new(&self.store, file);
        let builder = ParquetRecordBatchStreamBuilder::new(stored).await?;
        let builder = match &file.deleted {
            Some(deleted) => builder.with_row_selection(deleted.selection(file.rows_stored())),
            None => builder,
        };
        builder.with_batch_size(self.batch_rows).build()
    }
}

impl Piece {
    fn new(batch: RecordBatch, order: &str) -> Result<Self, FileError> {
        let order = numbers(&batch, order)?;
        let files = batch.column_by_name(FILE).and_then(|column| column.as_string_opt::<i32>());
        let files = files.cloned().ok_or_else(|| missing(FILE))?;
        let lines = numbers(&batch, LINE)?;
        Ok(Self { held: Held { batch, files, lines }, order, at: 0, place: None })
    }

    fn head(&self) -> Option<i64> {
        self.order.is_valid(self.at).then(|| self.order.value(self.at))
    }

    /// How many rows from here on are this patient's.
    fn run(&self, patient: Option<i64>, rows_max: usize) -> usize {
        let rows = self.at..self.order.len().min(self.at.saturating_add(rows_max));
        let theirs = |row: &usize| match patient {
            Some(patient) => self.order.is_valid(*row) && self.order.value(*row) == patient,
            None => self.order.is_null(*row),
        };
        rows.take_while(theirs).count()
    }
}

fn numbers(batch: &RecordBatch, name: &str) -> Result<Int64Array, FileError> {
    let column = batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
    column.cloned().ok_or_else(|| missing(name))
}

fn missing(name: &str) -> FileError {
    wrong(arrow_schema::ArrowError::SchemaError(format!("a data file without column {name:?}")))
}

fn wrong(source: arrow_schema::ArrowError) -> FileError {
    FileError::Arrow { format: crate::file::Format::Parquet, source }
}
