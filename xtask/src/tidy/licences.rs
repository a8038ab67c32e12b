//! Licences: everything we are built from may be handed on under Apache-2.0.
//!
//! The lists are those of `deny.toml`, so that this check and cargo-deny never say different
//! things; only the reading of `cargo metadata` is ours, because it needs nothing installed.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tree::{Finding, Tree};
use crate::cargo::Metadata;

const LIST: &str = "deny.toml";

/// The part of `deny.toml` that is ours to read.
#[derive(Debug, Deserialize)]
struct Deny {
    licenses: Licenses,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

/// Finds packages whose licence is not on the list, and exceptions that nobody needs any more.
pub(super) fn check(tree: &Tree, metadata: &Metadata) -> Vec<Finding> {
    let finding = |say| Finding { path: LIST.to_owned(), line: 0, say };
    let Some(Ok(deny)) = tree.text(LIST).map(toml::from_str::<Deny>) else {
        return vec![finding("cannot be read; it lists the licences we accept".to_owned())];
    };
    let exceptions: BTreeMap<&str, &[String]> = deny
        .licenses
        .exceptions
        .iter()
        .map(|each| (each.name.as_str(), each.allow.as_slice()))
        .collect();
    let mut findings = Vec::new();
    for package in &metadata.packages {
        let licence = package.license.as_deref().unwrap_or("(none)");
        let more = exceptions.get(package.name.as_str()).copied().unwrap_or_default();
        let may = |name: &str| deny.licenses.allow.iter().chain(more).any(|each| each == name);
        if !allowed(licence, &may) {
            findings.push(finding(format!(
                "{} {} is under {licence}, which is not on the list; replace the package, or add \
                 the licence with the reason",
                package.name, package.version
            )));
        }
    }
    let gone =
        exceptions.keys().filter(|name| metadata.packages.iter().all(|each| each.name != **name));
    findings.extend(
        gone.map(|name| finding(format!("{name} is no longer used; take its exception out"))),
    );
    findings
}

/// Whether an SPDX expression can be met with what is allowed. `A/B` is the old way to write
/// `A OR B`.
fn allowed(expression: &str, may: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any(&words, &mut at, may);
    met && at == words.len()
}

fn any(words: &[&str], at: &mut usize, may: &dyn Fn(&str) -> bool) -> bool {
    let mut met = every(words, at, may);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= every(words, at, may);
    }
    met
}

fn every(words: &[&str], at: &mut usize, may: &dyn Fn(&str) -> bool) -> bool {
    let mut met = one(words, at, may);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, may);
    }
    met
}

fn one(words: &[&str], at: &mut usize, may: &dyn Fn(&str) -> bool) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let met = any(words, at, may);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return met && closed;
    }
    if words.get(*at) == Some(&"WITH") {
        let with = words.get(*at + 1).copied().unwrap_or_default();
        *at += 2;
        return may(&format!("{word} WITH {with}")) || may(word);
    }
    may(word)
}

#[cfg(test)]
mod tests {
    use super::super::tree::says;
    use super::super::walls::tests::metadata;
    use super::*;

    const DENY: &str = "[licenses]\nallow = [\"MIT\", \"Apache-2.0\"]\n\
        [[licenses.exceptions]]\ncrate = \"odd\"\nallow = [\"MPL-2.0\"]\n";

    fn check_licence(licence: &str, expect: bool) {
        let may = |name: &str| ["MIT", "Apache-2.0", "BSD-3-Clause"].contains(&name);
        assert_eq!(allowed(licence, &may), expect, "{licence}");
    }

    #[test]
    fn expressions_are_met_as_spdx_says() {
        check_licence("MIT OR GPL-3.0", true);
        check_licence("MIT/GPL-3.0", true);
        check_licence("(MIT OR GPL-3.0) AND BSD-3-Clause", true);
        check_licence("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true);
        check_licence("MIT AND GPL-3.0", false);
        check_licence("GPL-3.0", false);
        check_licence("(MIT", false);
        check_licence("MIT MIT", false);
        check_licence("", false);
    }

    #[test]
    fn a_licence_on_the_list_or_excepted_is_fine() {
        let metadata = metadata(&[("a", "MIT", false, &[]), ("odd", "MPL-2.0", false, &[])]);
        assert_eq!(says(&check(&Tree::of(&[(LIST, DENY)]), &metadata)), Vec::<String>::new());
    }

    #[test]
    fn a_licence_that_is_not_on_the_list_and_a_stale_exception_are_found() {
        let metadata = metadata(&[("a", "GPL-3.0", false, &[])]);
        let found = says(&check(&Tree::of(&[(LIST, DENY)]), &metadata));
        assert!(found[0].contains("a 1.0.0 is under GPL-3.0"), "{found:?}");
        assert_eq!(found[1], "deny.toml: odd is no longer used; take its exception out");
        assert_eq!(check(&Tree::default(), &metadata).len(), 1);
    }
}
