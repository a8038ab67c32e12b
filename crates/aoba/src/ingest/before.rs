//! What earlier loads left: which copy of a resource stands, and where its rows lie.
//!
//! A load that brings much reads everything that is held. One that brings little looks up what it
//! needs when it needs it, so that a day's change costs what the day brought. A hospital that was
//! made holds its resources in its recipe: they are made again to be compared with.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use fhir::entry::{self, Entry};
use lake::{HeldContent, HeldIndex, HeldResource, OldPlace, Writer};
use ledger::PatientKeys;
use synth::hospital::Hospital;
use synth::hospital::fhir::Pages;
use vocab::date::Zone;
use vocab::{LandingId, PatientId};

use super::occurrence::{Deletion, Occurrence, Occurrences};
use super::recipe::{self, Recipe};

/// What earlier loads left.
#[derive(Default)]
pub(super) struct Before {
    known: Mutex<Known>,
    /// To look resources up; nothing where all were read.
    index: Option<HeldIndex>,
    made: Mutex<Vec<Made>>,
}

#[derive(Default)]
struct Known {
    files: Vec<LandingId>,
    numbers: BTreeMap<LandingId, u32>,
    /// Where the rows lie of what was looked up, by file and line.
    places: HashMap<(u32, u64), Place>,
    /// Source, type and key of what was deleted.
    deleted: Vec<Named>,
}

/// The hash of a resource's key, and whose its rows are.
type Place = (i64, Vec<Option<PatientId>>);

/// Source, type and key of a resource.
pub(super) type Named = (Arc<str>, String, String);

/// A hospital that was made before the files at hand came.
#[derive(Clone)]
struct Made {
    recipe: Recipe,
    source: Arc<str>,
    /// The number of its recipe's file, and of the load it came in.
    file: u32,
    load: u32,
}

/// A resource that a load brings.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) key: u128,
    pub(super) id: &'a str,
}

impl Before {
    /// Reads everything that is held.
    pub(super) async fn all(writer: &Writer, met: &Occurrences) -> anyhow::Result<Self> {
        let before = Self::default();
        before.hold_all(writer.held_resources().await?, met).await?;
        Ok(before)
    }

    /// Reads what was deleted, and looks up the rest when it is asked for.
    pub(super) async fn few(writer: &Writer, met: &Occurrences) -> anyhow::Result<Self> {
        let before = Self { index: Some(writer.held_index().await?), ..Self::default() };
        before.hold_all(writer.held_deletions().await?, met).await?;
        Ok(before)
    }

    async fn hold_all(
        &self,
        mut held: lake::HeldResources,
        met: &Occurrences,
    ) -> anyhow::Result<()> {
        let mut buffer = Vec::new();
        while let Some(resources) = held.next().await? {
            let mut known = self.known();
            for resource in resources {
                // Contained resources stand and fall with what contains them.
                if !resource.key.contains('#') {
                    let key = key_of(&resource, &mut buffer);
                    met.hold(key, known.occurrence(&resource)?);
                }
            }
        }
        Ok(())
    }

    /// Remembers a made hospital whose recipe an earlier load brought.
    pub(super) fn hold_made(
        &self,
        recipe: Recipe,
        source: &Arc<str>,
        id: LandingId,
    ) -> anyhow::Result<()> {
        let number = self.known().number(id)?;
        let file = Occurrence::HELD.saturating_add(number);
        self.made().push(Made { recipe, source: Arc::clone(source), file, load: 0 });
        Ok(())
    }

    /// Remembers a made hospital whose recipe came before, among the files that are read anew.
    pub(super) fn made_here(&self, recipe: Recipe, source: &Arc<str>, (file, load): (u32, u32)) {
        self.made().push(Made { recipe, source: Arc::clone(source), file, load });
    }

    /// Whether resources must be looked up before they are met.
    pub(super) fn looks_up(&self) -> bool {
        self.index.is_some() || !self.made().is_empty()
    }

    /// Looks up what is held of these resources and was not met yet.
    pub(super) fn look_up(
        &self,
        (met, source): (&Occurrences, &Arc<str>),
        (zone, keys): (&Zone, &PatientKeys),
        mut wanted: Vec<Wanted<'_>>,
    ) -> anyhow::Result<()> {
        wanted.retain(|wanted| met.stands(wanted.key).is_none());
        if wanted.is_empty() {
            return Ok(());
        }
        if let Some(index) = &self.index {
            let hashes = wanted.iter().map(|wanted| Occurrences::hash(wanted.key)).collect();
            let held = index.look_up(hashes)?;
            let (mut known, mut buffer) = (self.known(), Vec::new());
            for resource in &held {
                let key = key_of(resource, &mut buffer);
                known.place(resource, Occurrences::hash(key))?;
                if !resource.key.contains('#') {
                    met.hold_once(key, known.occurrence(resource)?);
                }
            }
        }
        let made: Vec<Made> = self.made().iter().filter(|m| m.source == *source).cloned().collect();
        for made in made {
            self.make((&made, zone, keys), met, &wanted);
        }
        Ok(())
    }

    /// Makes the patients again whose resources these are, and holds those resources.
    fn make(
        &self,
        (made, zone, keys): (&Made, &Zone, &PatientKeys),
        met: &Occurrences,
        wanted: &[Wanted<'_>],
    ) {
        let Recipe { seed, patients, .. } = made.recipe;
        let hospital = Hospital { seed, patients };
        let mut of_patient: BTreeMap<u64, Vec<u128>> = BTreeMap::new();
        for wanted in wanted {
            if let Some(number) = recipe::patient_of(wanted.id).filter(|n| *n < patients) {
                of_patient.entry(number).or_default().push(wanted.key);
            }
        }
        let (mut pages, mut buffer) = (Pages::default(), Vec::new());
        for (number, sought) in of_patient {
            let id = recipe::id_of(number);
            let patient = Some(keys.patient_id(&made.source, &id));
            recipe::lines(&hospital, number, &mut pages, |text, line| {
                for entry in &entry::line(text, line).entries {
                    let kind = entry.head.resource_type;
                    let key = Occurrences::key(&made.source, kind, &entry.key, &mut buffer);
                    if !sought.contains(&key) {
                        continue;
                    }
                    let held = made.occurrence(entry, zone);
                    let place = (Occurrences::hash(key), vec![patient]);
                    self.known().places.insert((held.file, held.line), place);
                    met.hold_once(key, held);
                }
            });
        }
    }

    /// The file of an earlier load by its number.
    pub(super) fn file(&self, number: u32) -> Option<LandingId> {
        let at = usize::try_from(number.checked_sub(Occurrence::HELD)?).ok()?;
        self.known().files.get(at).copied()
    }

    /// Where the rows of a copy lie.
    pub(super) fn place(&self, old: &Occurrence, key: u128) -> OldPlace {
        if !old.is_held() {
            return OldPlace::ThisLoad;
        }
        let known = self.known();
        match known.places.get(&(old.file, old.line)) {
            Some((key_hash, patients)) => {
                OldPlace::At { patients: patients.clone(), key_hash: *key_hash }
            }
            // A deletion has one row, by its key.
            None if old.as_deletion().is_some() => {
                OldPlace::At { patients: Vec::new(), key_hash: Occurrences::hash(key) }
            }
            None => OldPlace::Unknown,
        }
    }

    /// What was deleted before.
    pub(super) fn take_deleted(&self) -> Vec<Named> {
        std::mem::take(&mut self.known().deleted)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn made(&self) -> std::sync::MutexGuard<'_, Vec<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Made {
    /// A made resource as it was when it was made.
    fn occurrence(&self, entry: &Entry<'_>, zone: &Zone) -> Occurrence {
        Occurrence::of(entry, (self.file, self.load), zone)
    }
}

/// The key of a resource, or of what contains it.
fn key_of(held: &HeldResource, buffer: &mut Vec<u8>) -> u128 {
    let outer = held.key.split_once('#').and_then(|(outer, _)| outer.split_once('/'));
    let (kind, key) = outer.unwrap_or((&held.resource_type, &held.key));
    Occurrences::key(&held.source, kind, key, buffer)
}

impl Known {
    fn number(&mut self, file: LandingId) -> anyhow::Result<u32> {
        let next = u32::try_from(self.files.len()).context("too many files held")?;
        let number = *self.numbers.entry(file).or_insert(next);
        if number == next {
            self.files.push(file);
        }
        Ok(number)
    }

    fn occurrence(&mut self, held: &HeldResource) -> anyhow::Result<Occurrence> {
        let number = self.number(held.file)?;
        let content = match &held.content {
            HeldContent::Stands(hash) => u128::from_str_radix(hash, 16)
                .context("the table resource has a hash that is none")?,
            HeldContent::Deleted { dated, missing, found } => {
                let deletion = Deletion { dated: *dated, missing: *missing, found: *found };
                self.deleted.push((
                    Arc::from(held.source.as_str()),
                    held.resource_type.clone(),
                    held.key.clone(),
                ));
                Occurrence::deletion(deletion)
            }
        };
        let version = held.version.as_deref().and_then(|text| text.parse().ok());
        Ok(Occurrence {
            content,
            last_updated_us: held.last_updated_us.unwrap_or(i64::MIN),
            version: version.unwrap_or(-1),
            file: Occurrence::HELD.saturating_add(number),
            load: 0,
            line: held.line.unsigned_abs(),
        })
    }

    /// Remembers where the rows of a resource lie.
    fn place(&mut self, held: &HeldResource, key_hash: i64) -> anyhow::Result<()> {
        let file = Occurrence::HELD.saturating_add(self.number(held.file)?);
        let place = self.places.entry((file, held.line.unsigned_abs()));
        let (_, patients) = place.or_insert_with(|| (key_hash, Vec::new()));
        if !patients.contains(&held.patient) {
            patients.push(held.patient);
        }
        Ok(())
    }
}
