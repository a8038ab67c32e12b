//! Words and marks that must not stand in what is handed on.

use super::tree::{Finding, Source, Tree};

/// This file names what it forbids.
const SELF: &str = "xtask/src/tidy/words.rs";

/// Forbidden in a kind of file, and what to write instead.
const BANNED: &[(&str, &str, &str)] = &[
    (".rs", "TODO", "do it now, or describe it where work is planned"),
    (".rs", "FIXME", "put it right now"),
    (".rs", "dbg!", "take the trace out"),
    (".rs", "todo!(", "write it"),
    (".rs", "unimplemented!(", "write it"),
    (".rs", "#[ignore", "make the test fast, or let it say aloud that it is skipped"),
    (".rs", "#[should_panic", "return an error and look at it"),
    (".rs", "#[allow(", "write #[expect(lint, reason = \"…\")]"),
    (".sql", "select *", "name the columns: a reader must know what comes"),
    (".sql", "TODO", "do it now"),
    (".html", "|safe", "let askama escape it; build markup in a component"),
    (".html", "| safe", "let askama escape it; build markup in a component"),
    (".html", "javascript:", "the page's policy forbids it; use a form or a link"),
    (".html", " style=\"", "the page's policy forbids it; use a class"),
    (".html", " onclick=", "the page's policy forbids it; use a form or a link"),
    (".md", "TODO", "write it, or leave the heading out"),
    (".toml", "TODO", "do it now"),
];

/// Folders of one person's machine.
const MACHINES: [&str; 5] = ["/work/", "/root/", "/home/", "/Users/", "C:\\Users"];

/// Names that say nothing: what is in such a file belongs where it is used.
const EMPTY_NAMES: [&str; 8] =
    ["utils", "util", "helpers", "helper", "common", "manager", "service", "misc"];

/// Finds forbidden words, paths of a machine, and names that say nothing.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path != SELF) {
        findings.extend(name(file));
        for (at, line) in file.text.lines().enumerate() {
            for say in in_line(&file.path, line) {
                findings.push(Finding { path: file.path.clone(), line: at + 1, say });
            }
        }
    }
    findings
}

fn in_line(path: &str, line: &str) -> Vec<String> {
    let mut says: Vec<String> = (BANNED.iter())
        .filter(|(kind, word, _)| path.ends_with(kind) && contains(kind, line, word))
        .map(|(_, word, instead)| format!("{word:?} must not stand here; {instead}"))
        .collect();
    let written =
        [".rs", ".md", ".toml", ".sql", ".html", ".yml"].iter().any(|end| path.ends_with(end));
    if written && let Some(machine) = MACHINES.iter().find(|machine| names_machine(line, machine)) {
        says.push(format!(
            "{machine:?} is one machine's folder; write a path that every reader has"
        ));
    }
    says
}

/// SQL is read without regard to case; everything else as written.
fn contains(kind: &str, line: &str, word: &str) -> bool {
    if kind == ".sql" {
        line.to_lowercase().contains(&word.to_lowercase())
    } else {
        line.contains(word)
    }
}

/// A machine's folder begins a path; in the middle of one it is something else.
fn names_machine(line: &str, machine: &str) -> bool {
    line.match_indices(machine).any(|(at, _)| {
        let before = line.get(..at).and_then(|rest| rest.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "._-}".contains(c))
    })
}

fn name(file: &Source) -> Option<Finding> {
    let part = file.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
    let empty = part.into_iter().find(|part| EMPTY_NAMES.contains(part))?;
    Some(Finding {
        path: file.path.clone(),
        line: 0,
        say: format!("{empty:?} says nothing; name the file after what it gives"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::says;
    use super::*;

    fn check_file(path: &str, text: &str, expect: &[&str]) {
        assert_eq!(says(&check(&Tree::of(&[(path, text)]))), expect);
    }

    #[test]
    fn what_is_written_well_has_no_finding() {
        check_file("crates/x/src/a.rs", "let url = \"https://x.example/home/a\";", &[]);
        check_file("a.sql", "select patient_id from t", &[]);
    }

    #[test]
    fn marks_machines_and_empty_names_are_found() {
        check_file(
            "a.sql",
            "SELECT * from t",
            &[
                "a.sql:1: \"select *\" must not stand here; name the columns: a reader must know what comes",
            ],
        );
        check_file(
            "a.rs",
            "// TODO later",
            &[
                "a.rs:1: \"TODO\" must not stand here; do it now, or describe it where work is planned",
            ],
        );
        check_file(
            "a.md",
            "put it in /home/me/x",
            &["a.md:1: \"/home/\" is one machine's folder; write a path that every reader has"],
        );
        check_file(
            "crates/x/src/utils.rs",
            "",
            &["crates/x/src/utils.rs: \"utils\" says nothing; name the file after what it gives"],
        );
    }
}
