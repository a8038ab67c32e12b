//! Which of several copies of one resource stands.
//!
//! Copies meet within a load in any order and on any thread, and the answer must not depend on that
//! order. So every copy is compared by the same rule with the best one so far. Loads are met one
//! after the other: where nothing in two copies tells which is newer, the later load is believed.
//!
//! A deletion is met as the resources are, and stays when it has done its work, so that an older
//! copy that arrives late does not bring the resource back. One that tells its moment is compared by
//! it. One that does not takes the stamp of what it deleted.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, PoisonError};

use fhir::entry;
use vocab::FhirDate;
use vocab::date::Zone;

use super::verdict::{Verdict, judge, judge_deletion};

/// What tells two copies of one resource apart; a deletion is a copy without content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    /// Hash of the resource's own text, or which kind of deletion it is.
    pub(crate) content: u128,
    /// `meta.lastUpdated` in microseconds; the smallest number where there is none.
    pub(crate) last_updated_us: i64,
    /// `meta.versionId` where it is a number; -1 where it is not.
    pub(crate) version: i64,
    /// The file: its number in this load, or [`Occurrence::HELD`] and above for rows held before.
    pub(crate) file: u32,
    /// In which load it came, counted in the order of the loads; 0 for rows held before.
    pub(crate) load: u32,
    /// The line in the file.
    pub(crate) line: u64,
}

impl Occurrence {
    /// File numbers from here on mean files of earlier loads.
    pub(crate) const HELD: u32 = 1 << 31;

    /// Contents below this are deletions: a hash as small does not come by chance.
    const DELETIONS: u128 = 8;

    /// The content of a deletion.
    pub(crate) fn deletion(deletion: Deletion) -> u128 {
        let Deletion { dated, missing, found } = deletion;
        u128::from(dated) | u128::from(missing) << 1 | u128::from(found) << 2
    }

    /// Which deletion it is; none for a resource.
    pub(crate) fn as_deletion(&self) -> Option<Deletion> {
        let has = |bit: u128| self.content & bit != 0;
        let deletion = Deletion { dated: has(1), missing: has(2), found: has(4) };
        (self.content < Self::DELETIONS).then_some(deletion)
    }

    /// What tells a copy of a resource from others.
    pub(super) fn of(entry: &entry::Entry<'_>, (file, load): (u32, u32), zone: &Zone) -> Self {
        let stamp = entry.head.last_updated.as_deref().and_then(|text| instant(text, zone));
        let version = entry.head.version_id.as_deref().and_then(|text| text.parse().ok());
        Self {
            content: hash(entry.text),
            last_updated_us: stamp.unwrap_or(i64::MIN),
            version: version.unwrap_or(-1),
            file,
            load,
            line: entry.line,
        }
    }

    /// Whether an earlier load wrote it.
    pub(crate) fn is_held(&self) -> bool {
        self.file >= Self::HELD
    }

    /// Whether it says which version it is.
    pub(crate) fn has_stamp(&self) -> bool {
        self.last_updated_us != i64::MIN || self.version >= 0
    }

    pub(super) fn stamp(&self) -> (i64, i64) {
        (self.last_updated_us, self.version)
    }
}

/// What is known of a deletion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deletion {
    /// Its source told when it happened. Otherwise its stamp is that of the copy it deleted.
    pub(crate) dated: bool,
    /// Nobody asked for it: a full load did not hold the resource.
    pub(crate) missing: bool,
    /// There was something to delete.
    pub(crate) found: bool,
}

/// Every resource met so far, by a 128-bit hash of its source, type and id.
///
/// # Cost
/// About 80 bytes for each resource.
pub(crate) struct Occurrences {
    shards: Vec<Mutex<Shard>>,
    /// Keys met in this load, where it must be known what is missing.
    seen: Option<Mutex<HashSet<u128, BuildHasherDefault<KeyHasher>>>>,
}

type Shard = HashMap<u128, Occurrence, BuildHasherDefault<KeyHasher>>;

impl Occurrences {
    const SHARDS: usize = 64;

    /// Starts with nothing met.
    pub(crate) fn new() -> Self {
        let shards = (0..Self::SHARDS).map(|_| Mutex::new(Shard::default())).collect();
        Self { shards, seen: None }
    }

    /// The same, and remembers what is seen.
    pub(crate) fn seeing() -> Self {
        Self { seen: Some(Mutex::default()), ..Self::new() }
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

    /// The part of a key by which the rows of the house's own tables lie.
    pub(crate) fn hash(key: u128) -> i64 {
        u64::try_from(key >> 64).unwrap_or_default().cast_signed()
    }

    /// Records a resource that an earlier load left in the tables.
    pub(crate) fn hold(&self, key: u128, held: Occurrence) {
        self.shard(key).insert(key, held);
    }

    /// The same, where nothing is known of it: another thread may have looked it up and gone on.
    pub(crate) fn hold_once(&self, key: u128, held: Occurrence) {
        self.shard(key).entry(key).or_insert(held);
    }

    /// Whether it must be known what is missing.
    pub(crate) fn is_seeing(&self) -> bool {
        self.seen.is_some()
    }

    /// Notes that a resource is in the files of this load, whatever becomes of this copy.
    pub(crate) fn see(&self, key: u128) {
        if let Some(seen) = &self.seen {
            seen.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        }
    }

    /// Whether a resource is in the files of this load.
    pub(crate) fn has_seen(&self, key: u128) -> bool {
        let seen = self.seen.as_ref().map(|seen| seen.lock());
        seen.is_some_and(|seen| seen.unwrap_or_else(PoisonError::into_inner).contains(&key))
    }

    /// The best copy so far.
    pub(crate) fn stands(&self, key: u128) -> Option<Occurrence> {
        self.shard(key).get(&key).copied()
    }

    /// Meets one copy and says what becomes of it.
    pub(crate) fn meet(&self, key: u128, met: Occurrence) -> Verdict {
        self.see(key);
        let mut shard = self.shard(key);
        let mut slot = match shard.entry(key) {
            Entry::Vacant(slot) => {
                slot.insert(met);
                return Verdict::New;
            }
            Entry::Occupied(slot) => slot,
        };
        let verdict = judge(slot.get(), &met);
        if verdict.goes().is_some() {
            slot.insert(met);
        }
        verdict
    }

    /// Meets a deletion, says what becomes of it, and gives it with the stamp it then has.
    pub(crate) fn delete(&self, key: u128, mut met: Occurrence) -> (Verdict, Occurrence) {
        let mut shard = self.shard(key);
        let mut slot = match shard.entry(key) {
            Entry::Vacant(slot) => {
                slot.insert(met);
                return (Verdict::New, met);
            }
            Entry::Occupied(slot) => slot,
        };
        let verdict = judge_deletion(slot.get(), &met);
        if let Some(old) = verdict.goes() {
            let mut deletion = met.as_deletion().unwrap_or_default();
            deletion.found = old.as_deletion().is_none_or(|before| before.found);
            met.content = Occurrence::deletion(deletion);
            met.version = old.version;
            if !deletion.dated {
                met.last_updated_us = old.last_updated_us;
            }
            slot.insert(met);
        }
        (verdict, met)
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

/// The moment a text names, in microseconds since 1970 UTC.
pub(super) fn instant(text: &str, zone: &Zone) -> Option<i64> {
    FhirDate::parse(text, zone).ok().map(|date| date.low_us)
}

/// The hash by which two copies of a resource are the same.
pub(super) fn hash(text: &str) -> u128 {
    xxhash_rust::xxh3::xxh3_128(text.trim().as_bytes())
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
        let load = u32::from(file < Occurrence::HELD);
        Occurrence { content: content + 100, last_updated_us, version: -1, file, load, line }
    }

    fn deletion(last_updated_us: Option<i64>, load: u32) -> Occurrence {
        let dated = last_updated_us.is_some();
        let content = Occurrence::deletion(Deletion { dated, ..Deletion::default() });
        let last_updated_us = last_updated_us.unwrap_or(i64::MIN);
        Occurrence { content, last_updated_us, version: -1, file: 900, load, line: 1 }
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
        assert_eq!(survivor([copy(1, 10, 0, 5), copy(2, 20, 0, 1)]).content, 102);
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

    /// A resource held before, then a copy and a deletion of one load in both orders: whether it
    /// stands in the end, which must be the same.
    fn stands_after(held: Option<Occurrence>, came: Occurrence, gone: Occurrence) -> bool {
        let after = |copy_first: bool| {
            let all = Occurrences::new();
            held.into_iter().for_each(|held| all.hold(7, held));
            if copy_first {
                all.meet(7, came);
            }
            all.delete(7, gone);
            if !copy_first {
                all.meet(7, came);
            }
            all.stands(7).is_some_and(|stands| stands.as_deletion().is_none())
        };
        assert_eq!(after(true), after(false), "{held:?} {came:?} {gone:?}");
        after(true)
    }

    #[test]
    fn of_a_copy_and_a_deletion_in_one_load_the_later_counts_and_a_doubt_leaves_the_copy() {
        let held = copy(1, 10, Occurrence::HELD, 5);
        for held in [None, Some(held)] {
            assert!(!stands_after(held, copy(2, 20, 0, 1), deletion(Some(30), 1)));
            assert!(!stands_after(held, copy(2, 20, 0, 1), deletion(Some(20), 1)));
            assert!(stands_after(held, copy(2, 20, 0, 1), deletion(Some(15), 1)));
            assert!(stands_after(held, copy(2, 20, 0, 1), deletion(None, 1)));
            assert!(
                stands_after(held, copy(2, i64::MIN + 1, 0, 1), deletion(None, 1))
                    != held.is_some()
            );
        }
    }

    #[test]
    fn a_late_older_copy_does_not_bring_back_what_was_deleted() {
        for gone in [deletion(Some(30), 1), deletion(None, 1)] {
            let all = Occurrences::new();
            all.hold(7, copy(1, 20, Occurrence::HELD, 5));
            let (verdict, recorded) = all.delete(7, gone);
            assert_eq!(verdict, Verdict::Replaces(copy(1, 20, Occurrence::HELD, 5)));
            assert_eq!(recorded.as_deletion().map(|deletion| deletion.found), Some(true));
            let late = Occurrence { load: 2, ..copy(2, 15, 1, 1) };
            assert_eq!(all.meet(7, late), Verdict::Superseded);
            // The very copy that was deleted, sent again.
            let again = Occurrence { load: 2, ..copy(1, 20, 1, 1) };
            assert_eq!(all.meet(7, again), Verdict::Superseded);
            let anew = Occurrence { load: 2, ..copy(3, 40, 1, 1) };
            assert_eq!(all.meet(7, anew), Verdict::Replaces(recorded));
        }
    }

    #[test]
    fn what_was_missing_once_returns_as_it_was() {
        let all = Occurrences::new();
        all.hold(7, copy(1, 20, Occurrence::HELD, 5));
        let missing = Deletion { missing: true, ..Deletion::default() };
        let gone = Occurrence { content: Occurrence::deletion(missing), ..deletion(None, 1) };
        let (_, recorded) = all.delete(7, gone);
        let again = Occurrence { load: 2, ..copy(1, 20, 1, 1) };
        assert_eq!(all.meet(7, again), Verdict::ReplacesUnversioned(recorded));
    }

    #[test]
    fn a_copy_that_tells_no_time_returns_in_a_later_load() {
        let all = Occurrences::new();
        all.hold(7, copy(1, i64::MIN, Occurrence::HELD, 5));
        let (_, recorded) = all.delete(7, deletion(Some(30), 1));
        let met = Occurrence { load: 2, ..copy(1, i64::MIN, 1, 1) };
        assert_eq!(all.meet(7, met), Verdict::ReplacesUnversioned(recorded));
    }

    #[test]
    fn versions_tell_where_times_do_not() {
        let all = Occurrences::new();
        let versioned = |version, load| Occurrence { version, load, ..copy(1, i64::MIN, 0, 1) };
        all.meet(7, versioned(3, 0));
        all.delete(7, deletion(None, 1));
        assert_eq!(all.meet(7, versioned(2, 2)), Verdict::Superseded);
        assert_eq!(all.meet(7, versioned(3, 2)), Verdict::Superseded);
        assert!(matches!(all.meet(7, versioned(4, 2)), Verdict::Replaces(_)));
    }

    #[test]
    fn what_is_seen_is_known_afterwards() {
        let all = Occurrences::seeing();
        all.hold(7, copy(1, 10, Occurrence::HELD, 5));
        all.hold(8, copy(1, 10, Occurrence::HELD, 6));
        all.meet(8, copy(2, 5, 0, 1));
        assert_eq!((all.has_seen(7), all.has_seen(8)), (false, true));
        let plain = Occurrences::new();
        plain.meet(8, copy(2, 5, 0, 1));
        assert!(!plain.has_seen(8));
    }

    #[test]
    fn an_older_version_is_not_written() {
        let all = Occurrences::new();
        all.meet(7, copy(1, 30, 0, 1));
        assert_eq!(all.meet(7, copy(2, 10, 0, 2)), Verdict::Superseded);
    }
}
