//! Is the lake whole? Each check says what it looked at, what it found, and what to do.

use std::collections::{BTreeMap, BTreeSet};

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use serde::Serialize;
use vocab::{LandingId, Locale};
use xxhash_rust::xxh3::xxh3_64;

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
            Check::Table { faults, .. } | Check::Landing { faults, .. } => faults.is_empty(),
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
            Check::Store { url, trouble: None, .. } => match is_ja {
                true => format!("オブジェクトストレージ {url}: 読み書きでき、上書きを防げます"),
                false => {
                    format!("object store {url}: can be read and written, and keeps what is there")
                }
            },
            Check::Store { url, trouble: Some(trouble), said } => {
                let (what, remedy) = (trouble.what(locale), trouble.remedy(locale));
                match is_ja {
                    true => format!("オブジェクトストレージ {url}: {what}: {said} ({remedy})"),
                    false => format!("object store {url}: {what}: {said} ({remedy})"),
                }
            }
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
        for (table, version) in versions {
            let check = self.check_table((table, version), depth, &erased).await;
            findings.push(Finding::new(check));
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
        (table, version): (String, u64),
        depth: Depth,
        erased: &ErasedFiles,
    ) -> Check {
        let (files, faults) = match self.open_at(&table, version).await {
            Ok(opened) => {
                let mut faults = Vec::new();
                for file in &opened.files {
                    faults.extend(fault(&opened, file, (depth, erased)).await);
                }
                (opened.files.len() as u64, faults)
            }
            Err(error) => (0, vec![error.to_string()]),
        };
        Check::Table { table, version, files, faults }
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
