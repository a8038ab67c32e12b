//! Installs what the tests need and the machine lacks; does nothing the second time.
//!
//! Only the check that other engines read our tables needs anything beyond Rust: Python with four
//! wheels, in a folder of their own under the target folder. Where a registry is out of reach the
//! step says what will not be checked and goes on.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::cargo;
use crate::steps::Outcome;

/// The wheels, by the names under which Python imports them.
const WHEELS: [&str; 4] = ["duckdb", "polars", "deltalake", "pyarrow"];

/// Looks for each tool and installs what is missing.
pub(crate) fn install(root: &Path) -> Result<Outcome> {
    for component in ["rustfmt", "clippy"] {
        install_component(component);
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
    if quietly(Command::new("python3").args(["-c", "import venv, ensurepip"])) {
        return;
    }
    println!("installing the Debian packages python3 and python3-venv");
    let root = quietly(Command::new("sh").args(["-c", "test \"$(id -u)\" = 0"]));
    let apt = |words: &[&str]| {
        let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
        if !root {
            command.args(["-n", "apt-get"]);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive").args(words);
        quietly(&mut command)
    };
    let packages = ["install", "--yes", "--no-install-recommends", "python3", "python3-venv"];
    let installed = apt(&packages) || (apt(&["update"]) && apt(&packages));
    if !installed {
        println!("NOTE: they could not be installed; run `apt-get install python3-venv` by hand");
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
