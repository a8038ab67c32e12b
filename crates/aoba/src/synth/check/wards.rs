//! Who dies in a ward of pneumonia, and how many more where it becomes sepsis.

use super::estimate::Estimate;
use super::finding::{Finding, Of};
use super::input::Person;
use super::planted::Planted;
use super::poisson::{Cells, Covariates, WIDTH, hundredths};
use super::when::{self, DAY_MINUTES};

/// Infections that lead to a stay, and the causes of death they stand for.
const KINDS: [(&str, &[&str]); 3] = [
    ("pneumonia", &["J159", "J690"]),
    ("urinary_tract_infection", &["N10"]),
    ("cellulitis", &["L039"]),
];

/// Stays for infections: for each kind without sepsis and with it.
#[derive(Default)]
pub(super) struct Wards([[Cells; 2]; KINDS.len()]);

impl Wards {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        let really = &person.really;
        let Some(born) = really.born() else { return };
        for (stay, _) in person.stays() {
            let (Some(start), Some(end)) = (stay.start(), stay.period.end()) else { continue };
            for ((event, causes), cells) in KINDS.iter().zip(&mut self.0) {
                // The stay begins in the minute in which it becomes so bad.
                if !really.all_of(event).any(|at| at == start) {
                    continue;
                }
                let is_sepsis = really.all_of("sepsis").any(|at| at == start);
                let died = really.died.as_ref().is_some_and(|death| {
                    let within = |at| (start..=end + DAY_MINUTES).contains(&at);
                    causes.contains(&death.of.as_str()) && death.minute().is_some_and(within)
                });
                let [without, with] = cells;
                let seen = if is_sepsis { with } else { without };
                seen.add(covariates(when::years(born, start)), 1.0, died);
            }
        }
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        for (cells, more) in self.0.iter_mut().flatten().zip(other.0.into_iter().flatten()) {
            cells.merge(more);
        }
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        let [[pneumonia, _], ..] = &self.0;
        let found = pneumonia.fit(1).and_then(|fit| fit.ratio(0));
        let (deaths, stays) = pneumonia.of(0);
        let found = Finding::of(found).events(deaths).among(stays, Of::Rows);
        planted.found("pneumonia_death_in_hospital_at_75", found);
        // Deaths in sepsis beyond those that the infection alone would have brought.
        let (mut deaths, mut stays, mut alone) = (0.0, 0.0, 0.0);
        for [without, with] in &self.0 {
            let (more, of) = with.of(0);
            (deaths, stays) = (deaths + more, stays + of);
            alone += without.fit(1).map_or(0.0, |fit| with.expected(&fit));
        }
        let added = Estimate::share(deaths, stays).map(|found| {
            let off = alone / stays;
            let [value, low, high] = [found.value, found.low, found.high].map(|end| end - off);
            Estimate { value, low: low.max(0.0), high }
        });
        let found = Finding::of(added).events(deaths).among(stays, Of::Rows);
        planted.found("sepsis_death_added", found);
    }
}

/// One, and the decades beyond 75.
fn covariates(age: f64) -> Covariates {
    let mut covariates = [0; WIDTH];
    covariates[0] = 100;
    covariates[1] = hundredths(((age - 75.0) / 10.0 * 5.0).round() / 5.0);
    covariates
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vocab::Locale;

    use super::*;

    fn patient(truths: &str, died: &str) -> Person {
        let known = ["2015-01-01T00:00", "2018-01-01T00:00"];
        let mut person = Person::with("male", "1940-03-01T00:00", known, truths);
        let stay = r#"{"class":{"code":"IMP"},"period":{"start":"2015-03-01T21:10:00+09:00",
            "end":"2015-03-15T10:00:00+09:00"}}"#;
        person.encounters = vec![serde_json::from_str(stay).unwrap()];
        let death = format!(r#"{{"at":"{died}","of":"J159"}}"#);
        person.really.died = (!died.is_empty()).then(|| serde_json::from_str(&death).unwrap());
        person
    }

    const ILL: &str = r#"{"happened":"pneumonia","at":"2015-03-01T21:10"}"#;
    const SEPTIC: &str = r#"{"happened":"pneumonia","at":"2015-03-01T21:10"},
        {"happened":"sepsis","at":"2015-03-01T21:10"}"#;

    #[test]
    fn a_death_counts_in_the_stay_for_the_infection_it_is_of() {
        let mut wards = Wards::default();
        let later = r#"{"happened":"pneumonia","at":"2015-03-02T21:10"}"#;
        for (truths, died) in [
            (ILL, ""),
            (ILL, "2015-03-09T03:00"),
            (ILL, "2016-03-09T03:00"),
            (SEPTIC, "2015-03-09T03:00"),
            (later, "2015-03-09T03:00"),
        ] {
            wards.add(&patient(truths, died));
        }
        let [without, with] = &wards.0[0];
        assert_eq!((without.of(0), with.of(0)), ((1.0, 3.0), (1.0, 1.0)));
    }

    #[test]
    fn what_sepsis_adds_is_beyond_what_the_infection_alone_would_have_brought() {
        let mut wards = Wards::default();
        for at in 0..400 {
            let dies = |one_of: i32| if at % one_of == 0 { "2015-03-09T03:00" } else { "" };
            wards.add(&patient(ILL, dies(10)));
            wards.add(&patient(SEPTIC, dies(4)));
        }
        let fact = json!({"name": "sepsis_death_added", "kind": "probability", "value": 0.15,
            "source": "here"});
        let mut planted = Planted::of(&json!({ "facts": [fact] }), Locale::En);
        wards.tell(&mut planted);
        let found = planted.into_rows()[0].line.found.unwrap();
        assert!((found.value - 0.15).abs() < 0.005, "{found:?}");
    }
}
