//! What is open in a part that is passed over: objects and arrays, and the keys met in the objects,
//! so that a key that stands twice is met also where no column looks.

use super::scan::{DEPTH_MAX, Fault};

/// Something short that tells most keys apart: two keys that share it are looked at with care.
#[inline]
pub(super) fn mark_of(key: &[u8]) -> u32 {
    let ends = match (key.first_chunk::<8>(), key.last_chunk::<8>()) {
        (Some(first), Some(last)) => {
            u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(23)
        }
        _ => key.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    };
    let mixed = (ends ^ key.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    u32::try_from(mixed >> 32).unwrap_or_default()
}

/// Keys remembered at a time in a part that is passed over; more go to the careful reader.
const KEYS_MAX: usize = 64;

/// Which of the open levels are objects, one bit each, and the keys met in those that are open.
pub(super) struct Levels {
    bits: [u64; 8],
    count: u32,
    /// Marks of the keys of the open objects, those of the innermost last.
    keys: [u32; KEYS_MAX],
    /// How many marks there are, and how many stood before the innermost object.
    marks: usize,
    before: usize,
    /// What `before` was for the objects around; beyond these the careful reader takes over.
    outer: [u8; OUTER_MAX],
    objects: usize,
}

/// Objects open at a time in a part that is passed over; more go to the careful reader.
const OUTER_MAX: usize = 32;

impl Default for Levels {
    fn default() -> Self {
        let (keys, outer) = ([0; KEYS_MAX], [0; OUTER_MAX]);
        Self { bits: [0; 8], count: 0, keys, marks: 0, before: 0, outer, objects: 0 }
    }
}

impl Levels {
    /// Opens a level; `depth` levels are open around the part.
    #[inline]
    pub(super) fn push(&mut self, object: bool, depth: u32) -> Result<(), Fault> {
        if depth + self.count >= DEPTH_MAX {
            return Err(Fault::TooDeep);
        }
        if object {
            let place = self.outer.get_mut(self.objects).ok_or(Fault::Unusual)?;
            *place = u8::try_from(self.before).map_err(|_| Fault::Unusual)?;
            self.objects += 1;
            self.before = self.marks;
        }
        let bit = 1 << (self.count % 64);
        let word = self.bits.get_mut((self.count / 64) as usize).ok_or(Fault::TooDeep)?;
        *word = if object { *word | bit } else { *word & !bit };
        self.count += 1;
        Ok(())
    }

    /// Closes the innermost level.
    #[inline]
    pub(super) fn pop(&mut self) {
        if self.top() {
            self.marks = self.before;
            self.objects -= 1;
            self.before = self.outer.get(self.objects).copied().map_or(0, usize::from);
        }
        self.count -= 1;
    }

    /// Whether any level is open.
    #[inline]
    pub(super) fn any(&self) -> bool {
        self.count > 0
    }

    /// Whether the innermost level is an object.
    #[inline]
    pub(super) fn top(&self) -> bool {
        let last = self.count.wrapping_sub(1);
        let word = self.bits.get((last / 64) as usize).copied().unwrap_or(0);
        word >> (last % 64) & 1 == 1
    }

    /// Remembers a key of the innermost object; false where it may have been met there before, or
    /// where there is no room to tell.
    #[inline]
    pub(super) fn is_new(&mut self, mark: u32) -> bool {
        let met = self.keys.get(self.before..self.marks).unwrap_or_default();
        let is_new = !met.contains(&mark);
        let Some(place) = self.keys.get_mut(self.marks) else { return false };
        *place = mark;
        self.marks += 1;
        is_new
    }
}
