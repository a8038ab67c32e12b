//! Pulls as the ledger has them.

use vocab::{LandingId, LoadId, PullId};

use super::{PullFailure, PullInfo, PullMessage, PullOutcome, PullWay, Pulls, Schedule, Standing};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError, counted};
use crate::lease::Work;
use crate::store::{Row, ask};

impl Pulls {
    /// The newest pulls first, at most so many.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn list(&self, pulls_max: u32) -> Result<Vec<PullInfo>, LedgerError> {
        let rows = ask(include_str!("../../sql/pull/all.sql"))
            .bind(i64::from(pulls_max))
            .rows(self.ledger.pool())
            .await
            .doing("list the pulls")?;
        let mut pulls = rows.iter().map(read_pull).collect::<Result<Vec<_>, _>>()?;
        for pull in &mut pulls {
            self.complete(pull).await?;
        }
        Ok(pulls)
    }

    /// How each of these scheduled pulls stands now, in the same order.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn standings(&self, schedules: &[Schedule]) -> Result<Vec<Standing>, LedgerError> {
        let now = self.ledger.clock().now();
        let mut standings = Vec::with_capacity(schedules.len());
        for schedule in schedules {
            let last = self.one(include_str!("../../sql/pull/last.sql"), schedule).await?;
            let completed =
                self.one(include_str!("../../sql/pull/last_completed.sql"), schedule).await?;
            standings.push(Standing::new(schedule.clone(), last, completed, now));
        }
        Ok(standings)
    }

    async fn one(
        &self,
        sql: &'static str,
        schedule: &Schedule,
    ) -> Result<Option<PullInfo>, LedgerError> {
        let row = ask(sql)
            .bind(&schedule.source)
            .bind(&schedule.base)
            .bind(&schedule.asked)
            .row(self.ledger.pool())
            .await
            .doing("look up a pull")?;
        let mut pull = row.as_ref().map(read_pull).transpose()?;
        if let Some(pull) = &mut pull {
            self.complete(pull).await?;
        }
        Ok(pull)
    }

    /// Adds what the server said. A pull that is running while nobody pulls died with its process.
    async fn complete(&self, pull: &mut PullInfo) -> Result<(), LedgerError> {
        if pull.outcome == PullOutcome::Running && !self.ledger.is_held(Work::Pulling).await? {
            pull.outcome = PullOutcome::Interrupted;
        }
        let rows = ask(include_str!("../../sql/pull/messages.sql"))
            .bind(pull.id.0)
            .rows(self.ledger.pool())
            .await
            .doing("read what a server said")?;
        pull.messages = rows.iter().map(read_message).collect::<Result<_, _>>()?;
        Ok(())
    }
}

fn read_pull(row: &Row) -> Result<PullInfo, LedgerError> {
    let text = |column: &str| row.try_get::<String, _>(column).doing("read a pull");
    let maybe = |column: &str| row.try_get::<Option<String>, _>(column).doing("read a pull");
    let number = |column: &str| row.try_get::<i64, _>(column).doing("read a pull");
    let moment = |column: &str| row.try_get::<Option<i64>, _>(column).doing("read a pull");
    let failure = match (maybe("failure_ja")?, maybe("failure_en")?) {
        (Some(ja), Some(en)) => Some(PullFailure { ja, en }),
        _ => None,
    };
    Ok(PullInfo {
        id: PullId(number("id")?),
        name: maybe("name")?,
        source: text("source")?,
        base: text("base")?,
        asked: text("asked")?,
        since: maybe("since")?,
        actor: text("actor")?,
        started: from_us(number("started_us")?),
        ended: moment("ended_us")?.map(from_us),
        outcome: outcome(&text("outcome")?)?,
        way: maybe("way")?.as_deref().map(way).transpose()?,
        server_time: maybe("server_time")?,
        load: moment("load")?.map(LoadId),
        messages: Vec::new(),
        failure,
    })
}

fn read_message(row: &Row) -> Result<PullMessage, LedgerError> {
    let (severity, code, count): (String, String, i64) =
        (|| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))()
            .doing("read what a server said")?;
    Ok(PullMessage { severity, code, count: counted("a count of messages", count)? })
}

fn outcome(word: &str) -> Result<PullOutcome, LedgerError> {
    let all = [
        PullOutcome::Running,
        PullOutcome::Completed,
        PullOutcome::Incomplete,
        PullOutcome::Failed,
        PullOutcome::Cancelled,
        PullOutcome::Interrupted,
    ];
    let found = all.into_iter().find(|outcome| outcome.word() == word);
    found.ok_or_else(|| damaged("an outcome of a pull", word))
}

fn way(word: &str) -> Result<PullWay, LedgerError> {
    let found = [PullWay::Export, PullWay::Search].into_iter().find(|way| way.word() == word);
    found.ok_or_else(|| damaged("a way of pulling", word))
}

pub(super) fn landing_id(text: &str) -> Result<LandingId, LedgerError> {
    text.parse().map_err(|_| damaged("an id of a file", text))
}

fn damaged(what: &'static str, found: &str) -> LedgerError {
    LedgerError::Damaged { what, found: found.to_owned() }
}
