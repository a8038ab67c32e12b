//! Lying bars: one for each name, or a few beside each other where groups are compared.

use disclosure::Released;

use super::scale::Linear;
use super::svg::{Anchor, Area, Svg, TYPE};
use super::{Chart, Drawing, Size, Table, full, length, longest, metrics};
use crate::bar::Tone;
use crate::words::Words;

const BAR: f64 = 15.0;
/// The length of a hidden bar: the same for each, so that it tells nothing.
const HIDDEN_LENGTH: f64 = 16.0;

/// The bars of one name.
#[derive(Clone, Debug)]
pub struct BarGroup {
    /// The name.
    pub label: String,
    /// One for each series.
    pub counts: Vec<Released>,
}

/// Lying bars with the number at the end of each.
#[derive(Clone, Debug)]
pub struct Bars {
    series: Vec<(String, Tone)>,
    groups: Vec<BarGroup>,
}

impl Bars {
    /// One bar for each name.
    #[must_use]
    pub fn new(bars: Vec<(String, Released)>) -> Self {
        let group = |(label, count)| BarGroup { label, counts: vec![count] };
        Self {
            series: vec![(String::new(), Tone::Data)],
            groups: bars.into_iter().map(group).collect(),
        }
    }

    /// Several bars for each name, one for each series; each series has its name and its tone.
    #[must_use]
    pub fn grouped(series: Vec<(String, Tone)>, groups: Vec<BarGroup>) -> Self {
        Self { series, groups }
    }

    fn counts(&self) -> impl Iterator<Item = Released> {
        self.groups.iter().flat_map(|group| group.counts.iter().copied())
    }

    fn says(&self, words: &Words, group: &BarGroup, series: &str, count: Released) -> String {
        let count = full(words, count);
        if self.series.len() > 1 {
            format!("{} {series}: {count}", group.label)
        } else {
            format!("{}: {count}", group.label)
        }
    }

    /// The names of the series, each in its own tone; gives the height used.
    fn draw_series(&self, svg: &mut Svg, left: f64) -> f64 {
        if self.series.len() < 2 {
            return 0.0;
        }
        let mut x = left;
        for (name, tone) in &self.series {
            svg.rect(&format!("fill {}", tone.class()), Area::new(x, 3.0, 10.0, 10.0), 2.0);
            svg.text(&format!("said {}", tone.class()), (x + 15.0, 12.5), Anchor::Start, name);
            x += 15.0 + metrics::width(name, TYPE) * 1.05 + 18.0;
        }
        24.0
    }
}

impl Chart for Bars {
    fn draw(&self, words: &Words, size: Size) -> Drawing {
        let widest = metrics::widest(self.groups.iter().map(|group| group.label.as_str()), TYPE);
        let above = size == Size::Narrow && widest > 110.0;
        let left = if above { 0.0 } else { widest.min(size.width() * 0.42) + 12.0 };
        let numbers: Vec<String> = self.counts().map(|count| count.brief()).collect();
        let room = metrics::widest(numbers.iter().map(String::as_str), TYPE) + 8.0;
        let reach = (left, size.width() - room);
        let scale = Linear::new((0.0, longest(self.counts()).max(1.0)), reach);
        let mut svg = Svg::at(size);
        let mut y = self.draw_series(&mut svg, left);
        for group in &self.groups {
            if above {
                let label = metrics::fit(&group.label, size.width(), TYPE);
                svg.text("name", (0.0, y + 12.0), Anchor::Start, &label);
                y += 17.0;
            } else {
                let label = metrics::fit(&group.label, left - 12.0, TYPE);
                svg.text("name", (left - 12.0, y + 12.0), Anchor::End, &label);
            }
            for ((name, tone), count) in self.series.iter().zip(&group.counts) {
                svg.open(&self.says(words, group, name, *count));
                let end = match length(*count) {
                    Some(count) if count > 0.0 => scale.at(count).max(left + 1.5),
                    Some(_) => left,
                    None => left + HIDDEN_LENGTH,
                };
                let area = Area::new(left, y, end - left, BAR);
                if count.is_hidden() {
                    svg.hatched(area);
                } else {
                    svg.rect(&format!("fill {}", tone.class()), area, 2.0);
                }
                svg.close();
                let at = (end + 6.0, y + 12.0);
                svg.text("value", at, Anchor::Start, &count.brief());
                y += BAR + 2.0;
            }
            y += 7.0;
        }
        svg.finish(size.class(), (size.width(), y.max(20.0)), &self.alt(words))
    }

    fn table(&self, words: &Words) -> Table {
        let first = words.say("desk.chart.name").to_owned();
        let names: Vec<String> = if self.series.len() > 1 {
            self.series.iter().map(|(name, _)| name.clone()).collect()
        } else {
            vec![words.say("desk.chart.number").to_owned()]
        };
        let row = |group: &BarGroup| {
            let counts = group.counts.iter().map(|count| full(words, *count));
            std::iter::once(group.label.clone()).chain(counts).collect()
        };
        Table {
            head: std::iter::once(first).chain(names).collect(),
            rows: self.groups.iter().map(row).collect(),
        }
    }

    fn alt(&self, words: &Words) -> String {
        let most = longest(self.counts());
        let at = |group: &&BarGroup| group.counts.iter().any(|c| length(*c) == Some(most));
        let number = words.number(u64::try_from(self.groups.len()).unwrap_or(0));
        let peak = self.groups.iter().find(at);
        let count = peak.and_then(|group| group.counts.iter().find(|c| length(**c) == Some(most)));
        match (peak, count) {
            (Some(peak), Some(count)) => words.fill(
                "desk.chart.alt_bars",
                &[("number", &number), ("where", &peak.label), ("count", &full(words, *count))],
            ),
            _ => words.fill("desk.chart.alt_bars_hidden", &[("number", &number)]),
        }
    }

    fn hides(&self) -> bool {
        self.counts().any(Released::is_hidden)
    }
}
