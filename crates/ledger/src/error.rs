//! Everything that can go wrong in the ledger, as situations.

use std::path::PathBuf;

use jiff::Timestamp;
use vocab::{ErasureId, LoadId, PullId, SnapshotId, StudyId};

use crate::loads::LoadOutcome;
use crate::permit::MissingRight;
use crate::store::{self, AddressFault};

/// Why the ledger did not do what it was asked.
///
/// `Display` is English for logs; [`LedgerError::say`] speaks to the person, with a remedy.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A file or folder of the home could not be read or written.
    #[error("cannot {doing} {}", path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database refused.
    #[error("the ledger could not {doing}")]
    Store {
        /// What was tried.
        doing: &'static str,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The database of the ledger or of the identities was not reached, or let nobody in.
    #[error("cannot reach {place}")]
    Unreachable {
        /// Which database, without its password.
        place: String,
        /// What the network or the server said.
        source: sqlx::Error,
    },
    /// The connection was lost while an act was being committed, and did not come back.
    #[error("the connection was lost in the middle of a commit: it may stand or not")]
    CommitUnknown,
    /// An address in the settings cannot be used.
    #[error("{setting}: {fault}")]
    Address {
        /// Which setting.
        setting: &'static str,
        /// What is wrong.
        fault: AddressFault,
    },
    /// A PostgreSQL schema that cannot hold a ledger.
    #[error("{place} cannot hold a ledger: {by}")]
    Unfit {
        /// Which database.
        place: String,
        /// Why.
        by: Unfit,
    },
    /// The database holds the ledger, or the identities, of another home.
    #[error("{place} belongs to another home")]
    AnotherHomes {
        /// Which database.
        place: String,
    },
    /// This home was made before, and nothing of it is in the database.
    #[error("this home was made before, and {place} holds nothing of it")]
    NothingOfThisHome {
        /// Which database.
        place: String,
    },
    /// The ledger was moved to another database.
    #[error("this ledger was moved to {to}")]
    Moved {
        /// Where to.
        to: String,
    },
    /// A ledger is moved out of files, into a database that holds none.
    #[error("a ledger is moved from its files to PostgreSQL; it is in {place}")]
    NotMovable {
        /// Where it is.
        place: String,
    },
    /// What was copied is not what is here; nothing was moved.
    #[error("table {table:?} came over with {copied} of {rows} rows")]
    CopyDiffers {
        /// Which table.
        table: String,
        /// How many rows it has here.
        rows: u64,
        /// How many it has there.
        copied: u64,
    },
    /// The audit that was copied is not the one that is here; nothing was moved.
    #[error("the audit that came over does not verify")]
    CopyBroken,
    /// A database file could not be opened.
    #[error("{file}: the database could not {doing}")]
    NotOpened {
        /// Which file of the home.
        file: &'static str,
        /// What was tried.
        doing: &'static str,
        /// What the database said.
        source: sqlx::Error,
    },
    /// There is a ledger, and one of its keys is gone.
    #[error("the key file {} is missing, and a ledger made with it exists", path.display())]
    KeyMissing {
        /// The key file.
        path: PathBuf,
    },
    /// A key file has not the length of a key.
    #[error("the key file {} is damaged: a key is 32 bytes long", path.display())]
    KeyDamaged {
        /// The key file.
        path: PathBuf,
    },
    /// The key is a key, and another house's.
    #[error("the key file {} is not the one this ledger was made with", path.display())]
    WrongKey {
        /// The key file.
        path: PathBuf,
    },
    /// The machine gave no random bytes.
    #[error("the machine gave no random bytes")]
    NoRandomness,
    /// A step that has been applied was changed afterwards.
    #[error("migration {number} ({name}) was changed after it had been applied")]
    MigrationChanged {
        /// Which step.
        number: i64,
        /// Its name.
        name: String,
    },
    /// The ledger was written by a newer program.
    #[error("the ledger has migration {number} ({name}), which this program does not know")]
    MigrationUnknown {
        /// Which step.
        number: i64,
        /// Its name.
        name: String,
    },
    /// Somebody else writes to this home now.
    #[error("another writer holds this home: {holder}, since {since}")]
    SecondWriter {
        /// Who, as that process described itself.
        holder: String,
        /// Since when; as text because it is what the other one wrote.
        since: String,
    },
    /// Somebody else fetches records for this home now.
    #[error("another pull runs in this home: {holder}, since {since}")]
    SecondPull {
        /// Who, as that process described itself.
        holder: String,
        /// Since when; as text because it is what the other one wrote.
        since: String,
    },
    /// Another took the right to write, or to pull, while this one could not reach the database.
    #[error("the right to go on was lost to another process: {holder}")]
    LeaseLost {
        /// Who has it now, as that process described itself.
        holder: String,
    },
    /// The actor has no right to this look. The refusal is in the audit.
    #[error("refused: {missing}")]
    Refused {
        /// Which right is missing.
        missing: MissingRight,
    },
    /// No snapshot has this number.
    #[error("there is no snapshot {0}")]
    NoSnapshot(SnapshotId),
    /// The snapshot's files may be gone.
    #[error("snapshot {id} expired at {at}: it can be read no longer")]
    SnapshotExpired {
        /// Which snapshot.
        id: SnapshotId,
        /// Since when.
        at: Timestamp,
    },
    /// No study has this id.
    #[error("there is no study {0}")]
    NoStudy(StudyId),
    /// No load has this number.
    #[error("there is no load {0}")]
    NoLoad(LoadId),
    /// No pull of this number is running.
    #[error("no pull {0} is running")]
    NoPull(PullId),
    /// No erasure has this number.
    #[error("there is no erasure {0}")]
    NoErasure(ErasureId),
    /// No grant has this number.
    #[error("there is no grant {0}")]
    NoGrant(i64),
    /// No account has this name, or none that this can be done to.
    #[error("there is no such account: {0}")]
    NoAccount(String),
    /// The name of a new account is taken.
    #[error("there is an account {0} already")]
    AccountExists(String),
    /// A link was used, has ended, or never was.
    #[error("this link opens nothing: it was used, has ended, or was replaced by a newer one")]
    LinkDead,
    /// Nobody who can make accounts would be left.
    #[error("the only administrator cannot be closed, ended or given another role")]
    LastAdministrator,
    /// The load has ended already.
    #[error("load {load} is not running: it is {outcome}")]
    LoadEnded {
        /// Which load.
        load: LoadId,
        /// How it ended.
        outcome: LoadOutcome,
    },
    /// The counts of a file do not account for all of it.
    #[error("file {file}: {resources} resources came in and {accounted} are accounted for")]
    CountsDisagree {
        /// The file as it was named.
        file: String,
        /// How many came in.
        resources: u64,
        /// How many were written, unchanged, superseded, deleted or quarantined.
        accounted: u64,
    },
    /// Resources were quarantined without a row that says why.
    #[error("file {file}: {quarantined} resources were quarantined with {rows} reasons")]
    QuarantineIncomplete {
        /// The file as it was named.
        file: String,
        /// How many were quarantined.
        quarantined: u64,
        /// How many reasons there are.
        rows: u64,
    },
    /// A count or size is larger than the ledger can hold.
    #[error("{what} is too large: {number}")]
    TooLarge {
        /// What was counted.
        what: &'static str,
        /// How many.
        number: u64,
    },
    /// An opt-out named no purpose, or one that cannot be refused.
    #[error("an opt-out names one or more secondary purposes, and never treatment or compliance")]
    PurposeNotRefusable,
    /// Two patients' keys have one number; nothing of the load was kept in the tables.
    #[error(
        "two patients of this or earlier loads would share one number, so the load was refused"
    )]
    NumbersMet,
    /// A number was linked to itself.
    #[error("a patient's number cannot be linked to itself")]
    LinkToItself,
    /// A sealed record does not open under this house's key.
    #[error("an identity record does not open: it was changed, or sealed with another key")]
    SealBroken,
    /// A database file does not agree with itself.
    #[error("{file} is damaged: {fault}")]
    NotWhole {
        /// Which file of the home.
        file: &'static str,
        /// What the database says is wrong.
        fault: String,
    },
    /// A backup copies files, and this ledger is on a server.
    #[error("the ledger is in {place}, not in files that can be copied")]
    NotInFiles {
        /// Where it is.
        place: String,
    },
    /// Files were to be removed while a backup copies them.
    #[error("a backup of this home is being made")]
    FilesHeld,
    /// A stored value is not what the ledger writes.
    #[error("the ledger holds {what} that it never writes: {found:?}")]
    Damaged {
        /// Which kind of value.
        what: &'static str,
        /// What stands there; never a patient's value.
        found: String,
    },
}

/// Why a PostgreSQL schema cannot hold a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The database keeps text in another encoding than UTF-8.
    Encoding,
    /// The schema is not there.
    NoSchema,
    /// The schema holds tables of something else.
    OtherTables,
    /// The server is of this version, which is older than what the ledger's questions need.
    TooOld(u32),
}

impl LedgerError {
    /// Whether the connection to the database was lost.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self, Self::Store { source, .. } if store::is_lost(source))
    }

    /// What the system or the database said, without what was being done.
    pub(crate) fn cause(&self) -> String {
        match self {
            Self::File { source, .. } => source.to_string(),
            Self::Store { source, .. } | Self::NotOpened { source, .. } => source.to_string(),
            other => other.to_string(),
        }
    }

    /// Says in which file it was, where a database refused while it was opened.
    pub(crate) fn in_file(self, file: &'static str) -> Self {
        match self {
            Self::Store { doing, source } if !store::is_full(&source) => {
                Self::NotOpened { file, doing, source }
            }
            other => other,
        }
    }
}

/// Adds what was being done, once, where it is known.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, LedgerError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, doing: &'static str) -> Result<T, LedgerError> {
        self.map_err(|source| LedgerError::Store { doing, source })
    }
}

/// A count as the ledger stores it.
pub(crate) fn stored(what: &'static str, number: u64) -> Result<i64, LedgerError> {
    i64::try_from(number).map_err(|_| LedgerError::TooLarge { what, number })
}

/// A count as it was stored.
pub(crate) fn counted(what: &'static str, number: i64) -> Result<u64, LedgerError> {
    u64::try_from(number).map_err(|_| LedgerError::Damaged { what, found: number.to_string() })
}
