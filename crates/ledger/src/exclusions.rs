//! Who may not be seen for a purpose, and who is one person with whom, as of one state of consents.

use std::sync::{Arc, PoisonError};

use roaring::RoaringTreemap;
use vocab::{PatientId, PurposeOfUse};

use crate::error::{Doing, LedgerError, counted};
use crate::home::Ledger;
use crate::links::{Aliases, Persons};
use crate::patient_keys::stored_patient;
use crate::store::{Tx, ask};

/// Who may not be seen for one purpose, as of one state of consents.
#[derive(Clone, Debug, PartialEq)]
pub struct Exclusions {
    epoch: u64,
    purpose: PurposeOfUse,
    bitmap: RoaringTreemap,
    aliases: Arc<Aliases>,
}

impl Exclusions {
    /// The state of consents.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The purpose.
    #[must_use]
    pub fn purpose(&self) -> PurposeOfUse {
        self.purpose
    }

    /// Whether this patient may not be seen.
    #[must_use]
    pub fn contains(&self, patient: PatientId) -> bool {
        self.bitmap.contains(patient.get().cast_unsigned())
    }

    /// The numbers that may not be seen, as they stand in `patient_id`.
    #[must_use]
    pub fn bitmap(&self) -> &RoaringTreemap {
        &self.bitmap
    }

    /// Which numbers are shown as another one of the same person.
    #[must_use]
    pub fn aliases(&self) -> &Arc<Aliases> {
        &self.aliases
    }

    /// Whether nobody is excluded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bitmap.is_empty()
    }
}

/// Moves to the next state of consents, in the caller's transaction.
pub(crate) async fn advance_epoch(tx: &mut Tx) -> Result<u64, LedgerError> {
    ask(include_str!("../sql/consent/advance_epoch.sql"))
        .done(&mut *tx)
        .await
        .doing("advance the epoch")?;
    read_epoch(tx).await
}

pub(crate) async fn read_epoch(tx: &mut Tx) -> Result<u64, LedgerError> {
    let epoch: i64 =
        ask(include_str!("../sql/consent/epoch.sql")).value(tx).await.doing("read the epoch")?;
    counted("an epoch", epoch)
}

/// The exclusions as of the caller's transaction: remembered ones where the epoch is the same,
/// which another process may have moved on.
pub(crate) async fn current(
    ledger: &Ledger,
    tx: &mut Tx,
    purpose: PurposeOfUse,
) -> Result<Arc<Exclusions>, LedgerError> {
    let epoch = read_epoch(tx).await?;
    let remembered = {
        let cache = ledger.exclusion_cache().lock().unwrap_or_else(PoisonError::into_inner);
        cache.get(&purpose).filter(|known| known.epoch == epoch).cloned()
    };
    if let Some(known) = remembered {
        return Ok(known);
    }
    let mut bitmap = RoaringTreemap::new();
    // Treatment asks like every other purpose, and finds nothing: no such decision can be made.
    let out: Vec<i64> = ask(include_str!("../sql/consent/out_today.sql"))
        .bind(purpose.as_str())
        .values(&mut *tx)
        .await
        .doing("read the consents")?;
    let persons = Persons::read(tx).await?;
    for number in out {
        for patient in persons.of(stored_patient(number)?) {
            bitmap.insert(patient.get().cast_unsigned());
        }
    }
    let aliases = Arc::new(persons.aliases());
    Ok(Arc::new(Exclusions { epoch, purpose, bitmap, aliases }))
}

/// Keeps exclusions for the next look; call only after the transaction they were read in.
pub(crate) fn remember(ledger: &Ledger, exclusions: &Arc<Exclusions>) {
    let mut cache = ledger.exclusion_cache().lock().unwrap_or_else(PoisonError::into_inner);
    let newer = |known: &Arc<Exclusions>| known.epoch <= exclusions.epoch;
    if cache.get(&exclusions.purpose).is_none_or(newer) {
        cache.insert(exclusions.purpose, exclusions.clone());
    }
}
