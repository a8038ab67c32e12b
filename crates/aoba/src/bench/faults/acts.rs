//! What is killed and made to fail: a table of acts, to which a new one is a line.

use anyhow::bail;

use super::hospital::Source;
use super::kept::Home;
use crate::cli::BenchFaultsArgs;
use crate::demo::INVENTED;

/// One act, done in a home: a command, to be repeated at will.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub(super) name: &'static str,
    /// [`BACKUP`] among them stands for the home's backup.
    arguments: Vec<String>,
}

/// Where a home is backed up to.
const BACKUP: &str = "{backup}";

impl Act {
    pub(super) fn new(name: &'static str, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Self { name, arguments }
    }

    /// The command as it is run in this home.
    pub(super) fn arguments(&self, home: &Home) -> Vec<String> {
        let backup = home.backup().to_string_lossy().into_owned();
        let said = self.arguments.iter();
        said.map(|argument| argument.replace(BACKUP, &backup)).collect()
    }

    /// How many generations of a backup it adds.
    pub(super) fn generations(&self) -> u64 {
        u64::from(self.arguments.iter().any(|argument| argument == BACKUP))
    }
}

/// The acts asked for; all if none was named.
pub(super) fn asked(args: &BenchFaultsArgs) -> anyhow::Result<Vec<&'static Kind>> {
    for name in &args.acts {
        if !ACTS.iter().any(|kind| kind.name == name) {
            let names: Vec<&str> = ACTS.iter().map(|kind| kind.name).collect();
            bail!("--acts: {name:?} is none of {}", names.join(", "));
        }
    }
    let is_asked = |kind: &&Kind| match args.acts.is_empty() {
        // A ledger on a server is backed up by the server.
        true => args.ledger_url.is_none() || kind.name != "backup",
        false => args.acts.iter().any(|name| name == kind.name),
    };
    Ok(ACTS.iter().filter(is_asked).collect())
}

/// In which home an act is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum In {
    /// One that was loaded once.
    Plain,
    /// One that has seen changes, deletions and a backup.
    Lived,
}

/// An act, made for the number of times that something was done before.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) home: In,
    pub(super) make: fn(&Source, u64) -> anyhow::Result<Act>,
}

/// All acts.
const ACTS: [Kind; 8] = [
    Kind { name: "load", home: In::Plain, make: |source, number| source.load(number) },
    Kind { name: "change", home: In::Plain, make: |source, number| source.change(number) },
    Kind { name: "deletion", home: In::Plain, make: |source, number| source.deletion(number) },
    Kind { name: "opt-out", home: In::Plain, make: |source, number| Ok(opt_out(source, number)) },
    Kind { name: "erase", home: In::Lived, make: |source, number| Ok(erase(source, number)) },
    Kind { name: "backup", home: In::Lived, make: |_, _| Ok(Act::new("backup", &BACK_UP)) },
    Kind { name: "optimize", home: In::Lived, make: |_, _| Ok(Act::new("optimize", &OPTIMIZE)) },
    Kind { name: "expire", home: In::Lived, make: |_, _| Ok(Act::new("expire", &EXPIRE)) },
];

const BACK_UP: [&str; 3] = ["backup", BACKUP, "--quiet"];
const OPTIMIZE: [&str; 3] = ["optimize", "--whole", "--quiet"];
const EXPIRE: [&str; 6] = ["snapshots", "expire", "--keep", "1", "--older-than-days", "0"];

/// One patient after the other says no; once all have, one after the other takes it back. Every
/// second one, so that none of them is erased.
fn opt_out(source: &Source, number: u64) -> Act {
    let (round, patient) = of_half(source, number);
    let command = if round.is_multiple_of(2) { "opt-out" } else { "opt-in" };
    Act::new("opt-out", &[command, &format!("{INVENTED}/p-{patient:07}")])
}

/// A patient with an even number, each in turn, and how often all of them were before.
fn of_half(source: &Source, number: u64) -> (u64, u64) {
    let half = (source.hospital.patients / 2).max(1);
    (number / half, 2 * (number % half))
}

/// One patient after the other is erased, of those beside; once all are, whatever came of them since.
fn erase(source: &Source, number: u64) -> Act {
    let patient = (of_half(source, number).1 + 1) % source.hospital.patients.max(1);
    let patient = format!("{INVENTED}/p-{patient:07}");
    Act::new("erase", &["erase", &patient, "--reason", "request 1", "--quiet"])
}

impl Kind {
    /// The act, once its name is the table's.
    pub(super) fn act(&self, source: &Source, number: u64) -> anyhow::Result<Act> {
        Ok(Act { name: self.name, ..(self.make)(source, number)? })
    }
}

/// The homes in which acts are tried.
pub(super) struct Homes {
    plain: Home,
    pub(super) lived: Home,
}

impl Homes {
    pub(super) fn new(source: &Source) -> anyhow::Result<Self> {
        let plain = source.home(source.folder.join("plain"))?;
        let lived = plain.copy_to(&source.folder.join("lived"))?;
        for number in 1..=2 {
            lived.act(&source.change(number)?)?;
            lived.act(&source.deletion(number)?)?;
        }
        lived.act(&Act::new("backup", &BACK_UP))?;
        // Something for the next backup to copy.
        lived.act(&source.change(3)?)?;
        Ok(Self { plain, lived })
    }

    pub(super) fn of(&self, kind: &Kind) -> &Home {
        match kind.home {
            In::Plain => &self.plain,
            In::Lived => &self.lived,
        }
    }
}
