//! What is asked at the first visit: earlier diseases and smoking; and the blood group before a knife.

use super::{
    coronary, diabetes, dyslipidaemia, fibrillation, heart_failure, hypertension, kidney, stroke,
};
use crate::dice::Dice;
use crate::hospital::calendar;
use crate::hospital::care::{self, Seen};
use crate::hospital::chart::{Chart, Diagnosis, Hidden, Value, What};
use crate::hospital::codes::cardiometabolic::{
    ATRIAL_FIBRILLATION, CHRONIC_HEART_FAILURE, CKD, DYSLIPIDAEMIA, HYPERTENSION, OLD_INFARCTION,
    STROKE_SEQUELAE, TYPE_2_DIABETES,
};
use crate::hospital::codes::{Disease, labs, vitals};
use crate::hospital::person::{Person, Smoking};

/// Phenotypes, and the name under which each is written as something that came before.
const EARLIER: [(&str, &Disease); 8] = [
    (hypertension::PHENOTYPE, &HYPERTENSION),
    (dyslipidaemia::PHENOTYPE, &DYSLIPIDAEMIA),
    (diabetes::PHENOTYPE, &TYPE_2_DIABETES),
    (kidney::PHENOTYPE, &CKD),
    (coronary::PHENOTYPE, &OLD_INFARCTION),
    (fibrillation::PHENOTYPE, &ATRIAL_FIBRILLATION),
    (heart_failure::PHENOTYPE, &CHRONIC_HEART_FAILURE),
    (stroke::PHENOTYPE, &STROKE_SEQUELAE),
];

/// Writes down what the patient tells at the first visit.
pub(super) fn take(person: &Person, dice: &mut Dice, chart: &mut Chart, seen: Seen) {
    earlier(person, dice, chart, seen);
    smoking(person, dice, chart, seen);
}

/// Blood groups, before anything is cut.
pub(super) fn blood_group(person: &Person, chart: &mut Chart, seen: Seen) {
    let group = person.blood.trim_end_matches(['+', '-']);
    let rh = if person.blood.ends_with('-') { "-" } else { "+" };
    care::measure(chart, seen, &labs::ABO, Value::Word(group));
    chart.happened(
        seen.visit,
        seen.minute,
        What::Measured { test: &labs::RH, value: Value::Word(rh) },
    );
}

/// Diseases from before: most as diagnoses, a few only in the words of the note.
fn earlier(person: &Person, dice: &mut Dice, chart: &mut Chart, seen: Seen) {
    for (phenotype, disease) in EARLIER {
        let Some(since) = chart.has(phenotype).filter(|since| *since < seen.minute) else {
            continue;
        };
        if dice.chance(0.93) {
            care::diagnose(chart, seen, Diagnosis::of(disease).since(since));
        } else {
            let years = calendar::whole(calendar::age(person, since).floor());
            let age_years = i16::try_from(years).unwrap_or_default();
            let past = Hidden::Past { disease, age_years };
            chart.happened(seen.visit, seen.minute, What::OnlyInText(past));
        }
    }
}

/// Smoking, as an answer of a form in six of ten adults; of the others the notes may tell.
fn smoking(person: &Person, dice: &mut Dice, chart: &mut Chart, seen: Seen) {
    if calendar::age(person, seen.minute) < 20.0 || !dice.chance(0.6) {
        return;
    }
    let word = match person.smoking {
        Smoking::Never => "非喫煙",
        Smoking::Former => "過去喫煙",
        Smoking::Current => "現在喫煙",
    };
    care::measure(chart, seen, &vitals::SMOKING_STATUS, Value::Word(word));
}
