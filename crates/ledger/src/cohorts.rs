//! Definitions of cohorts that people saved: every version, what was said about it, and the concept
//! sets that it names.
//!
//! The ledger keeps texts and does not read them: what they mean is for who calls.

use jiff::Timestamp;
use serde_json::json;
use vocab::Actor;

use crate::audit::{self, Act};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::store::{Row, Tx, ask};

/// The longest definition that is kept, in bytes.
pub const DEFINITION_BYTES_MAX: usize = 1 << 20;
/// The longest remark or note, in bytes.
pub const REMARK_BYTES_MAX: usize = 8_000;

/// A version about to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVersion {
    /// The SHA-256 of the text, in hexadecimal.
    pub sha256: String,
    /// The definition's canonical text.
    pub definition: String,
    /// What it is called in Japanese; may be empty.
    pub title_ja: String,
    /// What it is called in English; may be empty.
    pub title_en: String,
    /// Why it was saved; may be empty.
    pub note: String,
}

/// A saved version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedVersion {
    /// The cohort's number.
    pub cohort: i64,
    /// The version's, from 1.
    pub version: i64,
    /// What was saved.
    pub says: NewVersion,
    /// Who saved it.
    pub saved_by: String,
    /// When.
    pub saved: Timestamp,
}

/// A cohort in a list: its newest version, whose it is, and whether colleagues may open it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCohort {
    /// The newest version.
    pub newest: SavedVersion,
    /// Whose it is.
    pub owner: String,
    /// Whether whoever has its link may open it.
    pub is_shared: bool,
}

/// A cohort with all that was saved of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedCohort {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub owner: String,
    /// Whether whoever has its link may open it.
    pub is_shared: bool,
    /// Its versions, the newest first; never empty.
    pub versions: Vec<SavedVersion>,
}

/// A remark on a cohort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Its number in the cohort, from 1.
    pub seq: i64,
    /// About which version.
    pub version: i64,
    /// What it says.
    pub body: String,
    /// Who wrote it.
    pub written_by: String,
    /// When.
    pub written: Timestamp,
}

/// What became of saving a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saving {
    /// It is this version now.
    Saved(i64),
    /// Somebody saved this version meanwhile: nothing was done.
    Behind(i64),
}

/// What became of keeping a concept set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// The name and version mean this content.
    Kept,
    /// They mean another content already: nothing was done.
    MeansAnother,
}

/// Keeps and tells definitions of cohorts.
#[derive(Clone)]
pub struct Cohorts {
    ledger: Ledger,
}

impl Cohorts {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Begins a cohort with its first version, and tells its number. It is its owner's alone.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn begin(&self, new: &NewVersion, by: &Actor) -> Result<i64, LedgerError> {
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                let id: i64 = ask(include_str!("../sql/cohort/next_id.sql"))
                    .value(&mut tx)
                    .await
                    .doing("number a cohort")?;
                ask(include_str!("../sql/cohort/begin.sql"))
                    .bind(id)
                    .bind(by.as_str())
                    .bind(false)
                    .bind(now_us)
                    .done(&mut tx)
                    .await
                    .doing("begin a cohort")?;
                put(&mut tx, (id, 1), new, (by, now_us)).await?;
                let act = Act::new(by, "cohort.save", format!("cohort/{id}"))
                    .with(json!({ "version": 1, "sha256": new.sha256 }));
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), id))
            })
            .await
    }

    /// Saves a version upon the one that was worked on; nothing is done where that is not the newest
    /// any more.
    ///
    /// Does not ask whether `by` may save it: that is for who calls.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn save(
        &self,
        (id, base): (i64, i64),
        new: &NewVersion,
        by: &Actor,
    ) -> Result<Saving, LedgerError> {
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                let newest: i64 = ask(include_str!("../sql/cohort/newest.sql"))
                    .bind(id)
                    .value(&mut tx)
                    .await
                    .doing("read a cohort")?;
                if newest != base {
                    return Ok((tx, None, Saving::Behind(newest)));
                }
                let version = newest + 1;
                put(&mut tx, (id, version), new, (by, now_us)).await?;
                let act = Act::new(by, "cohort.save", format!("cohort/{id}"))
                    .with(json!({ "version": version, "sha256": new.sha256 }));
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), Saving::Saved(version)))
            })
            .await
    }

    /// Opens a cohort to whoever has its link, or closes it.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn share(&self, id: i64, is_shared: bool, by: &Actor) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let act = &Act::new(by, "cohort.share", format!("cohort/{id}"))
            .with(json!({ "shared": is_shared }));
        self.ledger
            .act(|mut tx| async move {
                ask(include_str!("../sql/cohort/share.sql"))
                    .bind(id)
                    .bind(is_shared)
                    .done(&mut tx)
                    .await
                    .doing("share a cohort")?;
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// A cohort with all its versions.
    ///
    /// # Nulls
    /// Absent where there is none of this number.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn one(&self, id: i64) -> Result<Option<SavedCohort>, LedgerError> {
        let row = ask(include_str!("../sql/cohort/one.sql"))
            .bind(id)
            .row(self.ledger.pool())
            .await
            .doing("read a cohort")?;
        let Some(row) = row else { return Ok(None) };
        let (owner, is_shared) =
            (|| Ok((row.try_get(1)?, row.try_get(2)?)))().doing("read a cohort")?;
        let rows = ask(include_str!("../sql/cohort/versions.sql"))
            .bind(id)
            .rows(self.ledger.pool())
            .await
            .doing("read a cohort")?;
        let versions = rows.iter().map(version).collect::<Result<_, _>>().doing("read a cohort")?;
        Ok(Some(SavedCohort { id, owner, is_shared, versions }))
    }

    /// The cohorts that this person may open, the one saved last first: their own and those that
    /// are shared.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn open_to(
        &self,
        actor: &Actor,
        cohorts_max: u32,
    ) -> Result<Vec<ListedCohort>, LedgerError> {
        let rows = ask(include_str!("../sql/cohort/listed.sql"))
            .bind(actor.as_str())
            .bind(i64::from(cohorts_max))
            .rows(self.ledger.pool())
            .await
            .doing("list cohorts")?;
        let listed = rows.iter().map(|row| {
            let (owner, is_shared) = (row.try_get(9)?, row.try_get(10)?);
            Ok(ListedCohort { newest: version(row)?, owner, is_shared })
        });
        listed.collect::<Result<_, sqlx::Error>>().doing("list cohorts")
    }

    /// Keeps a remark on a version.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn remark(
        &self,
        (id, version): (i64, i64),
        body: &str,
        by: &Actor,
    ) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                let seq: i64 = ask(include_str!("../sql/cohort/next_comment.sql"))
                    .bind(id)
                    .value(&mut tx)
                    .await
                    .doing("number a remark")?;
                ask(include_str!("../sql/cohort/put_comment.sql"))
                    .bind(id)
                    .bind(seq)
                    .bind(version)
                    .bind(body)
                    .bind(by.as_str())
                    .bind(now_us)
                    .done(&mut tx)
                    .await
                    .doing("keep a remark")?;
                let act = Act::new(by, "cohort.remark", format!("cohort/{id}"))
                    .with(json!({ "version": version, "remark": seq }));
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// What was said about a cohort, in order.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn remarks(&self, id: i64) -> Result<Vec<Remark>, LedgerError> {
        let rows = ask(include_str!("../sql/cohort/comments.sql"))
            .bind(id)
            .rows(self.ledger.pool())
            .await
            .doing("read remarks")?;
        let remark = |row: &Row| -> Result<Remark, sqlx::Error> {
            Ok(Remark {
                seq: row.try_get(0)?,
                version: row.try_get(1)?,
                body: row.try_get(2)?,
                written_by: row.try_get(3)?,
                written: from_us(row.try_get(4)?),
            })
        };
        rows.iter().map(remark).collect::<Result<_, _>>().doing("read remarks")
    }

    /// Keeps a concept set under its name and version, which mean one content for ever.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn keep_codes(
        &self,
        (name, version): (&str, &str),
        (sha256, codes): (&str, &str),
        by: &Actor,
    ) -> Result<Keeping, LedgerError> {
        let held = self.codes(name).await?;
        if let Some((_, held, _)) = held.iter().find(|(known, ..)| known == version) {
            return Ok(if held == sha256 { Keeping::Kept } else { Keeping::MeansAnother });
        }
        let now_us = self.ledger.now_us();
        let act = &Act::new(by, "codes.keep", format!("codes/{name}"))
            .with(json!({ "version": version, "sha256": sha256 }));
        self.ledger
            .act(|mut tx| async move {
                let kept = ask(include_str!("../sql/cohort/put_codes.sql"))
                    .bind(name)
                    .bind(version)
                    .bind(sha256)
                    .bind(codes)
                    .bind(by.as_str())
                    .bind(now_us)
                    .done(&mut tx)
                    .await
                    .doing("keep a concept set")?;
                if kept == 0 {
                    return Ok((tx, None, Keeping::MeansAnother));
                }
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), Keeping::Kept))
            })
            .await
    }

    /// What a name of a concept set means, the version kept last first: version, SHA-256 and text.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn codes(&self, name: &str) -> Result<Vec<(String, String, String)>, LedgerError> {
        let rows = ask(include_str!("../sql/cohort/codes.sql"))
            .bind(name)
            .rows(self.ledger.pool())
            .await
            .doing("read a concept set")?;
        let set = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
        rows.iter().map(set).collect::<Result<_, sqlx::Error>>().doing("read a concept set")
    }
}

async fn put(
    tx: &mut Tx,
    (id, version): (i64, i64),
    new: &NewVersion,
    (by, now_us): (&Actor, i64),
) -> Result<(), LedgerError> {
    ask(include_str!("../sql/cohort/put_version.sql"))
        .bind(id)
        .bind(version)
        .bind(&new.sha256)
        .bind(&new.definition)
        .bind(&new.title_ja)
        .bind(&new.title_en)
        .bind(&new.note)
        .bind(by.as_str())
        .bind(now_us)
        .done(tx)
        .await
        .doing("save a cohort")?;
    Ok(())
}

fn version(row: &Row) -> Result<SavedVersion, sqlx::Error> {
    Ok(SavedVersion {
        cohort: row.try_get(0)?,
        version: row.try_get(1)?,
        says: NewVersion {
            sha256: row.try_get(2)?,
            definition: row.try_get(3)?,
            title_ja: row.try_get(4)?,
            title_en: row.try_get(5)?,
            note: row.try_get(6)?,
        },
        saved_by: row.try_get(7)?,
        saved: from_us(row.try_get(8)?),
    })
}
