//! How many of each, side by side: upright bars over names, as years are.

use disclosure::Released;

use super::scale::Linear;
use super::svg::Svg;
use super::upright::{Ground, Upright};
use super::{Chart, Drawing, Size, Table, full, longest};
use crate::words::Words;

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    label: String,
    count: Released,
    partial: bool,
}

impl Column {
    /// A column of so many, with its name beneath.
    #[must_use]
    pub fn new(label: impl Into<String>, count: Released) -> Self {
        Self { label: label.into(), count, partial: false }
    }

    /// A column that is not complete yet, as this year is: drawn lighter, and said so.
    #[must_use]
    pub fn not_complete(mut self) -> Self {
        self.partial = true;
        self
    }

    fn name(&self, words: &Words) -> String {
        if self.partial {
            words.fill("desk.chart.not_complete", &[("name", &self.label)])
        } else {
            self.label.clone()
        }
    }
}

/// Columns in the order given.
#[derive(Clone, Debug)]
pub struct Columns {
    columns: Vec<Column>,
}

impl Columns {
    /// Takes the columns.
    #[must_use]
    pub fn new(columns: Vec<Column>) -> Self {
        Self { columns }
    }
}

impl Chart for Columns {
    #[expect(clippy::cast_precision_loss, reason = "a page has few columns")]
    fn draw(&self, words: &Words, size: Size) -> Drawing {
        let ground = Ground::new(words, size, self.columns.iter().map(|c| c.count), 20.0);
        let x = Linear::new((0.0, self.columns.len() as f64), (ground.left + 2.0, ground.right));
        let gap = ((x.at(1.0) - x.at(0.0)) * 0.14).clamp(0.75, 9.0);
        let places = || self.columns.iter().enumerate().map(|(at, column)| (at as f64, column));
        let bars: Vec<Upright<'_>> = places()
            .map(|(at, column)| Upright {
                from: x.at(at) + gap,
                to: x.at(at + 1.0) - gap,
                count: column.count,
                class: if column.partial { "fill mid" } else { "fill data" },
                says: format!("{}: {}", column.name(words), full(words, column.count)),
            })
            .collect();
        let labels: Vec<(f64, String)> =
            places().map(|(at, column)| (x.at(at + 0.5), column.label.clone())).collect();
        let mut svg = Svg::at(size);
        ground.draw_back(&mut svg, words);
        ground.draw_bars(&mut svg, &bars);
        ground.draw_labels(&mut svg, &labels);
        svg.finish(size.class(), (size.width(), ground.height), &self.alt(words))
    }

    fn table(&self, words: &Words) -> Table {
        Table {
            head: ["desk.chart.name", "desk.chart.number"].map(|k| words.say(k).to_owned()).into(),
            rows: (self.columns.iter())
                .map(|column| vec![column.name(words), full(words, column.count)])
                .collect(),
        }
    }

    fn alt(&self, words: &Words) -> String {
        let most = longest(self.columns.iter().map(|column| column.count));
        let peak = self.columns.iter().find(|column| super::length(column.count) == Some(most));
        let number = words.number(u64::try_from(self.columns.len()).unwrap_or(0));
        match peak {
            None => words.fill("desk.chart.alt_bars_hidden", &[("number", &number)]),
            Some(peak) => words.fill(
                "desk.chart.alt_bars",
                &[
                    ("number", &number),
                    ("where", &peak.name(words)),
                    ("count", &full(words, peak.count)),
                ],
            ),
        }
    }

    fn hides(&self) -> bool {
        self.columns.iter().any(|column| column.count.is_hidden())
    }
}
