//! Checks the whole audit.

use serde::Serialize;

use super::head::{HeadFile, KeptHead};
use super::{AuditHead, AuditRow, GENESIS, chain, read_row};
use crate::error::{Doing, LedgerError};
use crate::store::{Pool, Tx, ask};

/// How many rows are read at a time.
const PAGE_ROWS: i64 = 5_000;

/// What a check of the audit found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditVerdict {
    /// How many rows there are.
    pub rows: u64,
    /// The newest row: what to copy to a place the database's keeper cannot write.
    pub head: AuditHead,
    /// The first thing that is wrong, or nothing.
    pub first_broken: Option<Broken>,
}

/// The first place where the audit is not what was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The row's number.
    pub seq: i64,
    /// What is wrong there.
    pub by: BrokenBy,
}

/// How a row or the end of the audit is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BrokenBy {
    /// The number does not follow the one before: rows were removed here.
    Missing,
    /// The row does not follow the one before it: it was put in or moved.
    NotInOrder,
    /// The row's content is not what was hashed.
    Changed,
    /// The audit ends before its kept head, or holds another row there.
    CutShort,
    /// The file `audit.head` is gone.
    HeadMissing,
    /// The file `audit.head` holds something else.
    HeadUnreadable,
}

pub(super) async fn verify(pool: &Pool, head_file: &HeadFile) -> Result<AuditVerdict, LedgerError> {
    // Read before the rows: an act committed meanwhile can only put the rows ahead of it.
    let kept = &head_file.read()?;
    pool.read(|mut tx| async move { walk(&mut tx, kept.clone()).await }).await
}

/// Checks every row that a transaction sees, and the head kept outside.
pub(crate) async fn walk(tx: &mut Tx, kept: KeptHead) -> Result<AuditVerdict, LedgerError> {
    let mut walk = Walk::new(kept);
    loop {
        let page = ask(include_str!("../../sql/audit/page.sql"))
            .bind(walk.last_read)
            .bind(PAGE_ROWS)
            .rows(&mut *tx)
            .await
            .doing("read the audit")?;
        let before = walk.last_read;
        for row in &page {
            walk.step(&read_row(row).doing("read the audit")?);
        }
        // The end; or rows that come again, because a changed number stands among them.
        if walk.last_read == before {
            break;
        }
    }
    Ok(walk.end())
}

/// Where the check stands.
struct Walk {
    rows: u64,
    last_read: i64,
    head: AuditHead,
    kept: KeptHead,
    kept_seen: bool,
    first_broken: Option<Broken>,
}

impl Walk {
    fn new(kept: KeptHead) -> Self {
        let head = AuditHead { seq: 0, hash: GENESIS.to_owned() };
        let kept_seen = kept == KeptHead::At(head.clone());
        // A row numbered zero or less would have been put in: start below every number.
        Self { rows: 0, last_read: i64::MIN, head, kept, kept_seen, first_broken: None }
    }

    fn step(&mut self, row: &AuditRow) {
        let by = if row.seq != self.head.seq.wrapping_add(1) {
            Some(BrokenBy::Missing)
        } else if row.prev_hash != self.head.hash {
            Some(BrokenBy::NotInOrder)
        } else if row.hash != chain::hash(row) {
            Some(BrokenBy::Changed)
        } else {
            None
        };
        if let Some(by) = by {
            self.first_broken.get_or_insert(Broken { seq: row.seq, by });
        }
        self.rows += 1;
        self.last_read = self.last_read.max(row.seq);
        self.head = AuditHead { seq: row.seq, hash: row.hash.clone() };
        self.kept_seen |= self.kept == KeptHead::At(self.head.clone());
    }

    fn end(self) -> AuditVerdict {
        let head_broken = match self.kept {
            KeptHead::Missing => Some(Broken { seq: self.head.seq, by: BrokenBy::HeadMissing }),
            KeptHead::Unreadable => {
                Some(Broken { seq: self.head.seq, by: BrokenBy::HeadUnreadable })
            }
            KeptHead::At(kept) if !self.kept_seen => {
                Some(Broken { seq: kept.seq, by: BrokenBy::CutShort })
            }
            KeptHead::At(_) => None,
        };
        let first_broken = self.first_broken.or(head_broken);
        AuditVerdict { rows: self.rows, head: self.head, first_broken }
    }
}
