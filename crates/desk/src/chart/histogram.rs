//! How values are spread: bars over an axis of numbers.

use disclosure::Released;

use super::scale::{self, Linear};
use super::svg::Svg;
use super::upright::{Ground, Upright};
use super::{Chart, Drawing, Size, Table, decimal, full, longest, metrics, with_unit};
use crate::words::Words;

/// One bar: values from `from` to under `to`.
#[derive(Clone, Copy, Debug)]
pub struct Bin {
    /// The lowest value in it.
    pub from: f64,
    /// The value at which the next begins.
    pub to: f64,
    /// How many.
    pub count: Released,
}

/// A histogram: at most one reference line, numbers above the bars where they fit.
///
/// # Order
/// Bins by value, each beginning where the one before ends.
#[derive(Clone, Debug)]
pub struct Histogram {
    bins: Vec<Bin>,
    unit: String,
    open: (bool, bool),
    reference: Option<(f64, String)>,
}

impl Histogram {
    /// Takes the bins; `unit` is written once, at the first label, and may be empty.
    #[must_use]
    pub fn new(bins: Vec<Bin>, unit: &str) -> Self {
        Self { bins, unit: unit.to_owned(), open: (false, false), reference: None }
    }

    /// With a first bin that also holds everything lower.
    #[must_use]
    pub fn with_open_start(mut self) -> Self {
        self.open.0 = true;
        self
    }

    /// With a last bin that also holds everything higher.
    #[must_use]
    pub fn with_open_end(mut self) -> Self {
        self.open.1 = true;
        self
    }

    /// With a line at a value that means something: a limit, a target.
    #[must_use]
    pub fn with_reference(mut self, at: f64, label: &str) -> Self {
        self.reference = Some((at, label.to_owned()));
        self
    }

    fn digits(&self) -> usize {
        let edges: Vec<f64> = self.bins.iter().map(|bin| bin.from).collect();
        let gap = |at: &[f64]| scale::decimals(at);
        edges
            .windows(2)
            .map(gap)
            .max()
            .unwrap_or(0)
            .max(edges.iter().map(|edge| scale::decimals(&[0.0, *edge])).max().unwrap_or(0))
    }

    /// `7.0–7.5 %`, `11.0 % or more`.
    fn name(&self, words: &Words, at: usize) -> String {
        let Some(bin) = self.bins.get(at) else { return String::new() };
        let digits = self.digits();
        let (from, to) = (decimal(words, bin.from, digits), decimal(words, bin.to, digits));
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        let last = at + 1 == self.bins.len();
        if self.open.0 && at == 0 {
            words.fill("desk.chart.under", &[("value", &format!("{to}{unit}"))])
        } else if self.open.1 && last {
            words.fill("desk.chart.or_more", &[("value", &format!("{from}{unit}"))])
        } else {
            format!("{from}–{to}{unit}")
        }
    }

    /// The edges that are written, with their words.
    fn edges(&self, words: &Words, x: &Linear, room: f64) -> Vec<(f64, String)> {
        let (Some(first), Some(last)) = (self.bins.first(), self.bins.last()) else {
            return Vec::new();
        };
        let digits = self.digits();
        let widest = metrics::width(&decimal(words, last.to, digits), 12.0) + 14.0;
        let most = [10, 8, 6, 5, 4, 3].into_iter().find(|n| f64::from(*n) * widest <= room);
        let (low, high) = (
            if self.open.0 { first.to } else { first.from },
            if self.open.1 { last.from } else { last.to },
        );
        let ticks = scale::ticks(low, high, most.unwrap_or(2));
        let fine = scale::decimals(&ticks);
        let label = |(at, tick): (usize, &f64)| {
            let number = decimal(words, *tick, fine);
            let unit = if at == 0 { self.unit.as_str() } else { "" };
            (x.at(*tick), with_unit(&number, unit))
        };
        ticks.iter().enumerate().map(label).collect()
    }
}

impl Chart for Histogram {
    fn draw(&self, words: &Words, size: Size) -> Drawing {
        let head = if self.reference.is_some() { 36.0 } else { 20.0 };
        let ground = Ground::new(words, size, self.bins.iter().map(|bin| bin.count), head);
        let ends = (
            self.bins.first().map_or(0.0, |bin| bin.from),
            self.bins.last().map_or(1.0, |bin| bin.to),
        );
        let x = Linear::new(ends, (ground.left + 2.0, ground.right));
        let bar = |(at, bin): (usize, &Bin)| Upright {
            from: x.at(bin.from) + 0.75,
            to: x.at(bin.to) - 0.75,
            count: bin.count,
            class: "fill data",
            says: format!("{}: {}", self.name(words, at), full(words, bin.count)),
        };
        let bars: Vec<Upright<'_>> = self.bins.iter().enumerate().map(bar).collect();
        let mut svg = Svg::at(size);
        ground.draw_back(&mut svg, words);
        ground.draw_bars(&mut svg, &bars);
        ground.draw_labels(&mut svg, &self.edges(words, &x, ground.right - ground.left));
        if let Some((at, label)) = &self.reference {
            ground.draw_reference(&mut svg, x.within(*at), label);
        }
        svg.finish(size.class(), (size.width(), ground.height), &self.alt(words))
    }

    fn table(&self, words: &Words) -> Table {
        let row = |(at, bin): (usize, &Bin)| vec![self.name(words, at), full(words, bin.count)];
        Table {
            head: ["desk.chart.range", "desk.chart.number"].map(|k| words.say(k).to_owned()).into(),
            rows: self.bins.iter().enumerate().map(row).collect(),
        }
    }

    fn alt(&self, words: &Words) -> String {
        let most = longest(self.bins.iter().map(|bin| bin.count));
        let peak = self.bins.iter().position(|bin| super::length(bin.count) == Some(most));
        let number = words.number(u64::try_from(self.bins.len()).unwrap_or(0));
        let Some(peak) = peak else {
            return words.fill("desk.chart.alt_histogram_hidden", &[("number", &number)]);
        };
        let count = self.bins.get(peak).map(|bin| full(words, bin.count)).unwrap_or_default();
        words.fill(
            "desk.chart.alt_histogram",
            &[("number", &number), ("where", &self.name(words, peak)), ("count", &count)],
        )
    }

    fn hides(&self) -> bool {
        self.bins.iter().any(|bin| bin.count.is_hidden())
    }
}
