//! Data files of a table: their names, writing and reading them whole.

use bytes::Bytes;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use vocab::LoadId;

use super::encode::Encoded;
use crate::delta::{DataFile, TableError, Tables};

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

/// Writes an encoded file and brings it to the disk.
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
    let file = DataFile { path, size_bytes: bytes.len() as u64, rows, patients };
    tables.put(table, &file.path, bytes).await?;
    Ok(Part { file, resources, people })
}

/// Reads a data file whole.
pub(super) async fn read(
    tables: &Tables,
    table: &str,
    file: &DataFile,
) -> Result<Bytes, TableError> {
    let failed = |source| TableError::Store { table: table.to_owned(), source };
    let path = Path::from(file.path.as_str());
    let found = tables.store(table)?.get(&path).await.map_err(failed)?;
    found.bytes().await.map_err(failed)
}
