//! What stays true of a patient and is told in notes only: smoking, family, past, intolerance.

use super::super::super::chart::{Chart, Hidden, Minute, VisitId, What, YEAR};
use super::super::super::codes::{
    Disease, Drug, cancer, cardiometabolic, cardiometabolic_drugs, general, infection, respiratory,
};
use super::super::super::person::{Person, Smoking};
use super::is_asked;
use crate::dice::Dice;

/// Of adults whose smoking no form asks for, so many tell it the doctor.
const SMOKING: f64 = 0.7;

/// Of adults, so many tell of a disease in the family.
const FAMILY: f64 = 0.35;

/// Of adults, so many tell of a disease treated elsewhere in the past.
const PAST: f64 = 0.25;

/// Of adults, so many did not bear a drug.
const INTOLERANT: f64 = 0.05;

/// Diseases of parents and siblings, and how often each is told relative to the others.
static FAMILY_DISEASES: &[(&Disease, f64)] = &[
    (&cancer::STOMACH, 5.0),
    (&cancer::COLON, 4.0),
    (&cancer::LUNG, 4.0),
    (&cancer::BREAST, 2.0),
    (&cancer::LIVER, 2.0),
    (&cancer::PANCREAS, 1.5),
    (&cardiometabolic::HYPERTENSION, 5.0),
    (&cardiometabolic::TYPE_2_DIABETES, 5.0),
    (&cardiometabolic::CEREBRAL_INFARCTION, 4.0),
    (&cardiometabolic::CEREBRAL_HAEMORRHAGE, 2.0),
    (&cardiometabolic::MYOCARDIAL_INFARCTION, 3.0),
];

/// Diseases of the past, and the ages at which they come.
static PAST_DISEASES: &[(&Disease, (i16, i16))] = &[
    (&infection::HERPES_ZOSTER, (30, 75)),
    (&general::FRACTURE_RADIUS, (8, 70)),
    (&general::PANCREATITIS, (35, 70)),
    (&cancer::GASTRIC_ULCER, (30, 70)),
    (&respiratory::ASTHMA, (3, 12)),
    (&infection::PYELONEPHRITIS, (18, 70)),
    (&general::CATARACT, (60, 85)),
    (&cardiometabolic::GOUT, (35, 70)),
];

/// Drugs that some do not bear, and what they do.
static NOT_BORNE: &[(&Drug, &str)] = &[
    (&cardiometabolic_drugs::ENALAPRIL, "乾性咳嗽"),
    (&cardiometabolic_drugs::AMLODIPINE, "下腿浮腫"),
    (&cardiometabolic_drugs::METFORMIN, "下痢"),
    (&cardiometabolic_drugs::ATORVASTATIN, "筋肉痛"),
    (&cardiometabolic_drugs::ASPIRIN, "心窩部痛"),
    (&cardiometabolic_drugs::BISOPROLOL, "めまい"),
];

/// What is told, once it is told.
pub(super) struct Story {
    born: Minute,
    smoking: Option<(Smoking, i16)>,
    facts: Vec<Hidden>,
    is_told: bool,
}

impl Story {
    /// Thinks of what the patient could tell and no row says.
    pub(super) fn new(person: &Person, dice: &mut Dice, chart: &Chart) -> Self {
        let age = (chart.known().0 - person.born).div_euclid(YEAR);
        let age_years = i16::try_from(age.max(0)).unwrap_or_default();
        let mut story =
            Self { born: person.born, smoking: None, facts: Vec::new(), is_told: false };
        // Children are asked, not told.
        let is_adult = age_years >= 18;
        let tells_smoking = dice.chance(SMOKING);
        if (chart.end() - person.born) / YEAR >= 20 && tells_smoking && !is_asked(chart) {
            let tenths = i16::try_from(dice.between(1, 4) * 5).unwrap_or(10);
            story.smoking = Some((person.smoking, tenths));
        }
        if is_adult && dice.chance(FAMILY) {
            story.facts.extend(family(person, dice, chart));
        }
        if is_adult && dice.chance(PAST) {
            story.facts.extend(past(age_years, dice, chart));
        }
        if is_adult && dice.chance(INTOLERANT) {
            story.facts.extend(not_borne(dice, chart));
        }
        story
    }

    /// Whether it was told before.
    pub(super) fn is_told(&self) -> bool {
        self.is_told
    }

    /// Tells it in the note of this visit and minute.
    pub(super) fn tell(&mut self, chart: &mut Chart, (visit, minute): (VisitId, Minute)) {
        self.is_told = true;
        if let Some(smoking) = self.smoking {
            let smoking = smoked(smoking, (minute - self.born).div_euclid(YEAR));
            chart.happened(visit, minute, What::OnlyInText(smoking));
        }
        for fact in &self.facts {
            chart.happened(visit, minute, What::OnlyInText(*fact));
        }
    }
}

/// Smoking as it is told at an age: begun at twenty, given up by former smokers after two thirds.
fn smoked((smoking, tenths): (Smoking, i16), age_years: i64) -> Hidden {
    let years = i16::try_from((age_years - 20).max(1)).unwrap_or(1);
    match smoking {
        Smoking::Never => Hidden::NeverSmoked,
        Smoking::Former => Hidden::Smoking { tenths, years: (years * 2 / 3).max(1), stopped: true },
        Smoking::Current => Hidden::Smoking { tenths, years, stopped: false },
    }
}

fn family(person: &Person, dice: &mut Dice, chart: &Chart) -> Option<Hidden> {
    // Who inherited the risk of the heart has more often a parent who had it.
    let weights = FAMILY_DISEASES.iter().map(|(disease, weight)| {
        let is_heart = disease.icd10.starts_with("I21");
        if is_heart { weight * person.coronary_score.exp() } else { *weight }
    });
    let weights: Vec<f64> = weights.collect();
    let (disease, _) = FAMILY_DISEASES.get(dice.weighted(&weights))?;
    let who = match dice.below(5) {
        0 | 1 => "父",
        2 | 3 => "母",
        _ => "兄",
    };
    let is_in_a_row = chart.events().iter().any(
        |event| matches!(&event.what, What::Family { disease: known, .. } if known == disease),
    );
    (!is_in_a_row).then_some(Hidden::FamilyHas { who, disease })
}

fn past(age_years: i16, dice: &mut Dice, chart: &Chart) -> Option<Hidden> {
    let (disease, (from, to)) = dice.one_of(PAST_DISEASES)?;
    let to = (*to).min(age_years - 2);
    let is_in_a_row = chart
        .events()
        .iter()
        .any(|event| matches!(&event.what, What::Diagnosis(told) if told.disease == *disease));
    if to < *from || is_in_a_row {
        return None;
    }
    let age_years = i16::try_from(dice.between(i64::from(*from), i64::from(to))).ok()?;
    Some(Hidden::Past { disease, age_years })
}

fn not_borne(dice: &mut Dice, chart: &Chart) -> Option<Hidden> {
    let (drug, reaction) = dice.one_of(NOT_BORNE)?;
    let is_taken = chart.events().iter().any(|event| {
        matches!(&event.what, What::Prescribed(dose) | What::Given(dose) if dose.drug == *drug)
    });
    (!is_taken).then_some(Hidden::Intolerant { drug, reaction })
}
