//! The bytes of a file, taken apart into resources.
//!
//! A file holds one resource per line ([`lines()`]) or one JSON value as a whole ([`whole`]);
//! [`shape`] tells which. Either way what comes out is [`Taken`]: entries, deletions, and issues for
//! what is neither. Nothing is lost silently: each line or Bundle entry gives one of them.

mod bundle;
pub mod depth;
mod fields;
mod head;
mod items;
mod lines;

use std::borrow::Cow;

use vocab::{Issue, IssueCode, Place};

pub use head::{Head, sniff};
pub use items::{Item, Items, items_of_line, items_of_whole};
pub use lines::{Line, Lines, SHAPE_BYTES, Shape, lines, shape};

use crate::reference::{self, BundleKeys, Origin};
use bundle::{Number, Reader};

/// What stands where a Bundle's entry, or an item of an array, was erased: the entries after it keep
/// their numbers. It is passed over without an issue.
pub const ERASED_ENTRY: &str = r#"{"fullUrl":"urn:aoba:erased"}"#;

/// Below so many bits of [`Entry::line`] stands the line, above them the entry.
pub const ENTRY_SHIFT: u32 = 32;

/// The line of [`Entry::line`], without the entry.
#[must_use]
pub fn line_of(number: u64) -> u64 {
    number & ((1 << ENTRY_SHIFT) - 1)
}

/// One resource in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The resource as JSON.
    pub text: &'a str,
    /// The line in a file of lines, else the number of the entry, from 1. For the n-th entry of a
    /// Bundle that stands in a line, `n - 1` is added above [`ENTRY_SHIFT`] bits, so that no two
    /// resources of a file share a number; [`line_of`] gives the line.
    pub line: u64,
    /// Type, id, version.
    pub head: Head<'a>,
    /// Its key: what a reference to it resolves to.
    pub key: Cow<'a, str>,
    /// The Bundle's `fullUrl`.
    pub full_url: Option<Cow<'a, str>>,
    /// The Bundle's `request.method`, such as `PUT`.
    pub method: Option<Cow<'a, str>>,
    /// For a contained resource: type and key of what contains it.
    pub parent: Option<(&'static str, String)>,
}

/// A resource that its source has no longer: an entry of a Bundle that asks for a `DELETE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion<'a> {
    /// Its type.
    pub resource_type: &'static str,
    /// Its key.
    pub key: Cow<'a, str>,
    /// As [`Entry::line`].
    pub line: u64,
    /// When it was deleted at the latest, as it was written: the entry's `response.lastModified`,
    /// else the Bundle's `timestamp`, else its `meta.lastUpdated`.
    pub instant: Option<Cow<'a, str>>,
}

/// What a line or a file gave.
#[derive(Debug, Default)]
pub struct Taken<'a> {
    /// The resources, in the order of the text; contained ones are not among them.
    pub entries: Vec<Entry<'a>>,
    /// What is to be deleted, in the order of the text.
    pub deletions: Vec<Deletion<'a>>,
    /// What could not be taken.
    pub issues: Vec<Issue>,
    /// What full URLs mean; absent when no entry has one.
    pub references: Option<BundleKeys>,
}

/// What a resource contains.
#[derive(Debug, Default)]
pub struct Contained<'a> {
    /// The contained resources as entries of their own.
    pub entries: Vec<Entry<'a>>,
    /// Local id and type of each, for [`Origin::siblings`].
    pub siblings: Vec<(String, String)>,
    /// What could not be taken.
    pub issues: Vec<Issue>,
}

/// Takes the resource of one line, or the entries of the Bundle that stands in it.
///
/// ```
/// let taken = fhir::entry::line(r#"{"resourceType": "Patient", "id": "7"}"#, 3);
/// assert_eq!((taken.entries[0].key.as_ref(), taken.entries[0].line), ("7", 3));
/// ```
#[must_use]
pub fn line(text: &str, number: u64) -> Taken<'_> {
    let mut reader = Reader::new(Number::Line(number));
    reader.resource(text);
    reader.finish()
}

/// Takes the resources of a file that is one JSON value: a Bundle, a resource, or an array.
#[must_use]
pub fn whole(text: &str) -> Taken<'_> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::new(Number::Entries);
    if text.trim_start().starts_with('[') {
        if depth::deeper_than(text, depth::DEPTH_MAX) {
            let issues = vec![Issue::new(IssueCode::TooDeep, Place::at_line(1), "")];
            return Taken { issues, ..Taken::default() };
        }
        reader.array(text);
    } else {
        reader.resource(text);
    }
    reader.finish()
}

impl<'a> Entry<'a> {
    /// The contained resources as entries of their own, with keys under this one's.
    ///
    /// What has no local id cannot be referred to and is an issue.
    #[must_use]
    pub fn contained(&self) -> Contained<'a> {
        let mut found = Contained::default();
        let Some(text) = self.head.contained else { return found };
        let outer = (self.head.resource_type, self.key.as_ref());
        match bundle::items(text) {
            Err(issue) => found.issues.push(issue),
            Ok(items) => {
                for (index, text) in items.into_iter().enumerate() {
                    if let Err(mut issue) = found.add(text, outer, self.line) {
                        issue.place = Place::at_line(self.line);
                        issue.place.path = Some(format!("contained[{index}]"));
                        found.issues.push(issue);
                    }
                }
            }
        }
        found
    }

    /// Where this entry was read; `siblings` are those of [`Contained`] for a contained resource.
    #[must_use]
    pub fn origin<'o>(&'o self, siblings: &'o [(String, String)]) -> Origin<'o> {
        let parent = self.parent.as_ref().map(|(kind, key)| (*kind, key.as_str()));
        let key = Some(self.key.as_ref());
        Origin { line: self.line, key, parent, siblings, ..Origin::default() }
    }
}

impl<'a> Contained<'a> {
    fn add(&mut self, text: &'a str, outer: (&'static str, &str), line: u64) -> Result<(), Issue> {
        let head = head::sniff(text)?;
        let Some(id) = head.id.as_deref() else {
            return Err(Issue::new(IssueCode::NoId, Place::default(), head.resource_type));
        };
        // Some exporters write the id as it is referred to.
        let local = id.strip_prefix('#').unwrap_or(id).to_owned();
        if self.siblings.iter().any(|(other, _)| *other == local) {
            return Err(Issue::new(IssueCode::TwoWithOneId, Place::default(), head.resource_type));
        }
        let (outer_type, outer_key) = outer;
        let key = Cow::Owned(reference::contained_key(outer_type, outer_key, &local));
        self.siblings.push((local, head.resource_type.to_owned()));
        let parent = Some((outer_type, outer_key.to_owned()));
        self.entries.push(Entry { text, line, head, key, full_url: None, method: None, parent });
        Ok(())
    }
}
