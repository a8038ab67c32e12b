//! Looks at every page of every role in a real browser, in both languages and four widths, and on
//! paper.
//!
//! Needs Node.js and Chromium (Debian packages `nodejs` and `chromium`); playwright-core and
//! axe-core come from npm into the target folder. Where one of them is missing, says so and which.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::steps::Outcome;

/// The scripts, the one that is run first.
const SCRIPTS: [(&str, &str); 5] = [
    ("look.mjs", include_str!("pages/look.mjs")),
    ("paths.mjs", include_str!("pages/paths.mjs")),
    ("checks.mjs", include_str!("pages/checks.mjs")),
    ("hands.mjs", include_str!("pages/hands.mjs")),
    ("door.mjs", include_str!("pages/door.mjs")),
];
const PACKAGES: &str = include_str!("pages/package.json");

/// Starts the demo on a free port and looks at all of it.
///
/// # Errors
/// When a page is wrong: a console message, something the page's own policy forbids, a barrier to
/// access, sideways scrolling, a missing language, a place the keyboard cannot reach.
pub(crate) fn run(root: &Path) -> Result<Outcome> {
    let Some(chromium) = program(&["chromium", "chromium-browser", "google-chrome"]) else {
        return Ok(skipped("no Chromium"));
    };
    let (Some(node), Some(npm)) = (program(&["node"]), program(&["npm"])) else {
        return Ok(skipped("no Node.js with npm"));
    };
    let target = cargo::target_folder(root);
    let tools = target.join("node");
    if let Err(error) = install(&npm, &tools) {
        return Ok(skipped(&format!("npm cannot install what is needed: {error:#}")));
    }
    let aoba = cargo::build_aoba(root)?;
    let pictures = target.join("pages");
    fs::create_dir_all(&pictures).with_context(|| format!("{}", pictures.display()))?;
    let demo = Demo::start(&aoba, &target.join("pages-home"))?;
    let (door, invitation) = behind_a_door(&aoba, &target.join("pages-door"))?;
    let mut look = Command::new(node);
    look.arg(tools.join("look.mjs")).arg(&demo.address).arg(&pictures).arg(chromium);
    look.arg(tools.join("node_modules/axe-core/axe.min.js")).arg(&door.address).arg(&invitation);
    cargo::succeed(look)?;
    Ok(Outcome::Passed)
}

fn skipped(why: &str) -> Outcome {
    println!("SKIPPED: no browser looked at the pages: {why}");
    Outcome::Skipped(why.to_owned())
}

/// The first of these programs that is on the path.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let found = |name: &&str| folders.iter().map(|folder| folder.join(name)).find(|p| p.is_file());
    names.iter().find_map(found)
}

/// Puts the scripts and their two packages into their folder.
fn install(npm: &Path, tools: &Path) -> Result<()> {
    fs::create_dir_all(tools)?;
    let listed = tools.join("package.json");
    let held = ["axe-core", "playwright-core"]
        .iter()
        .all(|name| tools.join("node_modules").join(name).join("package.json").is_file())
        && fs::read_to_string(&listed).is_ok_and(|text| text == PACKAGES);
    for (name, script) in SCRIPTS {
        fs::write(tools.join(name), script)?;
    }
    if held {
        return Ok(());
    }
    fs::write(&listed, PACKAGES)?;
    let mut command = Command::new(npm);
    command.args(["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]);
    command.arg("--prefix").arg(tools).current_dir(tools);
    cargo::succeed(command)
}

/// A house of its own in which people sign in, and the link on which the first of them joins.
fn behind_a_door(aoba: &Path, home: &Path) -> Result<(Demo, String)> {
    if home.exists() {
        fs::remove_dir_all(home).with_context(|| format!("{}", home.display()))?;
    }
    fs::create_dir_all(home)?;
    fs::write(home.join("aoba.toml"), "[sign_in]\nrequired = true\npassword_memory_kib = 1024\n")?;
    let people = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/people");
    let mut ingest = Command::new(aoba);
    ingest.args(["ingest", "--quiet", "--home"]).arg(home).arg(people);
    cargo::succeed(ingest)?;
    let mut invite = Command::new(aoba);
    invite.args(["people", "invite", "look", "--role", "administrator", "--name-ja", "青木 遥"]);
    invite.args(["--name-en", "Haruka Aoki", "--home"]).arg(home);
    let told = String::from_utf8(invite.output()?.stdout)?;
    let link = told.lines().find(|line| line.starts_with("http://"));
    let link = link.context("the invitation has no link")?.to_owned();
    let mut serve = Command::new(aoba);
    serve.args(["serve", "--listen", "127.0.0.1:0", "--home"]).arg(home);
    Ok((Demo::run(serve)?, link))
}

/// The demo, ended when dropped.
struct Demo {
    child: Child,
    address: String,
    /// Kept open, or the demo could not print its farewell.
    output: Lines<BufReader<ChildStdout>>,
}

impl Demo {
    fn start(aoba: &Path, home: &Path) -> Result<Self> {
        if home.exists() {
            fs::remove_dir_all(home).with_context(|| format!("{}", home.display()))?;
        }
        let mut command = Command::new(aoba);
        command.args(["demo", "--patients", "200", "--listen", "127.0.0.1:0", "--home"]).arg(home);
        Self::run(command)
    }

    fn run(mut command: Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let pipe = child.stdout.take().context("the demo has no output")?;
        let lines = BufReader::new(pipe).lines();
        let mut demo = Self { child, address: String::new(), output: lines };
        while let Some(line) = demo.output.next() {
            let line = line?;
            if let Some((_, rest)) = line.split_once("http://") {
                let authority = rest.split(['/', ' ']).next().unwrap_or_default();
                demo.address = format!("http://{authority}");
                return Ok(demo);
            }
        }
        bail!("the demo ended without saying where it listens")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
