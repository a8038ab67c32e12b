//! Signing in: a try is counted, then looked at, then either a session begins or the try stands.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use unicode_normalization::UnicodeNormalization as _;
use vocab::Actor;

use super::join::{Kind, put_kind, take};
use super::patience::{self, Way};
use super::{Accounts, Hasher, LinkToken, PasswordHash, account_name, second};
use crate::audit::{self, Act, AuditHead};
use crate::error::{Doing, LedgerError};
use crate::sessions::{self, SECOND_US, SessionToken};
use crate::store::{On, Tx, ask};

/// How long one may take to find the telephone, in minutes.
const CODE_MINUTES_MAX: i64 = 5;
/// Under whom the audit writes that a name was tried which nobody has. No account can be called so.
const NOBODY: &str = "sign-in:unknown";

/// What comes of asking to try a password.
#[derive(Debug)]
pub enum Attempt {
    /// The name failed a moment ago, or too often today: nothing was looked at.
    Wait {
        /// Until when.
        until: Timestamp,
        /// How many seconds that is from now.
        seconds: i64,
    },
    /// The password may be looked at; the try counts as failed until it has succeeded.
    Look(Trial),
}

/// A try that was counted, with what it is to be compared with.
#[derive(Debug)]
pub struct Trial {
    name_hash: i64,
    actor: Option<Actor>,
    kept: Option<PasswordHash>,
}

impl Trial {
    /// Whether the password is right. Takes as long where nobody has the name.
    ///
    /// # Errors
    /// When what is kept cannot be read.
    ///
    /// # Cost
    /// As [`Hasher::hash`]: not for a thread that answers pages.
    pub fn is_right(&self, hasher: &Hasher, password: &str) -> Result<bool, LedgerError> {
        hasher.is_right(password, self.kept.as_ref())
    }
}

/// What comes of a try.
#[derive(Debug, PartialEq, Eq)]
pub enum Entry {
    /// A name, password or code is wrong; which of them nobody is told.
    Refused,
    /// The password is right; with this token and a code one is in.
    Code(LinkToken),
    /// In.
    In(SessionToken),
    /// The code comes too soon after a wrong one.
    Wait {
        /// Until when.
        until: Timestamp,
        /// How many seconds that is from now.
        seconds: i64,
    },
    /// The token of the first step opens nothing any more: the password is to be given again.
    Gone,
}

/// What is known of somebody who may sign in now.
struct May {
    password: Option<String>,
    has_second: bool,
}

impl Accounts {
    /// Asks to try a password for a name, whoever has it.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn attempt(&self, name: &str, zone: &TimeZone) -> Result<Attempt, LedgerError> {
        let now_us = self.ledger.now_us();
        let typed: String = name.trim().nfkc().flat_map(char::to_lowercase).collect();
        let name_hash = self.name_hash(&typed);
        let actor = &account_name(&typed);
        let pool = self.ledger.pool();
        let tried = (name_hash, Way::Password);
        let (wait, may) = pool
            .write(|mut tx| async move {
                let wait = patience::take(&mut tx, tried, now_us, zone).await?;
                let may = match actor {
                    Some(actor) => may_sign_in(&mut tx, actor, now_us).await?,
                    None => None,
                };
                Ok((tx, (wait, may)))
            })
            .await?;
        if let Some(until) = wait {
            return Ok(Attempt::Wait { until, seconds: patience::seconds_to(until, now_us) });
        }
        let kept = may.as_ref().and_then(|may| may.password.clone()).map(PasswordHash::stored);
        let actor = actor.clone().filter(|_| may.is_some());
        Ok(Attempt::Look(Trial { name_hash, actor, kept }))
    }

    /// Lets somebody in whose password was found right or wrong. With a second factor the password
    /// alone gives the way to the code, or, with a `code`, that is looked at too. A session that is
    /// `left` ends: the new one has a new token.
    ///
    /// # Errors
    /// When the machine gives no random bytes, or the ledger cannot be written.
    pub async fn enter(
        &self,
        trial: &Trial,
        is_right: bool,
        code: Option<&str>,
        left: Option<&SessionToken>,
    ) -> Result<Entry, LedgerError> {
        let now_us = self.ledger.now_us();
        let (fresh, half) = (&SessionToken::make()?, &LinkToken::make()?);
        let tried = (trial.name_hash, Way::Password);
        self.ledger
            .act(|mut tx| async move {
                let actor = trial.actor.as_ref().filter(|_| is_right);
                let may = match actor {
                    Some(actor) => may_sign_in(&mut tx, actor, now_us).await?,
                    None => None,
                };
                // Closed or changed meanwhile: the password that was right is so no longer.
                let kept = trial.kept.as_ref().map(PasswordHash::as_str);
                let may = may.filter(|may| may.password.as_deref() == kept);
                let (Some(actor), Some(may)) = (actor, may) else {
                    let line = refused(&mut tx, trial.actor.as_ref(), now_us).await?;
                    return Ok((tx, Some(line), Entry::Refused));
                };
                if may.has_second {
                    let Some(code) = code else {
                        patience::give_back(&mut tx, tried).await?;
                        let line = half_way(&mut tx, actor, half, now_us).await?;
                        return Ok((tx, Some(line), Entry::Code(half.clone())));
                    };
                    if !second::use_code(&self.ledger, &mut tx, actor, code).await? {
                        let line = refused(&mut tx, Some(actor), now_us).await?;
                        return Ok((tx, Some(line), Entry::Refused));
                    }
                }
                patience::give_back(&mut tx, tried).await?;
                let line = begin(&mut tx, actor, fresh, left, now_us).await?;
                Ok((tx, Some(line), Entry::In(fresh.clone())))
            })
            .await
    }

    /// Notes whether a password that was asked for once more, by somebody who is in, was right.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn settle(&self, trial: &Trial, is_right: bool) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let tried = (trial.name_hash, Way::Password);
        if is_right {
            let given_back = self.ledger.pool().write(|mut tx| async move {
                patience::give_back(&mut tx, tried).await?;
                Ok((tx, ()))
            });
            return given_back.await;
        }
        self.ledger
            .act(|mut tx| async move {
                let line = refused(&mut tx, trial.actor.as_ref(), now_us).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// Lets somebody in who gave their password before and now gives a code.
    ///
    /// # Errors
    /// When the machine gives no random bytes, or the ledger cannot be written.
    pub async fn enter_with_code(
        &self,
        half: &LinkToken,
        code: &str,
        left: Option<&SessionToken>,
        zone: &TimeZone,
    ) -> Result<Entry, LedgerError> {
        let now_us = self.ledger.now_us();
        let Some(actor) = &self.half_way_in(half, now_us).await? else { return Ok(Entry::Gone) };
        let tried = (self.name_hash(actor.as_str()), Way::Code);
        let taken = self.ledger.pool().write(|mut tx| async move {
            let wait = patience::take(&mut tx, tried, now_us, zone).await?;
            Ok((tx, wait))
        });
        if let Some(until) = taken.await? {
            return Ok(Entry::Wait { until, seconds: patience::seconds_to(until, now_us) });
        }
        let fresh = &SessionToken::make()?;
        self.ledger
            .act(|mut tx| async move {
                if may_sign_in(&mut tx, actor, now_us).await?.is_none() {
                    let line = refused(&mut tx, Some(actor), now_us).await?;
                    return Ok((tx, Some(line), Entry::Gone));
                }
                if !second::use_code(&self.ledger, &mut tx, actor, code).await? {
                    let line = refused(&mut tx, Some(actor), now_us).await?;
                    return Ok((tx, Some(line), Entry::Refused));
                }
                take(&mut tx, half, Kind::Half, now_us).await?;
                patience::give_back(&mut tx, tried).await?;
                let line = begin(&mut tx, actor, fresh, left, now_us).await?;
                Ok((tx, Some(line), Entry::In(fresh.clone())))
            })
            .await
    }

    /// Who gave a right password and has yet to give a code.
    async fn half_way_in(
        &self,
        half: &LinkToken,
        now_us: i64,
    ) -> Result<Option<Actor>, LedgerError> {
        let Some((kind, actor)) = self.link_row(half, now_us).await? else { return Ok(None) };
        let actor = actor.filter(|_| kind == "half");
        Ok(actor.and_then(|actor| Actor::new(&actor).ok()))
    }

    fn name_hash(&self, typed: &str) -> i64 {
        let [(_, home_key), _] = self.ledger.keys();
        home_key.derive("names of sign-in").blind(&[typed.as_bytes()])
    }
}

async fn may_sign_in<'a>(
    on: impl Into<On<'a>>,
    actor: &Actor,
    now_us: i64,
) -> Result<Option<May>, LedgerError> {
    let row = ask(include_str!("../../sql/account/to_sign_in.sql"))
        .bind(actor.as_str())
        .bind(now_us)
        .row(on)
        .await
        .doing("read an account")?;
    let Some(row) = row else { return Ok(None) };
    (|| Ok(Some(May { password: row.try_get(0)?, has_second: row.try_get(1)? })))()
        .doing("read an account")
}

async fn refused(
    tx: &mut Tx,
    actor: Option<&Actor>,
    now_us: i64,
) -> Result<AuditHead, LedgerError> {
    let nobody = Actor::new(NOBODY)
        .map_err(|_| LedgerError::Damaged { what: "an actor", found: NOBODY.to_owned() })?;
    audit::append(tx, now_us, &Act::new(actor.unwrap_or(&nobody), "sign-in.fail", "session")).await
}

async fn half_way(
    tx: &mut Tx,
    actor: &Actor,
    half: &LinkToken,
    now_us: i64,
) -> Result<AuditHead, LedgerError> {
    ask(include_str!("../../sql/account/forget_half_ways.sql"))
        .bind(now_us)
        .done(&mut *tx)
        .await
        .doing("forget half sign-ins")?;
    let ends_us = now_us + CODE_MINUTES_MAX * 60 * SECOND_US;
    put_kind(tx, half, (Kind::Half, Some(actor)), (now_us, ends_us)).await?;
    audit::append(tx, now_us, &Act::new(actor, "sign-in.password", "session")).await
}

/// Begins a session, and ends the one it comes in place of.
async fn begin(
    tx: &mut Tx,
    actor: &Actor,
    fresh: &SessionToken,
    left: Option<&SessionToken>,
    now_us: i64,
) -> Result<AuditHead, LedgerError> {
    let mut act = Act::new(actor, "session.begin", "session");
    if let Some(left) = left
        && sessions::end(&mut *tx, left, now_us).await?
    {
        act = act.with(json!({ "in_place_of_another": true }));
    }
    sessions::put(&mut *tx, fresh, actor, now_us).await?;
    audit::append(tx, now_us, &act).await
}
