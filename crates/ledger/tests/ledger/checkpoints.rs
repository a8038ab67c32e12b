//! Checkpoints of the audit: what they show that the chain alone does not.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use ledger::{
    AuditFilter, BrokenBy, CHECKPOINT_EVERY, CHECKPOINT_ROWS, Clock, LedgerError, PublicKey,
    TreeHash,
};
use vocab::PurposeOfUse;

use crate::house::{House, maker, open};
use crate::server;

pub(crate) async fn look(house: &House, times: u32) {
    for _ in 0..times {
        house.permit(PurposeOfUse::Research).await.unwrap();
    }
}

/// Makes every hash after this row anew, and the head beside the database with them, as somebody
/// does who knows how the audit is made and can write everything.
pub(crate) async fn forge_from(house: &House, seq: i64) {
    let mut rows = house.ledger.audit().rows(&AuditFilter::default()).await.unwrap();
    let mut prev = rows.iter().find(|row| row.seq == seq - 1).unwrap().hash.clone();
    for row in rows.iter_mut().filter(|row| row.seq >= seq) {
        row.prev_hash = prev;
        row.hash = row.computed_hash();
        prev = row.hash.clone();
        let (seq, hash, before) = (row.seq, &row.hash, &row.prev_hash);
        let sql =
            format!("update audit set prev_hash = '{before}', hash = '{hash}' where seq = {seq}");
        house.tamper(&sql).await;
    }
    let last = rows.last().unwrap();
    fs::write(house.path("audit.head"), format!("{} {}\n", last.seq, last.hash)).unwrap();
}

#[tokio::test]
async fn a_checkpoint_covers_all_rows_and_is_signed_by_the_houses_key() {
    let house = House::new().await;
    let checkpoints = house.ledger.checkpoints();
    assert_eq!(checkpoints.newest().await.unwrap(), None);
    look(&house, 20).await;
    let made = checkpoints.make().await.unwrap().unwrap();
    assert_eq!(made.size, 25);
    let key: PublicKey = checkpoints.key().unwrap().to_string().parse().unwrap();
    let tree = key.checkpoint(&made.note).unwrap();
    let verdict = house.ledger.audit().verify().await.unwrap();
    assert_eq!((tree.size, tree.root.to_string()), (verdict.rows, verdict.root.clone()));
    assert_eq!((verdict.checkpoints, verdict.covered, verdict.first_broken), (1, 25, None));
    assert_eq!(checkpoints.make().await.unwrap(), None, "no row is new");
    // The same key after the home was closed and opened again.
    let again = open(&house.home()).await.unwrap();
    assert_eq!(again.checkpoints().key().unwrap(), key);
    assert_eq!(again.checkpoints().newest().await.unwrap().unwrap(), made);
}

#[tokio::test]
async fn what_a_process_remembers_of_the_tree_is_what_another_reads() {
    let house = House::new().await;
    let other = open(&house.home()).await.unwrap();
    for looks in [1, 254, 3, 300] {
        look(&house, looks).await;
        house.ledger.checkpoints().make().await.unwrap().unwrap();
        look(&house, 1).await;
        other.checkpoints().make().await.unwrap().unwrap();
    }
    let verdict = house.ledger.audit().verify().await.unwrap();
    assert_eq!((verdict.first_broken, verdict.checkpoints), (None, 8));
    for seq in [1, 6, 255, 256, 257, 300, 512, 513, 567] {
        let proof = house.ledger.audit().prove(seq).await.unwrap().unwrap();
        assert!(proof.holds && proof.checkpoint.is_some(), "row {seq}");
    }
    assert_eq!(house.ledger.audit().prove(568).await.unwrap(), None);
    assert_eq!(house.ledger.audit().prove(0).await.unwrap(), None);
}

#[tokio::test]
async fn a_row_that_was_changed_is_not_proved() {
    let house = House::new().await;
    look(&house, 20).await;
    house.ledger.checkpoints().make().await.unwrap();
    look(&house, 3).await;
    let audit = house.ledger.audit();
    let uncovered = audit.prove(27).await.unwrap().unwrap();
    assert!(uncovered.holds && uncovered.checkpoint.is_none());
    assert_eq!(uncovered.tree.size, 28);
    house.tamper("update audit set actor = 'local:other' where seq = 7").await;
    assert!(!audit.prove(7).await.unwrap().unwrap().holds);
    assert!(audit.prove(8).await.unwrap().unwrap().holds);
    // With its own hash mended, the tree is another one.
    forge_from(&house, 7).await;
    assert!(!audit.prove(7).await.unwrap().unwrap().holds);
    let other_process = open(&house.home()).await.unwrap();
    assert!(!other_process.audit().prove(7).await.unwrap().unwrap().holds);
}

#[tokio::test]
async fn a_chain_made_whole_anew_is_seen_by_the_kept_checkpoint() {
    let house = House::new().await;
    look(&house, 20).await;
    house.ledger.checkpoints().make().await.unwrap();
    house.tamper("update audit set actor = 'local:other' where seq = 7").await;
    forge_from(&house, 7).await;
    let broken = house.ledger.audit().verify().await.unwrap().first_broken.unwrap();
    assert_eq!((broken.seq, broken.by), (25, BrokenBy::NotAsCheckpoint));
    // No checkpoint is signed that goes on from rows that are not those of the last one.
    let other_process = open(&house.home()).await.unwrap();
    other_process.permit(&maker(), PurposeOfUse::Research, None, "sql", "x").await.unwrap();
    let refused = other_process.checkpoints().make().await;
    assert!(matches!(refused, Err(LedgerError::Damaged { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_forger_who_signs_anew_is_seen_only_by_a_checkpoint_that_left_the_machine() {
    let house = House::new().await;
    look(&house, 20).await;
    let kept = house.ledger.checkpoints().make().await.unwrap().unwrap();
    let outside = [kept.note];
    house.tamper("update audit set actor = 'local:other' where seq = 7").await;
    forge_from(&house, 7).await;
    house.tamper("delete from checkpoint").await;
    let forger = open(&house.home()).await.unwrap();
    forger.checkpoints().make().await.unwrap().unwrap();
    assert_eq!(forger.audit().verify().await.unwrap().first_broken, None, "inside all fits");
    let verdict = forger.audit().verify_against(&outside).await.unwrap();
    let broken = verdict.first_broken.unwrap();
    assert_eq!((broken.seq, broken.by), (25, BrokenBy::NotAsCheckpoint));
    // And where the end was cut off, head and all.
    let filter = AuditFilter { after_seq: 19, rows_max: 1, ..AuditFilter::default() };
    let last = forger.audit().rows(&filter).await.unwrap().pop().unwrap();
    house.tamper("delete from audit where seq > 20; delete from checkpoint").await;
    fs::write(house.path("audit.head"), format!("20 {}\n", last.hash)).unwrap();
    let cut = open(&house.home()).await.unwrap();
    assert_eq!(cut.audit().verify().await.unwrap().first_broken, None);
    let broken = cut.audit().verify_against(&outside).await.unwrap().first_broken.unwrap();
    assert_eq!((broken.seq, broken.by), (25, BrokenBy::BehindCheckpoint));
}

#[tokio::test]
async fn a_checkpoint_that_is_not_what_was_signed_is_said() {
    let house = House::new().await;
    look(&house, 2).await;
    house.ledger.checkpoints().make().await.unwrap();
    house.tamper("update checkpoint set note = replace(note, 'aoba', 'abao')").await;
    let broken = house.ledger.audit().verify().await.unwrap().first_broken.unwrap();
    assert_eq!((broken.seq, broken.by), (7, BrokenBy::CheckpointChanged));
    let elsewhere = [String::from("not a note")];
    house.tamper("delete from checkpoint").await;
    let verdict = house.ledger.audit().verify_against(&elsewhere).await.unwrap();
    assert_eq!(verdict.first_broken.unwrap().by, BrokenBy::CheckpointChanged);
}

#[tokio::test]
async fn one_is_due_after_a_thousand_rows_or_ten_minutes_with_new_rows() {
    let now = Arc::new(AtomicI64::new(1_800_000_000));
    let tells = now.clone();
    let clock = Clock::new(move || Timestamp::from_second(tells.load(Ordering::SeqCst)).unwrap());
    let house = House::at(clock, server::wanted()).await;
    let checkpoints = house.ledger.checkpoints();
    assert!(checkpoints.is_due().await.unwrap(), "the first one is due at once");
    checkpoints.make().await.unwrap();
    assert!(!checkpoints.is_due().await.unwrap());
    look(&house, 1).await;
    assert!(!checkpoints.is_due().await.unwrap());
    now.fetch_add(CHECKPOINT_EVERY.as_secs(), Ordering::SeqCst);
    assert!(checkpoints.is_due().await.unwrap());
    checkpoints.make().await.unwrap();
    now.fetch_add(2 * CHECKPOINT_EVERY.as_secs(), Ordering::SeqCst);
    assert!(!checkpoints.is_due().await.unwrap(), "no row is new");
    now.fetch_sub(2 * CHECKPOINT_EVERY.as_secs(), Ordering::SeqCst);
    look(&house, u32::try_from(CHECKPOINT_ROWS).unwrap() - 1).await;
    assert!(!checkpoints.is_due().await.unwrap());
    look(&house, 1).await;
    assert!(checkpoints.is_due().await.unwrap());
    assert_eq!(CHECKPOINT_EVERY, SignedDuration::from_mins(10));
}

#[tokio::test]
async fn what_a_place_did_not_get_is_told_until_it_has_it() {
    let house = House::new().await;
    let checkpoints = house.ledger.checkpoints();
    for _ in 0..3 {
        look(&house, 1).await;
        checkpoints.make().await.unwrap().unwrap();
    }
    let sizes = async || {
        let unsent = checkpoints.unsent("/worm").await.unwrap();
        unsent.iter().map(|kept| kept.size).collect::<Vec<_>>()
    };
    assert_eq!(sizes().await, [6, 7, 8]);
    checkpoints.failed("/worm", &"no such folder ".repeat(100)).await.unwrap();
    let standing = checkpoints.places().await.unwrap().pop().unwrap();
    assert_eq!((standing.sent_size, standing.sent), (0, None));
    assert!(standing.failure.unwrap().why.len() == 500);
    let first = checkpoints.unsent("/worm").await.unwrap().remove(0);
    checkpoints.sent("/worm", &first).await.unwrap();
    assert_eq!(sizes().await, [7, 8]);
    let standing = checkpoints.places().await.unwrap().pop().unwrap();
    assert_eq!((standing.sent_size, standing.failure), (6, None));
    checkpoints.failed("/worm", "full").await.unwrap();
    assert_eq!(sizes().await, [7, 8]);
}

#[test]
fn a_root_reads_back_from_what_is_printed() {
    let root = TreeHash([7; 32]);
    assert_eq!(TreeHash::from_hex(&root.to_string()), Some(root));
    assert_eq!(TreeHash::from_base64(&root.to_base64()), Some(root));
}
