//! What a definition names and tells.

use crate::ast::{Every, Measure, Name, Output, Value};
use crate::problem::ProblemCode;

use super::expression::Expression as E;
use super::{Parser, Taken, Type};

impl Parser<'_> {
    /// `NAME = VALUE`, which binds the name.
    pub(super) fn value_named(&mut self) -> Taken<Value> {
        let at = self.place();
        let name = self.name()?;
        self.must_sign("=")?;
        let value = self.value_of(name.clone());
        // Bound even where its value cannot be read, so that its uses are not told as problems too.
        let (kind, of_exit) = match &value {
            Ok((value, of_exit)) => (type_of(value), *of_exit),
            Err(_) => (Type::Event, false),
        };
        self.bind(&name, at, kind, of_exit);
        value.map(|(value, _)| value)
    }

    fn value_of(&mut self, name: Name) -> Taken<(Value, bool)> {
        let seen = std::mem::take(&mut self.saw_exit);
        let value = self.value(name);
        let of_exit = std::mem::replace(&mut self.saw_exit, seen);
        value.map(|value| (value, of_exit))
    }

    fn value(&mut self, name: Name) -> Taken<Value> {
        if self.is_name("all") && !self.is_name_ahead(1, "of") {
            self.at += 1;
            return Ok(Value::Events(name, self.set()?));
        }
        Ok(match self.expression()? {
            E::Event(event) => Value::Event(name, event),
            E::Number(number) => Value::Number(name, number),
            E::Moment(moment) => Value::Moment(name, moment),
            E::Code(code) => Value::Code(name, code),
            E::Condition(condition) => Value::Condition(name, condition),
        })
    }

    pub(super) fn output(&mut self, word: &str) -> Taken<Output> {
        self.at += 1;
        let at = self.place();
        let name = self.name()?;
        let title = self.title();
        if word == "measure" {
            let measure = self.measure(title, name.clone())?;
            self.bind(&name, at, Type::Measure, false);
            return Ok(Output::Measure(measure));
        }
        self.must_sign("=")?;
        match word {
            "variable" => {
                let is_set = self.is_name("all") && !self.is_name_ahead(1, "of");
                if is_set {
                    return self.wrong_type(at, "first …, count of (…), any …");
                }
                let (value, of_exit) = self.value_of(name.clone())?;
                self.bind(&name, at, type_of(&value), of_exit);
                Ok(Output::Variable { title, value })
            }
            "outcome" => {
                let seen = std::mem::take(&mut self.saw_exit);
                let select = self.must_select()?;
                let of = Box::new(self.set()?);
                let of_exit = std::mem::replace(&mut self.saw_exit, seen);
                self.bind(&name, at, Type::Event, of_exit);
                Ok(Output::Outcome { title, name, select, of })
            }
            _ => {
                let code = self.code()?;
                self.bind(&name, at, Type::Code, false);
                Ok(Output::Stratum { title, name, code })
            }
        }
    }

    fn measure(&mut self, title: crate::ast::Title, name: Name) -> Taken<Measure> {
        if !self.has_calendar {
            let at = self.place();
            self.tell(at, ProblemCode::NoCalendar, "");
        }
        self.must("per")?;
        let every = if self.takes("month") {
            Every::Month
        } else if self.takes("quarter") {
            Every::Quarter
        } else if self.takes("year") {
            Every::Year
        } else {
            return self.unexpected("month, quarter, year");
        };
        self.in_measure = true;
        self.must("denominator")?;
        let denominator = self.condition()?;
        self.must("numerator")?;
        let numerator = self.condition()?;
        self.in_measure = false;
        Ok(Measure { title, name, every, denominator, numerator })
    }
}

fn type_of(value: &Value) -> Type {
    match value {
        Value::Events(..) => Type::Events,
        Value::Event(..) => Type::Event,
        Value::Number(..) => Type::Number,
        Value::Moment(..) => Type::Moment,
        Value::Code(..) => Type::Code,
        Value::Condition(..) => Type::Condition,
    }
}
