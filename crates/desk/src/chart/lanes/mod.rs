//! One person's course: what lasted as bars, what happened as marks, what was measured as lines,
//! all over one axis of time.
//!
//! A lane is about one thing (visits, diagnoses, one drug, one laboratory value). Bars that overlap
//! are put on rows of their own. These pictures show one person, so they belong on pages read for
//! treatment only; numbers in them are values of that person, not counts of people.

mod draw;
mod pack;
mod time;
mod usual;

use jiff::civil::Date;

use self::usual::Usual;
use super::{Chart, Drawing, Size, Table, decimal};
use crate::bar::Tone;
use crate::words::Words;

/// When something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// On this day, which is still part of it.
    On(Date),
    /// Not yet, or nobody wrote it down: drawn to the right end with an arrow.
    Open,
}

/// Something that lasted.
#[derive(Clone, Debug)]
pub struct Span {
    start: Date,
    end: Ending,
    label: String,
    tone: Tone,
    sure: bool,
    href: Option<String>,
}

impl Span {
    /// From its first day to its end.
    #[must_use]
    pub fn new(label: &str, start: Date, end: Ending) -> Self {
        let label = label.to_owned();
        Self { start, end, label, tone: Tone::Data, sure: true, href: None }
    }

    /// In another tone than that of description.
    #[must_use]
    pub fn with_tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// As suspected only: drawn as an outline.
    #[must_use]
    pub fn not_sure(mut self) -> Self {
        self.sure = false;
        self
    }

    /// Leading to the entry it stands for.
    #[must_use]
    pub fn with_href(mut self, href: &str) -> Self {
        self.href = Some(href.to_owned());
        self
    }
}

/// Something that happened on one day.
#[derive(Clone, Debug)]
pub struct Event {
    day: Date,
    label: String,
    tone: Tone,
    href: Option<String>,
}

impl Event {
    /// On its day.
    #[must_use]
    pub fn new(label: &str, day: Date) -> Self {
        Self { day, label: label.to_owned(), tone: Tone::Data, href: None }
    }

    /// In another tone than that of description.
    #[must_use]
    pub fn with_tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// Leading to the entry it stands for.
    #[must_use]
    pub fn with_href(mut self, href: &str) -> Self {
        self.href = Some(href.to_owned());
        self
    }
}

/// A measured value.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The day.
    pub day: Date,
    /// The value, in the unit of its lane.
    pub value: f64,
}

#[derive(Clone, Debug)]
enum Content {
    Heading,
    Spans(Vec<Span>),
    Events(Vec<Event>),
    Series(Series),
}

/// Values of one kind.
#[derive(Clone, Debug)]
struct Series {
    unit: String,
    digits: usize,
    samples: Vec<Sample>,
    usual: Usual,
}

/// One lane.
#[derive(Clone, Debug)]
pub struct Lane {
    label: String,
    content: Content,
}

impl Lane {
    /// Words above the lanes that follow.
    #[must_use]
    pub fn heading(label: &str) -> Self {
        Self { label: label.to_owned(), content: Content::Heading }
    }

    /// Things that lasted.
    #[must_use]
    pub fn spans(label: &str, spans: Vec<Span>) -> Self {
        Self { label: label.to_owned(), content: Content::Spans(spans) }
    }

    /// Things that happened.
    #[must_use]
    pub fn events(label: &str, events: Vec<Event>) -> Self {
        Self { label: label.to_owned(), content: Content::Events(events) }
    }

    /// Values of one kind, written with so many digits after the point.
    ///
    /// # Order
    /// Samples by day.
    #[must_use]
    pub fn series(label: &str, unit: &str, digits: usize, samples: Vec<Sample>) -> Self {
        let usual = Usual::default();
        let series = Series { unit: unit.to_owned(), digits, samples, usual };
        Self { label: label.to_owned(), content: Content::Series(series) }
    }

    /// With the range in which values are as they should be, either end of which may be open;
    /// values outside it are marked. Does nothing to a lane that holds no values.
    #[must_use]
    pub fn with_reference(
        mut self,
        low: impl Into<Option<f64>>,
        high: impl Into<Option<f64>>,
    ) -> Self {
        if let Content::Series(series) = &mut self.content {
            series.usual = Usual::new(low.into(), high.into());
        }
        self
    }
}

/// Lanes over one axis of time.
#[derive(Clone, Debug)]
pub struct Lanes {
    from: Date,
    to: Date,
    lanes: Vec<Lane>,
    mark: Option<(Date, String)>,
}

impl Lanes {
    /// Takes the lanes from top to bottom and the days the axis runs from and to. What lies outside
    /// is cut off at the ends.
    #[must_use]
    pub fn new(from: Date, to: Date, lanes: Vec<Lane>) -> Self {
        Self { from, to: to.max(from), lanes, mark: None }
    }

    /// With a line through all lanes on one day, such as today; none where the axis does not reach
    /// it.
    #[must_use]
    pub fn with_mark(mut self, day: Date, label: &str) -> Self {
        self.mark = Some((day, label.to_owned()));
        self
    }
}

fn ending(words: &Words, end: Ending) -> String {
    match end {
        Ending::On(day) => words.day(day),
        Ending::Open => words.say("desk.chart.open_end").to_owned(),
    }
}

/// `高血圧 2019年4月1日 – 終了日なし`.
fn span_says(words: &Words, span: &Span) -> String {
    let sure = if span.sure { "" } else { words.say("desk.chart.suspected") };
    let (start, end) = (words.day(span.start), ending(words, span.end));
    if span.end == Ending::On(span.start) {
        return format!("{}{sure} {start}", span.label);
    }
    format!("{}{sure} {start} – {end}", span.label)
}

impl Chart for Lanes {
    fn sizes(&self) -> &'static [Size] {
        &[Size::Narrow, Size::Middle, Size::Wide]
    }

    fn draw(&self, words: &Words, size: Size) -> Drawing {
        draw::draw(self, words, size)
    }

    fn table(&self, words: &Words) -> Table {
        let head = ["desk.chart.lane", "desk.chart.what", "desk.chart.from", "desk.chart.until"];
        let mut rows = Vec::new();
        for lane in &self.lanes {
            let mut row = |what: String, from: String, until: String| {
                rows.push(vec![lane.label.clone(), what, from, until]);
            };
            match &lane.content {
                Content::Heading => {}
                Content::Spans(spans) => spans.iter().for_each(|span| {
                    let sure = if span.sure { "" } else { words.say("desk.chart.suspected") };
                    let what = format!("{}{sure}", span.label);
                    row(what, words.day(span.start), ending(words, span.end));
                }),
                Content::Events(events) => events.iter().for_each(|event| {
                    row(event.label.clone(), words.day(event.day), String::new());
                }),
                Content::Series(series) => series.samples.iter().for_each(|one| {
                    let value = decimal(words, one.value, series.digits);
                    let outside = series.usual.remark(words, one.value);
                    let what = format!("{value} {}{outside}", series.unit);
                    row(what, words.day(one.day), String::new());
                }),
            }
        }
        Table { head: head.map(|key| words.say(key).to_owned()).into(), rows }
    }

    fn alt(&self, words: &Words) -> String {
        let named = self.lanes.iter().filter(|lane| !matches!(lane.content, Content::Heading));
        let labels: Vec<&str> = named.map(|lane| lane.label.as_str()).collect();
        words.fill(
            "desk.chart.alt_lanes",
            &[
                ("from", &words.day(self.from)),
                ("to", &words.day(self.to)),
                ("lanes", &labels.join(words.say("desk.chart.comma"))),
            ],
        )
    }
}
