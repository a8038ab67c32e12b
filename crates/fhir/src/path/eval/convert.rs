//! From one of the system's types to another.
//!
//! # Source
//! FHIRPath 3.0.0, Conversion: what cannot be converted is empty, never an error.

use super::decimal;
use super::moment::{Moment, Sort};
use super::unit;
use super::value::{Quantity, Value};

/// Reads a text as a moment of a sort.
pub(super) fn moment(text: &str, sort: Sort) -> Option<Moment> {
    match sort {
        Sort::Date => Moment::date(text),
        Sort::DateTime => Moment::date_time(text),
        Sort::Time => Moment::time(text),
    }
}

/// The functions `toX()`: the value as an X, if it can be one. The name is without `to`.
pub(super) fn to<'a>(name: &str, value: &Value<'a>) -> Option<Value<'a>> {
    let system = value.system();
    match name {
        "Boolean" => boolean(&system).map(Value::Boolean),
        "Integer" => {
            integer(&system).filter(|value| i32::try_from(*value).is_ok()).map(Value::Integer)
        }
        "Long" => integer(&system).map(Value::Long),
        "Decimal" => number(&system).map(Value::Decimal),
        "Quantity" => quantity(&system).map(Value::Quantity),
        "String" => value.to_text().map(Value::String),
        "Date" => to_moment(&system, Sort::Date).map(Value::Moment),
        "DateTime" => to_moment(&system, Sort::DateTime).map(Value::Moment),
        "Time" => to_moment(&system, Sort::Time).map(Value::Moment),
        _ => None,
    }
}

fn boolean(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Boolean(value) => Some(*value),
        Value::Integer(0) | Value::Long(0) => Some(false),
        Value::Integer(1) | Value::Long(1) => Some(true),
        Value::Decimal(value) => match decimal::to_i64(value)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        Value::String(text) => match text.to_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(true),
            "false" | "f" | "no" | "n" | "0" | "0.0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn integer(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Integer(value) | Value::Long(value) => Some(*value),
        Value::Boolean(value) => Some(i64::from(*value)),
        Value::String(text) => {
            let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse().ok()).flatten()
        }
        _ => None,
    }
}

fn number(value: &Value<'_>) -> Option<decimal::Decimal> {
    match value {
        Value::Integer(value) | Value::Long(value) => Some((*value).into()),
        Value::Decimal(value) => Some(value.clone()),
        Value::Boolean(value) => Some(i64::from(*value).into()),
        Value::String(text) => plain_number(text).then(|| decimal::parse(text)).flatten(),
        _ => None,
    }
}

/// `-1.50`: digits on both sides of a point if there is one, no exponent.
fn plain_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

fn quantity(value: &Value<'_>) -> Option<Quantity> {
    match value {
        Value::Quantity(quantity) => Some(quantity.clone()),
        Value::String(text) => {
            let text = text.trim();
            let end = text.find(|c: char| !c.is_ascii_digit() && !"+-.".contains(c));
            let (amount, unit) = text.split_at_checked(end.unwrap_or(text.len()))?;
            if !plain_number(amount) {
                return None;
            }
            let written = unit.trim();
            let quoted = written.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            let unit = match quoted {
                Some(code) => code.to_owned(),
                None if written.is_empty() => "1".to_owned(),
                None => unit::calendar(written).map(|_| written.to_owned())?,
            };
            Some(Quantity { amount: decimal::parse(amount)?, unit })
        }
        other => number(other).map(|amount| Quantity { amount, unit: "1".to_owned() }),
    }
}

fn to_moment(value: &Value<'_>, sort: Sort) -> Option<Moment> {
    match value {
        Value::Moment(found) if found.sort == sort => Some(found.clone()),
        Value::Moment(found) if found.sort != Sort::Time && sort == Sort::Date => {
            Some(found.as_date())
        }
        Value::Moment(found) if found.sort == Sort::Date && sort == Sort::DateTime => {
            Some(Moment { sort, ..found.clone() })
        }
        Value::String(text) if sort == Sort::Date => {
            Moment::date(text).or_else(|| Moment::date_time(text).map(|found| found.as_date()))
        }
        Value::String(text) => moment(text, sort),
        _ => None,
    }
}
