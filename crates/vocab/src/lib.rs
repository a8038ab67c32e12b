//! The nouns every other crate speaks: identifiers, purposes, dates that know their precision,
//! counts that cannot be shown by accident, and issues that say where, what and what to do.
//!
//! Floor 0: no input or output, no clock, no async. Everything here is a value.

mod count;
pub mod date;
mod digits;
mod id;
mod issue;
mod locale;
mod purpose;

pub use count::RawCount;
pub use date::{FhirDate, Precision};
pub use digits::FourDigits;
pub use id::{
    Actor, ErasureId, LandingId, LoadId, ParseIdError, PatientId, PullId, SnapshotId, StudyId,
};
pub use issue::{Issue, IssueCode, Place, Severity};
pub use locale::{Locale, Text};
pub use purpose::{ParsePurposeError, PurposeOfUse};
