//! Expressions, by precedence: `else`, `or`, `and`, `not`, comparisons, `+ -`, `* /`.

use crate::ast::{Anchor, Code, Condition, Event, Moment, Number, Offset, Operator, Scalar, Share};
use crate::problem::{Position, ProblemCode};
use crate::text::token::Word;

use super::{Parser, Stop, Taken, Type};

/// An expression of any type.
pub(super) enum Expression {
    Event(Event),
    Number(Number),
    Moment(Moment),
    Code(Code),
    Condition(Condition),
}

use Expression as E;

impl Parser<'_> {
    /// A whole expression, where `else` may stand.
    pub(super) fn expression(&mut self) -> Taken<Expression> {
        self.deeper(|parser| {
            let at = parser.place();
            let left = parser.alternatives()?;
            if !parser.takes("else") {
                return Ok(left);
            }
            let right = parser.expression()?;
            match (left, right) {
                (E::Number(a), E::Number(b)) => Ok(E::Number(Number::Else(a.into(), b.into()))),
                // Two bare events are two conditions, as everywhere.
                (a @ (E::Moment(_) | E::Event(_)), b @ E::Moment(_))
                | (a @ E::Moment(_), b @ E::Event(_)) => {
                    let (a, b) = (parser.as_moment(a, at)?, parser.as_moment(b, at)?);
                    Ok(E::Moment(Moment::at(Anchor::Else(a.into(), b.into()))))
                }
                (E::Number(_) | E::Moment(_) | E::Code(_), _) => {
                    parser.wrong_type(at, "number else number, moment else moment")
                }
                (a, b) => {
                    let a = parser.as_condition(a, at)?;
                    let b = parser.as_condition(b, at)?;
                    Ok(E::Condition(Condition::Else(a.into(), b.into())))
                }
            }
        })
    }

    /// A whole condition.
    pub(super) fn condition(&mut self) -> Taken<Condition> {
        let at = self.place();
        let expression = self.expression()?;
        self.as_condition(expression, at)
    }

    /// A condition inside `case when`, which ends before `then`.
    pub(super) fn condition_without_else(&mut self) -> Taken<Condition> {
        let at = self.place();
        let expression = self.alternatives()?;
        self.as_condition(expression, at)
    }

    fn alternatives(&mut self) -> Taken<Expression> {
        self.joined("or", Share::Any, |parser| parser.joined("and", Share::All, Self::negation))
    }

    fn joined(
        &mut self,
        word: &str,
        share: Share,
        mut read: impl FnMut(&mut Self) -> Taken<Expression>,
    ) -> Taken<Expression> {
        let at = self.place();
        let first = read(self)?;
        if !self.is_name(word) {
            return Ok(first);
        }
        let mut conditions = vec![self.as_condition(first, at)?];
        while self.takes(word) {
            let at = self.place();
            let next = read(self)?;
            conditions.push(self.as_condition(next, at)?);
        }
        Ok(E::Condition(Condition::Of { share, conditions }))
    }

    /// `not …` or a comparison: what stands after `with` without brackets.
    pub(super) fn negation(&mut self) -> Taken<Expression> {
        if !self.takes("not") {
            return self.comparison();
        }
        self.deeper(|parser| {
            let at = parser.place();
            let denied = parser.negation()?;
            let denied = parser.as_condition(denied, at)?;
            Ok(E::Condition(Condition::Not(denied.into())))
        })
    }

    pub(super) fn sum(&mut self) -> Taken<Expression> {
        let at = self.place();
        let mut left = self.product()?;
        loop {
            let operator = match self.word() {
                Word::Sign("+") => Operator::Add,
                Word::Sign("-") => Operator::Subtract,
                _ => return Ok(left),
            };
            self.at += 1;
            if let Word::Span(..) | Word::NotSpan(_) = self.word() {
                left = self.moved(left, at, operator)?;
            } else {
                let right_at = self.place();
                let right = self.product()?;
                left = self.arithmetic((left, at), operator, (right, right_at))?;
            }
        }
    }

    fn moved(&mut self, left: Expression, at: Position, operator: Operator) -> Taken<Expression> {
        let mut moment = self.as_moment(left, at)?;
        let step_at = self.place();
        let span = self.span()?;
        let count = i32::try_from(span.count).unwrap_or(i32::MAX);
        let count = if operator == Operator::Add { count } else { -count };
        if moment.offset.replace(Offset { count, unit: span.unit }).is_some() {
            self.tell(step_at, ProblemCode::Unexpected, "+ + → let m = …");
            return Err(Stop);
        }
        Ok(E::Moment(moment))
    }

    fn product(&mut self) -> Taken<Expression> {
        let at = self.place();
        let mut left = self.primary()?;
        loop {
            let operator = match self.word() {
                Word::Sign("*") => Operator::Multiply,
                Word::Sign("/") => Operator::Divide,
                _ => return Ok(left),
            };
            self.at += 1;
            let right_at = self.place();
            let right = self.primary()?;
            left = self.arithmetic((left, at), operator, (right, right_at))?;
        }
    }

    fn arithmetic(
        &mut self,
        (left, left_at): (Expression, Position),
        operator: Operator,
        (right, right_at): (Expression, Position),
    ) -> Taken<Expression> {
        let left = Box::new(self.as_number(left, left_at)?);
        let right = Box::new(self.as_number(right, right_at)?);
        Ok(E::Number(Number::Arithmetic { operator, left, right }))
    }

    fn primary(&mut self) -> Taken<Expression> {
        let at = self.place();
        match self.word() {
            Word::Number(_) => self.literal(false).map(E::Number),
            Word::Sign("-") => {
                self.at += 1;
                self.literal(true).map(E::Number)
            }
            Word::Date(date) => {
                let moment = Moment::at(Anchor::Date(*date));
                self.at += 1;
                Ok(E::Moment(moment))
            }
            Word::Quoted(text) => {
                let word = Code::Word(text.clone());
                self.at += 1;
                Ok(E::Code(word))
            }
            Word::Sign("(") => {
                self.at += 1;
                let inner = self.expression()?;
                self.must_sign(")")?;
                match inner {
                    E::Event(event) => self.after_event(event),
                    inner => Ok(inner),
                }
            }
            Word::Name(name) => {
                let name = name.clone();
                self.deeper(|parser| parser.named(&name, at))
            }
            _ => self.unexpected("EXPRESSION"),
        }
    }

    fn named(&mut self, name: &str, at: Position) -> Taken<Expression> {
        if let Some(condition) = self.condition_word(name)? {
            return Ok(E::Condition(condition));
        }
        if let Some(number) = self.number_word(name)? {
            return Ok(E::Number(number));
        }
        if let Some(event) = self.event_word(name)? {
            return self.after_event(event);
        }
        if let Some(moment) = self.moment_word(name)? {
            return Ok(E::Moment(moment));
        }
        match name {
            "sex" => {
                self.at += 1;
                return Ok(E::Code(Code::Sex));
            }
            "band" => return self.band().map(E::Code),
            "case" => return self.case(),
            _ => {}
        }
        if let Some(field) = self.code_field()? {
            self.needs_this(at);
            return Ok(E::Code(Code::Field { of: Event::This, field }));
        }
        if !self.is_free_name(0) {
            return self.unexpected("EXPRESSION");
        }
        let (name, kind) = self.bound()?;
        match kind {
            Type::Event => self.after_event(Event::Named(name)),
            Type::Number => Ok(E::Number(Number::Named(name))),
            Type::Moment => Ok(E::Moment(Moment::at(Anchor::Named(name)))),
            Type::Code => Ok(E::Code(Code::Named(name))),
            Type::Condition => Ok(E::Condition(Condition::Named(name))),
            Type::Measure => self.wrong_type(at, "variable, outcome, strata"),
            Type::Events => {
                self.wrong_type(at, &format!("any {name}, first {name}, count of ({name})"))
            }
        }
    }

    /// Fields and the end of an event: `a.value as mg/dL`, `a.end`, `a.route`.
    fn after_event(&mut self, event: Event) -> Taken<Expression> {
        if !self.takes_sign(".") {
            return Ok(E::Event(event));
        }
        if self.takes("end") {
            return Ok(E::Moment(Moment::at(Anchor::End(event))));
        }
        if let Some(field) = self.number_field()? {
            let unit = self.as_unit()?;
            return Ok(E::Number(Number::Field { of: event, field, unit }));
        }
        match self.code_field()? {
            Some(field) => Ok(E::Code(Code::Field { of: event, field })),
            None => self.unexpected("end, value, code, route …"),
        }
    }

    pub(super) fn needs_this(&mut self, at: Position) {
        if self.with_depth == 0 {
            self.tell(at, ProblemCode::NoThis, "");
        }
    }

    pub(super) fn as_condition(
        &mut self,
        expression: Expression,
        at: Position,
    ) -> Taken<Condition> {
        match expression {
            E::Condition(condition) => Ok(condition),
            E::Event(event) => Ok(Condition::Found(event)),
            E::Number(_) | E::Moment(_) | E::Code(_) => {
                self.wrong_type(at, "condition: x >= 1, a before b, c is \"…\", any …")
            }
        }
    }

    pub(super) fn as_number(&mut self, expression: Expression, at: Position) -> Taken<Number> {
        match expression {
            E::Number(number) => Ok(number),
            _ => self.wrong_type(at, "number: 5 mg/dL, a.value, age at index"),
        }
    }

    pub(super) fn as_moment(&mut self, expression: Expression, at: Position) -> Taken<Moment> {
        match expression {
            E::Moment(moment) => Ok(moment),
            E::Event(event) => Ok(Moment::at(Anchor::Start(event))),
            _ => self.wrong_type(at, "moment: index, a, a.end, 2024-05-17"),
        }
    }

    pub(super) fn scalar(&mut self) -> Taken<Scalar> {
        let at = self.place();
        match self.expression()? {
            E::Number(number) => Ok(Scalar::Number(number)),
            E::Moment(moment) => Ok(Scalar::Moment(moment)),
            E::Code(code) => Ok(Scalar::Code(code)),
            E::Condition(condition) => Ok(Scalar::Condition(Box::new(condition))),
            E::Event(_) => self.wrong_type(at, "found a"),
        }
    }

    /// A number that ends before a comparison.
    pub(super) fn number(&mut self) -> Taken<Number> {
        let at = self.place();
        let expression = self.sum()?;
        self.as_number(expression, at)
    }

    /// A moment with at most one step.
    pub(super) fn moment(&mut self) -> Taken<Moment> {
        let at = self.place();
        let mut left = self.primary()?;
        while let Word::Span(..) | Word::NotSpan(_) = self.ahead(1) {
            let operator = match self.word() {
                Word::Sign("+") => Operator::Add,
                Word::Sign("-") => Operator::Subtract,
                _ => break,
            };
            self.at += 1;
            left = self.moved(left, at, operator)?;
        }
        self.as_moment(left, at)
    }

    /// A code.
    pub(super) fn code(&mut self) -> Taken<Code> {
        let at = self.place();
        match self.primary()? {
            E::Code(code) => Ok(code),
            _ => self.wrong_type(at, "code: a.route, sex, band(…), \"…\""),
        }
    }
}
