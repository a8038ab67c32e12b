//! What drugs do to what is measured: values before the first prescription and half a year later.

use super::estimate::{Estimate, Mean};
use super::finding::{Finding, Of};
use super::input::Person;
use super::planted::Planted;
use super::rows::Encounter;
use super::slopes::{self, HBA1C, LDL, Measured, Slopes};
use super::when::{DAY_MINUTES, years};

/// A drug and the value it lowers.
struct Drug {
    /// The figure in `truth.json`.
    name: &'static str,
    /// Beginnings of the ATC code.
    atc: &'static [&'static str],
    /// The value that it lowers.
    value: Measured,
    /// The disease for which somebody must have been seen before, by its ICD-10 code, if any.
    of: &'static str,
    /// Diseases in which it is begun in a ward, where prescriptions do not tell of it.
    not_in: &'static [&'static str],
    /// Other drugs that lower it, of which none may begin in the meantime.
    others: &'static [&'static str],
    /// What it would have done without the drug.
    without: Without,
}

/// How a value changes without a new drug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Without {
    /// By a planted figure a year.
    Drift(&'static str),
    /// As fats do that have begun to rise, while they do.
    FatsRise,
}

const DRIFT: Without = Without::Drift("hba1c_drift");
const SUGAR: &[&str] = &["A10"];

const DRUGS: [Drug; 7] = [
    sugar("metformin_on_hba1c", &["A10BA02"]),
    sugar("dpp4_on_hba1c", &["A10BH"]),
    sugar("sglt2_on_hba1c", &["A10BK"]),
    sugar("glp1_on_hba1c", &["A10BJ"]),
    sugar("sulfonylurea_on_hba1c", &["A10BB"]),
    sugar("insulin_on_hba1c", &["A10A"]),
    Drug {
        name: "statin_on_ldl",
        atc: &["C10AA"],
        value: LDL,
        of: "",
        not_in: &["I20", "I21", "I25"],
        others: &["C10"],
        without: Without::FatsRise,
    },
];

const fn sugar(name: &'static str, atc: &'static [&'static str]) -> Drug {
    Drug { name, atc, value: HBA1C, of: "E11", not_in: &[], others: SUGAR, without: DRIFT }
}

/// Days before the first prescription from which on the last value counts.
const BEFORE_DAYS: i64 = 130;
/// Days after it in which the drug works in full and values count.
const AFTER_DAYS: (i64, i64) = (100, 420);

/// Changes of values, for each drug.
#[derive(Default)]
pub(super) struct Drugs {
    /// The change, and the years between the values in which it would have changed anyway.
    changes: [(Mean, Mean); DRUGS.len()],
    slopes: Slopes,
}

impl Drugs {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        for (drug, (change, time)) in DRUGS.iter().zip(&mut self.changes) {
            if let Some((by, years)) = changed(drug, person) {
                change.add(by);
                time.add(years);
            }
        }
        self.slopes.add(person);
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        for ((change, time), (more, later)) in self.changes.iter_mut().zip(other.changes) {
            change.merge(more);
            time.merge(later);
        }
        self.slopes.merge(other.slopes);
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        self.slopes.tell(planted);
        for (drug, (change, time)) in DRUGS.iter().zip(&self.changes) {
            // What would have come without the drug is taken off.
            let yearly = match drug.without {
                Without::Drift(figure) => planted.value(figure).unwrap_or_default(),
                Without::FatsRise => self.slopes.fats(),
            };
            let found = change.estimate().zip(time.estimate()).map(|(change, time)| {
                let off = yearly * time.value;
                Estimate {
                    value: change.value - off,
                    low: change.low - off,
                    high: change.high - off,
                }
            });
            planted.found(drug.name, Finding::of(found).among(change.count(), Of::People));
        }
    }
}

/// By how much a value changed, and within how many years.
fn changed(drug: &Drug, person: &Person) -> Option<(f64, f64)> {
    let begin = person.first_prescribed(drug.atc)?;
    let values = slopes::values(person, drug.value);
    // The drug may have been begun since the visit before; what was measured at that visit counts.
    let before = values.iter().rfind(|(minute, _)| *minute < begin - 14 * DAY_MINUTES)?;
    let window = (begin + AFTER_DAYS.0 * DAY_MINUTES)..(begin + AFTER_DAYS.1 * DAY_MINUTES);
    let after = values.iter().find(|(minute, _)| window.contains(minute))?;
    // Seen before without the drug: on the first visits nobody knows what was taken until then.
    let seen = person.encounters.iter().filter_map(Encounter::start).min()?;
    let diagnosed = person.first_diagnosed(&[drug.of])?;
    let told = drug.of.is_empty() || begin - diagnosed >= 30 * DAY_MINUTES;
    let in_ward = person.first_diagnosed(drug.not_in).is_some_and(|since| since <= begin);
    let was_new = told && !in_ward && begin - seen >= 60 * DAY_MINUTES;
    let was_near = begin - before.0 <= BEFORE_DAYS * DAY_MINUTES;
    let calm = (before.0 - BEFORE_DAYS * DAY_MINUTES)..=after.0;
    let alone = slopes::beginnings(person, drug.others);
    let alone = alone.iter().filter(|(_, at)| calm.contains(at)).count() == 1;
    let (from, until) = match drug.without {
        Without::Drift(_) => (before.0, after.0),
        Without::FatsRise => {
            let (from, until) = slopes::fats_rise(person).unwrap_or((before.0, before.0));
            (from.clamp(before.0, after.0), until.clamp(before.0, after.0))
        }
    };
    (was_new && was_near && alone).then(|| (after.1 - before.1, years(from, until)))
}
