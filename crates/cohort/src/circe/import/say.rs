//! Short ways to write parts of the tree.

use crate::ast::{
    Anchor, Bound, Code, CodeField, Comparison, Condition, Count, Counted, Event, EventSet, Kind,
    Limit, Moment, Name, Number, NumberField, Offset, OneOf, Real, Records, Same, Selection, Share,
    Source, TimeOrder, TimeUnit,
};
use crate::circe::range::{NumericRange, Op};

/// The code system of concept ids.
pub(in crate::circe) use super::sets::OMOP;

pub(in crate::circe) fn moment(anchor: Anchor, days: i32) -> Moment {
    let offset = (days != 0).then_some(Offset { count: days, unit: TimeUnit::Day });
    Moment { anchor, offset }
}

/// The moment some days later; moments here are counted in days alone.
pub(in crate::circe) fn later(of: Moment, days: i32) -> Moment {
    let before = of.offset.map_or(0, |offset| offset.count);
    moment(of.anchor, before.saturating_add(days))
}

pub(in crate::circe) fn start_of(event: Event) -> Moment {
    Moment::at(Anchor::Start(event))
}

pub(in crate::circe) fn end_of(event: Event) -> Moment {
    Moment::at(Anchor::End(event))
}

/// The first where it is known, else the second.
pub(in crate::circe) fn else_moment(known: Moment, other: Moment) -> Moment {
    Moment::at(Anchor::Else(Box::new(known), Box::new(other)))
}

/// `all of`, left out where there is one.
pub(in crate::circe) fn all(mut conditions: Vec<Condition>) -> Option<Box<Condition>> {
    match conditions.len() {
        0 => None,
        1 => conditions.pop().map(Box::new),
        _ => Some(Box::new(Condition::Of { share: Share::All, conditions })),
    }
}

/// `any of`, left out where there is one.
pub(in crate::circe) fn any(mut conditions: Vec<Condition>) -> Condition {
    match (conditions.len(), conditions.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            conditions.push(last);
            Condition::Of { share: Share::Any, conditions }
        }
        (_, None) => Condition::Truth(false),
    }
}

pub(in crate::circe) fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

/// The condition, false where it is unknown: a row that SQL does not select.
pub(in crate::circe) fn else_false(condition: Condition) -> Condition {
    Condition::Else(Box::new(condition), Box::new(Condition::Truth(false)))
}

pub(in crate::circe) fn order(left: Moment, is: TimeOrder, right: Moment) -> Condition {
    Condition::Order { left: Box::new(left), is, right: Box::new(right) }
}

pub(in crate::circe) fn same_visit(left: Event, right: Event) -> Condition {
    Condition::Same { what: Same::Visit, left: Box::new(left), right: Box::new(right) }
}

/// `observed visit in [from, to]`: both are in one observation period.
pub(in crate::circe) fn observed(from: Moment, to: Moment) -> Condition {
    Condition::Observed {
        kinds: vec![Kind::Visit],
        from: Bound::Closed(from),
        to: Bound::Closed(to),
    }
}

pub(in crate::circe) fn records(kind: Kind, codes: Vec<Name>) -> EventSet {
    let records = Records { kind, certainty: Default::default(), rank: None, codes };
    EventSet { name: None, from: Source::Records(records), with: None, window: None }
}

pub(in crate::circe) fn at_least_one(of: EventSet) -> Condition {
    Condition::Has {
        count: Count::AtLeast(1),
        counted: Counted::Events,
        of: Box::new(of),
        spanning: None,
    }
}

pub(in crate::circe) fn first(of: EventSet) -> Event {
    Event::Select(Selection::First, Box::new(of))
}

pub(in crate::circe) fn in_set(code: Code, set: Name) -> Condition {
    Condition::Code { code: Box::new(code), one_of: OneOf::Codes(vec![set]) }
}

pub(in crate::circe) fn code_of(field: CodeField) -> Code {
    Code::Field { of: Event::This, field }
}

pub(in crate::circe) fn number_of(field: NumberField) -> Number {
    Number::Field { of: Event::This, field, unit: None }
}

/// The range as a condition; `None` where a number cannot be written.
pub(in crate::circe) fn within(
    number: Number,
    range: &NumericRange,
    whole: bool,
) -> Option<Condition> {
    let literal = |value: f64| {
        // Circe writes whole numbers cut off and others with four decimals.
        let written = if whole { value.trunc() } else { format!("{value:.4}").parse().ok()? };
        Some(Number::Literal { value: Real::new(written).ok()?, unit: None })
    };
    let comparison = match range.op {
        Op::Less => Comparison::Less,
        Op::AtMost => Comparison::AtMost,
        Op::Equal => Comparison::Equal,
        Op::NotEqual => Comparison::NotEqual,
        Op::AtLeast => Comparison::AtLeast,
        Op::Greater => Comparison::Greater,
        Op::Between | Op::NotBetween => {
            let within = Condition::Within {
                number: Box::new(number),
                low: Box::new(Limit::Closed(literal(range.value)?)),
                high: Box::new(Limit::Closed(literal(range.extent?)?)),
            };
            return Some(if range.op == Op::Between { within } else { not(within) });
        }
    };
    Some(Condition::Compare {
        left: Box::new(number),
        is: comparison,
        right: Box::new(literal(range.value)?),
    })
}

/// Any visit, as a place for a window.
pub(in crate::circe) fn any_visit() -> EventSet {
    records(Kind::Visit, Vec::new())
}
