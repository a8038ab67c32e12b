//! What people decided and what was loaded: permits, sessions, studies, consents, audit, loads,
//! pulls, snapshots, and who each number is.
//!
//! Floor 2, and the only crate that speaks to a database: SQLite files in the home, or PostgreSQL.
//! Three rules hold here: every act leaves
//! its audit row in its own transaction; a [`Permit`] is made nowhere else; names and hospital
//! numbers stand only in the identity store, sealed.

mod account;
mod audit;
mod clock;
mod cohorts;
mod consent;
mod copy;
mod cover;
mod deciding;
mod deep;
mod doctor;
mod earlier;
mod erasure;
mod error;
mod exclusions;
mod faults;
mod file_lock;
mod files;
mod hold;
mod home;
mod identity;
mod keys;
mod lake_files;
mod lease;
mod links;
mod loads;
mod migrate;
mod moving;
mod open;
mod patient_keys;
mod people;
mod permit;
mod pulls;
mod say;
mod sessions;
mod store;
mod studies;
mod tombstones;
mod upgrade;

pub use account::{
    Account, AccountState, Accounts, Attempt, Enrolment, Entry, FIRST_LINK_MINUTES, Hasher,
    INVITATION_HOURS, Invitation, Link, LinkToken, NewAccount, NoRole, OpenSession,
    PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PASSWORD_MEMORY_KIB, PasswordFault, PasswordHash,
    Profile, RECOVERY_CODES, Role, TRIES_A_DAY_MAX, Trial, account_name, check_password,
};
pub use audit::{
    Against, Audit, AuditCost, AuditFilter, AuditHead, AuditRow, AuditStanding, AuditVerdict,
    Broken, BrokenBy, CHECKPOINT_EVERY, CHECKPOINT_ROWS, Checkpoint, Checkpoints, ExportBroken,
    ExportFault, ExportForm, ExportVerdict, Exported, MAX_AUDIT_ROWS, NotAKey, NoteFault,
    PlaceFailure, PlaceStanding, PublicKey, RowProof, Tree, TreeHash, TreeHead, audit_cost,
    is_consistent, is_included, verify_export, verify_rows,
};
pub use clock::Clock;
pub use cohorts::{
    Cohorts, DEFINITION_BYTES_MAX, Keeping, ListedCohort, NewVersion, REMARK_BYTES_MAX, Remark,
    SavedCohort, SavedVersion, Saving,
};
pub use consent::{Consents, Decision, OptIn, OptOut, Recorded};
pub use copy::{KEY_FILES, LEDGER_FILES};
pub use deep::{contents, look_at};
pub use doctor::{Check, Diagnosis, Part};
pub use earlier::{Shape, earlier_shapes, take_back};
pub use erasure::{
    ErasedFile, Erasure, ErasureEnd, Erasures, KnownPerson, KnownRecord, Looks, NewErasure, Scrub,
};
pub use error::{LedgerError, Unfit};
pub use exclusions::Exclusions;
pub use file_lock::FileLock;
pub use hold::{Hold, HoldFor};
pub use home::Ledger;
pub use identity::{Identifier, Identity, IdentityOwner, IdentityRecord};
pub use lake_files::{LakeFile, LakeFiles, LakeVersion, Written};
pub use lease::{PullLease, WriterLease};
pub use links::{Aliases, Links, object as patient_object, patient_of as patient_of_object};
pub use loads::{
    Counts, FileReport, HeldFile, LandingFile, LandingState, Landings, LoadCommit, LoadInfo,
    LoadOutcome, LoadReport, Loads, NewLoad, QuarantineRow, Snapshot, SnapshotKind, SnapshotTable,
    Snapshots, WarningCount,
};
pub use moving::Moved;
pub use patient_keys::{LinkOrigin, PatientKeys};
pub use people::{Grant, NewGrant, People, Right};
pub use permit::{Look, MissingRight, Permit};
pub use pulls::{
    NewPull, PullEnding, PullFailure, PullInfo, PullMessage, PullOutcome, PullState, PullWay,
    Pulls, Schedule, Standing,
};
pub use sessions::{SESSION_HOURS_MAX, SESSION_IDLE_MINUTES_MAX, Session, SessionToken, Sessions};
pub use store::{AddressFault, LedgerConfig, Password};
pub use studies::{NewStudy, Studies, Study};
pub use tombstones::Tombstones;
pub use upgrade::KEPT_COPIES;
