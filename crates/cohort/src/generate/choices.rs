//! A sequence of choices.

/// Choices, one after another; after the last, always the simplest.
#[derive(Clone, Debug)]
pub struct Choices {
    left: std::vec::IntoIter<u32>,
}

impl Choices {
    /// From a sequence, as a property test or a fuzzer gives it.
    #[must_use]
    pub fn new(choices: Vec<u32>) -> Self {
        Self { left: choices.into_iter() }
    }

    /// As many as asked from a seed, by SplitMix64.
    #[must_use]
    pub fn from_seed(seed: u64, count: usize) -> Self {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or(0)
        };
        Self::new((0..count).map(|_| next()).collect())
    }

    /// A number below an end; 0 where the end is 0.
    pub fn below(&mut self, end: u32) -> u32 {
        let choice = self.left.next().unwrap_or(0);
        choice.checked_rem(end).unwrap_or(0)
    }

    /// Yes with a chance of one in so many; no is simpler.
    pub fn one_in(&mut self, many: u32) -> bool {
        self.below(many) == many.saturating_sub(1) && many > 1
    }

    /// One of several; the first is the simplest, and stands for none.
    pub fn pick<T: Clone>(&mut self, first: T, others: &[T]) -> T {
        let count = u32::try_from(others.len()).unwrap_or(u32::MAX - 1);
        let at = usize::try_from(self.below(count + 1)).unwrap_or(0);
        at.checked_sub(1).and_then(|at| others.get(at).cloned()).unwrap_or(first)
    }
}
