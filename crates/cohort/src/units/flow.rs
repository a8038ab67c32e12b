//! Which unit a number is asked for in: the rule of [`Number`], worked out.

use std::collections::HashMap;

use crate::ast::{
    Code, Condition, Limit, Name, Node, Number, NumberField, Operator, Real, Statistic, Unit,
};

use super::{is_known, may_convert};

/// The unit a number has of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Own {
    /// This one.
    Unit(Unit),
    /// None: a plain number.
    Bare,
    /// Whichever it is asked for in.
    Free,
}

/// What is wrong with the units of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A number is read from an event and asked for in no unit.
    Missing,
    /// Two units that cannot be converted into one another.
    Differ(String, String),
    /// A unit that is not known.
    Unknown(Unit),
}

/// The unit a number has of itself; names as they were bound.
#[must_use]
pub fn own_unit(number: &Number, names: &HashMap<Name, Own>) -> Own {
    match number {
        Number::Literal { unit, .. } => unit.clone().map_or(Own::Bare, Own::Unit),
        Number::Named(name) => names.get(name).cloned().unwrap_or(Own::Bare),
        Number::Field { field, unit, .. } => of_field(field, unit.as_ref()),
        Number::Statistic { statistic: Statistic::Ratio, .. }
        | Number::Count { .. }
        | Number::Covered { .. }
        | Number::Age { .. }
        | Number::Year { .. }
        | Number::Between { .. } => Own::Bare,
        Number::Statistic { field, unit, .. } => of_field(field, unit.as_ref()),
        Number::Egfr { .. } => fixed("mL/min/{1.73_m2}"),
        Number::Bmi { .. } => fixed("kg/m2"),
        Number::Arithmetic { operator, left, right } => {
            let (left, right) = (own_unit(left, names), own_unit(right, names));
            match operator {
                Operator::Add | Operator::Subtract => together([left, right]),
                Operator::Multiply if left == Own::Bare => right,
                Operator::Multiply => left,
                Operator::Divide if right == Own::Bare => left,
                Operator::Divide => Own::Bare,
            }
        }
        Number::Least(numbers) | Number::Greatest(numbers) => {
            together(numbers.iter().map(|number| own_unit(number, names)))
        }
        Number::Else(known, other) => together([own_unit(known, names), own_unit(other, names)]),
        Number::Case { branches, otherwise } => {
            let branches = branches.iter().map(|branch| own_unit(&branch.then, names));
            together(branches.chain(otherwise.iter().map(|other| own_unit(other, names))))
        }
    }
}

fn fixed(unit: &str) -> Own {
    Unit::new(unit).map_or(Own::Bare, Own::Unit)
}

fn of_field(field: &NumberField, unit: Option<&Unit>) -> Own {
    match (field, unit) {
        (NumberField::DaysSupply | NumberField::Members | NumberField::Attribute(_), None) => {
            Own::Bare
        }
        (_, Some(unit)) => Own::Unit(unit.clone()),
        (_, None) => Own::Free,
    }
}

/// The one unit of several numbers: the first that has one; else whichever, where any is free.
pub(crate) fn together(parts: impl IntoIterator<Item = Own>) -> Own {
    let mut all = Own::Bare;
    for part in parts {
        match part {
            Own::Unit(_) => return part,
            Own::Free => all = Own::Free,
            Own::Bare => {}
        }
    }
    all
}

/// What is wrong with the units in an expression and everything in it.
#[must_use]
pub fn check(node: Node<'_>, names: &HashMap<Name, Own>) -> Vec<Trouble> {
    let mut checker = Checker { names, troubles: Vec::new() };
    // A number that stands alone, in a variable, is asked for in no unit but its own.
    if let Node::Number(number) = node {
        checker.asked(number, &Own::Bare, true);
    }
    node.walk(&mut |part| match part {
        Node::Condition(condition) => checker.condition(condition),
        Node::Code(Code::Band { of, unit, .. }) => {
            checker.asked(of, &unit.clone().map_or(Own::Bare, Own::Unit), false);
        }
        Node::Code(_) | Node::Set(_) | Node::Event(_) | Node::Moment(_) | Node::Number(_) => {}
    });
    checker.troubles.dedup();
    checker.troubles
}

struct Checker<'a> {
    names: &'a HashMap<Name, Own>,
    troubles: Vec<Trouble>,
}

impl Checker<'_> {
    fn condition(&mut self, condition: &Condition) {
        let parts: Vec<&Number> = match condition {
            Condition::Compare { left, right, .. } => vec![left, right],
            Condition::Within { number, low, high } => {
                let (Limit::Closed(low) | Limit::Open(low)) = &**low;
                let (Limit::Closed(high) | Limit::Open(high)) = &**high;
                vec![number, low, high]
            }
            Condition::Known(crate::ast::Scalar::Number(number)) => {
                // Whether it is known depends on the unit only where it would be converted.
                if own_unit(number, self.names) == Own::Free {
                    return;
                }
                vec![number]
            }
            _ => return,
        };
        let asked = together(parts.iter().map(|part| own_unit(part, self.names)));
        for part in parts {
            self.asked(part, &asked, false);
        }
    }

    /// A number asked for in a unit; `alone` where whatever it has is good.
    fn asked(&mut self, number: &Number, asked: &Own, alone: bool) {
        let own = own_unit(number, self.names);
        match (&own, asked) {
            (Own::Free, Own::Bare | Own::Free) => return self.troubles.push(Trouble::Missing),
            (Own::Unit(own), _) if !is_known(own) => {
                return self.troubles.push(Trouble::Unknown(own.clone()));
            }
            (Own::Unit(own), Own::Unit(asked)) if !may_convert(own, asked) => {
                let (own, asked) = (own.to_string(), asked.to_string());
                return self.troubles.push(Trouble::Differ(own, asked));
            }
            (Own::Unit(own), Own::Bare) if !alone => {
                self.troubles.push(Trouble::Differ(own.to_string(), "1".to_owned()));
            }
            (Own::Bare, Own::Unit(asked))
                if !is_zero(number) && !asked.as_str().starts_with('{') =>
            {
                self.troubles.push(Trouble::Differ("1".to_owned(), asked.to_string()));
            }
            _ => {}
        }
        let inner = if own == Own::Free { asked.clone() } else { own };
        self.inside(number, &inner);
    }

    fn inside(&mut self, number: &Number, unit: &Own) {
        let names = self.names;
        match number {
            Number::Arithmetic { operator, left, right } => match operator {
                Operator::Add | Operator::Subtract => {
                    self.asked(left, unit, false);
                    self.asked(right, unit, false);
                }
                Operator::Multiply | Operator::Divide => {
                    let (left_own, right_own) = (own_unit(left, names), own_unit(right, names));
                    let both = left_own != Own::Bare && right_own != Own::Bare;
                    if both && *operator == Operator::Divide {
                        let one = together([left_own, right_own]);
                        self.asked(left, &one, false);
                        self.asked(right, &one, false);
                    } else if both {
                        self.troubles.push(Trouble::Missing);
                    } else {
                        let of = |own: Own| if own == Own::Bare { Own::Bare } else { unit.clone() };
                        let (left_asked, right_asked) = (of(left_own), of(right_own));
                        self.asked(left, &left_asked, false);
                        self.asked(right, &right_asked, false);
                    }
                }
            },
            Number::Least(numbers) | Number::Greatest(numbers) => {
                numbers.iter().for_each(|number| self.asked(number, unit, false));
            }
            Number::Else(known, other) => {
                self.asked(known, unit, false);
                self.asked(other, unit, false);
            }
            Number::Case { branches, otherwise } => {
                branches.iter().for_each(|branch| self.asked(&branch.then, unit, false));
                otherwise.iter().for_each(|other| self.asked(other, unit, false));
            }
            Number::Statistic { statistic: Statistic::Ratio, unit: None, field, .. }
                if of_field(field, None) == Own::Free =>
            {
                self.troubles.push(Trouble::Missing);
            }
            _ => {}
        }
    }
}

/// Nothing is nothing in every unit.
fn is_zero(number: &Number) -> bool {
    matches!(number, Number::Literal { value, .. } if value == &Real(0.0))
}
