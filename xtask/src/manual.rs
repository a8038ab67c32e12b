//! Do the commands that the documents show exist?
//!
//! Every line of a `sh` block that begins with `aoba` is held against `aoba COMMAND --help`: the
//! command must be there and every option must be told of. A document that shows what is not there
//! costs its reader more than no document.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::cargo;
use crate::tidy::tree::Tree;

/// One command that a document shows.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    /// The file and line.
    place: String,
    /// The words after `aoba` up to the first that is neither a command nor an option.
    command: Vec<String>,
    /// The options used, without their values.
    options: Vec<String>,
}

/// Checks every command in every document.
pub(crate) fn run(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let aoba = cargo::build_aoba(root)?;
    let shown: Vec<Shown> = (tree.files.iter())
        .filter(|file| file.path.ends_with(".md"))
        .flat_map(|file| shown(&file.path, &file.text))
        .collect();
    let mut helps = BTreeMap::new();
    let mut wrong = Vec::new();
    for each in &shown {
        wrong.extend(fault(each, &mut |words| {
            let help = helps.entry(words.to_vec()).or_insert_with(|| help(&aoba, words));
            help.clone()
        }));
    }
    if !wrong.is_empty() {
        bail!("the documents show what the program does not have\n{}", wrong.join("\n"));
    }
    println!("{} commands in the documents are as the program tells them", shown.len());
    Ok(())
}

/// What `aoba … --help` prints, if there is such a command.
fn help(aoba: &Path, words: &[String]) -> Option<String> {
    let mut command = Command::new(aoba);
    command.args(words).arg("--help").env("LANG", "en");
    cargo::output(command).ok()
}

/// What is wrong with a command, told against the help texts.
fn fault(shown: &Shown, help: &mut dyn FnMut(&[String]) -> Option<String>) -> Option<String> {
    let Shown { place, command, options } = shown;
    let Some(text) = help(command) else {
        return Some(format!("{place}: there is no `aoba {}`", command.join(" ")));
    };
    let missing = options.iter().find(|option| !names(&text, option))?;
    Some(format!("{place}: `aoba {}` has no option {missing}", command.join(" ")))
}

/// Whether a help text names an option, as a word of its own.
fn names(help: &str, option: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-');
    help.match_indices(option).any(|(at, _)| help.get(at + option.len()..).is_some_and(ends))
}

/// Every command line of the `sh` blocks of a document.
fn shown(path: &str, text: &str) -> Vec<Shown> {
    let (mut inside, mut found) = (false, Vec::new());
    for (at, line) in text.lines().enumerate() {
        if let Some(kind) = line.trim_start().strip_prefix("```") {
            inside = !inside && kind.trim() == "sh";
        } else if inside {
            let place = format!("{path}:{}", at + 1);
            found.extend(line.split(['|', ';']).filter_map(|part| read(&place, part)));
        }
    }
    found
}

/// Reads one command; `None` where it is not ours.
fn read(place: &str, line: &str) -> Option<Shown> {
    let line = line.split(" #").next().unwrap_or_default();
    let mut words = line.split_whitespace();
    let program = words.by_ref().find(|word| !word.contains('='))?;
    if program == "cargo" {
        let rest = line.split_once("run --release -- ")?.1;
        return read(place, &format!("aoba {rest}"));
    }
    if program != "aoba" {
        return None;
    }
    let (mut command, mut options) = (Vec::new(), Vec::new());
    let mut at_command = true;
    while let Some(word) = words.next() {
        if word.starts_with("--") {
            let option = word.split('=').next().unwrap_or(word);
            options.push(option.to_owned());
            if at_command && option == "--home" {
                words.next();
            } else {
                at_command = false;
            }
        } else if at_command && is_command(&command, word) {
            command.push(word.to_owned());
        } else {
            at_command = false;
        }
    }
    Some(Shown { place: place.to_owned(), command, options })
}

/// The commands that take a second word.
const WITH_SECOND: [&str; 11] = [
    "view",
    "audit",
    "backup",
    "bench",
    "cohort",
    "ledger",
    "people",
    "permit",
    "snapshots",
    "study",
    "synth",
];

/// Whether a word can still be part of the command.
fn is_command(before: &[String], word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    match before {
        [] => plain,
        [first] => plain && WITH_SECOND.contains(&first.as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> (String, Vec<String>) {
        let shown = read("x", line).unwrap();
        (shown.command.join(" "), shown.options)
    }

    #[test]
    fn a_line_is_read_as_a_command_and_its_options() {
        assert_eq!(parsed("aoba ingest ./export"), ("ingest".into(), vec![]));
        assert_eq!(
            parsed("aoba view run a.json b.ndjson --format=csv  # rows"),
            ("view run".into(), vec!["--format".into()])
        );
        assert_eq!(
            parsed("AOBA_HOME=/d aoba --home /data/aoba tables --format json"),
            ("tables".into(), vec!["--home".into(), "--format".into()])
        );
        assert_eq!(parsed("cargo run --release -- demo ./x"), ("demo".into(), vec![]));
        assert_eq!(read("x", "cargo xtask test"), None);
    }

    #[test]
    fn only_sh_blocks_count() {
        let text = "```sh\naoba tables\n```\n\n```text\naoba nonsense\n```\naoba prose\n";
        let found = shown("a.md", text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "a.md:2");
    }

    #[test]
    fn a_command_or_option_that_is_not_there_is_told() {
        let mut help = |words: &[String]| {
            (words == ["tables"]).then(|| "Usage: tables [--format FORMAT] --homely".to_owned())
        };
        let wrong = |line: &str, help: &mut dyn FnMut(&[String]) -> Option<String>| {
            fault(&read("a.md:2", line).unwrap(), help)
        };
        assert_eq!(wrong("aoba tables --format json", &mut help), None);
        assert_eq!(
            wrong("aoba tables --home x", &mut help).unwrap(),
            "a.md:2: `aoba tables` has no option --home"
        );
        assert_eq!(wrong("aoba fly", &mut help).unwrap(), "a.md:2: there is no `aoba fly`");
    }
}
