//! Texts that somebody meant, changed in some places.

use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher as _};

/// Changes to one text, at most.
const CHANGES_MAX: u64 = 8;
/// The longest text, in bytes.
const TEXT_BYTES_MAX: usize = 64 << 10;
/// Texts remembered because they were taken.
const KEPT_MAX: usize = 512;

/// Texts to begin with.
pub(super) struct Pool {
    meant: Vec<Vec<u8>>,
    kept: Vec<Vec<u8>>,
}

impl Pool {
    pub(super) fn new(meant: &[Vec<u8>]) -> Self {
        Self { meant: meant.to_vec(), kept: Vec::new() }
    }

    /// Remembers a text that was taken, in the place of another where there are many.
    pub(super) fn keep(&mut self, text: Vec<u8>, damage: &mut Damage) {
        if self.kept.len() < KEPT_MAX {
            self.kept.push(text);
        } else if let Some(place) = self.kept.get_mut(damage.below(KEPT_MAX * 8)) {
            *place = text;
        }
    }

    fn pick(&self, at: usize) -> &[u8] {
        let meant = self.meant.get(at % self.meant.len().max(1));
        self.kept.get(at).or(meant).map_or(&[], Vec::as_slice)
    }
}

/// Where chance comes from, and the words that are put in.
pub(super) struct Damage {
    state: u64,
    words: &'static [&'static str],
}

impl Damage {
    pub(super) fn new(seed: u64, thread: u64, words: &'static [&'static str]) -> Self {
        let mut hasher =
            BuildHasherDefault::<xxhash_rust::xxh3::Xxh3Default>::default().build_hasher();
        hasher.write_u64(seed);
        hasher.write_u64(thread);
        // Never nothing: nothing stays nothing.
        Self { state: hasher.finish() | 1, words }
    }

    /// The next number: xorshift with a multiplication, which is enough for chance of this kind.
    fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below another.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 16).unwrap_or_default() % end.max(1)
    }

    /// The next text.
    pub(super) fn text(&mut self, pool: &Pool) -> Vec<u8> {
        // Half of them begin with what somebody meant.
        let from = match self.below(2) {
            0 => self.below(KEPT_MAX),
            _ => KEPT_MAX + self.below(1 << 20),
        };
        let mut text = pool.pick(from).to_vec();
        for _ in 0..=self.next() % CHANGES_MAX {
            self.change(&mut text, pool);
        }
        text.truncate(TEXT_BYTES_MAX);
        text
    }

    fn change(&mut self, text: &mut Vec<u8>, pool: &Pool) {
        let at = self.below(text.len() + 1);
        let length = 1 + self.below(32);
        let end = text.len().min(at + length);
        match self.below(9) {
            0 => {
                let bit = 1 << self.below(8);
                if let Some(byte) = text.get_mut(at) {
                    *byte ^= bit;
                }
            }
            1 => {
                let byte = u8::try_from(self.below(256)).unwrap_or_default();
                text.insert(at, byte);
            }
            2 => drop(text.drain(at..end)),
            3 => text.truncate(at),
            4 => {
                let word = self.words.get(self.below(self.words.len())).copied();
                text.splice(at..end.min(at + self.below(2) * length), word.unwrap_or("").bytes());
            }
            5 => {
                let again: Vec<u8> = text.get(at..end).unwrap_or_default().to_vec();
                text.splice(at..at, again);
            }
            6 => {
                // A part of another text.
                let other = pool.pick(self.below(KEPT_MAX * 2));
                let from = self.below(other.len() + 1);
                let part = other.get(from..other.len().min(from + length * 8)).unwrap_or_default();
                text.splice(at..at, part.iter().copied());
            }
            7 => {
                // Deep: one word many times.
                let word = self.words.get(self.below(self.words.len())).copied().unwrap_or("");
                let times = 1 << self.below(11);
                text.splice(at..at, word.repeat(times).into_bytes());
            }
            _ => {
                // Two parts change places.
                let (middle, rest) = (at + (end - at) / 2, end - at);
                if let Some(part) = text.get_mut(at..end) {
                    part.rotate_left(rest - (end - middle));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_texts_and_another_thread_others() {
        let pool = Pool::new(&[b"{\"a\": [1, 2, 3]}".to_vec(), b"[]".to_vec()]);
        let texts = |seed, thread| {
            let mut damage = Damage::new(seed, thread, &["[", "null"]);
            (0..200).map(|_| damage.text(&pool)).collect::<Vec<_>>()
        };
        assert_eq!(texts(1, 0), texts(1, 0));
        assert_ne!(texts(1, 0), texts(1, 1));
        assert_ne!(texts(1, 0), texts(2, 0));
        assert!(texts(1, 0).iter().all(|text| text.len() <= TEXT_BYTES_MAX));
    }
}
