//! What is really so, one line a patient: for checking whatever claims to find it.
//!
//! No table reads these files; their ending, `.truth`, is none that a load takes.

use std::io::Write as _;

use serde_json::{Value, json};
use synth::hospital::chart::{Life, Minute, Truth};
use synth::hospital::person::{Sex, Smoking};
use synth::hospital::{Hospital, calendar, faults, world};

/// What was planted in a hospital, as the text of `truth.json`.
///
/// # Shape
/// `{"seed":1,"patients":2000,"facts":[{"name":"…","kind":"hazard_ratio","value":1.5,
/// "estimate":"…","source":"…"}],"faults":[{"name":"unit_mix_up","value":0.001,"of":"…"}]}`;
/// `estimate` says how to find a figure again, `of` which rows a fault can befall.
pub(super) fn of_hospital(hospital: &Hospital) -> String {
    // Faults have a list of their own, with the rows that they can befall.
    let is_fault = |name| faults::RATES.iter().any(|rate| rate.fault == name);
    let facts = world::facts().filter(|fact| !is_fault(fact.name)).map(|fact| {
        json!({
            "name": fact.name,
            "kind": fact.kind.name(),
            "value": fact.value,
            "estimate": fact.estimate,
            "source": fact.source,
        })
    });
    let faults = faults::RATES
        .iter()
        .map(|rate| json!({ "name": rate.fault, "value": rate.rate, "of": rate.of }));
    let truth = json!({
        "seed": hospital.seed,
        "patients": hospital.patients,
        "facts": facts.collect::<Vec<Value>>(),
        "faults": faults.collect::<Vec<Value>>(),
    });
    format!("{truth:#}\n")
}

/// Appends the line of one patient.
///
/// # Shape
/// `{"number":7,"patient":"…","sex":"female","born":"1951-02-03T04:05","known":["…","…"],
/// "died":{"at":"…","of":"I219"},"bmi":23.1,"smoking":"never","cyp2c19":["*1","*2"],
/// "coronary_score":0.1234,"truths":[{"has":"type_2_diabetes","since":"…","until":"…"},
/// {"happened":"stroke","at":"…"},{"chose":"sglt2_or_dpp4","arm":"sglt2","probability":0.61,
/// "at":"…"},{"wrong":"unit_mix_up","at":"…"}]}`; `died` and `until` only where there is one.
pub(super) fn write(life: &Life, out: &mut Vec<u8>) {
    let person = &life.person;
    let sex = match person.sex {
        Sex::Male => "male",
        Sex::Female => "female",
    };
    let smoking = match person.smoking {
        Smoking::Never => "never",
        Smoking::Former => "former",
        Smoking::Current => "current",
    };
    let number = life.number;
    let (born, known) = (At(person.born), (At(life.known.0), At(life.known.1)));
    // A Vec takes everything.
    let _ = write!(
        out,
        r#"{{"number":{number},"patient":"p-{number:07}","sex":"{sex}","born":"{born}","known":["{}","{}"]"#,
        known.0, known.1
    );
    if let Some((minute, of)) = life.died {
        let _ = write!(out, r#","died":{{"at":"{}","of":"{}"}}"#, At(minute), of.icd10);
    }
    let (first, second) = person.cyp2c19;
    let _ = write!(
        out,
        r#","bmi":{:.2},"smoking":"{smoking}","cyp2c19":["*{first}","*{second}"],"coronary_score":{:.4},"truths":["#,
        person.bmi, person.coronary_score
    );
    for (nth, truth) in life.truths.iter().enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        write_truth(truth, out);
    }
    out.extend_from_slice(b"]}\n");
}

fn write_truth(truth: &Truth, out: &mut Vec<u8>) {
    let _ = match truth {
        Truth::Has { phenotype, time: (since, None) } => {
            write!(out, r#"{{"has":"{phenotype}","since":"{}"}}"#, At(*since))
        }
        Truth::Has { phenotype, time: (since, Some(until)) } => {
            let (since, until) = (At(*since), At(*until));
            write!(out, r#"{{"has":"{phenotype}","since":"{since}","until":"{until}"}}"#)
        }
        Truth::Happened { event, minute } => {
            write!(out, r#"{{"happened":"{event}","at":"{}"}}"#, At(*minute))
        }
        Truth::Chose { choice, arm, probability, minute } => {
            let at = At(*minute);
            write!(
                out,
                r#"{{"chose":"{choice}","arm":"{arm}","probability":{probability:.4},"at":"{at}"}}"#
            )
        }
        Truth::Wrong { fault, minute } => {
            write!(out, r#"{{"wrong":"{fault}","at":"{}"}}"#, At(*minute))
        }
    };
}

/// A minute by the hospital's clock: `2024-02-29T08:30`.
struct At(Minute);

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = calendar::year_month_day(self.0);
        let (hour, minute) = (self.0.rem_euclid(1_440) / 60, self.0.rem_euclid(60));
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}")
    }
}
