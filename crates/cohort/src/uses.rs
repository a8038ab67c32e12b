//! What a definition uses: concept sets and other cohorts, found by name, version and hash.

use std::collections::BTreeMap;

use vocab::Locale;

use crate::ast::{Clause, CohortDefinition, ConceptSet, Definition, Name, Use, UseKind, Version};
use crate::held::{self, Held};
use crate::problem::{Position, Problem};
use crate::text::{self, Parsed, Part};
use crate::words::Titles;
use crate::{library, lint};

/// What a definition uses, and what that uses.
#[derive(Clone, Debug, Default)]
pub struct Used {
    /// The concept sets.
    pub codes: BTreeMap<Name, ConceptSet>,
    /// The cohorts.
    pub cohorts: BTreeMap<Name, CohortDefinition>,
    /// What they are called.
    pub titles: Titles,
    /// The texts of all of them: their file's name and their canonical text.
    pub files: BTreeMap<String, String>,
}

/// Why what a definition uses cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotUsable {
    /// Not text at all.
    NotText {
        /// Where it stands.
        file: String,
    },
    /// Something is wrong with what is used.
    Wrong {
        /// Where it stands.
        file: String,
        /// All that is wrong.
        problems: Vec<Problem>,
    },
    /// Not there, or another.
    Missing(Vec<MissingUse>),
}

/// A file that a definition uses and that is not there as it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingUse {
    /// The file of the `uses` line.
    pub file: String,
    /// Where it stands there.
    pub at: Option<Position>,
    /// What kind of file.
    pub kind: UseKind,
    /// Its name and version.
    pub named: String,
    /// What was found instead.
    pub found: Found,
}

/// What was found for a `uses` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing: the file that was looked for.
    Nothing(String),
    /// Another version.
    Version(String),
    /// Another content: its hash.
    Hash(String),
    /// Cohorts that refer to one another in a circle.
    Circle(String),
}

/// Everything that a definition uses: `find` gives its place and its bytes where the caller keeps
/// it; what it does not give comes from the library.
///
/// Lists are of people, and no part of what is looked at here.
///
/// # Errors
/// What is not there as it is named, or cannot be read.
pub fn find(
    parsed: &Parsed,
    file: &str,
    find: impl FnMut(UseKind, &Name) -> Option<(String, Vec<u8>)>,
) -> Result<Used, NotUsable> {
    let mut search = Search { find, used: Used::default(), missing: Vec::new() };
    let heading = parsed.definition.heading();
    let mut way = vec![heading.name.clone()];
    for (at, clause) in heading.uses.iter().enumerate() {
        let at = parsed.places.of(Part::Use(at));
        search.find(&clause.says, (file, at), &mut way)?;
    }
    match search.missing.is_empty() {
        true => Ok(search.used),
        false => Err(NotUsable::Missing(search.missing)),
    }
}

/// How the file of a thing that is used ends.
fn ending(kind: UseKind) -> &'static str {
    if kind == UseKind::Codes { "codes" } else { "cohort" }
}

impl Used {
    /// What lints may know.
    #[must_use]
    pub fn facts(&self) -> lint::Facts {
        let codes = self.codes.iter().filter(|(_, set)| set.include.is_empty());
        lint::Facts {
            codes: codes.map(|(name, _)| (name.clone(), lint::CodesFacts::default())).collect(),
            covered: None,
            cohorts: self.cohorts.clone(),
        }
    }
}

impl MissingUse {
    /// The same with its place before it.
    #[must_use]
    pub fn with_place(&self, locale: Locale) -> String {
        let at = self.at.map(|at| format!(":{at}")).unwrap_or_default();
        format!("{}{at}: {}", self.file, self.say(locale))
    }

    /// What is missing and what to do, without its place.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        let Self { kind, named, found, .. } = self;
        let (en, ja) = match kind {
            UseKind::Codes => ("concept set", "コード群"),
            UseKind::Cohort => ("cohort", "コホート"),
            UseKind::List => ("list", "リスト"),
        };
        match (found, locale) {
            (Found::Nothing(file), Locale::En) => {
                format!("there is no {en} {named}: put {file} beside the definition")
            }
            (Found::Nothing(file), Locale::Ja) => {
                format!("{ja} {named} がありません。定義と同じ場所に{file}を置いてください")
            }
            (Found::Version(version), Locale::En) => format!(
                "the {en} {named} is there in version {version}: name that version, or bring the other"
            ),
            (Found::Version(version), Locale::Ja) => format!(
                "{ja} {named} は版{version}です。その版を指定するか、指定の版を置いてください"
            ),
            (Found::Hash(hash), Locale::En) => format!(
                "the {en} {named} has another content, sha256:{hash}: bring the one that was signed, \
                 or name this one"
            ),
            (Found::Hash(hash), Locale::Ja) => format!(
                "{ja} {named} の内容が異なります(sha256:{hash})。指定の内容に戻すか、ハッシュを書き換えてください"
            ),
            (Found::Circle(way), Locale::En) => format!(
                "cohorts refer to one another in a circle: {way}: take one of the references out"
            ),
            (Found::Circle(way), Locale::Ja) => {
                format!("コホートが循環して参照しています: {way}。参照のどれかを外してください")
            }
        }
    }
}

/// Where a `uses` line stands: its file, and the place there.
type Place<'a> = (&'a str, Option<Position>);

/// Looks for the files that definitions use.
struct Search<F> {
    find: F,
    used: Used,
    missing: Vec<MissingUse>,
}

impl<F: FnMut(UseKind, &Name) -> Option<(String, Vec<u8>)>> Search<F> {
    fn find(&mut self, use_: &Use, place: Place<'_>, way: &mut Vec<Name>) -> Result<(), NotUsable> {
        let Use { kind, name, .. } = use_;
        if *kind == UseKind::List {
            return Ok(());
        }
        if *kind == UseKind::Cohort && way.contains(name) {
            let names = way.iter().chain([name]).map(Name::as_str).collect::<Vec<_>>();
            self.miss(use_, place, Found::Circle(names.join(" → ")));
            return Ok(());
        }
        let file = format!("{name}.{}", ending(*kind));
        if let Some((version, canonical)) = self.found_before(use_, &file) {
            self.compare(use_, place, (&version, &canonical));
            return Ok(());
        }
        let Some((told, bytes)) = self.text(*kind, name) else {
            self.miss(use_, place, Found::Nothing(file));
            return Ok(());
        };
        let text = String::from_utf8(bytes);
        let text = text.map_err(|_| NotUsable::NotText { file: told.clone() })?;
        let wrong = |problems| NotUsable::Wrong { file: told.clone(), problems };
        match held::read(&text).map_err(wrong)? {
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

    /// The text of a file and where it stands: where the caller keeps it, or in the library.
    fn text(&mut self, kind: UseKind, name: &Name) -> Option<(String, Vec<u8>)> {
        (self.find)(kind, name).or_else(|| {
            let ending = ending(kind);
            let texts = if kind == UseKind::Codes { library::CODES } else { library::DEFINITIONS };
            let (_, text) = texts.iter().find(|(known, _)| *known == name.as_str())?;
            Some((format!("{name}.{ending}"), text.as_bytes().to_vec()))
        })
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
