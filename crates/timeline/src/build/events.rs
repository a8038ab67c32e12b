//! The events of a shard: rows put together, in order, and what only the whole patient tells.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a shard has at most 2^24 rows and 4,096 patients, which the builder keeps"
)]

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::rows::{NO_TIME, Rows};
use crate::dictionary::Concept;
use crate::event::FIRST_SECOND;
use crate::format::wide;

/// An event: the row that tells of it, and what only the whole patient tells.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Event {
    pub(crate) row: u32,
    pub(crate) concept: u32,
    pub(crate) tie: u32,
    pub(crate) visit: u32,
    pub(crate) order: u32,
}

/// A row of a patient while they are sorted: by kind and start first, which are one number.
#[derive(Clone, Copy)]
struct Place {
    key: u128,
    row: u32,
}

/// Bits of the length of a stretch, and of a second counted from the first there can be.
const LENGTH_BITS: u32 = 32;
const SECOND_BITS: u32 = 40;

impl Place {
    fn of(rows: &Rows, row: u32) -> Self {
        let kind = rows.kind.get(wide(row)).copied().unwrap_or(0);
        let (from, seconds) = rows.start.get(wide(row)).copied().unwrap_or(NO_TIME);
        // What has no start comes last.
        let second = match seconds {
            0 => (1 << SECOND_BITS) - 1,
            _ => (from - FIRST_SECOND) as u128,
        };
        let key = u128::from(kind) << SECOND_BITS | second;
        Self { key: key << LENGTH_BITS | u128::from(seconds), row }
    }

    fn kind(&self) -> u32 {
        (self.key >> (SECOND_BITS + LENGTH_BITS)) as u32
    }
}

/// Orders rows of one kind that start alike: by end, then by source; see decision 0050.
fn by_end(rows: &Rows, a: u32, b: u32) -> Ordering {
    let end = |row: u32| match rows.end.get(wide(row)).unwrap_or(NO_TIME) {
        (_, 0) => (i64::MAX, i64::MAX),
        (from, seconds) => (from, from + i64::from(seconds)),
    };
    let source = |row: u32| rows.source.get(wide(row));
    end(a).cmp(&end(b)).then_with(|| source(a).cmp(source(b)))
}

/// The events in the order of patients, kinds and times.
pub(crate) fn events_of(rows: &Rows, concepts: &mut Concepts, events: &mut Vec<Event>) {
    events.clear();
    events.reserve(rows.len());
    let mut places: Vec<Place> = Vec::new();
    let (mut codes, mut keys) = (Vec::new(), Vec::new());
    let (mut visits, mut orders) = (Numbers::default(), Numbers::default());
    let source = |row: u32| rows.source.get(wide(row));
    let patient = |row: &u32| rows.patient.get(wide(*row)).copied().unwrap_or(0);
    let mut by_patient: Vec<u32> = (0..rows.len() as u32).collect();
    if !rows.patient.is_sorted() {
        by_patient.sort_by_key(patient);
    }
    for of_patient in by_patient.chunk_by(|a, b| patient(a) == patient(b)) {
        places.clear();
        places.extend(of_patient.iter().map(|&row| Place::of(rows, row)));
        places.sort_unstable_by(|a, b| {
            let end = || by_end(rows, a.row, b.row).then(a.row.cmp(&b.row));
            a.key.cmp(&b.key).then_with(end)
        });
        visits.clear();
        orders.clear();
        for at_once in places.chunk_by(|a, b| a.key == b.key) {
            // What starts at once is told apart by its key, also where it is joined to an episode
            // that ends as another event does.
            keys.clear();
            if at_once.len() > 1 {
                keys.extend(at_once.iter().map(|place| source(place.row)));
                keys.sort_unstable();
                keys.dedup();
            }
            for event in at_once.chunk_by(|a, b| by_end(rows, a.row, b.row).is_eq()) {
                let Some(&place) = event.first() else { continue };
                let row = place.row;
                codes.clear();
                codes.extend(event.iter().filter_map(|place| {
                    rows.codes.get(wide(place.row)).and_then(|set| set.checked_sub(1))
                }));
                let tie = keys.binary_search(&source(row)).unwrap_or(0) as u32;
                let concept = concepts.number(place.kind(), &codes, &rows.sets);
                let visit = visits.number(rows.visit_of(wide(row)));
                let order = orders.number(rows.order.get(wide(row)));
                events.push(Event { row, concept, tie, visit, order });
            }
        }
    }
}

/// Concepts of the shard, in the order in which they were met.
#[derive(Default)]
pub(crate) struct Concepts {
    pub(crate) concepts: Vec<Concept>,
    numbers: HashMap<Concept, u32>,
    /// By set + 1, for events with one set of codes: the last kind met with it, and the concept.
    single: Vec<(u32, u32)>,
}

impl Concepts {
    /// That of the codes of one or several of these sets.
    fn number(&mut self, kind: u32, of: &[u32], sets: &[Arc<[u32]>]) -> u32 {
        let set = |number: &u32| sets.get(wide(*number)).map_or(&[][..], |codes| codes);
        if of.len() <= 1 {
            let place = of.first().map_or(0, |set| wide(*set) + 1);
            if self.single.len() <= place {
                self.single.resize(place + 1, (u32::MAX, 0));
            }
            if let Some((of, concept)) = self.single.get(place)
                && *of == kind
            {
                return *concept;
            }
            let concept = self.find(kind, of.first().map_or(&[], set));
            if let Some(to) = self.single.get_mut(place) {
                *to = (kind, concept);
            }
            return concept;
        }
        let mut codes: Vec<u32> = of.iter().flat_map(set).copied().collect();
        codes.sort_unstable();
        codes.dedup();
        self.find(kind, &codes)
    }

    fn find(&mut self, kind: u32, codes: &[u32]) -> u32 {
        let concept = Concept { kind, codes: codes.to_vec() };
        if let Some(&number) = self.numbers.get(&concept) {
            return number;
        }
        let number = self.concepts.len() as u32;
        self.concepts.push(concept.clone());
        self.numbers.insert(concept, number);
        number
    }
}

/// Numbers for the visits or orders of a patient, in the order in which they are met; 0 is none.
/// Open addressing, as most are few: nothing is allocated for a patient.
#[derive(Default)]
struct Numbers<'a> {
    /// The hash of each text met, the text, and its number; of who came before, none is in force.
    slots: Vec<(u64, &'a [u8], u32)>,
    /// Which slots are taken.
    taken: Vec<usize>,
    last: (&'a [u8], u32),
}

impl<'a> Numbers<'a> {
    fn clear(&mut self) {
        for place in self.taken.drain(..) {
            if let Some(slot) = self.slots.get_mut(place) {
                *slot = (0, &[], 0);
            }
        }
        self.last = (&[], 0);
    }

    fn number(&mut self, text: &'a [u8]) -> u32 {
        if text.is_empty() || self.last.0 == text {
            return self.last_or_none(text);
        }
        if self.slots.len() < 2 * (self.taken.len() + 1) {
            self.grow();
        }
        let hash = xxh3_64(text);
        let number = self.taken.len() as u32 + 1;
        let found = self.put((hash, text, number));
        self.last = (text, found);
        found
    }

    fn last_or_none(&self, text: &[u8]) -> u32 {
        if text.is_empty() { 0 } else { self.last.1 }
    }

    /// The number of a text that was met, or this one.
    fn put(&mut self, (hash, text, number): (u64, &'a [u8], u32)) -> u32 {
        let mask = self.slots.len() - 1;
        let mut place = hash as usize & mask;
        while let Some(slot) = self.slots.get_mut(place) {
            if slot.2 == 0 {
                *slot = (hash, text, number);
                self.taken.push(place);
                return number;
            }
            if slot.0 == hash && slot.1 == text {
                return slot.2;
            }
            place = (place + 1) & mask;
        }
        number
    }

    fn grow(&mut self) {
        let wider = (2 * self.slots.len()).max(64);
        let before = std::mem::replace(&mut self.slots, vec![(0, &[][..], 0); wider]);
        self.taken.clear();
        for slot in before.into_iter().filter(|slot| slot.2 > 0) {
            self.put(slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_numbered_as_they_are_met() {
        let texts: Vec<String> = (0..500).map(|number| format!("v{}", number % 170)).collect();
        let mut numbers = Numbers::default();
        for _ in 0..2 {
            assert_eq!(numbers.number(b""), 0);
            for (at, text) in texts.iter().enumerate() {
                assert_eq!(numbers.number(text.as_bytes()), at as u32 % 170 + 1);
            }
            numbers.clear();
        }
    }
}
