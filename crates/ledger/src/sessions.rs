//! Who is signed in: tokens given, recognised, and ended.
//!
//! A token is 256 random bits that only the browser holds; the ledger knows its SHA-256, so a
//! stolen ledger opens no session. A new token is given whenever the person behind it changes.

use std::fmt;

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};
use vocab::Actor;

use crate::audit::{self, Act};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::store::{Tx, ask};

const TOKEN_BYTES: usize = 32;
/// How long a session lives without being used, in minutes.
pub const SESSION_IDLE_MINUTES_MAX: i64 = 30;
/// How long a session lives at all, in hours.
pub const SESSION_HOURS_MAX: i64 = 12;
/// How often use is written down, in seconds: not at every page.
const SEEN_SECONDS: i64 = 60;

pub(crate) const SECOND_US: i64 = 1_000_000;

/// The secret of one session, as it stands in a cookie: 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    /// Takes a text that has the form of a token; any other cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == TOKEN_BYTES * 2 && text.bytes().all(is_hex)).then(|| Self(text.to_owned()))
    }

    /// The token as it is sent to the browser.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn make() -> Result<Self, LedgerError> {
        let mut bytes = [0; TOKEN_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| LedgerError::NoRandomness)?;
        Ok(Self(hexadecimal(&bytes)))
    }

    pub(crate) fn hash(&self) -> String {
        hexadecimal(&Sha256::digest(self.0.as_bytes()))
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(..)")
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A session that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub actor: Actor,
    /// Since when.
    pub begun: Timestamp,
    /// When the person last gave their password, where there is one.
    pub proved: Option<Timestamp>,
}

/// Begins, recognises and ends sessions.
#[derive(Clone)]
pub struct Sessions {
    ledger: Ledger,
}

impl Sessions {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Signs somebody in.
    ///
    /// Does not ask who it is: that is for who calls.
    ///
    /// # Errors
    /// When the machine gives no random bytes, or the ledger cannot be written.
    pub async fn begin(&self, actor: &Actor) -> Result<SessionToken, LedgerError> {
        let token = SessionToken::make()?;
        let fresh = &token;
        let now_us = self.ledger.now_us();
        let act = &Act::new(actor, "session.begin", "session");
        self.ledger
            .act(|mut tx| async move {
                put(&mut tx, fresh, actor, now_us).await?;
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await?;
        Ok(token)
    }

    /// Whose session this is.
    ///
    /// # Nulls
    /// Absent when nobody was given this token, or the session ended, was left alone for
    /// [`SESSION_IDLE_MINUTES_MAX`], or is older than [`SESSION_HOURS_MAX`].
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn holder(&self, token: &SessionToken) -> Result<Option<Actor>, LedgerError> {
        Ok(self.session(token).await?.map(|session| session.actor))
    }

    /// The session of this token.
    ///
    /// # Nulls
    /// Absent as [`Sessions::holder`], and when the account it is of was closed or has ended.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn session(&self, token: &SessionToken) -> Result<Option<Session>, LedgerError> {
        let now_us = self.ledger.now_us();
        let row = ask(include_str!("../sql/session/holder.sql"))
            .bind(token.hash())
            .bind(now_us - SESSION_IDLE_MINUTES_MAX * 60 * SECOND_US)
            .bind(now_us - SESSION_HOURS_MAX * 3_600 * SECOND_US)
            .bind(now_us)
            .row(self.ledger.pool())
            .await
            .doing("read a session")?;
        let Some(row) = row else { return Ok(None) };
        let (actor, begun_us, seen_us, proved_us): (String, i64, i64, Option<i64>) =
            (|| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?)))()
                .doing("read a session")?;
        if now_us - seen_us >= SEEN_SECONDS * SECOND_US {
            ask(include_str!("../sql/session/seen.sql"))
                .bind(token.hash())
                .bind(now_us)
                .done(self.ledger.pool())
                .await
                .doing("keep a session")?;
        }
        let damaged = |_| LedgerError::Damaged { what: "an actor", found: actor.clone() };
        let actor = Actor::new(&actor).map_err(damaged)?;
        Ok(Some(Session { actor, begun: from_us(begun_us), proved: proved_us.map(from_us) }))
    }

    /// Ends a session and begins another for somebody else in its place, with a new token.
    ///
    /// # Nulls
    /// Absent when the session is not one that holds; then nothing was done.
    ///
    /// # Errors
    /// When the machine gives no random bytes, or the ledger cannot be written.
    pub async fn change(
        &self,
        token: &SessionToken,
        to: &Actor,
    ) -> Result<Option<SessionToken>, LedgerError> {
        let Some(from) = self.holder(token).await? else { return Ok(None) };
        let fresh = SessionToken::make()?;
        let new = &fresh;
        let now_us = self.ledger.now_us();
        let left = &Act::new(&from, "session.end", "session").with(json!({ "changed_to": to }));
        let came = &Act::new(to, "session.begin", "session").with(json!({ "changed_from": from }));
        let changed = self
            .ledger
            .act(|mut tx| async move {
                if !end(&mut tx, token, now_us).await? {
                    return Ok((tx, None, false));
                }
                audit::append(&mut tx, now_us, left).await?;
                put(&mut tx, new, to, now_us).await?;
                let line = audit::append(&mut tx, now_us, came).await?;
                Ok((tx, Some(line), true))
            })
            .await?;
        Ok(changed.then_some(fresh))
    }

    /// Signs somebody out; a session that does not hold is left as it is.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn end(&self, token: &SessionToken) -> Result<(), LedgerError> {
        let Some(actor) = self.holder(token).await? else { return Ok(()) };
        let now_us = self.ledger.now_us();
        let act = &Act::new(&actor, "session.end", "session");
        self.ledger
            .act(|mut tx| async move {
                if !end(&mut tx, token, now_us).await? {
                    return Ok((tx, None, ()));
                }
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }
}

pub(crate) async fn put(
    tx: &mut Tx,
    token: &SessionToken,
    actor: &Actor,
    now_us: i64,
) -> Result<(), LedgerError> {
    ask(include_str!("../sql/session/begin.sql"))
        .bind(token.hash())
        .bind(actor.as_str())
        .bind(now_us)
        .done(tx)
        .await
        .doing("begin a session")?;
    Ok(())
}

/// Whether there was one to end.
pub(crate) async fn end(
    tx: &mut Tx,
    token: &SessionToken,
    now_us: i64,
) -> Result<bool, LedgerError> {
    let ended = ask(include_str!("../sql/session/end.sql"))
        .bind(token.hash())
        .bind(now_us)
        .done(tx)
        .await
        .doing("end a session")?;
    Ok(ended > 0)
}
