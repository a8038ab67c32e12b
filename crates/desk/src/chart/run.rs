//! A measure over time with its centre line, its limits, its target, and what was done about it.

use super::scale::{self, Linear};
use super::svg::{Anchor, Area, Svg, TYPE, through};
use super::{Chart, Drawing, Size, Table, decimal, metrics};
use crate::words::Words;

/// One value of the run.
#[derive(Clone, Debug)]
pub struct RunPoint {
    label: String,
    value: Option<f64>,
    signal: bool,
}

impl RunPoint {
    /// A value with the name of its time.
    #[must_use]
    pub fn new(label: &str, value: f64) -> Self {
        Self { label: label.to_owned(), value: Some(value), signal: false }
    }

    /// A time whose value may not be told or was not taken: the line is broken there.
    #[must_use]
    pub fn missing(label: &str) -> Self {
        Self { label: label.to_owned(), value: None, signal: false }
    }

    /// Marked as a signal: more than chance.
    #[must_use]
    pub fn as_signal(mut self) -> Self {
        self.signal = true;
        self
    }
}

/// What was done, at which point.
#[derive(Clone, Debug)]
pub struct Note {
    /// The point, counted from nought.
    pub at: usize,
    /// What was done.
    pub text: String,
}

/// A run chart; with limits, a control chart.
#[derive(Clone, Debug)]
pub struct RunChart {
    points: Vec<RunPoint>,
    unit: String,
    centre: Option<f64>,
    limits: Option<(f64, f64)>,
    target: Option<f64>,
    notes: Vec<Note>,
}

impl RunChart {
    /// Takes the points in order of time; `unit` stands after each value.
    #[must_use]
    pub fn new(points: Vec<RunPoint>, unit: &str) -> Self {
        Self {
            points,
            unit: unit.to_owned(),
            centre: None,
            limits: None,
            target: None,
            notes: Vec::new(),
        }
    }

    /// With the line half of the values lie above, or their mean.
    #[must_use]
    pub fn with_centre(mut self, centre: f64) -> Self {
        self.centre = Some(centre);
        self
    }

    /// With the limits chance alone seldom passes.
    #[must_use]
    pub fn with_limits(mut self, low: f64, high: f64) -> Self {
        self.limits = Some((low, high));
        self
    }

    /// With what is aimed at.
    #[must_use]
    pub fn with_target(mut self, target: f64) -> Self {
        self.target = Some(target);
        self
    }

    /// With what was done.
    #[must_use]
    pub fn with_notes(mut self, notes: Vec<Note>) -> Self {
        self.notes = notes;
        self
    }

    fn value(&self, words: &Words, value: f64) -> String {
        format!("{}{}", decimal(words, value, 1), self.unit)
    }

    /// The lines across the chart: value, class, and the key of their name.
    fn lines(&self) -> Vec<(f64, &'static str, &'static str)> {
        let mut lines = Vec::new();
        lines.extend(self.target.map(|at| (at, "target", "desk.chart.target")));
        lines.extend(self.centre.map(|at| (at, "centre", "desk.chart.centre")));
        if let Some((low, high)) = self.limits {
            lines.push((high, "limit", "desk.chart.upper_limit"));
            lines.push((low, "limit", "desk.chart.lower_limit"));
        }
        lines
    }

    fn draw_lines(&self, svg: &mut Svg, words: &Words, y: &Linear, span: (f64, f64)) {
        if let Some((low, high)) = self.limits {
            let (top, foot) = (y.at(high), y.at(low));
            svg.rect("normal", Area::new(span.0, top, span.1 - span.0, foot - top), 0.0);
        }
        let mut lines = self.lines();
        lines.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut free_from = 0.0;
        for (at, class, key) in lines {
            let place = y.at(at);
            svg.line(class, (span.0, place), (span.1, place));
            let label = format!("{} {}", words.say(key), self.value(words, at));
            let text = (place + 4.0).max(free_from);
            svg.text(&format!("note {class}"), (span.1 + 6.0, text), Anchor::Start, &label);
            free_from = text + 14.0;
        }
    }

    fn draw_points(&self, svg: &mut Svg, words: &Words, x: &Linear, y: &Linear) {
        let places = self.placed(x, y);
        for run in places.split(Option::is_none).filter(|run| run.len() > 1) {
            svg.path("course data", &through(run.iter().flatten().copied()));
        }
        for (point, place) in self.points.iter().zip(&places) {
            let (Some(place), Some(value)) = (place, point.value) else { continue };
            svg.open(&format!("{}: {}", point.label, self.value(words, value)));
            if point.signal {
                svg.dot("signal", *place, 6.0);
            }
            svg.dot(if point.signal { "fill warm" } else { "fill data" }, *place, 3.0);
            svg.close();
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a chart has few points")]
    fn placed(&self, x: &Linear, y: &Linear) -> Vec<Option<(f64, f64)>> {
        let place = |(at, point): (usize, &RunPoint)| {
            point.value.map(|value| (x.at(at as f64), y.at(value)))
        };
        self.points.iter().enumerate().map(place).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "a chart has few points")]
    fn draw_labels(&self, svg: &mut Svg, words: &Words, x: &Linear, (top, foot): (f64, f64)) {
        let mut free_from = 0.0;
        for (at, point) in self.points.iter().enumerate() {
            let (place, half) = (x.at(at as f64), metrics::width(&point.label, TYPE) / 2.0);
            if place - half >= free_from {
                svg.text("tick", (place, foot + 18.0), Anchor::Middle, &point.label);
                free_from = place + half + 8.0;
            }
        }
        for (number, note) in self.notes.iter().enumerate() {
            let place = x.at(note.at as f64);
            svg.open(&note.text);
            svg.line("mark", (place, top - 6.0), (place, foot));
            svg.dot("badge-dot", (place, top - 14.0), 8.5);
            let label = words.number(number as u64 + 1);
            svg.text("value on-dark", (place, top - 9.8), Anchor::Middle, &label);
            svg.close();
        }
    }
}

impl Chart for RunChart {
    fn sizes(&self) -> &'static [Size] {
        &[Size::Narrow, Size::Middle, Size::Wide]
    }

    #[expect(clippy::cast_precision_loss, reason = "a chart has few points and notes")]
    fn draw(&self, words: &Words, size: Size) -> Drawing {
        let lines = self.lines();
        let values = || self.points.iter().filter_map(|p| p.value).chain(lines.iter().map(|l| l.0));
        let (low, high) = (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max));
        let (low, high) = if low < high { (low, high) } else { (low - 1.0, low + 1.0) };
        let pad = (high - low) * 0.06;
        let ticks = scale::ticks(low - pad, high + pad, 5);
        let digits = scale::decimals(&ticks);
        let labels: Vec<String> = ticks.iter().map(|tick| decimal(words, *tick, digits)).collect();
        let left = metrics::widest(labels.iter().map(String::as_str), TYPE) + 12.0;
        let said = |line: &(f64, &str, &str)| {
            metrics::width(&format!("{} {}", words.say(line.2), self.value(words, line.0)), TYPE)
        };
        let right = size.width() - lines.iter().map(said).fold(4.0, f64::max) - 8.0;
        let top = if self.notes.is_empty() { 12.0 } else { 34.0 };
        let foot = top + if size == Size::Narrow { 170.0 } else { 200.0 };
        let last = self.points.len().saturating_sub(1) as f64;
        let x = Linear::new((0.0, last), (left + 8.0, right - 8.0));
        let y = Linear::new((low - pad, high + pad), (foot, top));
        let mut svg = Svg::at(size);
        for (tick, label) in ticks.iter().zip(&labels) {
            svg.line("grid", (left, y.at(*tick)), (right, y.at(*tick)));
            svg.text("tick", (left - 8.0, y.at(*tick) + 4.0), Anchor::End, label);
        }
        svg.line("axis", (left, foot), (right, foot));
        self.draw_lines(&mut svg, words, &y, (left, right));
        self.draw_labels(&mut svg, words, &x, (top, foot));
        self.draw_points(&mut svg, words, &x, &y);
        let mut height = foot + 28.0;
        for (number, note) in self.notes.iter().enumerate() {
            svg.dot("badge-dot", (9.0, height + 6.0), 8.5);
            let label = words.number(number as u64 + 1);
            svg.text("value on-dark", (9.0, height + 10.2), Anchor::Middle, &label);
            for line in metrics::wrap(&note.text, size.width() - 26.0, TYPE) {
                svg.text("name", (24.0, height + 10.5), Anchor::Start, &line);
                height += 17.0;
            }
            height += 6.0;
        }
        svg.finish(size.class(), (size.width(), height), &self.alt(words))
    }

    fn table(&self, words: &Words) -> Table {
        let head = ["desk.chart.when", "desk.chart.value", "desk.chart.remark"];
        let row = |(at, point): (usize, &RunPoint)| {
            let value = point.value.map(|value| self.value(words, value));
            let mut remarks: Vec<&str> = Vec::new();
            if point.signal {
                remarks.push(words.say("desk.chart.signal"));
            }
            remarks.extend(self.notes.iter().filter(|n| n.at == at).map(|n| n.text.as_str()));
            let not_told = || words.say("desk.chart.not_told").to_owned();
            vec![point.label.clone(), value.unwrap_or_else(not_told), remarks.join(" / ")]
        };
        Table {
            head: head.map(|key| words.say(key).to_owned()).into(),
            rows: self.points.iter().enumerate().map(row).collect(),
        }
    }

    fn alt(&self, words: &Words) -> String {
        let last = self.points.iter().rev().find_map(|p| p.value.map(|value| (p, value)));
        let (label, value) = last
            .map(|(point, value)| (point.label.clone(), self.value(words, value)))
            .unwrap_or_default();
        let signals = self.points.iter().filter(|point| point.signal).count();
        words.fill(
            "desk.chart.alt_run",
            &[
                ("number", &words.number(self.points.len() as u64)),
                ("signals", &words.number(signals as u64)),
                ("when", &label),
                ("value", &value),
            ],
        )
    }
}
