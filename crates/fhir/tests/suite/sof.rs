//! SQL-on-FHIR's own suites, and ours, run on both engines.
//!
//! The official suites are read from the shared data folder where there is one; ours lies beside
//! this file in the same format, so that the repository tests itself.

use std::path::PathBuf;
use std::sync::Arc;

use fhir::json::Node;
use fhir::reference::Origin;
use fhir::view::{self, View};

use crate::cells;

/// Runs a view over resources, given as JSON; an error is a message.
type Engine = fn(&Arc<View>, &[String]) -> Result<Vec<Vec<Node>>, String>;

const ENGINES: [(&str, Engine); 2] = [("general", cells::general), ("plan", cells::plan)];

/// Cases of the older suite that were withdrawn: `join()` of nothing is nothing, not an empty text.
const WITHDRAWN: [&str; 2] = ["string join", "string join: default separator"];

#[test]
fn the_suite_of_august_2026_passes_whole() {
    official("sql-on-fhir-2026-08", 144, &[]);
}

#[test]
fn the_suite_of_may_2026_passes_but_for_what_was_withdrawn() {
    official("sql-on-fhir", 132, &WITHDRAWN);
}

#[test]
fn our_own_cases_pass() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/views");
    let (run, failed) = folder_of(&folder, &[]);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(run >= 40, "only {run} cases were found");
}

fn official(name: &str, cases: usize, withdrawn: &[&str]) {
    let Some(folder) = shared().map(|shared| shared.join("data").join(name)).filter(|f| f.is_dir())
    else {
        println!("SKIPPED: no folder {name} in the shared data");
        return;
    };
    let (run, failed) = folder_of(&folder, withdrawn);
    assert!(failed.is_empty(), "{} of {run} failed:\n{}", failed.len(), failed.join("\n"));
    assert_eq!(run, cases);
}

/// The folder of shared data: named by `AOBA_SHARED`, else beside the repository.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var("AOBA_SHARED").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// Runs every case of every file: how many there were, and what was wrong with each that failed.
fn folder_of(folder: &PathBuf, withdrawn: &[&str]) -> (usize, Vec<String>) {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("the entry can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter(|path| !path.to_string_lossy().ends_with(".schema.json"))
        .collect();
    files.sort();
    let (mut run, mut failed) = (0, Vec::new());
    for path in files {
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        let file = Node::parse(&text).expect("the file is JSON");
        let list = |key: &str| file.get(key).and_then(Node::as_array).unwrap_or_default();
        for case in list("tests") {
            let title = case.get("title").and_then(Node::as_str).unwrap_or_default();
            if withdrawn.contains(&title) {
                continue;
            }
            run += 1;
            for (engine, execute) in ENGINES {
                if let Err(told) = check(case, list("resources"), execute) {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    failed.push(format!("{name}: {title} ({engine}): {told}"));
                }
            }
        }
    }
    (run, failed)
}

fn check(case: &Node, resources: &[Node], execute: Engine) -> Result<(), String> {
    let given = case.get("view").ok_or("the case has no view")?;
    let found = run(given, resources, execute);
    if case.get("expectError").and_then(Node::as_bool) == Some(true) {
        return found.map_or(Ok(()), |(_, rows)| Err(format!("no error, {} rows", rows.len())));
    }
    let (columns, rows) = found?;
    if let Some(wanted) = case.get("expectColumns").and_then(Node::as_array) {
        let wanted: Vec<&str> = wanted.iter().filter_map(Node::as_str).collect();
        if columns != wanted {
            return Err(format!("columns {columns:?}, wanted {wanted:?}"));
        }
    }
    if let Some(wanted) = case.get("expectCount").and_then(Node::as_number)
        && wanted != rows.len().to_string()
    {
        return Err(format!("{} rows, wanted {wanted}", rows.len()));
    }
    match case.get("expect").and_then(Node::as_array) {
        Some(wanted) => same_rows(&columns, rows, wanted),
        None => Ok(()),
    }
}

fn run(
    given: &Node,
    resources: &[Node],
    execute: Engine,
) -> Result<(Vec<String>, Vec<Vec<Node>>), String> {
    let (view, issues) = view::read(given.to_string().as_bytes());
    let view = Arc::new(view.ok_or_else(|| format!("refused: {issues:?}"))?);
    let texts: Vec<String> = resources
        .iter()
        .filter(|resource| resource.resource_type() == Some(&view.resource))
        .map(ToString::to_string)
        .collect();
    let columns = view.columns().iter().map(|column| column.name.clone()).collect();
    Ok((columns, execute(&view, &texts)?))
}

/// Compares rows without regard to their order.
fn same_rows(columns: &[String], mut rows: Vec<Vec<Node>>, wanted: &[Node]) -> Result<(), String> {
    let shown = |rows: &[Vec<Node>]| {
        let row = |row: &Vec<Node>| Node::Array(row.clone()).to_string();
        rows.iter().map(row).collect::<Vec<_>>().join(" ")
    };
    let all = shown(&rows);
    for wanted in wanted {
        let object = wanted.as_object().ok_or("an expected row is not an object")?;
        let same = |row: &Vec<Node>| {
            object.len() == columns.len()
                && columns
                    .iter()
                    .zip(row)
                    .all(|(name, value)| object.get(name).is_some_and(|wanted| same(wanted, value)))
        };
        match rows.iter().position(same) {
            Some(place) => drop(rows.swap_remove(place)),
            None => return Err(format!("no row {wanted} in {all}")),
        }
    }
    if rows.is_empty() { Ok(()) } else { Err(format!("rows too many: {}", shown(&rows))) }
}

/// Compares values; numbers by what they are worth, for a decimal comes as its text.
fn same(wanted: &Node, got: &Node) -> bool {
    let number = |node: &Node| node.as_number().or(node.as_str())?.parse::<f64>().ok();
    match (wanted, got) {
        (Node::Number(_), _) => number(wanted) == number(got),
        (Node::Array(wanted), Node::Array(got)) => {
            wanted.len() == got.len() && wanted.iter().zip(got).all(|(w, g)| same(w, g))
        }
        _ => wanted == got,
    }
}

/// Where resources of the suites come from: nowhere in particular.
pub(crate) fn origin(line: usize) -> Origin<'static> {
    Origin { line: line as u64 + 1, ..Origin::default() }
}
