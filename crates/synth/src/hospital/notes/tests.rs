//! What must hold of all notes, and six to read.

use std::fmt::Write as _;

use super::super::Hospital;
use super::super::calendar::date;
use super::super::chart::{
    Chart, DAY, Diagnosis, Dose, Hidden, Life, Minute, NoteKind, Outcome, Report, ReportKind,
    Value, VisitEnd, VisitId, VisitKind, What,
};
use super::super::codes::{
    Test, allergens, cancer, cardiometabolic as heart, cardiometabolic_drugs as drugs, departments,
    infection, labs, modifiers, usages, vitals,
};
use super::super::person::{Person, Sex, Smoking};
use super::*;

/// Somebody who is the same whatever changes in the hospital.
fn person(number: u64) -> Person {
    let nth = i64::try_from(number).unwrap_or_default();
    Person {
        sex: if number.is_multiple_of(2) { Sex::Male } else { Sex::Female },
        born: date(1950, 1, 1) + nth * 77 * DAY,
        name: [("架空", "カクウ"), ("太郎", "タロウ")],
        local_number: u32::try_from(1_000 + 37 * number).unwrap_or_default(),
        smoking: [Smoking::Never, Smoking::Former, Smoking::Current][(number % 3) as usize],
        ..Hospital { seed: 5, patients: 1 }.life(0).person
    }
}

/// Somebody with most of what notes speak of.
fn rich_life(number: u64) -> Life {
    let person = person(number);
    let begin = date(2022, 4, 4) + 600;
    let mut chart = Chart::new((date(2020, 1, 1), date(2026, 1, 1)));
    let clinic = |chart: &mut Chart, minute: Minute| {
        chart.visit(VisitKind::Outpatient, &departments::CARDIOLOGY, (minute, minute + 60))
    };
    for nth in 0..6 {
        let minute = begin + nth * 60 * DAY;
        let visit = clinic(&mut chart, minute);
        follow_up(&mut chart, visit, minute, nth);
    }
    stay(&mut chart, begin + 400 * DAY);
    infarction(&mut chart, begin + 450 * DAY + 700);
    tumour(&mut chart, begin + 500 * DAY);
    plan(&person, &mut Dice::new(9, number), &mut chart);
    chart.close(number, person)
}

fn number(chart: &mut Chart, at: (VisitId, Minute), test: &'static Test, value: f64) {
    chart.happened(at.0, at.1, What::Measured { test, value: Value::Number(value) });
}

fn follow_up(chart: &mut Chart, visit: VisitId, minute: Minute, nth: i64) {
    let at = (visit, minute + 5);
    let step = super::super::calendar::float(nth);
    chart.happened(visit, minute + 5, What::Pressure { systolic: 148, diastolic: 82 });
    number(chart, at, &labs::HBA1C, 8.4 - 0.2 * step);
    number(chart, at, &labs::CREATININE, 0.9 + 0.02 * step);
    number(chart, at, &labs::EGFR, 62.0 - step);
    number(chart, at, &labs::LDL, 131.0 - 9.0 * step);
    if nth == 0 {
        let of = |disease| Diagnosis::of(disease).since(minute - 900 * DAY);
        let mut main = of(&heart::TYPE_2_DIABETES);
        main.main = true;
        for diagnosis in [main, of(&heart::HYPERTENSION), of(&heart::CHRONIC_HEART_FAILURE)] {
            chart.happened(visit, minute + 20, What::Diagnosis(diagnosis));
        }
        let allergic = What::Allergic {
            to: &allergens::PENICILLIN,
            severity: "moderate",
            reaction: "蕁麻疹",
            confirmed: true,
        };
        chart.happened(visit, minute + 20, allergic);
    }
    let suspected = Diagnosis::of(&cancer::LUNG).suspected();
    chart.happened(visit, minute + 21, What::Diagnosis(suspected));
    for (drug, hundredths) in
        [(&drugs::METFORMIN, 100), (&drugs::AMLODIPINE, if nth < 3 { 50 } else { 100 })]
    {
        let dose = Dose { drug, hundredths, usage: &usages::AFTER_BREAKFAST, days: 60 };
        chart.happened(visit, minute + 22, What::Prescribed(dose));
    }
    chart.happened(visit, minute + 25, What::Noted(NoteKind::Progress));
    let hidden = match nth % 3 {
        0 => Hidden::Nyha(2),
        1 => Hidden::NotTaken(&drugs::METFORMIN),
        _ => Hidden::Intolerant { drug: &drugs::ENALAPRIL, reaction: "乾性咳嗽" },
    };
    chart.happened(visit, minute + 25, What::OnlyInText(hidden));
}

fn stay(chart: &mut Chart, minute: Minute) {
    let kind = VisitKind::Inpatient { ward: 3 };
    let time = (minute, minute + 12 * DAY);
    let visit = chart.visit(kind, &departments::RESPIRATORY, time);
    let mut main = Diagnosis::of(&infection::PNEUMONIA).since(minute);
    (main.main, main.closed) = (true, Some((minute + 12 * DAY, Outcome::Better)));
    main.modifiers = [Some(&modifiers::RIGHT), None];
    chart.happened(visit, minute + 30, What::Diagnosis(main));
    let report = Report { kind: ReportKind::ChestXray, finding: Some(&infection::PNEUMONIA) };
    chart.happened(visit, minute + 40, What::Reported(report));
    for day in 0..12 {
        let at = (visit, minute + 60 + day * DAY);
        let fall = super::super::calendar::float(day);
        number(chart, at, &labs::CRP, 12.3 / (1.0 + fall));
        number(chart, at, &labs::WBC, 13.1 - 0.5 * fall);
        number(chart, at, &vitals::TEMPERATURE, 38.6 - 0.15 * fall);
        let given = Dose {
            drug: &drugs::FUROSEMIDE_INJECTED,
            hundredths: 100,
            usage: &usages::INFUSED_ONCE,
            days: 1,
        };
        chart.happened(visit, at.1, What::Given(given));
    }
}

fn infarction(chart: &mut Chart, minute: Minute) {
    let time = (minute, minute + 200);
    let visit = chart.visit(VisitKind::Emergency, &departments::EMERGENCY, time);
    let chest = What::OnlyInText(Hidden::Symptom { ja: "胸痛", present: true });
    chart.happened(visit, minute + 3, chest);
    chart.happened(visit, minute + 5, What::Pressure { systolic: 98, diastolic: 60 });
    number(chart, (visit, minute + 6), &vitals::PULSE, 104.0);
    number(chart, (visit, minute + 6), &vitals::SPO2, 93.0);
    number(chart, (visit, minute + 20), &labs::TROPONIN_I, 820.5);
    number(chart, (visit, minute + 20), &labs::CK, 1_450.0);
    let main = Diagnosis::of(&heart::MYOCARDIAL_INFARCTION).since(minute).main();
    chart.happened(visit, minute + 40, What::Diagnosis(main));
    for kind in [ReportKind::Electrocardiogram, ReportKind::CoronaryAngiography] {
        let report = Report { kind, finding: Some(&heart::MYOCARDIAL_INFARCTION) };
        chart.happened(visit, minute + 50, What::Reported(report));
    }
    let side = None;
    let operation = What::Operated { operation: &heart::STENT_INFARCTION, minutes: 80, side };
    chart.happened(visit, minute + 60, operation);
    chart.ended(visit, VisitEnd::Transfer);
    chart.happened(visit, minute + 190, What::Noted(NoteKind::Emergency));
    chart.happened(visit, minute + 195, What::Noted(NoteKind::Referral));
}

fn tumour(chart: &mut Chart, minute: Minute) {
    let visit = chart.visit(
        VisitKind::Inpatient { ward: 4 },
        &departments::DIGESTIVE_SURGERY,
        (minute, minute + 9 * DAY),
    );
    let mut main = Diagnosis::of(&cancer::STOMACH).since(minute - 20 * DAY);
    main.main = true;
    chart.happened(visit, minute + 30, What::Diagnosis(main));
    let stage = What::Staged { disease: &cancer::STOMACH, t: "2", n: "1", m: "0", stage: "IIA" };
    chart.happened(visit, minute + 31, stage);
    for (kind, after) in [
        (ReportKind::Gastroscopy, 40),
        (ReportKind::Ct, 50),
        (ReportKind::Pathology, 4 * DAY),
        (ReportKind::Laboratory, 5 * DAY),
    ] {
        number(chart, (visit, minute + after), &labs::HEMOGLOBIN, 11.2);
        let report = Report { kind, finding: Some(&cancer::STOMACH) };
        chart.happened(visit, minute + after, What::Reported(report));
    }
    let operation =
        What::Operated { operation: &cancer::GASTRECTOMY_DISTAL, minutes: 240, side: None };
    chart.happened(visit, minute + 2 * DAY, operation);
    chart.ended(visit, VisitEnd::Home);
}

/// All notes of a life with the place of their event.
fn notes(life: &Life) -> Vec<(usize, Note)> {
    let places = life
        .events
        .iter()
        .enumerate()
        .filter(|(_, event)| matches!(event.what, What::Noted(_) | What::Reported(_)));
    places
        .map(|(at, _)| {
            let mut note = Note::default();
            write(life, at, &mut note);
            (at, note)
        })
        .collect()
}

/// The note as text, and below it what it says: words, category, assertion, code.
fn shown(note: &Note) -> String {
    let mut out = format!("{} {}\n\n{}\n", note.title, note.loinc, note.text);
    for span in &note.spans {
        let Meaning { category, code, assertion, value, .. } = span.meaning;
        let code = code.map_or("", |code| code.code);
        let only = if span.only_in_text { " *" } else { "" };
        let copied = if span.copied { " copied" } else { "" };
        let value = value.map_or(String::new(), |value| format!(" {value:?}"));
        let (category, assertion) = (category.word(), assertion.word());
        let words = note.slice(span);
        let _ = writeln!(out, "{words} | {category} {assertion} {code}{value}{only}{copied}");
    }
    out
}

/// The first note of a kind.
fn first(life: &Life, what: fn(&What) -> bool) -> Note {
    let (_, note) =
        notes(life).into_iter().find(|(at, _)| what(&life.events[*at].what)).expect("a note");
    note
}

#[test]
fn six_notes_read_like_this() {
    let life = rich_life(6);
    let six = [
        first(&life, |what| matches!(what, What::Noted(NoteKind::Referral))),
        first(&life, |what| matches!(what, What::Noted(NoteKind::Progress))),
        first(&life, |what| matches!(what, What::Noted(NoteKind::Discharge))),
        first(&life, |what| matches!(what, What::Noted(NoteKind::Emergency))),
        first(&life, |what| matches!(what, What::Reported(it) if it.kind == ReportKind::Ct)),
        first(&life, |what| matches!(what, What::Reported(it) if it.kind == ReportKind::Pathology)),
    ];
    insta::assert_snapshot!(six.map(|note| shown(&note)).join("\n----\n\n"));
}

/// What a hidden fact must be marked as.
fn is_marked(hidden: &Hidden, note: &Note) -> bool {
    note.spans.iter().any(|span| {
        let words = note.slice(span);
        let meaning = &span.meaning;
        let is = |category: Category, assertion: Assertion| {
            span.only_in_text && (meaning.category, meaning.assertion) == (category, assertion)
        };
        let coded = |code: &str| meaning.code.is_some_and(|known| known.code == code);
        match hidden {
            Hidden::NeverSmoked => is(Category::Lifestyle, Assertion::Absent),
            Hidden::Smoking { tenths, years, stopped } => {
                let assertion = if *stopped { Assertion::Past } else { Assertion::Present };
                is(Category::Lifestyle, assertion)
                    && meaning.value == Some(Amount::Smoking(tenths * 2, *years))
            }
            Hidden::Symptom { ja, present } => {
                let assertion = if *present { Assertion::Present } else { Assertion::Absent };
                is(Category::Finding, assertion) && is_written(ja, words)
            }
            Hidden::FamilyHas { disease, .. } => {
                is(Category::FamilyHistory, Assertion::Family) && coded(disease.icd10)
            }
            Hidden::Intolerant { drug, .. } => {
                is(Category::Allergy, Assertion::Present) && coded(drug.hot9)
            }
            Hidden::Nyha(class) => {
                is(Category::Stage, Assertion::Present)
                    && meaning.value == Some(Amount::Class(*class))
            }
            Hidden::NotTaken(drug) => is(Category::Drug, Assertion::Absent) && coded(drug.hot9),
            Hidden::Remark(said) => {
                is(Category::Lifestyle, Assertion::Present) && is_written(said, words)
            }
            Hidden::Past { disease, age_years } => {
                is(Category::Condition, Assertion::Past)
                    && coded(disease.icd10)
                    && meaning.date.is_some()
                    && *age_years > 0
            }
        }
    })
}

/// The words as written: in any width, and perhaps with a slip.
fn is_written(said: &str, words: &str) -> bool {
    let narrow = |text: &str| -> String {
        let narrow = |letter: char| match u32::from(letter) {
            wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(letter),
            _ => letter,
        };
        text.chars().map(narrow).collect()
    };
    let (said, words) = (narrow(said), narrow(words));
    let lengths = [said.chars().count(), words.chars().count()];
    said == words
        || (lengths[0].abs_diff(lengths[1]) < 3 && said.chars().next() == words.chars().next())
}

/// Sixty with most of what notes speak of, and some of the hospital's.
fn lives() -> impl Iterator<Item = Life> {
    (0..60).map(rich_life).chain(Hospital { seed: 3, patients: 120 }.lives())
}

#[test]
fn every_span_covers_its_words_and_none_overlaps() {
    let mut spans = 0;
    for life in lives() {
        for (_, note) in notes(&life) {
            let letters: Vec<char> = note.text.chars().collect();
            let mut end = 0;
            for span in &note.spans {
                let words: String = letters[span.start..span.end].iter().collect();
                assert_eq!(words, note.slice(span), "{}", note.text);
                assert!(span.start >= end && span.end > span.start, "{}", note.text);
                assert_eq!(words.trim(), words, "{}", note.text);
                end = span.end;
                spans += 1;
            }
        }
    }
    assert!(spans > 10_000, "{spans}");
}

#[test]
fn what_only_the_text_says_is_said_in_the_note_it_belongs_to() {
    let mut told = 0;
    for life in lives() {
        let notes = notes(&life);
        for event in &life.events {
            let What::OnlyInText(hidden) = &event.what else { continue };
            let mut of_visit = notes.iter().filter(|(at, _)| {
                let note = &life.events[*at];
                note.visit == event.visit && matches!(note.what, What::Noted(_))
            });
            let belongs = of_visit.clone().find(|(at, _)| life.events[*at].minute >= event.minute);
            let (at, note) =
                belongs.or(of_visit.next_back()).unwrap_or_else(|| panic!("no note for {event:?}"));
            assert!(is_marked(hidden, note), "{hidden:?} at {at} is not in\n{}", note.text);
            told += 1;
        }
    }
    assert!(told > 1_000, "{told}");
}

#[test]
fn text_claims_no_disease_drug_or_value_that_the_life_does_not_have() {
    for life in lives() {
        for (at, note) in notes(&life) {
            for span in note.spans.iter().filter(|span| !span.only_in_text) {
                assert!(has(&life, span), "{at}: {} in\n{}", note.slice(span), note.text);
            }
        }
    }
}

/// Whether a row of the life says what the span says.
fn has(life: &Life, span: &Span) -> bool {
    let Some(code) = span.meaning.code else { return true };
    life.events.iter().any(|event| match &event.what {
        What::Diagnosis(told) => told.disease.icd10 == code.code && !is_billed(told),
        What::Reported(report) => report.finding.is_some_and(|it| it.icd10 == code.code),
        What::Staged { disease, .. } => disease.icd10 == code.code,
        What::Measured { test, value } => {
            [test.jlac10, test.loinc].contains(&code.code)
                && values::amount(test, *value) == span.meaning.value
        }
        What::Pressure { systolic, diastolic } => {
            span.meaning.value == Some(Amount::Pressure(*systolic, *diastolic))
        }
        What::Prescribed(dose) | What::Given(dose) => dose.drug.hot9 == code.code,
        What::Operated { operation, .. } => operation.code == code.code,
        What::Allergic { to, reaction, .. } => {
            to.code == code.code || hidden::symptom(reaction, Assertion::Past).code == Some(code)
        }
        What::Family { disease, .. } => disease.icd10 == code.code,
        _ => false,
    })
}

fn is_billed(told: &Diagnosis) -> bool {
    told.for_billing && !told.suspected
}

#[test]
fn a_note_is_the_same_whatever_was_written_before_it() {
    let life = rich_life(2);
    let mut reused = Note::default();
    for (at, note) in notes(&life).into_iter().rev() {
        write(&life, at, &mut reused);
        assert_eq!((&reused.text, &reused.spans), (&note.text, &note.spans));
    }
    write(&life, life.events.len(), &mut reused);
    assert_eq!((reused.text.as_str(), reused.spans.len()), ("", 0));
}

#[test]
fn notes_vary_and_assertions_come_in_sane_shares() {
    let mut counts = std::collections::BTreeMap::new();
    let mut texts = std::collections::BTreeSet::new();
    let (mut written, mut characters, mut copied, mut wide) = (0_usize, 0_usize, 0, 0);
    for life in lives() {
        for (_, note) in notes(&life) {
            for span in &note.spans {
                *counts.entry(span.meaning.assertion).or_insert(0_u32) += 1;
            }
            written += 1;
            characters += note.text.chars().count();
            copied += u32::from(note.spans.iter().any(|span| span.copied));
            wide += u32::from(note.text.contains('１'));
            texts.insert(note.text);
        }
    }
    let all: u32 = counts.values().sum();
    let share =
        |assertion| f64::from(counts.get(&assertion).copied().unwrap_or(0)) / f64::from(all);
    println!("{counts:?} {} of {written} differ, {copied} copied, {wide} wide", texts.len());
    assert!((0.55..0.9).contains(&share(Assertion::Present)));
    assert!((0.05..0.3).contains(&share(Assertion::Absent)));
    assert!((0.005..0.1).contains(&share(Assertion::Possible)));
    assert!((0.0005..0.05).contains(&share(Assertion::Family)));
    assert!((0.005..0.1).contains(&share(Assertion::Past)));
    assert!(texts.len() * 100 > written * 90);
    let mean = characters / written;
    println!("mean {mean} characters");
    assert!((150..900).contains(&mean), "{mean}");
}
