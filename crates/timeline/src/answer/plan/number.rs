//! Numbers, and the unit in which each is asked. It follows `cohort`'s evaluator part by part.

use cohort::ast::{
    Comparison, Counted, Limit, Number, NumberBranch, NumberField, Operator, Share, Statistic,
    Unit, Value,
};
use cohort::units::Conversion;

use super::names::{At, Planner};
use super::{Amount, Ask, ColumnId, ColumnSpec};

const EGFR_UNIT: &str = "mL/min/{1.73_m2}";
const BMI_UNIT: &str = "kg/m2";

/// What unit a number has of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Own {
    /// None of its own: it is read in the unit that is asked.
    Asked,
    /// This one; none is "1".
    Unit(Option<String>),
}

impl Own {
    fn asked(&self) -> Option<&str> {
        match self {
            Self::Asked => None,
            Self::Unit(unit) => unit.as_deref(),
        }
    }
}

impl Planner<'_> {
    /// A number in the unit it has of itself, or in none.
    pub(super) fn number(&mut self, at: &At, number: &Number) -> Option<Amount> {
        let own = self.own(at, number)?;
        self.number_in(at, number, own.asked())
    }

    /// A number in a unit.
    pub(super) fn number_in(
        &mut self,
        at: &At,
        number: &Number,
        asked: Option<&str>,
    ) -> Option<Amount> {
        if let Number::Literal { value, unit: None } = number
            && value.get() == 0.0
        {
            return Some(Amount::Literal(0.0));
        }
        self.part(|planner| {
            let own = planner.own(at, number)?;
            let unit = match &own {
                Own::Asked => asked,
                Own::Unit(unit) => unit.as_deref(),
            };
            let amount = planner.worked_out(at, number, unit)?;
            Some(converted(amount, unit, asked))
        })
    }

    /// The one unit of several: the first that has one; else the one asked, where any has none of
    /// its own.
    fn common<'n>(&mut self, at: &At, parts: impl Iterator<Item = &'n Number>) -> Option<Own> {
        let mut common = Own::Unit(None);
        for part in parts {
            match self.own(at, part)? {
                own @ Own::Unit(Some(_)) => return Some(own),
                Own::Asked => common = Own::Asked,
                Own::Unit(None) => {}
            }
        }
        Some(common)
    }

    fn own(&mut self, at: &At, number: &Number) -> Option<Own> {
        self.part(|planner| planner.own_unit(at, number))
    }

    fn own_unit(&mut self, at: &At, number: &Number) -> Option<Own> {
        let written = |unit: &Option<Unit>| match unit {
            Some(unit) => Own::Unit(Some(unit.as_str().to_owned())),
            None => Own::Asked,
        };
        let none = Own::Unit(None);
        Some(match number {
            Number::Literal { unit, .. } => {
                Own::Unit(unit.as_ref().map(|unit| unit.as_str().to_owned()))
            }
            Number::Named(name) => match self.named(at, name)? {
                (Value::Number(_, number), at) => self.own(&at, number)?,
                _ => return None,
            },
            Number::Field { field, unit: None, .. }
            | Number::Statistic { field, unit: None, .. }
                if is_bare(field) =>
            {
                none
            }
            Number::Statistic { statistic: Statistic::Ratio, .. }
            | Number::Count { .. }
            | Number::Covered { .. }
            | Number::Age { .. }
            | Number::Year { .. }
            | Number::Between { .. } => none,
            Number::Field { unit, .. } | Number::Statistic { unit, .. } => written(unit),
            Number::Egfr { .. } => Own::Unit(Some(EGFR_UNIT.to_owned())),
            Number::Bmi { .. } => Own::Unit(Some(BMI_UNIT.to_owned())),
            Number::Arithmetic { operator, left, right } => match operator {
                Operator::Add | Operator::Subtract => {
                    self.common(at, [&**left, &**right].into_iter())?
                }
                Operator::Multiply if self.own(at, left)? == none => self.own(at, right)?,
                Operator::Multiply => self.own(at, left)?,
                Operator::Divide if self.own(at, right)? == none => self.own(at, left)?,
                Operator::Divide => none,
            },
            Number::Least(parts) | Number::Greatest(parts) => self.common(at, parts.iter())?,
            Number::Else(left, right) => self.common(at, [&**left, &**right].into_iter())?,
            Number::Case { branches, otherwise } => {
                let then = branches.iter().map(|branch| &branch.then);
                self.common(at, then.chain(otherwise.as_deref()))?
            }
        })
    }

    fn worked_out(&mut self, at: &At, number: &Number, unit: Option<&str>) -> Option<Amount> {
        Some(match number {
            Number::Literal { value, .. } => Amount::Literal(value.get()),
            Number::Named(name) => match self.named(at, name)? {
                (Value::Number(_, number), at) => self.number_in(&at, number, unit)?,
                _ => return None,
            },
            Number::Field { of, field: NumberField::Members, .. } => {
                let members = Amount::Members(self.pick(at, of)?);
                match cohort::eval::reading(None, None, (unit, None)) {
                    Some(conversion) => Amount::Converted(Box::new(members), conversion),
                    None => Amount::Unknown,
                }
            }
            Number::Field { of, field, .. } => {
                let column = self.read(field, unit);
                Amount::Field(self.pick(at, of)?, column)
            }
            Number::Count { counted, of } => {
                let column = self.counted(counted);
                Amount::Count(counted.clone(), column, self.set(at, of)?)
            }
            Number::Statistic { statistic, field, unit: written, of } => {
                let asked = written.as_ref().map_or(unit, |unit| Some(unit.as_str()));
                let column = match field {
                    NumberField::Members if asked.is_some() => return None,
                    NumberField::Members => None,
                    field => Some(self.read(field, asked)),
                };
                Amount::Statistic(*statistic, column, self.set(at, of)?)
            }
            Number::Covered { window, .. } if window.counts_seconds() => Amount::Unknown,
            Number::Covered { of, supply, carry, window } => {
                let laid = self.laid(at, of, *supply, *carry)?;
                Amount::Covered(laid, self.side(at, &window.from)?, self.side(at, &window.to)?)
            }
            Number::Age { at: moment, unit } => Amount::Age(self.instant(at, moment)?, *unit),
            Number::Year { of } => Amount::Year(self.instant(at, of)?),
            Number::Between { from, to, unit } => {
                Amount::Between(self.instant(at, from)?, self.instant(at, to)?, *unit)
            }
            Number::Egfr { equation, creatinine } => {
                let column = self.column(ColumnSpec::Egfr(*equation));
                Amount::Field(self.pick(at, creatinine)?, column)
            }
            Number::Bmi { weight, height } => {
                let kg = self.read(&NumberField::Value, Some("kg"));
                let m = self.read(&NumberField::Value, Some("m"));
                Amount::Bmi(self.pick(at, weight)?, kg, self.pick(at, height)?, m)
            }
            Number::Arithmetic { operator, left, right } => {
                self.arithmetic(at, *operator, (left, right), unit)?
            }
            Number::Least(parts) => Amount::Least(self.numbers_in(at, parts, unit)?),
            Number::Greatest(parts) => Amount::Greatest(self.numbers_in(at, parts, unit)?),
            Number::Else(left, right) => {
                let left = Box::new(self.number_in(at, left, unit)?);
                Amount::Else(left, Box::new(self.number_in(at, right, unit)?))
            }
            Number::Case { branches, otherwise } => {
                self.case(at, branches, otherwise.as_deref(), unit)?
            }
        })
    }

    fn case(
        &mut self,
        at: &At,
        branches: &[NumberBranch],
        otherwise: Option<&Number>,
        unit: Option<&str>,
    ) -> Option<Amount> {
        let branches = branches.iter().map(|branch| {
            let when = self.condition(at, &branch.when)?;
            Some((when, self.number_in(at, &branch.then, unit)?))
        });
        let branches = branches.collect::<Option<_>>()?;
        let otherwise = match otherwise {
            Some(otherwise) => self.number_in(at, otherwise, unit)?,
            None => Amount::Unknown,
        };
        Some(Amount::Case(branches, Box::new(otherwise)))
    }

    fn read(&mut self, field: &NumberField, unit: Option<&str>) -> ColumnId {
        self.column(ColumnSpec::Number(field.clone(), unit.map(str::to_owned)))
    }

    fn numbers_in(&mut self, at: &At, parts: &[Number], unit: Option<&str>) -> Option<Vec<Amount>> {
        parts.iter().map(|part| self.number_in(at, part, unit)).collect()
    }

    fn arithmetic(
        &mut self,
        at: &At,
        operator: Operator,
        (left, right): (&Number, &Number),
        unit: Option<&str>,
    ) -> Option<Amount> {
        let none = Own::Unit(None);
        // In which unit each side is asked.
        let common;
        let (of_left, of_right) = match operator {
            Operator::Add | Operator::Subtract => (unit, unit),
            Operator::Multiply if self.own(at, left)? == none => (None, unit),
            Operator::Multiply => (unit, None),
            Operator::Divide if self.own(at, right)? == none => (unit, None),
            Operator::Divide => {
                common = self.common(at, [left, right].into_iter())?;
                let Own::Unit(common) = &common else { return Some(Amount::Unknown) };
                (common.as_deref(), common.as_deref())
            }
        };
        let left = Box::new(self.number_in(at, left, of_left)?);
        Some(Amount::Arithmetic(operator, left, Box::new(self.number_in(at, right, of_right)?)))
    }

    /// A comparison of numbers.
    pub(super) fn compare(
        &mut self,
        at: &At,
        left: &Number,
        is: Comparison,
        right: &Number,
    ) -> Option<Ask> {
        let asked = self.common(at, [left, right].into_iter())?;
        let unit = asked.asked();
        let left = self.number_in(at, left, unit)?;
        Some(Ask::Compare(left, is, self.number_in(at, right, unit)?))
    }

    /// Whether a number is in a range.
    pub(super) fn within(
        &mut self,
        at: &At,
        number: &Number,
        (low, high): (&Limit, &Limit),
    ) -> Option<Ask> {
        let ((above, from), (below, to)) = (low.above(), high.below());
        let asked = self.common(at, [number, from, to].into_iter())?;
        let unit = asked.asked();
        let number = self.number_in(at, number, unit)?;
        let from = self.number_in(at, from, unit)?;
        let to = self.number_in(at, to, unit)?;
        let above = Ask::Compare(number.clone(), above, from);
        Some(Ask::Of(Share::All, vec![above, Ask::Compare(number, below, to)]))
    }

    /// The column that counting needs.
    pub(super) fn counted(&mut self, counted: &Counted) -> Option<ColumnId> {
        match counted {
            Counted::Distinct(field) => Some(self.column(ColumnSpec::Held(field.clone()))),
            Counted::Events | Counted::Days | Counted::Visits => None,
        }
    }
}

/// Whether a number of an event has no unit.
fn is_bare(field: &NumberField) -> bool {
    matches!(field, NumberField::DaysSupply | NumberField::Members | NumberField::Attribute(_))
}

/// A number in another unit.
fn converted(amount: Amount, from: Option<&str>, to: Option<&str>) -> Amount {
    let Some(conversion) = Conversion::new(from, to, None) else { return Amount::Unknown };
    match amount {
        Amount::Unknown => Amount::Unknown,
        Amount::Literal(value) => {
            let value = conversion.apply(value);
            if value.is_finite() { Amount::Literal(value) } else { Amount::Unknown }
        }
        // What is read is finite.
        field @ Amount::Field(..) if conversion == Conversion::default() => field,
        amount => Amount::Converted(Box::new(amount), conversion),
    }
}
