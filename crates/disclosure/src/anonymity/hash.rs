//! A quick hash for rows of codes.
//!
//! The codes are of a table that the house itself made, in memory for a moment; nobody chooses them so
//! that they collide.

use std::hash::{BuildHasher, Hasher};

/// Makes [`Mixing`] hashers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mixed;

/// Mixes eight bytes at a time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mixing(u64);

impl BuildHasher for Mixed {
    type Hasher = Mixing;

    fn build_hasher(&self) -> Mixing {
        Mixing::default()
    }
}

impl Hasher for Mixing {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut eight = [0; 8];
            eight.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            self.write_u64(u64::from_le_bytes(eight));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = u128::from(self.0 ^ number ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93;
        let [high, low] = [mixed >> 64, mixed & u128::from(u64::MAX)];
        self.0 = u64::try_from(high ^ low).unwrap_or_default();
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
