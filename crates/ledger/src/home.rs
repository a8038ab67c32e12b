//! The ledger of one home: opening it, and the doors to its parts.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sqlx::sqlite::SqlitePool;
use vocab::{Actor, PurposeOfUse};

use crate::audit::{self, Act, Audit, AuditHead, HeadFile};
use crate::clock::Clock;
use crate::consent::Consents;
use crate::error::{Doing, LedgerError};
use crate::exclusions::Exclusions;
use crate::identity::Identity;
use crate::keys::{self, KeyFiles, Secret};
use crate::lease::{self, PullLease, WriterLease};
use crate::links::Links;
use crate::loads::{Landings, Loads, Snapshots};
use crate::patient_keys::PatientKeys;
use crate::people::{self, People};
use crate::pulls::Pulls;
use crate::sessions::Sessions;
use crate::store::{self, Tx};
use crate::studies::Studies;
use crate::{files, migrate};

/// The ledger of one home. Cloning it is cheap; all clones are the same ledger.
#[derive(Clone)]
pub struct Ledger {
    house: Arc<House>,
}

/// What all clones share.
struct House {
    home: PathBuf,
    pool: SqlitePool,
    identities: SqlitePool,
    home_key: Secret,
    identity_key: Secret,
    head: HeadFile,
    clock: Clock,
    /// The newest exclusion set of each purpose.
    exclusions: Mutex<HashMap<PurposeOfUse, Arc<Exclusions>>>,
}

impl Ledger {
    /// Opens the ledger of a home, making it where there is none.
    ///
    /// Whoever makes it gets the first grants: to look at rows for research, quality improvement,
    /// operations and education, and not for treatment.
    ///
    /// # Errors
    /// When the folder cannot be written, a key is missing, damaged or another house's, or the
    /// databases do not fit this program.
    pub async fn open(home: &Path, clock: Clock, opener: &Actor) -> Result<Self, LedgerError> {
        files::make_folder(home)?;
        // One process at a time makes or migrates a house.
        let _door = lease::at_the_door(home)?;
        let paths = KeyFiles::of(home);
        let (ledger_path, identity_path) = (home.join("ledger.db"), home.join("identity.db"));
        let exists = holds_bytes(&ledger_path) || holds_bytes(&identity_path);
        files::make_folder(&paths.folder)?;
        let home_key = keys::read_or_make(&paths.home, exists)?;
        let identity_key = keys::read_or_make(&paths.identity, exists)?;

        let pool = store::open(&ledger_path).await?;
        migrate::run(&pool, migrate::LEDGER, clock.now_us()).await?;
        let identities = store::open(&identity_path).await?;
        migrate::run(&identities, migrate::IDENTITY, clock.now_us()).await?;

        let head = HeadFile::of(home);
        let exclusions = Mutex::new(HashMap::new());
        let home = home.to_owned();
        let house =
            House { home, pool, identities, home_key, identity_key, head, clock, exclusions };
        let ledger = Self { house: Arc::new(house) };
        ledger.found_or_recognise(&paths, opener).await?;
        Ok(ledger)
    }

    /// Makes the first rows of a new house, or checks that the keys are this house's own.
    async fn found_or_recognise(
        &self,
        paths: &KeyFiles,
        opener: &Actor,
    ) -> Result<(), LedgerError> {
        let facts = [
            ("home.key", &self.house.home_key, &paths.home),
            ("identity.key", &self.house.identity_key, &paths.identity),
        ];
        let mut tx = self.begin().await?;
        let mut new = false;
        for (name, key, path) in facts {
            let known: Option<String> = sqlx::query_scalar(include_str!("../sql/store/fact.sql"))
                .bind(name)
                .fetch_optional(&mut *tx)
                .await
                .doing("recognise its keys")?;
            match known {
                Some(print) if print == key.fingerprint() => {}
                Some(_) => return Err(LedgerError::WrongKey { path: path.clone() }),
                None => {
                    new = true;
                    sqlx::query(include_str!("../sql/store/put_fact.sql"))
                        .bind(name)
                        .bind(key.fingerprint())
                        .execute(&mut *tx)
                        .await
                        .doing("remember its keys")?;
                }
            }
        }
        if !new {
            return Ok(());
        }
        self.house.head.found()?;
        let act = Act::new(opener, "home.made", "home");
        let line = audit::append(&mut tx, self.now_us(), &act).await?;
        people::first_grants(&mut tx, opener, self.now_us()).await?;
        self.commit(tx, line).await
    }

    /// Takes the right to write to this home, for as long as the lease lives.
    ///
    /// # Errors
    /// [`LedgerError::SecondWriter`] when another has it.
    pub fn writer_lease(&self, purpose: &str) -> Result<WriterLease, LedgerError> {
        lease::take(&self.house.home, purpose, &self.house.clock)
    }

    /// Takes the right to fetch records for this home, for as long as the lease lives.
    ///
    /// # Errors
    /// [`LedgerError::SecondPull`] when another has it.
    pub fn pull_lease(&self, purpose: &str) -> Result<PullLease, LedgerError> {
        lease::take_pull(&self.house.home, purpose, &self.house.clock)
    }

    /// What turns a source's patient keys into numbers, with all identifiers known so far.
    ///
    /// # Errors
    /// When the identifiers cannot be read.
    ///
    /// # Cost
    /// Reads every identifier's hash: 16 bytes each stay in memory.
    pub async fn patient_keys(&self) -> Result<PatientKeys, LedgerError> {
        PatientKeys::read(&self.house.pool, &self.house.home_key).await
    }

    /// The same without any identifier of earlier loads, and without reading: for a commit that
    /// brings no records.
    #[must_use]
    pub fn patient_keys_unread(&self) -> PatientKeys {
        PatientKeys::new(&self.house.home_key, Vec::new())
    }

    /// The loads: beginning, ending and reporting them.
    #[must_use]
    pub fn loads(&self) -> Loads {
        Loads::new(self.clone())
    }

    /// The files kept as received.
    #[must_use]
    pub fn landings(&self) -> Landings {
        Landings::new(self.clone())
    }

    /// The snapshots of the lake.
    #[must_use]
    pub fn snapshots(&self) -> Snapshots {
        Snapshots::new(self.clone())
    }

    /// Who people are.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity::new(self.clone(), &self.house.identity_key)
    }

    /// What was fetched from which servers.
    #[must_use]
    pub fn pulls(&self) -> Pulls {
        Pulls::new(self.clone())
    }

    /// Who may look.
    #[must_use]
    pub fn people(&self) -> People {
        People::new(self.clone())
    }

    /// Who is signed in.
    #[must_use]
    pub fn sessions(&self) -> Sessions {
        Sessions::new(self.clone())
    }

    /// Under which studies data are used.
    #[must_use]
    pub fn studies(&self) -> Studies {
        Studies::new(self.clone())
    }

    /// What patients decided.
    #[must_use]
    pub fn consents(&self) -> Consents {
        Consents::new(self.clone())
    }

    /// Which numbers are one person.
    #[must_use]
    pub fn links(&self) -> Links {
        Links::new(self.clone())
    }

    /// Who did what.
    #[must_use]
    pub fn audit(&self) -> Audit {
        Audit::new(self.house.pool.clone(), self.house.head.clone())
    }

    /// The folder this ledger lies in.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.house.home
    }

    /// The clock of the house.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.house.clock
    }

    pub(crate) fn now_us(&self) -> i64 {
        self.house.clock.now_us()
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.house.pool
    }

    /// Numbers of patients without what is known of them.
    pub(crate) fn patient_numbers(&self) -> PatientKeys {
        PatientKeys::new(&self.house.home_key, Vec::new())
    }

    pub(crate) fn identities(&self) -> &SqlitePool {
        &self.house.identities
    }

    pub(crate) fn exclusion_cache(&self) -> &Mutex<HashMap<PurposeOfUse, Arc<Exclusions>>> {
        &self.house.exclusions
    }

    pub(crate) async fn begin(&self) -> Result<Tx, LedgerError> {
        store::begin(&self.house.pool).await
    }

    /// Commits an act with its audit row and moves the kept head on.
    ///
    /// Once the act is committed it stands, so a head that cannot be written is only logged: the
    /// next act mends it.
    pub(crate) async fn commit(&self, tx: Tx, line: AuditHead) -> Result<(), LedgerError> {
        tx.commit().await.doing("commit")?;
        if let Err(error) = self.house.head.advance(&self.house.pool, line).await {
            tracing::error!(%error, "audit.head could not be moved on");
        }
        Ok(())
    }
}

fn holds_bytes(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.len() > 0)
}
