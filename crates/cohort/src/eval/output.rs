//! What is told about a period.

use crate::ast::{Every, Measure, Name, Output, Value};

use super::calendar::{civil, day_from, day_of, days_of};
use super::cohort::Period;
use super::patient::Days;
use super::scope::{About, Chosen, Exit, Scope};
use super::{Coded, Refused, Truth, When, name_of};

/// What an output says of a period.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A number, with the unit it has of itself.
    Number(Option<f64>, Option<String>),
    /// A moment.
    Moment(When),
    /// A code or word.
    Code(Option<Coded>),
    /// A condition.
    Truth(Truth),
    /// An event.
    Event(Chosen),
    /// An outcome: the event, and the local days from the index to it or, where there is none, to
    /// the exit; none where that is not known.
    Outcome(Chosen, Option<i64>),
    /// A measure: for each interval that the period overlaps, whether it is in the denominator, and
    /// whether in the numerator.
    Measure(Vec<Interval>),
}

/// A period in an interval of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The first and the last day of the interval.
    pub days: Days,
    /// What the denominator says.
    pub denominator: Truth,
    /// What the numerator says; it counts where the denominator is true.
    pub numerator: Truth,
}

/// Step 13: the outputs of a period, in order.
pub(crate) fn outputs(about: &About<'_>, period: &Period) -> Result<Vec<(Name, Told)>, Refused> {
    let scope = Scope::at(about, &period.way, Exit::Known(period.ending.second));
    let mut told = Vec::new();
    for clause in &about.definition.outputs {
        told.push(match &clause.says {
            Output::Variable { value, .. } => (name_of(value).clone(), variable(&scope, value)?),
            Output::Outcome { name, select, of, .. } => {
                let chosen = scope.select(select, of)?;
                let until = match &chosen {
                    Chosen::Found(member) => member.event.start.and_then(super::Stretch::known_day),
                    Chosen::Absent => Some(day_of(period.ending.second)),
                    Chosen::Unknown => None,
                };
                let days = until.map(|day| day - period.index.first_day());
                (name.clone(), Told::Outcome(chosen, days))
            }
            Output::Stratum { name, code, .. } => (name.clone(), Told::Code(scope.one_code(code)?)),
            Output::Measure(measure) => {
                (measure.name.clone(), Told::Measure(intervals(&scope, measure, period)?))
            }
        });
    }
    Ok(told)
}

fn variable(scope: &Scope<'_>, value: &Value) -> Result<Told, Refused> {
    Ok(match value {
        Value::Events(..) => return Err(Refused::NotHere("a set of events as a variable")),
        Value::Event(_, event) => Told::Event(scope.event(event)?),
        Value::Number(_, number) => Told::Number(scope.number(number)?, scope.unit(number)?),
        Value::Moment(_, moment) => Told::Moment(scope.moment(moment)?),
        Value::Code(_, code) => Told::Code(scope.one_code(code)?),
        Value::Condition(_, condition) => Told::Truth(scope.condition(condition)?),
    })
}

fn intervals(
    scope: &Scope<'_>,
    measure: &Measure,
    period: &Period,
) -> Result<Vec<Interval>, Refused> {
    let (first, last) = (period.index.first_day(), day_of(period.ending.second));
    let mut told = Vec::new();
    for days in calendar(scope.calendar()?, measure.every) {
        if days.1 < first || last < days.0 {
            continue;
        }
        let scope = scope.with_interval(days);
        let denominator = scope.condition(&measure.denominator)?;
        let numerator = scope.condition(&measure.numerator)?;
        told.push(Interval { days, denominator, numerator });
    }
    Ok(told)
}

/// The whole months, quarters or years that a calendar touches.
pub(crate) fn calendar((first, last): Days, every: Every) -> Vec<Days> {
    let months = match every {
        Every::Month => 1,
        Every::Quarter => 3,
        Every::Year => 12,
    };
    let (year, month, _) = civil(first);
    let mut month = year * 12 + (month - 1) / months * months;
    let mut intervals = Vec::new();
    loop {
        let from = day_from(month.div_euclid(12), month.rem_euclid(12) + 1, 1);
        if from > last {
            return intervals;
        }
        let end = month + months - 1;
        let (year, end_month) = (end.div_euclid(12), end.rem_euclid(12) + 1);
        intervals.push((from, day_from(year, end_month, days_of(year, end_month))));
        month += months;
    }
}
