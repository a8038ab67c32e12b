//! The domain told as scenes: what Takeshi's doctor sees, in both languages.

use askama::Template;
use desk::Page;
use jiff::civil::{Date, date};
use serde_json::json;
use vocab::{Locale, PatientId};

use super::PATIENTS;
use super::banner::Banner;
use super::document::Content;
use super::listing::PatientLine;
use super::pages::{Found, NotePage, Patient, Patients};
use super::record::{Allergy, Body, Diagnosis, Done, Note, Record, Visit, When};
use super::rules::{Measured, Supply, Window, last_day};
use crate::scenes::{self, read};

const TODAY: Date = date(2026, 11, 26);

fn page(locale: Locale, target: &str) -> Page {
    scenes::page(&PATIENTS, "doctor", locale, target)
}

fn takeshi() -> PatientId {
    PatientId::from_stored(301).unwrap()
}

fn banner(page: &Page) -> Banner {
    let identity = json!({
        "name": [{ "text": "佐藤 武" }, { "text": "サトウ タケシ" }],
        "identifier": [{ "system": "urn:oid:1.2.392.100495.20.3.51.10410000001", "value": "0000000301" }],
        "birthDate": "1966-09-21",
    });
    let body = Body { gender: Some("male".to_owned()), ..Body::default() };
    Banner::new(page, Some(&identity), &body, TODAY)
}

fn on(day: Date) -> When {
    When { day, vague: None }
}

fn visit(day: Date, department: &str, stay_days: Option<i64>) -> Visit {
    use jiff::ToSpan as _;
    Visit {
        is_stay: stay_days.is_some(),
        is_emergency: false,
        was_cancelled: false,
        is_over: true,
        department: Some(department.to_owned()),
        from: day,
        to: stay_days.map(|days| day.checked_add(days.days()).unwrap()),
    }
}

fn diagnosis(name: &str, from: Date) -> Diagnosis {
    Diagnosis {
        name: name.to_owned(),
        icd10: Some("E11.9".to_owned()),
        is_suspected: false,
        is_main: false,
        outcome: None,
        from: on(from),
        to: None,
    }
}

fn measured(code: &str, name: &str, day: Date, value: f64) -> Measured {
    Measured {
        code: code.to_owned(),
        name: name.to_owned(),
        unit: "%".to_owned(),
        day,
        value,
        limits: (Some(4.9), Some(6.0)),
    }
}

/// Three years with diabetes, one stay, a suspicion that came to nothing, a stomach examined.
fn record() -> Record {
    let supply = |from: Date, days: f64| Supply {
        drug: "A10BA02".to_owned(),
        name: "メトホルミン塩酸塩錠500mg".to_owned(),
        dosage: "1日2回朝夕食後".to_owned(),
        from,
        to: last_day(from, Some(days)),
    };
    Record {
        visits: vec![
            visit(date(2024, 4, 12), "内科", None),
            visit(date(2024, 7, 12), "内科", None),
            visit(date(2025, 2, 3), "循環器内科", Some(12)),
            Visit { was_cancelled: true, ..visit(date(2025, 3, 3), "眼科", None) },
        ],
        diagnoses: vec![
            Diagnosis { is_main: true, ..diagnosis("２型糖尿病", date(2021, 4, 12)) },
            Diagnosis {
                is_suspected: true,
                to: Some(on(date(2024, 8, 1))),
                ..diagnosis("膵癌の疑い", date(2024, 7, 12))
            },
        ],
        supplies: vec![supply(date(2024, 4, 12), 90.0), supply(date(2024, 7, 12), 90.0)],
        values: vec![
            measured("4548-4", "HbA1c", date(2024, 4, 12), 8.9),
            measured("4548-4", "HbA1c", date(2024, 7, 12), 7.1),
        ],
        words: vec![(date(2024, 7, 12), "尿蛋白".to_owned(), "(±)".to_owned())],
        procedures: vec![Done {
            name: "上部消化管内視鏡検査".to_owned(),
            when: on(date(2024, 7, 20)),
            conclusion: None,
        }],
        reports: vec![Done {
            name: "腹部CT".to_owned(),
            when: on(date(2024, 7, 19)),
            conclusion: Some("膵に腫瘤を認めない。".to_owned()),
        }],
        allergies: vec![Allergy {
            name: "そば".to_owned(),
            is_severe: true,
            is_confirmed: false,
            reaction: Some("蕁麻疹".to_owned()),
        }],
        notes: vec![note()],
    }
}

fn note() -> Note {
    Note {
        source: "hospital".to_owned(),
        key: "takeshi-summary".to_owned(),
        kind: "退院時サマリー".to_owned(),
        department: Some("循環器内科".to_owned()),
        title: None,
        content_type: Some("text/plain".to_owned()),
        has_text: true,
        when: Some(on(date(2025, 2, 15))),
    }
}

fn patient(locale: Locale, record: &Record) -> String {
    let page = page(locale, "/patients/301");
    let known = (date(2021, 4, 12), date(2025, 2, 15));
    let window = Window::new(None, None, known);
    let banner = banner(&page);
    Patient::new(page, (takeshi(), banner), record, (window, Some(known), None)).render().unwrap()
}

#[test]
fn a_doctor_sees_the_course_of_one_patient() {
    insta::assert_snapshot!("patient_ja", read(&patient(Locale::Ja, &record())));
    insta::assert_snapshot!("patient_en", read(&patient(Locale::En, &record())));
}

#[test]
fn a_visit_that_was_not_kept_is_no_visit_and_a_suspicion_is_told_as_one() {
    let text = read(&patient(Locale::En, &record()));
    assert!(!text.contains("眼科"), "{text}");
    assert!(text.contains("Suspected") && text.contains("Main E11.9"), "{text}");
}

#[test]
fn a_patient_of_whom_nothing_is_known_has_a_page_that_says_so() {
    let page = page(Locale::En, "/patients/301");
    let window = Window::new(None, None, (TODAY, TODAY));
    let banner = banner(&page);
    let html = Patient::new(page, (takeshi(), banner), &Record::default(), (window, None, None));
    let text = read(&html.render().unwrap());
    assert!(text.contains("Nothing with a date is on record"), "{text}");
    assert!(text.contains("None on record, which does not mean there is none"), "{text}");
}

#[test]
fn a_patient_with_a_long_record_keeps_the_page_light() {
    use jiff::ToSpan as _;
    let mut long = Record::default();
    let departments = ["内科", "眼科", "皮膚科"].into_iter().cycle();
    for (nth, department) in (0..1_500_i64).zip(departments) {
        let day = date(2015, 1, 1).checked_add((nth * 3).days()).unwrap();
        long.visits.push(visit(day, department, None));
        long.diagnoses.push(diagnosis(&format!("病名{}", nth % 90), day));
        for test in 0..12 {
            long.values.push(measured(&format!("t{test}"), "検査", day, f64::from(test)));
        }
        long.supplies.push(Supply {
            drug: format!("D{}", nth % 40),
            name: format!("薬{}", nth % 40),
            dosage: String::new(),
            from: day,
            to: day,
        });
        long.notes.push(Note { key: format!("n{nth}"), when: Some(on(day)), ..note() });
    }
    let page = page(Locale::Ja, "/patients/301?from=2015&to=2027");
    let known = (date(2015, 1, 1), date(2027, 4, 1));
    let window = Window::new(Some(2015), Some(2027), known);
    let banner = banner(&page);
    let all = Patient::new(page, (takeshi(), banner), &long, (window, Some(known), None));
    let html = all.render().unwrap();
    assert!(html.len() < 200_000, "{} bytes", html.len());
}

#[test]
fn patients_are_found_listed_and_not_found() {
    let list = |locale| {
        let page = page(locale, "/patients");
        let line = |last_visit: Option<&str>| PatientLine {
            number: 301,
            banner: banner(&page),
            last_visit: last_visit.map(str::to_owned),
        };
        let (seen, came_last) = (vec![line(None)], vec![line(Some("2026年11月20日 内科"))]);
        read(&Patients { found: None, seen, came_last, page }.render().unwrap())
    };
    insta::assert_snapshot!("patients_ja", list(Locale::Ja));
    insta::assert_snapshot!("patients_en", list(Locale::En));
    let page = page(Locale::En, "/patients");
    let found = Some(Found { lines: Vec::new(), more: false });
    let nobody = Patients { found, seen: Vec::new(), came_last: Vec::new(), page };
    assert!(read(&nobody.render().unwrap()).contains("Nobody was found"));
}

#[test]
fn a_note_is_read_or_the_page_says_why_not() {
    let show = |locale, content| {
        let page = page(locale, "/patients/301/notes/x");
        let banner = banner(&page);
        read(&NotePage::new(page, (takeshi(), banner), &note(), content).render().unwrap())
    };
    let text = Content::Text("【主訴】胸痛\n<b>太字ではない</b>".to_owned());
    insta::assert_snapshot!("note_ja", show(Locale::Ja, text));
    let other = show(Locale::En, Content::Other("application/pdf".to_owned()));
    assert!(other.contains("not text (application/pdf)"), "{other}");
    assert!(show(Locale::En, Content::Elsewhere).contains("not part of this record"));
}

#[test]
fn every_sentence_is_said_and_every_key_exists() {
    scenes::every_sentence_is_said_and_every_key_exists(&PATIENTS);
}
