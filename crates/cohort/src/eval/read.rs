//! Reading the numbers that events carry.

use crate::ast::{Equation, Event, Number, NumberField, Quantity, TimeUnit};
use crate::units::{Conversion, normal_unit, without_notes};

use super::number::age_on;
use super::scope::{Chosen, Member, Scope};
use super::{Refused, egfr};

impl Scope<'_> {
    /// A number of an event, in a unit.
    pub(crate) fn read(
        &self,
        member: &Member,
        field: &NumberField,
        asked: Option<&str>,
    ) -> Result<Option<f64>, Refused> {
        let event = &member.event;
        let unit = event.value.as_ref().and_then(|value| value.unit.as_deref());
        let (number, unit, is_result) = match field {
            NumberField::Value => (event.value.as_ref().map(|value| value.value), unit, true),
            NumberField::UpperLimit => (event.upper_limit, unit, true),
            NumberField::LowerLimit => (event.lower_limit, unit, true),
            NumberField::DaysSupply => (event.days_supply, None, false),
            NumberField::Members => (Some(f64::from(event.members)), None, false),
            NumberField::Dose => {
                let dose = event.dose.as_ref();
                (dose.map(|dose| dose.value), dose.and_then(|dose| dose.unit.as_deref()), false)
            }
            NumberField::Attribute(name) => {
                let number = event.numbers.get(name);
                let unit = number.and_then(|number| number.unit.as_deref());
                (number.map(|number| number.value), unit, false)
            }
        };
        let quantity = if is_result { self.quantity(member)? } else { None };
        let default = if is_result { self.default_unit(member)? } else { None };
        let Some(number) = number.filter(|number| number.is_finite()) else { return Ok(None) };
        Ok(in_unit(number, unit, default.as_deref(), (asked, quantity)))
    }

    /// What the concept sets by which it was found say that its value measures: the first that says
    /// anything.
    fn quantity(&self, member: &Member) -> Result<Option<Quantity>, Refused> {
        for name in &member.found_by {
            if let quantity @ Some(_) = self.codes(name)?.quantity() {
                return Ok(quantity);
            }
        }
        Ok(None)
    }

    /// The unit that a line of these concept sets gives to values under its codes: the first.
    fn default_unit(&self, member: &Member) -> Result<Option<String>, Refused> {
        for name in &member.found_by {
            let codes = self.codes(name)?;
            for code in &member.event.codes {
                let line = code.system.as_deref().and_then(|system| codes.line(system, &code.code));
                if let Some(unit) = line.and_then(|line| line.unit.as_ref()) {
                    return Ok(Some(unit.as_str().to_owned()));
                }
            }
        }
        Ok(None)
    }

    /// The value in the normal unit of its quantity, or as recorded where it has none.
    pub(crate) fn normal_value(&self, member: &Member) -> Result<Option<f64>, Refused> {
        match self.quantity(member)? {
            Some(quantity) => self.read(member, &NumberField::Value, Some(normal_unit(quantity))),
            None => {
                let value = member.event.value.as_ref().map(|value| value.value);
                Ok(value.filter(|value| value.is_finite()))
            }
        }
    }

    pub(super) fn value_of(&self, event: &Event, unit: &str) -> Result<Option<f64>, Refused> {
        match self.event(event)? {
            Chosen::Found(member) => self.read(&member, &NumberField::Value, Some(unit)),
            Chosen::Absent | Chosen::Unknown => Ok(None),
        }
    }

    pub(super) fn egfr(&self, equation: Equation, member: &Member) -> Result<Option<f64>, Refused> {
        // Whatever its concept set says, it is meant to be creatinine.
        let default = self.default_unit(member)?;
        let value = member.event.value.as_ref().filter(|value| value.value.is_finite());
        let asked = (Some("mg/dL"), Some(Quantity::Creatinine));
        let creatinine = value.and_then(|value| {
            in_unit(value.value, value.unit.as_deref(), default.as_deref(), asked)
        });
        let age =
            member.event.start.and_then(|start| age_on(self.patient(), start, TimeUnit::Year));
        let (Some(creatinine), Some(age), Some(sex)) = (creatinine, age, self.patient().sex) else {
            return Ok(None);
        };
        Ok(egfr(equation, creatinine, age, sex))
    }

    /// Whether a number is known. Of a number read in no unit, whether it is recorded.
    pub(crate) fn is_number_known(&self, number: &Number) -> Result<bool, Refused> {
        let Number::Field { of, field, unit: None } = number else {
            return Ok(self.number(number)?.is_some());
        };
        let Chosen::Found(member) = self.event(of)? else { return Ok(false) };
        let event = &member.event;
        let number = match field {
            NumberField::Value => event.value.as_ref().map(|value| value.value),
            NumberField::UpperLimit => event.upper_limit,
            NumberField::LowerLimit => event.lower_limit,
            NumberField::Dose => event.dose.as_ref().map(|dose| dose.value),
            NumberField::DaysSupply => event.days_supply,
            NumberField::Members => Some(f64::from(event.members)),
            NumberField::Attribute(name) => event.numbers.get(name).map(|number| number.value),
        };
        Ok(number.is_some_and(f64::is_finite))
    }
}

fn in_unit(
    number: f64,
    recorded: Option<&str>,
    default: Option<&str>,
    (asked, quantity): (Option<&str>, Option<Quantity>),
) -> Option<f64> {
    let converted = reading(recorded, default, (asked, quantity))?.apply(number);
    converted.is_finite().then_some(converted)
}

/// How a number recorded in a unit, or in the unit that its concept set gives it, is read in the
/// unit asked; none where it is unknown. What has no unit where one is asked is unknown, but where
/// that unit is only a note.
#[must_use]
pub fn reading(
    recorded: Option<&str>,
    default: Option<&str>,
    (asked, quantity): (Option<&str>, Option<Quantity>),
) -> Option<Conversion> {
    let unit = match (recorded, default) {
        (Some(unit), Some(default)) if unit == without_notes(default) => Some(default),
        (Some(unit), _) => Some(unit),
        (None, default) => default,
    };
    if unit.is_none() && asked.is_some_and(|asked| !without_notes(asked).is_empty()) {
        return None;
    }
    Conversion::new(unit, asked, quantity)
}
