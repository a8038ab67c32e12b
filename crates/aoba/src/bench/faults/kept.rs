//! A home that is broken on purpose, and this program run in it as a person would.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::acts::Act;
use crate::bench::synth::this_program;
use crate::cli::BenchFaultsArgs;
use crate::faults::VARIABLE;

/// How long a command may take before it is taken to hang.
const WAIT: Duration = Duration::from_secs(300);

/// How often it is looked whether a command has ended.
const LOOK: Duration = Duration::from_millis(3);

/// A home.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) path: PathBuf,
}

/// What a home answers: rows and digest of each table.
pub(super) type Answers = BTreeMap<String, (i64, String)>;

/// What a home holds, as far as it can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) answers: Answers,
    /// The newest generation of its backup, all of which are whole; 0 where there is none.
    pub(super) generation: u64,
}

impl State {
    /// Whether it holds what another does, and its backup no less.
    pub(super) fn holds(&self, other: &Self) -> bool {
        self.answers == other.answers && self.generation >= other.generation
    }
}

/// How a command ended and what it said.
#[derive(Debug)]
pub(super) struct Ended {
    /// None when it hung and was killed.
    pub(super) status: Option<ExitStatus>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Ended {
    pub(super) fn success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }
}

impl Home {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// A command in this home, in English, without a fault but those asked for later.
    pub(super) fn command(&self, arguments: &[impl AsRef<str>]) -> anyhow::Result<Command> {
        let mut command = this_program()?;
        command.args(arguments.iter().map(AsRef::as_ref)).arg("--home").arg(&self.path);
        command.env("AOBA_LANG", "en").env("RUST_BACKTRACE", "0");
        command.env_remove(VARIABLE).stdin(Stdio::null());
        Ok(command)
    }

    /// Runs a command to its end, whatever that is.
    pub(super) fn attempt(&self, arguments: &[impl AsRef<str>]) -> anyhow::Result<Ended> {
        self.ended(self.command(arguments)?, &self.path)
    }

    /// The same with a fault.
    pub(super) fn attempt_with(
        &self,
        arguments: &[impl AsRef<str>],
        fault: &str,
    ) -> anyhow::Result<Ended> {
        let mut command = self.command(arguments)?;
        command.env(VARIABLE, fault);
        self.ended(command, &self.path)
    }

    /// Lets a command end; what it says goes into files beside this path: a pipe that nobody
    /// empties would stop a command that says much.
    pub(super) fn ended(&self, mut command: Command, beside: &Path) -> anyhow::Result<Ended> {
        let said = |name: &str| beside.with_extension(name);
        let (out, err) = (said("out"), said("err"));
        let create = |path: &Path| {
            File::create(path).with_context(|| format!("cannot write {}", path.display()))
        };
        command.stdout(create(&out)?).stderr(create(&err)?);
        let mut child = command.spawn().context("cannot start this program")?;
        let status = within(&mut child, WAIT)?;
        let read = |path: &Path| -> anyhow::Result<String> {
            Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
        };
        Ok(Ended { status, out: read(&out)?, err: read(&err)? })
    }

    /// Runs a command that must succeed.
    pub(super) fn run(&self, arguments: &[impl AsRef<str>]) -> anyhow::Result<String> {
        let ended = self.attempt(arguments)?;
        if !ended.success() {
            let said: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
            bail!("aoba {} failed: {}{}", said.join(" "), ended.out, ended.err);
        }
        Ok(ended.out)
    }

    /// Takes files in.
    pub(super) fn ingest(&self, source: &str, file: &Path) -> anyhow::Result<()> {
        let file = file.to_string_lossy().into_owned();
        self.run(&["ingest", "--quiet", "--source", source, &file]).map(drop)
    }

    /// What every table answers.
    pub(super) fn answers(&self) -> anyhow::Result<Answers> {
        read_answers(&self.run(&ANSWERS)?)
    }

    /// The same, where an error is an answer too: it shows nothing wrong.
    pub(super) fn answers_or_error(&self) -> anyhow::Result<Option<Answers>> {
        let ended = self.attempt(&ANSWERS)?;
        if ended.success() { read_answers(&ended.out).map(Some) } else { Ok(None) }
    }

    /// Does an act that must succeed.
    pub(super) fn act(&self, act: &Act) -> anyhow::Result<()> {
        self.run(&act.arguments(self)).map(drop)
    }

    /// Moves its ledger to a server, where one is named. One schema takes in one home.
    pub(super) fn on_server(&self, args: &BenchFaultsArgs) -> anyhow::Result<()> {
        let Some((url, identity_url)) = args.ledger_url.as_ref().zip(args.identity_url.as_ref())
        else {
            return Ok(());
        };
        self.run(&["ledger", "move", "--to", url, "--identity-to", identity_url])?;
        let settings = format!("[ledger]\nurl = {url:?}\nidentity_url = {identity_url:?}\n");
        fs::write(self.path.join("aoba.toml"), settings)?;
        for file in ["ledger.db", "identity.db"] {
            fs::remove_file(self.path.join(file))?;
        }
        println!("the ledger is on a server");
        Ok(())
    }

    /// Where it is backed up to.
    pub(super) fn backup(&self) -> PathBuf {
        self.path.with_extension("backup")
    }

    /// What it holds; none when it does not answer, or its backup is not whole.
    pub(super) fn state(&self) -> anyhow::Result<Option<State>> {
        let (answers, generation) = (self.answers_or_error()?, self.generation()?);
        Ok(answers.zip(generation).map(|(answers, generation)| State { answers, generation }))
    }

    /// What it holds, where nothing is broken.
    pub(super) fn state_now(&self) -> anyhow::Result<State> {
        self.state()?.with_context(|| format!("{} is not whole", self.path.display()))
    }

    /// The newest generation of its backup; none when one of them is not whole.
    fn generation(&self) -> anyhow::Result<Option<u64>> {
        let folder = self.backup().to_string_lossy().into_owned();
        let list = self.attempt(&["backup", "list", &folder, "--format", "json"])?;
        // Before the first one is finished there is no backup.
        let list: Value = serde_json::from_str(&list.out).unwrap_or_default();
        let Some(newest) = list.as_array().and_then(|list| list.last()) else {
            return Ok(Some(0));
        };
        let whole = self.attempt(&["backup", "verify", &folder, "--quiet"])?.success();
        Ok(newest["generation"].as_u64().filter(|_| whole))
    }

    /// What is said by a home that does not answer as it should.
    pub(super) fn complaint(&self) -> anyhow::Result<String> {
        let folder = self.backup().to_string_lossy().into_owned();
        let mut said = self.attempt(&ANSWERS)?.err;
        if self.backup().exists() {
            said += &self.attempt(&["backup", "verify", &folder, "--quiet"])?.out;
        }
        Ok(said)
    }

    /// Whether the newest generation of its backup gives it back.
    pub(super) fn comes_back(&self) -> anyhow::Result<bool> {
        let new = Self::at(self.path.with_extension("restored"));
        remove(&new.path)?;
        let folder = self.backup().to_string_lossy().into_owned();
        let restored = new.attempt(&["restore", &folder, "--quiet"])?;
        let same = restored.success() && new.answers_or_error()? == Some(self.answers()?);
        remove(&new.path)?;
        Ok(same)
    }

    /// A copy of the home and of its backup, in place of whatever is there.
    pub(super) fn copy_to(&self, to: &Path) -> anyhow::Result<Self> {
        let new = Self::at(to.to_owned());
        for (from, to) in [(&self.path, &new.path), (&self.backup(), &new.backup())] {
            remove(to)?;
            if from.exists() {
                copy(from, to)?;
            }
        }
        Ok(new)
    }
}

/// The question for everything.
const ANSWERS: [&str; 4] = ["tables", "--digest", "--format", "json"];

fn read_answers(text: &str) -> anyhow::Result<Answers> {
    let tables: Value = serde_json::from_str(text).context("`aoba tables` printed no JSON")?;
    let mut answers = Answers::new();
    for table in tables.as_array().context("`aoba tables` printed no list")? {
        let text = |name: &str| table[name].as_str().map(str::to_owned);
        let (name, digest) = text("name").zip(text("digest")).context("a table without digest")?;
        answers.insert(name, (table["rows"].as_i64().unwrap_or_default(), digest));
    }
    Ok(answers)
}

/// Waits for a command; one that takes too long is killed.
pub(super) fn within(child: &mut Child, most: Duration) -> anyhow::Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > most {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        pause(LOOK);
    }
}

/// Lets time go by.
#[expect(clippy::disallowed_methods, reason = "the moment at which another program is broken")]
pub(super) fn pause(time: Duration) {
    std::thread::sleep(time);
}

fn remove(path: &Path) -> anyhow::Result<()> {
    if path.exists() {
        fs::remove_dir_all(path)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
        }
    }
    Ok(())
}
