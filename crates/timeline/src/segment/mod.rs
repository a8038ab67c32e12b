//! Reading a segment where it lies: tables are checked when it is opened, blocks when they are
//! first read.

mod patients;
mod run;
mod tables;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::Mmap;
use vocab::PatientId;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

pub(crate) use self::run::Run;
use crate::Error;
use crate::event::{BirthDate, Person, Sex};
use crate::format::{
    BLOCK_RECORD_BYTES, Damage, END_MAGIC, PERSON_BYTES, PREAMBLE, RUN_BYTES, SECTION_BYTES,
    SHARD_BYTES, SHARD_PATIENTS_MAX, SHARD_ROWS_MAX, Section, TRAILER_BYTES, index, u32_at, u64_at,
    wide,
};
use crate::map;

/// A segment file, open.
pub struct Segment {
    path: PathBuf,
    map: Mmap,
    sections: [Range<usize>; Section::ALL.len()],
    /// A bit for each block that was found whole.
    checked: Vec<AtomicU64>,
    /// A bit for each block read since memory was last let go, and how many bytes they are.
    touched: Vec<AtomicU64>,
    touched_bytes: AtomicU64,
    /// Where the runs of each concept begin among the runs.
    concept_runs: Vec<u32>,
    /// The words of all kinds in the order of their texts, and of each concept its kind's place.
    kinds: Vec<u32>,
    ranks: Vec<u32>,
    /// Of each code, the first that is written like it.
    written: OnceLock<Vec<u32>>,
}

/// A shard: neighbouring patients of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Its first patient's place in the segment.
    pub first_patient: u32,
    /// How many patients.
    pub patients: u32,
    /// How many events.
    pub events: u64,
}

/// Where a run lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunPlace {
    pub(crate) concept: u32,
    pub(crate) shard: u32,
    block: u32,
    from: u32,
    length: u32,
    pub(crate) events: u32,
    pub(crate) patients: u32,
}

impl Segment {
    /// Opens a segment and checks its tables.
    ///
    /// # Errors
    /// When the file cannot be read, or is not what was written.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let map = map::read_only(path)?;
        let damaged = |part: &str, damage| Error::Damaged {
            path: path.to_owned(),
            part: part.to_owned(),
            damage,
        };
        let sections = sections(&map).map_err(|damage| damaged("the footer", damage))?;
        for (section, (range, hash)) in Section::ALL.into_iter().zip(&sections) {
            let bytes = map.get(range.clone()).unwrap_or_default();
            if xxh3_64(bytes) != *hash {
                return Err(damaged(section.name(), Damage::Checksum));
            }
        }
        let sections = sections.map(|(range, _)| range);
        let mut segment = Self {
            path: path.to_owned(),
            map,
            sections,
            checked: Vec::new(),
            touched: Vec::new(),
            touched_bytes: AtomicU64::new(0),
            concept_runs: Vec::new(),
            kinds: Vec::new(),
            ranks: Vec::new(),
            written: OnceLock::new(),
        };
        let blocks = segment.section(Section::Blocks).len() / BLOCK_RECORD_BYTES;
        segment.checked = (0..blocks.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        segment.touched = (0..blocks.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        segment.check_tables().map_err(|(section, damage)| damaged(section.name(), damage))?;
        Ok(segment)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn section(&self, section: Section) -> &[u8] {
        let range = self.sections.get(section as usize - 1).cloned().unwrap_or_default();
        self.map.get(range).unwrap_or_default()
    }

    /// What its maker wrote into it.
    #[must_use]
    pub fn stamp(&self) -> &[u8] {
        self.section(Section::Stamp)
    }

    /// How many people it has.
    #[must_use]
    pub fn patients(&self) -> u32 {
        u32::try_from(self.section(Section::Patients).len() / 8).unwrap_or(u32::MAX)
    }

    /// The person at a place.
    #[must_use]
    pub fn person(&self, place: u32) -> Option<Person> {
        let id = u64_at(self.section(Section::Patients), wide(place) * 8).ok()?;
        let id = PatientId::from_stored(id.cast_signed())?;
        let at = wide(place) * PERSON_BYTES;
        let record = self.section(Section::Persons).get(at..)?.first_chunk::<PERSON_BYTES>()?;
        let &[a, b, c, d, e, f, sex, gone] = record;
        let days = u16::from_le_bytes([e, f]);
        let first_day = i32::from_le_bytes([a, b, c, d]);
        let sex = match sex {
            1 => Sex::Male,
            2 => Sex::Female,
            3 => Sex::Other,
            _ => Sex::Unknown,
        };
        let birth = (days > 0).then_some(BirthDate { first_day, days });
        Some(Person { id, birth, sex, gone: gone != 0 })
    }

    /// The place of a person.
    #[must_use]
    pub fn place_of(&self, patient: PatientId) -> Option<u32> {
        let ids = self.section(Section::Patients);
        let id = |place: u32| u64_at(ids, wide(place) * 8).unwrap_or(u64::MAX);
        let wanted = patient.get().cast_unsigned();
        let (mut low, mut high) = (0, self.patients());
        while low < high {
            let middle = low + (high - low) / 2;
            if id(middle) < wanted { low = middle + 1 } else { high = middle }
        }
        (low < self.patients() && id(low) == wanted).then_some(low)
    }

    /// How many shards it has.
    #[must_use]
    pub fn shards(&self) -> u32 {
        u32::try_from(self.section(Section::Shards).len() / SHARD_BYTES).unwrap_or(u32::MAX)
    }

    /// A shard.
    #[must_use]
    pub fn shard(&self, number: u32) -> Option<Shard> {
        let table = self.section(Section::Shards);
        let at = wide(number) * SHARD_BYTES;
        Some(Shard {
            first_patient: u32_at(table, at).ok()?,
            patients: u32_at(table, at + 4).ok()?,
            events: u64_at(table, at + 8).ok()?,
        })
    }

    /// How many events it has.
    #[must_use]
    pub fn events(&self) -> u64 {
        (0..self.shards()).filter_map(|number| self.shard(number)).map(|shard| shard.events).sum()
    }

    /// The first and the last local day on which anything begins.
    #[must_use]
    pub fn span(&self) -> Option<(i64, i64)> {
        let span = self.section(Section::Span);
        let (first, last) = (u64_at(span, 0).ok()?.cast_signed(), u64_at(span, 8).ok()?);
        let last = last.cast_signed();
        (first <= last).then_some((first, last))
    }

    /// Where the run of a concept in a shard lies.
    pub(crate) fn find(&self, concept: u32, shard: u32) -> Option<RunPlace> {
        let (mut low, mut high) = self.concept_range(concept)?;
        // What is frequent has a run in every shard.
        let is_it = |run: &RunPlace| run.concept == concept && run.shard == shard;
        if let Some(run) = low.checked_add(shard).filter(|&place| place < high)
            && let Some(run) = self.run_place(run).filter(is_it)
        {
            return Some(run);
        }
        let table = self.section(Section::Runs);
        while low < high {
            let middle = low + (high - low) / 2;
            if u32_at(table, wide(middle) * RUN_BYTES + 4).ok()? < shard {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        self.run_place(low).filter(is_it)
    }

    /// The runs of a concept.
    pub(crate) fn runs_of(&self, concept: u32) -> impl Iterator<Item = RunPlace> + '_ {
        let (from, to) = self.concept_range(concept).unwrap_or((0, 0));
        (from..to).filter_map(|number| self.run_place(number))
    }

    fn concept_range(&self, concept: u32) -> Option<(u32, u32)> {
        let from = self.concept_runs.get(wide(concept))?;
        Some((*from, *self.concept_runs.get(wide(concept) + 1)?))
    }

    fn run_place(&self, number: u32) -> Option<RunPlace> {
        let table = self.section(Section::Runs);
        let at = wide(number) * RUN_BYTES;
        let field = |field: usize| u32_at(table, at + 4 * field).ok();
        Some(RunPlace {
            concept: field(0)?,
            shard: field(1)?,
            block: field(2)?,
            from: field(3)?,
            length: field(4)?,
            events: field(5)?,
            patients: field(6)?,
        })
    }

    /// Reads a byte of a run without believing it, so that its memory is on the way.
    pub(crate) fn touch(&self, place: &RunPlace) -> u8 {
        let at = wide(place.block) * BLOCK_RECORD_BYTES;
        let from = u64_at(self.section(Section::Blocks), at).and_then(index).unwrap_or(0);
        self.map.get(from.saturating_add(wide(place.from))).copied().unwrap_or(0)
    }

    /// Reads the head of a run, after its block was found whole.
    pub(crate) fn run(&self, place: &RunPlace) -> Result<Run<'_>, Error> {
        let part = |damage| self.damaged(format!("block {}", place.block), damage);
        let block = self.block(place.block)?;
        let from = wide(place.from);
        let bytes = block.get(from..from + wide(place.length));
        let bytes = bytes.ok_or(Damage::Short).map_err(part)?;
        let (events, patients) = (wide(place.events), wide(place.patients));
        if events > SHARD_ROWS_MAX || patients > SHARD_PATIENTS_MAX || patients > events {
            return Err(part(Damage::Number));
        }
        Run::read(bytes, events, patients).map_err(part)
    }

    /// The error of a run that is not what it should be.
    pub(crate) fn damaged_run(&self, place: &RunPlace, damage: Damage) -> Error {
        self.damaged(format!("block {}", place.block), damage)
    }

    fn damaged(&self, part: String, damage: Damage) -> Error {
        Error::Damaged { path: self.path.clone(), part, damage }
    }

    /// A block that matches its checksum.
    fn block(&self, number: u32) -> Result<&[u8], Error> {
        let damaged = |damage| self.damaged(format!("block {number}"), damage);
        let bytes = self.block_bytes(number).map_err(damaged)?;
        let (word, bit) = (wide(number) / 64, 1_u64 << (number % 64));
        let checked = self.checked.get(word).ok_or(Damage::Number).map_err(damaged)?;
        if checked.load(Ordering::Relaxed) & bit == 0 {
            self.check_block(number, bytes)?;
            checked.fetch_or(bit, Ordering::Relaxed);
        }
        let touched = self.touched.get(word).ok_or(Damage::Number).map_err(damaged)?;
        if touched.load(Ordering::Relaxed) & bit == 0
            && touched.fetch_or(bit, Ordering::Relaxed) & bit == 0
        {
            self.touched_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        Ok(bytes)
    }

    /// Bytes of the blocks that were read since memory was last let go.
    pub(crate) fn touched_bytes(&self) -> u64 {
        self.touched_bytes.load(Ordering::Relaxed)
    }

    /// Lets the memory of all blocks go.
    pub(crate) fn let_go(&self) {
        self.touched.iter().for_each(|word| word.store(0, Ordering::Relaxed));
        self.touched_bytes.store(0, Ordering::Relaxed);
        map::let_go(&self.map);
    }

    fn block_bytes(&self, number: u32) -> Result<&[u8], Damage> {
        let table = self.section(Section::Blocks);
        let at = wide(number) * BLOCK_RECORD_BYTES;
        let from = index(u64_at(table, at)?)?;
        let length = wide(u32_at(table, at + 16)?);
        let to = from.checked_add(length).ok_or(Damage::Number)?;
        self.map.get(from..to).ok_or(Damage::Short)
    }

    fn check_block(&self, number: u32, bytes: &[u8]) -> Result<(), Error> {
        let at = wide(number) * BLOCK_RECORD_BYTES + 8;
        let hash = u64_at(self.section(Section::Blocks), at).ok();
        if hash == Some(xxh3_64(bytes)) {
            return Ok(());
        }
        Err(self.damaged(format!("block {number}"), Damage::Checksum))
    }

    /// Reads every block again.
    ///
    /// # Errors
    /// The first block that is not what was written.
    ///
    /// # Cost
    /// The whole file is read.
    pub fn verify(&self) -> Result<(), Error> {
        let blocks = self.section(Section::Blocks).len() / BLOCK_RECORD_BYTES;
        let mut next = PREAMBLE.len();
        for number in 0..u32::try_from(blocks).unwrap_or(u32::MAX) {
            let damaged = |damage| self.damaged(format!("block {number}"), damage);
            let bytes = self.block_bytes(number).map_err(damaged)?;
            // Blocks follow one another, so that no byte is under no checksum.
            let table = self.section(Section::Blocks);
            let from = u64_at(table, wide(number) * BLOCK_RECORD_BYTES).map_err(damaged)?;
            if from != next as u64 {
                return Err(damaged(Damage::Number));
            }
            next += bytes.len();
            self.check_block(number, bytes)?;
        }
        Ok(())
    }
}

/// The sections and their checksums, from the end of the file.
fn sections(map: &[u8]) -> Result<[(Range<usize>, u64); Section::ALL.len()], Damage> {
    if map.get(..PREAMBLE.len()) != Some(&PREAMBLE) {
        return Err(Damage::Format);
    }
    let trailer_at = map.len().checked_sub(TRAILER_BYTES).ok_or(Damage::Short)?;
    let trailer = map.get(trailer_at..).ok_or(Damage::Short)?;
    if trailer.get(24..) != Some(&END_MAGIC) {
        return Err(Damage::Short);
    }
    let (from, length) = (index(u64_at(trailer, 0)?)?, index(u64_at(trailer, 8)?)?);
    if from.checked_add(length) != Some(trailer_at) {
        return Err(Damage::Number);
    }
    let footer = map.get(from..trailer_at).ok_or(Damage::Short)?;
    let mut hash = Xxh3::new();
    hash.update(&PREAMBLE);
    hash.update(footer);
    hash.update(trailer.get(..16).ok_or(Damage::Short)?);
    if hash.digest() != u64_at(trailer, 16)? {
        return Err(Damage::Checksum);
    }
    if footer.len() != Section::ALL.len() * SECTION_BYTES {
        return Err(Damage::Number);
    }
    let mut sections = Section::ALL.map(|_| (0..0, 0));
    for ((record, to), section) in footer.chunks(SECTION_BYTES).zip(&mut sections).zip(Section::ALL)
    {
        let (from, length) = (index(u64_at(record, 8)?)?, index(u64_at(record, 16)?)?);
        let end = from.checked_add(length).filter(|&end| end <= map.len()).ok_or(Damage::Number)?;
        if u32_at(record, 0)? != section as u32 {
            return Err(Damage::Number);
        }
        *to = (from..end, u64_at(record, 24)?);
    }
    Ok(sections)
}
