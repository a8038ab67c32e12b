//! Check 1: the map and the tree agree.
//!
//! Every crate and slice is named in `ARCHITECTURE.md`; every path that a document names is there;
//! where a document writes `path` followed by `name`, the file holds that name. A map that drifts
//! is worse than none: it is believed.

use super::tree::{Finding, Source, Tree};

const MAP: &str = "ARCHITECTURE.md";

/// A code span that begins so is meant as a path of this repository.
const ROOTS: [&str; 6] = ["crates/", "xtask/", "docs/", "testdata/", ".ci/", ".cargo/"];

/// Finds crates and slices the map forgot, and paths and names that are gone.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = forgotten(tree);
    findings.extend(unlisted(tree));
    for file in tree.ending(".md") {
        for (at, line) in file.text.lines().enumerate() {
            findings.extend(spans(tree, file, at + 1, line));
            findings.extend(links(tree, file, at + 1, line));
        }
    }
    findings
}

fn forgotten(tree: &Tree) -> Vec<Finding> {
    let map = tree.text(MAP).unwrap_or_default();
    let crates = tree.folders("crates").into_iter().map(|name| format!("crates/{name}"));
    let slices = (tree.folders("crates/slices/src").into_iter())
        .map(|name| format!("crates/slices/src/{name}"))
        .filter(|path| tree.has(&format!("{path}/mod.rs")));
    crates
        .chain(slices)
        .filter(|path| !map.contains(&format!("`{path}`")) && !map.contains(&format!("`{path}/")))
        .map(|path| Finding {
            path: MAP.to_owned(),
            line: 0,
            say: format!("does not name `{path}`; give it its line in the map"),
        })
        .collect()
}

/// Pages that the list in their own folder does not lead to.
fn unlisted(tree: &Tree) -> Vec<Finding> {
    let lists = ["docs/decisions/README.md", "docs/readings/README.md", "docs/manual/index.md"];
    let mut findings = Vec::new();
    for list in lists {
        let (Some(text), Some((folder, _))) = (tree.text(list), list.rsplit_once('/')) else {
            continue;
        };
        for file in tree.ending(".md").filter(|file| file.path != list) {
            let name = file.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
            let Some(name) = name.filter(|name| !name.ends_with(".ja.md")) else { continue };
            if !text.contains(&format!("]({name})")) {
                let say = format!("does not lead to {name}; give it its line");
                findings.push(Finding { path: list.to_owned(), line: 0, say });
            }
        }
    }
    findings
}

/// Paths in code spans, and the name in the span that follows at once.
fn spans(tree: &Tree, file: &Source, line_number: usize, line: &str) -> Vec<Finding> {
    let parts: Vec<&str> = line.split('`').collect();
    let mut findings = Vec::new();
    let mut say = |say: String| {
        findings.push(Finding { path: file.path.clone(), line: line_number, say });
    };
    for (at, span) in parts.iter().enumerate().filter(|(at, _)| at % 2 == 1) {
        if !is_path(span) {
            continue;
        }
        if !tree.has(span) {
            say(format!("there is no `{span}`; correct the path or take the sentence out"));
            continue;
        }
        let next = parts.get(at + 1).zip(parts.get(at + 2)).filter(|(gap, _)| **gap == " ");
        let Some((_, name)) = next else { continue };
        let word = name.rsplit("::").next().unwrap_or(name);
        if !word.contains(['/', ' ']) && !tree.text(span).is_none_or(|text| has_word(text, word)) {
            say(format!("`{span}` holds no `{name}`; name what is there now"));
        }
    }
    findings
}

fn is_path(span: &str) -> bool {
    let plain = !span.contains(['*', '<', '{', ' ', '…']) && !span.contains("NNNN");
    plain && ROOTS.iter().any(|root| span.starts_with(root) && span.len() > root.len())
}

/// Whether a text holds a name as a word of its own.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|rest| rest.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|rest| rest.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

/// Links to files of this repository.
fn links(tree: &Tree, file: &Source, line: usize, text: &str) -> Vec<Finding> {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets
        .map(|(target, _)| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.is_empty() && !target.contains(':'))
        .filter(|target| !tree.has(&joined(folder, target)))
        .map(|target| Finding {
            path: file.path.clone(),
            line,
            say: format!("the link to {target} leads nowhere; correct it or take it out"),
        })
        .collect()
}

fn joined(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::tree::says;
    use super::*;

    const LAKE: (&str, &str) = ("crates/lake/src/landing.rs", "pub fn keep() {}");

    fn check_map(map: &str, expect: &[&str]) {
        let tree = Tree::of(&[LAKE, ("crates/slices/src/records/mod.rs", ""), (MAP, map)]);
        assert_eq!(says(&check(&tree)), expect);
    }

    const BOTH: &str = "`crates/lake` `crates/slices` `crates/slices/src/records`\n";

    #[test]
    fn a_map_that_agrees_has_no_finding() {
        check_map(
            &format!("{BOTH}see `crates/lake/src/landing.rs` `keep` [all](crates/lake)"),
            &[],
        );
    }

    #[test]
    fn a_crate_or_slice_that_is_not_named_is_found() {
        check_map(
            "`crates/lake`, `crates/slices`",
            &[
                "ARCHITECTURE.md: does not name `crates/slices/src/records`; give it its line in the map",
            ],
        );
    }

    #[test]
    fn a_path_name_or_link_that_is_gone_is_found() {
        check_map(
            &format!("{BOTH}`crates/lake/src/gone.rs`"),
            &["ARCHITECTURE.md:2: there is no `crates/lake/src/gone.rs`; \
               correct the path or take the sentence out"],
        );
        check_map(
            &format!("{BOTH}`crates/lake/src/landing.rs` `kept`"),
            &[
                "ARCHITECTURE.md:2: `crates/lake/src/landing.rs` holds no `kept`; name what is there now",
            ],
        );
        check_map(
            &format!("{BOTH}[x](docs/gone.md#part)"),
            &[
                "ARCHITECTURE.md:2: the link to docs/gone.md leads nowhere; correct it or take it out",
            ],
        );
    }

    #[test]
    fn a_page_that_its_list_does_not_lead_to_is_found() {
        let list = ("docs/readings/README.md", "[a](a.md)");
        let with = Tree::of(&[list, ("docs/readings/a.md", "")]);
        assert_eq!(says(&check(&with)), Vec::<String>::new());
        let without = Tree::of(&[list, ("docs/readings/a.md", ""), ("docs/readings/b.md", "")]);
        assert_eq!(
            says(&check(&without)),
            ["docs/readings/README.md: does not lead to b.md; give it its line"]
        );
    }

    #[test]
    fn links_are_read_from_the_folder_they_stand_in() {
        assert_eq!(joined("docs/manual", "../../README.md"), "README.md");
        assert_eq!(joined("docs/manual", "./sql.md"), "docs/manual/sql.md");
    }
}
