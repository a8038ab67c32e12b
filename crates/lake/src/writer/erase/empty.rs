//! A data file with some of its rows emptied: the same name, the same size, every row in its place.
//!
//! Logs and readers know a file's size, and marks of deleted rows are places in it, so neither may
//! change. An emptied row keeps where it came from, which tells of nobody; every other cell is
//! empty. What the file is shorter by stands between its pages and its end, where nothing points.

use std::sync::Arc;

use arrow::compute::concat_batches;
use arrow::compute::kernels::zip::zip;
use arrow_array::cast::AsArray as _;
use arrow_array::{
    Array as _, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, new_null_array,
};
use arrow_schema::{ArrowError, DataType, Field};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use roaring::RoaringTreemap;

use super::{ERASED_PATIENT, Speaks};
use crate::file::parquet::encode;
use crate::file::{Effort, FileError};
use crate::tables::{FILE, LINE, LOAD, PATIENT_ID, SOURCE};
use crate::writer::encode::assemble;
use crate::writer::pages::wrong;

/// What an emptied row keeps.
const KEPT: [&str; 4] = [SOURCE, LOAD, FILE, LINE];

/// From the ways in which a load writes to the one that takes the least room.
const EFFORTS: [Effort; 3] = [Effort::Load, Effort::Small, Effort::Least];

/// What goes from a data file.
#[derive(Debug)]
pub(super) struct Emptying {
    /// The places of the rows that are emptied.
    pub(super) rows: RoaringTreemap,
    /// The places of rows of which cells are emptied that speak of the person.
    pub(super) cut: RoaringTreemap,
    pub(super) speaks: Speaks,
}

/// The file without them, as large as it is.
///
/// # Errors
/// When it cannot be read, or not be written in its size.
pub(super) fn emptied(bytes: &Bytes, what: &Emptying) -> Result<Vec<u8>, FileError> {
    for effort in EFFORTS {
        if let Some(whole) = padded(&written(bytes, what, effort)?, bytes.len()) {
            return Ok(whole);
        }
    }
    Err(wrong(ArrowError::ParquetError(
        "a data file would be larger with emptied rows than without: run `aoba optimize --whole`, \
         then erase again"
            .to_owned(),
    )))
}

/// Puts what a file is shorter by before its end; nothing where it is longer.
fn padded(file: &[u8], size_bytes: usize) -> Option<Vec<u8>> {
    let more = size_bytes.checked_sub(file.len())?;
    // The end: the metadata, its length in four bytes, and the four letters of the format.
    let length = file.len().checked_sub(8)?;
    let end = file.get(length..length + 4)?.try_into().ok()?;
    let end = usize::try_from(u32::from_le_bytes(end)).ok()?;
    let (pages, end) = file.split_at_checked(length.checked_sub(end)?)?;
    let mut whole = Vec::with_capacity(size_bytes);
    whole.extend_from_slice(pages);
    whole.resize(pages.len() + more, 0);
    whole.extend_from_slice(end);
    Some(whole)
}

/// The file, written anew group by group.
fn written(bytes: &Bytes, what: &Emptying, effort: Effort) -> Result<Vec<u8>, FileError> {
    let metadata = ArrowReaderMetadata::load(bytes, ArrowReaderOptions::new())?;
    let schema = Arc::clone(metadata.schema());
    let (mut groups, mut first) = (Vec::new(), 0);
    for (at, group) in metadata.metadata().row_groups().iter().enumerate() {
        let rows = usize::try_from(group.num_rows()).unwrap_or_default();
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(bytes.clone(), metadata.clone());
        let reader = builder.with_row_groups(vec![at]).with_batch_size(rows.max(1)).build()?;
        let batches = reader.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        let Some(one) = batches.first() else { continue };
        let batch = concat_batches(&one.schema(), &batches).map_err(wrong)?;
        let batch = without(&batch, first, what).map_err(wrong)?;
        groups.push(encode(&batch, effort)?);
        first += batch.num_rows() as u64;
    }
    assemble(&schema, groups)
}

/// A group without what goes; its first row is the `first` of the file.
fn without(batch: &RecordBatch, first: u64, what: &Emptying) -> Result<RecordBatch, ArrowError> {
    let end = first + batch.num_rows() as u64;
    let mask = |places: &RoaringTreemap| -> Option<BooleanArray> {
        let mask: BooleanArray = (first..end).map(|row| Some(places.contains(row))).collect();
        (mask.true_count() > 0).then_some(mask)
    };
    let (rows, cut) = (mask(&what.rows), mask(&what.cut));
    if rows.is_none() && cut.is_none() {
        return Ok(batch.clone());
    }
    let schema = batch.schema();
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        let mut column = Arc::clone(column);
        if let Some(cut) = &cut
            && let Some(cells) = cells(&column, cut, &what.speaks)
        {
            column = zip(&cells, &blank(field, &column)?, &column)?;
        }
        if let Some(rows) = rows.as_ref().filter(|_| !KEPT.contains(&field.name().as_str())) {
            column = zip(rows, &blank(field, &column)?, &column)?;
        }
        columns.push(column);
    }
    RecordBatch::try_new(schema, columns)
}

/// As many empty cells as a column has rows.
fn blank(field: &Field, column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let rows = column.len();
    match column.data_type() {
        DataType::Int64 if field.name() == PATIENT_ID => {
            Ok(Arc::new(Int64Array::from_value(ERASED_PATIENT, rows)))
        }
        kind if field.is_nullable() => Ok(new_null_array(kind, rows)),
        DataType::Utf8 => {
            Ok(Arc::new(StringArray::from_iter_values(std::iter::repeat_n("", rows))))
        }
        _ => Err(ArrowError::SchemaError(format!("column {:?} cannot be empty", field.name()))),
    }
}

/// Which cells of these rows speak of the person; nothing where none does.
fn cells(column: &ArrayRef, rows: &BooleanArray, speaks: &Speaks) -> Option<BooleanArray> {
    let says = |texts: &StringArray| texts.iter().flatten().any(|text| speaks.of(text));
    let cell = |row: usize| match column.data_type() {
        DataType::Utf8 => column
            .as_string_opt::<i32>()
            .is_some_and(|texts| texts.is_valid(row) && speaks.of(texts.value(row))),
        DataType::List(_) => column.as_list_opt::<i32>().is_some_and(|lists| {
            lists.is_valid(row) && lists.value(row).as_string_opt::<i32>().is_some_and(says)
        }),
        _ => false,
    };
    let found: BooleanArray =
        rows.iter().enumerate().map(|(row, is)| Some(is == Some(true) && cell(row))).collect();
    (found.true_count() > 0).then_some(found)
}

#[cfg(test)]
mod tests {
    use arrow_array::builder::{ListBuilder, StringBuilder};
    use arrow_schema::Schema;

    use super::*;

    /// Rows of two people, one of them with words that no other row has.
    fn batch(rows: usize) -> RecordBatch {
        let text = |row: usize| match row % 7 {
            3 => format!("only hers {row}"),
            _ => format!("x{}", row % 2),
        };
        let mut lists = ListBuilder::new(StringBuilder::new());
        (0..rows).for_each(|row| lists.append_value([Some(text(row)), None]));
        let numbers = (0..rows).map(|row| if row % 7 == 3 { 7 } else { 3 });
        let columns: Vec<(&str, ArrayRef, bool)> = vec![
            ("patient_id", Arc::new(Int64Array::from_iter_values(numbers)), true),
            (
                "resource_key",
                Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("k{row}")))),
                false,
            ),
            ("source", Arc::new(StringArray::from_iter_values((0..rows).map(|_| "h"))), false),
            (
                "line",
                Arc::new(Int64Array::from_iter_values((0..rows).map(|row| row as i64))),
                false,
            ),
            ("text", Arc::new(StringArray::from_iter_values((0..rows).map(text))), true),
            ("tags", Arc::new(lists.finish()), true),
        ];
        let fields = columns
            .iter()
            .map(|(name, column, null)| Field::new(*name, column.data_type().clone(), *null));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let columns = columns.into_iter().map(|(_, column, _)| column).collect();
        RecordBatch::try_new(schema, columns).unwrap()
    }

    fn file(batches: &[RecordBatch]) -> Bytes {
        let groups = batches.iter().map(|batch| encode(batch, Effort::Load).unwrap()).collect();
        Bytes::from(assemble(&batches[0].schema(), groups).unwrap())
    }

    fn read(bytes: Vec<u8>) -> RecordBatch {
        let builder = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).unwrap();
        let schema = Arc::clone(builder.schema());
        let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
        concat_batches(&schema, &batches).unwrap()
    }

    fn what(rows: impl IntoIterator<Item = u64>, cut: impl IntoIterator<Item = u64>) -> Emptying {
        let speaks = Speaks::new(|text| text == "x1");
        Emptying { rows: rows.into_iter().collect(), cut: cut.into_iter().collect(), speaks }
    }

    #[test]
    fn emptied_rows_keep_their_places_and_the_file_its_size() {
        for rows in [8, 100, 5_000] {
            let (one, two) = (batch(rows), batch(rows));
            let bytes = file(&[one.clone(), two]);
            let hers = (0..2 * rows as u64).filter(|row| (row % rows as u64) % 7 == 3);
            let done = emptied(&bytes, &what(hers, [])).unwrap();
            assert_eq!(done.len(), bytes.len());
            let metadata =
                ArrowReaderMetadata::load(&Bytes::from(done.clone()), ArrowReaderOptions::new());
            assert_eq!(metadata.unwrap().metadata().num_row_groups(), 2);
            let left = read(done);
            assert_eq!(left.num_rows(), 2 * rows);
            let numbers = left.column(0).as_primitive::<arrow_array::types::Int64Type>();
            let (keys, texts) = (left.column(1).as_string::<i32>(), left.column(4));
            let lines = left.column(3).as_primitive::<arrow_array::types::Int64Type>();
            for row in 0..2 * rows {
                let (own, hers) = (row % rows, row % rows % 7 == 3);
                assert_eq!(lines.value(row), own as i64);
                assert_eq!(numbers.value(row), if hers { ERASED_PATIENT } else { 3 });
                assert_eq!(keys.value(row).is_empty(), hers);
                assert_eq!(texts.is_null(row), hers);
                assert_eq!(left.column(5).is_null(row), hers);
                if !hers {
                    assert_eq!(texts.slice(row, 1).as_ref(), one.column(4).slice(own, 1).as_ref());
                }
            }
        }
    }

    #[test]
    fn nothing_of_emptied_rows_is_left_in_any_page() {
        let bytes = file(&[batch(50)]);
        let hers = (0..50).filter(|row| row % 7 == 3);
        let done = emptied(&bytes, &what(hers, [])).unwrap();
        let left = format!("{:?}", read(done));
        assert!(!left.contains("hers"), "{left}");
    }

    #[test]
    fn keys_among_those_of_others_go_and_the_file_does_not_grow() {
        let rows = 3_000_usize;
        // Each key is nearly the one before it, and most stand twice.
        let keys =
            (0..rows).map(|row| format!("p-{:07}-laboratory-{:05}", row / 40, row * 11 / 20));
        let numbers = (0..rows).map(|row| (row * 11 / 20 % 3) as i64);
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("patient_id", Arc::new(Int64Array::from_iter_values(numbers))),
            ("resource_key", Arc::new(StringArray::from_iter_values(keys))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let bytes = file(&[batch]);
        for person in 0..3_u64 {
            let hers = (0..rows as u64).filter(|row| row * 11 / 20 % 3 == person);
            assert_eq!(emptied(&bytes, &what(hers, [])).unwrap().len(), bytes.len());
        }
    }

    #[test]
    fn of_a_row_that_was_cut_only_the_cells_that_speak_go() {
        let done = emptied(&file(&[batch(20)]), &what([], [0, 1])).unwrap();
        let left = read(done);
        let (texts, lists) = (left.column(4), left.column(5));
        assert!(texts.is_valid(0) && texts.is_null(1) && texts.is_valid(5));
        assert!(lists.is_valid(0) && lists.is_null(1) && lists.is_valid(5));
        assert_eq!(left.column(1).as_string::<i32>().value(1), "k1");
    }

    #[test]
    fn a_file_that_would_grow_is_not_padded() {
        let bytes = file(&[batch(8)]);
        assert_eq!(padded(&bytes, bytes.len() - 1), None);
        assert_eq!(padded(&bytes, bytes.len()).unwrap(), bytes);
        assert_eq!(read(padded(&bytes, bytes.len() + 999).unwrap()), read(bytes.to_vec()));
        assert_eq!(padded(b"PAR1", 100), None);
    }
}
