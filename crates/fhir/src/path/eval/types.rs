//! `is`, `as` and the names of types.

use super::value::{Collection, TypeInfo, Value};
use super::{Answer, PathError};
use crate::model;
use crate::path::ast::{Expr, Kind, Literal, TypeName, TypeOp};

const SYSTEM: &[&str] = &[
    "Any", "Boolean", "String", "Integer", "Long", "Decimal", "Date", "DateTime", "Time",
    "Quantity",
];

/// Answers `value is Type` and `value as Type`.
pub(super) fn test<'a>(
    op: TypeOp,
    values: Collection<'a>,
    wanted: &TypeName,
    at: usize,
) -> Answer<'a> {
    known(wanted, op, at)?;
    let word = if op == TypeOp::Is { "what is asked with is" } else { "what is cast with as" };
    let Some(value) = super::one(values, at, word)? else { return Ok(Vec::new()) };
    Ok(match op {
        TypeOp::Is => vec![Value::Boolean(is(&value, wanted))],
        TypeOp::As if casts(&value, wanted) => vec![value],
        TypeOp::As => Vec::new(),
    })
}

/// The values of a type.
pub(super) fn of_type<'a>(values: Collection<'a>, wanted: &TypeName, at: usize) -> Answer<'a> {
    known(wanted, TypeOp::As, at)?;
    Ok(values.into_iter().filter(|value| casts(value, wanted)).collect())
}

/// Refuses names of types that do not exist.
fn known(wanted: &TypeName, op: TypeOp, at: usize) -> Result<(), PathError> {
    let name = wanted.name.as_str();
    let system = SYSTEM.contains(&name);
    let fhir = model::type_named(name).is_some();
    let exists = match wanted.namespace.as_deref() {
        // `x is System.Patient` is false, not wrong.
        Some("System") => system || op == TypeOp::Is,
        Some("FHIR") => fhir,
        Some(_) => false,
        None => system || fhir,
    };
    if exists {
        return Ok(());
    }
    let names = model::types().map(|found| found.name).filter(|name| !name.contains('.'));
    let hint = model::did_you_mean(name, names.chain(SYSTEM.iter().copied()));
    Err(PathError::new(at, format!("there is no type {wanted}{hint}")))
}

/// Whether a value is of a type or descends from it.
pub(super) fn is(value: &Value<'_>, wanted: &TypeName) -> bool {
    let namespace = wanted.namespace.as_deref();
    match value {
        Value::Element(element) => {
            let kind = element.kind.unwrap_or("Element");
            namespace.is_none_or(|namespace| namespace == "FHIR")
                && model::is_subtype(kind, &wanted.name)
        }
        other => {
            namespace.is_none_or(|namespace| namespace == "System")
                && (wanted.name == "Any" || other.type_info().name == wanted.name)
        }
    }
}

/// Whether a value is kept by `as` and `ofType`: of a primitive, only the very type.
fn casts(value: &Value<'_>, wanted: &TypeName) -> bool {
    let primitive =
        value.as_element().and_then(|element| element.kind).is_some_and(model::is_primitive);
    if primitive && model::is_primitive(&wanted.name) {
        let TypeInfo { name, .. } = value.type_info();
        return name == wanted.name && is(value, wanted);
    }
    is(value, wanted)
}

/// Reads a type's name out of an argument: `ofType(FHIR.Patient)`.
pub(in crate::path) fn name_of(argument: &Expr) -> Result<TypeName, PathError> {
    let name = match &argument.kind {
        Kind::Member { base: None, name } | Kind::Literal(Literal::String(name)) => {
            match name.split_once('.') {
                Some((namespace, name)) => (Some(namespace.to_owned()), name),
                None => (None, name.as_str()),
            }
        }
        Kind::Member { base: Some(base), name } => match &base.kind {
            Kind::Member { base: None, name: namespace } => {
                (Some(namespace.clone()), name.as_str())
            }
            _ => return Err(PathError::new(argument.at, "expected the name of a type")),
        },
        _ => return Err(PathError::new(argument.at, "expected the name of a type")),
    };
    Ok(TypeName { namespace: name.0, name: name.1.to_owned() })
}
