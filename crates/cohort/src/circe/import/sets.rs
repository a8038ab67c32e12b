//! Concept sets under names, and lists of concepts as concept sets.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{
    Branch, Clause, Comments, ConceptSet, Include, Name, Remark, Title, Use, UseKind, Version,
};
use crate::circe::expression;
use crate::circe::range::Concept;
use crate::text::{format_codes, hash};

/// The concept sets of a definition, in the order of Circe, lists of concepts after them.
#[derive(Default)]
pub(in crate::circe) struct Sets {
    by_id: BTreeMap<i64, usize>,
    by_list: BTreeMap<Vec<i64>, Name>,
    names: BTreeSet<String>,
    used: BTreeSet<Name>,
    pub(in crate::circe) sets: Vec<ConceptSet>,
}

/// The code system of concept ids.
pub(in crate::circe) const OMOP: &str = "omop";

impl Sets {
    /// Names every concept set; the ids of those that name no concept are left out.
    pub(in crate::circe) fn new(sets: &[expression::ConceptSet]) -> Self {
        let mut found = Self::default();
        for set in sets.iter().filter(|set| set.items.iter().any(|item| !item.is_excluded)) {
            let name = found.fresh(&set.name, &format!("set_{}", found.sets.len() + 1));
            let line = |item: &expression::ConceptSetItem| {
                let branch =
                    if item.include_descendants { Branch::Descendants } else { Branch::Itself };
                line(&item.concept, branch, item.include_mapped)
            };
            let (out, within): (Vec<_>, Vec<_>) =
                set.items.iter().partition(|item| item.is_excluded);
            found.by_id.insert(set.id, found.sets.len());
            found.sets.push(ConceptSet {
                include: within.into_iter().map(line).collect(),
                exclude: out.into_iter().map(line).collect(),
                ..empty(name, &set.name)
            });
        }
        found
    }

    /// Sets that have names, each under its place.
    pub(in crate::circe) fn holding(sets: &[ConceptSet]) -> Self {
        let mut found = Self { sets: sets.to_vec(), ..Self::default() };
        for (at, set) in sets.iter().enumerate() {
            found.names.insert(set.name.as_str().to_owned());
            found.by_id.extend(i64::try_from(at).ok().map(|id| (id, at)));
            let plain = |clause: &Clause<Include>| {
                clause
                    .says
                    .code
                    .parse::<i64>()
                    .ok()
                    .filter(|_| clause.says.branch == Branch::Itself && !clause.says.mapped)
            };
            let ids: Option<Vec<i64>> = set.include.iter().map(plain).collect();
            if let (Some(mut ids), true) = (ids, set.exclude.is_empty()) {
                ids.sort_unstable();
                ids.dedup();
                found.by_list.entry(ids).or_insert_with(|| set.name.clone());
            }
        }
        found
    }

    /// The name of the concept set with this id, from now on used.
    pub(in crate::circe) fn by_id(&mut self, id: i64) -> Option<Name> {
        let name = self.sets.get(*self.by_id.get(&id)?)?.name.clone();
        self.used.insert(name.clone());
        Some(name)
    }

    /// A concept set of these concepts and no others.
    pub(in crate::circe) fn by_list(&mut self, concepts: &[Concept]) -> Name {
        let mut ids: Vec<i64> = concepts.iter().map(|concept| concept.id).collect();
        ids.sort_unstable();
        ids.dedup();
        if let Some(name) = self.by_list.get(&ids) {
            return name.clone();
        }
        let titles: Vec<&str> = concepts.iter().map(|concept| concept.name.as_str()).collect();
        let mut title = titles.join(", ");
        if title.chars().count() > TITLE_CHARS_MAX {
            title = title.chars().take(TITLE_CHARS_MAX).chain(['…']).collect();
        }
        let name = self.fresh(&title, "concepts");
        let include = concepts.iter().map(|concept| line(concept, Branch::Itself, false)).collect();
        self.sets.push(ConceptSet { include, ..empty(name.clone(), &title) });
        self.by_list.insert(ids, name.clone());
        self.used.insert(name.clone());
        name
    }

    /// What the definition uses, in the order of the sets.
    pub(in crate::circe) fn uses(&self) -> Vec<Clause<Use>> {
        let used = self.sets.iter().filter(|set| self.used.contains(&set.name));
        let clause = |set: &ConceptSet| Clause {
            comments: Comments::default(),
            says: Use {
                kind: UseKind::Codes,
                name: set.name.clone(),
                version: set.version.clone(),
                hash: Some(hash(&format_codes(set))),
            },
        };
        used.map(clause).collect()
    }

    fn fresh(&mut self, title: &str, otherwise: &str) -> Name {
        let base = slug(title).unwrap_or_else(|| otherwise.to_owned());
        let mut wanted = base.clone();
        for number in 2.. {
            if let Ok(name) = Name::new(&wanted)
                && self.names.insert(wanted.clone())
            {
                return name;
            }
            wanted = format!("{base}_{number}");
        }
        unreachable!("some number is free")
    }
}

/// The longest title made of the names of concepts, in characters.
const TITLE_CHARS_MAX: usize = 80;
/// The longest name made from a title; room is left for a number.
const SLUG_BYTES_MAX: usize = 48;

/// The longest name that an event is given.
const EVENT_NAME_BYTES_MAX: usize = 3;

/// A name made from a title, no name of an event; `None` where nothing in it can be used.
pub(in crate::circe) fn slug(title: &str) -> Option<String> {
    let mut slug = String::new();
    for letter in title.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
        if slug.len() == SLUG_BYTES_MAX {
            break;
        }
    }
    let slug = slug.trim_end_matches('_');
    match slug.bytes().next() {
        None => None,
        Some(b'0'..=b'9') => Some(format!("set_{slug}")),
        Some(_) if slug.len() <= EVENT_NAME_BYTES_MAX => Some(format!("set_{slug}")),
        Some(_) => Some(slug.to_owned()),
    }
}

fn empty(name: Name, title: &str) -> ConceptSet {
    ConceptSet {
        comments: Comments::default(),
        name,
        version: Version(String::from("1")),
        title: titled(title),
        sources: Vec::new(),
        quantity: None,
        vocabularies: Vec::new(),
        include: Vec::new(),
        exclude: Vec::new(),
        end: Vec::new(),
    }
}

/// A title of one line; none where nothing is said.
pub(in crate::circe) fn titled(text: &str) -> Title {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    Title { en: (!line.is_empty()).then_some(line), ja: None }
}

fn line(concept: &Concept, branch: Branch, mapped: bool) -> Clause<Include> {
    let source = titled(&format!("{} {}", concept.vocabulary, concept.code)).en;
    let after = source.and_then(|source| Remark::new(&source).ok());
    Clause {
        comments: Comments { before: Vec::new(), after },
        says: Include {
            system: OMOP.to_owned(),
            code: concept.id.to_string(),
            branch,
            mapped,
            display: titled(&concept.name),
            unit: None,
        },
    }
}
