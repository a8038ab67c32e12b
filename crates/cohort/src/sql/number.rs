//! Numbers: an SQL double, in which null is unknown.

use crate::ast::{Event, Name, Node, Number, NumberField, Operator, Value};
use crate::eval::Refused;
use crate::units::{Conversion, Own, own_unit};

use super::expression::{NO_NUMBER, converted, double, finite};
use super::row::Row;
use super::writer::{At, Bound, Keyed, Said, Writer, text};

/// The unit in which bmi reads weights, and heights.
const WEIGHT: &str = "kg";
const HEIGHT: &str = "m";

impl Writer<'_> {
    /// A number of a row of its scope, in a unit; what it is stands in a step of its own, so this
    /// is short.
    pub(super) fn number(
        &mut self,
        row: &mut Row,
        at: At,
        number: &Number,
        asked: Option<&str>,
    ) -> Said<String> {
        if let Number::Literal { value, unit: None } = number
            && value.get() == 0.0
        {
            return Ok(double(0.0));
        }
        let own = match own_unit(number, &self.own) {
            Own::Free => return self.worked_out(row, at, number, asked),
            Own::Bare => None,
            Own::Unit(unit) => Some(unit.as_str().to_owned()),
        };
        let number = self.worked_out(row, at, number, own.as_deref())?;
        Ok(converted(&number, Conversion::new(own.as_deref(), asked, None).as_ref()))
    }

    /// A number in the unit it has of itself, and that unit.
    pub(super) fn number_told(
        &mut self,
        row: &mut Row,
        at: At,
        number: &Number,
    ) -> Said<(String, Option<String>)> {
        let unit = match own_unit(number, &self.own) {
            Own::Free | Own::Bare => None,
            Own::Unit(unit) => Some(unit.as_str().to_owned()),
        };
        Ok((self.number(row, at, number, unit.as_deref())?, unit))
    }

    /// A number in the unit it has of itself or, where it has none, in the one asked.
    fn worked_out(
        &mut self,
        row: &mut Row,
        at: At,
        number: &Number,
        unit: Option<&str>,
    ) -> Said<String> {
        if let Number::Literal { value, .. } = number {
            return Ok(double(value.get()));
        }
        let at = self.hoisted(at, Node::Number(number))?;
        let asked = unit.map_or_else(String::new, |unit| format!(" in {unit}"));
        let says = format!("{}{asked}", text(Node::Number(number)));
        let keyed = match self.known("number", at, &says) {
            Some(known) => known,
            None => {
                let select = self.in_full(at, number, unit)?;
                let key = self.key(at.scope);
                let select = format!(
                    "select n.{key}, {} as number\nfrom ({select}) as n",
                    finite("n.number")
                );
                let keyed = Keyed { step: self.step("number", &says, select), scope: at.scope };
                self.keep("number", at, &says, &keyed);
                keyed
            }
        };
        Ok(format!("{}.number", self.join(row, &keyed)))
    }

    /// The query of a number: key, `number`.
    fn in_full(&mut self, at: At, number: &Number, unit: Option<&str>) -> Said<String> {
        match number {
            Number::Age { at: moment, unit } => return self.age(at, moment, *unit),
            Number::Year { of } => return self.year(at, of),
            Number::Between { from, to, unit } => return self.between(at, from, to, *unit),
            _ => {}
        }
        let mut row = self.row(at.scope)?;
        let says = self.formula(&mut row, at, number, unit)?;
        let key = self.key(at.scope);
        Ok(format!("select x.{key}, {says} as number\nfrom {}", row.from()))
    }

    fn formula(
        &mut self,
        row: &mut Row,
        at: At,
        number: &Number,
        unit: Option<&str>,
    ) -> Said<String> {
        Ok(match number {
            Number::Named(name) => {
                let (number, inner) = self.number_named(at, name)?;
                self.number(row, inner, &number, unit)?
            }
            Number::Field { of, field, .. } => {
                let chosen = self.event(at, of)?;
                let seen = self.beside(row, &chosen);
                let read = self.read(row, &seen.alias, field, unit);
                format!("case when {} then {read} end", seen.is_found())
            }
            Number::Count { counted, of } => {
                let counts = self.counts(at, counted, of, None)?;
                let (alias, key) = (self.join(row, &counts), self.key(counts.scope));
                format!(
                    "case when {alias}.{key} is null then 0e0 when {alias}.low = {alias}.high and \
                     not {alias}.unsure then cast({alias}.low as double) end"
                )
            }
            Number::Statistic { statistic, field, unit: written, of } => {
                let written = written.as_ref().map(crate::ast::Unit::as_str);
                let of = self.statistic(at, (*statistic, field, written.or(unit)), of)?;
                let (alias, key) = (self.join(row, &of), self.key(of.scope));
                if *statistic == crate::ast::Statistic::Sum {
                    format!("case when {alias}.{key} is null then 0e0 else {alias}.number end")
                } else {
                    format!("{alias}.number")
                }
            }
            Number::Covered { of, supply, carry, window } => {
                self.covered(row, at, (of, *supply, *carry), window)?
            }
            Number::Egfr { equation, creatinine } => self.egfr(row, at, *equation, creatinine)?,
            Number::Bmi { weight, height } => {
                let weight = self.value_of(row, at, weight, WEIGHT)?;
                let height = self.value_of(row, at, height, HEIGHT)?;
                format!("case when {height} > 0e0 then {weight} / ({height} * {height}) end")
            }
            Number::Arithmetic { operator, left, right } => {
                self.arithmetic(row, at, (left, *operator, right), unit)?
            }
            Number::Least(parts) => self.outermost_number(row, at, ("least", parts), unit)?,
            Number::Greatest(parts) => self.outermost_number(row, at, ("greatest", parts), unit)?,
            Number::Else(known, other) => {
                let known = self.number(row, at, known, unit)?;
                format!("coalesce({known}, {})", self.number(row, at, other, unit)?)
            }
            Number::Case { branches, otherwise } => {
                let mut text = "case".to_owned();
                for branch in branches {
                    let when = self.truth_beside(row, at, &branch.when)?;
                    let then = self.number(row, at, &branch.then, unit)?;
                    text.push_str(&format!(" when {when} then {then}"));
                }
                let otherwise = match otherwise {
                    Some(otherwise) => self.number(row, at, otherwise, unit)?,
                    None => NO_NUMBER.to_owned(),
                };
                format!("{text} else {otherwise} end")
            }
            Number::Literal { .. }
            | Number::Age { .. }
            | Number::Year { .. }
            | Number::Between { .. } => NO_NUMBER.to_owned(),
        })
    }

    fn number_named(&self, at: At, name: &Name) -> Said<(Number, At)> {
        match self.named(at, name)? {
            (Bound::Value(Value::Number(_, number)), inner) => Ok((number.clone(), inner)),
            _ => Err(Refused::unbound(name).into()),
        }
    }

    fn outermost_number(
        &mut self,
        row: &mut Row,
        at: At,
        (which, parts): (&str, &[Number]),
        unit: Option<&str>,
    ) -> Said<String> {
        let mut all = Vec::new();
        for part in parts {
            all.push(self.number(row, at, part, unit)?);
        }
        Ok(if all.is_empty() {
            NO_NUMBER.to_owned()
        } else {
            format!("{which}({})", all.join(", "))
        })
    }

    fn arithmetic(
        &mut self,
        row: &mut Row,
        at: At,
        (left, operator, right): (&Number, Operator, &Number),
        unit: Option<&str>,
    ) -> Said<String> {
        let is_bare = |number: &Number| own_unit(number, &self.own) == Own::Bare;
        // In which unit each side is asked.
        let (of_left, of_right) = match operator {
            Operator::Add | Operator::Subtract => (unit, unit),
            Operator::Multiply if is_bare(left) => (None, unit),
            Operator::Multiply => (unit, None),
            Operator::Divide if is_bare(right) => (unit, None),
            Operator::Divide => return self.ratio(row, at, left, right),
        };
        let left = self.number(row, at, left, of_left)?;
        let right = self.number(row, at, right, of_right)?;
        Ok(match operator {
            Operator::Add => format!("{left} + {right}"),
            Operator::Subtract => format!("{left} - {right}"),
            Operator::Multiply => format!("{left} * {right}"),
            Operator::Divide => format!("{left} / nullif({right}, 0e0)"),
        })
    }

    /// Two numbers with units divided: they have one unit together.
    fn ratio(&mut self, row: &mut Row, at: At, left: &Number, right: &Number) -> Said<String> {
        let owns = [left, right].map(|number| own_unit(number, &self.own));
        let common = match crate::units::together(owns) {
            Own::Free => return Ok(NO_NUMBER.to_owned()),
            Own::Bare => None,
            Own::Unit(unit) => Some(unit.as_str().to_owned()),
        };
        let left = self.number(row, at, left, common.as_deref())?;
        let right = self.number(row, at, right, common.as_deref())?;
        Ok(format!("{left} / nullif({right}, 0e0)"))
    }

    /// Whether a number is known. Of a number read in no unit, whether it is recorded.
    pub(super) fn is_number_known(
        &mut self,
        row: &mut Row,
        at: At,
        number: &Number,
    ) -> Said<String> {
        let Number::Field { of, field, unit: None } = number else {
            let (number, _) = self.number_told(row, at, number)?;
            return Ok(format!("({number} is not null)"));
        };
        let chosen = self.event(at, of)?;
        let seen = self.beside(row, &chosen);
        let (number, _) = self.carried(row, &seen.alias, field);
        Ok(format!("coalesce({} and abs({number}) <= {:e}, false)", seen.is_found(), f64::MAX))
    }

    /// The value of an event in a unit.
    pub(super) fn value_of(
        &mut self,
        row: &mut Row,
        at: At,
        event: &Event,
        unit: &str,
    ) -> Said<String> {
        let of = Number::Field {
            of: event.clone(),
            field: NumberField::Value,
            unit: crate::ast::Unit::new(unit).ok(),
        };
        self.number(row, at, &of, Some(unit))
    }
}
