//! Who people are: names, addresses, numbers, sealed one by one in a database of their own.
//!
//! Nothing here can be read without `identity.key`. What one can search by stands as keyed
//! hashes, so that even the index tells nothing without the key.

mod find;
mod seal;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Row;
use vocab::{PatientId, PurposeOfUse};

use crate::audit::{self, Act};
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::keys::Secret;
use crate::permit::{MissingRight, Permit};
use crate::rows::insert_all;
use crate::{links, store};

use find::Search;
use seal::{Sealed, Sealer};

/// Which key seals new records.
const KEY_VERSION: i64 = 1;
/// How many records are sealed before they are written.
const BATCH_RECORDS: usize = 1_000;

/// Whose identity a record holds.
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// Seals and keeps records; what was known of the same owner is replaced. All of a batch of
    /// a thousand are kept, or none.
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
        let now_us = self.ledger.now_us();
        let (mut sealed, mut index) = (Vec::with_capacity(records.len()), Vec::new());
        for record in records {
            let place = self.search.place(&record.owner);
            let content = Content {
                source: record.source.clone(),
                key: record.key.clone(),
                content: record.content.clone(),
            };
            let text = serde_json::to_vec(&content).map_err(|_| LedgerError::SealBroken)?;
            let bytes = self.sealer.seal(&place, KEY_VERSION, &text)?;
            for blind in self.search.blinds(record) {
                index.push((blind, place.kind.clone(), place.owner));
            }
            sealed.push((place, bytes));
        }
        // The same owner twice in one statement would be refused: the last one counts.
        sealed.reverse();
        let mut seen = std::collections::HashSet::new();
        sealed.retain(|(place, _)| seen.insert((place.kind.clone(), place.owner)));
        let mut tx = store::begin(self.ledger.identities()).await?;
        for (place, _) in &sealed {
            sqlx::query(include_str!("../../sql/identity/clear_index.sql"))
                .bind(&place.kind)
                .bind(place.owner)
                .execute(&mut *tx)
                .await
                .doing("clear an identity's index")?;
        }
        let sql = include_str!("../../sql/identity/put_records.sql");
        insert_all(&mut tx, sql, 6, &sealed, |mut row, (place, bytes)| {
            row.push_bind(place.kind.clone())
                .push_bind(place.owner)
                .push_bind(KEY_VERSION)
                .push_bind(bytes.nonce.clone())
                .push_bind(bytes.bytes.clone())
                .push_bind(now_us);
        })
        .await?;
        let sql = include_str!("../../sql/identity/put_index.sql");
        insert_all(&mut tx, sql, 3, &index, |mut row, (blind, kind, owner)| {
            row.push_bind(*blind).push_bind(kind.clone()).push_bind(*owner);
        })
        .await?;
        tx.commit().await.doing("commit identities")
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
        let purpose = permit.purpose();
        let missing = match purpose {
            PurposeOfUse::Treatment | PurposeOfUse::Operations if permit.may_see_rows() => None,
            PurposeOfUse::Treatment | PurposeOfUse::Operations => {
                Some(MissingRight::Rows { actor: permit.actor().clone(), purpose })
            }
            _ => Some(MissingRight::Identity { purpose }),
        };
        let word = if missing.is_none() { "identity.get" } else { "refuse" };
        let mut act = Act::new(permit.actor(), word, links::object(patient));
        (act.purpose, act.study) = (Some(purpose), permit.study());
        act.detail = serde_json::json!({ "permit": permit.audit_seq(), "what": "identity" });
        let mut tx = self.ledger.begin().await?;
        let line = audit::append(&mut tx, self.ledger.now_us(), &act).await?;
        self.ledger.commit(tx, line).await?;
        if let Some(missing) = missing {
            return Err(LedgerError::Refused { missing });
        }
        if permit.exclusions().contains(patient) {
            return Ok(None);
        }
        self.open(&IdentityOwner::Patient(patient)).await
    }

    async fn open(&self, owner: &IdentityOwner) -> Result<Option<Value>, LedgerError> {
        let place = self.search.place(owner);
        let row = sqlx::query(include_str!("../../sql/identity/one.sql"))
            .bind(&place.kind)
            .bind(place.owner)
            .fetch_optional(self.ledger.identities())
            .await
            .doing("read an identity")?;
        let Some(row) = row else { return Ok(None) };
        let (version, nonce, bytes): (i64, Vec<u8>, Vec<u8>) =
            (|| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))()
                .doing("read an identity")?;
        let text = self.sealer.open(&place, version, &Sealed { nonce, bytes })?;
        let content: Content =
            serde_json::from_slice(&text).map_err(|_| LedgerError::SealBroken)?;
        Ok(Some(content.content))
    }
}
