//! The report of a load for machines: the same facts as the page, all lines, both languages.
//!
//! Files are named by their bytes. A file's own name, which may hold a patient's number, stands
//! only where a line must be found and mended. Counts of patients are left out: they are no part
//! of what came in.

use ledger::{Counts, LoadReport, QuarantineRow, WarningCount};
use serde::Serialize;
use vocab::{IssueCode, Locale, Severity};

/// The document.
///
/// # Shape
/// `{"load": 3, "outcome": "committed", "adds_up": true, "totals": {…}, "files": […],
/// "quarantine": [{"file", "line", "code", "what": {"ja", "en"}, "remedy": {…}}], "warnings": […]}`
#[derive(Serialize)]
pub(crate) struct ReportJson<'a> {
    load: i64,
    source: &'a str,
    command: &'a str,
    started: String,
    ended: Option<String>,
    outcome: ledger::LoadOutcome,
    snapshot: Option<i64>,
    failure: Option<&'a str>,
    adds_up: bool,
    totals: Counts,
    files: Vec<FileJson>,
    quarantine_rows: u64,
    quarantine: Vec<CaseJson<'a>>,
    warnings: Vec<CaseJson<'a>>,
}

#[derive(Serialize)]
struct FileJson {
    landing: String,
    already_held: bool,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Serialize)]
struct CaseJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    landing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    code: &'static str,
    severity: Severity,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cases: Option<u64>,
    what: BothJson,
    remedy: BothJson,
}

#[derive(Serialize)]
struct BothJson {
    ja: &'static str,
    en: &'static str,
}

impl<'a> ReportJson<'a> {
    /// The report with these rows of the quarantine.
    pub(crate) fn new(report: &'a LoadReport, quarantine: &'a [QuarantineRow]) -> Self {
        let load = &report.load;
        let file = |file: &ledger::FileReport| FileJson {
            landing: file.landing.to_string(),
            already_held: file.already_held,
            counts: file.counts,
        };
        Self {
            load: load.id.0,
            source: &load.source,
            command: &load.command,
            started: load.started.to_string(),
            ended: load.ended.map(|ended| ended.to_string()),
            outcome: load.outcome,
            snapshot: load.snapshot.map(|snapshot| snapshot.0),
            failure: load.failure.as_deref(),
            adds_up: report.adds_up(),
            totals: report.totals,
            files: report.files.iter().map(file).collect(),
            quarantine_rows: report.quarantine_rows,
            quarantine: quarantine.iter().map(quarantined).collect(),
            warnings: report.warnings.iter().map(warned).collect(),
        }
    }
}

fn quarantined(row: &QuarantineRow) -> CaseJson<'_> {
    CaseJson {
        landing: Some(row.landing.to_string()),
        file: Some(&row.file),
        line: row.line,
        ..case(row.code, row.path.as_deref(), &row.detail)
    }
}

fn warned(row: &WarningCount) -> CaseJson<'_> {
    CaseJson { cases: Some(row.cases), ..case(row.code, row.path.as_deref(), &row.detail) }
}

fn case<'a>(code: IssueCode, path: Option<&'a str>, detail: &'a str) -> CaseJson<'a> {
    let both = |text: vocab::Text| BothJson { ja: text.get(Locale::Ja), en: text.get(Locale::En) };
    CaseJson {
        landing: None,
        file: None,
        line: None,
        path,
        code: code.word(),
        severity: code.severity(),
        detail,
        cases: None,
        what: both(code.what()),
        remedy: both(code.remedy()),
    }
}
