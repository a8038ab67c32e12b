//! Extensions that no column takes: kept as rows, or kept back where they may tell who a person is.

use std::collections::BTreeSet;

use sonic_rs::{JsonValueTrait, LazyValue};

/// One extension found in a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extension {
    /// Where in the resource, such as `dosageInstruction[0].extension[1]`.
    pub(crate) path: String,
    /// Its address.
    pub(crate) url: String,
    /// Which `value[x]` it has, such as `valueCodeableConcept`; absent for nested extensions.
    pub(crate) value_type: Option<String>,
    /// The value as JSON text; for a nested extension the whole of it.
    pub(crate) value: String,
}

/// Resource types whose unknown extensions are kept back: they may say who a person is.
pub(crate) const WITHHELD_TYPES: [&str; 4] = ["Patient", "RelatedPerson", "Person", "Practitioner"];

/// Finds the extensions whose address is not in `known`.
///
/// A resource without the word costs one search of its bytes.
pub(crate) fn unknown(resource: &str, known: &BTreeSet<String>) -> Vec<Extension> {
    let mut found = Vec::new();
    if memchr::memmem::find(resource.as_bytes(), b"xtension\"").is_some()
        && let Ok(value) = sonic_rs::from_str::<LazyValue<'_>>(resource)
    {
        walk(&value, &mut String::new(), known, &mut found, 0);
    }
    found
}

const DEPTH_MAX: usize = 128;

fn walk(
    value: &LazyValue<'_>,
    path: &mut String,
    known: &BTreeSet<String>,
    found: &mut Vec<Extension>,
    depth: usize,
) {
    if depth > DEPTH_MAX {
        return;
    }
    let length = path.len();
    if value.is_object() {
        let Some(fields) = value.clone().into_object_iter() else { return };
        for field in fields.flatten() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&field.0);
            if matches!(field.0.as_ref(), "extension" | "modifierExtension") {
                take(&field.1, path, known, found);
            } else if field.0.as_ref() != "contained" {
                walk(&field.1, path, known, found, depth + 1);
            }
            path.truncate(length);
        }
    } else if value.is_array() {
        let Some(items) = value.clone().into_array_iter() else { return };
        for (at, item) in items.flatten().enumerate() {
            path.push_str(&format!("[{at}]"));
            walk(&item, path, known, found, depth + 1);
            path.truncate(length);
        }
    }
}

fn take(list: &LazyValue<'_>, path: &str, known: &BTreeSet<String>, found: &mut Vec<Extension>) {
    let Some(items) = list.clone().into_array_iter() else { return };
    for (at, item) in items.flatten().enumerate() {
        let Some(fields) = item.clone().into_object_iter() else { continue };
        let (mut url, mut typed) = (String::new(), None);
        for field in fields.flatten() {
            if field.0.as_ref() == "url" {
                url = field.1.as_str().unwrap_or_default().to_owned();
            } else if field.0.starts_with("value") {
                typed = Some((field.0.to_string(), field.1));
            }
        }
        if known.contains(&url) {
            continue;
        }
        let (value_type, value) = match typed {
            Some((name, value)) => (Some(name), value.as_raw_str().to_owned()),
            None => (None, item.as_raw_str().to_owned()),
        };
        found.push(Extension { path: format!("{path}[{at}]"), url, value_type, value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_without_a_column_is_found_wherever_it_is() {
        let resource = r#"{"resourceType":"Condition","extension":[{"url":"a","valueCode":"x"}],
            "_onsetDateTime":{"extension":[{"url":"b","valueDecimal":1.50}]},
            "stage":[{},{"type":{"extension":[{"url":"c","extension":[{"url":"d"}]}]}}],
            "contained":[{"extension":[{"url":"inner"}]}]}"#;
        let known = BTreeSet::from(["a".to_owned()]);
        let found = unknown(resource, &known);
        let told: Vec<_> = found
            .iter()
            .map(|e| (e.path.as_str(), e.url.as_str(), e.value_type.as_deref(), e.value.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("_onsetDateTime.extension[0]", "b", Some("valueDecimal"), "1.50"),
                (
                    "stage[1].type.extension[0]",
                    "c",
                    None,
                    r#"{"url":"c","extension":[{"url":"d"}]}"#
                ),
            ]
        );
    }

    #[test]
    fn a_resource_without_extensions_gives_none() {
        assert!(unknown(r#"{"resourceType":"Patient","id":"x"}"#, &BTreeSet::new()).is_empty());
    }
}
