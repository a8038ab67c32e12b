//! Which resources are held, in which version, and which were deleted: what a load compares itself
//! with.

use std::collections::VecDeque;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array as _, RecordBatch, StringArray};
use arrow_schema::ArrowError;
use parquet::arrow::ProjectionMask;
use vocab::{LandingId, PatientId};

use super::pages::{Lying, Opened, Sought, numbers, wrong};
use super::part;
use super::part::rows_wrong;
use crate::delta::DataFile;
use crate::file::FileError;
use crate::house::{Lake, LakeError};
use crate::tables::{
    FILE, KEY_HASH, LAST_UPDATED, LINE, PATIENT_ID, RESOURCE_KEY, SOURCE, VERSION,
};

/// The house's own tables in which everything that stands, and everything deleted, has a row.
pub(super) const RESOURCE: &str = "resource";
pub(super) const DELETION: &str = "deletion";
const DATED: &str = "dated";
const MISSING: &str = "missing";
const FOUND: &str = "found";
const RESOURCE_TYPE: &str = "resource_type";
const CONTENT_HASH: &str = "content_hash";

/// What is read of both tables.
const WANTED: [&str; 12] = [
    SOURCE,
    RESOURCE_TYPE,
    RESOURCE_KEY,
    VERSION,
    LAST_UPDATED,
    CONTENT_HASH,
    DATED,
    MISSING,
    FOUND,
    FILE,
    LINE,
    PATIENT_ID,
];

/// What the newest snapshot holds of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeldContent {
    /// It stands; the hash of its content.
    Stands(String),
    /// Its source has it no longer.
    Deleted {
        /// The source told when.
        dated: bool,
        /// A full load did not hold it.
        missing: bool,
        /// It was held.
        found: bool,
    },
}

/// One resource of the newest snapshot, or one deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldResource {
    /// Who sent it.
    pub source: String,
    /// Its type.
    pub resource_type: String,
    /// Its key.
    pub key: String,
    /// `meta.versionId`.
    pub version: Option<String>,
    /// `meta.lastUpdated`, microseconds since 1970 UTC.
    pub last_updated_us: Option<i64>,
    /// Whether it stands, and with which content.
    pub content: HeldContent,
    /// The file it came in.
    pub file: LandingId,
    /// Its line or entry there.
    pub line: i64,
    /// Whose it is.
    pub patient: Option<PatientId>,
}

/// The held resources, some at a time.
pub struct HeldResources {
    lake: Lake,
    files: VecDeque<(&'static str, DataFile)>,
}

pub(super) async fn open(lake: &Lake, tables: &[&'static str]) -> Result<HeldResources, LakeError> {
    let snapshot = lake.inner.ledger.snapshots().latest().await?;
    let mut files = VecDeque::new();
    for name in tables.iter().copied() {
        if let Some(table) = snapshot.as_ref().and_then(|snapshot| snapshot.table(name)) {
            let open = lake.open_at(name, table.delta_version.unsigned_abs()).await?;
            files.extend(open.files.into_iter().map(|file| (name, file)));
        }
    }
    Ok(HeldResources { lake: lake.clone(), files })
}

impl HeldResources {
    /// The next ones; none at the end.
    ///
    /// # Errors
    /// When a file cannot be read or is not what it should be.
    pub async fn next(&mut self) -> Result<Option<Vec<HeldResource>>, LakeError> {
        let Some((table, file)) = self.files.pop_front() else { return Ok(None) };
        let lying = part::whole(&self.lake.inner.tables, table, &file).await?;
        let read = tokio::task::spawn_blocking(move || read(table, lying, &file)).await;
        read.map_err(|died| LakeError::Stopped(died.to_string()))?.map(Some)
    }
}

fn read(table: &str, lying: Lying, file: &DataFile) -> Result<Vec<HeldResource>, LakeError> {
    let failed = |error: FileError| rows_wrong(table, &error);
    let builder = part::rows(lying, file).map_err(|error| failed(error.into()))?;
    let schema = builder.schema();
    let columns: Vec<usize> = WANTED.iter().filter_map(|name| schema.index_of(name).ok()).collect();
    let mask = ProjectionMask::roots(builder.metadata().file_metadata().schema_descr(), columns);
    let reader = builder.with_projection(mask).build().map_err(|error| failed(error.into()))?;
    let mut held = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| failed(wrong(error)))?;
        add(&batch, |_| true, &mut held).ok_or_else(|| unlike(table))?;
    }
    Ok(held)
}

fn unlike(table: &str) -> LakeError {
    LakeError::Rows { table: table.to_owned(), reason: "a column is missing or wrong".to_owned() }
}

/// The table `resource`, to look a few resources up in.
pub struct HeldIndex {
    lake: Lake,
    files: Vec<(DataFile, Opened)>,
}

pub(super) async fn index(lake: &Lake) -> Result<HeldIndex, LakeError> {
    let snapshot = lake.inner.ledger.snapshots().latest().await?;
    let mut files = Vec::new();
    if let Some(table) = snapshot.as_ref().and_then(|snapshot| snapshot.table(RESOURCE)) {
        let open = lake.open_at(RESOURCE, table.delta_version.unsigned_abs()).await?;
        for file in open.files {
            let lying = part::open(&lake.inner.tables, RESOURCE, &file)?;
            let opened = Opened::new(&lying, &file, &open.order);
            let opened = opened.map_err(|error| rows_wrong(RESOURCE, &error))?;
            files.push((file, opened));
        }
    }
    Ok(HeldIndex { lake: lake.clone(), files })
}

impl HeldIndex {
    /// What is held of the resources whose hashes these are; what they contain is among them.
    ///
    /// Blocks: it is called from the threads that read a load's files.
    ///
    /// # Errors
    /// When a file cannot be read or is not what it should be.
    ///
    /// # Cost
    /// Reads one page of each file for each hash, however many resources are held.
    pub fn look_up(&self, hashes: Vec<i64>) -> Result<Vec<HeldResource>, LakeError> {
        let sought = Sought::new(hashes, false);
        let mut held = Vec::new();
        for (file, opened) in &self.files {
            let lying = part::open(&self.lake.inner.tables, RESOURCE, file)?;
            let take = |batch: &RecordBatch, _: &[u64]| {
                let hashes = numbers(batch, KEY_HASH)?;
                let is_sought = |row: usize| sought.has(Some(hashes.value(row)));
                add(batch, is_sought, &mut held).ok_or_else(missing)
            };
            let columns: Vec<&str> = WANTED.into_iter().chain([KEY_HASH]).collect();
            let read = opened.read(lying, &columns, &sought, take);
            read.map_err(|error| rows_wrong(RESOURCE, &error))?;
        }
        Ok(held)
    }
}

fn missing() -> FileError {
    wrong(ArrowError::SchemaError("a column is missing or wrong".to_owned()))
}

/// Adds the rows of a batch that are wanted.
fn add(
    batch: &RecordBatch,
    is_wanted: impl Fn(usize) -> bool,
    held: &mut Vec<HeldResource>,
) -> Option<()> {
    let texts = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
    let whole = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<Int64Type>();
    let (sources, types, keys) = (texts(SOURCE)?, texts(RESOURCE_TYPE)?, texts(RESOURCE_KEY)?);
    let (versions, files) = (texts(VERSION)?, texts(FILE)?);
    let contents = contents(batch)?;
    let (lines, patients) = (whole(LINE)?, whole(PATIENT_ID)?);
    let updated =
        batch.column_by_name(LAST_UPDATED)?.as_primitive_opt::<TimestampMicrosecondType>()?;
    let text = |column: &StringArray, row| column.value(row).to_owned();
    for (row, content) in contents.into_iter().enumerate().filter(|(row, _)| is_wanted(*row)) {
        held.push(HeldResource {
            source: text(sources, row),
            resource_type: text(types, row),
            key: text(keys, row),
            version: versions.is_valid(row).then(|| text(versions, row)),
            last_updated_us: updated.is_valid(row).then(|| updated.value(row)),
            content,
            file: files.value(row).parse().ok()?,
            line: lines.value(row),
            patient: match patients.is_valid(row) {
                true => Some(PatientId::from_stored(patients.value(row))?),
                false => None,
            },
        });
    }
    Some(())
}

/// What each row of `resource` or `deletion` says of its resource.
fn contents(batch: &RecordBatch) -> Option<Vec<HeldContent>> {
    if let Some(hashes) = batch.column_by_name(CONTENT_HASH) {
        let hashes = hashes.as_string_opt::<i32>()?.iter();
        return hashes.map(|hash| Some(HeldContent::Stands(hash?.to_owned()))).collect();
    }
    let flags = |name: &str| batch.column_by_name(name)?.as_boolean_opt();
    let all = flags(DATED)?.iter().zip(flags(MISSING)?).zip(flags(FOUND)?);
    let deleted = all.map(|((dated, missing), found)| {
        Some(HeldContent::Deleted { dated: dated?, missing: missing?, found: found? })
    });
    deleted.collect()
}
