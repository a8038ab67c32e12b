//! Where each resource of a text stands in it, so that one can be taken out and the others stay as
//! they are, under the numbers they have.
//!
//! What [`line`](super::line()) and [`whole`](super::whole) read, this finds: it goes the same way through Bundles,
//! arrays and Bundles within Bundles. What cannot be read is an item too, for it may still tell of
//! somebody.

use std::borrow::Cow;
use std::ops::Range;

use super::bundle::{BUNDLES_MAX, items, numbered};
use super::{ERASED_ENTRY, depth, head};

/// A part of a text that can be taken out by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// As [`Entry::line`](super::Entry::line); several items share one where Bundles stand within Bundles.
    pub number: u64,
    /// Where it stands in the text: a Bundle's entry with all around its resource.
    pub place: Range<usize>,
    /// It, as it stands there.
    pub text: &'a str,
    /// The resource in it, where one can be read.
    pub resource: Option<&'a str>,
    /// What an entry asks to be deleted: its `request.url`, else its `fullUrl`.
    pub deletes: Option<Cow<'a, str>>,
    /// The entry's `fullUrl`.
    pub full_url: Option<Cow<'a, str>>,
}

/// All items of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items<'a> {
    /// The text.
    pub text: &'a str,
    /// Its items, in the order of the text.
    pub items: Vec<Item<'a>>,
    /// Whether the items stand among others, so that something must stand where one was.
    pub listed: bool,
}

/// The items of a line of many.
///
/// ```
/// let line = r#"{"resourceType": "Patient", "id": "7"}"#;
/// let found = fhir::entry::items_of_line(line, 3);
/// assert_eq!((found.items[0].number, found.items[0].resource), (3, Some(line)));
/// ```
#[must_use]
pub fn items_of_line(text: &str, number: u64) -> Items<'_> {
    let mut finder = Finder::new(text, Some(number));
    finder.resource(text, &Around { text, full_url: None });
    finder.finish()
}

/// The items of a file that is one JSON value.
#[must_use]
pub fn items_of_whole(text: &str) -> Items<'_> {
    let mut finder = Finder::new(text, None);
    let inner = text.strip_prefix('\u{feff}').unwrap_or(text);
    let around = Around { text: inner, full_url: None };
    let is_array = inner.trim_start().starts_with('[');
    if is_array && !depth::deeper_than(inner, depth::DEPTH_MAX) {
        finder.array(inner);
    } else if is_array {
        finder.unreadable(&around);
    } else {
        finder.resource(inner, &around);
    }
    finder.finish()
}

impl Items<'_> {
    /// The text with some items replaced, by their position in the list; nothing stands for an item
    /// of its own, and for one among others what tells that it was erased.
    #[must_use]
    pub fn with(&self, replaced: &[(usize, Option<String>)]) -> String {
        let mut out = String::with_capacity(self.text.len());
        let mut at = 0;
        for (position, item) in self.items.iter().enumerate() {
            let Some((_, text)) = replaced.iter().find(|(one, _)| *one == position) else {
                continue;
            };
            out.push_str(self.text.get(at..item.place.start).unwrap_or_default());
            match text {
                Some(text) => out.push_str(text),
                None if self.listed => out.push_str(ERASED_ENTRY),
                None => {}
            }
            at = item.place.end;
        }
        out.push_str(self.text.get(at..).unwrap_or_default());
        out
    }
}

/// What stands around a resource: the entry, or the resource itself.
struct Around<'a> {
    text: &'a str,
    full_url: Option<Cow<'a, str>>,
}

struct Finder<'a> {
    text: &'a str,
    line: Option<u64>,
    count: u64,
    depth: usize,
    found: Vec<Item<'a>>,
}

impl<'a> Finder<'a> {
    fn new(text: &'a str, line: Option<u64>) -> Self {
        Self { text, line, count: 0, depth: 0, found: Vec::new() }
    }

    /// Entries and items of arrays are counted, a resource of its own is not.
    fn finish(self) -> Items<'a> {
        Items { text: self.text, items: self.found, listed: self.count > 0 }
    }

    fn number(&self) -> u64 {
        match self.line {
            Some(line) => numbered(line, self.count),
            None => self.count.max(1),
        }
    }

    fn add(&mut self, around: &Around<'a>, resource: Option<&'a str>) {
        let Some(place) = place(self.text, around.text) else { return };
        self.found.push(Item {
            number: self.number(),
            place,
            text: around.text,
            resource,
            deletes: None,
            full_url: around.full_url.clone(),
        });
    }

    fn unreadable(&mut self, around: &Around<'a>) {
        self.add(around, None);
    }

    fn resource(&mut self, text: &'a str, around: &Around<'a>) {
        match head::sniff(text) {
            Err(_) => self.unreadable(around),
            Ok(head) if head.resource_type == "Bundle" => self.bundle(head.entries, around),
            Ok(_) => self.add(around, Some(text)),
        }
    }

    fn array(&mut self, text: &'a str) {
        let Ok(all) = items(text) else {
            return self.unreadable(&Around { text, full_url: None });
        };
        self.depth += 1;
        for item in all {
            self.count += 1;
            if item != ERASED_ENTRY {
                self.resource(item, &Around { text: item, full_url: None });
            }
        }
        self.depth -= 1;
    }

    fn bundle(&mut self, entries: Option<&'a str>, around: &Around<'a>) {
        let entries = items(entries.unwrap_or("[]"));
        let Ok(entries) = entries
            .map_err(drop)
            .and_then(|entries| if self.depth < BUNDLES_MAX { Ok(entries) } else { Err(()) })
        else {
            return self.unreadable(around);
        };
        let outermost = self.depth == 0;
        self.depth += 1;
        for entry in entries {
            self.count += u64::from(outermost || self.line.is_some());
            if entry != ERASED_ENTRY {
                self.entry(entry);
            }
        }
        self.depth -= 1;
    }

    fn entry(&mut self, text: &'a str) {
        let keys = ["fullUrl", "resource", "request"];
        let Ok([full_url, resource, request]) = head::wanted(text, keys, "") else {
            return self.unreadable(&Around { text, full_url: None });
        };
        let string = |raw| head::string(raw, "").ok();
        let full_url = full_url.and_then(string);
        let around = Around { text, full_url: full_url.clone() };
        if let Some(Cow::Borrowed(request)) = request
            && request.starts_with('{')
            && let Ok([method, url]) = head::wanted(request, ["method", "url"], "")
            && method.and_then(string).as_deref() == Some("DELETE")
        {
            self.add(&around, None);
            if let Some(item) = self.found.last_mut() {
                item.deletes = url.and_then(string).or(full_url);
            }
            return;
        }
        match resource {
            Some(Cow::Borrowed(resource)) => self.resource(resource, &around),
            _ => self.unreadable(&around),
        }
    }
}

/// Where a part of a text stands in it.
fn place(text: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let place = start..start.checked_add(part.len())?;
    (text.get(place.clone()) == Some(part)).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::super::{Taken, line, whole};
    use super::*;

    const PATIENT: &str = r#"{"resourceType":"Patient","id":"a"}"#;
    const OTHER: &str = r#"{"resourceType":"Observation","id":"b"}"#;

    fn bundle(entries: &[&str]) -> String {
        format!(r#"{{"resourceType":"Bundle","id":"x","entry":[{}]}}"#, entries.join(" ,\n "))
    }

    fn entry(resource: &str) -> String {
        format!(r#"{{"fullUrl":"urn:uuid:1","resource":{resource}}}"#)
    }

    /// Whatever is taken from a text is an item of it, under the same number.
    fn agrees(taken: &Taken<'_>, items: &Items<'_>) {
        let found: Vec<(u64, &str)> =
            items.items.iter().filter_map(|item| Some((item.number, item.resource?))).collect();
        let read: Vec<(u64, &str)> =
            taken.entries.iter().map(|entry| (entry.line, entry.text)).collect();
        assert_eq!(found, read);
        let deleted: Vec<u64> = taken.deletions.iter().map(|deletion| deletion.line).collect();
        let deletes = items.items.iter().filter(|item| item.deletes.is_some());
        assert_eq!(deletes.map(|item| item.number).collect::<Vec<_>>(), deleted);
        for item in &items.items {
            assert_eq!(&items.text[item.place.clone()], item.text);
        }
    }

    fn texts() -> Vec<String> {
        let deletion = r#"{"request":{"method":"DELETE","url":"Patient/a"}}"#;
        let inner = bundle(&[&entry(PATIENT), deletion, ERASED_ENTRY, &entry(OTHER)]);
        vec![
            PATIENT.to_owned(),
            bundle(&[]),
            bundle(&[&entry(PATIENT), "7", deletion, &entry(OTHER), r#"{"resource":{"a":1}}"#]),
            bundle(&[&entry(&inner), ERASED_ENTRY, &entry(OTHER)]),
            "{\"resourceType\":\"Patient\"".to_owned(),
            "not json".to_owned(),
        ]
    }

    #[test]
    fn the_items_are_what_is_read_under_the_same_numbers() {
        for text in texts() {
            agrees(&line(&text, 9), &items_of_line(&text, 9));
            agrees(&whole(&text), &items_of_whole(&text));
            let marked = format!("\u{feff}{text}");
            agrees(&whole(&marked), &items_of_whole(&marked));
        }
        let array = format!("[{PATIENT},\n{ERASED_ENTRY},{}, {OTHER}]", bundle(&[&entry(OTHER)]));
        agrees(&whole(&array), &items_of_whole(&array));
    }

    #[test]
    fn an_item_taken_out_of_a_list_leaves_the_others_their_numbers_and_no_issue() {
        let text = bundle(&[&entry(PATIENT), &entry(OTHER), &entry(PATIENT)]);
        let items = items_of_whole(&text);
        let other = r#"{"resource":{"resourceType":"Observation","id":"c"}}"#;
        let left = items.with(&[(0, None), (1, Some(other.to_owned()))]);
        let taken = whole(&left);
        assert!(taken.issues.is_empty(), "{left}");
        let numbers: Vec<(u64, &str)> =
            taken.entries.iter().map(|entry| (entry.line, &*entry.key)).collect();
        assert_eq!(numbers, [(2, "c"), (3, "a")]);
        let array = format!("[{PATIENT},{OTHER}]");
        let left = items_of_whole(&array).with(&[(0, None)]);
        let taken = whole(&left);
        assert!(taken.issues.is_empty() && taken.entries[0].line == 2, "{left}");
    }

    #[test]
    fn a_resource_of_its_own_leaves_nothing() {
        assert_eq!(items_of_line(PATIENT, 4).with(&[(0, None)]), "");
        let alone = bundle(&[&entry(PATIENT)]);
        assert!(items_of_line(&alone, 4).with(&[(0, None)]).contains(ERASED_ENTRY));
    }

    #[test]
    fn what_cannot_be_read_is_an_item_too() {
        let broken = r#"{"resourceType":"Patient","id":"a""#;
        let items = items_of_line(broken, 2).items;
        assert_eq!((items.len(), items[0].text, items[0].resource), (1, broken, None));
    }
}
