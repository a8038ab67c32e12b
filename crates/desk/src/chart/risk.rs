//! Who is still under observation, beneath the axis of a curve.

use disclosure::Released;

use super::scale::Linear;
use super::svg::{Anchor, Svg, TYPE};
use super::{Size, full, metrics};
use crate::words::Words;

/// Numbers at risk: one row for each line of the chart, in its order.
#[derive(Clone, Debug)]
pub struct AtRisk {
    at: Vec<f64>,
    rows: Vec<Vec<Released>>,
}

impl AtRisk {
    /// Takes the places on the axis and, for each line, the numbers there.
    #[must_use]
    pub fn new(at: Vec<f64>, rows: Vec<Vec<Released>>) -> Self {
        Self { at, rows }
    }

    /// Draws the rows from `top` down; gives where they end. `names` are the lines' names and tones.
    pub(crate) fn draw(
        &self,
        svg: &mut Svg,
        words: &Words,
        place: (&Linear, f64, Size),
        names: &[(String, &'static str)],
    ) -> f64 {
        let (x, top, size) = place;
        let mut y = top + 12.0;
        svg.text("tick", (0.0, y), Anchor::Start, words.say("desk.chart.at_risk"));
        for (row, (name, tone)) in self.rows.iter().zip(names) {
            y += 19.0;
            let class = format!("said {tone}");
            if size == Size::Narrow {
                svg.text(&class, (0.0, y), Anchor::Start, &metrics::fit(name, size.width(), TYPE));
                y += 16.0;
            } else {
                let room = x.at(self.at.first().copied().unwrap_or(0.0)) - 42.0;
                svg.text(&class, (0.0, y), Anchor::Start, &metrics::fit(name, room, TYPE * 1.04));
            }
            let mut free_from = 0.0;
            for (at, count) in self.at.iter().zip(row) {
                let text = count.brief();
                let half = metrics::width(&text, TYPE) / 2.0;
                let middle = x.at(*at).clamp(half, size.width() - half);
                if middle - half >= free_from {
                    svg.text("value", (middle, y), Anchor::Middle, &text);
                    free_from = middle + half + 5.0;
                }
            }
        }
        y + 8.0
    }

    /// The number of one row at this place, in words; nothing where none is given.
    pub(crate) fn told(&self, words: &Words, row: usize, at: f64) -> String {
        let place = self.at.iter().position(|known| (known - at).abs() < 1e-9);
        let count = place.and_then(|place| self.rows.get(row)?.get(place));
        count.map(|count| full(words, *count)).unwrap_or_default()
    }

    pub(crate) fn places(&self) -> &[f64] {
        &self.at
    }
}
