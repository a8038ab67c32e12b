//! Links that open once: an invitation, on which somebody chooses their password.

use jiff::Timestamp;
use vocab::Actor;

use super::{
    Account, AccountState, Accounts, PasswordHash, end_sessions, known, line_of_own, some,
};
use crate::audit::{self, Act};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError};
use crate::sessions::{SECOND_US, SessionToken};
use crate::store::{Tx, ask};

/// How long an invitation holds, in hours.
pub const INVITATION_HOURS: i64 = 72;
/// How long the link of the first administrator holds, in minutes.
pub const FIRST_LINK_MINUTES: i64 = 60;

/// The secret of a link: of the same form as a session's, and never one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkToken(SessionToken);

impl LinkToken {
    /// Takes a text that has the form of a token; any other cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        SessionToken::parse(text).map(Self)
    }

    /// The token as it stands in the link.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(super) fn make() -> Result<Self, LedgerError> {
        SessionToken::make().map(Self)
    }

    pub(super) fn hash(&self) -> String {
        self.0.hash()
    }
}

/// A link just made. Its token is told once and known to nobody afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// What the link ends in.
    pub token: LinkToken,
    /// Until when it opens.
    pub ends: Timestamp,
}

impl Invitation {
    pub(super) fn new(token: LinkToken, ends_us: i64) -> Self {
        Self { token, ends: from_us(ends_us) }
    }
}

/// Whom a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Whoever becomes the first administrator.
    First,
    /// The holder of this account, who chooses a password.
    Invitation(Box<Account>),
}

/// What a token stands for, as the ledger writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    First,
    Invitation,
    Half,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Invitation => "invitation",
            Self::Half => "half",
        }
    }
}

impl Accounts {
    /// Makes somebody a new link on which they choose a password; the old password and every
    /// session end now, and an authenticator app stays as it is.
    ///
    /// # Errors
    /// [`LedgerError::NoAccount`] when there is none that may be opened.
    pub async fn invite(&self, actor: &Actor, by: &Actor) -> Result<Invitation, LedgerError> {
        let now_us = self.ledger.now_us();
        let token = &LinkToken::make()?;
        let ends_us = invitation_ends(now_us);
        let act = &Act::new(by, "account.invite", super::object(actor));
        self.ledger
            .act(|mut tx| async move {
                let account = known::get(&mut tx, actor).await?;
                let shut = |account: &Account| {
                    matches!(account.state(from_us(now_us)), AccountState::Disabled)
                };
                some(u64::from(account.is_some_and(|account| !shut(&account))), actor)?;
                ask(include_str!("../../sql/account/drop_password.sql"))
                    .bind(actor.as_str())
                    .done(&mut tx)
                    .await
                    .doing("take a password away")?;
                end_sessions(&mut tx, actor, None, now_us).await?;
                end_all(&mut tx, Some(actor), now_us).await?;
                put(&mut tx, token, Some(actor), (now_us, ends_us)).await?;
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await?;
        Ok(Invitation::new(token.clone(), ends_us))
    }

    /// What kind of link this is and whom it is for, where it is there and has not ended.
    pub(super) async fn link_row(
        &self,
        token: &LinkToken,
        now_us: i64,
    ) -> Result<Option<(String, Option<String>)>, LedgerError> {
        let row = ask(include_str!("../../sql/account/link.sql"))
            .bind(token.hash())
            .bind(now_us)
            .row(self.ledger.pool())
            .await
            .doing("read a link")?;
        row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose().doing("read a link")
    }

    /// Whom this link is for.
    ///
    /// # Nulls
    /// Absent when it was used, has ended, or never was.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn link(&self, token: &LinkToken) -> Result<Option<Link>, LedgerError> {
        let now_us = self.ledger.now_us();
        let Some((kind, actor)) = self.link_row(token, now_us).await? else { return Ok(None) };
        match (kind.as_str(), actor) {
            ("first", None) => Ok(Some(Link::First)),
            ("invitation", Some(name)) => {
                let damaged = |_| LedgerError::Damaged { what: "an actor", found: name.clone() };
                let actor = Actor::new(&name).map_err(damaged)?;
                let account = self.get(&actor).await?;
                let account =
                    account.filter(|one| one.state(from_us(now_us)) != AccountState::Disabled);
                Ok(account.map(|account| Link::Invitation(Box::new(account))))
            }
            _ => Ok(None),
        }
    }

    /// Uses an invitation: the password is the account's from now on.
    ///
    /// # Errors
    /// [`LedgerError::LinkDead`] when the link opens nothing, or not this account.
    pub async fn join(
        &self,
        token: &LinkToken,
        password: &PasswordHash,
    ) -> Result<Actor, LedgerError> {
        let Some(Link::Invitation(account)) = self.link(token).await? else {
            return Err(LedgerError::LinkDead);
        };
        let actor = &account.actor;
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                take(&mut tx, token, Kind::Invitation, now_us).await?;
                set_password(&mut tx, actor, password, now_us).await?;
                let line = line_of_own(&mut tx, actor, "account.join", now_us).await?;
                Ok((tx, Some(line), ()))
            })
            .await?;
        Ok(account.actor)
    }
}

pub(super) fn invitation_ends(now_us: i64) -> i64 {
    now_us + INVITATION_HOURS * 3_600 * SECOND_US
}

/// Keeps a link: for the holder of an account, or for the first administrator.
pub(super) async fn put(
    tx: &mut Tx,
    token: &LinkToken,
    actor: Option<&Actor>,
    (now_us, ends_us): (i64, i64),
) -> Result<(), LedgerError> {
    let kind = if actor.is_some() { Kind::Invitation } else { Kind::First };
    put_kind(tx, token, (kind, actor), (now_us, ends_us)).await
}

pub(super) async fn put_kind(
    tx: &mut Tx,
    token: &LinkToken,
    (kind, actor): (Kind, Option<&Actor>),
    (now_us, ends_us): (i64, i64),
) -> Result<(), LedgerError> {
    ask(include_str!("../../sql/account/put_link.sql"))
        .bind(token.hash())
        .bind(kind.as_str())
        .bind(actor.map(Actor::as_str))
        .bind(now_us)
        .bind(ends_us)
        .done(tx)
        .await
        .doing("keep a link")?;
    Ok(())
}

/// Uses a token, which must be one of this kind that holds.
pub(super) async fn take(
    tx: &mut Tx,
    token: &LinkToken,
    kind: Kind,
    now_us: i64,
) -> Result<(), LedgerError> {
    let used = ask(include_str!("../../sql/account/use_link.sql"))
        .bind(token.hash())
        .bind(now_us)
        .bind(kind.as_str())
        .done(tx)
        .await
        .doing("use a link")?;
    if used == 0 { Err(LedgerError::LinkDead) } else { Ok(()) }
}

/// Ends the links of somebody, or those of the first administrator.
pub(super) async fn end_all(
    tx: &mut Tx,
    actor: Option<&Actor>,
    now_us: i64,
) -> Result<(), LedgerError> {
    let kinds = if actor.is_some() { [Kind::Invitation, Kind::Half] } else { [Kind::First; 2] };
    for kind in kinds {
        ask(include_str!("../../sql/account/end_links.sql"))
            .bind(kind.as_str())
            .bind(actor.map_or("", Actor::as_str))
            .bind(now_us)
            .done(&mut *tx)
            .await
            .doing("end links")?;
    }
    Ok(())
}

pub(super) async fn set_password(
    tx: &mut Tx,
    actor: &Actor,
    password: &PasswordHash,
    now_us: i64,
) -> Result<(), LedgerError> {
    let set = ask(include_str!("../../sql/account/set_password.sql"))
        .bind(actor.as_str())
        .bind(password.as_str())
        .bind(now_us)
        .done(tx)
        .await
        .doing("keep a password")?;
    some(set, actor)
}
