//! One table: what each column means, in which unit, and how it misleads.

use askama::Template;
use desk::{Page, Prose};

use super::overview::{Shown, Span};

/// One column.
#[derive(Debug)]
pub(crate) struct ColumnLine {
    pub(crate) name: String,
    /// The columns beside it that hold the same value in other forms.
    pub(crate) companions: Vec<String>,
    pub(crate) kind: String,
    pub(crate) meaning: Prose,
    pub(crate) unit: Option<String>,
    pub(crate) code_system: Option<String>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "records/templates/table.html")]
pub(crate) struct Table {
    pub(crate) page: Page,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) resource: String,
    pub(crate) about: Prose,
    pub(crate) patients: Shown,
    pub(crate) rows: String,
    pub(crate) span: Option<Span>,
    pub(crate) columns: Vec<ColumnLine>,
    /// A question to start from.
    pub(crate) example: String,
}
