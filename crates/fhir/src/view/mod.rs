//! ViewDefinitions: a table declared as columns over one FHIR resource type.
//!
//! [`read()`] takes the bytes of a ViewDefinition and gives the [`View`] with every expression
//! parsed, or the issues that say where it is wrong and what to do. Constants are already put in
//! the place of `%name`, so nobody who runs a view needs to know of them.
//!
//! # Source
//! SQL-on-FHIR 3.0.0-ballot, ViewDefinition; 2.0.0 differs only in what this reads past.

mod check;
mod constant;
mod elements;
mod expression;
mod keys;
mod read;
mod take;

pub use constant::Constant;
pub use read::read;

use crate::path::Expr;

/// How many bytes a ViewDefinition may have.
pub const VIEW_BYTES_MAX: usize = 4 << 20;

/// How many columns a view may have.
pub const COLUMNS_MAX: usize = 2_000;

/// How deeply selects may nest.
pub const SELECT_DEPTH_MAX: usize = 32;

/// How deeply a view's JSON may nest: two levels for each select, and some for its columns.
pub const VIEW_DEPTH_MAX: usize = 2 * SELECT_DEPTH_MAX + 16;

/// A table declared over one resource type.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Its canonical address.
    pub url: Option<String>,
    /// Its name for machines; the table's name where it has one.
    pub name: Option<String>,
    /// Its name for people.
    pub title: Option<String>,
    /// What it is for, in prose.
    pub description: Option<String>,
    /// `draft`, `active`, `retired` or `unknown`.
    pub status: Option<String>,
    /// The resource type whose instances give rows.
    pub resource: String,
    /// The FHIR versions it is written for; empty where it does not say.
    pub fhir_version: Vec<String>,
    /// Canonical addresses of the profiles it expects.
    pub profile: Vec<String>,
    /// What `%name` stood for before it was put in place.
    pub constants: Vec<Constant>,
    /// All of these must be true for a resource to give rows.
    pub wheres: Vec<Where>,
    /// What gives the columns; siblings multiply their rows.
    pub selects: Vec<Select>,
}

/// A condition on the resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Where {
    /// The condition.
    pub path: Expr,
    /// As it was written.
    pub text: String,
}

/// Columns and the elements over which they are taken.
///
/// # Order
/// Columns come first, then those of `selects`, then those of the first branch of `union_all`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Select {
    /// Over which elements the rest repeats.
    pub each: Each,
    /// Columns taken from each element.
    pub columns: Vec<Column>,
    /// Nested selects; each multiplies the rows.
    pub selects: Vec<Select>,
    /// Selects whose rows are put one after another; all have the same columns.
    pub union_all: Vec<Select>,
}

/// Over which elements a select repeats.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Each {
    /// Once, over what surrounds it.
    #[default]
    None,
    /// Once for each element; no element, no row.
    ForEach(Expr),
    /// Once for each element; no element, one row of nulls.
    ForEachOrNull(Expr),
    /// Once for each element reached by following the paths again and again, depth first.
    Repeat(Vec<Expr>),
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name in the table.
    pub name: String,
    /// What gives its value.
    pub path: Expr,
    /// The expression as it was written.
    pub path_text: String,
    /// The FHIR type as declared, without the prefix of FHIR's own definitions; else the primitive
    /// type that the expression is known to give.
    pub r#type: Option<String>,
    /// Whether it holds a list.
    pub collection: bool,
    /// What it means.
    pub description: Option<String>,
    /// Name and value of further directions, such as `ansi/type`.
    pub tags: Vec<(String, String)>,
}

impl View {
    /// The columns in the order in which a row holds them.
    #[must_use]
    pub fn columns(&self) -> Vec<&Column> {
        self.selects.iter().flat_map(Select::columns).collect()
    }
}

impl Select {
    /// The columns in the order in which a row holds them, those of nested selects included.
    #[must_use]
    pub fn columns(&self) -> Vec<&Column> {
        let mut columns: Vec<&Column> = self.columns.iter().collect();
        columns.extend(self.selects.iter().flat_map(Select::columns));
        columns.extend(self.union_all.first().into_iter().flat_map(Select::columns));
        columns
    }
}

impl Column {
    /// The value of the tag of this name.
    #[must_use]
    pub fn tag(&self, name: &str) -> Option<&str> {
        self.tags.iter().find(|(tag, _)| tag == name).map(|(_, value)| value.as_str())
    }
}
