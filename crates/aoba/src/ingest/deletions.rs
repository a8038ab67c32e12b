//! What a source has no longer: deletions met, applied and kept, and counted as what they come to.

use std::sync::Arc;

use fhir::entry::{self, Entry};
use vocab::{Issue, IssueCode, Place};

use super::harvest::{Gone, Harvester};
use super::occurrence::{Deletion, Occurrence, Occurrences};
use super::system::Whose;
use super::verdict::Verdict;

impl Harvester<'_> {
    /// Notes that a resource is in a file of this load.
    pub(super) fn see(&mut self, entry: &Entry<'_>) {
        let kind = entry.head.resource_type;
        let key = Occurrences::key(&self.source.1, kind, &entry.key, &mut self.buffer);
        self.shared.occurrences.see(key);
        self.harvest.types.insert(kind);
    }

    /// Applies a deletion, and keeps it.
    pub(super) fn deletion(&mut self, deletion: &entry::Deletion<'_>) {
        self.tally().resources += 1;
        let kind = deletion.resource_type;
        if self.shared.keys.erased().has_resource(&self.source.1, kind, &deletion.key) {
            self.tally().quarantined += 1;
            let issue = Issue::new(IssueCode::Erased, Place::at_line(deletion.line), kind);
            self.harvest.quarantine.push((self.file, issue));
            return;
        }
        let instant = deletion.instant.as_deref().map(|text| self.instant(text));
        if instant == Some(None) {
            self.tally().quarantined += 1;
            let issue = Issue::new(IssueCode::InvalidDate, Place::at_line(deletion.line), kind);
            self.harvest.quarantine.push((self.file, issue));
            return;
        }
        let instant = instant.flatten();
        let told = Deletion { dated: instant.is_some(), missing: self.missing, found: false };
        let met = Occurrence {
            content: Occurrence::deletion(told),
            last_updated_us: instant.unwrap_or(i64::MIN),
            version: -1,
            file: self.file,
            load: self.load,
            line: deletion.line,
        };
        let key = Occurrences::key(&self.source.1, kind, &deletion.key, &mut self.buffer);
        let (verdict, met) = self.shared.occurrences.delete(key, met);
        match verdict {
            Verdict::Unchanged => self.tally().unchanged += 1,
            Verdict::Superseded => self.tally().superseded += 1,
            Verdict::New => {
                self.tally().unchanged += 1;
                self.record(deletion, met, key);
            }
            Verdict::Replaces(old) => {
                let deleted = self.deleted(old, key);
                let tally = self.tally();
                *(if deleted { &mut tally.deleted } else { &mut tally.unchanged }) += 1;
                self.record(deletion, met, key);
            }
            _ => {
                self.tally().quarantined += 1;
                self.harvest.quarantine.push((self.file, in_doubt(kind, deletion.line)));
            }
        }
    }

    /// Takes back what a copy that is deleted had counted for; whether that was a resource.
    fn deleted(&mut self, old: Occurrence, key: u128) -> bool {
        self.harvest.gone.push(Gone { source: Arc::clone(&self.source.1), old, key });
        if old.is_held() {
            return old.as_deletion().is_none();
        }
        let tally = self.harvest.tallies.entry(old.file).or_default();
        match old.as_deletion() {
            None => {
                tally.written -= 1;
                tally.superseded += 1;
                true
            }
            // The one in whose place this one comes counted it.
            Some(before) if before.found && old.load == self.load => {
                tally.deleted -= 1;
                tally.unchanged += 1;
                true
            }
            Some(_) => false,
        }
    }

    /// Keeps a deletion, so that an older copy that comes late does not undo it.
    fn record(&mut self, deletion: &entry::Deletion<'_>, met: Occurrence, key: u128) {
        let Some(told) = met.as_deletion() else { return };
        let kind = deletion.resource_type;
        let is_person = kind == "Patient";
        let version = (met.version >= 0).then(|| met.version.to_string());
        let whose = Whose {
            patient: is_person.then(|| self.shared.keys.patient_id(&self.source.1, &deletion.key)),
            key: &deletion.key,
            version: version.as_deref(),
            last_updated_us: (met.last_updated_us != i64::MIN).then_some(met.last_updated_us),
            line: i64::try_from(deletion.line).unwrap_or(i64::MAX),
        };
        self.deletion_rows.push(whose, (kind, Occurrences::hash(key)), told);
        self.harvest.deleted.push((kind, deletion.key.to_string()));
    }

    /// A deletion of this load that did not last is counted as what it then is.
    pub(super) fn undone(
        &mut self,
        verdict: Verdict,
        (deletion, old): (Deletion, Occurrence),
        entry: &Entry<'_>,
    ) {
        if old.is_held() || old.load != self.load {
            return;
        }
        let tally = self.harvest.tallies.entry(old.file).or_default();
        *(if deletion.found { &mut tally.deleted } else { &mut tally.unchanged }) -= 1;
        if matches!(verdict, Verdict::OverridesDeletion(_)) {
            tally.quarantined += 1;
            let issue = in_doubt(entry.head.resource_type, old.line);
            self.harvest.quarantine.push((old.file, issue));
        } else {
            tally.superseded += 1;
        }
    }
}

/// A deletion and the resource itself in one load.
fn in_doubt(kind: &str, line: u64) -> Issue {
    Issue::new(IssueCode::DeletionAndResource, Place::at_line(line), kind)
}
