//! Shares that need no model: cases among those who could be one, a line of data for each.

use super::finding::{Finding, Of, Turned};
use super::input::Person;
use super::planted::Planted;
use super::{births, vaccines, when};

/// Cases, and among how many.
pub(super) type Seen = (f64, f64);

/// A planted share.
struct Share {
    /// The figure.
    name: &'static str,
    of: Of,
    /// What one patient adds.
    seen: fn(&Person) -> Seen,
    /// What the share is turned into.
    turned: Turned,
}

const fn share(name: &'static str, of: Of, seen: fn(&Person) -> Seen) -> Share {
    Share { name, of, seen, turned: Turned::Same }
}

static SHARES: &[Share] = &[
    share("asthma_outgrown", Of::People, outgrown),
    share("rheumatoid_seropositive", Of::People, seropositive),
    share("rheumatoid_lung", Of::People, |person| {
        among(person, "rheumatoid_arthritis", "rheumatoid_lung")
    }),
    share("preterm_birth", Of::Rows, births::preterm),
    share("caesarean", Of::Rows, births::caesarean),
    share("food_allergy", Of::People, food_allergy),
    share("vaccinated_here", Of::People, vaccines::vaccinated_here),
    share("schedule_kept", Of::Rows, vaccines::schedule_kept),
    // A fifth stands in the note only.
    Share { turned: Turned::Times(1.0 / 0.8), ..share("allergy_in_record", Of::People, allergic) },
    share("allergy_proven", Of::Rows, proven),
];

/// A disease for which people are sent here, the ages at which it is looked for, and what of the
/// share holds under forty-five and from then on.
struct Rare {
    phenotype: &'static str,
    ages: (f64, f64),
    by_age: [f64; 2],
}

const fn rare(phenotype: &'static str, ages: (f64, f64)) -> Rare {
    Rare { phenotype, ages, by_age: [1.0, 1.0] }
}

static RARE: &[Rare] = &[
    rare("systemic_lupus_erythematosus", (14.0, 70.0)),
    rare("myasthenia_gravis", (18.0, 85.0)),
    rare("parkinson_disease", (55.0, 90.0)),
    rare("ulcerative_colitis", (14.0, 65.0)),
    rare("fabry_disease", (10.0, 75.0)),
    rare("gne_myopathy", (18.0, 65.0)),
    rare("pulmonary_arterial_hypertension", (15.0, f64::INFINITY)),
    // Clots are a disease of the old.
    Rare {
        by_age: [0.2, 1.6],
        ..rare("chronic_thromboembolic_pulmonary_hypertension", (15.0, f64::INFINITY))
    },
];

/// What was counted, in the order of the tables.
pub(super) struct Shares {
    seen: Vec<Seen>,
    /// Men and women.
    rare: Vec<[Seen; 2]>,
}

impl Default for Shares {
    fn default() -> Self {
        Self { seen: vec![(0.0, 0.0); SHARES.len()], rare: vec![[(0.0, 0.0); 2]; RARE.len()] }
    }
}

impl Shares {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        for (share, seen) in SHARES.iter().zip(&mut self.seen) {
            join(seen, (share.seen)(person));
        }
        let Some(age) = age_at_first(person) else { return };
        for (rare, [men, women]) in RARE.iter().zip(&mut self.rare) {
            let (from, until) = rare.ages;
            if !(from..until).contains(&age) {
                continue;
            }
            let has = f64::from(u8::from(person.really.has(rare.phenotype).is_some()));
            let [young, old] = rare.by_age;
            let seen = if person.really.sex == "female" { women } else { men };
            join(seen, (has, if age < 45.0 { young } else { old }));
        }
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.seen.iter_mut().zip(other.seen).for_each(|(seen, more)| join(seen, more));
        for (seen, more) in self.rare.iter_mut().flatten().zip(other.rare.iter().flatten()) {
            join(seen, *more);
        }
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        for (share, (cases, all)) in SHARES.iter().zip(&self.seen) {
            let found = Finding::share(*cases, (*all, share.of)).turned(share.turned);
            planted.found(share.name, found);
        }
        for (rare, seen) in RARE.iter().zip(&self.rare) {
            for (sex, (cases, all)) in ["men", "women"].into_iter().zip(seen) {
                let name = format!("{}_share_{sex}", rare.phenotype);
                planted.found(&name, Finding::share(*cases, (*all, Of::People)));
            }
        }
    }
}

/// Adds cases to cases and all to all.
pub(super) fn join(seen: &mut Seen, more: Seen) {
    seen.0 += more.0;
    seen.1 += more.1;
}

/// One who is a case, or is not.
pub(super) fn one(is_case: bool) -> Seen {
    (f64::from(u8::from(is_case)), 1.0)
}

/// Nobody.
pub(super) const NOBODY: Seen = (0.0, 0.0);

/// The age in years at the first visit.
pub(super) fn age_at_first(person: &Person) -> Option<f64> {
    Some(when::years(person.really.born()?, person.really.known()?.0))
}

/// Of those with a disease, those who have another with it.
fn among(person: &Person, disease: &str, besides: &str) -> Seen {
    let really = &person.really;
    really.has(disease).map_or(NOBODY, |_| one(really.has(besides).is_some()))
}

/// Asthma that began before ten and ended.
fn outgrown(person: &Person) -> Seen {
    let Some((since, until)) = person.really.spells("asthma").next() else { return NOBODY };
    let is_child = person.really.born().is_some_and(|born| when::years(born, since) < 10.0);
    if is_child { one(until.is_some()) } else { NOBODY }
}

/// The first anti-CCP of somebody with rheumatoid arthritis.
fn seropositive(person: &Person) -> Seen {
    let Some(since) = person.really.has("rheumatoid_arthritis") else { return NOBODY };
    let rows = person.observations.iter().filter(|row| row.loinc() == "33935-8");
    let values = rows.filter_map(|row| {
        let quantity = row.value_quantity.as_ref()?;
        Some((row.minute().filter(|at| *at >= since)?, quantity.value?))
    });
    let first = values.min_by_key(|(at, _)| *at);
    first.map_or(NOBODY, |(_, value)| one(value > 4.5))
}

/// Children whom the hospital knows at an age when whoever is to have a food allergy has it and
/// nobody has outgrown it: who had outgrown it before is in no record.
fn food_allergy(person: &Person) -> Seen {
    let really = &person.really;
    let (Some(born), Some(known)) = (really.born(), really.known()) else { return NOBODY };
    let (first, last) = (when::years(born, known.0), when::years(born, known.1));
    let is_seen = first < 3.0 && last >= 1.3;
    if is_seen { one(really.has("food_allergy").is_some()) } else { NOBODY }
}

/// Adults with an allergy or intolerance among the rows.
fn allergic(person: &Person) -> Seen {
    let is_adult = age_at_first(person).is_some_and(|age| age >= 15.0);
    if is_adult { one(!person.allergies.is_empty()) } else { NOBODY }
}

/// Proven ones among them.
fn proven(person: &Person) -> Seen {
    if age_at_first(person).is_none_or(|age| age < 15.0) {
        return NOBODY;
    }
    let all = super::notes::count(person.allergies.len());
    let proven = person.allergies.iter().filter(|allergy| allergy.is_confirmed()).count();
    (super::notes::count(proven), all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(born: &str, truths: &str) -> Person {
        let known = ["2015-01-01T00:00", "2018-01-01T00:00"];
        Person::with("female", &format!("{born}T00:00"), known, truths)
    }

    #[test]
    fn only_those_who_could_be_a_case_are_counted() {
        let child = r#"{"has":"asthma","since":"1995-01-01T00:00","until":"2003-01-01T00:00"}"#;
        let still = r#"{"has":"asthma","since":"1995-01-01T00:00"}"#;
        let late = r#"{"has":"asthma","since":"2005-01-01T00:00"}"#;
        for (truths, told) in
            [(child, (1.0, 1.0)), (still, (0.0, 1.0)), (late, NOBODY), ("", NOBODY)]
        {
            assert_eq!(outgrown(&person("1990-01-01", truths)), told, "{truths}");
        }
        let allergic = r#"{"has":"food_allergy","since":"2014-06-01T00:00"}"#;
        assert_eq!(food_allergy(&person("2013-06-01", allergic)), (1.0, 1.0));
        assert_eq!(food_allergy(&person("2013-06-01", "")), (0.0, 1.0));
        assert_eq!(food_allergy(&person("2009-06-01", allergic)), NOBODY);
    }

    #[test]
    fn a_rare_disease_is_counted_among_those_of_its_ages() {
        let lupus = r#"{"has":"systemic_lupus_erythematosus","since":"2014-06-01T00:00"}"#;
        let mut shares = Shares::default();
        for (born, truths) in [("1985-01-01", lupus), ("1985-01-01", ""), ("1940-01-01", "")] {
            shares.add(&person(born, truths));
        }
        let place = |of: &str| RARE.iter().position(|rare| rare.phenotype == of).unwrap();
        assert_eq!(shares.rare[place("systemic_lupus_erythematosus")], [NOBODY, (1.0, 2.0)]);
        let clots = shares.rare[place("chronic_thromboembolic_pulmonary_hypertension")][1];
        assert!((clots.1 - 2.0).abs() < 1e-9, "two young ones and an old one: {clots:?}");
    }
}
