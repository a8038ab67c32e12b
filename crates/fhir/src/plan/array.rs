//! Arrays under construction that can be cut back, so that a resource enters whole or not at all.

use std::sync::Arc;

use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type,
    TimestampMicrosecondType,
};
use arrow_array::{
    ArrayRef, ArrowPrimitiveType, BooleanArray, Decimal128Array, ListArray, PrimitiveArray,
    StringArray,
};
use arrow_buffer::{BooleanBufferBuilder, Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, Field};
use vocab::FhirDate;
use vocab::date::Zone;

use super::kind::Kind;

/// A value on its way into a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Datum<'a> {
    Null,
    Text(&'a str),
    /// A number, as written.
    Number(&'a str),
    Bool(bool),
    Int(i64),
}

/// Why a value does not go into its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// Another JSON type than the column takes.
    Type,
    /// Not a FHIR date, or one too vague for a SQL date.
    Date,
    /// A number beyond the column's type.
    Number,
    /// More text than one array holds.
    Full,
}

/// Rows for which an array makes room at first.
const ROWS_FIRST: usize = 1024;

/// One array under construction.
#[derive(Debug)]
pub(super) enum Array {
    Text(Texts),
    Boolean { values: BooleanBufferBuilder, valid: NullBufferBuilder },
    Int32(Numbers<Int32Type>),
    Int64(Numbers<Int64Type>),
    Float32(Numbers<Float32Type>),
    Float64(Numbers<Float64Type>),
    Decimal(Numbers<Decimal128Type>, u8, i8),
    Day(Numbers<Date32Type>),
    Instant(Numbers<TimestampMicrosecondType>),
}

/// Strings, one after another.
#[derive(Debug)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<i32>,
    valid: NullBufferBuilder,
}

impl Texts {
    fn new() -> Self {
        Self { bytes: Vec::new(), ends: vec![0], valid: NullBufferBuilder::new(ROWS_FIRST) }
    }

    #[inline]
    pub(super) fn push(&mut self, text: &str) -> Result<(), Misfit> {
        self.bytes.extend_from_slice(text.as_bytes());
        let end = i32::try_from(self.bytes.len()).map_err(|_| Misfit::Full)?;
        self.ends.push(end);
        self.valid.append_non_null();
        Ok(())
    }

    #[inline]
    pub(super) fn push_null(&mut self) {
        self.ends.push(self.ends.last().copied().unwrap_or(0));
        self.valid.append_null();
    }

    fn truncate(&mut self, rows: usize) {
        self.ends.truncate(rows + 1);
        let end = self.ends.last().copied().unwrap_or(0);
        self.bytes.truncate(usize::try_from(end).unwrap_or(0));
        self.valid.truncate(rows);
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let room = self.bytes.len();
        let bytes = std::mem::replace(&mut self.bytes, Vec::with_capacity(room));
        let mut fresh = Vec::with_capacity(self.ends.len());
        fresh.push(0);
        let ends = std::mem::replace(&mut self.ends, fresh);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        StringArray::try_new(offsets, Buffer::from_vec(bytes), self.valid.finish())
            .map(|array| Arc::new(array) as ArrayRef)
    }
}

/// Fixed-width values.
#[derive(Debug)]
pub(super) struct Numbers<T: ArrowPrimitiveType> {
    values: Vec<T::Native>,
    valid: NullBufferBuilder,
}

impl<T: ArrowPrimitiveType> Numbers<T> {
    pub(super) fn new() -> Self {
        Self { values: Vec::new(), valid: NullBufferBuilder::new(ROWS_FIRST) }
    }

    #[inline]
    pub(super) fn push(&mut self, value: Option<T::Native>) {
        self.valid.append(value.is_some());
        self.values.push(value.unwrap_or_default());
    }

    fn truncate(&mut self, rows: usize) {
        self.values.truncate(rows);
        self.valid.truncate(rows);
    }

    fn take(&mut self) -> PrimitiveArray<T> {
        let fresh = Vec::with_capacity(self.values.len());
        let values = std::mem::replace(&mut self.values, fresh);
        PrimitiveArray::new(ScalarBuffer::from(values), self.valid.finish())
    }

    fn bytes(&self) -> usize {
        self.values.len() * size_of::<T::Native>()
    }
}

impl Array {
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(Texts::new()),
            Kind::Boolean => Self::Boolean {
                values: BooleanBufferBuilder::new(ROWS_FIRST),
                valid: NullBufferBuilder::new(ROWS_FIRST),
            },
            Kind::Int32 => Self::Int32(Numbers::new()),
            Kind::Int64 => Self::Int64(Numbers::new()),
            Kind::Float32 => Self::Float32(Numbers::new()),
            Kind::Float64 => Self::Float64(Numbers::new()),
            Kind::Decimal(precision, scale) => Self::Decimal(Numbers::new(), precision, scale),
            Kind::Day => Self::Day(Numbers::new()),
            Kind::Instant => Self::Instant(Numbers::new()),
        }
    }

    /// Puts a value at the end.
    #[inline]
    pub(super) fn push(&mut self, datum: Datum<'_>, zone: &Zone) -> Result<(), Misfit> {
        if datum == Datum::Null {
            self.push_null();
            return Ok(());
        }
        match self {
            Self::Text(texts) => match datum {
                Datum::Text(text) | Datum::Number(text) => texts.push(text)?,
                Datum::Bool(value) => texts.push(if value { "true" } else { "false" })?,
                Datum::Int(value) => texts.push(&value.to_string())?,
                Datum::Null => {}
            },
            Self::Boolean { values, valid } => {
                let Datum::Bool(value) = datum else { return Err(Misfit::Type) };
                values.append(value);
                valid.append_non_null();
            }
            Self::Int32(numbers) => {
                numbers.push(Some(whole(datum)?.try_into().map_err(|_| Misfit::Number)?));
            }
            Self::Int64(numbers) => numbers.push(Some(whole(datum)?)),
            Self::Float32(numbers) => numbers.push(Some(real32(datum)?)),
            Self::Float64(numbers) => numbers.push(Some(real(datum)?)),
            Self::Decimal(numbers, precision, scale) => {
                numbers.push(Some(exact(datum, *precision, *scale)?));
            }
            Self::Day(numbers) => numbers.push(Some(date(datum, zone)?.day.ok_or(Misfit::Date)?)),
            Self::Instant(numbers) => {
                let date = date(datum, zone)?;
                // A year or a month is no instant; a day begins at its midnight.
                date.day.ok_or(Misfit::Date)?;
                numbers.push(Some(date.low_us));
            }
        }
        Ok(())
    }

    #[inline]
    pub(super) fn push_null(&mut self) {
        match self {
            Self::Text(texts) => texts.push_null(),
            Self::Boolean { values, valid } => {
                values.append(false);
                valid.append_null();
            }
            Self::Int32(numbers) => numbers.push(None),
            Self::Int64(numbers) => numbers.push(None),
            Self::Float32(numbers) => numbers.push(None),
            Self::Float64(numbers) => numbers.push(None),
            Self::Decimal(numbers, ..) => numbers.push(None),
            Self::Day(numbers) => numbers.push(None),
            Self::Instant(numbers) => numbers.push(None),
        }
    }

    /// Puts an instant at the end of an array of instants.
    pub(super) fn push_instant(&mut self, us: Option<i64>) {
        match self {
            Self::Instant(numbers) => numbers.push(us),
            _ => self.push_null(),
        }
    }

    /// Puts a day at the end of an array of days.
    pub(super) fn push_day(&mut self, day: Option<i32>) {
        match self {
            Self::Day(numbers) => numbers.push(day),
            _ => self.push_null(),
        }
    }

    /// Cuts back to so many values.
    pub(super) fn truncate(&mut self, rows: usize) {
        match self {
            Self::Text(texts) => texts.truncate(rows),
            Self::Boolean { values, valid } => {
                // A value that failed may not have come in, so there may be fewer.
                values.truncate(rows.min(values.len()));
                valid.truncate(rows);
            }
            Self::Int32(numbers) => numbers.truncate(rows),
            Self::Int64(numbers) => numbers.truncate(rows),
            Self::Float32(numbers) => numbers.truncate(rows),
            Self::Float64(numbers) => numbers.truncate(rows),
            Self::Decimal(numbers, ..) => numbers.truncate(rows),
            Self::Day(numbers) => numbers.truncate(rows),
            Self::Instant(numbers) => numbers.truncate(rows),
        }
    }

    pub(super) fn size_bytes(&self) -> usize {
        match self {
            Self::Text(texts) => texts.bytes.len() + texts.ends.len() * 4,
            Self::Boolean { values, .. } => values.len() / 8,
            Self::Int32(numbers) => numbers.bytes(),
            Self::Int64(numbers) => numbers.bytes(),
            Self::Float32(numbers) => numbers.bytes(),
            Self::Float64(numbers) => numbers.bytes(),
            Self::Decimal(numbers, ..) => numbers.bytes(),
            Self::Day(numbers) => numbers.bytes(),
            Self::Instant(numbers) => numbers.bytes(),
        }
    }

    /// Gives what was built and begins anew.
    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(texts) => texts.finish()?,
            Self::Boolean { values, valid } => {
                Arc::new(BooleanArray::new(values.finish(), valid.finish()))
            }
            Self::Int32(numbers) => Arc::new(numbers.take()),
            Self::Int64(numbers) => Arc::new(numbers.take()),
            Self::Float32(numbers) => Arc::new(numbers.take()),
            Self::Float64(numbers) => Arc::new(numbers.take()),
            Self::Decimal(numbers, precision, scale) => {
                let array: Decimal128Array = numbers.take();
                Arc::new(array.with_precision_and_scale(*precision, *scale)?)
            }
            Self::Day(numbers) => Arc::new(numbers.take()),
            Self::Instant(numbers) => Arc::new(numbers.take().with_timezone("UTC")),
        })
    }
}

/// Lists of values, one list a row.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) items: Array,
    ends: Vec<i32>,
    count: i32,
    valid: NullBufferBuilder,
}

impl Lists {
    pub(super) fn new(kind: Kind) -> Self {
        let valid = NullBufferBuilder::new(ROWS_FIRST);
        Self { items: Array::new(kind), ends: vec![0], count: 0, valid }
    }

    pub(super) fn push_item(&mut self, datum: Datum<'_>, zone: &Zone) -> Result<(), Misfit> {
        self.items.push(datum, zone)?;
        self.count = self.count.checked_add(1).ok_or(Misfit::Full)?;
        Ok(())
    }

    pub(super) fn end_row(&mut self) {
        self.ends.push(self.count);
        self.valid.append_non_null();
    }

    /// A row without a list, where `forEachOrNull` found nothing; an empty list is another thing.
    pub(super) fn push_null(&mut self) {
        self.ends.push(self.count);
        self.valid.append_null();
    }

    pub(super) fn truncate(&mut self, rows: usize) {
        self.ends.truncate(rows + 1);
        self.count = self.ends.last().copied().unwrap_or(0);
        self.items.truncate(usize::try_from(self.count).unwrap_or(0));
        self.valid.truncate(rows);
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.items.size_bytes() + self.ends.len() * 4
    }

    pub(super) fn finish(&mut self, kind: Kind) -> Result<ArrayRef, ArrowError> {
        let ends = std::mem::replace(&mut self.ends, vec![0]);
        self.count = 0;
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        let field = Arc::new(Field::new_list_field(kind.arrow(), true));
        let array = ListArray::try_new(field, offsets, self.items.finish()?, self.valid.finish())?;
        Ok(Arc::new(array))
    }
}

fn whole(datum: Datum<'_>) -> Result<i64, Misfit> {
    match datum {
        Datum::Int(value) => Ok(value),
        Datum::Number(text) | Datum::Text(text) => text.parse().map_err(|_| Misfit::Number),
        _ => Err(Misfit::Type),
    }
}

pub(super) fn real(datum: Datum<'_>) -> Result<f64, Misfit> {
    match datum {
        Datum::Number(text) => {
            text.parse().ok().filter(|value: &f64| value.is_finite()).ok_or(Misfit::Number)
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of rows is far below 2^53")]
        Datum::Int(value) => Ok(value as f64),
        _ => Err(Misfit::Type),
    }
}

fn real32(datum: Datum<'_>) -> Result<f32, Misfit> {
    match datum {
        Datum::Number(text) => {
            text.parse().ok().filter(|value: &f32| value.is_finite()).ok_or(Misfit::Number)
        }
        _ => Err(Misfit::Type),
    }
}

pub(super) fn date(datum: Datum<'_>, zone: &Zone) -> Result<FhirDate, Misfit> {
    match datum {
        Datum::Text(text) => FhirDate::parse(text, zone).map_err(|_| Misfit::Date),
        _ => Err(Misfit::Type),
    }
}

/// A decimal as a whole number of its smallest unit; one with more digits than the column has is
/// refused, never cut.
fn exact(datum: Datum<'_>, precision: u8, scale: i8) -> Result<i128, Misfit> {
    let count;
    let text = match datum {
        Datum::Number(text) => text,
        Datum::Int(value) => {
            count = value.to_string();
            &count
        }
        _ => return Err(Misfit::Type),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().map_err(|_| Misfit::Number)?;
    let (sign, digits) = mantissa.strip_prefix('-').map_or((1, mantissa), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = part.trim_end_matches('0');
    let length = i32::try_from(part.len()).map_err(|_| Misfit::Number)?;
    // Zeros to put behind the digits so that they count units of 10^-scale.
    let zeros = i32::from(scale).checked_add(exponent).and_then(|sum| sum.checked_sub(length));
    let zeros = zeros.and_then(|zeros| u32::try_from(zeros).ok()).ok_or(Misfit::Number)?;
    let unit = 10_i128.checked_pow(zeros).ok_or(Misfit::Number)?;
    let value = whole.bytes().chain(part.bytes()).try_fold(0_i128, |sum, digit| {
        sum.checked_mul(10)?.checked_add(i128::from(digit.wrapping_sub(b'0')))
    });
    let value = value.and_then(|value| value.checked_mul(unit)).ok_or(Misfit::Number)?;
    let limit = 10_i128.checked_pow(u32::from(precision)).unwrap_or(i128::MAX);
    if value < limit { Ok(sign * value) } else { Err(Misfit::Number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_that_does_not_fit_is_refused_and_never_cut() {
        let check = |text, expect| assert_eq!(exact(Datum::Number(text), 6, 2), expect, "{text}");
        check("1.5", Ok(150));
        check("-0.01", Ok(-1));
        check("1.500", Ok(150));
        check("12e2", Ok(120_000));
        check("0.001", Err(Misfit::Number));
        check("10000", Err(Misfit::Number));
        check("1e999999999", Err(Misfit::Number));
    }

    #[test]
    fn cut_back_and_filled_again_an_array_holds_only_the_second_filling() {
        let zone = Zone::tokyo();
        for kind in [Kind::Text, Kind::Boolean, Kind::Int32, Kind::Int64] {
            let datum = match kind {
                Kind::Boolean => Datum::Bool(true),
                Kind::Text => Datum::Text("x"),
                _ => Datum::Int(7),
            };
            let (mut cut, mut plain) = (Array::new(kind), Array::new(kind));
            for array in [&mut cut, &mut plain] {
                array.push(datum, &zone).unwrap();
                array.push_null();
            }
            cut.push_null();
            cut.push(datum, &zone).unwrap();
            cut.truncate(2);
            for array in [&mut cut, &mut plain] {
                array.push(datum, &zone).unwrap();
            }
            assert_eq!(&cut.finish().unwrap(), &plain.finish().unwrap(), "{kind:?}");
        }
    }
}
