//! Reading and writing the rows of accounts.

use jiff::Timestamp;
use vocab::Actor;

use super::{Account, Accounts, NewAccount, Profile, some};
use crate::clock::from_us;
use crate::error::{Doing, LedgerError};
use crate::store::{On, Row, Tx, ask};

impl Accounts {
    /// Every account, in the order of their names.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn list(&self) -> Result<Vec<Account>, LedgerError> {
        let rows = ask(include_str!("../../sql/account/all.sql"))
            .rows(self.ledger.pool())
            .await
            .doing("list the accounts")?;
        rows.iter().map(read).collect()
    }

    /// The account of this name.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn get(&self, actor: &Actor) -> Result<Option<Account>, LedgerError> {
        get(self.ledger.pool(), actor).await
    }

    /// Whether anybody ever joined this house.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn any_joined(&self) -> Result<bool, LedgerError> {
        let joined: i64 = ask(include_str!("../../sql/account/any_joined.sql"))
            .value(self.ledger.pool())
            .await
            .doing("read the accounts")?;
        Ok(joined > 0)
    }
}

pub(super) async fn get<'a>(
    on: impl Into<On<'a>>,
    actor: &Actor,
) -> Result<Option<Account>, LedgerError> {
    let row = ask(include_str!("../../sql/account/one.sql"))
        .bind(actor.as_str())
        .row(on)
        .await
        .doing("read an account")?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn put(
    tx: &mut Tx,
    new: &NewAccount,
    by: &Actor,
    now_us: i64,
) -> Result<(), LedgerError> {
    let profile = &new.profile;
    let put = ask(include_str!("../../sql/account/put.sql"))
        .bind(new.actor.as_str())
        .bind(&profile.name_ja)
        .bind(&profile.name_en)
        .bind(&profile.email)
        .bind(profile.role.as_str())
        .bind(&profile.department)
        .bind(profile.supervisor.as_ref().map(Actor::as_str))
        .bind(profile.expires.map(Timestamp::as_microsecond))
        .bind(by.as_str())
        .bind(now_us)
        .done(tx)
        .await
        .doing("keep an account")?;
    if put == 0 { Err(LedgerError::AccountExists(new.actor.to_string())) } else { Ok(()) }
}

pub(super) async fn edit(tx: &mut Tx, actor: &Actor, profile: &Profile) -> Result<(), LedgerError> {
    let changed = ask(include_str!("../../sql/account/edit.sql"))
        .bind(actor.as_str())
        .bind(&profile.name_ja)
        .bind(&profile.name_en)
        .bind(&profile.email)
        .bind(profile.role.as_str())
        .bind(&profile.department)
        .bind(profile.supervisor.as_ref().map(Actor::as_str))
        .bind(profile.expires.map(Timestamp::as_microsecond))
        .done(tx)
        .await
        .doing("change an account")?;
    some(changed, actor)
}

fn read(row: &Row) -> Result<Account, LedgerError> {
    let text = |column: &str| row.try_get::<String, _>(column).doing("read an account");
    let maybe = |column: &str| row.try_get::<Option<String>, _>(column).doing("read an account");
    let moment = |column: &str| {
        let at = row.try_get::<Option<i64>, _>(column).doing("read an account")?;
        Ok::<_, LedgerError>(at.map(from_us))
    };
    let damaged = |what, found: &str| LedgerError::Damaged { what, found: found.to_owned() };
    let actor = |name: String| Actor::new(&name).map_err(|_| damaged("an actor", &name));
    let role = text("role")?;
    Ok(Account {
        actor: actor(text("actor")?)?,
        profile: Profile {
            name_ja: text("name_ja")?,
            name_en: text("name_en")?,
            email: maybe("email")?,
            role: role.parse().map_err(|_| damaged("a role", &role))?,
            department: maybe("department")?,
            supervisor: maybe("supervisor")?.map(actor).transpose()?,
            expires: moment("expires_us")?,
        },
        joined: moment("joined_us")?,
        disabled: moment("disabled_us")?,
        made_by: text("made_by")?,
        made: from_us(row.try_get("made_us").doing("read an account")?),
    })
}
