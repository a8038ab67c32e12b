//! What a person reads exists in both languages, and both say the same.
//!
//! Sameness cannot be checked by a program; that both have the same headings and show the same
//! commands can, and it is where translations part first.

use super::tree::{Finding, Tree};

/// Finds pages without a twin, and twins that have parted.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let english = |path: &str| {
        !path.ends_with(".ja.md") && (path == "README.md" || path.starts_with("docs/manual/"))
    };
    for file in tree.ending(".md").filter(|file| english(&file.path)) {
        let twin = file.path.replace(".md", ".ja.md");
        let mut say = |say: String| findings.push(Finding { path: twin.clone(), line: 0, say });
        let Some(text) = tree.text(&twin) else {
            say(format!("is missing; write the Japanese twin of {}", file.path));
            continue;
        };
        let (theirs, ours) = (headings(&file.text), headings(text));
        if theirs != ours {
            say(format!("has the headings {ours:?} (by level), {} has {theirs:?}", file.path));
        }
        let (theirs, ours) = (commands(&file.text), commands(text));
        if let Some(other) = theirs.iter().find(|line| !ours.contains(line)) {
            say(format!("does not show {other:?}, which {} shows", file.path));
        } else if let Some(other) = ours.iter().find(|line| !theirs.contains(line)) {
            say(format!("shows {other:?}, which {} does not", file.path));
        }
    }
    findings
}

/// The level of each heading, in order.
fn headings(text: &str) -> Vec<usize> {
    let mut inside = false;
    let mut levels = Vec::new();
    for line in text.lines() {
        inside ^= line.starts_with("```");
        if !inside && line.starts_with('#') {
            levels.push(line.chars().take_while(|c| *c == '#').count());
        }
    }
    levels
}

/// The lines of `sh` blocks without their remarks.
fn commands(text: &str) -> Vec<&str> {
    let (mut inside, mut found) = (false, Vec::new());
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            inside = !inside && kind.trim() == "sh";
        } else if inside {
            found.push(line.split(" #").next().unwrap_or_default().trim());
        }
    }
    found.retain(|line| !line.is_empty() && !line.starts_with('#'));
    found
}

#[cfg(test)]
mod tests {
    use super::super::tree::says;
    use super::*;

    fn check_pair(en: &str, ja: &str, expect: &[&str]) {
        let tree = Tree::of(&[("README.md", en), ("README.ja.md", ja)]);
        assert_eq!(says(&check(&tree)), expect);
    }

    #[test]
    fn twins_with_the_same_headings_and_commands_are_fine() {
        check_pair(
            "# A\n```sh\naoba tables  # all\n```\n",
            "# あ\n```sh\naoba tables  # 全部\n```\n",
            &[],
        );
        assert_eq!(says(&check(&Tree::of(&[("docs/operating.md", "")]))), Vec::<String>::new());
    }

    #[test]
    fn a_missing_or_parted_twin_is_found() {
        let alone = Tree::of(&[("docs/manual/sql.md", "")]);
        assert_eq!(
            says(&check(&alone)),
            ["docs/manual/sql.ja.md: is missing; write the Japanese twin of docs/manual/sql.md"]
        );
        check_pair(
            "# A\n## B\n",
            "# あ\n",
            &["README.ja.md: has the headings [1] (by level), README.md has [1, 2]"],
        );
        check_pair(
            "```sh\na\n```\n",
            "```sh\nb\n```\n",
            &["README.ja.md: does not show \"a\", which README.md shows"],
        );
        check_pair("", "```sh\nb\n```\n", &["README.ja.md: shows \"b\", which README.md does not"]);
    }
}
