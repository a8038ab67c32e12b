//! Checkpoints of the audit: made, kept, and how far each place outside has them.
//!
//! Making one is no act of anybody's and leaves no row: it would be the reason for the next one.
//! A checkpoint is never made of rows that do not begin as the newest one says.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::note::{PublicKey, Signer};
use super::proof::TreeHead;
use super::tree::{Blocks, Tree, TreeHash};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError, stored};
use crate::home::Ledger;
use crate::store::{On, Row, Tx, ask};

/// After so many rows a checkpoint is due.
pub const CHECKPOINT_ROWS: u64 = 1_000;
/// After so long a checkpoint is due, where there are new rows.
pub const CHECKPOINT_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// The longest reason that is kept of a place that failed.
const FAILURE_CHARS_MAX: usize = 500;
/// How many are sent to a place at a time.
const SENT_AT_ONCE_MAX: i64 = 1_000;
/// How many hashes are read at a time.
const PAGE_ROWS: i64 = 10_000;
/// What is kept in memory of the tree: one hash of 256 rows.
const BLOCK_LOG2: u32 = 8;

/// A checkpoint as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// How many rows it covers.
    pub size: u64,
    /// When it was made, by the house's clock.
    #[serde(serialize_with = "super::as_text")]
    pub at: Timestamp,
    /// The signed note.
    pub note: String,
}

/// How far a place has the checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlaceStanding {
    /// The place, as the settings name it.
    pub place: String,
    /// The size of the newest checkpoint there; 0 where there is none.
    pub sent_size: u64,
    /// When it was sent.
    #[serde(serialize_with = "maybe_as_text")]
    pub sent: Option<Timestamp>,
    /// Why the place failed since then, and when.
    pub failure: Option<PlaceFailure>,
}

/// A place that could not be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlaceFailure {
    /// When.
    #[serde(serialize_with = "super::as_text")]
    pub at: Timestamp,
    /// Why, in the words of the system.
    pub why: String,
}

/// Makes and reads the checkpoints of a home.
#[derive(Clone)]
pub struct Checkpoints {
    ledger: Ledger,
}

impl Checkpoints {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// What checks this house's checkpoints: to be given to whoever audits it.
    ///
    /// # Errors
    /// When the library cannot sign.
    pub fn key(&self) -> Result<PublicKey, LedgerError> {
        Ok(self.signer()?.public().clone())
    }

    pub(crate) fn signer(&self) -> Result<Signer, LedgerError> {
        Signer::of(self.ledger.home_key()).ok_or(LedgerError::NoRandomness)
    }

    /// Makes a checkpoint of all rows there are; none where the newest one covers them already.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when the rows do not begin as the newest checkpoint says.
    ///
    /// # Cost
    /// The first one in a process reads the hash of every row, a later one those of new rows.
    pub async fn make(&self) -> Result<Option<Checkpoint>, LedgerError> {
        let signer = &self.signer()?;
        let newest = self.newest().await?;
        let tree = self.grown().await?;
        let size = tree.size();
        if newest.as_ref().map_or(0, |newest| newest.size) >= size {
            self.keep(tree);
            return Ok(None);
        }
        if let Some(newest) = &newest {
            let blocks = self.blocks(&tree, [newest.size]).await?;
            let before = signer.public().checkpoint(&newest.note).ok();
            if before.map(|before| before.root) != tree.root_at(newest.size, &blocks) {
                return Err(LedgerError::Damaged {
                    what: "the audit",
                    found: format!("other rows than checkpoint {} says", newest.size),
                });
            }
        }
        let note = signer.checkpoint(TreeHead { size, root: tree.root() });
        self.keep(tree);
        let (stored_size, at_us) = (stored("a checkpoint's size", size)?, self.ledger.now_us());
        let kept = &note;
        self.ledger
            .pool()
            .write(|mut tx| async move {
                ask(include_str!("../../sql/checkpoint/put.sql"))
                    .bind(stored_size)
                    .bind(at_us)
                    .bind(kept)
                    .done(&mut tx)
                    .await
                    .doing("keep a checkpoint")?;
                Ok((tx, ()))
            })
            .await?;
        Ok(Some(Checkpoint { size, at: from_us(at_us), note }))
    }

    /// Whether there are so many new rows, or new rows and so long no checkpoint, that one is due.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn is_due(&self) -> Result<bool, LedgerError> {
        let newest = self.newest().await?;
        let covered = newest.as_ref().map_or(0, |newest| newest.size);
        let rows = self.ledger.audit().newest().await?.seq.unsigned_abs();
        let age = newest.map(|newest| self.ledger.clock().now().duration_since(newest.at));
        let is_old = age.is_none_or(|age| age >= CHECKPOINT_EVERY);
        Ok(rows >= covered + CHECKPOINT_ROWS || (rows > covered && is_old))
    }

    /// The newest checkpoint.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn newest(&self) -> Result<Option<Checkpoint>, LedgerError> {
        let newest = ask(include_str!("../../sql/checkpoint/newest.sql"));
        let row = newest.row(self.ledger.pool()).await.doing("read the checkpoints")?;
        row.map(|row| read(&row)).transpose().doing("read the checkpoints")
    }

    /// How many there are.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn count(&self) -> Result<u64, LedgerError> {
        let count = ask(include_str!("../../sql/checkpoint/count.sql"));
        let count: i64 = count.value(self.ledger.pool()).await.doing("count the checkpoints")?;
        Ok(count.unsigned_abs())
    }

    /// The first checkpoint that covers this row.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn over(&self, seq: i64) -> Result<Option<Checkpoint>, LedgerError> {
        let first = ask(include_str!("../../sql/checkpoint/first_over.sql")).bind(seq);
        let row = first.row(self.ledger.pool()).await.doing("read the checkpoints")?;
        row.map(|row| read(&row)).transpose().doing("read the checkpoints")
    }

    /// The checkpoints that a place does not have, in order, a thousand at most.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn unsent(&self, place: &str) -> Result<Vec<Checkpoint>, LedgerError> {
        let sent: Option<i64> = ask(include_str!("../../sql/checkpoint/sent_size.sql"))
            .bind(place)
            .value_if_any(self.ledger.pool())
            .await
            .doing("read where checkpoints are")?;
        after(self.ledger.pool(), sent.unwrap_or(0), SENT_AT_ONCE_MAX).await
    }

    /// Notes that a place has the checkpoints up to this one.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn sent(&self, place: &str, checkpoint: &Checkpoint) -> Result<(), LedgerError> {
        let size = stored("a checkpoint's size", checkpoint.size)?;
        let now_us = self.ledger.now_us();
        let sent = ask(include_str!("../../sql/checkpoint/sent.sql"));
        let done = sent.bind(place).bind(size).bind(now_us).done(self.ledger.pool()).await;
        done.doing("note where a checkpoint is").map(drop)
    }

    /// Notes that a place could not be reached, and why.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn failed(&self, place: &str, why: &str) -> Result<(), LedgerError> {
        let why: String = why.chars().take(FAILURE_CHARS_MAX).collect();
        let now_us = self.ledger.now_us();
        let failed = ask(include_str!("../../sql/checkpoint/failed.sql"));
        let done = failed.bind(place).bind(now_us).bind(why).done(self.ledger.pool()).await;
        done.doing("note where a checkpoint is not").map(drop)
    }

    /// How far each place has them, whether it is still in the settings or not.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn places(&self) -> Result<Vec<PlaceStanding>, LedgerError> {
        let places = ask(include_str!("../../sql/checkpoint/places.sql"));
        let rows = places.rows(self.ledger.pool()).await.doing("read where checkpoints are")?;
        rows.iter().map(standing).collect::<Result<_, _>>().doing("read where checkpoints are")
    }

    /// The tree of all rows there are, taken out of the house; [`Self::keep`] gives it back.
    pub(super) async fn grown(&self) -> Result<Tree, LedgerError> {
        let mut tree = match self.ledger.tree_cache().lock() {
            Ok(mut kept) => kept.take(),
            Err(poisoned) => poisoned.into_inner().take(),
        }
        .unwrap_or_else(|| Tree::coarse(BLOCK_LOG2));
        loop {
            let leaves = self.leaves(tree.size(), PAGE_ROWS).await?;
            leaves.iter().for_each(|leaf| tree.push(*leaf));
            if (leaves.len() as u64) < PAGE_ROWS.unsigned_abs() {
                return Ok(tree);
            }
        }
    }

    /// The tree of the first rows with every leaf.
    pub(super) async fn whole(&self, size: u64) -> Result<Tree, LedgerError> {
        let mut tree = Tree::default();
        while tree.size() < size {
            let rest = stored("a row's number", size - tree.size())?.min(PAGE_ROWS);
            let leaves = self.leaves(tree.size(), rest).await?;
            if leaves.is_empty() {
                break;
            }
            leaves.iter().for_each(|leaf| tree.push(*leaf));
        }
        Ok(tree)
    }

    /// The root of the first rows as they stand; none where there are fewer.
    pub(super) async fn root_now(&self, size: u64) -> Result<Option<TreeHash>, LedgerError> {
        let tree = self.grown().await?;
        let blocks = self.blocks(&tree, [size]).await?;
        let root = (size <= tree.size()).then(|| tree.root_at(size, &blocks)).flatten();
        self.keep(tree);
        Ok(root)
    }

    pub(super) fn keep(&self, tree: Tree) {
        let mut kept = match self.ledger.tree_cache().lock() {
            Ok(kept) => kept,
            Err(poisoned) => poisoned.into_inner(),
        };
        *kept = Some(tree);
    }

    /// The leaves of the blocks that trees of these sizes, or proofs of their last leaves, need.
    pub(super) async fn blocks(
        &self,
        tree: &Tree,
        sizes: impl IntoIterator<Item = u64>,
    ) -> Result<Blocks, LedgerError> {
        let mut blocks = Blocks::new();
        for size in sizes {
            let number = size.saturating_sub(1) / tree.block();
            let first = number * tree.block();
            let leaves = self.leaves(first, stored("a block", tree.block())?).await?;
            blocks.insert(number, leaves);
        }
        Ok(blocks)
    }

    /// The hashes of the rows after the first `skipped`, which must have no gaps.
    async fn leaves(&self, skipped: u64, rows_max: i64) -> Result<Vec<TreeHash>, LedgerError> {
        let rows = ask(include_str!("../../sql/audit/hashes.sql"))
            .bind(stored("a row's number", skipped)?)
            .bind(rows_max)
            .rows(self.ledger.pool())
            .await
            .doing("read the audit")?;
        let mut leaves = Vec::with_capacity(rows.len());
        for (row, expected) in rows.iter().zip(skipped + 1..) {
            let (seq, hash): (i64, String) =
                (|| Ok((row.try_get(0)?, row.try_get(1)?)))().doing("read the audit")?;
            let leaf = TreeHash::from_hex(&hash).filter(|_| seq.unsigned_abs() == expected);
            let found = || format!("row {seq} where row {expected} belongs, or no hash");
            let damaged = || LedgerError::Damaged { what: "the audit", found: found() };
            leaves.push(leaf.ok_or_else(damaged)?);
        }
        Ok(leaves)
    }
}

/// All checkpoints, in order.
pub(super) async fn all(tx: &mut Tx) -> Result<Vec<Checkpoint>, LedgerError> {
    after(tx, i64::MIN, i64::MAX).await
}

async fn after(
    on: impl Into<On<'_>>,
    size: i64,
    most: i64,
) -> Result<Vec<Checkpoint>, LedgerError> {
    let after = ask(include_str!("../../sql/checkpoint/after.sql")).bind(size).bind(most);
    let rows = after.rows(on).await.doing("read the checkpoints")?;
    rows.iter().map(read).collect::<Result<_, _>>().doing("read the checkpoints")
}

fn read(row: &Row) -> Result<Checkpoint, sqlx::Error> {
    Ok(Checkpoint {
        size: row.try_get::<i64, _>("size")?.unsigned_abs(),
        at: from_us(row.try_get("at_us")?),
        note: row.try_get("note")?,
    })
}

fn standing(row: &Row) -> Result<PlaceStanding, sqlx::Error> {
    let failed: Option<i64> = row.try_get("failed_us")?;
    let failure: Option<String> = row.try_get("failure")?;
    Ok(PlaceStanding {
        place: row.try_get("place")?,
        sent_size: row.try_get::<i64, _>("sent_size")?.unsigned_abs(),
        sent: row.try_get::<Option<i64>, _>("sent_us")?.map(from_us),
        failure: failed
            .map(|at| PlaceFailure { at: from_us(at), why: failure.unwrap_or_default() }),
    })
}

fn maybe_as_text<S: serde::Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}
