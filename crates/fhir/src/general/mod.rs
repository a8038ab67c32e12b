//! Runs a view on one resource with the evaluator that takes every expression.
//!
//! The slow, obvious way: the specification's own algorithm, step by step. The compiled plan must
//! give the same rows; where it cannot run a view or a resource, this one does.
//!
//! # Source
//! SQL-on-FHIR 3.0.0-ballot, ViewDefinition, "Processing Algorithm".

mod cell;
mod keys;
mod select;

use vocab::{Issue, IssueCode, Place};

use crate::json::Node;
use crate::path::eval::{Context, Value};
use crate::reference::Origin;
use crate::view::View;

pub use cell::Cell;

/// References that gave no key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// To resources of somebody else.
    pub foreign: u64,
    /// To what cannot be told.
    pub unresolved: u64,
}

/// How many rows one resource may give to one view.
pub const ROWS_MAX: usize = 100_000;

/// How many elements one `repeat` may reach.
pub const REPEAT_MAX: usize = 100_000;

/// The rows a resource gives, with the cells in the order of [`View::columns`].
///
/// # Order
/// Of rows: elements in the order of the document; of sibling selects, the first varies slowest.
///
/// # Nulls
/// A column over nothing is [`Cell::Null`]; a `collection` over nothing is an empty list.
///
/// # Errors
/// One issue for which the resource gives no rows at all: an expression failed, a condition was
/// not true or false, a column got several values or a value of another type.
///
/// ```
/// use fhir::{general::{self, Cell, Missed}, json::Node, reference::Origin, view};
/// let view = br#"{"resource": "Patient", "select": [
///     {"forEach": "name.given", "column": [{"name": "given", "path": "$this"}]}]}"#;
/// let view = view::read(view).0.unwrap();
/// let patient = Node::parse(
///     r#"{"resourceType": "Patient", "id": "1", "name": [{"given": ["Hanako", "Aoi"]}]}"#,
/// );
/// let (origin, mut missed) = (Origin::default(), Missed::default());
/// let rows = general::rows(&view, &patient.unwrap(), &origin, &mut missed).unwrap();
/// assert_eq!(rows, [[Cell::Text("Hanako".into())], [Cell::Text("Aoi".into())]]);
/// ```
pub fn rows(
    view: &View,
    resource: &Node,
    origin: &Origin<'_>,
    missed: &mut Missed,
) -> Result<Vec<Vec<Cell>>, Issue> {
    if resource.resource_type() != Some(&view.resource) {
        return Ok(Vec::new());
    }
    let keys = keys::Resolver::new(resource, origin);
    let context = Context { keys: Some(&keys), ..Context::new(resource) };
    let runner = select::Runner { context: &context };
    let found = runner.view(view, &Value::resource(resource));
    missed.foreign += keys.missed().foreign;
    missed.unresolved += keys.missed().unresolved;
    found.map_err(|(code, detail)| Issue::new(code, Place::at_line(origin.line), detail))
}

/// What is wrong, before the place is known.
type Wrong = (IssueCode, String);
