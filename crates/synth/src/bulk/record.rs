//! Patients, encounters, conditions and orders, as much as the tables of a benchmark read.

use std::io::{self, Write};

use super::Shape;
use super::life::Life;
use crate::dice::{Clock, Dice};

impl Shape {
    /// The offset from UTC its times are written with.
    pub(super) fn offset(self) -> &'static str {
        match self {
            Self::Us => "-05:00",
            Self::Jp => "+09:00",
        }
    }
}

/// A code in its system and its name.
struct Coded {
    system: &'static str,
    code: &'static str,
    display: &'static str,
}

const SNOMED: &str = "http://snomed.info/sct";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
const ICD10_JP: &str = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full";
const YJ: &str = "http://capstandard.jp/iyaku.info/CodeSystem/YJ-code";

static CONDITIONS_US: &[Coded] = &[
    Coded { system: SNOMED, code: "59621000", display: "Hypertension" },
    Coded { system: SNOMED, code: "44054006", display: "Diabetes" },
    Coded { system: SNOMED, code: "10509002", display: "Acute bronchitis (disorder)" },
    Coded { system: SNOMED, code: "55822004", display: "Hyperlipidemia" },
    Coded { system: SNOMED, code: "22298006", display: "Myocardial Infarction" },
];
static CONDITIONS_JP: &[Coded] = &[
    Coded { system: ICD10_JP, code: "I10", display: "高血圧症" },
    Coded { system: ICD10_JP, code: "E11.9", display: "２型糖尿病" },
    Coded { system: ICD10_JP, code: "J20.9", display: "急性気管支炎" },
    Coded { system: ICD10_JP, code: "E78.5", display: "脂質異常症" },
    Coded { system: ICD10_JP, code: "I21.9", display: "急性心筋梗塞" },
];
static DRUGS_US: &[Coded] = &[
    Coded { system: RXNORM, code: "860975", display: "24 HR Metformin hydrochloride 500 MG" },
    Coded { system: RXNORM, code: "314076", display: "lisinopril 10 MG Oral Tablet" },
    Coded { system: RXNORM, code: "312961", display: "Simvastatin 20 MG Oral Tablet" },
];
static DRUGS_JP: &[Coded] = &[
    Coded { system: YJ, code: "3962002F3027", display: "メトホルミン塩酸塩錠500mg" },
    Coded { system: YJ, code: "2171022F5010", display: "アムロジピンOD錠5mg" },
    Coded { system: YJ, code: "2189015F1023", display: "アトルバスタチン錠5mg" },
];

/// Writes a patient.
pub(super) fn patient(out: &mut Vec<u8>, shape: Shape, life: &Life) -> io::Result<()> {
    let Life { patient, birth_year, birth_month, birth_day, .. } = life;
    let gender = if life.is_female { "female" } else { "male" };
    let number = birth_year * 10_000 + birth_month * 100 + birth_day;
    let (family, given, city, state) = match shape {
        Shape::Us => ("Doe", "Nomen", "Nowhere", "MA"),
        Shape::Jp => ("架空", "人", "架空市", "宮城県"),
    };
    writeln!(
        out,
        r#"{{"resourceType":"Patient","id":"{patient}","identifier":[{{"type":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR","display":"Medical Record Number"}}]}},"system":"https://hospital.example","value":"{patient}"}}],"name":[{{"use":"official","family":"{family}{number}","given":["{given}"]}}],"gender":"{gender}","birthDate":"{birth_year}-{birth_month:02}-{birth_day:02}","address":[{{"city":"{city}","state":"{state}","postalCode":"00000"}}],"maritalStatus":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M","display":"M"}}],"text":"M"}}}}"#
    )
}

/// Writes a patient's n-th encounter.
pub(super) fn encounter(out: &mut Vec<u8>, life: &Life, nth: u64) -> io::Result<()> {
    let visit = life.visit(nth);
    let (patient, id) = (life.patient, visit.encounter);
    let (start, end) = (Clock::at(visit.minute), Clock::at(visit.minute + 30));
    writeln!(
        out,
        r#"{{"resourceType":"Encounter","id":"{id}","status":"finished","class":{{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}},"type":[{{"coding":[{{"system":"http://snomed.info/sct","code":"185345009","display":"Encounter for symptom"}}],"text":"Encounter for symptom"}}],"subject":{{"reference":"Patient/{patient}"}},"participant":[{{"individual":{{"reference":"Practitioner/1"}}}}],"period":{{"start":"{start}Z","end":"{end}Z"}},"serviceProvider":{{"reference":"Organization/1"}}}}"#
    )
}

/// Writes a condition that began at some visit.
pub(super) fn condition(
    out: &mut Vec<u8>,
    shape: Shape,
    dice: &mut Dice,
    life: &Life,
) -> io::Result<()> {
    let id = dice.uuid();
    let visit = life.visit(u64::from(dice.below(15)));
    let of = match shape {
        Shape::Us => CONDITIONS_US,
        Shape::Jp => CONDITIONS_JP,
    };
    let Some(Coded { system, code, display }) = dice.one_of(of) else { return Ok(()) };
    let (when, offset) = (Clock::at(visit.minute), shape.offset());
    let (patient, encounter) = (life.patient, visit.encounter);
    writeln!(
        out,
        r#"{{"resourceType":"Condition","id":"{id}","clinicalStatus":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}}]}},"verificationStatus":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}}]}},"code":{{"coding":[{{"system":"{system}","code":"{code}","display":"{display}"}}],"text":"{display}"}},"subject":{{"reference":"Patient/{patient}"}},"encounter":{{"reference":"Encounter/{encounter}"}},"onsetDateTime":"{when}{offset}","recordedDate":"{when}{offset}"}}"#
    )
}

/// Writes the order of every third visit.
pub(super) fn medication_request(
    out: &mut Vec<u8>,
    shape: Shape,
    dice: &mut Dice,
    life: &Life,
    nth: u64,
) -> io::Result<()> {
    let id = dice.uuid();
    let visit = life.visit(nth * 3);
    let of = match shape {
        Shape::Us => DRUGS_US,
        Shape::Jp => DRUGS_JP,
    };
    let Some(Coded { system, code, display }) = dice.one_of(of) else { return Ok(()) };
    let (when, offset) = (Clock::at(visit.minute), shape.offset());
    let (patient, encounter) = (life.patient, visit.encounter);
    writeln!(
        out,
        r#"{{"resourceType":"MedicationRequest","id":"{id}","status":"active","intent":"order","medicationCodeableConcept":{{"coding":[{{"system":"{system}","code":"{code}","display":"{display}"}}],"text":"{display}"}},"subject":{{"reference":"Patient/{patient}"}},"encounter":{{"reference":"Encounter/{encounter}"}},"authoredOn":"{when}{offset}","requester":{{"reference":"Practitioner/1"}},"dosageInstruction":[{{"sequence":1,"timing":{{"repeat":{{"frequency":1,"period":1.0,"periodUnit":"d"}}}},"asNeededBoolean":false,"doseAndRate":[{{"doseQuantity":{{"value":1.0}}}}]}}]}}"#
    )
}
