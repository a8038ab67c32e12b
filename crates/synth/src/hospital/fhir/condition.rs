//! Condition: names of diseases with their modifiers, 疑い, 主病名, 転帰 and the stage of cancers.

use super::super::chart::{Diagnosis, Event, Outcome, What};
use super::super::codes::{Disease, Modifier, modifiers};
use super::json::{Json, Time};
use super::moment::Moment;
use super::of;
use super::pages::Listed;
use super::systems::{coding, extension, json, profile};
use super::{Kind, Pages};

/// Writes a diagnosis, as it stands when the record ends.
pub(super) fn write(at: &Moment<'_>, diagnosis: &Diagnosis, pages: &mut Pages) {
    let of = at.of;
    let number = pages.of_patient(Kind::Condition) + 1;
    pages.diagnoses.push(Listed { visit: at.visit.id, number, main: diagnosis.main });
    let closed = diagnosis.closed.filter(|(minute, _)| *minute < of.until());
    let json = match closed {
        None => pages.open(Kind::Condition, of, &at.time),
        Some((minute, _)) => {
            let updated = Time::of(minute.max(at.minute));
            pages.version(Kind::Condition, of, ("2", &updated))
        }
    };
    json.raw(profile!("Condition_Diagnosis"));
    of::extensions(json, at.visit.department);
    if diagnosis.main {
        json.raw(json!(
            r#",{"url":"http://jpfhir.jp/fhir/eCS/Extension/StructureDefinition/JP_eCS_DiagnosisType","valueCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/ex-diagnosistype","code":"principal"}],"text":"主病名"}}"#
        ));
    }
    if let Some((_, outcome)) = closed {
        json.raw(",").raw(extension!("Condition_DiseaseOutcome"));
        json.raw(r#""valueCodeableConcept":{"#).raw(word(outcome)).raw("}}");
    }
    json.raw(r#"],"clinicalStatus":{"coding":["#);
    json.raw(coding!("http://terminology.hl7.org/CodeSystem/condition-clinical"));
    json.raw(match closed {
        None => "active",
        Some((_, Outcome::Cured)) => "resolved",
        Some((_, Outcome::Better)) => "remission",
        Some(_) => "inactive",
    });
    json.raw(r#""}]},"verificationStatus":{"coding":["#);
    json.raw(coding!("http://terminology.hl7.org/CodeSystem/condition-ver-status"));
    json.raw(if diagnosis.suspected { "provisional" } else { "confirmed" });
    json.raw(r#""}]},"category":[{"coding":["#);
    json.raw(coding!("http://terminology.hl7.org/CodeSystem/condition-category"));
    json.raw(r#"encounter-diagnosis"}]}],"code":{"#);
    code(json, diagnosis);
    of.patient(json, "subject");
    of.encounter(json, at.visit.id);
    if let Some(onset) = diagnosis.onset {
        json.raw(r#","onsetDateTime":""#).date(onset).raw(r#"""#);
    }
    if let Some((minute, _)) = closed {
        json.raw(r#","abatementDateTime":""#).date(minute).raw(r#"""#);
    }
    json.raw(r#","recordedDate":""#).moment(&at.time).raw(r#"","recorder":"#);
    of.doctor(json, at.visit.department);
    if at.of.is_staged && !diagnosis.suspected {
        stage(json, diagnosis.disease, &of.life.events);
    }
    json.raw("}").end();
}

/// 転帰; stopping a name and moving away have no code in the table of HL7.
fn word(outcome: Outcome) -> &'static str {
    macro_rules! coded {
        ($code:literal $ja:literal) => {
            concat!(
                r#""coding":["#,
                coding!("http://jpfhir.jp/fhir/core/CodeSystem/JHSD0006"),
                $code,
                r#"","display":""#,
                $ja,
                r#""}],"text":""#,
                $ja,
                r#"""#
            )
        };
    }
    match outcome {
        Outcome::Cured => coded!("F" "治癒"),
        Outcome::Better => coded!("R" "軽快"),
        Outcome::Death => coded!("D" "死亡"),
        Outcome::Stopped => r#""text":"中止""#,
        Outcome::Moved => r#""text":"転医""#,
    }
}

/// Modifiers as extensions, codings, and the whole name as text.
fn code(json: &mut Json, diagnosis: &Diagnosis) {
    let suspected = diagnosis.suspected.then_some(&modifiers::SUSPECTED);
    let of_name = || diagnosis.modifiers.iter().flatten().copied();
    // One that is suspected says so once, whether or not the modifier was given.
    let written = || {
        let given = of_name().filter(|one| one.exchange != modifiers::SUSPECTED.exchange);
        given.chain(suspected)
    };
    for (nth, modifier) in written().enumerate() {
        json.raw(if nth == 0 { r#""extension":["# } else { "," });
        extend(json, modifier);
    }
    if written().next().is_some() {
        json.raw("],");
    }
    of::disease_codings(json, diagnosis.disease);
    json.raw(r#","text":""#);
    written().filter(|one| one.is_prefix).for_each(|one| _ = json.raw(one.ja));
    json.text(diagnosis.disease.ja);
    written().filter(|one| !one.is_prefix).for_each(|one| _ = json.raw(one.ja));
    json.raw(r#""}"#);
}

fn extend(json: &mut Json, modifier: &Modifier) {
    json.raw(if modifier.is_prefix {
        extension!("Condition_DiseasePrefixModifier")
    } else {
        extension!("Condition_DiseasePostfixModifier")
    });
    json.raw(r#""valueCodeableConcept":{"coding":["#);
    json.raw(coding!("http://medis.or.jp/CodeSystem/master-disease-modExCode"));
    json.raw(modifier.exchange).raw(r#"","display":""#).raw(modifier.ja);
    json.raw(r#""}],"text":""#).raw(modifier.ja).raw(r#""}}"#);
}

/// The stage of this cancer, wherever in the record it was written down.
fn stage(json: &mut Json, of: &'static Disease, events: &[Event]) {
    let found = events.iter().find_map(|event| match event.what {
        What::Staged { disease, t, n, m, stage } if std::ptr::eq(disease, of) => {
            Some([("", stage), ("T", t), ("N", n), ("M", m)])
        }
        _ => None,
    });
    for (nth, (letter, value)) in found.into_iter().flatten().enumerate() {
        json.raw(if nth == 0 {
            r#","stage":[{"summary":{"coding":["#
        } else {
            r#",{"summary":{"coding":["#
        });
        json.raw(coding!("http://cancerstaging.org")).raw(letter).text(value);
        json.raw(r#""}],"text":""#).raw(letter).text(value);
        json.raw(r#""},"type":{"text":"#);
        json.raw(if nth == 0 { r#""UICC病期"}}"# } else { r#""UICC TNM分類"}}"# });
    }
    if found.is_some() {
        json.raw("]");
    }
}
