//! One table: what each column means, in which unit, and how it misleads.

use askama::Template;
use desk::{Page, Prose};
use disclosure::{Policy, release};

use super::holdings::{self, Holding};
use super::overview::{Shown, Span};
use crate::dictionary::{self, ColumnEntry, TableEntry};

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

impl Table {
    /// The page of one table, its counts released under the permit's rule.
    pub(crate) fn new(page: Page, holding: &Holding, fields: &[Field], policy: &Policy) -> Self {
        let silent = TableEntry::default();
        let entry = dictionary::bundled().get(&holding.name).unwrap_or(&silent);
        let [rows, patients] = [holding.rows, holding.patients].map(|raw| release(raw, policy));
        let days = if patients.is_hidden() { None } else { holding.days };
        Self {
            name: holding.name.clone(),
            title: holdings::title(&page, &holding.name),
            resource: entry.resource.clone(),
            about: Prose::new(&holdings::about(&page, &holding.name)),
            patients: holdings::shown(&page, patients),
            rows: holdings::shown_rows(&page, rows),
            span: days.map(|days| holdings::span(&page, days)),
            columns: columns(&page, &holding.name, entry, fields),
            example: example(&holding.name),
            page,
        }
    }
}

/// One column as it lies in the lake.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: String,
    /// The type of its values there.
    pub(crate) kind: String,
    /// What the table's own declaration says it means.
    pub(crate) comment: String,
}

/// The columns as they lie, worded by the dictionary; where it is silent, by the declaration.
///
/// Columns that hold the same value in other forms stand under the one they belong to.
pub(crate) fn columns(
    page: &Page,
    table: &str,
    entry: &TableEntry,
    fields: &[Field],
) -> Vec<ColumnLine> {
    let mut lines = Vec::new();
    for field in fields {
        let known = entry.columns.iter().find(|column| column.name == field.name);
        let stands_under = |column: &ColumnEntry| companions(column).contains(&field.name);
        match (system(table, &field.name), known) {
            (Some(key), _) => lines.push(plain(field, page.say(key))),
            (None, Some(column)) => lines.push(line(page, column, fields)),
            (None, None) if entry.columns.iter().any(stands_under) => {}
            (None, None) => lines.push(plain(field, &field.comment)),
        }
    }
    lines
}

/// The key of what a column means that every table begins with, or that the system's own tables
/// have.
fn system(table: &str, column: &str) -> Option<&'static str> {
    Some(match (table, column) {
        (_, "patient_id") => "records.column.patient_id",
        (_, "resource_key") => "records.column.resource_key",
        (_, "source") => "records.column.source",
        (_, "version") => "records.column.version",
        (_, "last_updated") => "records.column.last_updated",
        (_, "load") => "records.column.load",
        (_, "file") => "records.column.file",
        (_, "line") => "records.column.line",
        ("resource" | "extension", "resource_type") => "records.column.resource_type",
        ("resource", "content_hash") => "records.column.content_hash",
        ("resource", "size_bytes") => "records.column.size_bytes",
        ("resource", "contained_in") => "records.column.contained_in",
        ("extension", "path") => "records.column.path",
        ("extension", "url") => "records.column.url",
        ("extension", "value_type") => "records.column.value_type",
        ("extension", "value") => "records.column.value",
        ("extension", "withheld") => "records.column.withheld",
        _ => return None,
    })
}

fn plain(field: &Field, meaning: &str) -> ColumnLine {
    ColumnLine {
        name: field.name.clone(),
        companions: Vec::new(),
        kind: field.kind.clone(),
        meaning: Prose::new(meaning),
        unit: None,
        code_system: None,
    }
}

fn line(page: &Page, column: &ColumnEntry, fields: &[Field]) -> ColumnLine {
    let kind = if column.r#type.is_empty() { "string" } else { &column.r#type };
    let mut companions = companions(column);
    companions.retain(|name| fields.iter().any(|field| field.name == *name));
    ColumnLine {
        name: column.name.clone(),
        companions,
        kind: if column.collection { format!("{kind}[]") } else { kind.to_owned() },
        meaning: Prose::new(column.meaning.get(page.locale())),
        unit: column.unit.clone(),
        code_system: column.code_system.clone(),
    }
}

fn companions(column: &ColumnEntry) -> Vec<String> {
    column.companions().iter().map(|ending| format!("{}{ending}", column.name)).collect()
}

/// A question to start from, as one would type it.
pub(crate) fn example(name: &str) -> String {
    format!("aoba sql \"select count(distinct patient_id) from {name}\"")
}
