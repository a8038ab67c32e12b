//! Operators: arithmetic, comparison, logic, collections.

use std::cmp::Ordering;

use super::decimal::{self, Decimal};
use super::moment_math;
use super::unit::Unit;
use super::value::{Collection, Quantity, Value};
use super::{Answer, Frame, PathError, Run, equal, one};
use crate::path::ast::{Expr, Op};

/// How long a unit may grow by multiplication.
const UNIT_BYTES_MAX: usize = 100;

/// Answers `left op right`.
pub(super) fn binary<'a>(
    run: &Run<'a, '_>,
    op: Op,
    (left, right): (&Expr, &Expr),
    frame: &Frame<'a>,
    at: usize,
) -> Answer<'a> {
    let left_values = run.scoped(left, frame)?;
    if matches!(op, Op::And | Op::Or | Op::Xor | Op::Implies) {
        let left = truth(left_values, at)?;
        // What is already decided need not be asked further.
        if let Some(decided) = logic(op, left, None) {
            return Ok(told(Some(decided)));
        }
        let right = truth(run.scoped(right, frame)?, at)?;
        return Ok(told(logic(op, left, right)));
    }
    let right_values = run.scoped(right, frame)?;
    run.charge(left_values.len() + right_values.len(), at)?;
    match op {
        Op::Union => {
            let both = left_values.into_iter().chain(right_values).collect();
            super::functions::distinct(run, both, at)
        }
        Op::Equal => Ok(told(equal::all_equal(&left_values, &right_values))),
        Op::NotEqual => Ok(told(equal::all_equal(&left_values, &right_values).map(|equal| !equal))),
        Op::Equivalent | Op::NotEquivalent => {
            run.charge(left_values.len().saturating_mul(right_values.len()), at)?;
            let same = equal::all_equivalent(&left_values, &right_values);
            Ok(vec![Value::Boolean(same == (op == Op::Equivalent))])
        }
        Op::In => member_of(left_values, &right_values, at),
        Op::Contains => member_of(right_values, &left_values, at),
        Op::Concatenate => concatenate(run, left_values, right_values, at),
        _ => {
            let left = one(left_values, at, "the left side")?;
            let right = one(right_values, at, "the right side")?;
            let (Some(left), Some(right)) = (left, right) else { return Ok(Vec::new()) };
            if let Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual = op {
                let order = equal::compare(&left, &right);
                let order = order.map_err(|message| PathError::new(at, message))?;
                return Ok(told(order.map(|order| holds(op, order))));
            }
            arithmetic(run, op, &left.system(), &right.system(), at)
        }
    }
}

fn told<'a>(answer: Option<bool>) -> Collection<'a> {
    answer.map(Value::Boolean).into_iter().collect()
}

fn holds(op: Op, order: Ordering) -> bool {
    match op {
        Op::Less => order.is_lt(),
        Op::LessOrEqual => order.is_le(),
        Op::Greater => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// A collection where a truth value is asked for: its boolean, or true for any one value.
pub(super) fn truth(values: Collection<'_>, at: usize) -> Result<Option<bool>, PathError> {
    Ok(match one(values, at, "a condition")?.map(|value| value.system()) {
        None => None,
        Some(Value::Boolean(value)) => Some(value),
        Some(_) => Some(true),
    })
}

/// Three-valued logic.
fn logic(op: Op, left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (op, left, right) {
        (Op::And, Some(false), _) | (Op::And, _, Some(false)) => Some(false),
        (Op::And, Some(true), Some(true)) => Some(true),
        (Op::Or, Some(true), _) | (Op::Or, _, Some(true)) => Some(true),
        (Op::Or, Some(false), Some(false)) => Some(false),
        (Op::Xor, Some(left), Some(right)) => Some(left != right),
        (Op::Implies, Some(false), _) | (Op::Implies, _, Some(true)) => Some(true),
        (Op::Implies, Some(true), Some(false)) => Some(false),
        _ => None,
    }
}

fn member_of<'a>(item: Collection<'a>, list: &[Value<'a>], at: usize) -> Answer<'a> {
    let Some(item) = one(item, at, "what is looked for")? else { return Ok(Vec::new()) };
    let found = list.iter().any(|other| equal::equal(&item, other) == Some(true));
    Ok(vec![Value::Boolean(found)])
}

fn concatenate<'a>(
    run: &Run<'a, '_>,
    left: Collection<'a>,
    right: Collection<'a>,
    at: usize,
) -> Answer<'a> {
    let mut out = String::new();
    for side in [left, right] {
        if let Some(value) = one(side, at, "a side of &")? {
            let text = value.to_text();
            out.push_str(&text.ok_or_else(|| PathError::new(at, "& joins texts"))?);
        }
    }
    run.charge(out.len() / 8, at)?;
    Ok(vec![Value::text(out)])
}

/// Answers `+x` and `-x`.
pub(super) fn sign<'a>(negative: bool, values: Collection<'a>, at: usize) -> Answer<'a> {
    let Some(value) = one(values, at, "what has a sign")? else { return Ok(Vec::new()) };
    let value = value.system();
    Ok(match value {
        Value::Integer(number) if negative => {
            number.checked_neg().map(Value::Integer).into_iter().collect()
        }
        Value::Long(number) if negative => {
            number.checked_neg().map(Value::Long).into_iter().collect()
        }
        Value::Decimal(number) if negative => vec![Value::Decimal(-number)],
        Value::Quantity(Quantity { amount, unit }) if negative => {
            vec![Value::Quantity(Quantity { amount: -amount, unit })]
        }
        Value::Integer(_) | Value::Long(_) | Value::Decimal(_) | Value::Quantity(_) => vec![value],
        other => {
            let name = other.type_info().name;
            return Err(PathError::new(at, format!("{name} has no sign; only numbers have")));
        }
    })
}

fn arithmetic<'a>(
    run: &Run<'a, '_>,
    op: Op,
    left: &Value<'a>,
    right: &Value<'a>,
    at: usize,
) -> Answer<'a> {
    let wrong = || {
        let (left, right) = (left.type_info().name, right.type_info().name);
        PathError::new(at, format!("{left} {op} {right} has no meaning"))
    };
    let result = match (op, left, right) {
        (Op::Add, Value::String(left), Value::String(right)) => {
            run.charge((left.len() + right.len()) / 8, at)?;
            Some(Value::text(format!("{left}{right}")))
        }
        (Op::Add | Op::Subtract, Value::Moment(moment), Value::Quantity(step)) => {
            let amount = if op == Op::Add { step.amount.clone() } else { -step.amount.clone() };
            moment_math::add(moment, &amount, &step.unit)
                .map_err(|message| PathError::new(at, message))?
                .map(Value::Moment)
        }
        (_, Value::Integer(_) | Value::Long(_), Value::Integer(_) | Value::Long(_)) => {
            whole(op, left, right)
        }
        (_, Value::Quantity(left), Value::Quantity(right)) => {
            quantities(op, left, right).map_err(|message| PathError::new(at, message))?
        }
        (Op::Multiply, Value::Quantity(quantity), number)
        | (Op::Multiply, number, Value::Quantity(quantity))
        | (Op::Divide, Value::Quantity(quantity), number) => {
            let number = decimal_of(number).ok_or_else(wrong)?;
            let amount = decimals(op, &quantity.amount, &number);
            amount.map(|amount| Value::Quantity(Quantity { amount, unit: quantity.unit.clone() }))
        }
        _ => {
            let (left, right) = decimal_of(left).zip(decimal_of(right)).ok_or_else(wrong)?;
            let result = decimals(op, &left, &right);
            match (op, result) {
                (Op::Div, Some(result)) => decimal::to_i64(&result).map(Value::Integer),
                (_, result) => result.map(Value::Decimal),
            }
        }
    };
    Ok(result.into_iter().collect())
}

fn decimal_of(value: &Value<'_>) -> Option<Decimal> {
    match value {
        Value::Integer(value) | Value::Long(value) => Some((*value).into()),
        Value::Decimal(value) => Some(value.clone()),
        _ => None,
    }
}

/// Whole numbers; empty where the result does not fit the type.
fn whole<'a>(op: Op, left: &Value<'a>, right: &Value<'a>) -> Option<Value<'a>> {
    let long = matches!(left, Value::Long(_)) || matches!(right, Value::Long(_));
    let number = |value: &Value<'a>| match value {
        Value::Integer(value) | Value::Long(value) => Some(*value),
        _ => None,
    };
    let (left, right) = (number(left)?, number(right)?);
    let result = match op {
        Op::Add => left.checked_add(right),
        Op::Subtract => left.checked_sub(right),
        Op::Multiply => left.checked_mul(right),
        Op::Div => left.checked_div(right),
        Op::Mod => left.checked_rem(right),
        _ => return decimal::divide(&left.into(), &right.into()).map(Value::Decimal),
    }?;
    match long {
        true => Some(Value::Long(result)),
        false => i32::try_from(result).is_ok().then_some(Value::Integer(result)),
    }
}

fn decimals(op: Op, left: &Decimal, right: &Decimal) -> Option<Decimal> {
    match op {
        Op::Add => decimal::bounded(left + right),
        Op::Subtract => decimal::bounded(left - right),
        Op::Multiply => decimal::bounded(left * right),
        Op::Divide => decimal::divide(left, right),
        Op::Div => decimal::quotient(left, right),
        Op::Mod => decimal::remainder(left, right),
        _ => None,
    }
}

fn quantities<'a>(
    op: Op,
    left: &Quantity,
    right: &Quantity,
) -> Result<Option<Value<'a>>, &'static str> {
    let quantity = |amount: Option<Decimal>, unit: String| {
        amount.map(|amount| Value::Quantity(Quantity { amount, unit }))
    };
    match op {
        Op::Add | Op::Subtract => {
            let right = match (Unit::parse(&left.unit), Unit::parse(&right.unit)) {
                _ if left.unit == right.unit => Some(right.amount.clone()),
                (Some(unit), Some(other)) => other.convert(&right.amount, &unit),
                _ => None,
            };
            let amount = right.and_then(|right| decimals(op, &left.amount, &right));
            Ok(quantity(amount, left.unit.clone()))
        }
        Op::Multiply | Op::Divide => {
            let sign = if op == Op::Multiply { '.' } else { '/' };
            let amount = decimals(op, &left.amount, &right.amount);
            let unit = match (left.unit.as_str(), right.unit.as_str()) {
                (unit, "1") => unit.to_owned(),
                ("1", unit) if op == Op::Multiply => unit.to_owned(),
                (unit, other) if op == Op::Divide && unit == other => "1".to_owned(),
                (unit, other) if other.contains(['.', '/']) => format!("{unit}{sign}({other})"),
                (unit, other) => format!("{unit}{sign}{other}"),
            };
            // A unit multiplied again and again grows without a limit; nobody writes such a one.
            Ok(quantity(amount.filter(|_| unit.len() <= UNIT_BYTES_MAX), unit))
        }
        _ => Err("quantities are added, subtracted, multiplied and divided"),
    }
}
