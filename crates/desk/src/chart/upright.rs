//! The ground that upright bars stand on: shared by histograms and columns.

use disclosure::Released;

use super::scale::{self, Linear};
use super::svg::{Anchor, Area, Svg, TYPE};
use super::{Size, decimal, length, longest, metrics};
use crate::words::Words;

/// The height of a hidden bar: the same for each, so that it tells nothing.
const HIDDEN_HEIGHT: f64 = 9.0;

/// A bar between two places.
pub(crate) struct Upright<'a> {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) count: Released,
    pub(crate) class: &'a str,
    pub(crate) says: String,
}

/// The ground of upright bars: where it lies and how tall a count is.
pub(crate) struct Ground {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) foot: f64,
    pub(crate) height: f64,
    top: f64,
    counts: Linear,
    ticks: Vec<f64>,
}

impl Ground {
    /// Makes room for counts of this size; `head` is left free above.
    pub(crate) fn new(
        words: &Words,
        size: Size,
        counts: impl IntoIterator<Item = Released>,
        head: f64,
    ) -> Self {
        let ticks = scale::ticks_from_zero(longest(counts), 5);
        let labels: Vec<String> = ticks.iter().map(|tick| decimal(words, *tick, 0)).collect();
        let left = metrics::widest(labels.iter().map(String::as_str), TYPE).max(14.0) + 8.0;
        let height = if size == Size::Narrow { 230.0 } else { 270.0 };
        let (top, foot) = (head, height - 24.0);
        let highest = ticks.last().copied().unwrap_or(1.0);
        let counts = Linear::new((0.0, highest), (foot, top));
        Self { left, right: size.width() - 8.0, foot, height, top, counts, ticks }
    }

    /// Lines and numbers behind the bars.
    pub(crate) fn draw_back(&self, svg: &mut Svg, words: &Words) {
        let digits = scale::decimals(&self.ticks);
        for tick in &self.ticks {
            let y = self.counts.at(*tick);
            let class = if *tick > 0.0 { "grid" } else { "axis" };
            svg.line(class, (self.left, y), (self.right, y));
            let label = decimal(words, *tick, digits);
            svg.text("tick", (self.left - 8.0, y + 4.0), Anchor::End, &label);
        }
    }

    /// The bars, with their numbers above where there is room for all of them.
    pub(crate) fn draw_bars(&self, svg: &mut Svg, bars: &[Upright<'_>]) {
        let fits =
            |bar: &Upright<'_>| metrics::width(&bar.count.brief(), TYPE) <= bar.to - bar.from - 1.0;
        let labelled = bars.iter().all(fits);
        for bar in bars {
            svg.open(&bar.says);
            let width = bar.to - bar.from;
            let top = match length(bar.count) {
                Some(count) => {
                    let top = self.counts.at(count);
                    let top = if count > 0.0 { top.min(self.foot - 1.5) } else { top };
                    let round = if self.foot - top > 4.0 { 2.0 } else { 0.0 };
                    svg.rect(bar.class, Area::new(bar.from, top, width, self.foot - top), round);
                    top
                }
                None => {
                    let top = self.foot - HIDDEN_HEIGHT;
                    svg.hatched(Area::new(bar.from, top, width, HIDDEN_HEIGHT));
                    top
                }
            };
            svg.close();
            if labelled {
                let at = (bar.from + width / 2.0, (top - 5.0).max(self.top - 4.0));
                svg.text("value", at, Anchor::Middle, &bar.count.brief());
            }
        }
    }

    /// Words under the ground, those left out that would touch the one before.
    pub(crate) fn draw_labels(&self, svg: &mut Svg, labels: &[(f64, String)]) {
        let mut free_from = 0.0;
        for (at, label) in labels {
            let half = metrics::width(label, TYPE) / 2.0;
            let at = at.clamp(half, self.right + 8.0 - half);
            if at - half >= free_from {
                svg.text("tick", (at, self.foot + 17.0), Anchor::Middle, label);
                free_from = at + half + 6.0;
            }
        }
    }

    /// A dashed line across the bars with its words at the top.
    pub(crate) fn draw_reference(&self, svg: &mut Svg, at: f64, label: &str) {
        svg.line("reference", (at, 4.0), (at, self.foot));
        let width = metrics::width(label, TYPE);
        if at + 6.0 + width <= self.right + 8.0 {
            svg.text("said warm", (at + 6.0, 14.0), Anchor::Start, label);
        } else {
            svg.text("said warm", (at - 6.0, 14.0), Anchor::End, label);
        }
    }
}
