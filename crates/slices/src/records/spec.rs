//! The domain told as scenes: what a data engineer sees after a load, in both languages.

use askama::Template;
use desk::Page;
use disclosure::Policy;
use jiff::SignedDuration;
use ledger::{
    Counts, FileReport, LoadInfo, LoadOutcome, LoadReport, PullFailure, PullInfo, PullMessage,
    PullOutcome, PullState, PullWay, QuarantineRow, Schedule, Standing, WarningCount,
};
use vocab::{IssueCode, LandingId, LoadId, Locale, PullId, RawCount, SnapshotId};

use super::RECORDS;
use super::pages::holdings::{self, Holding};
use super::pages::load::Loads;
use super::pages::overview::{LastLoad, Overview};
use super::pages::report_json::ReportJson;
use super::pages::{pulls, report};
use crate::scenes::{self, read};

fn page(locale: Locale, target: &str) -> Page {
    scenes::page(&RECORDS, "hanako", locale, target)
}

/// Twelve people came in, one line was broken, one file had come before.
fn a_load() -> LoadReport {
    let counts = Counts {
        lines: 1_300,
        resources: 1_299,
        written: 1_190,
        unchanged: 90,
        superseded: 8,
        deleted: 10,
        quarantined: 1,
    };
    let file = |number: u8, already_held, counts| FileReport {
        landing: LandingId([number; 32]),
        name: format!("people/{number}/bundle.json"),
        already_held,
        counts,
    };
    LoadReport {
        load: LoadInfo {
            id: LoadId(3),
            source: "hospital".to_owned(),
            command: "ingest".to_owned(),
            actor: "hanako".to_owned(),
            started: "2026-11-22T05:32:00Z".parse().unwrap(),
            ended: Some("2026-11-22T05:33:05Z".parse().unwrap()),
            outcome: LoadOutcome::Committed,
            snapshot: Some(SnapshotId(3)),
            failure: None,
        },
        totals: counts,
        files: vec![file(0xab, false, counts), file(0xcd, true, Counts::default())],
        quarantine_rows: 1,
        quarantine: vec![QuarantineRow {
            landing: LandingId([0xab; 32]),
            file: "Observation.ndjson".to_owned(),
            line: Some(1_042),
            code: IssueCode::BrokenJson,
            path: None,
            detail: "at byte 118".to_owned(),
        }],
        warnings: vec![WarningCount {
            code: IssueCode::ForeignReference,
            path: Some("Observation.performer".to_owned()),
            detail: String::new(),
            cases: 17,
            first_file: None,
            first_line: None,
        }],
        tables: Vec::new(),
    }
}

fn holding(name: &str, patients: u64, rows: u64) -> Holding {
    let days = (jiff::civil::date(1907, 4, 1), jiff::civil::date(2026, 11, 22));
    Holding {
        name: name.to_owned(),
        rows: RawCount::new(rows),
        patients: RawCount::new(patients),
        days: Some(days),
    }
}

fn overview(locale: Locale) -> Overview {
    let page = page(locale, "/");
    let holdings = [
        holding("patient", 12, 13),
        holding("observation", 11, 2_480),
        holding("procedure", 3, 148),
        holding("immunization", 2, 2),
        holding("device", 0, 0),
        holding("our_own", 10, 64),
        holding("resource", 12, 2_710),
    ];
    Overview {
        snapshot: Some(page.fill("records.overview.snapshot", &[("number", "3")])),
        held: holdings::summary(&page, &holdings, &Policy::default()),
        last_load: Some(LastLoad {
            id: 3,
            when: page.moment("2026-11-22T05:32:00Z".parse().unwrap()),
            resources: page.number(1_299),
            quarantined: Some(page.fill("records.overview.quarantined", &[("number", "1")])),
        }),
        pulls: None,
        small: holdings::rule(&page, &Policy::default()),
        page,
    }
}

#[test]
fn the_first_page_tells_how_much_there_is_and_hides_what_is_small() {
    insta::assert_snapshot!("overview_ja", read(&overview(Locale::Ja).render().unwrap()));
    insta::assert_snapshot!("overview_en", read(&overview(Locale::En).render().unwrap()));
}

#[test]
fn no_hidden_number_can_be_worked_out_from_a_sum() {
    let text = read(&overview(Locale::En).render().unwrap());
    assert!(text.contains("2,550"), "the sum of the rounded rows that are told: {text}");
    assert!(!text.contains("2,710"), "every resource less those told would give the hidden ones");
}

#[test]
fn exact_numbers_are_shown_only_under_a_permit_that_says_so_and_the_page_warns() {
    let page = page(Locale::En, "/");
    let held = |policy| holdings::summary(&page, &[holding("procedure", 3, 148)], &policy);
    let small = held(Policy::default());
    assert!(small.lines.is_empty() && small.small_tables.first().unwrap().name == "procedure");
    assert_eq!(held(Policy::exact()).lines.first().unwrap().patients, "3");
    assert!(holdings::rule(&page, &Policy::exact()).contains("do not pass this page on"));
    assert!(holdings::rule(&page, &Policy::default()).contains("Numbers below 10"));
}

#[test]
fn an_empty_house_says_what_to_do() {
    let empty = Overview { snapshot: None, last_load: None, ..overview(Locale::En) };
    let text = read(&empty.render().unwrap());
    assert!(text.contains("There are no records yet") && text.contains("aoba ingest"), "{text}");
}

#[test]
fn a_load_report_accounts_for_every_resource() {
    let html = |locale| report::page(page(locale, "/records/loads/3"), &a_load()).render().unwrap();
    insta::assert_snapshot!("load_ja", read(&html(Locale::Ja)));
    insta::assert_snapshot!("load_en", read(&html(Locale::En)));
}

#[test]
fn a_report_that_does_not_add_up_says_so_aloud() {
    let mut report = a_load();
    report.totals.written -= 1;
    let page = report::page(page(Locale::En, "/records/loads/3"), &report);
    let text = read(&page.render().unwrap());
    assert!(text.contains("The two sides differ"), "{text}");
    assert!(!text.contains("Both sides agree"), "{text}");
}

#[test]
fn a_file_s_own_name_is_told_only_where_a_line_must_be_mended() {
    let report = a_load();
    let html = report::page(page(Locale::En, "/records/loads/3"), &report).render().unwrap();
    let json = serde_json::to_string(&ReportJson::new(&report, &report.quarantine)).unwrap();
    for shown in [html, json] {
        assert!(shown.contains("Observation.ndjson"));
        assert!(!shown.contains("bundle.json"));
        assert!(shown.contains(&"ab".repeat(32)), "the file is named by its bytes");
    }
}

#[test]
fn the_list_of_loads_leads_to_each_report() {
    let frame = page(Locale::En, "/records/loads");
    let loads = vec![report::line(&frame, &a_load())];
    let html = Loads { page: frame, loads }.render().unwrap();
    assert!(html.contains("href=\"/records/loads/3\""));
    insta::assert_snapshot!("loads_en", read(&html));
}

fn pulled(id: i64, started: &str, outcome: PullOutcome) -> PullInfo {
    PullInfo {
        id: PullId(id),
        name: Some("night".to_owned()),
        source: "hospital".to_owned(),
        base: "https://fhir.example.jp/r4".to_owned(),
        asked: "$export".to_owned(),
        since: Some("2026-11-20T02:00:00.123+09:00".to_owned()),
        actor: "hanako".to_owned(),
        started: started.parse().unwrap(),
        ended: None,
        outcome,
        way: Some(PullWay::Export),
        server_time: None,
        load: None,
        messages: Vec::new(),
        failure: None,
    }
}

/// A night whose pull failed, and the two before it.
fn nights() -> (Standing, Vec<PullInfo>) {
    let failure = PullFailure { ja: "届きません".to_owned(), en: "out of reach".to_owned() };
    let failed = PullInfo {
        failure: Some(failure),
        ..pulled(3, "2026-11-22T17:00:00Z", PullOutcome::Failed)
    };
    let message = |code: &str, count| PullMessage {
        severity: "error".to_owned(),
        code: code.to_owned(),
        count,
    };
    let whole = PullInfo {
        load: Some(LoadId(7)),
        messages: vec![message("not-found", 2), message("exception", 1)],
        ..pulled(2, "2026-11-21T17:00:00Z", PullOutcome::Completed)
    };
    let by_hand = PullInfo {
        name: None,
        since: None,
        way: Some(PullWay::Search),
        ..pulled(1, "2026-11-20T01:00:00Z", PullOutcome::Cancelled)
    };
    let schedule = Schedule {
        name: "night".to_owned(),
        source: "hospital".to_owned(),
        base: "https://fhir.example.jp/r4".to_owned(),
        asked: "$export".to_owned(),
        every: SignedDuration::from_hours(24),
    };
    let standing = Standing {
        schedule,
        last: Some(failed.clone()),
        completed: Some(whole.clone()),
        next: "2026-11-22T18:00:00Z".parse().unwrap(),
        state: PullState::Failed,
    };
    (standing, vec![failed, whole, by_hand])
}

#[test]
fn a_pull_that_failed_is_told_aloud_with_why_and_when_the_next_one_is() {
    let (standing, list) = nights();
    let html = |locale| {
        let page = page(locale, "/records/pulls");
        pulls::shown(page, std::slice::from_ref(&standing), &list).render().unwrap()
    };
    insta::assert_snapshot!("pulls_ja", read(&html(Locale::Ja)));
    insta::assert_snapshot!("pulls_en", read(&html(Locale::En)));
    assert!(html(Locale::En).contains("href=\"/records/loads/7\""));
}

#[test]
fn each_state_of_a_pull_has_its_words_and_only_what_needs_a_look_is_an_alarm() {
    let (standing, _) = nights();
    let shown = |state, failure: Option<PullFailure>| {
        let mut standing = Standing { state, ..standing.clone() };
        if let Some(last) = &mut standing.last {
            last.failure = failure;
        }
        pulls::shown(page(Locale::En, "/records/pulls"), &[standing], &[])
    };
    for state in [PullState::Running, PullState::Well] {
        assert!(shown(state, None).alarms.is_empty());
    }
    for (state, words) in [
        (PullState::Never, "has never come to its end"),
        (PullState::Overdue, "since 22 Nov 2026 02:00"),
        (PullState::Failed, "was interrupted"),
    ] {
        let alarms = shown(state, None).alarms;
        assert!(alarms.len() == 1 && alarms[0].contains(words), "{alarms:?}");
    }
    let running = read(&shown(PullState::Running, None).render().unwrap());
    assert!(running.contains("running now") && running.contains("every 24 h"), "{running}");
}

#[test]
fn where_nothing_is_pulled_the_page_says_how() {
    let empty = pulls::shown(page(Locale::En, "/records/pulls"), &[], &[]);
    let text = read(&empty.render().unwrap());
    assert!(text.contains("aoba pull SERVER") && text.contains("Nothing is scheduled"), "{text}");
}

#[test]
fn the_first_page_says_that_pulls_need_a_look() {
    let page = page(Locale::En, "/");
    let pulls = Some(page.fill("records.pulls.notice", &[("number", "1")]));
    let text = read(&Overview { pulls, ..overview(Locale::En) }.render().unwrap());
    assert!(text.contains("Scheduled pulls that need a look: 1"), "{text}");
}

#[test]
fn every_sentence_is_said_and_every_key_exists() {
    scenes::every_sentence_is_said_and_every_key_exists(&RECORDS);
}
