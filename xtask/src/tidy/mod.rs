//! Checks on the tree itself: what no compiler sees and no reader should have to look for.
//!
//! One file per check, each with a good and a bad sample as its test; each message says what to
//! write instead. A check is added when a rule has been broken once, and serves the product, not
//! the other way round.

mod columns;
mod licences;
mod map;
mod pure;
mod questions;
mod size;
mod slices;
pub(crate) mod tree;
mod twins;
mod walls;
mod words;

use std::path::Path;

use anyhow::{Result, bail};

use crate::cargo::{self, Metadata};
use tree::{Finding, Tree};

/// Runs every check; what is wrong is printed as `file:line: what to write instead`.
pub(crate) fn run(root: &Path) -> Result<()> {
    let findings = all(&Tree::read(root)?, &cargo::metadata(root)?);
    if findings.is_empty() {
        println!("the tree is tidy");
        return Ok(());
    }
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    bail!("{} things are untidy\n{}", lines.len(), lines.join("\n"));
}

/// Every finding of every check, in the order of the files.
fn all(tree: &Tree, metadata: &Metadata) -> Vec<Finding> {
    let mut findings = [
        map::check(tree),
        slices::check(tree),
        walls::check(metadata),
        licences::check(tree, metadata),
        pure::check(tree),
        words::check(tree),
        columns::check(tree),
        size::check(tree),
        twins::check(tree),
        questions::check(tree),
    ]
    .concat();
    findings.sort();
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_tidy() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let findings = all(&Tree::read(root).unwrap(), &cargo::metadata(root).unwrap());
        let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
        assert!(lines.is_empty(), "\n{}", lines.join("\n"));
    }
}
