//! At the door: is what we found the ledger of this home?
//!
//! A home and its two databases know one another by the fingerprints of the home's keys. A home
//! that was made before is not begun anew in a database that holds nothing of it, and a database
//! takes in one home only. A new home comes to stand in four steps, each of which can be repeated:
//! keys, tables, the facts of the identities, and last the facts and first rows of the ledger.

use std::path::PathBuf;

use vocab::Actor;

use crate::audit::{self, Act, HeadFile, KeptHead};
use crate::error::{Doing, LedgerError};
use crate::files;
use crate::home::Ledger;
use crate::keys::{self, KeyFiles, Secret};
use crate::people;
use crate::store::{self, Place, Tx, ask};

/// The facts that hold the fingerprints of a home's keys.
pub(crate) const KEYS: [&str; 2] = ["home.key", "identity.key"];
/// Where a ledger says that it was moved to.
pub(crate) const MOVED: &str = "moved";

/// Whether there are tables already, of the ledger and of the identities.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stands {
    ledger: bool,
    identities: bool,
}

impl Stands {
    /// Asks the servers; files are looked at when nobody else can be making them.
    pub(crate) async fn on_servers(places: [&Place; 2]) -> Result<Self, LedgerError> {
        let [ledger, identities] = places;
        Ok(Self { ledger: made(ledger).await?, identities: made(identities).await? })
    }

    /// The same with the files of the home.
    pub(crate) fn or_in_files(self, places: [&Place; 2]) -> Self {
        let [ledger, identities] = places;
        Self {
            ledger: self.ledger || ledger.holds_bytes(),
            identities: self.identities || identities.holds_bytes(),
        }
    }

    /// Refuses where the home was made before, as its audit says, and a database holds nothing of
    /// it. The identities in a file were always begun anew, and are filled again by a rebuild.
    pub(crate) fn check(
        self,
        places: [&Place; 2],
        head: &HeadFile,
        renew_identities: bool,
    ) -> Result<(), LedgerError> {
        let [ledger, identities] = places;
        if !was_made(head)? {
            return Ok(());
        }
        if !self.ledger {
            return Err(nothing_of_this_home(ledger));
        }
        if !self.identities && !renew_identities && identities.file().is_none() {
            return Err(nothing_of_this_home(identities));
        }
        Ok(())
    }

    fn any(self) -> bool {
        self.ledger || self.identities
    }
}

async fn made(place: &Place) -> Result<bool, LedgerError> {
    match place {
        Place::File(_) => Ok(false),
        Place::Server(server) => Ok(store::look(server).await?.made),
    }
}

/// Whether the kept head of the audit says that there were acts in this home.
fn was_made(head: &HeadFile) -> Result<bool, LedgerError> {
    Ok(matches!(head.read()?, KeptHead::At(kept) if kept.seq > 0))
}

fn nothing_of_this_home(place: &Place) -> LedgerError {
    LedgerError::NothingOfThisHome { place: place.to_string() }
}

/// The keys of the home, made only where nothing was made with them.
pub(crate) fn keys(
    paths: &KeyFiles,
    stands: Stands,
    place: &Place,
) -> Result<(Secret, Secret), LedgerError> {
    let none_yet = !paths.home.exists() && !paths.identity.exists();
    if stands.any() && none_yet && place.file().is_none() {
        return Err(LedgerError::AnotherHomes { place: place.to_string() });
    }
    files::make_folder(&paths.folder)?;
    let home_key = keys::read_or_make(&paths.home, stands.any())?;
    Ok((home_key, keys::read_or_make(&paths.identity, stands.any())?))
}

/// Makes the first rows of a new house, or checks that the databases are this home's own.
pub(crate) async fn found_or_recognise(
    ledger: &Ledger,
    paths: &KeyFiles,
    opener: &Actor,
    renew_identities: bool,
) -> Result<(), LedgerError> {
    let [place, identity_place] = ledger.places();
    let door = &Door { keys: ledger.keys(), paths: [&paths.home, &paths.identity] };
    let known = ledger
        .pool()
        .read(|mut tx| async move {
            refuse_if_moved(&mut tx).await?;
            door.recognise(&mut tx, place).await
        })
        .await?;
    if !known && was_made(ledger.head())? {
        return Err(nothing_of_this_home(place));
    }
    let may_begin = !known || renew_identities || identity_place.file().is_some();
    ledger
        .identities()
        .write(|mut tx| async move {
            if !door.recognise(&mut tx, identity_place).await? {
                if !may_begin {
                    return Err(nothing_of_this_home(identity_place));
                }
                door.remember(&mut tx).await?;
            }
            Ok((tx, ()))
        })
        .await?;
    if known {
        return Ok(());
    }
    ledger.head().found()?;
    let now_us = ledger.now_us();
    ledger
        .act(|mut tx| async move {
            if door.recognise(&mut tx, place).await? {
                return Ok((tx, None, ()));
            }
            door.remember(&mut tx).await?;
            let act = Act::new(opener, "home.made", "home");
            audit::append(&mut tx, now_us, &act).await?;
            let line = people::first_grants(&mut tx, opener, now_us).await?;
            Ok((tx, Some(line), ()))
        })
        .await
}

/// The keys by which a home and its databases know one another.
struct Door<'a> {
    keys: [(&'static str, &'a Secret); 2],
    paths: [&'a PathBuf; 2],
}

impl Door<'_> {
    /// Whether the database knows these keys; it knows none while it is being made.
    async fn recognise(&self, tx: &mut Tx, place: &Place) -> Result<bool, LedgerError> {
        let mut known = 0;
        for ((name, key), path) in self.keys.iter().zip(self.paths) {
            match fact(tx, name).await? {
                Some(print) if print == key.fingerprint() => known += 1,
                Some(_) if place.file().is_some() => {
                    return Err(LedgerError::WrongKey { path: path.clone() });
                }
                Some(_) => return Err(LedgerError::AnotherHomes { place: place.to_string() }),
                None => {}
            }
        }
        Ok(known == self.keys.len())
    }

    /// Lets the database know these keys.
    async fn remember(&self, tx: &mut Tx) -> Result<(), LedgerError> {
        for (name, key) in &self.keys {
            ask(include_str!("../sql/store/set_fact.sql"))
                .bind(*name)
                .bind(key.fingerprint())
                .done(&mut *tx)
                .await
                .doing("remember its keys")?;
        }
        Ok(())
    }
}

/// Refuses where a ledger would be copied over another.
pub(crate) async fn refuse_if_known(tx: &mut Tx, place: &Place) -> Result<(), LedgerError> {
    for name in KEYS {
        if fact(tx, name).await?.is_some() {
            return Err(LedgerError::AnotherHomes { place: place.to_string() });
        }
    }
    Ok(())
}

async fn refuse_if_moved(tx: &mut Tx) -> Result<(), LedgerError> {
    match fact(tx, MOVED).await? {
        Some(to) => Err(LedgerError::Moved { to }),
        None => Ok(()),
    }
}

/// What is so in this house.
async fn fact(tx: &mut Tx, name: &str) -> Result<Option<String>, LedgerError> {
    ask(include_str!("../sql/store/fact.sql"))
        .bind(name)
        .value_if_any(tx)
        .await
        .doing("recognise its keys")
}
