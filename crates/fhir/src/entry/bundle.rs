//! Bundles, arrays and contained resources, taken apart.

use std::borrow::Cow;

use vocab::{Issue, IssueCode, Place};

use super::head::{self, Head};
use super::{Deletion, ERASED_ENTRY, Entry, Taken, fields};
use crate::reference::{self, BundleKeys};

/// How deeply Bundles may stand in Bundles.
pub(super) const BUNDLES_MAX: usize = 4;

/// Where the entries being taken stand.
#[derive(Clone, Copy)]
pub(super) enum Number {
    /// All in this line.
    Line(u64),
    /// In a whole file: entries are counted.
    Entries,
}

/// The Bundle an entry stands in.
struct Around<'a, 'h> {
    text: &'a str,
    head: &'h Head<'a>,
}

impl<'a> Around<'a, '_> {
    /// When the Bundle was put together, as it says itself.
    fn instant(&self) -> Result<Option<Cow<'a, str>>, Issue> {
        let [timestamp] = head::wanted(self.text, ["timestamp"], "")?;
        let timestamp = timestamp.map(|raw| head::string(raw, "timestamp")).transpose()?;
        Ok(timestamp.or_else(|| self.head.last_updated.clone()))
    }
}

pub(super) struct Reader<'a> {
    number: Number,
    count: u64,
    depth: usize,
    taken: Taken<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(number: Number) -> Self {
        Self { number, count: 0, depth: 0, taken: Taken::default() }
    }

    pub(super) fn finish(self) -> Taken<'a> {
        self.taken
    }

    fn line(&self) -> u64 {
        match self.number {
            Number::Line(line) => line,
            Number::Entries => self.count.max(1),
        }
    }

    fn tell(&mut self, mut issue: Issue) {
        issue.place.line = Some(self.line());
        if let (Number::Line(_), 1..) = (self.number, self.depth) {
            issue.place.path = Some(format!("entry[{}]", self.count.saturating_sub(1)));
        }
        self.taken.issues.push(issue);
    }

    /// Takes a resource, or a Bundle's entries.
    pub(super) fn resource(&mut self, text: &'a str) {
        match head::sniff(text) {
            Err(issue) => self.tell(issue),
            Ok(head) if head.resource_type == "Bundle" => self.bundle(text, &head),
            Ok(head) => self.entry(text, head, None, None),
        }
    }

    /// Takes the items of an array as resources.
    pub(super) fn array(&mut self, text: &'a str) {
        match items(text) {
            Err(issue) => self.tell(issue),
            Ok(items) => {
                self.depth += 1;
                for item in items {
                    self.count += 1;
                    if item != ERASED_ENTRY {
                        self.resource(item);
                    }
                }
                self.depth -= 1;
            }
        }
    }

    fn bundle(&mut self, text: &'a str, head: &Head<'a>) {
        if self.depth >= BUNDLES_MAX {
            let told = format!("Bundles within Bundles, more than {BUNDLES_MAX} deep");
            self.tell(Issue::new(IssueCode::TooDeep, Place::default(), told));
            return;
        }
        let entries = head.entries.unwrap_or("[]");
        match items(entries) {
            Err(issue) => self.tell(issue),
            Ok(items) => {
                let outermost = self.depth == 0;
                self.depth += 1;
                let around = Around { text, head };
                for item in items {
                    // A Bundle in a Bundle is one entry of the outer one.
                    self.count += u64::from(outermost || matches!(self.number, Number::Line(_)));
                    if let Err(issue) = self.bundle_entry(item, &around) {
                        self.tell(issue);
                    }
                }
                self.depth -= 1;
            }
        }
    }

    fn bundle_entry(&mut self, text: &'a str, around: &Around<'a, '_>) -> Result<(), Issue> {
        let issue = |code, detail: &str| Err(Issue::new(code, Place::default(), detail));
        if text == ERASED_ENTRY {
            return Ok(());
        }
        if !text.starts_with('{') {
            return issue(IssueCode::WrongType, "an entry must be an object");
        }
        let keys = ["fullUrl", "resource", "request", "response", "search"];
        let [full_url, resource, request, response, search] = head::wanted(text, keys, "entry.")?;
        let full_url = full_url.map(|raw| head::string(raw, "entry.fullUrl")).transpose()?;
        let [method, url] = parts(request.as_ref(), ["method", "url"], "entry.request")?;
        if method.as_deref() == Some("DELETE") {
            return self.deletion(url.or(full_url), response.as_ref(), around);
        }
        let [mode] = parts(search.as_ref(), ["mode"], "entry.search")?;
        if mode.as_deref() == Some("outcome") {
            return issue(IssueCode::OtherResource, "the outcome of a search");
        }
        let Some(resource) = resource else {
            return issue(IssueCode::NoResourceType, "the entry holds no resource");
        };
        let Cow::Borrowed(resource) = resource else {
            return issue(IssueCode::WrongType, "entry.resource must be an object");
        };
        let head = head::sniff(resource)?;
        if head.resource_type == "Bundle" {
            self.bundle(resource, &head);
        } else {
            self.entry(resource, head, full_url, method);
        }
        Ok(())
    }

    /// Takes an entry that asks for a `DELETE`.
    fn deletion(
        &mut self,
        url: Option<Cow<'a, str>>,
        response: Option<&fields::Raw<'a>>,
        around: &Around<'a, '_>,
    ) -> Result<(), Issue> {
        let unclear = || Issue::new(IssueCode::DeletionUnclear, Place::default(), "request.url");
        let url = url.ok_or_else(unclear)?;
        let (resource_type, key) = reference::of_url(&url).ok_or_else(unclear)?;
        let [modified] = parts(response, ["lastModified"], "entry.response")?;
        let instant = match modified {
            Some(modified) => Some(modified),
            None => around.instant()?,
        };
        let line = self.number();
        let key = Cow::Owned(key.to_owned());
        self.taken.deletions.push(Deletion { resource_type, key, line, instant });
        Ok(())
    }

    /// The number of the entry at hand.
    fn number(&self) -> u64 {
        match self.number {
            Number::Line(line) => numbered(line, self.count),
            Number::Entries => self.line(),
        }
    }

    fn entry(
        &mut self,
        text: &'a str,
        head: Head<'a>,
        full_url: Option<Cow<'a, str>>,
        method: Option<Cow<'a, str>>,
    ) {
        let of_url = || full_url.as_deref().and_then(reference::key_of_full_url).map(Cow::Owned);
        let Some(key) = head.id.clone().or_else(of_url) else {
            self.tell(Issue::new(IssueCode::NoId, Place::default(), head.resource_type));
            return;
        };
        if let Some(full_url) = &full_url {
            let references = self.taken.references.get_or_insert_with(BundleKeys::default);
            references.add(full_url, head.resource_type, &key);
        }
        let line = self.number();
        self.taken.entries.push(Entry { text, line, head, key, full_url, method, parent: None });
    }
}

/// The number of an entry of a Bundle that stands in one line of many: unlike any other's.
pub(super) fn numbered(line: u64, entry: u64) -> u64 {
    line | entry.saturating_sub(1) << super::ENTRY_SHIFT
}

/// Texts under keys of an object that may be absent.
fn parts<'a, const N: usize>(
    raw: Option<&fields::Raw<'a>>,
    keys: [&str; N],
    name: &str,
) -> Result<[Option<Cow<'a, str>>; N], Issue> {
    let mut texts = [const { None }; N];
    let Some(Cow::Borrowed(text)) = raw else { return Ok(texts) };
    if !text.starts_with('{') {
        let told = format!("{name} must be an object");
        return Err(Issue::new(IssueCode::WrongType, Place::default(), told));
    }
    let found = head::wanted(text, keys, &format!("{name}."))?;
    for ((to, raw), key) in texts.iter_mut().zip(found).zip(keys) {
        *to = raw.map(|raw| head::string(raw, &format!("{name}.{key}"))).transpose()?;
    }
    Ok(texts)
}

pub(super) fn items(text: &str) -> Result<Vec<&str>, Issue> {
    fields::items(text).map_err(|fields::Broken(at)| {
        Issue::new(IssueCode::BrokenJson, Place::default(), format!("near byte {at}"))
    })
}
