//! Patients of a shard as bits.

use crate::format::SHARD_PATIENTS_MAX;

/// A bit for each patient of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mask(Box<[u64; SHARD_PATIENTS_MAX / 64]>);

impl Mask {
    /// Nobody.
    pub(crate) fn none() -> Self {
        Self(Box::new([0; SHARD_PATIENTS_MAX / 64]))
    }

    /// The first so many.
    pub(crate) fn first(count: usize) -> Self {
        let mut mask = Self::none();
        (0..count).for_each(|patient| mask.set(patient));
        mask
    }

    pub(crate) fn has(&self, patient: usize) -> bool {
        self.0.get(patient / 64).is_some_and(|word| word & (1 << (patient % 64)) != 0)
    }

    pub(crate) fn set(&mut self, patient: usize) {
        if let Some(word) = self.0.get_mut(patient / 64) {
            *word |= 1 << (patient % 64);
        }
    }

    pub(crate) fn clear(&mut self, patient: usize) {
        if let Some(word) = self.0.get_mut(patient / 64) {
            *word &= !(1 << (patient % 64));
        }
    }

    /// Their places, in order.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(number, &word)| {
            let mut word = word;
            std::iter::from_fn(move || {
                let place = (word != 0).then(|| number * 64 + word.trailing_zeros() as usize)?;
                word &= word - 1;
                Some(place)
            })
        })
    }

    /// How many.
    pub(crate) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

impl Mask {
    /// Adds those of another.
    pub(crate) fn or(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(word, other)| *word |= other);
    }

    /// The same patients in order, a few at a time; none if there are none.
    pub(crate) fn parts(&self) -> Vec<Self> {
        let mut parts = Vec::new();
        for (number, words) in self.0.chunks(4).enumerate() {
            if words.iter().all(|word| *word == 0) {
                continue;
            }
            let mut part = Self::none();
            for (to, word) in part.0.iter_mut().skip(number * 4).zip(words) {
                *to = *word;
            }
            parts.push(part);
        }
        parts
    }

    /// Appends its words.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        self.0.iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
    }
}
