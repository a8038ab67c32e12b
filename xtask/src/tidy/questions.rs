//! Each question in SQL says on its first line what it asks; a slice's has a twin with the answer.
//!
//! A reviewer who knows no Rust reads the first line, then the question, then what it answers for
//! the twelve people.

use super::tree::{Finding, Tree};

/// Finds questions without a first line of words, and questions of slices without a twin.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let asked = |path: &str| path.starts_with("crates/slices/") && path.contains("/sql/");
    for file in tree.ending(".sql").filter(|file| asked(&file.path)) {
        let mut say =
            |line, say: String| findings.push(Finding { path: file.path.clone(), line, say });
        let first = file.text.lines().next().unwrap_or_default();
        if !(first.starts_with("-- ") && first.ends_with('?')) {
            say(1, "begins with no question; write `-- Which …?` as the first line".to_owned());
        }
        let twin = file.path.replace(".sql", ".slt");
        let name = file.path.rsplit('/').next().unwrap_or_default();
        match tree.text(&twin) {
            None => say(0, format!("has no twin; write {twin} with its answers")),
            Some(text) if !text.lines().any(|line| line.starts_with(&format!("{name} of "))) => {
                say(0, format!("is not asked by {twin}; write `{name} of PERSON` there"));
            }
            Some(_) => {}
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree::says;
    use super::*;

    fn check_files(files: &[(&str, &str)], expect: &[&str]) {
        assert_eq!(says(&check(&Tree::of(files))), expect);
    }

    const ASKED: &str = "-- Who came?\nselect 1\n";

    #[test]
    fn a_question_with_its_twin_is_fine() {
        let twin = "query I\nvisits.sql of hanako\n----\n1\n";
        let (sql, slt) =
            ("crates/slices/src/x/sql/visits.sql", "crates/slices/src/x/sql/visits.slt");
        check_files(&[(sql, ASKED), (slt, twin)], &[]);
        check_files(&[("crates/ledger/sql/begin.sql", "begin immediate")], &[]);
    }

    #[test]
    fn a_question_without_words_or_twin_is_found() {
        let sql = "crates/slices/src/x/sql/visits.sql";
        check_files(
            &[(sql, "select 1\n")],
            &[
                "crates/slices/src/x/sql/visits.sql:1: begins with no question; write `-- Which …?` as the first line",
                "crates/slices/src/x/sql/visits.sql: has no twin; write crates/slices/src/x/sql/visits.slt with its answers",
            ],
        );
        check_files(
            &[(sql, ASKED), ("crates/slices/src/x/sql/visits.slt", "query I\nselect 1\n----\n1\n")],
            &[
                "crates/slices/src/x/sql/visits.sql: is not asked by crates/slices/src/x/sql/visits.slt; write `visits.sql of PERSON` there",
            ],
        );
    }
}
