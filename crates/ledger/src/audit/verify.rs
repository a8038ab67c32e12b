//! Checks the whole audit: each row, the chain, the kept head, and every checkpoint.

use serde::Serialize;

use super::head::KeptHead;
use super::note::{NoteFault, PublicKey};
use super::proof::TreeHead;
use super::tree::Tree;
use super::{AuditHead, AuditRow, GENESIS, chain, checkpoints, read_row};
use crate::error::{Doing, LedgerError};
use crate::store::{Tx, ask};

/// How many rows are read at a time.
const PAGE_ROWS: i64 = 5_000;
/// What a check keeps of the tree: one hash of 256 rows.
const BLOCK_LOG2: u32 = 8;

/// What a check of the audit found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditVerdict {
    /// How many rows there are.
    pub rows: u64,
    /// The newest row.
    pub head: AuditHead,
    /// The root of the tree of all rows, in hexadecimal.
    pub root: String,
    /// How many checkpoints the rows were held against.
    pub checkpoints: u64,
    /// How many rows the newest of these covers.
    pub covered: u64,
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
    /// The rows up to here are not those of the checkpoint.
    NotAsCheckpoint,
    /// A checkpoint covers rows that are not there.
    BehindCheckpoint,
    /// A checkpoint that is kept is not what was signed.
    CheckpointChanged,
}

/// What rows are held against.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    /// What checks the checkpoints.
    pub key: &'a PublicKey,
    /// Checkpoints that were kept elsewhere.
    pub outside: &'a [String],
}

/// Checks every row that a transaction sees against its own checkpoints, those from elsewhere, and
/// the head kept outside.
pub(crate) async fn walk(
    tx: &mut Tx,
    kept: KeptHead,
    against: Against<'_>,
) -> Result<AuditVerdict, LedgerError> {
    let notes = checkpoints::all(tx).await?.into_iter().map(|kept| (kept.size, kept.note));
    let mut walk = Walk::new(kept, notes, against);
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

/// Checks rows that were read already, as `walk` does: the newest row that was kept outside, and
/// these checkpoints.
#[must_use]
pub fn verify_rows<'a>(
    rows: impl IntoIterator<Item = &'a AuditRow>,
    kept: &AuditHead,
    against: Against<'_>,
) -> AuditVerdict {
    let mut walk = Walk::new(KeptHead::At(kept.clone()), [], against);
    rows.into_iter().for_each(|row| walk.step(row));
    walk.end()
}

/// Where the check stands.
struct Walk {
    rows: u64,
    last_read: i64,
    head: AuditHead,
    kept: KeptHead,
    kept_seen: bool,
    tree: Tree,
    /// The trees that checkpoints name, the smallest last.
    to_come: Vec<TreeHead>,
    checkpoints: u64,
    covered: u64,
    first_broken: Option<Broken>,
    note_broken: Option<Broken>,
}

impl Walk {
    fn new(
        kept: KeptHead,
        notes: impl IntoIterator<Item = (u64, String)>,
        Against { key, outside }: Against<'_>,
    ) -> Self {
        let head = AuditHead { seq: 0, hash: GENESIS.to_owned() };
        let kept_seen = kept == KeptHead::At(head.clone());
        let mut walk = Self {
            rows: 0,
            // A row numbered zero or less would have been put in: start below every number.
            last_read: i64::MIN,
            head,
            kept,
            kept_seen,
            tree: Tree::coarse(BLOCK_LOG2),
            to_come: Vec::new(),
            checkpoints: 0,
            covered: 0,
            first_broken: None,
            note_broken: None,
        };
        for (size, note) in notes {
            walk.expect(Some(size), key.checkpoint(&note));
        }
        for note in outside {
            walk.expect(None, key.checkpoint(note));
        }
        walk.to_come.sort_by_key(|tree| std::cmp::Reverse(tree.size));
        walk
    }

    /// Takes a checkpoint to hold the rows against.
    fn expect(&mut self, size: Option<u64>, tree: Result<TreeHead, NoteFault>) {
        match tree {
            Ok(tree) if size.is_none_or(|size| size == tree.size) => {
                self.checkpoints += 1;
                self.covered = self.covered.max(tree.size);
                self.to_come.push(tree);
            }
            _ => {
                let seq = size.and_then(|size| i64::try_from(size).ok()).unwrap_or(0);
                let by = BrokenBy::CheckpointChanged;
                self.note_broken.get_or_insert(Broken { seq, by });
            }
        }
    }

    fn step(&mut self, row: &AuditRow) {
        let leaf = chain::leaf(row);
        let by = if row.seq != self.head.seq.wrapping_add(1) {
            Some(BrokenBy::Missing)
        } else if row.prev_hash != self.head.hash {
            Some(BrokenBy::NotInOrder)
        } else if row.hash != leaf.to_string() {
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
        self.tree.push(leaf);
        while let Some(tree) = self.to_come.pop_if(|tree| tree.size <= self.rows) {
            if tree.root != self.tree.root() {
                let by = BrokenBy::NotAsCheckpoint;
                self.first_broken.get_or_insert(Broken { seq: row.seq, by });
            }
        }
    }

    fn end(self) -> AuditVerdict {
        let broken = |seq, by| Some(Broken { seq, by });
        let head_broken = match self.kept {
            KeptHead::Missing => broken(self.head.seq, BrokenBy::HeadMissing),
            KeptHead::Unreadable => broken(self.head.seq, BrokenBy::HeadUnreadable),
            KeptHead::At(kept) if !self.kept_seen => broken(kept.seq, BrokenBy::CutShort),
            KeptHead::At(_) => None,
        };
        let behind = self.to_come.first().and_then(|tree| {
            broken(i64::try_from(tree.size).unwrap_or(i64::MAX), BrokenBy::BehindCheckpoint)
        });
        let first_broken = self.first_broken.or(head_broken).or(behind).or(self.note_broken);
        AuditVerdict {
            rows: self.rows,
            head: self.head,
            root: self.tree.root().to_string(),
            checkpoints: self.checkpoints,
            covered: self.covered,
            first_broken,
        }
    }
}
