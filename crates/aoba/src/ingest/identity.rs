//! What in a resource says who a person is: taken out for the identity store, never for a table.

use sonic_rs::{JsonValueTrait, LazyValue};

/// The identity part of one resource about a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The identifying elements as one JSON object.
    pub(crate) json: String,
    /// `(system, value)` of each identifier; the system is empty where none is given.
    pub(crate) identifiers: Vec<(String, String)>,
    /// Names as texts: whole, and family and given in the order they were given.
    pub(crate) names: Vec<String>,
    /// References of `Patient.link` to the same person's other records.
    pub(crate) links: Vec<String>,
}

/// Types that are about a person.
const PEOPLE: [&str; 4] = ["Patient", "RelatedPerson", "Person", "Practitioner"];

/// Elements that point at a person.
const IDENTIFYING: [&str; 9] = [
    "identifier",
    "name",
    "telecom",
    "address",
    "contact",
    "photo",
    "birthDate",
    "_birthDate",
    "extension",
];

/// Kinds of `Patient.link` that mean one and the same person.
const SAME_PERSON: [&str; 4] = ["replaced-by", "replaces", "refer", "seealso"];

/// Takes the identity part, where the resource has one.
pub(crate) fn of(resource_type: &str, resource: &str) -> Option<Identity> {
    if !PEOPLE.contains(&resource_type) {
        return None;
    }
    let fields = sonic_rs::from_str::<LazyValue<'_>>(resource).ok()?.into_object_iter()?;
    let mut identity = Identity { json: "{".to_owned(), ..Identity::default() };
    for field in fields.flatten() {
        let (name, value) = (field.0.as_ref(), &field.1);
        match name {
            "identifier" => identity.identifiers = items(value, identifier),
            "name" => identity.names = items(value, human_name),
            "link" if resource_type == "Patient" => identity.links = items(value, link),
            _ => {}
        }
        if IDENTIFYING.contains(&name) {
            let comma = if identity.json.len() > 1 { "," } else { "" };
            identity.json.push_str(comma);
            identity.json.push_str(&format!("\"{name}\":{}", value.as_raw_str()));
        }
    }
    identity.json.push('}');
    Some(identity)
}

fn items<T>(list: &LazyValue<'_>, read: fn(&LazyValue<'_>) -> Option<T>) -> Vec<T> {
    let Some(items) = list.clone().into_array_iter() else { return Vec::new() };
    items.flatten().filter_map(|item| read(&item)).collect()
}

fn identifier(item: &LazyValue<'_>) -> Option<(String, String)> {
    Some((string(item, "system").unwrap_or_default(), string(item, "value")?))
}

fn human_name(item: &LazyValue<'_>) -> Option<String> {
    if let Some(text) = string(item, "text") {
        return Some(text);
    }
    let mut parts: Vec<String> = string(item, "family").into_iter().collect();
    if let Some(given) = item.get("given") {
        parts.extend(items(&given, |part| part.as_str().map(str::to_owned)));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn link(item: &LazyValue<'_>) -> Option<String> {
    let kind = string(item, "type")?;
    let other = item.get("other")?;
    SAME_PERSON.contains(&kind.as_str()).then(|| string(&other, "reference")).flatten()
}

fn string(item: &LazyValue<'_>, name: &str) -> Option<String> {
    item.get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_part_is_what_points_at_a_person_and_nothing_else() {
        let resource = r#"{"resourceType":"Patient","id":"x","gender":"female","birthDate":"1970",
            "identifier":[{"system":"urn:h","value":"001"},{"system":"urn:none"}],
            "name":[{"family":"青葉","given":["花子"]},{"text":"アオバ ハナコ"}],
            "link":[{"type":"seealso","other":{"reference":"Patient/y"}}]}"#;
        let identity = of("Patient", resource).unwrap();
        assert_eq!(identity.identifiers, [("urn:h".to_owned(), "001".to_owned())]);
        assert_eq!(identity.names, ["青葉 花子", "アオバ ハナコ"]);
        assert_eq!(identity.links, ["Patient/y"]);
        let json: serde_json::Value = serde_json::from_str(&identity.json).unwrap();
        let keys: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["birthDate", "identifier", "name"]);
    }

    #[test]
    fn a_resource_about_no_person_has_none() {
        assert_eq!(of("Observation", r#"{"resourceType":"Observation"}"#), None);
    }
}
