//! Other engines, run as their own processes by a Python that has them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use serde::Deserialize;

use super::runs::Run;

const DUCKDB: &str = include_str!("peer_duckdb.py");
const PYSOF: &str = include_str!("peer_pysof.py");
const COMPARE: &str = include_str!("compare_cells.py");

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
    /// Looks for engines, and says aloud which are missing. The scripts are written to `folder`.
    pub(super) fn find(python: Option<&Path>, folder: &Path) -> anyhow::Result<Self> {
        let python = python.map_or_else(|| PathBuf::from("python3"), Path::to_owned);
        for (name, text) in [("duckdb", DUCKDB), ("pysof", PYSOF), ("compare", COMPARE)] {
            std::fs::write(folder.join(name).with_extension("py"), text)?;
        }
        let can = |line: &str| {
            let told = Command::new(&python).arg("-c").arg(line).output();
            told.is_ok_and(|output| output.status.success())
        };
        let duckdb = can("import duckdb");
        let pysof = can("import pysof; assert pysof.run_view_definition({'resourceType': \
            'ViewDefinition', 'status': 'active', 'resource': 'Patient', 'select': [{'column': \
            [{'name': 'id', 'path': 'id'}]}]}, {'resourceType': 'Bundle', 'type': 'collection', \
            'entry': []}, 'json') is not None");
        for (name, found) in [("duckdb", duckdb), ("pysof", pysof)] {
            if !found {
                println!("SKIPPED: {name} cannot be imported by {}", python.display());
            }
        }
        Ok(Self { python, scripts: folder.to_owned(), duckdb, pysof })
    }

    /// DuckDB: one view to Parquet.
    pub(super) fn run_duckdb(
        &self,
        view: &str,
        input: &Path,
        output: &Path,
    ) -> anyhow::Result<Run> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).to_string();
        let arguments = [view, &text(input)?, &text(output)?, &threads];
        self.run("duckdb.py", &arguments)
    }

    /// pysof: one view to NDJSON.
    pub(super) fn run_pysof(
        &self,
        view: &Path,
        input: &Path,
        output: &Path,
    ) -> anyhow::Result<Run> {
        self.run("pysof.py", &[&text(view)?, &text(input)?, &text(output)?])
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
        self.run("compare.py", &arguments)
    }

    fn run<T: serde::de::DeserializeOwned>(
        &self,
        script: &str,
        arguments: &[&str],
    ) -> anyhow::Result<T> {
        // -P: a script called duckdb.py must not be what `import duckdb` finds.
        let output = Command::new(&self.python)
            .arg("-P")
            .arg(self.scripts.join(script))
            .args(arguments)
            .output()
            .with_context(|| format!("cannot start {}", self.python.display()))?;
        if !output.status.success() {
            bail!("{script} failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        serde_json::from_slice(&output.stdout).with_context(|| format!("{script} told no figures"))
    }
}

fn text(path: &Path) -> anyhow::Result<String> {
    let text = path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?;
    Ok(text.to_owned())
}
