//! The figures of `truth.json`, and the table's lines made from them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::estimate::Estimate;
use super::table::{Kind, Line, Unit};

/// The planted figures, and which of them have been looked for.
pub(super) struct Planted {
    figures: BTreeMap<String, Figure>,
    lines: Vec<Line>,
    looked_for: BTreeSet<String>,
}

/// The kind of a rate of faults.
const FAULT: &str = "fault";

struct Figure {
    kind: String,
    value: f64,
    source: String,
}

impl Planted {
    /// Reads the figures: `{"facts":[{"name":"…","kind":"…","value":…,"source":"…"},…],
    /// "faults":[{"name":"…","value":…,"of":"…"},…]}`.
    pub(super) fn of(truth: &Value) -> Self {
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
        Self { figures, lines: Vec::new(), looked_for: BTreeSet::new() }
    }

    /// The value of a figure.
    pub(super) fn value(&self, name: &str) -> Option<f64> {
        self.figures.get(name).map(|figure| figure.value)
    }

    /// Says what was found for a planted figure.
    pub(super) fn found(&mut self, name: &str, found: Option<Estimate>) {
        self.found_in(name, name, found);
    }

    /// Says what was found for a planted figure in one of several ways, which has a name of its
    /// own.
    pub(super) fn found_in(&mut self, name: &str, way: &str, found: Option<Estimate>) {
        let Some(figure) = self.figures.get(name) else { return };
        let unit = match figure.kind.as_str() {
            "rate_at_60" | "rate" => Unit::PerThousandYears,
            "hazard_ratio" => Unit::Ratio,
            "probability" | FAULT => Unit::Percent,
            _ => Unit::Plain,
        };
        self.looked_for.insert(name.to_owned());
        self.lines.push(Line {
            name: way.to_owned(),
            title: way.replace('_', " "),
            kind: Kind::Planted,
            unit,
            expected: figure.value,
            found,
            source: figure.source.clone(),
        });
    }

    /// Lets nobody judge the line that was said last, for this reason.
    pub(super) fn only_show(&mut self, reason: &str) {
        if let Some(line) = self.lines.last_mut() {
            (line.kind, line.source) = (Kind::Shown, reason.to_owned());
        }
    }

    /// Adds a line of something that is not in `truth.json`.
    pub(super) fn add(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// The names of the faults.
    pub(super) fn faults(&self) -> Vec<String> {
        let faults = self.figures.iter().filter(|(_, figure)| figure.kind == FAULT);
        faults.map(|(name, _)| name.clone()).collect()
    }

    /// Figures that nobody looked for.
    pub(super) fn left(&self) -> Vec<String> {
        let names = self.figures.keys();
        names.filter(|name| !self.looked_for.contains(*name)).cloned().collect()
    }

    /// The lines, in the order in which they were said.
    pub(super) fn into_lines(self) -> Vec<Line> {
        self.lines
    }
}

fn text(of: &Value, name: &str) -> Option<String> {
    of.get(name)?.as_str().map(str::to_owned)
}

fn number(of: &Value) -> Option<f64> {
    of.get("value")?.as_f64()
}
