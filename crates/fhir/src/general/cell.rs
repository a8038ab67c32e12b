//! From values of expressions to cells of columns.

use vocab::IssueCode;

use super::Wrong;
use crate::json::Node;
use crate::model;
use crate::path::eval::{Element, Value};
use crate::view::Column;

/// What stands in one column of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A text; a decimal or a date as it was written; an element with parts as JSON.
    Text(String),
    /// A list, in columns with `collection`.
    List(Vec<Cell>),
}

/// The cell of a column that got these values.
///
/// Elements without a value of their own, such as a date of which only an extension tells why it
/// is missing, count as nothing.
pub(super) fn of(column: &Column, values: &[Value<'_>]) -> Result<Cell, Wrong> {
    let mut cells = Vec::new();
    for value in values {
        let cell = one(value, column.r#type.as_deref());
        cells.extend(cell.map_err(|(code, told)| (code, format!("{}: {told}", column.name)))?);
    }
    if column.collection {
        return Ok(Cell::List(cells));
    }
    let count = cells.len();
    let mut cells = cells.into_iter();
    match (cells.next(), count) {
        (None, _) => Ok(Cell::Null),
        (Some(cell), 1) => Ok(cell),
        _ => Err((IssueCode::SeveralValues, format!("{}, {count} values", column.name))),
    }
}

fn one(value: &Value<'_>, declared: Option<&str>) -> Result<Option<Cell>, Wrong> {
    if let Value::Element(element) = value {
        if matches!(element.node, Node::Null) {
            return Ok(None);
        }
        if !written_as_its_type(element) {
            return Err(wrong_type(value, element.kind));
        }
        if !element.has_value() {
            return complex(element, value, declared).map(Some);
        }
    }
    let cell = match declared {
        Some("boolean") => boolean(value).map(Cell::Boolean),
        Some("integer" | "positiveInt" | "unsignedInt" | "integer64") => {
            integer(value).map(Cell::Integer)
        }
        Some("decimal") => number_text(value).map(Cell::Text),
        Some("date" | "dateTime" | "instant" | "time") => moment_text(value).map(Cell::Text),
        Some(_) => text(value).map(Cell::Text),
        None => boolean(value)
            .map(Cell::Boolean)
            .or_else(|| integer(value).map(Cell::Integer))
            .or_else(|| text(value).map(Cell::Text)),
    };
    cell.map(Some).ok_or_else(|| wrong_type(value, declared))
}

/// An element with parts is its JSON, where the column says that it holds such elements.
fn complex(
    element: &Element<'_>,
    value: &Value<'_>,
    declared: Option<&str>,
) -> Result<Cell, Wrong> {
    let declared_complex = declared.is_some_and(|name| !model::is_primitive(name));
    let undeclared_element = declared.is_none() && element.kind.is_none();
    if declared_complex || undeclared_element {
        Ok(Cell::Text(element.node.to_string()))
    } else {
        Err(wrong_type(value, declared))
    }
}

fn wrong_type(value: &Value<'_>, wanted: Option<&str>) -> Wrong {
    let given = match value {
        Value::Element(element) => match element.node {
            Node::Bool(_) => "true or false",
            Node::Number(_) => "a number",
            Node::String(_) => "a string",
            Node::Array(_) => "an array",
            Node::Object(_) => match element.kind {
                Some(kind) if !model::is_primitive(kind) => kind,
                _ => "an object",
            },
            Node::Null => "null",
        },
        other => other.type_info().name,
    };
    (IssueCode::WrongType, format!("{given}, where {} is wanted", wanted.unwrap_or("a value")))
}

/// Whether JSON writes the element as its type is to be written.
fn written_as_its_type(element: &Element<'_>) -> bool {
    let Some(kind) = element.kind.filter(|kind| model::is_primitive(kind)) else {
        // Where a list stands in a list, the type is of neither.
        return !matches!(element.node, Node::Array(_));
    };
    match (kind, element.node) {
        ("boolean", node) => matches!(node, Node::Bool(_)),
        ("integer" | "positiveInt" | "unsignedInt" | "decimal", node) => {
            matches!(node, Node::Number(_))
        }
        (_, node) => matches!(node, Node::String(_)),
    }
}

fn boolean(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Boolean(value) => Some(*value),
        Value::Element(element) => element.node.as_bool(),
        _ => None,
    }
}

fn integer(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Integer(value) | Value::Long(value) => Some(*value),
        Value::Element(element) => element.node.as_number()?.parse().ok(),
        _ => None,
    }
}

fn number_text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Integer(_) | Value::Long(_) | Value::Decimal(_) => text(value),
        Value::Element(element) => element.node.as_number().map(str::to_owned),
        _ => None,
    }
}

fn moment_text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Moment(_) | Value::String(_) => text(value),
        Value::Element(element) => element.node.as_str().map(str::to_owned),
        _ => None,
    }
}

fn text(value: &Value<'_>) -> Option<String> {
    value.to_text().map(std::borrow::Cow::into_owned)
}
