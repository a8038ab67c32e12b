//! Files of the language: read as text or as JSON, with what they use.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cohort::ast::{Clause, CohortDefinition, ConceptSet, Definition, Name, Use, UseKind, Version};
use cohort::problem::{Position, Problem};
use cohort::text::{self, Parsed, Part};
use cohort::words::Titles;
use cohort::{json, library, lint};

use super::error::{CohortError, Found, MissingUse};

/// What a file holds.
pub(super) enum Held {
    /// A cohort or a study.
    Definition(Parsed),
    /// A concept set.
    Codes(Box<ConceptSet>),
}

/// A file that was read.
pub(super) struct Source {
    /// Its path as given.
    pub(super) name: String,
    /// Where the files that it uses stand.
    folder: PathBuf,
    /// Its text as it stands in the file.
    pub(super) written: String,
}

/// What a definition uses, and what that uses.
#[derive(Default)]
pub(super) struct Used {
    pub(super) codes: BTreeMap<Name, ConceptSet>,
    pub(super) cohorts: BTreeMap<Name, CohortDefinition>,
    pub(super) titles: Titles,
    /// The texts of all of them: their file's name and their canonical text.
    pub(super) files: BTreeMap<String, String>,
}

impl Source {
    /// Reads the bytes of a file.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {name}"))?;
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let written =
            String::from_utf8(bytes).map_err(|_| CohortError::NotText { file: name.clone() })?;
        Ok(Self { name, folder, written })
    }

    /// A text that comes with the program.
    pub(super) fn of_library(name: &str, text: &str) -> Self {
        let (name, written) = (format!("{name}.cohort"), text.to_owned());
        Self { name, folder: PathBuf::new(), written }
    }

    /// What it holds, or all that is wrong with it.
    pub(super) fn held(&self) -> Result<Held, Vec<Problem>> {
        read(&self.written)
    }

    /// What it holds.
    pub(super) fn take(&self) -> Result<Held, CohortError> {
        let wrong = |problems| CohortError::Wrong { file: self.name.clone(), problems };
        self.held().map_err(wrong)
    }

    /// The definition it holds.
    pub(super) fn definition(&self) -> Result<Parsed, CohortError> {
        match self.take()? {
            Held::Definition(parsed) => Ok(parsed),
            Held::Codes(_) => Err(CohortError::NotADefinition { file: self.name.clone() }),
        }
    }

    /// Everything that a definition of this file uses: beside it, or in the library.
    ///
    /// Lists are of people, and no part of what is looked at here.
    pub(super) fn used(&self, parsed: &Parsed) -> Result<Used, CohortError> {
        let mut search = Search { source: self, used: Used::default(), missing: Vec::new() };
        let heading = parsed.definition.heading();
        let mut way = vec![heading.name.clone()];
        for (at, clause) in heading.uses.iter().enumerate() {
            let at = parsed.places.of(Part::Use(at));
            search.find(&clause.says, (&self.name, at), &mut way)?;
        }
        match search.missing.is_empty() {
            true => Ok(search.used),
            false => Err(CohortError::Uses { missing: search.missing }),
        }
    }
}

impl Used {
    /// What lints may know.
    pub(super) fn facts(&self) -> lint::Facts {
        let codes = self.codes.iter().filter(|(_, set)| set.include.is_empty());
        lint::Facts {
            codes: codes.map(|(name, _)| (name.clone(), lint::CodesFacts::default())).collect(),
            covered: None,
            cohorts: self.cohorts.clone(),
        }
    }
}

/// Where a `uses` line stands: its file, and the place there.
type Place<'a> = (&'a str, Option<Position>);

/// Looks for the files that definitions use.
struct Search<'a> {
    source: &'a Source,
    used: Used,
    missing: Vec<MissingUse>,
}

impl Search<'_> {
    fn find(
        &mut self,
        use_: &Use,
        place: Place<'_>,
        way: &mut Vec<Name>,
    ) -> Result<(), CohortError> {
        let Use { kind, name, .. } = use_;
        if *kind == UseKind::List {
            return Ok(());
        }
        if *kind == UseKind::Cohort && way.contains(name) {
            let names = way.iter().chain([name]).map(Name::as_str).collect::<Vec<_>>();
            self.miss(use_, place, Found::Circle(names.join(" → ")));
            return Ok(());
        }
        let ending = if *kind == UseKind::Codes { "codes" } else { "cohort" };
        let file = format!("{}.{ending}", name.as_str());
        if let Some((version, canonical)) = self.found_before(use_, &file) {
            self.compare(use_, place, (&version, &canonical));
            return Ok(());
        }
        let Some((told, text)) = self.text(*kind, name, &file)? else {
            self.miss(use_, place, Found::Nothing(file));
            return Ok(());
        };
        let wrong = |problems| CohortError::Wrong { file: told.clone(), problems };
        match read(&text).map_err(wrong)? {
            Held::Codes(set) if *kind == UseKind::Codes => {
                let canonical = text::format_codes(&set);
                self.compare(use_, place, (&set.version, &canonical));
                self.used.titles.insert((*kind, name.clone()), set.title.clone());
                self.used.files.insert(file, canonical);
                self.used.codes.insert(name.clone(), *set);
            }
            Held::Definition(Parsed { definition: Definition::Cohort(cohort), places })
                if *kind == UseKind::Cohort =>
            {
                let heading = cohort.heading.clone();
                let definition = Definition::Cohort(cohort);
                let canonical = text::format(&definition);
                self.compare(use_, place, (&heading.version, &canonical));
                self.used.titles.insert((*kind, name.clone()), heading.title.clone());
                self.used.files.insert(file, canonical);
                way.push(name.clone());
                for (at, Clause { says, .. }) in heading.uses.iter().enumerate() {
                    self.find(says, (&told, places.of(Part::Use(at))), way)?;
                }
                way.pop();
                if let Definition::Cohort(cohort) = definition {
                    self.used.cohorts.insert(name.clone(), *cohort);
                }
            }
            _ => self.miss(use_, place, Found::Nothing(file)),
        }
        Ok(())
    }

    /// Version and canonical text of a file that something else uses, too: each is read once.
    fn found_before(&self, use_: &Use, file: &str) -> Option<(Version, String)> {
        let version = match use_.kind {
            UseKind::Codes => &self.used.codes.get(&use_.name)?.version,
            _ => &self.used.cohorts.get(&use_.name)?.heading.version,
        };
        Some((version.clone(), self.used.files.get(file)?.clone()))
    }

    /// The text of a file and where it stands: beside the definition, or in the library.
    fn text(
        &self,
        kind: UseKind,
        name: &Name,
        file: &str,
    ) -> Result<Option<(String, String)>, CohortError> {
        let path = self.source.folder.join(file);
        match std::fs::read(&path) {
            Ok(bytes) => {
                let told = path.display().to_string();
                match String::from_utf8(bytes) {
                    Ok(text) => Ok(Some((told, text))),
                    Err(_) => Err(CohortError::NotText { file: told }),
                }
            }
            Err(_) => {
                let texts =
                    if kind == UseKind::Codes { library::CODES } else { library::DEFINITIONS };
                let found = texts.iter().find(|(known, _)| *known == name.as_str());
                Ok(found.map(|(_, text)| (file.to_owned(), (*text).to_owned())))
            }
        }
    }

    fn compare(&mut self, use_: &Use, place: Place<'_>, (version, canonical): (&Version, &str)) {
        let hash = text::hash(canonical);
        if *version != use_.version {
            self.miss(use_, place, Found::Version(version.as_str().to_owned()));
        } else if use_.hash.as_ref().is_some_and(|named| *named != hash) {
            self.miss(use_, place, Found::Hash(hash.as_str().to_owned()));
        }
    }

    fn miss(&mut self, use_: &Use, (file, at): Place<'_>, found: Found) {
        let named = format!("{} version {}", use_.name.as_str(), use_.version.as_str());
        let (file, kind) = (file.to_owned(), use_.kind);
        self.missing.push(MissingUse { file, at, kind, named, found });
    }
}

/// Reads any of the four: definition or concept set, as text or as JSON.
fn read(written: &str) -> Result<Held, Vec<Problem>> {
    let text = written.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        return match names_a_concept_set(text) {
            true => json::read_codes(text).map(|set| Held::Codes(Box::new(set))),
            false => json::read(text).map(Held::Definition),
        };
    }
    let words =
        text.lines().map(str::trim_start).find(|line| !(line.is_empty() || line.starts_with('#')));
    let first = words.and_then(|line| line.split_ascii_whitespace().next());
    match first {
        Some("codes") => text::parse_codes(text).map(|set| Held::Codes(Box::new(set))),
        _ => text::parse(text).map(Held::Definition),
    }
}

/// Whether JSON has the field in which a concept set stands.
fn names_a_concept_set(json: &str) -> bool {
    let fields: Result<BTreeMap<String, serde::de::IgnoredAny>, _> = serde_json::from_str(json);
    let fields: BTreeSet<String> = fields.map(|map| map.into_keys().collect()).unwrap_or_default();
    fields.contains("concept_set")
}
