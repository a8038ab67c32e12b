//! Walking through everything inside an expression.

use super::{
    Anchor, Bound, Code, Condition, Event, EventSet, Limit, Moment, Number, Scalar, Selection,
    Source, Value, Window,
};

/// A part of an expression.
#[derive(Clone, Copy, Debug)]
pub enum Node<'a> {
    /// A set of events.
    Set(&'a EventSet),
    /// One event.
    Event(&'a Event),
    /// A number.
    Number(&'a Number),
    /// A moment.
    Moment(&'a Moment),
    /// A code.
    Code(&'a Code),
    /// A condition.
    Condition(&'a Condition),
}

impl<'a> Node<'a> {
    /// The value of a `let` or a variable.
    #[must_use]
    pub fn of(value: &'a Value) -> Self {
        match value {
            Value::Events(_, of) => Self::Set(of),
            Value::Event(_, of) => Self::Event(of),
            Value::Number(_, of) => Self::Number(of),
            Value::Moment(_, of) => Self::Moment(of),
            Value::Code(_, of) => Self::Code(of),
            Value::Condition(_, of) => Self::Condition(of),
        }
    }

    /// Visits this part and everything in it, outer parts first.
    pub fn walk(self, visit: &mut dyn FnMut(Node<'a>)) {
        visit(self);
        self.parts(&mut |part| part.walk(visit));
    }

    /// Visits the parts directly in this one.
    pub fn parts(self, visit: &mut dyn FnMut(Node<'a>)) {
        match self {
            Self::Set(set) => of_set(set, visit),
            Self::Event(Event::Select(which, of)) => {
                if let Selection::Nearest(moment) = which {
                    visit(Self::Moment(moment));
                }
                visit(Self::Set(of));
            }
            Self::Event(_) => {}
            Self::Number(number) => of_number(number, visit),
            Self::Moment(moment) => match &moment.anchor {
                Anchor::Start(event)
                | Anchor::End(event)
                | Anchor::CoverageStartOf(event)
                | Anchor::CoverageEndOf(event) => visit(Self::Event(event)),
                Anchor::Else(known, other) => {
                    visit(Self::Moment(known));
                    visit(Self::Moment(other));
                }
                Anchor::Earliest(moments) | Anchor::Latest(moments) => {
                    moments.iter().for_each(|moment| visit(Self::Moment(moment)));
                }
                _ => {}
            },
            Self::Code(code) => of_code(code, visit),
            Self::Condition(condition) => of_condition(condition, visit),
        }
    }
}

fn of_set<'a>(set: &'a EventSet, visit: &mut dyn FnMut(Node<'a>)) {
    match &set.from {
        Source::Records(_) | Source::Cohort(_) | Source::List(_) | Source::Named(_) => {}
        Source::AnyOf(sets) => sets.iter().for_each(|set| visit(Node::Set(set))),
        Source::Take(take) => visit(Node::Set(&take.of)),
        Source::Episodes(episodes) => visit(Node::Set(&episodes.of)),
        Source::Era(era) => visit(Node::Set(&era.of)),
    }
    if let Some(window) = &set.window {
        of_window(window, visit);
    }
    if let Some(with) = &set.with {
        visit(Node::Condition(with));
    }
}

fn of_window<'a>(window: &'a Window, visit: &mut dyn FnMut(Node<'a>)) {
    of_bounds(&window.from, &window.to, visit);
}

fn of_bounds<'a>(from: &'a Bound, to: &'a Bound, visit: &mut dyn FnMut(Node<'a>)) {
    from.moment().into_iter().chain(to.moment()).for_each(|moment| visit(Node::Moment(moment)));
}

fn of_number<'a>(number: &'a Number, visit: &mut dyn FnMut(Node<'a>)) {
    match number {
        Number::Literal { .. } | Number::Named(_) => {}
        Number::Field { of, .. } | Number::Egfr { creatinine: of, .. } => visit(Node::Event(of)),
        Number::Count { of, .. } | Number::Statistic { of, .. } => visit(Node::Set(of)),
        Number::Covered { of, window, .. } => {
            visit(Node::Set(of));
            of_window(window, visit);
        }
        Number::Age { at, .. } | Number::Year { of: at } => visit(Node::Moment(at)),
        Number::Between { from, to, .. } => {
            visit(Node::Moment(from));
            visit(Node::Moment(to));
        }
        Number::Bmi { weight, height } => {
            visit(Node::Event(weight));
            visit(Node::Event(height));
        }
        Number::Arithmetic { left, right, .. } | Number::Else(left, right) => {
            visit(Node::Number(left));
            visit(Node::Number(right));
        }
        Number::Least(numbers) | Number::Greatest(numbers) => {
            numbers.iter().for_each(|number| visit(Node::Number(number)));
        }
        Number::Case { branches, otherwise } => {
            for branch in branches {
                visit(Node::Condition(&branch.when));
                visit(Node::Number(&branch.then));
            }
            otherwise.iter().for_each(|other| visit(Node::Number(other)));
        }
    }
}

fn of_code<'a>(code: &'a Code, visit: &mut dyn FnMut(Node<'a>)) {
    match code {
        Code::Word(_) | Code::Named(_) | Code::Sex => {}
        Code::Field { of, .. } => visit(Node::Event(of)),
        Code::Band { of, .. } => visit(Node::Number(of)),
        Code::Case { branches, otherwise } => {
            for branch in branches {
                visit(Node::Condition(&branch.when));
                visit(Node::Code(&branch.then));
            }
            otherwise.iter().for_each(|other| visit(Node::Code(other)));
        }
    }
}

fn of_condition<'a>(condition: &'a Condition, visit: &mut dyn FnMut(Node<'a>)) {
    match condition {
        Condition::Truth(_) | Condition::Named(_) => {}
        Condition::Found(event) => visit(Node::Event(event)),
        Condition::Has { of, .. } => visit(Node::Set(of)),
        Condition::Compare { left, right, .. } => {
            visit(Node::Number(left));
            visit(Node::Number(right));
        }
        Condition::Within { number, low, high } => {
            visit(Node::Number(number));
            for limit in [low, high] {
                let (Limit::Closed(number) | Limit::Open(number)) = &**limit;
                visit(Node::Number(number));
            }
        }
        Condition::Order { left, right, .. } => {
            visit(Node::Moment(left));
            visit(Node::Moment(right));
        }
        Condition::Code { code, .. } => visit(Node::Code(code)),
        Condition::Same { left, right, .. } => {
            visit(Node::Event(left));
            visit(Node::Event(right));
        }
        Condition::Observed { from, to, .. } => of_bounds(from, to, visit),
        Condition::Known(scalar) => visit(match scalar {
            Scalar::Number(of) => Node::Number(of),
            Scalar::Moment(of) => Node::Moment(of),
            Scalar::Code(of) => Node::Code(of),
            Scalar::Condition(of) => Node::Condition(of),
        }),
        Condition::Else(known, other) => {
            visit(Node::Condition(known));
            visit(Node::Condition(other));
        }
        Condition::Of { conditions, .. } => {
            conditions.iter().for_each(|condition| visit(Node::Condition(condition)));
        }
        Condition::Not(denied) => visit(Node::Condition(denied)),
    }
}
