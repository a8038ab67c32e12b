//! The second factor: an authenticator app, and codes for the day on which the telephone is lost.

use std::fmt::Write as _;

use vocab::Actor;

use super::totp::{STEP_SECONDS, Seed};
use super::{Accounts, line_of_own, object};
use crate::audit::{self, Act};
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::identity::seal::{RecordPlace, Sealed, Sealer};
use crate::sessions::{SECOND_US, hexadecimal};
use crate::store::{On, Tx, ask};

/// How many recovery codes there are.
pub const RECOVERY_CODES: usize = 10;
/// How many letters each has: fifty bits.
const RECOVERY_LETTERS: usize = 10;
/// Letters that nobody reads for another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

const KEY_VERSION: i64 = 1;

/// What somebody puts into their authenticator app.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The seed as it is typed.
    pub secret: String,
    /// The same as an address that the app reads from a picture.
    pub uri: String,
}

/// A seed is never printed.
impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(..)")
    }
}

/// A seed as it is kept.
struct Kept {
    seed: Seed,
    last_step: i64,
    is_confirmed: bool,
}

impl Accounts {
    /// Whether somebody signs in with a code too.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn has_second(&self, actor: &Actor) -> Result<bool, LedgerError> {
        Ok(kept(&self.ledger, self.ledger.pool(), actor)
            .await?
            .is_some_and(|kept| kept.is_confirmed))
    }

    /// How many recovery codes somebody has left.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn recovery_left(&self, actor: &Actor) -> Result<i64, LedgerError> {
        ask(include_str!("../../sql/account/recovery_left.sql"))
            .bind(actor.as_str())
            .value(self.ledger.pool())
            .await
            .doing("count the recovery codes")
    }

    /// Makes a seed that is in use once a code of it was given; one that is in use stays.
    ///
    /// # Errors
    /// When the machine gives no random bytes, or the ledger cannot be written.
    pub async fn begin_second(&self, actor: &Actor) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let seed = Seed::make()?;
        let sealed = &sealer(&self.ledger).seal(&place(actor), KEY_VERSION, seed.bytes())?;
        self.ledger
            .act(|mut tx| async move {
                let put = ask(include_str!("../../sql/account/put_second.sql"))
                    .bind(actor.as_str())
                    .bind(sealed.nonce.clone())
                    .bind(sealed.bytes.clone())
                    .bind(now_us)
                    .done(&mut tx)
                    .await
                    .doing("keep a seed")?;
                if put == 0 {
                    return Ok((tx, None, ()));
                }
                let line = line_of_own(&mut tx, actor, "account.second-begin", now_us).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// The seed that waits for its first code.
    ///
    /// # Nulls
    /// Absent when none was begun, and when it is in use: then nobody is told it again.
    ///
    /// # Errors
    /// When the ledger cannot be read, or the seed does not open.
    pub async fn enrolment(&self, actor: &Actor) -> Result<Option<Enrolment>, LedgerError> {
        let kept = kept(&self.ledger, self.ledger.pool(), actor).await?;
        Ok(kept.filter(|kept| !kept.is_confirmed).map(|kept| {
            let secret = kept.seed.text();
            let uri = format!(
                "otpauth://totp/Aoba:{actor}?secret={secret}&issuer=Aoba&algorithm=SHA1\
                 &digits=6&period={STEP_SECONDS}"
            );
            Enrolment { secret, uri }
        }))
    }

    /// Takes the seed into use, if the code is right: from now on the codes that come back open once
    /// each where the app does not.
    ///
    /// # Nulls
    /// Absent when the code is wrong, or nothing was begun.
    ///
    /// # Errors
    /// When the machine gives no random bytes, or the ledger cannot be written.
    pub async fn confirm_second(
        &self,
        actor: &Actor,
        code: &str,
    ) -> Result<Option<Vec<String>>, LedgerError> {
        let now_us = self.ledger.now_us();
        let codes = (0..RECOVERY_CODES).map(|_| recovery_code()).collect::<Result<Vec<_>, _>>()?;
        let made = &codes;
        let confirmed = self
            .ledger
            .act(|mut tx| async move {
                let kept = kept(&self.ledger, &mut tx, actor).await?;
                let kept = kept.filter(|kept| !kept.is_confirmed);
                let step = kept.and_then(|kept| step(&kept, code, now_us));
                let Some(step) = step else { return Ok((tx, None, false)) };
                use_step(&mut tx, actor, step).await?;
                ask(include_str!("../../sql/account/confirm_second.sql"))
                    .bind(actor.as_str())
                    .bind(now_us)
                    .done(&mut tx)
                    .await
                    .doing("take a seed into use")?;
                put_recovery(&self.ledger, &mut tx, actor, made).await?;
                let line = line_of_own(&mut tx, actor, "account.second", now_us).await?;
                Ok((tx, Some(line), true))
            })
            .await?;
        Ok(confirmed.then_some(codes))
    }

    /// Takes somebody's second factor away, with its recovery codes.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn remove_second(&self, actor: &Actor, by: &Actor) -> Result<(), LedgerError> {
        let now_us = self.ledger.now_us();
        let act = &Act::new(by, "account.second-remove", object(actor));
        self.ledger
            .act(|mut tx| async move {
                for sql in [
                    include_str!("../../sql/account/remove_second.sql"),
                    include_str!("../../sql/account/remove_recovery.sql"),
                ] {
                    ask(sql).bind(actor.as_str()).done(&mut tx).await.doing("forget a seed")?;
                }
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }
}

/// Whether this is a code of somebody's app or one of their recovery codes; it is used by that.
pub(super) async fn use_code(
    ledger: &Ledger,
    tx: &mut Tx,
    actor: &Actor,
    code: &str,
) -> Result<bool, LedgerError> {
    let now_us = ledger.now_us();
    let kept = kept(ledger, &mut *tx, actor).await?.filter(|kept| kept.is_confirmed);
    if let Some(step) = kept.and_then(|kept| step(&kept, code, now_us)) {
        return use_step(tx, actor, step).await;
    }
    let used = ask(include_str!("../../sql/account/use_recovery.sql"))
        .bind(recovery_hash(ledger, actor, code))
        .bind(actor.as_str())
        .bind(now_us)
        .done(tx)
        .await
        .doing("use a recovery code")?;
    Ok(used > 0)
}

fn step(kept: &Kept, code: &str, now_us: i64) -> Option<i64> {
    kept.seed.step_of(code, now_us.div_euclid(SECOND_US), kept.last_step)
}

/// Whether the step was not used before.
async fn use_step(tx: &mut Tx, actor: &Actor, step: i64) -> Result<bool, LedgerError> {
    let used = ask(include_str!("../../sql/account/use_step.sql"))
        .bind(actor.as_str())
        .bind(step)
        .done(tx)
        .await
        .doing("use a code")?;
    Ok(used > 0)
}

async fn kept<'a>(
    ledger: &Ledger,
    on: impl Into<On<'a>>,
    actor: &Actor,
) -> Result<Option<Kept>, LedgerError> {
    let row = ask(include_str!("../../sql/account/second.sql"))
        .bind(actor.as_str())
        .row(on)
        .await
        .doing("read a seed")?;
    let Some(row) = row else { return Ok(None) };
    let (nonce, bytes, last_step, confirmed_us): (Vec<u8>, Vec<u8>, i64, Option<i64>) =
        (|| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?)))()
            .doing("read a seed")?;
    let seed = sealer(ledger).open(&place(actor), KEY_VERSION, &Sealed { nonce, bytes })?;
    Ok(Some(Kept { seed: Seed::of(seed), last_step, is_confirmed: confirmed_us.is_some() }))
}

fn sealer(ledger: &Ledger) -> Sealer {
    let [(_, home_key), _] = ledger.keys();
    Sealer::new(&home_key.derive("second factors"))
}

fn place(actor: &Actor) -> RecordPlace {
    RecordPlace { kind: format!("second factor of {actor}"), owner: 0 }
}

async fn put_recovery(
    ledger: &Ledger,
    tx: &mut Tx,
    actor: &Actor,
    codes: &[String],
) -> Result<(), LedgerError> {
    for code in codes {
        ask(include_str!("../../sql/account/put_recovery.sql"))
            .bind(recovery_hash(ledger, actor, code))
            .bind(actor.as_str())
            .done(&mut *tx)
            .await
            .doing("keep a recovery code")?;
    }
    Ok(())
}

/// A code such as `k3m9p-xw7ta`.
fn recovery_code() -> Result<String, LedgerError> {
    let mut bytes = [0; RECOVERY_LETTERS];
    getrandom::fill(&mut bytes).map_err(|_| LedgerError::NoRandomness)?;
    let mut code = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        let letter = LETTERS.get(usize::from(byte & 31)).copied().unwrap_or(b'a');
        let gap = if at == RECOVERY_LETTERS / 2 { "-" } else { "" };
        let _ = write!(code, "{gap}{}", char::from(letter));
    }
    Ok(code)
}

/// Keyed and bound to its holder; spaces and hyphens do not count.
fn recovery_hash(ledger: &Ledger, actor: &Actor, code: &str) -> String {
    let plain: String = code.chars().filter(|c| c.is_alphanumeric()).collect();
    let [(_, home_key), _] = ledger.keys();
    let key = home_key.derive("recovery codes");
    hexadecimal(&key.mac(&[actor.as_str().as_bytes(), plain.to_lowercase().as_bytes()]))
}
