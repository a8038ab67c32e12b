//! Variable-length integers.

use super::Damage;

/// Appends a number, seven bits a byte, lowest first.
pub(crate) fn write(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Appends a signed number.
pub(crate) fn write_signed(number: i64, out: &mut Vec<u8>) {
    write(((number << 1) ^ (number >> 63)).cast_unsigned(), out);
}

/// Takes a number from the front of the bytes.
pub(crate) fn read(bytes: &mut &[u8]) -> Result<u64, Damage> {
    let mut number = 0_u64;
    for (place, &byte) in bytes.iter().enumerate().take(10) {
        if place == 9 && byte > 1 {
            return Err(Damage::Number);
        }
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            *bytes = bytes.get(place + 1..).ok_or(Damage::Short)?;
            return Ok(number);
        }
    }
    Err(Damage::Short)
}

/// Takes a signed number.
pub(crate) fn read_signed(bytes: &mut &[u8]) -> Result<i64, Damage> {
    let number = read(bytes)?;
    Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

/// Takes so many bytes from the front.
pub(crate) fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8], Damage> {
    let (taken, rest) = bytes.split_at_checked(count).ok_or(Damage::Short)?;
    *bytes = rest;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            write(number, &mut out);
            assert_eq!(read(&mut out.as_slice()), Ok(number));
        }
        for number in [0, -1, 1, i64::MIN, i64::MAX] {
            let mut out = Vec::new();
            write_signed(number, &mut out);
            let mut rest = out.as_slice();
            assert_eq!(read_signed(&mut rest), Ok(number));
            assert!(rest.is_empty());
        }
    }

    #[test]
    fn what_is_too_long_or_too_short_is_refused() {
        assert_eq!(read(&mut [0x80_u8].as_slice()), Err(Damage::Short));
        assert_eq!(read(&mut [0xff_u8; 10].as_slice()), Err(Damage::Number));
        assert_eq!(read(&mut [].as_slice()), Err(Damage::Short));
    }
}
