//! Why things happen: one file for each disease or group of diseases.
//!
//! Each writes into the chart after those above it in [`ALL`], and can ask what they wrote. Each
//! has its own stream of chance, whose number never changes, so a change in one disease leaves
//! the chance of all others as it was.

mod arrive;
mod asthma;
mod background;
mod cancer;
mod childhood;
mod copd;
mod epidemic;
mod infection;
mod pregnancy;
mod rare;
mod rheumatoid;
mod write;

use super::body::{Course, Latent, Shift};
use super::chart::{Chart, Minute};
use super::person::Person;
use crate::dice::Dice;

/// A disease's part in a life.
pub(super) type Live = fn(&Person, &mut Dice, &mut Chart);

/// All diseases in the order in which they write, each with the number of its stream of chance:
/// from 10 for those of heart, vessels and metabolism, from 40 for the others, from 80 for what
/// comes last (death, then what clerks do).
pub(super) static ALL: &[(u64, Live)] = &[
    (40, copd::live),
    (41, asthma::live),
    (42, rheumatoid::live),
    (43, rare::live),
    (44, cancer::live),
    (46, pregnancy::live),
    (47, childhood::live),
    (50, infection::live),
    (51, epidemic::live),
    (60, background::live),
];

/// Pushes the body from a minute on, by so much more each year.
fn push(chart: &mut Chart, (latent, from): (Latent, Minute), by: f64, a_year: f64) {
    chart.shift(Shift { course: Course::Drift(a_year), ..Shift::lasting(latent, from, by) });
}

#[cfg(test)]
mod tests;
