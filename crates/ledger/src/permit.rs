//! The right to one look: made only here, with its audit row, and carrying who may not be seen.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use disclosure::Policy;
use serde_json::json;
use sha2::{Digest, Sha256};
use vocab::{Actor, Locale, PatientId, PurposeOfUse, StudyId};

use crate::audit::{self, Act};
use crate::error::{Doing, LedgerError};
use crate::exclusions::{self, Exclusions};
use crate::home::Ledger;
use crate::links::{self, Persons};
use crate::store::{Tx, ask};

/// Proof that a look was recorded, and what it may show.
///
/// It cannot be made outside the ledger, copied, or written down; one permit is one look.
#[derive(Debug)]
pub struct Permit {
    actor: Actor,
    purpose: PurposeOfUse,
    study: Option<StudyId>,
    audit_seq: i64,
    rights: Rights,
    exclusions: Arc<Exclusions>,
    /// Every number of the one person this look is at; empty where it is at nobody in particular.
    person: BTreeSet<PatientId>,
}

/// A look somebody asks to take.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Who asks.
    pub actor: &'a Actor,
    /// For which purpose.
    pub purpose: PurposeOfUse,
    /// For which study.
    pub study: Option<&'a StudyId>,
    /// What is done, such as `sql`.
    pub act: &'a str,
    /// The SHA-256 of the question asked in hexadecimal, so that the audit names it without
    /// holding what a person may have typed into it. Anything else is hashed first.
    pub digest: &'a str,
}

/// What the grants of one actor for one purpose add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rights {
    granted: bool,
    sees_rows: bool,
    exact_counts: bool,
}

/// The right that was missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MissingRight {
    /// No grant for this purpose holds, or none for this study.
    Look {
        /// Who asked.
        actor: Actor,
        /// For which purpose.
        purpose: PurposeOfUse,
        /// For which study.
        study: Option<StudyId>,
    },
    /// The grant gives counts and not rows.
    Rows {
        /// Who asked.
        actor: Actor,
        /// For which purpose.
        purpose: PurposeOfUse,
    },
    /// The purpose opens the audit and no record.
    Records {
        /// For which purpose they were asked.
        purpose: PurposeOfUse,
    },
    /// Names are shown for treatment and operations only.
    Identity {
        /// For which purpose they were asked.
        purpose: PurposeOfUse,
    },
}

impl Ledger {
    /// Permits one look and records it, or refuses and records that.
    ///
    /// The arguments are the parts of a [`Look`].
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when no grant allows it; the refusal is in the audit by then.
    #[expect(clippy::too_many_arguments, reason = "each is a type of its own but the last two")]
    pub async fn permit(
        &self,
        actor: &Actor,
        purpose: PurposeOfUse,
        study: Option<&StudyId>,
        act: &str,
        digest: &str,
    ) -> Result<Permit, LedgerError> {
        self.take(&Look { actor, purpose, study, act, digest }, None).await
    }

    /// Permits one look at one patient, whom the audit line names, or refuses and records that.
    ///
    /// Under this permit no other person can be seen: neither a row nor a name.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when no grant allows it; the refusal is in the audit by then.
    pub async fn permit_patient(
        &self,
        look: &Look<'_>,
        patient: PatientId,
    ) -> Result<Permit, LedgerError> {
        self.take(look, Some(patient)).await
    }

    async fn take(
        &self,
        look: &Look<'_>,
        patient: Option<PatientId>,
    ) -> Result<Permit, LedgerError> {
        let Look { actor, purpose, study, .. } = *look;
        let now_us = self.now_us();
        let permit = self
            .act(|mut tx| async move {
                let rights = rights(&mut tx, look, now_us).await?;
                let exclusions = exclusions::current(self, &mut tx, purpose).await?;
                let person = match patient {
                    Some(patient) => Persons::read(&mut tx).await?.of(patient),
                    None => BTreeSet::new(),
                };
                let row = line(look, patient, rights, exclusions.epoch());
                let line = audit::append(&mut tx, now_us, &row).await?;
                let (actor, study, audit_seq) = (actor.clone(), study.cloned(), line.seq);
                let permit =
                    Permit { actor, purpose, study, audit_seq, rights, exclusions, person };
                Ok((tx, Some(line), permit))
            })
            .await?;
        if !permit.rights.granted {
            let missing = MissingRight::Look { actor: permit.actor, purpose, study: permit.study };
            return Err(LedgerError::Refused { missing });
        }
        exclusions::remember(self, &permit.exclusions);
        Ok(permit)
    }
}

/// What the audit says of a look, permitted or refused.
fn line<'a>(look: &Look<'a>, patient: Option<PatientId>, rights: Rights, epoch: u64) -> Act<'a> {
    let Look { actor, purpose, study, act, digest } = *look;
    let word = if rights.granted { "permit" } else { "refuse" };
    let object = patient.map_or_else(|| act.to_owned(), links::object);
    let mut row = Act::new(actor, word, object);
    (row.purpose, row.study) = (Some(purpose), study);
    row.detail = match patient {
        Some(_) => json!({ "digest": hashed(digest), "epoch": epoch, "look": act }),
        None => json!({ "digest": hashed(digest), "epoch": epoch }),
    };
    row
}

/// A digest as it is, and any other text as its digest.
fn hashed(digest: &str) -> String {
    if digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return digest.to_owned();
    }
    Sha256::digest(digest).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn rights(tx: &mut Tx, look: &Look<'_>, now_us: i64) -> Result<Rights, LedgerError> {
    let rows = ask(include_str!("../sql/grant/of_actor.sql"))
        .bind(look.actor.as_str())
        .bind(look.purpose.as_str())
        .bind(now_us)
        .rows(tx)
        .await
        .doing("read the grants")?;
    let study = look.study;
    let mut rights = Rights::default();
    for row in rows {
        let (granted_study, sees_rows, exact_counts): (Option<String>, bool, bool) =
            (|| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))()
                .doing("read the grants")?;
        if granted_study.is_none() || granted_study.as_deref() == study.map(StudyId::as_str) {
            rights.granted = true;
            rights.sees_rows |= sees_rows;
            rights.exact_counts |= exact_counts;
        }
    }
    Ok(rights)
}

impl Permit {
    /// Who looks.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Why.
    #[must_use]
    pub fn purpose(&self) -> PurposeOfUse {
        self.purpose
    }

    /// For which study.
    #[must_use]
    pub fn study(&self) -> Option<&StudyId> {
        self.study.as_ref()
    }

    /// The audit row that tells of this look.
    #[must_use]
    pub fn audit_seq(&self) -> i64 {
        self.audit_seq
    }

    /// The state of consents this permit was made under.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.exclusions.epoch()
    }

    /// Who may not be seen.
    #[must_use]
    pub fn exclusions(&self) -> &Arc<Exclusions> {
        &self.exclusions
    }

    /// Every number of the one person this look is at; none where it is at nobody in particular.
    #[must_use]
    pub fn person(&self) -> Option<&BTreeSet<PatientId>> {
        (!self.person.is_empty()).then_some(&self.person)
    }

    /// What is missing for looking at records at all: a permit for the audit opens none, since
    /// nobody can refuse to be in it.
    #[must_use]
    pub fn missing_for_records(&self) -> Option<MissingRight> {
        let purpose = self.purpose;
        (purpose == PurposeOfUse::Compliance).then_some(MissingRight::Records { purpose })
    }

    /// Whether rows may be seen, or only released counts.
    #[must_use]
    pub fn may_see_rows(&self) -> bool {
        self.rights.sees_rows
    }

    /// The rule for counts under this permit: exact where the grant says so.
    #[must_use]
    pub fn disclosure(&self) -> Policy {
        if self.rights.exact_counts { Policy::exact() } else { Policy::default() }
    }
}

impl MissingRight {
    /// What is missing and what to do, in the reader's language.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        match (self, locale) {
            (Self::Look { actor, purpose, study }, Locale::En) => {
                let study = study.as_ref().map(|id| format!(" in study {id}")).unwrap_or_default();
                format!("{actor} has no grant for {purpose}{study}; ask the data steward for one")
            }
            (Self::Look { actor, purpose, study }, Locale::Ja) => {
                let study = study.as_ref().map(|id| format!("(研究{id})")).unwrap_or_default();
                format!(
                    "{actor}には目的「{purpose}」{study}の利用権限がありません。データ管理者に依頼してください"
                )
            }
            (Self::Rows { actor, purpose }, Locale::En) => format!(
                "{actor} may see counts for {purpose}, not rows; ask the data steward for rows"
            ),
            (Self::Rows { actor, purpose }, Locale::Ja) => format!(
                "{actor}は目的「{purpose}」では集計のみ閲覧できます。行の閲覧はデータ管理者に依頼してください"
            ),
            (Self::Records { purpose }, Locale::En) => {
                format!("{purpose} opens the audit log and no record; name another purpose")
            }
            (Self::Records { purpose }, Locale::Ja) => {
                format!("目的「{purpose}」で開けるのは監査記録だけです。記録には別の目的が必要です")
            }
            (Self::Identity { purpose }, Locale::En) => format!(
                "names are shown for treatment and operations, not for {purpose}; use patient_id"
            ),
            (Self::Identity { purpose }, Locale::Ja) => format!(
                "氏名等は診療と運用の目的でのみ表示します(要求: {purpose})。patient_idを使ってください"
            ),
        }
    }
}

impl fmt::Display for MissingRight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Locale::En))
    }
}
