//! Which rows of which data files are about the person: in every file that lies there, whichever
//! version names it, those that no longer count too.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use futures::TryStreamExt as _;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use roaring::RoaringTreemap;
use vocab::{LandingId, PatientId};
use xxhash_rust::xxh3::xxh3_64;

use super::LinesOf;
use crate::delta::{DataFile, TableError};
use crate::file::FileError;
use crate::house::{Lake, LakeError};
use crate::tables::{FILE, LINE, PATIENT_ID, RESOURCE_KEY};
use crate::writer::pages::{Lying, numbers, texts, wrong};
use crate::writer::part;
use crate::writer::part::rows_wrong;

/// Whom and which lines rows are looked for by.
#[derive(Debug, Default)]
pub(super) struct Seek {
    pub(super) people: BTreeSet<i64>,
    gone: HashMap<String, HashSet<i64>>,
    cut: HashMap<String, HashSet<i64>>,
}

/// What a data file holds of what is looked for.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) rows: Vec<FoundRow>,
    /// First and last of the people whose rows stay.
    pub(super) others: Option<(i64, i64)>,
}

/// One row that goes or is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct FoundRow {
    /// Its place in the file, from 0.
    pub(super) place: u64,
    /// A hash of the resource it came from.
    pub(super) resource: u64,
    pub(super) patient: Option<i64>,
    /// Its line was only cut.
    pub(super) cut: bool,
}

impl Seek {
    pub(super) fn new(patients: &[PatientId], gone: &LinesOf, cut: &LinesOf) -> Self {
        let by_name = |lines: &LinesOf| {
            let line = |line: &u64| i64::try_from(*line).unwrap_or(i64::MAX);
            let named = lines.iter();
            named
                .map(|(file, lines)| (file.to_string(), lines.iter().map(line).collect()))
                .collect()
        };
        let people = patients.iter().map(|patient| patient.get()).collect();
        Self { people, gone: by_name(gone), cut: by_name(cut) }
    }
}

impl Found {
    /// The places of the rows that go, and of those that are cut.
    pub(super) fn places(&self) -> (RoaringTreemap, RoaringTreemap) {
        let of = |cut: bool| {
            self.rows.iter().filter(|row| row.cut == cut).map(|row| row.place).collect()
        };
        (of(false), of(true))
    }
}

/// Every table there is or was.
pub(super) async fn tables(lake: &Lake) -> Result<BTreeSet<String>, LakeError> {
    let snapshots = lake.inner.ledger.snapshots().list(u32::MAX).await?;
    let named = snapshots.into_iter().flat_map(|snapshot| snapshot.tables);
    Ok(named.map(|table| table.table).collect())
}

/// Every data file that lies in a table's folder, whatever names it.
pub(super) async fn data_files(lake: &Lake, table: &str) -> Result<Vec<DataFile>, LakeError> {
    let tables = &lake.inner.tables;
    if tables.local(table).is_some_and(|folder| !folder.is_dir()) {
        return Ok(Vec::new());
    }
    let failed = |source| TableError::Store { table: table.to_owned(), source };
    let all: Vec<_> = tables.store(table)?.list(None).try_collect().await.map_err(failed)?;
    let mut files = Vec::new();
    for found in all {
        let path = found.location.as_ref();
        if path.ends_with(".parquet") && !path.contains('/') {
            let (path, size_bytes) = (path.to_owned(), found.size);
            files.push(DataFile { path, size_bytes, rows: 0, patients: None, deleted: None });
        }
    }
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The names of a table's logs, and of the files that only make them quicker to read.
pub(super) async fn log_files(
    lake: &Lake,
    table: &str,
) -> Result<(Vec<String>, Vec<String>), LakeError> {
    let failed = |source| TableError::Store { table: table.to_owned(), source };
    let store = lake.inner.tables.store(table)?;
    let all: Vec<_> =
        store.list(Some(&Path::from("_delta_log"))).try_collect().await.map_err(failed)?;
    let (mut commits, mut quicker) = (Vec::new(), Vec::new());
    for found in all {
        let path = found.location.to_string();
        let name = found.location.filename().unwrap_or_default().to_owned();
        if name == "_last_checkpoint" || name.contains(".checkpoint") {
            quicker.push(path);
        } else if name.ends_with(".json") {
            commits.push(path);
        }
    }
    commits.sort_unstable();
    // What points to the others goes first.
    quicker.sort_unstable_by_key(|path| !path.ends_with("_last_checkpoint"));
    Ok((commits, quicker))
}

/// Looks a data file through; nothing where it holds nothing of what is looked for.
pub(super) async fn look(
    lake: &Lake,
    table: &str,
    file: &DataFile,
    seek: &Arc<Seek>,
) -> Result<Option<Found>, LakeError> {
    let lying = part::open(&lake.inner.tables, table, file)?;
    let seek = Arc::clone(seek);
    let work = tokio::task::spawn_blocking(move || found(lying, &seek));
    let work = work.await.map_err(|died| LakeError::Stopped(died.to_string()))?;
    work.map_err(|error| rows_wrong(table, &error))
}

fn found(lying: Lying, seek: &Seek) -> Result<Option<Found>, FileError> {
    let (mut rows, mut others) = (Vec::new(), None);
    each(lying, |place, row| {
        let holds = |lines: &HashMap<String, HashSet<i64>>| {
            lines.get(row.file).is_some_and(|lines| lines.contains(&row.line))
        };
        let theirs = row.patient.is_some_and(|patient| seek.people.contains(&patient));
        let goes = theirs || holds(&seek.gone);
        let cut = !goes && holds(&seek.cut);
        if goes || cut {
            rows.push(FoundRow { place, resource: row.resource(), patient: row.patient, cut });
        }
        if let Some(patient) = row.patient.filter(|patient| !goes && *patient >= 0) {
            let (low, high) = others.unwrap_or((patient, patient));
            others = Some((patient.min(low), patient.max(high)));
        }
    })?;
    Ok((!rows.is_empty()).then_some(Found { rows, others }))
}

/// What is read of a row.
struct Row<'a> {
    patient: Option<i64>,
    file: &'a str,
    line: i64,
    key: &'a str,
}

impl Row<'_> {
    fn resource(&self) -> u64 {
        let mut bytes = self.file.as_bytes().to_vec();
        bytes.extend(self.line.to_le_bytes());
        bytes.extend(self.key.as_bytes());
        xxh3_64(&bytes)
    }
}

/// Gives each row of a file with its place.
fn each(lying: Lying, mut take: impl FnMut(u64, &Row<'_>)) -> Result<(), FileError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(lying)?;
    let schema = builder.schema();
    let wanted = [PATIENT_ID, FILE, LINE, RESOURCE_KEY];
    let wanted = wanted.iter().filter_map(|name| schema.index_of(name).ok()).collect::<Vec<_>>();
    let leaves = builder.metadata().file_metadata().schema_descr();
    let mask = ProjectionMask::roots(leaves, wanted);
    let mut place = 0;
    for batch in builder.with_projection(mask).build()? {
        let batch = batch.map_err(wrong)?;
        let (patients, lines) = (numbers(&batch, PATIENT_ID)?, numbers(&batch, LINE)?);
        let (files, keys) = (texts(&batch, FILE)?, texts(&batch, RESOURCE_KEY)?);
        for (((patient, line), file), key) in patients.iter().zip(lines).zip(files).zip(keys) {
            let row = Row {
                patient,
                file: file.unwrap_or_default(),
                line: line.unwrap_or_default(),
                key: key.unwrap_or_default(),
            };
            take(place, &row);
            place += 1;
        }
    }
    Ok(())
}

/// The lines from which rows of these people came, in any data file of any table.
pub(super) async fn lines_of(lake: &Lake, patients: &[PatientId]) -> Result<LinesOf, LakeError> {
    let people: Arc<BTreeSet<i64>> = Arc::new(patients.iter().map(|one| one.get()).collect());
    let mut lines: BTreeMap<LandingId, BTreeSet<u64>> = BTreeMap::new();
    for table in tables(lake).await? {
        for file in data_files(lake, &table).await? {
            let lying = part::open(&lake.inner.tables, &table, &file)?;
            let people = Arc::clone(&people);
            let work = move || {
                let mut found = BTreeSet::new();
                each(lying, |_, row| {
                    if row.patient.is_some_and(|patient| people.contains(&patient)) {
                        found.insert((row.file.to_owned(), row.line.unsigned_abs()));
                    }
                })?;
                Ok(found)
            };
            let work = tokio::task::spawn_blocking(work);
            let found = work.await.map_err(|died| LakeError::Stopped(died.to_string()))?;
            for (file, line) in found.map_err(|error: FileError| rows_wrong(&table, &error))? {
                if let Ok(file) = file.parse() {
                    lines.entry(file).or_default().insert(line);
                }
            }
        }
    }
    Ok(lines)
}
