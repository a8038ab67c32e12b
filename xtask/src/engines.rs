//! Do other engines read our tables as we do?
//!
//! The promise that a hospital can leave us at any time is worth what a stranger's reader makes of
//! the folder as it lies. DuckDB, Polars and delta-rs from Python each count the rows of every
//! table, and each must agree with `aoba tables`, but for the rows that our gate shows to no one.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::steps::Outcome;
use crate::{cargo, tools};

/// What one engine found in one table.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
enum Found {
    /// It read the table.
    Shape {
        rows: u64,
        /// Rows whose patient cannot be told.
        nobody: u64,
        columns: u64,
    },
    /// It could not.
    Error { error: String },
}

/// One line of `aoba tables --format json`.
#[derive(Debug, Deserialize)]
struct Table {
    name: String,
    rows: u64,
}

/// By engine, then by table.
type Answers = BTreeMap<String, BTreeMap<String, Found>>;

/// The command: like [`check`], and a skipped check is a failure, since it was asked for.
pub(crate) fn run(root: &Path, home: &Path) -> Result<()> {
    match check(root, home)? {
        Outcome::Passed => Ok(()),
        Outcome::Skipped(why) => bail!("not checked: {why}"),
    }
}

/// Lets each engine count every table of a data folder and compares.
pub(crate) fn check(root: &Path, home: &Path) -> Result<Outcome> {
    let python = match tools::python(root) {
        Ok(python) => python,
        Err(error) => return Ok(Outcome::Skipped(format!("{error:#}"))),
    };
    let mut tables = Command::new(cargo::build_aoba(root)?);
    tables.arg("--home").arg(home).args(["tables", "--format", "json"]);
    let ours: Vec<Table> =
        serde_json::from_str(&cargo::output(tables)?).context("`aoba tables --format json`")?;
    let mut count = Command::new(python);
    count.arg(root.join("xtask/src/engines/count.py")).arg(home.join("lake"));
    let theirs: Answers = serde_json::from_str(&cargo::output(count)?).context("count.py")?;
    let quarrels = quarrels(&ours, &theirs);
    if !quarrels.is_empty() {
        let hint = "people who opted out are in the folder and not in our counts";
        bail!("the engines do not agree ({hint})\n{}", quarrels.join("\n"));
    }
    let engines: Vec<&str> = theirs.keys().map(String::as_str).collect();
    println!("{} agree on the rows of {} tables", engines.join(", "), ours.len());
    Ok(Outcome::Passed)
}

/// Each place where an engine and we differ, in words.
fn quarrels(ours: &[Table], theirs: &Answers) -> Vec<String> {
    let mut found = Vec::new();
    if ours.is_empty() || theirs.is_empty() {
        found.push("there is nothing to compare: load something first".to_owned());
    }
    let names: Vec<&str> = ours.iter().map(|table| table.name.as_str()).collect();
    for (engine, tables) in theirs {
        for table in ours {
            match tables.get(&table.name) {
                Some(Found::Shape { rows, nobody, .. }) if *rows == table.rows + nobody => {}
                Some(Found::Shape { rows, nobody, .. }) => found.push(format!(
                    "{}: {engine} counts {rows} rows, {nobody} of them about nobody, aoba {}",
                    table.name, table.rows
                )),
                Some(Found::Error { error }) => {
                    found.push(format!("{}: {engine} cannot read it: {error}", table.name));
                }
                None => found.push(format!("{}: {engine} does not see the table", table.name)),
            }
        }
        for name in tables.keys().filter(|name| !names.contains(&name.as_str())) {
            found.push(format!("{name}: in the folder, but `aoba tables` does not list it"));
        }
    }
    found.extend(widths(theirs));
    found
}

/// Engines that see the same rows must see the same columns too.
fn widths(theirs: &Answers) -> Vec<String> {
    let mut seen: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
    let mut found = Vec::new();
    for (engine, tables) in theirs {
        for (name, shape) in tables {
            let Found::Shape { columns, .. } = shape else { continue };
            let (first, by) = *seen.entry(name).or_insert((*columns, engine));
            if first != *columns {
                found.push(format!("{name}: {by} sees {first} columns, {engine} {columns}"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(theirs: &str, expect: &[&str]) {
        let ours = [Table { name: "patient".into(), rows: 12 }];
        let theirs: Answers = serde_json::from_str(theirs).unwrap();
        assert_eq!(quarrels(&ours, &theirs), expect);
    }

    #[test]
    fn engines_that_agree_have_no_quarrel() {
        check(r#"{"Polars": {"patient": {"rows": 14, "nobody": 2, "columns": 9}}}"#, &[]);
    }

    #[test]
    fn each_difference_is_named() {
        check(
            r#"{"DuckDB": {"patient": {"rows": 12, "nobody": 2, "columns": 9}}}"#,
            &["patient: DuckDB counts 12 rows, 2 of them about nobody, aoba 12"],
        );
        check(
            r#"{"Polars": {"patient": {"error": "no such file"}}}"#,
            &["patient: Polars cannot read it: no such file"],
        );
        check(r#"{"Polars": {}}"#, &["patient: Polars does not see the table"]);
        check(
            r#"{"Polars": {"patient": {"rows": 14, "nobody": 2, "columns": 9}, "x": {"rows": 1, "nobody": 0, "columns": 1}}}"#,
            &["x: in the folder, but `aoba tables` does not list it"],
        );
        check(
            r#"{"A": {"patient": {"rows": 14, "nobody": 2, "columns": 9}}, "B": {"patient": {"rows": 14, "nobody": 2, "columns": 8}}}"#,
            &["patient: A sees 9 columns, B 8"],
        );
    }

    #[test]
    fn nothing_to_compare_is_not_agreement() {
        check("{}", &["there is nothing to compare: load something first"]);
    }
}
