//! Who is left after each rule.

use disclosure::Released;

use super::scale::Linear;
use super::svg::{Anchor, Area, Svg, TYPE};
use super::{Chart, Drawing, Size, Table, full, length, longest, metrics};
use crate::words::Words;

const HIDDEN_LENGTH: f64 = 16.0;

/// One rule and who is left after it.
#[derive(Clone, Debug)]
pub struct Step {
    label: String,
    detail: String,
    left: Released,
    lost: Option<Released>,
    excludes: bool,
}

impl Step {
    /// Who was there to begin with.
    #[must_use]
    pub fn start(label: &str, left: Released) -> Self {
        let (label, detail) = (label.to_owned(), String::new());
        Self { label, detail, left, lost: None, excludes: false }
    }

    /// A rule that all must meet: who is left, who is gone with it.
    #[must_use]
    pub fn require(label: &str, left: Released, lost: Released) -> Self {
        Self { lost: Some(lost), ..Self::start(label, left) }
    }

    /// A rule that takes people out.
    #[must_use]
    pub fn exclude(label: &str, left: Released, lost: Released) -> Self {
        Self { excludes: true, ..Self::require(label, left, lost) }
    }

    /// With the small print: the window of time, the codes.
    #[must_use]
    pub fn with_detail(mut self, detail: &str) -> Self {
        self.detail = detail.to_owned();
        self
    }

    fn lost(&self) -> Option<String> {
        let lost = self.lost?;
        let number = lost.brief();
        Some(if lost.is_hidden() || length(lost) == Some(0.0) {
            number
        } else {
            format!("−{number}")
        })
    }
}

/// The steps from all to those left.
///
/// # Order
/// As the rules are applied; the first step is the start.
#[derive(Clone, Debug)]
pub struct Attrition {
    steps: Vec<Step>,
}

impl Attrition {
    /// Takes the steps.
    #[must_use]
    pub fn new(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// The bar of one step: who is left, and behind it who was there before.
    fn draw_bar(svg: &mut Svg, scale: &Linear, y: f64, step: &Step, before: Option<Released>) {
        let (from, to) = (scale.at(0.0), scale.within(f64::MAX));
        svg.rect("track", Area::new(from, y, to - from, 5.0), 2.5);
        if let Some(before) = before.and_then(length) {
            let class = if step.excludes { "fill lost-warm" } else { "fill light" };
            svg.rect(class, Area::new(from, y, scale.within(before) - from, 5.0), 2.5);
        }
        match length(step.left) {
            Some(left) => {
                svg.rect("fill data", Area::new(from, y, scale.within(left) - from, 5.0), 2.5);
            }
            None => svg.hatched(Area::new(from, y - 2.0, HIDDEN_LENGTH, 9.0)),
        }
    }
}

impl Chart for Attrition {
    fn draw(&self, words: &Words, size: Size) -> Drawing {
        let left = 34.0;
        let width = size.width();
        let most = longest(self.steps.iter().map(|step| step.left)).max(1.0);
        let scale = Linear::new((0.0, most), (left, width));
        let mut svg = Svg::at(size);
        let mut y = 0.0;
        let mut before = None;
        for (at, step) in self.steps.iter().enumerate() {
            let detail = !step.detail.is_empty() || step.lost.is_some();
            svg.open(&format!("{}: {}", step.label, full(words, step.left)));
            svg.dot("ring", (12.0, y + 16.0), 11.0);
            svg.text("name", (12.0, y + 20.3), Anchor::Middle, &words.number(at as u64));
            let count = step.left.brief();
            let room = width - left - metrics::width(&count, TYPE) * 1.35 - 12.0;
            let label = metrics::fit(&step.label, room / 1.06, TYPE);
            svg.text("said", (left, y + 16.0), Anchor::Start, &label);
            svg.text("figure", (width, y + 17.0), Anchor::End, &count);
            if detail {
                let small = metrics::fit(&step.detail, room, TYPE);
                svg.text("tick", (left, y + 33.0), Anchor::Start, &small);
                let lost = step.lost().unwrap_or_default();
                svg.text("tick", (width, y + 33.0), Anchor::End, &lost);
            }
            let foot = if detail { y + 41.0 } else { y + 25.0 };
            Self::draw_bar(&mut svg, &scale, foot, step, before);
            svg.close();
            before = Some(step.left);
            y = foot + 15.0;
        }
        svg.finish(size.class(), (width, y), &self.alt(words))
    }

    fn table(&self, words: &Words) -> Table {
        let row = |step: &Step| {
            let lost = step.lost.map(|lost| full(words, lost)).unwrap_or_default();
            vec![step.label.clone(), step.detail.clone(), full(words, step.left), lost]
        };
        let head = ["desk.chart.rule", "desk.chart.detail", "desk.chart.left", "desk.chart.lost"];
        Table {
            head: head.map(|key| words.say(key).to_owned()).into(),
            rows: self.steps.iter().map(row).collect(),
        }
    }

    fn alt(&self, words: &Words) -> String {
        let count = |step: Option<&Step>| step.map(|s| full(words, s.left)).unwrap_or_default();
        words.fill(
            "desk.chart.alt_attrition",
            &[
                ("number", &words.number((self.steps.len() as u64).saturating_sub(1))),
                ("first", &count(self.steps.first())),
                ("last", &count(self.steps.last())),
            ],
        )
    }

    fn hides(&self) -> bool {
        self.steps.iter().any(|step| step.left.is_hidden())
    }
}
