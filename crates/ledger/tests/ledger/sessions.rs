//! Who is signed in: what a token opens, and when it opens nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use ledger::{Clock, NewStudy, SESSION_HOURS_MAX, SESSION_IDLE_MINUTES_MAX, SessionToken};
use vocab::{Actor, StudyId};

use crate::house::{House, maker};
use crate::server;

pub(crate) fn actor(name: &str) -> Actor {
    Actor::new(name).unwrap()
}

/// A house whose clock the test moves.
pub(crate) async fn at_a_clock() -> (House, Arc<AtomicI64>) {
    let second = Arc::new(AtomicI64::new(1_800_000_000));
    let told = second.clone();
    let clock = Clock::new(move || Timestamp::from_second(told.load(Ordering::SeqCst)).unwrap());
    (House::at(clock, server::wanted()).await, second)
}

#[tokio::test]
async fn a_token_names_its_holder_and_does_not_lie_on_the_disk() {
    let house = House::new().await;
    let sessions = house.ledger.sessions();
    let token = sessions.begin(&actor("demo:researcher")).await.unwrap();
    assert_eq!(sessions.holder(&token).await.unwrap(), Some(actor("demo:researcher")));
    assert_eq!(token.as_str().len(), 64);
    assert_eq!(format!("{token:?}"), "SessionToken(..)");
    let bytes = house.bytes().await;
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("demo:researcher") && !holds(token.as_str()));
}

#[tokio::test]
async fn a_token_nobody_was_given_opens_nothing() {
    let house = House::new().await;
    house.ledger.sessions().begin(&actor("demo:researcher")).await.unwrap();
    let forged = SessionToken::parse(&"ab".repeat(32)).unwrap();
    assert_eq!(house.ledger.sessions().holder(&forged).await.unwrap(), None);
    assert_eq!(house.ledger.sessions().change(&forged, &maker()).await.unwrap(), None);
    for text in ["", "x", "' or 1=1 --", &"AB".repeat(32), &"ab".repeat(33)] {
        assert_eq!(SessionToken::parse(text), None, "{text}");
    }
}

#[tokio::test]
async fn changing_who_sits_there_gives_a_new_token_and_two_lines() {
    let house = House::new().await;
    let sessions = house.ledger.sessions();
    let (researcher, doctor) = (actor("demo:researcher"), actor("demo:doctor"));
    let old = sessions.begin(&researcher).await.unwrap();
    let new = sessions.change(&old, &doctor).await.unwrap().unwrap();
    assert_ne!(old, new);
    assert_eq!(sessions.holder(&old).await.unwrap(), None);
    assert_eq!(sessions.holder(&new).await.unwrap(), Some(doctor.clone()));
    assert_eq!(house.acts(&researcher).await, ["session.begin", "session.end"]);
    assert_eq!(house.acts(&doctor).await, ["session.begin"]);
    sessions.end(&new).await.unwrap();
    assert_eq!(sessions.holder(&new).await.unwrap(), None);
    assert_eq!(house.acts(&doctor).await, ["session.begin", "session.end"]);
    assert_eq!(house.ledger.audit().verify().await.unwrap().first_broken, None);
}

#[tokio::test]
async fn a_session_ends_when_it_is_left_alone_and_at_the_end_of_the_day() {
    let (house, second) = at_a_clock().await;
    let sessions = house.ledger.sessions();
    let later = |seconds: i64| second.fetch_add(seconds, Ordering::SeqCst);
    let idle = SESSION_IDLE_MINUTES_MAX * 60;

    let token = sessions.begin(&actor("a")).await.unwrap();
    later(idle - 1);
    assert!(sessions.holder(&token).await.unwrap().is_some());
    later(idle - 1);
    assert!(sessions.holder(&token).await.unwrap().is_some(), "use keeps it alive");
    later(idle);
    assert!(sessions.holder(&token).await.unwrap().is_none());

    let token = sessions.begin(&actor("a")).await.unwrap();
    let mut lived = 0;
    while sessions.holder(&token).await.unwrap().is_some() {
        later(idle - 1);
        lived += idle - 1;
    }
    assert!((lived - SESSION_HOURS_MAX * 3_600).abs() < idle, "{lived} s");
}

#[tokio::test]
async fn a_study_keeps_its_id_when_its_title_changes() {
    let house = House::new().await;
    let studies = house.ledger.studies();
    let id = StudyId::new("demo-study").unwrap();
    for title_en in ["Diabetes", "Diabetes and the heart"] {
        let new = NewStudy {
            id: id.clone(),
            title_ja: "糖尿病と心臓".to_owned(),
            title_en: title_en.to_owned(),
        };
        studies.record(&new, &maker()).await.unwrap();
    }
    let known = studies.get(&id).await.unwrap().unwrap();
    assert_eq!(known.title_en, "Diabetes and the heart");
    assert_eq!(studies.list().await.unwrap(), [known]);
    assert_eq!(studies.get(&StudyId::new("other").unwrap()).await.unwrap(), None);
}

#[tokio::test]
async fn studies_come_in_the_order_of_their_bytes() {
    let house = House::new().await;
    let studies = house.ledger.studies();
    for id in ["b", "Z", "a", "A-1", "Ab"] {
        let title = "心不全".to_owned();
        let new = NewStudy {
            id: StudyId::new(id).unwrap(),
            title_ja: title.clone(),
            title_en: title.clone(),
        };
        studies.record(&new, &maker()).await.unwrap();
    }
    let listed: Vec<String> =
        studies.list().await.unwrap().into_iter().map(|study| study.id.to_string()).collect();
    assert_eq!(listed, ["A-1", "Ab", "Z", "a", "b"]);
}
