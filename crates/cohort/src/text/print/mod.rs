//! Writes definitions in the one canonical way.

pub(crate) mod doc;
pub(crate) mod expression;
pub(crate) mod set;

mod clauses;

use crate::ast::{Kind, Name, Node, UseKind};

pub use clauses::format;
pub(super) use clauses::{comments_before, title};
pub(crate) use set::records;

/// The kinds of event with a word of their own.
const KINDS: &[(Kind, &str)] = &[
    (Kind::Diagnosis, "diagnosis"),
    (Kind::Drug, "drug"),
    (Kind::DrugOrder, "drug_order"),
    (Kind::DrugAdmin, "drug_admin"),
    (Kind::Dispensing, "dispensing"),
    (Kind::Procedure, "procedure"),
    (Kind::Lab, "lab"),
    (Kind::Vital, "vital"),
    (Kind::Visit, "visit"),
    (Kind::Death, "death"),
    (Kind::Observation, "observation"),
    (Kind::NoteTerm, "note_term"),
    (Kind::Specimen, "specimen"),
    (Kind::Variant, "variant"),
    (Kind::Pgs, "pgs"),
    (Kind::Form, "form"),
    (Kind::Device, "device"),
    (Kind::Immunization, "immunization"),
    (Kind::Allergy, "allergy"),
    (Kind::Consent, "consent"),
];

/// The kind a word of the language names.
pub(crate) fn kind_named(word: &str) -> Option<Kind> {
    KINDS.iter().find(|(_, name)| *name == word).map(|(kind, _)| kind.clone())
}

/// A kind as it is written.
pub(crate) fn kind(kind: &Kind) -> String {
    if let Kind::Other(name) = kind {
        return format!("event {name}");
    }
    let word = KINDS.iter().find(|(known, _)| known == kind).map(|(_, word)| *word);
    word.unwrap_or_default().to_owned()
}

/// The word of what is used.
pub(crate) fn use_kind(kind: UseKind) -> &'static str {
    match kind {
        UseKind::Codes => "codes",
        UseKind::Cohort => "cohort",
        UseKind::List => "list",
    }
}

/// `a | b`
pub(crate) fn piped(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(Name::as_str).collect();
    names.join(" | ")
}

/// A part of an expression.
pub(crate) fn node(of: Node<'_>) -> String {
    let doc = match of {
        Node::Set(of) => set::set(of),
        Node::Event(of) => set::event(of),
        Node::Number(of) => expression::number(of, expression::Tightness::Sum),
        Node::Moment(of) => expression::moment(of),
        Node::Code(of) => expression::code(of),
        Node::Condition(of) => expression::condition(of, expression::Room::Wide),
    };
    doc.write(0)
}

/// A set on one line.
pub(crate) fn format_set(of: &crate::ast::EventSet) -> String {
    let text = set::set(of).write(0);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
