//! Observations: laboratory values, measures of the body, blood pressures.

use std::io::{self, Write};

use super::Shape;
use super::life::{Life, OBSERVATIONS_PER_ENCOUNTER};
use crate::dice::{Clock, Dice};

struct Test {
    name: Name,
    unit: &'static str,
    category: &'static str,
    low: f64,
    width: f64,
}

struct Name {
    loinc: &'static str,
    jlac10: &'static str,
    en: &'static str,
    ja: &'static str,
}

macro_rules! tests {
    ($($loinc:literal $jlac10:literal $en:literal $ja:literal $unit:literal $category:literal
       $low:literal $width:literal;)*) => {
        &[$(Test {
            name: Name { loinc: $loinc, jlac10: $jlac10, en: $en, ja: $ja },
            unit: $unit, category: $category, low: $low, width: $width,
        },)*]
    };
}

const VITAL: &str = "vital-signs";

static TESTS: &[Test] = tests! {
    "8302-2" "9N001000000000001" "Body Height" "身長" "cm" "vital-signs" 140.0 50.0;
    "29463-7" "9N006000000000001" "Body Weight" "体重" "kg" "vital-signs" 40.0 60.0;
    "39156-5" "9N011000000000001" "Body Mass Index" "BMI" "kg/m2" "vital-signs" 17.0 18.0;
    "4548-4" "3D046000001906202" "Hemoglobin A1c/Hemoglobin.total in Blood" "HbA1c" "%" "laboratory" 4.8 4.0;
    "2160-0" "3C015000002327101" "Creatinine" "クレアチニン" "mg/dL" "laboratory" 0.4 2.5;
    "2339-0" "3D010000001926101" "Glucose" "血糖" "mg/dL" "laboratory" 65.0 150.0;
    "2093-3" "3F050000002327101" "Total Cholesterol" "総コレステロール" "mg/dL" "laboratory" 130.0 150.0;
    "18262-6" "3F077000002327101" "Low Density Lipoprotein Cholesterol" "LDL-C" "mg/dL" "laboratory" 60.0 130.0;
    "718-7" "2A030000001930101" "Hemoglobin [Mass/volume] in Blood" "ヘモグロビン" "g/dL" "laboratory" 8.0 9.0;
    "6690-2" "2A010000001930101" "Leukocytes [#/volume] in Blood" "白血球数" "10*3/uL" "laboratory" 2.5 10.0;
    "1988-5" "5C070000002306201" "C reactive protein" "CRP" "mg/dL" "laboratory" 0.0 12.0;
};

static PRESSURE: Name = Name { loinc: "85354-9", jlac10: "", en: "Blood Pressure", ja: "血圧" };
static DIASTOLIC: Name =
    Name { loinc: "8462-4", jlac10: "", en: "Diastolic Blood Pressure", ja: "拡張期血圧" };
static SYSTOLIC: Name =
    Name { loinc: "8480-6", jlac10: "", en: "Systolic Blood Pressure", ja: "収縮期血圧" };

/// The last of each encounter is a blood pressure, with components.
fn is_pressure(nth: u64) -> bool {
    nth % OBSERVATIONS_PER_ENCOUNTER == OBSERVATIONS_PER_ENCOUNTER - 1
}

/// Writes a patient's n-th observation.
pub(super) fn write(
    out: &mut Vec<u8>,
    shape: Shape,
    dice: &mut Dice,
    life: &Life,
    nth: u64,
) -> io::Result<()> {
    let visit = life.visit(nth / OBSERVATIONS_PER_ENCOUNTER);
    let (when, id) = (Clock::at(visit.minute), dice.uuid());
    let offset = shape.offset();
    let test = dice.one_of(TESTS).filter(|_| !is_pressure(nth));
    let category = test.map_or(VITAL, |test| test.category);
    write!(
        out,
        r#"{{"resourceType":"Observation","id":"{id}","status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"{category}","display":"{category}"}}]}}],"code":"#
    )?;
    coded(out, shape, test.map_or(&PRESSURE, |test| &test.name))?;
    let (patient, encounter) = (life.patient, visit.encounter);
    write!(
        out,
        r#","subject":{{"reference":"Patient/{patient}"}},"encounter":{{"reference":"Encounter/{encounter}"}},"effectiveDateTime":"{when}{offset}","issued":"{when}.000{offset}""#
    )?;
    if let Some(test) = test {
        quantity(out, shape, test.low + test.width * dice.part(), test.unit)?;
        out.extend_from_slice(b"}\n");
        return Ok(());
    }
    out.extend_from_slice(br#","component":[{"code":"#);
    coded(out, shape, &DIASTOLIC)?;
    quantity(out, shape, 55.0 + 45.0 * dice.part(), "mm[Hg]")?;
    out.extend_from_slice(br#"},{"code":"#);
    coded(out, shape, &SYSTOLIC)?;
    quantity(out, shape, 95.0 + 80.0 * dice.part(), "mm[Hg]")?;
    out.extend_from_slice(b"}]}\n");
    Ok(())
}

fn coded(out: &mut Vec<u8>, shape: Shape, name: &Name) -> io::Result<()> {
    let Name { loinc, jlac10, en, ja } = name;
    out.extend_from_slice(br#"{"coding":["#);
    if shape == Shape::Jp && !jlac10.is_empty() {
        write!(
            out,
            r#"{{"system":"http://medis.or.jp/CodeSystem/master-JLAC10-17digits","code":"{jlac10}","display":"{ja}"}},"#
        )?;
    }
    let text = if shape == Shape::Jp { ja } else { en };
    write!(
        out,
        r#"{{"system":"http://loinc.org","code":"{loinc}","display":"{en}"}}],"text":"{text}"}}"#
    )
}

fn quantity(out: &mut Vec<u8>, shape: Shape, value: f64, unit: &str) -> io::Result<()> {
    match shape {
        Shape::Us => write!(out, r#","valueQuantity":{{"value":{value},"#)?,
        Shape::Jp => write!(out, r#","valueQuantity":{{"value":{value:.2},"#)?,
    }
    write!(out, r#""unit":"{unit}","system":"http://unitsofmeasure.org","code":"{unit}"}}"#)
}

#[cfg(test)]
mod tests {
    use super::super::observations;
    use super::*;

    fn made(shape: Shape) -> String {
        let mut out = Vec::new();
        observations(5, 400, shape, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_blood_pressure_has_two_components_and_no_value_of_its_own() {
        for shape in [Shape::Us, Shape::Jp] {
            let text = made(shape);
            let pressures: Vec<&str> =
                text.lines().filter(|line| line.contains("85354-9")).collect();
            assert_eq!(pressures.len(), 40);
            assert!(pressures.iter().all(|line| line.matches("valueQuantity").count() == 2));
        }
    }

    #[test]
    fn american_decimals_are_long_and_japanese_ones_are_not() {
        let longest = |shape| {
            let text = made(shape);
            let values = text.split("\"value\":").skip(1);
            values.filter_map(|rest| rest.find(',')).max().unwrap()
        };
        assert!(longest(Shape::Us) >= 15);
        assert!(longest(Shape::Jp) <= 6);
    }
}
