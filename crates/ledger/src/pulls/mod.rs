//! Pulls: what was asked of which server, what came of it, and where the next one begins.

mod read;
mod shape;
mod standing;

use serde_json::json;
use vocab::{Actor, LandingId, PullId};

use crate::audit::{self, Act};
use crate::error::{Doing, LedgerError, stored};
use crate::home::Ledger;
use crate::lease::PullLease;
use crate::rows::insert_all;
use crate::store::Conn;

pub use shape::{
    NewPull, PullEnding, PullFailure, PullInfo, PullMessage, PullOutcome, PullWay, Schedule,
};
pub use standing::{PullState, Standing};

/// Begins, ends and lists pulls.
#[derive(Clone)]
pub struct Pulls {
    ledger: Ledger,
}

impl Pulls {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Begins a pull. Pulls left running by a process that died become interrupted.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn begin(&self, _lease: &PullLease, new: &NewPull) -> Result<PullId, LedgerError> {
        let now_us = self.ledger.now_us();
        let mut tx = self.ledger.begin().await?;
        // Whoever holds the lease is the only one who pulls, so no other pull can be alive.
        sqlx::query(include_str!("../../sql/pull/interrupt_running.sql"))
            .bind(now_us)
            .execute(&mut *tx)
            .await
            .doing("end interrupted pulls")?;
        let id: i64 = sqlx::query_scalar(include_str!("../../sql/pull/next_id.sql"))
            .fetch_one(&mut *tx)
            .await
            .doing("number a pull")?;
        sqlx::query(include_str!("../../sql/pull/begin.sql"))
            .bind(id)
            .bind(&new.name)
            .bind(&new.source)
            .bind(&new.base)
            .bind(&new.asked)
            .bind(&new.since)
            .bind(new.actor.as_str())
            .bind(now_us)
            .execute(&mut *tx)
            .await
            .doing("begin a pull")?;
        let detail = json!({
            "name": new.name, "source": new.source, "base": new.base, "asked": new.asked,
            "since": new.since,
        });
        let act = Act::new(&new.actor, "pull.begin", format!("pull/{id}")).with(detail);
        let line = audit::append(&mut tx, now_us, &act).await?;
        self.ledger.commit(tx, line).await?;
        Ok(PullId(id))
    }

    /// Ends a running pull.
    ///
    /// # Errors
    /// [`LedgerError::NoPull`] when it is not running.
    pub async fn end(
        &self,
        _lease: &PullLease,
        id: PullId,
        ending: &PullEnding,
    ) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let mut tx = self.ledger.begin().await?;
        let failure = ending.failure.as_ref();
        let done = sqlx::query(include_str!("../../sql/pull/end.sql"))
            .bind(id.0)
            .bind(ending.outcome.word())
            .bind(now_us)
            .bind(ending.way.map(PullWay::word))
            .bind(&ending.server_time)
            .bind(ending.load.map(|load| load.0))
            .bind(failure.map(|failure| failure.ja.as_str()))
            .bind(failure.map(|failure| failure.en.as_str()))
            .execute(&mut *tx)
            .await
            .doing("end a pull")?;
        if done.rows_affected() == 0 {
            return Err(LedgerError::NoPull(id));
        }
        put_messages(&mut tx, id, ending).await?;
        let actor = actor_of(&mut tx, id).await?;
        let detail = json!({
            "way": ending.way.map(PullWay::word), "server_time": ending.server_time,
            "load": ending.load.map(|load| load.0), "messages": ending.messages,
        });
        let act = format!("pull.{}", ending.outcome.word());
        let act = Act::new(&actor, &act, format!("pull/{id}")).with(detail);
        let line = audit::append(&mut tx, now_us, &act).await?;
        self.ledger.commit(tx, line).await
    }

    /// Marks the pull of this question that a process left running as given up by somebody; none
    /// where there is none.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn cancel(
        &self,
        lease: &PullLease,
        (source, base, asked): (&str, &str, &str),
    ) -> Result<Option<PullId>, LedgerError> {
        let id: Option<i64> = sqlx::query_scalar(include_str!("../../sql/pull/running_id.sql"))
            .bind(source)
            .bind(base)
            .bind(asked)
            .fetch_optional(self.ledger.pool())
            .await
            .doing("find a running pull")?;
        let Some(id) = id.map(PullId) else { return Ok(None) };
        self.end(lease, id, &PullEnding::of(PullOutcome::Cancelled)).await?;
        Ok(Some(id))
    }

    /// For which moment the last complete answer to this question holds, as the server wrote it:
    /// from there on something may have changed.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn since(
        &self,
        source: &str,
        base: &str,
        asked: &str,
    ) -> Result<Option<String>, LedgerError> {
        sqlx::query_scalar(include_str!("../../sql/pull/since.sql"))
            .bind(source)
            .bind(base)
            .bind(asked)
            .fetch_optional(self.ledger.pool())
            .await
            .doing("look up the last pull")
    }

    /// Each source with the addresses of the servers it was pulled from: in references these mean
    /// records of the source.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn bases(&self) -> Result<Vec<(String, String)>, LedgerError> {
        sqlx::query_as(include_str!("../../sql/pull/bases.sql"))
            .fetch_all(self.ledger.pool())
            .await
            .doing("list the servers")
    }

    /// The files in which servers told what they could not give.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn message_files(&self) -> Result<Vec<LandingId>, LedgerError> {
        let ids: Vec<String> = sqlx::query_scalar(include_str!("../../sql/pull/message_files.sql"))
            .fetch_all(self.ledger.pool())
            .await
            .doing("list the files of messages")?;
        ids.iter().map(|id| read::landing_id(id)).collect()
    }
}

async fn put_messages(conn: &mut Conn, id: PullId, ending: &PullEnding) -> Result<(), LedgerError> {
    let mut rows = Vec::with_capacity(ending.messages.len());
    for (message, position) in ending.messages.iter().zip(1_i64..) {
        rows.push((message, position, stored("a count of messages", message.count)?));
    }
    let sql = include_str!("../../sql/pull/put_messages.sql");
    insert_all(conn, sql, 5, &rows, |mut row, (message, position, count)| {
        row.push_bind(id.0)
            .push_bind(*position)
            .push_bind(message.severity.clone())
            .push_bind(message.code.clone())
            .push_bind(*count);
    })
    .await?;
    for landing in &ending.message_files {
        sqlx::query(include_str!("../../sql/pull/put_message_file.sql"))
            .bind(id.0)
            .bind(landing.to_string())
            .execute(&mut *conn)
            .await
            .doing("name a file of messages")?;
    }
    Ok(())
}

async fn actor_of(conn: &mut Conn, id: PullId) -> Result<Actor, LedgerError> {
    let name: String = sqlx::query_scalar(include_str!("../../sql/pull/actor.sql"))
        .bind(id.0)
        .fetch_one(conn)
        .await
        .doing("read a pull")?;
    Actor::new(&name).map_err(|_| LedgerError::Damaged { what: "an actor", found: name })
}
