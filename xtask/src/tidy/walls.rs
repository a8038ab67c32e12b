//! Check 3: heavy dependencies stay behind their wall, and floors only point down.
//!
//! One crate absorbs each major version of the engine, the database and the web kit; the lower
//! floors never come to stand on them. Read from `cargo metadata`, so nothing can hide in a feature.

use super::tree::Finding;
use crate::cargo::{Metadata, Package};

/// Who may name what in its own dependency tables.
const WALLS: &[(&[&str], &[&str])] = &[
    (
        &["datafusion", "parquet", "deltalake", "deltalake-core", "object_store"],
        &["lake", "cluster"],
    ),
    (&["sqlx"], &["ledger"]),
    (&["noodles"], &["variants"]),
    (&["memmap2"], &["timeline"]),
    (&["axum"], &["desk", "slices", "aoba"]),
    (&["reqwest", "rustls-pki-types"], &["aoba"]),
    // Signs requests to servers, and the checkpoints of the audit.
    (&["aws-lc-rs"], &["aoba", "ledger"]),
    (&["anyhow"], &["aoba", "xtask"]),
];

/// Which crate stands on which floor; arrows go to a lower floor, or sideways within floors 1 to 3.
const FLOORS: &[(u8, &[&str])] = &[
    (0, &["vocab"]),
    (1, &["fhir", "sources", "notes", "cohort", "stats", "variants", "disclosure", "synth"]),
    (2, &["ledger", "timeline"]),
    (3, &["lake", "cluster"]),
    (4, &["desk"]),
    (5, &["slices"]),
    (6, &["aoba"]),
    (7, &["xtask"]),
];

/// What the pure floors (0 and 1) must not stand on, however far below.
const NOT_PURE: [&str; 5] = ["tokio", "mio", "sqlx-core", "hyper", "datafusion"];

/// Finds dependencies on the wrong side of a wall, arrows that go up, and impure lower floors.
pub(super) fn check(metadata: &Metadata) -> Vec<Finding> {
    let own: Vec<&str> = metadata.own().map(|package| package.name.as_str()).collect();
    let mut findings = Vec::new();
    for package in metadata.own() {
        let mut say = |say: String| findings.push(finding(package, say));
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            if let Some((_, may)) = WALLS.iter().find(|(walled, _)| walled.contains(&name))
                && !may.contains(&package.name.as_str())
                && dependency.kind.as_deref() != Some("dev")
            {
                say(format!("{} names {name}; only {} may", package.name, may.join(", ")));
            }
            if own.contains(&name) {
                arrow(&package.name, name).into_iter().for_each(&mut say);
            }
        }
        match floor(&package.name) {
            None => say(format!("{} has no floor; give it one in {}", package.name, file!())),
            Some(0 | 1) => {
                for name in metadata.beneath(package) {
                    if NOT_PURE.contains(&name) {
                        say(format!(
                            "{} comes to stand on {name}; floors 0 and 1 are pure",
                            package.name
                        ));
                    }
                }
            }
            Some(_) => {}
        }
    }
    findings
}

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(_, names)| names.contains(&name)).map(|(floor, _)| *floor)
}

/// What is wrong with an arrow between two of our crates.
fn arrow(from: &str, to: &str) -> Option<String> {
    let (above, below) = (floor(from)?, floor(to)?);
    let sideways = above == below && (1..=3).contains(&above);
    (above < below || (above == below && !sideways)).then(|| {
        format!("{from} (floor {above}) names {to} (floor {below}); arrows go down: move the shared part lower")
    })
}

fn finding(package: &Package, say: String) -> Finding {
    let folder = if package.name == "xtask" { String::new() } else { "crates/".to_owned() };
    Finding { path: format!("{folder}{}/Cargo.toml", package.name), line: 0, say }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tree::says;
    use super::*;
    use serde_json::{Value, json};

    /// Builds metadata from (name, licence, ours, dependencies).
    pub(crate) fn metadata(packages: &[(&str, &str, bool, &[&str])]) -> Metadata {
        let package = |(name, license, _, deps): &(&str, &str, bool, &[&str])| {
            let deps: Vec<Value> =
                deps.iter().map(|dep| json!({"name": dep, "kind": null})).collect();
            json!({"id": name, "name": name, "version": "1.0.0", "license": license,
                   "dependencies": deps})
        };
        let node = |(name, _, _, deps): &(&str, &str, bool, &[&str])| {
            let deps: Vec<Value> =
                deps.iter().map(|dep| json!({"pkg": dep, "dep_kinds": [{"kind": null}]})).collect();
            json!({"id": name, "deps": deps})
        };
        let own: Vec<&str> = packages.iter().filter(|each| each.2).map(|each| each.0).collect();
        serde_json::from_value(json!({
            "packages": packages.iter().map(package).collect::<Vec<_>>(),
            "workspace_members": own,
            "resolve": {"nodes": packages.iter().map(node).collect::<Vec<_>>()},
        }))
        .unwrap()
    }

    #[test]
    fn what_stands_as_planned_has_no_finding() {
        let metadata = metadata(&[
            ("lake", "", true, &["parquet", "ledger", "fhir"]),
            ("ledger", "", true, &["sqlx", "tokio"]),
            ("fhir", "", true, &["vocab"]),
            ("vocab", "", true, &[]),
            ("parquet", "", false, &["object_store"]),
            ("sqlx", "", false, &[]),
            ("tokio", "", false, &[]),
        ]);
        assert_eq!(says(&check(&metadata)), Vec::<String>::new());
    }

    #[test]
    fn a_wall_that_is_climbed_is_found() {
        let metadata = metadata(&[("desk", "", true, &["parquet"]), ("parquet", "", false, &[])]);
        assert_eq!(
            says(&check(&metadata)),
            ["crates/desk/Cargo.toml: desk names parquet; only lake, cluster may"]
        );
    }

    #[test]
    fn an_arrow_that_goes_up_is_found() {
        let metadata = metadata(&[("ledger", "", true, &["lake"]), ("lake", "", true, &[])]);
        assert_eq!(
            says(&check(&metadata)),
            ["crates/ledger/Cargo.toml: ledger (floor 2) names lake (floor 3); \
              arrows go down: move the shared part lower"]
        );
    }

    #[test]
    fn a_pure_floor_that_comes_to_stand_on_a_runtime_is_found() {
        let metadata = metadata(&[
            ("fhir", "", true, &["somelib"]),
            ("somelib", "", false, &["tokio"]),
            ("tokio", "", false, &[]),
        ]);
        assert_eq!(
            says(&check(&metadata)),
            ["crates/fhir/Cargo.toml: fhir comes to stand on tokio; floors 0 and 1 are pure"]
        );
    }

    #[test]
    fn a_crate_without_a_floor_is_found() {
        let found = says(&check(&metadata(&[("attic", "", true, &[])])));
        assert!(found.len() == 1 && found[0].contains("attic has no floor"), "{found:?}");
    }
}
