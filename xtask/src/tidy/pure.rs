//! What the lower floors must not reach: files, the network, the clock, chance, other threads.
//!
//! Pure things are tested in milliseconds and run the same everywhere. Clippy could forbid the
//! calls, but not tell a test (which reads a conformance suite from disk) from the code it tests.

use super::tree::{Finding, Tree};

/// A call, who may make it, and what to do instead.
struct Rule {
    calls: &'static [&'static str],
    /// Crates (or single files) that may.
    may: &'static [&'static str],
    instead: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        calls: &["std::fs", "std::net", "std::process", "File::open", "tokio::"],
        may: &[
            "crates/ledger/",
            "crates/timeline/",
            "crates/lake/",
            "crates/desk/",
            "crates/slices/",
            "crates/aoba/",
        ],
        instead: "take bytes and values as arguments; the floor above reads and writes",
    },
    Rule {
        calls: &["SystemTime::now", "Timestamp::now(", "Zoned::now(", "Utc::now("],
        may: &["crates/ledger/", "crates/lake/", "crates/desk/", "crates/aoba/"],
        instead: "take the time as an argument, so that every test can be repeated",
    },
    Rule {
        calls: &["getrandom::", "rand::", "thread_rng"],
        may: &["crates/ledger/", "crates/aoba/"],
        instead: "take a seed or a key as an argument, so that every test can be repeated",
    },
    Rule {
        calls: &["env::var"],
        may: &["crates/aoba/"],
        instead: "settings are parsed once in crates/aoba and passed down",
    },
    Rule {
        calls: &["SessionContext::new"],
        may: &["crates/lake/"],
        instead: "read through the gate: a session made elsewhere does not know who may be seen",
    },
];

/// Finds calls where they may not be made. Tests may make them.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree
        .ending(".rs")
        .filter(|file| file.path.contains("/src/") && file.path.starts_with("crates/"))
    {
        for (line_number, line) in file.code_lines() {
            let code = line.split("//").next().unwrap_or_default();
            for rule in
                RULES.iter().filter(|rule| !rule.may.iter().any(|may| file.path.starts_with(may)))
            {
                if let Some(call) = rule.calls.iter().find(|call| calls(code, call)) {
                    findings.push(Finding {
                        path: file.path.clone(),
                        line: line_number,
                        say: format!("{call} is not for this crate; {}", rule.instead),
                    });
                }
            }
        }
    }
    findings
}

/// Whether a line holds a call that begins there, not in the middle of a longer name.
fn calls(code: &str, call: &str) -> bool {
    code.match_indices(call).any(|(at, _)| {
        let before = code.get(..at).and_then(|rest| rest.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::says;
    use super::*;

    #[test]
    fn a_test_may_read_and_the_program_may_ask_the_environment() {
        let tree = Tree::of(&[
            ("crates/fhir/src/a.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n use std::fs;\n}"),
            ("crates/fhir/tests/suite/main.rs", "use std::fs;"),
            ("crates/fhir/src/b.rs", "Operand::Path"),
            ("crates/aoba/src/config.rs", "std::env::var(\"X\")"),
        ]);
        assert_eq!(says(&check(&tree)), Vec::<String>::new());
    }

    #[test]
    fn a_pure_crate_that_reads_a_file_or_the_clock_is_found() {
        let tree = Tree::of(&[("crates/fhir/src/a.rs", "use std::fs; // why\nSystemTime::now()")]);
        assert_eq!(
            says(&check(&tree)),
            [
                "crates/fhir/src/a.rs:1: std::fs is not for this crate; \
                 take bytes and values as arguments; the floor above reads and writes",
                "crates/fhir/src/a.rs:2: SystemTime::now is not for this crate; \
                 take the time as an argument, so that every test can be repeated",
            ]
        );
    }
}
