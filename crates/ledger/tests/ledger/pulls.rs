//! Pulls: where the next one begins, what is told of one that died, and one at a time.

use jiff::SignedDuration;
use ledger::{
    LedgerError, NewPull, PullEnding, PullFailure, PullMessage, PullOutcome, PullState, PullWay,
    Schedule,
};
use vocab::{LandingId, Locale};

use crate::house::{House, maker, open};

const BASE: &str = "https://fhir.example.jp/r4";

pub(crate) fn new_pull(asked: &str, since: Option<String>) -> NewPull {
    NewPull {
        name: Some("night".to_owned()),
        source: "hospital".to_owned(),
        base: BASE.to_owned(),
        asked: asked.to_owned(),
        since,
        actor: maker(),
    }
}

fn completed(server_time: &str) -> PullEnding {
    PullEnding {
        way: Some(PullWay::Export),
        server_time: Some(server_time.to_owned()),
        ..PullEnding::of(PullOutcome::Completed)
    }
}

fn failed() -> PullEnding {
    let failure = PullFailure { ja: "届きません".to_owned(), en: "out of reach".to_owned() };
    PullEnding { failure: Some(failure), ..PullEnding::of(PullOutcome::Failed) }
}

async fn run(house: &House, asked: &str, ending: &PullEnding) {
    let lease = house.ledger.pull_lease("pull").await.unwrap();
    let pulls = house.ledger.pulls();
    let id = pulls.begin(&lease, &new_pull(asked, None)).await.unwrap();
    pulls.end(&lease, id, ending).await.unwrap();
}

#[tokio::test]
async fn the_next_pull_begins_where_the_last_complete_one_of_the_same_question_held() {
    let house = House::new().await;
    let since =
        async |asked: &str| house.ledger.pulls().since("hospital", BASE, asked).await.unwrap();
    assert_eq!(since("$export").await, None);
    run(&house, "$export", &completed("2026-11-01T00:00:00.123+09:00")).await;
    run(&house, "$export", &completed("2026-11-02T00:00:00.456+09:00")).await;
    // What failed, was not whole, or asked something else moves nothing.
    run(&house, "$export", &failed()).await;
    let late = "2026-11-03T00:00:00+09:00".to_owned();
    let incomplete =
        PullEnding { server_time: Some(late.clone()), ..PullEnding::of(PullOutcome::Incomplete) };
    run(&house, "$export", &incomplete).await;
    run(&house, "Group/1/$export", &completed(&late)).await;
    assert_eq!(since("$export").await.as_deref(), Some("2026-11-02T00:00:00.456+09:00"));
    assert_eq!(since("Group/1/$export").await, Some(late));
    assert_eq!(house.ledger.pulls().since("other", BASE, "$export").await.unwrap(), None);
    let bases = house.ledger.pulls().bases().await.unwrap();
    assert_eq!(bases, [("hospital".to_owned(), BASE.to_owned())]);
}

#[tokio::test]
async fn what_the_server_said_and_why_it_failed_is_told_again() {
    let house = House::new().await;
    let kept = LandingId([9; 32]);
    let ending = PullEnding {
        messages: vec![PullMessage {
            severity: "error".to_owned(),
            code: "not-found".to_owned(),
            count: 3,
        }],
        message_files: vec![kept, kept],
        ..failed()
    };
    run(&house, "$export", &ending).await;
    let pulls = house.ledger.pulls().list(10).await.unwrap();
    assert_eq!(pulls.len(), 1);
    assert_eq!(pulls[0].messages, ending.messages);
    assert!(pulls[0].messages[0].is_error());
    assert_eq!(pulls[0].failure.as_ref().unwrap().get(Locale::Ja), "届きません");
    assert_eq!(house.ledger.pulls().message_files().await.unwrap(), [kept]);
    assert_eq!(house.acts(&maker()).await[5..], ["pull.begin", "pull.failed"]);
    assert_eq!(house.ledger.audit().verify().await.unwrap().first_broken, None);
}

#[tokio::test]
async fn one_pulls_at_a_time_and_loads_go_on_meanwhile() {
    let house = House::new().await;
    let lease = house.ledger.pull_lease("pull of night").await.unwrap();
    let told = house.ledger.pull_lease("pull").await.unwrap_err();
    assert!(matches!(told, LedgerError::SecondPull { .. }), "{told}");
    assert!(told.say(Locale::En).contains("pull of night"), "{}", told.say(Locale::En));
    assert!(told.say(Locale::Ja).contains("取得"), "{}", told.say(Locale::Ja));
    house.ledger.writer_lease("ingest").await.unwrap();
    drop(lease);
    house.ledger.pull_lease("pull").await.unwrap();
}

#[tokio::test]
async fn a_pull_whose_process_died_is_interrupted_and_the_next_one_writes_that_down() {
    let house = House::new().await;
    let pulls = house.ledger.pulls();
    let lease = house.ledger.pull_lease("pull").await.unwrap();
    let first = pulls.begin(&lease, &new_pull("$export", None)).await.unwrap();
    let outcome = async || house.ledger.pulls().list(1).await.unwrap()[0].outcome;
    assert_eq!(outcome().await, PullOutcome::Running);
    drop(lease);
    house.until_free().await;
    assert_eq!(outcome().await, PullOutcome::Interrupted);
    let again = open(&house.home()).await.unwrap();
    let lease = again.pull_lease("pull").await.unwrap();
    let second = again.pulls().begin(&lease, &new_pull("$export", None)).await.unwrap();
    assert_ne!(first, second);
    let ended = again.pulls().end(&lease, first, &failed()).await;
    assert!(matches!(ended, Err(LedgerError::NoPull(_))), "{ended:?}");
    let cancel =
        async |asked: &str| again.pulls().cancel(&lease, ("hospital", BASE, asked)).await.unwrap();
    assert_eq!(cancel("Group/1/$export").await, None);
    assert_eq!(cancel("$export").await, Some(second));
    assert_eq!(cancel("$export").await, None);
    assert_eq!(outcome().await, PullOutcome::Cancelled);
}

#[tokio::test]
async fn a_schedule_stands_as_its_own_history_says() {
    let house = House::new().await;
    let schedule = |asked: &str| Schedule {
        name: asked.to_owned(),
        source: "hospital".to_owned(),
        base: BASE.to_owned(),
        asked: asked.to_owned(),
        every: SignedDuration::from_hours(24),
    };
    run(&house, "$export", &completed("2026-11-01T00:00:00Z")).await;
    run(&house, "Group/1/$export", &failed()).await;
    let all = ["$export", "Group/1/$export", "Patient/$export"].map(schedule);
    let standings = house.ledger.pulls().standings(&all).await.unwrap();
    let states: Vec<PullState> = standings.iter().map(|standing| standing.state).collect();
    assert_eq!(states, [PullState::Well, PullState::Failed, PullState::Never]);
    assert!(standings[0].completed.is_some() && standings[1].completed.is_none());
}
