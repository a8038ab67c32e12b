//! What a body is like, behind all its measurements.
//!
//! A body has a few latent quantities. Each has a value given by the person (age, sex, weight),
//! and diseases and drugs push it: a [`Shift`] for a time. Every measurement at any visit is made
//! from the same body, so what two diseases order on one day agrees.

use super::calendar;
use super::chart::{DAY, Minute};
use super::person::{Person, Sex, Smoking};
use crate::dice::Dice;

/// A latent quantity of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Latent {
    /// `HbA1c`, % (NGSP).
    Hba1c,
    /// Filtration of the kidneys, mL/min/1.73m2.
    Egfr,
    /// LDL cholesterol, mg/dL.
    Ldl,
    /// HDL cholesterol, mg/dL.
    Hdl,
    /// Natural logarithm of triglycerides in mg/dL.
    LnTriglyceride,
    /// Systolic pressure, mmHg.
    Systolic,
    /// Diastolic pressure, mmHg.
    Diastolic,
    /// Heart beats per minute.
    Pulse,
    /// Weight, kg.
    Weight,
    /// Temperature, degree Celsius.
    Temperature,
    /// Oxygen saturation, %.
    Spo2,
    /// Breaths a minute.
    Breaths,
    /// Natural logarithm of CRP in mg/dL.
    LnCrp,
    /// Haemoglobin, g/dL.
    Hemoglobin,
    /// Natural logarithm of white cells in 10^3/uL.
    LnWhite,
    /// Platelets, 10^4/uL.
    Platelet,
    /// Eosinophils, % of white cells.
    Eosinophil,
    /// Natural logarithm of the factor by which AST and ALT exceed the usual.
    LnLiver,
    /// Natural logarithm of the factor by which ALP, gGT and bilirubin exceed the usual.
    LnBile,
    /// Albumin, g/dL.
    Albumin,
    /// Sodium, mmol/L.
    Sodium,
    /// Potassium, mmol/L.
    Potassium,
    /// Uric acid, mg/dL.
    Urate,
    /// Calcium, mg/dL.
    Calcium,
    /// Natural logarithm of BNP in pg/mL.
    LnBnp,
    /// Left ventricular ejection fraction, %.
    Lvef,
    /// Natural logarithm of the factor by which CK and troponin exceed the usual.
    LnMuscle,
    /// Natural logarithm of troponin I in pg/mL.
    LnTroponin,
    /// Natural logarithm of PT-INR.
    LnInr,
    /// Natural logarithm of D-dimer in ug/mL.
    LnDimer,
    /// Natural logarithm of urinary albumin in mg/gCr.
    LnUrineAlbumin,
    /// Urinary white cells and bacteria, from 0.
    UrineInfection,
    /// How much sugar is in the urine beyond what blood explains, in steps of the strip.
    UrineSugar,
    /// TSH, natural logarithm of uIU/mL.
    LnTsh,
    /// Natural logarithm of LDH's factor above the usual.
    LnLdh,
    /// Forced expiratory volume in one second, % of what is expected.
    Fev1,
    /// The ratio of that volume to the vital capacity, %.
    Fev1Ratio,
    /// Disease activity of joints, as DAS28-CRP.
    Joints,
    /// Natural logarithm of the factor by which carcinoembryonic antigen exceeds the usual.
    LnCea,
    /// Natural logarithm of the factor by which prostate-specific antigen exceeds the usual.
    LnPsa,
    /// Natural logarithm of the factor by which CA19-9 exceeds the usual.
    LnCa19,
    /// Natural logarithm of the factor by which KL-6 exceeds the usual.
    LnKl6,
    /// Natural logarithm of the factor by which rheumatoid factor and anti-CCP exceed the usual.
    LnRheumatoid,
    /// Natural logarithm of the factor by which total IgE exceeds the usual.
    LnIge,
    /// Natural logarithm of the factor by which hCG exceeds what is not measurable.
    LnHcg,
    /// Pain, 0 to 10.
    Pain,
}

/// How many latent quantities there are.
pub const LATENTS: usize = Latent::Pain as usize + 1;

/// The latent quantities at a minute.
#[derive(Clone, Copy, Debug)]
pub struct State(pub(super) [f64; LATENTS]);

impl State {
    /// The value of one.
    #[must_use]
    pub fn get(&self, latent: Latent) -> f64 {
        self.0.get(latent as usize).copied().unwrap_or_default()
    }

    fn push(&mut self, latent: Latent, by: f64) {
        if let Some(value) = self.0.get_mut(latent as usize) {
            *value += by;
        }
    }
}

/// How a shift goes on after it began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Course {
    /// It stays.
    Steady,
    /// It grows by so much a year.
    Drift(f64),
    /// It halves every so many days.
    Fading(f64),
    /// It comes over so many days and stays: a drug that needs weeks.
    Rising(f64),
}

/// Something pushes a latent quantity for a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// Which.
    pub latent: Latent,
    /// From when to when, half-open.
    pub time: (Minute, Minute),
    /// By how much.
    pub by: f64,
    /// How it goes on.
    pub course: Course,
}

impl Shift {
    /// A steady push that never ends.
    #[must_use]
    pub fn lasting(latent: Latent, from: Minute, by: f64) -> Self {
        Self { latent, time: (from, Minute::MAX), by, course: Course::Steady }
    }

    /// A push that halves every so many days and ends when little is left.
    #[must_use]
    pub fn fading(latent: Latent, from: Minute, by: f64, half_days: f64) -> Self {
        let until = calendar::days_after(from, half_days * 8.0);
        Self { latent, time: (from, until), by, course: Course::Fading(half_days) }
    }

    /// How much is pushed at this minute.
    #[must_use]
    pub fn at(&self, minute: Minute) -> f64 {
        if minute < self.time.0 || self.time.1 <= minute {
            return 0.0;
        }
        let days = calendar::float(minute - self.time.0) / calendar::float(DAY);
        match self.course {
            Course::Steady => self.by,
            Course::Drift(per_year) => self.by + per_year * days / 365.25,
            Course::Fading(half_days) => self.by * (-days / half_days).exp2(),
            Course::Rising(over_days) => self.by * (days / over_days).min(1.0),
        }
    }
}

/// A body: what the person has of each quantity when nothing pushes.
#[derive(Clone, Debug)]
pub struct Body {
    own: State,
}

impl Body {
    /// The body of a person; dice give what makes people differ.
    #[must_use]
    pub fn new(person: &Person, dice: &mut Dice) -> Self {
        let is_female = person.sex == Sex::Female;
        let of = |male: f64, female: f64| if is_female { female } else { male };
        let fat = person.bmi - 22.5;
        let smokes = f64::from(u8::from(person.smoking == Smoking::Current));
        let mut own = State([0.0; LATENTS]);
        let mut give = |latent: Latent, mean: f64, spread: f64| {
            own.push(latent, mean + spread * dice.normal());
        };
        give(Latent::Hba1c, 5.3 + 0.02 * fat, 0.25);
        give(Latent::Egfr, 108.0, 11.0);
        give(Latent::Ldl, 112.0 + 1.5 * fat, 26.0);
        give(Latent::Hdl, of(58.0, 70.0) - 1.2 * fat - 4.0 * smokes, 12.0);
        give(Latent::LnTriglyceride, of(4.6, 4.35) + 0.04 * fat, 0.4);
        give(Latent::Systolic, of(110.0, 104.0) + 0.9 * fat, 9.0);
        give(Latent::Diastolic, of(69.0, 65.0) + 0.7 * fat, 7.0);
        give(Latent::Pulse, 70.0 + 2.0 * smokes, 8.0);
        give(Latent::Temperature, 36.4, 0.2);
        give(Latent::Spo2, 98.0, 0.6);
        give(Latent::Breaths, 15.5, 1.5);
        give(Latent::LnCrp, -2.8 + 0.06 * fat + 0.3 * smokes, 0.7);
        give(Latent::Hemoglobin, of(15.0, 13.0), 0.9);
        give(Latent::LnWhite, 1.72 + 0.18 * smokes, 0.2);
        give(Latent::Platelet, 23.5, 4.5);
        give(Latent::Eosinophil, 2.6, 1.3);
        give(Latent::LnLiver, 0.02 * fat, 0.22);
        give(Latent::LnBile, 0.02 * fat, 0.25);
        give(Latent::Albumin, 4.4, 0.2);
        give(Latent::Sodium, 140.5, 1.3);
        give(Latent::Potassium, 4.2, 0.25);
        give(Latent::Urate, of(6.0, 4.6) + 0.08 * fat, 1.0);
        give(Latent::Calcium, 9.3, 0.25);
        give(Latent::LnBnp, of(2.2, 2.5), 0.5);
        give(Latent::Lvef, 66.0, 4.0);
        give(Latent::LnTroponin, 1.2, 0.4);
        give(Latent::LnInr, 0.0, 0.04);
        give(Latent::LnDimer, -0.8, 0.3);
        give(Latent::LnUrineAlbumin, 2.1, 0.4);
        give(Latent::LnTsh, 0.5, 0.45);
        give(Latent::Fev1, 96.0 - 6.0 * smokes, 8.0);
        give(Latent::Fev1Ratio, 80.0 - 3.0 * smokes, 4.0);
        give(Latent::LnMuscle, of(0.0, -0.25), 0.3);
        give(Latent::LnCea, 0.3 * smokes, 0.3);
        give(Latent::LnPsa, 0.0, 0.4);
        give(Latent::LnKl6, 0.0, 0.25);
        give(Latent::LnIge, 0.0, 0.9);
        Self { own }
    }

    /// The body at a minute, pushed by all of these.
    #[must_use]
    pub fn at(&self, person: &Person, shifts: &[Shift], minute: Minute) -> State {
        let mut state = self.own;
        let age = calendar::age(person, minute);
        let old = (age - 40.0).max(0.0);
        let adult = (age / 18.0).clamp(0.0, 1.0);
        let winter = calendar::winter(minute);
        state.push(Latent::Weight, weight(person, age));
        state.push(Latent::Egfr, -0.75 * (age - 25.0).max(0.0));
        state.push(Latent::Ldl, -18.0 * (1.0 - adult) + menopause(person, age));
        state.push(Latent::Systolic, 0.55 * old - 18.0 * (1.0 - adult) + 3.0 * winter);
        state.push(Latent::Diastolic, 9.0 * (old / 20.0).min(1.0) - 0.15 * (old - 25.0).max(0.0));
        state.push(Latent::Diastolic, -12.0 * (1.0 - adult) + 1.5 * winter);
        state.push(Latent::Pulse, 50.0 * (1.0 - adult).powi(2));
        state.push(Latent::Breaths, 18.0 * (1.0 - adult).powi(2));
        state.push(Latent::Temperature, 0.4 * (1.0 - adult));
        state.push(Latent::Hba1c, 0.008 * old + 0.05 * winter);
        state.push(Latent::Hemoglobin, -0.03 * (old - 20.0).max(0.0) - 1.6 * (1.0 - adult));
        state.push(Latent::Albumin, -0.012 * (old - 15.0).max(0.0));
        state.push(Latent::LnBnp, 0.028 * old);
        state.push(Latent::LnDimer, 0.014 * old);
        state.push(Latent::LnPsa, 0.02 * old);
        state.push(Latent::Spo2, -0.02 * old);
        for shift in shifts {
            state.push(shift.latent, shift.at(minute));
        }
        state
    }
}

/// Weight in kg at an age: grown by eighteen, heavier to fifty, lighter from seventy.
fn weight(person: &Person, age: f64) -> f64 {
    let height = height_cm(person, age) / 100.0;
    let grown =
        person.bmi - 1.2 * ((40.0 - age) / 20.0).clamp(-0.4, 1.0) - 0.07 * (age - 70.0).max(0.0);
    let child = 15.8 + 0.35 * (age - 8.0).abs().min(8.0);
    let bmi = if age < 18.0 { child + (grown - 20.0) * (age / 18.0) } else { grown };
    bmi.max(12.0) * height * height
}

/// Height in cm at an age.
#[must_use]
pub fn height_cm(person: &Person, age: f64) -> f64 {
    let part = match age {
        age if age >= 17.0 => 1.0,
        age if age >= 2.0 => 0.50 + 0.50 * ((age - 2.0) / 15.0).powf(0.87),
        age => 0.29 + 0.105 * age,
    };
    person.height_cm * part - 0.08 * (age - 50.0).max(0.0)
}

/// What LDL rises by in women over fifty, mg/dL.
fn menopause(person: &Person, age: f64) -> f64 {
    if person.sex == Sex::Female { 18.0 * ((age - 47.0) / 8.0).clamp(0.0, 1.0) } else { 0.0 }
}
