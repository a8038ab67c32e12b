//! Erasures: one person's rows taken out of the ledger, what keeps them out, and the certificate.
//!
//! An erasure has a beginning, from which nobody sees the person for any purpose, and an end, with
//! which everything that tells of them is gone from the ledger. Between the two the files are
//! written anew. Both can be repeated, so a process that dies in between is gone on from by another.
//!
//! What stays is the erasure's own row, its certificate, keyed hashes by which the same records are
//! known again, and the audit: who looked at `patient/<number>` stays told, and the number is a keyed
//! hash that leads to nobody any more.

mod begin;
mod end;
mod lift;
mod read;
mod refusals;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use vocab::{Actor, ErasureId, LandingId, LoadId, PatientId, SnapshotId};

use crate::audit::as_text;
use crate::home::Ledger;
use crate::loads::{SnapshotTable, as_optional_text};

pub(crate) use refusals::refuse_again;

/// Begins, ends, lifts and lists erasures.
#[derive(Clone)]
pub struct Erasures {
    ledger: Ledger,
}

/// One erasure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// Its number.
    pub id: ErasureId,
    /// Who erased.
    pub actor: String,
    /// Why, in words that name nobody.
    pub reason: String,
    /// Since when nobody sees the person.
    #[serde(serialize_with = "as_text")]
    pub begun: Timestamp,
    /// Since when nothing of the person is there; absent while it is under way.
    #[serde(serialize_with = "as_optional_text")]
    pub ended: Option<Timestamp>,
    /// The load under whose number it ran.
    pub load: Option<LoadId>,
    /// The snapshot it made; absent where no table held a row that counts.
    pub snapshot: Option<SnapshotId>,
    /// The SHA-256 of its certificate, in hexadecimal.
    pub certificate_sha256: Option<String>,
    /// Since when the person may come back.
    #[serde(serialize_with = "as_optional_text")]
    pub lifted: Option<Timestamp>,
    /// Who lifted it.
    pub lifted_by: Option<String>,
}

/// Everything known of a person that says who they are.
#[derive(Clone, Debug)]
pub struct KnownPerson {
    /// Every number of the person.
    pub numbers: Vec<PatientId>,
    /// What the identity store has of them.
    pub records: Vec<KnownRecord>,
    /// When the first load began that brought one of the numbers.
    pub first_seen: Option<Timestamp>,
}

/// What the identity store has of one record of a person.
#[derive(Clone, Debug)]
pub struct KnownRecord {
    /// The sending system.
    pub source: String,
    /// The record's key there.
    pub key: String,
    /// The identity elements as received.
    pub content: Value,
}

/// An erasure about to begin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewErasure {
    /// Its number.
    pub id: ErasureId,
    /// Who erases.
    pub by: Actor,
    /// Why, in words that name nobody.
    pub reason: String,
    /// Every number of the person.
    pub patients: Vec<PatientId>,
    /// What must not be taken in again.
    pub tombstones: Vec<i64>,
}

/// What goes from the ledger's own texts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Scrub {
    /// Names, places and details that tell of the person, as they stand.
    pub texts: Vec<String>,
    /// Files and lines of which quarantine keeps the reason alone.
    #[serde(with = "lines")]
    pub lines: Vec<(LandingId, u64)>,
}

/// A data file in which rows were emptied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedFile {
    /// Its table.
    pub table: String,
    /// Its name.
    pub path: String,
    /// The hash of what it holds now, as its name would have it.
    pub hash: String,
}

/// Everything that ends an erasure; done whole or not at all.
#[derive(Clone, Debug)]
pub struct ErasureEnd {
    /// What was begun.
    pub begun: NewErasure,
    /// The running load.
    pub load: LoadId,
    /// The version of every table in the new snapshot; absent where no table changes.
    pub tables: Option<Vec<SnapshotTable>>,
    /// What goes from the ledger's texts.
    pub scrub: Scrub,
    /// Data files in which rows were emptied.
    pub files: Vec<ErasedFile>,
    /// The certificate, as JSON.
    pub certificate: String,
}

/// Looks whose answers may have left the house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looks {
    /// Who looked.
    pub actor: String,
    /// For which purpose.
    pub purpose: Option<String>,
    /// For which study.
    pub study: Option<String>,
    /// Whether the answers were written to files.
    pub to_files: bool,
    /// How often.
    pub looks: u64,
    /// The first time.
    pub first: String,
    /// The last time.
    pub last: String,
}

impl Erasures {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }
}

/// Files are written by their names.
mod lines {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use vocab::LandingId;

    pub(super) fn serialize<S: Serializer>(
        lines: &[(LandingId, u64)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let named: Vec<(String, u64)> =
            lines.iter().map(|(file, line)| (file.to_string(), *line)).collect();
        named.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(LandingId, u64)>, D::Error> {
        let named = Vec::<(String, u64)>::deserialize(deserializer)?;
        let known = named.into_iter().map(|(file, line)| Ok((file.parse()?, line)));
        known.collect::<Result<_, vocab::ParseIdError>>().map_err(D::Error::custom)
    }
}
