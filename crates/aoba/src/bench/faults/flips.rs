//! One changed byte at a time, in every kind of file of a home: `doctor --deep` finds it and names
//! the file, and no answer shows it.
//!
//! A changed byte that is not found must be one that nobody reads: then both databases hold what
//! they held, row by row, or the file as received unpacks to the very bytes that were received.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use synth::dice::Dice;

use super::kept::{Answers, Home};
use super::verdict;
use crate::cli::BenchFaultsArgs;
use crate::synth::people;

/// The kinds of files that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Landing,
    Data,
    Log,
    Ledger,
    Identities,
    Keys,
    Head,
}

/// What the changed bytes of one kind came to.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    changed: u64,
    found: u64,
    named: u64,
    /// Not found, and proved to be read by nobody.
    unread: u64,
    /// Not found, and not proved.
    missed: u64,
    /// A question was refused.
    refused: u64,
    /// A question was answered otherwise than before.
    served: u64,
    hung: u64,
}

impl Tally {
    fn is_well(&self) -> bool {
        self.missed + self.served + self.hung == 0 && self.found == self.named
    }

    fn add(&mut self, other: Self) {
        self.changed += other.changed;
        self.found += other.found;
        self.named += other.named;
        self.unread += other.unread;
        self.missed += other.missed;
        self.refused += other.refused;
        self.served += other.served;
        self.hung += other.hung;
    }
}

pub(super) fn run(args: &BenchFaultsArgs, folder: &Path) -> anyhow::Result<bool> {
    let home = lived_in(folder)?;
    let right =
        Right { answers: home.answers()?, lists: lists(&home)?, contents: contents(&home)? };
    let doctor = home.attempt(&["doctor", "--deep"])?;
    anyhow::ensure!(doctor.success(), "the home is not whole: {}{}", doctor.out, doctor.err);
    let files = files(&home.path)?;
    let kinds: Vec<Kind> = files.keys().copied().collect();
    let mut dice = Dice::new(args.seed, 3);
    let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
    let mut all = Tally::default();
    for kind in kinds.iter().copied().cycle() {
        // Bytes that nobody reads are tried too, and do not count.
        if all.changed - all.unread >= args.flips {
            break;
        }
        let of_kind = files.get(&kind).map(Vec::as_slice).unwrap_or_default();
        let (file, offset) = chosen(of_kind, &mut dice).context("a kind without bytes")?;
        let work = home.copy_to(&folder.join("work"))?;
        change(&work.path.join(&file), offset, dice.below(8))?;
        let found = look(&work, (kind, &file), &right)?;
        if found.missed + found.served + found.hung > 0 || found.found != found.named {
            println!("  {}, byte {offset}: {found:?}", file.display());
        }
        tallies.entry(kind).or_default().add(found);
        all.add(found);
    }
    println!(
        "changed bytes: {} that somebody reads, in {} kinds of files: {}",
        all.changed - all.unread,
        kinds.len(),
        verdict(all.is_well())
    );
    for (kind, tally) in tallies.iter().map(|(kind, tally)| (format!("{kind:?}"), tally)) {
        tell(&kind, tally);
    }
    tell("all", &all);
    Ok(all.is_well())
}

fn tell(kind: &str, tally: &Tally) {
    let Tally { changed, found, named, unread, missed, refused, served, hung } = tally;
    println!(
        "  {kind:<10} {changed:>5} changed, {found:>5} found, {named:>5} named, {unread} read by \
         nobody, {missed} missed; {refused} answers refused, {served} wrong, {hung} hung"
    );
}

/// The twelve people, one of whom refused, and a day after: a value corrected, one deleted.
fn lived_in(folder: &Path) -> anyhow::Result<Home> {
    let files = folder.join("people");
    for (name, bytes) in people::files() {
        let path = files.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&files))?;
        fs::write(path, bytes)?;
    }
    let home = Home::at(folder.join("home"));
    home.ingest("hospital", &files)?;
    home.run(&["opt-out", "hospital/ken"])?;
    let day = folder.join("day.ndjson");
    fs::write(&day, DAY)?;
    home.ingest("hospital", &day)?;
    Ok(home)
}

/// What the day after brings.
const DAY: &str = concat!(
    r#"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Observation/hanako-hb"}}]}"#,
    "\n",
    r#"{"resourceType":"Observation","id":"hanako-bp","meta":{"versionId":"9","lastUpdated":"2026-12-01T09:00:00+09:00"},"status":"corrected","code":{"text":"BP"},"subject":{"reference":"Patient/hanako"}}"#,
    "\n",
);

/// What must be answered.
struct Right {
    answers: Answers,
    lists: Vec<String>,
    contents: String,
}

/// Lists that come from the ledger.
fn lists(home: &Home) -> anyhow::Result<Vec<String>> {
    LISTS.iter().map(|list| home.run(list)).collect()
}

const LISTS: [&[&str]; 2] =
    [&["snapshots", "--format", "json"], &["permit", "list", "--format", "json"]];

/// All that both databases hold.
fn contents(home: &Home) -> anyhow::Result<String> {
    home.run(&["bench", "contents"])
}

/// The files of a home by kind, by their places in it, each with its size.
fn files(home: &Path) -> anyhow::Result<BTreeMap<Kind, Vec<(PathBuf, u64)>>> {
    let mut files: BTreeMap<Kind, Vec<(PathBuf, u64)>> = BTreeMap::new();
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let inner = path.strip_prefix(home)?.to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if let Some(kind) = kind(&inner) {
                files.entry(kind).or_default().push((inner, fs::metadata(&path)?.len()));
            }
        }
    }
    files.values_mut().for_each(|files| files.sort());
    Ok(files)
}

/// None for what may be lost at any time: locks, and what is written aside.
fn kind(inner: &Path) -> Option<Kind> {
    let text = inner.to_string_lossy();
    match text.split('/').next()? {
        "landing" => Some(Kind::Landing),
        "lake" if text.contains("/_delta_log/") => Some(Kind::Log),
        "lake" => Some(Kind::Data),
        "keys" => Some(Kind::Keys),
        "audit.head" => Some(Kind::Head),
        name if name.starts_with("ledger.db") => Some(Kind::Ledger),
        name if name.starts_with("identity.db") => Some(Kind::Identities),
        _ => None,
    }
}

/// A byte by chance, each as likely.
fn chosen(files: &[(PathBuf, u64)], dice: &mut Dice) -> Option<(PathBuf, u64)> {
    let all: u64 = files.iter().map(|(_, size)| size).sum();
    let mut place = dice.roll().checked_rem(all)?;
    for (file, size) in files {
        if place < *size {
            return Some((file.clone(), place));
        }
        place -= size;
    }
    None
}

fn change(path: &Path, offset: u64, bit: u32) -> anyhow::Result<()> {
    let mut bytes = fs::read(path)?;
    let byte = bytes.get_mut(usize::try_from(offset)?).context("the file is shorter")?;
    *byte ^= 1_u8 << bit;
    Ok(fs::write(path, bytes)?)
}

/// The doctor's word, and what is answered.
fn look(home: &Home, (kind, file): (Kind, &Path), right: &Right) -> anyhow::Result<Tally> {
    let mut tally = Tally { changed: 1, ..Tally::default() };
    let doctor = home.attempt(&["doctor", "--deep"])?;
    tally.hung += u64::from(doctor.status.is_none());
    if !doctor.success() {
        tally.found = 1;
        let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        // A line of the audit that was changed is told by its number.
        let audit = kind == Kind::Ledger && doctor.out.contains("the audit is broken at row");
        let said = format!("{}{}", doctor.out, doctor.err);
        tally.named = u64::from(audit || said.contains(&*name));
    } else if is_unread(home, kind, file, right)? {
        tally.unread = 1;
    } else {
        tally.missed = 1;
    }
    let mut refused = false;
    match home.answers_or_error()? {
        Some(answers) => tally.served += u64::from(answers != right.answers),
        None => refused = true,
    }
    for (list, right) in LISTS.iter().zip(&right.lists) {
        let ended = home.attempt(list)?;
        tally.hung += u64::from(ended.status.is_none());
        match ended.success() {
            true => tally.served += u64::from(ended.out != *right),
            false => refused = true,
        }
    }
    tally.refused = u64::from(refused);
    Ok(tally)
}

/// Whether the byte is proved to be one that nobody reads.
fn is_unread(home: &Home, kind: Kind, file: &Path, right: &Right) -> anyhow::Result<bool> {
    match kind {
        Kind::Ledger | Kind::Identities => Ok(contents(home)? == right.contents),
        Kind::Landing => {
            let stored = fs::read(home.path.join(file))?;
            let Ok(unpacked) = zstd::decode_all(stored.as_slice()) else { return Ok(false) };
            let hash: String =
                Sha256::digest(unpacked).iter().map(|byte| format!("{byte:02x}")).collect();
            Ok(file.file_stem().is_some_and(|stem| stem.to_string_lossy() == hash))
        }
        _ => Ok(false),
    }
}
