//! What drugs do to what is measured: values before the first prescription and half a year later.

use super::estimate::{Estimate, Mean, Z};
use super::finding::{Finding, Of};
use super::input::{Person, begins};
use super::planted::Planted;
use super::rows::Encounter;
use super::when::{DAY_MINUTES, years};

/// A drug and the value it lowers.
struct Drug {
    /// The figure in `truth.json`.
    name: &'static str,
    /// Beginnings of the ATC code.
    atc: &'static [&'static str],
    /// The value's LOINC code and unit.
    value: (&'static str, &'static str),
    /// The disease for which somebody must have been seen before, by its ICD-10 code, if any.
    of: &'static str,
    /// Diseases in which it is begun in a ward, where prescriptions do not tell of it.
    not_in: &'static [&'static str],
    /// Other drugs that lower it, of which none may begin in the meantime.
    others: &'static [&'static str],
    /// The figure of the yearly rise without a new drug.
    drift: Option<&'static str>,
}

const HBA1C: (&str, &str) = ("4548-4", "%");
const DRIFT: Option<&str> = Some("hba1c_drift");
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
        value: ("18262-6", "mg/dL"),
        of: "",
        not_in: &["I20", "I21", "I25"],
        others: &["C10"],
        drift: None,
    },
];

const fn sugar(name: &'static str, atc: &'static [&'static str]) -> Drug {
    Drug { name, atc, value: HBA1C, of: "E11", not_in: &[], others: SUGAR, drift: DRIFT }
}

/// Days before the first prescription from which on the last value counts.
const BEFORE_DAYS: i64 = 130;
/// Days after it in which the drug works in full and values count.
const AFTER_DAYS: (i64, i64) = (100, 420);

/// Changes of values, for each drug.
#[derive(Default)]
pub(super) struct Drugs {
    /// The change, and the years between the values.
    changes: [(Mean, Mean); DRUGS.len()],
    /// Yearly change where no drug begins.
    drift: Mean,
    /// Yearly change of eGFR: without kidney disease, with it, with diabetes besides.
    egfr: [Mean; 3],
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
        if let Some(yearly) = drift(person) {
            self.drift.add(yearly);
        }
        if let Some((place, yearly)) = egfr(person)
            && let Some(seen) = self.egfr.get_mut(place)
        {
            seen.add(yearly);
        }
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: &Self) {
        for ((change, time), (more, later)) in self.changes.iter_mut().zip(other.changes) {
            change.merge(more);
            time.merge(later);
        }
        self.drift.merge(other.drift);
        self.egfr.iter_mut().zip(other.egfr).for_each(|(one, more)| one.merge(more));
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        planted.found("hba1c_drift", Finding::mean(&self.drift));
        for (drug, (change, time)) in DRUGS.iter().zip(&self.changes) {
            // What would have come without the drug is taken off.
            let yearly = drug.drift.and_then(|name| planted.value(name)).unwrap_or_default();
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
        let [without, with, diabetic] = &self.egfr;
        let slopes = [
            ("egfr_slope_in_kidney_disease", with, without),
            ("egfr_slope_added_by_diabetes", diabetic, with),
        ];
        for (name, one, other) in slopes {
            let found = Finding::of(difference(one, other)).among(one.count(), Of::People);
            planted.found(name, found);
        }
    }
}

/// The numbers of a value, by time.
fn values(person: &Person, (loinc, unit): (&str, &str)) -> Vec<(i64, f64)> {
    let rows = person.observations.iter().filter(|row| row.loinc() == loinc);
    let mut values: Vec<(i64, f64)> =
        rows.filter_map(|row| Some((row.minute()?, row.number_in(unit)?))).collect();
    values.sort_by_key(|(minute, _)| *minute);
    values
}

/// When each drug of these was prescribed first, whatever the drug.
fn beginnings(person: &Person, atc: &[&str]) -> Vec<i64> {
    let mut seen: Vec<(&str, i64)> = Vec::new();
    for drug in person.medications.iter().filter(|drug| begins(drug.atc(), atc)) {
        let Some(minute) = drug.minute() else { continue };
        // Substances of one group are one drug.
        let group = drug.atc().get(..5).unwrap_or_default();
        match seen.iter_mut().find(|(known, _)| *known == group) {
            Some((_, first)) => *first = minute.min(*first),
            None => seen.push((group, minute)),
        }
    }
    seen.into_iter().map(|(_, first)| first).collect()
}

/// By how much a value changed, and within how many years.
fn changed(drug: &Drug, person: &Person) -> Option<(f64, f64)> {
    let begin = person.first_prescribed(drug.atc)?;
    let values = values(person, drug.value);
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
    let alone = beginnings(person, drug.others).iter().filter(|at| calm.contains(at)).count() == 1;
    (was_new && was_near && alone).then(|| (after.1 - before.1, years(before.0, after.0)))
}

const EGFR: (&str, &str) = ("88293-6", "mL/min/{1.73_m2}");

/// Years since kidney disease began in which next to nobody's kidneys fail: later, those whose do
/// are no longer there to be measured, and the others lose less than all.
const KIDNEYS_LAST_YEARS: f64 = 6.0;

/// The youngest whose kidneys are held against those of the ill, in years: none of them is with
/// child, which makes kidneys filter more.
const OLD_ENOUGH: f64 = 45.0;

/// The yearly change of eGFR, in whom it is seen for two years and more: of people without kidney
/// disease, in its first years, and with diabetes besides.
fn egfr(person: &Person) -> Option<(usize, f64)> {
    let really = &person.really;
    let since = really.has("chronic_kidney_disease");
    let born = really.born()?;
    let mut values = values(person, EGFR);
    values.retain(|(at, _)| match since {
        Some(since) => (0.0..KIDNEYS_LAST_YEARS).contains(&years(since, *at)),
        None => years(born, *at) >= OLD_ENOUGH,
    });
    let (first, last) = (values.first()?, values.last()?);
    if years(first.0, last.0) < 2.0 {
        return None;
    }
    let place = match (since, really.has("type_2_diabetes")) {
        (None, _) => 0,
        (Some(_), None) => 1,
        (Some(_), Some(_)) => 2,
    };
    Some((place, slope(&values)?))
}

/// The difference of two means.
fn difference(one: &Mean, other: &Mean) -> Option<Estimate> {
    let (one, other) = (one.estimate()?, other.estimate()?);
    let error = |estimate: Estimate| (estimate.high - estimate.low) / (2.0 * Z);
    Some(Estimate::normal(one.value - other.value, error(one).hypot(error(other))))
}

/// The yearly change of `HbA1c` over the longest time without a new drug, in diabetics.
fn drift(person: &Person) -> Option<f64> {
    let since = person.really.has("type_2_diabetes")?;
    let values = values(person, HBA1C);
    let mut begins: Vec<i64> = beginnings(person, SUGAR);
    begins.push(since);
    let settled = begins.into_iter().max()? + AFTER_DAYS.1 * DAY_MINUTES;
    let later: Vec<(i64, f64)> = values.into_iter().filter(|(at, _)| *at >= settled).collect();
    let (first, last) = (later.first()?, later.last()?);
    let time = years(first.0, last.0);
    (time >= 2.0).then(|| slope(&later)).flatten()
}

/// The slope of values on years, by least squares.
fn slope(values: &[(i64, f64)]) -> Option<f64> {
    let (origin, _) = values.first()?;
    let [mut count, mut sum, mut total] = [0.0; 3];
    for (minute, value) in values {
        count += 1.0;
        sum += years(*origin, *minute);
        total += value;
    }
    let [mut products, mut squares] = [0.0; 2];
    for (minute, value) in values {
        let away = years(*origin, *minute) - sum / count;
        products += away * (value - total / count);
        squares += away * away;
    }
    (squares > 0.0).then(|| products / squares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_that_of_the_line() {
        let year = 525_960;
        let values: Vec<(i64, f64)> =
            [(0, 7.0), (1, 7.1), (2, 7.2), (4, 7.4)].map(|(at, value)| (at * year, value)).into();
        assert!((slope(&values).unwrap() - 0.1).abs() < 1e-9);
        assert!(slope(&values[..1]).is_none());
    }
}
