//! Patient numbers from the keys of the sending systems, without asking anyone.
//!
//! A number is a keyed hash of source and key, so flattening needs no look-up and every load
//! gives the same person the same number. Two different keys share a number with a chance of
//! n²/2⁶⁴ for n patients: five in a hundred million for a million of them. A second hash stands
//! beside each number in the ledger, so the load that brings the second key is refused.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use siphasher::sip::SipHasher24;
use vocab::PatientId;

use crate::error::{Doing, LedgerError};
use crate::keys::Secret;
use crate::store::{Pool, ask};
use crate::tombstones::Tombstones;

/// Stands between source and key, so that no two pairs run together.
const SEPARATOR: u8 = 0x1f;
/// How many identifiers are read at a time.
const PAGE_ROWS: i64 = 20_000;

/// Why two numbers are one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkOrigin {
    /// `Patient.link` of a received resource.
    Received,
    /// A steward decided it.
    Steward,
}

impl LinkOrigin {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Received => "patient.link",
            Self::Steward => "steward",
        }
    }
}

/// Gives patients their numbers, and collects what a load learns of them.
///
/// Synchronous and cheap to clone; all clones of one value learn together. What was learned is
/// stored when the value goes into [`crate::LoadCommit`].
#[derive(Clone)]
pub struct PatientKeys {
    hasher: SipHasher24,
    blind_key: Secret,
    fingerprint_key: Secret,
    known: Arc<Known>,
    erased: Tombstones,
    learned: Arc<Mutex<Learned>>,
}

/// Hashes of identifiers from earlier loads, sorted.
struct Known(Vec<(i64, PatientId)>);

/// The key behind a number: where it came from, and a second keyed hash of it.
pub(crate) struct KeyBehind {
    pub(crate) source: Arc<str>,
    pub(crate) fingerprint: i64,
}

/// What this load has learned so far.
#[derive(Default)]
pub(crate) struct Learned {
    pub(crate) patients: BTreeMap<PatientId, KeyBehind>,
    /// Whether two keys of this load have one number.
    pub(crate) numbers_met: bool,
    pub(crate) identifiers: BTreeSet<(i64, PatientId)>,
    pub(crate) links: BTreeSet<(PatientId, PatientId)>,
    sources: BTreeSet<Arc<str>>,
}

impl PatientKeys {
    pub(crate) async fn read(pool: &Pool, home_key: &Secret) -> Result<Self, LedgerError> {
        let mut known: Vec<(i64, PatientId)> = Vec::new();
        let mut last = (i64::MIN, -1);
        let erased = Tombstones::read(pool, home_key).await?;
        loop {
            let rows = ask(include_str!("../sql/patient/identifiers.sql"))
                .bind(last.0)
                .bind(last.1)
                .bind(PAGE_ROWS)
                .rows(pool)
                .await
                .doing("read the identifiers")?;
            if rows.is_empty() {
                return Ok(Self { erased, ..Self::new(home_key, known) });
            }
            for row in rows {
                last = (|| Ok((row.try_get(0)?, row.try_get(1)?)))().doing("read an identifier")?;
                known.push((last.0, stored_patient(last.1)?));
            }
        }
    }

    pub(crate) fn new(home_key: &Secret, known: Vec<(i64, PatientId)>) -> Self {
        Self {
            hasher: SipHasher24::new_with_key(&home_key.derive("patient number").half()),
            blind_key: home_key.derive("identifier"),
            fingerprint_key: home_key.derive("patient fingerprint"),
            known: Arc::new(Known(known)),
            erased: Tombstones::new(home_key, HashSet::new()),
            learned: Arc::default(),
        }
    }

    /// The number of the patient whom this source calls by this key.
    ///
    /// The same for every load of this home; different in every other home.
    #[must_use]
    pub fn patient_id(&self, source: &str, key: &str) -> PatientId {
        let mut bytes = Vec::with_capacity(source.len() + 1 + key.len());
        bytes.extend(source.as_bytes());
        bytes.push(SEPARATOR);
        bytes.extend(key.as_bytes());
        PatientId::from_hash(self.hasher.hash(&bytes))
    }

    /// The one patient with this identifier, from earlier loads or this one.
    ///
    /// # Nulls
    /// Absent when nobody has it, and when several have it: a guess would show one patient's
    /// record under another's name. Where somebody erased had it, the number is nobody's, and
    /// [`Tombstones::has_patient`] knows it.
    #[must_use]
    pub fn by_identifier(&self, system: &str, value: &str) -> Option<PatientId> {
        if self.erased.has_identifier(system, value) {
            return Some(self.erased.nobody());
        }
        let blind = self.blind(system, value);
        let learned = self.learned();
        let mut found = self.known.of(blind).chain(learned.of(blind));
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    /// Every patient with this identifier, from earlier loads or this one.
    #[must_use]
    pub fn all_by_identifier(&self, system: &str, value: &str) -> BTreeSet<PatientId> {
        let blind = self.blind(system, value);
        self.known.of(blind).chain(self.learned().of(blind)).collect()
    }

    /// What must not be taken in again.
    #[must_use]
    pub fn erased(&self) -> &Tombstones {
        &self.erased
    }

    /// Notes a patient received in this load, with the identifiers (system, value) it carries,
    /// and gives the number.
    pub fn learn<'a>(
        &self,
        source: &str,
        key: &str,
        identifiers: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> PatientId {
        let patient = self.patient_id(source, key);
        let blinds: Vec<i64> =
            identifiers.into_iter().map(|(system, value)| self.blind(system, value)).collect();
        let fingerprint = self.fingerprint_key.blind(&[source.as_bytes(), key.as_bytes()]);
        let mut learned = self.learned();
        let source = learned.source(source);
        let behind = KeyBehind { source, fingerprint };
        let before = learned.patients.insert(patient, behind);
        learned.numbers_met |= before.is_some_and(|known| known.fingerprint != fingerprint);
        for blind in blinds {
            if !self.known.of(blind).any(|known| known == patient) {
                learned.identifiers.insert((blind, patient));
            }
        }
        patient
    }

    /// Notes that two numbers are one person, as `Patient.link` says; order does not matter.
    pub fn learn_link(&self, member: PatientId, person: PatientId) {
        if member != person {
            self.learned().links.insert((member, person));
        }
    }

    /// Takes what was learned, leaving nothing.
    pub(crate) fn take_learned(&self) -> Learned {
        std::mem::take(&mut *self.learned())
    }

    fn blind(&self, system: &str, value: &str) -> i64 {
        self.blind_key.blind(&[system.as_bytes(), value.as_bytes()])
    }

    fn learned(&self) -> MutexGuard<'_, Learned> {
        // A writer that died between two insertions leaves the map whole.
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for PatientKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PatientKeys(..)")
    }
}

impl Known {
    fn of(&self, blind: i64) -> impl Iterator<Item = PatientId> {
        let start = self.0.partition_point(|(hash, _)| *hash < blind);
        let from = self.0.get(start..).unwrap_or_default();
        from.iter().take_while(move |(hash, _)| *hash == blind).map(|(_, patient)| *patient)
    }
}

impl Learned {
    fn of(&self, blind: i64) -> impl Iterator<Item = PatientId> {
        let from = (blind, PatientId::from_hash(0));
        let after = self.identifiers.range(from..);
        after.take_while(move |(hash, _)| *hash == blind).map(|(_, patient)| *patient)
    }

    /// One shared copy of each source's name.
    fn source(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.sources.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.sources.insert(name.clone());
        name
    }
}

/// A patient's number as it was stored.
pub(crate) fn stored_patient(number: i64) -> Result<PatientId, LedgerError> {
    PatientId::from_stored(number).ok_or_else(|| LedgerError::Damaged {
        what: "a patient number",
        found: "a negative number".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(known: Vec<(i64, PatientId)>) -> PatientKeys {
        PatientKeys::new(&Secret::for_tests(7), known)
    }

    #[test]
    fn a_number_depends_on_source_key_and_house() {
        let (ours, theirs) = (keys(vec![]), PatientKeys::new(&Secret::for_tests(8), vec![]));
        let id = ours.patient_id("hospital", "1");
        assert_eq!(id, ours.patient_id("hospital", "1"));
        assert_ne!(id, ours.patient_id("hospital", "2"));
        assert_ne!(id, ours.patient_id("clinic", "1"));
        assert_ne!(id, theirs.patient_id("hospital", "1"));
    }

    #[test]
    fn an_identifier_of_two_patients_names_neither() {
        let keys = keys(vec![]);
        let a = keys.learn("hospital", "a", [("urn:x", "1"), ("urn:x", "2")]);
        assert_eq!(keys.by_identifier("urn:x", "1"), Some(a));
        let b = keys.learn("hospital", "b", [("urn:x", "1")]);
        assert_eq!(keys.by_identifier("urn:x", "1"), None);
        assert_eq!(keys.by_identifier("urn:x", "2"), Some(a));
        assert_eq!(keys.by_identifier("urn:y", "1"), None);
        assert_ne!(a, b);
    }

    #[test]
    fn two_keys_that_meet_in_one_number_are_noticed() {
        let keys = keys(vec![]);
        let id = keys.learn("hospital", "a", []);
        keys.learn("hospital", "a", []);
        assert!(!keys.learned().numbers_met);
        // No two short keys meet, so the other key's hash is put in its place by hand.
        keys.learned().patients.get_mut(&id).unwrap().fingerprint += 1;
        keys.learn("hospital", "a", []);
        assert!(keys.learned().numbers_met);
    }

    #[test]
    fn what_is_known_is_not_learned_again() {
        let blank = keys(vec![]);
        let a = blank.patient_id("hospital", "a");
        let keys = keys(vec![(blank.blind("urn:x", "1"), a)]);
        assert_eq!(keys.by_identifier("urn:x", "1"), Some(a));
        keys.clone().learn("hospital", "a", [("urn:x", "1"), ("urn:x", "2")]);
        let learned = keys.take_learned();
        assert_eq!((learned.patients.len(), learned.identifiers.len()), (1, 1));
        assert!(keys.take_learned().patients.is_empty());
    }
}
