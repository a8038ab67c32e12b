//! A column of a view with its companions, under construction.

use arrow_array::ArrayRef;
use arrow_schema::ArrowError;
use vocab::FhirDate;
use vocab::date::Zone;

use super::array::{Array, Datum, Lists, Misfit, date, real};
use super::kind::{Kind, Shape};

/// One column of a view.
#[derive(Debug)]
pub(super) enum Column {
    /// One array.
    Plain(Array),
    /// One array of lists.
    List(Lists, Kind),
    /// A number for maths, and its exact text.
    Decimal { number: Array, text: Array },
    /// A date and all that is known about it.
    Date(Box<Dates>),
    /// The local day of a date.
    Day(Array, Known),
}

/// A date column's arrays.
#[derive(Debug)]
pub(super) struct Dates {
    text: Array,
    precision: Array,
    low: Array,
    high: Array,
    day: Array,
    known: Known,
}

/// The last text of a date and what it meant: neighbours often have the same date.
#[derive(Debug, Default)]
pub(super) struct Known(Option<(String, FhirDate)>);

impl Column {
    pub(super) fn new(shape: Shape) -> Self {
        match shape {
            Shape::Plain(kind) => Self::Plain(Array::new(kind)),
            Shape::List(kind) => Self::List(Lists::new(kind), kind),
            Shape::Decimal => {
                Self::Decimal { number: Array::new(Kind::Float64), text: Array::new(Kind::Text) }
            }
            Shape::Date => Self::Date(Box::new(Dates {
                text: Array::new(Kind::Text),
                precision: Array::new(Kind::Text),
                low: Array::new(Kind::Instant),
                high: Array::new(Kind::Instant),
                day: Array::new(Kind::Day),
                known: Known::default(),
            })),
            Shape::Day => Self::Day(Array::new(Kind::Day), Known::default()),
        }
    }

    /// Puts one value at the end; of a list column, a list of it.
    pub(super) fn push(&mut self, datum: Datum<'_>, zone: &Zone) -> Result<(), Misfit> {
        if datum == Datum::Null {
            self.push_null();
            return Ok(());
        }
        match self {
            Self::Plain(array) => array.push(datum, zone),
            Self::List(lists, _) => {
                lists.push_item(datum, zone)?;
                lists.end_row();
                Ok(())
            }
            Self::Decimal { number, text } => match datum {
                Datum::Number(_) | Datum::Int(_) => {
                    let Array::Float64(numbers) = number else { return Err(Misfit::Type) };
                    numbers.push(Some(real(datum)?));
                    text.push(datum, zone)
                }
                _ => Err(Misfit::Type),
            },
            Self::Date(dates) => dates.push(datum, zone),
            Self::Day(day, known) => {
                day.push_day(known.date(datum, zone)?.day);
                Ok(())
            }
        }
    }

    /// Puts a null at the end; also of a list column, where it is not the same as an empty list.
    #[inline]
    pub(super) fn push_null(&mut self) {
        match self {
            Self::Plain(array) | Self::Day(array, _) => array.push_null(),
            Self::List(lists, _) => lists.push_null(),
            Self::Decimal { number, text } => {
                number.push_null();
                text.push_null();
            }
            Self::Date(dates) => dates.push_null(),
        }
    }

    /// Cuts back to so many rows.
    pub(super) fn truncate(&mut self, rows: usize) {
        match self {
            Self::Plain(array) | Self::Day(array, _) => array.truncate(rows),
            Self::List(lists, _) => lists.truncate(rows),
            Self::Decimal { number, text } => {
                number.truncate(rows);
                text.truncate(rows);
            }
            Self::Date(dates) => dates.truncate(rows),
        }
    }

    pub(super) fn size_bytes(&self) -> usize {
        match self {
            Self::Plain(array) | Self::Day(array, _) => array.size_bytes(),
            Self::List(lists, _) => lists.size_bytes(),
            Self::Decimal { number, text } => number.size_bytes() + text.size_bytes(),
            Self::Date(dates) => 3 * (dates.text.size_bytes() + dates.precision.size_bytes()),
        }
    }

    /// Adds the finished arrays, in the order of [`super::kind::fields`].
    pub(super) fn finish(&mut self, to: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        match self {
            Self::Plain(array) | Self::Day(array, _) => to.push(array.finish()?),
            Self::List(lists, kind) => to.push(lists.finish(*kind)?),
            Self::Decimal { number, text } => to.extend([number.finish()?, text.finish()?]),
            Self::Date(dates) => dates.finish(to)?,
        }
        Ok(())
    }
}

impl Known {
    fn date(&mut self, datum: Datum<'_>, zone: &Zone) -> Result<FhirDate, Misfit> {
        let Datum::Text(text) = datum else { return Err(Misfit::Type) };
        if let Some((_, date)) = self.0.as_ref().filter(|(last, _)| last == text) {
            return Ok(*date);
        }
        let date = date(datum, zone)?;
        let (last, held) = self.0.get_or_insert_with(|| (String::new(), date));
        last.clear();
        last.push_str(text);
        *held = date;
        Ok(date)
    }
}

impl Dates {
    fn push_null(&mut self) {
        let Self { text, precision, low, high, day, .. } = self;
        for array in [text, precision, low, high, day] {
            array.push_null();
        }
    }

    fn push(&mut self, datum: Datum<'_>, zone: &Zone) -> Result<(), Misfit> {
        let date = self.known.date(datum, zone)?;
        self.text.push(datum, zone)?;
        self.precision.push(Datum::Text(date.precision.as_str()), zone)?;
        self.low.push_instant(Some(date.low_us));
        self.high.push_instant(Some(date.high_us));
        self.day.push_day(date.day);
        Ok(())
    }

    fn truncate(&mut self, rows: usize) {
        self.text.truncate(rows);
        self.precision.truncate(rows);
        self.low.truncate(rows);
        self.high.truncate(rows);
        self.day.truncate(rows);
    }

    fn finish(&mut self, to: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        let Self { text, precision, low, high, day, .. } = self;
        for array in [text, precision, low, high, day] {
            to.push(array.finish()?);
        }
        Ok(())
    }
}
