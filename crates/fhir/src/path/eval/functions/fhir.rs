//! What FHIR and SQL-on-FHIR add.
//!
//! # Source
//! FHIR R4, FHIRPath (additional functions); SQL-on-FHIR 3.0.0-ballot, required additional
//! functions.

use super::super::types;
use super::super::value::{Collection, Element, Value};
use super::super::{Answer, Run};
use super::Call;
use crate::json::Node;
use crate::model;

const PROFILE_BASE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// Calls a function of this file; absent when the name is of another.
pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    input: &[Value<'a>],
    call: &Call<'a, '_>,
) -> Option<Answer<'a>> {
    let has_value = |value: &Value<'a>| value.as_element().is_none_or(Element::has_value);
    Some(match call.name {
        "extension" => extension(run, input, call),
        "hasValue" => Ok(vec![Value::Boolean(matches!(input, [only] if has_value(only)))]),
        "getValue" => Ok(match input {
            [only] if has_value(only) => vec![only.system()],
            _ => Vec::new(),
        }),
        "resolve" => Ok(resolve(run, input)),
        "conformsTo" => conforms_to(run, input, call),
        "getResourceKey" => resource_key(run, input, call),
        "getReferenceKey" => reference_key(run, input, call),
        "type" => Ok(input.iter().map(|value| Value::Type(value.type_info())).collect()),
        "memberOf" | "subsumes" | "subsumedBy" => Err(call.fail(format!(
            "{}() needs a terminology server, which is not asked here; list the codes instead",
            call.name
        ))),
        "htmlChecks" => Err(call.fail("htmlChecks() is a validator's; it is not answered here")),
        _ => return None,
    })
}

fn extension<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let Some(url) = call.string(run, 0)? else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for element in input.iter().filter_map(Value::as_element) {
        let extensions = element.children_named("extension");
        run.charge(1 + extensions.len(), call.at)?;
        out.extend(extensions.into_iter().filter(|extension| {
            extension.node.get("url").and_then(Node::as_str) == Some(url.as_str())
        }));
    }
    Ok(out.into_iter().map(Value::Element).collect())
}

/// Contained resources only: nothing outside the resource is read.
fn resolve<'a>(run: &Run<'a, '_>, input: &[Value<'a>]) -> Collection<'a> {
    let root = run.context.resource;
    let contained = || root.get("contained").and_then(Node::as_array).unwrap_or_default();
    let resolved = |value: &Value<'a>| {
        let reference = match value.as_element()?.node {
            Node::String(text) => text,
            node => node.get("reference")?.as_str()?,
        };
        let id = reference.strip_prefix('#')?;
        if id.is_empty() {
            return Some(Value::resource(root));
        }
        let is_it = |node: &&Node| node.get("id").and_then(Node::as_str) == Some(id);
        contained().iter().find(is_it).map(Value::resource)
    };
    input.iter().filter_map(resolved).collect()
}

/// Whether a resource is of the type a base profile describes; other profiles are not known.
fn conforms_to<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let Some(url) = call.string(run, 0)? else { return Ok(Vec::new()) };
    let known = url.strip_prefix(PROFILE_BASE).and_then(model::type_named);
    let Some(known) = known else {
        return Err(call.fail("conformsTo() knows only the base definitions of FHIR R4"));
    };
    let Some(value) = call.single(input.to_vec())? else { return Ok(Vec::new()) };
    let kind = value.as_element().and_then(|element| element.kind);
    let conforms = kind.is_some_and(|kind| model::is_subtype(kind, known.name));
    Ok(vec![Value::Boolean(conforms)])
}

fn resource_key<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let keys = run.context.keys.ok_or_else(|| call.fail("getResourceKey() is for views only"))?;
    let key = |value: &Value<'a>| {
        let node = value.as_element()?.node;
        node.resource_type()?;
        keys.resource_key(node).map(Value::text)
    };
    Ok(input.iter().filter_map(key).collect())
}

fn reference_key<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let keys = run.context.keys.ok_or_else(|| call.fail("getReferenceKey() is for views only"))?;
    let wanted = call.arguments.first().map(types::name_of).transpose()?;
    let wanted = wanted.map(|wanted| wanted.name);
    if let Some(name) = wanted.as_deref().filter(|name| !model::is_resource(name)) {
        let resources = model::types().filter(|found| found.kind == model::Kind::Resource);
        let hint = model::did_you_mean(name, resources.map(|found| found.name));
        return Err(call.fail(format!("there is no resource type {name}{hint}")));
    }
    let key = |value: &Value<'a>| {
        let key = keys.reference_key(value.as_element()?.node, wanted.as_deref());
        key.map(Value::text)
    };
    Ok(input.iter().filter_map(key).collect())
}
