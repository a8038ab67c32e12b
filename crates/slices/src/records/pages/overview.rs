//! The first page: what there is, for how many people, from when to when.

use askama::Template;
use desk::{Bar, Page, Prose};

use super::holdings::Summary;

/// A count as it may be shown.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// The number, or words such as "fewer than 10".
    pub(crate) figure: String,
    /// Whether it is words.
    pub(crate) in_words: bool,
}

/// First and last day, as the reader writes them.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) first: String,
    pub(crate) last: String,
}

/// One table in the list.
#[derive(Debug)]
pub(crate) struct TableLine {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) about: Prose,
    pub(crate) patients: String,
    pub(crate) rows: String,
    pub(crate) bar: Option<Bar>,
    pub(crate) span: Option<Span>,
}

/// A table that holds too little to be counted here.
#[derive(Debug)]
pub(crate) struct SmallTable {
    pub(crate) name: String,
    pub(crate) title: String,
}

/// The load that ended last.
#[derive(Debug)]
pub(crate) struct LastLoad {
    pub(crate) id: i64,
    pub(crate) when: String,
    pub(crate) resources: String,
    /// A sentence about what was quarantined, where anything was.
    pub(crate) quarantined: Option<String>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "records/templates/overview.html")]
pub(crate) struct Overview {
    pub(crate) page: Page,
    pub(crate) snapshot: Option<String>,
    pub(crate) last_load: Option<LastLoad>,
    /// A sentence about scheduled pulls that need a look, for who may do something about it.
    pub(crate) pulls: Option<String>,
    pub(crate) held: Summary,
    /// What is said about small numbers.
    pub(crate) small: String,
}
