//! What a server says it can do: its CapabilityStatement.

use std::collections::BTreeSet;

use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;

use super::ask::Ask;
use super::error::{PullError, shown};
use super::http::{Http, Question};
use super::unfit::Unfit;
use super::wait;

/// What of a CapabilityStatement is ours to read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Capability {
    #[serde(rename = "resourceType")]
    resource_type: String,
    #[serde(rename = "fhirVersion")]
    fhir_version: String,
    instantiates: Vec<String>,
    rest: Vec<Rest>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rest {
    resource: Vec<RestResource>,
    operation: Vec<Operation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RestResource {
    #[serde(rename = "type")]
    resource_type: String,
    interaction: Vec<Interaction>,
    operation: Vec<Operation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Interaction {
    code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Operation {
    name: String,
    definition: String,
}

/// What a server can do for a pull.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Server {
    /// What time it has, where it says so.
    pub(super) time: Option<Timestamp>,
    /// Whether it exports; none where it does not say.
    pub(super) exports: Option<bool>,
    /// The types it can search for.
    pub(super) searches: BTreeSet<String>,
}

/// Asks a server what it can do.
///
/// # Errors
/// When it is no FHIR server, or speaks another version.
pub(super) async fn look(http: &Http, ask: &Ask) -> Result<Server, PullError> {
    let question = Question::of(ask.below(&["metadata"]));
    let answer = http.ask(&question).await?;
    let time = wait::time_of(answer.headers());
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or("without a type").split(';').next().unwrap_or_default();
    let kind: String = kind.chars().filter(|c| !c.is_control()).take(60).collect();
    let url = shown(&question.url);
    let strange = |found: String| Unfit::NotFhir { url: url.clone(), found };
    let answer = match http.granted(&question, answer).await {
        Err(PullError::Gone { status, .. }) => return Err(strange(status.to_string()).into()),
        other => other?,
    };
    let json = match http.json(&question, answer).await {
        Err(PullError::Answer { .. }) => return Err(strange(kind).into()),
        other => other?,
    };
    let told: Capability = serde_json::from_value(json).unwrap_or_default();
    if told.resource_type != "CapabilityStatement" {
        return Err(strange(kind).into());
    }
    if !told.fhir_version.starts_with("4.0") && !told.fhir_version.starts_with("4.3") {
        let version = told.fhir_version.chars().filter(|c| !c.is_control()).take(20).collect();
        return Err(Unfit::Version { url: shown(&ask.base), version }.into());
    }
    Ok(Server { time, ..Server::of(&told) })
}

impl Server {
    fn of(told: &Capability) -> Self {
        let resources = || told.rest.iter().flat_map(|rest| &rest.resource);
        let of_system = told.rest.iter().flat_map(|rest| &rest.operation);
        let operations: Vec<&Operation> =
            of_system.chain(resources().flat_map(|resource| &resource.operation)).collect();
        let says_bulk = told.instantiates.iter().any(|one| one.contains("/uv/bulkdata/"));
        let exports = match says_bulk || operations.iter().any(|operation| operation.exports()) {
            true => Some(true),
            // Who names its operations would name this one.
            false => (!operations.is_empty()).then_some(false),
        };
        let can_search = |resource: &&RestResource| {
            resource.interaction.iter().any(|interaction| interaction.code == "search-type")
        };
        let searches = resources().filter(can_search);
        let searches = searches.map(|one| one.resource_type.clone()).collect();
        Self { exports, searches, time: None }
    }
}

impl Operation {
    fn exports(&self) -> bool {
        self.name.trim_start_matches('$').ends_with("export")
            || self.definition.contains("/uv/bulkdata/")
            || self.definition.ends_with("export")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn server(rest: &Value) -> Server {
        let told = json!({
            "resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [rest],
        });
        Server::of(&serde_json::from_value(told).unwrap())
    }

    #[test]
    fn an_export_is_found_wherever_a_server_names_it() {
        let operation =
            |name: &str, definition: &str| json!([{ "name": name, "definition": definition }]);
        let bulk = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export";
        for operations in [operation("$export", ""), operation("x", bulk)] {
            assert_eq!(server(&json!({ "operation": operations })).exports, Some(true));
            let group = json!({ "resource": [{ "type": "Group", "operation": operations }] });
            assert_eq!(server(&group).exports, Some(true));
        }
        let other = operation("everything", "http://hl7.org/x/Patient-everything");
        assert_eq!(server(&json!({ "operation": other })).exports, Some(false));
        assert_eq!(server(&json!({})).exports, None);
    }

    #[test]
    fn only_types_that_can_be_searched_for_are_searched_for() {
        let resource = |name: &str, code: &str| json!({ "type": name, "interaction": [{ "code": "read" }, { "code": code }] });
        let rest = json!({
            "resource": [resource("Patient", "search-type"), resource("Binary", "create")]
        });
        assert_eq!(server(&rest).searches, BTreeSet::from(["Patient".to_owned()]));
    }
}
