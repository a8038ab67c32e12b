//! Who people are: names, addresses, numbers, sealed one by one in a database of their own.
//!
//! Nothing here can be read without `identity.key`. What one can search by stands as keyed
//! hashes, so that even the index tells nothing without the key.

mod find;
pub(crate) mod seal;
mod whole;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vocab::{PatientId, PurposeOfUse};

use crate::audit::{self, Act};
use crate::erasure::KnownRecord;
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::keys::Secret;
use crate::links;
use crate::permit::{MissingRight, Permit};
use crate::store::{Tx, ask, delete_listed, insert_all};

use find::Search;
use seal::{RecordPlace, Sealed, Sealer};

/// Which key seals new records.
const KEY_VERSION: i64 = 1;
/// How many records are sealed before they are written.
const BATCH_RECORDS: usize = 10_000;

/// Whose identity a record holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdentityOwner {
    /// A patient.
    Patient(PatientId),
    /// A person known by a resource of another type, such as `Practitioner` or `RelatedPerson`.
    Resource {
        /// The sending system.
        source: String,
        /// The resource's type.
        resource_type: String,
        /// The resource's key.
        key: String,
    },
}

/// An identifier as FHIR has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// The system that gives it.
    pub system: Option<String>,
    /// The identifier itself.
    pub value: String,
}

/// The identity part of one resource.
#[derive(Clone, Debug)]
pub struct IdentityRecord {
    /// Whose.
    pub owner: IdentityOwner,
    /// The sending system.
    pub source: String,
    /// The resource's key there.
    pub key: String,
    /// Each way the name is written: kanji, kana, Latin.
    pub names: Vec<String>,
    /// Every identifier.
    pub identifiers: Vec<Identifier>,
    /// The identity elements as received: name, address, telecom, identifier, contact, birthDate…
    pub content: Value,
}

/// A record as it is sealed.
#[derive(Serialize, Deserialize)]
struct Content {
    source: String,
    key: String,
    content: Value,
}

/// Keeps and finds identities.
#[derive(Clone)]
pub struct Identity {
    ledger: Ledger,
    sealer: Sealer,
    search: Search,
}

impl Identity {
    pub(crate) fn new(ledger: Ledger, key: &Secret) -> Self {
        Self { ledger, sealer: Sealer::new(key), search: Search::new(key) }
    }

    /// Seals and keeps records; what was known of the same owner is replaced. All of a batch
    /// of ten thousand are kept, or none.
    ///
    /// Safe to repeat: a load that dies afterwards puts the same again.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn put_many(&self, records: &[IdentityRecord]) -> Result<(), LedgerError> {
        for batch in records.chunks(BATCH_RECORDS) {
            self.put_batch(batch).await?;
        }
        Ok(())
    }

    async fn put_batch(&self, records: &[IdentityRecord]) -> Result<(), LedgerError> {
        // The same owner twice in one statement would be refused: the last one counts.
        let mut last: BTreeMap<RecordPlace, &IdentityRecord> = BTreeMap::new();
        for record in records {
            last.insert(self.search.place(&record.owner), record);
        }
        let (mut sealed, mut index) = (Vec::with_capacity(last.len()), Vec::new());
        for (place, record) in &last {
            sealed.push((place, self.sealed(place, record)?));
            index.extend(self.search.blinds(record).into_iter().map(|blind| (blind, place)));
        }
        let now_us = self.ledger.now_us();
        let (last, sealed, index) = (&last, &sealed, &index);
        self.ledger
            .identities()
            .write(|mut tx| async move {
                clear_index(&mut tx, last.keys()).await?;
                put_sealed(&mut tx, sealed, now_us).await?;
                put_index(&mut tx, index).await?;
                Ok((tx, ()))
            })
            .await
    }

    /// Forgets who these are, and what they were found by; who is not known stays so.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget(&self, owners: &[IdentityOwner]) -> Result<(), LedgerError> {
        for batch in owners.chunks(BATCH_RECORDS) {
            let places: Vec<RecordPlace> =
                batch.iter().map(|owner| self.search.place(owner)).collect();
            let places = &places;
            self.ledger
                .identities()
                .write(|mut tx| async move {
                    clear_index(&mut tx, places.iter()).await?;
                    for place in places {
                        ask(include_str!("../../sql/identity/forget.sql"))
                            .bind(&place.kind)
                            .bind(place.owner)
                            .done(&mut tx)
                            .await
                            .doing("forget an identity")?;
                    }
                    Ok((tx, ()))
                })
                .await?;
        }
        Ok(())
    }

    fn sealed(&self, place: &RecordPlace, record: &IdentityRecord) -> Result<Sealed, LedgerError> {
        let content = Content {
            source: record.source.clone(),
            key: record.key.clone(),
            content: record.content.clone(),
        };
        let text = serde_json::to_vec(&content).map_err(|_| LedgerError::SealBroken)?;
        self.sealer.seal(place, KEY_VERSION, &text)
    }

    /// A patient's identity as received; the look is in the audit.
    ///
    /// # Nulls
    /// Absent when nothing is known, and when the patient may not be seen under this permit.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] unless the permit is for treatment or operations and allows rows.
    pub async fn get(
        &self,
        permit: &Permit,
        patient: PatientId,
    ) -> Result<Option<Value>, LedgerError> {
        Ok(self.get_many(permit, &[patient]).await?.into_iter().next().flatten())
    }

    /// The identities of several patients, in the order asked. Each patient has an audit line of
    /// their own, but where the permit's own line names them already.
    ///
    /// # Nulls
    /// As [`Identity::get`].
    ///
    /// # Errors
    /// As [`Identity::get`].
    pub async fn get_many(
        &self,
        permit: &Permit,
        patients: &[PatientId],
    ) -> Result<Vec<Option<Value>>, LedgerError> {
        let purpose = permit.purpose();
        let missing = match purpose {
            PurposeOfUse::Treatment | PurposeOfUse::Operations if permit.may_see_rows() => None,
            PurposeOfUse::Treatment | PurposeOfUse::Operations => {
                Some(MissingRight::Rows { actor: permit.actor().clone(), purpose })
            }
            _ => Some(MissingRight::Identity { purpose }),
        };
        self.record(permit, patients, missing.is_some()).await?;
        if let Some(missing) = missing {
            return Err(LedgerError::Refused { missing });
        }
        let mut found = Vec::with_capacity(patients.len());
        for patient in patients {
            let hidden = permit.exclusions().contains(*patient)
                || permit.person().is_some_and(|person| !person.contains(patient));
            found.push(match hidden {
                true => None,
                false => self.open(&IdentityOwner::Patient(*patient)).await?,
            });
        }
        Ok(found)
    }

    /// One audit line for each patient whom the permit's own line does not name.
    async fn record(
        &self,
        permit: &Permit,
        patients: &[PatientId],
        refused: bool,
    ) -> Result<(), LedgerError> {
        let named = |patient: &PatientId| permit.person().is_some_and(|p| p.contains(patient));
        let now_us = self.ledger.now_us();
        let word = if refused { "refuse" } else { "identity.get" };
        let each: Vec<PatientId> =
            patients.iter().copied().filter(|patient| refused || !named(patient)).collect();
        let each = &each;
        self.ledger
            .act(|mut tx| async move {
                let mut line = None;
                for patient in each {
                    let mut act = Act::new(permit.actor(), word, links::object(*patient));
                    (act.purpose, act.study) = (Some(permit.purpose()), permit.study());
                    let detail = json!({ "permit": permit.audit_seq(), "what": "identity" });
                    line = Some(audit::append(&mut tx, now_us, &act.with(detail)).await?);
                }
                Ok((tx, line, ()))
            })
            .await
    }

    /// Everything known of these patients, for who takes it out; the caller has recorded the look.
    pub(crate) async fn records_of(
        &self,
        patients: &[PatientId],
    ) -> Result<Vec<KnownRecord>, LedgerError> {
        let mut records = Vec::new();
        for patient in patients {
            let owner = IdentityOwner::Patient(*patient);
            records.extend(self.unsealed(&owner).await?.map(|known| KnownRecord {
                source: known.source,
                key: known.key,
                content: known.content,
            }));
        }
        Ok(records)
    }

    async fn open(&self, owner: &IdentityOwner) -> Result<Option<Value>, LedgerError> {
        Ok(self.unsealed(owner).await?.map(|known| known.content))
    }

    async fn unsealed(&self, owner: &IdentityOwner) -> Result<Option<Content>, LedgerError> {
        let place = self.search.place(owner);
        let row = ask(include_str!("../../sql/identity/one.sql"))
            .bind(&place.kind)
            .bind(place.owner)
            .row(self.ledger.identities())
            .await
            .doing("read an identity")?;
        let Some(row) = row else { return Ok(None) };
        let (version, nonce, bytes): (i64, Vec<u8>, Vec<u8>) =
            (|| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))()
                .doing("read an identity")?;
        let text = self.sealer.open(&place, version, &Sealed { nonce, bytes })?;
        serde_json::from_slice(&text).map(Some).map_err(|_| LedgerError::SealBroken)
    }
}

async fn put_sealed(
    tx: &mut Tx,
    sealed: &[(&RecordPlace, Sealed)],
    now_us: i64,
) -> Result<(), LedgerError> {
    let sql = include_str!("../../sql/identity/put_records.sql");
    insert_all(tx, sql, 6, sealed, |row, (place, bytes)| {
        row.push(&place.kind)
            .push(place.owner)
            .push(KEY_VERSION)
            .push(bytes.nonce.clone())
            .push(bytes.bytes.clone())
            .push(now_us);
    })
    .await
    .map(drop)
}

async fn put_index(tx: &mut Tx, index: &[(i64, &RecordPlace)]) -> Result<(), LedgerError> {
    let sql = include_str!("../../sql/identity/put_index.sql");
    insert_all(tx, sql, 3, index, |row, (blind, place)| {
        row.push(*blind).push(&place.kind).push(place.owner);
    })
    .await
    .map(drop)
}

/// Forgets what these owners were found by.
async fn clear_index(
    tx: &mut Tx,
    places: impl Iterator<Item = &RecordPlace>,
) -> Result<(), LedgerError> {
    let mut owners_of: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for place in places {
        owners_of.entry(&place.kind).or_default().push(place.owner);
    }
    let sql = include_str!("../../sql/identity/clear_index.sql");
    for (kind, owners) in owners_of {
        delete_listed(tx, sql, &owners, kind).await?;
    }
    Ok(())
}
