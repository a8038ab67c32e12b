//! The whole answer to a question, and reading it row by row.

use arrow::compute::cast;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{Array as _, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use jiff::civil::Date;

/// The whole answer to a question.
#[derive(Clone, Debug)]
pub struct SqlAnswer {
    /// Its columns.
    pub schema: SchemaRef,
    /// Its rows, in order where the question asked for one.
    pub batches: Vec<RecordBatch>,
}

/// The answer to a question of the program's own: rows of texts, numbers, days and flags.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    batches: Vec<RecordBatch>,
}

/// One row of an [`Answer`].
///
/// A column that is not there, or holds something else, reads as empty: the questions are files
/// of the program, and their tests look at every column.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    batch: &'a RecordBatch,
    at: usize,
}

impl SqlAnswer {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

impl Answer {
    /// Brings the columns to the few types rows are read by.
    pub(super) fn plain(answer: &SqlAnswer) -> Result<Self, ArrowError> {
        let plain = |batch: &RecordBatch| {
            let schema = batch.schema();
            let named = schema.fields().iter().zip(batch.columns());
            let columns: Result<Vec<_>, ArrowError> = named
                .map(|(field, column)| Ok((field.name().clone(), plain_column(column)?, true)))
                .collect();
            RecordBatch::try_from_iter_with_nullable(columns?)
        };
        let held = answer.batches.iter().filter(|batch| batch.num_rows() > 0);
        Ok(Self { batches: held.map(plain).collect::<Result<_, _>>()? })
    }

    /// Its rows, in order where the question asked for one.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |at| Row { batch, at }))
    }
}

fn plain_column(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let kind = match column.data_type() {
        DataType::Utf8View | DataType::LargeUtf8 | DataType::Dictionary(..) => DataType::Utf8,
        DataType::Float32 | DataType::Decimal128(..) => DataType::Float64,
        kind if kind.is_integer() => DataType::Int64,
        kind => kind.clone(),
    };
    cast(column, &kind)
}

impl<'a> Row<'a> {
    fn column(&self, name: &str) -> Option<&'a ArrayRef> {
        self.batch.column_by_name(name).filter(|column| column.is_valid(self.at))
    }

    /// A text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        Some(self.column(name)?.as_string_opt::<i32>()?.value(self.at))
    }

    /// A number with its part after the point.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        Some(self.column(name)?.as_primitive_opt::<Float64Type>()?.value(self.at))
    }

    /// A whole number.
    #[must_use]
    pub fn whole(&self, name: &str) -> Option<i64> {
        Some(self.column(name)?.as_primitive_opt::<Int64Type>()?.value(self.at))
    }

    /// A day.
    #[must_use]
    pub fn day(&self, name: &str) -> Option<Date> {
        let days = self.column(name)?.as_primitive_opt::<Date32Type>()?.value(self.at);
        super::counts::day_after_1970(days)
    }

    /// Whether something is so; what is not known is not so.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.column(name).and_then(|column| column.as_boolean_opt().map(|c| c.value(self.at)))
            == Some(true)
    }
}
