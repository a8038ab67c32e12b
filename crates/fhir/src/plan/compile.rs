//! Turns expressions into programs: follows the types of FHIR R4 and adds each key to the shapes.
//!
//! What it does not take, it names: the view then runs on the general evaluator, and
//! `Plan::explain` gives the reason. Literals already stand in the place of constants.

use crate::model::{self, Element};
use crate::path::ast::{Expr, Kind, Literal, Op, TypeOp};

use super::program::{Chain, Operand, Part, Pick, Step, Test};
use super::shape::{ROOT, ShapeId, Shapes};

/// Why an expression does not become a program.
pub(super) type Why = String;

/// From where an expression looks: a shape and the FHIR type of its elements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Focus {
    pub(super) shape: ShapeId,
    pub(super) fhir: &'static str,
}

/// A chain and where it leads.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    pub(super) chain: Chain,
    pub(super) end: End,
    /// The shape that holds the last key, and the key: for what stands beside a primitive.
    last: Option<(ShapeId, String)>,
}

/// What elements a chain gives.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// Elements of one type.
    Typed(Focus),
    /// A choice whose type has not been named yet, in objects of this shape.
    Choice(ShapeId, &'static Element),
}

/// Compiles the expressions of one resource type.
#[derive(Debug)]
pub(super) struct Compiler<'s> {
    pub(super) shapes: &'s mut Shapes,
    pub(super) resource: &'static str,
}

impl Cursor {
    fn at(focus: Focus, from_resource: bool) -> Self {
        let part = Part { steps: Vec::new(), pick: Pick::All, tests: false };
        let chain = Chain { from_resource, parts: vec![part] };
        Self { chain, end: End::Typed(focus), last: None }
    }

    /// Changes the part that steps are added to; a new one after a pick.
    fn change(&mut self, change: impl FnOnce(&mut Part)) {
        match self.chain.parts.last_mut() {
            Some(part) if part.pick == Pick::All => change(part),
            _ => {
                let mut part = Part { steps: Vec::new(), pick: Pick::All, tests: false };
                change(&mut part);
                self.chain.parts.push(part);
            }
        }
    }

    fn picked(mut self, pick: Pick) -> Self {
        self.change(|part| part.pick = pick);
        self.last = None;
        self
    }

    /// The first of what it gives.
    pub(super) fn first(self) -> Self {
        self.picked(Pick::First)
    }

    /// The type, where it is known.
    pub(super) fn focus(&self) -> Result<Focus, Why> {
        match self.end {
            End::Typed(focus) => Ok(focus),
            End::Choice(_, element) => {
                Err(format!("{}[x] is used without saying of which type", element.name))
            }
        }
    }
}

/// Whether elements of this type are JSON strings whose equality is that of their texts.
pub(super) fn is_textual(fhir: &str) -> bool {
    model::is_subtype(fhir, "string") || model::is_subtype(fhir, "uri") || fhir == "base64Binary"
}

fn is_number(fhir: &str) -> bool {
    fhir == "decimal" || model::is_subtype(fhir, "integer")
}

impl Compiler<'_> {
    /// The resource itself.
    pub(super) fn root(&self) -> Focus {
        Focus { shape: ROOT, fhir: self.resource }
    }

    pub(super) fn key(&mut self, shape: ShapeId, name: &str) -> Result<(u16, ShapeId), Why> {
        self.shapes.key(shape, name).ok_or_else(|| "too many different elements".to_owned())
    }

    /// Compiles an expression that gives elements.
    pub(super) fn chain(&mut self, expr: &Expr, focus: Focus) -> Result<Cursor, Why> {
        match &expr.kind {
            Kind::This => Ok(Cursor::at(focus, false)),
            Kind::External(name) if matches!(name.as_str(), "resource" | "rootResource") => {
                Ok(Cursor::at(self.root(), true))
            }
            Kind::Member { base: None, name } => {
                let here = model::type_named(focus.fhir);
                let element = here.is_some_and(|here| here.child(name).is_some());
                if !element && focus.shape == ROOT && name == self.resource {
                    return Ok(Cursor::at(focus, false));
                }
                self.member(Cursor::at(focus, false), name)
            }
            Kind::Member { base: Some(base), name } => {
                let cursor = self.chain(base, focus)?;
                self.member(cursor, name)
            }
            Kind::Item { base, index } => match index.kind {
                Kind::Literal(Literal::Integer(index)) => {
                    let nth = usize::try_from(index).map_err(|_| "a negative index".to_owned())?;
                    let cursor = self.chain(base, focus)?;
                    cursor.focus()?;
                    Ok(cursor.picked(Pick::Nth(nth)))
                }
                _ => Err("an index that is not a number".to_owned()),
            },
            Kind::TypeTest { test: TypeOp::As, of, type_name } => {
                let cursor = self.chain(of, focus)?;
                self.of_type(cursor, &type_name.name)
            }
            Kind::Call { base, name, arguments } => {
                let cursor = match base {
                    Some(base) => self.chain(base, focus)?,
                    None => Cursor::at(focus, false),
                };
                self.call(cursor, name, arguments)
            }
            _ => Err("an expression that is not a path".to_owned()),
        }
    }

    fn member(&mut self, mut cursor: Cursor, name: &str) -> Result<Cursor, Why> {
        let focus = cursor.focus()?;
        if model::is_primitive(focus.fhir) {
            return self.beside(cursor, name);
        }
        let here = model::type_named(focus.fhir)
            .ok_or_else(|| format!("{} is not a type of FHIR R4", focus.fhir))?;
        let element =
            here.child(name).ok_or_else(|| format!("{} has no element {name}", focus.fhir))?;
        if element.choice {
            cursor.end = End::Choice(focus.shape, element);
            return Ok(cursor);
        }
        let fhir = element.only_type().ok_or_else(|| format!("{name} has several types"))?;
        self.step(&mut cursor, focus.shape, name, fhir)?;
        Ok(cursor)
    }

    fn step(
        &mut self,
        cursor: &mut Cursor,
        shape: ShapeId,
        key: &str,
        fhir: &'static str,
    ) -> Result<(), Why> {
        let (slot, target) = self.key(shape, key)?;
        cursor.change(|part| part.steps.push(Step::Child(slot)));
        cursor.end = End::Typed(Focus { shape: target, fhir });
        cursor.last = Some((shape, key.to_owned()));
        Ok(())
    }

    /// What a primitive has beside its value: the key `_name` holds it.
    fn beside(&mut self, mut cursor: Cursor, name: &str) -> Result<Cursor, Why> {
        let fhir = match name {
            "extension" => "Extension",
            "id" => "string",
            _ => return Err(format!("{name} of a primitive")),
        };
        let Some((shape, key)) = cursor.last.take() else {
            return Err(format!("{name} of one primitive out of several"));
        };
        let (slot, target) = self.key(shape, &format!("_{key}"))?;
        cursor.change(|part| {
            part.steps.pop();
            part.steps.push(Step::Child(slot));
        });
        self.step(&mut cursor, target, name, fhir)?;
        Ok(cursor)
    }

    fn of_type(&mut self, mut cursor: Cursor, name: &str) -> Result<Cursor, Why> {
        match cursor.end {
            End::Typed(focus) if focus.fhir == name => Ok(cursor),
            End::Typed(focus) => Err(format!("a {} taken as {name}", focus.fhir)),
            End::Choice(shape, element) => {
                let fhir = element.types.iter().find(|fhir| **fhir == name);
                let fhir = fhir.ok_or_else(|| format!("{}[x] is never {name}", element.name))?;
                self.step(&mut cursor, shape, &element.json_key(fhir), fhir)?;
                Ok(cursor)
            }
        }
    }

    fn call(&mut self, cursor: Cursor, name: &str, arguments: &[Expr]) -> Result<Cursor, Why> {
        match (name, arguments) {
            ("ofType" | "as", [argument]) => {
                let name = type_argument(argument).ok_or("a type that is not a name")?;
                self.of_type(cursor, name)
            }
            ("first", []) => cursor.focus().map(|_| cursor.picked(Pick::First)),
            ("last", []) => cursor.focus().map(|_| cursor.picked(Pick::Last)),
            ("where", [criteria]) => {
                let focus = cursor.focus()?;
                let test = self.test(criteria, focus)?;
                Ok(filtered(cursor, test))
            }
            ("extension", [url]) => {
                let Kind::Literal(Literal::String(url)) = &url.kind else {
                    return Err("an extension whose address is not a literal".to_owned());
                };
                let cursor = self.member(cursor, "extension")?;
                let focus = cursor.focus()?;
                let mut chain = Cursor::at(focus, false);
                self.step(&mut chain, focus.shape, "url", "uri")?;
                let literal = Operand::Text(url.clone());
                let test = Test::Same { chain: chain.chain, literal, differ: false };
                Ok(filtered(cursor, test))
            }
            _ => Err(format!("{name}()")),
        }
    }

    /// The chain with a choice of any type where none has been named.
    pub(super) fn whatever_type(&mut self, mut cursor: Cursor) -> Result<Cursor, Why> {
        let End::Choice(shape, element) = cursor.end else { return Ok(cursor) };
        let mut slots = Vec::new();
        for (key, _) in element.json_keys() {
            slots.push(self.key(shape, &key)?.0);
        }
        cursor.change(|part| part.steps.push(Step::AnyChild(slots)));
        Ok(cursor)
    }
}

/// The name of a type as an argument of a function.
pub(super) fn type_argument(argument: &Expr) -> Option<&str> {
    match &argument.kind {
        Kind::Member { base: None, name } => Some(name),
        Kind::Member { base: Some(base), name } => match &base.kind {
            Kind::Member { base: None, name: space } if space == "FHIR" => Some(name),
            _ => None,
        },
        _ => None,
    }
}

fn filtered(mut cursor: Cursor, test: Test) -> Cursor {
    cursor.change(|part| {
        part.steps.push(Step::Where(test));
        part.tests = true;
    });
    cursor.last = None;
    cursor
}

/// Whether a type of FHIR is one of some.
type OfType = fn(&str) -> bool;

/// What a literal is compared with, and which types of elements it may be compared with.
pub(super) fn operand(literal: &Literal) -> Option<(Operand, OfType)> {
    let is_boolean: OfType = |fhir| fhir == "boolean";
    Some(match literal {
        Literal::String(text) => (Operand::Text(text.clone()), is_textual),
        Literal::Boolean(value) => (Operand::Bool(*value), is_boolean),
        Literal::Integer(value) | Literal::Long(value) => {
            (Operand::Number(value.to_string()), is_number)
        }
        Literal::Decimal(text) => (Operand::Number(text.clone()), is_number),
        Literal::Date(_) | Literal::DateTime(_) | Literal::Time(_) | Literal::Quantity(..) => {
            return None;
        }
    })
}

/// The literal of an expression, a sign before it included.
pub(super) fn literal(expr: &Expr) -> Option<Literal> {
    match &expr.kind {
        Kind::Literal(literal) => Some(literal.clone()),
        Kind::Sign { negative, of } => match (literal(of)?, negative) {
            (plain, false) => Some(plain),
            (Literal::Integer(value), true) => value.checked_neg().map(Literal::Integer),
            (Literal::Decimal(text), true) if !text.starts_with('-') => {
                Some(Literal::Decimal(format!("-{text}")))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether an operator gives a truth value.
pub(super) fn is_test(op: Op) -> bool {
    !matches!(
        op,
        Op::Multiply
            | Op::Divide
            | Op::Div
            | Op::Mod
            | Op::Add
            | Op::Subtract
            | Op::Concatenate
            | Op::Union
    )
}
