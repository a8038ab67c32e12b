//! Tampering with the audit, each way there is, and seeing it.

use std::fs;

use ledger::{AuditFilter, BrokenBy};
use vocab::{Locale, PurposeOfUse};

use crate::house::{House, maker, open};

/// How many looks are recorded before somebody tampers.
const LOOKS: i64 = 20;

async fn with_looks() -> House {
    let house = House::new().await;
    for _ in 0..LOOKS {
        house.permit(PurposeOfUse::Research).await.unwrap();
    }
    house
}

async fn check(sql: &'static str, expect: (i64, BrokenBy)) {
    let house = with_looks().await;
    assert_eq!(house.ledger.audit().verify().await.unwrap().first_broken, None);
    house.tamper(sql).await;
    let broken = house.ledger.audit().verify().await.unwrap().first_broken.expect(sql);
    assert_eq!((broken.seq, broken.by), expect, "{sql}");
    let well = house.ledger.doctor().await.unwrap();
    assert!(well.iter().any(|found| !found.well), "the doctor sees nothing: {sql}");
}

#[tokio::test]
async fn a_change_to_any_field_of_a_row_is_seen() {
    for sql in [
        "update audit set at_us = at_us + 1 where seq = 7",
        "update audit set actor = 'local:other' where seq = 7",
        "update audit set act = 'refuse' where seq = 7",
        "update audit set object = 'other' where seq = 7",
        "update audit set purpose = 'treatment' where seq = 7",
        "update audit set purpose = null where seq = 7",
        "update audit set study = '' where seq = 7",
        "update audit set detail = detail || ' ' where seq = 7",
        "update audit set hash = replace(hash, substr(hash, 1, 1), 'x') where seq = 7",
    ] {
        check(sql, (7, BrokenBy::Changed)).await;
    }
    let sql = "update audit set prev_hash = hash where seq = 7";
    check(sql, (7, BrokenBy::NotInOrder)).await;
}

#[tokio::test]
async fn a_removed_row_is_seen() {
    check("delete from audit where seq = 7", (8, BrokenBy::Missing)).await;
    check("delete from audit where seq = 1", (2, BrokenBy::Missing)).await;
    check("delete from audit where seq between 3 and 9", (10, BrokenBy::Missing)).await;
    let closed_up = "delete from audit where seq = 7; update audit set seq = seq - 1 where seq > 7";
    check(closed_up, (7, BrokenBy::NotInOrder)).await;
}

#[tokio::test]
async fn an_added_row_is_seen() {
    let before = "insert into audit (seq, at_us, actor, act, object, detail, prev_hash, hash)
        select 0, at_us, actor, act, object, detail, prev_hash, hash from audit where seq = 1";
    check(before, (0, BrokenBy::Missing)).await;
    let at_the_end = "insert into audit (seq, at_us, actor, act, object, detail, prev_hash, hash)
        select max(seq) + 1, 1, 'local:x', 'permit', 'sql', '', max(hash), max(hash) from audit";
    let rows = LOOKS + 5;
    check(at_the_end, (rows + 1, BrokenBy::NotInOrder)).await;
}

#[tokio::test]
async fn two_rows_changed_about_are_seen() {
    let sql = "update audit set seq = -1 where seq = 7; update audit set seq = 7 where seq = 8;
        update audit set seq = 8 where seq = -1";
    check(sql, (7, BrokenBy::NotInOrder)).await;
}

#[tokio::test]
async fn an_end_cut_off_is_seen_and_stays_seen() {
    let house = with_looks().await;
    house.tamper("delete from audit where seq > 10").await;
    let rows = LOOKS + 5;
    let cut = |broken: Option<ledger::Broken>| {
        broken.map(|broken| (broken.seq, broken.by)) == Some((rows, BrokenBy::CutShort))
    };
    assert!(cut(house.ledger.audit().verify().await.unwrap().first_broken));
    // New acts, more than were cut off, do not hide it.
    for _ in 0..2 * LOOKS {
        house.permit(PurposeOfUse::Research).await.unwrap();
    }
    assert!(cut(house.ledger.audit().verify().await.unwrap().first_broken));
    house.tamper("delete from audit").await;
    assert!(cut(house.ledger.audit().verify().await.unwrap().first_broken));
}

#[tokio::test]
async fn a_head_taken_away_is_seen_and_not_made_anew() {
    let house = with_looks().await;
    fs::remove_file(house.path("audit.head")).unwrap();
    house.permit(PurposeOfUse::Research).await.unwrap();
    open(&house.home()).await.unwrap();
    let broken = house.ledger.audit().verify().await.unwrap().first_broken.unwrap();
    assert_eq!(broken.by, BrokenBy::HeadMissing);
    fs::write(house.path("audit.head"), "7 what").unwrap();
    let broken = house.ledger.audit().verify().await.unwrap().first_broken.unwrap();
    assert_eq!(broken.by, BrokenBy::HeadUnreadable);
    assert!(broken.by.say(Locale::Ja).contains("audit.head"));
}

#[tokio::test]
async fn a_head_behind_the_rows_is_a_crash_and_mends_itself() {
    let house = with_looks().await;
    let old = fs::read(house.path("audit.head")).unwrap();
    house.permit(PurposeOfUse::Research).await.unwrap();
    fs::write(house.path("audit.head"), &old).unwrap();
    assert_eq!(house.ledger.audit().verify().await.unwrap().first_broken, None);
    house.permit(PurposeOfUse::Research).await.unwrap();
    let verdict = house.ledger.audit().verify().await.unwrap();
    let kept = fs::read_to_string(house.path("audit.head")).unwrap();
    assert_eq!(kept, format!("{} {}\n", verdict.head.seq, verdict.head.hash));
    assert_eq!(verdict.rows, verdict.head.seq.unsigned_abs());
}

#[tokio::test]
async fn rows_are_found_by_actor_act_and_time() {
    let house = with_looks().await;
    let audit = house.ledger.audit();
    let permits = AuditFilter { act: Some("permit".to_owned()), ..AuditFilter::default() };
    let rows = audit.rows(&permits).await.unwrap();
    assert_eq!(rows.len(), 20);
    let (since, until) = (Some(rows[3].at), Some(rows[6].at));
    let between = audit.rows(&AuditFilter { since, until, ..permits.clone() }).await.unwrap();
    assert_eq!(between, rows[3..6]);
    let after = AuditFilter { after_seq: rows[3].seq, rows_max: 2, ..permits };
    assert_eq!(audit.rows(&after).await.unwrap(), rows[4..6]);
    let nobody = vocab::Actor::new("local:nobody").unwrap();
    let of = |actor| AuditFilter { actor: Some(actor), ..AuditFilter::default() };
    assert!(audit.rows(&of(nobody)).await.unwrap().is_empty());
    assert_eq!(audit.rows(&of(maker())).await.unwrap().len(), 25);
}
