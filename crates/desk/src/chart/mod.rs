//! Charts drawn by the server: functions from numbers to SVG, the same for page, print and reader.
//!
//! A chart is a plain value: make it with `new` and the `with_…` that apply, put it into a
//! [`Figure`], print the figure in a template. The figure holds the picture in the sizes that pages
//! need (the style sheet shows the one that fits), the numbers as a table, and the question that
//! gave them; a reader changes between the three without any script.
//!
//! Counts of people come as [`Released`] only: a hidden count is drawn as a hatched cell of one
//! fixed size, never as a length. Colour is given by [`Tone`](crate::Tone): one hue describes, blue and orange
//! stand for compared groups and nothing else.
//!
//! The page `/kit/charts` shows each kind with the code that makes it (`crate::kit`).

mod attrition;
mod bars;
mod columns;
mod figure;
mod forest;
mod heat;
mod histogram;
mod lanes;
mod lines;
mod metrics;
mod pyramid;
mod risk;
mod run;
mod scale;
mod spark;
mod svg;
mod upright;

use disclosure::{Counted, Released};

pub use attrition::{Attrition, Step};
pub use bars::{BarGroup, Bars};
pub use columns::{Column, Columns};
pub use figure::{Figure, Table};
pub use forest::{Estimate, Forest};
pub use heat::{HeatRow, HeatStrip, Share};
pub use histogram::{Bin, Histogram};
pub use lanes::{Ending, Event, Lane, Lanes, Sample, Span};
pub use lines::{Line, Lines, Place};
pub use pyramid::{Pyramid, PyramidRow};
pub use risk::AtRisk;
pub use run::{Note, RunChart, RunPoint};
pub use spark::Sparkline;
pub use svg::Drawing;

use crate::words::Words;

/// The widths a picture is drawn for. The style sheet shows the one that fits its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A phone, or a narrow card.
    Narrow,
    /// Half a page.
    Middle,
    /// A whole page.
    Wide,
}

impl Size {
    /// The class by which the style sheet knows it.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::Middle => "middle",
            Self::Wide => "wide",
        }
    }

    /// Its width in the picture's own units, in which words are 12 high.
    pub(crate) fn width(self) -> f64 {
        match self {
            Self::Narrow => 340.0,
            Self::Middle => 520.0,
            Self::Wide => 900.0,
        }
    }
}

/// What every kind of chart can do.
pub trait Chart {
    /// The sizes worth drawing.
    fn sizes(&self) -> &'static [Size] {
        &[Size::Narrow, Size::Middle]
    }

    /// The picture at one size.
    fn draw(&self, words: &Words, size: Size) -> Drawing;

    /// The same facts as rows.
    fn table(&self, words: &Words) -> Table;

    /// What the picture says, for who cannot see it: kind, extent and the most telling value.
    fn alt(&self, words: &Words) -> String;

    /// Whether a number in it is not told, so that the hatching needs its legend.
    fn hides(&self) -> bool {
        false
    }
}

/// A count in full words.
pub(crate) fn full(words: &Words, released: Released) -> String {
    words.released(released, Counted::People)
}

/// A count as a length; a hidden one has none.
#[expect(clippy::cast_precision_loss, reason = "a drawn length needs no more than 52 bits")]
pub(crate) fn length(released: Released) -> Option<f64> {
    released.number().map(|number| number as f64)
}

/// The longest length among counts.
pub(crate) fn longest(counts: impl IntoIterator<Item = Released>) -> f64 {
    counts.into_iter().filter_map(length).fold(0.0, f64::max)
}

/// A number with its unit: Latin words stand apart, signs and Japanese do not.
pub(crate) fn with_unit(number: &str, unit: &str) -> String {
    let apart = unit.starts_with(|letter: char| letter.is_ascii_alphabetic());
    if apart { format!("{number} {unit}") } else { format!("{number}{unit}") }
}

/// A value with so many digits after the point and commas between thousands.
pub(crate) fn decimal(words: &Words, value: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", value.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), |number| words.number(number));
    let zero = text.chars().all(|letter| matches!(letter, '0' | '.'));
    let sign = if value < 0.0 && !zero { "−" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

#[cfg(test)]
mod tests;
