//! Whom a resource is about: the elements that name the patient, type by type.

use std::slice;

use vocab::PatientId;

use crate::json::Node;
use crate::model;
use crate::reference::{self, Origin, Resolved};

use super::eval::Walked;
use super::program::{Chain, Part, Pick, Step};
use super::shape::{ROOT, Shapes};
use super::tree::{At, Leaf, NONE, RESOURCE};

/// Gives the house's number for a patient.
///
/// `source` is the sending system as the caller counts them: `Runner::from_source`.
pub trait PatientResolver {
    /// The patient with this key there.
    fn by_key(&self, source: u16, key: &str) -> PatientId;

    /// The patient known there under this identifier.
    ///
    /// # Nulls
    /// Absent when nobody is.
    fn by_identifier(&self, source: u16, system: &str, value: &str) -> Option<PatientId>;

    /// Whether this person's records were erased: what is about them is not taken in.
    fn is_erased(&self, _patient: PatientId) -> bool {
        false
    }
}

/// Root elements that name the patient, the surest first.
const NAMES: [&str; 6] = ["subject", "patient", "beneficiary", "individual", "for", "candidate"];

/// Types whose patient stands elsewhere.
const ELSEWHERE: [(&str, &[&str]); 4] = [
    ("Appointment", &["participant", "actor"]),
    ("AppointmentResponse", &["actor"]),
    ("Person", &["link", "target"]),
    ("Provenance", &["target"]),
];

/// The path to the References that may name the patient of a resource of this type.
///
/// # Nulls
/// Absent for types that are not about patients, such as Organization.
fn path(resource: &str) -> Option<Vec<&'static str>> {
    if let Some((_, path)) = ELSEWHERE.iter().find(|(name, _)| *name == resource) {
        return Some(path.to_vec());
    }
    let found = model::type_named(resource)?;
    let is_reference = |name: &&&str| {
        found
            .child(name)
            .is_some_and(|element| element.only_type() == Some("Reference") && !element.choice)
    };
    NAMES.iter().find(is_reference).map(|name| vec![*name])
}

/// How the patient of a resource is found.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Who {
    /// The resource is the patient.
    Itself,
    /// These References name the patient.
    Named { chain: Chain, slots: Slots },
    /// The type is not about patients.
    Nobody,
}

/// Where a Reference keeps what may name a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slots {
    reference: u16,
    identifier: u16,
    system: u16,
    value: u16,
    fhir: u16,
}

impl Who {
    /// Adds the keys it needs to the shapes; nothing when a limit is reached.
    pub(super) fn new(resource: &str, shapes: &mut Shapes) -> Option<Self> {
        if resource == "Patient" {
            return Some(Self::Itself);
        }
        let Some(path) = path(resource) else { return Some(Self::Nobody) };
        let (mut shape, mut steps) = (ROOT, Vec::new());
        for name in path {
            let (slot, target) = shapes.key(shape, name)?;
            steps.push(Step::Child(slot));
            shape = target;
        }
        let (reference, _) = shapes.key(shape, "reference")?;
        let (fhir, _) = shapes.key(shape, "type")?;
        let (identifier, within) = shapes.key(shape, "identifier")?;
        let (system, _) = shapes.key(within, "system")?;
        let (value, _) = shapes.key(within, "value")?;
        let chain = Chain {
            from_resource: true,
            parts: vec![Part { steps, pick: Pick::All, tests: false }],
        };
        Some(Self::Named { chain, slots: Slots { reference, identifier, system, value, fhir } })
    }
}

/// Looks patients up and remembers the last, for a file's lines often follow one another by
/// patient.
pub(super) struct Lookup<'l> {
    pub(super) resolver: &'l dyn PatientResolver,
    pub(super) source: u16,
    pub(super) last: &'l mut Option<(String, PatientId)>,
}

/// What is known of the patient of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// This one.
    One(PatientId),
    /// Somebody who cannot be told, or several.
    Unclear,
    /// The type is not about patients, or no element names one.
    Nobody,
}

impl Lookup<'_> {
    /// The patient of a walked resource.
    pub(super) fn of_walked(
        &mut self,
        who: &Who,
        walked: Walked<'_>,
        key: &str,
        origin: &Origin<'_>,
    ) -> Found {
        let (chain, slots) = match who {
            Who::Itself if key.is_empty() => return Found::Unclear,
            Who::Itself => return Found::One(self.by_key(key)),
            Who::Nobody => return Found::Nobody,
            Who::Named { chain, slots } => (chain, *slots),
        };
        let text = |of: At, slot| match walked.tree.child(of, slot) {
            NONE => "",
            at => match walked.leaf(at) {
                Leaf::Text(text) => text,
                _ => "",
            },
        };
        let mut found = Found::Nobody;
        let all = walked.each(chain, RESOURCE, &mut |at| {
            let identifier = walked.tree.child(at, slots.identifier);
            let parts = Parts {
                reference: text(at, slots.reference),
                fhir: text(at, slots.fhir),
                system: text(identifier, slots.system),
                value: text(identifier, slots.value),
            };
            found = found.and(self.of_reference(parts, origin));
            Ok(())
        });
        if all.is_err() { Found::Unclear } else { found }
    }

    /// The patient of a resource that was read whole.
    pub(super) fn of_node(
        &mut self,
        resource: &str,
        node: &Node,
        key: &str,
        origin: &Origin<'_>,
    ) -> Found {
        if resource == "Patient" {
            return if key.is_empty() { Found::Unclear } else { Found::One(self.by_key(key)) };
        }
        let mut references = vec![node];
        for name in path(resource).unwrap_or_default() {
            let below = references.iter().filter_map(|held| held.get(name));
            references =
                below.flat_map(|held| held.as_array().unwrap_or(slice::from_ref(held))).collect();
        }
        let text = |of: Option<&Node>, key: &str| {
            of.and_then(|of| of.get(key)?.as_str()).unwrap_or_default().to_owned()
        };
        let mut found = Found::Nobody;
        // The node of a type that is not about patients has no path and stands alone.
        for reference in references.into_iter().filter(|held| !std::ptr::eq(*held, node)) {
            let identifier = reference.get("identifier");
            let (to, fhir) = (text(Some(reference), "reference"), text(Some(reference), "type"));
            let (system, value) = (text(identifier, "system"), text(identifier, "value"));
            let parts = Parts { reference: &to, fhir: &fhir, system: &system, value: &value };
            found = found.and(self.of_reference(parts, origin));
        }
        found
    }

    /// The patient a Reference names.
    pub(super) fn of_reference(&mut self, parts: Parts<'_>, origin: &Origin<'_>) -> Found {
        let may_be = |fhir: Option<&str>| fhir.is_none_or(|fhir| fhir == "Patient");
        let by_identifier = |lookup: &Self, system: &str, value: &str| {
            let found = lookup.resolver.by_identifier(lookup.source, system, value);
            found.map_or(Found::Unclear, Found::One)
        };
        match reference::resolve(parts.reference, origin) {
            Resolved::Key { resource_type, key } => match resource_type.as_deref() {
                Some("Patient") => Found::One(self.by_key(&key)),
                None => Found::Unclear,
                Some(_) => Found::Nobody,
            },
            Resolved::Conditional { resource_type: "Patient", system, value } => {
                by_identifier(self, &system, &value)
            }
            Resolved::Conditional { .. } => Found::Nobody,
            Resolved::Logical { resource_type, system, value } if may_be(resource_type) => {
                by_identifier(self, system, value)
            }
            Resolved::Logical { .. } => Found::Nobody,
            // A contained Patient is named by its parent's key and has no number of its own.
            Resolved::Contained(_) | Resolved::Foreign | Resolved::Unresolved => Found::Unclear,
            Resolved::None if !parts.value.is_empty() => {
                let fhir = (!parts.fhir.is_empty()).then_some(parts.fhir);
                if may_be(fhir) {
                    by_identifier(self, parts.system, parts.value)
                } else {
                    Found::Nobody
                }
            }
            Resolved::None => Found::Nobody,
        }
    }

    fn by_key(&mut self, key: &str) -> PatientId {
        if let Some((last, patient)) = &*self.last
            && last == key
        {
            return *patient;
        }
        let patient = self.resolver.by_key(self.source, key);
        let (last, held) = self.last.get_or_insert_with(|| (String::new(), patient));
        last.clear();
        last.push_str(key);
        *held = patient;
        patient
    }
}

/// The texts of a Reference; empty where there is none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts<'p> {
    pub(super) reference: &'p str,
    pub(super) fhir: &'p str,
    pub(super) system: &'p str,
    pub(super) value: &'p str,
}

impl Found {
    /// Two references of one resource: a row is never shown as one patient's if it may be
    /// another's.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nobody, found) | (found, Self::Nobody) => found,
            (Self::One(left), Self::One(right)) if left == right => self,
            _ => Self::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_names_a_patient_is_known_by_its_element() {
        for (resource, expect) in [
            ("Observation", Some(vec!["subject"])),
            ("Claim", Some(vec!["patient"])),
            ("Coverage", Some(vec!["beneficiary"])),
            ("ResearchSubject", Some(vec!["individual"])),
            ("Task", Some(vec!["for"])),
            ("Appointment", Some(vec!["participant", "actor"])),
            ("Organization", None),
            ("PlanDefinition", None),
        ] {
            assert_eq!(path(resource), expect, "{resource}");
        }
    }
}
