//! Numbers packed to the bits they need, 128 at a time.

use super::Damage;

/// Numbers of a block.
pub(crate) const BLOCK: usize = 128;
/// The widest that is packed; wider numbers have eight bytes each.
const WIDTH_MAX: u32 = 56;

/// The width of a block with this largest number.
pub(crate) fn width_of(largest: u64) -> u8 {
    let width = u64::BITS - largest.leading_zeros();
    if width > WIDTH_MAX { 64 } else { u8::try_from(width).unwrap_or(64) }
}

/// Bytes of so many numbers of a width.
pub(crate) fn bytes_of(count: usize, width: u8) -> usize {
    (count * usize::from(width)).div_ceil(8)
}

/// Appends numbers, each below 2^width.
pub(crate) fn pack(numbers: &[u64], width: u8, out: &mut Vec<u8>) {
    match width {
        0 => {}
        64 => numbers.iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes())),
        _ => {
            out.reserve(bytes_of(numbers.len(), width) + 8);
            let (mut held, mut bits, width) = (0_u64, 0_u32, u32::from(width));
            for &number in numbers {
                held |= number << bits;
                bits += width;
                if bits >= u64::BITS {
                    out.extend_from_slice(&held.to_le_bytes());
                    bits -= u64::BITS;
                    // What of the number found no room.
                    held = number >> (width - bits);
                }
            }
            let rest = held.to_le_bytes();
            let rest = rest.get(..super::wide(bits.div_ceil(8)));
            out.extend_from_slice(rest.unwrap_or_default());
        }
    }
}

/// Reads the numbers from place `from` of a block, as many as `out` has room for.
///
/// `bytes` may go on after the block: then whole words are read without a copy.
pub(crate) fn unpack(bytes: &[u8], width: u8, from: usize, out: &mut [u64]) -> Result<(), Damage> {
    if width == 0 {
        out.fill(0);
        return Ok(());
    }
    if width != 64 && u32::from(width) > WIDTH_MAX {
        return Err(Damage::Number);
    }
    let width = usize::from(width);
    let needed = ((from + out.len()) * width).div_ceil(8);
    if bytes.len() < needed {
        return Err(Damage::Short);
    }
    let mask = if width == 64 { u64::MAX } else { (1_u64 << width) - 1 };
    // The last words of a file may be cut short: those are read from a copy with zeros behind.
    let whole = if bytes.len() >= needed + 8 {
        out.len()
    } else {
        let last = bytes.len().saturating_sub(8) * 8;
        (last / width + 1).saturating_sub(from).min(out.len()).saturating_sub(1)
    };
    let (front, back) = out.split_at_mut(whole);
    let mut bit = from * width;
    let eights = if bit.is_multiple_of(8) && width <= 32 { front.len() / 8 * 8 } else { 0 };
    let (eights, front) = front.split_at_mut(eights);
    if !eights.is_empty() {
        unpack_eights(bytes.get(bit / 8..).ok_or(Damage::Short)?, width, eights)?;
        bit += eights.len() * width;
    }
    for number in front {
        let word = super::u64_at(bytes, bit / 8)?;
        *number = (word >> (bit % 8)) & mask;
        bit += width;
    }
    for number in back {
        let mut padded = [0_u8; 8];
        let rest = bytes.get(bit / 8..).unwrap_or_default();
        let count = rest.len().min(8);
        if let (Some(to), Some(of)) = (padded.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(of);
        }
        *number = (u64::from_le_bytes(padded) >> (bit % 8)) & mask;
        bit += width;
    }
    Ok(())
}

/// Reads numbers eight at a time: they begin on whole bytes, and their places are known beforehand.
fn unpack_eights(bytes: &[u8], width: usize, out: &mut [u64]) -> Result<(), Damage> {
    macro_rules! of_width {
        ($($width:literal)*) => {
            match width {
                $($width => eights::<$width>(bytes, out),)*
                _ => Err(Damage::Number),
            }
        };
    }
    of_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32)
}

fn eights<const WIDTH: usize>(mut bytes: &[u8], out: &mut [u64]) -> Result<(), Damage> {
    let mask = (1_u64 << WIDTH) - 1;
    for numbers in out.chunks_exact_mut(8) {
        let of = bytes.get(..WIDTH + 8).ok_or(Damage::Short)?;
        for (place, number) in numbers.iter_mut().enumerate() {
            let bit = place * WIDTH;
            let word = of.get(bit / 8..).and_then(<[u8]>::first_chunk::<8>).ok_or(Damage::Short)?;
            *number = (u64::from_le_bytes(*word) >> (bit % 8)) & mask;
        }
        bytes = bytes.get(WIDTH..).ok_or(Damage::Short)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back_from_any_place(
            width in 0_u32..=64, seed in any::<u64>(), count in 1_usize..=BLOCK, behind in 0_usize..9,
        ) {
            let mask = if width == 0 { 0 } else { u64::MAX >> (64 - width) };
            let numbers: Vec<u64> = (0..count as u64)
                .map(|at| seed.wrapping_mul(at * 2 + 1).rotate_left(17) & mask)
                .collect();
            let width = width_of(numbers.iter().copied().max().unwrap_or(0));
            let mut packed = Vec::new();
            pack(&numbers, width, &mut packed);
            prop_assert_eq!(packed.len(), bytes_of(count, width));
            packed.extend(std::iter::repeat_n(0xaa, behind));
            for from in 0..count {
                let mut out = vec![0; count - from];
                unpack(&packed, width, from, &mut out).unwrap();
                prop_assert_eq!(&out[..], &numbers[from..]);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..40),
            width in any::<u8>(), from in 0_usize..BLOCK, count in 0_usize..BLOCK,
        ) {
            let _ = unpack(&bytes, width, from, &mut vec![0; count]);
        }
    }
}
