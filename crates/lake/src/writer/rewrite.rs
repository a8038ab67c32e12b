//! Copy on write: a data file without the rows that newer versions replaced, and counts of what a
//! table holds.

use std::collections::{BTreeSet, HashMap, HashSet};

use arrow::compute::filter_record_batch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{BooleanArray, RecordBatch};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::statistics::Statistics;
use xxhash_rust::xxh3::xxh3_64;

use super::encode::{Encoded, GROUP_ROWS, assemble};
use super::supersede::{Gone, Lines};
use crate::file::parquet::encode;
use crate::file::{Effort, FileError, Format};
use crate::tables::{FILE, LINE, PATIENT_ID, RESOURCE_KEY, SOURCE};

/// What a rewritten file holds and how many resources it lost.
pub(super) struct Rewritten {
    pub(super) left: Option<Encoded>,
    pub(super) resources_removed: u64,
}

type Builder = ParquetRecordBatchReaderBuilder<Bytes>;

/// Rewrites a file without the rows that go; none when it holds no such row.
pub(super) fn without(bytes: &Bytes, gone: &Gone) -> Result<Option<Rewritten>, FileError> {
    let lines = gone.by_name();
    if !names_any(bytes, &lines)? {
        return Ok(None);
    }
    let reader = Builder::try_new(bytes.clone())?.with_batch_size(GROUP_ROWS);
    let schema = reader.schema().clone();
    let (mut groups, mut kept, mut lost) = (Vec::new(), Tally::default(), Tally::default());
    for batch in reader.build()? {
        let batch = batch.map_err(wrong)?;
        let stays = stays(&batch, &lines)?;
        let goes = arrow::compute::not(&stays).map_err(wrong)?;
        lost.add(&filter_record_batch(&batch, &goes).map_err(wrong)?)?;
        let left = filter_record_batch(&batch, &stays).map_err(wrong)?;
        if left.num_rows() > 0 {
            kept.add(&left)?;
            groups.push(encode(&left, Effort::Small)?);
        }
    }
    let resources_removed = lost.resources.len() as u64;
    if groups.is_empty() {
        return Ok(Some(Rewritten { left: None, resources_removed }));
    }
    let bytes = assemble(&schema, groups)?;
    let left = Encoded {
        hash: xxh3_64(&bytes),
        rows: kept.rows,
        resources: kept.resources.len() as u64,
        people: kept.people.into_iter().collect(),
        bytes,
    };
    Ok(Some(Rewritten { left: Some(left), resources_removed }))
}

fn wrong(source: arrow_schema::ArrowError) -> FileError {
    FileError::Arrow { format: Format::Parquet, source }
}

#[derive(Default)]
struct Tally {
    rows: u64,
    resources: HashSet<(u64, i64, u64)>,
    people: BTreeSet<i64>,
}

impl Tally {
    fn add(&mut self, batch: &RecordBatch) -> Result<(), FileError> {
        self.rows += batch.num_rows() as u64;
        let (files, lines) = (texts(batch, FILE)?, numbers(batch, LINE)?);
        let keys = texts(batch, RESOURCE_KEY)?;
        for ((file, line), key) in files.iter().zip(lines).zip(keys) {
            let hash = |text: Option<&str>| xxh3_64(text.unwrap_or_default().as_bytes());
            self.resources.insert((hash(file), line.unwrap_or_default(), hash(key)));
        }
        self.people.extend(numbers(batch, PATIENT_ID)?.iter().flatten());
        Ok(())
    }
}

fn stays(batch: &RecordBatch, gone: &HashMap<String, &Lines>) -> Result<BooleanArray, FileError> {
    let (files, lines) = (texts(batch, FILE)?, numbers(batch, LINE)?);
    let sources = texts(batch, SOURCE)?;
    let stays = files.iter().zip(lines).zip(sources).map(|((file, line), source)| {
        let lines = file.and_then(|file| gone.get(file)).and_then(|lines| lines.get(source?));
        Some(!lines.is_some_and(|lines| line.is_some_and(|line| lines.contains(&line))))
    });
    Ok(stays.collect())
}

/// Whether a row that goes is in the file: by the row groups' statistics, then by three columns.
fn names_any(bytes: &Bytes, gone: &HashMap<String, &Lines>) -> Result<bool, FileError> {
    let reader = Builder::try_new(bytes.clone())?;
    let metadata = reader.metadata();
    let column = |name: &str| reader.schema().index_of(name).map_err(wrong);
    let (file, line, source) = (column(FILE)?, column(LINE)?, column(SOURCE)?);
    let leaves = metadata.file_metadata().schema_descr();
    let at = (0..leaves.num_columns()).find(|at| leaves.column(*at).name() == FILE);
    let groups: Vec<usize> = (0..metadata.num_row_groups())
        .filter(|group| {
            let statistics = at.and_then(|at| metadata.row_group(*group).columns().get(at));
            statistics.and_then(|column| column.statistics()).is_none_or(|s| can_hold(s, gone))
        })
        .collect();
    let mask = ProjectionMask::roots(leaves, [file, line, source]);
    for batch in reader.with_row_groups(groups).with_projection(mask).build()? {
        if stays(&batch.map_err(wrong)?, gone)?.false_count() > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

fn can_hold(statistics: &Statistics, gone: &HashMap<String, &Lines>) -> bool {
    match (statistics.min_bytes_opt(), statistics.max_bytes_opt()) {
        (Some(min), Some(max)) => gone.keys().any(|file| {
            // Bounds may be cut short: a shorter upper bound is a bound of what begins with it.
            let file = file.as_bytes();
            file >= min && (file <= max || file.starts_with(max))
        }),
        _ => true,
    }
}

/// Adds the people of a file, which lie together, to those already met.
pub(super) fn add_patients(bytes: &Bytes, met: &mut HashSet<i64>) -> Result<(), FileError> {
    let reader = Builder::try_new(bytes.clone())?;
    let column = reader.schema().index_of(PATIENT_ID).map_err(wrong)?;
    let mask = ProjectionMask::roots(reader.metadata().file_metadata().schema_descr(), [column]);
    for batch in reader.with_projection(mask).build()? {
        let batch = batch.map_err(wrong)?;
        let mut last = None;
        for patient in numbers(&batch, PATIENT_ID)?.iter().flatten() {
            if last != Some(patient) {
                met.insert(patient);
                last = Some(patient);
            }
        }
    }
    Ok(())
}

fn numbers<'a>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a arrow_array::Int64Array, FileError> {
    let column = batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
    column.ok_or_else(|| missing(name))
}

fn texts<'a>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a arrow_array::StringArray, FileError> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    column.ok_or_else(|| missing(name))
}

fn missing(name: &str) -> FileError {
    wrong(arrow_schema::ArrowError::SchemaError(format!("a data file without column {name:?}")))
}
