//! What goes wrong when records are written: after the life is over, at stated rates.
//!
//! Each fault leaves a [`Truth::Wrong`] with its name and its minute, so that whatever claims to
//! find faults can be checked. A fault changes the record, never the life.

use std::collections::BTreeMap;

use super::calendar;
use super::chart::{DAY, Event, Life, Minute, Truth, Value, VisitId, What};
use super::codes::{Test, TestKind, labs, vitals};
use super::world::{Fact, FactKind};
use crate::dice::Dice;

/// A fault, how often it happens, and to what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Its name in [`Truth::Wrong`].
    pub fault: &'static str,
    /// The probability for each row that it can happen to.
    pub rate: f64,
    /// What it can happen to.
    pub of: &'static str,
}

const fn rate(fault: &'static str, rate: f64, of: &'static str) -> Rate {
    Rate { fault, rate, of }
}

/// Creatinine in µmol/L, HbA1c in mmol/mol and the like: another analyser, another hospital.
pub const UNIT_MIX_UP: Rate = rate("unit_mix_up", 0.001, "measured rows with a second usual unit");
/// The same number under the wrong unit: a weight in pounds written as kilograms.
pub const UNIT_UNSAID: Rate = rate("unit_unsaid", 0.0003, "measured rows with a second usual unit");
/// The point one place off.
pub const DIGIT_SLIP: Rate = rate("digit_slip", 0.0002, "numbers entered by hand: vital signs");
/// The same row twice.
pub const DUPLICATE: Rate = rate("duplicate", 0.001, "measured rows");
/// The upper pressure in the lower field.
pub const SWAPPED_PRESSURE: Rate = rate("swapped_pressure", 0.0008, "blood pressures");
/// A specimen of somebody else.
pub const WRONG_PATIENT: Rate = rate("wrong_patient", 0.0003, "specimens of blood");
/// Red cells burst: potassium, LD and AST are too high.
pub const HAEMOLYSED: Rate = rate("haemolysed", 0.004, "specimens of serum");
/// The specimen clotted: no blood count.
pub const CLOTTED: Rate = rate("clotted", 0.0015, "specimens of whole blood");
/// CRP as a word, as small laboratories give it.
pub const WORD_FOR_NUMBER: Rate = rate("word_for_number", 0.002, "values of CRP");
/// 999.9 or 0 where a field had to be filled.
pub const PLACEHOLDER: Rate = rate("placeholder", 0.0005, "heights and weights");
/// A day of birth that is not the patient's.
pub const BIRTH_DATE: Rate = rate("birth_date", 0.0015, "patients");
/// A diagnosis that began after it was written.
pub const ONSET_AFTER: Rate = rate("onset_after_record", 0.0008, "diagnoses with an onset");

/// All faults.
pub static RATES: [Rate; 12] = [
    UNIT_MIX_UP,
    UNIT_UNSAID,
    DIGIT_SLIP,
    DUPLICATE,
    SWAPPED_PRESSURE,
    WRONG_PATIENT,
    HAEMOLYSED,
    CLOTTED,
    WORD_FOR_NUMBER,
    PLACEHOLDER,
    BIRTH_DATE,
    ONSET_AFTER,
];

/// The faults as figures of the world.
pub(super) fn facts() -> impl Iterator<Item = Fact> {
    RATES.into_iter().map(|fault| Fact {
        name: fault.fault,
        kind: FactKind::Probability,
        value: fault.rate,
        estimate: fault.of,
        source: "Ours",
    })
}

/// A second unit in which a test is reported.
struct SecondUnit {
    test: &'static Test,
    /// Printed and in UCUM.
    unit: (&'static str, &'static str),
    decimals: u8,
    convert: fn(f64) -> f64,
}

/// # Source
/// HbA1c: IFCC master equation (mmol/mol = 10.93 NGSP - 23.50); the others by molar mass.
static SECOND_UNITS: [SecondUnit; 8] = [
    second(&labs::CREATININE, ("µmol/L", "umol/L"), 0, |mg| mg * 88.4),
    second(&labs::HBA1C, ("mmol/mol", "mmol/mol"), 0, |ngsp| 10.93 * ngsp - 23.5),
    second(&labs::GLUCOSE, ("mmol/L", "mmol/L"), 1, |mg| mg / 18.016),
    second(&labs::LDL, ("mmol/L", "mmol/L"), 2, |mg| mg / 38.67),
    second(&labs::HEMOGLOBIN, ("g/L", "g/L"), 0, |g| g * 10.0),
    second(&labs::CRP, ("mg/L", "mg/L"), 1, |mg| mg * 10.0),
    second(&vitals::WEIGHT, ("g", "g"), 0, |kg| kg * 1_000.0),
    second(&vitals::TEMPERATURE, ("°F", "[degF]"), 1, |cel| cel * 1.8 + 32.0),
];

const fn second(
    test: &'static Test,
    unit: (&'static str, &'static str),
    decimals: u8,
    convert: fn(f64) -> f64,
) -> SecondUnit {
    SecondUnit { test, unit, decimals, convert }
}

/// Pounds in a kilogram.
const POUNDS: f64 = 2.204_62;

/// Writes the faults into a life.
pub(super) fn write(life: &mut Life, dice: &mut Dice) {
    let mut wrong = Vec::new();
    specimens(life, dice, &mut wrong);
    rows(life, dice, &mut wrong);
    birth_date(life, dice, &mut wrong);
    let truths = wrong.into_iter().map(|(fault, minute)| Truth::Wrong { fault, minute });
    life.truths.extend(truths);
}

/// What went wrong, and when.
type Wrong = Vec<(&'static str, Minute)>;

/// The share of rows that are looked at, more than all faults of one row together; so most rows
/// cost nothing.
const LOOKED_AT: f64 = 0.008;

/// What a row drew, from zero to [`LOOKED_AT`]: faults that can happen to it share that stretch.
struct Draw(f64);

impl Draw {
    /// Whether the draw falls into this fault's part.
    fn is(&mut self, fault: Rate) -> bool {
        let is_in = (0.0..fault.rate).contains(&self.0);
        self.0 -= fault.rate;
        is_in
    }
}

/// How many rows are passed before the next that is looked at.
fn passed(dice: &mut Dice) -> usize {
    usize::try_from(calendar::whole(dice.wait(-(1.0 - LOOKED_AT).ln()).floor()))
        .unwrap_or(usize::MAX)
}

/// Faults of single rows.
fn rows(life: &mut Life, dice: &mut Dice, wrong: &mut Wrong) {
    let mut again = Vec::new();
    let mut place = passed(dice);
    while let Some(event) = life.events.get_mut(place) {
        let mut draw = Draw(LOOKED_AT * dice.part());
        let fault = match &mut event.what {
            What::Measured { .. } if draw.is(DUPLICATE) => {
                again.push(place);
                Some(DUPLICATE.fault)
            }
            What::Measured { test, value } => {
                number_fault(test, *value, (dice, draw)).map(|wrong| {
                    *value = wrong.1;
                    wrong.0
                })
            }
            What::Pressure { systolic, diastolic } if draw.is(SWAPPED_PRESSURE) => {
                std::mem::swap(systolic, diastolic);
                Some(SWAPPED_PRESSURE.fault)
            }
            What::Diagnosis(diagnosis) => {
                let is_late = diagnosis.onset.is_some() && draw.is(ONSET_AFTER);
                is_late.then(|| {
                    // A year typed one too high.
                    diagnosis.onset = Some(calendar::after(event.minute, 1.0));
                    ONSET_AFTER.fault
                })
            }
            _ => None,
        };
        if let Some(fault) = fault {
            wrong.push((fault, event.minute));
        }
        place = place.saturating_add(1).saturating_add(passed(dice));
    }
    for place in again.into_iter().rev() {
        if let Some(event) = life.events.get(place).cloned() {
            life.events.insert(place + 1, event);
        }
    }
}

/// What becomes of a number, if anything.
fn number_fault(
    test: &'static Test,
    value: Value,
    (dice, mut draw): (&mut Dice, Draw),
) -> Option<(&'static str, Value)> {
    let Value::Number(number) = value else { return None };
    let by_hand = test.kind == TestKind::Vital;
    let is_size = std::ptr::eq(test, &vitals::WEIGHT) || std::ptr::eq(test, &vitals::HEIGHT);
    let second = SECOND_UNITS.iter().find(|second| std::ptr::eq(second.test, test));
    if let Some(second) = second {
        if draw.is(UNIT_MIX_UP) {
            let (value, unit, decimals) = ((second.convert)(number), second.unit, second.decimals);
            return Some((UNIT_MIX_UP.fault, Value::OtherUnit { value, unit, decimals }));
        }
        if draw.is(UNIT_UNSAID) {
            let is_weight = std::ptr::eq(test, &vitals::WEIGHT);
            let value = if is_weight { number * POUNDS } else { (second.convert)(number) };
            return Some((UNIT_UNSAID.fault, Value::Number(value)));
        }
    }
    if by_hand && draw.is(DIGIT_SLIP) {
        let value = if dice.chance(0.5) { number * 10.0 } else { number / 10.0 };
        return Some((DIGIT_SLIP.fault, Value::Number(value)));
    }
    if is_size && draw.is(PLACEHOLDER) {
        let value = if dice.chance(0.5) { 999.9 } else { 0.0 };
        return Some((PLACEHOLDER.fault, Value::Number(value)));
    }
    if std::ptr::eq(test, &labs::CRP) && draw.is(WORD_FOR_NUMBER) {
        let word = match number {
            number if number < 0.3 => "(-)",
            number if number < 0.6 => "(±)",
            number if number < 2.0 => "(1+)",
            number if number < 6.0 => "(2+)",
            _ => "(3+)",
        };
        return Some((WORD_FOR_NUMBER.fault, Value::Word(word)));
    }
    None
}

/// What happened to a specimen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Specimen {
    Stranger,
    Haemolysed,
    Clotted,
}

/// Faults of whole specimens: all values of that visit, minute and material.
fn specimens(life: &mut Life, dice: &mut Dice, wrong: &mut Wrong) {
    let mut spoilt: BTreeMap<(VisitId, Minute, &str), Specimen> = BTreeMap::new();
    for event in &life.events {
        let What::Taken(material) = event.what else { continue };
        let is_serum = material.code == super::codes::materials::SERUM.code;
        let is_blood = material.code == super::codes::materials::BLOOD.code;
        let fate = if (is_serum || is_blood) && dice.chance(WRONG_PATIENT.rate) {
            wrong.push((WRONG_PATIENT.fault, event.minute));
            Specimen::Stranger
        } else if is_serum && dice.chance(HAEMOLYSED.rate) {
            wrong.push((HAEMOLYSED.fault, event.minute));
            Specimen::Haemolysed
        } else if is_blood && dice.chance(CLOTTED.rate) {
            wrong.push((CLOTTED.fault, event.minute));
            Specimen::Clotted
        } else {
            continue;
        };
        spoilt.insert((event.visit, event.minute, material.code), fate);
    }
    if spoilt.is_empty() {
        return;
    }
    for event in &mut life.events {
        let Event { minute, visit, what: What::Measured { test, value } } = event else { continue };
        let TestKind::Laboratory(material) = test.kind else { continue };
        match spoilt.get(&(*visit, *minute, material.code)) {
            Some(Specimen::Clotted) => *value = Value::Absent("検体凝固"),
            Some(Specimen::Haemolysed) => *value = burst(test, *value, dice),
            Some(Specimen::Stranger) => *value = stranger(test, *value, dice),
            None => {}
        }
    }
}

/// A value of a specimen whose red cells burst.
fn burst(test: &'static Test, value: Value, dice: &mut Dice) -> Value {
    let Value::Number(number) = value else { return value };
    if std::ptr::eq(test, &labs::POTASSIUM) {
        // Half of laboratories do not report it at all.
        let reported = Value::Number(number + 0.6 + 1.4 * dice.part());
        return if dice.chance(0.5) {
            Value::Absent("溶血のため測定不可")
        } else {
            reported
        };
    }
    if std::ptr::eq(test, &labs::LDH) {
        return Value::Number(number * (1.3 + 0.9 * dice.part()));
    }
    if std::ptr::eq(test, &labs::AST) {
        return Value::Number(number * (1.1 + 0.5 * dice.part()));
    }
    value
}

/// A value of somebody else: well within what is usual, or ill in some way of his own.
fn stranger(test: &'static Test, value: Value, dice: &mut Dice) -> Value {
    let (Value::Number(_), Some([(low, high), _])) = (value, test.reference) else { return value };
    let middle = f64::midpoint(low, high);
    let spread = (high - low) / 4.0;
    let usual = middle + spread * dice.normal();
    let ill = if dice.chance(0.2) { 1.0 + 1.5 * dice.part() } else { 1.0 };
    let (least, most) = test.measurable;
    Value::Number((usual.max(spread * 0.1) * ill).clamp(least, most))
}

/// Days and months change places, a year is one or ten off.
fn birth_date(life: &mut Life, dice: &mut Dice, wrong: &mut Wrong) {
    if !dice.chance(BIRTH_DATE.rate) {
        return;
    }
    let born = life.person.born;
    let (year, month, day) = calendar::year_month_day(born);
    let typed = match dice.below(4) {
        0 if day <= 12 && day != month => calendar::date(year, day, month),
        0 | 1 => born + dice.between(1, 9) * DAY,
        2 => calendar::date(year - 10, month, day.min(28)),
        // A year of Heisei counted as one of Showa is 63 too early; most programs refuse that, so
        // what is left are slips of one.
        _ => calendar::date(year - 1, month, day.min(28)),
    };
    wrong.push((BIRTH_DATE.fault, born));
    life.person.born = typed.min(life.known.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of so many rows with this value, how often each fault happens.
    fn faults_of(test: &'static Test, number: f64) -> BTreeMap<&'static str, f64> {
        let mut dice = Dice::new(17, 3);
        let mut seen = BTreeMap::new();
        let looked = 200_000;
        for _ in 0..looked {
            let draw = Draw(LOOKED_AT * dice.part());
            if let Some((fault, _)) = number_fault(test, Value::Number(number), (&mut dice, draw)) {
                *seen.entry(fault).or_insert(0.0) += LOOKED_AT / f64::from(looked);
            }
        }
        seen
    }

    #[test]
    fn each_fault_of_a_row_is_as_frequent_as_said() {
        let seen = faults_of(&vitals::WEIGHT, 61.5);
        for fault in [UNIT_MIX_UP, UNIT_UNSAID, DIGIT_SLIP, PLACEHOLDER] {
            let share = seen.get(fault.fault).copied().unwrap_or_default();
            assert!((share / fault.rate - 1.0).abs() < 0.1, "{} {share}", fault.fault);
        }
        let seen = faults_of(&labs::CRP, 0.4);
        let share = seen.get(WORD_FOR_NUMBER.fault).copied().unwrap_or_default();
        assert!((share / WORD_FOR_NUMBER.rate - 1.0).abs() < 0.1, "{share}");
        assert!(faults_of(&labs::SODIUM, 140.0).is_empty());
    }

    #[test]
    fn faults_that_one_row_can_have_fit_into_the_draw() {
        let of_a_row =
            [DUPLICATE, UNIT_MIX_UP, UNIT_UNSAID, DIGIT_SLIP, PLACEHOLDER, WORD_FOR_NUMBER];
        assert!(of_a_row.iter().map(|fault| fault.rate).sum::<f64>() < LOOKED_AT);
    }

    #[test]
    fn second_units_say_the_same() {
        let of = |test: &'static Test, number: f64| {
            let second =
                SECOND_UNITS.iter().find(|second| std::ptr::eq(second.test, test)).unwrap();
            (second.convert)(number)
        };
        assert!((of(&labs::CREATININE, 1.0) - 88.4).abs() < 0.01);
        assert!((of(&labs::HBA1C, 7.0) - 53.0).abs() < 0.1);
        assert!((of(&labs::GLUCOSE, 126.0) - 7.0).abs() < 0.01);
        assert!((of(&vitals::TEMPERATURE, 37.0) - 98.6).abs() < 0.01);
    }
}
