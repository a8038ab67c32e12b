//! How much is there, by year and column: a strip of shades for each row.

use disclosure::Released;

use super::svg::{Anchor, Area, Svg, TYPE};
use super::{Chart, Drawing, Size, Table, length, metrics};
use crate::words::Words;

const CELL: f64 = 22.0;

/// How much of something is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// So many of a hundred.
    Percent(f64),
    /// Not told, because it rests on few people.
    Hidden,
    /// There was nothing it could be a part of.
    Nothing,
}

impl Share {
    /// The share of one count in another; not told where one of the two is not.
    ///
    /// Whole percents are drawn, but a share beside its whole still tells the part: both must have
    /// been released together.
    #[must_use]
    pub fn of(part: Released, whole: Released) -> Self {
        match (length(part), length(whole)) {
            (_, Some(whole)) if whole <= 0.0 => Self::Nothing,
            (Some(part), Some(whole)) => Self::Percent((part / whole * 100.0).clamp(0.0, 100.0)),
            _ => Self::Hidden,
        }
    }

    /// A share that is not all is not called 100, one that is not nothing not 0.
    fn rounded(percent: f64) -> f64 {
        if percent > 0.0 && percent < 1.0 {
            1.0
        } else if percent > 99.0 && percent < 100.0 {
            99.0
        } else {
            percent.round()
        }
    }

    fn label(self) -> String {
        match self {
            Self::Percent(percent) => format!("{}", Self::rounded(percent)),
            Self::Hidden | Self::Nothing => String::new(),
        }
    }

    fn in_full(self, words: &Words) -> String {
        match self {
            Self::Percent(percent) => format!("{}%", Self::rounded(percent)),
            Self::Hidden => words.say("desk.chart.not_told").to_owned(),
            Self::Nothing => words.say("desk.chart.nothing").to_owned(),
        }
    }
}

/// One row of cells.
#[derive(Clone, Debug)]
pub struct HeatRow {
    /// What the row is about.
    pub label: String,
    /// One for each column.
    pub cells: Vec<Share>,
}

/// Rows of shades under the same columns, as a rule years.
#[derive(Clone, Debug)]
pub struct HeatStrip {
    columns: Vec<String>,
    rows: Vec<HeatRow>,
}

impl HeatStrip {
    /// Takes the names of the columns and the rows.
    #[must_use]
    pub fn new(columns: Vec<String>, rows: Vec<HeatRow>) -> Self {
        Self { columns, rows }
    }

    /// Cells of a row and where they stand.
    #[expect(clippy::cast_precision_loss, reason = "a page has few columns")]
    fn places(&self, left: f64, right: f64) -> Vec<(f64, f64)> {
        let step = (right - left) / self.columns.len().max(1) as f64;
        (0..self.columns.len()).map(|at| (left + step * at as f64, step)).collect()
    }

    fn draw_cell(svg: &mut Svg, area: Area, share: Share) {
        match share {
            Share::Hidden => svg.hatched(area),
            Share::Nothing => {
                let y = area.y + area.height / 2.0;
                let x = area.x + area.width / 2.0;
                svg.line("grid", (x - 3.0, y), (x + 3.0, y));
            }
            Share::Percent(percent) => {
                svg.rect(shade(percent), area, 2.0);
                let label = share.label();
                if metrics::width(&label, TYPE) <= area.width - 2.0 {
                    let class = if percent >= 50.0 { "value on-dark" } else { "value" };
                    let at = (area.x + area.width / 2.0, area.y + area.height / 2.0 + 4.3);
                    svg.text(class, at, Anchor::Middle, &label);
                }
            }
        }
    }

    fn draw_columns(&self, svg: &mut Svg, places: &[(f64, f64)]) {
        let mut free_from = 0.0;
        for (column, (x, width)) in self.columns.iter().zip(places) {
            let half = metrics::width(column, TYPE) / 2.0;
            let at = x + width / 2.0;
            if at - half >= free_from {
                svg.text("tick", (at, 12.0), Anchor::Middle, column);
                free_from = at + half + 5.0;
            }
        }
    }
}

/// The shade of a share, in tenths.
fn shade(percent: f64) -> &'static str {
    const SHADES: [&str; 11] = [
        "heat-0", "heat-1", "heat-2", "heat-3", "heat-4", "heat-5", "heat-6", "heat-7", "heat-8",
        "heat-9", "heat-10",
    ];
    let passed = (1..=10).take_while(|tenth| percent >= f64::from(*tenth) * 10.0).count();
    SHADES.get(passed).copied().unwrap_or("heat-0")
}

impl Chart for HeatStrip {
    fn sizes(&self) -> &'static [Size] {
        &[Size::Narrow, Size::Middle, Size::Wide]
    }

    fn draw(&self, words: &Words, size: Size) -> Drawing {
        let labels = metrics::widest(self.rows.iter().map(|row| row.label.as_str()), TYPE);
        let above = size == Size::Narrow;
        let left = if above { 0.0 } else { labels.min(size.width() * 0.34) + 12.0 };
        let places = self.places(left, size.width());
        let mut svg = Svg::at(size);
        self.draw_columns(&mut svg, &places);
        let mut y = 20.0;
        for row in &self.rows {
            if above {
                let label = metrics::fit(&row.label, size.width(), TYPE);
                svg.text("name", (0.0, y + 12.0), Anchor::Start, &label);
                y += 18.0;
            } else {
                let label = metrics::fit(&row.label, left - 12.0, TYPE);
                svg.text("name", (left - 12.0, y + 15.0), Anchor::End, &label);
            }
            for ((share, column), (x, width)) in row.cells.iter().zip(&self.columns).zip(&places) {
                svg.open(&format!("{column}: {}", share.in_full(words)));
                let area = Area::new(x + 1.0, y, width - 2.0, CELL - 2.0);
                Self::draw_cell(&mut svg, area, *share);
                svg.close();
            }
            y += if above { CELL + 5.0 } else { CELL };
        }
        svg.finish(size.class(), (size.width(), y), &self.alt(words))
    }

    fn table(&self, words: &Words) -> Table {
        let first = words.say("desk.chart.name").to_owned();
        let row = |row: &HeatRow| {
            let cells = row.cells.iter().map(|share| share.in_full(words));
            std::iter::once(row.label.clone()).chain(cells).collect()
        };
        Table {
            head: std::iter::once(first).chain(self.columns.iter().cloned()).collect(),
            rows: self.rows.iter().map(row).collect(),
        }
    }

    fn alt(&self, words: &Words) -> String {
        let number = |of: usize| words.number(u64::try_from(of).unwrap_or(0));
        let ends = (self.columns.first().cloned(), self.columns.last().cloned());
        words.fill(
            "desk.chart.alt_heat",
            &[
                ("rows", &number(self.rows.len())),
                ("first", &ends.0.unwrap_or_default()),
                ("last", &ends.1.unwrap_or_default()),
            ],
        )
    }

    fn hides(&self) -> bool {
        self.rows.iter().any(|row| row.cells.contains(&Share::Hidden))
    }
}
