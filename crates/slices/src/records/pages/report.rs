//! Turns the ledger's report of a load into what the page shows.

use desk::{Bar, Page, Part, Refusal, Site, Tone};
use ledger::{Counts, FileReport, LoadInfo, LoadOutcome, LoadReport, QuarantineRow, WarningCount};
use vocab::{Issue, Place};

use super::load::{
    Equation, FileLine, Listed, Load, LoadLine, QuarantineLine, State, Term, WarningLine,
};
use super::overview::LastLoad;

/// How many loads are looked at to find one that has ended.
const LOADS_LOOKED_AT: u32 = 10;

/// How many lines of each list a page shows; the JSON has all of them.
const LINES_MAX: usize = 100;

/// How many characters of a hash are enough to find it.
const HASH_SHOWN: usize = 16;

/// The newest load that has ended, for the first page.
pub(crate) async fn last(site: &Site, page: &Page) -> Result<Option<LastLoad>, Refusal> {
    let ledger = site.ledger().loads();
    let ended = ledger.list(LOADS_LOOKED_AT).await?.into_iter().find(|load| load.ended.is_some());
    let Some(load) = ended else { return Ok(None) };
    let counts = ledger.report(load.id).await?.totals;
    let number = page.number(counts.quarantined);
    let sentence = || page.fill("records.overview.quarantined", &[("number", &number)]);
    Ok(Some(LastLoad {
        id: load.id.0,
        when: page.moment(load.started),
        resources: page.number(counts.resources),
        quarantined: (counts.quarantined > 0).then(sentence),
    }))
}

/// One line of the list of loads.
pub(crate) fn line(page: &Page, report: &LoadReport) -> LoadLine {
    let counts = &report.totals;
    LoadLine {
        id: report.load.id.0,
        name: name(page, &report.load),
        when: page.moment(report.load.started),
        source: report.load.source.clone(),
        state: state(page, &report.load, counts),
        files: page.number(report.files.len() as u64),
        resources: page.number(counts.resources),
        quarantined: page.number(counts.quarantined),
    }
}

/// The page of one load.
pub(crate) fn page(page: Page, report: &LoadReport) -> Load {
    let info = &report.load;
    let counts = &report.totals;
    let mut facts = vec![page.moment(info.started)];
    facts.extend(info.ended.map(|ended| {
        let millis = ended.as_millisecond().saturating_sub(info.started.as_millisecond());
        page.duration(u64::try_from(millis).unwrap_or(0))
    }));
    facts.push(info.source.clone());
    Load {
        id: info.id.0,
        name: name(&page, info),
        state: state(&page, info, counts),
        facts,
        failure: info.failure.clone(),
        equation: equation(&page, counts),
        errors: listed(&page, &report.quarantine, report.quarantine_rows, quarantined),
        warnings: listed(&page, &report.warnings, report.warnings.len() as u64, warning),
        files: listed(&page, &report.files, report.files.len() as u64, file),
        page,
    }
}

fn name(page: &Page, info: &LoadInfo) -> String {
    page.fill("records.loads.name", &[("number", &info.id.to_string())])
}

fn state(page: &Page, info: &LoadInfo, counts: &Counts) -> State {
    let (class, key) = match info.outcome {
        LoadOutcome::Committed if counts.quarantined > 0 => {
            ("warn", "records.state.with_quarantine")
        }
        LoadOutcome::Committed => ("good", "records.state.complete"),
        LoadOutcome::Unchanged => ("", "records.state.nothing_new"),
        LoadOutcome::Running => ("kind", "records.state.running"),
        LoadOutcome::Failed => ("bad", "records.state.failed"),
        LoadOutcome::Interrupted => ("bad", "records.state.interrupted"),
    };
    State { class, label: page.say(key).to_owned() }
}

fn equation(page: &Page, counts: &Counts) -> Equation {
    let terms = [
        ("records.load.written", counts.written, Tone::Data),
        ("records.load.unchanged", counts.unchanged, Tone::Mid),
        ("records.load.superseded", counts.superseded, Tone::Light),
        ("records.load.deleted", counts.deleted, Tone::Light),
        ("records.load.quarantined", counts.quarantined, Tone::Warm),
    ];
    Equation {
        read: page.number(counts.resources),
        bar: Bar::parts(&terms.map(|(_, amount, tone)| Part { amount, tone })),
        balanced: counts.accounted() == counts.resources,
        terms: terms
            .map(|(key, amount, tone)| Term {
                label: page.say(key).to_owned(),
                figure: page.number(amount),
                tone: tone.class(),
            })
            .into(),
    }
}

/// The first of so many rows.
fn listed<T, L>(page: &Page, rows: &[T], of: u64, line: fn(&Page, &T) -> L) -> Listed<L> {
    let rest = of.saturating_sub(rows.len().min(LINES_MAX) as u64);
    let more = |rest| page.fill("records.load.more", &[("number", &page.number(rest))]);
    Listed {
        lines: rows.iter().take(LINES_MAX).map(|row| line(page, row)).collect(),
        more: (rest > 0).then(|| more(rest)),
    }
}

fn quarantined(page: &Page, row: &QuarantineRow) -> QuarantineLine {
    let issue = Issue::new(row.code, Place::default(), row.detail.clone());
    QuarantineLine {
        file: row.file.clone(),
        line: row.line.map(|line| page.number(line)).unwrap_or_default(),
        what: issue.what(page.locale()),
        path: row.path.clone(),
        remedy: issue.remedy(page.locale()).to_owned(),
    }
}

fn warning(page: &Page, row: &WarningCount) -> WarningLine {
    let issue = Issue::new(row.code, Place::default(), row.detail.clone());
    WarningLine {
        what: issue.what(page.locale()),
        place: row.path.clone(),
        times: page.number(row.cases),
        remedy: issue.remedy(page.locale()).to_owned(),
    }
}

fn file(page: &Page, row: &FileReport) -> FileLine {
    let (class, key) =
        if row.already_held { ("", "records.state.held") } else { ("good", "records.state.taken") };
    let hash = row.landing.to_string();
    FileLine {
        hash_short: hash.chars().take(HASH_SHOWN).collect(),
        hash,
        state: State { class, label: page.say(key).to_owned() },
        resources: page.number(row.counts.resources),
        written: page.number(row.counts.written),
        quarantined: page.number(row.counts.quarantined),
    }
}
