//! Columns of integers.

use super::pack::{self, BLOCK};
use super::{Damage, varint};

/// Values of a dictionary, at most.
const DICTIONARY_MAX: usize = 256;
/// Shorter columns have no dictionary.
const DICTIONARY_ROWS_MIN: usize = 64;

/// Appends a column.
pub(crate) fn write(values: &[i64], out: &mut Vec<u8>) {
    let (mut least, mut largest) = values.first().map_or((0, 0), |&value| (value, value));
    for &value in values {
        least = least.min(value);
        largest = largest.max(value);
    }
    if let Some(dictionary) = dictionary_of(values, (least, largest)) {
        write_with(&dictionary, values, out);
        return;
    }
    let above = |value: i64| value.wrapping_sub(least).cast_unsigned();
    let factor = common(values.iter().map(|&value| above(value)));
    varint::write_signed(least, out);
    varint::write(factor.factor, out);
    let widths = out.len();
    out.resize(widths + values.len().div_ceil(BLOCK), 0);
    let mut block = [0_u64; BLOCK];
    for (number, chunk) in values.chunks(BLOCK).enumerate() {
        let mut largest = 0;
        for (to, &value) in block.iter_mut().zip(chunk) {
            *to = factor.of(above(value));
            largest |= *to;
        }
        let width = pack::width_of(largest);
        if let Some(place) = out.get_mut(widths + number) {
            *place = width;
        }
        pack::pack(block.get(..chunk.len()).unwrap_or_default(), width, out);
    }
}

/// A number that divides others without a division.
#[derive(Clone, Copy)]
struct Factor {
    factor: u64,
    /// How often 2 is in it, and what times the rest is 1 in 64 bits.
    twos: u32,
    inverse: u64,
    /// The largest number of times it fits into 64 bits.
    most: u64,
}

impl Factor {
    fn new(factor: u64) -> Self {
        let factor = factor.max(1);
        let twos = factor.trailing_zeros();
        let odd = factor >> twos;
        // Each step doubles how many of the lowest bits are right; an odd number has three at once.
        let inverse = (0..5).fold(odd, |inverse, _| {
            inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)))
        });
        Self { factor, twos, inverse, most: u64::MAX / factor }
    }

    /// How many times it is in a number of which it is a factor; more than fit where it is none.
    fn of(self, number: u64) -> u64 {
        number.wrapping_mul(self.inverse).rotate_right(self.twos)
    }

    fn divides(self, number: u64) -> bool {
        self.of(number) <= self.most
    }
}

/// The largest factor of all numbers; 1 where all are 0.
fn common(numbers: impl Iterator<Item = u64>) -> Factor {
    let mut numbers = numbers.skip_while(|&number| number == 0);
    let mut factor = Factor::new(numbers.next().unwrap_or(1));
    for number in numbers {
        if factor.factor == 1 {
            break;
        }
        if !factor.divides(number) {
            factor = Factor::new(gcd(factor.factor, number));
        }
    }
    factor
}

/// The values of a column that are so few and so far apart that their places cost less.
fn dictionary_of(values: &[i64], (least, largest): (i64, i64)) -> Option<Vec<i64>> {
    if values.len() < DICTIONARY_ROWS_MIN {
        return None;
    }
    let width = pack::width_of(largest.wrapping_sub(least).cast_unsigned());
    let mut found: Vec<i64> = Vec::new();
    let mut last = None;
    for &value in values {
        if last == Some(value) {
            continue;
        }
        last = Some(value);
        if let Err(place) = found.binary_search(&value) {
            // No use where it would not at least halve the bits.
            if found.len() == DICTIONARY_MAX
                || 2 * pack::width_of(found.len() as u64) > width
                || found.len() * 32 > values.len()
            {
                return None;
            }
            found.insert(place, value);
        }
    }
    (found.len() > 1).then_some(found)
}

/// Appends a column as places in a dictionary: a factor of 0 says so.
fn write_with(dictionary: &[i64], values: &[i64], out: &mut Vec<u8>) {
    let mut before = dictionary.first().copied().unwrap_or(0);
    varint::write_signed(before, out);
    varint::write(0, out);
    varint::write(dictionary.len() as u64, out);
    for &value in dictionary.iter().skip(1) {
        varint::write(value.wrapping_sub(before).cast_unsigned(), out);
        before = value;
    }
    let width = pack::width_of(dictionary.len().saturating_sub(1) as u64);
    out.resize(out.len() + values.len().div_ceil(BLOCK), width);
    let mut block = [0_u64; BLOCK];
    for chunk in values.chunks(BLOCK) {
        for (to, value) in block.iter_mut().zip(chunk) {
            *to = dictionary.binary_search(value).unwrap_or(0) as u64;
        }
        pack::pack(block.get(..chunk.len()).unwrap_or_default(), width, out);
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A column as it lies in the file.
#[derive(Clone, Debug)]
pub(crate) struct Column<'a> {
    base: i64,
    factor: u64,
    /// Where the factor is 0: the values of the places.
    dictionary: Vec<i64>,
    count: usize,
    widths: &'a [u8],
    packed: &'a [u8],
}

impl<'a> Column<'a> {
    /// Reads a column of so many values; the bytes must be its own and no more.
    pub(crate) fn read(mut bytes: &'a [u8], count: usize) -> Result<Self, Damage> {
        let base = varint::read_signed(&mut bytes)?;
        let factor = varint::read(&mut bytes)?;
        let mut dictionary = Vec::new();
        if factor == 0 {
            let values = varint::read(&mut bytes)?;
            let mut value = base;
            for place in 0..values.min(DICTIONARY_MAX as u64) {
                if place > 0 {
                    value = value.wrapping_add(varint::read(&mut bytes)?.cast_signed());
                }
                dictionary.push(value);
            }
        }
        let widths = varint::take(&mut bytes, count.div_ceil(BLOCK))?;
        let mut needed = 0;
        for (number, &width) in widths.iter().enumerate() {
            if width > 56 && width != 64 {
                return Err(Damage::Number);
            }
            needed += pack::bytes_of(BLOCK.min(count - number * BLOCK), width);
        }
        if bytes.len() != needed {
            return Err(Damage::Number);
        }
        Ok(Self { base, factor, dictionary, count, widths, packed: bytes })
    }

    /// A column with one value in every row.
    pub(crate) fn constant(value: i64, count: usize) -> Self {
        let dictionary = Vec::new();
        Self { base: value, factor: 1, dictionary, count, widths: &[], packed: &[] }
    }

    /// The value of every row, where it is one.
    pub(crate) fn is_constant(&self) -> Option<i64> {
        self.widths.iter().all(|&width| width == 0).then_some(self.base)
    }

    /// Between what all values lie, where it can be told without reading them.
    pub(crate) fn bounds(&self) -> Option<(i64, i64)> {
        if self.factor == 0 {
            return self.dictionary.first().copied().zip(self.dictionary.last().copied());
        }
        self.is_constant().map(|value| (value, value))
    }

    /// The least value, as the column was written.
    pub(crate) fn least(&self) -> i64 {
        self.base
    }

    /// How many values.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Appends the values that packed numbers stand for.
    fn put(&self, packed: &[u64], out: &mut Vec<i64>) -> Result<(), Damage> {
        let (base, factor) = (self.base, self.factor);
        if factor == 0 {
            let of = |&place: &u64| usize::try_from(place).ok();
            for place in packed {
                let value = of(place).and_then(|place| self.dictionary.get(place));
                out.push(*value.ok_or(Damage::Number)?);
            }
        } else if factor == 1 {
            out.extend(packed.iter().map(|&v| base.wrapping_add(v.cast_signed())));
        } else {
            let value = |&v: &u64| base.wrapping_add(v.wrapping_mul(factor).cast_signed());
            out.extend(packed.iter().map(value));
        }
        Ok(())
    }

    /// Appends all values.
    pub(crate) fn read_all(&self, out: &mut Vec<i64>) -> Result<(), Damage> {
        let mut cursor = self.cursor();
        cursor.read(0, self.count, out)
    }

    /// A place from which to read forward.
    pub(crate) fn cursor(&self) -> Cursor<'a> {
        Cursor { column: self.clone(), block: 0, at: 0, buffer: [0; BLOCK], held: usize::MAX }
    }
}

/// So few numbers of a block are unpacked alone.
const FEW: usize = 8;

/// Reads parts of a column, from front to back.
pub(crate) struct Cursor<'a> {
    column: Column<'a>,
    /// The block that begins at byte `at`.
    block: usize,
    at: usize,
    /// The last block unpacked, and which it is.
    buffer: [u64; BLOCK],
    held: usize,
}

impl Cursor<'_> {
    /// Appends the values of some rows. Rows before those of the last call are out of reach.
    pub(crate) fn read(
        &mut self,
        from: usize,
        count: usize,
        out: &mut Vec<i64>,
    ) -> Result<(), Damage> {
        let end = from.checked_add(count).filter(|&end| end <= self.column.count);
        let end = end.ok_or(Damage::Number)?;
        if self.column.widths.is_empty() {
            out.resize(out.len() + count, self.column.base);
            return Ok(());
        }
        let mut row = from;
        while row < end {
            let (block, within) = (row / BLOCK, row % BLOCK);
            let stop = end.min((block + 1) * BLOCK);
            let count = stop - row;
            if count <= FEW && self.held != block {
                // Of a block of which little is wanted, no more is unpacked.
                self.go_to(block)?;
                let width = *self.column.widths.get(block).ok_or(Damage::Number)?;
                let bytes = self.column.packed.get(self.at..).ok_or(Damage::Short)?;
                let mut few = [0_u64; FEW];
                let few = few.get_mut(..count).ok_or(Damage::Number)?;
                pack::unpack(bytes, width, within, few)?;
                self.column.put(few, out)?;
            } else {
                self.hold(block)?;
                let values = self.buffer.get(within..within + count).ok_or(Damage::Number)?;
                self.column.put(values, out)?;
            }
            row = stop;
        }
        Ok(())
    }

    /// Goes forward to a block.
    fn go_to(&mut self, block: usize) -> Result<(), Damage> {
        if block < self.block {
            return Err(Damage::Number);
        }
        while self.block < block {
            let width = self.column.widths.get(self.block).ok_or(Damage::Number)?;
            self.at += pack::bytes_of(BLOCK, *width);
            self.block += 1;
        }
        Ok(())
    }

    /// Unpacks a block, if it is not the one at hand.
    fn hold(&mut self, block: usize) -> Result<(), Damage> {
        if self.held == block {
            return Ok(());
        }
        self.go_to(block)?;
        let width = *self.column.widths.get(block).ok_or(Damage::Number)?;
        let bytes = self.column.packed.get(self.at..).ok_or(Damage::Short)?;
        let count = BLOCK.min(self.column.count - block * BLOCK);
        let buffer = self.buffer.get_mut(..count).ok_or(Damage::Number)?;
        pack::unpack(bytes, width, 0, buffer)?;
        self.held = block;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_come_back_whole_and_in_part(
            values in proptest::collection::vec(
                prop_oneof![any::<i64>(), 0_i64..300, (0_i64..2000).prop_map(|v| v * 3600)], 0..400),
            from in 0_usize..400, count in 0_usize..400,
        ) {
            let mut bytes = Vec::new();
            write(&values, &mut bytes);
            let column = Column::read(&bytes, values.len()).unwrap();
            let mut all = Vec::new();
            column.read_all(&mut all).unwrap();
            prop_assert_eq!(&all, &values);
            let (from, count) = (from.min(values.len()), count);
            let count = count.min(values.len() - from);
            let mut part = Vec::new();
            let mut cursor = column.cursor();
            cursor.read(from, count / 2, &mut part).unwrap();
            cursor.read(from + count / 2, count - count / 2, &mut part).unwrap();
            prop_assert_eq!(&part[..], &values[from..from + count]);
        }

        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..60), count in 0_usize..300,
        ) {
            if let Ok(column) = Column::read(&bytes, count) {
                let mut out = Vec::new();
                if column.read_all(&mut out).is_ok() {
                    prop_assert_eq!(out.len(), count);
                }
            }
        }
    }

    #[test]
    fn a_factor_tells_its_multiples() {
        for factor in [1, 2, 3, 60, 86_400, 1 << 40, 3 << 62, u64::MAX] {
            let of = Factor::new(factor);
            for times in [0, 1, 2, 7, u64::MAX / factor] {
                let Some(number) = factor.checked_mul(times) else { continue };
                assert!(of.divides(number) && of.of(number) == times, "{factor} {times}");
                assert!(factor == 1 || !of.divides(number ^ 1), "{factor} {times}");
            }
        }
    }

    #[test]
    fn few_values_far_apart_are_packed_as_places() {
        let values: Vec<i64> = (0..1280).map(|at| [3, 90_000, 1 << 40][at % 3]).collect();
        let mut bytes = Vec::new();
        write(&values, &mut bytes);
        assert!(bytes.len() < 1280 * 2 / 8 + 40, "{}", bytes.len());
        let mut read = Vec::new();
        Column::read(&bytes, 1280).unwrap().read_all(&mut read).unwrap();
        assert_eq!(read, values);
    }

    #[test]
    fn whole_minutes_are_packed_as_minutes() {
        let values: Vec<i64> = (0..1280).map(|at| (at * 7 % 1440) * 60).collect();
        let mut bytes = Vec::new();
        write(&values, &mut bytes);
        assert!(bytes.len() < 1280 * 11 / 8 + 20, "{}", bytes.len());
    }
}
