//! Two drugs at once or one, in arterial pulmonary hypertension: the worse get two.

use super::cancer_course::subject;
use super::cox::{self, Subject};
use super::finding::{Finding, Of};
use super::input::Person;
use super::notes::count;
use super::planted::Planted;
use super::when;

/// Mean pulmonary pressure.
const PRESSURE: &str = "8414-5";

/// Everybody who began treatment since there was a choice.
#[derive(Default)]
pub(super) struct Pulmonary(Vec<Subject<2>>);

impl Pulmonary {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        self.0.extend(begun(person));
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        let events = count(self.0.iter().filter(|one| one.event).count());
        let found = cox::hazard_ratios(&mut self.0.clone()).map(|[ratio, _]| ratio);
        let found = Finding::of(found.filter(|_| events >= 5.0)).events(events);
        let name = "upfront_combination_on_pulmonary_hypertension_death";
        planted.found(name, found.among(count(self.0.len()), Of::People));
    }
}

fn begun(person: &Person) -> Option<Subject<2>> {
    let really = &person.really;
    let (arm, at) = really.chose("pulmonary_hypertension_first_drugs")?;
    let known = really.known()?;
    let rows = person.observations.iter().filter(|row| row.loinc() == PRESSURE);
    let values = rows.filter_map(|row| Some((row.minute()?, row.value_quantity.as_ref()?.value?)));
    let (_, pressure) = values.min_by_key(|(minute, _)| *minute)?;
    let time = when::years(at.max(known.0), known.1);
    let died = really.died.as_ref().is_some_and(|death| death.of == "I270");
    let covariates = [f64::from(u8::from(arm == "upfront_combination")), (pressure - 45.0) / 10.0];
    (time > 0.0).then(|| subject(0, (time, died), covariates))
}
