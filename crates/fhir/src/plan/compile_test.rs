//! Turns conditions into tests.

use crate::path::ast::{Expr, Kind, Literal, Op};

use super::compile::{Compiler, Cursor, Focus, Why, is_textual, literal, operand};
use super::program::{Accept, Operand, Test, TextPlace};

impl Compiler<'_> {
    /// Compiles a condition; only what is boolean by its type is one.
    pub(super) fn test(&mut self, expr: &Expr, focus: Focus) -> Result<Test, Why> {
        match &expr.kind {
            Kind::Literal(Literal::Boolean(value)) => Ok(Test::Constant(*value)),
            Kind::Binary { op: Op::And, left, right } => {
                Ok(Test::And(vec![self.test(left, focus)?, self.test(right, focus)?]))
            }
            Kind::Binary { op: Op::Or, left, right } => {
                Ok(Test::Or(vec![self.test(left, focus)?, self.test(right, focus)?]))
            }
            Kind::Binary { op: Op::Xor, left, right } => {
                Ok(Test::Xor(Box::new([self.test(left, focus)?, self.test(right, focus)?])))
            }
            Kind::Binary { op: Op::Implies, left, right } => {
                Ok(Test::Implies(Box::new([self.test(left, focus)?, self.test(right, focus)?])))
            }
            Kind::Binary { op, left, right } => self.comparison(*op, left, right, focus),
            Kind::Call { base, name, arguments } => {
                match self.function(base.as_deref(), name, arguments, focus)? {
                    Some(test) => Ok(test),
                    None => self.truth(expr, focus),
                }
            }
            _ => self.truth(expr, focus),
        }
    }

    fn truth(&mut self, expr: &Expr, focus: Focus) -> Result<Test, Why> {
        let cursor = self.chain(expr, focus)?;
        match cursor.focus()?.fhir {
            "boolean" => Ok(Test::Truth(cursor.chain)),
            other => Err(format!("a {other} as a condition")),
        }
    }

    /// The test a function is, or nothing when it gives elements.
    fn function(
        &mut self,
        base: Option<&Expr>,
        name: &str,
        arguments: &[Expr],
        focus: Focus,
    ) -> Result<Option<Test>, Why> {
        let place = match name {
            "startsWith" => Some(TextPlace::Start),
            "endsWith" => Some(TextPlace::End),
            "contains" => Some(TextPlace::Anywhere),
            _ => None,
        };
        Ok(match (name, arguments) {
            ("exists", []) => Some(Test::Exists(self.elements(base, focus)?.chain)),
            ("empty", []) => {
                Some(Test::Not(Box::new(Test::Exists(self.elements(base, focus)?.chain))))
            }
            ("exists", [criteria]) => {
                let filtered = Kind::Call {
                    base: base.cloned().map(Box::new),
                    name: "where".to_owned(),
                    arguments: vec![criteria.clone()],
                };
                let at = base.map_or(criteria.at, |base| base.at);
                Some(Test::Exists(self.chain(&Expr { kind: filtered, at }, focus)?.chain))
            }
            ("not", []) => {
                let base = base.ok_or("not() of nothing")?;
                Some(Test::Not(Box::new(self.test(base, focus)?)))
            }
            (_, [argument]) if place.is_some() => {
                let Kind::Literal(Literal::String(part)) = &argument.kind else {
                    return Err(format!("{name}() with what is not a literal"));
                };
                let cursor = self.elements(base, focus)?;
                if !is_textual(cursor.focus()?.fhir) {
                    return Err(format!("{name}() of what is not a string"));
                }
                let place = place.unwrap_or(TextPlace::Anywhere);
                Some(Test::Text { chain: cursor.chain, part: part.clone(), place })
            }
            _ => None,
        })
    }

    /// The elements on which a function is called.
    pub(super) fn elements(&mut self, base: Option<&Expr>, focus: Focus) -> Result<Cursor, Why> {
        let this = Expr { kind: Kind::This, at: 0 };
        let cursor = self.chain(base.unwrap_or(&this), focus)?;
        self.whatever_type(cursor)
    }

    fn comparison(&mut self, op: Op, left: &Expr, right: &Expr, focus: Focus) -> Result<Test, Why> {
        let (op, expr, value) = match (literal(left), literal(right)) {
            (None, Some(value)) => (op, left, value),
            (Some(value), None) => (mirrored(op), right, value),
            _ => return self.same_as(op, left, right, focus),
        };
        let (operand, fits) = operand(&value).ok_or("a comparison of dates or quantities")?;
        if let (Some(counted), Literal::Integer(number)) = (count_of(expr), &value) {
            let chain = self.elements(counted, focus)?.chain;
            return Ok(Test::Counted { chain, number: *number, accept: accept(op)? });
        }
        if let Operand::Bool(wanted) = operand
            && let Ok(test) = self.test(expr, focus)
            && !matches!(test, Test::Truth(_))
        {
            return match (op, wanted) {
                (Op::Equal, true) | (Op::NotEqual, false) => Ok(test),
                (Op::Equal, false) | (Op::NotEqual, true) => Ok(Test::Not(Box::new(test))),
                _ => Err("an order of truth values".to_owned()),
            };
        }
        let cursor = self.chain(expr, focus)?;
        let fhir = cursor.focus()?.fhir;
        if !fits(fhir) {
            return Err(format!("a {fhir} compared with another type"));
        }
        let chain = cursor.chain;
        match (op, &operand) {
            (Op::Equal, _) => Ok(Test::Same { chain, literal: operand, differ: false }),
            (Op::NotEqual, _) => Ok(Test::Same { chain, literal: operand, differ: true }),
            (_, Operand::Number(_)) => {
                Ok(Test::Ordered { chain, literal: operand, accept: accept(op)? })
            }
            _ => Err("an order of texts".to_owned()),
        }
    }

    /// Two paths with one text each.
    fn same_as(&mut self, op: Op, left: &Expr, right: &Expr, focus: Focus) -> Result<Test, Why> {
        let differ = match op {
            Op::Equal => false,
            Op::NotEqual => true,
            _ => return Err("a comparison without a literal".to_owned()),
        };
        let (left, right) = (self.chain(left, focus)?, self.chain(right, focus)?);
        if !is_textual(left.focus()?.fhir) || !is_textual(right.focus()?.fhir) {
            return Err("a comparison of two elements that are not strings".to_owned());
        }
        Ok(Test::SameAs { chains: Box::new([left.chain, right.chain]), differ })
    }
}

/// What is counted, if the expression is `….count()`.
pub(super) fn count_of(expr: &Expr) -> Option<Option<&Expr>> {
    match &expr.kind {
        Kind::Call { base, name, arguments } if name == "count" && arguments.is_empty() => {
            Some(base.as_deref())
        }
        _ => None,
    }
}

/// The operator with its sides exchanged.
fn mirrored(op: Op) -> Op {
    match op {
        Op::Less => Op::Greater,
        Op::LessOrEqual => Op::GreaterOrEqual,
        Op::Greater => Op::Less,
        Op::GreaterOrEqual => Op::LessOrEqual,
        same => same,
    }
}

fn accept(op: Op) -> Result<Accept, Why> {
    let (less, equal, greater) = match op {
        Op::Less => (true, false, false),
        Op::LessOrEqual => (true, true, false),
        Op::Greater => (false, false, true),
        Op::GreaterOrEqual => (false, true, true),
        Op::Equal => (false, true, false),
        Op::NotEqual => (true, false, true),
        _ => return Err("an operator that does not compare".to_owned()),
    };
    Ok(Accept { less, equal, greater })
}
