//! What people do with their own account: look at their sessions, end them, change the password.

use jiff::Timestamp;
use vocab::Actor;

use super::join::set_password;
use super::{Accounts, PasswordHash, end_sessions, line_of_own};
use crate::audit;
use crate::audit::Act;
use crate::clock::from_us;
use crate::error::{Doing, LedgerError};
use crate::sessions::{SECOND_US, SESSION_HOURS_MAX, SESSION_IDLE_MINUTES_MAX, SessionToken};
use crate::store::ask;

/// How much of a session's hash names it: enough to tell it from others, and no key to it.
const NAME_DIGITS: usize = 16;

/// A session of somebody, as it is shown to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    /// By which it is named: the first digits of its token's hash.
    pub name: String,
    /// Since when.
    pub begun: Timestamp,
    /// When it was last used, to the minute.
    pub seen: Timestamp,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

impl Accounts {
    /// The sessions of somebody that hold, the newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn sessions_of(
        &self,
        actor: &Actor,
        this: Option<&SessionToken>,
    ) -> Result<Vec<OpenSession>, LedgerError> {
        let now_us = self.ledger.now_us();
        let rows = ask(include_str!("../../sql/account/sessions.sql"))
            .bind(actor.as_str())
            .bind(now_us - SESSION_IDLE_MINUTES_MAX * 60 * SECOND_US)
            .bind(now_us - SESSION_HOURS_MAX * 3_600 * SECOND_US)
            .rows(self.ledger.pool())
            .await
            .doing("list the sessions")?;
        let this = this.map(SessionToken::hash);
        let mut sessions = Vec::with_capacity(rows.len());
        for row in rows {
            let (hash, begun_us, seen_us): (String, i64, i64) =
                (|| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))()
                    .doing("list the sessions")?;
            sessions.push(OpenSession {
                name: hash.get(..NAME_DIGITS).unwrap_or_default().to_owned(),
                begun: from_us(begun_us),
                seen: from_us(seen_us),
                is_this: Some(&hash) == this.as_ref(),
            });
        }
        Ok(sessions)
    }

    /// Ends one session of somebody by its name; one that is not theirs is left as it is.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn end_session(&self, actor: &Actor, name: &str) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let act = &Act::new(actor, "session.end", "session");
        self.ledger
            .act(|mut tx| async move {
                let ended = ask(include_str!("../../sql/account/end_session.sql"))
                    .bind(actor.as_str())
                    .bind(name)
                    .bind(now_us)
                    .done(&mut tx)
                    .await
                    .doing("end a session")?;
                if ended == 0 {
                    return Ok((tx, None, ()));
                }
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// Ends every session of somebody but their own; tells how many there were.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn end_other_sessions(
        &self,
        actor: &Actor,
        this: &SessionToken,
    ) -> Result<u64, LedgerError> {
        self.end_sessions_but(actor, Some(this), actor).await
    }

    /// Changes somebody's password; their other sessions end.
    ///
    /// Does not ask for the old one: that is for who calls.
    ///
    /// # Errors
    /// [`LedgerError::NoAccount`] when there is none.
    pub async fn change_password(
        &self,
        actor: &Actor,
        this: &SessionToken,
        password: &PasswordHash,
    ) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                set_password(&mut tx, actor, password, now_us).await?;
                end_sessions(&mut tx, actor, Some(this), now_us).await?;
                let line = line_of_own(&mut tx, actor, "account.password", now_us).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }
}
