//! Columns of a batch by their names; one that is not there is empty.

use arrow::compute::cast;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array as _, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use vocab::date::Zone;

use super::time::{Stretch, is_of_clock};

/// A batch of gated rows.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a>(pub(super) &'a RecordBatch);

impl Rows<'_> {
    fn column(self, name: &str, kind: &DataType) -> Result<Option<ArrayRef>, ArrowError> {
        self.0.column_by_name(name).map(|column| cast(column, kind)).transpose()
    }

    pub(super) fn texts(self, name: &str) -> Result<Texts, ArrowError> {
        let column = self.column(name, &DataType::Utf8)?;
        Ok(Texts(column.map(|column| column.as_string::<i32>().clone())))
    }

    pub(super) fn numbers(self, name: &str) -> Result<Numbers, ArrowError> {
        let column = self.column(name, &DataType::Float64)?;
        Ok(Numbers(column.map(|column| column.as_primitive::<Float64Type>().clone())))
    }

    pub(super) fn whole(self, name: &str) -> Result<Option<Int64Array>, ArrowError> {
        let column = self.column(name, &DataType::Int64)?;
        Ok(column.map(|column| column.as_primitive::<Int64Type>().clone()))
    }

    pub(super) fn truths(self, name: &str) -> Result<Truths, ArrowError> {
        let column = self.0.column_by_name(name);
        Ok(Truths(column.and_then(|column| column.as_boolean_opt().cloned())))
    }

    pub(super) fn dates(self, name: &str) -> Result<Dates, ArrowError> {
        let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let side = |ending: &str| -> Result<_, ArrowError> {
            let column = self.column(&[name, ending].concat(), &instant)?;
            Ok(column.map(|c| c.as_primitive::<TimestampMicrosecondType>().clone()))
        };
        let low_high = side("_low")?.zip(side("_high")?);
        Ok(Dates { low_high, precision: self.texts(&[name, "_precision"].concat())? })
    }
}

/// A column of texts.
pub(super) struct Texts(Option<StringArray>);

impl Texts {
    /// The text of a row; an empty one is none.
    pub(super) fn at(&self, row: usize) -> Option<&str> {
        let column = self.0.as_ref().filter(|column| column.is_valid(row))?;
        Some(column.value(row)).filter(|text| !text.is_empty())
    }

    /// Whether a row, a list with commas, has one of these words.
    pub(super) fn has(&self, row: usize, words: &[&str]) -> bool {
        let list = self.at(row).unwrap_or_default();
        list.split(',').any(|word| words.contains(&word.trim()))
    }
}

/// A column of numbers.
pub(super) struct Numbers(Option<Float64Array>);

impl Numbers {
    pub(super) fn at(&self, row: usize) -> Option<f64> {
        let column = self.0.as_ref().filter(|column| column.is_valid(row))?;
        Some(column.value(row)).filter(|number| number.is_finite())
    }
}

/// A column of truths.
pub(super) struct Truths(Option<BooleanArray>);

impl Truths {
    pub(super) fn at(&self, row: usize) -> Option<bool> {
        self.0.as_ref().filter(|column| column.is_valid(row)).map(|column| column.value(row))
    }
}

/// A column of dates.
pub(super) struct Dates {
    low_high: Option<(TimestampMicrosecondArray, TimestampMicrosecondArray)>,
    precision: Texts,
}

impl Dates {
    /// The seconds in which the date of a row may lie.
    pub(super) fn at(&self, row: usize, zone: &Zone) -> Option<Stretch> {
        let (low, high) = self.low_high.as_ref()?;
        let is_known = low.is_valid(row) && high.is_valid(row);
        is_known.then(|| Stretch::of((low.value(row), high.value(row)), zone))
    }

    /// The same of a date at which something ends.
    pub(super) fn end_at(&self, row: usize, zone: &Zone) -> Option<Stretch> {
        let precision = self.precision.at(row).unwrap_or_default();
        self.at(row, zone).map(|end| end.as_end(is_of_clock(precision)))
    }
}

/// Whether a column says anything in a row, whatever its type; a false is nothing.
pub(super) fn says(rows: Rows<'_>, name: &str, row: usize) -> bool {
    let Some(column) = rows.0.column_by_name(name) else { return false };
    match column.as_boolean_opt() {
        Some(truths) => truths.is_valid(row) && truths.value(row),
        None => column.is_valid(row),
    }
}
