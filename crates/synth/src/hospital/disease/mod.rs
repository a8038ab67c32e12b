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
mod coronary;
mod diabetes;
mod diabetes_drugs;
mod dyslipidaemia;
mod epidemic;
mod everyone;
mod fibrillation;
mod heart_failure;
mod history;
mod hypertension;
mod infection;
mod kidney;
mod mortality;
pub(super) mod planted;
mod pregnancy;
mod rare;
mod rheumatoid;
mod stenting;
mod stroke;
mod surgery;
mod write;

use super::body::{Course, Latent, Shift};
use super::chart::{Chart, DAY, Minute};
use super::codes::Department;
use super::codes::departments::{CARDIOLOGY, DIABETES, INTERNAL_MEDICINE, NEPHROLOGY};
use super::person::Person;
use crate::dice::Dice;

/// A disease's part in a life.
pub(super) type Live = fn(&Person, &mut Dice, &mut Chart);

/// All diseases in the order in which they write, each with the number of its stream of chance:
/// from 10 for those of heart, vessels and metabolism, from 40 for the others, from 80 for what
/// comes last (death, then what clerks do).
pub(super) static ALL: &[(u64, Live)] = &[
    // What happens to the body. Each asks those before it for what raises its hazard.
    (10, hypertension::live),
    (11, dyslipidaemia::live),
    (12, diabetes::live),
    (13, kidney::live),
    (14, coronary::live),
    (15, fibrillation::live),
    (16, diabetes_drugs::choose),
    (17, heart_failure::live),
    (18, stroke::live),
    (40, copd::live),
    (41, asthma::live),
    (42, rheumatoid::live),
    (43, rare::live),
    (44, cancer::live),
    (46, pregnancy::live),
    (47, childhood::live),
    // Death, before visits are made that the dead would not make.
    (80, mortality::live),
    // How they are cared for.
    (20, everyone::live),
    (21, surgery::live),
    (22, diabetes_drugs::clinic),
    (23, coronary::clinic),
    (24, fibrillation::clinic),
    (25, heart_failure::clinic),
    (26, kidney::clinic),
    (27, hypertension::clinic),
    (28, dyslipidaemia::clinic),
    (29, stroke::clinic),
    (50, infection::live),
    (51, epidemic::live),
    (60, background::live),
];

/// Pushes the body from a minute on, by so much more each year.
fn push(chart: &mut Chart, (latent, from): (Latent, Minute), by: f64, a_year: f64) {
    chart.shift(Shift { course: Course::Drift(a_year), ..Shift::lasting(latent, from, by) });
}

/// The department where a patient with the common chronic diseases goes for all of them.
fn home(chart: &Chart) -> &'static Department {
    if chart.treatment(diabetes::KNOWN).is_some() {
        &DIABETES
    } else if chart.has(coronary::PHENOTYPE).or(chart.has(heart_failure::PHENOTYPE)).is_some() {
        &CARDIOLOGY
    } else if chart.has(kidney::PHENOTYPE).is_some() {
        &NEPHROLOGY
    } else {
        &INTERNAL_MEDICINE
    }
}

/// From when on somebody is seen for what began at this minute: at once if the hospital knows
/// them, within weeks of the first visit if it began before.
fn since_entry(chart: &Chart, dice: &mut Dice, began: Minute) -> (Minute, Minute) {
    let entry = chart.known().0;
    let from = if began > entry { began } else { entry + dice.between(0, 40) * DAY };
    (from, Minute::MAX)
}

#[cfg(test)]
mod tests;
