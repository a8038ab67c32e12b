//! The figures of `truth.json`, and the table's lines made from them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use vocab::{Locale, Text};

use super::finding::Finding;
use super::table::{Kind, Left, Line, Unit};
use super::verdict::Row;

/// The planted figures, and the lines that were said of them.
pub(super) struct Planted {
    /// The reader's language.
    locale: Locale,
    figures: BTreeMap<String, Figure>,
    rows: Vec<Row>,
    /// Figures that are shown without being judged, and why.
    shown: BTreeMap<String, String>,
}

/// The kind of a rate of faults.
const FAULT: &str = "fault";

/// Why a figure is left that no estimator here knows.
const UNKNOWN: Text =
    Text { ja: "推定する方法がここにない", en: "no estimator here looks for it" };

struct Figure {
    kind: String,
    value: f64,
    source: String,
}

impl Planted {
    /// Reads the figures: `{"facts":[{"name":"…","kind":"…","value":…,"source":"…"},…],
    /// "faults":[{"name":"…","value":…,"of":"…"},…]}`.
    pub(super) fn of(truth: &Value, locale: Locale) -> Self {
        let list = |name: &str| truth.get(name).and_then(Value::as_array).into_iter().flatten();
        let facts = list("facts").filter_map(|fact| {
            let (kind, source) = (text(fact, "kind")?, text(fact, "source")?);
            Some((text(fact, "name")?, Figure { kind, value: number(fact)?, source }))
        });
        let faults = list("faults").filter_map(|fault| {
            let (kind, source) = (FAULT.to_owned(), text(fault, "of")?);
            Some((text(fault, "name")?, Figure { kind, value: number(fault)?, source }))
        });
        let figures = facts.chain(faults).collect();
        Self { locale, figures, rows: Vec::new(), shown: BTreeMap::new() }
    }

    /// The value of a figure.
    pub(super) fn value(&self, name: &str) -> Option<f64> {
        self.figures.get(name).map(|figure| figure.value)
    }

    /// The figures whose names begin and end so, by what stands between.
    pub(super) fn between(&self, begin: &str, end: &str) -> Vec<(String, f64)> {
        let middle = |name: &str| Some(name.strip_prefix(begin)?.strip_suffix(end)?.to_owned());
        let all = self.figures.iter();
        all.filter_map(|(name, figure)| Some((middle(name)?, figure.value))).collect()
    }

    /// Says what was found for a planted figure.
    pub(super) fn found(&mut self, name: &str, found: impl Into<Finding>) {
        self.found_in(name, name, found);
    }

    /// Says what was found for a planted figure in one of several ways, which has a name of its
    /// own.
    pub(super) fn found_in(&mut self, name: &str, way: &str, found: impl Into<Finding>) {
        let Some(figure) = self.figures.get(name) else { return };
        let unit = match figure.kind.as_str() {
            "rate_at_60" | "rate" => Unit::PerThousandYears,
            "hazard_ratio" => Unit::Ratio,
            "probability" | FAULT => Unit::Percent,
            _ => Unit::Plain,
        };
        let finding = found.into();
        let line = Line {
            name: way.to_owned(),
            title: way.replace('_', " "),
            kind: Kind::Planted,
            unit,
            expected: figure.value,
            found: finding.found,
            source: figure.source.clone(),
        };
        self.rows.push(Row { line, figure: Some(name.to_owned()), finding });
    }

    /// Says what was found for a number that follows from planted figures, as the sum of several;
    /// it is judged as they are.
    pub(super) fn follows(&mut self, name: &str, (unit, expected): (Unit, f64), finding: Finding) {
        let line = Line {
            name: name.to_owned(),
            title: name.replace('_', " "),
            kind: Kind::Planted,
            unit,
            expected,
            found: finding.found,
            source: "truth.json".to_owned(),
        };
        self.rows.push(Row { line, figure: None, finding });
    }

    /// Lets nobody judge the line that was said last, for this reason.
    pub(super) fn only_show(&mut self, reason: Text) {
        let reason = reason.get(self.locale);
        if let Some(row) = self.rows.last_mut() {
            (row.line.kind, row.line.source) = (Kind::Shown, reason.to_owned());
            if let Some(figure) = &row.figure {
                self.shown.insert(figure.clone(), reason.to_owned());
            }
        }
    }

    /// Adds a line of something that is not in `truth.json`.
    pub(super) fn add(&mut self, line: Line) {
        self.rows.push(Row::of(line));
    }

    /// The names of the faults.
    pub(super) fn faults(&self) -> Vec<String> {
        let faults = self.figures.iter().filter(|(_, figure)| figure.kind == FAULT);
        faults.map(|(name, _)| name.clone()).collect()
    }

    /// Figures that nobody judges: not looked for, or only shown.
    pub(super) fn left(&self) -> Vec<Left> {
        let judged: BTreeSet<&str> = self
            .rows
            .iter()
            .filter(|row| row.is_judged())
            .filter_map(|row| row.figure.as_deref())
            .collect();
        let names = self.figures.keys().filter(|name| !judged.contains(name.as_str()));
        names
            .map(|name| {
                let unknown = UNKNOWN.get(self.locale);
                let reason = self.shown.get(name).map_or(unknown, String::as_str);
                Left { name: name.clone(), reason: reason.to_owned() }
            })
            .collect()
    }

    /// The lines, in the order in which they were said.
    pub(super) fn into_rows(self) -> Vec<Row> {
        self.rows
    }
}

fn text(of: &Value, name: &str) -> Option<String> {
    of.get(name)?.as_str().map(str::to_owned)
}

fn number(of: &Value) -> Option<f64> {
    of.get("value")?.as_f64()
}
