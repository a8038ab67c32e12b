//! The domain told as scenes: an auditor reads who did what, in both languages.

use askama::Template;
use desk::Page;
use ledger::{
    AuditHead, AuditRow, AuditStanding, AuditVerdict, Broken, BrokenBy, Checkpoint, PlaceFailure,
    PlaceStanding, RowProof, TreeHash, TreeHead,
};
use vocab::Locale;

use super::AUDIT;
use super::pages::lists::{Acts, Asked, Left, Listed, PatientActs, Patients, PersonActs};
use super::pages::row::RowPage;
use super::pages::state::{self, State, Verified};
use crate::scenes::{self, read};

fn page(locale: Locale, target: &str) -> Page {
    scenes::page(&AUDIT, "auditor", locale, target)
}

fn row(seq: i64, act: &str, object: &str) -> AuditRow {
    AuditRow {
        seq,
        at: "2026-11-22T05:32:00Z".parse().unwrap(),
        actor: "demo:doctor".to_owned(),
        act: act.to_owned(),
        object: object.to_owned(),
        purpose: Some("treatment".to_owned()),
        study: None,
        detail: r#"{"digest":"0f0f","epoch":3,"look":"page /patients/{patient_id}"}"#.to_owned(),
        prev_hash: "0a".repeat(32),
        hash: "0b".repeat(32),
    }
}

fn rows() -> Vec<AuditRow> {
    let of_study = AuditRow {
        actor: "demo:researcher".to_owned(),
        purpose: Some("research".to_owned()),
        study: Some("demo-study".to_owned()),
        ..row(1_203, "refuse", "sql")
    };
    let plain = AuditRow { purpose: None, ..row(1_202, "opt-out", "patient/4711") };
    let unknown = AuditRow { purpose: None, ..row(1_201, "something.new", "home") };
    vec![row(1_204, "permit", "patient/4711"), of_study, plain, unknown]
}

fn checkpoint() -> Checkpoint {
    let note = "aoba/0123456789abcdef\n1200\ncm9vdA==\n\n— aoba/0123456789abcdef c2ln\n".to_owned();
    Checkpoint { size: 1_200, at: "2026-11-22T05:30:00Z".parse().unwrap(), note }
}

fn standing() -> AuditStanding {
    AuditStanding {
        head: AuditHead { seq: 1_204, hash: "0b".repeat(32) },
        is_whole: true,
        checkpoint: Some(checkpoint()),
        checkpoint_holds: true,
        checkpoints: 17,
    }
}

fn places() -> Vec<PlaceStanding> {
    let sent = Some("2026-11-22T05:30:05Z".parse().unwrap());
    let why = "no such file or directory".to_owned();
    let failure = Some(PlaceFailure { at: "2026-11-22T05:31:00Z".parse().unwrap(), why });
    vec![
        PlaceStanding { place: "/mnt/worm".to_owned(), sent_size: 800, sent, failure },
        PlaceStanding { place: "syslog".to_owned(), sent_size: 1_200, sent, failure: None },
    ]
}

fn acts(locale: Locale, state: impl Fn(&Page) -> State) -> Acts {
    let page = page(locale, "/audit");
    let asked = Asked { actor: "demo:doctor".to_owned(), ..Asked::default() };
    let listed = Listed::new(&page, &rows(), &asked.base());
    Acts { state: state(&page), choices: asked.choices(&page), asked, listed, page }
}

#[test]
fn the_first_page_tells_who_did_what_and_how_the_audit_stands() {
    let html =
        |locale| acts(locale, |page| state::told(page, &standing(), &places())).render().unwrap();
    insta::assert_snapshot!("acts_ja", read(&html(Locale::Ja)));
    insta::assert_snapshot!("acts_en", read(&html(Locale::En)));
    let html = html(Locale::En);
    for link in ["/audit/rows/1204", "/audit/people/demo%3Adoctor", "/audit/patients/4711"] {
        assert!(html.contains(&format!("href=\"{link}\"")), "{link}");
    }
}

#[test]
fn what_needs_a_look_is_said_and_what_is_well_is_not() {
    let alarms = |standing: &AuditStanding, places: &[PlaceStanding]| {
        state::told(&page(Locale::En, "/audit"), standing, places).alarms
    };
    let well = standing();
    assert_eq!(alarms(&well, &places()[1..]), [""; 0]);
    assert!(alarms(&well, &places())[0].contains("/mnt/worm did not get"));
    assert!(alarms(&well, &[])[0].contains("No checkpoint has left this machine"));
    let cut = AuditStanding { is_whole: false, ..standing() };
    assert!(alarms(&cut, &places()[1..])[0].contains("Lines at the end are gone"));
    let forged = AuditStanding { checkpoint_holds: false, ..standing() };
    assert!(alarms(&forged, &places()[1..])[0].contains("may have been rewritten"));
    let new = AuditStanding { checkpoint: None, checkpoints: 0, ..standing() };
    let text = read(&acts(Locale::En, |page| state::told(page, &new, &[])).render().unwrap());
    assert!(text.contains("none yet") && text.contains("checkpoints_to"), "{text}");
}

#[test]
fn a_long_list_leads_to_its_older_lines_under_the_same_filter() {
    let page = page(Locale::En, "/audit");
    let rows: Vec<AuditRow> = (0..51).map(|back| row(900 - back, "permit", "sql")).collect();
    let asked =
        Asked { study: "a&b".to_owned(), from: "2026-11-01".to_owned(), ..Asked::default() };
    let listed = Listed::new(&page, &rows, &asked.base());
    assert_eq!(listed.lines.len(), 50);
    assert_eq!(listed.older.as_deref(), Some("/audit?study=a%26b&from=2026-11-01&before=851"));
    assert_eq!(Listed::new(&page, &rows[..50], "/audit?").older, None);
}

#[test]
fn a_filter_that_cannot_be_meant_is_refused() {
    let page = page(Locale::En, "/audit");
    let asked = |field: fn(&mut Asked, String), text: &str| {
        let mut asked = Asked::default();
        field(&mut asked, text.to_owned());
        asked.filter(&page)
    };
    let from: fn(&mut Asked, String) = |asked, text| asked.from = text;
    let filter = asked(from, "2026-11-22").unwrap();
    assert_eq!(filter.since, "2026-11-21T15:00:00Z".parse().ok(), "by the hospital's clock");
    let to: fn(&mut Asked, String) = |asked, text| asked.to = text;
    assert_eq!(asked(to, "2026-11-22").unwrap().until, "2026-11-22T15:00:00Z".parse().ok());
    assert!(asked(from, "yesterday").is_none());
    assert!(asked(|asked, text| asked.purpose = text, "curiosity").is_none());
    assert!(asked(from, " ").unwrap().since.is_none());
}

fn proof(holds: bool, checkpoint: Option<Checkpoint>) -> RowProof {
    let tree = TreeHead { size: 1_200, root: TreeHash([0xcd; 32]) };
    let path = vec![TreeHash([1; 32]), TreeHash([2; 32])];
    RowProof { row: row(1_104, "permit", "patient/4711"), tree, checkpoint, path, holds }
}

#[test]
fn a_line_has_its_page_with_its_proof() {
    let html = |locale, proof: &RowProof| {
        RowPage::new(page(locale, "/audit/rows/1104"), proof).render().unwrap()
    };
    let whole = proof(true, Some(checkpoint()));
    insta::assert_snapshot!("row_ja", read(&html(Locale::Ja, &whole)));
    insta::assert_snapshot!("row_en", read(&html(Locale::En, &whole)));
    let unsigned = read(&html(Locale::En, &proof(true, None)));
    assert!(unsigned.contains("No checkpoint covers it yet"), "{unsigned}");
    let broken = read(&html(Locale::En, &proof(false, Some(checkpoint()))));
    assert!(broken.contains("The line is not proved"), "{broken}");
}

#[test]
fn who_saw_a_patient_what_a_person_did_and_what_left_are_lists() {
    for (locale, name) in [(Locale::Ja, "patient_ja"), (Locale::En, "patient_en")] {
        let page = page(locale, "/audit/patients/4711");
        let listed = Listed::new(&page, &rows()[..1], "/audit/patients/4711?");
        let html = PatientActs { number: 4711, numbers: vec![4711, 5000], listed, page };
        insta::assert_snapshot!(name, read(&html.render().unwrap()));
    }
    let page = page(Locale::En, "/audit/left");
    let listed = Listed::new(&page, &[row(9, "audit.export", "audit")], "/audit/left?");
    let text = read(&Left { listed, page: page.clone() }.render().unwrap());
    assert!(text.contains("exported the audit") && text.contains("What left the house"), "{text}");
    let listed = Listed::new(&page, &[], "/audit/people/demo%3Adoctor?");
    let person = PersonActs { name: "demo:doctor".to_owned(), listed, page };
    let text = read(&person.render().unwrap());
    assert!(text.contains("What demo:doctor did") && text.contains("No line fits"), "{text}");
}

#[test]
fn a_search_tells_numbers_and_nothing_else_of_a_patient() {
    let shown = |found, more| {
        let page = page(Locale::En, "/audit/patients");
        Patients { page, found, more }.render().unwrap()
    };
    assert!(!read(&shown(None, false)).contains("Nobody"));
    assert!(read(&shown(Some(Vec::new()), false)).contains("Nobody is known by that"));
    let several = shown(Some(vec![4711, 4712]), true);
    assert!(
        several.contains("href=\"/audit/patients/4712\"") && several.contains("There are more")
    );
}

#[test]
fn a_check_of_every_line_says_what_it_found() {
    let verdict = |first_broken| AuditVerdict {
        rows: 1_204,
        head: standing().head,
        root: "0c".repeat(32),
        checkpoints: 17,
        covered: 1_200,
        first_broken,
    };
    let read = |verdict: &AuditVerdict| {
        read(&Verified::new(page(Locale::En, "/audit/verify"), verdict).render().unwrap())
    };
    assert!(read(&verdict(None)).contains("the audit is whole: 1204 rows"));
    let broken = Broken { seq: 7, by: BrokenBy::Changed };
    let text = read(&verdict(Some(broken)));
    assert!(text.contains("broken at row 7: its content was changed"), "{text}");
}

#[test]
fn every_sentence_is_said_and_every_key_exists() {
    scenes::every_sentence_is_said_and_every_key_exists(&AUDIT);
}
