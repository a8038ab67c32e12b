//! What becomes of each resource of a text: it is the person's, it speaks of the person, or neither.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use fhir::entry::{self, Entry, Item, Items};
use fhir::mention::{Cut, Kind, Kinds, Terms, cut, cut_frame};
use fhir::reference::BundleKeys;
use lake::{Mention, MentionEnd};
use ledger::{IdentityOwner, Tombstones};
use serde_json::Value;
use vocab::{LandingId, PatientId};

use super::book::Book;
use crate::ingest::whose::Teller;

/// Elements that say whom a resource is about.
const ABOUT: [&str; 6] = ["subject", "patient", "beneficiary", "individual", "for", "candidate"];
/// Types whose identity elements are in the identity store.
const PEOPLE: [&str; 4] = ["Patient", "RelatedPerson", "Person", "Practitioner"];
/// Elements without which there is no resource.
const NEEDED: [&str; 2] = ["resourceType", "id"];

/// The same for every text of a file.
pub(super) struct Judge<'a> {
    pub(super) book: &'a Book,
    pub(super) terms: &'a Terms,
    /// Systems that sent the file: names and numbers by which the teller counts them.
    pub(super) sources: &'a [(u16, Arc<str>)],
    pub(super) teller: &'a mut Teller,
    /// Lines of the file from which rows of the person came.
    pub(super) known: &'a BTreeSet<u64>,
    /// Others who bear the person's name.
    pub(super) bearers: &'a BTreeSet<PatientId>,
    /// Makes the hashes by which somebody erased before is known.
    pub(super) erased: &'a Tombstones,
    pub(super) file: LandingId,
}

/// What was found in one text, and what stands in its place.
#[derive(Default)]
pub(super) struct Judged {
    /// The text without the person; absent where it stays as it is.
    pub(super) text: Option<String>,
    /// Numbers whose rows go, whosever they are said to be.
    pub(super) gone: BTreeSet<u64>,
    /// Numbers of resources that were cut.
    pub(super) cut: BTreeSet<u64>,
    /// How many resources and deletions went, and how many parts that cannot be read.
    pub(super) resources: u64,
    pub(super) unreadable: u64,
    pub(super) mentions: Vec<Mention>,
    /// What the identity store forgets, and what is not taken in again: source, type, key.
    pub(super) owners: Vec<IdentityOwner>,
    pub(super) erased: Vec<(Arc<str>, String, String)>,
    /// What was learned.
    pub(super) book: Book,
}

/// What becomes of one item.
enum Verdict {
    /// It says nothing of the person.
    Stays,
    /// It is the person's.
    Theirs,
    /// It cannot be read, and speaks of the person.
    Unreadable,
    /// It is somebody else's: this is what is left of it.
    Cut(Cut),
    /// It is somebody else's, and nothing can be left of it.
    Whole(Cut),
    /// It is somebody else's of the same name.
    SameName(Cut),
}

impl Judge<'_> {
    /// Judges a line of many.
    pub(super) fn line(&mut self, bytes: &[u8], number: u64) -> Judged {
        let is_known = || self.known.iter().any(|known| entry::line_of(*known) == number);
        if !self.terms.may_be_in(bytes) && !self.looks_closer() && !is_known() {
            return Judged::default();
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let taken = entry::line(text, number);
                self.text(&entry::items_of_line(text, number), &taken)
            }
            Err(_) => self.no_text(bytes, number),
        }
    }

    /// Judges a file that is one JSON value.
    pub(super) fn whole(&mut self, bytes: &[u8]) -> Judged {
        if !self.terms.may_be_in(bytes) && !self.looks_closer() && self.known.is_empty() {
            return Judged::default();
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(&entry::items_of_whole(text), &entry::whole(text)),
            Err(_) => self.no_text(bytes, 1),
        }
    }

    /// Judges bytes that no load can read: they go whole where they speak of the person.
    pub(super) fn no_text(&mut self, bytes: &[u8], number: u64) -> Judged {
        let mut judged = Judged::default();
        if !self.terms.are_in_raw(bytes).is_empty() {
            judged.text = Some(String::new());
            judged.unreadable = 1;
            judged.gone.insert(number);
        }
        judged
    }

    /// Whether a text must be read though no word in it is known: it may point to a Binary, or be
    /// known by a hash.
    fn looks_closer(&self) -> bool {
        self.book.points() || !self.book.stones.is_empty()
    }

    fn text(&mut self, items: &Items<'_>, taken: &entry::Taken<'_>) -> Judged {
        let entries: HashMap<*const u8, &Entry<'_>> =
            taken.entries.iter().map(|entry| (entry.text.as_ptr(), entry)).collect();
        let references = taken.references.as_ref();
        let mut of_number: BTreeMap<u64, usize> = BTreeMap::new();
        items.items.iter().for_each(|item| *of_number.entry(item.number).or_default() += 1);
        let (mut judged, mut replaced) = (Judged::default(), Vec::new());
        let (mut gone, mut stays) = (BTreeMap::<u64, usize>::new(), 0);
        for (position, item) in items.items.iter().enumerate() {
            let found = item.resource.and_then(|text| entries.get(&text.as_ptr()).copied());
            let alone = of_number.get(&item.number) == Some(&1);
            let verdict = self.item(item, found, (references, alone));
            let goes = matches!(verdict, Verdict::Theirs | Verdict::Unreadable | Verdict::Whole(_));
            if goes {
                *gone.entry(item.number).or_default() += 1;
                replaced.push((position, None));
            } else {
                stays += 1;
            }
            if let Verdict::Cut(cut) = &verdict {
                let text = item.text.replacen(item.resource.unwrap_or_default(), &cut.text, 1);
                replaced.push((position, Some(text)));
                judged.cut.insert(item.number);
            }
            self.note(&mut judged, (item, found, references), verdict);
        }
        let whole = |(number, count): (&u64, &usize)| {
            (of_number.get(number) == Some(count)).then_some(*number)
        };
        judged.gone.extend(gone.iter().filter_map(whole));
        if !replaced.is_empty() && stays == 0 {
            // Nothing of anybody else is left: what stands around it is the person's too.
            judged.text = Some(String::new());
        } else if !replaced.is_empty() {
            let left = items.with(&replaced);
            judged.text = Some(self.frame(left, items.listed));
        }
        judged
    }

    /// A Bundle that keeps entries of others, without what it says itself of the person.
    fn frame(&self, text: String, listed: bool) -> String {
        let kinds = Kinds::of(&[Kind::Reference, Kind::Identifier, Kind::Name]);
        match cut_frame(&text, self.terms, kinds).filter(|_| listed) {
            Some(cut) if !cut.touched.is_empty() => cut.text,
            _ => text,
        }
    }

    fn item(
        &mut self,
        item: &Item<'_>,
        entry: Option<&Entry<'_>>,
        (references, alone): (Option<&BundleKeys>, bool),
    ) -> Verdict {
        // Rows of the person came from here, and nothing else has the same number.
        let known = alone && self.known.contains(&item.number);
        let may_speak = self.terms.may_be_in(item.text.as_bytes());
        let Some(resource) = item.resource else {
            let deletes = item.deletes.as_deref();
            let names_them = |url: &str| {
                let known = || {
                    fhir::reference::of_url(url).is_some_and(|(kind, key)| self.is_stone(kind, key))
                };
                self.terms.are_in(url).has(Kind::Reference) || known()
            };
            return match deletes {
                Some(url) if names_them(url) => Verdict::Theirs,
                None if !self.terms.are_in_raw(item.text.as_bytes()).is_empty() => {
                    Verdict::Unreadable
                }
                _ => Verdict::Stays,
            };
        };
        let (mut other, mut kind) = (None, "");
        if let Some(entry) = entry.filter(|_| may_speak || known || self.looks_closer()) {
            kind = entry.head.resource_type;
            if self.was_erased(entry) {
                return Verdict::Theirs;
            }
            for (source, _) in self.sources {
                let patient = self.teller.patient(entry, references, *source);
                // Named by an identifier of somebody erased: nobody has this number.
                let patient = patient.filter(|patient| *patient != self.erased.nobody());
                if patient.is_some_and(|patient| self.book.numbers.contains(&patient)) {
                    return Verdict::Theirs;
                }
                let named = (*source, kind.to_owned(), entry.key.to_string());
                let owned = kind == "Binary" && self.book.owns(*source, &entry.key);
                if owned || (kind == "Patient" && self.book.resources.contains(&named)) {
                    return Verdict::Theirs;
                }
                other = other.or(patient);
            }
        }
        if known && other.is_none() {
            return Verdict::Theirs;
        }
        if !may_speak {
            return Verdict::Stays;
        }
        self.other((resource, kind), other)
    }

    /// Whether a resource of this type and key was erased with the person before.
    fn is_stone(&self, kind: &str, key: &str) -> bool {
        let stones = &self.book.stones;
        let of_source = |(_, source): &(u16, Arc<str>)| {
            stones.contains(&self.erased.of_resource(source, kind, key))
        };
        !stones.is_empty() && self.sources.iter().any(of_source)
    }

    /// Whether a resource is known by what was kept of the person when they were erased before: by
    /// its key, by an identifier of the patient it is, or of the patient it is about.
    fn was_erased(&self, entry: &Entry<'_>) -> bool {
        if self.book.stones.is_empty() {
            return false;
        }
        let kind = entry.head.resource_type;
        if self.is_stone(kind, &entry.key) {
            return true;
        }
        let Some(resource) = read(entry) else { return false };
        let own = resource.get("identifier").filter(|_| kind == "Patient");
        let about = ABOUT.iter().filter_map(|name| resource.get(*name)?.get("identifier"));
        own.into_iter().chain(about).any(|found| {
            let list = found.as_array().map_or(std::slice::from_ref(found), Vec::as_slice);
            list.iter().any(|identifier| {
                let text = |name: &str| identifier.get(name).and_then(Value::as_str);
                let (system, value) = (text("system").unwrap_or_default(), text("value"));
                value.is_some_and(|value| {
                    self.book.stones.contains(&self.erased.of_identifier(system, value))
                })
            })
        })
    }

    /// Judges a resource that is not the person's.
    fn other(&self, (resource, kind): (&str, &str), patient: Option<PatientId>) -> Verdict {
        let mut kinds = Kinds::of(&[Kind::Reference, Kind::Identifier, Kind::Name]);
        if patient.is_none() && !PEOPLE.contains(&kind) {
            // Nobody else's: no family shares the address.
            kinds = kinds.with(Kinds::of(&[Kind::Contact]));
        }
        let Some(cut) = cut(resource, self.terms, kinds) else {
            return match self.terms.are_in_raw(resource.as_bytes()).is_empty() {
                true => Verdict::Stays,
                false => Verdict::Unreadable,
            };
        };
        if cut.touched.is_empty() {
            return Verdict::Stays;
        }
        let touches = |names: &[&str]| {
            cut.touched.iter().any(|touched| names.contains(&touched.element.as_str()))
        };
        let name = Kinds::of(&[Kind::Name]);
        if cut.touched.iter().all(|touched| touched.kinds == name) {
            let bears = patient.is_some_and(|patient| self.bearers.contains(&patient));
            if bears || (PEOPLE.contains(&kind) && touches(&["name"])) {
                return Verdict::SameName(cut);
            }
        }
        let about = cut
            .touched
            .iter()
            .any(|touched| !touched.stays && ABOUT.contains(&touched.element.as_str()));
        if patient.is_none() && about {
            return Verdict::Theirs;
        }
        if kind == "Binary" || touches(&NEEDED) {
            return Verdict::Whole(cut);
        }
        Verdict::Cut(cut)
    }

    /// Writes down what becomes of an item.
    fn note(
        &self,
        judged: &mut Judged,
        (item, entry, references): (&Item<'_>, Option<&Entry<'_>>, Option<&BundleKeys>),
        verdict: Verdict,
    ) {
        let mention = |cut: Cut, end: MentionEnd| Mention {
            file: self.file.to_string(),
            line: entry::line_of(item.number),
            resource_type: entry.map_or("", |entry| entry.head.resource_type).to_owned(),
            elements: cut.touched.into_iter().map(|touched| touched.element).collect(),
            end,
        };
        match verdict {
            Verdict::Theirs => {
                judged.resources += 1;
                self.learn(judged, (item, entry, references));
                return;
            }
            Verdict::Unreadable => judged.unreadable += 1,
            Verdict::Whole(cut) => judged.mentions.push(mention(cut, MentionEnd::Whole)),
            Verdict::Cut(cut) => judged.mentions.push(mention(cut, MentionEnd::Cut)),
            Verdict::SameName(cut) => judged.mentions.push(mention(cut, MentionEnd::SameName)),
            Verdict::Stays => {}
        }
        // What others point to is not the person's alone.
        let names_one = item.text.contains("Binary/") || references.is_some();
        let points = self.book.points() && names_one;
        if let Some(resource) = entry.filter(|_| points).and_then(read) {
            for (source, _) in self.sources {
                judged.book.share(self.book, *source, (&resource, references));
            }
        }
    }

    /// Learns from a resource of the person what else is theirs.
    fn learn(
        &self,
        judged: &mut Judged,
        (item, entry, references): (&Item<'_>, Option<&Entry<'_>>, Option<&BundleKeys>),
    ) {
        let of_url = |url: &Cow<'_, str>| {
            fhir::reference::of_url(url).map(|(kind, key)| (kind.to_owned(), key.to_owned()))
        };
        let named = match entry {
            Some(entry) => Some((entry.head.resource_type.to_owned(), entry.key.to_string())),
            None => item.deletes.as_ref().and_then(of_url),
        };
        let Some((kind, key)) = named else { return };
        let resource = entry.and_then(read);
        for (number, source) in self.sources {
            let named = (*number, kind.clone(), key.clone());
            judged.book.add(named, item.full_url.as_deref());
            if let Some(resource) = &resource {
                judged.book.point(*number, resource, references);
            }
            judged.erased.push((Arc::clone(source), kind.clone(), key.clone()));
            if PEOPLE.contains(&kind.as_str()) && kind != "Patient" {
                judged.owners.push(IdentityOwner::Resource {
                    source: source.to_string(),
                    resource_type: kind.clone(),
                    key: key.clone(),
                });
            }
        }
        if let Some(resource) = resource.filter(|_| kind == "Patient") {
            judged.book.learn(&resource);
        }
    }
}

fn read(entry: &Entry<'_>) -> Option<Value> {
    serde_json::from_str(entry.text).ok()
}
