//! A copy of the ledger and the identity store, made while others write, and the audit lines that
//! tell of it.
//!
//! The kept head of the audit is read first, then the ledger is copied, then the identities. So
//! each row that the head names is in the copy, and whoever the copied ledger knows is in the
//! copied identities. A database is checked before it is copied: a copy is written row by row and
//! would make a damaged row look whole.

use std::path::Path;

use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use vocab::Actor;

use crate::audit::{self, Act};
use crate::doctor::integrity;
use crate::error::{Doing, LedgerError};
use crate::files;
use crate::home::Ledger;
use crate::store::{Pool, ask};

/// The files of a home that the ledger keeps, by their names there.
pub const LEDGER_FILES: [&str; 3] = ["ledger.db", "identity.db", "audit.head"];

/// The keys of a home, by their names there.
pub const KEY_FILES: [&str; 2] = ["keys/home.key", "keys/identity.key"];

impl Ledger {
    /// Copies both databases and the kept head into a folder, each as of one moment, and gives the
    /// ledger as it stands there: to be read, not written.
    ///
    /// Loads and looks go on meanwhile; what they write after its moment is not in the copy.
    ///
    /// # Errors
    /// [`LedgerError::NotInFiles`] when the ledger is on a server, [`LedgerError::NotWhole`] when a
    /// database is damaged, and when the folder cannot be written.
    ///
    /// # Cost
    /// Reads both databases twice.
    pub async fn copy_into(&self, folder: &Path) -> Result<Self, LedgerError> {
        self.check_in_files()?;
        files::make_folder(folder)?;
        let head = self.home().join("audit.head");
        match std::fs::read(&head) {
            Ok(bytes) => files::replace(&folder.join("audit.head"), &bytes)?,
            // The doctor tells; here nothing is made up.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(files::failed("read", &head)(error)),
        }
        copy("ledger.db", self.pool(), folder).await?;
        copy("identity.db", self.identities(), folder).await?;
        let pool = open(&folder.join("ledger.db")).await?;
        let identities = open(&folder.join("identity.db")).await?;
        Ok(self.over(folder, pool, identities))
    }

    /// Refuses where there are no files to be copied.
    ///
    /// # Errors
    /// [`LedgerError::NotInFiles`] when the ledger or the identities are on a server.
    pub fn check_in_files(&self) -> Result<(), LedgerError> {
        match self.places().into_iter().find(|place| place.file().is_none()) {
            Some(place) => Err(LedgerError::NotInFiles { place: place.to_string() }),
            None => Ok(()),
        }
    }

    /// Closes the files of a copy.
    pub async fn close(&self) {
        self.pool().close().await;
        self.identities().close().await;
    }

    /// Records that everything is being copied out of this home.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn record_backup(
        &self,
        by: &Actor,
        (generation, keys): (u64, bool),
    ) -> Result<(), LedgerError> {
        let detail = json!({ "generation": generation, "keys": keys });
        self.record_act(&Act::new(by, "backup", "home").with(detail)).await
    }

    /// Records that this home was put back from a backup.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn record_restore(&self, by: &Actor, generation: u64) -> Result<(), LedgerError> {
        let detail = json!({ "generation": generation });
        self.record_act(&Act::new(by, "restore", "home").with(detail)).await
    }

    async fn record_act(&self, act: &Act<'_>) -> Result<(), LedgerError> {
        let now_us = self.now_us();
        self.act(|mut tx| async move {
            let line = audit::append(&mut tx, now_us, act).await?;
            Ok((tx, Some(line), ()))
        })
        .await
    }
}

/// Copies one database into a folder, once it is known to be whole.
pub(crate) async fn copy(
    file: &'static str,
    pool: &Pool,
    folder: &Path,
) -> Result<(), LedgerError> {
    if let Some(fault) = integrity(pool).await?.into_iter().next() {
        return Err(LedgerError::NotWhole { file, fault });
    }
    let path = folder.join(file);
    remove(&path)?;
    // An empty file is taken as the copy's place, and keeps its mode.
    files::make_file(&path)?;
    ask(include_str!("../sql/sqlite/vacuum_into.sql"))
        .bind(path.to_string_lossy().into_owned())
        .done(pool)
        .await
        .doing("copy its database")?;
    let written = std::fs::File::open(&path).and_then(|file| file.sync_all());
    written.map_err(files::failed("write", &path))
}

fn remove(path: &Path) -> Result<(), LedgerError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(files::failed("replace", path)(error))
        }
        _ => Ok(()),
    }
}

/// Opens a copy without leaving anything beside it.
async fn open(path: &Path) -> Result<Pool, LedgerError> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
    pool.map(Pool::Sqlite).doing("open a copy")
}
