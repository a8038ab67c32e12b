//! What an index was made of: it stands in each of its segments.

use ledger::Aliases;
use serde::{Deserialize, Serialize};
use vocab::SnapshotId;
use xxhash_rust::xxh3::xxh3_128;

use super::ends::Ends;
use crate::events::Publishing;

/// Raised when rows become other events than before without a slice saying so.
const FORM: u32 = 1;

/// What stands in a segment beside its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// How rows became events.
    pub(super) how: String,
    /// Of which snapshot.
    pub(super) snapshot: i64,
    /// Which numbers were shown as another one.
    pub(super) aliases: Vec<(i64, i64)>,
    /// The outermost days of the people of this segment.
    pub(super) ends: Ends,
}

impl Stamp {
    pub(super) fn new(how: String, snapshot: SnapshotId, aliases: &Aliases) -> Self {
        Self { how, snapshot: snapshot.0, aliases: pairs(aliases), ends: Ends::default() }
    }

    pub(super) fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// None where it is of another form: the index is made anew then.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// Who is shown as whom, in order.
pub(super) fn pairs(aliases: &Aliases) -> Vec<(i64, i64)> {
    let renamed = aliases.renamed().map(|(number, shown)| (number.get(), shown.get()));
    let mut pairs: Vec<_> = renamed.collect();
    pairs.sort_unstable();
    pairs
}

/// The hash of what slices publish: an index that was made of something else is made anew.
pub(super) fn published(publishing: &Publishing) -> String {
    let Publishing { systems, slices, zone } = publishing;
    let said = format!("{FORM} {systems:?} {slices:?} {zone:?}");
    format!("{:032x}", xxh3_128(said.as_bytes()))
}
