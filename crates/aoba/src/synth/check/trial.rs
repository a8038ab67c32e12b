//! The trial that nobody ran: SGLT2 against DPP-4 inhibitors, and heart failure after them.
//!
//! The sicker get the former, so as they stand the two look alike. Everything is taken from the
//! record, as a researcher would: new users after metformin, what was written down before, and
//! the first stay for heart failure.

use vocab::Text;

use super::cox::{self, Subject};
use super::estimate::Estimate;
use super::finding::{Finding, Of};
use super::input::{Person, begins};
use super::logistic::{self, Followed};
use super::notes::count;
use super::planted::Planted;
use super::when;

/// What the choice depends on: one, five conditions, the year.
const WIDTH: usize = 7;

/// The figures of the choice in `truth.json`, in the order of the covariates.
const CHOICE: [&str; WIDTH] = [
    "sglt2_choice_base",
    "sglt2_choice_coronary_disease",
    "sglt2_choice_kidney_disease",
    "sglt2_choice_fibrillation",
    "sglt2_choice_hypertension",
    "sglt2_choice_obesity",
    "sglt2_choice_year_after_2018",
];

/// A body mass index of 25 and more is obesity in Japan.
const OBESE: f64 = 25.0;

const CONFOUNDED: Text = Text {
    ja: "適応による交絡を調整していない値。1に近いか1を超える",
    en: "confounded by indication: nearer to one or above it",
};

/// New users by the record, and what was chosen by the ground truth.
#[derive(Default)]
pub(super) struct Trial {
    people: Vec<Followed<WIDTH>>,
    chosen: Vec<([f64; WIDTH], bool)>,
}

impl Trial {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        self.people.extend(enrol(person));
        self.chosen.extend(chosen(person));
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.people.extend(other.people);
        self.chosen.extend(other.chosen);
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        let name = "sglt2_on_heart_failure_admission";
        let events = count(self.people.iter().filter(|person| person.event).count());
        let behind =
            |found| Finding::of(found).events(events).among(count(self.people.len()), Of::People);
        planted.found_in(
            name,
            &format!("{name}_crude_by_record"),
            behind(logistic::crude_ratio(&self.people)),
        );
        planted.only_show(CONFOUNDED);
        let mut subjects: Vec<Subject<WIDTH>> = self.people.iter().map(subject).collect();
        let adjusted = cox::hazard_ratios(&mut subjects).and_then(|ratios| ratios.first().copied());
        planted.found_in(name, &format!("{name}_adjusted_by_record"), behind(adjusted));
        let weighted = logistic::weighted_ratio(&self.people);
        planted.found_in(name, &format!("{name}_weighted_by_record"), behind(weighted));
        let fit = logistic::fit(&self.chosen);
        let chosen = count(self.chosen.iter().filter(|(_, is)| *is).count());
        for (at, name) in CHOICE.into_iter().enumerate() {
            let found = fit.as_ref().and_then(|(beta, errors)| {
                Some(Estimate::normal(*beta.get(at)?, *errors.get(at)?))
            });
            let found = Finding::of(found).events(chosen);
            planted.found(name, found.among(count(self.chosen.len()), Of::People));
        }
    }
}

/// The same person for Cox's model: the treatment in the place of the constant.
fn subject(person: &Followed<WIDTH>) -> Subject<WIDTH> {
    #[expect(clippy::cast_possible_truncation, reason = "years and noughts and ones")]
    let mut covariates = person.covariates.map(|covariate| covariate as f32);
    if let Some(first) = covariates.first_mut() {
        *first = f32::from(u8::from(person.treated));
    }
    #[expect(clippy::cast_possible_truncation, reason = "some years")]
    let time = person.time as f32;
    Subject { stratum: 0, time, event: person.event, covariates }
}

/// A new user, as the record tells.
fn enrol(person: &Person) -> Option<Followed<WIDTH>> {
    let first = |atc: &[&str]| person.first_prescribed(atc);
    let (sglt2, dpp4) = (first(&["A10BK"]), first(&["A10BH"]));
    let begin = sglt2.into_iter().chain(dpp4).min()?;
    // From June 2014 on both could be had.
    let both = when::minute("2014-06-01")?;
    if begin < both || first(&["A10BA02"])? >= begin {
        return None;
    }
    // Whoever came with the drug did not begin it here.
    let seen = person.encounters.iter().filter_map(|visit| visit.period.start()).min()?;
    if begin - seen < 60 * when::DAY_MINUTES {
        return None;
    }
    let failure = stay_for_heart_failure(person);
    let end = person.really.known()?.1;
    let until = failure.unwrap_or(end).min(end);
    if until <= begin {
        return None;
    }
    let before = |icd10: &[&str]| {
        let since = person.first_diagnosed(icd10);
        f64::from(u8::from(since.is_some_and(|since| since <= begin)))
    };
    let covariates = [
        1.0,
        before(&["I20", "I21", "I25"]),
        before(&["N18"]),
        before(&["I48"]),
        before(&["I10"]),
        f64::from(u8::from(person.really.bmi >= OBESE)),
        year(begin) - 2018.0,
    ];
    let treated = sglt2 == Some(begin);
    let time = when::years(begin, until);
    Some(Followed { covariates, treated, time, event: failure == Some(until) })
}

fn stay_for_heart_failure(person: &Person) -> Option<i64> {
    let stays = person.stays().filter(|(_, of)| begins(of, &["I50"]));
    stays.filter_map(|(stay, _)| stay.period.start()).min()
}

/// What was chosen, and what was so then.
fn chosen(person: &Person) -> Option<([f64; WIDTH], bool)> {
    let really = &person.really;
    let (arm, at) = really.chose("sglt2_or_dpp4")?;
    let has =
        |phenotype| f64::from(u8::from(really.has(phenotype).is_some_and(|since| since < at)));
    let covariates = [
        1.0,
        has("coronary_disease"),
        has("chronic_kidney_disease"),
        has("atrial_fibrillation"),
        has("hypertension"),
        f64::from(u8::from(really.bmi >= OBESE)),
        year(at) - 2018.0,
    ];
    Some((covariates, arm == "sglt2"))
}

/// The calendar year of a minute.
fn year(minute: i64) -> f64 {
    // Near enough at the turn of the year: 1970 began at nought.
    (1970.0 + when::years(0, minute)).floor()
}
