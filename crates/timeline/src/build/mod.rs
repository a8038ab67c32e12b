//! Building a segment: rows come sorted by patient, shards go to threads, and are written in order.

mod encode;
mod events;
mod patients;
pub(crate) mod rows;
pub(crate) mod writer;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use vocab::PatientId;

use self::encode::{EncodedShard, Scratch};
pub use self::patients::{PatientRows, person_of};
use self::rows::{Books, Rows, Translated};
use self::writer::{Tables, Writer};
use crate::Error;
use crate::event::{Batch, Person};
use crate::format::{SHARD_PATIENTS_MAX, SHARD_ROWS_MAX};

/// Rows after which a shard is closed at the next patient.
const SHARD_ROWS: usize = 2_000_000;

/// What was built.
///
/// *Rows in = rows written + rows refused*; an event has a row for each of its codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// Rows that came.
    pub rows: u64,
    /// Events written.
    pub events: u64,
    /// Rows of patients who are not among the persons.
    pub unknown_patient: u64,
    /// Rows whose start or end is not of the calendar, years 1 to 9999.
    pub impossible_time: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Builds a segment file.
///
/// # Cost
/// Memory: the rows of the shard that is being filled and of one for each thread, about 100 bytes a
/// row, and the dictionaries.
pub struct Builder {
    persons: Vec<Person>,
    declared: Vec<String>,
    stamp: Vec<u8>,
    books: Books,
    rows: Rows,
    /// The place among the persons of the patient whose rows came last.
    at: usize,
    last: Option<PatientId>,
    built: Built,
    workers: Workers,
    writer: Writer,
    fill: usize,
    /// The people, by their places among all, of a shard whose rows come in any order.
    open: Option<Range<usize>>,
}

/// How a segment is built.
#[derive(Clone, Debug)]
pub struct Options {
    /// Threads that encode, beside the one that calls.
    pub threads: usize,
    /// What the maker writes into the file to know it by.
    pub stamp: Vec<u8>,
    /// Kinds whose coverage is declared.
    pub declared: Vec<String>,
    /// Patients of a shard, at most 4,096.
    pub shard_patients: usize,
}

impl Default for Options {
    fn default() -> Self {
        let (stamp, declared) = (Vec::new(), Vec::new());
        Self { threads: 2, stamp, declared, shard_patients: SHARD_PATIENTS_MAX }
    }
}

impl Builder {
    /// Begins a segment of these people, who are sorted by their id.
    ///
    /// # Errors
    /// When they are not sorted, or the file cannot be made.
    pub fn create(path: &Path, persons: Vec<Person>, options: Options) -> Result<Self, Error> {
        if !persons.is_sorted_by(|a, b| a.id < b.id) {
            return Err(Error::PersonsNotSorted);
        }
        Ok(Self {
            persons,
            declared: options.declared,
            stamp: options.stamp,
            books: Books::new(),
            rows: Rows::new(0),
            at: 0,
            last: None,
            built: Built::default(),
            workers: Workers::new(options.threads.max(1)),
            writer: Writer::create(path)?,
            fill: options.shard_patients.clamp(1, SHARD_PATIENTS_MAX),
            open: None,
        })
    }

    /// Changes what the maker writes into the file to know it by.
    pub fn stamp(&mut self, stamp: Vec<u8>) {
        self.stamp = stamp;
    }

    /// Adds people, at most 4,096, whose ids are above all others', as a shard of their own: until it
    /// ends, their rows may come in any order.
    ///
    /// # Errors
    /// When they are too many or not sorted, or the file cannot be written.
    pub fn begin_shard(&mut self, people: &[Person]) -> Result<(), Error> {
        self.end_shard()?;
        let (first, last) = (self.persons.len(), self.persons.last().map(|person| person.id));
        let is_after = people.first().is_none_or(|next| last.is_none_or(|last| last < next.id));
        if !is_after || !people.is_sorted_by(|a, b| a.id < b.id) {
            return Err(Error::PersonsNotSorted);
        }
        if people.len() > SHARD_PATIENTS_MAX {
            return Err(Error::TooLarge("a shard"));
        }
        self.close_all()?;
        self.persons.extend_from_slice(people);
        // Nobody of the shard was met yet.
        self.last = None;
        self.open = Some(first..self.persons.len());
        Ok(())
    }

    /// Ends the shard that was begun.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end_shard(&mut self) -> Result<(), Error> {
        let Some(people) = self.open.take() else { return Ok(()) };
        self.last = people.end.checked_sub(1).and_then(|last| Some(self.persons.get(last)?.id));
        if people.is_empty() { Ok(()) } else { self.close(people.end) }
    }

    /// Takes rows.
    ///
    /// # Errors
    /// When they are not sorted by patient, one patient or an open shard has more than 16,777,216, or
    /// the file cannot be written.
    pub fn push(&mut self, batch: &Batch<'_>) -> Result<(), Error> {
        let translated = Translated::new(batch, &mut self.books);
        let mut from = 0;
        for rows in batch.patient.chunk_by(|a, b| a == b) {
            let to = from + rows.len();
            let of = std::mem::replace(&mut from, to)..to;
            self.built.rows += rows.len() as u64;
            let Some(&patient) = rows.first() else { continue };
            let is_there = match &self.open {
                Some(people) => self.go_within(people.clone(), patient),
                None => self.last == Some(patient) || self.go_to(patient)?,
            };
            if !is_there {
                self.built.unknown_patient += rows.len() as u64;
                continue;
            }
            let within = self.at - crate::format::wide(self.rows.first_patient);
            let within = u16::try_from(within).map_err(|_| Error::TooLarge("a shard"))?;
            self.built.impossible_time += self.rows.push(&translated, of, within);
            if self.rows.len() > SHARD_ROWS_MAX {
                return Err(Error::TooLarge("a patient"));
            }
        }
        Ok(())
    }

    /// Goes to a patient of the open shard; no if there is no such person in it.
    fn go_within(&mut self, people: Range<usize>, patient: PatientId) -> bool {
        if self.last == Some(patient) && people.contains(&self.at) {
            return true;
        }
        let of_shard = self.persons.get(people.clone()).unwrap_or_default();
        let found = of_shard.binary_search_by_key(&patient, |person| person.id);
        let found = found.ok().filter(|&at| of_shard.get(at).is_some_and(|person| !person.gone));
        if let Some(at) = found {
            (self.last, self.at) = (Some(patient), people.start + at);
        }
        found.is_some()
    }

    /// Goes forward to a patient, closing the shards before; no if there is no such person.
    fn go_to(&mut self, patient: PatientId) -> Result<bool, Error> {
        if self.last.is_some_and(|last| patient < last) {
            return Err(Error::RowsNotSorted);
        }
        let rest = self.persons.get(self.at..).unwrap_or_default();
        // Nearly always the next one.
        let skip = match rest.iter().take(8).position(|person| person.id >= patient) {
            Some(skip) => skip,
            None => rest.partition_point(|person| person.id < patient),
        };
        if rest.get(skip).is_none_or(|person| person.id != patient || person.gone) {
            return Ok(false);
        }
        self.last = Some(patient);
        let to = self.at + skip;
        self.close_until(to)?;
        self.at = to;
        Ok(true)
    }

    /// Closes shards until one holds this place among the persons.
    fn close_until(&mut self, to: usize) -> Result<(), Error> {
        loop {
            let first = crate::format::wide(self.rows.first_patient);
            let is_full = self.rows.len() >= SHARD_ROWS && to > self.at;
            let next = if is_full { self.at + 1 } else { first + self.fill };
            if to < next {
                return Ok(());
            }
            self.close(next)?;
        }
    }

    /// Closes shards until all people there are belong to one.
    fn close_all(&mut self) -> Result<(), Error> {
        let end = self.persons.len();
        while crate::format::wide(self.rows.first_patient) < end {
            let first = crate::format::wide(self.rows.first_patient);
            self.close((first + self.fill).min(end))?;
        }
        Ok(())
    }

    /// Closes a shard; the next begins at this place.
    fn close(&mut self, next: usize) -> Result<(), Error> {
        let next = u32::try_from(next).map_err(|_| Error::TooLarge("patients"))?;
        let mut empty = self.workers.spare.pop().unwrap_or_else(|| Rows::new(next));
        empty.begin(next);
        let mut rows = std::mem::replace(&mut self.rows, empty);
        rows.patients = next - rows.first_patient;
        rows.sets = self.books.sets.things().to_vec();
        self.at = self.at.max(crate::format::wide(next));
        self.workers.give(rows)?;
        while let Some(shard) = self.workers.take(false)? {
            self.built.events += shard.events;
            self.writer.shard(&shard)?;
        }
        Ok(())
    }

    /// Writes what is left, and puts the file in place.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<Built, Error> {
        self.end_shard()?;
        self.close_all()?;
        while let Some(shard) = self.workers.take(true)? {
            self.built.events += shard.events;
            self.writer.shard(&shard)?;
        }
        let (persons, stamp, declared) = (self.persons, self.stamp, self.declared);
        let mut tables = Tables {
            stamp: &stamp,
            persons: &persons,
            books: &mut self.books,
            declared: &declared,
        };
        self.built.bytes = self.writer.finish(&mut tables)?;
        Ok(self.built)
    }
}

/// Threads that encode shards; what they give back is put into the order in which it was given.
struct Workers {
    give: Option<Sender<(usize, Rows)>>,
    take: Receiver<(usize, EncodedShard, Rows)>,
    threads: Vec<JoinHandle<()>>,
    given: usize,
    taken: usize,
    early: BTreeMap<usize, EncodedShard>,
    /// Rows that were encoded, to be filled again.
    spare: Vec<Rows>,
}

impl Workers {
    fn new(count: usize) -> Self {
        let (give, given) = channel::<(usize, Rows)>();
        let (done, take) = channel();
        let given = Arc::new(Mutex::new(given));
        let threads = (0..count)
            .map(|_| {
                let (given, done) = (Arc::clone(&given), done.clone());
                std::thread::spawn(move || {
                    let mut scratch = Scratch::default();
                    loop {
                        // A lock is poisoned only if a thread panicked in `recv`.
                        let Ok(next) = given.lock().map(|given| given.recv()) else { return };
                        let Ok((number, rows)) = next else { return };
                        let shard = encode::encode(&rows, &mut scratch);
                        if done.send((number, shard, rows)).is_err() {
                            return;
                        }
                    }
                })
            })
            .collect();
        let give = Some(give);
        let (early, spare) = (BTreeMap::new(), Vec::new());
        Self { give, take, threads, given: 0, taken: 0, early, spare }
    }

    fn give(&mut self, rows: Rows) -> Result<(), Error> {
        let give = self.give.as_ref().ok_or(Error::Worker)?;
        give.send((self.given, rows)).map_err(|_| Error::Worker)?;
        self.given += 1;
        Ok(())
    }

    /// The next shard in order: if it is there, or if too many are under way, or `all` are wanted.
    fn take(&mut self, all: bool) -> Result<Option<EncodedShard>, Error> {
        if all {
            self.give = None;
        }
        loop {
            if let Some(shard) = self.early.remove(&self.taken) {
                self.taken += 1;
                return Ok(Some(shard));
            }
            let under_way = self.given - self.taken;
            let waits = under_way > 0 && (all || under_way > self.threads.len());
            let next = if waits {
                Some(self.take.recv().map_err(|_| Error::Worker)?)
            } else {
                self.take.try_recv().ok()
            };
            let Some((number, shard, rows)) = next else { return Ok(None) };
            self.early.insert(number, shard);
            self.spare.push(rows);
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.give = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has already failed what waited for it.
            let _ = thread.join();
        }
    }
}
