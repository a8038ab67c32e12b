//! Under which studies data are used: each by its id, with what it is called.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use vocab::{Actor, StudyId};

use crate::audit::{self, Act, as_text};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::store::{Row, ask};

/// A study about to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStudy {
    /// Its id.
    pub id: StudyId,
    /// What it is called in Japanese.
    pub title_ja: String,
    /// What it is called in English.
    pub title_en: String,
}

/// A study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Study {
    /// Its id.
    pub id: StudyId,
    /// What it is called in Japanese.
    pub title_ja: String,
    /// What it is called in English.
    pub title_en: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// When it was first recorded.
    #[serde(serialize_with = "as_text")]
    pub recorded: Timestamp,
}

/// Records and lists studies.
#[derive(Clone)]
pub struct Studies {
    ledger: Ledger,
}

impl Studies {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Records a study; one that is known gets its new title.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn record(&self, new: &NewStudy, by: &Actor) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let mut act = Act::new(by, "study", format!("study/{}", new.id))
            .with(json!({ "title_ja": new.title_ja, "title_en": new.title_en }));
        act.study = Some(&new.id);
        let act = &act;
        self.ledger
            .act(|mut tx| async move {
                ask(include_str!("../sql/study/put.sql"))
                    .bind(new.id.as_str())
                    .bind(&new.title_ja)
                    .bind(&new.title_en)
                    .bind(by.as_str())
                    .bind(now_us)
                    .done(&mut tx)
                    .await
                    .doing("record a study")?;
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// The study with this id.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn get(&self, id: &StudyId) -> Result<Option<Study>, LedgerError> {
        let row = ask(include_str!("../sql/study/one.sql"))
            .bind(id.as_str())
            .row(self.ledger.pool())
            .await
            .doing("read a study")?;
        row.as_ref().map(read).transpose()
    }

    /// Every study, by its id.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn list(&self) -> Result<Vec<Study>, LedgerError> {
        let rows = ask(include_str!("../sql/study/all.sql"))
            .rows(self.ledger.pool())
            .await
            .doing("list the studies")?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Study, LedgerError> {
    let (id, title_ja, title_en, recorded_by, recorded_us): (String, _, _, _, i64) = (|| {
        Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?))
    })()
    .doing("read a study")?;
    let damaged = |_| LedgerError::Damaged { what: "a study", found: id.clone() };
    let id = StudyId::new(&id).map_err(damaged)?;
    Ok(Study { id, title_ja, title_en, recorded_by, recorded: from_us(recorded_us) })
}
