//! Data files of a table: their names, writing and reading them whole.

use std::fs::File;
use std::sync::Arc;

use bytes::Bytes;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::reader::ChunkReader;
use vocab::LoadId;

use super::encode::Encoded;
use super::pages::Lying;
use crate::blocks::Blocks;
use crate::checked::{CheckedFile, Source};
use crate::delta::{DataFile, TableError, Tables};
use crate::file::FileError;
use crate::house::LakeError;
use crate::storage::{self, FarFile};

/// How the files of a load begin.
pub(super) fn prefix(load: LoadId) -> String {
    format!("part-{:06}-", load.0)
}

/// A file that a load wrote, and what is in it.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) file: DataFile,
    pub(super) resources: u64,
    /// The people its rows are about, in order, each once.
    pub(super) people: Vec<i64>,
}

/// Writes an encoded file and brings it to the disk, or into the bucket.
pub(super) async fn write(
    tables: &Tables,
    table: &str,
    load: LoadId,
    number: usize,
    encoded: Encoded,
) -> Result<Part, TableError> {
    let path = format!("{}{number:04}-{:016x}.parquet", prefix(load), encoded.hash);
    let Encoded { bytes, rows, resources, people, .. } = encoded;
    let patients = people.first().copied().zip(people.last().copied());
    let size_bytes = bytes.len() as u64;
    let file = DataFile { path, size_bytes, rows, patients, deleted: None };
    let blocks = Blocks::of(&bytes);
    tables.put(table, &file.path, bytes).await?;
    tables.known.put(table, [(file.path.clone(), blocks)]);
    Ok(Part { file, resources, people })
}

/// Reads a data file whole.
pub(super) async fn read(
    tables: &Tables,
    table: &str,
    file: &DataFile,
) -> Result<Bytes, TableError> {
    let failed = |source| TableError::store(table, source);
    let path = Path::from(file.path.as_str());
    let found = tables.store(table)?.get(&path).await.map_err(failed)?;
    found.bytes().await.map_err(failed)
}

/// Opens a data file where it lies, to read some pages of it.
pub(super) fn open(tables: &Tables, table: &str, file: &DataFile) -> Result<Lying, TableError> {
    if let Some(bucket) = tables.bucket.clone() {
        let path = bucket.path(&format!("{table}/{}", file.path));
        let far = FarFile { bucket, path, size_bytes: file.size_bytes };
        return Ok(Lying::At(checked(tables, table, file, Source::Far(far))));
    }
    let missing = || TableError::Missing { table: table.to_owned() };
    let path = tables.local(table).ok_or_else(missing)?.join(&file.path);
    let opened = File::open(&path).map_err(storage::at("read", &path))?;
    Ok(Lying::At(checked(tables, table, file, Source::Here(Arc::new(opened)))))
}

/// A file that is compared with what was written as it is read.
fn checked(tables: &Tables, table: &str, file: &DataFile, source: Source) -> CheckedFile {
    let (name, blocks) = (format!("{table}/{}", file.path), tables.known.of(table, &file.path));
    CheckedFile { source, name, blocks }
}

/// Opens a data file to read all of a column; one that lies in a bucket is fetched.
pub(super) async fn whole(
    tables: &Tables,
    table: &str,
    file: &DataFile,
) -> Result<Lying, TableError> {
    match tables.bucket {
        Some(_) => Ok(Lying::Fetched(read(tables, table, file).await?)),
        None => open(tables, table, file),
    }
}

/// Prepares to read the rows of a file that count.
pub(super) fn rows<R: ChunkReader + 'static>(
    bytes: R,
    file: &DataFile,
) -> Result<ParquetRecordBatchReaderBuilder<R>, ParquetError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes)?;
    Ok(match &file.deleted {
        Some(deleted) => builder.with_row_selection(deleted.selection(file.rows_stored())),
        None => builder,
    })
}

pub(super) fn rows_wrong(table: &str, error: &FileError) -> LakeError {
    if let Some(told) = storage::told(error) {
        return LakeError::Storage(told);
    }
    LakeError::Rows { table: table.to_owned(), reason: error.to_string() }
}
