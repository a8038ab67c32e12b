//! `aoba view`: ViewDefinitions on their own, without a data folder.

mod flatten;
mod plans;
mod run;
mod segments;
mod work;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use fhir::view;
use vocab::{Issue, Locale, Severity};

use self::run::Views;
use crate::cli::{ReportFormat, ViewCommand};
use crate::output::tell;

/// Runs a subcommand; `false` means that views are wrong.
pub(crate) fn command(command: &ViewCommand, locale: Locale) -> anyhow::Result<bool> {
    match command {
        ViewCommand::Run(args) => run::run(args, locale).map(|()| true),
        ViewCommand::Check { views, format } => check(views, *format, locale),
    }
}

/// Checks views and prints what is wrong with each.
fn check(paths: &[PathBuf], format: ReportFormat, locale: Locale) -> anyhow::Result<bool> {
    let mut all = Vec::new();
    for path in paths {
        let (_, issues) = view::read(&read(path)?);
        let name = path.to_string_lossy();
        let told = issues.is_empty();
        all.extend(issues.into_iter().map(|issue| issue.in_file(&name)));
        if told && format == ReportFormat::Text {
            tell!("{name}: ok");
        }
    }
    match format {
        ReportFormat::Json => {
            let issues: Vec<_> = all.iter().map(|issue| json(issue, locale)).collect();
            tell!("{}", serde_json::to_string_pretty(&issues)?);
        }
        ReportFormat::Text if !all.is_empty() => tell!("{}", told(&all, locale)),
        ReportFormat::Text => {}
    }
    Ok(all.iter().all(|issue| issue.severity() == Severity::Warning))
}

fn json(issue: &Issue, locale: Locale) -> serde_json::Value {
    serde_json::json!({
        "file": issue.place.file,
        "path": issue.place.path,
        "code": issue.code.word(),
        "what": issue.what(locale),
        "remedy": issue.remedy(locale),
    })
}

/// Issues as lines for reading.
pub(crate) fn told(issues: &[Issue], locale: Locale) -> String {
    let lines: Vec<String> = issues
        .iter()
        .map(|issue| {
            format!("{}: {}\n    {}", issue.place, issue.what(locale), issue.remedy(locale))
        })
        .collect();
    lines.join("\n")
}

/// Reads views; any that is wrong ends the run with all that is wrong.
fn load(paths: &[PathBuf], locale: Locale) -> anyhow::Result<Views> {
    let (mut views, mut wrong) = (Views::new(), Vec::new());
    for path in paths {
        let (view, issues) = view::read(&read(path)?);
        let name = path.to_string_lossy();
        let errors = issues.into_iter().filter(|issue| issue.severity() == Severity::Error);
        wrong.extend(errors.map(|issue| issue.in_file(&name)));
        views.extend(view.map(Arc::new));
    }
    if !wrong.is_empty() {
        bail!("{}", told(&wrong, locale));
    }
    if views.is_empty() {
        bail!("no ViewDefinition among the paths: name at least one before the input");
    }
    Ok(views)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Tells views from input: a path before the first input that holds a ViewDefinition is a view.
fn sort_paths(paths: &[PathBuf]) -> anyhow::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let (mut views, mut inputs) = (Vec::new(), Vec::new());
    for path in paths {
        if inputs.is_empty() && is_view(path)? {
            views.push(path.clone());
        } else {
            inputs.push(path.clone());
        }
    }
    Ok((views, inputs))
}

/// Views are small: a larger file, a folder or a compressed file is input.
const VIEW_BYTES_MAX: u64 = 4 << 20;

fn is_view(path: &Path) -> anyhow::Result<bool> {
    let found =
        std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    if found.is_dir() || found.len() > VIEW_BYTES_MAX {
        return Ok(false);
    }
    let bytes = read(path)?;
    let value: Result<serde_json::Value, _> = serde_json::from_slice(&bytes);
    let ends_in_json = path.extension().is_some_and(|ending| ending == "json");
    Ok(match value {
        Ok(value) => value.get("resourceType").is_some_and(|kind| kind == "ViewDefinition"),
        // A view with a mistake in its JSON must be told as one, not flattened as input.
        Err(_) => ends_in_json && memchr::memmem::find(&bytes, b"\"ViewDefinition\"").is_some(),
    })
}
