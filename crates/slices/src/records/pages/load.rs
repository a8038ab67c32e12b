//! Load reports: where every resource went.

use askama::Template;
use desk::{Bar, Page};

/// How something ended, as a badge.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) class: &'static str,
    pub(crate) label: String,
}

/// One load in the list.
#[derive(Debug)]
pub(crate) struct LoadLine {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) when: String,
    pub(crate) source: String,
    pub(crate) state: State,
    pub(crate) files: String,
    pub(crate) resources: String,
    pub(crate) quarantined: String,
}

/// The list of loads.
#[derive(Debug, Template)]
#[template(path = "records/templates/loads.html")]
pub(crate) struct Loads {
    pub(crate) page: Page,
    pub(crate) loads: Vec<LoadLine>,
}

/// One term of the equation.
#[derive(Debug)]
pub(crate) struct Term {
    pub(crate) label: String,
    pub(crate) figure: String,
    pub(crate) tone: &'static str,
}

/// Received = written + unchanged + newer version held + quarantined.
#[derive(Debug)]
pub(crate) struct Equation {
    pub(crate) read: String,
    pub(crate) terms: Vec<Term>,
    pub(crate) bar: Bar,
    pub(crate) balanced: bool,
}

/// The first lines of something long.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    pub(crate) lines: Vec<T>,
    /// A sentence about the rest.
    pub(crate) more: Option<String>,
}

/// One quarantined line.
#[derive(Debug)]
pub(crate) struct QuarantineLine {
    pub(crate) file: String,
    pub(crate) line: String,
    pub(crate) what: String,
    pub(crate) path: Option<String>,
    pub(crate) remedy: String,
}

/// One kind of warning.
#[derive(Debug)]
pub(crate) struct WarningLine {
    pub(crate) what: String,
    pub(crate) place: Option<String>,
    pub(crate) times: String,
    pub(crate) remedy: String,
}

/// One file, named by its bytes: a file's own name may hold a patient's number.
#[derive(Debug)]
pub(crate) struct FileLine {
    pub(crate) hash: String,
    pub(crate) hash_short: String,
    pub(crate) state: State,
    pub(crate) resources: String,
    pub(crate) written: String,
    pub(crate) quarantined: String,
}

/// The report of one load.
#[derive(Debug, Template)]
#[template(path = "records/templates/load.html")]
pub(crate) struct Load {
    pub(crate) page: Page,
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) state: State,
    pub(crate) facts: Vec<String>,
    pub(crate) equation: Equation,
    pub(crate) errors: Listed<QuarantineLine>,
    pub(crate) warnings: Listed<WarningLine>,
    /// What went wrong, where the load failed.
    pub(crate) failure: Option<String>,
    pub(crate) files: Listed<FileLine>,
}
