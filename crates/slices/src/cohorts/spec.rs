//! What a person does with cohorts, as scenes over the real router: a house without patients, in
//! which every count is "fewer than 10".

use axum::Router;
use vocab::Actor;

use super::COHORTS;
use crate::routes::{Answer, House, get, post};
use crate::scenes::every_sentence_is_said_and_every_key_exists;

/// A form as a browser sends it.
fn form(pairs: &[(&str, &str)]) -> String {
    let coded = |text: &str| {
        text.bytes().fold(String::new(), |mut out, byte| {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
                _ => out.push_str(&format!("%{byte:02X}")),
            }
            out
        })
    };
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", coded(name), coded(value))).collect();
    pairs.join("&")
}

async fn work(router: &Router, pairs: &[(&str, &str)]) -> Answer {
    post(router, "/cohorts/work?lang=en", "", &form(pairs)).await
}

/// What the field of this id holds, with entities written out.
fn held(page: &str, id: &str) -> String {
    let from = page.split(&format!("id=\"{id}\"")).nth(1).unwrap();
    let text = from.split_once('>').unwrap().1.split("</textarea>").next().unwrap();
    text.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
}

#[test]
fn every_sentence_is_there() {
    every_sentence_is_said_and_every_key_exists(&COHORTS);
}

#[tokio::test]
async fn a_word_begins_a_cohort_and_forms_make_its_rules() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    let found = get(&router, "/cohorts?q=metformin&lang=en", &[]).await;
    assert_eq!(found.status, 200, "{}", found.body);
    assert!(found.body.contains("value=\"begin:set metformin\""), "{}", found.body);
    let begun = work(&router, &[("do", "begin:set metformin")]).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    assert!(begun.body.contains("fewer than 10"), "{}", begun.body);
    let text = held(&begun.body, "text");
    assert!(text.contains("entry first drug in metformin"), "{text}");
    let rule = [
        ("text", text.as_str()),
        ("do", "add"),
        ("pick", "set hba1c"),
        ("keep", "require"),
        ("when", "before_days"),
        ("days", "90"),
        ("times", "1"),
        ("compare", "at_least"),
        ("value", "7.0"),
        ("unit", "%"),
    ];
    let added = work(&router, &rule).await;
    let text = held(&added.body, "text");
    assert!(text.contains("uses codes hba1c version 1 sha256:"), "{text}");
    assert!(text.contains("any lab in hba1c in [index - 90d, index] with value >= 7 %"), "{text}");
    let aged = work(&router, &[("text", &text), ("do", "age"), ("age_from", "20")]).await;
    let text = held(&aged.body, "text");
    assert!(text.contains("age at index >= 20"), "{text}");
    let moved = held(&work(&router, &[("text", &text), ("do", "up:1")]).await.body, "text");
    assert!(moved.find("age at index") < moved.find("any lab in hba1c"), "{moved}");
    let words = "require \"adults\" ja \"成人\" age at index >= 18";
    let pairs = [("text", moved.as_str()), ("do", "reword:0"), ("step-0", words)];
    let reworded = held(&work(&router, &pairs).await.body, "text");
    assert!(reworded.contains("age at index >= 18") && !reworded.contains(">= 20"), "{reworded}");
    let less = work(&router, &[("text", &reworded), ("do", "remove:1")]).await;
    let text = held(&less.body, "text");
    assert!(!text.contains("hba1c"), "what nothing names any more is not declared: {text}");
}

#[tokio::test]
async fn what_cannot_be_used_is_said_and_nothing_is_lost() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    let text = held(&work(&router, &[("do", "begin:set metformin")]).await.body, "text");
    let rule = [
        ("text", text.as_str()),
        ("do", "add"),
        ("pick", "set hba1c"),
        ("when", "before_days"),
        ("days", "soon"),
        ("times", "1"),
    ];
    let answer = work(&router, &rule).await;
    assert!(answer.body.contains("Give the days as a whole number"), "{}", answer.body);
    assert_eq!(held(&answer.body, "text"), text);
    let wrong = text.replace("first drug", "frist drug");
    let answer = work(&router, &[("text", &wrong), ("do", "count")]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("cannot be counted as it is"), "{}", answer.body);
    assert_eq!(held(&answer.body, "text"), wrong, "what was typed stays as it was typed");
    let unknown = text.replace("uses codes metformin version 1", "uses codes metformin version 9");
    let answer = work(&router, &[("text", &unknown), ("do", "count")]).await;
    assert!(answer.body.contains("is there in version 1"), "{}", answer.body);
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let answer = work(&router, &[("text", hostile), ("q", hostile), ("note", hostile)]).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.body.contains("<script>alert") && !answer.body.contains("<img src=x"));
    let large = "x".repeat(1_100_000);
    assert_eq!(work(&router, &[("text", &large)]).await.status, 422);
}

#[tokio::test]
async fn versions_are_kept_shared_compared_and_two_who_save_are_told() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    let text = held(&work(&router, &[("do", "begin:set metformin")]).await.body, "text");
    let first = [
        ("text", text.as_str()),
        ("do", "own"),
        ("title_en", "New users"),
        ("title_ja", "新規使用者"),
    ];
    let saved = work(&router, &first).await;
    assert_eq!(
        (saved.status.as_u16(), saved.headers["location"].to_str().unwrap()),
        (303, "/cohorts/1")
    );
    let page = get(&router, "/cohorts/1?lang=en", &[]).await.body;
    assert!(page.contains("New users") && page.contains("name=\"base\" value=\"1\""), "{page}");
    let text = held(&page, "text");
    let older = text.replace("exit at", "follow_up 30d\n  exit at");
    assert!(work(&router, &[("text", &older), ("do", "count")]).await.status == 200);
    let adults = work(&router, &[("text", &text), ("do", "age"), ("age_from", "20")]).await;
    let adults = held(&adults.body, "text");
    let base = |text: &str| {
        form(&[("text", text), ("do", "save"), ("cohort", "1"), ("base", "1"), ("note", "adults")])
    };
    let second = post(&router, "/cohorts/work?lang=en", "", &base(&adults)).await;
    assert_eq!(second.status, 303, "{}", second.body);
    let behind = post(&router, "/cohorts/work?lang=en", "", &base(&text)).await;
    assert_eq!(behind.status, 200);
    assert!(behind.body.contains("Somebody saved a newer version"), "{}", behind.body);
    assert!(behind.body.contains("name=\"base\" value=\"2\""), "who has seen it may save upon it");
    let compared = get(&router, "/cohorts/1/compare?lang=en", &[]).await.body;
    assert!(compared.contains("age 20 or more"), "{compared}");
    let other = house.seen_by("colleague");
    give(&house, "colleague").await;
    for path in ["/cohorts/1", "/cohorts/1/text", "/cohorts/1/compare"] {
        assert_eq!(get(&other, path, &[]).await.status, 404, "{path} is its owner's alone");
    }
    assert_eq!(post(&router, "/cohorts/1/share", "", "on=true").await.status, 303);
    assert_eq!(get(&other, "/cohorts/1", &[]).await.status, 200);
    assert_eq!(post(&other, "/cohorts/1/share", "", "on=false").await.status, 403);
    let remark = form(&[("body", "why 20? <b>"), ("version", "2")]);
    assert_eq!(post(&other, "/cohorts/1/remarks", "", &remark).await.status, 303);
    let page = get(&router, "/cohorts/1?lang=en", &[]).await.body;
    assert!(page.contains("why 20? &#60;b&#62;"), "{page}");
    let theirs = post(&other, "/cohorts/work", "", &base(&text).replace("base=1", "base=2")).await;
    assert_eq!(theirs.headers["location"], "/cohorts/2", "what is another's is saved as one's own");
    let kept = get(&router, "/cohorts/1/text?version=1", &[]).await;
    assert_eq!(kept.body, text);
}

#[tokio::test]
async fn every_count_is_recorded_with_what_was_asked_and_needs_a_right() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    let begun = work(&router, &[("do", "begin:set metformin")]).await;
    let sha256 = cohort::text::hash(&held(&begun.body, "text")).as_str().to_owned();
    let acts = house.acts("owner").await;
    assert!(acts.contains(&("permit".to_owned(), "cohort-count".to_owned())), "{acts:?}");
    let rows = house.ledger.audit().rows(&ledger::AuditFilter::default()).await.unwrap();
    let last = rows.iter().rfind(|row| row.object == "cohort-count").unwrap();
    assert!(last.detail.to_string().contains(&sha256), "{:?}", last.detail);
    let stranger = house.seen_by("stranger");
    for path in ["/cohorts", "/cohorts?q=x", "/cohorts/library/t2dm_incident", "/cohorts/1"] {
        assert_eq!(get(&stranger, path, &[]).await.status, 403, "{path}");
    }
    assert_eq!(work(&stranger, &[("do", "begin:set metformin")]).await.status, 403);
    let request = axum::http::Request::post("/cohorts/work");
    let from = [("sec-fetch-site", "cross-site")];
    let foreign = crate::routes::send(&router, request, &from, "do=own&text=x").await;
    assert_eq!(foreign.status, 403, "a page of another site changes nothing");
}

#[tokio::test]
async fn every_published_definition_opens_and_can_be_counted() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    let home = get(&router, "/cohorts?lang=en", &[]).await.body;
    let links: Vec<&str> = home
        .split("href=\"/cohorts/library/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(links.len() >= 20, "{links:?}");
    for name in links {
        for language in ["ja", "en"] {
            let path = format!("/cohorts/library/{name}?lang={language}");
            let answer = get(&router, &path, &[]).await;
            assert_eq!(answer.status, 200, "{path}");
            assert!(answer.body.contains("class=\"block\""), "{path}: {}", answer.body);
            assert!(answer.body.len() < 200_000, "{path} has {} bytes", answer.body.len());
        }
    }
}

#[tokio::test]
async fn a_definition_of_circe_is_brought_along_with_its_codes() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    let circe = r#"{"ConceptSets":[{"id":0,"name":"metformin","expression":{"items":[{"concept":{
        "CONCEPT_ID":1503297,"CONCEPT_NAME":"metformin","CONCEPT_CODE":"6809",
        "VOCABULARY_ID":"RxNorm","DOMAIN_ID":"Drug","CONCEPT_CLASS_ID":"Ingredient",
        "STANDARD_CONCEPT":"S"},"includeDescendants":false}]}}],
        "PrimaryCriteria":{"CriteriaList":[{"DrugExposure":{"CodesetId":0}}],
        "ObservationWindow":{"PriorDays":0,"PostDays":0},"PrimaryCriteriaLimit":{"Type":"First"}},
        "QualifiedLimit":{"Type":"First"},"ExpressionLimit":{"Type":"First"},"InclusionRules":[],
        "CensoringCriteria":[],"CollapseSettings":{"CollapseType":"ERA","EraPad":0},"CensorWindow":{}}"#;
    let opened = work(&router, &[("do", "open"), ("brought", circe)]).await;
    assert_eq!(opened.status, 200, "{}", opened.body);
    let text = held(&opened.body, "text");
    assert!(text.contains("cohort from_circe version 1"), "{text}");
    assert!(opened.body.contains("fewer than 10"), "{}", opened.body);
    let below = circe.replace("\"includeDescendants\":false", "\"includeDescendants\":true");
    let below = below.replace("\"name\":\"metformin\"", "\"name\":\"metformin and below\"");
    let opened = work(&router, &[("do", "open"), ("brought", &below)]).await;
    assert!(opened.body.contains("whose hierarchy is not held"), "{}", opened.body);
    let unread = work(&router, &[("do", "open"), ("brought", "{\"PrimaryCriteria\":7}")]).await;
    assert!(unread.body.contains("export it from ATLAS"), "{}", unread.body);
}

/// Lets somebody look for research.
async fn give(house: &House, name: &str) {
    let new = ledger::NewGrant {
        actor: Actor::new(name).unwrap(),
        purpose: vocab::PurposeOfUse::Research,
        study: None,
        sees_rows: false,
        exact_counts: false,
        expires: None,
    };
    house.ledger.people().grant(&new, &Actor::new("owner").unwrap()).await.unwrap();
}
