//! The Delta Lake log: which files make up a table at a version, and commits that change them.
//!
//! Readers of any make see a table through this log. We read it at an exact version, and we never
//! let it clean itself up: a snapshot may be read for ever.

mod commit;
mod deleted;
mod durable;
mod said;
mod stored;

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use deltalake_core::logstore::{LogStoreRef, StorageConfig, default_logstore};
use deltalake_core::table::state::DeltaTableState;
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError, ObjectStore};
use object_store::prefix::PrefixStore;
use object_store::{ObjectStoreExt as _, path::Path};
use url::Url;

pub(crate) use commit::{Change, Mode, Occasion};
pub(crate) use deleted::Deleted;
use durable::Durable;
pub(crate) use said::is_comparable;
pub(crate) use stored::Stored;

use crate::blocks::{Checked, Known};
use crate::storage::{self, Bucket, StorageError, StoreConfig};
use crate::tables::{About, PATIENT_ID};

/// What can go wrong with a table of the lake.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The table's log cannot be read or written.
    #[error("table {table:?}: {source}")]
    Delta {
        /// The table.
        table: String,
        /// What Delta Lake said.
        source: Box<DeltaTableError>,
    },
    /// A data file cannot be written or listed.
    #[error("table {table:?}: cannot reach its files: {source}")]
    Store {
        /// The table.
        table: String,
        /// What the store said.
        source: object_store::Error,
    },
    /// The folder or the bucket would not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The log was opened at another version than asked for.
    #[error("table {table:?} opened at version {found} where {asked} was asked for")]
    OtherVersion {
        /// The table.
        table: String,
        /// What was asked for.
        asked: u64,
        /// What was opened.
        found: u64,
    },
    /// The log names rows of a file that do not count, in a way that cannot be read.
    #[error("table {table:?}, file {file:?}: {reason}: run `aoba rebuild`")]
    Deleted {
        /// The table.
        table: String,
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The log does not say what it said when it was written.
    #[error(
        "table {table:?}, version {version}: its log is not what was written: run `aoba doctor \
         --deep`, then `aoba rebuild`, or restore a backup"
    )]
    Changed {
        /// The table.
        table: String,
        /// The version.
        version: u64,
    },
    /// What the table was when it was written cannot be told.
    #[error(transparent)]
    Ledger(#[from] ledger::LedgerError),
    /// The table does not say whom its rows are about.
    #[error("table {table:?} does not declare whom its rows are about, so it is not opened")]
    Undeclared {
        /// The table.
        table: String,
    },
    /// The table is named in a snapshot but not in the lake.
    #[error("table {table:?} is missing from the lake: run `aoba rebuild`")]
    Missing {
        /// The table.
        table: String,
    },
    /// The address of the lake cannot be used.
    #[error("lake.url {url:?} is not the address of a lake: {reason}")]
    Address {
        /// The address as given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// One data file of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DataFile {
    /// Where, from the table's root.
    pub(crate) path: String,
    pub(crate) size_bytes: u64,
    /// How many rows count.
    pub(crate) rows: u64,
    /// The smallest and largest `patient_id`; none when every row is without one.
    pub(crate) patients: Option<(i64, i64)>,
    /// The rows that do not count any more.
    pub(crate) deleted: Option<Deleted>,
}

impl DataFile {
    /// How many rows are in the file, those among them that do not count.
    pub(crate) fn rows_stored(&self) -> u64 {
        self.rows + self.deleted.as_ref().map_or(0, Deleted::count)
    }
}

/// A table at one version.
#[derive(Clone)]
pub(crate) struct TableAt {
    pub(crate) name: String,
    pub(crate) version: u64,
    pub(crate) files: Vec<DataFile>,
    pub(crate) schema: SchemaRef,
    pub(crate) about: Option<About>,
    pub(crate) day: Option<String>,
    pub(crate) definition_hash: Option<String>,
    /// The column by which rows lie: `patient_id`, or the one its definition names.
    pub(crate) order: String,
    pub(crate) store: Arc<dyn ObjectStore>,
    state: DeltaTableState,
    log: LogStoreRef,
}

/// What tells one log file from another of the same name; none where the lake lies elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    number: u64,
    written: (i64, i64),
    size_bytes: u64,
}

/// Where the tables are: in a folder of this machine or in a bucket.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    url: Url,
    folder: Option<PathBuf>,
    pub(crate) bucket: Option<Bucket>,
    /// What the files are known to be.
    pub(crate) known: Known,
}

/// Tables of a bucket that are opened at the same time: most of the time goes into waiting.
const OPENED_AT_ONCE: usize = 8;

pub(crate) const ABOUT: &str = "aoba.about";
pub(crate) const DAY: &str = "aoba.day";
pub(crate) const ORDER: &str = "aoba.order";
pub(crate) const DEFINITION: &str = "aoba.definition";

impl Tables {
    /// Tables at this address; a folder is made when it is missing.
    pub(crate) fn at(url: &Url, store: &StoreConfig) -> Result<Self, TableError> {
        let wrong =
            |reason: &str| TableError::Address { url: url.to_string(), reason: reason.to_owned() };
        storage::without_key(url)?;
        if url.cannot_be_a_base() {
            return Err(wrong("it has no place for tables below it"));
        }
        if url.scheme() == "s3" && url.host_str().unwrap_or_default().is_empty() {
            return Err(wrong("it names no bucket: write s3://bucket/prefix"));
        }
        let folder = match url.scheme() {
            "file" => Some(url.to_file_path().map_err(|()| wrong("it is not a local folder"))?),
            "s3" => None,
            _ => return Err(wrong("write file:///folder or s3://bucket/prefix")),
        };
        let bucket = match &folder {
            Some(folder) => {
                storage::make_folder(folder)?;
                None
            }
            None => Some(Bucket::open(url, store)?),
        };
        Ok(Self { url: url.clone(), folder, bucket, known: Known::default() })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// So many tables are opened at the same time: one after the other in a folder, where nothing is
    /// waited for.
    pub(crate) fn at_once(&self) -> usize {
        if self.bucket.is_some() { OPENED_AT_ONCE } else { 1 }
    }

    fn table_url(&self, table: &str) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(table).push("");
        }
        url
    }

    /// Where the tables lie when the lake is a folder of this machine.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        self.folder.clone()
    }

    /// Where the table lies when the lake is a folder of this machine.
    pub(crate) fn local(&self, table: &str) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(table))
    }

    /// The stamp of the log file of a version.
    pub(crate) fn stamp(&self, table: &str, version: u64) -> Option<Stamp> {
        let path = self.local(table)?.join(format!("_delta_log/{version:020}.json"));
        let found = std::fs::metadata(path).ok()?;
        let written = (found.mtime(), found.mtime_nsec());
        Some(Stamp { number: found.ino(), written, size_bytes: found.len() })
    }

    fn log(&self, table: &str) -> Result<DeltaTable, TableError> {
        if let Some(folder) = self.local(table) {
            storage::make_folder(&folder)?;
        }
        let url = self.table_url(table);
        if let Some(bucket) = &self.bucket {
            let (root, options) = (Arc::clone(bucket.store()), StorageConfig::default());
            let of_table = Arc::new(PrefixStore::new(Arc::clone(&root), bucket.path(table)));
            return Ok(DeltaTable::new(default_logstore(of_table, root, &url, &options)));
        }
        DeltaTableBuilder::from_url(url.clone())
            .map(|builder| builder.with_storage_backend(Arc::new(Durable::new()), url))
            .and_then(DeltaTableBuilder::build)
            .map_err(|source| delta(table, source))
    }

    /// Opens a table at a version, or at its latest; none when there is no such table.
    pub(crate) async fn open(
        &self,
        table: &str,
        version: Option<u64>,
    ) -> Result<Option<TableAt>, TableError> {
        let failed = |source| delta(table, source);
        if self.local(table).is_some_and(|folder| !folder.join("_delta_log").is_dir()) {
            return Ok(None);
        }
        let mut delta_table = self.log(table)?;
        if !delta_table.verify_deltatable_existence().await.map_err(failed)? {
            return Ok(None);
        }
        // A table object that has been loaded once answers with what it holds: always a new one.
        match version {
            Some(version) => delta_table.load_version(version).await.map_err(failed)?,
            None => delta_table.load().await.map_err(failed)?,
        }
        let state = delta_table.snapshot().map_err(failed)?.clone();
        if let Some(asked) = version.filter(|asked| *asked != state.version()) {
            let found = state.version();
            return Err(TableError::OtherVersion { table: table.to_owned(), asked, found });
        }
        self.table_at(table, state, delta_table.log_store()).map(Some)
    }

    /// The store of one table, rooted at the table; what is read of it is what was written.
    pub(crate) fn store(&self, table: &str) -> Result<Arc<dyn ObjectStore>, TableError> {
        Ok(Arc::new(Checked::new(self.bare_store(table)?, table, &self.known)))
    }

    /// The same, read as it lies.
    pub(crate) fn bare_store(&self, table: &str) -> Result<Arc<dyn ObjectStore>, TableError> {
        Ok(self.log(table)?.object_store())
    }

    /// Writes one file of a table and brings it to the disk.
    pub(crate) async fn put(
        &self,
        table: &str,
        path: &str,
        bytes: Vec<u8>,
    ) -> Result<(), TableError> {
        let (store, to) = (self.store(table)?, Path::from(path));
        let put = match &self.bucket {
            Some(_) => storage::put_bytes(store.as_ref(), &to, bytes).await,
            None => store.put(&to, bytes.into()).await.map(drop),
        };
        put.map_err(|source| self.refused(table, path, source))?;
        self.sync(table, path).await
    }

    /// Removes a file of a table that no version names.
    pub(crate) async fn remove(&self, table: &str, path: &str) -> Result<(), TableError> {
        let gone = self.store(table)?.delete(&Path::from(path)).await;
        gone.map_err(|source| TableError::store(table, source))
    }

    /// Brings a written file and its name to the disk; a store elsewhere has done so already.
    pub(crate) async fn sync(&self, table: &str, path: &str) -> Result<(), TableError> {
        let Some(folder) = self.local(table) else { return Ok(()) };
        let file = folder.join(path);
        let done = tokio::task::spawn_blocking(move || storage::sync_file(&file)).await;
        match done {
            Ok(synced) => Ok(synced?),
            Err(stopped) => {
                Err(StorageError::new("sync", &folder, std::io::Error::other(stopped)))?
            }
        }
    }

    /// A table as a state of its log has it.
    fn table_at(
        &self,
        name: &str,
        state: DeltaTableState,
        log: LogStoreRef,
    ) -> Result<TableAt, TableError> {
        let files = files_of(name, &state)?;
        Ok(self.with_files(name, (state, log), files))
    }

    /// A table whose files are known.
    fn with_files(
        &self,
        name: &str,
        (state, log): (DeltaTableState, LogStoreRef),
        mut files: Vec<DataFile>,
    ) -> TableAt {
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let kept = &state.table_config().unknown_properties;
        TableAt {
            name: name.to_owned(),
            version: state.version(),
            files,
            schema: state.snapshot().arrow_schema(),
            about: kept.get(ABOUT).and_then(|words| About::from_words(words)),
            day: kept.get(DAY).cloned(),
            definition_hash: kept.get(DEFINITION).cloned(),
            order: kept.get(ORDER).cloned().unwrap_or_else(|| PATIENT_ID.to_owned()),
            store: Arc::new(Checked::new(log.object_store(None), name, &self.known)),
            state,
            log,
        }
    }

    /// A local store hides the system's answer in its own error: find it again.
    fn refused(&self, table: &str, path: &str, source: object_store::Error) -> TableError {
        if let Some(bucket) = &self.bucket {
            let whole = bucket.path(&format!("{table}/{path}"));
            return TableError::Storage(bucket.said("write", &whole, &source));
        }
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&source);
        while let Some(error) = cause {
            if let Some(answer) = error.downcast_ref::<std::io::Error>() {
                let again = answer.raw_os_error().map_or_else(
                    || std::io::Error::new(answer.kind(), answer.to_string()),
                    std::io::Error::from_raw_os_error,
                );
                let place = self.local(table).unwrap_or_default().join(path);
                return StorageError::new("write", &place, again).into();
            }
            cause = error.source();
        }
        TableError::Store { table: table.to_owned(), source }
    }
}

impl TableError {
    /// A file of a table would not be reached; what a bucket said is said in its words.
    pub(crate) fn store(table: &str, source: object_store::Error) -> Self {
        match storage::told(&source) {
            Some(told) => Self::Storage(told),
            None => Self::Store { table: table.to_owned(), source },
        }
    }
}

fn delta(table: &str, source: DeltaTableError) -> TableError {
    match storage::told(&source) {
        Some(told) => TableError::Storage(told),
        None => TableError::Delta { table: table.to_owned(), source: Box::new(source) },
    }
}

/// The files that a state of a table's log names.
fn files_of(name: &str, state: &DeltaTableState) -> Result<Vec<DataFile>, TableError> {
    let mut files = Vec::new();
    for file in state.log_data().iter() {
        let stats = file.stats().and_then(|text| serde_json::from_str(&text).ok());
        let (stored, patients) = read_stats(&stats.unwrap_or_default());
        let size_bytes = u64::try_from(file.size()).unwrap_or_default();
        let path = file.path().into_owned();
        let deleted = match file.deletion_vector_descriptor() {
            Some(found) => Deleted::read(&found).map_err(|reason| TableError::Deleted {
                table: name.to_owned(),
                file: path.clone(),
                reason,
            })?,
            None => None,
        };
        let rows = stored.saturating_sub(deleted.as_ref().map_or(0, Deleted::count));
        files.push(DataFile { path, size_bytes, rows, patients, deleted });
    }
    Ok(files)
}

fn read_stats(stats: &serde_json::Value) -> (u64, Option<(i64, i64)>) {
    let bound = |which: &str| stats.get(which)?.get(PATIENT_ID)?.as_i64();
    let rows = stats.get("numRecords").and_then(serde_json::Value::as_u64).unwrap_or_default();
    (rows, bound("minValues").zip(bound("maxValues")))
}
