//! Counting a shard whose patients have one candidate each: 64 candidates at a time.

use cohort::ast::RuleKind;
use cohort::eval::{Truth, keeps};

use super::candidates::Bits;

/// Which truths a rule keeps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keeps {
    holds: bool,
    unknown: bool,
    fails: bool,
}

impl Keeps {
    /// What a rule keeps; everything where it is switched off.
    pub(super) fn of(kind: RuleKind, is_off: bool) -> Self {
        let keeps = |truth: Truth| is_off || keeps(kind, truth);
        Self {
            holds: keeps(Truth::True),
            unknown: keeps(Truth::Unknown),
            fails: keeps(Truth::False),
        }
    }

    /// Whether it keeps what the rule says this of.
    pub(super) fn keeps(self, truth: Truth) -> bool {
        match truth {
            Truth::True => self.holds,
            Truth::Unknown => self.unknown,
            Truth::False => self.fails,
        }
    }

    /// The candidates of a word that it does not keep, of those that are there.
    fn drops(self, (holds, unknown): (u64, u64), there: u64) -> u64 {
        let mut kept = 0;
        if self.holds {
            kept |= holds;
        }
        if self.unknown {
            kept |= unknown;
        }
        if self.fails {
            kept |= !(holds | unknown);
        }
        there & !kept
    }
}

/// What the rules say of 64 candidates.
pub(super) struct Word {
    /// The candidates that are there.
    pub(super) there: u64,
    /// Those that fail by any rule, and by more than one.
    pub(super) failed: u64,
    pub(super) failed_twice: u64,
}

/// Calls with what each rule says of a word of candidates: its place, those of which it holds, of
/// which it is unknown, those it drops, and those left after it and all before it.
pub(super) fn word(
    (number, count): (usize, usize),
    (keeps, bits): (&[Keeps], &[&Bits]),
    mut with: impl FnMut(usize, (u64, u64), u64, u64),
) -> Word {
    let here = count.saturating_sub(number * 64).min(64);
    let there = if here == 64 { u64::MAX } else { (1_u64 << here) - 1 };
    let mut word = Word { there, failed: 0, failed_twice: 0 };
    for (rule, (keeps, bits)) in keeps.iter().zip(bits).enumerate() {
        let says = bits.word(number);
        let drops = keeps.drops(says, there);
        word.failed_twice |= word.failed & drops;
        word.failed |= drops;
        with(rule, says, drops, there & !word.failed);
    }
    word
}

/// The places of the bits of a word.
pub(super) fn places(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = word.trailing_zeros();
        if place == 64 {
            return None;
        }
        word &= word - 1;
        Some(place as usize)
    })
}
