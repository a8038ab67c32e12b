//! The house's own tools, in the house's language.
//!
//! `cargo xtask test` is everything that must hold, from nothing; the other commands are parts of
//! it that are worth running alone while working. Nothing here is linked into the program.

mod cargo;
mod engines;
mod manual;
mod pages;
mod r4_model;
mod steps;
mod tidy;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const USAGE: &str = "\
cargo xtask test            everything: tools, format, tidy, clippy, tests, documents, other engines
cargo xtask tidy            only the checks on the tree (also run by `cargo test -p xtask`)
cargo xtask engines HOME    does another engine read the tables of this data folder as we do?
cargo xtask manual          do the commands that the documents show exist?
cargo xtask pages           is every page right in a real browser, in both languages and four widths?
cargo xtask r4-model FOLDER the table of FHIR R4's types, out of HL7's definitions";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let root = root()?;
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let rest: Vec<String> = words.collect();
    match (command.as_str(), rest.as_slice()) {
        ("test", []) => steps::run(&root),
        ("tidy", []) => tidy::run(&root),
        ("engines", [home]) => engines::run(&root, Path::new(home)),
        ("manual", []) => manual::run(&root),
        ("pages", []) => pages::run(&root).map(drop),
        ("r4-model", [folder]) => r4_model::run(Path::new(folder), &root),
        _ => bail!("say one of\n{USAGE}"),
    }
}

/// The folder that holds the workspace.
fn root() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.map(Path::to_path_buf).context("xtask has no parent folder")
}
