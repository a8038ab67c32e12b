//! Installs what the tests need and the machine lacks; does nothing the second time.
//!
//! Three checks need more than Rust. That other engines read our tables: Python with four wheels, in
//! a folder of their own under the target folder. That the pages are right in a browser: Chromium
//! and Node.js. That a ledger on a server is as good as one in files: PostgreSQL. Where a registry is
//! out of reach, what will not be checked is said, and all else is.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::cargo;
use crate::steps::Outcome;

/// The wheels, by the names under which Python imports them.
const WHEELS: [&str; 4] = ["duckdb", "polars", "deltalake", "pyarrow"];

/// What all steps write from nothing, in GiB.
const WRITTEN: u64 = 14;

/// Looks for each tool and installs what is missing.
pub(crate) fn install(root: &Path) -> Result<Outcome> {
    say_room(root);
    for component in ["rustfmt", "clippy"] {
        install_component(component);
    }
    install_browser();
    if !has_postgres() {
        install_packages(&["postgresql"]);
    }
    Ok(match python(root) {
        Ok(path) => {
            println!("python with {} is at {}", WHEELS.join(", "), path.display());
            Outcome::Passed
        }
        Err(error) => {
            println!("SKIPPED: other engines will not be asked: {error:#}");
            Outcome::Skipped("no Python with the other engines".to_owned())
        }
    })
}

/// Says it when the disk may be full before the end: a compiler does not say it well.
fn say_room(root: &Path) {
    let folder = cargo::target_folder(root);
    let room = std::fs::create_dir_all(&folder).ok().and_then(|()| free(&folder));
    if let Some(gib) = room.filter(|gib| *gib < WRITTEN) {
        let folder = folder.display();
        println!("NOTE: {gib} GiB are free at {folder}; from nothing about {WRITTEN} are needed");
    }
}

/// The room on the disk of a folder, in GiB, as `df` tells it.
fn free(folder: &Path) -> Option<u64> {
    let told = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    parse_free(&String::from_utf8_lossy(&told.stdout))
}

fn parse_free(told: &str) -> Option<u64> {
    let kib: u64 = told.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kib >> 20)
}

/// The Python that has the other engines; installs it where it is missing.
///
/// # Errors
/// When it is missing and cannot be installed, mostly because a registry is out of reach.
pub(crate) fn python(root: &Path) -> Result<PathBuf> {
    let folder = cargo::target_folder(root).join("py");
    let python = folder.join("bin").join("python");
    if imports(&python) {
        return Ok(python);
    }
    install_venv();
    println!("installing {} into {}", WHEELS.join(", "), folder.display());
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv", "--clear"]).arg(&folder);
    cargo::succeed(venv)?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    pip.arg(root.join("xtask/src/engines/requirements.txt"));
    cargo::succeed(pip)?;
    Ok(python)
}

fn imports(python: &Path) -> bool {
    quietly(Command::new(python).arg("-c").arg(format!("import {}", WHEELS.join(", "))))
}

/// Debian keeps the module that makes virtual environments in a package of its own.
fn install_venv() {
    if !quietly(Command::new("python3").args(["-c", "import venv, ensurepip"])) {
        install_packages(&["python3", "python3-venv"]);
    }
}

/// The page tests look with a real browser, driven from Node.js.
fn install_browser() {
    let wanted = [("chromium", "chromium"), ("node", "nodejs"), ("npm", "npm")];
    let missing: Vec<&str> = (wanted.into_iter())
        .filter(|(program, _)| !quietly(Command::new(program).arg("--version")))
        .map(|(_, package)| package)
        .collect();
    if !missing.is_empty() {
        install_packages(&missing);
    }
}

/// Whether the programs of a PostgreSQL server are here, where Debian keeps them or on the path.
pub(crate) fn has_postgres() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders = versions.map(|version| version.path().join("bin"));
    folders.any(|folder| folder.join("initdb").exists())
        || quietly(Command::new("initdb").arg("--version"))
}

/// Installs Debian packages, as root or through sudo without a password.
fn install_packages(packages: &[&str]) {
    println!("installing the Debian packages {}", packages.join(", "));
    let root = quietly(Command::new("sh").args(["-c", "test \"$(id -u)\" = 0"]));
    let apt = |words: &[&str]| {
        let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
        if !root {
            command.args(["-n", "apt-get"]);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive").args(words);
        quietly(&mut command)
    };
    let words = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    let installed = apt(&words) || (apt(&["update"]) && apt(&words));
    if !installed {
        println!("NOTE: not installed; by hand: `apt-get install {}`", packages.join(" "));
    }
}

fn install_component(component: &str) {
    let program = if component == "clippy" { "cargo-clippy" } else { "rustfmt" };
    if quietly(Command::new(program).arg("--version")) {
        return;
    }
    println!("installing the Rust component {component}");
    if !quietly(Command::new("rustup").args(["component", "add", component])) {
        println!("NOTE: {component} could not be installed; `rustup component add {component}`");
    }
}

/// Whether a command can be started and succeeds; what it prints is of no interest.
fn quietly(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_on_a_disk_is_read_from_df() {
        let told = "Filesystem     1024-blocks     Used Available Capacity Mounted on\n\
                    /dev/vda         264113668 49283072  46137344      52% /\n";
        assert_eq!(parse_free(told), Some(44));
        assert_eq!(parse_free("df: no such file"), None);
        assert!(free(Path::new(".")).is_some());
    }
}
