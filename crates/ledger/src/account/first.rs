//! The first administrator of a house, who comes by a link that whoever starts the program is told.

use serde_json::json;
use vocab::Actor;

use super::join::{self, FIRST_LINK_MINUTES, Kind};
use super::{
    Accounts, Invitation, LinkToken, NewAccount, PasswordHash, Profile, Role, known, object,
};
use crate::audit::{self, Act};
use crate::error::{Doing, LedgerError};
use crate::people::{self, NewGrant};
use crate::sessions::SECOND_US;
use crate::store::{Tx, ask};

impl Accounts {
    /// Makes the link of the first administrator; an earlier one is void.
    ///
    /// # Nulls
    /// Absent when somebody joined already: then there is no first one any more.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn offer_first(&self, by: &Actor) -> Result<Option<Invitation>, LedgerError> {
        let now_us = self.ledger.now_us();
        let token = &LinkToken::make()?;
        let ends_us = now_us + FIRST_LINK_MINUTES * 60 * SECOND_US;
        let act = &Act::new(by, "account.offer-first", "account");
        let offered = self
            .ledger
            .act(|mut tx| async move {
                if any_joined(&mut tx).await? {
                    return Ok((tx, None, false));
                }
                join::end_all(&mut tx, None, now_us).await?;
                join::put(&mut tx, token, None, (now_us, ends_us)).await?;
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), true))
            })
            .await?;
        Ok(offered.then(|| Invitation::new(token.clone(), ends_us)))
    }

    /// Uses the link of the first administrator. What the person at this machine may look for is
    /// granted to them too: it is most often the same person, who would otherwise see nothing.
    ///
    /// # Errors
    /// [`LedgerError::LinkDead`] when the link opens nothing or somebody joined before, and
    /// [`LedgerError::AccountExists`] when the name is taken.
    pub async fn join_first(
        &self,
        token: &LinkToken,
        new: &NewAccount,
        password: &PasswordHash,
        operator: &Actor,
    ) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let rights = &self.ledger.people().grants().await?;
        let profile = Profile { role: Role::Administrator, expires: None, ..new.profile.clone() };
        let new = &NewAccount { actor: new.actor.clone(), profile };
        self.ledger
            .act(|mut tx| async move {
                if any_joined(&mut tx).await? {
                    return Err(LedgerError::LinkDead);
                }
                join::take(&mut tx, token, Kind::First, now_us).await?;
                known::put(&mut tx, new, operator, now_us).await?;
                join::set_password(&mut tx, &new.actor, password, now_us).await?;
                let held = rights.iter().filter(|grant| grant.actor == operator.as_str());
                for grant in held.filter(|grant| grant.holds(now_us)) {
                    let Some(grant) = NewGrant::like(grant, &new.actor) else { continue };
                    people::record(&mut tx, &grant, operator, now_us).await?;
                }
                let act = Act::new(&new.actor, "account.join", object(&new.actor));
                let act = act.with(json!({ "first": true, "role": Role::Administrator.as_str() }));
                let line = audit::append(&mut tx, now_us, &act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }
}

async fn any_joined(tx: &mut Tx) -> Result<bool, LedgerError> {
    let joined: i64 = ask(include_str!("../../sql/account/any_joined.sql"))
        .value(tx)
        .await
        .doing("read the accounts")?;
    Ok(joined > 0)
}
