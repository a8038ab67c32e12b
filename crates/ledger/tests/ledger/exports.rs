//! An auditor's export, verified with a public key and nothing else of the house.

use jiff::Timestamp;
use ledger::{
    AuditFilter, ExportFault, ExportForm, ExportVerdict, NoteFault, PublicKey, verify_export,
};
use vocab::{Actor, PurposeOfUse};

use crate::checkpoints::{forge_from, look};
use crate::house::{House, maker, open};

/// A house with looks of two people, and a checkpoint in the middle of them.
struct Audited {
    house: House,
    key: PublicKey,
    /// A checkpoint that an auditor took away, and how many rows it covers.
    taken: (String, u64),
}

impl Audited {
    async fn new() -> Self {
        let house = House::new().await;
        look(&house, 20).await;
        let other = Actor::new("local:other").unwrap();
        let refused = house.ledger.permit(&other, PurposeOfUse::Treatment, None, "sql", "x").await;
        assert!(refused.is_err());
        let checkpoint = house.ledger.checkpoints().make().await.unwrap().unwrap();
        look(&house, 20).await;
        let key = house.ledger.checkpoints().key().unwrap();
        Self { house, key, taken: (checkpoint.note, checkpoint.size) }
    }

    async fn export(&self, filter: &AuditFilter, earlier: &[u64]) -> String {
        let mut out = Vec::new();
        let what = (filter, ExportForm::Ndjson);
        self.house.ledger.audit().export(what, earlier, &maker(), &mut out).await.unwrap();
        String::from_utf8(out).unwrap()
    }

    fn verify(&self, text: &str, outside: &[String]) -> Result<ExportVerdict, (u64, ExportFault)> {
        let verdict = verify_export(text.as_bytes(), &self.key, outside).unwrap();
        verdict.map_err(|broken| (broken.line, broken.by))
    }
}

fn by_other() -> AuditFilter {
    AuditFilter { actor: Some(Actor::new("local:other").unwrap()), ..AuditFilter::default() }
}

#[tokio::test]
async fn an_export_of_everything_is_verified_and_held_against_a_checkpoint_from_elsewhere() {
    let audited = Audited::new().await;
    let text = audited.export(&AuditFilter::default(), &[]).await;
    // The export is in itself: it was recorded before it was written.
    let verdict = audited.verify(&text, std::slice::from_ref(&audited.taken.0)).unwrap();
    assert_eq!(verdict, ExportVerdict { rows: 47, whole: true, covered: 47, outside: 1 });
    assert!(text.lines().nth(47).unwrap().contains("\"act\":\"audit.export\""), "{text}");
}

#[tokio::test]
async fn a_few_rows_are_verified_alone() {
    let audited = Audited::new().await;
    let (note, size) = audited.taken.clone();
    let text = audited.export(&by_other(), &[size]).await;
    let verdict = audited.verify(&text, std::slice::from_ref(&note)).unwrap();
    assert_eq!(verdict, ExportVerdict { rows: 1, whole: false, covered: 47, outside: 1 });
    let without = audited.export(&by_other(), &[]).await;
    assert_eq!(audited.verify(&without, &[]).map(|verdict| verdict.rows), Ok(1));
    let missing = audited.verify(&without, &[note]);
    assert_eq!(missing, Err((0, ExportFault::NotComparable)));
}

#[tokio::test]
async fn rows_are_chosen_by_time_act_and_object() {
    let audited = Audited::new().await;
    let all = audited.house.ledger.audit().rows(&AuditFilter::default()).await.unwrap();
    let (since, until): (Timestamp, Timestamp) = (all[9].at, all[14].at);
    let some = AuditFilter { since: Some(since), until: Some(until), ..AuditFilter::default() };
    let text = audited.export(&some, &[]).await;
    assert_eq!(audited.verify(&text, &[]).unwrap().rows, 5);
    let none = AuditFilter {
        objects: vec!["patient/7".to_owned(), "patient/8".to_owned()],
        ..AuditFilter::default()
    };
    // The export itself is an act on the patient whose rows are taken out.
    let text = audited.export(&none, &[]).await;
    assert_eq!(audited.verify(&text, &[]).unwrap().rows, 1);
}

/// Every line but one as it was, and what verifying says of the one that was changed.
#[tokio::test]
async fn whatever_is_done_to_the_lines_is_seen() {
    let audited = Audited::new().await;
    for filter in [
        AuditFilter::default(),
        AuditFilter { act: Some("permit".to_owned()), ..AuditFilter::default() },
    ] {
        let text = audited.export(&filter, &[]).await;
        let lines: Vec<&str> = text.lines().collect();
        let is_seen = |lines: &[&str], what: &str| {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            assert!(audited.verify(&text, &[]).is_err(), "{what}");
        };
        for at in 0..lines.len() {
            let mut cut = lines.clone();
            cut.remove(at);
            is_seen(&cut, "a line taken out");
            let mut twice = lines.clone();
            twice.insert(at, lines[at]);
            is_seen(&twice, "a line put in");
            if at > 0 {
                let mut moved = lines.clone();
                moved.swap(at - 1, at);
                is_seen(&moved, "lines changed about");
            }
            is_seen(&lines[..at], "the end cut off");
            let changed = lines[at].replacen("local:", "lacol:", 1);
            if changed != lines[at] {
                let mut other = lines.clone();
                other[at] = &changed;
                is_seen(&other, "a word changed");
            }
        }
        is_seen(&[], "nothing left");
        assert!(audited.verify(&text[..text.len() - 1], &[]).is_err());
    }
}

#[tokio::test]
async fn an_audit_made_whole_anew_and_exported_is_seen_by_the_auditors_checkpoint() {
    let audited = Audited::new().await;
    let (note, size) = audited.taken.clone();
    audited
        .house
        .tamper("update audit set actor = 'local:other' where seq = 7; delete from checkpoint")
        .await;
    forge_from(&audited.house, 7).await;
    let forger = open(&audited.house.home()).await.unwrap();
    for (filter, line) in [(AuditFilter::default(), 27), (by_other(), 0)] {
        let mut out = Vec::new();
        let what = (&filter, ExportForm::Ndjson);
        forger.audit().export(what, &[size], &maker(), &mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(audited.verify(&text, &[]).is_ok(), "by itself it fits");
        let seen = audited.verify(&text, std::slice::from_ref(&note));
        assert_eq!(seen, Err((line, ExportFault::NotAsCheckpoint)));
    }
}

#[tokio::test]
async fn an_export_that_ends_before_the_auditors_checkpoint_is_seen() {
    let audited = Audited::new().await;
    let earlier = audited.export(&AuditFilter::default(), &[]).await;
    look(&audited.house, 1).await;
    let later = audited.house.ledger.checkpoints().make().await.unwrap().unwrap();
    let seen = audited.verify(&earlier, &[later.note]);
    assert_eq!(seen, Err((0, ExportFault::BehindCheckpoint)));
}

#[tokio::test]
async fn another_houses_export_and_checkpoint_are_told() {
    let (ours, theirs) = (Audited::new().await, Audited::new().await);
    let text = theirs.export(&AuditFilter::default(), &[]).await;
    assert_eq!(ours.verify(&text, &[]), Err((1, ExportFault::AnotherKey)));
    let text = ours.export(&AuditFilter::default(), &[]).await;
    let seen = ours.verify(&text, &[theirs.taken.0]);
    assert_eq!(seen, Err((0, ExportFault::Note(NoteFault::AnotherHouses))));
    assert_eq!(ours.verify("{}\n", &[]), Err((1, ExportFault::NotAnExport)));
}

#[tokio::test]
async fn a_table_for_reading_has_a_line_for_each_row_and_is_recorded_too() {
    let audited = Audited::new().await;
    let mut out = Vec::new();
    let what = (&AuditFilter::default(), ExportForm::Csv);
    let told = audited.house.ledger.audit().export(what, &[], &maker(), &mut out).await.unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!((told.rows, lines.len()), (47, 48));
    assert!(lines[0].starts_with("seq,at,actor,act"));
    assert!(lines[47].contains("audit.export") && lines[47].contains("\"\"form\"\":\"\"csv\"\""));
}
