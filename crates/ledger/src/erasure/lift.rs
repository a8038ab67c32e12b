//! Knowing an erased person again by what somebody types, and letting them come back.

use std::collections::BTreeSet;

use vocab::{Actor, ErasureId, PatientId};

use super::Erasures;
use crate::audit::{self, Act};
use crate::error::{Doing, LedgerError};
use crate::lease::WriterLease;
use crate::store::ask;

impl Erasures {
    /// The records a text may mean that were erased: `source/key`, or a key of any source. Source,
    /// key and number of each.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn erased_records(
        &self,
        text: &str,
    ) -> Result<Vec<(String, String, PatientId)>, LedgerError> {
        let (keys, mut found) = (self.ledger.patient_keys().await?, Vec::new());
        for (source, key) in self.candidates(text.trim()).await? {
            if keys.erased().has_resource(&source, "Patient", &key) {
                let patient = keys.patient_id(&source, &key);
                found.push((source, key, patient));
            }
        }
        Ok(found)
    }

    /// Everything that is known again of an erased person, by the number.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn tombstones_of(&self, patient: PatientId) -> Result<BTreeSet<i64>, LedgerError> {
        let blind = self.ledger.tombstones().of_patient(patient);
        let all: Vec<i64> = ask(include_str!("../../sql/erasure/with_blind.sql"))
            .bind(blind)
            .values(self.ledger.pool())
            .await
            .doing("read what is known again")?;
        Ok(all.into_iter().collect())
    }

    /// Lets those come back whom a text means: `source/key`, a key, or `system|value`. Gives the
    /// erasures that are lifted by it; where they are several people's, nothing is done.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub async fn lift(
        &self,
        lease: &WriterLease,
        text: &str,
        by: &Actor,
    ) -> Result<Vec<ErasureId>, LedgerError> {
        let tombstones = self.ledger.tombstones();
        let text = text.trim();
        let mut blinds = Vec::new();
        for (source, key) in self.candidates(text).await? {
            blinds.push((source.clone(), tombstones.of_resource(&source, "Patient", &key)));
        }
        if let Some((system, value)) = text.split_once('|') {
            blinds.push((String::new(), tombstones.of_identifier(system, value)));
        }
        let (mut sources, mut erasures) = (BTreeSet::new(), BTreeSet::new());
        for (source, blind) in blinds {
            let known: Vec<i64> = ask(include_str!("../../sql/erasure/of_blind.sql"))
                .bind(blind)
                .values(self.ledger.pool())
                .await
                .doing("look an erased person up")?;
            if !known.is_empty() {
                sources.insert(source);
            }
            erasures.extend(known.into_iter().map(ErasureId));
        }
        let erasures: Vec<ErasureId> = erasures.into_iter().collect();
        if sources.len() == 1 {
            self.lift_these(lease, &erasures, by).await?;
        }
        Ok(if sources.len() > 1 { Vec::new() } else { erasures })
    }

    async fn lift_these(
        &self,
        lease: &WriterLease,
        erasures: &[ErasureId],
        by: &Actor,
    ) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        for id in erasures {
            self.ledger
                .act(|mut tx| async move {
                    lease.check(&mut tx).await?;
                    ask(include_str!("../../sql/erasure/lift.sql"))
                        .bind(id.0)
                        .bind(now_us)
                        .bind(by.as_str())
                        .done(&mut tx)
                        .await
                        .doing("lift an erasure")?;
                    let act = Act::new(by, "erase.lift", format!("erasure/{id}"));
                    let line = audit::append(&mut tx, now_us, &act).await?;
                    Ok((tx, Some(line), ()))
                })
                .await?;
        }
        Ok(())
    }

    /// Each source with the key that the text would be there.
    async fn candidates(&self, text: &str) -> Result<Vec<(String, String)>, LedgerError> {
        let sources: Vec<String> = ask(include_str!("../../sql/patient/all_sources.sql"))
            .values(self.ledger.pool())
            .await
            .doing("list the sources")?;
        let mut candidates = Vec::new();
        for source in sources {
            if let Some(key) = text.strip_prefix(&source).and_then(|rest| rest.strip_prefix('/')) {
                candidates.push((source.clone(), key.to_owned()));
            }
            candidates.push((source, text.to_owned()));
        }
        Ok(candidates)
    }
}
