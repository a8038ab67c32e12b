//! The lake of one home: where it is, its limits, and the doors to reading and writing.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use datafusion::execution::cache::Cache as _;
use ledger::{Ledger, LedgerError, Permit, Written};
use serde::Deserialize;
use url::Url;
use vocab::{Locale, SnapshotId};

use crate::blocks::{Blocks, Changing};
use crate::delta::{Stamp, TableAt, TableError, Tables, is_comparable};
use crate::events::Publishing;
use crate::gate::Seen;
use crate::index;
use crate::landing::{Landing, LandingError};
use crate::reader::{self, FileEnds, Reader, ReaderError, SnapshotTables};
use crate::storage::{self, StoreConfig};
use crate::writer::{self, FaultPoint, Notice};

/// How large, how long, how many: every limit of the lake, with its unit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LakeConfig {
    /// Where the tables are: a folder, or `s3://bucket/prefix`, where the landing lies too; a folder
    /// `lake` in the home when not given.
    pub url: Option<String>,
    /// How the object store is reached, where the tables are in one.
    pub store: StoreConfig,
    /// Rows kept in memory by a load before they are written out.
    pub memory_bytes_max: usize,
    /// Threads that encode, and that answer one query.
    pub threads: usize,
    /// Memory one query may take.
    pub query_memory_bytes_max: usize,
    /// What one query may lay aside on the disk of the home when that memory is full; 0: nothing.
    pub query_disk_bytes_max: u64,
    /// Rows one query may give.
    pub query_rows_max: usize,
    /// How long one query may run.
    pub query_seconds_max: u64,
}

impl Default for LakeConfig {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            url: None,
            store: StoreConfig::default(),
            memory_bytes_max: 256 << 20,
            threads,
            query_memory_bytes_max: 2 << 30,
            query_disk_bytes_max: 16 << 30,
            query_rows_max: 10_000_000,
            query_seconds_max: 300,
        }
    }
}

/// What can go wrong when the lake is opened or written.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// A table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The landing.
    #[error(transparent)]
    Landing(#[from] LandingError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A folder of the home, or the bucket.
    #[error(transparent)]
    Storage(#[from] storage::StorageError),
    /// Rows that do not fit their table.
    #[error("table {table:?}: {reason}")]
    Rows {
        /// The table.
        table: String,
        /// What does not fit.
        reason: String,
    },
    /// A table that was not named when the load began.
    #[error("table {0:?} was not declared for this load")]
    UnknownTable(String),
    /// Somebody was erased, and another process keeps bytes of the ledger's log alive.
    #[error(
        "the person is erased, but another process has the ledger open and keeps old bytes in its log: \
         end it, then run any command that writes, such as `aoba optimize`"
    )]
    LedgerInUse,
    /// Rows and lines are emptied where they lie, and the bucket would keep what was there.
    #[error(
        "nobody can be erased while {url} keeps older versions of what is written over: the person would \
         stay in them; do as docs/manual/erase.md says of buckets with versions"
    )]
    BucketKeepsVersions {
        /// The bucket, and the place in it.
        url: String,
    },
    /// A test stopped the load at this step, or a worker died.
    #[error("stopped at {0}")]
    Stopped(String),
}

const LEDGER_IN_USE_JA: &str = "消去は済みましたが、別の処理が台帳を開いているため、古いバイトがログに残っています。\
    その処理を終了し、書き込みを伴うコマンド(`aoba optimize`など)を実行してください";

impl LakeError {
    /// The message in the reader's language, where it speaks both.
    #[must_use]
    pub fn say(&self, locale: Locale) -> Option<String> {
        match self {
            Self::Ledger(error) | Self::Table(TableError::Ledger(error)) => Some(error.say(locale)),
            Self::Storage(error)
            | Self::Table(TableError::Storage(error))
            | Self::Landing(LandingError::Storage(error)) => Some(error.say(locale)),
            Self::LedgerInUse | Self::BucketKeepsVersions { .. } if locale == Locale::En => {
                Some(self.to_string())
            }
            Self::LedgerInUse => Some(LEDGER_IN_USE_JA.to_owned()),
            Self::BucketKeepsVersions { url } => Some(format!(
                "{url}は上書きされたものの古い版を残すため、患者を消去できません。消去しても古い版に残ります。\
                 docs/manual/erase.ja.mdの、版を残すバケットの項のとおりにしてください"
            )),
            Self::Table(TableError::Address { url, .. }) if locale == Locale::Ja => Some(format!(
                "lake.urlの{url}はレイクの置き場所として使えません。file:///folderか\
                 s3://bucket/prefixの形で書いてください"
            )),
            _ => None,
        }
    }
}

/// The lake of one home. Cloning it is cheap; all clones are the same lake.
#[derive(Clone)]
pub struct Lake {
    pub(crate) inner: Arc<Inner>,
    pub(crate) publishing: Arc<Publishing>,
    /// The hash of it, once it is asked for.
    pub(crate) published: Arc<OnceLock<String>>,
}

pub(crate) struct Inner {
    pub(crate) home: PathBuf,
    pub(crate) config: LakeConfig,
    pub(crate) tables: Tables,
    pub(crate) landing: Landing,
    pub(crate) ledger: Ledger,
    /// Tables already opened, by name and version: a version never changes, unless its table was
    /// made anew, which its log's stamp tells, or somebody was erased.
    opened: Mutex<HashMap<(String, u64), Opened>>,
    pub(crate) ends: FileEnds,
    /// The index of events, once it was asked.
    pub(crate) index: Mutex<Option<Arc<index::Open>>>,
    /// Up to which erasure what is remembered is true.
    noticed: Arc<Mutex<Notice>>,
    pub(crate) faults: FaultPoint,
}

/// A table that was opened, and the stamp its log had.
type Opened = (TableAt, Option<Stamp>);

/// So many opened tables are remembered.
const OPENED_MAX: usize = 1024;

impl fmt::Debug for Lake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lake({})", self.inner.tables.url())
    }
}

impl Lake {
    /// Opens the lake of a home. A bucket is asked for nothing yet: what needs only the ledger works
    /// while it cannot be reached.
    ///
    /// # Errors
    /// When the address or its key cannot be used, or a folder cannot be made.
    pub fn open(home: &Path, config: LakeConfig, ledger: Ledger) -> Result<Self, LakeError> {
        Self::open_with(home, config, ledger, FaultPoint::default())
    }

    /// The same, with a hook at each step of whatever is written.
    ///
    /// # Errors
    /// As [`Lake::open`].
    pub fn open_with(
        home: &Path,
        config: LakeConfig,
        ledger: Ledger,
        faults: FaultPoint,
    ) -> Result<Self, LakeError> {
        let url = match &config.url {
            Some(url) => address(url)?,
            None => folder_address(&home.join("lake"))?,
        };
        let mut tables = Tables::at(&url, &config.store)?;
        let landing = Landing::open_in(home, tables.bucket.clone())?;
        let opened = Mutex::new(HashMap::new());
        let home = home.to_owned();
        let ends = reader::file_ends();
        let noticed = Arc::new(Mutex::new(writer::notice(&home)));
        tables.known.ask(changing(home.clone(), Arc::clone(&noticed)));
        let index = Mutex::default();
        let inner =
            Inner { home, config, tables, landing, ledger, opened, ends, index, noticed, faults };
        let (publishing, published) = (Arc::new(Publishing::nothing()), Arc::default());
        Ok(Self { inner: Arc::new(inner), publishing, published })
    }

    /// The same lake, whose readers know what slices publish as events.
    #[must_use]
    pub fn publishing(self, publishing: Publishing) -> Self {
        Self { publishing: Arc::new(publishing), published: Arc::default(), ..self }
    }

    /// Takes a step of a load that is taken outside this crate.
    ///
    /// # Errors
    /// When a test stops there.
    pub fn step(&self, name: &str) -> Result<(), LakeError> {
        self.inner.faults.step(name)
    }

    /// The files as received.
    #[must_use]
    pub fn landing(&self) -> &Landing {
        &self.inner.landing
    }

    /// Where the tables are, for programs that read them as they lie.
    #[must_use]
    pub fn url(&self) -> &Url {
        self.inner.tables.url()
    }

    /// Opens one snapshot for one permitted look; the newest when none is named. A table is opened
    /// when it is first asked for.
    ///
    /// # Errors
    /// When there is no such snapshot.
    pub async fn reader(
        &self,
        permit: Permit,
        snapshot: Option<SnapshotId>,
    ) -> Result<Reader, ReaderError> {
        if let Some(missing) = permit.missing_for_records() {
            return Err(ReaderError::Refused(missing));
        }
        self.notice_erasures();
        if let Some(bucket) = &self.inner.tables.bucket {
            bucket.look().await?;
        }
        let snapshots = self.inner.ledger.snapshots();
        let snapshot = match snapshot {
            Some(id) => Some(snapshots.get(id).await?),
            None => snapshots.latest().await?,
        };
        if let Some((id, at)) = snapshot.as_ref().and_then(|s| Some((s.id, s.expired?))) {
            return Err(LedgerError::SnapshotExpired { id, at }.into());
        }
        let tables = SnapshotTables::new(self.clone(), snapshot.as_ref(), Seen::under(&permit));
        Reader::new(permit, snapshot, Arc::new(tables), (&self.inner, &self.publishing))
    }

    /// Forgets what is remembered of tables and of the ends of their files where an erasure is under
    /// way, or ended since: files have changed under their names.
    pub(crate) fn notice_erasures(&self) {
        let now = writer::notice(&self.inner.home);
        let mut noticed = self.inner.noticed.lock().unwrap_or_else(PoisonError::into_inner);
        if now.under_way || *noticed != now {
            self.forget_opened();
            *noticed = now;
        }
    }

    /// Whether an erasure was begun and has not ended.
    #[must_use]
    pub fn is_erasing(&self) -> bool {
        writer::notice(&self.inner.home).under_way
    }

    /// Whether somebody can be erased here. Of a bucket it is seen by writing something into it.
    ///
    /// # Errors
    /// When the lake lies in a bucket that keeps older versions, or cannot be written.
    pub async fn may_erase(&self) -> Result<(), LakeError> {
        let Some(bucket) = &self.inner.tables.bucket else { return Ok(()) };
        match bucket.keeps_versions().await? {
            true => Err(LakeError::BucketKeepsVersions { url: self.url().to_string() }),
            false => Ok(()),
        }
    }

    /// Forgets every opened table, and the ends of all files.
    pub(crate) fn forget_opened(&self) {
        self.inner.opened.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.inner.ends.clear();
        self.inner.tables.known.clear();
    }

    /// A table at a version of it.
    pub(crate) async fn open_at(&self, table: &str, version: u64) -> Result<TableAt, TableError> {
        let key = (table.to_owned(), version);
        if let Some(known) = self.known(&key) {
            return Ok(known);
        }
        let missing = || TableError::Missing { table: table.to_owned() };
        let stamp = self.inner.tables.stamp(table, version);
        let opened = self.inner.tables.open(table, Some(version)).await?.ok_or_else(missing)?;
        let opened = self.believed(opened).await?;
        let mut known = self.inner.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= OPENED_MAX {
            known.clear();
        }
        known.insert(key, (opened.clone(), stamp));
        Ok(opened)
    }

    /// Opens a table as other programs see it; none when there is no such table.
    pub(crate) async fn open_newest(&self, table: &str) -> Result<Option<TableAt>, TableError> {
        match self.inner.tables.open(table, None).await? {
            Some(opened) => self.believed(opened).await.map(Some),
            None => Ok(None),
        }
    }

    /// A table, once its log is known to say what it said when it was written; from then on every
    /// block that is read of its files is compared with what was written.
    pub(crate) async fn believed(&self, opened: TableAt) -> Result<TableAt, TableError> {
        let (book, table) = (self.inner.ledger.lake_files(), opened.name.as_str());
        let is_so = match book.version(table, opened.version).await? {
            Written::Nothing => true,
            Written::NotThis => false,
            Written::Digest(digest) => !is_comparable(&digest) || digest == opened.digest(),
        };
        if !is_so {
            let (table, version) = (table.to_owned(), opened.version);
            return Err(TableError::Changed { table, version });
        }
        let known = &self.inner.tables.known;
        if !known.has_all(table, opened.files.iter().map(|file| file.path.as_str())) {
            let written = book.of_table(table).await?.into_iter();
            known.put(
                table,
                written
                    .map(|file| (file.path, Blocks::from_written(file.size_bytes, &file.blocks))),
            );
        }
        Ok(opened)
    }

    fn known(&self, key: &(String, u64)) -> Option<TableAt> {
        let stamp = self.inner.tables.stamp(&key.0, key.1);
        let known = self.inner.opened.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|(_, then)| *then == stamp).map(|(opened, _)| opened.clone())
    }
}

/// Whether an erasure is under way, or has ended since `noticed`.
fn changing(home: PathBuf, noticed: Arc<Mutex<Notice>>) -> Changing {
    Arc::new(move || {
        let now = writer::notice(&home);
        now.under_way || *noticed.lock().unwrap_or_else(PoisonError::into_inner) != now
    })
}

fn address(text: &str) -> Result<Url, TableError> {
    match Url::parse(text) {
        Ok(url) => Ok(url),
        Err(url::ParseError::RelativeUrlWithoutBase) => folder_address(Path::new(text)),
        // A key in it, which may well be why it cannot be read, is not repeated.
        Err(error) => {
            let url =
                text.rsplit_once('@').map_or(text.to_owned(), |(_, rest)| format!("…@{rest}"));
            Err(TableError::Address { url, reason: error.to_string() })
        }
    }
}

fn folder_address(folder: &Path) -> Result<Url, TableError> {
    let wrong = |reason: String| TableError::Address { url: folder.display().to_string(), reason };
    let full = std::path::absolute(folder).map_err(|error| wrong(error.to_string()))?;
    Url::from_directory_path(full).map_err(|()| wrong("it is not a full path".to_owned()))
}
