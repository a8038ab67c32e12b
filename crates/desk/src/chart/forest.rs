//! Estimates with their intervals, one under another, on a scale of ratios.

use super::scale::{self, Linear};
use super::svg::{Anchor, Area, Svg, TYPE, n};
use super::{Chart, Drawing, Size, Table, decimal, metrics};
use crate::words::Words;

/// One estimate with its interval.
#[derive(Clone, Debug)]
pub struct Estimate {
    label: String,
    values: Option<[f64; 3]>,
    weight: f64,
    pooled: bool,
}

impl Estimate {
    /// An estimate and the ends of its interval. All three are ratios, so above nothing.
    #[must_use]
    pub fn new(label: &str, estimate: f64, low: f64, high: f64) -> Self {
        let values = [estimate, low, high].map(|value| value.max(1e-6));
        Self { label: label.to_owned(), values: Some(values), weight: 1.0, pooled: false }
    }

    /// A line of words that stands above those that follow.
    #[must_use]
    pub fn heading(label: &str) -> Self {
        Self { label: label.to_owned(), values: None, weight: 0.0, pooled: false }
    }

    /// With its weight among the others, of one: the size of its mark.
    #[must_use]
    pub fn with_weight(mut self, weight: f64) -> Self {
        self.weight = weight.clamp(0.0, 1.0);
        self
    }

    /// As the sum of the others: drawn as a diamond.
    #[must_use]
    pub fn pooled(mut self) -> Self {
        self.pooled = true;
        self
    }

    fn figures(&self, words: &Words) -> String {
        let Some([estimate, low, high]) = self.values else { return String::new() };
        let two = |value| decimal(words, value, 2);
        format!("{} ({}–{})", two(estimate), two(low), two(high))
    }
}

/// A forest plot.
#[derive(Clone, Debug)]
pub struct Forest {
    measure: String,
    rows: Vec<Estimate>,
    favours: Option<(String, String)>,
}

impl Forest {
    /// Takes the rows; `measure` is what the ratios are, as "Hazard ratio (95% CI)".
    #[must_use]
    pub fn new(measure: &str, rows: Vec<Estimate>) -> Self {
        Self { measure: measure.to_owned(), rows, favours: None }
    }

    /// With what lies to the left and to the right of one.
    #[must_use]
    pub fn with_favours(mut self, left: &str, right: &str) -> Self {
        self.favours = Some((left.to_owned(), right.to_owned()));
        self
    }

    /// The ends of the scale: all intervals and one, but not wider than a hundredfold either way.
    fn ends(&self) -> (f64, f64) {
        let values = || self.rows.iter().filter_map(|row| row.values);
        let low = values().map(|[_, low, _]| low).fold(0.8, f64::min);
        let high = values().map(|[_, _, high]| high).fold(1.25, f64::max);
        ((low * 0.94).max(0.01), (high * 1.06).min(100.0))
    }

    fn draw_mark(svg: &mut Svg, x: &Linear, y: f64, row: &Estimate) {
        let Some(values) = row.values else { return };
        let [middle, low, high] = values.map(|value| x.within(value.ln()));
        if row.pooled {
            let d = format!(
                "M{} {}L{} {}L{} {}L{} {}Z",
                n(low),
                n(y),
                n(middle),
                n(y - 6.5),
                n(high),
                n(y),
                n(middle),
                n(y + 6.5)
            );
            svg.path("fill group-a", &d);
            return;
        }
        svg.line("interval", (low, y), (high, y));
        let side = 6.0 + 7.0 * row.weight.sqrt();
        let area = Area::new(middle - side / 2.0, y - side / 2.0, side, side);
        svg.rect("fill data", area, 1.0);
    }

    fn draw_axis(&self, svg: &mut Svg, x: &Linear, span: (f64, f64), foot: f64) {
        let (left, right) = span;
        svg.line("axis", (left, foot), (right, foot));
        let (low, high) = self.ends();
        let mut free_from = 0.0;
        for tick in scale::ratio_ticks(low, high) {
            let label = format!("{tick}");
            let (at, half) = (x.at(tick.ln()), metrics::width(&label, TYPE) / 2.0);
            if at - half < free_from {
                continue;
            }
            free_from = at + half + 6.0;
            svg.line("axis", (at, foot), (at, foot + 4.0));
            svg.text("tick", (at, foot + 17.0), Anchor::Middle, &label);
        }
        if let Some((lower, higher)) = &self.favours {
            let one = x.at(0.0);
            let (a, b) = (format!("← {lower}"), format!("{higher} →"));
            let room = (one - 8.0, right + left - one);
            let a = metrics::fit(&a, room.0, TYPE);
            svg.text("tick", (one - 8.0, foot + 35.0), Anchor::End, &a);
            svg.text("tick", (one + 8.0, foot + 35.0), Anchor::Start, &b);
        }
    }
}

impl Chart for Forest {
    fn sizes(&self) -> &'static [Size] {
        &[Size::Narrow, Size::Middle, Size::Wide]
    }

    fn draw(&self, words: &Words, size: Size) -> Drawing {
        let width = size.width();
        let figures: Vec<String> = self.rows.iter().map(|row| row.figures(words)).collect();
        let right = metrics::widest(figures.iter().map(String::as_str), TYPE) + 14.0;
        let above = size == Size::Narrow;
        let labels = metrics::widest(self.rows.iter().map(|row| row.label.as_str()), TYPE);
        let span = if above {
            (4.0, width - 4.0)
        } else {
            (labels.min(width * 0.34) + 16.0, width - right)
        };
        let ends = self.ends();
        let x = Linear::new((ends.0.ln(), ends.1.ln()), span);
        let mut svg = Svg::at(size);
        svg.text("tick", (width, 12.0), Anchor::End, &self.measure);
        let mut y = 22.0;
        let mut rows = Svg::at(size);
        for (row, figure) in self.rows.iter().zip(&figures) {
            let class = if row.values.is_none() || row.pooled { "said" } else { "name" };
            let room = if above { width - right } else { span.0 - 14.0 };
            let room = if row.values.is_none() { width } else { room };
            let label = metrics::fit(&row.label, room, TYPE);
            rows.open(&format!("{} {figure}", row.label));
            rows.text(class, (0.0, y + 13.0), Anchor::Start, &label);
            let figure_class = if row.pooled { "value strong" } else { "value" };
            rows.text(figure_class, (width, y + 13.0), Anchor::End, figure);
            let mark = if above && row.values.is_some() { y + 26.0 } else { y + 9.0 };
            Self::draw_mark(&mut rows, &x, mark, row);
            rows.close();
            y = if row.values.is_none() || !above { y + 24.0 } else { y + 40.0 };
        }
        svg.line("reference quiet", (x.at(0.0), 22.0), (x.at(0.0), y + 4.0));
        self.draw_axis(&mut svg, &x, span, y + 4.0);
        svg.append(&rows);
        let foot = if self.favours.is_some() { 44.0 } else { 26.0 };
        svg.finish(size.class(), (width, y + foot), &self.alt(words))
    }

    fn table(&self, words: &Words) -> Table {
        let row = |row: &Estimate| vec![row.label.clone(), row.figures(words)];
        Table {
            head: vec![words.say("desk.chart.name").to_owned(), self.measure.clone()],
            rows: self.rows.iter().map(row).collect(),
        }
    }

    fn alt(&self, words: &Words) -> String {
        let shown = self.rows.iter().filter(|row| row.values.is_some() && !row.pooled).count();
        let number = words.number(u64::try_from(shown).unwrap_or(0));
        let mut alt =
            words.fill("desk.chart.alt_forest", &[("measure", &self.measure), ("number", &number)]);
        for pooled in self.rows.iter().filter(|row| row.pooled) {
            alt.push_str(&format!(" {}: {}", pooled.label, pooled.figures(words)));
        }
        alt
    }
}
