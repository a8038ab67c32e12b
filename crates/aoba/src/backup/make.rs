//! `aoba backup DIR`: a new generation, made beside the finished ones and added by one renaming.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use indicatif::ProgressBar;
use lake::Lake;
use lake::landing::StoredFile;
use ledger::{HoldFor, LEDGER_FILES};
use sha2::{Digest as _, Sha256};
use vocab::Locale;

use super::copying::{Copying, Taken, is_what_its_name_says, link};
use super::manifest::{Entry, FILES, Manifest, hex};
use super::place::{Place, Use, check_room, files_below, make_folder};
use super::plan::{self, From, Item, Plan};
use super::trouble::{BackupError, at};
use super::{facts, tell_faults};
use crate::cli::BackupArgs;
use crate::house::House;
use crate::output::tell;
use crate::progress;
use crate::synth::{grouped, size, until_stopped};

/// The note of what has been copied into the unfinished generation, a line for each file.
const COPIED: &str = "copied.jsonl";

/// Makes a generation; false when something was wrong with the home, and so is with its copy.
pub(super) async fn make(house: &House, args: &BackupArgs, folder: &Path) -> anyhow::Result<bool> {
    let start = Instant::now();
    house.ledger.check_in_files()?;
    plan::check_apart(house, folder)?;
    let place = Place::open(folder, Use::Make)?;
    house.lake.step("begin backup")?;
    // From here on nothing that the ledger names is removed.
    let _hold = house.ledger.hold_files(HoldFor::Copying)?;
    if house.lake.is_erasing() {
        return Err(BackupError::Erasing.into());
    }
    let number = place.numbers()?.last().map_or(1, |last| last + 1);
    let (keys, by) = (!args.without_keys, &house.actor);
    house.ledger.record_backup(by, (number, keys)).await?;
    let unfinished = place.unfinished();
    if args.afresh && unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(at("remove", &unfinished))?;
    }
    let files = unfinished.join(FILES);
    make_folder(&files)?;
    check_room(&files, databases_bytes(&house.home))?;
    house.lake.step("copy databases")?;
    let copy = house.ledger.copy_into(&files).await?;
    let mut manifest = Manifest::new(number, house.ledger.clock().now().to_string());
    manifest.facts = facts::of(&copy).await?;
    let verdict = copy.audit().verify().await?;
    let plan = plan::make(house, &copy, keys).await?;
    copy.close().await;
    manifest.faults.extend(verdict.first_broken.is_some().then(|| verdict.say(house.locale)));
    manifest.faults.extend(plan.faults.iter().cloned());
    (manifest.keys, manifest.lake_elsewhere) = (keys, plan.lake_elsewhere.clone());

    let previous = match args.afresh {
        true => None,
        false => place.newest()?.map(|last| Previous::new(&place, last)),
    };
    let (lake, quiet) = (house.lake.clone(), args.quiet);
    let work = Work { plan, previous, unfinished: unfinished.clone(), lake, quiet };
    let copied = until_stopped(move |stop| work.run(stop)).await??;
    for (entry, _) in copied.iter().filter(|(entry, _)| entry.damaged) {
        manifest.faults.push(match house.locale {
            Locale::En => format!("{}: not what its name says", entry.path),
            Locale::Ja => format!("{}: 名前と内容が一致しません", entry.path),
        });
    }
    let told = Told::of(&copied, start);
    manifest.files = copied.into_iter().map(|(entry, _)| entry).collect();
    house.lake.step("list files")?;
    manifest.write(&unfinished)?;
    house.lake.step("finish generation")?;
    tokio::task::block_in_place(|| place.finish(number))?;
    house.lake.step("remove generations")?;
    let went = place.keep(usize::try_from(args.keep).unwrap_or(usize::MAX))?;
    told.say(&manifest, went, house.locale);
    tell_faults(&manifest.faults, house.locale);
    Ok(manifest.faults.is_empty())
}

/// About how large copies of the databases will be.
fn databases_bytes(home: &Path) -> u64 {
    let names = ["ledger.db", "ledger.db-wal", "identity.db", "identity.db-wal"];
    names
        .iter()
        .filter_map(|name| fs::metadata(home.join(name)).ok())
        .map(|found| found.len())
        .sum()
}

/// The generation before this one.
struct Previous {
    files: PathBuf,
    entries: HashMap<String, Entry>,
}

impl Previous {
    fn new(place: &Place, manifest: Manifest) -> Self {
        let files = place.generation(manifest.generation).join(FILES);
        let whole = manifest.files.into_iter().filter(|entry| !entry.damaged);
        Self { files, entries: whole.map(|entry| (entry.path.clone(), entry)).collect() }
    }

    /// What it has under a path, when it is still there in its size.
    fn of(&self, path: &str) -> Option<(&Entry, PathBuf)> {
        let entry = self.entries.get(path)?;
        let place = self.files.join(path);
        let found = fs::metadata(&place).ok()?;
        (found.len() == entry.size_bytes).then_some((entry, place))
    }
}

/// Whether a file was copied now, or taken from the generation before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Copied,
    Taken,
}

/// The copying: on a thread of its own, since it waits for disks.
struct Work {
    plan: Plan,
    previous: Option<Previous>,
    unfinished: PathBuf,
    lake: Lake,
    quiet: bool,
}

impl Work {
    fn run(self, stop: &Arc<AtomicBool>) -> Result<Vec<(Entry, How)>, BackupError> {
        let files = self.unfinished.join(FILES);
        let started = Started::read(&self.unfinished)?;
        let (new_bytes, shared_bytes) = self.sizes(&started);
        let needed = match self.can_link() {
            true => new_bytes,
            false => new_bytes + shared_bytes,
        };
        check_room(&files, needed)?;
        let bar = progress::bytes(self.plan.size_bytes() - shared_bytes, "copying", self.quiet);
        let copying = Copying { bar: bar.clone(), stop: Arc::clone(stop) };
        let mut journal = Journal::open(&self.unfinished)?;
        let mut entries = Vec::with_capacity(self.plan.items.len() + LEDGER_FILES.len());
        for item in &self.plan.items {
            self.lake.step("copy file").map_err(BackupError::Lake)?;
            let (entry, how) = self.one(item, &copying, &started)?;
            if how == How::Copied {
                journal.add(&entry)?;
            }
            entries.push((entry, how));
        }
        let hidden = Copying { bar: ProgressBar::hidden(), stop: Arc::clone(stop) };
        for name in LEDGER_FILES.iter().filter(|name| files.join(name).exists()) {
            let taken = hidden.digest(&files.join(name))?;
            entries.push((entry(name, &taken, false), How::Copied));
        }
        bar.finish_and_clear();
        drop(journal);
        let path = self.unfinished.join(COPIED);
        fs::remove_file(&path).map_err(at("remove", &path))?;
        remove_others(&files, &entries)?;
        entries.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        Ok(entries)
    }

    /// How many bytes are written, and how many the generation before has.
    fn sizes(&self, started: &Started) -> (u64, u64) {
        let (mut new_bytes, mut shared_bytes) = (0, 0);
        for item in &self.plan.items {
            let known = self.previous.as_ref().and_then(|previous| previous.of(&item.path));
            let same =
                |entry: &Entry| item.is_named_by_content && entry.size_bytes == item.size_bytes;
            if known.is_some_and(|(entry, _)| same(entry)) {
                shared_bytes += item.size_bytes;
            } else if !started.has(item) {
                new_bytes += item.size_bytes;
            }
        }
        (new_bytes, shared_bytes)
    }

    /// Whether one file can stand in two places on this disk.
    fn can_link(&self) -> bool {
        let (from, to) = (self.unfinished.join("link-a"), self.unfinished.join("link-b"));
        let linked = fs::write(&from, "").is_ok() && fs::hard_link(&from, &to).is_ok();
        // Whether there is anything to remove depends on the answer.
        fs::remove_file(&from).ok();
        fs::remove_file(&to).ok();
        linked
    }

    fn one(
        &self,
        item: &Item,
        copying: &Copying,
        started: &Started,
    ) -> Result<(Entry, How), BackupError> {
        let to = self.unfinished.join(FILES).join(&item.path);
        if let Some(entry) = self.shared(item, &to, copying)? {
            return Ok((entry, How::Taken));
        }
        if let Some(begun) = started.entries.get(&item.path).filter(|_| started.has(item)) {
            // What an interrupted run copied is believed once it is read again.
            if copying.digest(&to)?.sha256 == begun.sha256 {
                return Ok((begun.clone(), How::Copied));
            }
        }
        // What we packed can be compared with its name only by unpacking it, and what lines were
        // taken from only with the record beside it.
        let must_read = !item.is_named_by_content || item.path.ends_with(".zst");
        let unpacked = match item.received.filter(|_| must_read) {
            Some(id) => self.lake.landing().verify(id).is_ok(),
            None => true,
        };
        let taken = match &item.from {
            From::Bytes(bytes) => copying.write(bytes, &to)?,
            From::File(from) => copying.copy(from, &to)?,
            From::Landing(file) => {
                let (bytes, from) = opened(file)?;
                copying.put(bytes, &from, &to)?
            }
        };
        let is_right = match &item.emptied {
            Some(hash) => *hash == format!("{:016x}", taken.xxh3),
            None if item.received.is_some() && must_read => unpacked,
            None => is_what_its_name_says(&item.path, &taken),
        };
        let damaged = !is_right;
        Ok((entry(&item.path, &taken, damaged), How::Copied))
    }

    /// Takes a file from the generation before, where it is the same.
    fn shared(
        &self,
        item: &Item,
        to: &Path,
        copying: &Copying,
    ) -> Result<Option<Entry>, BackupError> {
        let known = self.previous.as_ref().and_then(|previous| previous.of(&item.path));
        let Some((entry, place)) = known.filter(|(e, _)| e.size_bytes == item.size_bytes) else {
            return Ok(None);
        };
        let same = match &item.from {
            _ if item.is_named_by_content => true,
            From::Bytes(bytes) => hex(&Sha256::digest(bytes)) == entry.sha256,
            From::File(from) => copying.digest(from)?.sha256 == entry.sha256,
            From::Landing(file) => {
                let (bytes, from) = opened(file)?;
                copying.digest_of(bytes, &from)?.sha256 == entry.sha256
            }
        };
        if same && link(&place, to)? {
            return Ok(Some(entry.clone()));
        }
        Ok(None)
    }
}

/// The bytes of a file of the landing, and where they come from.
fn opened(file: &StoredFile) -> Result<(Box<dyn Read>, PathBuf), BackupError> {
    file.open().map_err(|error| BackupError::Lake(error.into()))
}

fn entry(path: &str, taken: &Taken, damaged: bool) -> Entry {
    Entry {
        path: path.to_owned(),
        size_bytes: taken.size_bytes,
        sha256: taken.sha256.clone(),
        damaged,
    }
}

/// What an interrupted run had copied.
struct Started {
    files: PathBuf,
    entries: HashMap<String, Entry>,
}

impl Started {
    fn read(unfinished: &Path) -> Result<Self, BackupError> {
        let path = unfinished.join(COPIED);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(at("read", &path)(error)),
        };
        // The last line may be cut short.
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Entry>(line).ok());
        let entries = lines.map(|entry| (entry.path.clone(), entry)).collect();
        Ok(Self { files: unfinished.join(FILES), entries })
    }

    fn has(&self, item: &Item) -> bool {
        let size = |entry: &Entry| {
            let there = fs::metadata(self.files.join(&item.path)).ok();
            there.is_some_and(|found| found.len() == entry.size_bytes)
        };
        let known = self.entries.get(&item.path).filter(|_| item.is_named_by_content);
        known.is_some_and(|entry| entry.size_bytes == item.size_bytes && size(entry))
    }
}

/// Notes each file once it is copied.
struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    fn open(unfinished: &Path) -> Result<Self, BackupError> {
        let path = unfinished.join(COPIED);
        let file = OpenOptions::new().append(true).create(true).open(&path);
        Ok(Self { file: file.map_err(at("write", &path))?, path })
    }

    fn add(&mut self, entry: &Entry) -> Result<(), BackupError> {
        let mut line = serde_json::to_string(entry).unwrap_or_default();
        line.push('\n');
        self.file.write_all(line.as_bytes()).map_err(at("write", &self.path))
    }
}

/// Removes what an interrupted run copied and this generation does not name.
fn remove_others(files: &Path, entries: &[(Entry, How)]) -> Result<(), BackupError> {
    let named: HashSet<PathBuf> =
        entries.iter().map(|(entry, _)| files.join(&entry.path)).collect();
    for path in files_below(files)? {
        if !named.contains(&path) {
            fs::remove_file(&path).map_err(at("remove", &path))?;
        }
    }
    Ok(())
}

/// What is told at the end.
struct Told {
    copied: u64,
    copied_bytes: u64,
    seconds: f64,
}

impl Told {
    fn of(entries: &[(Entry, How)], start: Instant) -> Self {
        let copied = entries.iter().filter(|(_, how)| *how == How::Copied);
        let (copied, copied_bytes) =
            copied.fold((0, 0), |(files, bytes), (entry, _)| (files + 1, bytes + entry.size_bytes));
        Self { copied, copied_bytes, seconds: start.elapsed().as_secs_f64() }
    }

    fn say(&self, manifest: &Manifest, went: usize, locale: Locale) {
        let (number, files) = (manifest.generation, grouped(manifest.files.len() as u64));
        let (all, copied, bytes) =
            (size(manifest.size_bytes()), grouped(self.copied), size(self.copied_bytes));
        #[expect(clippy::cast_precision_loss, reason = "a rate for reading")]
        let rate = self.copied_bytes as f64 / 1e6 / self.seconds.max(1e-3);
        let seconds = self.seconds;
        match locale {
            Locale::En => tell!(
                "generation {number}: {files} files, {all}; {copied} of them, {bytes}, copied in \
                 {seconds:.1} s ({rate:.0} MB/s); {went} old generations removed"
            ),
            Locale::Ja => tell!(
                "世代{number}: ファイル{files}個、{all}。うち{copied}個({bytes})を{seconds:.1}秒でコピーしました\
                 ({rate:.0} MB/s)。古い世代{went}個を削除しました"
            ),
        }
        match (manifest.keys, locale) {
            (true, Locale::En) => tell!("it holds the keys: keep it as safe as the house"),
            (true, Locale::Ja) => {
                tell!("鍵を含みます。データフォルダーと同じように守ってください");
            }
            (false, Locale::En) => tell!("it holds no keys: without them it cannot be restored"),
            (false, Locale::Ja) => tell!("鍵を含みません。鍵がなければ復元できません"),
        }
        match (&manifest.lake_elsewhere, locale) {
            (Some(url), Locale::En) => {
                tell!("the tables lie at {url} and were not copied: a restore rebuilds them");
            }
            (Some(url), Locale::Ja) => {
                tell!("表は{url}にあり、コピーしていません。復元後に作り直します");
            }
            (None, _) => {}
        }
    }
}
