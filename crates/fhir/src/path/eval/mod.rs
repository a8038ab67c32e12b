//! Answers any FHIRPath expression over one resource.
//!
//! This is the general way: slower than the compiled walk, and complete. It never fails but with a
//! [`PathError`]: nesting, work, lengths of numbers and of texts are all bounded.
//!
//! # Source
//! FHIRPath 3.0.0 with FHIR R4's additions; SQL-on-FHIR 3.0.0-ballot for keys, constants and
//! `%rowIndex`. Readings of unclear points: `docs/readings/fhirpath.md`.

mod convert;
mod decimal;
mod equal;
mod functions;
mod moment;
mod moment_math;
mod operators;
mod types;
mod unit;
mod value;

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};

pub use decimal::Decimal;
pub use functions::FUNCTIONS;
pub use moment::Moment;
pub(super) use types::name_of as type_of_argument;
pub use value::{Collection, Element, Quantity, TypeInfo, Value};

use super::PathError;
use super::ast::{Expr, Kind, Literal};
use crate::json::Node;
use crate::model;

/// How many steps one evaluation may take; a step is a value made, looked at or compared.
pub const STEPS_MAX: u64 = 5_000_000;

/// How keys of resources and references are made: the identity policy of the caller.
pub trait Keys {
    /// The key of a resource, as `getResourceKey()` gives it.
    fn resource_key(&self, resource: &Node) -> Option<String>;

    /// The key of what a Reference points to, if it is of the wanted type or none is wanted.
    fn reference_key(&self, reference: &Node, wanted: Option<&str>) -> Option<String>;
}

/// What an evaluation knows besides the expression and its focus.
#[derive(Clone)]
pub struct Context<'a> {
    /// `%resource`: the resource in which contained ones are looked up.
    pub resource: &'a Node,
    /// Values of `%name`.
    pub constants: &'a [(String, Value<'a>)],
    /// `%rowIndex`, where a view iterates.
    pub row_index: Option<i64>,
    /// The clock behind `now()`, `today()` and `timeOfDay()`; without it they are errors.
    pub now: Option<jiff::ZonedDateTime>,
    /// Keys of resources and references; without it they are errors.
    pub keys: Option<&'a dyn Keys>,
}

impl<'a> Context<'a> {
    /// A context that knows a resource and nothing else.
    #[must_use]
    pub fn new(resource: &'a Node) -> Self {
        Self { resource, constants: &[], row_index: None, now: None, keys: None }
    }
}

/// Answers an expression, starting from a focus.
///
/// ```
/// use fhir::json::Node;
/// use fhir::path::{self, eval};
/// let patient = r#"{"resourceType": "Patient", "name": [{"given": ["花子"]}]}"#;
/// let patient = Node::parse(patient).unwrap();
/// let expr = path::parse("Patient.name.given.first()").unwrap();
/// let focus = [eval::Value::resource(&patient)];
/// let answer = eval::evaluate(&expr, &focus, &eval::Context::new(&patient)).unwrap();
/// assert_eq!(answer.first().and_then(|value| value.to_text()).as_deref(), Some("花子"));
/// ```
///
/// # Errors
/// When the expression asks for what the standard calls an error, calls what is not known, or
/// takes more than [`STEPS_MAX`] steps.
pub fn evaluate<'a>(
    expr: &Expr,
    focus: &[Value<'a>],
    context: &Context<'a>,
) -> Result<Collection<'a>, PathError> {
    let run =
        Run { context, focus: focus.to_vec(), steps: Cell::new(0), variables: RefCell::default() };
    run.eval(expr, &Frame { this: focus.to_vec(), index: None, total: None })
}

/// One evaluation.
struct Run<'a, 'c> {
    context: &'c Context<'a>,
    /// `%context`
    focus: Collection<'a>,
    steps: Cell<u64>,
    /// What `defineVariable` defined, innermost last.
    variables: RefCell<Vec<(String, Collection<'a>)>>,
}

/// What `$this`, `$index` and `$total` mean.
#[derive(Clone, Default)]
struct Frame<'a> {
    this: Collection<'a>,
    index: Option<i64>,
    total: Option<Collection<'a>>,
}

type Answer<'a> = Result<Collection<'a>, PathError>;

impl<'a> Run<'a, '_> {
    /// Counts work done, and ends the evaluation when it is too much.
    fn charge(&self, steps: usize, at: usize) -> Result<(), PathError> {
        let spent = self.steps.get().saturating_add(u64::try_from(steps).unwrap_or(u64::MAX));
        self.steps.set(spent);
        if spent > STEPS_MAX {
            return Err(PathError::new(at, format!("takes more than {STEPS_MAX} steps")));
        }
        Ok(())
    }

    fn eval(&self, expr: &Expr, frame: &Frame<'a>) -> Answer<'a> {
        self.charge(1, expr.at)?;
        match &expr.kind {
            Kind::Empty => Ok(Vec::new()),
            Kind::Literal(value) => literal(value, expr.at).map(|value| vec![value]),
            Kind::This => Ok(frame.this.clone()),
            Kind::Index => Ok(frame.index.map(Value::Integer).into_iter().collect()),
            Kind::Total => Ok(frame.total.clone().unwrap_or_default()),
            Kind::External(name) => self.external(name, expr.at),
            Kind::Member { base, name } => self.member(base.as_deref(), name, expr.at, frame),
            Kind::Call { base, name, arguments } => {
                let input = match base {
                    Some(base) => self.eval(base, frame)?,
                    None => frame.this.clone(),
                };
                self.charge(input.len(), expr.at)?;
                let call = functions::Call { name, arguments, at: expr.at, frame };
                functions::call(self, input, &call)
            }
            Kind::Item { base, index } => self.item(base, index, frame),
            Kind::Sign { negative, of } => {
                let value = self.scoped(of, frame)?;
                operators::sign(*negative, value, expr.at)
            }
            Kind::Binary { op, left, right } => {
                operators::binary(self, *op, (left, right), frame, expr.at)
            }
            Kind::TypeTest { test, of, type_name } => {
                let value = self.scoped(of, frame)?;
                types::test(*test, value, type_name, expr.at)
            }
        }
    }

    /// Evaluates a part whose variables end with it.
    fn scoped(&self, expr: &Expr, frame: &Frame<'a>) -> Answer<'a> {
        let known = self.variables.borrow().len();
        let answer = self.eval(expr, frame);
        self.variables.borrow_mut().truncate(known);
        answer
    }

    fn item(&self, base: &Expr, index: &Expr, frame: &Frame<'a>) -> Answer<'a> {
        let items = self.eval(base, frame)?;
        let at = index.at;
        let index = one(self.scoped(index, frame)?, at, "an index")?;
        let index = match index.map(|value| value.system()) {
            None => return Ok(Vec::new()),
            Some(Value::Integer(index) | Value::Long(index)) => usize::try_from(index).ok(),
            Some(_) => return Err(PathError::new(at, "an index is a whole number")),
        };
        Ok(index.and_then(|index| items.into_iter().nth(index)).into_iter().collect())
    }

    fn member(&self, base: Option<&Expr>, name: &str, at: usize, frame: &Frame<'a>) -> Answer<'a> {
        let Some(base) = base else {
            if name.starts_with(|first: char| first.is_ascii_uppercase()) {
                return Ok(self.root_named(name, frame));
            }
            return self.children_named(&frame.this, name, at);
        };
        // `FHIR.Patient.name`: the namespace before the name of the root.
        if name.starts_with(|first: char| first.is_ascii_uppercase())
            && matches!(&base.kind, Kind::Member { base: None, name } if name == "FHIR")
        {
            return Ok(self.root_named(name, frame));
        }
        let items = self.eval(base, frame)?;
        self.children_named(&items, name, at)
    }

    /// `Patient` at the beginning of a path: the focus, if it is one.
    fn root_named(&self, name: &str, frame: &Frame<'a>) -> Collection<'a> {
        let is_root = |value: &&Value<'a>| {
            let kind = value.as_element().and_then(|element| element.kind);
            kind.is_some_and(|kind| model::is_subtype(kind, name))
        };
        frame.this.iter().filter(is_root).cloned().collect()
    }

    fn children_named(&self, items: &[Value<'a>], name: &str, at: usize) -> Answer<'a> {
        let mut out = Vec::new();
        for item in items {
            match item {
                Value::Element(element) => {
                    let children = element.children_named(name);
                    self.charge(1 + children.len(), at)?;
                    out.extend(children.into_iter().map(Value::Element));
                }
                Value::Type(info) if name == "name" => out.push(Value::text(info.name)),
                Value::Type(info) if name == "namespace" => out.push(Value::text(info.namespace)),
                Value::Quantity(quantity) if name == "value" => {
                    out.push(Value::Decimal(quantity.amount.clone()));
                }
                Value::Quantity(quantity) if name == "unit" => {
                    out.push(Value::text(quantity.unit.clone()));
                }
                _ => {}
            }
        }
        Ok(out)
    }

    fn external(&self, name: &str, at: usize) -> Answer<'a> {
        if let Some((_, value)) =
            self.variables.borrow().iter().rev().find(|(defined, _)| defined == name)
        {
            return Ok(value.clone());
        }
        if let Some((_, value)) = self.context.constants.iter().find(|(known, _)| known == name) {
            return Ok(vec![value.clone()]);
        }
        let text = |text: String| Ok(vec![Value::text(text)]);
        match name {
            "context" => Ok(self.focus.clone()),
            "resource" | "rootResource" => Ok(vec![Value::resource(self.context.resource)]),
            "rowIndex" => Ok(self.context.row_index.map(Value::Integer).into_iter().collect()),
            "sct" => text("http://snomed.info/sct".to_owned()),
            "loinc" => text("http://loinc.org".to_owned()),
            "ucum" => text("http://unitsofmeasure.org".to_owned()),
            _ => {
                if let Some(name) = name.strip_prefix("vs-") {
                    return text(format!("http://hl7.org/fhir/ValueSet/{name}"));
                }
                if let Some(name) = name.strip_prefix("ext-") {
                    return text(format!("http://hl7.org/fhir/StructureDefinition/{name}"));
                }
                let known = self.context.constants.iter().map(|(known, _)| known.as_str());
                let hint = model::did_you_mean(name, known.chain(["resource", "rowIndex"]));
                Err(PathError::new(at, format!("%{name} is not defined here{hint}")))
            }
        }
    }
}

/// The only value, none, or an error where there are several.
fn one<'a>(values: Collection<'a>, at: usize, what: &str) -> Result<Option<Value<'a>>, PathError> {
    if values.len() > 1 {
        let message = format!("{what} must be one value, not {}; use first()", values.len());
        return Err(PathError::new(at, message));
    }
    Ok(values.into_iter().next())
}

fn literal<'a>(literal: &Literal, at: usize) -> Result<Value<'a>, PathError> {
    let value = match literal {
        Literal::Boolean(value) => Some(Value::Boolean(*value)),
        Literal::String(text) => Some(Value::text(text.clone())),
        Literal::Integer(value) => Some(Value::Integer(*value)),
        Literal::Long(value) => Some(Value::Long(*value)),
        Literal::Decimal(text) => decimal::parse(text).map(Value::Decimal),
        Literal::Date(text) => Moment::date(text).map(Value::Moment),
        Literal::DateTime(text) => Moment::date_time(text).map(Value::Moment),
        Literal::Time(text) => Moment::time(text).map(Value::Moment),
        Literal::Quantity(number, unit) => decimal::parse(number)
            .map(|amount| Value::Quantity(Quantity { amount, unit: unit.clone() })),
    };
    value.ok_or_else(|| PathError::new(at, "this value is too long or not in the calendar"))
}
