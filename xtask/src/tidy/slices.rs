//! Check 2: slices do not name one another.
//!
//! Slices meet in three public places only: a URL, a published SQL view, a ledger event. A `use`
//! from one to another is how one change comes to touch ten folders. A folder that declares no
//! `Slice` is common ground, which every slice may name and which names none.

use super::tree::{Finding, Tree};

const SLICES: &str = "crates/slices/src";

/// Finds each place where a slice names another in Rust.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let names: Vec<&str> =
        tree.folders(SLICES).into_iter().filter(|name| is_slice(tree, name)).collect();
    let mut findings = Vec::new();
    for file in tree.ending(".rs") {
        let inside = file.path.strip_prefix(SLICES).and_then(|rest| rest.strip_prefix('/'));
        let Some((own, _)) = inside.and_then(|rest| rest.split_once('/')) else { continue };
        for other in names.iter().filter(|name| **name != own) {
            for (at, line) in file.text.lines().enumerate().filter(|(_, line)| uses(line, other)) {
                findings.push(Finding {
                    path: file.path.clone(),
                    line: at + 1,
                    say: format!(
                        "{own} names {other} ({}); ask by URL, published view or ledger event",
                        line.trim()
                    ),
                });
            }
        }
    }
    findings
}

/// Whether a folder is a domain of the site.
fn is_slice(tree: &Tree, name: &str) -> bool {
    let path = format!("{SLICES}/{name}/mod.rs");
    let declares = |text: &str| text.contains(": Slice = Slice {");
    tree.ending(".rs").any(|file| file.path == path && declares(&file.text))
}

/// Whether a line reaches another slice through the crate's root.
fn uses(line: &str, other: &str) -> bool {
    let line = line.split("//").next().unwrap_or_default();
    ["crate::", "slices::", "super::super::"].iter().any(|root| {
        line.match_indices(root).any(|(at, _)| {
            let rest =
                line.get(at + root.len()..).unwrap_or_default().trim_start_matches("super::");
            let names = rest.strip_prefix('{').map_or(rest, |list| list);
            let heads = if rest.starts_with('{') { names.split(',').collect() } else { vec![rest] };
            heads.iter().any(|head| is_head(head.trim(), other))
        })
    })
}

fn is_head(path: &str, name: &str) -> bool {
    path.strip_prefix(name)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::super::tree::says;
    use super::*;

    fn check_line(line: &str, expect: &[&str]) {
        let tree = Tree::of(&[
            ("crates/slices/src/biobank/mod.rs", "pub static BIOBANK: Slice = Slice {"),
            ("crates/slices/src/records/mod.rs", line),
            ("crates/slices/src/words/mod.rs", ""),
            ("crates/slices/src/lib.rs", "use crate::biobank::BIOBANK;"),
        ]);
        assert_eq!(says(&check(&tree)), expect);
    }

    #[test]
    fn a_slice_may_name_itself_and_speak_of_others() {
        check_line("use crate::records::pages;", &[]);
        check_line("// biobank reads our view; see crate::biobank.", &[]);
        check_line("use crate::biobank_words::X;", &[]);
        check_line("use crate::words::fold;", &[]);
    }

    #[test]
    fn a_slice_that_names_another_is_found() {
        for line in [
            "use crate::biobank::rules;",
            "use crate::{records::x, biobank::rules};",
            "use super::super::biobank;",
        ] {
            let say = format!(
                "crates/slices/src/records/mod.rs:1: records names biobank ({line}); \
                 ask by URL, published view or ledger event"
            );
            check_line(line, &[&say]);
        }
    }
}
