//! What FHIR R4 says about its types: elements, their types, lists, choices, who descends from whom.
//!
//! # Source
//! HL7 FHIR 4.0.1, StructureDefinitions of the specification, as the table `r4.txt` beside this
//! file, which `cargo xtask r4-model` makes. Profiles such as JP Core add rules, not elements, so
//! the table holds for them too.

mod nearest;
mod table;

pub use nearest::nearest;
pub use table::{Element, Kind, Type};

use table::TABLE;

/// The facts of a type: `Patient`, `HumanName`, `code`, or a backbone by path, `Patient.contact`.
///
/// ```
/// let patient = fhir::model::type_named("Patient").unwrap();
/// let name = patient.child("name").unwrap();
/// assert_eq!((name.types.as_slice(), name.list), (["HumanName"].as_slice(), true));
/// ```
#[must_use]
pub fn type_named(name: &str) -> Option<&'static Type> {
    TABLE.types.get(name)
}

/// Every type there is, by name.
pub fn types() -> impl Iterator<Item = &'static Type> {
    TABLE.types.values()
}

/// Whether it is a type of which resources exist; `Resource` and `DomainResource` are not.
#[must_use]
pub fn is_resource(name: &str) -> bool {
    type_named(name).is_some_and(|found| found.kind == Kind::Resource)
}

/// Whether it is written as a bare JSON value.
#[must_use]
pub fn is_primitive(name: &str) -> bool {
    type_named(name).is_some_and(|found| found.kind == Kind::Primitive)
}

/// Whether `name` is `ancestor` or descends from it.
///
/// ```
/// assert!(fhir::model::is_subtype("Patient", "Resource"));
/// assert!(fhir::model::is_subtype("code", "string"));
/// assert!(!fhir::model::is_subtype("string", "code"));
/// ```
#[must_use]
pub fn is_subtype(name: &str, ancestor: &str) -> bool {
    name == ancestor
        || type_named(name).is_some_and(|found| found.chain().any(|base| base.name == ancestor))
}

/// The element a path from a type leads to: `("Patient", "contact.name.given")`.
///
/// A choice may be written by its name (`value`) or by one of its JSON keys (`valueQuantity`).
///
/// # Nulls
/// Absent when a step does not exist, or when a choice with several types is stepped through.
#[must_use]
pub fn element_at(type_name: &str, path: &str) -> Option<&'static Element> {
    let mut current = type_named(type_name)?;
    let mut steps = path.split('.').peekable();
    while let Some(step) = steps.next() {
        let (element, only) = match current.child(step) {
            Some(element) => (element, element.only_type()),
            None => current.child_by_key(step).map(|(element, kind)| (element, Some(kind)))?,
        };
        if steps.peek().is_none() {
            return Some(element);
        }
        current = type_named(only?)?;
    }
    None
}

/// A sentence that offers the nearest name, or nothing when none is near: for error messages.
#[must_use]
pub fn did_you_mean<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    nearest(word, candidates).map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}
