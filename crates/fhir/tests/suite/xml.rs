//! XML for tests only: a small tree, and FHIR's XML made into FHIR's JSON.

use fhir::model;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An XML element.
#[derive(Debug, Default)]
pub(crate) struct Tag {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Tag>,
    /// The element as it was written, for narrative.
    raw: String,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Tag> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// Reads a document; comments and instructions are passed over.
pub(crate) fn read(text: &str) -> Tag {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Tag::default()];
    let mut starts = vec![0_usize];
    loop {
        let before = usize::try_from(reader.buffer_position()).unwrap();
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                open.push(tag(&start));
                starts.push(before);
            }
            Event::Empty(start) => open.last_mut().unwrap().children.push(tag(&start)),
            Event::End(_) => {
                let mut done = open.pop().unwrap();
                let after = usize::try_from(reader.buffer_position()).unwrap();
                done.raw = text[starts.pop().unwrap()..after].to_owned();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Text(content) => {
                open.last_mut().unwrap().text.push_str(&content.decode().unwrap());
            }
            Event::GeneralRef(reference) => {
                let letter = match reference.resolve_char_ref().unwrap() {
                    Some(letter) => letter.to_string(),
                    None => match reference.decode().unwrap().as_ref() {
                        "lt" => "<".to_owned(),
                        "gt" => ">".to_owned(),
                        "amp" => "&".to_owned(),
                        "quot" => "\"".to_owned(),
                        "apos" => "'".to_owned(),
                        other => panic!("unknown entity {other}"),
                    },
                };
                open.last_mut().unwrap().text.push_str(&letter);
            }
            Event::Eof => {
                let mut document = open.pop().unwrap();
                return document.children.pop().unwrap();
            }
            _ => {}
        }
    }
}

fn tag(start: &BytesStart<'_>) -> Tag {
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
        (key, attribute.unescape_value().unwrap().into_owned())
    });
    Tag {
        name: String::from_utf8(start.name().as_ref().to_vec()).unwrap(),
        attributes: attributes.collect(),
        ..Tag::default()
    }
}

/// A resource in XML as JSON text.
pub(crate) fn resource_to_json(tag: &Tag) -> String {
    object(tag, &tag.name, Some(&tag.name))
}

fn quoted(text: &str) -> String {
    sonic_rs::to_string(text).unwrap()
}

fn object(tag: &Tag, kind: &str, resource_type: Option<&str>) -> String {
    let mut parts = Vec::new();
    parts.extend(resource_type.map(|name| format!("\"resourceType\":{}", quoted(name))));
    for key in ["id", "url"] {
        parts.extend(tag.attribute(key).map(|value| format!("\"{key}\":{}", quoted(value))));
    }
    let known = model::type_named(kind).unwrap_or_else(|| panic!("no type {kind}"));
    let mut done: Vec<&str> = Vec::new();
    for child in &tag.children {
        if done.contains(&child.name.as_str()) {
            continue;
        }
        done.push(&child.name);
        let (element, kind) = known
            .child_by_key(&child.name)
            .unwrap_or_else(|| panic!("{kind} has no {}", child.name));
        let same: Vec<&Tag> = tag.all(&child.name).collect();
        member(&child.name, element.list, kind, &same, &mut parts);
    }
    format!("{{{}}}", parts.join(","))
}

fn member(name: &str, list: bool, kind: &str, tags: &[&Tag], parts: &mut Vec<String>) {
    let wrap = |values: Vec<String>| {
        if list { format!("[{}]", values.join(",")) } else { values.join("") }
    };
    if !model::is_primitive(kind) {
        let values = tags.iter().map(|tag| match kind {
            "Resource" => resource_to_json(&tag.children[0]),
            _ => object(tag, kind, None),
        });
        parts.push(format!("\"{name}\":{}", wrap(values.collect())));
        return;
    }
    let value = |tag: &&Tag| match (kind, tag.attribute("value")) {
        ("xhtml", _) => quoted(&tag.raw),
        (_, None) => "null".to_owned(),
        ("boolean" | "decimal" | "integer" | "positiveInt" | "unsignedInt", Some(value)) => {
            value.to_owned()
        }
        (_, Some(value)) => quoted(value),
    };
    let has_more =
        |tag: &&Tag| kind != "xhtml" && (!tag.children.is_empty() || tag.attribute("id").is_some());
    if kind == "xhtml" || tags.iter().any(|tag| tag.attribute("value").is_some()) {
        parts.push(format!("\"{name}\":{}", wrap(tags.iter().map(value).collect())));
    }
    if tags.iter().any(&has_more) {
        let beside = tags.iter().map(|tag| match has_more(tag) {
            true => object(tag, "Element", None),
            false => "null".to_owned(),
        });
        parts.push(format!("\"_{name}\":{}", wrap(beside.collect())));
    }
}
