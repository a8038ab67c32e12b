//! Rows that go out of a data file: a few are marked, many mean that the file is written anew
//! without them.

use std::collections::{BTreeSet, HashSet};

use arrow::compute::filter_record_batch;
use arrow_array::{BooleanArray, RecordBatch};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use roaring::RoaringTreemap;
use xxhash_rust::xxh3::xxh3_64;

use super::encode::{Encoded, GROUP_ROWS, assemble};
use super::pages::{Lying, Opened, Sought, numbers, texts, wrong};
use super::part;
use super::supersede::ByName;
use crate::delta::{DataFile, Deleted};
use crate::file::parquet::encode;
use crate::file::{Effort, FileError};
use crate::tables::{FILE, LINE, PATIENT_ID, RESOURCE_KEY, SOURCE};

/// A file is written anew when more of its rows do not count than this share of them.
const MARKED_SHARE_MAX: u64 = 4;

/// A file some of whose rows go.
pub(super) struct Lost {
    /// The rows that do not count, those marked before among them.
    pub(super) deleted: Deleted,
    /// How many resources went now.
    pub(super) resources: u64,
    /// Whose rows went now.
    pub(super) people: BTreeSet<i64>,
}

impl Lost {
    /// Whether so many rows do not count that the file is better written anew.
    pub(super) fn is_much(&self, file: &DataFile) -> bool {
        self.deleted.count().saturating_mul(MARKED_SHARE_MAX) > file.rows_stored()
    }
}

/// Finds the rows of a file that go, looking only where they are sought; none when it holds none.
pub(super) fn lost(
    lying: Lying,
    file: &DataFile,
    order: &str,
    (lines, sought): (&ByName, &Sought),
) -> Result<Option<Lost>, FileError> {
    let opened = Opened::new(&lying, file, order)?;
    let mut rows = file.deleted.as_ref().map_or_else(RoaringTreemap::new, |d| d.rows().clone());
    let before = rows.len();
    let mut tally = Tally::default();
    let columns = [FILE, LINE, SOURCE, RESOURCE_KEY, PATIENT_ID];
    opened.read(lying, &columns, sought, |batch, places| {
        let stays = stays(batch, lines)?;
        if stays.false_count() == 0 {
            return Ok(());
        }
        rows.extend(places.iter().zip(&stays).filter(|(_, s)| *s == Some(false)).map(|(p, _)| *p));
        let goes = arrow::compute::not(&stays).map_err(wrong)?;
        tally.add(&filter_record_batch(batch, &goes).map_err(wrong)?)
    })?;
    if rows.len() == before {
        return Ok(None);
    }
    let resources = tally.resources.len() as u64;
    let lost = |deleted| Lost { deleted, resources, people: tally.people };
    Ok(Deleted::new(rows).map(lost))
}

/// Writes a file anew without the rows that do not count; none when no row is left.
pub(super) fn anew(bytes: Bytes, file: &DataFile) -> Result<Option<Encoded>, FileError> {
    let reader = part::rows(bytes, file)?.with_batch_size(GROUP_ROWS);
    let schema = reader.schema().clone();
    let (mut groups, mut kept) = (Vec::new(), Tally::default());
    for batch in reader.build()? {
        let batch = batch.map_err(wrong)?;
        if batch.num_rows() > 0 {
            kept.add(&batch)?;
            groups.push(encode(&batch, Effort::Small)?);
        }
    }
    if groups.is_empty() {
        return Ok(None);
    }
    let bytes = assemble(&schema, groups)?;
    Ok(Some(Encoded {
        hash: xxh3_64(&bytes),
        rows: kept.rows,
        resources: kept.resources.len() as u64,
        people: kept.people.into_iter().collect(),
        bytes,
    }))
}

#[derive(Default)]
struct Tally {
    rows: u64,
    resources: HashSet<(u64, i64, u64)>,
    people: BTreeSet<i64>,
}

impl Tally {
    fn add(&mut self, batch: &RecordBatch) -> Result<(), FileError> {
        self.rows += batch.num_rows() as u64;
        let (files, lines) = (texts(batch, FILE)?, numbers(batch, LINE)?);
        let keys = texts(batch, RESOURCE_KEY)?;
        for ((file, line), key) in files.iter().zip(lines).zip(keys) {
            let hash = |text: Option<&str>| xxh3_64(text.unwrap_or_default().as_bytes());
            self.resources.insert((hash(file), line.unwrap_or_default(), hash(key)));
        }
        self.people.extend(numbers(batch, PATIENT_ID)?.iter().flatten());
        Ok(())
    }
}

fn stays(batch: &RecordBatch, gone: &ByName) -> Result<BooleanArray, FileError> {
    let (files, lines) = (texts(batch, FILE)?, numbers(batch, LINE)?);
    let sources = texts(batch, SOURCE)?;
    let stays = files.iter().zip(lines).zip(sources).map(|((file, line), source)| {
        let lines = file.and_then(|file| gone.get(file)).and_then(|lines| lines.get(source?));
        Some(!lines.is_some_and(|lines| line.is_some_and(|line| lines.contains(&line))))
    });
    Ok(stays.collect())
}

/// Adds those of some people who have a row in a file that counts; looks only where they can be.
pub(super) fn add_present(
    lying: Lying,
    file: &DataFile,
    order: &str,
    (people, met): (&Sought, &mut HashSet<i64>),
) -> Result<(), FileError> {
    let opened = Opened::new(&lying, file, order)?;
    // Only rows that lie by person can be looked for by person.
    let everything = Sought::everything();
    let sought = if order == PATIENT_ID { people } else { &everything };
    opened.read(lying, &[PATIENT_ID], sought, |batch, _| {
        let mut last = None;
        for patient in numbers(batch, PATIENT_ID)?.iter().flatten() {
            if last != Some(patient) && people.has(Some(patient)) {
                met.insert(patient);
            }
            last = Some(patient);
        }
        Ok(())
    })
}

/// Adds the people of a file, which mostly lie together, to those already met.
pub(super) fn add_patients(
    lying: Lying,
    file: &DataFile,
    met: &mut HashSet<i64>,
) -> Result<(), FileError> {
    let reader = part::rows(lying, file)?;
    let column = reader.schema().index_of(PATIENT_ID).map_err(wrong)?;
    let mask = ProjectionMask::roots(reader.metadata().file_metadata().schema_descr(), [column]);
    for batch in reader.with_projection(mask).build()? {
        let batch = batch.map_err(wrong)?;
        let mut last = None;
        for patient in numbers(&batch, PATIENT_ID)?.iter().flatten() {
            if last != Some(patient) {
                met.insert(patient);
                last = Some(patient);
            }
        }
    }
    Ok(())
}
