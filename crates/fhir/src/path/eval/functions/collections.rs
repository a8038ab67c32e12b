//! Functions on collections: existence, filtering, subsetting, combining, tree, aggregates.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::super::value::{Collection, Value};
use super::super::{Answer, Frame, PathError, Run, equal, operators};
use super::Call;
use crate::path::ast::{Expr, Kind};

/// Calls a function of this file; absent when the name is of another.
pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    input: &[Value<'a>],
    call: &Call<'a, '_>,
) -> Option<Answer<'a>> {
    let boolean = |value: bool| Some(Ok(vec![Value::Boolean(value)]));
    match call.name {
        "empty" => boolean(input.is_empty()),
        "count" => Some(Ok(i64::try_from(input.len()).map(Value::Integer).into_iter().collect())),
        "exists" if call.arguments.is_empty() => boolean(!input.is_empty()),
        "exists" => Some(search(run, input, call, true).map(|found| vec![Value::Boolean(found)])),
        "all" => Some(search(run, input, call, false).map(|found| vec![Value::Boolean(!found)])),
        "allTrue" | "anyTrue" | "allFalse" | "anyFalse" => Some(truths(input, call)),
        "not" => Some(not(input, call)),
        "where" => Some(filter(run, input, call)),
        "select" => Some(select(run, input, call)),
        "repeat" | "repeatAll" => Some(repeat(run, input, call)),
        "aggregate" => Some(aggregate(run, input, call)),
        "sort" => Some(sort(run, input, call)),
        "iif" => Some(iif(run, input, call)),
        "coalesce" => Some(coalesce(run, call)),
        "single" => Some(call.single(input.to_vec()).map(|value| value.into_iter().collect())),
        "first" => Some(Ok(input.first().cloned().into_iter().collect())),
        "last" => Some(Ok(input.last().cloned().into_iter().collect())),
        "tail" => Some(Ok(input.iter().skip(1).cloned().collect())),
        "skip" | "take" => Some(part(run, input, call)),
        "distinct" => Some(distinct(run, input.to_vec(), call.at)),
        "isDistinct" => Some(
            distinct(run, input.to_vec(), call.at)
                .map(|found| vec![Value::Boolean(found.len() == input.len())]),
        ),
        "union" | "combine" | "intersect" | "exclude" | "subsetOf" | "supersetOf" => {
            Some(with_other(run, input, call))
        }
        "children" => Some(children(run, input, call.at)),
        "descendants" => Some(descendants(run, input, call.at)),
        "trace" => Some(trace(run, input, call)),
        "defineVariable" => Some(define(run, input, call)),
        _ => None,
    }
}

/// Whether the criterion is true, or false, for any item.
fn search<'a>(
    run: &Run<'a, '_>,
    input: &[Value<'a>],
    call: &Call<'a, '_>,
    wanted: bool,
) -> Result<bool, PathError> {
    for item in input.iter().enumerate() {
        if call.holds(run, item)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

fn truths<'a>(input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let wanted = call.name.ends_with("True");
    let mut matching = 0;
    for value in input {
        match value.system() {
            Value::Boolean(value) => matching += usize::from(value == wanted),
            other => {
                let name = other.type_info().name;
                return Err(call.fail(format!("{}() asks booleans, not a {name}", call.name)));
            }
        }
    }
    let answer = if call.name.starts_with("all") { matching == input.len() } else { matching > 0 };
    Ok(vec![Value::Boolean(answer)])
}

fn not<'a>(input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let truth = operators::truth(input.to_vec(), call.at)?;
    Ok(truth.map(|truth| Value::Boolean(!truth)).into_iter().collect())
}

fn filter<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let mut out = Vec::new();
    for (index, item) in input.iter().enumerate() {
        if call.holds(run, (index, item))? {
            out.push(item.clone());
        }
    }
    Ok(out)
}

fn select<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let mut out = Vec::new();
    for item in input.iter().enumerate() {
        let found = call.for_item(run, 0, item)?;
        run.charge(found.len(), call.at)?;
        out.extend(found);
    }
    Ok(out)
}

/// Selects again and again from what was found; `repeat` keeps each value once.
fn repeat<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let once = call.name == "repeat";
    let mut out: Collection<'a> = Vec::new();
    let mut queue = input.to_vec();
    while !queue.is_empty() {
        let mut next = Vec::new();
        for item in queue.iter().enumerate() {
            for found in call.for_item(run, 0, item)? {
                run.charge(if once { 1 + out.len() } else { 1 }, call.at)?;
                if !once || !contains(&out, &found) {
                    out.push(found.clone());
                    next.push(found);
                }
            }
        }
        queue = next;
    }
    Ok(out)
}

fn contains(values: &[Value<'_>], wanted: &Value<'_>) -> bool {
    values.iter().any(|value| equal::equal(value, wanted) == Some(true))
}

fn aggregate<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let mut total = call.argument(run, 1)?;
    let Some(step) = call.arguments.first() else { return Ok(Vec::new()) };
    for (index, item) in input.iter().enumerate() {
        let index = i64::try_from(index).ok();
        let frame = Frame { this: vec![item.clone()], index, total: Some(total) };
        total = run.scoped(step, &frame)?;
        run.charge(total.len(), call.at)?;
    }
    Ok(total)
}

/// Sorts by the keys given, or by the values; what is empty stands first.
fn sort<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let mut keyed = Vec::new();
    for (index, item) in input.iter().enumerate() {
        let mut keys = Vec::new();
        for argument in call.arguments {
            keys.push(sort_key(run, (index, item), argument, call)?);
        }
        if call.arguments.is_empty() {
            keys.push((Some(item.clone()), false));
        }
        keyed.push((keys, item.clone()));
    }
    run.charge(keyed.len().saturating_mul(16), call.at)?;
    let mut failed = None;
    keyed.sort_by(|(left, _), (right, _)| {
        for ((left, descending), (right, _)) in left.iter().zip(right) {
            // The suite wants what is empty first, whichever way is sorted.
            let order = match (left, right) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => return Ordering::Less,
                (Some(_), None) => return Ordering::Greater,
                (Some(left), Some(right)) => match equal::compare(left, right) {
                    Ok(order) => order.unwrap_or(Ordering::Equal),
                    Err(message) => {
                        failed = Some(message);
                        Ordering::Equal
                    }
                },
            };
            if order != Ordering::Equal {
                return if *descending { order.reverse() } else { order };
            }
        }
        Ordering::Equal
    });
    match failed {
        Some(message) => Err(call.fail(message)),
        None => Ok(keyed.into_iter().map(|(_, item)| item).collect()),
    }
}

/// One key of an item; a minus before it means downwards, texts too.
fn sort_key<'a>(
    run: &Run<'a, '_>,
    (index, item): (usize, &Value<'a>),
    argument: &Expr,
    call: &Call<'a, '_>,
) -> Result<(Option<Value<'a>>, bool), PathError> {
    let (key, descending) = match &argument.kind {
        Kind::Sign { negative: true, of } => (&**of, true),
        _ => (argument, false),
    };
    let frame = Frame {
        this: vec![item.clone()],
        index: i64::try_from(index).ok(),
        total: call.frame.total.clone(),
    };
    let values = run.scoped(key, &frame)?;
    Ok((super::super::one(values, argument.at, "a key to sort by")?, descending))
}

/// The criterion and the results are evaluated with the input as `$this`.
fn iif<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    call.single(input.to_vec())?;
    let frame = Frame { this: input.to_vec(), ..call.frame.clone() };
    let argument = |index: usize| {
        call.arguments.get(index).map_or(Ok(Vec::new()), |argument| run.scoped(argument, &frame))
    };
    let criterion = super::super::one(argument(0)?, call.at, "the criterion of iif()")?;
    match criterion.map(|value| value.system()) {
        Some(Value::Boolean(true)) => argument(1),
        Some(Value::Boolean(false)) | None => argument(2),
        Some(_) => Err(call.fail("the criterion of iif() must be a boolean; add .exists()")),
    }
}

fn coalesce<'a>(run: &Run<'a, '_>, call: &Call<'a, '_>) -> Answer<'a> {
    for index in 0..call.arguments.len() {
        let values = call.argument(run, index)?;
        if !values.is_empty() {
            return Ok(values);
        }
    }
    Ok(Vec::new())
}

fn part<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let Some(count) = call.integer(run, 0)? else { return Ok(Vec::new()) };
    let count = usize::try_from(count).unwrap_or(0);
    Ok(match call.name {
        "skip" => input.iter().skip(count).cloned().collect(),
        _ => input.iter().take(count).cloned().collect(),
    })
}

/// Each value once, in the order of their first.
pub(crate) fn distinct<'a>(run: &Run<'a, '_>, values: Collection<'a>, at: usize) -> Answer<'a> {
    let texts: Option<Vec<String>> = values
        .iter()
        .map(|value| match value.system() {
            Value::String(text) => Some(text.into_owned()),
            _ => None,
        })
        .collect();
    // Texts, which are most, are told apart without comparing each with each.
    if let Some(texts) = texts {
        let mut seen = HashSet::new();
        let first: Vec<bool> = texts.into_iter().map(|text| seen.insert(text)).collect();
        return Ok(values
            .into_iter()
            .zip(first)
            .filter(|(_, first)| *first)
            .map(|(v, _)| v)
            .collect());
    }
    let mut out: Collection<'a> = Vec::new();
    for value in values {
        run.charge(1 + out.len(), at)?;
        if !contains(&out, &value) {
            out.push(value);
        }
    }
    Ok(out)
}

fn with_other<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let other = call.argument(run, 0)?;
    let comparisons = if call.name == "combine" { 1 } else { other.len() };
    run.charge(input.len().saturating_mul(comparisons).saturating_add(other.len()), call.at)?;
    let boolean = |value: bool| Ok(vec![Value::Boolean(value)]);
    match call.name {
        "union" => distinct(run, input.iter().cloned().chain(other).collect(), call.at),
        "combine" => Ok(input.iter().cloned().chain(other).collect()),
        "subsetOf" => boolean(input.iter().all(|item| contains(&other, item))),
        "supersetOf" => boolean(other.iter().all(|item| contains(input, item))),
        "intersect" => {
            let both = input.iter().filter(|item| contains(&other, item)).cloned().collect();
            distinct(run, both, call.at)
        }
        _ => Ok(input.iter().filter(|item| !contains(&other, item)).cloned().collect()),
    }
}

fn children<'a>(run: &Run<'a, '_>, input: &[Value<'a>], at: usize) -> Answer<'a> {
    let mut out = Vec::new();
    for element in input.iter().filter_map(Value::as_element) {
        let children = element.children();
        run.charge(1 + children.len(), at)?;
        out.extend(children.into_iter().map(Value::Element));
    }
    Ok(out)
}

fn descendants<'a>(run: &Run<'a, '_>, input: &[Value<'a>], at: usize) -> Answer<'a> {
    let mut out = Vec::new();
    let mut level = children(run, input, at)?;
    while !level.is_empty() {
        let next = children(run, &level, at)?;
        out.append(&mut level);
        level = next;
    }
    Ok(out)
}

/// Nothing is written anywhere: values are a patient's. The projection is evaluated for its errors.
fn trace<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    call.string(run, 0)?;
    for item in input.iter().enumerate() {
        call.for_item(run, 1, item)?;
    }
    Ok(input.to_vec())
}

fn define<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let name = call.string(run, 0)?;
    let name = name.ok_or_else(|| call.fail("defineVariable() takes a name"))?;
    let taken = run.variables.borrow().iter().any(|(known, _)| *known == name)
        || run.context.constants.iter().any(|(known, _)| *known == name)
        || ["context", "resource", "rootResource", "rowIndex", "sct", "loinc", "ucum"]
            .contains(&name.as_str());
    if taken {
        return Err(call.fail(format!("%{name} is already defined")));
    }
    let value = match call.arguments.get(1) {
        None => input.to_vec(),
        Some(argument) => {
            let frame = Frame { this: input.to_vec(), ..call.frame.clone() };
            run.scoped(argument, &frame)?
        }
    };
    run.variables.borrow_mut().push((name, value));
    Ok(input.to_vec())
}
