//! What type an expression gives, as far as FHIR's definitions tell, and which names in it FHIR
//! does not have.
//!
//! Nothing is guessed: where the definitions do not tell, the type is unknown and nothing is said.

use vocab::IssueCode;

use super::functions::{self, Gives};
use crate::model;
use crate::path::ast::{Expr, Kind, Literal, Op, TypeOp};

/// The types a value may have; none named means that it is not known.
///
/// System types are written as in FHIRPath: `System.Boolean`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Types(pub(super) Vec<&'static str>);

/// What is wrong with a name in an expression.
pub(super) type Wrong = (IssueCode, String);

impl Types {
    pub(super) fn one(name: &'static str) -> Self {
        Self(vec![name])
    }

    fn unknown() -> Self {
        Self::default()
    }

    fn is_unknown(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn and(mut self, other: Self) -> Self {
        if self.is_unknown() || other.is_unknown() {
            return Self::unknown();
        }
        for name in other.0 {
            if !self.0.contains(&name) {
                self.0.push(name);
            }
        }
        self
    }

    /// The primitive FHIR type it is, where it can be only one.
    pub(super) fn primitive(&self) -> Option<&'static str> {
        let [only] = self.0.as_slice() else { return None };
        match *only {
            "System.Boolean" => Some("boolean"),
            "System.Integer" => Some("integer"),
            "System.Long" => Some("integer64"),
            "System.Decimal" => Some("decimal"),
            "System.String" => Some("string"),
            "System.Date" => Some("date"),
            "System.DateTime" => Some("dateTime"),
            "System.Time" => Some("time"),
            name => Some(name).filter(|name| model::is_primitive(name)),
        }
    }

    /// Whether all it may be has elements of its own.
    pub(super) fn all_complex(&self) -> bool {
        let complex = |name: &&str| !name.starts_with("System.") && !model::is_primitive(name);
        !self.is_unknown() && self.0.iter().all(complex)
    }

    /// The names as a sentence has them, at most five.
    pub(super) fn listed(&self) -> String {
        let names: Vec<&str> = self.0.iter().take(5).copied().collect();
        let more = if self.0.len() > names.len() { ", …" } else { "" };
        format!("{}{more}", names.join(", "))
    }
}

/// What an expression is asked of.
#[derive(Clone, Copy)]
pub(super) struct Focus<'f> {
    pub(super) this: &'f Types,
    /// The type of the resource.
    pub(super) resource: &'static str,
}

/// Tells the type of an expression, noting names that FHIR does not have.
pub(super) fn of(expr: &Expr, focus: Focus<'_>, wrong: &mut Vec<Wrong>) -> Types {
    match &expr.kind {
        Kind::Empty | Kind::Total => Types::unknown(),
        Kind::Literal(literal) => literal_type(literal),
        Kind::This => focus.this.clone(),
        Kind::Index => Types::one("System.Integer"),
        Kind::External(name) => match name.as_str() {
            "rowIndex" => Types::one("System.Integer"),
            "resource" | "rootResource" | "context" => Types::one(focus.resource),
            _ => Types::one("System.String"),
        },
        Kind::Member { base: None, name } if focus.this.0.iter().any(|this| is_a(this, name)) => {
            focus.this.clone()
        }
        Kind::Member { base, name } => {
            let base = base_type(base.as_deref(), focus, wrong);
            child(&base, name, wrong)
        }
        Kind::Call { base, name, arguments } => {
            let base = base_type(base.as_deref(), focus, wrong);
            call(base, name, arguments, focus, wrong)
        }
        Kind::Item { base, index } => {
            of(index, focus, wrong);
            of(base, focus, wrong)
        }
        Kind::Sign { of: value, .. } => of(value, focus, wrong),
        Kind::Binary { op, left, right } => {
            let (left, right) = (of(left, focus, wrong), of(right, focus, wrong));
            operation(*op, left, right)
        }
        Kind::TypeTest { test, of: value, type_name } => {
            let base = of(value, focus, wrong);
            let narrowed = narrow(&base, type_name.namespace.as_deref(), &type_name.name, wrong);
            match test {
                TypeOp::Is => Types::one("System.Boolean"),
                TypeOp::As => narrowed,
            }
        }
    }
}

/// Whether a path may begin with this name to mean a value of the type: `Patient.name`.
fn is_a(this: &str, name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase()) && model::is_subtype(this, name)
}

fn base_type(base: Option<&Expr>, focus: Focus<'_>, wrong: &mut Vec<Wrong>) -> Types {
    base.map_or_else(|| focus.this.clone(), |base| of(base, focus, wrong))
}

fn literal_type(literal: &Literal) -> Types {
    Types::one(match literal {
        Literal::Boolean(_) => "System.Boolean",
        Literal::String(_) => "System.String",
        Literal::Integer(_) => "System.Integer",
        Literal::Long(_) => "System.Long",
        Literal::Decimal(_) => "System.Decimal",
        Literal::Date(_) => "System.Date",
        Literal::DateTime(_) => "System.DateTime",
        Literal::Time(_) => "System.Time",
        Literal::Quantity(..) => "Quantity",
    })
}

fn operation(op: Op, left: Types, right: Types) -> Types {
    match op {
        Op::Concatenate => Types::one("System.String"),
        Op::Union => left.and(right),
        Op::Div => Types::unknown(),
        Op::Multiply | Op::Add | Op::Subtract | Op::Mod | Op::Divide => {
            let integer = |types: &Types| types.primitive().is_some_and(is_integer);
            let both = integer(&left) && integer(&right);
            if both && op != Op::Divide { Types::one("System.Integer") } else { Types::unknown() }
        }
        _ => Types::one("System.Boolean"),
    }
}

fn is_integer(name: &str) -> bool {
    matches!(name, "integer" | "positiveInt" | "unsignedInt")
}

/// The types of an element of any of these types.
fn child(base: &Types, name: &str, wrong: &mut Vec<Wrong>) -> Types {
    let mut found: Option<Types> = None;
    let mut known = Vec::new();
    for base in &base.0 {
        // Anything may stand where only an abstract type is told.
        let open = matches!(*base, "Resource" | "DomainResource" | "Element" | "BackboneElement");
        let Some(of) = model::type_named(base).filter(|_| !open) else { return Types::unknown() };
        match of.child(name) {
            Some(element) => {
                let types = Types(element.types.clone());
                found = Some(match found {
                    None => types,
                    Some(others) => others.and(types),
                });
            }
            None => known.push(of),
        }
    }
    if found.is_none() && !base.is_unknown() {
        let by_key = known.iter().find_map(|of| of.child_by_key(name));
        let near = match by_key {
            Some((element, kind)) => format!("; write {}.ofType({kind})", element.name),
            None => {
                let names = known.iter().flat_map(|of| of.children()).map(|element| element.name);
                model::did_you_mean(name, names)
            }
        };
        wrong.push((IssueCode::UnknownElement, format!("{} has no {name}{near}", base.listed())));
    }
    found.unwrap_or_default()
}

fn call(
    base: Types,
    name: &str,
    arguments: &[Expr],
    focus: Focus<'_>,
    wrong: &mut Vec<Wrong>,
) -> Types {
    if let Some(told) = functions::wrong(name, arguments.len()) {
        wrong.push((IssueCode::UnknownFunction, told));
        return Types::unknown();
    }
    let gives = functions::gives(name);
    if matches!(gives, Gives::Narrowed | Gives::TypeTest | Gives::ReferenceKey) {
        let named = arguments.first().and_then(type_argument);
        let narrowed = match named {
            Some((namespace, kind)) if gives == Gives::ReferenceKey => {
                known_type(namespace, kind, wrong);
                Types::unknown()
            }
            Some((namespace, kind)) => narrow(&base, namespace, kind, wrong),
            None => Types::unknown(),
        };
        return match gives {
            Gives::Narrowed => narrowed,
            Gives::TypeTest => Types::one("System.Boolean"),
            _ => {
                if !base.is_unknown() && !base.0.contains(&"Reference") {
                    let told = format!("getReferenceKey() is asked of {}", base.listed());
                    wrong.push((IssueCode::ViewElementInvalid, told));
                }
                Types::one("System.String")
            }
        };
    }
    let inner = Focus { this: &base, ..focus };
    let each = functions::asks_each_item(name);
    let arguments: Vec<Types> = arguments
        .iter()
        .map(|argument| of(argument, if each { inner } else { focus }, wrong))
        .collect();
    match gives {
        Gives::Same => base,
        Gives::Argument => arguments.into_iter().next().unwrap_or_default(),
        Gives::Extension => Types::one("Extension"),
        Gives::System(name) => Types::one(name),
        _ => Types::unknown(),
    }
}

/// A type's name given as an argument: `Patient`, `FHIR.Patient`, `'Patient'`.
fn type_argument(argument: &Expr) -> Option<(Option<&str>, &str)> {
    match &argument.kind {
        Kind::Member { base: None, name } | Kind::Literal(Literal::String(name)) => {
            Some((None, name))
        }
        Kind::Member { base: Some(base), name } => match &base.kind {
            Kind::Member { base: None, name: namespace } => Some((Some(namespace), name)),
            _ => None,
        },
        _ => None,
    }
}

/// The type of this name; notes when there is none.
fn known_type(namespace: Option<&str>, name: &str, wrong: &mut Vec<Wrong>) -> Option<&'static str> {
    const SYSTEM: [&str; 9] = [
        "System.Boolean",
        "System.String",
        "System.Integer",
        "System.Long",
        "System.Decimal",
        "System.Date",
        "System.DateTime",
        "System.Time",
        "System.Quantity",
    ];
    let system = || SYSTEM.iter().find(|known| known.get(7..) == Some(name)).copied();
    let fhir = || model::type_named(name).map(|found| found.name);
    let found = match namespace {
        Some("System") => system(),
        Some("FHIR") => fhir(),
        Some(_) => None,
        None => fhir().or_else(system),
    };
    if found.is_none() {
        let names = model::types().map(|found| found.name);
        let near = model::did_you_mean(name, names.filter(|name| !name.contains('.')));
        wrong.push((IssueCode::UnknownElement, format!("there is no type {name}{near}")));
    }
    found
}

/// The values that are of a type; notes when none can be.
fn narrow(base: &Types, namespace: Option<&str>, name: &str, wrong: &mut Vec<Wrong>) -> Types {
    let Some(wanted) = known_type(namespace, name, wrong) else { return Types::unknown() };
    if wanted.starts_with("System.") || base.0.iter().any(|held| held.starts_with("System.")) {
        return Types::one(wanted);
    }
    let fits = |held: &&&str| model::is_subtype(wanted, held) || model::is_subtype(held, wanted);
    if !base.is_unknown() && !base.0.iter().any(|held| fits(&held)) {
        let told = format!("{} is never {name}", base.listed());
        wrong.push((IssueCode::UnknownElement, told));
    }
    Types::one(wanted)
}
