//! Reading the numbers that events carry.

use crate::ast::{Equation, Event, Node, Number, NumberField, Quantity, TimeUnit};
use crate::units::{Conversion, without_notes};

use super::expression::{NO_NUMBER, converted, finite, quoted};
use super::inputs::quantity_word;
use super::row::Row;
use super::writer::{At, Keyed, Said, Writer, text};

impl Writer<'_> {
    /// The number of an event as recorded, and its unit.
    pub(super) fn carried(
        &mut self,
        row: &mut Row,
        event: &str,
        field: &NumberField,
    ) -> (String, Option<String>) {
        if *field == NumberField::Members {
            return (format!("cast({event}.members as double)"), None);
        }
        if let NumberField::Attribute(name) = field {
            let numbers = self.parts_of_events("event_number", "p.name, p.number, p.unit");
            let on =
                format!("@.event_id = {event}.event_id and @.name = {}", quoted(name.as_str()));
            let alias = row.beside(&numbers, &on);
            return (format!("{alias}.number"), Some(format!("{alias}.unit")));
        }
        let recorded = self.recorded(row, event);
        let unit = Some(format!("{recorded}.value_unit"));
        match field {
            NumberField::UpperLimit => (format!("{recorded}.upper_limit"), unit),
            NumberField::LowerLimit => (format!("{recorded}.lower_limit"), unit),
            NumberField::DaysSupply => (format!("{recorded}.days_supply"), None),
            NumberField::Dose => {
                (format!("{recorded}.dose"), Some(format!("{recorded}.dose_unit")))
            }
            _ => (format!("{recorded}.value"), unit),
        }
    }

    /// The number of an event in a unit.
    pub(super) fn read(
        &mut self,
        row: &mut Row,
        event: &str,
        field: &NumberField,
        asked: Option<&str>,
    ) -> String {
        let (number, unit) = self.carried(row, event, field);
        if unit.is_none() {
            // It has no unit, whatever is recorded: that is known now.
            if asked.is_some_and(|asked| !without_notes(asked).is_empty()) {
                return NO_NUMBER.to_owned();
            }
            let number = format!("({})", finite(&number));
            return converted(&number, Conversion::new(None, asked, None).as_ref());
        }
        self.asks(asked, None);
        self.read_asking(row, event, field, &quoted(asked.unwrap_or_default()))
    }

    /// The number of an event in a unit that is an expression itself.
    pub(super) fn read_asking(
        &mut self,
        row: &mut Row,
        event: &str,
        field: &NumberField,
        asked: &str,
    ) -> String {
        let is_result =
            matches!(field, NumberField::Value | NumberField::UpperLimit | NumberField::LowerLimit);
        let quantity =
            if is_result { format!("coalesce({event}.quantity, '')") } else { "''".to_owned() };
        let (number, unit) = self.carried(row, event, field);
        let unit = unit.unwrap_or_else(|| super::expression::NO_WORD.to_owned());
        let unit = if is_result { self.meant_unit(event, &unit) } else { unit };
        self.by_conversion(row, &number, &unit, (asked, &quantity))
    }

    /// The unit of a value: that of its concept set where none is recorded, or the same without
    /// its note.
    fn meant_unit(&self, event: &str, unit: &str) -> String {
        let mut given: Vec<&str> =
            self.world.codes.values().flat_map(|codes| codes.units()).collect();
        given.sort_unstable();
        given.dedup();
        if given.is_empty() {
            return unit.to_owned();
        }
        let mut plain = String::new();
        for given in given {
            let (given, without) = (quoted(given), quoted(&without_notes(given)));
            plain.push_str(&format!(" when {given} then {without}"));
        }
        let default = format!("{event}.default_unit");
        format!(
            "case when {default} is not null and ({unit} is null or {unit} = case \
             {default}{plain} end) then {default} else {unit} end"
        )
    }

    fn by_conversion(
        &mut self,
        row: &mut Row,
        number: &str,
        unit: &str,
        (asked, quantity): (&str, &str),
    ) -> String {
        let way = row.beside(
            "conversion",
            &format!(
                "@.recorded = coalesce({unit}, '') and @.asked = {asked} and @.quantity = {quantity}"
            ),
        );
        let w = &way;
        let says = format!(
            "((({number} * {w}.times_a / {w}.by_a) * {w}.times_b / {w}.by_b + {w}.plus_a + \
             {w}.plus_b) * {w}.times_c / {w}.by_c)"
        );
        format!("({})", finite(&says))
    }

    /// The filtration rate by a published equation.
    pub(super) fn egfr(
        &mut self,
        row: &mut Row,
        at: At,
        equation: Equation,
        event: &Event,
    ) -> Said<String> {
        let of = self.creatinine(at, event)?;
        let parts = self.join(row, &of);
        let (c, a) = (format!("{parts}.creatinine"), format!("{parts}.age"));
        let person = row.beside("person", "@.patient_id = x.patient_id");
        let by_sex = |female: f64, male: f64| {
            format!("(case when {person}.sex = 'female' then {female:e} else {male:e} end)")
        };
        let factor = |factor: f64| by_sex(factor, 1.0);
        let ckd_epi = |scale: f64, low: (f64, f64), high: f64| {
            let ratio = format!("({c} / {})", by_sex(0.7, 0.9));
            format!(
                "{scale:e} * power(least({ratio}, 1e0), {}) * power(greatest({ratio}, 1e0), {high:e})",
                by_sex(low.0, low.1)
            )
        };
        let rate = match equation {
            Equation::Jp => {
                format!("1.94e2 * power({c}, -1.094e0) * power({a}, -2.87e-1) * {}", factor(0.739))
            }
            Equation::CkdEpi2009 => format!(
                "{} * power(9.93e-1, {a}) * {}",
                ckd_epi(141.0, (-0.329, -0.411), -1.209),
                factor(1.018)
            ),
            Equation::CkdEpi2021 => format!(
                "{} * power(9.938e-1, {a}) * {}",
                ckd_epi(142.0, (-0.241, -0.302), -1.2),
                factor(1.012)
            ),
        };
        Ok(format!(
            "case when {person}.sex in ('female', 'male') and {a} >= 18e0 and {c} > 0e0 then {rate} \
             end"
        ))
    }

    /// Creatinine in mg/dL and the age on the day of the measurement: key, `creatinine`, `age`.
    fn creatinine(&mut self, at: At, event: &Event) -> Said<Keyed> {
        let at = self.hoisted(at, Node::Event(event))?;
        let says = format!("creatinine and age of {}", text(Node::Event(event)));
        if let Some(known) = self.known("creatinine", at, &says) {
            return Ok(known);
        }
        let mut row = self.row(at.scope)?;
        let chosen = self.event(at, event)?;
        let seen = self.beside(&mut row, &chosen);
        // Whatever its concept set says, it is meant to be creatinine.
        let quantity = Quantity::Creatinine;
        self.asks(Some("mg/dL"), Some(quantity));
        let recorded = self.recorded(&mut row, &seen.alias);
        let unit = self.meant_unit(&seen.alias, &format!("{recorded}.value_unit"));
        let asked = ("'mg/dL'", format!("'{}'", quantity_word(quantity)));
        let value = format!("{recorded}.value");
        let creatinine = self.by_conversion(&mut row, &value, &unit, (asked.0, &asked.1));
        let start = crate::ast::Moment::at(crate::ast::Anchor::Start(event.clone()));
        let age = Number::Age { at: start, unit: TimeUnit::Year };
        let age = self.number(&mut row, at, &age, None)?;
        let key = self.key(at.scope);
        let select = format!(
            "select x.{key}, case when {} then {creatinine} end as creatinine, {age} as age\nfrom {}",
            seen.is_found(),
            row.from()
        );
        let keyed = Keyed { step: self.step("creatinine", &says, select), scope: at.scope };
        self.keep("creatinine", at, &says, &keyed);
        Ok(keyed)
    }
}
