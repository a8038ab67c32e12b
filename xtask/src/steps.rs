//! `cargo xtask test`: each thing that must hold, in the order in which it fails soonest.
//!
//! A step that fails does not stop the others: one run tells everything that is wrong. The summary
//! at the end says how long each took, so that a slow one is seen the day it becomes slow.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{cargo, engines, manual, pages, tools};

/// A step by name: what it proves and how.
struct Step {
    name: &'static str,
    proves: &'static str,
    run: fn(&Path) -> Result<Outcome>,
}

/// How a step ended when it did not fail.
pub(crate) enum Outcome {
    /// All of it was checked.
    Passed,
    /// Part of it could not be checked here, and why.
    Skipped(String),
}

const STEPS: &[Step] = &[
    Step { name: "tools", proves: "what the tests need is installed", run: tools::install },
    Step { name: "format", proves: "every file is formatted", run: format },
    Step { name: "tidy", proves: "tree, map, walls and licences agree", run: tidy },
    Step { name: "tests", proves: "every test of every crate, and every example", run: tests },
    Step { name: "postgres", proves: "the same with the ledger on a server", run: postgres },
    Step { name: "manual", proves: "the commands that the documents show exist", run: commands },
    Step { name: "engines", proves: "other engines read the tables as we do", run: others },
    Step { name: "pages", proves: "every page is right in a browser", run: pages::run },
    Step { name: "clippy", proves: "no lint is broken", run: clippy },
    Step {
        name: "documents",
        proves: "every link in the code's documentation leads",
        run: documents,
    },
];

/// Runs all steps and prints the summary.
pub(crate) fn run(root: &Path) -> Result<()> {
    let began = Instant::now();
    let mut ends = Vec::new();
    for step in STEPS {
        println!("\n== {}: {}", step.name, step.proves);
        let started = Instant::now();
        let end = (step.run)(root);
        if let Err(error) = &end {
            eprintln!("FAILED {}: {error:#}", step.name);
        }
        ends.push((step, end, started.elapsed()));
    }
    println!("\n== summary");
    for (step, end, took) in &ends {
        println!("{}", line(step.name, step.proves, end, *took));
    }
    println!("{:>8}  in all", clock(began.elapsed()));
    let failed = ends.iter().filter(|(_, end, _)| end.is_err()).count();
    if failed > 0 {
        bail!("{failed} of {} steps failed", ends.len());
    }
    Ok(())
}

fn line(name: &str, proves: &str, end: &Result<Outcome>, took: Duration) -> String {
    let (word, note) = match end {
        Ok(Outcome::Passed) => ("ok", String::new()),
        Ok(Outcome::Skipped(why)) => ("PART", format!(" (skipped: {why})")),
        Err(_) => ("FAILED", String::new()),
    };
    format!("{:>8}  {word:<6}  {name:<10} {proves}{note}", clock(took))
}

/// Minutes and seconds, as on a stopwatch.
fn clock(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

/// The object store of the tests is no member of the workspace.
const STORE: &str = "xtask/teststore/Cargo.toml";

fn format(root: &Path) -> Result<Outcome> {
    with(root, &["fmt", "--manifest-path", STORE, "--check"])?;
    with(root, &["fmt", "--all", "--check"])
}

fn tidy(root: &Path) -> Result<Outcome> {
    crate::tidy::run(root)?;
    Ok(Outcome::Passed)
}

fn clippy(root: &Path) -> Result<Outcome> {
    if store(root).is_ok() {
        let mut command = of_store(root, &["clippy", "--quiet", "--locked"]);
        command.args(["--", "-D", "warnings"]);
        cargo::succeed(command)?;
    }
    with(root, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

fn tests(root: &Path) -> Result<Outcome> {
    let mut command = testing(root);
    let skipped = match store(root) {
        Ok(()) => None,
        Err(error) => {
            println!("SKIPPED: no test will meet an object store: {error:#}");
            command.env("AOBA_TESTS_WITHOUT_STORE", "1");
            Some("no object store for the tests".to_owned())
        }
    };
    cargo::succeed(command)?;
    Ok(skipped.map_or(Outcome::Passed, Outcome::Skipped))
}

/// Runs tests, one more side by side than there are processors: those that start the program wait
/// for the disk much of their time.
fn testing(root: &Path) -> Command {
    let mut command = cargo::cargo(root);
    command.args(["test", "--workspace", "--no-fail-fast"]);
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        command.env("RUST_TEST_THREADS", (processors + 1).to_string());
    }
    command
}

/// Builds the object store that the tests start.
fn store(root: &Path) -> Result<()> {
    cargo::succeed(of_store(root, &["build", "--quiet", "--locked"]))
}

fn of_store(root: &Path, words: &[&str]) -> Command {
    let target = cargo::target_folder(root).join("teststore");
    let mut command = cargo::cargo(root);
    command.args(words).args(["--manifest-path", STORE]).arg("--target-dir").arg(target);
    command
}

/// The tests of the ledger once more, and those of lake and program that lean on it, with the
/// ledger on a PostgreSQL server that the tests start themselves.
fn postgres(root: &Path) -> Result<Outcome> {
    if !tools::has_postgres() {
        println!("SKIPPED: PostgreSQL is not installed; ledgers are tested in files only");
        return Ok(Outcome::Skipped("no PostgreSQL".to_owned()));
    }
    let runs: [&[&str]; 3] = [
        // Those that start a server of their own have had their turn.
        &[
            "--test",
            "ledger",
            "--",
            "--skip",
            "moving::",
            "--skip",
            "outages::",
            "--skip",
            "servers::",
        ],
        // Every target, as before: a choice of them would have the engine built once more.
        &[
            "--",
            "on_a_folder::bound::",
            "on_a_folder::compact::",
            "on_a_folder::gate::",
            "on_a_folder::interrupted::",
            "on_a_folder::loads::",
        ],
        &[
            "--test",
            "site",
            "--",
            // What the pages and tables show does not depend on the database: that is seen once.
            "ingest_crash::",
            "upkeep::",
            "versions::",
        ],
    ];
    for words in runs {
        let mut command = testing(root);
        command.args(words);
        command.env("AOBA_TEST_LEDGER", "postgres");
        cargo::succeed(command)?;
    }
    Ok(Outcome::Passed)
}

fn documents(root: &Path) -> Result<Outcome> {
    let mut command = cargo::cargo(root);
    command.args(["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    cargo::succeed(command)?;
    Ok(Outcome::Passed)
}

fn commands(root: &Path) -> Result<Outcome> {
    manual::run(root)?;
    Ok(Outcome::Passed)
}

/// One deletion, so that rows of some tables are marked and not gone.
const DELETION: &str = r#"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Observation/hanako-hb"}}]}"#;

/// Loads the named people and a deletion into a fresh folder and lets the other engines read it.
fn others(root: &Path) -> Result<Outcome> {
    let aoba = cargo::build_aoba(root)?;
    let folder = cargo::target_folder(root).join("engines-home");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
    }
    let day = cargo::target_folder(root).join("engines-day.ndjson");
    std::fs::write(&day, DELETION).with_context(|| format!("{}", day.display()))?;
    for records in [Path::new("testdata/people"), day.as_path()] {
        let mut load = Command::new(&aoba);
        load.current_dir(root).arg("--home").arg(&folder).arg("ingest").arg(records);
        cargo::succeed(load)?;
    }
    // Somebody's rows are emptied in place: what is left must be read by everybody.
    let mut erase = Command::new(&aoba);
    erase.arg("--home").arg(&folder).args(["erase", "hospital/takeshi", "--quiet"]);
    erase.args(["--reason", "so that files hold emptied rows"]);
    cargo::succeed(erase)?;
    engines::check(root, &folder)
}

fn with(root: &Path, words: &[&str]) -> Result<Outcome> {
    let mut command = cargo::cargo(root);
    command.args(words);
    cargo::succeed(command)?;
    Ok(Outcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_line_says_how_it_ended_and_what_was_skipped() {
        let took = Duration::from_secs(75);
        let passed = line("format", "every file is formatted", &Ok(Outcome::Passed), took);
        assert_eq!(passed, "    1:15  ok      format     every file is formatted");
        let part = line("engines", "agree", &Ok(Outcome::Skipped("no registry".into())), took);
        assert!(part.contains("PART") && part.ends_with("(skipped: no registry)"), "{part}");
        let failed = line("tidy", "agree", &Err(anyhow::anyhow!("no")), took);
        assert!(failed.contains("FAILED"), "{failed}");
    }
}
