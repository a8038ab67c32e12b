//! What people decided and what was loaded: permits, sessions, studies, consents, audit, loads,
//! pulls, snapshots, and who each number is.
//!
//! Floor 2, and the only crate that speaks to a database: SQLite files in the home, or PostgreSQL.
//! Three rules hold here: every act leaves
//! its audit row in its own transaction; a [`Permit`] is made nowhere else; names and hospital
//! numbers stand only in the identity store, sealed.

mod audit;
mod clock;
mod consent;
mod doctor;
mod erasure;
mod error;
mod exclusions;
mod files;
mod home;
mod identity;
mod keys;
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

pub use audit::{
    Audit, AuditFilter, AuditHead, AuditRow, AuditVerdict, Broken, BrokenBy, MAX_AUDIT_ROWS,
};
pub use clock::Clock;
pub use consent::{Consents, Decision, OptIn, OptOut, Recorded};
pub use doctor::{Check, Diagnosis, Part};
pub use erasure::{
    ErasedFile, Erasure, ErasureEnd, Erasures, KnownPerson, KnownRecord, Looks, NewErasure, Scrub,
};
pub use error::{LedgerError, Unfit};
pub use exclusions::Exclusions;
pub use home::Ledger;
pub use identity::{Identifier, Identity, IdentityOwner, IdentityRecord};
pub use lease::{PullLease, WriterLease};
pub use links::{Aliases, Links};
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
pub use sessions::{SESSION_HOURS_MAX, SESSION_IDLE_MINUTES_MAX, SessionToken, Sessions};
pub use store::{AddressFault, LedgerConfig, Password};
pub use studies::{NewStudy, Studies, Study};
pub use tombstones::Tombstones;
