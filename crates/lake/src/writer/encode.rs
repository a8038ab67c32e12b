//! Buffered rows of one table become one Parquet file: sorted by patient, then by where each row
//! came from, in row groups of a fixed size.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use arrow::compute::{cast, interleave};
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray, new_null_array};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use vocab::{LandingId, LoadId};
use xxhash_rust::xxh3::xxh3_64;

use super::supersede::Gone;
use crate::file::parquet::{EncodedGroup, ParquetFile, encode};
use crate::file::{Effort, FileError};
use crate::tables::{FILE, LINE, LOAD, PATIENT_ID, RESOURCE_KEY, SOURCE};

/// Rows to a row group: enough for dictionaries to pay, few enough to skip and to hold in memory.
pub(super) const GROUP_ROWS: usize = 122_880;

/// Rows of one push: one batch from one file.
pub(super) struct Segment {
    pub(super) batch: RecordBatch,
    pub(super) file: LandingId,
    pub(super) source: Arc<str>,
}

/// A file not yet written, and what is in it.
pub(super) struct Encoded {
    pub(super) bytes: Vec<u8>,
    pub(super) hash: u64,
    pub(super) rows: u64,
    pub(super) resources: u64,
    /// The people its rows are about, in order, each once.
    pub(super) people: Vec<i64>,
}

/// Where a row stands in the order of the table. Fields are compared from first to last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// What the column says by which rows lie: mostly whose the row is.
    order: Option<i64>,
    file: u32,
    line: i64,
    segment: u32,
    row: u32,
}

/// Sorts and encodes; none when no row is left.
pub(super) fn encode_rows(
    (schema, order): (&SchemaRef, &str),
    load: LoadId,
    segments: &[Segment],
    gone: &Gone,
    threads: usize,
) -> Result<Option<Encoded>, FileError> {
    let files: Vec<LandingId> =
        segments.iter().map(|s| s.file).collect::<BTreeSet<_>>().into_iter().collect();
    let places = places(segments, order, (&files, gone)).map_err(rows_wrong)?;
    if places.is_empty() {
        return Ok(None);
    }
    let gather = Gather { schema, load, segments, files: &files };
    let groups: Vec<&[Place]> = places.chunks(GROUP_ROWS).collect();
    let encoded = on_threads(&groups, threads, |group| {
        let batch = gather.batch(group).map_err(rows_wrong)?;
        Ok(encode(&batch, Effort::Load)?)
    })?;
    let bytes = assemble(schema, encoded)?;
    let people = gather.people(&places, order).map_err(rows_wrong)?;
    Ok(Some(Encoded {
        hash: xxh3_64(&bytes),
        rows: places.len() as u64,
        resources: gather.resources(&places).map_err(rows_wrong)?,
        people,
        bytes,
    }))
}

/// Puts groups into one file in memory.
pub(super) fn assemble(
    schema: &SchemaRef,
    groups: Vec<EncodedGroup>,
) -> Result<Vec<u8>, FileError> {
    let mut file = ParquetFile::create(Vec::new(), schema)?;
    for group in groups {
        file.append(group)?;
    }
    Ok(file.finish()?)
}

fn rows_wrong(source: ArrowError) -> FileError {
    FileError::Arrow { format: crate::file::Format::Parquet, source }
}

/// Does the same to each item on so many threads; the results stand in the items' order.
fn on_threads<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> Result<R, FileError> + Sync,
) -> Result<Vec<R>, FileError> {
    let share = items.len().div_ceil(threads.max(1)).max(1);
    if share >= items.len() {
        return items.iter().map(work).collect();
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = items
            .chunks(share)
            .map(|share| scope.spawn(|| share.iter().map(&work).collect::<Result<Vec<_>, _>>()))
            .collect();
        let mut results = Vec::with_capacity(items.len());
        for worker in workers {
            let died = || std::io::Error::other("an encoding thread died");
            results.extend(worker.join().map_err(|_| died())??);
        }
        Ok(results)
    })
}

/// Every row that stays, in order.
fn places(
    segments: &[Segment],
    order: &str,
    (files, gone): (&[LandingId], &Gone),
) -> Result<Vec<Place>, ArrowError> {
    let mut places = Vec::with_capacity(segments.iter().map(|s| s.batch.num_rows()).sum());
    for (segment, rows) in (0_u32..).zip(segments) {
        let file = files.binary_search(&rows.file).unwrap_or_default();
        let file = u32::try_from(file).unwrap_or(u32::MAX);
        let order = numbers(&rows.batch, order)?;
        let lines = numbers(&rows.batch, LINE)?;
        let gone_lines = gone.lines(rows.file, &rows.source);
        for (row, (order, line)) in (0_u32..).zip(order.iter().zip(lines.iter())) {
            let line = line.unwrap_or_default();
            if gone_lines.is_none_or(|gone| !gone.contains(&line)) {
                places.push(Place { order, file, line, segment, row });
            }
        }
    }
    places.sort_unstable();
    Ok(places)
}

fn numbers<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Int64Array, ArrowError> {
    let wrong = || ArrowError::SchemaError(format!("rows without an integer column {name:?}"));
    batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>()).ok_or_else(wrong)
}

/// Collects rows from where they lie.
struct Gather<'a> {
    schema: &'a SchemaRef,
    load: LoadId,
    segments: &'a [Segment],
    files: &'a [LandingId],
}

impl Gather<'_> {
    fn batch(&self, places: &[Place]) -> Result<RecordBatch, ArrowError> {
        let at: Vec<(usize, usize)> =
            places.iter().map(|p| (p.segment as usize, p.row as usize)).collect();
        let fields = self.schema.fields().iter();
        let columns: Result<Vec<_>, _> =
            fields.map(|f| self.column(f.name(), f.data_type(), places, &at)).collect();
        RecordBatch::try_new(Arc::clone(self.schema), columns?)
    }

    fn column(
        &self,
        name: &str,
        kind: &DataType,
        places: &[Place],
        at: &[(usize, usize)],
    ) -> Result<ArrayRef, ArrowError> {
        match name {
            LOAD => Ok(Arc::new(Int64Array::from_value(self.load.0, places.len()))),
            FILE => {
                let names: Vec<String> = self.files.iter().map(LandingId::to_string).collect();
                let name = |p: &Place| names.get(p.file as usize).map(String::as_str);
                Ok(Arc::new(places.iter().map(name).collect::<StringArray>()))
            }
            SOURCE => {
                let source = |p: &Place| self.segments.get(p.segment as usize).map(|s| &*s.source);
                Ok(Arc::new(places.iter().map(source).collect::<StringArray>()))
            }
            _ => {
                let columns = self.columns(name, kind)?;
                // Most columns of a wide table hold nothing in most loads.
                if columns.iter().all(|column| column.null_count() == column.len()) {
                    return Ok(new_null_array(kind, at.len()));
                }
                let columns: Vec<&dyn Array> = columns.iter().map(AsRef::as_ref).collect();
                interleave(&columns, at)
            }
        }
    }

    /// One column of every segment, in the table's type.
    fn columns(&self, name: &str, kind: &DataType) -> Result<Vec<ArrayRef>, ArrowError> {
        let missing = || ArrowError::SchemaError(format!("rows without the column {name:?}"));
        let column = |segment: &Segment| {
            let column = segment.batch.column_by_name(name).ok_or_else(missing)?;
            match column.data_type() == kind {
                true => Ok(Arc::clone(column)),
                false => cast(column, kind),
            }
        };
        self.segments.iter().map(column).collect()
    }

    /// The people the rows are about, in order, each once.
    fn people(&self, places: &[Place], order: &str) -> Result<Vec<i64>, ArrowError> {
        let mut people: Vec<i64> = if order == PATIENT_ID {
            places.iter().filter_map(|place| place.order).collect()
        } else {
            let all = self.segments.iter().map(|segment| numbers(&segment.batch, PATIENT_ID));
            let all = all.collect::<Result<Vec<_>, _>>()?;
            let patient = |place: &Place| {
                let (patients, row) = (all.get(place.segment as usize)?, place.row as usize);
                patients.is_valid(row).then(|| patients.value(row))
            };
            let mut people: Vec<i64> = places.iter().filter_map(patient).collect();
            people.sort_unstable();
            people
        };
        people.dedup();
        // It was as long as the rows.
        people.shrink_to_fit();
        Ok(people)
    }

    /// How many resources the rows come from: rows of one lie in one segment, and those of one
    /// line one after the other.
    fn resources(&self, places: &[Place]) -> Result<u64, ArrowError> {
        let keys = self.columns(RESOURCE_KEY, &DataType::Utf8)?;
        let keys: Vec<Option<&StringArray>> =
            keys.iter().map(|keys| keys.as_string_opt::<i32>()).collect();
        let key = |place: &Place| {
            keys.get(place.segment as usize)
                .and_then(|keys| keys.as_ref())
                .map_or("", |keys| keys.value(place.row as usize))
        };
        let line = |place: &Place| (place.order, place.file, place.line);
        let runs = places.chunk_by(|one, next| line(one) == line(next));
        // Mostly a line is one resource; a whole Bundle may stand in one line, too.
        let count = |rows: &[Place]| match rows {
            [_] => 1,
            rows if rows
                .windows(2)
                .all(|two| matches!(two, [one, next] if key(one) == key(next))) =>
            {
                1
            }
            rows => rows.iter().map(key).collect::<HashSet<_>>().len() as u64,
        };
        Ok(runs.map(count).sum())
    }
}
