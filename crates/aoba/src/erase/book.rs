//! What a person is known by, as it is learned from one record after the other: every name they
//! ever had, every identifier, every resource that is theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::anyhow;
use fhir::mention::{Kind, Terms};
use fhir::reference::{self, BundleKeys};
use serde_json::Value;
use vocab::PatientId;

/// A resource: source, type and key.
pub(super) type Named = (u16, String, String);

/// What is known of a person so far. Two books are equal where the second pass taught nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Book {
    /// Every number of the person.
    pub(super) numbers: BTreeSet<PatientId>,
    /// Every resource that is theirs.
    pub(super) resources: BTreeSet<Named>,
    /// Full URLs of their resources, by source.
    urls: BTreeSet<(u16, String)>,
    /// Binaries to which their resources point; those of them for which others were looked through;
    /// and those to which others point too.
    pointed_at: BTreeSet<(u16, String)>,
    looked_for: BTreeSet<(u16, String)>,
    shared: BTreeSet<(u16, String)>,
    /// What keeps them out since they were erased before.
    pub(super) stones: BTreeSet<i64>,
    identifiers: BTreeSet<(String, String)>,
    names: BTreeSet<String>,
    contacts: BTreeSet<String>,
}

impl Book {
    /// Notes a resource of theirs.
    pub(super) fn add(&mut self, named: Named, full_url: Option<&str>) {
        if let Some(url) = full_url.filter(|url| url.starts_with("urn:")) {
            self.urls.insert((named.0, url.to_owned()));
        }
        self.resources.insert(named);
    }

    /// Notes what a Patient resource, or the identity part of one, says of who they are.
    pub(super) fn learn(&mut self, patient: &Value) {
        for identifier in items(patient, "identifier") {
            if let Some(value) = text(identifier, "value") {
                self.identifiers.insert((text(identifier, "system").unwrap_or_default(), value));
            }
        }
        items(patient, "name").for_each(|name| self.names.extend(writings(name)));
        self.contacts.extend(items(patient, "telecom").filter_map(|one| text(one, "value")));
        for address in items(patient, "address") {
            self.contacts.extend(text(address, "text"));
            let lines = items(address, "line").filter_map(Value::as_str).map(str::to_owned);
            self.contacts.extend(lines.filter(|line| line.chars().count() >= ADDRESS_CHARS_MIN));
        }
    }

    /// Notes the Binaries to which a resource of theirs points.
    pub(super) fn point(&mut self, source: u16, resource: &Value, known: Option<&BundleKeys>) {
        self.pointed_at.extend(binaries(resource, known).map(|key| (source, key)));
    }

    /// Notes that somebody else's resource points to a Binary of theirs, as another book has them:
    /// it is not theirs alone.
    pub(super) fn share(
        &mut self,
        book: &Self,
        source: u16,
        (resource, known): (&Value, Option<&BundleKeys>),
    ) {
        let named = binaries(resource, known).map(|key| (source, key));
        self.shared.extend(named.filter(|one| book.pointed_at.contains(one)));
    }

    /// Whether some Binary may be shared with others.
    pub(super) fn points(&self) -> bool {
        !self.pointed_at.is_empty()
    }

    /// Whether a Binary is theirs: only their resources point to it, and others were asked.
    pub(super) fn owns(&self, source: u16, key: &str) -> bool {
        let one = (source, key.to_owned());
        self.looked_for.contains(&one) && !self.shared.contains(&one)
    }

    /// The book after a look that went by this one and found the other.
    pub(super) fn after(&self, found: &Self) -> Self {
        let mut after = self.clone();
        after.merge(found.clone());
        after.looked_for.extend(self.pointed_at.iter().cloned());
        after
    }

    /// Takes what another thread has learned.
    pub(super) fn merge(&mut self, other: Self) {
        self.numbers.extend(other.numbers);
        self.resources.extend(other.resources);
        self.urls.extend(other.urls);
        self.pointed_at.extend(other.pointed_at);
        self.looked_for.extend(other.looked_for);
        self.shared.extend(other.shared);
        self.identifiers.extend(other.identifiers);
        self.names.extend(other.names);
        self.contacts.extend(other.contacts);
    }

    /// The words to look for in files of these sources; references count within their own source.
    pub(super) fn terms(&self, sources: &[u16]) -> anyhow::Result<Terms> {
        let of_source = |source: &u16| sources.contains(source);
        let resources = self.resources.iter().filter(|(source, ..)| of_source(source));
        let references = resources.map(|(_, kind, key)| format!("{kind}/{key}"));
        let urls = self.urls.iter().filter(|(source, _)| of_source(source));
        let urls = urls.map(|(_, url)| url.clone());
        let conditional = self.identifiers.iter().flat_map(|(system, value)| {
            ["|", "%7C", "%7c"].map(|bar| format!("identifier={system}{bar}{value}"))
        });
        let references = references.chain(urls).chain(conditional);
        let references = references.map(|text| (Kind::Reference, text));
        let names = self.names.iter().map(|name| (Kind::Name, name.clone()));
        let contacts = self.contacts.iter().map(|contact| (Kind::Contact, contact.clone()));
        let identifiers = self.identifiers.iter().cloned();
        Terms::with_identifiers(references.chain(names).chain(contacts), identifiers)
            .map_err(|why| anyhow!("what is known of the person cannot be looked for: {why}"))
    }

    /// Every name, for whoever bears the same.
    pub(super) fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// Identifiers with their systems.
    pub(super) fn identifiers(&self) -> &BTreeSet<(String, String)> {
        &self.identifiers
    }

    /// The keys of the person's own records, by source.
    pub(super) fn keys(&self) -> impl Iterator<Item = (u16, &str)> {
        let patients = self.resources.iter().filter(|(_, kind, _)| kind == "Patient");
        patients.map(|(source, _, key)| (*source, key.as_str()))
    }

    /// What was looked for, in numbers.
    pub(super) fn counted(&self) -> lake::LookedFor {
        lake::LookedFor {
            numbers: self.numbers.len() as u64,
            references: (self.resources.len() + self.urls.len()) as u64,
            identifiers: self.identifiers.len() as u64,
            names: self.names.len() as u64,
            contacts: self.contacts.len() as u64,
        }
    }
}

/// The words for files of each set of sources, made once.
#[derive(Default)]
pub(super) struct TermsOf(BTreeMap<Vec<u16>, Arc<Terms>>);

impl TermsOf {
    pub(super) fn of(&mut self, book: &Book, sources: &[u16]) -> anyhow::Result<Arc<Terms>> {
        if let Some(known) = self.0.get(sources) {
            return Ok(Arc::clone(known));
        }
        let terms = Arc::new(book.terms(sources)?);
        self.0.insert(sources.to_vec(), Arc::clone(&terms));
        Ok(terms)
    }
}

/// A line of an address shorter than this says nothing of whose it is.
const ADDRESS_CHARS_MIN: usize = 6;
/// A name in one word shorter than this may be a part of anybody's.
const ONE_WORD_CHARS_MIN: usize = 4;

/// The items of a list, or the one value that stands in its place.
fn items<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    let found = value.get(name);
    let list = found.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().chain(found.filter(|found| !found.is_array()))
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The ways in which a whole name is written: with and without spaces, family first and last.
fn writings(name: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    if let Some(whole) = text(name, "text") {
        let close: String = whole.chars().filter(|c| !c.is_whitespace()).collect();
        if close != whole || close.chars().count() >= ONE_WORD_CHARS_MIN {
            all.insert(whole);
            all.insert(close);
        }
    }
    let given: Vec<&str> = items(name, "given").filter_map(Value::as_str).collect();
    if let (Some(family), false) = (text(name, "family"), given.is_empty()) {
        let given = given.join(" ");
        for between in ["", " ", "\u{3000}"] {
            all.insert(format!("{family}{between}{given}"));
        }
        all.insert(format!("{given} {family}"));
    }
    all
}

/// The keys of the Binaries that a resource names.
fn binaries<'v>(
    resource: &'v Value,
    known: Option<&'v BundleKeys>,
) -> impl Iterator<Item = String> + 'v {
    strings(resource).filter_map(move |text| {
        let (kind, key) = match known.and_then(|known| known.get(text)) {
            Some(found) => found,
            None => reference::of_url(text)?,
        };
        (kind == "Binary").then(|| key.to_owned())
    })
}

/// Every string in a value.
fn strings(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::String(text) => Box::new(std::iter::once(text.as_str())),
        Value::Array(items) => Box::new(items.iter().flat_map(strings)),
        Value::Object(fields) => Box::new(fields.values().flat_map(strings)),
        _ => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_looked_for_in_each_of_its_writings_and_a_part_of_it_in_none() {
        let name = json!({ "text": "青葉 花子", "family": "青葉", "given": ["花子"] });
        let all = writings(&name);
        for one in ["青葉 花子", "青葉花子", "青葉\u{3000}花子", "花子 青葉"] {
            assert!(all.contains(one), "{one}");
        }
        assert!(!all.contains("花子") && !all.contains("青葉"));
        assert!(writings(&json!({ "text": "花子" })).is_empty());
        assert!(writings(&json!({ "given": ["Hanako"] })).is_empty());
    }

    #[test]
    fn what_a_patient_says_of_who_they_are_is_looked_for() {
        let mut book = Book::default();
        book.add((0, "Patient".to_owned(), "han".to_owned()), Some("urn:uuid:1"));
        book.learn(&json!({
            "identifier": [{ "system": "urn:x", "value": "7" }],
            "name": [{ "text": "青葉 花子" }],
            "telecom": [{ "value": "022-000-0001" }],
            "address": [{ "text": "仙台市架空町2-2", "line": ["2-2"] }],
        }));
        let terms = book.terms(&[0]).unwrap();
        for text in
            ["see Patient/han", "urn:uuid:1", "青葉花子", "at 022-000-0001", "仙台市架空町2-2"]
        {
            assert!(!terms.are_in(text).is_empty(), "{text}");
        }
        assert!(!terms.are_in("Patient?identifier=urn:x%7C7").is_empty());
        assert!(terms.has_identifier("urn:x", "7") && terms.are_in("2-2").is_empty());
        // Another source's Patient of the same key is somebody else.
        assert!(book.terms(&[1]).unwrap().are_in("see Patient/han").is_empty());
    }

    #[test]
    fn a_binary_is_theirs_when_nobody_else_points_to_it() {
        let mut book = Book::default();
        let letter = |key: &str| json!({ "content": [{ "attachment": { "url": key } }] });
        book.point(0, &letter("Binary/a"), None);
        book.point(0, &letter("https://fhir.example.jp/Binary/b"), None);
        assert!(!book.owns(0, "a"), "nobody else was asked yet");
        let mut found = Book::default();
        found.share(&book, 0, (&letter("Binary/b"), None));
        found.share(&book, 0, (&letter("Binary/c"), None));
        let book = book.after(&found);
        assert!(book.owns(0, "a") && !book.owns(1, "a"));
        assert!(!book.owns(0, "b") && !book.owns(0, "c"));
    }
}
