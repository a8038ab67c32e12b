//! How soon what happens, and what makes it sooner: each disease's model on person-time.
//!
//! When a disease really begins stands in no record, so these models are fitted on the ground
//! truth of each patient; what care does is estimated from the record. The models themselves are
//! data: [`super::diseases`].

use super::diseases::MODELS;
use super::finding::{Finding, Of};
use super::input::Person;
use super::planted::Planted;
use super::poisson::{Cells, Covariates, WIDTH, hundredths};
use super::truth::True;
use super::when::{self, DAY_MINUTES};

/// What ends the time at risk.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// A disease begins.
    Begins(&'static str),
    /// Something happens for the first time.
    Happens(&'static str),
    /// Something happens, and again, but not within so many days.
    Recurs(&'static str, i64),
    /// The patient dies, and not of what has a fatality of its own here.
    Dies,
}

/// What the rate depends on, beside sex and age.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effect {
    /// A disease, from when it begins.
    Since(&'static str),
    /// Body mass index, for each kg/m2 over 23.
    BodyMass,
    /// A body mass index of 25 and more.
    Obesity,
    /// Smoking now.
    Smoking,
    /// Having smoked.
    Smoked,
    /// The polygenic score, for each standard deviation.
    Score,
    /// A treatment, from when it was chosen: the choice and the arm.
    Chose(&'static str, &'static str),
    /// A drug, from its first prescription: beginnings of its ATC code.
    Prescribed(&'static [&'static str]),
    /// Something that began, from the first time on.
    Started(&'static str),
}

/// One model: names of figures in `truth.json`, and what they mean. A name that is no figure there
/// belongs to what only has to be adjusted for.
#[derive(Debug)]
pub(super) struct Model {
    /// What happens; of several, each has a time at risk of its own and they share the effects.
    pub(super) events: &'static [Event],
    /// From which age somebody is at risk, in years.
    pub(super) from_age: f64,
    /// From when on what happened can be counted.
    pub(super) counted: Counted,
    /// The disease whose beginning ends the time at risk, if not the event alone does.
    pub(super) until: Option<&'static str>,
    /// The rates at sixty: of everybody, or of men and of women.
    pub(super) rates: &'static [&'static str],
    /// Their growth with age: the same for all, or one for each.
    pub(super) growths: &'static [&'static str],
    /// What else the rate depends on.
    pub(super) effects: &'static [(&'static str, Effect)],
    /// The mean of the rates of men and women, and that of women against that of men, where these
    /// are the figures.
    pub(super) sexes: Option<[&'static str; 2]>,
}

/// From when on somebody's time at risk can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// All of life: nobody stayed away from the hospital for having had it.
    AllLife,
    /// From the first visit on: whoever died of it earlier never came.
    SinceFirstVisit,
    /// From the 91st day known on: before, people come because of it.
    SinceDay91,
    /// From the second day on, though nobody knows who had it before.
    WhoeverHadIt,
}

impl Model {
    /// The place of a group's growth among the covariates, which begin with the rates.
    fn growth(&self, group: usize) -> usize {
        self.rates.len() + group.min(self.growths.len().saturating_sub(1))
    }

    fn first_effect(&self) -> usize {
        self.rates.len() + self.growths.len()
    }
}

/// The models and the person-time each has seen.
pub(super) struct Models(Vec<Cells>);

impl Default for Models {
    fn default() -> Self {
        Self(MODELS.iter().map(|_| Cells::default()).collect())
    }
}

impl Models {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        for (model, cells) in MODELS.iter().zip(&mut self.0) {
            // Whoever has no moments of birth and first visit was never at risk.
            let _ = follow(model, person, cells);
        }
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(cells, others)| cells.merge(others));
    }

    /// Fits all and says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        for (model, cells) in MODELS.iter().zip(&self.0) {
            tell_of(model, cells, planted);
        }
    }
}

fn tell_of(model: &Model, cells: &Cells, planted: &mut Planted) {
    let groups = model.rates.len();
    let fit = match model.counted {
        Counted::WhoeverHadIt => cells.fit_unseen(),
        _ => cells.fit(groups),
    };
    // How much stands behind a figure: of those alone whom it is about.
    let behind = |at: usize, found| {
        let (events, years) = cells.of(at);
        Finding::of(found).events(events).among(years, Of::Years)
    };
    for (at, rate) in model.rates.iter().enumerate() {
        planted.found(rate, behind(at, fit.as_ref().and_then(|fit| fit.ratio(at))));
    }
    for (at, growth) in (groups..).zip(model.growths) {
        planted.found(growth, behind(at, fit.as_ref().and_then(|fit| fit.coefficient(at))));
    }
    for (at, (effect, _)) in (model.first_effect()..).zip(model.effects) {
        planted.found(effect, behind(at, fit.as_ref().and_then(|fit| fit.ratio(at))));
    }
    if let Some([mean, ratio]) = model.sexes {
        let both = fit.as_ref().and_then(|fit| fit.mean_of(0, 1));
        planted.found(mean, behind(groups, both));
        planted.found(ratio, behind(groups, fit.as_ref().and_then(|fit| fit.ratio_of(1, 0))));
    }
}

/// Puts a patient's time at risk into cells, cut at each year of age and at each change.
fn follow(model: &Model, person: &Person, cells: &mut Cells) -> Option<()> {
    let really = &person.really;
    let (born, known) = (really.born()?, really.known()?);
    let of_age = after(born, model.from_age);
    let from = match model.counted {
        Counted::AllLife => of_age,
        Counted::SinceFirstVisit => of_age.max(known.0),
        Counted::SinceDay91 => of_age.max(known.0 + 90 * DAY_MINUTES),
        Counted::WhoeverHadIt => of_age.max(known.0 + DAY_MINUTES),
    };
    let censored = model.until.and_then(|phenotype| really.has(phenotype));
    let end = censored.map_or(known.1, |at| at.min(known.1));
    let changes: Vec<Change> =
        model.effects.iter().map(|(_, effect)| change(*effect, person)).collect();
    let mut add = |(from, until): (i64, i64), event: bool| {
        spend(model, really, (born, from, until), (&changes, event, &mut *cells));
    };
    for event in model.events {
        let happened = match event {
            Event::Recurs(name, days) => {
                again((name, *days), really, (from, end), &mut add);
                continue;
            }
            Event::Begins(phenotype) => really.has(phenotype),
            Event::Happens(event) => really.happened(event),
            Event::Dies => died(person),
        };
        let until = happened.map_or(end, |at| at.min(end));
        add((from, until), happened == Some(until));
    }
    Some(())
}

/// Time from one event to the next, but for the days after each in which there is no other.
fn again(
    (event, days): (&str, i64),
    really: &True,
    (mut from, until): (i64, i64),
    add: &mut dyn FnMut((i64, i64), bool),
) {
    let mut all: Vec<i64> = really.all_of(event).filter(|at| (from..until).contains(at)).collect();
    all.sort_unstable();
    for at in all {
        add((from, at), true);
        from = at + days * DAY_MINUTES;
    }
    add((from, until), false);
}

/// Cuts a time at risk at each birthday and each change, and puts the parts into cells.
fn spend(
    model: &Model,
    really: &True,
    (born, from, until): (i64, i64, i64),
    (changes, event, cells): (&[Change], bool, &mut Cells),
) {
    let mut cuts: Vec<i64> = (0..120).map(|age| after(born, f64::from(age))).collect();
    cuts.extend(changes.iter().filter_map(|change| change.since));
    cuts.extend([from, until]);
    cuts.retain(|cut| (from..=until).contains(cut));
    cuts.sort_unstable();
    cuts.dedup();
    for (start, end) in cuts.iter().zip(cuts.iter().skip(1)) {
        // The middle of the year of age, for time and events alike: events end their parts early,
        // so the middle of the part would make them younger than the time they came from.
        let age = when::years(born, start.midpoint(*end)).floor() + 0.5 - 60.0;
        let covariates = covariates(model, really, (age, *start), changes);
        cells.add(covariates, when::years(*start, *end), event && *end == until);
    }
}

/// Causes of death that age brings: cancer, the heart, the brain, pneumonia, injury, senility.
const OF_AGE: [&str; 8] = ["C80", "I461", "I509", "I639", "J189", "J989", "T149", "R54"];

/// Events that kill by a probability of their own, whoever they befall.
const FATAL: [&str; 5] = [
    "acute_coronary_syndrome",
    "recurrent_infarction",
    "stent_thrombosis",
    "heart_failure_admission",
    "stroke_admission",
];

/// When somebody died of what age and illness bring, whether or not the hospital heard of it.
pub(super) fn died(person: &Person) -> Option<i64> {
    let really = &person.really;
    if let Some(elsewhere) = really.happened("death_elsewhere") {
        return Some(elsewhere);
    }
    let death = really.died.as_ref().filter(|death| OF_AGE.contains(&death.of.as_str()))?;
    let at = death.minute()?;
    // At once, or in the stay that the event led to.
    let last = person.stays().filter(|(stay, _)| stay.ended_in_death()).last();
    let began = last.and_then(|(stay, _)| stay.start()).unwrap_or(at);
    let led = |event: i64| (0..2 * when::DAY_MINUTES).contains(&(began - event));
    let of_event = FATAL.iter().any(|event| really.all_of(event).any(led));
    (!of_event).then_some(at)
}

/// How much of something a patient has, and since when, if not always.
struct Change {
    since: Option<i64>,
    much: f64,
}

fn change(effect: Effect, person: &Person) -> Change {
    let really = &person.really;
    let always = |much| Change { since: None, much };
    let since = |since: Option<i64>| match since {
        Some(_) => Change { since, much: 1.0 },
        None => always(0.0),
    };
    let holds = |holds| always(f64::from(u8::from(holds)));
    match effect {
        Effect::Since(phenotype) => since(really.has(phenotype)),
        Effect::Chose(choice, arm) => {
            since(really.chose(choice).filter(|(chosen, _)| *chosen == arm).map(|(_, at)| at))
        }
        Effect::Prescribed(atc) => since(person.first_prescribed(atc)),
        Effect::Started(event) => since(really.happened(event)),
        Effect::BodyMass => always(((really.bmi - 23.0) * 4.0).round() / 4.0),
        Effect::Obesity => holds(really.bmi >= 25.0),
        Effect::Smoking => holds(really.smoking == "current"),
        Effect::Smoked => holds(really.smoking == "former"),
        Effect::Score => always((really.coronary_score * 10.0).round() / 10.0),
    }
}

fn covariates(
    model: &Model,
    really: &True,
    (age, start): (f64, i64),
    changes: &[Change],
) -> Covariates {
    let mut covariates = [0; WIDTH];
    let group = usize::from(model.rates.len() > 1 && really.sex == "female");
    let told = [(group, 1.0), (model.growth(group), age)];
    let effects = changes.iter().map(|change| match change.since {
        Some(since) if since > start => 0.0,
        _ => change.much,
    });
    for (at, value) in told.into_iter().chain((model.first_effect()..).zip(effects)) {
        if let Some(covariate) = covariates.get_mut(at) {
            *covariate = hundredths(value);
        }
    }
    covariates
}

/// The minute at which somebody born then reaches an age.
fn after(born: i64, age_years: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a century of minutes is exact")]
    let minutes = (age_years * when::YEAR_MINUTES) as i64;
    born + minutes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(rate: &str, person: &Person) -> (f64, f64) {
        let model = MODELS.iter().find(|model| model.rates.contains(&rate)).unwrap();
        let mut cells = Cells::default();
        follow(model, person, &mut cells).unwrap();
        let group = model.rates.iter().position(|name| *name == rate).unwrap();
        cells.of(group)
    }

    fn man(truths: &str) -> Person {
        let known = ["2015-01-01T00:00", "2016-01-01T00:00"];
        Person::with("male", "1950-01-01T00:00", known, truths)
    }

    fn near((events, years): (f64, f64), (count, days): (f64, f64)) {
        let told = years * 365.25;
        let is_near = (events - count).abs() < 1e-9 && (told - days).abs() < 0.01;
        assert!(is_near, "{events} in {told} days");
    }

    #[test]
    fn an_infection_can_come_again_but_not_within_forty_days() {
        near(followed("pneumonia_men", &man("")), (0.0, 365.0));
        let twice = r#"{"happened":"pneumonia","at":"2015-03-02T00:00"},
            {"happened":"pneumonia","at":"2015-07-10T00:00"}"#;
        near(followed("pneumonia_men", &man(twice)), (2.0, 365.0 - 80.0));
        // Those of no interest, and those after the last visit, do not count.
        let others = r#"{"happened":"cellulitis","at":"2015-03-02T00:00"},
            {"happened":"pneumonia","at":"2016-07-10T00:00"}"#;
        near(followed("pneumonia_men", &man(others)), (0.0, 365.0));
        assert_eq!(followed("pneumonia_women", &man(twice)), (0.0, 0.0));
    }

    #[test]
    fn whoever_comes_because_of_a_disease_was_never_at_risk_here() {
        let since = |day| man(&format!(r#"{{"has":"copd","since":"{day}T00:00"}}"#));
        near(followed("copd", &man("")), (0.0, 275.0));
        near(followed("copd", &since("2015-02-01")), (0.0, 0.0));
        near(followed("copd", &since("2015-06-01")), (1.0, 61.0));
        near(followed("copd", &since("2013-06-01")), (0.0, 0.0));
    }

    #[test]
    fn time_is_cut_where_something_changes() {
        let model = MODELS.iter().find(|model| model.rates.contains(&"pneumonia_men")).unwrap();
        let mut cells = Cells::default();
        let diabetic = man(r#"{"has":"type_2_diabetes","since":"2015-07-02T00:00"}"#);
        follow(model, &diabetic, &mut cells).unwrap();
        let at = model.first_effect();
        assert_eq!(model.effects[0].0, "diabetes_on_pneumonia");
        near(cells.of(at), (0.0, 183.0));
        // Men and women have a growth of their own.
        assert!(cells.of(2).1 > 0.9 && cells.of(3).1 == 0.0);
    }
}
