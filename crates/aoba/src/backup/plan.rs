//! Which files of a home a backup holds.
//!
//! Not among them: what nobody needs to put a home back (`writer.lock`, `tmp/`, `incoming/`, what a pull
//! has fetched and not loaded, tables that were set aside), and whatever lies in the lake that no snapshot rests on.

use std::path::{Path, PathBuf};

use lake::landing::{Landing, StoredFile};
use ledger::{KEY_FILES, Ledger};
use vocab::{LandingId, Locale};

use super::trouble::{BackupError, at};
use crate::house::House;

/// A file to be copied.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Where it lies in a home, with `/`.
    pub(super) path: String,
    pub(super) from: From,
    pub(super) size_bytes: u64,
    /// What has its name and size is it.
    pub(super) is_named_by_content: bool,
    /// The hash it has instead of the one in its name.
    pub(super) emptied: Option<String>,
    /// Which file it is of those received.
    pub(super) received: Option<LandingId>,
}

/// Where the bytes of a file are.
#[derive(Clone, Debug)]
pub(super) enum From {
    /// Where it lies now.
    File(PathBuf),
    /// In the landing, wherever that is.
    Landing(StoredFile),
    /// Here, as they were when the plan was made: they may change at any time.
    Bytes(Vec<u8>),
}

impl Item {
    /// A file of the home about which nothing is known beforehand.
    fn new(home: &Path, from: PathBuf, size_bytes: u64) -> Self {
        Self {
            path: below(home, &from),
            from: From::File(from),
            size_bytes,
            is_named_by_content: false,
            emptied: None,
            received: None,
        }
    }
}

/// What is to be copied.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) items: Vec<Item>,
    /// What should be there and is not, or cannot be read.
    pub(super) faults: Vec<String>,
    /// Where the lake lies, when it is not on this machine.
    pub(super) lake_elsewhere: Option<String>,
}

impl Plan {
    /// How large the files are together.
    pub(super) fn size_bytes(&self) -> u64 {
        self.items.iter().map(|item| item.size_bytes).sum()
    }
}

/// Makes the plan: what the copied ledger names, and what lies beside it in the home.
pub(super) async fn make(house: &House, copy: &Ledger, keys: bool) -> anyhow::Result<Plan> {
    let mut plan = Plan::default();
    add_received(&mut plan, house, copy).await?;
    add_lake(&mut plan, house, copy).await?;
    add_tree(&mut plan, &house.home, "views")?;
    let keys = KEY_FILES.iter().copied().filter(|_| keys);
    for path in keys.chain(["aoba.toml"]) {
        add_file(&mut plan, &house.home, path)?;
    }
    plan.items.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(plan)
}

async fn add_received(plan: &mut Plan, house: &House, copy: &Ledger) -> anyhow::Result<()> {
    let landing: &Landing = house.lake.landing();
    for id in copy.landings().kept().await? {
        let files = tokio::task::block_in_place(|| landing.stored(id))?;
        if files.is_empty() {
            plan.faults.push(match house.locale {
                Locale::En => format!("landing: no file {id}"),
                Locale::Ja => format!("受領庫: ファイル{id}がありません"),
            });
        }
        let is_named_by_content = files.len() == 1;
        // After the file itself comes the record of what was taken out of it.
        let ids = [Some(id), None];
        plan.items.extend(files.into_iter().zip(ids).map(|(file, received)| Item {
            path: format!("landing/{}", file.name),
            size_bytes: file.size_bytes,
            is_named_by_content: is_named_by_content && received.is_some(),
            emptied: None,
            received,
            from: From::Landing(file),
        }));
    }
    Ok(())
}

async fn add_lake(plan: &mut Plan, house: &House, copy: &Ledger) -> anyhow::Result<()> {
    let Some(folder) = house.lake.folder() else {
        plan.lake_elsewhere = Some(house.lake.url().to_string());
        return Ok(());
    };
    let needed = house.lake.needed(&copy.snapshots().readable().await?).await?;
    plan.faults.extend(needed.faults);
    plan.items.extend(needed.files.into_iter().map(|part| Item {
        from: part.bytes.map_or_else(|| From::File(folder.join(&part.path)), From::Bytes),
        path: format!("lake/{}", part.path),
        size_bytes: part.size_bytes,
        is_named_by_content: part.is_named_by_content,
        emptied: part.emptied,
        received: None,
    }));
    Ok(())
}

/// Every file below a folder of the home, where there is one.
fn add_tree(plan: &mut Plan, home: &Path, name: &str) -> Result<(), BackupError> {
    let folder = home.join(name);
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(&folder).map_err(at("list", &folder))? {
        let entry = entry.map_err(at("list", &folder))?;
        let inner = format!("{name}/{}", entry.file_name().to_string_lossy());
        match entry.path().is_dir() {
            true => add_tree(plan, home, &inner)?,
            false => add_file(plan, home, &inner)?,
        }
    }
    Ok(())
}

/// A file of the home, where there is one.
fn add_file(plan: &mut Plan, home: &Path, path: &str) -> Result<(), BackupError> {
    let from = home.join(path);
    let size_bytes = match std::fs::metadata(&from) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at("read", &from)(error)),
    };
    plan.items.push(Item::new(home, from, size_bytes));
    Ok(())
}

/// Where a file lies in its home, with `/`.
fn below(home: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(home).unwrap_or(path);
    let parts = inner.components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// Refuses a backup in what it copies, and a home in its backup.
pub(super) fn check_apart(house: &House, folder: &Path) -> Result<(), BackupError> {
    let there = resolved(folder)?;
    for own in [Some(house.home.clone()), house.lake.folder()].into_iter().flatten() {
        let own = resolved(&own)?;
        if there.starts_with(&own) || own.starts_with(&there) {
            return Err(BackupError::Within(folder.to_owned()));
        }
    }
    Ok(())
}

/// A path without links, as far as it is there.
fn resolved(path: &Path) -> Result<PathBuf, BackupError> {
    let full = std::path::absolute(path).map_err(at("find", path))?;
    for above in full.ancestors() {
        if let Ok(real) = above.canonicalize() {
            let rest = full.strip_prefix(above).unwrap_or(Path::new(""));
            return Ok(real.join(rest));
        }
    }
    Ok(full)
}
