//! Functions on numbers and quantities.

use super::super::decimal::{self, Bound, Decimal};
use super::super::unit::Unit;
use super::super::value::{Quantity, Value};
use super::super::{Answer, Run};
use super::{Call, convert};
use bigdecimal::RoundingMode;

pub(super) const NAMES: &[&str] = &[
    "abs",
    "ceiling",
    "comparable",
    "exp",
    "floor",
    "ln",
    "log",
    "power",
    "round",
    "sqrt",
    "truncate",
];

/// Exponents up to this are reckoned exactly.
const EXACT_POWER_MAX: u32 = 64;

/// Calls a function of this file.
pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    input: Option<Value<'a>>,
    call: &Call<'a, '_>,
) -> Answer<'a> {
    let Some(input) = input.map(|value| value.system()) else { return Ok(Vec::new()) };
    if call.name == "comparable" {
        return comparable(run, &input, call);
    }
    if let Value::Quantity(quantity) = &input {
        let amount = of_number(run, &Value::Decimal(quantity.amount.clone()), call)?;
        let amount = amount.and_then(|amount| match amount {
            Value::Decimal(amount) => Some(amount),
            Value::Integer(amount) => Some(amount.into()),
            _ => None,
        });
        let unit = quantity.unit.clone();
        let quantity = amount.map(|amount| Value::Quantity(Quantity { amount, unit }));
        return Ok(quantity.into_iter().collect());
    }
    Ok(of_number(run, &input, call)?.into_iter().collect())
}

fn of_number<'a>(
    run: &Run<'a, '_>,
    input: &Value<'a>,
    call: &Call<'a, '_>,
) -> Result<Option<Value<'a>>, super::PathError> {
    let whole = matches!(input, Value::Integer(_) | Value::Long(_));
    let number = match input {
        Value::Integer(value) | Value::Long(value) => Decimal::from(*value),
        Value::Decimal(value) => value.clone(),
        other => {
            let name = other.type_info().name;
            return Err(call.fail(format!("{}() is for numbers, not for a {name}", call.name)));
        }
    };
    let integer = |number: Decimal| decimal::to_i64(&number).map(Value::Integer);
    let float = |f: fn(f64) -> f64| {
        let result = decimal::to_f64(&number).map(f);
        result.and_then(decimal::from_f64).map(Value::Decimal)
    };
    Ok(match call.name {
        "abs" if whole => integer(number.abs()),
        "abs" => Some(Value::Decimal(number.abs())),
        "ceiling" => integer(number.with_scale_round(0, RoundingMode::Ceiling)),
        "floor" => integer(number.with_scale_round(0, RoundingMode::Floor)),
        "truncate" => integer(decimal::truncated(&number)),
        "round" => {
            let digits = if call.arguments.is_empty() { Some(0) } else { call.integer(run, 0)? };
            match digits {
                None => None,
                Some(digits @ 0..=100) if !whole => {
                    Some(Value::Decimal(decimal::rounded(&number, digits)))
                }
                Some(digits) if digits >= 0 => Some(input.clone()),
                Some(_) => return Err(call.fail("round() takes no negative precision")),
            }
        }
        "exp" => float(f64::exp),
        "ln" => float(f64::ln),
        "sqrt" => float(f64::sqrt),
        "log" | "power" => {
            let Some(other) = call.one(run, 0)? else { return Ok(None) };
            let Some(Value::Decimal(other)) = convert::to("Decimal", &other) else {
                return Err(call.fail(format!("{}() takes a number", call.name)));
            };
            if call.name == "log" { log(&number, &other) } else { power(&number, &other, whole) }
        }
        _ => None,
    })
}

fn log<'a>(number: &Decimal, base: &Decimal) -> Option<Value<'a>> {
    let (number, base) = (decimal::to_f64(number)?, decimal::to_f64(base)?);
    // The exact functions first: log10(1000) is 3, not 2.9999999999999996.
    let two_or_ten = |wanted: f64| (base - wanted).abs() < f64::EPSILON;
    let result = match base {
        _ if two_or_ten(2.0) => number.log2(),
        _ if two_or_ten(10.0) => number.log10(),
        base => number.ln() / base.ln(),
    };
    decimal::from_f64(result).map(Value::Decimal)
}

fn power<'a>(number: &Decimal, exponent: &Decimal, whole: bool) -> Option<Value<'a>> {
    let steps = decimal::to_i64(exponent).and_then(|steps| u32::try_from(steps).ok());
    if let Some(steps) = steps.filter(|steps| *steps <= EXACT_POWER_MAX) {
        let mut result = Decimal::from(1);
        for _ in 0..steps {
            result = decimal::bounded(result * number)?;
        }
        if whole {
            return decimal::to_i64(&result).map(Value::Integer);
        }
        return Some(Value::Decimal(result));
    }
    let result = decimal::to_f64(number)?.powf(decimal::to_f64(exponent)?);
    decimal::from_f64(result).map(Value::Decimal)
}

fn comparable<'a>(run: &Run<'a, '_>, input: &Value<'a>, call: &Call<'a, '_>) -> Answer<'a> {
    let other = call.one(run, 0)?;
    let (Value::Quantity(left), Some(Value::Quantity(right))) = (input, other) else {
        return Err(call.fail("comparable() is asked of two quantities"));
    };
    let same = left.unit == right.unit
        || Unit::parse(&left.unit)
            .zip(Unit::parse(&right.unit))
            .is_some_and(|(unit, other)| unit.measures_the_same(&other));
    Ok(vec![Value::Boolean(same)])
}

/// A quantity in another unit, if it can be converted.
pub(super) fn in_unit(quantity: &Quantity, unit: &str) -> Option<Quantity> {
    if quantity.unit == unit {
        return Some(quantity.clone());
    }
    let amount = Unit::parse(&quantity.unit)?.convert(&quantity.amount, &Unit::parse(unit)?)?;
    Some(Quantity { amount, unit: unit.to_owned() })
}

/// `lowBoundary()` and `highBoundary()` of a number.
pub(super) fn boundary(number: &Decimal, digits: i64, bound: Bound) -> Option<Decimal> {
    decimal::boundary(number, digits, bound)
}
