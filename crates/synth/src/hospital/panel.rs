//! What is measured together, and how a measurement comes from a body.

use super::body::{self, Latent, State};
use super::chart::{DAY, Minute, Value};
use super::codes::{Test, labs, vitals};
use super::person::{Person, Sex};
use crate::dice::Dice;

/// A set of tests that are ordered together; in a union each test is measured once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panel(u128);

/// When each test was last measured in one patient.
pub(super) struct Measured([Minute; 128]);

/// A patient at the moment of a measurement.
pub(super) struct Look<'a> {
    pub(super) state: &'a State,
    pub(super) person: &'a Person,
    pub(super) age: f64,
    /// Errors shared by measurements that are made from one another: standard normal each.
    pub(super) shared: [f64; 3],
}

/// A test that a body answers.
pub(super) struct Measurement {
    pub(super) test: &'static Test,
    /// What is measured, without the analyser's error; not a number where it is not reported.
    mean: fn(&Look<'_>) -> f64,
    /// The analyser's error and the day's, as a share of the value.
    spread: f64,
    /// The words of a strip, from nothing to most, where no number is reported.
    words: &'static [&'static str],
}

macro_rules! measurements {
    ($($name:ident = $test:path, $spread:literal, $words:expr, $mean:expr;)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "the names are those of the constants below")]
        enum Place { $($name),* }

        impl Panel {
            $(#[doc = concat!("Only ", stringify!($name), ".")]
            pub const $name: Self = Self(1 << Place::$name as u32);)*
        }

        /// All of them, in the order of their bits.
        pub(super) static MEASUREMENTS: &[Measurement] = &[$(
            Measurement { test: &$test, mean: $mean, spread: $spread, words: $words }
        ),*];
    };
}

/// A strip in the urine.
const STRIP: &[&str] = &["(-)", "(±)", "(1+)", "(2+)", "(3+)", "(4+)"];
/// A number is reported.
const NUMBER: &[&str] = &[];

measurements! {
    HBA1C = labs::HBA1C, 0.012, NUMBER, |at| at.get(Latent::Hba1c).max(4.2);
    GLUCOSE = labs::GLUCOSE, 0.13, NUMBER, |at| glucose(at);
    CREATININE = labs::CREATININE, 0.0, NUMBER, |at| creatinine(at);
    EGFR = labs::EGFR, 0.0, NUMBER, |at| egfr(at);
    BUN = labs::BUN, 0.13, NUMBER, |at| 14.0 * (90.0 / at.kidney()).powf(0.75);
    URIC_ACID = labs::URIC_ACID, 0.05, NUMBER, |at| {
        at.get(Latent::Urate).max(1.2) + 0.03 * (60.0 - at.kidney()).max(0.0)
    };
    SODIUM = labs::SODIUM, 0.008, NUMBER, |at| at.get(Latent::Sodium);
    POTASSIUM = labs::POTASSIUM, 0.045, NUMBER, |at| {
        at.get(Latent::Potassium) + 0.018 * (50.0 - at.kidney()).max(0.0)
    };
    CHLORIDE = labs::CHLORIDE, 0.01, NUMBER, |at| at.get(Latent::Sodium) - 36.3;
    CALCIUM = labs::CALCIUM, 0.02, NUMBER, |at| {
        at.get(Latent::Calcium) - 0.8 * (4.1 - at.get(Latent::Albumin)).max(0.0)
    };
    PHOSPHATE = labs::PHOSPHATE, 0.09, NUMBER, |at| 3.3 + 0.06 * (30.0 - at.kidney()).max(0.0);
    ALBUMIN = labs::ALBUMIN, 0.02, NUMBER, |at| at.get(Latent::Albumin).max(1.2);
    TOTAL_PROTEIN = labs::TOTAL_PROTEIN, 0.025, NUMBER, |at| at.get(Latent::Albumin).max(1.2) + 2.9;
    AST = labs::AST, 0.12, NUMBER, |at| {
        20.0 * (at.get(Latent::LnLiver) + 0.5 * at.get(Latent::LnMuscle).max(0.0)).exp()
    };
    ALT = labs::ALT, 0.15, NUMBER, |at| {
        at.by_sex(20.0, 15.0) * (1.2 * at.get(Latent::LnLiver)).exp()
    };
    GGT = labs::GGT, 0.09, NUMBER, |at| {
        at.by_sex(29.0, 17.0)
            * (1.3 * at.get(Latent::LnBile) + 0.5 * at.get(Latent::LnLiver)).exp()
    };
    ALP = labs::ALP, 0.07, NUMBER, |at| {
        70.0 * (0.8 * at.get(Latent::LnBile)).exp() * if at.age < 17.0 { 3.2 } else { 1.0 }
    };
    LDH = labs::LDH, 0.06, NUMBER, |at| {
        178.0 * (at.get(Latent::LnLdh) + 0.25 * at.get(Latent::LnLiver).max(0.0)
            + 0.3 * at.get(Latent::LnMuscle).max(0.0)).exp()
    };
    BILIRUBIN = labs::BILIRUBIN, 0.16, NUMBER, |at| 0.7 * at.get(Latent::LnBile).exp();
    CHOLINESTERASE = labs::CHOLINESTERASE, 0.05, NUMBER, |at| {
        330.0 + 75.0 * (at.get(Latent::Albumin) - 4.4)
    };
    AMYLASE = labs::AMYLASE, 0.15, NUMBER, |at| 78.0 * (75.0 / at.kidney()).max(0.8).powf(0.3);
    CK = labs::CK, 0.2, NUMBER, |at| 110.0 * at.get(Latent::LnMuscle).exp();
    CK_MB = labs::CK_MB, 0.12, NUMBER, |at| 6.0 * (0.75 * at.get(Latent::LnMuscle)).exp();
    TROPONIN_I = labs::TROPONIN_I, 0.12, NUMBER, |at| at.get(Latent::LnTroponin).exp();
    BNP = labs::BNP, 0.14, NUMBER, |at| at.get(Latent::LnBnp).exp();
    NT_PROBNP = labs::NT_PROBNP, 0.14, NUMBER, |at| {
        4.2 * at.get(Latent::LnBnp).exp() * (80.0 / at.kidney()).max(0.8).powf(0.8)
    };
    TOTAL_CHOLESTEROL = labs::TOTAL_CHOLESTEROL, 0.02, NUMBER, |at| {
        ldl(at) + at.get(Latent::Hdl).max(18.0) + 0.2 * at.get(Latent::LnTriglyceride).exp()
    };
    LDL = labs::LDL, 0.02, NUMBER, |at| ldl(at);
    HDL = labs::HDL, 0.04, NUMBER, |at| at.get(Latent::Hdl).max(18.0);
    TRIGLYCERIDE = labs::TRIGLYCERIDE, 0.22, NUMBER, |at| at.get(Latent::LnTriglyceride).exp();
    CRP = labs::CRP, 0.2, NUMBER, |at| at.get(Latent::LnCrp).exp();
    PROCALCITONIN = labs::PROCALCITONIN, 0.3, NUMBER, |at| {
        0.02 * (0.9 * at.inflamed()).exp()
    };
    SEDIMENTATION = labs::SEDIMENTATION, 0.2, NUMBER, |at| {
        at.by_sex(5.0, 9.0) + 11.0 * at.inflamed()
    };
    WBC = labs::WBC, 0.09, NUMBER, |at| white(at);
    RBC = labs::RBC, 0.015, NUMBER, |at| at.get(Latent::Hemoglobin).max(4.0) * 2.97 / 9.15;
    HEMOGLOBIN = labs::HEMOGLOBIN, 0.02, NUMBER, |at| at.get(Latent::Hemoglobin).max(4.0);
    HEMATOCRIT = labs::HEMATOCRIT, 0.015, NUMBER, |at| {
        at.get(Latent::Hemoglobin).max(4.0) * 2.97
    };
    MCV = labs::MCV, 0.03, NUMBER, |_| 91.5;
    PLATELET = labs::PLATELET, 0.06, NUMBER, |at| {
        10.0 * (at.get(Latent::Platelet) + 1.2 * at.inflamed()).max(0.8)
    };
    NEUTROPHIL = labs::NEUTROPHIL, 0.0, NUMBER, |at| neutrophil(at);
    LYMPHOCYTE = labs::LYMPHOCYTE, 0.0, NUMBER, |at| 93.0 - neutrophil(at) - eosinophil(at);
    MONOCYTE = labs::MONOCYTE, 0.0, NUMBER, |_| 6.4;
    EOSINOPHIL = labs::EOSINOPHIL, 0.0, NUMBER, |at| eosinophil(at);
    BASOPHIL = labs::BASOPHIL, 0.0, NUMBER, |_| 0.6;
    PT_INR = labs::PT_INR, 0.04, NUMBER, |at| at.get(Latent::LnInr).exp();
    APTT = labs::APTT, 0.06, NUMBER, |at| 29.0 * (0.4 * at.get(Latent::LnInr)).exp();
    FIBRINOGEN = labs::FIBRINOGEN, 0.08, NUMBER, |at| 265.0 + 55.0 * at.inflamed();
    D_DIMER = labs::D_DIMER, 0.2, NUMBER, |at| {
        (at.get(Latent::LnDimer) + 0.2 * at.inflamed()).exp()
    };
    URINE_ALBUMIN = labs::URINE_ALBUMIN_CREATININE, 0.3, NUMBER, |at| {
        at.get(Latent::LnUrineAlbumin).exp()
    };
    URINE_PROTEIN_RATIO = labs::URINE_PROTEIN_CREATININE, 0.2, NUMBER, |at| {
        0.04 + 0.0014 * at.get(Latent::LnUrineAlbumin).exp()
    };
    URINE_PROTEIN = labs::URINE_PROTEIN, 0.5, STRIP, |at| {
        1.05 * (at.get(Latent::LnUrineAlbumin) - 3.1).max(0.05)
    };
    URINE_GLUCOSE = labs::URINE_GLUCOSE, 0.3, STRIP, |at| {
        at.get(Latent::UrineSugar) + (glucose(at) - 165.0).max(0.0) / 35.0 + 0.05
    };
    URINE_BLOOD = labs::URINE_BLOOD, 0.9, STRIP, |at| 0.35 + at.get(Latent::UrineInfection);
    URINE_KETONE = labs::URINE_KETONE, 0.9, STRIP, |at| {
        0.15 + 0.25 * at.get(Latent::UrineSugar)
    };
    URINE_LEUKOCYTE = labs::URINE_LEUKOCYTE, 0.6, STRIP, |at| {
        0.3 + 1.5 * at.get(Latent::UrineInfection)
    };
    URINE_PH = labs::URINE_PH, 0.07, NUMBER, |_| 6.1;
    TSH = labs::TSH, 0.1, NUMBER, |at| at.get(Latent::LnTsh).exp();
    FREE_T4 = labs::FREE_T4, 0.06, NUMBER, |at| {
        1.1 * (-0.22 * (at.get(Latent::LnTsh) - 0.5)).exp()
    };
    RHEUMATOID_FACTOR = labs::RHEUMATOID_FACTOR, 0.1, NUMBER, |at| {
        5.0 * at.get(Latent::LnRheumatoid).exp()
    };
    ANTI_CCP = labs::ANTI_CCP, 0.1, NUMBER, |at| {
        0.8 * (1.4 * at.get(Latent::LnRheumatoid)).exp()
    };
    MMP_3 = labs::MMP_3, 0.12, NUMBER, |at| {
        at.by_sex(62.0, 36.0) * (0.33 * at.get(Latent::Joints)).exp()
    };
    IGE = labs::IGE, 0.1, NUMBER, |at| 65.0 * at.get(Latent::LnIge).exp();
    HCG = labs::HCG, 0.1, NUMBER, |at| 0.4 * at.get(Latent::LnHcg).exp();
    CEA = labs::CEA, 0.08, NUMBER, |at| 1.8 * at.get(Latent::LnCea).exp();
    CA19_9 = labs::CA19_9, 0.1, NUMBER, |at| 8.0 * at.get(Latent::LnCa19).exp();
    PSA = labs::PSA, 0.1, NUMBER, |at| at.by_sex(0.75, f64::NAN) * at.get(Latent::LnPsa).exp();
    KL_6 = labs::KL_6, 0.06, NUMBER, |at| 230.0 * at.get(Latent::LnKl6).exp();
    FERRITIN = labs::FERRITIN, 0.15, NUMBER, |at| {
        let stored = at.get(Latent::Hemoglobin) - at.by_sex(15.0, 13.0);
        at.by_sex(115.0, 42.0) * (0.35 * stored + 0.2 * at.inflamed()).exp()
    };
    IRON = labs::IRON, 0.25, NUMBER, |at| {
        (105.0 + 14.0 * (at.get(Latent::Hemoglobin) - 13.5) - 14.0 * at.inflamed()).max(8.0)
    };
    WEIGHT = vitals::WEIGHT, 0.01, NUMBER, |at| at.get(Latent::Weight).max(1.8);
    HEIGHT = vitals::HEIGHT, 0.002, NUMBER, |at| body::height_cm(at.person, at.age);
    BMI = vitals::BMI, 0.01, NUMBER, |at| {
        at.get(Latent::Weight) / (body::height_cm(at.person, at.age) / 100.0).powi(2)
    };
    TEMPERATURE = vitals::TEMPERATURE, 0.006, NUMBER, |at| at.get(Latent::Temperature);
    PULSE = vitals::PULSE, 0.09, NUMBER, |at| {
        at.get(Latent::Pulse).max(32.0) + 8.0 * (at.get(Latent::Temperature) - 37.0).max(0.0)
    };
    RESPIRATION = vitals::RESPIRATION, 0.1, NUMBER, |at| at.get(Latent::Breaths).max(8.0);
    SPO2 = vitals::SPO2, 0.007, NUMBER, |at| at.get(Latent::Spo2);
    LVEF = vitals::LVEF, 0.06, NUMBER, |at| at.get(Latent::Lvef).clamp(8.0, 85.0);
    LEFT_ATRIUM = vitals::LEFT_ATRIUM, 0.06, NUMBER, |at| {
        32.0 + 0.05 * (at.age - 30.0) + 3.0 * (at.get(Latent::LnBnp) - 2.8).max(0.0)
    };
    E_OVER_E = vitals::E_OVER_E, 0.15, NUMBER, |at| {
        8.0 + 2.2 * (at.get(Latent::LnBnp) - 2.8).max(0.0)
    };
    FEV1 = vitals::FEV1, 0.03, NUMBER, |at| at.get(Latent::Fev1) / 100.0 * expected_fev1(at);
    FEV1_PERCENT = vitals::FEV1_PERCENT, 0.02, NUMBER, |at| at.get(Latent::Fev1Ratio).max(20.0);
    FEV1_PREDICTED = vitals::FEV1_PREDICTED, 0.03, NUMBER, |at| at.get(Latent::Fev1).max(12.0);
    DAS28 = vitals::DAS28_CRP, 0.05, NUMBER, |at| at.get(Latent::Joints).max(0.96);
}

impl Panel {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Blood pressure, which is not one number.
    pub const PRESSURE: Self = Self(1 << 127);
    /// What is measured at an ordinary visit.
    pub const VISIT: Self = Self::PRESSURE.and(Self::PULSE);
    /// Weight, height, body mass index.
    pub const BUILD: Self = Self::WEIGHT.and(Self::HEIGHT).and(Self::BMI);
    /// What nurses measure at the bedside.
    pub const BEDSIDE: Self =
        Self::VISIT.and(Self::TEMPERATURE).and(Self::RESPIRATION).and(Self::SPO2);
    /// Blood cells.
    pub const BLOOD_COUNT: Self = Self::WBC
        .and(Self::RBC)
        .and(Self::HEMOGLOBIN)
        .and(Self::HEMATOCRIT)
        .and(Self::MCV)
        .and(Self::PLATELET);
    /// Kinds of white cells.
    pub const DIFFERENTIAL: Self = Self::NEUTROPHIL
        .and(Self::LYMPHOCYTE)
        .and(Self::MONOCYTE)
        .and(Self::EOSINOPHIL)
        .and(Self::BASOPHIL);
    /// Liver.
    pub const LIVER: Self = Self::AST
        .and(Self::ALT)
        .and(Self::GGT)
        .and(Self::ALP)
        .and(Self::LDH)
        .and(Self::BILIRUBIN)
        .and(Self::ALBUMIN)
        .and(Self::TOTAL_PROTEIN);
    /// Kidney and salts.
    pub const KIDNEY: Self = Self::CREATININE
        .and(Self::EGFR)
        .and(Self::BUN)
        .and(Self::SODIUM)
        .and(Self::POTASSIUM)
        .and(Self::CHLORIDE);
    /// Fats: of the three cholesterols two are paid for (診療報酬点数表 D007).
    pub const LIPIDS: Self = Self::LDL.and(Self::HDL).and(Self::TRIGLYCERIDE);
    /// Whether a drug hurts the liver.
    pub const LIVER_CELLS: Self = Self::AST.and(Self::ALT).and(Self::GGT);
    /// Sugar.
    pub const SUGAR: Self = Self::HBA1C.and(Self::GLUCOSE);
    /// The heart in an emergency.
    pub const HEART_ATTACK: Self = Self::CK.and(Self::CK_MB).and(Self::TROPONIN_I);
    /// Clotting.
    pub const CLOTTING: Self =
        Self::PT_INR.and(Self::APTT).and(Self::FIBRINOGEN).and(Self::D_DIMER);
    /// Strips in the urine.
    pub const URINE: Self = Self::URINE_PROTEIN
        .and(Self::URINE_GLUCOSE)
        .and(Self::URINE_BLOOD)
        .and(Self::URINE_KETONE)
        .and(Self::URINE_LEUKOCYTE)
        .and(Self::URINE_PH);
    /// Thyroid.
    pub const THYROID: Self = Self::TSH.and(Self::FREE_T4);
    /// What is taken from nearly everybody: cells, liver, kidney, CRP.
    pub const ROUTINE: Self = Self::BLOOD_COUNT.and(Self::LIVER).and(Self::KIDNEY).and(Self::CRP);
    /// Routine with everything that a first visit or an admission asks.
    pub const BROAD: Self = Self::ROUTINE
        .and(Self::DIFFERENTIAL)
        .and(Self::LIPIDS)
        .and(Self::SUGAR)
        .and(Self::URINE)
        .and(Self::URIC_ACID)
        .and(Self::CALCIUM)
        .and(Self::CK)
        .and(Self::CHOLINESTERASE)
        .and(Self::AMYLASE);
    /// What a ward asks on arrival and not again: it hardly changes within days.
    pub const SLOW: Self = Self::LIPIDS
        .and(Self::URINE)
        .and(Self::HBA1C)
        .and(Self::GGT)
        .and(Self::ALP)
        .and(Self::TOTAL_PROTEIN)
        .and(Self::CHOLINESTERASE)
        .and(Self::AMYLASE)
        .and(Self::URIC_ACID)
        .and(Self::CALCIUM)
        .and(Self::APTT)
        .and(Self::FIBRINOGEN);
    /// Echocardiography.
    pub const ECHO: Self = Self::LVEF.and(Self::LEFT_ATRIUM).and(Self::E_OVER_E);
    /// Spirometry.
    pub const SPIROMETRY: Self = Self::FEV1.and(Self::FEV1_PERCENT).and(Self::FEV1_PREDICTED);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This one without what is in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all of the other is in it.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What of it is not known well enough: without what was measured so lately that it holds.
    pub(super) fn lacking(self, measured: &Measured, minute: Minute) -> Self {
        let mut lacking = self;
        for (panel, days) in HOLDS_DAYS {
            for place in Self(self.0 & panel.0).places() {
                let last = measured.0.get(place).copied().unwrap_or(NEVER);
                if minute - last < days * DAY {
                    lacking.0 &= !(1 << place);
                }
            }
        }
        lacking
    }

    /// The measurements in it; blood pressure is not among them.
    pub(super) fn measurements(self) -> impl Iterator<Item = &'static Measurement> {
        self.without(Self::PRESSURE).places().filter_map(|place| MEASUREMENTS.get(place))
    }

    /// The places of its bits.
    fn places(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let place = (left != 0).then_some(left.trailing_zeros() as usize);
            left &= left.wrapping_sub(1);
            place
        })
    }
}

/// So long ago that nothing measured then holds.
const NEVER: Minute = -1_000_000 * DAY;

/// For how many days a value holds for the hospital's clinics, whichever of them asked for it.
///
/// # Source
/// Ours, so that a stable patient with several clinics has a full panel a few times a year. HbA1c
/// is paid for once a month (診療報酬点数表 D005).
const HOLDS_DAYS: [(Panel, i64); 6] = [
    (Panel::KIDNEY, 26),
    (Panel::SUGAR.and(Panel::BNP).and(Panel::NT_PROBNP), 24),
    (Panel::BLOOD_COUNT.and(Panel::DIFFERENTIAL).and(Panel::CRP), 40),
    (Panel::LIVER.and(Panel::URINE), 60),
    (
        Panel::LIPIDS
            .and(Panel::CK)
            .and(Panel::CHOLINESTERASE)
            .and(Panel::AMYLASE)
            .and(Panel::CALCIUM)
            .and(Panel::URIC_ACID)
            .and(Panel::PHOSPHATE)
            .and(Panel::FERRITIN)
            .and(Panel::IRON),
        60,
    ),
    (Panel::THYROID, 90),
];

impl Default for Measured {
    fn default() -> Self {
        Self([NEVER; 128])
    }
}

impl Measured {
    /// All of this was measured then.
    pub(super) fn note(&mut self, panel: Panel, minute: Minute) {
        for place in panel.places() {
            if let Some(last) = self.0.get_mut(place) {
                *last = minute;
            }
        }
    }
}

impl Measurement {
    /// What the analyser prints; none where it reports nothing.
    pub(super) fn value(&self, at: &Look<'_>, dice: &mut Dice) -> Option<Value> {
        let mean = (self.mean)(at);
        let error = if self.spread > 0.0 { 1.0 + self.spread * dice.normal() } else { 1.0 };
        let value = if self.words.is_empty() { mean * error.max(0.3) } else { mean * error };
        if value.is_nan() {
            return None;
        }
        if let Some(last) = self.words.len().checked_sub(1) {
            let step = usize::try_from(super::calendar::whole(value.max(0.0))).unwrap_or(last);
            return self.words.get(step.min(last)).copied().map(Value::Word);
        }
        let (low, high) = self.test.measurable;
        Some(match value {
            value if value < low => Value::Beyond { sign: "<", limit: low },
            value if value > high => Value::Beyond { sign: ">", limit: high },
            value => Value::Number(value),
        })
    }
}

impl Look<'_> {
    fn get(&self, latent: Latent) -> f64 {
        self.state.get(latent)
    }

    fn by_sex(&self, male: f64, female: f64) -> f64 {
        if self.person.sex == Sex::Female { female } else { male }
    }

    /// Filtration that is left, never nothing.
    fn kidney(&self) -> f64 {
        self.get(Latent::Egfr).max(3.0)
    }

    /// How many times e CRP has risen above what is usual.
    fn inflamed(&self) -> f64 {
        (self.get(Latent::LnCrp) + 2.5).max(0.0)
    }
}

/// Plasma glucose when the clinic takes it, mg/dL, from the mean of the last months.
fn glucose(at: &Look<'_>) -> f64 {
    (24.0 * at.get(Latent::Hba1c) - 33.0).max(45.0)
}

/// Serum creatinine, mg/dL: the Japanese equation turned round; for children by height.
///
/// # Source
/// 日本腎臓学会「CKD診療ガイド2012」: eGFR = 194 Cr^-1.094 age^-0.287 (0.739 for women).
fn creatinine(at: &Look<'_>) -> f64 {
    let error = (0.035 * at.shared[0]).exp();
    if at.age < 18.0 {
        return 0.0035 * body::height_cm(at.person, at.age) * 100.0 / at.kidney().max(20.0) * error;
    }
    let one = 194.0 * at.age.powf(-0.287) * at.by_sex(1.0, 0.739);
    (one / at.kidney()).powf(1.0 / 1.094) * error
}

/// The filtration that the laboratory computes from creatinine; not reported for children.
fn egfr(at: &Look<'_>) -> f64 {
    if at.age < 18.0 {
        return f64::NAN;
    }
    let printed = (creatinine(at) * 100.0).round() / 100.0;
    194.0 * printed.powf(-1.094) * at.age.powf(-0.287) * at.by_sex(1.0, 0.739)
}

fn ldl(at: &Look<'_>) -> f64 {
    at.get(Latent::Ldl).max(18.0) * (0.07 * at.shared[1]).exp()
}

fn white(at: &Look<'_>) -> f64 {
    (at.get(Latent::LnWhite) + 0.1 * at.inflamed()).exp()
}

fn neutrophil(at: &Look<'_>) -> f64 {
    let child = 18.0 * (1.0 - at.age / 8.0).max(0.0);
    let share = 57.0 + 22.0 * (white(at) / 5.8).ln() - child + 5.0 * at.shared[2];
    share.clamp(2.0, 90.0 - eosinophil(at))
}

fn eosinophil(at: &Look<'_>) -> f64 {
    at.get(Latent::Eosinophil).clamp(0.0, 70.0)
}

/// The volume that a healthy person of this build breathes out in a second, L.
///
/// # Source
/// 日本呼吸器学会 2001: 0.036 height - 0.028 age - 1.178 for men, 0.022 height - 0.022 age - 0.005
/// for women; not reported for children.
fn expected_fev1(at: &Look<'_>) -> f64 {
    if at.age < 15.0 {
        return f64::NAN;
    }
    let height = at.person.height_cm;
    at.by_sex(0.036 * height - 0.028 * at.age - 1.178, 0.022 * height - 0.022 * at.age - 0.005)
        .max(0.7)
}
