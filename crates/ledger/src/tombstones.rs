//! What keeps an erased person out: keyed hashes of numbers, of resources and of identifiers, from
//! which nobody can be told without the house's key.

use std::collections::HashSet;
use std::hash::Hasher as _;
use std::sync::Arc;

use siphasher::sip::SipHasher24;
use vocab::PatientId;

use crate::error::{Doing, LedgerError};
use crate::keys::Secret;
use crate::store::{Pool, ask};

/// Which kind of thing a hash is of: no two kinds run together.
#[derive(Clone, Copy)]
enum Of {
    Patient = 0,
    Resource = 1,
    Identifier = 2,
    Nobody = 3,
}

/// What must not be taken in again.
#[derive(Clone)]
pub struct Tombstones {
    hasher: SipHasher24,
    blinds: Arc<HashSet<i64>>,
    nobody: PatientId,
}

impl Tombstones {
    pub(crate) fn new(home_key: &Secret, blinds: HashSet<i64>) -> Self {
        let hasher = SipHasher24::new_with_key(&home_key.derive("erased").half());
        let mut tombstones =
            Self { hasher, blinds: Arc::new(blinds), nobody: PatientId::from_hash(0) };
        let nobody = tombstones.blind(Of::Nobody, &[]).cast_unsigned();
        tombstones.nobody = PatientId::from_hash(nobody);
        tombstones
    }

    /// Those of all erasures that stand.
    pub(crate) async fn read(pool: &Pool, home_key: &Secret) -> Result<Self, LedgerError> {
        let blinds: Vec<i64> = ask(include_str!("../sql/erasure/tombstones.sql"))
            .values(pool)
            .await
            .doing("read who was erased")?;
        Ok(Self::new(home_key, blinds.into_iter().collect()))
    }

    /// Whether nobody was erased.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blinds.is_empty()
    }

    /// The hash of a patient's number.
    #[must_use]
    pub fn of_patient(&self, patient: PatientId) -> i64 {
        self.blind(Of::Patient, &[&patient.get().to_le_bytes()])
    }

    /// The hash of a resource.
    #[must_use]
    pub fn of_resource(&self, source: &str, resource_type: &str, key: &str) -> i64 {
        let parts = [source.as_bytes(), resource_type.as_bytes(), key.as_bytes()];
        self.blind(Of::Resource, &parts)
    }

    /// The hash of an identifier.
    #[must_use]
    pub fn of_identifier(&self, system: &str, value: &str) -> i64 {
        self.blind(Of::Identifier, &[system.as_bytes(), value.as_bytes()])
    }

    /// Whether this patient was erased.
    #[must_use]
    pub fn has_patient(&self, patient: PatientId) -> bool {
        !self.is_empty()
            && (patient == self.nobody || self.blinds.contains(&self.of_patient(patient)))
    }

    /// Whether this resource was erased.
    #[must_use]
    pub fn has_resource(&self, source: &str, resource_type: &str, key: &str) -> bool {
        !self.is_empty() && self.blinds.contains(&self.of_resource(source, resource_type, key))
    }

    /// Whether somebody who alone had this identifier was erased.
    #[must_use]
    pub fn has_identifier(&self, system: &str, value: &str) -> bool {
        !self.is_empty() && self.blinds.contains(&self.of_identifier(system, value))
    }

    /// Stands for whoever is named by the identifier of somebody erased; nobody has this number.
    #[must_use]
    pub fn nobody(&self) -> PatientId {
        self.nobody
    }

    fn blind(&self, of: Of, parts: &[&[u8]]) -> i64 {
        let mut hasher = self.hasher;
        hasher.write(&[of as u8]);
        for part in parts {
            hasher.write(&(part.len() as u64).to_le_bytes());
            hasher.write(part);
        }
        hasher.finish().cast_signed()
    }
}

impl std::fmt::Debug for Tombstones {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tombstones(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_erased_is_known_again_and_nothing_else() {
        let blank = Tombstones::new(&Secret::for_tests(1), HashSet::new());
        let patient = PatientId::from_hash(7);
        assert!(!blank.has_patient(patient) && !blank.has_patient(blank.nobody()));
        let blinds = [
            blank.of_patient(patient),
            blank.of_resource("hospital", "Observation", "o"),
            blank.of_identifier("urn:x", "1"),
        ];
        let known = Tombstones::new(&Secret::for_tests(1), blinds.into());
        assert!(known.has_patient(patient) && known.has_patient(known.nobody()));
        assert!(known.has_resource("hospital", "Observation", "o"));
        assert!(known.has_identifier("urn:x", "1"));
        assert!(!known.has_patient(PatientId::from_hash(8)));
        assert!(!known.has_resource("hospita", "lObservation", "o"));
        assert!(!known.has_identifier("urn:x1", ""));
        let other = Tombstones::new(&Secret::for_tests(2), blinds.into());
        assert!(!other.has_patient(patient), "another house's key");
    }
}
