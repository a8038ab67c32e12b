//! Which encoding suits which column, decided from the values themselves.
//!
//! A dictionary pays while values repeat; unique keys are better without one. What has no
//! dictionary is tried in each fitting encoding on a stretch of rows, and the smallest is taken.
//! Only the values decide, so the same rows always give the same bytes.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{
    EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterPropertiesPtr,
};
use parquet::schema::types::ColumnPath;
use xxhash_rust::xxh3;

use crate::tables::{KEY_HASH, PATIENT_ID};

/// How much time goes into a small file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// For files made once and read whole.
    Fast,
    /// For files of a load: somebody waits for it, and later looks at one patient.
    Load,
    /// For files that are kept or sent.
    Small,
    /// For files that must not be larger than they were, whatever that takes.
    Least,
}

/// A dictionary holds at most this; beyond it the values would not repeat enough anyway.
const DICTIONARY_BYTES_MAX: usize = 64 << 20;
/// So many rows are looked at first to see whether values repeat, and tried in each encoding.
const STRETCH_ROWS: usize = 8192;
/// Rows to a page of a file that is read whole.
const PAGE_ROWS_MAX: usize = 65_536;
/// Rows to a page where patients are looked for: the page index makes a look at one read one page
/// of each column.
const PATIENT_PAGE_ROWS_MAX: usize = 8_192;
const PAGE_BYTES_MAX: usize = 4 << 20;

/// What a file itself needs to know; the groups bring their own encodings.
pub(super) fn file_properties() -> WriterPropertiesPtr {
    Arc::new(base(Effort::Small).build())
}

fn base(effort: Effort) -> WriterPropertiesBuilder {
    let (level, page_rows_max) = match effort {
        Effort::Fast => (1, PAGE_ROWS_MAX),
        Effort::Load => (1, PATIENT_PAGE_ROWS_MAX),
        Effort::Small => (3, PATIENT_PAGE_ROWS_MAX),
        Effort::Least => (19, PAGE_ROWS_MAX),
    };
    // Bounds of columns that nobody looks for rows by only take room.
    let bounds = match effort {
        Effort::Least => EnabledStatistics::None,
        _ => EnabledStatistics::Chunk,
    };
    let zstd = ZstdLevel::try_new(level).unwrap_or_default();
    WriterProperties::builder()
        .set_created_by("aoba".to_owned())
        .set_compression(Compression::ZSTD(zstd))
        .set_dictionary_page_size_limit(DICTIONARY_BYTES_MAX)
        .set_data_page_size_limit(PAGE_BYTES_MAX)
        .set_data_page_row_count_limit(page_rows_max)
        .set_statistics_enabled(bounds)
        .set_column_statistics_enabled(ColumnPath::from(PATIENT_ID), EnabledStatistics::Page)
        .set_column_statistics_enabled(ColumnPath::from(KEY_HASH), EnabledStatistics::Page)
}

/// The encodings for one row group.
pub(super) fn properties(
    batch: &RecordBatch,
    effort: Effort,
) -> Result<WriterPropertiesPtr, ParquetError> {
    let mut builder = base(effort);
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let candidates = candidates(field.data_type());
        let encoding = match effort {
            _ if candidates.is_empty() => None,
            Effort::Least => least(field, column, candidates)?,
            _ if repeats(column) => None,
            _ => Some(smallest(field, column, candidates, effort)?),
        };
        let Some(encoding) = encoding else { continue };
        let path = ColumnPath::from(field.name().as_str());
        builder = builder.set_column_dictionary_enabled(path.clone(), false);
        builder = builder.set_column_encoding(path, encoding);
    }
    Ok(Arc::new(builder.build()))
}

/// What may replace a dictionary; nothing for types where a dictionary is never in the way.
fn candidates(kind: &DataType) -> &'static [Encoding] {
    match kind {
        DataType::Utf8 => {
            &[Encoding::PLAIN, Encoding::DELTA_BYTE_ARRAY, Encoding::DELTA_LENGTH_BYTE_ARRAY]
        }
        DataType::Int64 | DataType::Timestamp(TimeUnit::Microsecond, _) => {
            &[Encoding::PLAIN, Encoding::DELTA_BINARY_PACKED]
        }
        DataType::Float64 => &[Encoding::PLAIN, Encoding::BYTE_STREAM_SPLIT],
        _ => &[],
    }
}

/// Whether values repeat enough for a dictionary to pay: on a stretch, else in the whole column.
fn repeats(column: &ArrayRef) -> bool {
    let stretch = stretch(column);
    let enough = |values: &ArrayRef| {
        let present = values.len() - values.null_count();
        present == 0 || distinct(values, present / 2) <= present / 2
    };
    enough(&stretch) || (stretch.len() < column.len() && enough(column))
}

fn stretch(column: &ArrayRef) -> ArrayRef {
    let rows = column.len().min(STRETCH_ROWS);
    column.slice((column.len() - rows) / 2, rows)
}

/// The hashes are already hashes: they need no second one.
#[derive(Default)]
struct AsIs(u64);

impl std::hash::Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3::xxh3_64(bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// Counts distinct values, giving up just above `enough`.
fn distinct(values: &ArrayRef, enough: usize) -> usize {
    fn count(hashes: impl Iterator<Item = u64>, enough: usize) -> usize {
        let mut seen = HashSet::<u64, BuildHasherDefault<AsIs>>::default();
        for hash in hashes {
            seen.insert(hash);
            if seen.len() > enough {
                break;
            }
        }
        seen.len()
    }
    let of_number = |number: i64| xxh3::xxh3_64(&number.to_le_bytes());
    match values.data_type() {
        DataType::Utf8 => {
            let texts = values.as_string::<i32>().iter().flatten();
            count(texts.map(|text| xxh3::xxh3_64(text.as_bytes())), enough)
        }
        DataType::Int64 => {
            count(values.as_primitive::<Int64Type>().iter().flatten().map(of_number), enough)
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let instants = values.as_primitive::<TimestampMicrosecondType>().iter().flatten();
            count(instants.map(of_number), enough)
        }
        DataType::Float64 => {
            let numbers = values.as_primitive::<Float64Type>().iter().flatten();
            count(numbers.map(|number| xxh3::xxh3_64(&number.to_le_bytes())), enough)
        }
        _ => 0,
    }
}

/// Tries each encoding on a stretch of rows and takes the smallest.
fn smallest(
    field: &Field,
    column: &ArrayRef,
    candidates: &[Encoding],
    effort: Effort,
) -> Result<Encoding, ParquetError> {
    let stretch = stretch(column);
    let mut best = (Encoding::PLAIN, u64::MAX);
    for encoding in candidates {
        let size_bytes = size(field, &stretch, Some(*encoding), effort)?;
        if size_bytes < best.1 {
            best = (*encoding, size_bytes);
        }
    }
    Ok(best.0)
}

/// Tries a dictionary and each encoding on all rows; none when the dictionary is the smallest.
fn least(
    field: &Field,
    column: &ArrayRef,
    candidates: &[Encoding],
) -> Result<Option<Encoding>, ParquetError> {
    let mut best = (None, size(field, column, None, Effort::Least)?);
    for encoding in candidates {
        let size_bytes = size(field, column, Some(*encoding), Effort::Least)?;
        if size_bytes < best.1 {
            best = (Some(*encoding), size_bytes);
        }
    }
    Ok(best.0)
}

/// How many bytes a column takes in an encoding, or with a dictionary.
fn size(
    field: &Field,
    column: &ArrayRef,
    encoding: Option<Encoding>,
    effort: Effort,
) -> Result<u64, ParquetError> {
    let schema = Arc::new(Schema::new(vec![field.clone()]));
    let batch = RecordBatch::try_new(schema, vec![Arc::clone(column)])?;
    let mut builder = base(effort).set_statistics_enabled(EnabledStatistics::None);
    if let Some(encoding) = encoding {
        let path = ColumnPath::from(field.name().as_str());
        builder = builder.set_dictionary_enabled(false).set_column_encoding(path, encoding);
    }
    let chunks = super::parquet::encode_with(&batch, Arc::new(builder.build()))?;
    Ok(chunks.iter().map(|chunk| chunk.close().bytes_written).sum())
}
