//! Pregnancies: how they end, and what comes up on the way.

use super::estimate::Estimate;
use super::finding::{Finding, Of};
use super::input::Person;
use super::logistic;
use super::planted::Planted;
use super::shares::{NOBODY, Seen, one};
use super::when::{self, DAY_MINUTES};

/// Days from the last menstruation to 37 weeks.
const TERM_DAYS: i64 = 259;

/// Weeks after which no pregnancy ends by itself any more.
const EARLY_DAYS: i64 = 84;

/// One pregnancy.
struct Pregnancy {
    begin: i64,
    end: i64,
    /// The mother's age at its begin.
    age: f64,
    is_lost: bool,
    is_preeclamptic: bool,
    is_diabetic: bool,
}

/// What the course of a pregnancy depends on, and whether it took it.
type Case<const N: usize> = ([f64; N], bool);

/// All pregnancies.
#[derive(Default)]
pub(super) struct Births {
    /// By age: whether it was lost.
    lost: Vec<Case<2>>,
    /// By body mass index and age: gestational diabetes, pre-eclampsia.
    ill: [Vec<Case<3>>; 2],
}

impl Births {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        let Some(known) = person.really.known() else { return };
        for pregnancy in pregnancies(person) {
            let age = pregnancy.age - 30.0;
            // Whoever lost one before the first visit, or would lose it after the last, tells of
            // it in no record.
            let is_seen =
                pregnancy.begin >= known.0 && pregnancy.begin + EARLY_DAYS * DAY_MINUTES < known.1;
            if is_seen {
                self.lost.push(([1.0, age], pregnancy.is_lost));
            }
            if !pregnancy.is_lost {
                let covariates = [1.0, person.really.bmi - 21.0, age];
                let [diabetes, preeclampsia] = &mut self.ill;
                diabetes.push((covariates, pregnancy.is_diabetic));
                preeclampsia.push((covariates, pregnancy.is_preeclamptic));
            }
        }
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.lost.extend(other.lost);
        self.ill.iter_mut().zip(other.ill).for_each(|(seen, more)| seen.extend(more));
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        planted.found("miscarriage_at_30", behind(chance(&self.lost), &self.lost));
        let [diabetes, preeclampsia] = &self.ill;
        planted.found("gestational_diabetes_at_30", behind(chance(diabetes), diabetes));
        planted.found("preeclampsia_at_30", behind(chance(preeclampsia), preeclampsia));
        let by_mass = logistic::fit(diabetes)
            .map(|(beta, errors)| Estimate::normal(beta[1], errors[1]))
            .filter(|_| is_enough(diabetes));
        planted.found("bmi_on_gestational_diabetes", behind(by_mass, diabetes));
    }
}

fn behind<const N: usize>(found: Option<Estimate>, cases: &[Case<N>]) -> Finding {
    let all = super::notes::count(cases.len());
    Finding::of(found).events(events(cases)).among(all, Of::Rows)
}

fn events<const N: usize>(cases: &[Case<N>]) -> f64 {
    super::notes::count(cases.iter().filter(|(_, is)| *is).count())
}

/// A handful of events is no ground for a model.
fn is_enough<const N: usize>(cases: &[Case<N>]) -> bool {
    events(cases) >= 5.0
}

/// The chance where all but the constant is nought.
fn chance<const N: usize>(cases: &[Case<N>]) -> Option<Estimate> {
    let (beta, errors) = logistic::fit(cases).filter(|_| is_enough(cases))?;
    let (beta, error) = (beta.first()?, errors.first()?);
    let logit = Estimate::normal(*beta, *error);
    let [value, low, high] =
        [logit.value, logit.low, logit.high].map(|logit| 1.0 / (1.0 + (-logit).exp()));
    Some(Estimate { value, low, high })
}

fn pregnancies(person: &Person) -> impl Iterator<Item = Pregnancy> {
    let really = &person.really;
    really.spells("pregnancy").filter_map(|(begin, end)| {
        let end = end?;
        let during =
            |phenotype| really.spells(phenotype).any(|(since, _)| (begin..=end).contains(&since));
        Some(Pregnancy {
            begin,
            end,
            age: when::years(really.born()?, begin),
            is_lost: really.all_of("miscarriage").any(|at| at == end),
            is_preeclamptic: during("preeclampsia"),
            is_diabetic: during("gestational_diabetes"),
        })
    })
}

/// Births before 37 weeks among those without pre-eclampsia.
pub(super) fn preterm(person: &Person) -> Seen {
    let carried = pregnancies(person).filter(|one| !one.is_lost && !one.is_preeclamptic);
    carried.fold(NOBODY, |sum, birth| {
        let (cases, all) = one(birth.end - birth.begin < TERM_DAYS * DAY_MINUTES);
        (sum.0 + cases, sum.1 + all)
    })
}

/// Caesareans among births at term of women under forty without pre-eclampsia.
pub(super) fn caesarean(person: &Person) -> Seen {
    let is_plain = |birth: &Pregnancy| {
        let is_term = birth.end - birth.begin >= TERM_DAYS * DAY_MINUTES;
        is_term && !birth.is_preeclamptic && birth.age < 40.0
    };
    let is_at = |event: &str, end: i64| person.really.all_of(event).any(|at| at == end);
    let births = pregnancies(person).filter(|one| is_plain(one) && is_at("birth", one.end));
    births.fold(NOBODY, |sum, birth| {
        let (cases, all) = one(is_at("caesarean", birth.end));
        (sum.0 + cases, sum.1 + all)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mother(truths: &str) -> Person {
        let known = ["2014-01-01T00:00", "2020-01-01T00:00"];
        Person::with("female", "1985-01-01T00:00", known, truths)
    }

    fn carried(begin: &str, end: &str) -> String {
        format!(
            r#"{{"has":"pregnancy","since":"{begin}T00:00","until":"{end}T10:00"}},
            {{"happened":"birth","at":"{end}T10:00"}}"#
        )
    }

    #[test]
    fn births_are_counted_by_when_and_how() {
        // 273 days, 243 days.
        let (term, early) =
            (carried("2015-01-01", "2015-10-01"), carried("2017-01-01", "2017-09-01"));
        let both = mother(&format!("{term},{early}"));
        assert_eq!((preterm(&both), caesarean(&both)), ((1.0, 2.0), (0.0, 1.0)));
        let cut = format!(r#"{term},{{"happened":"caesarean","at":"2015-10-01T10:00"}}"#);
        assert_eq!(caesarean(&mother(&cut)), (1.0, 1.0));
        let ill = format!(r#"{cut},{{"has":"preeclampsia","since":"2015-09-10T00:00"}}"#);
        assert_eq!((preterm(&mother(&ill)), caesarean(&mother(&ill))), (NOBODY, NOBODY));
    }

    #[test]
    fn a_pregnancy_that_ends_early_is_lost_and_one_from_before_tells_nothing_of_it() {
        let lost = r#"{"has":"pregnancy","since":"2016-01-01T00:00","until":"2016-03-01T08:00"},
            {"happened":"miscarriage","at":"2016-03-01T08:00"}"#;
        let mut births = Births::default();
        births.add(&mother(lost));
        births.add(&mother(&carried("2015-01-01", "2015-10-01")));
        births.add(&mother(&carried("2013-11-01", "2014-08-01")));
        assert_eq!(births.lost.iter().map(|(_, lost)| *lost).collect::<Vec<_>>(), [true, false]);
        assert!((births.lost[1].0[1] - 0.0).abs() < 0.01, "thirty at the begin");
        assert_eq!(births.ill[0].len(), 2, "those carried can be diabetic, whenever they began");
        assert_eq!(preterm(&mother(lost)), NOBODY);
    }
}
