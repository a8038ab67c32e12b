//! A chart on a page: its picture, its numbers and the question behind it, one at a time.

use std::fmt;

use askama::Template;

use super::{Chart, Drawing};
use crate::words::Words;

/// The facts of a chart as rows: the first cell of a row names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What each column is.
    pub head: Vec<String>,
    /// The rows, each as long as the head.
    pub rows: Vec<Vec<String>>,
}

/// The question that gave the numbers, as one would ask it again.
#[derive(Clone, Debug)]
struct Code {
    language: String,
    text: String,
}

/// A chart with its title and the switch between picture, table and code.
#[derive(Debug, Template)]
#[template(path = "figure.html")]
pub struct Figure {
    id: String,
    title: String,
    level: u8,
    note: Option<String>,
    foot: Option<String>,
    said: Said,
    many_sizes: bool,
    drawings: Vec<Drawing>,
    table: Table,
    code: Option<Code>,
}

#[derive(Debug)]
struct Said {
    shown_as: String,
    picture: String,
    table: String,
    code: String,
    hidden: Option<String>,
}

impl askama::filters::HtmlSafe for Figure {}

impl Figure {
    /// Draws a chart. `id` is its own on the page and a place a link can lead to.
    #[must_use]
    pub fn new(words: &Words, id: &str, title: &str, chart: &impl Chart) -> Self {
        let say = |key: &str| words.say(key).to_owned();
        let sizes = chart.sizes();
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            level: 2,
            note: None,
            foot: None,
            said: Said {
                shown_as: words.fill("desk.chart.shown_as", &[("title", title)]),
                picture: say("desk.chart.picture"),
                table: say("desk.chart.table"),
                code: say("desk.chart.code"),
                hidden: chart.hides().then(|| say("desk.chart.hidden")),
            },
            many_sizes: sizes.len() > 2,
            drawings: sizes.iter().map(|size| chart.draw(words, *size)).collect(),
            table: chart.table(words),
            code: None,
        }
    }

    /// With a short remark beside the title: unit, width of a bin, window of time.
    #[must_use]
    pub fn with_note(mut self, note: &str) -> Self {
        self.note = Some(note.to_owned());
        self
    }

    /// With a sentence under the picture: how it misleads, where it comes from.
    #[must_use]
    pub fn with_foot(mut self, foot: &str) -> Self {
        self.foot = Some(foot.to_owned());
        self
    }

    /// With the question that gives these numbers, in `sql`, `r`, `python` or `sh`.
    #[must_use]
    pub fn with_code(mut self, language: &str, text: &str) -> Self {
        self.code = Some(Code { language: language.to_owned(), text: text.to_owned() });
        self
    }

    /// With its title as a heading of the third level, inside a section that has its own.
    #[must_use]
    pub fn beneath_a_heading(mut self) -> Self {
        self.level = 3;
        self
    }
}

/// The cells of a row, each with whether it names the row.
fn cells(row: &[String]) -> impl Iterator<Item = (bool, &String)> {
    row.iter().enumerate().map(|(at, cell)| (at == 0, cell))
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
