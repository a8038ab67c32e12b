//! A line as small as a word, for the cell of a table.

use std::fmt;

use super::scale::Linear;
use super::svg::{Area, Svg, through};

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 30.0;

/// A course without an axis; the newest value has a dot.
///
/// The numbers that matter stand beside it as text; `alt` says the course in words.
#[derive(Clone, Debug)]
pub struct Sparkline {
    values: Vec<Option<f64>>,
    band: Option<(f64, f64)>,
    alt: String,
}

impl askama::filters::HtmlSafe for Sparkline {}

impl Sparkline {
    /// Takes values at equal distances; where one is missing the line is broken.
    #[must_use]
    pub fn new(values: Vec<Option<f64>>, alt: &str) -> Self {
        Self { values, band: None, alt: alt.to_owned() }
    }

    /// With the range in which values are as they should be.
    #[must_use]
    pub fn with_band(mut self, low: f64, high: f64) -> Self {
        self.band = Some((low, high));
        self
    }
}

impl fmt::Display for Sparkline {
    #[expect(clippy::cast_precision_loss, reason = "a small line has few values")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let band = self.band.map(|(low, high)| [low, high]).into_iter().flatten();
        let all = || self.values.iter().flatten().copied().chain(band.clone());
        let (low, high) = (all().fold(f64::MAX, f64::min), all().fold(f64::MIN, f64::max));
        let x = Linear::new((0.0, self.values.len().saturating_sub(1) as f64), (4.0, WIDTH - 5.0));
        let y = Linear::new((low, high), (HEIGHT - 5.0, 5.0));
        let mut svg = Svg::default();
        if let Some((low, high)) = self.band {
            let (top, foot) = (y.at(high), y.at(low));
            svg.rect("normal", Area::new(0.0, top, WIDTH, (foot - top).max(1.0)), 0.0);
        }
        let placed: Vec<Option<(f64, f64)>> = (self.values.iter().enumerate())
            .map(|(at, value)| value.map(|value| (x.at(at as f64), y.at(value))))
            .collect();
        for run in placed.split(Option::is_none).filter(|run| !run.is_empty()) {
            match run {
                [Some(only)] => svg.dot("fill data", *only, 1.8),
                _ => svg.path("course data", &through(run.iter().flatten().copied())),
            }
        }
        if let Some(last) = placed.iter().rev().flatten().next() {
            svg.dot("fill data", *last, 3.0);
        }
        svg.finish("spark", (WIDTH, HEIGHT), &self.alt).fmt(f)
    }
}
