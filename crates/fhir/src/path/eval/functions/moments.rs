//! The clock, the parts of moments, and boundaries of what is vague.

use super::super::decimal::Bound;
use super::super::moment::{Moment, Part, Sort};
use super::super::moment_math;
use super::super::value::{Quantity, Value};
use super::super::{Answer, Run};
use super::{Call, math};
use crate::json::Node;

/// Calls a function of this file; absent when the name is of another.
pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    input: &[Value<'a>],
    call: &Call<'a, '_>,
) -> Option<Answer<'a>> {
    match call.name {
        "now" | "today" | "timeOfDay" => Some(clock(run, call)),
        "lowBoundary" => Some(boundary(run, input, call, Bound::Low)),
        "highBoundary" => Some(boundary(run, input, call, Bound::High)),
        "precision" => Some(precision(input, call)),
        "yearOf" | "monthOf" | "dayOf" | "hourOf" | "minuteOf" | "secondOf" | "millisecondOf"
        | "timezoneOffsetOf" | "dateOf" | "timeOf" => Some(component(input, call)),
        _ => None,
    }
}

fn clock<'a>(run: &Run<'a, '_>, call: &Call<'a, '_>) -> Answer<'a> {
    let Some(now) = &run.context.now else {
        let message = format!("{}() is not allowed here: the answer would change daily", call.name);
        return Err(call.fail(message));
    };
    let now = Moment::of_clock(now);
    Ok(vec![Value::Moment(match call.name {
        "now" => now,
        "today" => now.as_date(),
        _ => now.as_time(),
    })])
}

fn boundary<'a>(
    run: &Run<'a, '_>,
    input: &[Value<'a>],
    call: &Call<'a, '_>,
    bound: Bound,
) -> Answer<'a> {
    let Some(input) = call.single(input.to_vec())? else { return Ok(Vec::new()) };
    let asked = call.integer(run, 0)?;
    if !call.arguments.is_empty() && asked.is_none() {
        return Ok(Vec::new());
    }
    let answer = match input.system() {
        Value::Integer(value) | Value::Long(value) => {
            math::boundary(&value.into(), asked.unwrap_or(8), bound).map(Value::Decimal)
        }
        Value::Decimal(value) => {
            math::boundary(&value, asked.unwrap_or(8), bound).map(Value::Decimal)
        }
        Value::Quantity(Quantity { amount, unit }) => {
            math::boundary(&amount, asked.unwrap_or(8), bound)
                .map(|amount| Value::Quantity(Quantity { amount, unit }))
        }
        Value::Moment(moment) => {
            let digits = asked.unwrap_or(moment_math::default_digits(&moment));
            moment_math::boundary(&moment, digits, bound).map(Value::Moment)
        }
        other => {
            let name = other.type_info().name;
            let message = format!("{}() is for numbers and dates, not for a {name}", call.name);
            return Err(call.fail(message));
        }
    };
    Ok(answer.into_iter().collect())
}

fn precision<'a>(input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let Some(input) = call.single(input.to_vec())? else { return Ok(Vec::new()) };
    // The digits are counted as they are written in the resource.
    let written = input.as_element().and_then(|element| match element.node {
        Node::Number(text) => Some(text.to_string()),
        _ => None,
    });
    let digits = match input.system() {
        Value::Integer(value) | Value::Long(value) => count_digits(&value.to_string()),
        Value::Decimal(value) => count_digits(&written.unwrap_or_else(|| value.to_plain_string())),
        Value::Moment(moment) => moment_math::precision(&moment),
        other => {
            let name = other.type_info().name;
            let message = format!("precision() is for numbers and dates, not for a {name}");
            return Err(call.fail(message));
        }
    };
    Ok(vec![Value::Integer(digits)])
}

/// How many digits stand after the point.
fn count_digits(text: &str) -> i64 {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    i64::try_from(digits).unwrap_or(i64::MAX)
}

fn component<'a>(input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let Some(input) = call.single(input.to_vec())? else { return Ok(Vec::new()) };
    let Value::Moment(moment) = input.system() else {
        return Err(call.fail(format!("{}() is for dates and times", call.name)));
    };
    let time = moment.sort == Sort::Time;
    let part = |part: Part, value: i64| {
        let known = moment.part >= part && !(time && part < Part::Hour);
        known.then_some(Value::Integer(value))
    };
    let answer = match call.name {
        "yearOf" => part(Part::Year, moment.year),
        "monthOf" => part(Part::Month, moment.month),
        "dayOf" => part(Part::Day, moment.day),
        "hourOf" => part(Part::Hour, moment.hour),
        "minuteOf" => part(Part::Minute, moment.minute),
        "secondOf" => part(Part::Second, moment.second),
        "millisecondOf" if moment.fraction_digits > 0 => {
            part(Part::Second, moment.nanos / 1_000_000)
        }
        "timezoneOffsetOf" => moment.offset.and_then(|offset| {
            super::super::decimal::divide(&offset.minutes.into(), &60.into()).map(Value::Decimal)
        }),
        "dateOf" if !time => Some(Value::Moment(moment.as_date())),
        "timeOf" if moment.part >= Part::Hour => Some(Value::Moment(moment.as_time())),
        _ => None,
    };
    Ok(answer.into_iter().collect())
}
