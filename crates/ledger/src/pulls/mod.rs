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
use crate::store::{Tx, ask, insert_all};

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
    pub async fn begin(&self, lease: &PullLease, new: &NewPull) -> Result<PullId, LedgerError> {
        let now_us = self.ledger.now_us();
        let detail = &json!({
            "name": new.name, "source": new.source, "base": new.base, "asked": new.asked,
            "since": new.since,
        });
        self.ledger
            .act(|mut tx| async move {
                lease.check(&mut tx).await?;
                // Whoever holds the lease is the only one who pulls, so no other pull can be alive.
                ask(include_str!("../../sql/pull/interrupt_running.sql"))
                    .bind(now_us)
                    .done(&mut tx)
                    .await
                    .doing("end interrupted pulls")?;
                let id = put(&mut tx, now_us, new).await?;
                let act =
                    Act::new(&new.actor, "pull.begin", format!("pull/{id}")).with(detail.clone());
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), PullId(id)))
            })
            .await
    }

    /// Ends a running pull.
    ///
    /// # Errors
    /// [`LedgerError::NoPull`] when it is not running.
    pub async fn end(
        &self,
        lease: &PullLease,
        id: PullId,
        ending: &PullEnding,
    ) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let detail = &json!({
            "way": ending.way.map(PullWay::word), "server_time": ending.server_time,
            "load": ending.load.map(|load| load.0), "messages": ending.messages,
        });
        self.ledger
            .act(|mut tx| async move {
                lease.check(&mut tx).await?;
                if put_ending(&mut tx, now_us, id, ending).await? == 0 {
                    return Err(LedgerError::NoPull(id));
                }
                put_messages(&mut tx, id, ending).await?;
                let actor = actor_of(&mut tx, id).await?;
                let act = format!("pull.{}", ending.outcome.word());
                let act = Act::new(&actor, &act, format!("pull/{id}")).with(detail.clone());
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
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
        let id: Option<i64> = ask(include_str!("../../sql/pull/running_id.sql"))
            .bind(source)
            .bind(base)
            .bind(asked)
            .value_if_any(self.ledger.pool())
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
        ask(include_str!("../../sql/pull/since.sql"))
            .bind(source)
            .bind(base)
            .bind(asked)
            .value_if_any(self.ledger.pool())
            .await
            .doing("look up the last pull")
    }

    /// Each source with the addresses of the servers it was pulled from: in references these mean
    /// records of the source.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn bases(&self) -> Result<Vec<(String, String)>, LedgerError> {
        let rows = ask(include_str!("../../sql/pull/bases.sql")).rows(self.ledger.pool());
        let rows = rows.await.doing("list the servers")?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<_, _>>()
            .doing("list the servers")
    }

    /// The files in which servers told what they could not give.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn message_files(&self) -> Result<Vec<LandingId>, LedgerError> {
        let ids: Vec<String> = ask(include_str!("../../sql/pull/message_files.sql"))
            .values(self.ledger.pool())
            .await
            .doing("list the files of messages")?;
        ids.iter().map(|id| read::landing_id(id)).collect()
    }
}

/// Writes a pull that begins; gives its number.
async fn put(tx: &mut Tx, now_us: i64, new: &NewPull) -> Result<i64, LedgerError> {
    let id: i64 = ask(include_str!("../../sql/pull/next_id.sql"))
        .value(&mut *tx)
        .await
        .doing("number a pull")?;
    ask(include_str!("../../sql/pull/begin.sql"))
        .bind(id)
        .bind(&new.name)
        .bind(&new.source)
        .bind(&new.base)
        .bind(&new.asked)
        .bind(&new.since)
        .bind(new.actor.as_str())
        .bind(now_us)
        .done(tx)
        .await
        .doing("begin a pull")?;
    Ok(id)
}

/// Writes how a pull ended; tells how many running ones of this number there were.
async fn put_ending(
    tx: &mut Tx,
    now_us: i64,
    id: PullId,
    ending: &PullEnding,
) -> Result<u64, LedgerError> {
    let failure = ending.failure.as_ref();
    ask(include_str!("../../sql/pull/end.sql"))
        .bind(id.0)
        .bind(ending.outcome.word())
        .bind(now_us)
        .bind(ending.way.map(PullWay::word))
        .bind(&ending.server_time)
        .bind(ending.load.map(|load| load.0))
        .bind(failure.map(|failure| failure.ja.as_str()))
        .bind(failure.map(|failure| failure.en.as_str()))
        .done(tx)
        .await
        .doing("end a pull")
}

async fn put_messages(tx: &mut Tx, id: PullId, ending: &PullEnding) -> Result<(), LedgerError> {
    let mut rows = Vec::with_capacity(ending.messages.len());
    for (message, position) in ending.messages.iter().zip(1_i64..) {
        rows.push((message, position, stored("a count of messages", message.count)?));
    }
    let sql = include_str!("../../sql/pull/put_messages.sql");
    insert_all(tx, sql, 5, &rows, |row, (message, position, count)| {
        row.push(id.0).push(*position).push(&message.severity).push(&message.code).push(*count);
    })
    .await?;
    for landing in &ending.message_files {
        ask(include_str!("../../sql/pull/put_message_file.sql"))
            .bind(id.0)
            .bind(landing.to_string())
            .done(&mut *tx)
            .await
            .doing("name a file of messages")?;
    }
    Ok(())
}

async fn actor_of(tx: &mut Tx, id: PullId) -> Result<Actor, LedgerError> {
    let name: String = ask(include_str!("../../sql/pull/actor.sql"))
        .bind(id.0)
        .value(tx)
        .await
        .doing("read a pull")?;
    Actor::new(&name).map_err(|_| LedgerError::Damaged { what: "an actor", found: name })
}
