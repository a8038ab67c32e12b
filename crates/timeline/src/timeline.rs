//! The index in force: a base and the changes after it, and who may be seen in it.
//!
//! A change is a segment with all there is of the patients it names; what older segments say of
//! them is dead. The manifest names the segments in force; it is replaced by a rename, so a build
//! that is killed leaves the index as it was.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use vocab::PatientId;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::Error;
use crate::build::writer::put_in_place;
use crate::build::{Builder, Built, Options};
use crate::event::{Batch, Person};
use crate::format::{Damage, wide};
use crate::mask::Mask;
use crate::segment::Segment;

/// Bytes of blocks that are kept in memory, about.
const RESIDENT_BYTES_MAX: u64 = 512 << 20;
const MANIFEST: &str = "manifest";
const FIRST_LINE: &str = "aoba timeline 1";

/// An index, open.
pub struct Timeline {
    segments: Vec<Segment>,
    shards: Vec<ShardAt>,
    /// What stands in the manifest: another one is another index.
    generation: u128,
    span: (i64, i64),
}

/// A shard of a segment, and whose rows in it are in force.
pub(crate) struct ShardAt {
    pub(crate) segment: usize,
    pub(crate) number: u32,
    pub(crate) live: Mask,
}

/// Who may be seen: what a permit leaves of an index. Nothing is answered without one.
pub struct Shown {
    pub(crate) masks: Vec<Mask>,
    /// Differs where those who may be seen differ.
    pub(crate) hash: u128,
}

impl Timeline {
    /// Opens the index of a folder.
    ///
    /// # Errors
    /// When there is none, or one of its files is not what was written.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let (names, generation) = read_manifest(folder)?;
        let segments = names.iter().map(|name| Segment::open(&folder.join(name)));
        let segments = segments.collect::<Result<Vec<_>, _>>()?;
        let mut shards = Vec::new();
        for (at, segment) in segments.iter().enumerate() {
            let newer = segments.get(at + 1..).unwrap_or_default();
            shards.extend(living(at, segment, newer));
        }
        let spans: Vec<(i64, i64)> = segments.iter().filter_map(Segment::span).collect();
        let first = spans.iter().map(|span| span.0).min().unwrap_or(0);
        let last = spans.iter().map(|span| span.1).max().unwrap_or(-1);
        Ok(Self { segments, shards, generation, span: (first, last) })
    }

    /// Whether a folder holds an index.
    #[must_use]
    pub fn stands_in(folder: &Path) -> bool {
        folder.join(MANIFEST).exists()
    }

    /// Whether it is still what is in force in its folder.
    #[must_use]
    pub fn is_in_force(&self, folder: &Path) -> bool {
        read_manifest(folder).is_ok_and(|(_, generation)| generation == self.generation)
    }

    /// Removes what a build that was killed left behind. One process at a time may call it, as
    /// builds do.
    ///
    /// # Errors
    /// When the folder cannot be read, or a file not be removed.
    pub fn remove_leftovers(folder: &Path) -> Result<(), Error> {
        let in_force = read_manifest(folder).map(|read| read.0).unwrap_or_default();
        let entries = fs::read_dir(folder).map_err(|source| Error::io(folder, source))?;
        for name in entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()) {
            let segment = name.strip_suffix(".aside").unwrap_or(&name);
            let is_ours = number_of(segment).is_some() || segment == MANIFEST;
            if is_ours && name != MANIFEST && !in_force.contains(&name) {
                let path = folder.join(name);
                fs::remove_file(&path).map_err(|source| Error::io(&path, source))?;
            }
        }
        Ok(())
    }

    /// The segments, oldest first.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The first and the last local day of anything in it.
    #[must_use]
    pub fn span(&self) -> (i64, i64) {
        self.span
    }

    /// What it is known by: another index has another.
    pub(crate) fn generation(&self) -> u128 {
        self.generation
    }

    pub(crate) fn shards(&self) -> &[ShardAt] {
        &self.shards
    }

    pub(crate) fn segment(&self, shard: &ShardAt) -> Option<&Segment> {
        self.segments.get(shard.segment)
    }

    /// How many people are in force.
    #[must_use]
    pub fn people(&self) -> u64 {
        self.shards.iter().map(|shard| u64::from(shard.live.count())).sum()
    }

    /// Everybody but these.
    #[must_use]
    pub fn shown(&self, excluded: &[PatientId]) -> Shown {
        let mut masks: Vec<Mask> = self.shards.iter().map(|shard| shard.live.clone()).collect();
        for &patient in excluded {
            for (at, segment) in self.segments.iter().enumerate() {
                let Some(place) = segment.place_of(patient) else { continue };
                let shards = self.shards.iter().zip(&mut masks);
                for (shard, mask) in shards.filter(|(shard, _)| shard.segment == at) {
                    if let Some(within) = within(segment, shard.number, place) {
                        mask.clear(within);
                    }
                }
            }
        }
        Shown { hash: self.hash(&masks), masks }
    }

    /// Of these who may be seen, only one; nobody where that one may not be.
    #[must_use]
    pub fn only(&self, shown: &Shown, patient: PatientId) -> Shown {
        let mut masks: Vec<Mask> = shown.masks.iter().map(|_| Mask::none()).collect();
        for (shard, (mask, may)) in self.shards.iter().zip(masks.iter_mut().zip(&shown.masks)) {
            let Some(segment) = self.segment(shard) else { continue };
            let place = segment.place_of(patient);
            let place = place.and_then(|place| within(segment, shard.number, place));
            if let Some(place) = place.filter(|&place| may.has(place)) {
                mask.set(place);
            }
        }
        Shown { hash: self.hash(&masks), masks }
    }

    /// The shard of somebody who may be seen, and the place in it.
    pub(crate) fn find(&self, shown: &Shown, patient: PatientId) -> Option<(usize, usize)> {
        self.segments.iter().enumerate().find_map(|(at, segment)| {
            let place = segment.place_of(patient)?;
            let shards = self.shards.iter().zip(&shown.masks).enumerate();
            let mut shards = shards.filter(|(_, (shard, _))| shard.segment == at);
            shards.find_map(|(number, (shard, may))| {
                let place = within(segment, shard.number, place)?;
                may.has(place).then_some((number, place))
            })
        })
    }

    fn hash(&self, masks: &[Mask]) -> u128 {
        let mut bytes = self.generation.to_le_bytes().to_vec();
        masks.iter().for_each(|mask| mask.write(&mut bytes));
        xxh3_128(&bytes)
    }

    /// Lets memory go, where much is held: a map counts as memory of the process, page by page as
    /// it is read.
    pub(crate) fn let_go(&self) {
        if self.segments.iter().map(Segment::touched_bytes).sum::<u64>() > RESIDENT_BYTES_MAX {
            self.segments.iter().for_each(Segment::let_go);
        }
    }

    /// Reads every block again.
    ///
    /// # Errors
    /// The first block that is not what was written.
    pub fn verify(&self) -> Result<(), Error> {
        self.segments.iter().try_for_each(Segment::verify)
    }
}

impl Shown {
    /// How many.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.masks.iter().map(|mask| u64::from(mask.count())).sum()
    }
}

/// A patient's place in a shard, where it is there.
fn within(segment: &Segment, shard: u32, place: u32) -> Option<usize> {
    let shard = segment.shard(shard)?;
    let within = place.checked_sub(shard.first_patient)?;
    (within < shard.patients).then_some(wide(within))
}

/// The shards of a segment, with whoever no newer segment names.
fn living(at: usize, segment: &Segment, newer: &[Segment]) -> Vec<ShardAt> {
    let mut shards: Vec<ShardAt> = (0..segment.shards())
        .map(|number| {
            let shard = segment.shard(number);
            let (first, count) = shard.map_or((0, 0), |s| (s.first_patient, s.patients));
            let mut live = Mask::first(wide(count));
            for place in 0..count {
                if segment.person(first + place).is_none_or(|person| person.gone) {
                    live.clear(wide(place));
                }
            }
            ShardAt { segment: at, number, live }
        })
        .collect();
    for other in newer {
        for place in 0..other.patients() {
            let old = other.person(place).and_then(|person| segment.place_of(person.id));
            let Some(old) = old else { continue };
            let number = shards.partition_point(|shard| {
                segment.shard(shard.number).is_some_and(|s| s.first_patient + s.patients <= old)
            });
            if let Some(shard) = shards.get_mut(number)
                && let Some(place) = within(segment, shard.number, old)
            {
                shard.live.clear(place);
            }
        }
    }
    shards
}

/// The names of the segments in force, oldest first.
fn read_manifest(folder: &Path) -> Result<(Vec<String>, u128), Error> {
    let path = folder.join(MANIFEST);
    let bytes = fs::read(&path).map_err(|source| Error::io(&path, source))?;
    let damaged =
        |damage| Error::Damaged { path: path.clone(), part: "the manifest".to_owned(), damage };
    let text = std::str::from_utf8(&bytes).map_err(|_| damaged(Damage::Format))?;
    let text = text.strip_suffix('\n').ok_or(Damage::Short).map_err(damaged)?;
    let (body, hash) = text.rsplit_once('\n').ok_or(Damage::Short).map_err(damaged)?;
    if hash != format!("{:016x}", xxh3_64(body.as_bytes())) {
        return Err(damaged(Damage::Checksum));
    }
    let mut lines = body.lines();
    if lines.next() != Some(FIRST_LINE) {
        return Err(damaged(Damage::Format));
    }
    let names: Vec<String> = lines.map(str::to_owned).collect();
    // A name is a file of this folder.
    let is_name = |name: &String| number_of(name).is_some();
    if names.is_empty() || !names.iter().all(is_name) {
        return Err(damaged(Damage::Number));
    }
    Ok((names, xxh3_128(&bytes)))
}

fn write_manifest(folder: &Path, names: &[String]) -> Result<(), Error> {
    let body = format!("{FIRST_LINE}\n{}", names.join("\n"));
    let text = format!("{body}\n{:016x}\n", xxh3_64(body.as_bytes()));
    let aside = folder.join("manifest.aside");
    let written = fs::File::create(&aside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|source| Error::io(&aside, source))?;
    put_in_place(&aside, &folder.join(MANIFEST))
}

fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("segment-")?.strip_suffix(".timeline")?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// What a draft becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// The whole index: nothing before it is in force.
    Base,
    /// A change: it holds all there is of the people it names.
    Change,
}

/// A segment that is being built in a folder.
pub struct Draft {
    folder: PathBuf,
    name: String,
    becomes: Becomes,
    builder: Builder,
}

impl Draft {
    /// Begins a segment. One process at a time does, which whoever calls sees to.
    ///
    /// # Errors
    /// When the folder cannot be read or written, or people are not sorted; for a change, when there
    /// is no index.
    pub fn begin(
        folder: &Path,
        becomes: Becomes,
        persons: Vec<Person>,
        options: Options,
    ) -> Result<Self, Error> {
        if becomes == Becomes::Change {
            read_manifest(folder)?;
        }
        let entries = fs::read_dir(folder).map_err(|source| Error::io(folder, source))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let last = names.filter_map(|name| number_of(&name)).max().unwrap_or(0);
        let name = format!("segment-{:06}.timeline", last + 1);
        let builder = Builder::create(&folder.join(&name), persons, options)?;
        Ok(Self { folder: folder.to_owned(), name, becomes, builder })
    }

    /// Takes rows, sorted by patient.
    ///
    /// # Errors
    /// As [`Builder::push`].
    pub fn push(&mut self, batch: &Batch<'_>) -> Result<(), Error> {
        self.builder.push(batch)
    }

    /// As [`Builder::begin_shard`].
    ///
    /// # Errors
    /// As there.
    pub fn begin_shard(&mut self, people: &[Person]) -> Result<(), Error> {
        self.builder.begin_shard(people)
    }

    /// As [`Builder::end_shard`].
    ///
    /// # Errors
    /// As there.
    pub fn end_shard(&mut self) -> Result<(), Error> {
        self.builder.end_shard()
    }

    /// Changes what the maker writes into the file to know it by.
    pub fn stamp(&mut self, stamp: Vec<u8>) {
        self.builder.stamp(stamp);
    }

    /// Puts the segment in force. Files that are in force no longer are removed; whoever has them
    /// open reads on.
    ///
    /// # Errors
    /// When it cannot be written; then the index is as it was.
    pub fn finish(self) -> Result<Built, Error> {
        let built = self.builder.finish()?;
        let before = match self.becomes {
            Becomes::Base => read_manifest(&self.folder).map(|read| read.0).unwrap_or_default(),
            Becomes::Change => read_manifest(&self.folder)?.0,
        };
        match self.becomes {
            Becomes::Base => {
                write_manifest(&self.folder, &[self.name])?;
                for name in before {
                    let path = self.folder.join(name);
                    fs::remove_file(&path).map_err(|source| Error::io(&path, source))?;
                }
            }
            Becomes::Change => write_manifest(&self.folder, &[before, vec![self.name]].concat())?,
        }
        Ok(built)
    }
}
