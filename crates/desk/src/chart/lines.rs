//! Courses over an axis, with their bands: curves of survival, trends, anything measured along.

use super::risk::AtRisk;
use super::scale::{self, Linear};
use super::svg::{Anchor, Svg, TYPE, stairs, through};
use super::{Chart, Drawing, Size, Table, decimal, metrics, with_unit};
use crate::bar::Tone;
use crate::words::Words;

/// One point of a line.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    x: f64,
    y: f64,
    band: Option<(f64, f64)>,
}

impl Place {
    /// A point.
    #[must_use]
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y, band: None }
    }

    /// With the interval it lies in.
    #[must_use]
    pub fn within(mut self, low: f64, high: f64) -> Self {
        self.band = Some((low, high));
        self
    }
}

/// One course with its name and tone.
///
/// # Order
/// Places from left to right.
#[derive(Clone, Debug)]
pub struct Line {
    label: String,
    tone: Tone,
    places: Vec<Place>,
}

impl Line {
    /// Takes the course.
    #[must_use]
    pub fn new(label: &str, tone: Tone, places: Vec<Place>) -> Self {
        Self { label: label.to_owned(), tone, places }
    }

    /// The course at `x`: the newest point not beyond it.
    fn at(&self, x: f64) -> Option<&Place> {
        self.places.iter().take_while(|place| place.x <= x + 1e-9).last()
    }
}

/// Lines over one axis, each named at its end.
#[derive(Clone, Debug)]
pub struct Lines {
    lines: Vec<Line>,
    steps: bool,
    percent: bool,
    y_ends: Option<(f64, f64)>,
    x_unit: String,
    at_risk: Option<AtRisk>,
}

/// Where the lines are drawn.
struct Ground {
    x: Linear,
    y: Linear,
    left: f64,
    right: f64,
    top: f64,
    foot: f64,
    x_ends: (f64, f64),
    y_ticks: Vec<f64>,
}

impl Lines {
    /// Takes the lines; `x_unit` is written at the last value of the axis.
    #[must_use]
    pub fn new(lines: Vec<Line>, x_unit: &str) -> Self {
        Self {
            lines,
            steps: false,
            percent: false,
            y_ends: None,
            x_unit: x_unit.to_owned(),
            at_risk: None,
        }
    }

    /// Drawn as a staircase: each value holds until the next.
    #[must_use]
    pub fn in_steps(mut self) -> Self {
        self.steps = true;
        self
    }

    /// With values of 0 to 1 written as percent.
    #[must_use]
    pub fn in_percent(mut self) -> Self {
        self.percent = true;
        self
    }

    /// With an axis from one value to another; else it fits the values.
    #[must_use]
    pub fn with_y(mut self, low: f64, high: f64) -> Self {
        self.y_ends = Some((low, high));
        self
    }

    /// With the numbers at risk beneath.
    #[must_use]
    pub fn with_at_risk(mut self, at_risk: AtRisk) -> Self {
        self.at_risk = Some(at_risk);
        self
    }

    fn places(&self) -> impl Iterator<Item = &Place> {
        self.lines.iter().flat_map(|line| line.places.iter())
    }

    fn value(&self, words: &Words, value: f64, digits: usize) -> String {
        if self.percent {
            format!("{}%", decimal(words, value * 100.0, digits))
        } else {
            decimal(words, value, digits)
        }
    }

    /// `90.9% (89.0–92.5)`.
    fn in_full(&self, words: &Words, place: &Place) -> String {
        let times = if self.percent { 100.0 } else { 1.0 };
        let value = self.value(words, place.y, 1);
        let Some((low, high)) = place.band else { return value };
        let end = |value: f64| decimal(words, value * times, 1);
        format!("{value} ({}–{})", end(low), end(high))
    }

    fn ground(&self, words: &Words, size: Size) -> Ground {
        let ys = || {
            self.places()
                .flat_map(|p| [p.y, p.band.map_or(p.y, |b| b.0), p.band.map_or(p.y, |b| b.1)])
        };
        let (low, high) = self.y_ends.unwrap_or_else(|| {
            (ys().fold(f64::MAX, f64::min).min(f64::MAX), ys().fold(f64::MIN, f64::max))
        });
        let (low, high) = if low < high { (low, high) } else { (low - 1.0, low + 1.0) };
        let y_ticks = scale::ticks(low, high, if size == Size::Narrow { 4 } else { 5 });
        let xs = |of: fn(f64, f64) -> f64, from: f64| self.places().map(|p| p.x).fold(from, of);
        let x_ends = (xs(f64::min, f64::MAX).min(0.0), xs(f64::max, f64::MIN).max(0.0));
        let named = metrics::widest(
            y_ticks
                .iter()
                .map(|t| self.value(words, *t, 1))
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str),
            TYPE,
        );
        let narrow = size == Size::Narrow;
        let said = |line: &Line| {
            let last = line.places.last().map(|place| self.in_full(words, place));
            metrics::width(&line.label, TYPE * 1.04)
                .max(metrics::width(&last.unwrap_or_default(), TYPE))
        };
        let ends = self.lines.iter().map(said).fold(0.0, f64::max).min(size.width() * 0.3);
        let names = self.at_risk.is_some() && !narrow;
        let risk = if names {
            let labels = self.lines.iter().map(|line| line.label.as_str());
            metrics::widest(labels, TYPE * 1.04).min(size.width() * 0.22) + 42.0
        } else {
            0.0
        };
        let left = (named + 10.0).max(risk);
        let right = if narrow { size.width() - 12.0 } else { size.width() - ends - 14.0 };
        let top = if narrow { 12.0 + 34.0 * self.count() } else { 10.0 };
        let foot = top + if narrow { 190.0 } else { 230.0 };
        let low = y_ticks.first().copied().unwrap_or(low).min(low);
        Ground {
            x: Linear::new(x_ends, (left, right)),
            y: Linear::new((low, high), (foot, top)),
            left,
            right,
            top,
            foot,
            x_ends,
            y_ticks,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a chart has few lines")]
    fn count(&self) -> f64 {
        self.lines.len() as f64
    }

    fn x_ticks(&self, ground: &Ground) -> Vec<f64> {
        match &self.at_risk {
            Some(risk) if !risk.places().is_empty() => risk.places().to_vec(),
            _ => scale::ticks(ground.x_ends.0, ground.x_ends.1, 7),
        }
    }

    fn draw_axes(&self, svg: &mut Svg, words: &Words, ground: &Ground) {
        let digits = scale::decimals(
            &ground
                .y_ticks
                .iter()
                .map(|t| if self.percent { t * 100.0 } else { *t })
                .collect::<Vec<_>>(),
        );
        for (at, tick) in ground.y_ticks.iter().enumerate() {
            let y = ground.y.at(*tick);
            let class = if at == 0 { "axis" } else { "grid" };
            svg.line(class, (ground.left, y), (ground.right, y));
            let label = self.value(words, *tick, digits);
            svg.text("tick", (ground.left - 8.0, y + 4.0), Anchor::End, &label);
        }
        let ticks = self.x_ticks(ground);
        let digits = scale::decimals(&ticks);
        let mut free_from = 0.0;
        for (at, tick) in ticks.iter().enumerate() {
            let unit = if at + 1 == ticks.len() { self.x_unit.as_str() } else { "" };
            let label = with_unit(&decimal(words, *tick, digits), unit);
            let (x, half) = (ground.x.at(*tick), metrics::width(&label, TYPE) / 2.0);
            svg.line("axis", (x, ground.foot), (x, ground.foot + 4.0));
            if x - half >= free_from {
                svg.text("tick", (x, ground.foot + 19.0), Anchor::Middle, &label);
                free_from = x + half + 5.0;
            }
        }
    }

    fn draw_line(&self, svg: &mut Svg, ground: &Ground, line: &Line) {
        let to = |of: fn(&Place) -> f64| -> Vec<(f64, f64)> {
            let points: Vec<(f64, f64)> = (line.places.iter())
                .map(|place| (ground.x.at(place.x), ground.y.within(of(place))))
                .collect();
            if self.steps { stairs(&points) } else { points }
        };
        let class = line.tone.class();
        if line.places.iter().any(|place| place.band.is_some()) {
            let mut edge = to(|place| place.band.map_or(place.y, |band| band.1));
            edge.extend(to(|place| place.band.map_or(place.y, |band| band.0)).into_iter().rev());
            svg.path(&format!("band {class}"), &format!("{}Z", through(edge)));
        }
        svg.path(&format!("course {class}"), &through(to(|place| place.y)));
    }

    /// The names of the lines: at their ends, or above where there is no room beside.
    fn draw_names(&self, svg: &mut Svg, words: &Words, ground: &Ground, size: Size) {
        let mut placed: Vec<(f64, &Line, &Place)> = (self.lines.iter())
            .filter_map(|line| line.places.last().map(|last| (ground.y.within(last.y), line, last)))
            .collect();
        if size == Size::Narrow {
            let mut y = 12.0;
            for (_, line, last) in placed {
                let class = line.tone.class();
                svg.line(&format!("course {class}"), (0.0, y - 4.0), (16.0, y - 4.0));
                svg.text(&format!("said {class}"), (22.0, y), Anchor::Start, &line.label);
                svg.text("tick", (22.0, y + 16.0), Anchor::Start, &self.in_full(words, last));
                y += 34.0;
            }
            return;
        }
        placed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut free_from = ground.top;
        for (y, line, last) in placed {
            let y = (y - 8.0).max(free_from);
            let class = format!("said {}", line.tone.class());
            let room = size.width() - ground.right - 12.0;
            let label = metrics::fit(&line.label, room, TYPE * 1.04);
            svg.text(&class, (ground.right + 12.0, y + 6.0), Anchor::Start, &label);
            let value = self.in_full(words, last);
            svg.text("tick", (ground.right + 12.0, y + 22.0), Anchor::Start, &value);
            free_from = y + 36.0;
        }
    }
}

impl Chart for Lines {
    fn sizes(&self) -> &'static [Size] {
        &[Size::Narrow, Size::Middle, Size::Wide]
    }

    fn draw(&self, words: &Words, size: Size) -> Drawing {
        let ground = self.ground(words, size);
        let mut svg = Svg::at(size);
        self.draw_axes(&mut svg, words, &ground);
        for line in &self.lines {
            self.draw_line(&mut svg, &ground, line);
        }
        self.draw_names(&mut svg, words, &ground, size);
        let mut height = ground.foot + 28.0;
        if let Some(risk) = &self.at_risk {
            let names: Vec<(String, &'static str)> =
                self.lines.iter().map(|line| (line.label.clone(), line.tone.class())).collect();
            height = risk.draw(&mut svg, words, (&ground.x, height + 4.0, size), &names);
        }
        svg.finish(size.class(), (size.width(), height), &self.alt(words))
    }

    fn table(&self, words: &Words) -> Table {
        let ground = self.ground(words, Size::Wide);
        let at_risk = words.say("desk.chart.at_risk");
        let mut head = vec![self.x_unit.clone()];
        for line in &self.lines {
            head.push(line.label.clone());
            if self.at_risk.is_some() {
                head.push(format!("{at_risk}: {}", line.label));
            }
        }
        let ticks = self.x_ticks(&ground);
        let digits = scale::decimals(&ticks);
        let row = |tick: &f64| {
            let mut row = vec![decimal(words, *tick, digits)];
            for (at, line) in self.lines.iter().enumerate() {
                row.push(line.at(*tick).map(|p| self.in_full(words, p)).unwrap_or_default());
                if let Some(risk) = &self.at_risk {
                    row.push(risk.told(words, at, *tick));
                }
            }
            row
        };
        Table { head, rows: ticks.iter().map(row).collect() }
    }

    fn alt(&self, words: &Words) -> String {
        let last = |line: &Line| {
            let place = line.places.last().map(|place| self.in_full(words, place));
            format!("{} {}", line.label, place.unwrap_or_default())
        };
        let ends: Vec<String> = self.lines.iter().map(last).collect();
        words.fill("desk.chart.alt_lines", &[("ends", &ends.join("; "))])
    }
}
