//! Numbers and their units.

use crate::ast::{
    Bound, Comparison, Counted, Limit, Moment, Number, NumberField, Operator, Statistic, TimeUnit,
    Unit, Value,
};
use crate::units::Conversion;

use super::calendar::{civil, completed_months};
use super::scope::{Chosen, Let, Member, Scope};
use super::{Patient, Refused, Stretch, Truth, bmi, episode, statistic};

/// The unit of egfr.
const EGFR_UNIT: &str = "mL/min/{1.73_m2}";
/// The unit of bmi.
const BMI_UNIT: &str = "kg/m2";

/// What unit a number has of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Own {
    /// None of its own: it is read in the unit that is asked.
    Asked,
    /// This one; none is "1".
    Unit(Option<String>),
}

impl Scope<'_> {
    /// A number in the unit it has of itself. What has none of its own is read in no unit.
    pub(crate) fn number(&self, number: &Number) -> Result<Option<f64>, Refused> {
        match self.own(number)? {
            Own::Asked => self.number_in(number, None),
            Own::Unit(own) => self.number_in(number, own.as_deref()),
        }
    }

    /// The unit in which [`Scope::number`] gives it.
    pub(crate) fn unit(&self, number: &Number) -> Result<Option<String>, Refused> {
        Ok(match self.own(number)? {
            Own::Asked => None,
            Own::Unit(own) => own,
        })
    }

    /// A number in a unit.
    fn number_in(&self, number: &Number, asked: Option<&str>) -> Result<Option<f64>, Refused> {
        if let Number::Literal { value, unit: None } = number
            && value.get() == 0.0
        {
            // Nothing is nothing in every unit.
            return Ok(Some(0.0));
        }
        let (number, own) = match self.own(number)? {
            Own::Asked => (self.worked_out(number, asked)?, asked.map(str::to_owned)),
            Own::Unit(own) => (self.worked_out(number, own.as_deref())?, own),
        };
        let Some(number) = number.filter(|number| number.is_finite()) else { return Ok(None) };
        let conversion = Conversion::new(own.as_deref(), asked, None);
        let converted = conversion.map(|conversion| conversion.apply(number));
        Ok(converted.filter(|number| number.is_finite()))
    }

    /// The one unit of several: the first that has one; else the one asked, where any has none of
    /// its own.
    fn common<'n>(&self, parts: impl Iterator<Item = &'n Number>) -> Result<Own, Refused> {
        let mut common = Own::Unit(None);
        for part in parts {
            match self.own(part)? {
                own @ Own::Unit(Some(_)) => return Ok(own),
                Own::Asked => common = Own::Asked,
                Own::Unit(None) => {}
            }
        }
        Ok(common)
    }

    fn own(&self, number: &Number) -> Result<Own, Refused> {
        let written = |unit: &Option<Unit>| match unit {
            Some(unit) => Own::Unit(Some(unit.as_str().to_owned())),
            None => Own::Asked,
        };
        let of_itself = |unit: &str| Own::Unit(Some(unit.to_owned()));
        Ok(match number {
            Number::Literal { unit, .. } => {
                Own::Unit(unit.as_ref().map(|unit| unit.as_str().to_owned()))
            }
            Number::Named(name) => match self.named(name)? {
                (Let::Value(Value::Number(_, number)), scope) => scope.own(number)?,
                _ => return Err(Refused::unbound(name)),
            },
            Number::Field { field, unit: None, .. }
            | Number::Statistic { field, unit: None, .. }
                if is_bare(field) =>
            {
                Own::Unit(None)
            }
            Number::Statistic { statistic: Statistic::Ratio, .. }
            | Number::Count { .. }
            | Number::Covered { .. }
            | Number::Age { .. }
            | Number::Year { .. }
            | Number::Between { .. } => Own::Unit(None),
            Number::Field { unit, .. } | Number::Statistic { unit, .. } => written(unit),
            Number::Egfr { .. } => of_itself(EGFR_UNIT),
            Number::Bmi { .. } => of_itself(BMI_UNIT),
            Number::Arithmetic { operator, left, right } => match operator {
                Operator::Add | Operator::Subtract => {
                    self.common([&**left, &**right].into_iter())?
                }
                Operator::Multiply if self.own(left)? == Own::Unit(None) => self.own(right)?,
                Operator::Multiply => self.own(left)?,
                Operator::Divide if self.own(right)? == Own::Unit(None) => self.own(left)?,
                Operator::Divide => Own::Unit(None),
            },
            Number::Least(parts) | Number::Greatest(parts) => self.common(parts.iter())?,
            Number::Else(left, right) => self.common([&**left, &**right].into_iter())?,
            Number::Case { branches, otherwise } => {
                let then = branches.iter().map(|branch| &branch.then);
                self.common(then.chain(otherwise.as_deref()))?
            }
        })
    }

    /// A number in the unit it has of itself, or, where it has none, in the one asked.
    fn worked_out(&self, number: &Number, unit: Option<&str>) -> Result<Option<f64>, Refused> {
        Ok(match number {
            Number::Literal { value, .. } => Some(value.get()),
            Number::Named(name) => match self.named(name)? {
                (Let::Value(Value::Number(_, number)), scope) => scope.number_in(number, unit)?,
                _ => return Err(Refused::unbound(name)),
            },
            Number::Field { of, field, .. } => match self.event(of)? {
                Chosen::Found(member) => self.read(&member, field, unit)?,
                Chosen::Absent | Chosen::Unknown => None,
            },
            Number::Count { counted, of } => self.count(counted, &self.members(of)?)?,
            Number::Statistic { statistic, field, unit: written, of } => {
                let values = written.as_ref().map_or(unit, |unit| Some(unit.as_str()));
                self.statistic(*statistic, field, values, of)?
            }
            Number::Covered { of, supply, carry, window } => {
                let laid = episode::laid_out(self.certain(of)?, *supply, *carry);
                let days = self.days_of(&window.from, &window.to)?;
                let days = days.filter(|_| !window.counts_seconds());
                days.and_then(|days| episode::share_covered(&laid, days))
            }
            Number::Age { at, unit } => self.age(at, *unit)?,
            Number::Year { of } => self.moment(of)?.known().and_then(year_of),
            Number::Between { from, to, unit } => self.between(from, to, *unit)?,
            Number::Egfr { equation, creatinine } => match self.event(creatinine)? {
                Chosen::Found(member) => self.egfr(*equation, &member)?,
                Chosen::Absent | Chosen::Unknown => None,
            },
            Number::Bmi { weight, height } => {
                let weight = self.value_of(weight, "kg")?;
                let height = self.value_of(height, "m")?;
                weight.zip(height).and_then(|(weight, height)| bmi(weight, height))
            }
            Number::Arithmetic { operator, left, right } => {
                self.arithmetic(*operator, left, right, unit)?
            }
            Number::Least(parts) => self.known_parts(parts, unit)?.reduce(f64::min),
            Number::Greatest(parts) => self.known_parts(parts, unit)?.reduce(f64::max),
            Number::Else(left, right) => match self.number_in(left, unit)? {
                known @ Some(_) => known,
                None => self.number_in(right, unit)?,
            },
            Number::Case { branches, otherwise } => {
                for branch in branches {
                    if self.condition(&branch.when)? == Truth::True {
                        return self.number_in(&branch.then, unit);
                    }
                }
                match otherwise {
                    Some(otherwise) => self.number_in(otherwise, unit)?,
                    None => None,
                }
            }
        })
    }

    fn known_parts(
        &self,
        parts: &[Number],
        unit: Option<&str>,
    ) -> Result<impl Iterator<Item = f64> + use<>, Refused> {
        let mut known = Vec::new();
        for part in parts {
            known.extend(self.number_in(part, unit)?);
        }
        Ok(known.into_iter())
    }

    fn arithmetic(
        &self,
        operator: Operator,
        left: &Number,
        right: &Number,
        unit: Option<&str>,
    ) -> Result<Option<f64>, Refused> {
        let none = Own::Unit(None);
        // In which unit each side is asked.
        let (of_left, of_right) = match operator {
            Operator::Add | Operator::Subtract => (unit, unit),
            Operator::Multiply if self.own(left)? == none => (None, unit),
            Operator::Multiply => (unit, None),
            Operator::Divide if self.own(right)? == none => (unit, None),
            Operator::Divide => {
                let Own::Unit(common) = self.common([left, right].into_iter())? else {
                    return Ok(None);
                };
                let a = self.number_in(left, common.as_deref())?;
                let b = self.number_in(right, common.as_deref())?;
                return Ok(a.zip(b).filter(|(_, b)| *b != 0.0).map(|(a, b)| a / b));
            }
        };
        let left = self.number_in(left, of_left)?;
        let right = self.number_in(right, of_right)?;
        Ok(left.zip(right).map(|(left, right)| match operator {
            Operator::Add => left + right,
            Operator::Subtract => left - right,
            Operator::Multiply => left * right,
            // By zero it is not finite, and so unknown.
            Operator::Divide => left / right,
        }))
    }

    fn age(&self, at: &Moment, unit: TimeUnit) -> Result<Option<f64>, Refused> {
        let at = self.moment(at)?.known();
        Ok(at.and_then(|at| age_on(self.patient(), at, unit)).map(|age| age as f64))
    }

    fn between(&self, from: &Moment, to: &Moment, unit: TimeUnit) -> Result<Option<f64>, Refused> {
        let (from, to) = (self.moment(from)?.known(), self.moment(to)?.known());
        Ok(from.zip(to).and_then(|(from, to)| between(from, to, unit)))
    }

    fn count(&self, counted: &Counted, members: &[Member]) -> Result<Option<f64>, Refused> {
        let (low, high) = self.counts(counted, members)?;
        let unsure = members.iter().any(|member| !self.is_certain(counted, member));
        // A member that is not certain makes it unknown even where it would add nothing.
        let known = low == high && !unsure;
        Ok(known.then_some(low as f64))
    }

    /// The local days between two bounds, both ends included; none where either is not known to
    /// the day, or is `ever`.
    pub(crate) fn days_of(&self, from: &Bound, to: &Bound) -> Result<Option<(i64, i64)>, Refused> {
        let day = |bound: &Bound, inward: i64| match bound {
            Bound::Ever => Ok(None),
            Bound::Closed(moment) | Bound::Open(moment) => {
                let day = self.moment(moment)?.known().and_then(Stretch::known_day);
                let step = if matches!(bound, Bound::Open(_)) { inward } else { 0 };
                Ok(day.map(|day| day + step))
            }
        };
        Ok(day(from, 1)?.zip(day(to, -1)?))
    }

    fn statistic(
        &self,
        statistic: Statistic,
        field: &NumberField,
        unit: Option<&str>,
        of: &crate::ast::EventSet,
    ) -> Result<Option<f64>, Refused> {
        let members = self.members(of)?;
        let mut complete = true;
        let mut values = Vec::new();
        for member in &members {
            let value = if member.certain { self.read(member, field, unit)? } else { None };
            complete &= value.is_some();
            let start = member.event.start.map(Stretch::first_second);
            values.extend(value.map(|value| (start, value)));
        }
        Ok(statistic::statistic(statistic, &values, complete))
    }

    /// A comparison of numbers.
    pub(crate) fn compare(
        &self,
        left: &Number,
        is: Comparison,
        right: &Number,
    ) -> Result<Truth, Refused> {
        let asked = self.common([left, right].into_iter())?;
        self.compare_in(left, is, right, &asked)
    }

    fn compare_in(
        &self,
        left: &Number,
        is: Comparison,
        right: &Number,
        asked: &Own,
    ) -> Result<Truth, Refused> {
        let unit = match asked {
            Own::Asked => None,
            Own::Unit(unit) => unit.as_deref(),
        };
        Ok(compare(self.number_in(left, unit)?, is, self.number_in(right, unit)?))
    }

    /// Whether a number is in a range.
    pub(crate) fn within(
        &self,
        number: &Number,
        low: &Limit,
        high: &Limit,
    ) -> Result<Truth, Refused> {
        let ((above, from), (below, to)) = (low.above(), high.below());
        let asked = self.common([number, from, to].into_iter())?;
        let above = self.compare_in(number, above, from, &asked)?;
        Ok(above.and(self.compare_in(number, below, to, &asked)?))
    }

    /// A number that cuts are asked of.
    pub(crate) fn banded(
        &self,
        number: &Number,
        unit: Option<&Unit>,
    ) -> Result<Option<f64>, Refused> {
        self.number_in(number, unit.map(Unit::as_str))
    }
}

/// Whether a number of an event has no unit.
fn is_bare(field: &NumberField) -> bool {
    matches!(field, NumberField::DaysSupply | NumberField::Members | NumberField::Attribute(_))
}

/// The calendar year, where there is only one.
#[must_use]
pub fn year_of(at: Stretch) -> Option<f64> {
    let (first, last) = (civil(at.first_day()).0, civil(at.last_day()).0);
    (first == last).then_some(first as f64)
}

/// How long from one moment to another, as [`Number::Between`] counts, where there is only one
/// answer.
#[must_use]
pub fn between(from: Stretch, to: Stretch, unit: TimeUnit) -> Option<f64> {
    let days = |from: i64, to: i64| match unit {
        TimeUnit::Month => completed_months(from, to),
        TimeUnit::Year => completed_months(from, to) / 12,
        _ => to - from,
    };
    let (least, most) = if unit.is_finer_than_a_day() {
        (to.first_second() - from.last_second(), to.last_second() - from.first_second())
    } else {
        (days(from.last_day(), to.first_day()), days(from.first_day(), to.last_day()))
    };
    let divisor = match unit {
        TimeUnit::Week => 7.0,
        TimeUnit::Hour => 3600.0,
        TimeUnit::Minute => 60.0,
        TimeUnit::Second | TimeUnit::Day | TimeUnit::Month | TimeUnit::Year => 1.0,
    };
    (least == most).then(|| least as f64 / divisor)
}

/// The age of a patient in completed units at a moment, where there is only one answer.
pub(crate) fn age_on(patient: &Patient, at: Stretch, unit: TimeUnit) -> Option<i64> {
    age(patient.birth?, at, unit)
}

/// The age in completed units at a moment of who was born on one of these days, where there is only
/// one answer.
#[must_use]
pub fn age(birth: Stretch, at: Stretch, unit: TimeUnit) -> Option<i64> {
    let (youngest, oldest) = ages(birth, at, unit)?;
    (youngest == oldest).then_some(youngest)
}

/// The least and the greatest such age; none where the moment may be before the birth.
pub(crate) fn ages(birth: Stretch, at: Stretch, unit: TimeUnit) -> Option<(i64, i64)> {
    if at.first_day() < birth.last_day() {
        return None;
    }
    let age = |from: i64, to: i64| match unit {
        TimeUnit::Year => Some(completed_months(from, to) / 12),
        TimeUnit::Month => Some(completed_months(from, to)),
        TimeUnit::Week => Some((to - from) / 7),
        TimeUnit::Day => Some(to - from),
        TimeUnit::Hour | TimeUnit::Minute | TimeUnit::Second => None,
    };
    Some((age(birth.last_day(), at.first_day())?, age(birth.first_day(), at.last_day())?))
}

/// A comparison; unknown where either side is.
#[must_use]
#[inline]
pub fn compare(left: Option<f64>, is: Comparison, right: Option<f64>) -> Truth {
    let order = left.zip(right).and_then(|(left, right)| left.partial_cmp(&right));
    Truth::from(order.map(|order| match is {
        Comparison::Less => order.is_lt(),
        Comparison::AtMost => order.is_le(),
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::AtLeast => order.is_ge(),
        Comparison::Greater => order.is_gt(),
    }))
}
