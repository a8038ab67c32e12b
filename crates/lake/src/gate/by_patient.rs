//! A table's rows in the order of people: each file is read once, from front to back, and its rows
//! pass the same test.

use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_schema::{ArrowError, DataType, Schema};
use datafusion::common::{DataFusionError, Result, internal_err};
use futures::StreamExt as _;
use object_store::ObjectStore;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::async_reader::ParquetRecordBatchStream;
use parquet::arrow::{ParquetRecordBatchStreamBuilder, ProjectionMask};

use super::scan::Columns;
use super::{GatedTable, Test, exec};
use crate::delta::{DataFile, Stored};
use crate::tables::PATIENT_ID;

/// Rows that are decoded at once.
const BATCH_ROWS: usize = 32_768;

/// More files than these are not held open at once.
const OPEN_MAX: usize = 64;

/// The rows of a table, of people whose numbers rise.
pub(crate) struct ByPatient {
    store: Arc<dyn ObjectStore>,
    /// Of people with one number only: those of the others lie in several places.
    test: Test,
    columns: Vec<Wanted>,
    /// Those that were not opened yet, by their first number.
    files: VecDeque<(i64, DataFile)>,
    open: Vec<OpenFile>,
    /// The place among the open ones of that which is read.
    at: usize,
}

/// A column to be read.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    /// Whether it is a text of which there are few different ones: it comes as a dictionary, as it
    /// lies in files.
    pub(crate) has_few_words: bool,
}

struct OpenFile {
    stream: ParquetRecordBatchStream<Stored>,
    columns: Columns,
    /// Rows of people above those who were asked for.
    rest: Option<RecordBatch>,
    /// The highest number that was met.
    met: i64,
}

impl GatedTable {
    /// The rows in the order of people, of those with one number only. None where a look is at one
    /// person, where rows lie in another order, or where very many files hold the same people.
    pub(crate) fn by_patient(&self, columns: Vec<Wanted>) -> Option<ByPatient> {
        if self.test.only.is_some() || !self.raw.lies_by_patient() {
            return None;
        }
        // A file without anybody's rows has nothing to tell.
        let files = self.raw.files().iter();
        let files = files.filter_map(|file| Some((file.patients?.0, file.clone())));
        let mut files: Vec<(i64, DataFile)> = files.collect();
        files.sort_by_key(|(first, _)| *first);
        if at_once(&files) > OPEN_MAX {
            return None;
        }
        let mut test = self.test.clone();
        let aliases = std::mem::take(&mut test.aliases);
        if !aliases.is_empty() {
            let several = aliases.renamed().flat_map(<[_; 2]>::from);
            let several = several.map(|number| number.get().cast_unsigned());
            Arc::make_mut(&mut test.excluded).extend(several);
        }
        let (store, files) = (self.raw.store(), files.into());
        Some(ByPatient { store, test, columns, files, open: Vec::new(), at: 0 })
    }
}

/// How many files, by their first number, hold the same number at most.
fn at_once(files: &[(i64, DataFile)]) -> usize {
    let mut ends = BinaryHeap::new();
    let of_file = |(first, file): &(i64, DataFile)| {
        while ends.peek().is_some_and(|std::cmp::Reverse(end)| end < first) {
            ends.pop();
        }
        ends.push(std::cmp::Reverse(file.patients.map_or(i64::MAX, |(_, last)| last)));
        ends.len()
    };
    files.iter().map(of_file).max().unwrap_or(0)
}

impl ByPatient {
    /// The next rows of people up to this number, who never fall; none when there are no more.
    pub(crate) async fn next(&mut self, last: i64) -> Result<Option<RecordBatch>> {
        loop {
            let Some(file) = self.open.get_mut(self.at) else {
                let Some((_, next)) = self.files.pop_front_if(|(first, _)| *first <= last) else {
                    self.at = 0;
                    return Ok(None);
                };
                let file = OpenFile::open(&self.store, &self.columns, &next).await?;
                self.open.push(file);
                continue;
            };
            let Some(batch) = file.batch(&self.test).await? else {
                self.open.remove(self.at);
                continue;
            };
            let (now, rest) = file.split(&batch, last)?;
            if let Some(rest) = rest {
                file.rest = Some(rest);
                self.at += 1;
            }
            if now.num_rows() > 0 {
                return Ok(Some(now));
            }
        }
    }
}

impl OpenFile {
    async fn open(
        store: &Arc<dyn ObjectStore>,
        wanted: &[Wanted],
        file: &DataFile,
    ) -> Result<Self> {
        let mut stored = Stored::new(store, file);
        let read = ArrowReaderMetadata::load_async(&mut stored, ArrowReaderOptions::new()).await?;
        let few = |name: &str| wanted.iter().any(|of| of.has_few_words && of.name == name);
        let fields = read.schema().fields().iter().map(|field| {
            if *field.data_type() != DataType::Utf8 || !few(field.name()) {
                return Arc::clone(field);
            }
            let words = DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into());
            Arc::new(field.as_ref().clone().with_data_type(words))
        });
        let schema =
            Schema::new_with_metadata(fields.collect::<Vec<_>>(), read.schema().metadata().clone());
        let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
        let read = ArrowReaderMetadata::try_new(Arc::clone(read.metadata()), options)?;
        let is_wanted =
            |name: &str| name == PATIENT_ID || wanted.iter().any(|column| column.name == name);
        let fields = read.schema().fields().iter().enumerate();
        let places = fields.filter(|(_, field)| is_wanted(field.name())).map(|(place, _)| place);
        let mask = ProjectionMask::roots(read.parquet_schema(), places);
        let builder = ParquetRecordBatchStreamBuilder::new_with_metadata(stored, read);
        let builder = match &file.deleted {
            Some(deleted) => builder.with_row_selection(deleted.selection(file.rows_stored())),
            None => builder,
        };
        let stream = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build()?;
        let Ok(patient) = stream.schema().index_of(PATIENT_ID) else {
            return internal_err!("a data file without patient_id");
        };
        let all = || (0..stream.schema().fields().len()).collect();
        let columns = Columns { read: all(), patient, wanted: all() };
        Ok(Self { stream, columns, rest: None, met: i64::MIN })
    }

    /// The rows at hand that pass.
    async fn batch(&mut self, test: &Test) -> Result<Option<RecordBatch>> {
        if let Some(rest) = self.rest.take() {
            return Ok(Some(rest));
        }
        let Some(batch) = self.stream.next().await else { return Ok(None) };
        Ok(Some(exec::admitted(&batch?, test, &self.columns)?))
    }

    /// The rows of people up to a number, and those of others.
    fn split(
        &mut self,
        batch: &RecordBatch,
        last: i64,
    ) -> Result<(RecordBatch, Option<RecordBatch>)> {
        let patients = batch.column(self.columns.patient).as_primitive::<Int64Type>();
        let mut end = batch.num_rows();
        for (row, number) in patients.iter().enumerate() {
            // A row of nobody goes with those before it.
            let Some(number) = number else { continue };
            if number < self.met {
                let wrong = "a data file whose rows do not lie by patient".to_owned();
                return Err(DataFusionError::from(ArrowError::ParquetError(wrong)));
            }
            if number > last {
                end = row;
                break;
            }
            self.met = number;
        }
        let rest = batch.num_rows() - end;
        Ok((batch.slice(0, end), (rest > 0).then(|| batch.slice(end, rest))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file((first, last): (i64, i64)) -> (i64, DataFile) {
        let patients = Some((first, last));
        (first, DataFile { path: String::new(), size_bytes: 0, rows: 1, patients, deleted: None })
    }

    #[test]
    fn files_that_hold_the_same_people_are_counted() {
        let at_once = |files: &[(i64, i64)]| {
            super::at_once(&files.iter().copied().map(file).collect::<Vec<_>>())
        };
        assert_eq!(at_once(&[]), 0);
        assert_eq!(at_once(&[(1, 4), (5, 9), (10, 12)]), 1);
        assert_eq!(at_once(&[(1, 5), (5, 9), (6, 6), (10, 12)]), 2);
    }
}
