//! Other engines, run as their own processes by a Python that has them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde::Deserialize;

use super::runs::Run;

const DUCKDB: &str = include_str!("peer_duckdb.py");
const PYSOF: &str = include_str!("peer_pysof.py");
const COMPARE: &str = include_str!("compare_cells.py");
const COHORTS: &str = include_str!("peer_duckdb_cohorts.py");
const LAKE: &str = include_str!("peer_lake.py");
const SQL: &str = include_str!("peer_duckdb_sql.py");
const VIEWS: &str = include_str!("questions/views.sql");
const QUESTIONS: &str = include_str!("questions/questions.sql");

/// The engines that can be run here.
#[derive(Debug)]
pub(super) struct Peers {
    python: PathBuf,
    scripts: PathBuf,
    /// Whether DuckDB can be imported.
    pub(super) duckdb: bool,
    /// Whether pysof can be imported with its engine.
    pub(super) pysof: bool,
}

/// What DuckDB says of the questions that are written by hand for it.
#[derive(Debug, Deserialize)]
pub(super) struct HandWritten {
    pub(super) version: String,
    /// The most memory it held.
    pub(super) peak_rss_bytes: u64,
    /// By the name of the phenotype.
    pub(super) questions: BTreeMap<String, Found>,
}

/// What DuckDB answers to questions in SQL.
#[derive(Debug, Deserialize)]
pub(super) struct Answered {
    pub(super) version: String,
    /// The most memory it held.
    pub(super) peak_rss_bytes: u64,
    /// By name.
    pub(super) questions: BTreeMap<String, Rows>,
}

/// What one question comes to.
#[derive(Debug, Deserialize)]
pub(super) struct Rows {
    /// The middle of the times it was asked.
    pub(super) seconds: f64,
    pub(super) rows: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// Whom one question finds.
#[derive(Debug, Deserialize)]
pub(super) struct Found {
    /// The fastest of all times it was asked.
    pub(super) seconds: f64,
    /// By their numbers.
    pub(super) patients: BTreeSet<i64>,
}

/// How the cells of three engines differ.
#[derive(Debug, Deserialize)]
pub(super) struct Difference {
    /// Rows of ours.
    pub(super) rows: u64,
    /// Rows only we have.
    pub(super) only_aoba: u64,
    /// Rows only DuckDB has.
    pub(super) only_duckdb: u64,
    /// Rows only we have, on the resources pysof read.
    pub(super) only_aoba_against_pysof: Option<u64>,
    /// Rows only pysof has.
    pub(super) only_pysof: Option<u64>,
}

impl Peers {
    /// Looks for all engines, and says aloud which are missing. The scripts are written to `folder`.
    pub(super) fn find(python: Option<&Path>, folder: &Path) -> anyhow::Result<Self> {
        let mut found = Self::find_duckdb(python, folder)?;
        found.pysof = found.can(
            "pysof",
            "import pysof; assert pysof.run_view_definition({'resourceType': 'ViewDefinition', \
             'status': 'active', 'resource': 'Patient', 'select': [{'column': [{'name': 'id', \
             'path': 'id'}]}]}, {'resourceType': 'Bundle', 'type': 'collection', 'entry': []}, \
             'json') is not None",
        );
        Ok(found)
    }

    /// Looks for DuckDB alone.
    pub(super) fn find_duckdb(python: Option<&Path>, folder: &Path) -> anyhow::Result<Self> {
        let python = python.map_or_else(|| PathBuf::from("python3"), Path::to_owned);
        for (name, text) in [
            ("peer_duckdb.py", DUCKDB),
            ("peer_pysof.py", PYSOF),
            ("compare_cells.py", COMPARE),
            ("peer_lake.py", LAKE),
            ("peer_duckdb_cohorts.py", COHORTS),
            ("peer_duckdb_sql.py", SQL),
            ("views.sql", VIEWS),
            ("questions.sql", QUESTIONS),
        ] {
            std::fs::write(folder.join(name), text)?;
        }
        let mut found = Self { python, scripts: folder.to_owned(), duckdb: false, pysof: false };
        found.duckdb = found.can("duckdb", "import duckdb");
        Ok(found)
    }

    /// Whether Python can do what an engine needs; says aloud where it cannot.
    fn can(&self, engine: &str, line: &str) -> bool {
        let told = Command::new(&self.python).arg("-c").arg(line).output();
        let can = told.is_ok_and(|output| output.status.success());
        if !can {
            println!("SKIPPED: {engine} cannot be imported by {}", self.python.display());
        }
        can
    }

    /// DuckDB: one view to Parquet.
    pub(super) fn run_duckdb(
        &self,
        view: &str,
        input: &Path,
        output: &Path,
    ) -> anyhow::Result<Run> {
        let arguments = [view, &text(input)?, &text(output)?, &threads()];
        self.run("peer_duckdb.py", &arguments)
    }

    /// DuckDB: the questions that are written by hand, over the files of a lake.
    pub(super) fn run_questions(&self, lake: &Path, runs: usize) -> anyhow::Result<HandWritten> {
        let [views, questions] = ["views.sql", "questions.sql"].map(|name| self.scripts.join(name));
        let arguments =
            [&text(lake)?, &text(&views)?, &text(&questions)?, &threads(), &runs.to_string()];
        self.run("peer_duckdb_cohorts.py", &arguments.map(String::as_str))
    }

    /// DuckDB: questions in SQL over views of the files of a lake, both by name.
    pub(super) fn run_sql(
        &self,
        lake: &Path,
        views: &BTreeMap<&str, (&str, &str)>,
        questions: &BTreeMap<String, String>,
        runs: usize,
    ) -> anyhow::Result<Answered> {
        let [of_views, of_questions] =
            ["views.json", "questions.json"].map(|name| self.scripts.join(name));
        std::fs::write(&of_views, serde_json::to_vec(views)?)?;
        std::fs::write(&of_questions, serde_json::to_vec(questions)?)?;
        let runs = runs.to_string();
        let arguments = [&text(lake)?, &text(&of_views)?, &text(&of_questions)?, &threads(), &runs];
        self.run("peer_duckdb_sql.py", &arguments.map(String::as_str))
    }

    /// pysof: one view to NDJSON.
    pub(super) fn run_pysof(
        &self,
        view: &Path,
        input: &Path,
        output: &Path,
    ) -> anyhow::Result<Run> {
        self.run("peer_pysof.py", &[&text(view)?, &text(input)?, &text(output)?])
    }

    /// Compares the cells of what the engines wrote.
    pub(super) fn compare(
        &self,
        files: [&Path; 2],
        pysof: Option<&Path>,
        decimals: &[&str],
    ) -> anyhow::Result<Difference> {
        let [ours, theirs] = [text(files[0])?, text(files[1])?];
        let pysof = pysof.map_or(Ok("-".to_owned()), text)?;
        let mut arguments = vec![ours.as_str(), theirs.as_str(), pysof.as_str()];
        arguments.extend(decimals);
        self.run("compare_cells.py", &arguments)
    }

    fn run<T: serde::de::DeserializeOwned>(
        &self,
        script: &str,
        arguments: &[&str],
    ) -> anyhow::Result<T> {
        let output = Command::new(&self.python)
            .arg(self.scripts.join(script))
            .args(arguments)
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("cannot start {}", self.python.display()))?;
        if !output.status.success() {
            bail!("{script} failed");
        }
        serde_json::from_slice(&output.stdout).with_context(|| format!("{script} told no figures"))
    }
}

fn threads() -> String {
    std::thread::available_parallelism().map_or(1, usize::from).to_string()
}

fn text(path: &Path) -> anyhow::Result<String> {
    let text = path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?;
    Ok(text.to_owned())
}
