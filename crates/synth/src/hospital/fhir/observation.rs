//! Observation: values of the laboratory, vital signs, measures, blood pressure.

use super::super::chart::Value;
use super::super::codes::{Test, TestKind};
use super::json::Json;
use super::moment::Moment;
use super::systems::{coding, profile};
use super::{Kind, Pages};

/// The beginning of a concept's JLAC10 coding.
const JLAC10: &str = coding!("http://medis.or.jp/CodeSystem/master-JLAC10-17digits");
/// The beginning of a concept's LOINC coding.
const LOINC: &str = coding!("http://loinc.org");
/// The beginning of a coding of the hospital's own.
const LOCAL: &str = coding!("https://hospital.example/fhir/CodeSystem/observation");

/// Profile and category, from the end of `lastUpdated` to before `code`.
macro_rules! kind {
    ($profile:literal $category:literal) => {
        concat!(
            profile!($profile),
            r#","status":"final","category":[{"coding":["#,
            coding!("http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS"),
            $category,
            r#""}]}],"code":{"coding":["#
        )
    };
}

const VITAL: &str = kind!("Observation_VitalSigns" "vital-signs");

/// Writes a value.
pub(super) fn write(at: &Moment<'_>, test: &'static Test, value: Value, pages: &mut Pages) {
    let of = at.of;
    let (kind, updated, material) = match test.kind {
        TestKind::Laboratory(material) => {
            (kind!("Observation_LabResult" "laboratory"), &at.reported, Some(material))
        }
        TestKind::Vital => (VITAL, &at.time, None),
        TestKind::Physiology => (kind!("Observation_Common" "exam"), &at.time, None),
        TestKind::Social => (kind!("Observation_SocialHistory" "social-history"), &at.time, None),
    };
    let json = pages.open(Kind::Observation, of, updated).raw(kind);
    code(json, [test.jlac10, test.loinc], [test.ja, test.en]);
    context(at, json);
    let limits = of.limits(test.reference);
    self::value(json, test, value);
    let read = match value {
        // Whatever grew, grew.
        Value::Word(word) if is_culture(test) => scale(word).or(Some("POS")),
        value => interpretation(value, limits),
    };
    // As an analyser prints it: only what stands out is flagged.
    if let Some(read) = read.filter(|read| *read != "N") {
        json.raw(r#","interpretation":[{"coding":["#);
        json.raw(coding!("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"));
        json.raw(read).raw(r#""}]}]"#);
    }
    if let Some((low, high)) = limits {
        json.raw(r#","referenceRange":[{"low":{"value":"#);
        limit(json, test, low);
        json.raw(r#"},"high":{"value":"#);
        limit(json, test, high);
        json.raw("}}]");
    }
    if let Some(specimen) = material.and_then(|material| at.specimen(material)) {
        json.raw(r#","specimen":"#);
        of.reference(json, "Specimen/s-", specimen);
    }
    json.raw("}").end();
}

/// Writes a blood pressure: systolic, diastolic.
pub(super) fn pressure(at: &Moment<'_>, pressure: [i16; 2], pages: &mut Pages) {
    let json = pages.open(Kind::Observation, at.of, &at.time).raw(VITAL);
    code(json, ["", "85354-9"], ["血圧", "Blood pressure panel"]);
    context(at, json);
    json.raw(r#","component":["#);
    let names = [
        (["9A751000000000001", "8480-6"], ["収縮期血圧", "Systolic blood pressure"]),
        (["9A761000000000001", "8462-4"], ["拡張期血圧", "Diastolic blood pressure"]),
    ];
    for (nth, ((codes, words), value)) in names.into_iter().zip(pressure).enumerate() {
        json.raw(if nth == 0 { r#"{"code":{"coding":["# } else { r#",{"code":{"coding":["# });
        code(json, codes, words);
        json.raw(r#","valueQuantity":{"value":"#).decimal(f64::from(value), 0);
        json.raw(r#","unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}"#);
    }
    json.raw("]}").end();
}

/// The codings of JLAC10 and LOINC, as far as there are such, and the name. What is in neither has
/// a code of the hospital's own.
fn code(json: &mut Json, [jlac10, loinc]: [&str; 2], [ja, en]: [&str; 2]) {
    if jlac10.is_empty() && loinc.is_empty() {
        json.raw(LOCAL).raw(en).raw(r#"","display":""#).raw(ja).raw(r#""}"#);
    }
    if !jlac10.is_empty() {
        json.raw(JLAC10).raw(jlac10).raw(r#"","display":""#).raw(ja).raw(r#""}"#);
    }
    if !loinc.is_empty() {
        json.raw(if jlac10.is_empty() { "" } else { "," });
        json.raw(LOINC).raw(loinc).raw(r#"","display":""#).raw(en).raw(r#""}"#);
    }
    json.raw(r#"],"text":""#).raw(ja).raw(r#""}"#);
}

fn context(at: &Moment<'_>, json: &mut Json) {
    at.of.patient(json, "subject");
    at.of.encounter(json, at.visit.id);
    json.raw(r#","effectiveDateTime":""#).moment(&at.time).raw(r#"""#);
}

fn value(json: &mut Json, test: &Test, value: Value) {
    match value {
        Value::Number(number) if !number.is_finite() => absent(json, "測定不能"),
        Value::Number(number) => {
            quantity(json, "", (number, test.decimals), (test.unit, test.ucum));
        }
        Value::OtherUnit { value, unit, decimals } => quantity(json, "", (value, decimals), unit),
        Value::Beyond { sign, limit } => {
            quantity(json, sign, (limit, decimals(test, limit)), (test.unit, test.ucum));
        }
        Value::Word(word) if smoking(word).is_some() => {
            json.raw(r#","valueCodeableConcept":{"coding":["#)
                .raw(coding!("http://snomed.info/sct"));
            json.raw(smoking(word).unwrap_or_default())
                .raw(r#"}],"text":""#)
                .raw(word)
                .raw(r#""}"#);
        }
        // A word on a scale is a concept, another (a germ, a blood group) only text.
        Value::Word(word) if scale(word).is_some() => {
            json.raw(r#","valueCodeableConcept":{"text":""#).text(word).raw(r#""}"#);
        }
        Value::Word(word) => {
            json.raw(r#","valueString":""#).text(word).raw(r#"""#);
        }
        Value::Absent(why) => absent(json, why),
    }
}

fn quantity(json: &mut Json, sign: &str, value: (f64, u8), (unit, ucum): (&str, &str)) {
    json.raw(r#","valueQuantity":{"value":"#).decimal(value.0, value.1);
    if !sign.is_empty() {
        json.raw(r#","comparator":""#).raw(sign).raw(r#"""#);
    }
    if !unit.is_empty() {
        json.raw(r#","unit":""#).text(unit).raw(r#"""#);
    }
    json.raw(r#","system":"http://unitsofmeasure.org","code":""#).text(ucum).raw(r#""}"#);
}

fn limit(json: &mut Json, test: &Test, limit: f64) {
    json.decimal(limit, decimals(test, limit));
    if !test.unit.is_empty() {
        json.raw(r#","unit":""#).raw(test.unit).raw(r#"""#);
    }
}

fn absent(json: &mut Json, why: &str) {
    json.raw(r#","dataAbsentReason":{"coding":["#);
    json.raw(coding!("http://terminology.hl7.org/CodeSystem/data-absent-reason"));
    json.raw(r#"error"}],"text":""#).text(why).raw(r#""}"#);
}

/// Digits of a limit: those of the test, or more where the limit has more.
fn decimals(test: &Test, limit: f64) -> u8 {
    let fits = |digits: &u8| {
        let parts = limit * 10_f64.powi(i32::from(*digits));
        (parts - parts.round()).abs() < 1e-6
    };
    (test.decimals..=4).find(fits).unwrap_or(4)
}

/// Where a value stands; a value in another unit is not read.
fn interpretation(value: Value, limits: Option<(f64, f64)>) -> Option<&'static str> {
    match (value, limits) {
        (Value::Number(number), Some((low, high))) if number.is_finite() => Some(if number < low {
            "L"
        } else if number > high {
            "H"
        } else {
            "N"
        }),
        (Value::Beyond { sign, limit }, Some((low, high))) => Some(match sign {
            "<" if limit <= low => "L",
            ">" if limit >= high => "H",
            _ => "N",
        }),
        (Value::Word(word), _) => scale(word),
        _ => None,
    }
}

/// Microbiology: analyte 6B of JLAC10.
fn is_culture(test: &Test) -> bool {
    test.jlac10.starts_with("6B")
}

/// Whether somebody smokes, as a concept.
fn smoking(word: &str) -> Option<&'static str> {
    match word {
        "非喫煙" => Some(r#"266919005","display":"Never smoked tobacco""#),
        "過去喫煙" => Some(r#"8517006","display":"Ex-smoker""#),
        "現在喫煙" => Some(r#"77176002","display":"Smoker""#),
        _ => None,
    }
}

/// What a word on a scale from nothing to much says; none for other words.
fn scale(word: &str) -> Option<&'static str> {
    match word {
        "(-)" | "(−)" | "陰性" | "検出せず" | "検出されず" => Some("NEG"),
        "(±)" | "(+-)" | "判定保留" => Some("IND"),
        "陽性" | "検出" => Some("POS"),
        // (2+), A型(+).
        _ => word.strip_suffix("+)").is_some_and(|rest| rest.contains('(')).then_some("POS"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::codes::labs;
    use super::*;

    #[test]
    fn a_value_is_read_against_its_limits() {
        let limits = labs::POTASSIUM.reference.map(|[men, _]| men);
        let beyond = |sign, limit| interpretation(Value::Beyond { sign, limit }, limits);
        for (number, read) in [(3.5, "L"), (3.6, "N"), (4.8, "N"), (4.9, "H")] {
            assert_eq!(interpretation(Value::Number(number), limits), Some(read));
        }
        assert_eq!((beyond("<", 1.0), beyond(">", 10.0)), (Some("L"), Some("H")));
        let other = Value::OtherUnit { value: 4.0, unit: ("mg/dL", "mg/dL"), decimals: 1 };
        assert_eq!(interpretation(other, limits), None);
        assert_eq!(interpretation(Value::Number(4.0), None), None);
    }

    #[test]
    fn words_on_a_scale_are_told_from_others() {
        let words = ["(-)", "(±)", "(1+)", "A型(+)", "陽性", "検出せず", "Escherichia coli", "A"];
        let read = words.map(scale);
        assert_eq!(
            read,
            [
                Some("NEG"),
                Some("IND"),
                Some("POS"),
                Some("POS"),
                Some("POS"),
                Some("NEG"),
                None,
                None
            ]
        );
    }

    #[test]
    fn a_limit_keeps_its_digits() {
        assert_eq!(decimals(&labs::PT_INR, 1.13), 2);
        assert_eq!(decimals(&labs::CRP, 0.14), 2);
        assert_eq!(decimals(&labs::GLUCOSE, 73.0), 0);
        assert_eq!(decimals(&labs::PSA, 0.008), 3);
        assert_eq!(decimals(&labs::HBA1C, 4.9), 1);
    }
}
