//! Finds, before any resource is read, what an expression cannot mean in FHIR R4.
//!
//! Types are followed as far as they can be told: a name that the type has not is an error here,
//! where at run time it would be an empty answer forever. Where types cannot be told (after
//! `children()`, `resolve()`, `%name`) nothing is said.

use super::PathError;
use super::ast::{Expr, Kind, Literal, Op, TypeOp};
use super::eval::{FUNCTIONS, type_of_argument};
use crate::model;

/// Whether functions that depend on order may follow those that give none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `children().first()` is allowed.
    Any,
    /// It is refused.
    Required,
}

/// The types an expression may answer with; `None` is "cannot be told".
type Types = Option<Vec<&'static str>>;

/// Checks an expression against the type it starts from.
///
/// ```
/// use fhir::path::{self, check};
/// let wrong = path::parse("name.famly").unwrap();
/// let error = check::check(&wrong, "Patient", check::Order::Any).unwrap_err();
/// assert_eq!(error.message, "HumanName has no element famly; did you mean family?");
/// ```
///
/// # Errors
/// The first name that FHIR R4 does not have where it stands, unknown function, or operation that
/// can never work.
pub fn check(expr: &Expr, root: &str, order: Order) -> Result<(), PathError> {
    infer(expr, root, order).map(|_| ())
}

/// The types an expression may answer with, where they can be told.
///
/// # Errors
/// As [`check`].
pub fn infer(expr: &Expr, root: &str, order: Order) -> Result<Types, PathError> {
    let this = model::type_named(root).map(|found| vec![found.name]);
    Checker { order }.types(expr, &this)
}

struct Checker {
    order: Order,
}

type Told = Result<Types, PathError>;

fn only(name: &'static str) -> Types {
    Some(vec![name])
}

impl Checker {
    fn types(&self, expr: &Expr, this: &Types) -> Told {
        match &expr.kind {
            Kind::Literal(literal) => Ok(Some(vec![literal_type(literal)])),
            Kind::This => Ok(this.clone()),
            Kind::Index => Ok(only("System.Integer")),
            Kind::Empty | Kind::Total | Kind::External(_) => Ok(None),
            Kind::Member { base: None, name } => root_or_child(this, name, expr.at),
            Kind::Member { base: Some(base), name } => {
                let namespace =
                    matches!(&base.kind, Kind::Member { base: None, name } if name == "FHIR");
                if namespace {
                    return root_or_child(this, name, expr.at);
                }
                children(&self.types(base, this)?, name, expr.at)
            }
            Kind::Item { base, index } => {
                self.types(index, this)?;
                self.ordered(base, expr.at, "[]")?;
                self.types(base, this)
            }
            Kind::Sign { of, .. } => self.types(of, this),
            Kind::Binary { op, left, right } => {
                let (left, right) = (self.types(left, this)?, self.types(right, this)?);
                operator(*op, &left, &right, expr.at)
            }
            Kind::TypeTest { test, of, type_name } => {
                let of = self.types(of, this)?;
                match test {
                    TypeOp::Is => Ok(only("System.Boolean")),
                    TypeOp::As => {
                        Ok(narrowed(&of, type_name.namespace.as_deref(), &type_name.name))
                    }
                }
            }
            Kind::Call { base, name, arguments } => {
                let input = match base {
                    Some(base) => self.types(base, this)?,
                    None => this.clone(),
                };
                if let Some(base) = base
                    && ORDERED.contains(&name.as_str())
                {
                    self.ordered(base, expr.at, name)?;
                }
                self.call(&Called { name, arguments, at: expr.at }, &input, this)
            }
        }
    }

    /// Refuses what depends on an order that is not there.
    fn ordered(&self, base: &Expr, at: usize, name: &str) -> Result<(), PathError> {
        let unordered = matches!(
            &base.kind,
            Kind::Call { name, .. } if name == "children" || name == "descendants"
        );
        if self.order == Order::Required && unordered {
            return Err(PathError::new(
                at,
                format!("{name} has no meaning where there is no order"),
            ));
        }
        Ok(())
    }

    fn call(&self, called: &Called<'_>, input: &Types, this: &Types) -> Told {
        let Called { name, arguments, at } = *called;
        let Some((_, least, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
            let hint = model::did_you_mean(name, FUNCTIONS.iter().map(|(known, ..)| *known));
            return Err(PathError::new(at, format!("there is no function {name}(){hint}")));
        };
        if !(*least..=*most).contains(&arguments.len()) {
            let message = format!("{name}() does not take {} arguments", arguments.len());
            return Err(PathError::new(at, message));
        }
        if TEXT_FUNCTIONS.contains(&name)
            && input.as_ref().is_some_and(|types| types.iter().all(|kind| is_complex(kind)))
        {
            let types = input.iter().flatten().copied().collect::<Vec<_>>().join(", ");
            return Err(PathError::new(at, format!("{name}() is for texts, not for {types}")));
        }
        if TYPE_FUNCTIONS.contains(&name) {
            let wanted = match arguments.first() {
                Some(argument) => type_of_argument(argument)?,
                None => return Ok(None),
            };
            return Ok(match name {
                "is" => only("System.Boolean"),
                "getReferenceKey" => only("System.String"),
                _ => narrowed(input, wanted.namespace.as_deref(), &wanted.name),
            });
        }
        let scope = if SCOPED.contains(&name) { input } else { this };
        let mut given = Vec::new();
        for (index, argument) in arguments.iter().enumerate() {
            let scope = if name == "aggregate" && index == 1 { this } else { scope };
            // What repeat() finds becomes its input again; only the first round can be told.
            given.push(self.types(argument, scope)?);
        }
        if name == "iif" {
            criterion(given.first().unwrap_or(&None), at)?;
        }
        Ok(answer(name, input, &given))
    }
}

/// A call, without what it is called on.
struct Called<'e> {
    name: &'e str,
    arguments: &'e [Expr],
    at: usize,
}

/// Functions whose result depends on the order of their input.
const ORDERED: &[&str] = &["first", "last", "tail", "skip", "take"];

/// Functions that take the name of a type.
const TYPE_FUNCTIONS: &[&str] = &["is", "as", "ofType", "getReferenceKey"];

/// Functions whose arguments are evaluated for each item of the input.
const SCOPED: &[&str] = &[
    "where",
    "select",
    "exists",
    "all",
    "repeat",
    "repeatAll",
    "aggregate",
    "sort",
    "trace",
    "iif",
    "defineVariable",
];

/// Functions on texts.
const TEXT_FUNCTIONS: &[&str] = &[
    "startsWith",
    "endsWith",
    "contains",
    "matches",
    "matchesFull",
    "replace",
    "replaceMatches",
    "substring",
    "indexOf",
    "lastIndexOf",
    "upper",
    "lower",
    "length",
    "toChars",
    "trim",
    "split",
    "encode",
    "decode",
    "escape",
    "unescape",
];

fn is_complex(kind: &str) -> bool {
    !kind.starts_with("System.") && !model::is_primitive(kind)
}

fn literal_type(literal: &Literal) -> &'static str {
    match literal {
        Literal::Boolean(_) => "System.Boolean",
        Literal::String(_) => "System.String",
        Literal::Integer(_) => "System.Integer",
        Literal::Long(_) => "System.Long",
        Literal::Decimal(_) => "System.Decimal",
        Literal::Date(_) => "System.Date",
        Literal::DateTime(_) => "System.DateTime",
        Literal::Time(_) => "System.Time",
        Literal::Quantity(..) => "System.Quantity",
    }
}

/// A name at the beginning of a path: the type itself, or a child of what is in focus.
fn root_or_child(this: &Types, name: &str, at: usize) -> Told {
    let first_is_capital = name.starts_with(|first: char| first.is_ascii_uppercase());
    let Some(named) = model::type_named(name).filter(|_| first_is_capital) else {
        return children(this, name, at);
    };
    let Some(types) = this else { return Ok(only(named.name)) };
    // `Resource` is a kind of `Patient` and the other way round: both may be meant.
    let fits = |kind: &&'static str| model::is_subtype(kind, name) || model::is_subtype(name, kind);
    if types.iter().any(&fits) {
        let kept = types.iter().copied().filter(|kind| fits(kind));
        return Ok(Some(kept.map(|kind| narrower(kind, named.name)).collect()));
    }
    let types = types.join(", ");
    Err(PathError::new(at, format!("this is {types}, never {name}")))
}

fn narrower(kind: &'static str, other: &'static str) -> &'static str {
    if model::is_subtype(other, kind) { other } else { kind }
}

fn children(of: &Types, name: &str, at: usize) -> Told {
    let Some(types) = of else { return Ok(None) };
    let mut out: Vec<&'static str> = Vec::new();
    let mut known = false;
    for kind in types {
        let Some(found) = model::type_named(kind) else {
            // Parts of the system's own types: `type().name`, `quantity.value`.
            return Ok(None);
        };
        if matches!(*kind, "Resource" | "DomainResource") {
            return Ok(None);
        }
        if let Some(element) = found.child(name) {
            known = true;
            out.extend(
                element
                    .types
                    .iter()
                    .filter(|kind| !out.contains(kind))
                    .copied()
                    .collect::<Vec<_>>(),
            );
        }
    }
    if known {
        return Ok(Some(out));
    }
    let choice = types.iter().find_map(|kind| model::type_named(kind)?.child_by_key(name));
    let hint = match choice {
        Some((element, kind)) => format!("; write {}.ofType({kind})", element.name),
        None => {
            let names = types.iter().filter_map(|kind| model::type_named(kind));
            let names = names.flat_map(model::Type::children).map(|element| element.name);
            model::did_you_mean(name, names)
        }
    };
    Err(PathError::new(at, format!("{} has no element {name}{hint}", types.join(", "))))
}

fn narrowed(of: &Types, namespace: Option<&str>, name: &str) -> Types {
    let found = model::type_named(name).filter(|_| namespace != Some("System"))?;
    // A system type of the same name may be meant where nothing says otherwise.
    match of {
        Some(types) if types.iter().any(|kind| kind.starts_with("System.")) => None,
        _ => only(found.name),
    }
}

fn operator(op: Op, left: &Types, right: &Types, at: usize) -> Told {
    let is = |types: &Types, wanted: &[&str]| {
        types.as_ref().is_some_and(|types| types.iter().all(|kind| wanted.contains(kind)))
    };
    let moments = ["System.Date", "System.DateTime", "System.Time"];
    match op {
        Op::Add | Op::Subtract
            if is(left, &moments) && is(right, &["System.Integer", "System.Decimal"]) =>
        {
            Err(PathError::new(at, "say of what: + 7 days, + 1 month"))
        }
        Op::Union => Ok(match (left, right) {
            (Some(left), Some(right)) => {
                let mut both = left.clone();
                both.extend(right.iter().filter(|kind| !left.contains(kind)));
                Some(both)
            }
            _ => None,
        }),
        Op::Multiply | Op::Divide | Op::Div | Op::Mod | Op::Add | Op::Subtract => Ok(None),
        Op::Concatenate => Ok(only("System.String")),
        _ => Ok(only("System.Boolean")),
    }
}

/// A criterion of `iif` that can never be a boolean.
fn criterion(types: &Types, at: usize) -> Result<(), PathError> {
    let may_be = |kind: &&'static str| matches!(*kind, "System.Boolean" | "boolean");
    match types {
        Some(types) if !types.iter().any(may_be) => {
            Err(PathError::new(at, "the criterion of iif() must be a boolean; add .exists()"))
        }
        _ => Ok(()),
    }
}

/// The types a function answers with.
fn answer(name: &str, input: &Types, given: &[Types]) -> Types {
    let first = || given.first().cloned().flatten();
    match name {
        "where" | "first" | "last" | "tail" | "skip" | "take" | "single" | "distinct" | "trace"
        | "sort" | "intersect" | "exclude" | "defineVariable" => input.clone(),
        "select" => first(),
        "extension" => only("Extension"),
        "empty" | "exists" | "all" | "allTrue" | "anyTrue" | "allFalse" | "anyFalse" | "not"
        | "subsetOf" | "supersetOf" | "isDistinct" | "hasValue" | "startsWith" | "endsWith"
        | "contains" | "matches" | "matchesFull" | "comparable" | "conformsTo" => {
            only("System.Boolean")
        }
        _ if name.starts_with("convertsTo") => only("System.Boolean"),
        "count" | "length" | "indexOf" | "lastIndexOf" | "toInteger" | "precision" => {
            only("System.Integer")
        }
        "getResourceKey" | "toString" | "upper" | "lower" | "substring" | "replace"
        | "replaceMatches" | "join" | "trim" | "toChars" | "split" | "encode" | "decode"
        | "escape" | "unescape" => only("System.String"),
        "toBoolean" => only("System.Boolean"),
        "toDecimal" => only("System.Decimal"),
        "toQuantity" => only("System.Quantity"),
        "toDate" | "today" => only("System.Date"),
        "toDateTime" | "now" => only("System.DateTime"),
        "toTime" | "timeOfDay" => only("System.Time"),
        _ => None,
    }
}
