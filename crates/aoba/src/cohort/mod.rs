//! `aoba cohort`: definitions of cohorts as text, as JSON and in sentences, and their answers.

mod answering;
mod attrition;
mod check;
mod circe;
mod error;
mod explain;
mod files;
mod group;
mod members;
mod overlap;
mod phenotypes;
mod results;
mod script;
mod table;

use std::io::{Write as _, stdout};
use std::path::Path;

use anyhow::Context as _;
use cohort::ast::Definition;
use cohort::diff;
use cohort::held::Held;
use cohort::words::{Titles, say};
use cohort::{json, text};
use serde_json::json;
use vocab::Locale;

pub(crate) use answering::Asked;
pub(crate) use error::CohortError;

use self::files::Source;
use crate::cli::{CohortCommand, CohortFormatArgs, ReportFormat};
use crate::house::House;
use crate::output::tell;

/// Runs a subcommand; `false` means that something is wrong with a file, and was told.
pub(crate) fn command(command: &CohortCommand, locale: Locale) -> anyhow::Result<bool> {
    match command {
        CohortCommand::Check { files, format, strict } => {
            check::run(files, (*format, *strict), locale)
        }
        CohortCommand::Format(args) => format(args, locale),
        CohortCommand::Words { file, format } => words(file, *format, locale).map(|()| true),
        CohortCommand::Diff { old, new, format } => {
            differ((old, new), *format, locale).map(|()| true)
        }
        CohortCommand::Import(args) => circe::import(args, locale).map(|()| true),
        CohortCommand::Export { file, output } => {
            circe::export(file, output.as_deref(), locale).map(|()| true)
        }
        CohortCommand::Sql(args) => script::run(args, locale).map(|()| true),
        CohortCommand::Library(args) => phenotypes::run(args, locale).map(|()| true),
        CohortCommand::Schema { codes } => {
            let schema = if *codes { json::CONCEPT_SET_SCHEMA } else { json::DEFINITION_SCHEMA };
            stdout().write_all(schema.as_bytes())?;
            Ok(true)
        }
        CohortCommand::Count(_)
        | CohortCommand::Attrition { .. }
        | CohortCommand::Explain(_)
        | CohortCommand::Results(_)
        | CohortCommand::Overlap(_)
        | CohortCommand::Members(_) => Ok(true),
    }
}

/// Runs a subcommand that asks about people.
pub(crate) async fn ask(house: &House, command: &CohortCommand) -> anyhow::Result<()> {
    match command {
        CohortCommand::Count(args) => answering::count(house, args).await,
        CohortCommand::Attrition { ask, off } => attrition::run(house, ask, off).await,
        CohortCommand::Explain(args) => explain::run(house, args).await,
        CohortCommand::Results(args) => results::run(house, args).await,
        CohortCommand::Overlap(args) => overlap::run(house, args).await,
        CohortCommand::Members(args) => members::run(house, args).await,
        _ => Ok(()),
    }
}

/// The canonical text, or the JSON.
fn face(held: &Held, format: ReportFormat) -> String {
    match (held, format) {
        (Held::Definition(parsed), ReportFormat::Text) => text::format(&parsed.definition),
        (Held::Definition(parsed), ReportFormat::Json) => json::write(&parsed.definition) + "\n",
        (Held::Codes(set), ReportFormat::Text) => text::format_codes(set),
        (Held::Codes(set), ReportFormat::Json) => json::write_codes(set) + "\n",
    }
}

/// `aoba cohort format`
fn format(args: &CohortFormatArgs, locale: Locale) -> anyhow::Result<bool> {
    let mut well = true;
    for path in &args.files {
        let source = Source::read(path)?;
        let canonical = face(&source.take()?, args.format);
        let is_canonical = canonical == source.written;
        if args.check {
            well &= is_canonical;
            if !is_canonical {
                let remedy = match locale {
                    Locale::En => "not in the canonical layout: run `aoba cohort format --write`",
                    Locale::Ja => {
                        "標準の書式ではありません。`aoba cohort format --write`で整形してください"
                    }
                };
                tell!("{}: {remedy}", source.name);
            }
        } else if !args.write {
            stdout().write_all(canonical.as_bytes())?;
        } else if !is_canonical {
            replace(path, &canonical)?;
        }
    }
    Ok(well)
}

/// Writes a file anew: the old one is there until the new one is.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    let written = std::fs::write(&aside, text).and_then(|()| std::fs::rename(&aside, path));
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// `aoba cohort words`
fn words(file: &Path, format: ReportFormat, locale: Locale) -> anyhow::Result<()> {
    let source = Source::read(file)?;
    let parsed = source.definition()?;
    let said = say(&parsed.definition, locale, &titles(&source, &parsed)?);
    let mut out = stdout().lock();
    match format {
        ReportFormat::Text => said.iter().try_for_each(|one| writeln!(out, "{}", one.text))?,
        ReportFormat::Json => {
            let sentences: Vec<_> = said
                .iter()
                .map(|one| {
                    let at = parsed.places.of(one.part);
                    json!({ "line": at.map(|at| at.line), "text": one.text })
                })
                .collect();
            serde_json::to_writer_pretty(&mut out, &sentences)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

/// What the files that a definition uses are called.
fn titles(source: &Source, parsed: &text::Parsed) -> anyhow::Result<Titles> {
    Ok(source.used(parsed)?.titles)
}

/// `aoba cohort diff`
fn differ(files: (&Path, &Path), format: ReportFormat, locale: Locale) -> anyhow::Result<()> {
    let (old, new) = (Source::read(files.0)?, Source::read(files.1)?);
    let (from, to) = (old.definition()?, new.definition()?);
    let mut titles = titles(&old, &from)?;
    titles.extend(self::titles(&new, &to)?);
    let changes = changes((&from.definition, &to.definition), &titles, locale);
    let mut out = stdout().lock();
    match format {
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &changes)?;
            writeln!(out)?;
        }
        ReportFormat::Text if changes.is_empty() => {
            let same = match locale {
                Locale::En => "the two say the same",
                Locale::Ja => "二つの定義は同じ内容です",
            };
            writeln!(out, "{same}")?;
        }
        ReportFormat::Text => changes.iter().try_for_each(|line| writeln!(out, "{line}"))?,
    }
    Ok(())
}

fn changes((from, to): (&Definition, &Definition), titles: &Titles, locale: Locale) -> Vec<String> {
    let changes = diff::changes(from, to, locale, titles);
    changes.iter().map(|change| change.say(locale)).collect()
}
