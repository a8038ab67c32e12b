//! The Merkle tree over the rows of the audit: its root, and the proofs that a row is in it and
//! that an earlier tree is its beginning.
//!
//! The hash of a row as it stands in the audit *is* its leaf, so the tree needs no row, only
//! hashes. It may be kept coarse: of each block of rows one hash, and the leaves of a block are
//! brought when a proof goes through it.
//!
//! # Source
//! RFC 6962 §2.1: leaf = SHA-256(0x00 ‖ row), node = SHA-256(0x01 ‖ left ‖ right), and a list is
//! split at the largest power of two smaller than its length.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The hash of a leaf or of everything beneath a node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TreeHash(pub [u8; 32]);

/// Leaves of blocks, by the block's number.
pub(crate) type Blocks = BTreeMap<u64, Vec<TreeHash>>;

impl TreeHash {
    /// The hash of a leaf with these bytes.
    pub(crate) fn leaf(bytes: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(bytes).finalize().into())
    }

    /// The hash of a node above these two.
    pub(crate) fn node(left: Self, right: Self) -> Self {
        let hasher = Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0);
        Self(hasher.finalize().into())
    }

    /// The root of a tree without leaves.
    pub(crate) fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// Reads a hash in hexadecimal, small letters only.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Reads a hash in base64, as notes and proofs write it.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        Some(Self(STANDARD.decode(text).ok()?.try_into().ok()?))
    }

    /// The hash in base64.
    #[must_use]
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }
}

impl fmt::Display for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        write!(text, "{self}")?;
        write!(f, "TreeHash({text})")
    }
}

/// A tree that grows leaf by leaf.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// A block has two to this power of leaves; 0 keeps every leaf.
    block_log2: u32,
    /// Hashes of whole blocks, then of whole pairs of these, and so on.
    levels: Vec<Vec<TreeHash>>,
    /// The leaves of the block that is not whole yet.
    tail: Vec<TreeHash>,
}

impl Tree {
    /// A tree that keeps one hash of each block, and the leaves of the last one.
    pub(crate) fn coarse(block_log2: u32) -> Self {
        Self { block_log2, ..Self::default() }
    }

    /// How many leaves it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.blocks_whole() * self.block() + self.tail.len() as u64
    }

    /// How many leaves a block has.
    pub(crate) fn block(&self) -> u64 {
        1 << self.block_log2
    }

    fn blocks_whole(&self) -> u64 {
        self.levels.first().map_or(0, |blocks| blocks.len() as u64)
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: TreeHash) {
        self.tail.push(leaf);
        if (self.tail.len() as u64) < self.block() {
            return;
        }
        let mut hash = root_of(&self.tail);
        self.tail.clear();
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(hashes) = self.levels.get_mut(level) else { return };
            hashes.push(hash);
            let [.., left, right] = hashes.as_slice() else { return };
            if hashes.len() % 2 == 1 {
                return;
            }
            hash = TreeHash::node(*left, *right);
        }
    }

    /// The root of all leaves.
    #[must_use]
    pub fn root(&self) -> TreeHash {
        self.range(0, self.size(), &Blocks::new()).unwrap_or_else(TreeHash::empty)
    }

    /// The root of the first leaves.
    pub(crate) fn root_at(&self, size: u64, blocks: &Blocks) -> Option<TreeHash> {
        self.range(0, size, blocks)
    }

    /// The proof that a leaf, counted from 0, is in the tree of the first `size` leaves.
    pub(crate) fn inclusion(
        &self,
        index: u64,
        size: u64,
        blocks: &Blocks,
    ) -> Option<Vec<TreeHash>> {
        if index >= size || size > self.size() {
            return None;
        }
        let (mut path, mut start, mut end) = (Vec::new(), 0, size);
        while end - start > 1 {
            let middle = start + split(end - start);
            let (kept, other) = match index < middle {
                true => ((start, middle), (middle, end)),
                false => ((middle, end), (start, middle)),
            };
            path.push(self.range(other.0, other.1, blocks)?);
            (start, end) = kept;
        }
        path.reverse();
        Some(path)
    }

    /// The proof that the tree of the first `old` leaves is the beginning of that of `size`.
    pub(crate) fn consistency(
        &self,
        old: u64,
        size: u64,
        blocks: &Blocks,
    ) -> Option<Vec<TreeHash>> {
        if old == 0 || old > size || size > self.size() {
            return None;
        }
        let (mut path, mut start, mut end) = (Vec::new(), 0, size);
        // Whether what is left begins where the tree begins: its root is then known to who asks.
        let mut is_first = true;
        while end > old {
            let middle = start + split(end - start);
            if old <= middle {
                path.push(self.range(middle, end, blocks)?);
                end = middle;
            } else {
                path.push(self.range(start, middle, blocks)?);
                (start, is_first) = (middle, false);
            }
        }
        if !is_first {
            path.push(self.range(start, end, blocks)?);
        }
        path.reverse();
        Some(path)
    }

    /// The hash of everything in this half-open range, which must be one that splitting gives.
    fn range(&self, start: u64, end: u64, blocks: &Blocks) -> Option<TreeHash> {
        let size = end.checked_sub(start)?;
        if size == 0 {
            return Some(TreeHash::empty());
        }
        if size.is_power_of_two() && start.is_multiple_of(size) {
            let log2 = size.trailing_zeros();
            let level = log2.checked_sub(self.block_log2).and_then(|level| {
                self.levels.get(level as usize)?.get(usize::try_from(start >> log2).ok()?)
            });
            if let Some(hash) = level {
                return Some(*hash);
            }
        }
        if size <= self.block() {
            return Some(root_of(self.leaves(start, end, blocks)?));
        }
        let middle = start + split(size);
        Some(TreeHash::node(self.range(start, middle, blocks)?, self.range(middle, end, blocks)?))
    }

    fn leaves<'a>(&'a self, start: u64, end: u64, blocks: &'a Blocks) -> Option<&'a [TreeHash]> {
        let number = start >> self.block_log2;
        let leaves = match number == self.blocks_whole() {
            true => &self.tail,
            false => blocks.get(&number)?,
        };
        let first = number << self.block_log2;
        let (from, to) = (usize::try_from(start - first), usize::try_from(end - first));
        leaves.get(from.ok()?..to.ok()?)
    }
}

/// The largest power of two smaller than a size of at least two.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The root of these leaves.
fn root_of(leaves: &[TreeHash]) -> TreeHash {
    match leaves {
        [] => TreeHash::empty(),
        [leaf] => *leaf,
        _ => {
            let middle = usize::try_from(split(leaves.len() as u64)).unwrap_or(1);
            let (left, right) = leaves.split_at(middle);
            TreeHash::node(root_of(left), root_of(right))
        }
    }
}
