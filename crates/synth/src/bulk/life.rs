//! One nameless patient: who, and when the visits were.

use crate::dice::{Dice, Uuid};

/// How many observations one patient has.
pub(super) const OBSERVATIONS_PER_PATIENT: u64 = 150;
/// How many encounters; each has the same number of observations.
pub(super) const ENCOUNTERS_PER_PATIENT: u64 = 15;
/// How many observations one encounter has.
pub(super) const OBSERVATIONS_PER_ENCOUNTER: u64 =
    OBSERVATIONS_PER_PATIENT / ENCOUNTERS_PER_PATIENT;

/// A patient.
pub(super) struct Life {
    pub(super) patient: Uuid,
    pub(super) is_female: bool,
    /// 1930 to 2009.
    pub(super) birth_year: u32,
    pub(super) birth_month: u32,
    pub(super) birth_day: u32,
    encounters: Vec<Visit>,
}

/// A visit.
#[derive(Clone, Copy)]
pub(super) struct Visit {
    pub(super) encounter: Uuid,
    /// Minutes since 2010-01-01.
    pub(super) minute: u32,
}

impl Life {
    /// The patient of this number: the same for every type of resource.
    pub(super) fn new(seed: u64, number: u64) -> Self {
        let mut dice = Dice::new(seed, number);
        let patient = dice.uuid();
        let mut minute = dice.below(6 * 525_600);
        let visit = |_| {
            minute += 20_000 + dice.below(60_000);
            Visit { encounter: dice.uuid(), minute }
        };
        let encounters = (0..ENCOUNTERS_PER_PATIENT).map(visit).collect();
        Self {
            patient,
            is_female: dice.below(2) == 0,
            birth_year: 1930 + dice.below(80),
            birth_month: 1 + dice.below(12),
            birth_day: 1 + dice.below(28),
            encounters,
        }
    }

    /// A visit by its number; the last for any number beyond.
    pub(super) fn visit(&self, nth: u64) -> Visit {
        let nth = usize::try_from(nth).unwrap_or(usize::MAX);
        let found = self.encounters.get(nth).or(self.encounters.last());
        found.copied().unwrap_or(Visit { encounter: self.patient, minute: 0 })
    }
}
