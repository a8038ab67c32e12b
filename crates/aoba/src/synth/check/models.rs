//! How soon what happens, and what makes it sooner: each disease's model on person-time.
//!
//! When a disease really begins stands in no record, so these models are fitted on the ground
//! truth of each patient; what care does is estimated from the record.

use super::input::Person;
use super::planted::Planted;
use super::poisson::{Cells, Covariates, WIDTH, hundredths};
use super::rows::True;
use super::when;

/// What ends the time at risk.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A disease begins.
    Begins(&'static str),
    /// Something happens for the first time.
    Happens(&'static str),
    /// The patient dies, and not of what has a fatality of its own here.
    Dies,
}

/// What the rate depends on, beside sex and age.
#[derive(Clone, Copy, Debug)]
enum Effect {
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
}

/// One model: names of figures in `truth.json`, and what they mean.
#[derive(Debug)]
struct Model {
    event: Event,
    /// From which age somebody is at risk, in years.
    from_age: f64,
    /// From when on what happened can be counted.
    counted: Counted,
    /// The disease whose beginning ends the time at risk, if not the event alone does.
    until: Option<&'static str>,
    /// The rates at sixty: of everybody, or of men and of women.
    rates: &'static [&'static str],
    growth: &'static str,
    effects: &'static [(&'static str, Effect)],
}

/// From when on somebody's time at risk can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    /// All of life: nobody stayed away from the hospital for having had it.
    AllLife,
    /// From the first visit on: whoever died of it earlier never came.
    SinceFirstVisit,
}

/// Covariates begin with the rates and the age.
fn first_effect(model: &Model) -> usize {
    model.rates.len() + 1
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
            let fit = cells.fit(model.rates.len());
            for (at, rate) in model.rates.iter().enumerate() {
                planted.found(rate, fit.as_ref().and_then(|fit| fit.ratio(at)));
            }
            let age = model.rates.len();
            planted.found(model.growth, fit.as_ref().and_then(|fit| fit.coefficient(age)));
            for (at, (effect, _)) in (first_effect(model)..).zip(model.effects) {
                planted.found(effect, fit.as_ref().and_then(|fit| fit.ratio(at)));
            }
        }
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
    };
    let happened = match model.event {
        Event::Begins(phenotype) => really.has(phenotype),
        Event::Happens(event) => really.happened(event),
        Event::Dies => died(person),
    };
    let censored = model.until.and_then(|phenotype| really.has(phenotype));
    let until = [happened, censored].into_iter().flatten().fold(known.1, i64::min);
    let changes: Vec<Change> =
        model.effects.iter().map(|(_, effect)| change(*effect, person)).collect();
    let mut cuts: Vec<i64> = (0..120).map(|age| after(born, f64::from(age))).collect();
    cuts.extend(changes.iter().filter_map(|change| change.since));
    cuts.extend([from, until]);
    cuts.retain(|cut| (from..=until).contains(cut));
    cuts.sort_unstable();
    cuts.dedup();
    for (start, end) in cuts.iter().zip(cuts.iter().skip(1)) {
        let age = when::years(born, start.midpoint(*end)) - 60.0;
        let covariates = covariates(model, really, (age, *start), &changes);
        let event = *end == until && happened == Some(until);
        cells.add(covariates, when::years(*start, *end), event);
    }
    Some(())
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
    // Half years are near enough, and keep the cells few.
    let told = [(group, 1.0), (model.rates.len(), (age * 2.0).round() / 2.0)];
    let effects = changes.iter().map(|change| match change.since {
        Some(since) if since > start => 0.0,
        _ => change.much,
    });
    for (at, value) in told.into_iter().chain((first_effect(model)..).zip(effects)) {
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

/// Adults are at risk from here on, in years.
const ADULT: f64 = 25.0;

const DIABETES: Effect = Effect::Since("type_2_diabetes");
const HYPERTENSION: Effect = Effect::Since("hypertension");
const LIPIDS: Effect = Effect::Since("dyslipidaemia");
const KIDNEY: Effect = Effect::Since("chronic_kidney_disease");
const CORONARY: Effect = Effect::Since("coronary_disease");
const FIBRILLATION: Effect = Effect::Since("atrial_fibrillation");
const FAILURE: Effect = Effect::Since("heart_failure");
const STROKE: Effect = Effect::Since("stroke");

static MODELS: &[Model] = &[
    Model {
        event: Event::Begins("type_2_diabetes"),
        from_age: ADULT,
        counted: Counted::AllLife,
        until: None,
        rates: &["diabetes_men", "diabetes_women"],
        growth: "diabetes_growth",
        effects: &[("bmi_on_diabetes", Effect::BodyMass)],
    },
    Model {
        event: Event::Begins("hypertension"),
        from_age: ADULT,
        counted: Counted::AllLife,
        until: None,
        rates: &["hypertension_men", "hypertension_women"],
        growth: "hypertension_growth",
        effects: &[("bmi_on_hypertension", Effect::BodyMass)],
    },
    Model {
        event: Event::Begins("dyslipidaemia"),
        from_age: ADULT,
        counted: Counted::AllLife,
        until: None,
        rates: &["dyslipidaemia_men", "dyslipidaemia_women"],
        growth: "dyslipidaemia_growth",
        effects: &[],
    },
    Model {
        event: Event::Begins("chronic_kidney_disease"),
        from_age: 20.0,
        counted: Counted::AllLife,
        until: None,
        rates: &["kidney_disease"],
        growth: "kidney_disease_growth",
        effects: &[
            ("diabetes_on_kidney_disease", DIABETES),
            ("hypertension_on_kidney_disease", HYPERTENSION),
        ],
    },
    Model {
        event: Event::Happens("acute_coronary_syndrome"),
        from_age: 30.0,
        counted: Counted::SinceFirstVisit,
        until: Some("coronary_disease"),
        rates: &["acute_coronary_syndrome_men", "acute_coronary_syndrome_women"],
        growth: "acute_coronary_syndrome_growth",
        effects: &[
            ("smoking_on_acute_coronary_syndrome", Effect::Smoking),
            ("former_smoking_on_acute_coronary_syndrome", Effect::Smoked),
            ("hypertension_on_acute_coronary_syndrome", HYPERTENSION),
            ("diabetes_on_acute_coronary_syndrome", DIABETES),
            ("dyslipidaemia_on_acute_coronary_syndrome", LIPIDS),
            ("polygenic_score_on_acute_coronary_syndrome", Effect::Score),
        ],
    },
    Model {
        event: Event::Begins("atrial_fibrillation"),
        from_age: 30.0,
        counted: Counted::SinceFirstVisit,
        until: None,
        rates: &["atrial_fibrillation_men", "atrial_fibrillation_women"],
        growth: "atrial_fibrillation_growth",
        effects: &[
            ("hypertension_on_atrial_fibrillation", HYPERTENSION),
            ("coronary_disease_on_atrial_fibrillation", CORONARY),
        ],
    },
    Model {
        event: Event::Begins("heart_failure"),
        from_age: 30.0,
        counted: Counted::SinceFirstVisit,
        until: None,
        rates: &["heart_failure_admission_men", "heart_failure_admission_women"],
        growth: "heart_failure_admission_growth",
        effects: &[
            ("diabetes_on_heart_failure_admission", DIABETES),
            ("hypertension_on_heart_failure_admission", HYPERTENSION),
            ("coronary_disease_on_heart_failure_admission", CORONARY),
            ("fibrillation_on_heart_failure_admission", FIBRILLATION),
            ("kidney_disease_on_heart_failure_admission", KIDNEY),
            ("obesity_on_heart_failure_admission", Effect::Obesity),
            ("sglt2_on_heart_failure_admission", Effect::Chose("sglt2_or_dpp4", "sglt2")),
        ],
    },
    Model {
        event: Event::Begins("stroke"),
        from_age: 30.0,
        counted: Counted::SinceFirstVisit,
        until: None,
        rates: &["stroke_men", "stroke_women"],
        growth: "stroke_growth",
        effects: &[
            ("hypertension_on_stroke", HYPERTENSION),
            ("diabetes_on_stroke", DIABETES),
            ("smoking_on_stroke", Effect::Smoking),
            ("fibrillation_on_stroke", FIBRILLATION),
            ("anticoagulant_on_stroke", Effect::Prescribed(&["B01AA03", "B01AE07", "B01AF"])),
        ],
    },
    Model {
        event: Event::Dies,
        from_age: 0.0,
        counted: Counted::SinceFirstVisit,
        until: None,
        rates: &["death_men", "death_women"],
        growth: "death_growth",
        effects: &[
            ("diabetes_on_death", DIABETES),
            ("smoking_on_death", Effect::Smoking),
            ("kidney_disease_on_death", KIDNEY),
            ("coronary_disease_on_death", CORONARY),
            ("heart_failure_on_death", FAILURE),
            ("fibrillation_on_death", FIBRILLATION),
            ("stroke_on_death", STROKE),
        ],
    },
];
