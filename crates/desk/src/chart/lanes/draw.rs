//! Draws lanes: words to the left of them where there is room, above them where there is not.

use super::time::Days;
use super::{Content, Ending, Event, Lane, Lanes, Sample, Series, Span, pack, span_says};
use crate::chart::scale::Linear;
use crate::chart::svg::{Anchor, Area, Svg, TYPE, n, through};
use crate::chart::{Drawing, Size, decimal, metrics};
use crate::words::Words;

const BAR: f64 = 16.0;
const ROW: f64 = 20.0;
const SERIES: f64 = 58.0;
/// The shortest bar drawn: what lasted a day can be seen among years.
const BAR_MIN: f64 = 3.0;

/// What every lane is drawn with.
struct Pen<'a> {
    words: &'a Words,
    days: Days,
    left: f64,
    right: f64,
    above: bool,
}

pub(super) fn draw(lanes: &Lanes, words: &Words, size: Size) -> Drawing {
    let above = size == Size::Narrow;
    let lane_room = |lane: &Lane| match &lane.content {
        Content::Heading => 0.0,
        content => metrics::width(&lane.label, TYPE)
            .max(newest(words, content).map_or(0.0, |v| metrics::width(&v, TYPE)))
            .max(usual(words, content).map_or(0.0, |v| metrics::width(&v, TYPE))),
    };
    let room = lanes.lanes.iter().map(lane_room).fold(0.0, f64::max);
    let left = if above { 2.0 } else { room.min(size.width() * 0.24) + 14.0 };
    let right = size.width() - if above { 2.0 } else { 10.0 };
    let edges = (0.0, size.width() - if above { 0.0 } else { 2.0 });
    let days = Days::new((lanes.from, lanes.to), (left, right), edges);
    let pen = Pen { words, days, left, right, above };
    let mut body = Svg::at(size);
    let mut y = 26.0;
    for lane in &lanes.lanes {
        y = pen.lane(&mut body, lane, y);
    }
    let mut svg = Svg::at(size);
    pen.axis(&mut svg, y);
    svg.append(&body);
    let marked = lanes.mark.iter().filter(|(day, _)| pen.days.holds(*day));
    for (day, label) in marked {
        pen.mark(&mut svg, (*day, label), y);
        y += 14.0;
    }
    let alt = crate::chart::Chart::alt(lanes, words);
    svg.finish(size.class(), (size.width(), y + 4.0), &alt)
}

impl Pen<'_> {
    /// The written days and a line down from each.
    fn axis(&self, svg: &mut Svg, foot: f64) {
        svg.line("axis", (self.left, 20.0), (self.right, 20.0));
        for tick in self.days.ticks(self.words.locale()) {
            svg.line("grid", (tick.at, 20.0), (tick.at, foot));
            svg.text("tick", (tick.words_at, 13.0), Anchor::Middle, &tick.label);
        }
    }

    /// A line down all lanes, over what lasts, with its words at the foot.
    fn mark(&self, svg: &mut Svg, (day, label): (jiff::civil::Date, &str), foot: f64) {
        let at = self.days.middle(day);
        let half = metrics::width(label, TYPE) / 2.0;
        svg.open(&format!("{label} {}", self.words.day(day)));
        svg.line("day", (at, 20.0), (at, foot));
        svg.text("said data", (at.min(self.right - half), foot + 13.0), Anchor::Middle, label);
        svg.close();
    }

    fn lane(&self, svg: &mut Svg, lane: &Lane, top: f64) -> f64 {
        if matches!(lane.content, Content::Heading) {
            svg.text("said", (0.0, top + 18.0), Anchor::Start, &lane.label);
            return top + 26.0;
        }
        let mut y = top;
        if self.above {
            let label = metrics::fit(&lane.label, self.name_room(lane), TYPE);
            svg.text("name", (0.0, y + 13.0), Anchor::Start, &label);
            y += 18.0;
        } else {
            let label = metrics::fit(&lane.label, self.left - 14.0, TYPE);
            svg.text("name", (0.0, y + 14.0), Anchor::Start, &label);
        }
        let foot = match &lane.content {
            Content::Heading => y,
            Content::Spans(spans) => self.spans(svg, spans, y),
            Content::Events(events) => self.events(svg, events, y),
            Content::Series(series) => self.series(svg, (&lane.label, series), y),
        };
        svg.line("lane", (0.0, foot + 3.0), (self.right, foot + 3.0));
        foot + 8.0
    }

    /// How wide a name above its lane may be: the newest value stands at the end of the same line.
    fn name_room(&self, lane: &Lane) -> f64 {
        let value = newest(self.words, &lane.content);
        self.right - value.map_or(0.0, |value| metrics::width(&value, TYPE) + 10.0)
    }

    /// Where a span is drawn, with the room its words take when they stand behind it.
    fn stretch(&self, span: &Span) -> (f64, f64, bool) {
        let from = self.days.start(span.start);
        let to = match span.end {
            Ending::On(day) => self.days.end(day.max(span.start)),
            Ending::Open => self.right,
        };
        let from = from.min(self.right - BAR_MIN);
        let to = to.max(from + BAR_MIN);
        let words = metrics::width(&span.label, TYPE) + 12.0;
        let inside = words <= to - from || to + words > self.right;
        (from, to, inside)
    }

    fn spans(&self, svg: &mut Svg, spans: &[Span], top: f64) -> f64 {
        let mut sorted: Vec<&Span> = spans.iter().collect();
        sorted.retain(|span| match span.end {
            Ending::On(day) => day >= span.start && self.reaches(span.start, day),
            Ending::Open => true,
        });
        sorted.sort_by_key(|span| span.start);
        let stretch = |span: &&Span| {
            let (from, to, inside) = self.stretch(span);
            let words = if inside { 0.0 } else { metrics::width(&span.label, TYPE) + 8.0 };
            (from, to + words + 2.0)
        };
        let stretches: Vec<(f64, f64)> = sorted.iter().map(stretch).collect();
        let rows = pack::rows(&stretches);
        let mut foot = top + ROW;
        for (span, row) in sorted.iter().zip(rows) {
            let y = top + row_place(row);
            self.span(svg, span, y);
            foot = foot.max(y + ROW);
        }
        foot
    }

    /// Whether a stretch of days touches the axis at all.
    fn reaches(&self, start: jiff::civil::Date, end: jiff::civil::Date) -> bool {
        self.days.holds(start)
            || self.days.holds(end)
            || self.days.start(start) < self.days.end(end)
    }

    fn span(&self, svg: &mut Svg, span: &Span, y: f64) {
        let (from, to, inside) = self.stretch(span);
        let says = span_says(self.words, span);
        match &span.href {
            Some(href) => svg.open_link(href, &says),
            None => svg.open(&says),
        }
        let tone = span.tone.class();
        let class = if span.sure { format!("span {tone}") } else { format!("span unsure {tone}") };
        if span.end == Ending::Open {
            let (tip, middle, foot) = (to, y + BAR / 2.0, y + BAR);
            let neck = (to - 7.0).max(from);
            let d = format!(
                "M{} {}H{}L{} {}L{} {}H{}Z",
                n(from),
                n(y),
                n(neck),
                n(tip),
                n(middle),
                n(neck),
                n(foot),
                n(from)
            );
            svg.path(&class, &d);
        } else {
            svg.rect(&class, Area::new(from, y, to - from, BAR), 2.5);
        }
        if inside {
            let room = to - from - 10.0;
            let label = metrics::fit(&span.label, room, TYPE);
            if room > TYPE * 1.7 && label.chars().count() > 1 {
                let ink = if span.sure { "on-bar" } else { "name" };
                let class = format!("{ink} on-{tone}");
                svg.text(&class, (from + 6.0, y + 12.3), Anchor::Start, &label);
            }
        } else {
            svg.text("name", (to + 5.0, y + 12.3), Anchor::Start, &span.label);
        }
        if span.href.is_some() { svg.close_link() } else { svg.close() }
    }

    fn events(&self, svg: &mut Svg, events: &[Event], top: f64) -> f64 {
        let y = top + ROW / 2.0 - 1.0;
        for event in events.iter().filter(|event| self.days.holds(event.day)) {
            let says = format!("{} {}", self.words.day(event.day), event.label);
            match &event.href {
                Some(href) => svg.open_link(href, &says),
                None => svg.open(&says),
            }
            svg.dot(
                &format!("event {}", event.tone.class()),
                (self.days.middle(event.day), y),
                4.0,
            );
            if event.href.is_some() { svg.close_link() } else { svg.close() }
        }
        top + ROW
    }

    fn series(&self, svg: &mut Svg, (name, series): (&str, &Series), top: f64) -> f64 {
        let Series { unit, digits, samples, usual } = series;
        let shown = || samples.iter().filter(|sample| self.days.holds(sample.day));
        let values = || shown().map(|sample| sample.value);
        let band = usual.band(values());
        let ends = band.map(|(low, high)| [low, high]).into_iter().flatten();
        let low = values().chain(ends.clone()).fold(f64::MAX, f64::min);
        let high = values().chain(ends).fold(f64::MIN, f64::max);
        let y = Linear::new((low, high), (top + SERIES - 8.0, top + 8.0));
        if let Some((low, high)) = band {
            let (head, foot) = (y.at(high), y.at(low));
            let area = Area::new(self.left, head, self.right - self.left, (foot - head).max(1.0));
            svg.rect("normal", area, 0.0);
        }
        let place = |sample: &Sample| (self.days.middle(sample.day), y.at(sample.value));
        svg.path("course data", &through(shown().map(place)));
        for sample in shown() {
            let value = decimal(self.words, sample.value, *digits);
            svg.open(&format!("{} {value} {unit}", self.words.day(sample.day)));
            let class = if usual.holds(sample.value) { "fill data" } else { "fill warm" };
            svg.dot(class, place(sample), 2.6);
            svg.close();
        }
        self.beside(svg, (name, series), top);
        top + SERIES
    }

    /// The newest value shown, large, and what is usual: under the name of the lane, or at the end
    /// of its line.
    fn beside(&self, svg: &mut Svg, (name, series): (&str, &Series), top: f64) {
        let room = if self.above { self.right } else { self.left - 14.0 };
        let last = series.samples.iter().rev().find(|sample| self.days.holds(sample.day));
        let Some(last) = last else { return };
        let value = format!("{} {}", decimal(self.words, last.value, series.digits), series.unit);
        let value = metrics::fit(&value, room, TYPE);
        let usual = series.usual.said(self.words, series.digits);
        if self.above {
            svg.text("value", (self.right, top - 5.0), Anchor::End, &value);
            let at = self.right - metrics::width(&value, TYPE) - 10.0;
            // The name has the first claim to the line.
            let fits = |usual: &String| {
                metrics::width(name, TYPE) + metrics::width(usual, TYPE) + 12.0 < at
            };
            if let Some(usual) = usual.filter(fits) {
                svg.text("tick", (at, top - 5.0), Anchor::End, &usual);
            }
            return;
        }
        svg.text("value", (0.0, top + 32.0), Anchor::Start, &value);
        if let Some(usual) = usual {
            let usual = metrics::fit(&usual, room, TYPE);
            svg.text("tick", (0.0, top + 48.0), Anchor::Start, &usual);
        }
    }
}

/// The last value of a series, as it is written.
fn newest(words: &Words, content: &Content) -> Option<String> {
    let Content::Series(series) = content else { return None };
    let written = |last: &Sample| decimal(words, last.value, series.digits);
    series.samples.last().map(|last| format!("{} {}", written(last), series.unit))
}

/// What is usual of a series, as it is written.
fn usual(words: &Words, content: &Content) -> Option<String> {
    let Content::Series(series) = content else { return None };
    series.usual.said(words, series.digits)
}

/// How far below the first a row lies.
#[expect(clippy::cast_precision_loss, reason = "a lane has few rows")]
fn row_place(row: usize) -> f64 {
    row as f64 * ROW
}
