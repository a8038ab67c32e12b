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

/// Writes an encoded file and brings it to the disk.
pub(super) async fn write(
    tables: &Tables,
    table: &str,
    load: LoadId,
    number: usize,
    encoded: Encoded,
) -> Result<DataFile, TableError> {
    let path = format!("{}{number:04}-{:016x}.parquet", prefix(load), encoded.hash);
    let file = DataFile {
        path,
        size_bytes: encoded.bytes.len() as u64,
        rows: encoded.rows,
        patients: encoded.patients,
    };
    tables.put(table, &file.path, encoded.bytes).await?;
    Ok(file)
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
