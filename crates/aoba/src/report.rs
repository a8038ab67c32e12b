//! Load reports, for reading and for programs.

use std::fmt::Write as _;

use ledger::{LoadReport, QuarantineRow};
use serde_json::{Value, json};
use vocab::{Issue, Locale, Place};

use crate::cli::ReportFormat;
use crate::output::tell;
use crate::stats::Stats;

/// Quarantined lines printed for reading; the rest is counted.
const QUARANTINE_SHOWN_MAX: usize = 20;

/// Prints a report.
pub(crate) fn print(
    report: &LoadReport,
    used: Option<&Stats>,
    format: ReportFormat,
    locale: Locale,
) -> anyhow::Result<()> {
    match format {
        ReportFormat::Json => {
            tell!("{}", serde_json::to_string_pretty(&json(report, used, locale)?)?);
        }
        ReportFormat::Text => print!("{}", text(report, used, locale)),
    }
    Ok(())
}

/// The report as the ledger has it, with each quarantined line's reason and remedy in words.
pub(crate) fn json(
    report: &LoadReport,
    used: Option<&Stats>,
    locale: Locale,
) -> anyhow::Result<Value> {
    let mut value = serde_json::to_value(report)?;
    let quarantine: Vec<Value> = report.quarantine.iter().map(|row| spoken(row, locale)).collect();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("counts".to_owned(), serde_json::to_value(report.totals)?);
        fields.remove("totals");
        fields.insert("quarantine".to_owned(), quarantine.into());
        fields.insert("used".to_owned(), serde_json::to_value(used)?);
    }
    Ok(value)
}

fn spoken(row: &QuarantineRow, locale: Locale) -> Value {
    let issue = issue(row);
    json!({
        "file": row.file,
        "landing": row.landing.to_string(),
        "line": row.line,
        "path": row.path,
        "code": row.code.word(),
        "detail": row.detail,
        "what": issue.what(locale),
        "remedy": issue.remedy(locale),
    })
}

fn issue(row: &QuarantineRow) -> Issue {
    let place = Place { file: Some(row.file.clone()), line: row.line, path: row.path.clone() };
    Issue::new(row.code, place, row.detail.clone())
}

/// The report for reading.
fn text(report: &LoadReport, used: Option<&Stats>, locale: Locale) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_text(&mut out, report, used, locale);
    out
}

fn write_text(
    out: &mut String,
    report: &LoadReport,
    used: Option<&Stats>,
    locale: Locale,
) -> std::fmt::Result {
    let totals = &report.totals;
    let (load, outcome) = (&report.load, &report.load.outcome);
    let say = |ja: &'static str, en: &'static str| match locale {
        Locale::Ja => ja,
        Locale::En => en,
    };
    let snapshot = report.load.snapshot.map_or("-".to_owned(), |id| id.to_string());
    writeln!(
        out,
        "{} {}  {}: {outcome}  {}: {snapshot}",
        say("取り込み", "load"),
        load.id,
        say("結果", "outcome"),
        say("スナップショット", "snapshot")
    )?;
    writeln!(
        out,
        "{} {} = {} {} + {} {} + {} {} + {} {} + {} {}",
        say("リソース", "resources"),
        totals.resources,
        say("書き込み", "written"),
        totals.written,
        say("変更なし", "unchanged"),
        totals.unchanged,
        say("旧版", "superseded"),
        totals.superseded,
        say("削除", "deleted"),
        totals.deleted,
        say("隔離", "quarantined"),
        totals.quarantined
    )?;
    let held = report.files.iter().filter(|file| file.already_held).count();
    writeln!(
        out,
        "{} {} ({} {held})",
        say("ファイル", "files"),
        report.files.len(),
        say("取り込み済み", "held already")
    )?;
    for warning in &report.warnings {
        writeln!(out, "  {}: {}", warning.code.what().get(locale), warning.cases)?;
    }
    for row in report.quarantine.iter().take(QUARANTINE_SHOWN_MAX) {
        let issue = issue(row);
        writeln!(out, "  {}: {}", issue.place, issue.what(locale))?;
        writeln!(out, "      {}", issue.remedy(locale))?;
    }
    let shown = report.quarantine.len().min(QUARANTINE_SHOWN_MAX) as u64;
    if report.quarantine_rows > shown {
        let more = report.quarantine_rows - shown;
        writeln!(out, "  {} {more}: aoba report {} --format json", say("ほか", "and"), load.id)?;
    }
    if let Some(used) = used {
        writeln!(
            out,
            "{:.2} s ({:.2} s CPU), {} MB",
            used.wall_seconds,
            used.cpu_seconds,
            used.peak_rss_bytes / 1_000_000
        )?;
    }
    Ok(())
}
