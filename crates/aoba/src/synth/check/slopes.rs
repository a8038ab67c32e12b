//! How values change over years by themselves: kidneys, sugar under the same drugs, fats.

use super::estimate::{Estimate, Mean, Z};
use super::finding::{Finding, Of};
use super::input::{Person, begins};
use super::joints::median;
use super::notes::count;
use super::planted::Planted;
use super::when::{DAY_MINUTES, years};

/// A value: its LOINC code and unit.
pub(super) type Measured = (&'static str, &'static str);

/// Long-term sugar, cholesterol, filtration.
pub(super) const HBA1C: Measured = ("4548-4", "%");
pub(super) const LDL: Measured = ("18262-6", "mg/dL");
const EGFR: Measured = ("88293-6", "mL/min/{1.73_m2}");

/// Years since kidney disease began in which next to nobody's kidneys fail: later, those whose do
/// are no longer there to be measured, and the others lose less than all.
const KIDNEYS_LAST_YEARS: f64 = 6.0;

/// The youngest who are held against the ill, in years: none of them is with child, which makes
/// kidneys filter more.
const OLD_ENOUGH: f64 = 45.0;

/// Days after a drug was first prescribed from which on it works in full, and before the next one
/// is prescribed, in which that may have been begun.
const SETTLED_DAYS: (i64, i64) = (140, 75);

/// Years since diabetes began in which next to nobody needs insulin: later, those whose sugar rises
/// fastest are on it, and the others rise less than all.
const BEFORE_INSULIN_YEARS: f64 = 9.0;

/// Days over which fats rise when they begin to.
const FATS_RISE_DAYS: i64 = 900;

/// What was seen of values over years.
#[derive(Default)]
pub(super) struct Slopes {
    /// Yearly change of eGFR: without kidney disease, with it, with diabetes besides.
    egfr: [Mean; 3],
    /// Yearly change of `HbA1c` under the same drugs, and of those without diabetes.
    drift: Vec<f64>,
    healthy: Mean,
    /// Of LDL while fats rise and no statin is taken.
    fats: Pooled,
}

/// A slope that all have in common, each around a mean of their own.
#[derive(Clone, Copy, Debug, Default)]
struct Pooled {
    products: f64,
    squares: f64,
}

impl Pooled {
    fn add(&mut self, values: &[(i64, f64)]) {
        let (products, squares) = sums(values);
        self.products += products;
        self.squares += squares;
    }

    fn slope(&self) -> Option<f64> {
        (self.squares > 0.0).then(|| self.products / self.squares)
    }
}

impl Slopes {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        if let Some((place, yearly)) = egfr(person)
            && let Some(seen) = self.egfr.get_mut(place)
        {
            seen.add(yearly);
        }
        self.drift.extend(drift(person));
        if let Some(yearly) = healthy(person) {
            self.healthy.add(yearly);
        }
        if let Some((from, until)) = fats_rise(person) {
            let statin = person.first_prescribed(&["C10"]).unwrap_or(i64::MAX);
            let untreated = until.min(statin.saturating_sub(14 * DAY_MINUTES));
            self.fats.add(&within(person, LDL, (from, untreated)));
        }
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.egfr.iter_mut().zip(other.egfr).for_each(|(one, more)| one.merge(more));
        self.drift.extend(other.drift);
        self.healthy.merge(other.healthy);
        self.fats.products += other.fats.products;
        self.fats.squares += other.fats.squares;
    }

    /// What LDL rises by in a year while fats rise, without a drug.
    pub(super) fn fats(&self) -> f64 {
        self.fats.slope().unwrap_or_default()
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        let [without, with, diabetic] = &self.egfr;
        for (name, one, other) in [
            ("egfr_slope_in_kidney_disease", with, without),
            ("egfr_slope_added_by_diabetes", diabetic, with),
        ] {
            let found = Finding::of(difference(one, other)).among(one.count(), Of::People);
            planted.found(name, found);
        }
        // What age brings to everybody is taken off.
        let found = median(&self.drift).zip(self.healthy.estimate()).map(|(found, healthy)| {
            let value = found.value - healthy.value;
            let low = value - (found.value - found.low).hypot(healthy.high - healthy.value);
            let high = value + (found.high - found.value).hypot(healthy.value - healthy.low);
            Estimate { value, low, high }
        });
        let found = Finding::of(found).among(count(self.drift.len()), Of::People);
        planted.found("hba1c_drift", found);
    }
}

/// The numbers of a value, by time.
pub(super) fn values(person: &Person, (loinc, unit): Measured) -> Vec<(i64, f64)> {
    let rows = person.observations.iter().filter(|row| row.loinc() == loinc);
    let mut values: Vec<(i64, f64)> =
        rows.filter_map(|row| Some((row.minute()?, row.number_in(unit)?))).collect();
    values.sort_by_key(|(minute, _)| *minute);
    values
}

fn within(person: &Person, of: Measured, (from, until): (i64, i64)) -> Vec<(i64, f64)> {
    let mut values = values(person, of);
    values.retain(|(at, _)| (from..until).contains(at));
    values
}

/// When each drug of these was prescribed first, whatever the drug, by its group; by time.
pub(super) fn beginnings<'a>(person: &'a Person, atc: &[&str]) -> Vec<(&'a str, i64)> {
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
    seen.sort_by_key(|(_, first)| *first);
    seen
}

/// While somebody's fats rise.
pub(super) fn fats_rise(person: &Person) -> Option<(i64, i64)> {
    let since = person.really.has("dyslipidaemia")?;
    Some((since, since + FATS_RISE_DAYS * DAY_MINUTES))
}

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
    let place = match (since, really.has("type_2_diabetes")) {
        (None, _) => 0,
        (Some(_), None) => 1,
        (Some(_), Some(_)) => 2,
    };
    Some((place, slope(&values, 2.0)?))
}

/// The yearly change of `HbA1c` of a diabetic in the longest time under the same two or more
/// drugs, which the next ends only after many years; under one, the fast rise is cut short. Under
/// insulin it does not rise.
fn drift(person: &Person) -> Option<f64> {
    let since = person.really.has("type_2_diabetes")?;
    let begun = beginnings(person, &["A10"]);
    let known = person.really.known()?;
    let mut longest: Option<(i64, i64)> = None;
    for (at, (group, begin)) in begun.iter().enumerate().skip(1) {
        if group.starts_with("A10A") {
            break;
        }
        let next =
            begun.get(at + 1).map_or(known.1, |(_, next)| next - SETTLED_DAYS.1 * DAY_MINUTES);
        let time = (begin + SETTLED_DAYS.0 * DAY_MINUTES, next);
        if longest.is_none_or(|longest| time.1 - time.0 > longest.1 - longest.0) {
            longest = Some(time);
        }
    }
    let mut values = within(person, HBA1C, longest?);
    values.retain(|(at, _)| years(since, *at) < BEFORE_INSULIN_YEARS);
    slope(&values, 2.0)
}

/// The same of somebody without diabetes.
fn healthy(person: &Person) -> Option<f64> {
    let really = &person.really;
    let born = really.born()?;
    if really.has("type_2_diabetes").is_some() {
        return None;
    }
    let mut values = values(person, HBA1C);
    values.retain(|(at, _)| years(born, *at) >= OLD_ENOUGH);
    slope(&values, 2.0)
}

/// The difference of two means.
fn difference(one: &Mean, other: &Mean) -> Option<Estimate> {
    let (one, other) = (one.estimate()?, other.estimate()?);
    let error = |estimate: Estimate| (estimate.high - estimate.low) / (2.0 * Z);
    Some(Estimate::normal(one.value - other.value, error(one).hypot(error(other))))
}

/// Sums of products and squares of years and values around their means.
fn sums(values: &[(i64, f64)]) -> (f64, f64) {
    let Some((origin, _)) = values.first() else { return (0.0, 0.0) };
    let all = count(values.len());
    let time = values.iter().map(|(at, _)| years(*origin, *at)).sum::<f64>() / all;
    let mean = values.iter().map(|(_, value)| value).sum::<f64>() / all;
    values.iter().fold((0.0, 0.0), |(products, squares), (at, value)| {
        let away = years(*origin, *at) - time;
        (products + away * (value - mean), squares + away * away)
    })
}

/// The slope of values on years, by least squares; none of less than so many years.
fn slope(values: &[(i64, f64)], years_min: f64) -> Option<f64> {
    let (first, last) = (values.first()?, values.last()?);
    let (products, squares) = sums(values);
    (squares > 0.0 && years(first.0, last.0) >= years_min).then(|| products / squares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_that_of_the_line() {
        let year = 525_960;
        let values: Vec<(i64, f64)> =
            [(0, 7.0), (1, 7.1), (2, 7.2), (4, 7.4)].map(|(at, value)| (at * year, value)).into();
        assert!((slope(&values, 2.0).unwrap() - 0.1).abs() < 1e-9);
        assert!(slope(&values[..1], 0.0).is_none() && slope(&values, 5.0).is_none());
        // Two people at different heights who rise alike.
        let mut pooled = Pooled::default();
        pooled.add(&values);
        let higher: Vec<(i64, f64)> = values.iter().map(|(at, value)| (*at, value + 3.0)).collect();
        pooled.add(&higher[1..]);
        assert!((pooled.slope().unwrap() - 0.1).abs() < 1e-9);
        assert!(Pooled::default().slope().is_none());
    }
}
