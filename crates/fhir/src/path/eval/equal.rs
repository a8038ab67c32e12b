//! Whether values are equal, equivalent, or which is less.
//!
//! # Source
//! FHIRPath 3.0.0, Equality, Equivalence and Comparison.

use std::cmp::Ordering;

use super::decimal::{self, Decimal};
use super::moment::Sort;
use super::unit::Unit;
use super::value::{Element, Quantity, Value};
use crate::json::Node;

/// Whether two values are equal; absent where it cannot be told.
pub(super) fn equal(left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    if let (Value::Element(left), Value::Element(right)) = (left, right)
        && std::ptr::eq(left.node, right.node)
        && !matches!(left.node, Node::Null)
    {
        return Some(true);
    }
    match (left.system(), right.system()) {
        (Value::Boolean(left), Value::Boolean(right)) => Some(left == right),
        (Value::String(left), Value::String(right)) => Some(left == right),
        (Value::Type(left), Value::Type(right)) => Some(left == right),
        (Value::Moment(left), Value::Moment(right)) => {
            if (left.sort == Sort::Time) != (right.sort == Sort::Time) {
                return Some(false);
            }
            left.compare(&right).map(|order| order == Ordering::Equal)
        }
        (Value::Quantity(left), Value::Quantity(right)) => {
            compare_quantities(&left, &right).map(|order| order == Ordering::Equal)
        }
        (Value::Element(left), Value::Element(right)) => Some(same_elements(&left, &right)),
        (left, right) => match (number(&left), number(&right)) {
            (Some(left), Some(right)) => Some(left == right),
            _ => text_and_moment(&left, &right).unwrap_or(Some(false)),
        },
    }
}

/// A text of the resource whose type is not known may still be a date: it is read as one when
/// compared with one.
fn text_and_moment(left: &Value<'_>, right: &Value<'_>) -> Option<Option<bool>> {
    let ((Value::String(text), Value::Moment(moment))
    | (Value::Moment(moment), Value::String(text))) = (left, right)
    else {
        return None;
    };
    let read = super::convert::moment(text, moment.sort)?;
    Some(read.compare(moment).map(|order| order == Ordering::Equal))
}

fn number(value: &Value<'_>) -> Option<Decimal> {
    match value {
        Value::Integer(value) | Value::Long(value) => Some((*value).into()),
        Value::Decimal(value) => Some(value.clone()),
        _ => None,
    }
}

fn same_elements(left: &Element<'_>, right: &Element<'_>) -> bool {
    let beside = match (left.beside, right.beside) {
        (Some(left), Some(right)) => same_nodes(left, right),
        (None, None) => true,
        _ => left.has_value(),
    };
    beside && same_nodes(left.node, right.node)
}

/// Whether two pieces of JSON hold the same, whatever the order of keys.
fn same_nodes(left: &Node, right: &Node) -> bool {
    match (left, right) {
        (Node::Number(left), Node::Number(right)) => {
            left == right
                || decimal::parse(left)
                    .zip(decimal::parse(right))
                    .is_some_and(|(left, right)| left == right)
        }
        (Node::Array(left), Node::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same_nodes(left, right))
        }
        (Node::Object(left), Node::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| {
                    right.get(key).is_some_and(|other| same_nodes(value, other))
                })
        }
        (left, right) => left == right,
    }
}

/// Whether collections are equal; absent where one is empty or it cannot be told.
pub(super) fn all_equal(left: &[Value<'_>], right: &[Value<'_>]) -> Option<bool> {
    if left.is_empty() || right.is_empty() {
        return None;
    }
    if left.len() != right.len() {
        return Some(false);
    }
    let mut told = true;
    for (left, right) in left.iter().zip(right) {
        match equal(left, right) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => told = false,
        }
    }
    told.then_some(true)
}

/// Whether values mean the same: texts whatever their case, decimals as far as both are written.
pub(super) fn equivalent(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left.system(), right.system()) {
        (Value::String(left), Value::String(right)) => folded(&left) == folded(&right),
        (Value::Moment(left), Value::Moment(right)) => {
            (left.sort == Sort::Time) == (right.sort == Sort::Time)
                && left.compare(&right) == Some(Ordering::Equal)
        }
        (Value::Quantity(left), Value::Quantity(right)) => {
            let unit = |quantity: &Quantity| Unit::parse(&as_ucum(&quantity.unit));
            match (unit(&left), unit(&right)) {
                (Some(unit), Some(other)) => other
                    .convert(&right.amount, &unit)
                    .is_some_and(|right| nearly_equal(&left.amount, &right)),
                _ => left.unit == right.unit && nearly_equal(&left.amount, &right.amount),
            }
        }
        (Value::Element(left), Value::Element(right)) => equivalent_nodes(left.node, right.node),
        (left, right) => match (number(&left), number(&right)) {
            (Some(left), Some(right)) => nearly_equal(&left, &right),
            _ => equal(&left, &right) == Some(true),
        },
    }
}

/// A calendar month is about `mo`, a calendar year about `a`.
fn as_ucum(unit: &str) -> String {
    match unit {
        "month" | "months" => "mo".to_owned(),
        "year" | "years" => "a".to_owned(),
        other => other.to_owned(),
    }
}

fn nearly_equal(left: &Decimal, right: &Decimal) -> bool {
    let digits = decimal::meaningful_scale(left).min(decimal::meaningful_scale(right));
    decimal::rounded(left, digits) == decimal::rounded(right, digits)
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn equivalent_nodes(left: &Node, right: &Node) -> bool {
    match (left, right) {
        (Node::String(left), Node::String(right)) => folded(left) == folded(right),
        (Node::Array(left), Node::Array(right)) => {
            left.len() == right.len()
                && left.iter().all(|left| right.iter().any(|right| equivalent_nodes(left, right)))
        }
        (Node::Object(left), Node::Object(right)) => {
            let counted = |object: &crate::json::Object| {
                object.iter().filter(|(key, _)| *key != "id").count()
            };
            counted(left) == counted(right)
                && left.iter().filter(|(key, _)| *key != "id").all(|(key, value)| {
                    right.get(key).is_some_and(|other| equivalent_nodes(value, other))
                })
        }
        (left, right) => same_nodes(left, right),
    }
}

/// Whether collections mean the same, whatever their order.
pub(super) fn all_equivalent(left: &[Value<'_>], right: &[Value<'_>]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut rest: Vec<&Value<'_>> = right.iter().collect();
    left.iter().all(|left| {
        let found = rest.iter().position(|right| equivalent(left, right));
        found.map(|index| rest.swap_remove(index)).is_some()
    })
}

/// Which is less; `Ok(None)` where it cannot be told.
///
/// # Errors
/// When values of these types have no order, or none with each other.
pub(super) fn compare(left: &Value<'_>, right: &Value<'_>) -> Result<Option<Ordering>, String> {
    let (left, right) = (left.system(), right.system());
    match (&left, &right) {
        (Value::String(left), Value::String(right)) => return Ok(Some(left.cmp(right))),
        (Value::Moment(left), Value::Moment(right))
            if (left.sort == Sort::Time) == (right.sort == Sort::Time) =>
        {
            return Ok(left.compare(right));
        }
        (Value::String(text), Value::Moment(moment)) => {
            if let Some(text) = super::convert::moment(text, moment.sort) {
                return Ok(text.compare(moment));
            }
        }
        (Value::Moment(moment), Value::String(text)) => {
            if let Some(text) = super::convert::moment(text, moment.sort) {
                return Ok(moment.compare(&text));
            }
        }
        (Value::Quantity(left), Value::Quantity(right)) => {
            return Ok(compare_quantities(left, right));
        }
        _ => {
            if let (Some(left), Some(right)) = (number(&left), number(&right)) {
                return Ok(Some(left.cmp(&right)));
            }
        }
    }
    let name = |value: &Value<'_>| value.type_info().name;
    Err(format!("{} and {} cannot be compared", name(&left), name(&right)))
}

fn compare_quantities(left: &Quantity, right: &Quantity) -> Option<Ordering> {
    if left.unit == right.unit {
        return Some(left.amount.cmp(&right.amount));
    }
    let (unit, other) = (Unit::parse(&left.unit)?, Unit::parse(&right.unit)?);
    let (left, right) = Unit::on_one_scale((&left.amount, &unit), (&right.amount, &other))?;
    Some(left.cmp(&right))
}
