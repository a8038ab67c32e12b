//! Columns of a batch by their names; one that is not there is empty.

use std::collections::HashMap;

use arrow::compute::cast;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array as _, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use vocab::date::Zone;

use super::column::{Keyed, NOTHING, count};
use super::time::{Stretch, is_of_clock};

/// A batch of gated rows.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a>(pub(super) &'a RecordBatch);

impl Rows<'_> {
    fn column(self, name: &str, kind: &DataType) -> Result<Option<ArrayRef>, ArrowError> {
        self.0.column_by_name(name).map(|column| cast(column, kind)).transpose()
    }

    pub(super) fn count(self) -> usize {
        self.0.num_rows()
    }

    /// A column of which rows have few different texts; an empty text is none.
    pub(super) fn words(self, name: &str) -> Result<Keyed<String>, ArrowError> {
        let Some(column) = self.0.column_by_name(name) else { return Ok(Keyed::default()) };
        if column.null_count() == column.len() {
            return Ok(Keyed::default());
        }
        match column.as_dictionary_opt::<Int32Type>() {
            Some(dictionary) => {
                let words = cast(dictionary.values(), &DataType::Utf8)?;
                let words = words.as_string::<i32>();
                let said = |key: usize| words.is_valid(key) && !words.value(key).is_empty();
                let key = |key: Option<i32>| {
                    let key = usize::try_from(key?).ok().filter(|key| said(*key))?;
                    u32::try_from(key).ok()
                };
                let keys = dictionary.keys().iter().map(|of| key(of).unwrap_or(NOTHING)).collect();
                let words = words.iter().map(|word| word.unwrap_or_default().to_owned());
                Ok(Keyed::new(keys, words.collect()))
            }
            None => Ok(keyed(cast(column, &DataType::Utf8)?.as_string::<i32>())),
        }
    }

    /// A column of which nearly every row has another text.
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

    /// Whether rows say anything in a column, whatever its type; a false is nothing.
    pub(super) fn said(self, name: &str) -> Said {
        match self.0.column_by_name(name) {
            None => Said::Nowhere,
            Some(column) if column.null_count() == column.len() => Said::Nowhere,
            Some(column) => match column.as_boolean_opt() {
                Some(truths) => Said::WhereTrue(truths.clone()),
                None => Said::WhereThere(ArrayRef::clone(column)),
            },
        }
    }

    pub(super) fn dates(self, name: &str) -> Result<Dates, ArrowError> {
        let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let side = |ending: &str| -> Result<_, ArrowError> {
            let column = self.column(&[name, ending].concat(), &instant)?;
            Ok(column.map(|c| c.as_primitive::<TimestampMicrosecondType>().clone()))
        };
        let low_high = side("_low")?.zip(side("_high")?);
        let low_high = low_high.filter(|(low, _)| low.null_count() < low.len());
        let precision = self.words(&[name, "_precision"].concat())?;
        Ok(Dates { low_high, is_of_clock: precision.map(|word| is_of_clock(&word)) })
    }
}

/// The words of a column of texts, each once.
fn keyed(texts: &StringArray) -> Keyed<String> {
    let (mut places, mut words) = (HashMap::new(), Vec::new());
    let mut key = |text: &str| {
        if let Some(&place) = places.get(text) {
            return place;
        }
        let place = count(&words);
        places.insert(text.to_owned(), place);
        words.push(text.to_owned());
        place
    };
    let said = |text: Option<&str>| text.filter(|text| !text.is_empty()).map_or(NOTHING, &mut key);
    let keys = texts.iter().map(said).collect();
    Keyed::new(keys, words)
}

/// A column of texts.
pub(super) struct Texts(Option<StringArray>);

impl Texts {
    /// The text of a row; an empty one is none.
    pub(super) fn at(&self, row: usize) -> Option<&str> {
        let column = self.0.as_ref().filter(|column| column.is_valid(row))?;
        Some(column.value(row)).filter(|text| !text.is_empty())
    }

    /// Whether no row has any.
    pub(super) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|column| column.null_count() == column.len())
    }
}

/// A column of numbers.
pub(super) struct Numbers(Option<Float64Array>);

impl Numbers {
    pub(super) fn at(&self, row: usize) -> Option<f64> {
        let column = self.0.as_ref().filter(|column| column.is_valid(row))?;
        Some(column.value(row)).filter(|number| number.is_finite())
    }

    /// Whether no row has any.
    pub(super) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|column| column.null_count() == column.len())
    }
}

/// Where a column says anything.
pub(super) enum Said {
    Nowhere,
    WhereTrue(BooleanArray),
    WhereThere(ArrayRef),
}

impl Said {
    pub(super) fn at(&self, row: usize) -> bool {
        match self {
            Self::Nowhere => false,
            Self::WhereTrue(truths) => truths.is_valid(row) && truths.value(row),
            Self::WhereThere(column) => column.is_valid(row),
        }
    }
}

/// A column of dates.
pub(super) struct Dates {
    low_high: Option<(TimestampMicrosecondArray, TimestampMicrosecondArray)>,
    /// Whether a date is known to the minute or second.
    is_of_clock: Keyed<bool>,
}

impl Dates {
    /// Whether no row has any.
    pub(super) fn is_empty(&self) -> bool {
        self.low_high.is_none()
    }

    /// The seconds in which the date of a row may lie.
    pub(super) fn at(&self, row: usize, zone: &Zone) -> Option<Stretch> {
        let (low, high) = self.low_high.as_ref()?;
        let is_known = low.is_valid(row) && high.is_valid(row);
        is_known.then(|| Stretch::of((low.value(row), high.value(row)), zone))
    }

    /// The same of a date at which something ends.
    pub(super) fn end_at(&self, row: usize, zone: &Zone) -> Option<Stretch> {
        let is_of_clock = self.is_of_clock.at(row).copied().unwrap_or_default();
        self.at(row, zone).map(|end| end.as_end(is_of_clock))
    }
}
