//! Which of several copies of one resource stands.
//!
//! Copies meet within a load and across loads, in any order and on any thread, and the answer must
//! not depend on that order. So every copy is compared by the same rule with the best one so far.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, PoisonError};

/// What tells two copies of one resource apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    /// Hash of the resource's own text.
    pub(crate) content: u128,
    /// `meta.lastUpdated` in microseconds; the smallest number where there is none.
    pub(crate) last_updated_us: i64,
    /// `meta.versionId` where it is a number; -1 where it is not.
    pub(crate) version: i64,
    /// The file: its number in this load, or [`Occurrence::HELD`] and above for rows held before.
    pub(crate) file: u32,
    /// The line in the file.
    pub(crate) line: u64,
}

impl Verdict {
    /// The copy that goes when this one is written.
    pub(crate) fn goes(self) -> Option<Occurrence> {
        match self {
            Self::Replaces(old) | Self::ReplacesUnversioned(old) | Self::ConflictWith(old) => {
                Some(old)
            }
            Self::New | Self::Unchanged | Self::Superseded | Self::Conflict => None,
        }
    }
}

impl Occurrence {
    /// File numbers from here on mean files of earlier loads.
    pub(crate) const HELD: u32 = 1 << 31;

    /// Whether an earlier load wrote it.
    pub(crate) fn is_held(&self) -> bool {
        self.file >= Self::HELD
    }

    /// Whether it says which version it is.
    pub(crate) fn has_stamp(&self) -> bool {
        self.last_updated_us != i64::MIN || self.version >= 0
    }

    fn stamp(&self) -> (i64, i64) {
        (self.last_updated_us, self.version)
    }
}

/// What to do with the copy just met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the first: write it.
    New,
    /// It replaces this one, whose rows must go.
    Replaces(Occurrence),
    /// It replaces this one, and neither says it is newer: the later load is believed.
    ReplacesUnversioned(Occurrence),
    /// The same content stands already.
    Unchanged,
    /// A newer version stands already.
    Superseded,
    /// Different content under one id and one version stands earlier in this load.
    Conflict,
    /// The copy that stood is the later of two in conflict: it goes, and this one is written.
    ConflictWith(Occurrence),
}

/// Every resource met so far, by a 128-bit hash of its source, type and id.
///
/// # Cost
/// About 80 bytes for each resource.
pub(crate) struct Occurrences {
    shards: Vec<Mutex<Shard>>,
}

type Shard = HashMap<u128, Occurrence, BuildHasherDefault<KeyHasher>>;

impl Occurrences {
    const SHARDS: usize = 64;

    /// Starts with nothing met.
    pub(crate) fn new() -> Self {
        let shards = (0..Self::SHARDS).map(|_| Mutex::new(Shard::default())).collect();
        Self { shards }
    }

    /// The key of one resource.
    pub(crate) fn key(source: &str, resource_type: &str, id: &str, buffer: &mut Vec<u8>) -> u128 {
        buffer.clear();
        for part in [source, resource_type, id] {
            buffer.extend_from_slice(part.as_bytes());
            buffer.push(0x1f);
        }
        xxhash_rust::xxh3::xxh3_128(buffer)
    }

    /// Records a resource that an earlier load left in the tables.
    pub(crate) fn hold(&self, key: u128, held: Occurrence) {
        self.shard(key).insert(key, held);
    }

    /// Meets one copy and says what becomes of it.
    pub(crate) fn meet(&self, key: u128, met: Occurrence) -> Verdict {
        let mut shard = self.shard(key);
        let mut slot = match shard.entry(key) {
            Entry::Vacant(slot) => {
                slot.insert(met);
                return Verdict::New;
            }
            Entry::Occupied(slot) => slot,
        };
        let stands = *slot.get();
        let verdict = judge(&stands, &met);
        match verdict {
            Verdict::Replaces(_) | Verdict::ReplacesUnversioned(_) | Verdict::ConflictWith(_) => {
                slot.insert(met);
            }
            _ => {}
        }
        verdict
    }

    /// Takes a copy back that could not be written after all; what stood before it stands again.
    pub(crate) fn withdraw(&self, key: u128, met: Occurrence, before: Option<Occurrence>) {
        let mut shard = self.shard(key);
        if shard.get(&key) != Some(&met) {
            return;
        }
        match before {
            Some(before) => shard.insert(key, before),
            None => shard.remove(&key),
        };
    }

    fn shard(&self, key: u128) -> std::sync::MutexGuard<'_, Shard> {
        let at = usize::try_from(key >> 122).unwrap_or(0) % Self::SHARDS;
        let shard = self.shards.get(at).unwrap_or_else(|| unreachable!("the index is reduced"));
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn judge(stands: &Occurrence, met: &Occurrence) -> Verdict {
    if stands.content == met.content {
        return Verdict::Unchanged;
    }
    match met.stamp().cmp(&stands.stamp()) {
        std::cmp::Ordering::Greater => Verdict::Replaces(*stands),
        std::cmp::Ordering::Less => Verdict::Superseded,
        std::cmp::Ordering::Equal if stands.is_held() => Verdict::ReplacesUnversioned(*stands),
        std::cmp::Ordering::Equal if (met.file, met.line) < (stands.file, stands.line) => {
            Verdict::ConflictWith(*stands)
        }
        std::cmp::Ordering::Equal => Verdict::Conflict,
    }
}

/// Passes a key through: it is a hash already.
#[derive(Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = *from;
            }
            self.0 ^= u64::from_le_bytes(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(content: u128, last_updated_us: i64, file: u32, line: u64) -> Occurrence {
        Occurrence { content, last_updated_us, version: -1, file, line }
    }

    /// Feeds copies in both orders; the survivor must be the same.
    fn survivor(copies: [Occurrence; 2]) -> Occurrence {
        let after = |first: Occurrence, second: Occurrence| {
            let all = Occurrences::new();
            assert_eq!(all.meet(7, first), Verdict::New);
            all.meet(7, second);
            *all.shard(7).get(&7).unwrap()
        };
        let [a, b] = copies;
        assert_eq!(after(a, b), after(b, a));
        after(a, b)
    }

    #[test]
    fn the_newer_version_stands_whichever_comes_first() {
        assert_eq!(survivor([copy(1, 10, 0, 5), copy(2, 20, 0, 1)]).content, 2);
    }

    #[test]
    fn of_two_that_nothing_tells_apart_the_earlier_line_stands() {
        assert_eq!(survivor([copy(1, 10, 0, 5), copy(2, 10, 0, 9)]).line, 5);
        let all = Occurrences::new();
        all.meet(7, copy(1, 10, 0, 5));
        assert_eq!(all.meet(7, copy(2, 10, 0, 9)), Verdict::Conflict);
    }

    #[test]
    fn the_same_content_again_changes_nothing() {
        let all = Occurrences::new();
        all.hold(7, copy(1, 10, Occurrence::HELD, 5));
        assert_eq!(all.meet(7, copy(1, 30, 0, 1)), Verdict::Unchanged);
    }

    #[test]
    fn a_later_load_replaces_what_has_no_version() {
        let held = copy(1, i64::MIN, Occurrence::HELD, 5);
        let all = Occurrences::new();
        all.hold(7, held);
        let met = copy(2, i64::MIN, 0, 1);
        assert_eq!(all.meet(7, met), Verdict::ReplacesUnversioned(held));
        // Within the later load the rule of conflicts holds again.
        assert_eq!(all.meet(7, copy(3, i64::MIN, 0, 2)), Verdict::Conflict);
    }

    #[test]
    fn a_copy_that_could_not_be_written_leaves_what_stood_before() {
        let all = Occurrences::new();
        let (old, new) = (copy(1, 10, 0, 1), copy(2, 20, 0, 2));
        all.meet(7, old);
        assert_eq!(all.meet(7, new), Verdict::Replaces(old));
        all.withdraw(7, new, Some(old));
        assert_eq!(all.meet(7, old), Verdict::Unchanged);
    }

    #[test]
    fn an_older_version_is_not_written() {
        let all = Occurrences::new();
        all.meet(7, copy(1, 30, 0, 1));
        assert_eq!(all.meet(7, copy(2, 10, 0, 2)), Verdict::Superseded);
    }
}
