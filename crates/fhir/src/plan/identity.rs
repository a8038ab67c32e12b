//! What a resource tells about itself: type, key, version, whom it is about.

use vocab::date::Zone;
use vocab::{FhirDate, IssueCode, PatientId};

use crate::reference::Origin;

use super::careful;
use super::links::Misses;
use super::patient::{Found, Who};
use super::runner::Refused;
use super::system::SystemRow;
use super::{Inner, Layout};

/// Who a resource is; kept between resources for its buffers.
#[derive(Debug, Default)]
pub(super) struct Identity {
    pub(super) key: String,
    pub(super) version: String,
    pub(super) last_updated_us: Option<i64>,
    pub(super) patient: Option<PatientId>,
}

/// What a resource tells about itself.
pub(super) struct Told<'t> {
    pub(super) resource_type: Option<&'t str>,
    pub(super) id: Option<&'t str>,
    pub(super) version: Option<&'t str>,
    pub(super) last_updated: Option<&'t str>,
}

impl Identity {
    pub(super) fn set(
        &mut self,
        told: &Told<'_>,
        plan: &Inner,
        origin: &Origin<'_>,
        zone: &Zone,
    ) -> Result<(), Refused> {
        let issue = |code, path, detail| Err(careful::issue(code, path, detail).into());
        match told.resource_type {
            Some(found) if found == plan.resource => {}
            None => return issue(IssueCode::NoResourceType, "resourceType", ""),
            Some(_) => return issue(IssueCode::OtherResource, "resourceType", plan.resource),
        }
        let key = origin.key.or(told.id).unwrap_or_default();
        let lake = matches!(plan.layout, Layout::Lake { .. });
        if lake && key.is_empty() {
            return issue(IssueCode::NoId, "id", plan.resource);
        }
        self.key.clear();
        self.key.push_str(key);
        self.version.clear();
        self.version.push_str(told.version.unwrap_or_default());
        let last_updated = told.last_updated.map(|text| FhirDate::parse(text, zone)).transpose();
        self.last_updated_us = match last_updated {
            Ok(date) => date.map(|date| date.low_us),
            Err(_) if lake => return issue(IssueCode::InvalidDate, "meta.lastUpdated", ""),
            Err(_) => None,
        };
        self.patient = None;
        Ok(())
    }

    pub(super) fn row<'r>(&'r self, origin: &Origin<'_>) -> SystemRow<'r> {
        SystemRow {
            patient: self.patient,
            key: &self.key,
            version: (!self.version.is_empty()).then_some(self.version.as_str()),
            last_updated_us: self.last_updated_us,
            line: i64::try_from(origin.line).unwrap_or(i64::MAX),
        }
    }
}

/// The patient of the row; counts a resource that should name one and does not.
pub(super) fn settle(
    found: Found,
    who: &Who,
    outer: Option<PatientId>,
    misses: &mut Misses,
) -> Option<PatientId> {
    let patient = match found {
        Found::One(patient) => Some(patient),
        Found::Nobody => outer,
        Found::Unclear => None,
    };
    if patient.is_none() && *who != Who::Nobody {
        misses.no_patient += 1;
    }
    patient
}
