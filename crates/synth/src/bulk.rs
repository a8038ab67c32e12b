//! Nameless patients by the thousand, the same for the same seed.

use std::io::{self, Write};

/// In whose manner the resources are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As an American bulk export: LOINC, UUID keys, decimals of 14 to 16 digits.
    Us,
    /// As a Japanese hospital: JLAC10 beside LOINC, kanji, values as the analyser prints them.
    Jp,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Observations, one a line.
    pub observations: u64,
    /// Bytes, line breaks included.
    pub bytes: u64,
}

/// How many observations one patient has.
const OBSERVATIONS_PER_PATIENT: u64 = 150;

/// How many bytes are gathered before they are given to the writer.
const BUFFER_BYTES: usize = 1 << 20;

struct Test {
    loinc: &'static str,
    jlac10: &'static str,
    en: &'static str,
    ja: &'static str,
    unit: &'static str,
    category: &'static str,
    low: f64,
    width: f64,
}

macro_rules! tests {
    ($($loinc:literal $jlac10:literal $en:literal $ja:literal $unit:literal $category:literal
       $low:literal $width:literal;)*) => {
        &[$(Test { loinc: $loinc, jlac10: $jlac10, en: $en, ja: $ja, unit: $unit,
            category: $category, low: $low, width: $width },)*]
    };
}

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

/// Every so many observations is a blood pressure, with components.
const PRESSURE_EVERY: u64 = 8;

/// SplitMix64: a fixed sequence for a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        // The high half of a product: even enough for test data.
        ((u128::from(self.roll()) * u128::from(end)) >> 64) as u64
    }

    /// From 0 up to 1, with 53 random bits.
    fn part(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Writes this many Observations as NDJSON, sorted by patient and then by time.
///
/// The same seed, shape and number give the same bytes on every machine.
///
/// # Errors
/// When the writer fails.
///
/// # Cost
/// Hundreds of megabytes a second; memory for one buffer of a megabyte.
///
/// ```
/// let mut out = Vec::new();
/// let made = synth::observations(7, 1_000, synth::Shape::Us, &mut out).unwrap();
/// assert_eq!((made.observations, made.bytes), (1_000, out.len() as u64));
/// ```
pub fn observations(
    seed: u64,
    count: u64,
    shape: Shape,
    writer: &mut impl Write,
) -> io::Result<Made> {
    let mut dice = Dice(seed);
    let mut made = Made::default();
    let mut out = Vec::with_capacity(BUFFER_BYTES + 4096);
    let (mut patient, mut encounter) = (String::new(), String::new());
    let mut minute = 0;
    while made.observations < count {
        let nth = made.observations % OBSERVATIONS_PER_PATIENT;
        if nth == 0 {
            patient = uuid(&mut dice);
            minute = dice.below(8 * 525_600);
        }
        if nth % 10 == 0 {
            encounter = uuid(&mut dice);
            minute += 20_000 + dice.below(60_000);
        }
        let of = Whose { patient: &patient, encounter: &encounter, minute, nth };
        line(&mut out, &mut dice, shape, &of)?;
        made.observations += 1;
        if out.len() >= BUFFER_BYTES || made.observations == count {
            made.bytes += out.len() as u64;
            writer.write_all(&out)?;
            out.clear();
        }
    }
    Ok(made)
}

/// Whose observation it is and when it was made.
struct Whose<'w> {
    patient: &'w str,
    encounter: &'w str,
    minute: u64,
    nth: u64,
}

fn line(out: &mut Vec<u8>, dice: &mut Dice, shape: Shape, of: &Whose<'_>) -> io::Result<()> {
    let id = uuid(dice);
    let when = Clock::at(of.minute);
    let offset = match shape {
        Shape::Us => "-05:00",
        Shape::Jp => "+09:00",
    };
    let pressure = of.nth % PRESSURE_EVERY == PRESSURE_EVERY - 1;
    let which = usize::try_from(dice.below(TESTS.len() as u64)).unwrap_or_default();
    let test = TESTS.get(which).unwrap_or(&TESTS[0]);
    let category = if pressure { "vital-signs" } else { test.category };
    write!(
        out,
        r#"{{"resourceType":"Observation","id":"{id}","status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"{category}","display":"{category}"}}]}}],"code":"#
    )?;
    let (patient, encounter) = (of.patient, of.encounter);
    if pressure {
        coded(out, shape, "85354-9", "", "Blood Pressure", "血圧")?;
    } else {
        coded(out, shape, test.loinc, test.jlac10, test.en, test.ja)?;
    }
    write!(
        out,
        r#","subject":{{"reference":"Patient/{patient}"}},"encounter":{{"reference":"Encounter/{encounter}"}},"effectiveDateTime":"{when}{offset}","issued":"{when}.000{offset}","#
    )?;
    if pressure {
        out.extend_from_slice(br#""component":[{"code":"#);
        coded(out, shape, "8462-4", "", "Diastolic Blood Pressure", "拡張期血圧")?;
        quantity(out, shape, 55.0 + 45.0 * dice.part(), "mm[Hg]")?;
        out.extend_from_slice(br#"},{"code":"#);
        coded(out, shape, "8480-6", "", "Systolic Blood Pressure", "収縮期血圧")?;
        quantity(out, shape, 95.0 + 80.0 * dice.part(), "mm[Hg]")?;
        out.extend_from_slice(b"}]}\n");
    } else {
        // The comma before the value is already there.
        out.pop();
        quantity(out, shape, test.low + test.width * dice.part(), test.unit)?;
        out.extend_from_slice(b"}\n");
    }
    Ok(())
}

fn coded(
    out: &mut Vec<u8>,
    shape: Shape,
    loinc: &str,
    jlac10: &str,
    en: &str,
    ja: &str,
) -> io::Result<()> {
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

fn uuid(dice: &mut Dice) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let bits = (u128::from(dice.roll()) << 64) | u128::from(dice.roll());
    let mut text = String::with_capacity(36);
    for at in 0..32_u32 {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        let digit = (bits >> (124 - 4 * at)) as usize & 15;
        text.push(DIGITS.get(digit).map_or('0', |byte| char::from(*byte)));
    }
    text
}

/// A time of day and a day, from minutes since 2010-01-01.
struct Clock {
    year: u64,
    month: u64,
    day: u64,
    minute_of_day: u64,
}

impl Clock {
    fn at(minute: u64) -> Self {
        let (mut day, minute_of_day) = (minute / 1_440, minute % 1_440);
        let mut year = 2010;
        loop {
            let length = if is_leap(year) { 366 } else { 365 };
            if day < length {
                break;
            }
            day -= length;
            year += 1;
        }
        let february = if is_leap(year) { 29 } else { 28 };
        let mut month = 1;
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
            if day < length {
                break;
            }
            day -= length;
            month += 1;
        }
        Self { year, month, day: day + 1, minute_of_day }
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

impl std::fmt::Display for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { year, month, day, minute_of_day } = self;
        let (hour, minute) = (minute_of_day / 60, minute_of_day % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(seed: u64, count: u64, shape: Shape) -> String {
        let mut out = Vec::new();
        observations(seed, count, shape, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
        let first = made(1, 500, Shape::Us);
        assert_eq!(first, made(1, 500, Shape::Us));
        assert_ne!(first, made(2, 500, Shape::Us));
        assert_eq!(first.lines().count(), 500);
    }

    #[test]
    fn a_blood_pressure_has_two_components_and_no_value_of_its_own() {
        for shape in [Shape::Us, Shape::Jp] {
            let text = made(3, 400, shape);
            let pressures: Vec<&str> =
                text.lines().filter(|line| line.contains("85354-9")).collect();
            assert_eq!(pressures.len(), 50 - 400 / 150);
            assert!(pressures.iter().all(|line| line.matches("valueQuantity").count() == 2));
        }
    }

    #[test]
    fn american_decimals_are_long_and_japanese_ones_are_not() {
        let longest = |shape| {
            let text = made(5, 400, shape);
            let values = text.split("\"value\":").skip(1);
            values.filter_map(|rest| rest.find(',')).max().unwrap()
        };
        assert!(longest(Shape::Us) >= 15);
        assert!(longest(Shape::Jp) <= 6);
    }

    #[test]
    fn the_lines_are_sorted_by_patient() {
        let text = made(9, 600, Shape::Us);
        let mut patients: Vec<&str> = text
            .lines()
            .map(|line| line.split("Patient/").nth(1).unwrap().split('"').next().unwrap())
            .collect();
        patients.dedup();
        assert_eq!(patients.len(), 4);
    }

    #[test]
    fn days_are_in_the_calendar() {
        assert_eq!(Clock::at(0).to_string(), "2010-01-01T00:00:00");
        assert_eq!(Clock::at(1_440 * 789 + 61).to_string(), "2012-02-29T01:01:00");
        assert_eq!(Clock::at(1_440 * 1_094).to_string(), "2012-12-30T00:00:00");
        assert_eq!(Clock::at(1_440 * 1_096).to_string(), "2013-01-01T00:00:00");
    }
}
