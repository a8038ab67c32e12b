//! What every page may ask: the stores, the settings, the words.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::tz::TimeZone;
use lake::events::CohortConfig;
use lake::{Lake, Reader, TableCount};
use ledger::{Ledger, PASSWORD_MEMORY_KIB, Schedule};
use vocab::{Actor, Locale};

use crate::door::{Door, DoorState};
use crate::memory::{Memory, Seen};
use crate::page::Page;
use crate::refusal::Refusal;
use crate::slice::{Entry, Section, Slice};
use crate::texts::{Texts, TextsError};
use crate::visitor::{Account, Visitor};
use crate::words::Words;

const TEXTS: &str = include_str!("../texts.toml");

/// The administrators' entry of the menu.
const PEOPLE: Entry = Entry {
    href: "/people",
    label: "desk.people.menu",
    icon: "users",
    section: Section::House,
    opens_for: &[],
};

/// How the site presents itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who looks where there are no accounts: the person at this machine.
    pub actor: Actor,
    /// Whom a visitor of the demonstration may be, the first one first; none elsewhere.
    pub accounts: Vec<Account>,
    /// Who must sign in, where no accounts are offered above.
    pub door: Door,
    /// How much memory a password takes, in KiB.
    pub password_memory_kib: u32,
    /// Whether every person shown is invented, which each page then says.
    pub synthetic: bool,
    /// The language of readers who ask for none that is spoken here.
    pub locale: Locale,
    /// The zone in which times are written, by its IANA name.
    pub zone: String,
    /// What the house says of its data to whoever counts cohorts.
    pub cohort: CohortConfig,
    /// What is fetched from servers again and again.
    pub pulls: Vec<Schedule>,
    /// Names besides `localhost` and loopback addresses under which the site answers.
    pub hosts: Vec<String>,
}

impl Settings {
    /// A site for the person at this machine, in Japanese unless the browser asks otherwise.
    #[must_use]
    pub fn new(actor: Actor) -> Self {
        Self {
            actor,
            accounts: Vec::new(),
            door: Door::Open,
            password_memory_kib: PASSWORD_MEMORY_KIB,
            synthetic: false,
            locale: Locale::Ja,
            zone: "Asia/Tokyo".to_owned(),
            cohort: CohortConfig::default(),
            pulls: Vec::new(),
            hosts: Vec::new(),
        }
    }
}

/// The shared state of all pages; cloning it is free.
#[derive(Clone)]
pub struct Site {
    inner: Arc<Inner>,
}

struct Inner {
    ledger: Ledger,
    lake: Lake,
    settings: Settings,
    zone: TimeZone,
    slices: &'static [&'static Slice],
    texts: Arc<Texts>,
    refusals: AtomicU64,
    memory: Memory,
    door: DoorState,
}

impl Site {
    /// Puts the site together.
    ///
    /// # Errors
    /// When a slice's texts lack a language.
    pub fn new(
        ledger: Ledger,
        lake: Lake,
        settings: Settings,
        slices: &'static [&'static Slice],
    ) -> Result<Self, TextsError> {
        let texts = Arc::new(all_texts(slices)?);
        let zone = TimeZone::get(&settings.zone)
            .unwrap_or_else(|_| TimeZone::fixed(jiff::tz::Offset::constant(9)));
        let (refusals, memory) = (AtomicU64::new(1), Memory::default());
        let door = DoorState::default();
        let inner = Inner { ledger, lake, settings, zone, slices, texts, refusals, memory, door };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What people decided.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.inner.ledger
    }

    /// The tables.
    #[must_use]
    pub fn lake(&self) -> &Lake {
        &self.inner.lake
    }

    /// How the site presents itself.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The domains of this site.
    #[must_use]
    pub fn slices(&self) -> &'static [&'static Slice] {
        self.inner.slices
    }

    /// The frame of the page at `target` for a reader of this language, before it is known who
    /// looks: without a menu.
    #[must_use]
    pub fn page(&self, locale: Locale, target: &str) -> Page {
        let words = Words::new(self.inner.texts.clone(), locale, self.inner.zone.clone());
        Page::new(words, target, "")
            .marked_synthetic(self.settings().synthetic)
            .with_search(self.search().is_some())
    }

    /// The page that answers the header's search, if a domain has one.
    #[must_use]
    pub fn search(&self) -> Option<&'static str> {
        self.slices().iter().find_map(|slice| slice.search)
    }

    /// The entries of the menu that this visitor may open.
    pub(crate) fn menu(&self, visitor: &Visitor) -> Vec<Entry> {
        let entries = self.slices().iter().flat_map(|slice| slice.menu.iter().copied());
        let own = visitor.signed().filter(|signed| signed.is_administrator()).map(|_| PEOPLE);
        entries.filter(|entry| visitor.may(entry.opens_for)).chain(own).collect()
    }

    pub(crate) fn door(&self) -> &DoorState {
        &self.inner.door
    }

    /// The zone of the hospital's clock.
    pub(crate) fn zone(&self) -> &TimeZone {
        &self.inner.zone
    }

    /// What every table holds, as this reader's permit sees it. Counted once for each snapshot,
    /// state of consents and purpose; the look itself is in the audit either way.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub async fn table_counts(&self, reader: &Reader) -> Result<Arc<Vec<TableCount>>, Refusal> {
        let count = async { Ok(reader.table_counts().await?) };
        self.remember(reader, "table counts", count).await
    }

    /// What this reader's permit lets be computed, computed once for each snapshot, state of
    /// consents and purpose. The name tells one answer from another: begin it with the slice's.
    ///
    /// # Errors
    /// When it cannot be computed; the next who asks tries again.
    pub async fn remember<T, F>(
        &self,
        reader: &Reader,
        name: &str,
        compute: F,
    ) -> Result<Arc<T>, Refusal>
    where
        T: Any + Send + Sync,
        F: Future<Output = Result<T, Refusal>>,
    {
        self.inner.memory.answer(Seen::by(reader), name, compute).await
    }

    /// A number for one refusal, by which the log can be searched.
    pub(crate) fn reference(&self) -> String {
        let number = self.inner.refusals.fetch_add(1, Ordering::Relaxed);
        format!("{:x}-{number}", self.ledger().clock().now().as_second())
    }
}

/// The sentences of the desk and of every slice.
fn all_texts(slices: &[&Slice]) -> Result<Texts, TextsError> {
    let mut texts = Texts::default();
    texts.add("desk", TEXTS)?;
    for slice in slices {
        texts.add(slice.name, slice.texts)?;
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::texts::unmatched;

    #[test]
    fn every_sentence_of_the_desk_is_said_and_every_key_exists() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = Vec::new();
        gather(&root.join("src"), &mut sources);
        gather(&root.join("templates"), &mut sources);
        assert_eq!(unmatched("desk", TEXTS, &sources).unwrap(), Vec::<String>::new());
    }

    fn gather(folder: &Path, sources: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if path.is_dir() {
                gather(&path, sources);
            } else if ["rs", "html"].contains(&ending) && !path.ends_with("texts.rs") {
                sources.push(fs::read_to_string(path).unwrap());
            }
        }
    }
}
