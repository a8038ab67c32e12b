//! Diseases of parents: how many were asked for them, and how much more often they have what the
//! patient has.
//!
//! Only who names a disease leaves a row, so those who were asked and had none to name are told
//! from how often each disease is named by the others.

use super::finding::{Finding, Of};
use super::input::Person;
use super::jackknife;
use super::notes::count;
use super::planted::Planted;
use super::shares::age_at_first;

/// Diseases asked for: ICD-10, and the phenotype of the patient that goes with it.
const DISEASES: [(&str, &str); 9] = [
    ("I10", "hypertension"),
    ("E11", "type_2_diabetes"),
    ("I63", "stroke"),
    ("C16", "gastric_cancer"),
    ("C18", "colon_cancer"),
    ("C34", "lung_cancer"),
    ("C50", "breast_cancer"),
    ("M06", "rheumatoid_arthritis"),
    ("J45", "asthma"),
];

/// For each disease: whether the patient has it, and whether a parent does.
type Adult = [(bool, bool); DISEASES.len()];

/// All adults.
#[derive(Default)]
pub(super) struct Family(Vec<Adult>);

impl Family {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        if age_at_first(person).is_none_or(|age| age < 15.0) {
            return;
        }
        self.0.push(DISEASES.map(|(icd10, phenotype)| {
            let named = person.relatives.iter().flat_map(super::rows::Relative::icd10);
            let is_named = named.into_iter().any(|code| code.starts_with(icd10));
            (person.really.has(phenotype).is_some(), is_named)
        }));
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        let told = jackknife::estimates(&self.0, told);
        let named = count(self.0.iter().filter(|adult| names_any(adult)).count());
        let names = ["family_asked_in_form", "familial_log_odds"];
        for (at, name) in names.into_iter().enumerate() {
            let found = told.and_then(|told| told.get(at).copied());
            let found = if at == 0 { found.map(jackknife::exp) } else { found };
            let found = Finding::of(found).events(named);
            planted.found(name, found.among(count(self.0.len()), Of::People));
        }
    }
}

fn names_any(adult: &Adult) -> bool {
    adult.iter().any(|(_, parent)| *parent)
}

/// The logarithm of the share that was asked, and the logarithm of the odds ratio.
fn told(adults: &[&Adult]) -> Option<[f64; 2]> {
    let asked = asked(adults)?;
    // Mantel and Haenszel's ratio over the diseases, among those who were asked.
    let (mut with, mut against) = (0.0, 0.0);
    for at in 0..DISEASES.len() {
        let mut cells = [[0.0; 2]; 2];
        for adult in adults {
            let Some((has, parent)) = adult.get(at) else { continue };
            cells[usize::from(*has)][usize::from(*parent)] += 1.0;
        }
        let [without, having] = cells.map(|[no, yes]| ((no + yes) * asked - yes, yes));
        let all = without.0 + without.1 + having.0 + having.1;
        if all > 0.0 {
            with += having.1 * without.0 / all;
            against += having.0 * without.1 / all;
        }
    }
    (with > 0.0 && against > 0.0).then(|| [asked.ln(), (with / against).ln()])
}

/// The share of adults that was asked. Of those who name any disease, this share names each; among
/// all who were asked it is less, as some name none; how many, is what makes both agree.
fn asked(adults: &[&Adult]) -> Option<f64> {
    let any = count(adults.iter().filter(|adult| names_any(adult)).count());
    if any < 10.0 {
        return None;
    }
    let named = std::array::from_fn::<f64, { DISEASES.len() }, _>(|at| {
        count(adults.iter().filter(|adult| adult.get(at).is_some_and(|one| one.1)).count()) / any
    });
    let mut none = 0.5;
    for _ in 0..200 {
        none = named.iter().map(|share| 1.0 - share * (1.0 - none)).product();
    }
    let asked = any / (1.0 - none) / count(adults.len());
    (asked.is_finite() && asked > 0.0).then_some(asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth::dice::Dice;

    #[test]
    fn who_was_asked_is_told_from_those_who_named_something() {
        let mut dice = Dice::new(2, 5);
        let shares = [0.28, 0.14, 0.11, 0.08, 0.06, 0.05, 0.05, 0.02, 0.05];
        let adults: Vec<Adult> = (0..16_000)
            .map(|_| {
                let is_asked = dice.chance(0.18);
                shares.map(|share: f64| {
                    let has = dice.chance(0.1);
                    let more = if has { 0.8_f64.exp() } else { 1.0 };
                    let odds = share / (1.0 - share) * more;
                    (has, is_asked && dice.chance(odds / (1.0 + odds)))
                })
            })
            .collect();
        let named = adults.iter().filter(|adult| names_any(adult)).count();
        assert!(count(named) / 16_000.0 < 0.13, "far fewer leave a row than were asked");
        let [asked, odds] = jackknife::estimates(&adults, told).unwrap();
        assert!(jackknife::exp(asked).holds(0.18), "{:?}", jackknife::exp(asked));
        assert!(odds.holds(0.8) && odds.low > 0.4, "{odds:?}");
    }
}
