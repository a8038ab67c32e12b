//! Numbers by chance, each of a class whose units convert into one another.

use crate::ast::{
    Certainty, Code, Equation, Event, Kind, Number, NumberBranch, NumberField, Operator, Real,
    Selection, Source, Statistic, TimeUnit, Unit,
};

use super::definition::{Bound, Making};

/// What a number measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Without unit.
    Pure,
    Glucose,
    HbA1c,
    Creatinine,
    Enzyme,
    Weight,
    Dose,
    Filtration,
}

const CLASSES: &[Class] = &[
    Class::Pure,
    Class::Pure,
    Class::HbA1c,
    Class::Creatinine,
    Class::Enzyme,
    Class::Weight,
    Class::Dose,
    Class::Filtration,
];

impl Class {
    /// Units, with numbers that are usual in them.
    fn usual(self) -> (&'static [&'static str], &'static [f64]) {
        match self {
            Self::Pure => (&[], &[1.0, 0.0, 2.0, 3.0, 30.0, 0.5, 59.0]),
            Self::Glucose => (&["mg/dL", "g/L"], &[126.0, 100.0, 1.26, 200.0]),
            Self::HbA1c => (&["%", "%{JDS}"], &[6.5, 6.1, 7.0, 8.0]),
            Self::Creatinine => (&["mg/dL", "mg/L"], &[1.0, 0.7, 1.5, 10.0]),
            Self::Enzyme => (&["U/L", "nkat/L"], &[40.0, 80.0, 120.0]),
            Self::Weight => (&["kg", "g"], &[60.0, 80.0, 60_000.0]),
            Self::Dose => (&["mg", "g"], &[500.0, 1000.0, 1.0]),
            Self::Filtration => (&["mL/min/{1.73_m2}"], &[60.0, 45.0, 90.0]),
        }
    }

    /// The kind of event that carries it, its concept set, and in which field.
    fn carried(self) -> Option<(Kind, &'static str, NumberField)> {
        Some(match self {
            Self::Pure => return None,
            Self::Glucose => (Kind::Lab, "glu", NumberField::Value),
            Self::HbA1c => (Kind::Lab, "a1c", NumberField::Value),
            Self::Creatinine | Self::Filtration => (Kind::Lab, "crea", NumberField::Value),
            Self::Enzyme => (Kind::Lab, "alt", NumberField::Value),
            Self::Weight => (Kind::Vital, "body", NumberField::Value),
            Self::Dose => (Kind::Drug, "met", NumberField::Dose),
        })
    }
}

impl Making<'_> {
    pub(super) fn class(&mut self) -> Class {
        self.choices.pick(Class::Glucose, CLASSES)
    }

    pub(super) fn unit(&mut self, class: Class) -> Option<Unit> {
        let (units, _) = class.usual();
        let (first, others) = units.split_first()?;
        Some(Unit(self.choices.pick(*first, others).to_owned()))
    }

    pub(super) fn literal(&mut self, class: Class) -> Number {
        let (_, numbers) = class.usual();
        let value = self.choices.pick(1.0, numbers);
        Number::Literal { value: Real(value), unit: self.unit(class) }
    }

    /// A number that has a unit of itself.
    pub(super) fn number_alone(&mut self, class: Class) -> Number {
        match self.number(class) {
            Number::Field { of, field, unit: None } => {
                Number::Field { of, field, unit: self.unit(class) }
            }
            Number::Statistic { statistic, field, unit: None, of } => {
                Number::Statistic { statistic, field, unit: self.unit(class), of }
            }
            number @ (Number::Literal { .. } | Number::Named(_) | Number::Egfr { .. }) => number,
            number if class == Class::Pure => number,
            // Whatever its parts are read in, this asks them for a unit.
            number => Number::Else(Box::new(number), Box::new(self.literal(class))),
        }
    }

    /// A number of a class: which expressions could yield one?
    pub(super) fn number(&mut self, class: Class) -> Number {
        if self.is_deep() {
            return self.shallow_number(class);
        }
        self.deeper(|making| match making.below(12) {
            0..=3 => making.read(class),
            4 | 5 => making.statistic(class),
            6 => match making.named(Bound::Number(class)) {
                Some(name) => Number::Named(name),
                None => making.read(class),
            },
            7 => making.arithmetic(class),
            8 => {
                let parts = vec![making.number(class), making.literal(class)];
                if making.one_in(2) { Number::Greatest(parts) } else { Number::Least(parts) }
            }
            9 => {
                let (left, right) = (making.number(class), making.literal(class));
                Number::Else(Box::new(left), Box::new(right))
            }
            10 => Number::Case {
                branches: vec![NumberBranch {
                    when: making.condition(),
                    then: making.number(class),
                }],
                otherwise: making.one_in(2).then(|| Box::new(making.literal(class))),
            },
            _ => making.read(class),
        })
    }

    fn shallow_number(&mut self, class: Class) -> Number {
        match class.carried() {
            Some((_, _, field)) if self.with > 0 && class != Class::Filtration => {
                Number::Field { of: Event::This, field, unit: None }
            }
            _ => self.literal(class),
        }
    }

    fn read(&mut self, class: Class) -> Number {
        let Some((kind, codes, field)) = class.carried() else { return self.pure() };
        let of = if self.with > 0 && self.one_in(2) {
            Event::This
        } else {
            let records = self.records_of(kind, Certainty::Confirmed, None, &[codes]);
            let set = self.set_from(Source::Records(records));
            let selection = self.choices.pick(Selection::First, &[Selection::Last]);
            Event::Select(selection, Box::new(set))
        };
        if class == Class::Filtration {
            let equations = [Equation::CkdEpi2009, Equation::CkdEpi2021];
            let equation = self.choices.pick(Equation::Jp, &equations);
            return Number::Egfr { equation, creatinine: of };
        }
        let field = match field {
            NumberField::Value if self.one_in(6) => {
                self.choices.pick(NumberField::UpperLimit, &[NumberField::LowerLimit])
            }
            field => field,
        };
        Number::Field { of, field, unit: self.unit(class).filter(|_| self.one_in(2)) }
    }

    fn statistic(&mut self, class: Class) -> Number {
        let carried = class.carried().filter(|_| class != Class::Filtration);
        let Some((kind, codes, field)) = carried else { return self.read(class) };
        let records = self.records_of(kind, Certainty::Confirmed, None, &[codes]);
        let of = Box::new(self.set_from(Source::Records(records)));
        let statistics = [
            Statistic::Median,
            Statistic::Sum,
            Statistic::Highest,
            Statistic::Lowest,
            Statistic::Change,
            Statistic::Slope(TimeUnit::Month),
        ];
        let statistic = self.choices.pick(Statistic::Mean, &statistics);
        Number::Statistic { statistic, field, unit: self.unit(class), of }
    }

    fn arithmetic(&mut self, class: Class) -> Number {
        let operators = [Operator::Subtract, Operator::Multiply, Operator::Divide];
        let operator = self.choices.pick(Operator::Add, &operators);
        let left = Box::new(self.number(class));
        let right = Box::new(match operator {
            Operator::Add | Operator::Subtract => self.number(class),
            Operator::Multiply | Operator::Divide => self.number(Class::Pure),
        });
        Number::Arithmetic { operator, left, right }
    }

    /// A number without unit.
    fn pure(&mut self) -> Number {
        match self.below(7) {
            1 => {
                let units = [TimeUnit::Month, TimeUnit::Week, TimeUnit::Day];
                let unit = self.choices.pick(TimeUnit::Year, &units);
                if self.one_in(4) {
                    return Number::Year { of: self.moment() };
                }
                Number::Age { at: self.moment(), unit }
            }
            2 => {
                let units = [
                    TimeUnit::Week,
                    TimeUnit::Month,
                    TimeUnit::Year,
                    TimeUnit::Hour,
                    TimeUnit::Minute,
                    TimeUnit::Second,
                ];
                let unit = self.choices.pick(TimeUnit::Day, &units);
                Number::Between { from: self.moment(), to: self.moment(), unit }
            }
            3 => {
                let records = self.records_of(Kind::Drug, Certainty::Confirmed, None, &["met"]);
                let of = Box::new(self.set_from(Source::Records(records)));
                let (supply, carry, window) = (self.supply(), self.one_in(2), self.window());
                let window = crate::ast::Window { relation: Default::default(), ..window };
                Number::Covered { of, supply, carry, window }
            }
            4 => {
                let field = self.choices.pick(NumberField::DaysSupply, &[NumberField::Members]);
                Number::Field { of: self.event(), field, unit: None }
            }
            5 => {
                let records = self.records_of(Kind::Lab, Certainty::Confirmed, None, &["glu"]);
                let of = Box::new(self.set_from(Source::Records(records)));
                let unit = self.unit(Class::Glucose);
                let (statistic, field) = (Statistic::Ratio, NumberField::Value);
                Number::Statistic { statistic, field, unit, of }
            }
            6 => {
                let class = Class::Creatinine;
                let (left, right) = (self.number_alone(class), self.number_alone(class));
                let operator = Operator::Divide;
                Number::Arithmetic { operator, left: left.into(), right: right.into() }
            }
            _ => Number::Count { counted: self.counted(), of: Box::new(self.set()) },
        }
    }

    pub(super) fn band(&mut self) -> Code {
        let class = self.class();
        let of = Box::new(self.number(class));
        let (_, numbers) = class.usual();
        let mut cuts = vec![self.choices.pick(1.0, numbers), self.choices.pick(2.0, numbers)];
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        Code::Band { of, cuts: cuts.into_iter().map(Real).collect(), unit: self.unit(class) }
    }
}
