//! Writes a segment file aside and puts it in place when it is whole.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::encode::EncodedShard;
use super::rows::Books;
use crate::Error;
use crate::dictionary::{Concept, Numbered};
use crate::event::{Person, Sex};
use crate::format::{BLOCK_BYTES, END_MAGIC, PREAMBLE, Section, wide};

/// A run's record, without its place in the order.
type RunRecord = [u32; 7];

/// A file that is being written.
pub(crate) struct Writer {
    aside: PathBuf,
    path: PathBuf,
    file: BufWriter<File>,
    offset: u64,
    concepts: Numbered<Concept>,
    shards: Vec<u8>,
    blocks: Vec<u8>,
    block_count: u32,
    runs: Vec<RunRecord>,
    span: Option<(i64, i64)>,
    footer: Vec<u8>,
}

/// What stands in the tables but not in the shards.
pub(crate) struct Tables<'a> {
    pub(crate) stamp: &'a [u8],
    pub(crate) persons: &'a [Person],
    pub(crate) books: &'a mut Books,
    pub(crate) declared: &'a [String],
}

impl Writer {
    /// Begins a file beside the path.
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".aside");
        let aside = path.with_file_name(name);
        let file = File::create(&aside).map_err(|source| Error::io(&aside, source))?;
        let mut writer = Self {
            aside,
            path: path.to_owned(),
            file: BufWriter::with_capacity(1 << 20, file),
            offset: 0,
            concepts: Numbered::new(),
            shards: Vec::new(),
            blocks: Vec::new(),
            block_count: 0,
            runs: Vec::new(),
            span: None,
            footer: Vec::new(),
        };
        writer.write(&PREAMBLE)?;
        Ok(writer)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(|source| Error::io(&self.aside, source))?;
        self.offset += bytes.len() as u64;
        Ok(())
    }

    /// Appends the next shard.
    pub(crate) fn shard(&mut self, shard: &EncodedShard) -> Result<(), Error> {
        let number = u32::try_from(self.shards.len() / crate::format::SHARD_BYTES);
        let number = number.map_err(|_| Error::TooLarge("shards"))?;
        self.shards.extend_from_slice(&shard.first_patient.to_le_bytes());
        self.shards.extend_from_slice(&shard.patients.to_le_bytes());
        self.shards.extend_from_slice(&shard.events.to_le_bytes());
        self.span = match (self.span, shard.span) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        let mut from = 0;
        let mut first = 0;
        for (at, run) in shard.runs.iter().enumerate() {
            let concept =
                shard.concepts.get(wide(run.concept)).ok_or(Error::TooLarge("concepts"))?;
            let concept = self.concepts.number(concept);
            let within = u32::try_from(run.from - from).map_err(|_| Error::TooLarge("a block"))?;
            let (length, block) = (run.length, self.block_count);
            self.runs.push([concept, number, block, within, length, run.events, run.patients]);
            let end = run.from + wide(run.length);
            if end - from >= BLOCK_BYTES || at + 1 == shard.runs.len() {
                self.block(shard.bytes.get(from..end).unwrap_or_default())?;
                (from, first) = (end, at + 1);
            }
        }
        debug_assert_eq!(first, shard.runs.len());
        Ok(())
    }

    fn block(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let length = u32::try_from(bytes.len()).map_err(|_| Error::TooLarge("a block"))?;
        self.blocks.extend_from_slice(&self.offset.to_le_bytes());
        self.blocks.extend_from_slice(&xxh3_64(bytes).to_le_bytes());
        self.blocks.extend_from_slice(&length.to_le_bytes());
        self.blocks.extend_from_slice(&[0; 4]);
        self.block_count = self.block_count.checked_add(1).ok_or(Error::TooLarge("blocks"))?;
        self.write(bytes)
    }

    fn section(&mut self, section: Section, bytes: &[u8]) -> Result<(), Error> {
        self.footer.extend_from_slice(&(section as u32).to_le_bytes());
        self.footer.extend_from_slice(&[0; 4]);
        self.footer.extend_from_slice(&self.offset.to_le_bytes());
        self.footer.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.footer.extend_from_slice(&xxh3_64(bytes).to_le_bytes());
        self.write(bytes)
    }

    /// Writes the tables and puts the file in place. Says how long it is.
    pub(crate) fn finish(mut self, tables: &mut Tables<'_>) -> Result<u64, Error> {
        let kinds: Vec<u8> = tables
            .declared
            .iter()
            .flat_map(|kind| tables.books.words.number(kind).to_le_bytes())
            .collect();
        self.runs.sort_unstable();
        let runs: Vec<u8> =
            self.runs.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
        let patients: Vec<u8> =
            tables.persons.iter().flat_map(|person| person.id.get().to_le_bytes()).collect();
        let persons: Vec<u8> = tables.persons.iter().flat_map(person_bytes).collect();
        let (first, last) = self.span.unwrap_or((0, -1));
        let span = [first.to_le_bytes(), last.to_le_bytes()].concat();
        let codes = tables.books.codes.things();
        let codes: Vec<u8> = codes
            .iter()
            .flat_map(|(system, code)| [system.to_le_bytes(), code.to_le_bytes()])
            .flatten()
            .collect();
        let (words, concepts) = (words_bytes(tables.books)?, concepts_bytes(&self.concepts)?);
        let (shards, blocks) = (std::mem::take(&mut self.shards), std::mem::take(&mut self.blocks));
        for section in Section::ALL {
            let bytes: &[u8] = match section {
                Section::Stamp => tables.stamp,
                Section::Patients => &patients,
                Section::Persons => &persons,
                Section::Words => &words,
                Section::Codes => &codes,
                Section::Concepts => &concepts,
                Section::Shards => &shards,
                Section::Blocks => &blocks,
                Section::Runs => &runs,
                Section::Kinds => &kinds,
                Section::Span => &span,
            };
            self.section(section, bytes)?;
        }
        self.close()
    }

    fn close(mut self) -> Result<u64, Error> {
        let footer = std::mem::take(&mut self.footer);
        let place = [self.offset.to_le_bytes(), (footer.len() as u64).to_le_bytes()].concat();
        let mut hash = Xxh3::new();
        for part in [PREAMBLE.as_slice(), &footer, &place] {
            hash.update(part);
        }
        self.write(&footer)?;
        self.write(&place)?;
        self.write(&hash.digest().to_le_bytes())?;
        self.write(&END_MAGIC)?;
        let io = |source| Error::io(&self.aside, source);
        self.file.flush().map_err(io)?;
        self.file.get_ref().sync_all().map_err(io)?;
        put_in_place(&self.aside, &self.path)?;
        Ok(self.offset)
    }
}

/// Renames a file that is whole and on the disk, and makes the rename last.
pub(crate) fn put_in_place(aside: &Path, path: &Path) -> Result<(), Error> {
    fs::rename(aside, path).map_err(|source| Error::io(path, source))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| Error::io(folder, source))
}

fn person_bytes(person: &Person) -> [u8; 8] {
    let (day, days) = person.birth.map_or((0, 0), |birth| (birth.first_day, birth.days));
    let sex = match person.sex {
        Sex::Unknown => 0,
        Sex::Male => 1,
        Sex::Female => 2,
        Sex::Other => 3,
    };
    let ([a, b, c, d], [e, f]) = (day.to_le_bytes(), days.to_le_bytes());
    [a, b, c, d, e, f, sex, u8::from(person.gone)]
}

/// A table of ends: the count, then where each ends.
fn ends_bytes(count: usize, lengths: impl Iterator<Item = usize>) -> Result<Vec<u8>, Error> {
    let short = |number: usize| u32::try_from(number).map_err(|_| Error::TooLarge("a dictionary"));
    let mut out = short(count)?.to_le_bytes().to_vec();
    out.extend_from_slice(&[0; 4]);
    let mut end = 0;
    for length in lengths {
        end += length;
        out.extend_from_slice(&short(end)?.to_le_bytes());
    }
    Ok(out)
}

fn words_bytes(books: &Books) -> Result<Vec<u8>, Error> {
    let words = books.words.words();
    let mut out = ends_bytes(words.len(), words.iter().map(|word| word.len()))?;
    words.iter().for_each(|word| out.extend_from_slice(word.as_bytes()));
    Ok(out)
}

fn concepts_bytes(concepts: &Numbered<Concept>) -> Result<Vec<u8>, Error> {
    let concepts = concepts.things();
    let mut out =
        ends_bytes(concepts.len(), concepts.iter().map(|concept| concept.codes.len() + 1))?;
    for concept in concepts {
        out.extend_from_slice(&concept.kind.to_le_bytes());
        concept.codes.iter().for_each(|code| out.extend_from_slice(&code.to_le_bytes()));
    }
    Ok(out)
}

impl Drop for Writer {
    fn drop(&mut self) {
        // What was not put in place is of no use; that it may stay is no harm.
        let _ = fs::remove_file(&self.aside);
    }
}
