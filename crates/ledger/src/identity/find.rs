//! Finding patients by what people type: a number, an identifier, a name.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use vocab::PatientId;

use super::seal::RecordPlace;
use super::{Identity, IdentityOwner, IdentityRecord};
use crate::error::{Doing, LedgerError};
use crate::keys::Secret;
use crate::patient_keys::stored_patient;
use crate::store::ask;

/// The kind of a patient's record.
const PATIENT: &str = "Patient";

/// Makes the keyed hashes one can search by.
#[derive(Clone)]
pub(super) struct Search {
    key: Secret,
}

impl Search {
    pub(super) fn new(identity_key: &Secret) -> Self {
        Self { key: identity_key.derive("search") }
    }

    /// Where an owner's record stands. The key of a resource may be a staff number, so it is
    /// hashed too.
    pub(super) fn place(&self, owner: &IdentityOwner) -> RecordPlace {
        match owner {
            IdentityOwner::Patient(patient) => {
                RecordPlace { kind: PATIENT.to_owned(), owner: patient.get() }
            }
            IdentityOwner::Resource { source, resource_type, key } => RecordPlace {
                kind: resource_type.clone(),
                owner: self.key.blind(&[
                    b"owner",
                    source.as_bytes(),
                    resource_type.as_bytes(),
                    key.as_bytes(),
                ]),
            },
        }
    }

    /// Everything a record is found by.
    pub(super) fn blinds(&self, record: &IdentityRecord) -> BTreeSet<i64> {
        let mut blinds = BTreeSet::new();
        for identifier in &record.identifiers {
            blinds.insert(self.value(&identifier.value));
            if let Some(system) = &identifier.system {
                blinds.insert(self.pair(system, &identifier.value));
            }
        }
        blinds.extend(record.names.iter().map(|name| self.name(name)));
        blinds
    }

    fn value(&self, value: &str) -> i64 {
        self.key.blind(&[b"value", value.as_bytes()])
    }

    fn pair(&self, system: &str, value: &str) -> i64 {
        self.key.blind(&[b"pair", system.as_bytes(), value.as_bytes()])
    }

    fn name(&self, name: &str) -> i64 {
        self.key.blind(&[b"name", normalised(name).as_bytes()])
    }
}

impl Identity {
    /// The patients a text may mean: `source/key`, a bare key, `system|value`, an identifier's
    /// value, a whole name in any of its writings, or the number in `patient_id`.
    ///
    /// For recording an opt-out, where the person at the desk has one of these; it tells numbers
    /// only.
    ///
    /// # Order
    /// By number.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn find(&self, text: &str) -> Result<Vec<PatientId>, LedgerError> {
        let text = text.trim();
        let mut found = BTreeSet::new();
        let mut by = vec![self.search.value(text), self.search.name(text)];
        by.extend(text.split_once('|').map(|(system, value)| self.search.pair(system, value)));
        for blind in by {
            found.extend(self.indexed(blind).await?);
        }
        for candidate in self.candidates(text).await? {
            if self.is_known(candidate).await? {
                found.insert(candidate);
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Everybody who bears this name, whole, in any of its writings.
    ///
    /// # Order
    /// By number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn bearers(&self, name: &str) -> Result<Vec<PatientId>, LedgerError> {
        self.indexed(self.search.name(name)).await
    }

    async fn indexed(&self, blind: i64) -> Result<Vec<PatientId>, LedgerError> {
        let owners: Vec<i64> = ask(include_str!("../../sql/identity/find.sql"))
            .bind(blind)
            .bind(PATIENT)
            .values(self.ledger.identities())
            .await
            .doing("find a patient")?;
        owners.into_iter().map(stored_patient).collect()
    }

    /// Numbers the text would have as a key or as itself, whether or not anyone has them.
    async fn candidates(&self, text: &str) -> Result<Vec<PatientId>, LedgerError> {
        let sources: Vec<String> = ask(include_str!("../../sql/patient/sources.sql"))
            .values(self.ledger.pool())
            .await
            .doing("list the sources")?;
        let numbers = self.ledger.patient_numbers();
        let mut candidates: Vec<PatientId> = Vec::new();
        for source in &sources {
            candidates.push(numbers.patient_id(source, text));
            if let Some(key) = text.strip_prefix(source.as_str()).and_then(|t| t.strip_prefix('/'))
            {
                candidates.push(numbers.patient_id(source, key));
            }
        }
        candidates.extend(text.parse().ok().and_then(PatientId::from_stored));
        Ok(candidates)
    }

    async fn is_known(&self, patient: PatientId) -> Result<bool, LedgerError> {
        let known: Option<i64> = ask(include_str!("../../sql/patient/known.sql"))
            .bind(patient.get())
            .value_if_any(self.ledger.pool())
            .await
            .doing("look up a patient")?;
        Ok(known.is_some())
    }
}

/// A name without what people type differently: width, case, spaces, and which kana.
fn normalised(name: &str) -> String {
    let folded =
        name.nfkc().filter(|c| !c.is_whitespace() && *c != '・').flat_map(char::to_lowercase);
    folded.map(hiragana_as_katakana).collect()
}

fn hiragana_as_katakana(letter: char) -> char {
    match letter {
        'ぁ'..='ゖ' => char::from_u32(u32::from(letter) + (u32::from('ア') - u32::from('あ')))
            .unwrap_or(letter),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: &str, b: &str, same: bool) {
        assert_eq!(normalised(a) == normalised(b), same, "{a} {b}");
    }

    #[test]
    fn a_name_is_found_however_it_is_typed() {
        check("山田 花子", "山田花子", true);
        check("ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ　ハナコ", true);
        check("やまだ はなこ", "ヤマダハナコ", true);
        check("YAMADA Hanako", "ｙａｍａｄａ ｈａｎａｋｏ", true);
        check("山田 花子", "山田 太郎", false);
    }
}
