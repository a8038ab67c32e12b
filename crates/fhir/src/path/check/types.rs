//! The types a value may have, and what follows from them.

use vocab::IssueCode;

use crate::model;
use crate::path::ast::{Literal, Op, TypeName, TypeOp};

/// The types a value may have; none named means that they cannot be told.
///
/// System types are written as in FHIRPath: `System.Boolean`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Types(Vec<&'static str>);

/// A type to which values are narrowed, or which is asked after.
pub(super) struct Narrowing<'n> {
    pub(super) to: &'n TypeName,
    pub(super) test: TypeOp,
}

/// A type of this name.
enum Named {
    Is(&'static str),
    /// One of which nothing follows: `System.Any`.
    Any,
    No,
}

/// Every type of FHIRPath's own.
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

/// How many names a message lists.
const LISTED_MAX: usize = 5;

impl Types {
    /// The type of FHIR of this name; unknown where there is none.
    #[must_use]
    pub fn named(name: &str) -> Self {
        model::type_named(name).map_or_else(Self::unknown, |found| Self::one(found.name))
    }

    pub(crate) fn one(name: &'static str) -> Self {
        Self(vec![name])
    }

    pub(super) fn unknown() -> Self {
        Self::default()
    }

    /// Whether they cannot be told.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(&name)
    }

    /// What may be of either.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
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
    #[must_use]
    pub fn primitive(&self) -> Option<&'static str> {
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

    /// Whether all it may be has parts of its own.
    #[must_use]
    pub fn all_complex(&self) -> bool {
        let complex = |name: &&str| match name.strip_prefix("System.") {
            Some(system) => system == "Quantity",
            None => !model::is_primitive(name),
        };
        !self.is_unknown() && self.0.iter().all(complex)
    }

    /// Whether it can be neither true nor false.
    #[must_use]
    pub fn never_true(&self) -> bool {
        let truth = |name: &&str| matches!(*name, "boolean" | "System.Boolean");
        !self.is_unknown() && !self.0.iter().any(truth)
    }

    /// The names as a sentence has them, at most five.
    #[must_use]
    pub fn listed(&self) -> String {
        let names: Vec<&str> = self.0.iter().take(LISTED_MAX).copied().collect();
        let more = if self.0.len() > names.len() { ", …" } else { "" };
        format!("{}{more}", names.join(", "))
    }

    /// Those that are of a type or may turn out to be: `Resource` is a kind of `Patient` and the
    /// other way round. Of the two the narrower one.
    pub(super) fn kin_of(&self, name: &'static str) -> Self {
        let kin = |held: &&'static str| match *held {
            held if model::is_subtype(held, name) => Some(held),
            held if model::is_subtype(name, held) => Some(name),
            _ => None,
        };
        Self(self.0.iter().filter_map(kin).collect())
    }

    /// The types of an element of any of these; what might be meant where none has it.
    pub(super) fn child(&self, name: &str) -> Result<Self, String> {
        let (mut found, mut without): (Option<Self>, _) = (None, Vec::new());
        for base in &self.0 {
            // Anything may stand where only an abstract type is told, and the parts of System's
            // own types are not told at all.
            let open =
                matches!(*base, "Resource" | "DomainResource" | "Element" | "BackboneElement");
            let Some(of) = model::type_named(base).filter(|_| !open) else {
                return Ok(Self::unknown());
            };
            match of.child(name) {
                Some(element) => {
                    let types = Self(element.types.clone());
                    found = Some(match found {
                        None => types,
                        Some(others) => others.and(types),
                    });
                }
                None => without.push(of),
            }
        }
        if let Some(found) = found {
            return Ok(found);
        }
        if self.is_unknown() {
            return Ok(Self::unknown());
        }
        let by_key = without.iter().find_map(|of| of.child_by_key(name));
        Err(match by_key {
            Some((element, kind)) => format!("; write {}.ofType({kind})", element.name),
            None => {
                let names = without.iter().flat_map(|of| of.children()).map(|element| element.name);
                model::did_you_mean(name, names)
            }
        })
    }

    /// The values that are of a type, and what is wrong: no such type, or never of it.
    pub(super) fn narrowed(
        &self,
        narrowing: &Narrowing<'_>,
    ) -> (Self, Option<(IssueCode, String)>) {
        let Narrowing { to, test } = narrowing;
        let wanted = match named(to) {
            Named::Is(wanted) => wanted,
            Named::Any => return (Self::unknown(), None),
            // `x is System.Patient` is false, not wrong.
            Named::No if *test == TypeOp::Is && to.namespace.as_deref() == Some("System") => {
                return (Self::unknown(), None);
            }
            Named::No => return (Self::unknown(), Some((IssueCode::UnknownElement, no_type(to)))),
        };
        if self.is_unknown()
            || wanted.starts_with("System.")
            || self.0.iter().any(|held| held.starts_with("System."))
            || !self.kin_of(wanted).is_unknown()
        {
            return (Self::one(wanted), None);
        }
        // FHIRPath lets one primitive be taken as another and gives nothing.
        let one_primitive = matches!(self.0.as_slice(), [held] if model::is_primitive(held));
        let code = if one_primitive && model::is_primitive(wanted) {
            IssueCode::PathLeadsNowhere
        } else {
            IssueCode::UnknownElement
        };
        let told = format!("{} is never {}", self.listed(), to.name);
        (Self::one(wanted), Some((code, told)))
    }
}

/// The type of this name.
fn named(to: &TypeName) -> Named {
    let name = to.name.as_str();
    let system = || match SYSTEM.iter().find(|known| known.strip_prefix("System.") == Some(name)) {
        Some(known) => Named::Is(known),
        None if name == "Any" => Named::Any,
        None => Named::No,
    };
    let fhir = || model::type_named(name).map(|found| Named::Is(found.name));
    match to.namespace.as_deref() {
        Some("System") => system(),
        Some("FHIR") => fhir().unwrap_or(Named::No),
        Some(_) => Named::No,
        None => fhir().unwrap_or_else(system),
    }
}

fn no_type(to: &TypeName) -> String {
    let names = model::types().map(|found| found.name).filter(|name| !name.contains('.'));
    let near = model::did_you_mean(&to.name, names);
    format!("there is no type {}{near}", to.name)
}

pub(super) fn literal_type(literal: &Literal) -> Types {
    Types::one(match literal {
        Literal::Boolean(_) => "System.Boolean",
        Literal::String(_) => "System.String",
        Literal::Integer(_) => "System.Integer",
        Literal::Long(_) => "System.Long",
        Literal::Decimal(_) => "System.Decimal",
        Literal::Date(_) => "System.Date",
        Literal::DateTime(_) => "System.DateTime",
        Literal::Time(_) => "System.Time",
        Literal::Quantity(..) => "System.Quantity",
    })
}

/// What an operator gives, and what is wrong where it never gives anything.
pub(super) fn operation(op: Op, left: Types, right: Types) -> (Types, Option<&'static str>) {
    let all = |types: &Types, wanted: &[&str]| {
        !types.is_unknown() && types.0.iter().all(|held| wanted.contains(held))
    };
    let moments = ["System.Date", "System.DateTime", "System.Time"];
    let numbers = ["System.Integer", "System.Decimal"];
    let of_what = matches!(op, Op::Add | Op::Subtract) && all(&left, &moments);
    if of_what && all(&right, &numbers) {
        return (Types::unknown(), Some("say of what: + 7 days, + 1 month"));
    }
    let types = match op {
        Op::Concatenate => Types::one("System.String"),
        Op::Union => left.and(right),
        Op::Div | Op::Divide => Types::unknown(),
        Op::Multiply | Op::Add | Op::Subtract | Op::Mod => {
            let whole = left.is_whole() && right.is_whole();
            if whole { Types::one("System.Integer") } else { Types::unknown() }
        }
        _ => Types::one("System.Boolean"),
    };
    (types, None)
}

impl Types {
    fn is_whole(&self) -> bool {
        matches!(self.primitive(), Some("integer" | "positiveInt" | "unsignedInt"))
    }
}
