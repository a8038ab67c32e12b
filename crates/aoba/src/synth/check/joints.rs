//! What methotrexate and the first biologic do to joints.
//!
//! Nobody gets below a score of one, so the mean of the falls says less than the drug does; the
//! median does not know of it.

use super::estimate::{Estimate, Z};
use super::finding::{Finding, Of};
use super::input::Person;
use super::notes::count;
use super::planted::Planted;
use super::when::DAY_MINUTES;

/// The hospital's own code of the score.
const DAS28: &str = "DAS28-CRP";

/// Days after a drug was begun in which it works in full and the next is not yet begun.
const AFTER_DAYS: (i64, i64) = (75, 170);

/// Days before it from which on a value counts.
const BEFORE_DAYS: i64 = 80;

/// The changes of the score.
#[derive(Default)]
pub(super) struct Joints {
    methotrexate: Vec<f64>,
    biologic: Vec<f64>,
}

impl Joints {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        let really = &person.really;
        let (Some(since), Some(known)) = (really.has("rheumatoid_arthritis"), really.known())
        else {
            return;
        };
        let biologics: Vec<i64> = really.all_of("biologic_started").collect();
        let first = biologics.iter().copied().min();
        // Whoever came with an old disease had been given it elsewhere.
        let is_new = since >= known.0 - 380 * DAY_MINUTES;
        let methotrexate = person.first_prescribed(&["L04AX03"]).filter(|_| is_new);
        if let Some(begin) = methotrexate {
            self.methotrexate.extend(change(person, begin, first.unwrap_or(i64::MAX)));
        }
        if let Some(begin) = first {
            let next = biologics.iter().copied().filter(|at| *at > begin).min();
            self.biologic.extend(change(person, begin, next.unwrap_or(i64::MAX)));
        }
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.methotrexate.extend(other.methotrexate);
        self.biologic.extend(other.biologic);
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        let drugs =
            [("methotrexate_on_das28", &self.methotrexate), ("biologic_on_das28", &self.biologic)];
        for (name, changes) in drugs {
            let found = Finding::of(median(changes)).among(count(changes.len()), Of::People);
            planted.found(name, found);
        }
    }
}

/// The score after a drug, before the next, against the last before.
fn change(person: &Person, begin: i64, next: i64) -> Option<f64> {
    let rows = person.observations.iter().filter(|row| row.code.is(DAS28));
    let mut values: Vec<(i64, f64)> =
        rows.filter_map(|row| Some((row.minute()?, row.value_quantity.as_ref()?.value?))).collect();
    values.sort_by_key(|(at, _)| *at);
    // What is measured at the visit that begins the drug is still without it.
    let is_before =
        |at: i64| (begin - BEFORE_DAYS * DAY_MINUTES..begin + DAY_MINUTES / 2).contains(&at);
    let before = values.iter().rfind(|(at, _)| is_before(*at))?;
    let from = begin + AFTER_DAYS.0 * DAY_MINUTES;
    let until = next.min(begin + AFTER_DAYS.1 * DAY_MINUTES);
    // At the visit that begins the next drug as well.
    let after = values.iter().rfind(|(at, _)| (from..until.saturating_add(60)).contains(at))?;
    Some(after.1 - before.1)
}

/// The median with limits by order: as many numbers beyond them as chance allows; none of fewer
/// than ten.
pub(super) fn median(numbers: &[f64]) -> Option<Estimate> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let all = count(sorted.len());
    let half = Z * all.sqrt() / 2.0;
    let at = |place: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place among some numbers"
        )]
        let place = place.max(0.0) as usize;
        sorted.get(place.min(sorted.len().saturating_sub(1))).copied()
    };
    let middle = sorted.len() / 2;
    let value = if sorted.len().is_multiple_of(2) {
        f64::midpoint(*sorted.get(middle.checked_sub(1)?)?, *sorted.get(middle)?)
    } else {
        *sorted.get(middle)?
    };
    let (low, high) = (at((all / 2.0 - half).floor())?, at((all / 2.0 + half).ceil())?);
    (sorted.len() >= 10).then_some(Estimate { value, low, high })
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth::dice::Dice;

    #[test]
    fn a_median_is_inside_its_limits_and_knows_nothing_of_a_floor() {
        let mut dice = Dice::new(9, 2);
        let (mut held, samples) = (0.0, 400_u32);
        for _ in 0..samples {
            let falls: Vec<f64> =
                (0..150).map(|_| -(1.6 + 0.8 * dice.normal()).clamp(0.0, 2.4)).collect();
            held += f64::from(u8::from(median(&falls).unwrap().holds(-1.6)));
        }
        let share = held / f64::from(samples);
        assert!((0.92..0.99).contains(&share), "{share}");
        assert!(median(&[1.0; 9]).is_none());
        let even = median(&[1.0, 2.0, 3.0, 4.0].repeat(5)).unwrap();
        assert!((even.value - 2.5).abs() < 1e-9, "{even:?}");
    }
}
