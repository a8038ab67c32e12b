//! A server that goes away at the worst moments: while it is asked, before a commit, in the middle
//! of one. What was acknowledged stands, and nothing is done twice.

use std::sync::atomic::Ordering;
use std::time::Duration;

use ledger::LedgerError;
use vocab::{Locale, PurposeOfUse};

use crate::house::{House, open, ticking};
use crate::processes::{check_loads, said, start as start_process};
use crate::restart::{restart, start};
use crate::server::{Databases, Server};
use crate::wire::{IS_LOST, IS_NOT_ANSWERED, PASSES, Wire};

async fn behind(wire: &Wire, server: &Server) -> House {
    let databases = server.databases();
    let url = wire.url(&databases);
    House::at(ticking(), Some(Databases { url, ..databases })).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_is_lost_or_not_answered_is_done_once() {
    let Some(server) = start() else { return };
    let wire = Wire::to(&server);
    let house = behind(&wire, &server).await;
    let before = house.ledger.audit().verify().await.unwrap().rows;
    for (done, fate) in [IS_LOST, IS_NOT_ANSWERED, PASSES].into_iter().enumerate() {
        wire.commit.store(fate, Ordering::SeqCst);
        let permit = house.permit(PurposeOfUse::Research).await.unwrap();
        assert_eq!(wire.commit.load(Ordering::SeqCst), PASSES, "the commit went another way");
        let verdict = house.ledger.audit().verify().await.unwrap();
        assert_eq!(verdict.first_broken, None);
        assert_eq!(verdict.rows, before + done as u64 + 1, "fate {fate}");
        assert_eq!(permit.audit_seq(), verdict.head.seq);
    }
    let kept = std::fs::read_to_string(house.path("audit.head")).unwrap();
    let head = house.ledger.audit().verify().await.unwrap().head;
    assert_eq!(kept, format!("{} {}\n", head.seq, head.hash));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_act_whose_connection_is_cut_is_done_again() {
    let Some(server) = start() else { return };
    let house = House::at(ticking(), Some(server.databases())).await;
    // Somebody else writes, so that the act waits for its turn.
    let mut other = house.connected().await;
    let lock = "begin; select pg_advisory_xact_lock(1634689633, hashtext(current_schema()))";
    sqlx::raw_sql(lock).execute(&mut other).await.unwrap();
    let ledger = house.ledger.clone();
    let act = tokio::spawn(async move {
        let actor = crate::house::maker();
        ledger.permit(&actor, PurposeOfUse::Research, None, "sql", "q").await
    });
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity
        where wait_event_type = 'Lock' and wait_event = 'advisory'";
    // By a connection of its own: in one transaction the server tells the same people each time.
    let mut cutter = house.connected().await;
    let mut cuts = 0;
    while cuts < 3 {
        cuts += sqlx::query(cut).fetch_all(&mut cutter).await.unwrap().len();
    }
    sqlx::raw_sql("rollback").execute(&mut other).await.unwrap();
    act.await.unwrap().unwrap();
    let verdict = house.ledger.audit().verify().await.unwrap();
    assert_eq!((verdict.rows, verdict.first_broken), (6, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_again_and_again_keeps_every_load_that_was_acknowledged() {
    let Some(server) = start() else { return };
    let house = House::at(ticking(), Some(server.databases())).await;
    let (mut child, lines) = start_process("load", &house);
    let mut words = said(lines);
    let mut acknowledged = 0;
    for _ in 0..5 {
        // Two loads more, and the next one is at some place when the server goes.
        for _ in 0..3 {
            let next = tokio::task::spawn_blocking(move || (words.next(), words));
            let (word, rest) = next.await.unwrap();
            words = rest;
            let word = word.expect("the writer went on after the server came back");
            acknowledged = word.parse().unwrap_or(acknowledged);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        restart(&server);
        house.permit(PurposeOfUse::Research).await.unwrap();
    }
    assert!(acknowledged >= 12, "{acknowledged}");
    child.kill().unwrap();
    let rest = tokio::task::spawn_blocking(move || words.last()).await.unwrap();
    acknowledged = rest.map_or(acknowledged, |word| word.parse().unwrap());
    child.wait().unwrap();
    let ledger = open(&house.home()).await.unwrap();
    let held = check_loads(&ledger, acknowledged).await;
    println!("{held} loads survived 5 crashes of the server");
}

#[tokio::test]
async fn a_server_that_stays_away_is_told_and_nothing_was_written() {
    let Some(server) = start() else { return };
    let databases = server.databases();
    let (folder, password_file) = (tempfile::tempdir().unwrap(), databases.password_file.clone());
    let kept = folder.path().join("password");
    std::fs::copy(password_file, &kept).unwrap();
    let house = House::at(ticking(), Some(Databases { password_file: kept, ..databases })).await;
    drop(server);
    let refused = open(&house.home()).await.err().unwrap();
    assert!(matches!(refused, LedgerError::Unreachable { .. }), "{refused}");
    assert!(refused.say(Locale::Ja).contains("接続できません"), "{}", refused.say(Locale::Ja));
}
