//! One table: what each column means, in which unit, and how it misleads.

use askama::Template;
use desk::Page;

use super::overview::{Shown, Span};

/// One column.
#[derive(Debug)]
pub(crate) struct ColumnLine {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) meaning: String,
    pub(crate) misleads: Option<String>,
    pub(crate) unit_or_codes: Option<String>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "records/templates/table.html")]
pub(crate) struct Table {
    pub(crate) page: Page,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) resource: String,
    pub(crate) about: String,
    pub(crate) patients: Shown,
    pub(crate) rows: String,
    pub(crate) span: Option<Span>,
    pub(crate) columns: Vec<ColumnLine>,
    /// A question to start from.
    pub(crate) example: String,
}
