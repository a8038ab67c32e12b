//! Men to the left, women to the right, by age.

use disclosure::Released;

use super::scale::Linear;
use super::svg::{Anchor, Area, Svg, TYPE};
use super::{Chart, Drawing, Size, Table, full, length, longest, metrics};
use crate::words::Words;

const ROW: f64 = 24.0;
const BAR: f64 = 17.0;
/// The length of a hidden bar: the same for each, so that it tells nothing.
const HIDDEN_LENGTH: f64 = 14.0;

/// One band of age.
#[derive(Clone, Debug)]
pub struct PyramidRow {
    /// What the band is called.
    pub label: String,
    /// Men.
    pub male: Released,
    /// Women.
    pub female: Released,
}

/// A population pyramid.
///
/// # Order
/// Rows from the top, as a rule the oldest first.
#[derive(Clone, Debug)]
pub struct Pyramid {
    rows: Vec<PyramidRow>,
}

impl Pyramid {
    /// Takes the rows.
    #[must_use]
    pub fn new(rows: Vec<PyramidRow>) -> Self {
        Self { rows }
    }

    fn counts(&self) -> impl Iterator<Item = Released> {
        self.rows.iter().flat_map(|row| [row.male, row.female])
    }
}

impl Chart for Pyramid {
    fn draw(&self, words: &Words, size: Size) -> Drawing {
        let middle = size.width() / 2.0;
        let labels = metrics::widest(self.rows.iter().map(|row| row.label.as_str()), TYPE);
        let half = labels / 2.0 + 12.0;
        let numbers: Vec<String> = self.counts().map(|count| count.brief()).collect();
        let room = metrics::widest(numbers.iter().map(String::as_str), TYPE) + 8.0;
        let reach = (middle - half - room).max(30.0);
        let scale = Linear::new((0.0, longest(self.counts()).max(1.0)), (0.0, reach));
        let mut svg = Svg::at(size);
        let (male, female) = (words.say("desk.chart.male"), words.say("desk.chart.female"));
        svg.text("said data", (middle - half, 13.0), Anchor::End, male);
        svg.text("said teal", (middle + half, 13.0), Anchor::Start, female);
        let mut y = 24.0;
        for row in &self.rows {
            svg.text("name", (middle, y + 13.0), Anchor::Middle, &row.label);
            for (is_male, count, sex) in [(true, row.male, male), (false, row.female, female)] {
                svg.open(&format!("{} {sex}: {}", row.label, full(words, count)));
                let long = length(count).map_or(HIDDEN_LENGTH, |count| scale.at(count));
                let long = if length(count) == Some(0.0) { 0.0 } else { long.max(1.5) };
                let from = if is_male { middle - half - long } else { middle + half };
                let area = Area::new(from, y, long, BAR);
                match (count.is_hidden(), is_male) {
                    (true, _) => svg.hatched(area),
                    (false, true) => svg.rect("fill data", area, 2.0),
                    (false, false) => svg.rect("fill teal", area, 2.0),
                }
                svg.close();
                let number = count.brief();
                if is_male {
                    svg.text("value", (from - 6.0, y + 13.0), Anchor::End, &number);
                } else {
                    svg.text("value", (from + long + 6.0, y + 13.0), Anchor::Start, &number);
                }
            }
            y += ROW;
        }
        svg.finish(size.class(), (size.width(), y), &self.alt(words))
    }

    fn table(&self, words: &Words) -> Table {
        let row = |row: &PyramidRow| {
            vec![row.label.clone(), full(words, row.male), full(words, row.female)]
        };
        Table {
            head: ["desk.chart.age", "desk.chart.male", "desk.chart.female"]
                .map(|key| words.say(key).to_owned())
                .into(),
            rows: self.rows.iter().map(row).collect(),
        }
    }

    fn alt(&self, words: &Words) -> String {
        let largest = |of: fn(&PyramidRow) -> Released| {
            let most = longest(self.rows.iter().map(of));
            let found = self.rows.iter().find(|row| length(of(row)) == Some(most));
            found.map_or_else(
                || words.say("desk.chart.not_told").to_owned(),
                |row| format!("{} ({})", row.label, full(words, of(row))),
            )
        };
        words.fill(
            "desk.chart.alt_pyramid",
            &[
                ("number", &words.number(u64::try_from(self.rows.len()).unwrap_or(0))),
                ("male", &largest(|row| row.male)),
                ("female", &largest(|row| row.female)),
            ],
        )
    }

    fn hides(&self) -> bool {
        self.counts().any(Released::is_hidden)
    }
}
