//! `aoba cohort check`: what is wrong with files of the language, and what may deceive.

use std::io::{Write as _, stdout};
use std::path::PathBuf;

use cohort::held::Held;
use cohort::lint::{self, Finding, Level};
use cohort::problem::{Position, Problem};
use cohort::text;
use cohort::uses::MissingUse;
use serde_json::{Value, json};
use vocab::Locale;

use super::error::CohortError;
use super::files::Source;
use crate::cli::ReportFormat;

/// What was found in one file.
struct Checked {
    file: String,
    /// The hash of its canonical text, where it can be read.
    hash: Option<String>,
    lines: Vec<Line>,
}

/// One thing that was found.
struct Line {
    /// The file; a file that is used may name what is missing.
    file: String,
    at: Option<Position>,
    level: Level,
    code: Value,
    what: String,
}

/// Checks files; false when one has no meaning, or in strict mode may deceive.
pub(super) fn run(
    files: &[PathBuf],
    (format, strict): (ReportFormat, bool),
    locale: Locale,
) -> anyhow::Result<bool> {
    let mut all = Vec::new();
    for path in files {
        all.push(check(&Source::read(path)?, locale)?);
    }
    let mut out = stdout().lock();
    match format {
        ReportFormat::Text => all.iter().try_for_each(|one| one.print(&mut out, locale))?,
        ReportFormat::Json => {
            let values: Vec<Value> = all.iter().map(Checked::value).collect();
            serde_json::to_writer_pretty(&mut out, &values)?;
            writeln!(out)?;
        }
    }
    let worst = if strict { Level::Warning } else { Level::Error };
    Ok(all.iter().flat_map(|one| &one.lines).all(|line| line.level > worst))
}

fn check(source: &Source, locale: Locale) -> anyhow::Result<Checked> {
    let file = source.name.clone();
    match source.held() {
        Err(problems) => {
            let lines = problems.iter().map(|problem| of_problem(&file, problem, locale)).collect();
            Ok(Checked { file, hash: None, lines })
        }
        Ok(Held::Codes(set)) => {
            let hash = Some(text::hash(&text::format_codes(&set)).as_str().to_owned());
            Ok(Checked { file, hash, lines: Vec::new() })
        }
        Ok(Held::Definition(parsed)) => {
            let hash = Some(text::hash(&text::format(&parsed.definition)).as_str().to_owned());
            let used = match source.used(&parsed) {
                Ok(used) => used,
                Err(CohortError::Uses { missing }) => {
                    let lines = missing.iter().map(|missing| of_use(missing, locale)).collect();
                    return Ok(Checked { file, hash, lines });
                }
                Err(other) => return Err(other.into()),
            };
            let found = lint::check(&parsed.definition, &parsed.places, &used.facts());
            let lines = found.iter().map(|finding| of_finding(&file, finding, locale)).collect();
            Ok(Checked { file, hash, lines })
        }
    }
}

fn of_problem(file: &str, problem: &Problem, locale: Locale) -> Line {
    let placeless = Problem { at: None, ..problem.clone() };
    Line {
        file: file.to_owned(),
        at: problem.at,
        level: Level::Error,
        code: serde_json::to_value(problem.code).unwrap_or_default(),
        what: placeless.say(locale),
    }
}

fn of_finding(file: &str, finding: &Finding, locale: Locale) -> Line {
    let placeless = Finding { at: None, ..finding.clone() };
    Line {
        file: file.to_owned(),
        at: finding.at,
        level: finding.code.level(),
        code: serde_json::to_value(finding.code).unwrap_or_default(),
        what: placeless.say(locale),
    }
}

fn of_use(missing: &MissingUse, locale: Locale) -> Line {
    Line {
        file: missing.file.clone(),
        at: missing.at,
        level: Level::Error,
        code: "use".into(),
        what: missing.say(locale),
    }
}

impl Checked {
    fn print(&self, out: &mut impl std::io::Write, locale: Locale) -> std::io::Result<()> {
        for line in &self.lines {
            let level = match (line.level, locale) {
                (Level::Error, Locale::En) => "error",
                (Level::Error, Locale::Ja) => "誤り",
                (Level::Warning, Locale::En) => "warning",
                (Level::Warning, Locale::Ja) => "警告",
                (Level::Advice, Locale::En) => "advice",
                (Level::Advice, Locale::Ja) => "助言",
            };
            let at = line.at.map(|at| format!("{at}:")).unwrap_or_default();
            writeln!(out, "{}:{at} {level}: {}", line.file, line.what)?;
        }
        let is_wrong = self.lines.iter().any(|line| line.level == Level::Error);
        match &self.hash {
            Some(hash) if !is_wrong => writeln!(out, "{}: ok sha256:{hash}", self.file),
            _ => Ok(()),
        }
    }

    fn value(&self) -> Value {
        let lines = self.lines.iter().map(|line| {
            json!({
                "file": line.file,
                "line": line.at.map(|at| at.line),
                "column": line.at.map(|at| at.column),
                "level": line.level,
                "code": line.code,
                "what": line.what,
            })
        });
        json!({
            "file": self.file,
            "sha256": self.hash,
            "found": lines.collect::<Vec<_>>(),
        })
    }
}
