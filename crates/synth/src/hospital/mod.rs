//! A hospital whose patients never lived, and whose truths are known.
//!
//! [`codes`] are what things are called, [`chart`] what happens to one patient, `disease` why.
//! [`body`] stands behind all measurements, [`care`] has the clinics and wards, [`hazard`] says
//! when something happens. Everything comes from a seed and the patient's number, so the lives
//! are the same in whatever order and on however many threads they are made.

mod birth;
pub mod body;
pub mod calendar;
pub mod care;
pub mod chart;
pub mod codes;
mod disease;
pub mod faults;
pub mod fhir;
pub mod hazard;
mod measure;
mod names;
pub mod notes;
pub mod panel;
pub mod person;
pub mod world;

use crate::dice::Dice;
use chart::{Chart, Life};

/// The version of the maker: a new one whenever the same seed would give another hospital, so that
/// nobody makes again from a recipe what was not there before.
pub const GENERATOR: u32 = 2;

/// A synthetic hospital.
///
/// ```
/// use synth::hospital::Hospital;
/// let hospital = Hospital { seed: 1, patients: 2_000 };
/// assert_eq!(hospital.life(7).person, hospital.life(7).person);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hospital {
    /// What all chance comes from.
    pub seed: u64,
    /// How many patients it has.
    pub patients: u64,
}

impl Hospital {
    /// The life of a patient, counted from zero.
    #[must_use]
    pub fn life(&self, number: u64) -> Life {
        let (person, known) = birth::person(&mut self.dice(0, number), self.seed, number);
        let mut chart = Chart::new(known);
        for (stream, live) in disease::ALL {
            live(&person, &mut self.dice(*stream, number), &mut chart);
        }
        chart.settle();
        measure::carry_out(&person, &mut self.dice(1, number), &mut chart);
        notes::plan(&person, &mut self.dice(2, number), &mut chart);
        let mut life = chart.close(number, person);
        faults::write(&mut life, &mut self.dice(99, number));
        life
    }

    /// The lives of all patients, by number.
    pub fn lives(&self) -> impl Iterator<Item = Life> + use<> {
        let hospital = *self;
        (0..hospital.patients).map(move |number| hospital.life(number))
    }

    /// Chance for one purpose and one patient: a new disease changes nothing in the others.
    fn dice(&self, stream: u64, number: u64) -> Dice {
        Dice::new(self.seed ^ stream.wrapping_mul(0xd6e8_feb8_6659_fd93), number)
    }
}

#[cfg(test)]
mod tests;
