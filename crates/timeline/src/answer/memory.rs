//! What was worked out before, under the hash of all that it depends on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::asking::Hits;
use super::candidates::{Bits, Candidate, Entered};
use super::table::Hit;

/// Something worked out for every shard.
#[derive(Clone, Debug)]
pub(super) enum Held {
    Entered(Arc<Vec<Entered>>),
    Rule(Arc<Vec<Bits>>),
    /// The concepts of a table in each segment.
    Hits(Arc<Hits>),
}

impl Held {
    fn weight(&self) -> usize {
        match self {
            Self::Entered(shards) => {
                shards.iter().map(|of| of.candidates.len() * size_of::<Candidate>() + 256).sum()
            }
            Self::Rule(shards) => shards.iter().map(|bits| bits.weight() + 64).sum(),
            Self::Hits(segments) => segments.iter().flatten().map(Hit::weight).sum(),
        }
    }
}

/// A memory of at most so many bytes; what was used longest ago goes first.
pub struct Memory {
    bytes_max: usize,
    held: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: HashMap<u128, (Held, u64, usize)>,
    bytes: usize,
    clock: u64,
}

impl Memory {
    /// What is enough for the definitions of a day at a hospital of a million patients.
    pub const BYTES: usize = 256 << 20;

    /// An empty memory.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self { bytes_max, held: Mutex::default() }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing in it is half done, whoever panicked.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, key: u128) -> Option<Held> {
        let mut state = self.state();
        state.clock += 1;
        let clock = state.clock;
        let (held, used, _) = state.held.get_mut(&key)?;
        *used = clock;
        Some(held.clone())
    }

    pub(super) fn put(&self, key: u128, held: &Held) {
        let weight = held.weight() + 256;
        if weight > self.bytes_max {
            return;
        }
        let mut state = self.state();
        state.clock += 1;
        let clock = state.clock;
        if let Some((_, _, before)) = state.held.insert(key, (held.clone(), clock, weight)) {
            state.bytes -= before;
        }
        state.bytes += weight;
        while state.bytes > self.bytes_max {
            let oldest = state.held.iter().min_by_key(|(_, (_, used, _))| *used);
            let Some(oldest) = oldest.map(|(key, _)| *key) else { return };
            if let Some((_, _, weight)) = state.held.remove(&oldest) {
                state.bytes -= weight;
            }
        }
    }

    /// Bytes it holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.state().bytes
    }
}
