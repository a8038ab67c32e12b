//! Who is to be erased, and what is known of them before anything is looked through.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use jiff::Timestamp;
use lake::Writer;
use ledger::LandingState;
use vocab::{Locale, PatientId};

use super::book::Book;
use super::sweep::KeptFile;
use crate::house::House;
use crate::ingest::recipe::{self, Recipe};

/// What the house holds of files, and by which systems.
pub(super) struct Held {
    pub(super) sources: Vec<Arc<str>>,
    pub(super) files: Vec<KeptFile>,
    /// Recipes of made hospitals, with their sources.
    recipes: Vec<(u16, Recipe)>,
}

impl Held {
    /// Every kept file, taken in or not: it holds bytes all the same.
    pub(super) async fn read(house: &House) -> anyhow::Result<Self> {
        let mut held = Self { sources: Vec::new(), files: Vec::new(), recipes: Vec::new() };
        let (mut after, mut places, mut recipes) = (0, BTreeMap::new(), BTreeSet::new());
        loop {
            let page = house.ledger.landings().in_order(after).await?;
            let Some(last) = page.last() else { break };
            after = last.arrival;
            for one in page {
                let source = held.number(&one.source)?;
                if one.file.kind == recipe::KIND {
                    recipes.insert(one.file.id);
                    if matches!(one.state, LandingState::Taken(_)) {
                        let recipe = Recipe::read(house.lake.landing(), one.file.id)?;
                        held.recipes.push((source, recipe));
                    }
                    continue;
                }
                let sent = (source, Arc::from(one.source.as_str()));
                let id = one.file.id;
                let place = *places.entry(id).or_insert(held.files.len());
                match held.files.get_mut(place) {
                    Some(file) => file.sources.push(sent),
                    None => {
                        let size_bytes = one.file.size_bytes;
                        let sources = vec![sent];
                        held.files.push(KeptFile { id, size_bytes, sources, recorded: true });
                    }
                }
            }
        }
        // What a load kept that died before it could say so.
        for id in house.lake.landing().ids()? {
            if !places.contains_key(&id) && !recipes.contains(&id) {
                let (size_bytes, sources) = (0, Vec::new());
                held.files.push(KeptFile { id, size_bytes, sources, recorded: false });
            }
        }
        Ok(held)
    }

    /// The files, to be looked through for somebody: of one of which nobody knows who sent it, the
    /// person's own systems may have.
    pub(super) fn files_for(&self, book: &Book) -> Vec<KeptFile> {
        let theirs: BTreeSet<u16> = book.keys().map(|(source, _)| source).collect();
        let named = theirs.into_iter().filter_map(|number| {
            Some((number, Arc::clone(self.sources.get(usize::from(number))?)))
        });
        let theirs: Vec<(u16, Arc<str>)> = named.collect();
        let mut files = self.files.clone();
        files.iter_mut().filter(|file| !file.recorded).for_each(|file| {
            file.sources.clone_from(&theirs);
        });
        files
    }

    /// The number of a source, counted from 0.
    fn number(&mut self, source: &str) -> anyhow::Result<u16> {
        let known = self.sources.iter().position(|name| **name == *source);
        let at = known.unwrap_or_else(|| {
            self.sources.push(Arc::from(source));
            self.sources.len() - 1
        });
        u16::try_from(at).context("more than 65535 sources")
    }

    /// The system that a record's key belongs to, where it has sent files.
    fn source(&self, name: &str) -> Option<u16> {
        let at = self.sources.iter().position(|source| **source == *name)?;
        u16::try_from(at).ok()
    }
}

/// Who is to be erased.
pub(super) struct Person {
    pub(super) book: Book,
    pub(super) first_seen: Option<Timestamp>,
}

/// Finds the person, and what is known of them; the look is in the audit.
pub(super) async fn find(
    house: &House,
    writer: &Writer,
    (held, text): (&Held, &str),
) -> anyhow::Result<Person> {
    let found = house.ledger.identity().find(text).await?;
    let erasures = house.ledger.erasures();
    let mut person = Person { book: Book::default(), first_seen: None };
    match found.as_slice() {
        [] => erased_before(house, (held, text), &mut person).await?,
        [first, rest @ ..] => {
            let known = erasures.person(writer.lease(), *first, &house.actor).await?;
            let numbers: BTreeSet<PatientId> = known.numbers.iter().copied().collect();
            if !rest.iter().all(|other| numbers.contains(other)) {
                return Err(several(house.locale, text, found.len()));
            }
            person.first_seen = known.first_seen;
            person.book.numbers = numbers;
            for record in &known.records {
                person.book.learn(&record.content);
                if let Some(source) = held.source(&record.source) {
                    person.book.add((source, "Patient".to_owned(), record.key.clone()), None);
                }
            }
            typed((house, held), text, &mut person.book).await?;
        }
    }
    refuse_made(house.locale, held, &person.book)?;
    Ok(person)
}

/// The record a text names by its key, where it is the person's: the identity store may have
/// forgotten it.
async fn typed((house, held): (&House, &Held), text: &str, book: &mut Book) -> anyhow::Result<()> {
    let keys = house.ledger.patient_keys().await?;
    for (source, name) in held.sources.iter().enumerate() {
        let key = text.strip_prefix(&**name).and_then(|rest| rest.strip_prefix('/'));
        for key in key.into_iter().chain([text]) {
            if book.numbers.contains(&keys.patient_id(name, key)) {
                let source = u16::try_from(source).context("more than 65535 sources")?;
                book.add((source, "Patient".to_owned(), key.to_owned()), None);
            }
        }
    }
    Ok(())
}

/// Somebody who was erased before and of whom lines have come since.
async fn erased_before(
    house: &House,
    (held, text): (&Held, &str),
    person: &mut Person,
) -> anyhow::Result<()> {
    let records = house.ledger.erasures().erased_records(text).await?;
    match records.as_slice() {
        [(source, key, patient)] => {
            person.book.numbers.insert(*patient);
            person.book.stones = house.ledger.erasures().tombstones_of(*patient).await?;
            if let Some(source) = held.source(source) {
                person.book.add((source, "Patient".to_owned(), key.clone()), None);
            }
            Ok(())
        }
        [] => Err(nobody(house.locale, text)),
        found => Err(several(house.locale, text, found.len())),
    }
}

fn nobody(locale: Locale, text: &str) -> anyhow::Error {
    match locale {
        Locale::En => anyhow!(
            "no patient is known as {text:?}: give an identifier, system|value, the record's id, \
             source/id, or the number in patient_id"
        ),
        Locale::Ja => anyhow!(
            "{text:?}に当たる患者はいません。識別子、system|value、記録のid、source/id、patient_idの番号のいずれかを指定してください"
        ),
    }
}

fn several(locale: Locale, text: &str, patients: usize) -> anyhow::Error {
    match locale {
        Locale::En => anyhow!(
            "{patients} patients are known as {text:?}: give system|value or source/id, which is \
             one"
        ),
        Locale::Ja => anyhow!(
            "{text:?}に当たる患者が{patients}人います。1人に決まるsystem|valueかsource/idを指定してください"
        ),
    }
}

/// Somebody invented by a recipe is not in any file that could be written anew.
fn refuse_made(locale: Locale, held: &Held, book: &Book) -> anyhow::Result<()> {
    let made = book.keys().any(|(source, key)| {
        let number = recipe::patient_of(key);
        held.recipes.iter().any(|(of, recipe)| {
            *of == source && number.is_some_and(|number| number < recipe.patients)
        })
    });
    match (made, locale) {
        (false, _) => Ok(()),
        (true, Locale::En) => bail!(
            "this patient was invented: a recipe makes them anew at every rebuild. Nobody needs to \
             be erased from a home of `aoba synth --into`; delete the folder instead"
        ),
        (true, Locale::Ja) => bail!(
            "この患者は架空の人物で、再構築のたびにレシピから作られます。`aoba synth --into`のデータフォルダーは、消去せずにフォルダーごと削除してください"
        ),
    }
}
