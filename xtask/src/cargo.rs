//! Starting programs, and what `cargo metadata` says of the workspace and all it stands on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Every package that the lock file names, as `cargo metadata` prints it.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    /// Our own crates and everything they stand on.
    pub(crate) packages: Vec<Package>,
    /// Ids of our own crates.
    pub(crate) workspace_members: Vec<String>,
    /// Who leads to whom, after features are resolved.
    pub(crate) resolve: Resolve,
}

/// One package.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    /// SPDX expression.
    pub(crate) license: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a package's own dependency tables.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` for an ordinary dependency, else `dev` or `build`.
    pub(crate) kind: Option<String>,
}

/// The graph after features are resolved.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Resolve {
    pub(crate) nodes: Vec<Node>,
}

/// One package in the graph.
#[derive(Debug, Deserialize)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) deps: Vec<NodeDep>,
}

/// One arrow in the graph.
#[derive(Debug, Deserialize)]
pub(crate) struct NodeDep {
    pub(crate) pkg: String,
    pub(crate) dep_kinds: Vec<DepKind>,
}

/// What an arrow is for.
#[derive(Debug, Deserialize)]
pub(crate) struct DepKind {
    pub(crate) kind: Option<String>,
}

impl Metadata {
    /// Our own crates.
    pub(crate) fn own(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }

    /// Names of everything a package is built from, itself left out; tests and build scripts do
    /// not count.
    pub(crate) fn beneath(&self, package: &Package) -> Vec<&str> {
        let nodes: BTreeMap<&str, &Node> =
            self.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let names: BTreeMap<&str, &str> =
            self.packages.iter().map(|each| (each.id.as_str(), each.name.as_str())).collect();
        let mut seen = BTreeMap::new();
        let mut to_visit = vec![package.id.as_str()];
        while let Some(node) = to_visit.pop().and_then(|id| nodes.get(id)) {
            for dep in &node.deps {
                let built_in = dep.dep_kinds.iter().any(|kind| kind.kind.is_none());
                if built_in
                    && let Some(name) = names.get(dep.pkg.as_str())
                    && seen.insert(dep.pkg.as_str(), *name).is_none()
                {
                    to_visit.push(&dep.pkg);
                }
            }
        }
        seen.into_values().collect()
    }
}

/// Asks cargo. Where the registry is out of reach, packages of other systems (Windows, macOS) are
/// left out, and that is said aloud.
pub(crate) fn metadata(root: &Path) -> Result<Metadata> {
    let ask = |more: &[&str]| {
        let mut command = cargo(root);
        command.args(["metadata", "--format-version", "1"]).args(more);
        output(command)
    };
    let text = match ask(&[]) {
        Ok(text) => text,
        Err(_) => {
            eprintln!(
                "NOTE: the registry is out of reach; only this system's packages are checked"
            );
            ask(&["--offline", "--filter-platform", host()])?
        }
    };
    serde_json::from_str(&text).context("cargo metadata printed something unexpected")
}

fn host() -> &'static str {
    if cfg!(target_arch = "aarch64") {
        "aarch64-unknown-linux-gnu"
    } else {
        "x86_64-unknown-linux-gnu"
    }
}

/// The cargo that runs us, in the workspace.
///
/// What cargo told us of our own package is taken away: build scripts that look at it would find
/// it changed, and everything above them would be compiled once more.
pub(crate) fn cargo(root: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// Builds the program (dev profile) and tells where it is. It is built as the tests build it: any
/// other choice of packages has other features, and the engine would be compiled once more.
/// `AOBA_PROGRAM` names another program to look at instead, such as the one that was released.
pub(crate) fn build_aoba(root: &Path) -> Result<PathBuf> {
    if let Some(program) = std::env::var_os("AOBA_PROGRAM") {
        return Ok(program.into());
    }
    let mut command = cargo(root);
    command.args(["test", "--quiet", "--workspace", "--no-run"]);
    succeed(command)?;
    let program = target_folder(root).join("debug").join("aoba");
    if !program.is_file() {
        bail!("cargo built aoba, but {} is not there", program.display());
    }
    Ok(program)
}

/// Runs a program to its end; its output goes to the terminal.
pub(crate) fn succeed(mut command: Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", words(&command)))?;
    if !status.success() {
        bail!("{} ended with {status}", words(&command));
    }
    Ok(())
}

/// Runs a program to its end and takes what it prints.
pub(crate) fn output(mut command: Command) -> Result<String> {
    command.stdin(Stdio::null());
    let output = command.output().with_context(|| format!("cannot start {}", words(&command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        bail!("{} ended with {}: {said}", words(&command), output.status);
    }
    String::from_utf8(output.stdout).context("the output is not UTF-8")
}

fn words(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}
