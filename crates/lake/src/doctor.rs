//! Is the lake whole? Each check says what it looked at, what it found, and what to do.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use serde::Serialize;
use vocab::{LandingId, Locale};
use xxhash_rust::xxh3::xxh3_64;

use crate::blocks::Blocks;
use crate::delta::{DataFile, TableAt};
use crate::house::{Lake, LakeError};
use crate::landing::LandingError;
use crate::storage::{Bucket, Trouble};

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Names and sizes.
    Quick,
    /// Every byte of every file, and every snapshot that can be read.
    Deep,
}

/// One thing that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "check", rename_all = "kebab-case")]
pub enum Check {
    /// The bucket in which the lake lies can be written, and does not write over what is there.
    Store {
        /// Its address.
        url: String,
        /// What is wrong with it.
        trouble: Option<Trouble>,
        /// What it said.
        said: String,
    },
    /// A table at one version: its log can be read, and its files are there and whole.
    Table {
        /// The table.
        table: String,
        /// The version.
        version: u64,
        /// How many files it has.
        files: u64,
        /// Files that are missing or not what was written, or why the log cannot be read.
        faults: Vec<String>,
    },
    /// The files of a table's log are what was written.
    Log {
        /// The table.
        table: String,
        /// How many are looked at.
        files: u64,
        /// Those that are missing or not what was written.
        faults: Vec<String>,
    },
    /// What other programs see of a table is what the newest snapshot says.
    Newest {
        /// The table.
        table: String,
        /// Whether the two differ.
        differs: bool,
    },
    /// Somebody's rows are being taken out.
    Erasure {
        /// Whether an erasure was begun and has not ended.
        under_way: bool,
    },
    /// The files as received, or what erasures left of them.
    Landing {
        /// How many are looked at.
        files: u64,
        /// Those that are missing or not what was received.
        faults: Vec<String>,
    },
}

/// One check and whether it is well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at and found.
    #[serde(flatten)]
    pub check: Check,
    /// Whether it is well.
    pub well: bool,
}

/// Names shown of many; the rest is a number.
const NAMED_MAX: usize = 5;

impl Finding {
    fn new(check: Check) -> Self {
        let well = match &check {
            Check::Table { faults, .. }
            | Check::Log { faults, .. }
            | Check::Landing { faults, .. } => faults.is_empty(),
            Check::Newest { differs, .. } => !differs,
            Check::Erasure { under_way } => !under_way,
            Check::Store { trouble, .. } => trouble.is_none(),
        };
        Self { check, well }
    }

    /// What was found and what to do, in the reader's language.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        let is_ja = locale == Locale::Ja;
        match &self.check {
            Check::Store { url, trouble, said } => say_store(url, (*trouble, said), locale),
            Check::Table { table, version, files, faults } if faults.is_empty() => match is_ja {
                true => format!("表{table}(版{version}): {files}個のファイルがそろっています"),
                false => format!("table {table}, version {version}: {files} files, all there"),
            },
            Check::Table { table, version, faults, .. } => match is_ja {
                true => format!(
                    "表{table}(版{version}): {}。`aoba rebuild`で作り直してください",
                    some(faults)
                ),
                false => {
                    format!(
                        "table {table}, version {version}: {}: run `aoba rebuild`",
                        some(faults)
                    )
                }
            },
            Check::Log { table, files, faults } => say_log(table, (*files, faults), locale),
            Check::Newest { table, differs: false } => match is_ja {
                true => format!("表{table}: 最新の版はスナップショットと一致しています"),
                false => format!("table {table}: the newest version is the snapshot's"),
            },
            Check::Newest { table, differs: true } => match is_ja {
                true => format!(
                    "表{table}: 中断した取り込みの跡があります。次の`aoba ingest`で元に戻ります"
                ),
                false => format!(
                    "table {table}: an interrupted load shows to other programs: the next `aoba ingest` puts it right"
                ),
            },
            Check::Erasure { under_way: false } => match is_ja {
                true => "消去: 実施中のものはありません".to_owned(),
                false => "erasures: none is under way".to_owned(),
            },
            Check::Erasure { under_way: true } => match is_ja {
                true => "消去: 中断したものがあります。書き込みを伴う次のコマンド(`aoba optimize`など)が続きを行います".to_owned(),
                false => "erasures: one was interrupted: the next command that writes, such as `aoba optimize`, carries it out".to_owned(),
            },
            Check::Landing { files, faults } if faults.is_empty() => match is_ja {
                true => format!("受領ファイル: {files}個がそろっています"),
                false => format!("landing: {files} files, all there"),
            },
            Check::Landing { faults, .. } => match is_ja {
                true => format!(
                    "受領ファイル: {}。バックアップから戻すか、元のファイルを取り込み直してください",
                    some(faults)
                ),
                false => format!(
                    "landing: {}: put them back from a backup, or ingest the originals again",
                    some(faults)
                ),
            },
        }
    }
}

fn say_store(url: &str, (trouble, said): (Option<Trouble>, &str), locale: Locale) -> String {
    let Some(trouble) = trouble else {
        return match locale {
            Locale::Ja => {
                format!("オブジェクトストレージ {url}: 読み書きでき、上書きを防げます")
            }
            Locale::En => {
                format!("object store {url}: can be read and written, and keeps what is there")
            }
        };
    };
    let (what, remedy) = (trouble.what(locale), trouble.remedy(locale));
    match locale {
        Locale::Ja => format!("オブジェクトストレージ {url}: {what}: {said} ({remedy})"),
        Locale::En => format!("object store {url}: {what}: {said} ({remedy})"),
    }
}

fn say_log(table: &str, (files, faults): (u64, &[String]), locale: Locale) -> String {
    match (locale, faults) {
        (Locale::Ja, []) => format!("表{table}のログ: {files}個のファイルは書いたときのままです"),
        (Locale::En, []) => {
            format!("table {table}, its log: {files} files, all as they were written")
        }
        (Locale::Ja, faults) => format!(
            "表{table}のログ: {}。`aoba rebuild`で作り直すか、バックアップから戻してください",
            some(faults)
        ),
        (Locale::En, faults) => format!(
            "table {table}, its log: {}: run `aoba rebuild`, or restore a backup",
            some(faults)
        ),
    }
}

fn some(faults: &[String]) -> String {
    let named = faults.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
    match faults.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
        Some(more) => format!("{named} (+{more})"),
        None => named,
    }
}

impl Lake {
    /// Looks at everything that can be wrong with the tables and the landing. `received` are the
    /// files the ledger says are held.
    ///
    /// # Errors
    /// When the ledger cannot be read; what is found wrong is a finding, not an error.
    ///
    /// # Cost
    /// Deep reads every byte of the lake and the landing.
    pub async fn doctor(
        &self,
        depth: Depth,
        received: &[LandingId],
    ) -> Result<Vec<Finding>, LakeError> {
        self.notice_erasures();
        let mut findings = Vec::new();
        if let Some(bucket) = &self.inner.tables.bucket {
            findings.push(Finding::new(self.check_store(bucket).await));
            if bucket.look().await.is_err() {
                // What cannot be asked for is not known to be damaged.
                return Ok(findings);
            }
        }
        let snapshots = self.inner.ledger.snapshots();
        let newest = snapshots.latest().await?;
        let erased = self.inner.ledger.erasures().files().await?;
        let looked_at = match depth {
            Depth::Quick => newest.iter().cloned().collect(),
            Depth::Deep => snapshots.readable().await?,
        };
        let versions: BTreeSet<(String, u64)> = looked_at
            .iter()
            .flat_map(|snapshot| &snapshot.tables)
            .map(|table| (table.table.clone(), table.delta_version.unsigned_abs()))
            .collect();
        let mut seen = Seen::new();
        for (table, version) in &versions {
            let check = self.check_table((table, *version), (depth, &erased), &mut seen).await;
            findings.push(Finding::new(check));
        }
        if depth == Depth::Deep {
            // In the order of the versions, so the newest of each table stands last.
            let newest: BTreeMap<String, u64> = versions.into_iter().collect();
            for (table, version) in newest {
                findings.push(Finding::new(self.check_log(table, version).await?));
            }
        }
        for table in newest.iter().flat_map(|snapshot| &snapshot.tables) {
            let version = table.delta_version.unsigned_abs();
            findings.extend(self.check_newest(&table.table, version).await.map(Finding::new));
        }
        findings.push(Finding::new(Check::Erasure { under_way: self.is_erasing() }));
        findings.push(Finding::new(self.check_landing(received, depth).await?));
        Ok(findings)
    }

    async fn check_store(&self, bucket: &Bucket) -> Check {
        let probed = bucket.probe().await.err();
        let (trouble, said) = probed.map(|error| (error.trouble, error.source.to_string())).unzip();
        Check::Store { url: self.url().to_string(), trouble, said: said.unwrap_or_default() }
    }

    async fn check_table(
        &self,
        (table, version): (&str, u64),
        (depth, erased): (Depth, &ErasedFiles),
        seen: &mut Seen,
    ) -> Check {
        let (files, faults) = match self.open_at(table, version).await {
            Ok(opened) => {
                let mut faults = Vec::new();
                for file in &opened.files {
                    // Most versions share most files.
                    let key = (table.to_owned(), file.path.clone(), file.size_bytes);
                    let found = match seen.get(&key) {
                        Some(found) => found.clone(),
                        None => fault(&opened, file, (depth, erased)).await,
                    };
                    seen.insert(key, found.clone());
                    faults.extend(found);
                }
                (opened.files.len() as u64, faults)
            }
            Err(error) => (0, vec![error.to_string()]),
        };
        Check::Table { table: table.to_owned(), version, files, faults }
    }

    /// Reads every file of a table's log up to a version, as far as it was written down what it was.
    async fn check_log(&self, table: String, version: u64) -> Result<Check, LakeError> {
        let book = self.inner.ledger.lake_files().of_table(&table).await?;
        let of_log = |path: &str| path.strip_prefix("_delta_log/").and_then(log_version);
        let wanted: Vec<_> = book
            .into_iter()
            .filter(|file| of_log(&file.path).is_some_and(|of| of <= version))
            .collect();
        let mut faults = Vec::new();
        let mut told = 0..=version;
        for file in &wanted {
            let blocks = Blocks::from_written(file.size_bytes, &file.blocks);
            faults.extend(self.log_fault(&table, &file.path, &blocks).await);
        }
        // Where some are written down, all are.
        let written = |number: &u64| {
            let name = format!("_delta_log/{number:020}.json");
            wanted.iter().any(|file| file.path == name)
        };
        if !wanted.is_empty()
            && let Some(number) = told.find(|number| !written(number))
        {
            faults.push(format!("_delta_log/{number:020}.json: nobody wrote down what it was"));
        }
        Ok(Check::Log { table, files: wanted.len() as u64, faults })
    }

    async fn log_fault(&self, table: &str, path: &str, blocks: &Blocks) -> Option<String> {
        let store = match self.inner.tables.bare_store(table) {
            Ok(store) => store,
            Err(error) => return Some(error.to_string()),
        };
        let bytes = match store.get(&Path::from(path)).await {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        match bytes.map(|bytes| blocks.check_whole(&bytes)) {
            Ok(Ok(())) => None,
            // A note that is gone is missed by nobody: the log is then listed. A backup leaves out
            // one that tells of a later version than it holds.
            Err(object_store::Error::NotFound { .. }) if path.ends_with("/_last_checkpoint") => {
                None
            }
            Ok(Err(_)) => Some(format!("{path}: not the bytes that were written")),
            Err(error) => Some(format!("{path}: {error}")),
        }
    }

    /// None when the table cannot be opened, which the check of the table tells.
    async fn check_newest(&self, table: &str, version: u64) -> Option<Check> {
        let newest = self.inner.tables.open(table, None).await.ok()??;
        let known = self.open_at(table, version).await.ok()?;
        let differs = newest.files != known.files;
        Some(Check::Newest { table: table.to_owned(), differs })
    }

    async fn check_landing(
        &self,
        received: &[LandingId],
        depth: Depth,
    ) -> Result<Check, LakeError> {
        let (landing, received) = (self.inner.landing.clone(), received.to_vec());
        let files = received.len() as u64;
        let work = tokio::task::spawn_blocking(move || {
            let listed = match depth {
                Depth::Quick => landing.ids(),
                Depth::Deep => Ok(Vec::new()),
            };
            let held: BTreeSet<LandingId> = match listed {
                Ok(ids) => ids.into_iter().collect(),
                Err(error) => return vec![error.to_string()],
            };
            let wrong = |id: &LandingId| match depth {
                Depth::Quick if held.contains(id) => None,
                Depth::Quick => Some(LandingError::Missing(*id).to_string()),
                Depth::Deep => landing.verify(*id).err().map(|error| error.to_string()),
            };
            received.iter().filter_map(wrong).collect()
        });
        let faults = work.await.map_err(|died| LakeError::Stopped(died.to_string()))?;
        Ok(Check::Landing { files, faults })
    }
}

/// The hash of each data file in which rows were emptied, by table and name.
type ErasedFiles = BTreeMap<(String, String), String>;
/// What is wrong with each file that was looked at: its table, path and size.
type Seen = HashMap<(String, String, u64), Option<String>>;

/// The version that a file of a log belongs to; what belongs to none belongs to the first.
fn log_version(name: &str) -> Option<u64> {
    if name.starts_with('_') {
        return Some(0);
    }
    name.split('.').next()?.parse().ok()
}

/// What is wrong with a data file: missing, of another size, or, when every byte is read, of
/// another hash than its name says, or than it had when rows were emptied in it.
async fn fault(
    table: &TableAt,
    file: &DataFile,
    (depth, erased): (Depth, &ErasedFiles),
) -> Option<String> {
    let path = Path::from(file.path.as_str());
    let found = match table.store.head(&path).await {
        Ok(found) => found,
        Err(error) => return Some(format!("{}: {error}", file.path)),
    };
    if found.size != file.size_bytes {
        return Some(format!("{}: {} bytes, not {}", file.path, found.size, file.size_bytes));
    }
    if depth == Depth::Quick {
        return None;
    }
    let bytes = match table.store.get(&path).await {
        Ok(found) => found.bytes().await,
        Err(error) => Err(error),
    };
    let is_right = |bytes: &[u8]| {
        let hash = format!("{:016x}", xxh3_64(bytes));
        match erased.get(&(table.name.clone(), file.path.clone())) {
            Some(known) => *known == hash,
            None => file.path.ends_with(&format!("{hash}.parquet")),
        }
    };
    match bytes {
        Ok(bytes) if is_right(&bytes) => None,
        Ok(_) => Some(format!("{}: not the bytes that were written", file.path)),
        Err(error) => Some(format!("{}: {error}", file.path)),
    }
}
