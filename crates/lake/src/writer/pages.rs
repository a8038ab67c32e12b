//! Finding rows in a data file without reading it whole: its own index says which pages can hold
//! what is looked for, and only those are read.

use std::io::Read;
use std::ops::Range;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{Int64Array, RecordBatch, StringArray};
use arrow_schema::ArrowError;
use bytes::{Buf as _, Bytes};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;

use crate::checked::CheckedFile;
use crate::delta::DataFile;
use crate::file::{FileError, Format};

/// A data file where it can be read: as it lies on this machine or in a bucket, or fetched.
#[derive(Clone)]
pub(super) enum Lying {
    /// A file of this machine, or of a bucket, of which stretches are asked for.
    At(CheckedFile),
    /// The bytes of a file that lies elsewhere.
    Fetched(Bytes),
}

impl Length for Lying {
    fn len(&self) -> u64 {
        match self {
            Self::At(file) => file.size_bytes(),
            Self::Fetched(bytes) => bytes.len() as u64,
        }
    }
}

impl ChunkReader for Lying {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        match self {
            Self::At(file) => file.reader(start),
            Self::Fetched(bytes) => {
                let rest =
                    bytes.slice(usize::try_from(start).unwrap_or(usize::MAX).min(bytes.len())..);
                Ok(Box::new(rest.reader()))
            }
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        match self {
            Self::At(file) => file.bytes(start, length),
            Self::Fetched(bytes) => ChunkReader::get_bytes(bytes, start, length),
        }
    }
}

/// What is looked for in the column by which rows lie.
#[derive(Clone, Debug, Default)]
pub(super) struct Sought {
    /// In order, each once.
    numbers: Vec<i64>,
    /// Rows without a number too.
    nobody: bool,
    /// Whatever there is.
    everything: bool,
}

impl Sought {
    pub(super) fn new(mut numbers: Vec<i64>, nobody: bool) -> Self {
        numbers.sort_unstable();
        numbers.dedup();
        Self { numbers, nobody, everything: false }
    }

    /// Every row.
    pub(super) fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// Whether a file can hold what is sought, where its rows lie by `patient_id`.
    pub(super) fn may_be_in(&self, file: &DataFile) -> bool {
        // Bounds tell nothing of rows without a person.
        let between = file.patients.is_none_or(|(low, high)| self.between(low, high));
        between || self.nobody || self.everything
    }

    /// Whether one of the numbers lies between these two.
    fn between(&self, low: i64, high: i64) -> bool {
        let first = self.numbers.partition_point(|number| *number < low);
        self.numbers.get(first).is_some_and(|number| *number <= high)
    }

    /// Whether a row with this number is looked for.
    pub(super) fn has(&self, number: Option<i64>) -> bool {
        match number {
            _ if self.everything => true,
            Some(number) => self.numbers.binary_search(&number).is_ok(),
            None => self.nobody,
        }
    }
}

/// A data file opened to look for rows; the end of it, which says what is where, is read once.
pub(super) struct Opened {
    file: DataFile,
    metadata: ArrowReaderMetadata,
    /// The place of the column by which rows lie.
    order: usize,
}

impl Opened {
    /// Reads the end of a file whose rows lie by `order`.
    pub(super) fn new(lying: &Lying, file: &DataFile, order: &str) -> Result<Self, FileError> {
        let metadata = ArrowReaderMetadata::load(lying, options())?;
        let order = metadata.schema().index_of(order).map_err(wrong)?;
        Ok(Self { file: file.clone(), metadata, order })
    }

    /// These columns of the rows that can be what is sought, and the place of each row in the file.
    ///
    /// Rows of whole pages are given: what is not sought is among them.
    pub(super) fn read(
        &self,
        lying: Lying,
        columns: &[&str],
        sought: &Sought,
        mut take: impl FnMut(&RecordBatch, &[u64]) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let ranges = ranges(self.metadata.metadata(), self.order, sought);
        if ranges.is_empty() {
            return Ok(());
        }
        let number = |row: u64| usize::try_from(row).unwrap_or(usize::MAX);
        let stored = self.file.rows_stored();
        let selected = ranges.iter().map(|range| number(range.start)..number(range.end));
        let mut selection = RowSelection::from_consecutive_ranges(selected, number(stored));
        if let Some(deleted) = &self.file.deleted {
            selection = selection.intersection(&deleted.selection(stored));
        }
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(lying, self.metadata.clone());
        let schema = builder.schema();
        // A column of a table that had none when the file was written is left out.
        let wanted = columns.iter().filter_map(|name| schema.index_of(name).ok());
        let leaves = builder.metadata().file_metadata().schema_descr();
        let mask = ProjectionMask::roots(leaves, wanted.collect::<Vec<_>>());
        let reader = builder.with_projection(mask).with_row_selection(selection).build()?;
        let mut places = ranges.into_iter().flatten().filter(|row| {
            self.file.deleted.as_ref().is_none_or(|deleted| !deleted.rows().contains(*row))
        });
        for batch in reader {
            let batch = batch.map_err(wrong)?;
            let places: Vec<u64> = places.by_ref().take(batch.num_rows()).collect();
            take(&batch, &places)?;
        }
        Ok(())
    }
}

fn options() -> ArrowReaderOptions {
    ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional)
}

/// The rows of the pages that can hold what is sought, from the first to the last.
fn ranges(metadata: &ParquetMetaData, column: usize, sought: &Sought) -> Vec<Range<u64>> {
    let mut found: Vec<Range<u64>> = Vec::new();
    let mut add = |range: Range<u64>| match found.last_mut() {
        Some(last) if last.end == range.start => last.end = range.end,
        _ => found.push(range),
    };
    let mut first = 0;
    for (at, group) in metadata.row_groups().iter().enumerate() {
        let rows = u64::try_from(group.num_rows()).unwrap_or_default();
        let whole = first..first + rows;
        first = whole.end;
        if sought.everything {
            add(whole);
            continue;
        }
        let statistics = group.columns().get(column).and_then(|column| column.statistics());
        if statistics.is_some_and(|statistics| !may_hold(statistics, sought)) {
            continue;
        }
        match pages(metadata, (at, column), sought) {
            None => add(whole),
            Some(pages) => {
                for (start, end) in pages {
                    add(whole.start + start..whole.start + end.unwrap_or(rows));
                }
            }
        }
    }
    found
}

fn may_hold(statistics: &Statistics, sought: &Sought) -> bool {
    let Statistics::Int64(numbers) = statistics else { return true };
    let nulls = numbers.null_count_opt().is_none_or(|count| count > 0);
    let between = match (numbers.min_opt(), numbers.max_opt()) {
        (Some(low), Some(high)) => sought.between(*low, *high),
        // No bounds: no number, or nothing is known.
        _ => true,
    };
    between || (sought.nobody && nulls)
}

/// The first row of each page that can hold what is sought, and of the page after it, counted in
/// the row group; nothing where the file has no such index.
fn pages(
    metadata: &ParquetMetaData,
    (group, column): (usize, usize),
    sought: &Sought,
) -> Option<Vec<(u64, Option<u64>)>> {
    let index = metadata.column_index()?.get(group)?.get(column)?;
    let ColumnIndexMetaData::INT64(numbers) = index else { return None };
    let locations = metadata.offset_index()?.get(group)?.get(column)?.page_locations();
    let first = |page: usize| {
        locations.get(page).and_then(|place| u64::try_from(place.first_row_index).ok())
    };
    let holds = |page: usize| {
        let nulls = numbers.null_count(page).is_none_or(|count| count > 0);
        let between = match (numbers.min_value(page), numbers.max_value(page)) {
            (Some(low), Some(high)) => sought.between(*low, *high),
            _ => false,
        };
        between || (sought.nobody && nulls)
    };
    let found = (0..locations.len()).filter(|page| holds(*page));
    found.map(|page| Some((first(page)?, first(page + 1)))).collect()
}

/// Whole numbers of a batch.
pub(super) fn numbers<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Int64Array, FileError> {
    let column = batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
    column.ok_or_else(|| missing(name))
}

/// Texts of a batch.
pub(super) fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray, FileError> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    column.ok_or_else(|| missing(name))
}

fn missing(name: &str) -> FileError {
    wrong(ArrowError::SchemaError(format!("a data file without column {name:?}")))
}

pub(super) fn wrong(source: ArrowError) -> FileError {
    FileError::Arrow { format: Format::Parquet, source }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_schema::{DataType, Field, Schema};

    use super::*;
    use crate::delta::Deleted;
    use crate::file::Effort;
    use crate::file::parquet::{ParquetFile, encode};

    /// A file of two groups: even numbers below 40,000, each twice, and 100 rows of nobody at the
    /// end of each group.
    fn file(deleted: &[u64]) -> (Bytes, DataFile) {
        let schema = Arc::new(Schema::new(vec![
            Field::new("patient_id", DataType::Int64, true),
            Field::new("place", DataType::Int64, false),
        ]));
        let mut out = ParquetFile::create(Vec::new(), &schema).unwrap();
        for group in 0..2_i64 {
            let known = (0..20_000).map(|row| Some(group * 20_000 + row / 2 * 2));
            let numbers: Int64Array = known.chain(std::iter::repeat_n(None, 100)).collect();
            let places: Int64Array = (0..20_100).map(|row| Some(group * 20_100 + row)).collect();
            let columns: Vec<arrow_array::ArrayRef> = vec![Arc::new(numbers), Arc::new(places)];
            let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
            out.append(encode(&batch, Effort::Load).unwrap()).unwrap();
        }
        let bytes = Bytes::from(out.finish().unwrap());
        let deleted = Deleted::new(deleted.iter().copied().collect());
        let rows = 40_200 - deleted.as_ref().map_or(0, Deleted::count);
        let size_bytes = bytes.len() as u64;
        let path = "x".to_owned();
        (bytes, DataFile { path, size_bytes, rows, patients: Some((0, 39_998)), deleted })
    }

    /// The places of the rows that are sought, and how many rows were read for them.
    fn look((bytes, file): &(Bytes, DataFile), sought: &Sought) -> (Vec<u64>, usize) {
        let lying = || Lying::Fetched(bytes.clone());
        let opened = Opened::new(&lying(), file, "patient_id").unwrap();
        let (mut found, mut read) = (Vec::new(), 0);
        let take = |batch: &RecordBatch, places: &[u64]| {
            read += batch.num_rows();
            assert_eq!(places.len(), batch.num_rows());
            let own = numbers(batch, "place")?.values();
            for ((place, own), number) in places.iter().zip(own).zip(numbers(batch, "patient_id")?)
            {
                assert_eq!(i64::try_from(*place).unwrap(), *own, "the place of a row");
                if sought.has(number) {
                    found.push(*place);
                }
            }
            Ok(())
        };
        opened.read(lying(), &["patient_id", "place"], sought, take).unwrap();
        (found, read)
    }

    #[test]
    fn rows_are_found_by_reading_the_pages_that_can_hold_them() {
        let file = file(&[]);
        let one = |number| Sought::new(vec![number], false);
        assert_eq!(look(&file, &one(4)), (vec![4, 5], 8_192));
        assert_eq!(look(&file, &one(39_998)).0, [40_098, 40_099]);
        assert_eq!(look(&file, &one(5)).0, [0_u64; 0]);
        assert_eq!(look(&file, &one(50_000)), (Vec::new(), 0));
        let nobody = Sought::new(Vec::new(), true);
        assert_eq!(look(&file, &nobody).0.len(), 200);
        let (found, read) = look(&file, &Sought::new(vec![20_000, 4, 20_000], false));
        assert_eq!(found, [4, 5, 20_100, 20_101]);
        assert!(read < 20_000, "{read} rows read");
        assert_eq!(look(&file, &Sought::everything()), ((0..40_200).collect(), 40_200));
    }

    #[test]
    fn rows_that_do_not_count_are_not_found_and_the_others_keep_their_places() {
        let file = file(&[0, 4, 8_000, 20_100]);
        let found = look(&file, &Sought::new(vec![0, 4, 6, 20_000], false)).0;
        assert_eq!(found, [1, 5, 6, 7, 20_101]);
    }
}
