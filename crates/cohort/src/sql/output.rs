//! What is told about periods.

use crate::ast::{Measure, Node, Output, Selection, Value};
use crate::eval::{Refused, name_of, output};

use super::expression::day;
use super::script::{Shape, ToldBy};
use super::writer::{At, Is, Said, Scope, ScopeId, Writer, text};

impl Writer<'_> {
    /// Step 13: the outputs of periods, in order.
    pub(super) fn outputs(&mut self, periods: ScopeId) -> Said<Vec<ToldBy>> {
        let at = self.at(periods, true);
        let mut told = Vec::new();
        let definition = self.definition;
        for clause in &definition.outputs {
            told.push(match &clause.says {
                Output::Variable { value, .. } => self.variable(at, value)?,
                Output::Outcome { name, select, of, .. } => {
                    let step = self.outcome(at, select, of)?;
                    ToldBy { name: name.clone(), shape: Shape::Outcome, step }
                }
                Output::Stratum { name, code, .. } => {
                    let step = self.code_told(at, code)?;
                    ToldBy { name: name.clone(), shape: Shape::Code, step }
                }
                Output::Measure(measure) => {
                    let step = self.measure(at, measure)?;
                    ToldBy { name: measure.name.clone(), shape: Shape::Measure, step }
                }
            });
        }
        Ok(told)
    }

    fn variable(&mut self, at: At, value: &Value) -> Said<ToldBy> {
        let mut row = self.row(at.scope)?;
        let (says, shape) = match value {
            Value::Events(..) => {
                return Err(Refused::NotHere("a set of events as a variable").into());
            }
            Value::Event(_, event) => {
                let chosen = self.event(at, event)?;
                let seen = self.beside(&mut row, &chosen);
                (event_told(&seen.alias, &seen.state), Shape::Event)
            }
            Value::Number(_, number) => {
                let (number, unit) = self.number_told(&mut row, at, number)?;
                (format!("{number} as number"), Shape::Number(unit))
            }
            Value::Moment(_, moment) => {
                let of = self.moment(at, moment)?;
                let alias = self.join(&mut row, &of);
                let says =
                    format!("coalesce({alias}.state, 0) as state, {alias}.low, {alias}.high");
                (says, Shape::Moment)
            }
            Value::Code(name, code) => {
                let step = self.code_told(at, code)?;
                return Ok(ToldBy { name: name.clone(), shape: Shape::Code, step });
            }
            Value::Condition(_, condition) => {
                let truth = self.truth_beside(&mut row, at, condition)?;
                (format!("{truth} as truth"), Shape::Truth)
            }
        };
        let name = name_of(value).clone();
        let select = format!("select x.candidate, {says}\nfrom {}", row.from());
        let step = self.step("told", &format!("{name} = {}", text(Node::of(value))), select);
        Ok(ToldBy { name, shape, step })
    }

    fn code_told(&mut self, at: At, code: &crate::ast::Code) -> Said<String> {
        let of = self.word(at, code)?;
        let mut row = self.row(at.scope)?;
        let alias = self.join(&mut row, &of);
        let select = format!("select x.candidate, {alias}.code\nfrom {}", row.from());
        Ok(self.step("told", &text(Node::Code(code)), select))
    }

    fn outcome(&mut self, at: At, select: &Selection, of: &crate::ast::EventSet) -> Said<String> {
        let event = crate::ast::Event::Select(select.clone(), Box::new(of.clone()));
        let chosen = self.event(at, &event)?;
        let mut row = self.row(at.scope)?;
        let seen = self.beside(&mut row, &chosen);
        let (alias, state) = (&seen.alias, &seen.state);
        let (low, high) = (day(&format!("{alias}.start_low")), day(&format!("{alias}.start_high")));
        let until = format!(
            "case {state} when 1 then case when {low} = {high} then {low} end when 0 then {} end",
            day("x.exit_second")
        );
        let select = format!(
            "select x.candidate, {}, {until} - {} as days\nfrom {}",
            event_told(alias, state),
            day("x.index_low"),
            row.from()
        );
        Ok(self.step("told", &text(Node::Event(&event)), select))
    }

    fn measure(&mut self, at: At, measure: &Measure) -> Said<String> {
        let calendar = self.calendar()?;
        let days: Vec<String> = output::calendar(calendar, measure.every)
            .iter()
            .map(|(first, last)| format!("({first}, {last})"))
            .collect();
        let relation = self.scope(at.scope)?.relation.clone();
        let fresh = self.fresh_key("interval");
        let number = super::expression::numbered("", "p.candidate, i.first_day");
        let select = format!(
            "select {number} as {fresh}, p.candidate, p.patient_id, i.first_day, i.last_day\nfrom \
             {relation} as p\njoin (values {}) as i(first_day, last_day) on i.last_day >= {} and \
             i.first_day <= {}",
            days.join(", "),
            day("p.index_low"),
            day("p.exit_second")
        );
        let relation = self.step("interval", "intervals that periods overlap", select);
        let scope =
            Scope { around: Some(at.scope), relation, key: fresh, is: Is::Interval, name: None };
        let inner = At { scope: self.open(scope), ..at };
        let mut row = self.row(inner.scope)?;
        let denominator = self.truth_beside(&mut row, inner, &measure.denominator)?;
        let numerator = self.truth_beside(&mut row, inner, &measure.numerator)?;
        let select = format!(
            "select x.candidate, x.first_day, x.last_day, {denominator} as denominator, {numerator} \
             as numerator\nfrom {}",
            row.from()
        );
        Ok(self.step("told", &format!("measure {}", measure.name), select))
    }
}

fn event_told(alias: &str, state: &str) -> String {
    format!(
        "{state} as state, {alias}.kind, {alias}.source_key, {alias}.start_low, {alias}.start_high"
    )
}
