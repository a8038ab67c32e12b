//! The ledger of one home: opening it, and the doors to its parts.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use vocab::{Actor, PurposeOfUse};

use crate::account::Accounts;
use crate::audit::{self, Audit, AuditHead, Checkpoints, HeadFile, Tree};
use crate::clock::Clock;
use crate::cohorts::Cohorts;
use crate::consent::Consents;
use crate::erasure::Erasures;
use crate::error::LedgerError;
use crate::exclusions::Exclusions;
use crate::faults::Faults;
use crate::identity::Identity;
use crate::keys::{KeyFiles, Secret};
use crate::lake_files::LakeFiles;
use crate::lease::{self, PullLease, Work, WriterLease};
use crate::links::Links;
use crate::loads::{Landings, Loads, Snapshots};
use crate::migrate::{self, Step};
use crate::open::{self, Stands};
use crate::patient_keys::PatientKeys;
use crate::people::People;
use crate::pulls::Pulls;
use crate::sessions::Sessions;
use crate::store::{LedgerConfig, Place, Pool, Tries, Tx};
use crate::studies::Studies;
use crate::tombstones::Tombstones;
use crate::{cover, deciding, files, upgrade};

/// The ledger of one home. Cloning it is cheap; all clones are the same ledger.
#[derive(Clone)]
pub struct Ledger {
    house: Arc<House>,
}

/// What all clones share.
struct House {
    home: PathBuf,
    place: Place,
    identity_place: Place,
    pool: Pool,
    identities: Pool,
    home_key: Secret,
    identity_key: Secret,
    head: HeadFile,
    clock: Clock,
    /// The newest exclusion set of each purpose.
    exclusions: Mutex<HashMap<PurposeOfUse, Arc<Exclusions>>>,
    /// The tree of the audit, as far as it has grown.
    tree: Mutex<Option<Tree>>,
    faults: Faults,
}

impl Ledger {
    /// Opens the ledger of a home in two files there, making it where there is none.
    ///
    /// # Errors
    /// As [`Ledger::open_in`].
    pub async fn open(home: &Path, clock: Clock, opener: &Actor) -> Result<Self, LedgerError> {
        Self::open_in(home, &LedgerConfig::default(), clock, opener).await
    }

    /// Opens the ledger of a home where the settings say it is, making it where there is none.
    ///
    /// Whoever makes it gets the first grants: to look at rows for research, quality improvement,
    /// operations and education, and not for treatment.
    ///
    /// # Errors
    /// When the folder cannot be written, a key is missing, damaged or another house's, or the
    /// databases cannot be reached, do not fit this program, or are not this home's own.
    pub async fn open_in(
        home: &Path,
        config: &LedgerConfig,
        clock: Clock,
        opener: &Actor,
    ) -> Result<Self, LedgerError> {
        files::make_folder(home)?;
        let (place, identity_place) = config.places(home)?;
        let places = [&place, &identity_place];
        // Before the door is locked: a server may keep one waiting.
        let stands = Stands::on_servers(places).await?;
        // One process at a time makes or migrates a house.
        let _door = lease::at_the_door(home)?;
        let (paths, head) = (KeyFiles::of(home), HeadFile::of(home));
        let stands = stands.or_in_files(places);
        stands.check(places, &head, config.renew_identities)?;
        let (home_key, identity_key) = open::keys(&paths, stands, &place)?;

        let pool = opened("ledger.db", home, (&place, migrate::LEDGER), &clock).await?;
        deciding::check(&pool).await.map_err(|error| error.in_file("ledger.db"))?;
        let names = (&identity_place, migrate::IDENTITY);
        let identities = opened("identity.db", home, names, &clock).await?;

        let exclusions = Mutex::new(HashMap::new());
        let home = home.to_owned();
        let faults = Faults::default();
        let house = House {
            home,
            place,
            identity_place,
            pool,
            identities,
            home_key,
            identity_key,
            head,
            clock,
            exclusions,
            tree: Mutex::new(None),
            faults,
        };
        let ledger = Self { house: Arc::new(house) };
        open::found_or_recognise(&ledger, &paths, opener, config.renew_identities).await?;
        Ok(ledger)
    }

    /// Whether a home was made in this folder, wherever its ledger is.
    #[must_use]
    pub fn stands_in(home: &Path) -> bool {
        let signs = ["ledger.db", "audit.head", "keys"];
        signs.iter().any(|name| home.join(name).exists())
    }

    /// A ledger over copies of both databases in another folder, to be read and not written.
    pub(crate) fn over(&self, folder: &Path, pool: Pool, identities: Pool) -> Self {
        let house = House {
            home: folder.to_owned(),
            place: Place::File(folder.join("ledger.db")),
            identity_place: Place::File(folder.join("identity.db")),
            pool,
            identities,
            home_key: self.house.home_key.clone(),
            identity_key: self.house.identity_key.clone(),
            head: HeadFile::of(folder),
            clock: self.house.clock.clone(),
            exclusions: Mutex::new(HashMap::new()),
            tree: Mutex::new(None),
            faults: Faults::default(),
        };
        Self { house: Arc::new(house) }
    }

    /// Takes the right to write to this home, for as long as the lease lives.
    ///
    /// # Errors
    /// [`LedgerError::SecondWriter`] when another has it.
    pub async fn writer_lease(&self, purpose: &str) -> Result<WriterLease, LedgerError> {
        let House { home, place, pool, clock, .. } = &*self.house;
        lease::take(home, purpose, clock, (place, pool)).await
    }

    /// Takes the right to fetch records for this home, for as long as the lease lives.
    ///
    /// # Errors
    /// [`LedgerError::SecondPull`] when another has it.
    pub async fn pull_lease(&self, purpose: &str) -> Result<PullLease, LedgerError> {
        let House { home, place, pool, clock, .. } = &*self.house;
        lease::take_pull(home, purpose, clock, (place, pool)).await
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

    /// What the lake's files were when they were written.
    #[must_use]
    pub fn lake_files(&self) -> LakeFiles {
        LakeFiles::new(self.clone())
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

    /// Who may sign in.
    #[must_use]
    pub fn accounts(&self) -> Accounts {
        Accounts::new(self.clone())
    }

    /// Under which studies data are used.
    #[must_use]
    pub fn studies(&self) -> Studies {
        Studies::new(self.clone())
    }

    /// Definitions of cohorts that people saved.
    #[must_use]
    pub fn cohorts(&self) -> Cohorts {
        Cohorts::new(self.clone())
    }

    /// What patients decided.
    #[must_use]
    pub fn consents(&self) -> Consents {
        Consents::new(self.clone())
    }

    /// Who was erased, as far as that may be known.
    #[must_use]
    pub fn erasures(&self) -> Erasures {
        Erasures::new(self.clone())
    }

    /// Which numbers are one person.
    #[must_use]
    pub fn links(&self) -> Links {
        Links::new(self.clone())
    }

    /// Who did what.
    #[must_use]
    pub fn audit(&self) -> Audit {
        Audit::new(self.clone())
    }

    /// Checkpoints of who did what.
    #[must_use]
    pub fn checkpoints(&self) -> Checkpoints {
        Checkpoints::new(self.clone())
    }

    /// The folder this ledger lies in.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.house.home
    }

    /// Where the ledger is: its file, or its server, database and schema; never a password.
    #[must_use]
    pub fn place(&self) -> String {
        self.house.place.to_string()
    }

    /// Where the identity store is, as [`Ledger::place`].
    #[must_use]
    pub fn identity_place(&self) -> String {
        self.house.identity_place.to_string()
    }

    /// The clock of the house.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.house.clock
    }

    /// Whether somebody does this work now.
    pub(crate) async fn is_held(&self, work: Work) -> Result<bool, LedgerError> {
        lease::is_held(&self.house.home, &self.house.pool, work).await
    }

    pub(crate) fn now_us(&self) -> i64 {
        self.house.clock.now_us()
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.house.pool
    }

    /// Numbers of patients without what is known of them.
    pub(crate) fn patient_numbers(&self) -> PatientKeys {
        PatientKeys::new(&self.house.home_key, Vec::new())
    }

    /// What must not be taken in again, without what is known: to make hashes.
    pub(crate) fn tombstones(&self) -> Tombstones {
        Tombstones::new(&self.house.home_key, HashSet::new())
    }

    pub(crate) fn identities(&self) -> &Pool {
        &self.house.identities
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.house.faults
    }

    pub(crate) fn exclusion_cache(&self) -> &Mutex<HashMap<PurposeOfUse, Arc<Exclusions>>> {
        &self.house.exclusions
    }

    pub(crate) fn tree_cache(&self) -> &Mutex<Option<Tree>> {
        &self.house.tree
    }

    pub(crate) fn home_key(&self) -> &Secret {
        &self.house.home_key
    }

    pub(crate) fn keys(&self) -> [(&'static str, &Secret); 2] {
        let [home, identity] = open::KEYS;
        [(home, &self.house.home_key), (identity, &self.house.identity_key)]
    }

    pub(crate) fn head(&self) -> &HeadFile {
        &self.house.head
    }

    pub(crate) fn places(&self) -> [&Place; 2] {
        [&self.house.place, &self.house.identity_place]
    }

    /// Does an act: what it writes, its audit row among it, is committed whole or not at all, and
    /// the kept head is moved on. Without an audit row nothing is committed.
    ///
    /// Where the connection is lost before the commit, the act is done again. Where it is lost in
    /// the middle of the commit, the audit tells whether it stands.
    pub(crate) async fn act<T, F>(&self, act: impl Fn(Tx) -> F) -> Result<T, LedgerError>
    where
        F: Future<Output = Result<(Tx, Option<AuditHead>, T), LedgerError>>,
    {
        let mut tries = Tries::default();
        loop {
            match self.attempt(&act).await {
                Err(error) if tries.again(&error).await => {}
                done => return done,
            }
        }
    }

    async fn attempt<T, F>(&self, act: &impl Fn(Tx) -> F) -> Result<T, LedgerError>
    where
        F: Future<Output = Result<(Tx, Option<AuditHead>, T), LedgerError>>,
    {
        let (tx, line, value) = act(self.house.pool.begin().await?).await?;
        if let Some(line) = line {
            self.commit(tx, line).await?;
        }
        Ok(value)
    }

    /// Commits an act with its audit row and moves the kept head on.
    ///
    /// Once the act is committed it stands, so a head that cannot be written is only logged: the
    /// next act mends it.
    async fn commit(&self, tx: Tx, line: AuditHead) -> Result<(), LedgerError> {
        self.house.faults.step("ledger commit", &self.house.home)?;
        if let Err(error) = tx.commit().await
            && !(error.is_lost() && self.committed_after_all(&line).await?)
        {
            return Err(error);
        }
        let advanced = match self.house.faults.step("audit head", &self.house.home) {
            Ok(()) => self.house.head.advance(&self.house.pool, line).await,
            Err(stopped) => Err(stopped),
        };
        if let Err(error) = advanced {
            tracing::error!(%error, "audit.head could not be moved on");
        }
        Ok(())
    }

    /// Whether a transaction stands whose commit was never answered.
    ///
    /// The lost transaction holds the lock of whoever writes until it has ended one way or the
    /// other, so a transaction that gets the lock sees how it ended.
    async fn committed_after_all(&self, line: &AuditHead) -> Result<bool, LedgerError> {
        let found = self
            .house
            .pool
            .write(|mut tx| async move {
                let stands = audit::stands(&mut tx, line).await?;
                Ok((tx, stands))
            })
            .await;
        found.map_err(|error| {
            tracing::error!(%error, "it is not known whether an act was committed");
            LedgerError::CommitUnknown
        })
    }
}

/// Opens a database and brings it to today's shape; of a file that had another, a copy is kept.
async fn opened(
    file: &'static str,
    home: &Path,
    (place, steps): (&Place, &[Step]),
    clock: &Clock,
) -> Result<Pool, LedgerError> {
    let open = async {
        let pool = Pool::open(place).await?;
        upgrade::keep_copy((file, home), &pool, steps).await?;
        migrate::run(&pool, steps, clock.now_us()).await?;
        cover::ensure(&pool).await?;
        Ok(pool)
    };
    open.await.map_err(|error: LedgerError| match place {
        Place::File(_) => error.in_file(file),
        Place::Server(_) => error,
    })
}
