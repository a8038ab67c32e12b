//! Columns of numbers with a decimal point.
//!
//! What a laboratory reports are short decimals: they are kept as integers and come back bit by bit;
//! what does not is kept as the double it is.

use super::column::{self, Column, Cursor};
use super::{Damage, varint};

/// The most decimals tried.
const SCALE_MAX: u8 = 9;
const POWERS: [f64; 10] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/// Beyond this, doubles are not every integer.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
/// From here on, a double is an integer.
const WHOLE_MIN: f64 = 4_503_599_627_370_496.0;
const HAS_NONE: u8 = 0x80;

/// The bits that stand for no number; a row whose number is not finite has none.
pub(crate) const NONE: f64 = f64::NAN;

/// The integer of a number at a scale, where it gives the number's bits back.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "it was compared with the largest integer that a double holds"
)]
fn integer(value: f64, scale: u8) -> Option<i64> {
    let power = POWERS.get(usize::from(scale)).copied()?;
    let scaled = value * power;
    if scaled.is_nan() || scaled.abs() >= EXACT_MAX {
        return None;
    }
    // Rounded without a call. What is no integer nearly is one neither way.
    let half = if scaled.abs() < WHOLE_MIN { f64::copysign(0.5, scaled) } else { 0.0 };
    let integer = (scaled + half) as i64;
    // As it will be read; a zero below zero is not.
    (((integer as f64) / power).to_bits() == value.to_bits()).then_some(integer)
}

/// The scale at which nearly all are integers.
fn scale_of(values: &[f64]) -> u8 {
    let mut of = [0_usize; 10];
    let mut finite = 0;
    // Every value of a short column, and a part of a long one, spread over it.
    let step = (values.len() / 4096).max(1);
    let mut last = (f64::NAN.to_bits(), None);
    for &value in values.iter().step_by(step).filter(|value| value.is_finite()) {
        finite += 1;
        if last.0 != value.to_bits() {
            let scale = (0..=SCALE_MAX).find(|&scale| integer(value, scale).is_some());
            last = (value.to_bits(), scale);
        }
        if let Some(count) = last.1.and_then(|scale| of.get_mut(usize::from(scale))) {
            *count += 1;
        }
    }
    let enough = finite - finite / 50;
    let mut covered = 0;
    for (scale, count) in (0..).zip(of) {
        covered += count;
        if covered >= enough.max(1) {
            return scale;
        }
    }
    // Not decimals: the few that are may as well be kept as integers.
    0
}

/// Appends a column; what is not finite is none.
pub(crate) fn write(values: &[f64], out: &mut Vec<u8>) {
    let scale = scale_of(values);
    let mut integers = Vec::with_capacity(values.len());
    let mut exceptions = Vec::new();
    let mut count = 0;
    let mut next = 0;
    let mut nones = Vec::new();
    let mut last = (f64::NAN.to_bits(), None);
    for (row, &value) in values.iter().enumerate() {
        // Limits are the same in most rows.
        if last.0 != value.to_bits() {
            last = (value.to_bits(), integer(value, scale));
        }
        match last.1 {
            Some(integer) => integers.push(integer),
            None if value.is_finite() => {
                varint::write((row - next) as u64, &mut exceptions);
                exceptions.extend_from_slice(&value.to_bits().to_le_bytes());
                count += 1;
                next = row + 1;
                // The one before it costs the fewest bits.
                integers.push(integers.last().copied().unwrap_or(0));
            }
            None => {
                nones.push(row);
                integers.push(integers.last().copied().unwrap_or(0));
            }
        }
    }
    let none = integers.iter().copied().min().unwrap_or(0) - 1;
    for &row in &nones {
        if let Some(place) = integers.get_mut(row) {
            *place = none;
        }
    }
    out.push(scale | if nones.is_empty() { 0 } else { HAS_NONE });
    varint::write(count, out);
    out.append(&mut exceptions);
    column::write(&integers, out);
}

/// A column of decimals as it lies in the file.
pub(crate) struct Decimals<'a> {
    power: f64,
    none: Option<i64>,
    exceptions: Vec<(usize, f64)>,
    integers: Column<'a>,
}

impl<'a> Decimals<'a> {
    /// Reads a column of so many values.
    pub(crate) fn read(mut bytes: &'a [u8], count: usize) -> Result<Self, Damage> {
        let head = *varint::take(&mut bytes, 1)?.first().ok_or(Damage::Short)?;
        let power = *POWERS.get(usize::from(head & !HAS_NONE)).ok_or(Damage::Number)?;
        let mut exceptions = Vec::new();
        let mut next = 0_usize;
        for _ in 0..varint::read(&mut bytes)? {
            let gap = super::index(varint::read(&mut bytes)?)?;
            let row = next.checked_add(gap).filter(|&row| row < count).ok_or(Damage::Number)?;
            let value = f64::from_bits(super::u64_at(varint::take(&mut bytes, 8)?, 0)?);
            exceptions.push((row, value));
            next = row + 1;
        }
        let integers = Column::read(bytes, count)?;
        let none = if head & HAS_NONE == 0 { None } else { Some(integers.least()) };
        Ok(Self { power, none, exceptions, integers })
    }

    /// How many values.
    pub(crate) fn len(&self) -> usize {
        self.integers.len()
    }

    /// Where to read from, front to back.
    pub(crate) fn cursor(&self) -> Cursor<'a> {
        self.integers.cursor()
    }

    /// Appends the values of some rows.
    #[expect(clippy::cast_precision_loss, reason = "what was written is below 2^53")]
    pub(crate) fn read_part(
        &self,
        cursor: &mut Cursor<'a>,
        (from, count): (usize, usize),
        integers: &mut Vec<i64>,
        out: &mut Vec<f64>,
    ) -> Result<(), Damage> {
        integers.clear();
        cursor.read(from, count, integers)?;
        let first = out.len();
        match self.none {
            None => out.extend(integers.iter().map(|&integer| integer as f64 / self.power)),
            Some(none) => {
                out.extend(integers.iter().map(|&integer| {
                    if integer == none { NONE } else { integer as f64 / self.power }
                }));
            }
        }
        let at = self.exceptions.partition_point(|(row, _)| *row < from);
        for (row, value) in self.exceptions.iter().skip(at) {
            if *row >= from + count {
                break;
            }
            if let Some(place) = out.get_mut(first + row - from) {
                *place = *value;
            }
        }
        Ok(())
    }

    /// Whether any row has no number.
    pub(crate) fn has_none(&self) -> bool {
        self.none.is_some()
    }

    /// Between what all numbers lie, where it can be told without reading them.
    #[expect(clippy::cast_precision_loss, reason = "what was written is below 2^53")]
    pub(crate) fn bounds(&self) -> Option<(f64, f64)> {
        let (low, high) = self.integers.bounds()?;
        let is_whole = self.none.is_none() && self.exceptions.is_empty();
        is_whole.then_some((low as f64 / self.power, high as f64 / self.power))
    }

    /// All values.
    pub(crate) fn read_all(&self) -> Result<Vec<f64>, Damage> {
        let (mut integers, mut out) = (Vec::new(), Vec::new());
        self.read_part(&mut self.cursor(), (0, self.len()), &mut integers, &mut out)?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn back(values: &[f64]) -> (Vec<f64>, usize) {
        let mut bytes = Vec::new();
        write(values, &mut bytes);
        (Decimals::read(&bytes, values.len()).unwrap().read_all().unwrap(), bytes.len())
    }

    proptest! {
        #[test]
        fn every_finite_double_comes_back_bit_by_bit(
            values in proptest::collection::vec(prop_oneof![
                any::<f64>(),
                (0_i32..20_000, 0_u8..4).prop_map(|(v, s)| f64::from(v) / POWERS[usize::from(s)]),
                Just(NONE), Just(-0.0), Just(0.0), Just(f64::INFINITY),
            ], 0..300),
        ) {
            let (read, _) = back(&values);
            prop_assert_eq!(read.len(), values.len());
            for (was, is) in values.iter().zip(&read) {
                prop_assert!(was.to_bits() == is.to_bits() || (!was.is_finite() && is.is_nan()));
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..80), count in 0_usize..300,
        ) {
            if let Ok(decimals) = Decimals::read(&bytes, count)
                && let Ok(read) = decimals.read_all()
            {
                prop_assert_eq!(read.len(), count);
            }
        }
    }

    #[test]
    fn a_laboratory_value_costs_its_bits_and_an_odd_one_costs_itself() {
        let mut values: Vec<f64> = (0..1280).map(|at| f64::from(40 + at * 7 % 60) / 10.0).collect();
        let (_, bytes) = back(&values);
        assert!(bytes < 1280 * 6 / 8 + 30, "{bytes}");
        values[77] = 1.0 / 3.0;
        let (read, bytes) = back(&values);
        assert!(bytes < 1280 * 6 / 8 + 50, "{bytes}");
        assert_eq!(read[77].to_bits(), (1.0_f64 / 3.0).to_bits());
    }
}
