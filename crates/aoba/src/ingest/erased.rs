//! What was erased is not taken in again: the resource as such, and a Patient by an identifier that
//! only somebody erased had. Whatever else is about them is refused where its patient is told.

use fhir::entry::Entry;
use vocab::{Issue, IssueCode, Place};

use super::harvest::Harvester;
use super::identity;

impl Harvester<'_> {
    /// Refuses a resource that was erased.
    pub(super) fn refuse_erased(&self, entry: &Entry<'_>) -> Result<(), Issue> {
        let erased = self.shared.keys.erased();
        if erased.is_empty() {
            return Ok(());
        }
        let kind = entry.head.resource_type;
        let is_known = || {
            let identity = identity::of(kind, entry.text).filter(|_| kind == "Patient");
            let identifiers = identity.map(|identity| identity.identifiers).unwrap_or_default();
            identifiers.iter().any(|(system, value)| erased.has_identifier(system, value))
        };
        if erased.has_resource(&self.source.1, kind, &entry.key) || is_known() {
            return Err(Issue::new(IssueCode::Erased, Place::at_line(entry.line), kind));
        }
        Ok(())
    }
}
