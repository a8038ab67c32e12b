//! Who may audit, what auditing opens, and that every route that may change something leaves
//! exactly one line: asked of the real router.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::http::Request;
use ledger::{AuditFilter, NewGrant};
use vocab::{Actor, PurposeOfUse};

use crate::routes::{House, get, post, send};

/// The pages of the domain.
const PAGES: [&str; 9] = [
    "/audit",
    "/audit?actor=owner&act=grant&purpose=research&study=s&object=sql&from=2026-01-01&to=2026-12-31",
    "/audit?before=3",
    "/audit/verify",
    "/audit/rows/1",
    "/audit/patients",
    "/audit/patients/4711",
    "/audit/people/owner",
    "/audit/left",
];

/// A house with somebody who may audit it and nothing else.
async fn audited() -> (House, Router) {
    let house = House::new().await;
    let owner = Actor::new("owner").unwrap();
    let new = NewGrant {
        actor: Actor::new("auditor").unwrap(),
        purpose: PurposeOfUse::Compliance,
        study: None,
        sees_rows: true,
        exact_counts: false,
        expires: None,
    };
    house.ledger.people().grant(&new, &owner).await.unwrap();
    let router = house.seen_by("auditor");
    (house, router)
}

async fn lines(house: &House) -> usize {
    house.ledger.audit().rows(&AuditFilter::default()).await.unwrap().len()
}

#[tokio::test]
async fn every_page_of_the_audit_is_a_look_and_leaves_one_line() {
    let (house, router) = audited().await;
    for path in PAGES {
        let before = lines(&house).await;
        let answer = get(&router, path, &[("accept-language", "en")]).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert!(answer.body.len() < 200_000, "{path}");
        assert!(!answer.body.contains(" style=") && !answer.body.contains("<script>"), "{path}");
        assert_eq!(lines(&house).await, before + 1, "{path}");
        let newest = AuditFilter { rows_max: 1, ..AuditFilter::default() };
        let line = house.ledger.audit().newest_rows(&newest).await.unwrap().pop().unwrap();
        assert_eq!((line.act.as_str(), line.purpose.as_deref()), ("permit", Some("compliance")));
    }
    let of_patient =
        AuditFilter { objects: vec!["patient/4711".to_owned()], ..AuditFilter::default() };
    let lines = house.ledger.audit().rows(&of_patient).await.unwrap();
    assert_eq!(lines.len(), 1, "who audits a patient is among those who looked");
}

#[tokio::test]
async fn who_has_no_right_to_audit_is_refused_and_the_refusal_is_a_line() {
    let (house, _) = audited().await;
    let owner = house.seen_by("owner");
    for path in PAGES {
        let before = lines(&house).await;
        let answer = get(&owner, path, &[("accept-language", "en")]).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.body.contains("owner has no grant for compliance"), "{path}");
        assert_eq!(lines(&house).await, before + 1, "{path}");
    }
}

#[tokio::test]
async fn a_right_to_audit_opens_no_record() {
    let (house, router) = audited().await;
    for path in ["/", "/catalog", "/records/loads", "/records/pulls", "/patients", "/patients/7"] {
        assert_eq!(get(&router, path, &[]).await.status, 403, "{path}");
    }
    let auditor = Actor::new("auditor").unwrap();
    let permit = house.ledger.permit(&auditor, PurposeOfUse::Compliance, None, "sql", "x").await;
    let missing = permit.unwrap().missing_for_records();
    assert!(missing.is_some(), "even where rows were granted for it");
}

#[tokio::test]
async fn what_is_not_there_and_what_cannot_be_meant_is_told() {
    let (_house, router) = audited().await;
    for path in ["/audit/rows/99999", "/audit/rows/0", "/audit/rows/x", "/audit/patients/x"] {
        assert_eq!(get(&router, path, &[]).await.status, 404, "{path}");
    }
    for path in ["/audit?from=yesterday", "/audit?purpose=curiosity", "/audit?before=x"] {
        assert_eq!(get(&router, path, &[]).await.status, 422, "{path}");
    }
}

#[tokio::test]
async fn a_patient_is_found_by_number_and_what_was_typed_is_kept_nowhere() {
    let (house, router) = audited().await;
    let found = post(&router, "/audit/patients", "", "wanted=no-such-number").await;
    assert_eq!(found.status, 200);
    assert!(!found.body.contains("no-such-number"), "what was typed is not said again");
    let rows = house.ledger.audit().rows(&AuditFilter::default()).await.unwrap();
    assert!(rows.iter().all(|row| !format!("{row:?}").contains("no-such-number")));
    assert_eq!(rows.last().unwrap().object, "page /audit/patients");
}

#[tokio::test]
async fn a_line_that_was_written_is_proved_on_its_page() {
    let (house, router) = audited().await;
    let unsigned = get(&router, "/audit/rows/1", &[("accept-language", "en")]).await;
    assert!(unsigned.body.contains("No checkpoint covers it yet"), "{}", unsigned.body);
    let checkpoint = house.ledger.checkpoints().make().await.unwrap().unwrap();
    let signed = get(&router, "/audit/rows/1", &[("accept-language", "en")]).await;
    assert!(signed.body.contains("is in the signed checkpoint over"), "{}", signed.body);
    assert!(signed.body.contains(checkpoint.note.lines().next().unwrap()));
}

/// Every address of the sources whose handler takes more than a look, with its method.
fn routes_that_may_change() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "../desk/src"] {
        gather(&root.join(folder), &mut files);
    }
    let mut found = BTreeSet::new();
    for file in files {
        let text: String = fs::read_to_string(file).unwrap().split_whitespace().collect();
        for route in text.split(".route(\"").skip(1) {
            let (address, rest) = route.split_once('"').unwrap();
            let handler = up_to_its_end(rest);
            for method in ["post(", "put(", "patch(", "delete(", "any("] {
                let is_call =
                    |at: usize| !handler[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                if handler.match_indices(method).any(|(at, _)| is_call(at)) {
                    found.insert(format!("{method}) {address}"));
                }
            }
        }
    }
    found
}

/// What stands before the bracket that closes the call one is in.
fn up_to_its_end(text: &str) -> &str {
    let mut depth = 1_u32;
    let end = text.find(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    &text[..end.unwrap()]
}

/// The sources of a folder, but for tests that speak of routes.
fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => gather(&path, files),
            false if path.ends_with("audit/walk.rs") => {}
            false if path.extension().is_some_and(|ending| ending == "rs") => files.push(path),
            false => {}
        }
    }
}

/// Routes of the door: what each of its acts leaves is held where accounts are (`crate::sign_in`, and
/// the tests of the ledger), since they need people who signed in.
const OF_THE_DOOR: [&str; 14] = [
    "/sign-in",
    "/sign-in/code",
    "/sign-in/again",
    "/sign-out",
    "/join/{token}",
    "/me/password",
    "/me/sessions/end",
    "/me/sessions/end-others",
    "/me/second",
    "/me/second/confirm",
    "/me/second/remove",
    "/people",
    "/people/{actor}",
    "/people/{actor}/act",
];

#[tokio::test]
async fn every_route_that_may_change_something_leaves_exactly_one_line() {
    let (house, _) = audited().await;
    let saved = "text=cohort+dead+version+1%0A++entry+first+death%0A&do=own";
    // Each with its route, an address and a form that is taken, and who sends it.
    let cases = [
        ("/session", "/session", "as=demo%3Adoctor", None),
        ("/patients", "/patients", "wanted=x", Some("demo:doctor")),
        ("/audit/patients", "/audit/patients", "wanted=x", Some("auditor")),
        ("/cohorts/work", "/cohorts/work", saved, Some("owner")),
        ("/cohorts/{id}/share", "/cohorts/1/share", "on=true", Some("owner")),
        ("/cohorts/{id}/remarks", "/cohorts/1/remarks", "body=why&version=1", Some("owner")),
    ];
    let known: BTreeSet<String> = (cases.iter().map(|(route, ..)| *route))
        .chain(OF_THE_DOOR)
        .map(|route| format!("post() {route}"))
        .collect();
    // A new route must be tried here too.
    assert_eq!(routes_that_may_change(), known);
    let demo = house.as_demo().await;
    for (_, address, form, actor) in cases {
        let router = actor.map_or_else(|| demo.clone(), |actor| house.seen_by(actor));
        let before = lines(&house).await;
        let answer = post(&router, address, "", form).await;
        assert!(answer.status.is_success() || answer.status.is_redirection(), "{address}");
        assert_eq!(lines(&house).await, before + 1, "{address}");
        // Asked from elsewhere it changes nothing, and nothing is to be told.
        let headers = [("sec-fetch-site", "cross-site")];
        let foreign = send(&router, Request::post(address), &headers, form).await;
        assert_eq!((foreign.status.as_u16(), lines(&house).await), (403, before + 1), "{address}");
    }
}
