//! What stands at the head of a resource: its type, its id, its version.

use std::borrow::Cow;

use vocab::{Issue, IssueCode, Place};

use super::depth;
use super::fields::{self, Raw};
use crate::model;

/// What must be known of a resource before anything is done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// Its type, one of FHIR R4.
    pub resource_type: &'static str,
    /// Its id.
    pub id: Option<Cow<'a, str>>,
    /// `meta.versionId`
    pub version_id: Option<Cow<'a, str>>,
    /// `meta.lastUpdated`, as it was written.
    pub last_updated: Option<Cow<'a, str>>,
    /// The array `contained`, where there is one.
    pub contained: Option<&'a str>,
    /// A Bundle's array `entry`.
    pub entries: Option<&'a str>,
}

const KEYS: [&str; 5] = ["resourceType", "id", "meta", "contained", "entry"];
const META_KEYS: [&str; 2] = ["versionId", "lastUpdated"];

/// Reads the head of a resource in one pass that also checks that the text is JSON.
///
/// `resourceType` may stand anywhere in the object. The place of the issue is empty: the caller
/// knows the line.
///
/// # Errors
/// The issue for which the resource cannot be taken: not JSON, too deep, no or an unknown
/// `resourceType`, a key that stands twice, or an element of the wrong type.
///
/// ```
/// let text = r#"{"id": "7", "meta": {"versionId": "2"}, "resourceType": "Patient"}"#;
/// let head = fhir::entry::sniff(text).unwrap();
/// assert_eq!((head.resource_type, head.id.as_deref()), ("Patient", Some("7")));
/// assert_eq!(head.version_id.as_deref(), Some("2"));
/// ```
pub fn sniff(text: &str) -> Result<Head<'_>, Issue> {
    let issue = |code, detail: &str| Issue::new(code, Place::default(), detail);
    let [resource_type, id, meta, contained, entries] = match wanted_quickly(text, KEYS) {
        Some(found) => found,
        None => {
            if depth::deeper_than(text, depth::DEPTH_MAX) {
                let told = format!("more than {} levels", depth::DEPTH_MAX);
                return Err(issue(IssueCode::TooDeep, &told));
            }
            if !text.trim_start().starts_with('{') {
                return Err(issue(IssueCode::BrokenJson, "not an object"));
            }
            wanted(text, KEYS, "")?
        }
    };
    let resource_type = match resource_type {
        None => return Err(issue(IssueCode::NoResourceType, "")),
        Some(raw) => string(raw, "resourceType")?,
    };
    let Some(known) =
        model::type_named(&resource_type).filter(|_| model::is_resource(&resource_type))
    else {
        let shown: String = resource_type.chars().take(64).collect();
        return Err(issue(IssueCode::UnknownResourceType, &shown));
    };
    let id = id.map(|raw| string(raw, "id")).transpose()?;
    let [version_id, last_updated] = match meta {
        None => [None, None],
        Some(Cow::Borrowed(meta)) if meta.starts_with('{') => {
            match wanted_quickly(meta, META_KEYS) {
                Some(found) => found,
                None => wanted(meta, META_KEYS, "meta.")?,
            }
        }
        Some(_) => return Err(issue(IssueCode::WrongType, "meta must be an object")),
    };
    Ok(Head {
        resource_type: known.name,
        id,
        version_id: version_id.map(|raw| string(raw, "meta.versionId")).transpose()?,
        last_updated: last_updated.map(|raw| string(raw, "meta.lastUpdated")).transpose()?,
        contained: contained.map(|raw| array(&raw, "contained")).transpose()?,
        entries: entries
            .filter(|_| known.name == "Bundle")
            .map(|raw| array(&raw, "entry"))
            .transpose()?,
    })
}

/// The values under these keys, where the text is as most are.
fn wanted_quickly<'a, const N: usize>(
    text: &'a str,
    keys: [&str; N],
) -> Option<[Option<Raw<'a>>; N]> {
    let mut found = [const { None }; N];
    let mut once = true;
    fields::each_quickly(text, &keys, |key, raw| {
        let slot = keys.iter().position(|wanted| *wanted == key);
        if let Some(slot) = slot.and_then(|slot| found.get_mut(slot)) {
            once &= slot.replace(raw).is_none();
        }
    })?;
    once.then_some(found)
}

/// The values under these keys; each may stand once.
pub(super) fn wanted<'a, const N: usize>(
    text: &'a str,
    keys: [&str; N],
    prefix: &str,
) -> Result<[Option<Raw<'a>>; N], Issue> {
    let mut found = [const { None }; N];
    let mut twice = None;
    let read = fields::each(text, &keys, |key, raw| {
        let slot = keys.iter().position(|wanted| *wanted == key);
        if let Some(slot) = slot.and_then(|slot| found.get_mut(slot))
            && slot.replace(raw).is_some()
        {
            twice = Some(format!("{prefix}{key}"));
        }
    });
    let issue = |code, detail: String| Err(Issue::new(code, Place::default(), detail));
    match (read, twice) {
        (Err(fields::Broken(at)), _) => issue(IssueCode::BrokenJson, format!("near byte {at}")),
        (Ok(()), Some(key)) => issue(IssueCode::DuplicateKey, key),
        (Ok(()), None) => Ok(found),
    }
}

/// A string that is not empty.
pub(super) fn string<'a>(raw: Raw<'a>, name: &str) -> Result<Cow<'a, str>, Issue> {
    fields::string(raw).filter(|text| !text.trim().is_empty()).ok_or_else(|| {
        let told = format!("{name} must be a string that is not empty");
        Issue::new(IssueCode::WrongType, Place::default(), told)
    })
}

/// The text of an array.
fn array<'a>(raw: &Raw<'a>, name: &str) -> Result<&'a str, Issue> {
    match raw {
        Cow::Borrowed(text) if text.starts_with('[') => Ok(*text),
        _ => {
            let told = format!("{name} must be an array");
            Err(Issue::new(IssueCode::WrongType, Place::default(), told))
        }
    }
}
