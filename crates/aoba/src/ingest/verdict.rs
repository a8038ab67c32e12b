//! What becomes of a copy of a resource, or of a deletion, where something stands.

use std::cmp::Ordering;

use super::occurrence::{Deletion, Occurrence};

/// What to do with the copy just met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the first: write it.
    New,
    /// It replaces this one, whose rows must go.
    Replaces(Occurrence),
    /// It replaces this one, and neither says it is newer: the later load is believed.
    ReplacesUnversioned(Occurrence),
    /// The same content stands already.
    Unchanged,
    /// A newer version stands already.
    Superseded,
    /// Different content under one id and one version stands earlier in this load; or, for a
    /// deletion, the resource itself came in this load and nothing tells which is later.
    Conflict,
    /// The copy that stood is the later of two in conflict: it goes, and this one is written.
    ConflictWith(Occurrence),
    /// A deletion stood that came in the same load, and nothing tells which is later: it goes, and
    /// this resource is written.
    OverridesDeletion(Occurrence),
}

impl Verdict {
    /// The copy that goes when this one is written.
    pub(crate) fn goes(self) -> Option<Occurrence> {
        match self {
            Self::Replaces(old)
            | Self::ReplacesUnversioned(old)
            | Self::ConflictWith(old)
            | Self::OverridesDeletion(old) => Some(old),
            Self::New | Self::Unchanged | Self::Superseded | Self::Conflict => None,
        }
    }
}

/// What becomes of a resource where something stands.
pub(super) fn judge(stands: &Occurrence, met: &Occurrence) -> Verdict {
    if let Some(deletion) = stands.as_deletion() {
        return judge_return(deletion, stands, met);
    }
    if stands.content == met.content {
        return Verdict::Unchanged;
    }
    match met.stamp().cmp(&stands.stamp()) {
        Ordering::Greater => Verdict::Replaces(*stands),
        Ordering::Less => Verdict::Superseded,
        Ordering::Equal if stands.load < met.load => Verdict::ReplacesUnversioned(*stands),
        Ordering::Equal if (met.file, met.line) < (stands.file, stands.line) => {
            Verdict::ConflictWith(*stands)
        }
        Ordering::Equal => Verdict::Conflict,
    }
}

/// What becomes of a resource that was deleted.
fn judge_return(deletion: Deletion, stands: &Occurrence, met: &Occurrence) -> Verdict {
    let same_load = stands.load == met.load;
    match since(met, stands) {
        // What was only missing once and is there again has returned.
        Some((Ordering::Equal, _)) if deletion.missing && !same_load => {
            Verdict::ReplacesUnversioned(*stands)
        }
        Some((Ordering::Less | Ordering::Equal, _)) => Verdict::Superseded,
        // An undated deletion has its stamp from what it deleted: it may be later than this.
        Some((Ordering::Greater, by_time)) if same_load && !(by_time && deletion.dated) => {
            Verdict::OverridesDeletion(*stands)
        }
        Some((Ordering::Greater, _)) => Verdict::Replaces(*stands),
        None if same_load => Verdict::OverridesDeletion(*stands),
        None => Verdict::ReplacesUnversioned(*stands),
    }
}

/// What becomes of a deletion where something stands.
pub(super) fn judge_deletion(stands: &Occurrence, met: &Occurrence) -> Verdict {
    let dated = met.as_deletion().is_some_and(|deletion| deletion.dated);
    if stands.as_deletion().is_some() {
        let raises = dated && met.last_updated_us > stands.last_updated_us;
        return if raises { Verdict::Replaces(*stands) } else { Verdict::Unchanged };
    }
    let times_known = dated && stands.last_updated_us != i64::MIN;
    if times_known && met.last_updated_us >= stands.last_updated_us {
        Verdict::Replaces(*stands)
    } else if times_known {
        Verdict::Superseded
    } else if stands.load < met.load {
        Verdict::Replaces(*stands)
    } else {
        Verdict::Conflict
    }
}

/// Whether a resource is newer than what a deletion deleted, and whether times tell; none where
/// nothing does.
fn since(met: &Occurrence, deleted: &Occurrence) -> Option<(Ordering, bool)> {
    if met.last_updated_us != i64::MIN && deleted.last_updated_us != i64::MIN {
        return Some((met.last_updated_us.cmp(&deleted.last_updated_us), true));
    }
    let known = met.version >= 0 && deleted.version >= 0;
    known.then(|| (met.version.cmp(&deleted.version), false))
}
