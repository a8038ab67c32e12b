//! Who may look, and why: grants given, ended, and never erased.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use vocab::{Actor, PatientId, PurposeOfUse, StudyId};

use crate::audit::{self, Act, AuditHead, as_text};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::links;
use crate::loads::as_optional_text;
use crate::store::{Row, Tx, ask};

/// What the maker of a house is given at first: every secondary use, and not treatment.
const FIRST_PURPOSES: [PurposeOfUse; 4] = PurposeOfUse::SECONDARY;

/// A right about to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGrant {
    /// To whom.
    pub actor: Actor,
    /// For which purpose.
    pub purpose: PurposeOfUse,
    /// For which study; absent means for any and for none.
    pub study: Option<StudyId>,
    /// Whether rows may be seen, or only released counts.
    pub sees_rows: bool,
    /// Whether counts are told as they are, small ones too.
    pub exact_counts: bool,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
}

/// A right that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// Its number.
    pub id: i64,
    /// To whom.
    pub actor: String,
    /// For which purpose.
    pub purpose: String,
    /// For which study; absent means for any and for none.
    pub study: Option<String>,
    /// Whether rows may be seen.
    pub sees_rows: bool,
    /// Whether counts are told as they are.
    pub exact_counts: bool,
    /// Who gave it.
    pub granted_by: String,
    /// When.
    #[serde(serialize_with = "as_text")]
    pub granted: Timestamp,
    /// When it ends by itself.
    #[serde(serialize_with = "as_optional_text")]
    pub expires: Option<Timestamp>,
    /// When it was ended.
    #[serde(serialize_with = "as_optional_text")]
    pub revoked: Option<Timestamp>,
    /// Who ended it.
    pub revoked_by: Option<String>,
}

/// What somebody may look for, as their grants say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// For which purpose.
    pub purpose: PurposeOfUse,
    /// For which study; absent means for any and for none.
    pub study: Option<StudyId>,
    /// Whether rows may be seen, or only released counts.
    pub sees_rows: bool,
}

/// Gives, ends and lists grants.
#[derive(Clone)]
pub struct People {
    ledger: Ledger,
}

impl People {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Gives a right and tells its number.
    ///
    /// Does not ask whether `by` may give it: that is for who calls.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn grant(&self, new: &NewGrant, by: &Actor) -> Result<i64, LedgerError> {
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                let (id, line) = record(&mut tx, new, by, now_us).await?;
                Ok((tx, Some(line), id))
            })
            .await
    }

    /// Ends a right; permits made before stay in the audit, and no new one is made from it.
    ///
    /// # Errors
    /// [`LedgerError::NoGrant`] when there is none that holds.
    pub async fn revoke(&self, id: i64, by: &Actor) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let act = &Act::new(by, "revoke", format!("grant/{id}"));
        self.ledger
            .act(|mut tx| async move {
                let ended = ask(include_str!("../sql/grant/revoke.sql"))
                    .bind(id)
                    .bind(now_us)
                    .bind(by.as_str())
                    .done(&mut tx)
                    .await
                    .doing("end a grant")?;
                if ended == 0 {
                    return Err(LedgerError::NoGrant(id));
                }
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// What a person may look for now, in the order it was granted: for showing what is open to
    /// them. Only a permit opens it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn rights_of(&self, actor: &Actor) -> Result<Vec<Right>, LedgerError> {
        let rows = ask(include_str!("../sql/grant/of_person.sql"))
            .bind(actor.as_str())
            .bind(self.ledger.now_us())
            .rows(self.ledger.pool())
            .await
            .doing("read the grants")?;
        rows.iter().map(right).collect()
    }

    /// The patients a person looked at last for a purpose, the newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn patients_seen(
        &self,
        actor: &Actor,
        purpose: PurposeOfUse,
        patients_max: u32,
    ) -> Result<Vec<PatientId>, LedgerError> {
        let objects: Vec<String> = ask(include_str!("../sql/audit/patients_seen.sql"))
            .bind(actor.as_str())
            .bind(purpose.as_str())
            .bind(i64::from(patients_max))
            .values(self.ledger.pool())
            .await
            .doing("read whom a person looked at")?;
        Ok(objects.iter().filter_map(|object| links::patient_of(object)).collect())
    }

    /// Every grant there ever was, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn grants(&self) -> Result<Vec<Grant>, LedgerError> {
        let rows = ask(include_str!("../sql/grant/all.sql"))
            .rows(self.ledger.pool())
            .await
            .doing("list the grants")?;
        rows.iter().map(read).collect::<Result<_, _>>().doing("list the grants")
    }
}

impl Grant {
    /// Whether it holds at a moment.
    pub(crate) fn holds(&self, now_us: i64) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|end| end.as_microsecond() > now_us)
    }
}

impl NewGrant {
    /// The same right for somebody else; none where the ledger holds no such purpose or study.
    pub(crate) fn like(grant: &Grant, actor: &Actor) -> Option<Self> {
        let study = grant.study.as_deref().map(StudyId::new).transpose().ok()?;
        Some(Self {
            actor: actor.clone(),
            purpose: grant.purpose.parse().ok()?,
            study,
            sees_rows: grant.sees_rows,
            exact_counts: grant.exact_counts,
            expires: grant.expires,
        })
    }
}

/// Gives a right in the caller's transaction, with its audit line.
pub(crate) async fn record(
    tx: &mut Tx,
    new: &NewGrant,
    by: &Actor,
    now_us: i64,
) -> Result<(i64, AuditHead), LedgerError> {
    let id = put(&mut *tx, new, by, now_us).await?;
    let mut act = Act::new(by, "grant", format!("grant/{id}")).with(json!({
        "actor": new.actor, "sees_rows": new.sees_rows,
        "exact_counts": new.exact_counts,
        "expires": new.expires.map(|at| at.to_string()),
    }));
    (act.purpose, act.study) = (Some(new.purpose), new.study.as_ref());
    Ok((id, audit::append(tx, now_us, &act).await?))
}

/// Gives the maker of a house what it begins with; the audit's newest row comes back.
pub(crate) async fn first_grants(
    tx: &mut Tx,
    maker: &Actor,
    now_us: i64,
) -> Result<AuditHead, LedgerError> {
    let mut line = audit::newest(tx).await?;
    for purpose in FIRST_PURPOSES {
        let new = NewGrant {
            actor: maker.clone(),
            purpose,
            study: None,
            sees_rows: true,
            exact_counts: purpose == PurposeOfUse::Operations,
            expires: None,
        };
        let id = put(tx, &new, maker, now_us).await?;
        let mut act = Act::new(maker, "grant", format!("grant/{id}"));
        (act.purpose, act.detail) = (Some(purpose), json!({ "actor": maker, "first": true }));
        line = audit::append(tx, now_us, &act).await?;
    }
    Ok(line)
}

async fn put(tx: &mut Tx, new: &NewGrant, by: &Actor, now_us: i64) -> Result<i64, LedgerError> {
    let id: i64 = ask(include_str!("../sql/grant/next_id.sql"))
        .value(&mut *tx)
        .await
        .doing("number a grant")?;
    ask(include_str!("../sql/grant/put.sql"))
        .bind(id)
        .bind(new.actor.as_str())
        .bind(new.purpose.as_str())
        .bind(new.study.as_ref().map(StudyId::as_str))
        .bind(new.sees_rows)
        .bind(new.exact_counts)
        .bind(by.as_str())
        .bind(now_us)
        .bind(new.expires.map(Timestamp::as_microsecond))
        .done(tx)
        .await
        .doing("record a grant")?;
    Ok(id)
}

fn right(row: &Row) -> Result<Right, LedgerError> {
    let (purpose, study, sees_rows): (String, Option<String>, bool) =
        (|| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))().doing("read the grants")?;
    let damaged = |found: &str| LedgerError::Damaged { what: "a grant", found: found.to_owned() };
    Ok(Right {
        purpose: purpose.parse().map_err(|_| damaged(&purpose))?,
        study: match &study {
            Some(id) => Some(StudyId::new(id).map_err(|_| damaged(id))?),
            None => None,
        },
        sees_rows,
    })
}

fn read(row: &Row) -> Result<Grant, sqlx::Error> {
    let maybe = |column: &str| -> Result<Option<Timestamp>, sqlx::Error> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(from_us))
    };
    Ok(Grant {
        id: row.try_get("id")?,
        actor: row.try_get("actor")?,
        purpose: row.try_get("purpose")?,
        study: row.try_get("study")?,
        sees_rows: row.try_get("sees_rows")?,
        exact_counts: row.try_get("exact_counts")?,
        granted_by: row.try_get("granted_by")?,
        granted: from_us(row.try_get("granted_us")?),
        expires: maybe("expires_us")?,
        revoked: maybe("revoked_us")?,
        revoked_by: row.try_get("revoked_by")?,
    })
}
