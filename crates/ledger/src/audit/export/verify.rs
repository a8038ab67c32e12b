//! Verifies an export without any ledger.

use std::io::{self, BufRead, Read as _};

use serde::Serialize;
use sha2::{Digest, Sha256};
use vocab::Text;

use super::{FORMAT, Head, Line, Seal, is_beginning, sealed};
use crate::audit::note::{NoteFault, PublicKey};
use crate::audit::proof::{self, TreeHead};
use crate::audit::tree::{Tree, TreeHash};
use crate::audit::{GENESIS, chain};

/// A longer line is no line of an export.
const LINE_BYTES_MAX: u64 = 64 << 20;
/// What is kept of the tree: one hash of 256 rows.
const BLOCK_LOG2: u32 = 8;

/// An export that is what the house wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ExportVerdict {
    /// How many rows it holds.
    pub rows: u64,
    /// Whether these are all that there were.
    pub whole: bool,
    /// How many rows its checkpoint covers.
    pub covered: u64,
    /// How many checkpoints from elsewhere it was held against.
    pub outside: u64,
}

/// The first place where an export is not what the house wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportBroken {
    /// The line, from 1 on; 0 where it is a checkpoint from elsewhere.
    pub line: u64,
    /// What is wrong.
    pub by: ExportFault,
}

/// What is wrong with an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFault {
    /// The line is none of an export.
    NotAnExport,
    /// It names another key than the auditor's.
    AnotherKey,
    /// A checkpoint is not to be believed.
    Note(NoteFault),
    /// The row is not what was hashed.
    Changed,
    /// The row is not in the tree of the checkpoint.
    NotInTree,
    /// The row does not follow the one before it.
    NotInOrder,
    /// Rows are missing before it, or at the end.
    Missing,
    /// All rows together are not those of a checkpoint.
    NotAsCheckpoint,
    /// A checkpoint from elsewhere covers rows that this one does not: the end was cut off.
    BehindCheckpoint,
    /// Nothing here shows whether a checkpoint from elsewhere is the beginning of these rows.
    NotComparable,
    /// The seal is not over what stands before it, or is missing.
    SealBroken,
}

/// Verifies an export with the house's public key, and holds it against checkpoints that were kept
/// elsewhere.
///
/// # Errors
/// When it cannot be read; what is found wrong is a verdict, not an error.
pub fn verify_export(
    from: impl BufRead,
    key: &PublicKey,
    outside: &[String],
) -> io::Result<Result<ExportVerdict, ExportBroken>> {
    let mut lines = Lines { from, number: 0, hasher: Sha256::new(), text: Vec::new() };
    match check(&mut lines, key, outside) {
        Ok(verdict) => Ok(Ok(verdict)),
        Err(Stop::Broken(broken)) => Ok(Err(broken)),
        Err(Stop::Unreadable(error)) => Err(error),
    }
}

/// Why verifying ended early.
enum Stop {
    Broken(ExportBroken),
    Unreadable(io::Error),
}

fn broken(line: u64, by: ExportFault) -> Stop {
    Stop::Broken(ExportBroken { line, by })
}

/// The lines, hashed as they pass.
struct Lines<R> {
    from: R,
    number: u64,
    hasher: Sha256,
    text: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next line; the hash is then of everything before it.
    fn next(&mut self) -> Result<bool, Stop> {
        self.hasher.update(&self.text);
        self.text.clear();
        self.number += 1;
        let mut some = (&mut self.from).take(LINE_BYTES_MAX);
        some.read_until(b'\n', &mut self.text).map_err(Stop::Unreadable)?;
        match self.text.last() {
            None => Ok(false),
            Some(b'\n') => Ok(true),
            // Cut in the middle of a line.
            Some(_) => Err(self.broken(ExportFault::NotAnExport)),
        }
    }

    fn read<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.text).ok()
    }

    fn broken(&self, by: ExportFault) -> Stop {
        broken(self.number, by)
    }
}

fn check<R: BufRead>(
    lines: &mut Lines<R>,
    key: &PublicKey,
    outside: &[String],
) -> Result<ExportVerdict, Stop> {
    let head: Option<Head> = if lines.next()? { lines.read() } else { None };
    let head = head.filter(|head| head.format == FORMAT);
    let head = head.ok_or_else(|| lines.broken(ExportFault::NotAnExport))?;
    if head.key.parse().ok().as_ref() != Some(key) {
        return Err(lines.broken(ExportFault::AnotherKey));
    }
    let tree = key.checkpoint(&head.checkpoint);
    let tree = tree.map_err(|fault| lines.broken(ExportFault::Note(fault)))?;
    let mut to_hold = Vec::with_capacity(outside.len());
    for note in outside {
        to_hold.push(key.checkpoint(note).map_err(|fault| broken(0, ExportFault::Note(fault)))?);
    }
    let mut rows = Rows::new(tree, head.whole.then(|| to_hold.clone()));
    let seal: Seal = loop {
        if !lines.next()? {
            return Err(lines.broken(ExportFault::SealBroken));
        }
        if let Some(seal) = lines.read() {
            break seal;
        }
        let line: Option<Line> = lines.read();
        let line = line.ok_or_else(|| lines.broken(ExportFault::NotAnExport))?;
        rows.take(&line).map_err(|by| lines.broken(by))?;
    };
    rows.end().map_err(|by| lines.broken(by))?;
    let expected = sealed(rows.count, lines.hasher.clone());
    if key.open(&seal.seal) != Ok(expected.as_str()) || lines.next()? {
        return Err(lines.broken(ExportFault::SealBroken));
    }
    for outside in &to_hold {
        hold(&head, *outside, tree).map_err(|by| broken(0, by))?;
    }
    let (covered, outside) = (tree.size, to_hold.len() as u64);
    Ok(ExportVerdict { rows: rows.count, whole: head.whole, covered, outside })
}

/// Holds the export's tree against one from elsewhere.
fn hold(head: &Head, outside: TreeHead, tree: TreeHead) -> Result<(), ExportFault> {
    if outside.size > tree.size {
        return Err(ExportFault::BehindCheckpoint);
    }
    match is_beginning(head, outside, tree) {
        Some(true) => Ok(()),
        Some(false) => Err(ExportFault::NotAsCheckpoint),
        // Every row is here, and its tree was compared on the way.
        None if head.whole => Ok(()),
        None => Err(ExportFault::NotComparable),
    }
}

/// Where the check of the rows stands.
struct Rows {
    tree: TreeHead,
    count: u64,
    last: i64,
    last_hash: String,
    /// Of an export of everything: the tree anew, and the trees to compare, the smallest last.
    anew: Option<(Tree, Vec<TreeHead>)>,
}

impl Rows {
    fn new(tree: TreeHead, outside: Option<Vec<TreeHead>>) -> Self {
        let anew = outside.map(|mut heads| {
            heads.push(tree);
            heads.sort_by_key(|head| std::cmp::Reverse(head.size));
            (Tree::coarse(BLOCK_LOG2), heads)
        });
        Self { tree, count: 0, last: 0, last_hash: GENESIS.to_owned(), anew }
    }

    fn take(&mut self, Line { row, proof }: &Line) -> Result<(), ExportFault> {
        let leaf = chain::leaf(row);
        let path: Option<Vec<TreeHash>> =
            proof.iter().map(|hash| TreeHash::from_base64(hash)).collect();
        let index = row.seq.checked_sub(1).and_then(|index| u64::try_from(index).ok());
        if row.hash != leaf.to_string() {
            return Err(ExportFault::Changed);
        }
        if row.seq <= self.last {
            return Err(ExportFault::NotInOrder);
        }
        let follows = row.seq == self.last + 1;
        if follows && row.prev_hash != self.last_hash {
            return Err(ExportFault::NotInOrder);
        }
        if !follows && self.anew.is_some() {
            return Err(ExportFault::Missing);
        }
        let is_in =
            |(index, path): (u64, Vec<TreeHash>)| proof::is_included(leaf, index, &path, self.tree);
        if !index.zip(path).is_some_and(is_in) {
            return Err(ExportFault::NotInTree);
        }
        (self.count, self.last) = (self.count + 1, row.seq);
        self.last_hash.clone_from(&row.hash);
        if let Some((tree, heads)) = &mut self.anew {
            tree.push(leaf);
            while let Some(head) = heads.pop_if(|head| head.size <= tree.size()) {
                if head.root != tree.root() {
                    return Err(ExportFault::NotAsCheckpoint);
                }
            }
        }
        Ok(())
    }

    fn end(&self) -> Result<(), ExportFault> {
        let Some((tree, _)) = &self.anew else { return Ok(()) };
        if tree.size() == self.tree.size { Ok(()) } else { Err(ExportFault::Missing) }
    }
}

impl ExportFault {
    /// What is wrong.
    #[must_use]
    pub fn text(self) -> Text {
        match self {
            Self::NotAnExport => Text {
                ja: "監査記録の書き出しの形式ではありません",
                en: "it is no line of an export of the audit",
            },
            Self::AnotherKey => Text {
                ja: "書き出した施設の鍵が、指定された公開鍵と違います",
                en: "the export is of a house with another key",
            },
            Self::Note(fault) => fault.text(),
            Self::Changed => {
                Text { ja: "行の内容が変更されています", en: "the row was changed" }
            }
            Self::NotInTree => Text {
                ja: "行がチェックポイントの木に含まれていません",
                en: "the row is not in the tree of the checkpoint",
            },
            Self::NotInOrder => Text {
                ja: "直前の行とつながりません",
                en: "the row does not follow the one before it",
            },
            Self::Missing => Text { ja: "行が抜けています", en: "rows are missing" },
            Self::NotAsCheckpoint => Text {
                ja: "チェックポイントが示す行と一致しません。監査記録全体が作り直された可能性があります",
                en: "the rows are not those a checkpoint covers: the whole audit may have been made anew",
            },
            Self::BehindCheckpoint => Text {
                ja: "手元のチェックポイントが示す行がありません。末尾が失われています",
                en: "a checkpoint from elsewhere covers rows that are not there: the end was cut off",
            },
            Self::NotComparable => Text {
                ja: "この書き出しは、手元のチェックポイントとの続きを証明していません。全件を書き出すか、--checkpointsを付けて書き出し直してもらってください",
                en: "nothing in this export shows how it goes on from a checkpoint from elsewhere: ask for an export of everything, or one made with --checkpoints",
            },
            Self::SealBroken => Text {
                ja: "書き出し全体の署名が合いません。行が抜かれたか、加えられています",
                en: "the seal is not over these lines: some were taken out or put in",
            },
        }
    }
}
