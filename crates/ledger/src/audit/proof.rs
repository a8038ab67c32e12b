//! Whether a proof about the tree of the audit holds: asked by whoever has two roots and no rows.
//!
//! # Source
//! RFC 9162 §2.1.3.2 and §2.1.4.2, which verify the proofs of RFC 6962.

use super::tree::TreeHash;

/// A tree as a checkpoint names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// How many leaves.
    pub size: u64,
    /// Their root.
    pub root: TreeHash,
}

/// Where two walks stand, from a leaf up to the root.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// Whether what a proof brings next stands to the left; the walk then skips the levels on
    /// which it is alone.
    fn is_right(&mut self) -> bool {
        let is_right = self.node & 1 == 1 || self.node == self.last;
        while is_right && self.node & 1 == 0 && self.node != 0 {
            self.up();
        }
        is_right
    }

    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }
}

/// Whether a leaf, counted from 0, is in a tree.
#[must_use]
pub fn is_included(leaf: TreeHash, index: u64, path: &[TreeHash], tree: TreeHead) -> bool {
    if index >= tree.size {
        return false;
    }
    let (mut climb, mut hash) = (Climb { node: index, last: tree.size - 1 }, leaf);
    for other in path {
        if climb.last == 0 {
            return false;
        }
        hash = match climb.is_right() {
            true => TreeHash::node(*other, hash),
            false => TreeHash::node(hash, *other),
        };
        climb.up();
    }
    climb.last == 0 && hash == tree.root
}

/// Whether the old tree is the beginning of the new one. Of a tree without leaves nothing can be
/// proved, so it is the beginning of none.
#[must_use]
pub fn is_consistent(old: TreeHead, new: TreeHead, path: &[TreeHash]) -> bool {
    if old.size == 0 || old.size > new.size {
        return false;
    }
    if old.size == new.size {
        return path.is_empty() && old.root == new.root;
    }
    // Where the old tree is whole its root is the first hash, and is not told again.
    let (first, rest) = match (old.size.is_power_of_two(), path) {
        (true, [_, ..]) => (old.root, path),
        (false, [first, rest @ ..]) => (*first, rest),
        (_, []) => return false,
    };
    let mut climb = Climb { node: old.size - 1, last: new.size - 1 };
    while climb.node & 1 == 1 {
        climb.up();
    }
    let (mut old_hash, mut new_hash) = (first, first);
    for other in rest {
        if climb.last == 0 {
            return false;
        }
        if climb.is_right() {
            old_hash = TreeHash::node(*other, old_hash);
            new_hash = TreeHash::node(*other, new_hash);
        } else {
            new_hash = TreeHash::node(new_hash, *other);
        }
        climb.up();
    }
    climb.last == 0 && old_hash == old.root && new_hash == new.root
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tree::{Blocks, Tree};
    use super::*;

    fn leaf(number: u64) -> TreeHash {
        TreeHash::leaf(&number.to_le_bytes())
    }

    fn tree(block_log2: u32, size: u64) -> Tree {
        let mut tree = Tree::coarse(block_log2);
        (0..size).for_each(|number| tree.push(leaf(number)));
        tree
    }

    /// All leaves, as if every block had been brought.
    fn blocks(block_log2: u32, size: u64) -> Blocks {
        let block = 1 << block_log2;
        let some = |number: u64| (number * block..((number + 1) * block).min(size)).map(leaf);
        (0..size.div_ceil(block)).map(|number| (number, some(number).collect())).collect()
    }

    /// The root as RFC 6962 defines it, word for word.
    fn defined(leaves: &[TreeHash]) -> TreeHash {
        match leaves.len() {
            0 => TreeHash::empty(),
            1 => leaves[0],
            n => {
                let k = (0..).map(|power| 1 << power).take_while(|k| *k < n).last().unwrap();
                TreeHash::node(defined(&leaves[..k]), defined(&leaves[k..]))
            }
        }
    }

    #[test]
    fn a_tree_without_leaves_has_the_hash_of_nothing() {
        let known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Tree::default().root().to_string(), known);
        assert_eq!(TreeHash::from_hex(known), Some(TreeHash::empty()));
        assert_eq!(TreeHash::from_hex(&known.to_uppercase()), None);
    }

    proptest! {
        #[test]
        fn coarse_or_not_the_root_is_the_defined_one(size in 0_u64..200, block_log2 in 0_u32..5) {
            let leaves: Vec<_> = (0..size).map(leaf).collect();
            let (tree, blocks) = (tree(block_log2, size), blocks(block_log2, size));
            prop_assert_eq!(tree.size(), size);
            prop_assert_eq!(tree.root(), defined(&leaves));
            for earlier in 0..=size {
                let root = tree.root_at(earlier, &blocks).unwrap();
                let leaves = &leaves[..usize::try_from(earlier).unwrap()];
                prop_assert_eq!(root, defined(leaves));
            }
        }

        #[test]
        fn every_leaf_is_proved_and_no_other_by_its_proof(
            size in 1_u64..150,
            index in 0_u64..150,
            block_log2 in 0_u32..5,
            other in 0_u64..150,
        ) {
            let (tree, blocks) = (tree(block_log2, 150), blocks(block_log2, 150));
            let head = TreeHead { size, root: tree.root_at(size, &blocks).unwrap() };
            let Some(path) = tree.inclusion(index, size, &blocks) else {
                prop_assert!(index >= size);
                return Ok(());
            };
            prop_assert!(is_included(leaf(index), index, &path, head));
            prop_assert_eq!(is_included(leaf(other), index, &path, head), other == index);
            if other != index {
                prop_assert!(!is_included(leaf(index), other, &path, head));
            }
            let short = &path[..path.len().saturating_sub(1)];
            prop_assert_eq!(is_included(leaf(index), index, short, head), size == 1);
        }

        #[test]
        fn every_beginning_is_proved_and_nothing_else(
            old in 1_u64..150,
            size in 1_u64..150,
            block_log2 in 0_u32..5,
            byte in 0_usize..32,
        ) {
            let (tree, blocks) = (tree(block_log2, 150), blocks(block_log2, 150));
            let head = |size| TreeHead { size, root: tree.root_at(size, &blocks).unwrap() };
            let Some(mut path) = tree.consistency(old, size, &blocks) else {
                prop_assert!(old > size);
                return Ok(());
            };
            prop_assert!(is_consistent(head(old), head(size), &path));
            let mut forged = head(old);
            forged.root.0[byte] ^= 1;
            prop_assert!(!is_consistent(forged, head(size), &path));
            let mut forged = head(size);
            forged.root.0[byte] ^= 1;
            prop_assert!(!is_consistent(head(old), forged, &path));
            for at in 0..path.len() {
                path[at].0[byte] ^= 1;
                prop_assert!(!is_consistent(head(old), head(size), &path));
                path[at].0[byte] ^= 1;
            }
            path.push(leaf(0));
            prop_assert!(!is_consistent(head(old), head(size), &path));
        }
    }
}
