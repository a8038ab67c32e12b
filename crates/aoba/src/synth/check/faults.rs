//! What the record gets wrong: how often the ground truth says so, and what the record shows.
//!
//! Each fault has a rate among the rows that it can befall; those are counted in the record.

use std::collections::BTreeMap;

use super::finding::{Finding, Of};
use super::input::Person;
use super::notes::count;
use super::planted::Planted;
use super::rows::Observation;
use super::truth::Fact;

/// Tests that other analysers give in another unit: LOINC, and the usual unit.
const SECOND_UNIT: [(&str, &str); 8] = [
    ("2160-0", "mg/dL"),
    ("4548-4", "%"),
    ("2345-7", "mg/dL"),
    ("18262-6", "mg/dL"),
    ("718-7", "g/dL"),
    ("1988-5", "mg/dL"),
    ("29463-7", "kg"),
    ("8310-5", "Cel"),
];

const HEIGHT: &str = "8302-2";
const WEIGHT: &str = "29463-7";
const CRP: &str = "1988-5";
const PRESSURE: &str = "85354-9";
const SERUM: &str = "023";
const BLOOD: &str = "019";

/// Rows that a fault can befall.
#[derive(Clone, Copy, Debug, Default)]
struct Rows {
    patients: f64,
    measured: f64,
    numbers: f64,
    second_unit: f64,
    by_hand: f64,
    pressures: f64,
    crp: f64,
    sizes: f64,
    serum: f64,
    blood: f64,
    onsets: f64,
}

impl Rows {
    /// Those of one fault.
    fn of(&self, fault: &str) -> Option<f64> {
        Some(match fault {
            "unit_mix_up" | "unit_unsaid" => self.second_unit,
            "digit_slip" => self.by_hand,
            "duplicate" => self.measured,
            "swapped_pressure" => self.pressures,
            "wrong_patient" => self.serum + self.blood,
            "haemolysed" => self.serum,
            "clotted" => self.blood,
            "word_for_number" => self.crp,
            "placeholder" => self.sizes,
            "birth_date" => self.patients,
            "onset_after_record" => self.onsets,
            _ => return None,
        })
    }

    fn add(&mut self, more: Self) {
        let all = [
            (&mut self.patients, more.patients),
            (&mut self.measured, more.measured),
            (&mut self.numbers, more.numbers),
            (&mut self.second_unit, more.second_unit),
            (&mut self.by_hand, more.by_hand),
            (&mut self.pressures, more.pressures),
            (&mut self.crp, more.crp),
            (&mut self.sizes, more.sizes),
            (&mut self.serum, more.serum),
            (&mut self.blood, more.blood),
            (&mut self.onsets, more.onsets),
        ];
        for (seen, more) in all {
            *seen += more;
        }
    }
}

/// Faults, and the rows that they could have befallen.
#[derive(Default)]
pub(super) struct Faults {
    rows: Rows,
    /// By the ground truth, by name.
    told: BTreeMap<String, f64>,
    /// By the record: the same row twice, another unit, pressures the wrong way round.
    shown: [f64; SHOWN.len()],
}

/// Faults that the record shows by itself.
const SHOWN: [&str; 3] = ["duplicate", "unit_mix_up", "swapped_pressure"];

impl Faults {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        let [duplicates, other_units, swapped] = &mut self.shown;
        let mut rows = Rows { patients: 1.0, ..Rows::default() };
        let mut seen = Vec::new();
        for row in &person.observations {
            let loinc = row.loinc();
            if loinc == PRESSURE {
                rows.pressures += 1.0;
                *swapped += f64::from(u8::from(is_swapped(row)));
                continue;
            }
            rows.measured += 1.0;
            seen.extend(key(row));
            rows.crp += f64::from(u8::from(loinc == CRP));
            rows.sizes += f64::from(u8::from(loinc == HEIGHT || loinc == WEIGHT));
            let Some(quantity) = &row.value_quantity else { continue };
            rows.by_hand += f64::from(u8::from(row.is_vital()));
            if let Some((_, unit)) = SECOND_UNIT.iter().find(|(known, _)| *known == loinc) {
                rows.second_unit += f64::from(u8::from(quantity.comparator.is_none()));
                *other_units += f64::from(u8::from(quantity.code != *unit));
            }
        }
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        let twice = count(all - seen.len());
        *duplicates += twice;
        rows.numbers = count(seen.len());
        rows.measured -= twice;
        rows.serum = count(person.specimens.iter().filter(|one| one.kind.is(SERUM)).count());
        rows.blood = count(person.specimens.iter().filter(|one| one.kind.is(BLOOD)).count());
        rows.onsets = count(person.conditions.iter().filter(|one| one.has_onset()).count());
        self.rows.add(rows);
        for fact in person.really.facts() {
            if let Fact::Wrong { wrong } = fact {
                *self.told.entry(wrong.clone()).or_default() += 1.0;
            }
        }
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.rows.add(other.rows);
        for (name, seen) in other.told {
            *self.told.entry(name).or_default() += seen;
        }
        self.shown.iter_mut().zip(other.shown).for_each(|(seen, more)| *seen += more);
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        for fault in planted.faults() {
            let told = self.told.get(&fault).copied().unwrap_or_default();
            let of = self.rows.of(&fault);
            planted.found(&fault, Finding::share(told, (of.unwrap_or_default(), Of::Rows)));
        }
        for (fault, shown) in SHOWN.into_iter().zip(self.shown) {
            let of = match fault {
                "duplicate" => Some(self.rows.numbers),
                _ => self.rows.of(fault),
            };
            let found = Finding::share(shown, (of.unwrap_or_default(), Of::Rows));
            planted.found_in(fault, &format!("{fault}_by_record"), found);
        }
    }
}

/// What makes two rows the same: visit, test, minute and number; none of what is no number.
fn key(row: &Observation) -> Option<(&str, &str, &str, i64, u64)> {
    let value = row.value_quantity.as_ref()?.value?;
    let (loinc, jlac10) = (row.loinc(), row.code.code("JLAC10"));
    Some((row.visit(), loinc, jlac10, row.minute()?, value.to_bits()))
}

/// Whether the lower pressure stands above the upper one.
fn is_swapped(row: &Observation) -> bool {
    let value = |loinc: &str| row.component(loinc);
    value("8462-4").zip(value("8480-6")).is_some_and(|(diastolic, systolic)| diastolic > systolic)
}
