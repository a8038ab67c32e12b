//! Who may sign in: accounts, the links by which people join, passwords and second factors.
//!
//! An account opens no record by itself: what its holder may look at is granted as to anybody
//! ([`crate::People`]). Here is also what keeps a leaver out: from the moment an account is closed
//! its sessions, its grants and its links hold no longer.

mod first;
mod join;
mod known;
mod own;
mod password;
mod patience;
mod role;
mod second;
mod sign_in;
mod totp;

use jiff::Timestamp;
use serde_json::json;
use vocab::{Actor, Locale};

use crate::audit::{self, Act, AuditHead};
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::sessions::SessionToken;
use crate::store::{Tx, ask};

pub use join::{FIRST_LINK_MINUTES, INVITATION_HOURS, Invitation, Link, LinkToken};
pub use own::OpenSession;
pub use password::{
    Hasher, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PASSWORD_MEMORY_KIB, PasswordFault,
    PasswordHash, check_password,
};
pub use patience::TRIES_A_DAY_MAX;
pub use role::{NoRole, Role};
pub use second::{Enrolment, RECOVERY_CODES};
pub use sign_in::{Attempt, Entry, Trial};

/// The longest name of an account, in characters.
const NAME_CHARS_MAX: usize = 32;

/// What is known of somebody with an account, as an administrator writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The name in Japanese.
    pub name_ja: String,
    /// The name in English.
    pub name_en: String,
    /// Where letters reach them.
    pub email: Option<String>,
    /// What they do.
    pub role: Role,
    /// Where they do it.
    pub department: Option<String>,
    /// Who answers for them.
    pub supervisor: Option<Actor>,
    /// When the account ends by itself.
    pub expires: Option<Timestamp>,
}

/// An account about to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// The name they will sign in with: see [`account_name`].
    pub actor: Actor,
    /// Who they are.
    pub profile: Profile,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name they sign in with, and under which everything is recorded.
    pub actor: Actor,
    /// Who they are.
    pub profile: Profile,
    /// When they first chose a password.
    pub joined: Option<Timestamp>,
    /// When it was closed.
    pub disabled: Option<Timestamp>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made: Timestamp,
}

/// Whether an account opens, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// Its holder has chosen no password yet.
    Invited,
    /// It opens.
    Open,
    /// Its last day is over.
    Expired,
    /// It was closed.
    Disabled,
}

impl Account {
    /// The name in the reader's language.
    #[must_use]
    pub fn name(&self, locale: Locale) -> &str {
        match locale {
            Locale::Ja => &self.profile.name_ja,
            Locale::En => &self.profile.name_en,
        }
    }

    /// Whether it opens at a moment.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> AccountState {
        if self.disabled.is_some() {
            return AccountState::Disabled;
        }
        if self.profile.expires.is_some_and(|end| end <= now) {
            return AccountState::Expired;
        }
        if self.joined.is_some() { AccountState::Open } else { AccountState::Invited }
    }
}

/// The name of an account: two to 32 small letters, digits, dots, hyphens and underscores, a letter
/// first. No such name is that of somebody at the command line or of the demonstration.
///
/// # Nulls
/// Absent when the text is no such name.
#[must_use]
pub fn account_name(text: &str) -> Option<Actor> {
    let inner = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
    };
    let fits = (2..=NAME_CHARS_MAX).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(inner);
    if fits { Actor::new(text).ok() } else { None }
}

/// Makes, reads and closes accounts, and lets their holders in.
#[derive(Clone)]
pub struct Accounts {
    ledger: Ledger,
}

impl Accounts {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// What makes and compares passwords of this home, with this much memory each.
    #[must_use]
    pub fn hasher(&self, memory_kib: u32) -> Hasher {
        let [(_, home_key), _] = self.ledger.keys();
        Hasher::new(home_key, memory_kib)
    }

    /// Makes an account and the link by which its holder joins.
    ///
    /// Does not ask whether `by` may: that is for who calls.
    ///
    /// # Errors
    /// [`LedgerError::AccountExists`] when the name is taken.
    pub async fn create(&self, new: &NewAccount, by: &Actor) -> Result<Invitation, LedgerError> {
        let now_us = self.ledger.now_us();
        let token = &LinkToken::make()?;
        let ends_us = join::invitation_ends(now_us);
        let act = &Act::new(by, "account.create", object(&new.actor)).with(told(&new.profile));
        self.ledger
            .act(|mut tx| async move {
                known::put(&mut tx, new, by, now_us).await?;
                join::put(&mut tx, token, Some(&new.actor), (now_us, ends_us)).await?;
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await?;
        Ok(Invitation::new(token.clone(), ends_us))
    }

    /// Changes what is known of somebody; a new role or end holds from the next page on.
    ///
    /// # Errors
    /// [`LedgerError::NoAccount`], and [`LedgerError::LastAdministrator`] when nobody would be left
    /// who can make accounts.
    pub async fn edit(
        &self,
        actor: &Actor,
        profile: &Profile,
        by: &Actor,
    ) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let stays = profile.role == Role::Administrator && profile.expires.is_none();
        let act = &Act::new(by, "account.edit", object(actor)).with(told(profile));
        self.ledger
            .act(|mut tx| async move {
                if !stays {
                    keep_an_administrator(&mut tx, actor, now_us).await?;
                }
                known::edit(&mut tx, actor, profile).await?;
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// Closes an account: its sessions end, its links are void and its grants hold no longer.
    ///
    /// # Errors
    /// [`LedgerError::NoAccount`] when there is none that is open, and
    /// [`LedgerError::LastAdministrator`].
    pub async fn disable(&self, actor: &Actor, by: &Actor) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                keep_an_administrator(&mut tx, actor, now_us).await?;
                let closed = ask(include_str!("../../sql/account/disable.sql"))
                    .bind(actor.as_str())
                    .bind(now_us)
                    .done(&mut tx)
                    .await
                    .doing("close an account")?;
                some(closed, actor)?;
                let ended = end_sessions(&mut tx, actor, None, now_us).await?;
                join::end_all(&mut tx, Some(actor), now_us).await?;
                let act = Act::new(by, "account.disable", object(actor));
                let act = act.with(json!({ "sessions_ended": ended }));
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// Opens a closed account again, with the password it had.
    ///
    /// # Errors
    /// [`LedgerError::NoAccount`] when there is none that is closed.
    pub async fn enable(&self, actor: &Actor, by: &Actor) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let act = &Act::new(by, "account.enable", object(actor));
        self.ledger
            .act(|mut tx| async move {
                let opened = ask(include_str!("../../sql/account/enable.sql"))
                    .bind(actor.as_str())
                    .done(&mut tx)
                    .await
                    .doing("open an account")?;
                some(opened, actor)?;
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// Ends every session of somebody; tells how many there were.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn end_sessions(&self, actor: &Actor, by: &Actor) -> Result<u64, LedgerError> {
        self.end_sessions_but(actor, None, by).await
    }

    async fn end_sessions_but(
        &self,
        actor: &Actor,
        but: Option<&SessionToken>,
        by: &Actor,
    ) -> Result<u64, LedgerError> {
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                let ended = end_sessions(&mut tx, actor, but, now_us).await?;
                let act = Act::new(by, "session.end-all", object(actor));
                let act = act.with(json!({ "sessions_ended": ended }));
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), ended))
            })
            .await
    }
}

/// How an account stands in the audit.
fn object(actor: &Actor) -> String {
    format!("account/{actor}")
}

/// What the audit says of a profile: what decides, and no name or address.
fn told(profile: &Profile) -> serde_json::Value {
    json!({
        "role": profile.role.as_str(), "department": profile.department,
        "supervisor": profile.supervisor,
        "expires": profile.expires.map(|at| at.to_string()),
    })
}

fn some(rows: u64, actor: &Actor) -> Result<(), LedgerError> {
    if rows == 0 { Err(LedgerError::NoAccount(actor.to_string())) } else { Ok(()) }
}

/// Refuses what would leave a house that has an administrator without one.
async fn keep_an_administrator(tx: &mut Tx, actor: &Actor, now_us: i64) -> Result<(), LedgerError> {
    let Some(account) = known::get(&mut *tx, actor).await? else {
        return Err(LedgerError::NoAccount(actor.to_string()));
    };
    let now = crate::clock::from_us(now_us);
    let is_one =
        account.profile.role == Role::Administrator && account.state(now) == AccountState::Open;
    if !is_one {
        return Ok(());
    }
    let others: i64 = ask(include_str!("../../sql/account/administrators.sql"))
        .bind(actor.as_str())
        .bind(now_us)
        .value(tx)
        .await
        .doing("count the administrators")?;
    if others == 0 { Err(LedgerError::LastAdministrator) } else { Ok(()) }
}

/// Ends every session of somebody but one.
async fn end_sessions(
    tx: &mut Tx,
    actor: &Actor,
    but: Option<&SessionToken>,
    now_us: i64,
) -> Result<u64, LedgerError> {
    ask(include_str!("../../sql/account/end_sessions.sql"))
        .bind(actor.as_str())
        .bind(but.map(SessionToken::hash).unwrap_or_default())
        .bind(now_us)
        .done(tx)
        .await
        .doing("end sessions")
}

/// The audit line of an act of somebody about their own account.
async fn line_of_own(
    tx: &mut Tx,
    actor: &Actor,
    act: &str,
    now_us: i64,
) -> Result<AuditHead, LedgerError> {
    audit::append(tx, now_us, &Act::new(actor, act, object(actor))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain_and_nobody_else_s() {
        for good in ["aoki", "h.aoki", "aoki-2", "x_1", &"a".repeat(32)] {
            assert_eq!(account_name(good).unwrap().as_str(), good);
        }
        let long = "a".repeat(33);
        let bad =
            ["", "a", "Aoki", "local:aoki", "demo:aoki", "1aoki", ".aoki", "ao ki", "青木", &long];
        for bad in bad {
            assert_eq!(account_name(bad), None, "{bad}");
        }
    }
}
