//! Writing aside everything that will change: nothing of the home changes here.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use ledger::{ErasedFile, KEPT_COPIES, Snapshot, SnapshotTable};
use object_store::ObjectStoreExt as _;
use sha2::{Digest as _, Sha256};
use vocab::LoadId;
use xxhash_rust::xxh3::xxh3_64;

use super::certificate::{Certificate, FileChange, Hole};
use super::empty::{self, Emptying};
use super::journal::{self, Journal, Marked, Part, Replaced};
use super::logs::{self, Bounds};
use super::recall::Recall;
use super::survey::{self, Found, Seek};
use super::{Erasing, RowsAgain, Speaks};
use crate::delta::DataFile;
use crate::house::{Lake, LakeError};
use crate::landing::ErasedIn;
use crate::storage::at;
use crate::tables::TableSpec;
use crate::writer::encode::{self, Segment};
use crate::writer::part::rows_wrong;
use crate::writer::supersede::Gone;
use crate::writer::{heal, part};

/// What is being prepared.
struct Preparing<'a> {
    lake: &'a Lake,
    folder: PathBuf,
    next: usize,
    seek: Arc<Seek>,
    speaks: Speaks,
    journal: Journal,
    /// Snapshots that studies keep, the newest first.
    pinned: Vec<Snapshot>,
    newest: Option<Snapshot>,
}

pub(super) async fn prepare(
    lake: &Lake,
    load: LoadId,
    erasing: Erasing,
) -> Result<Journal, LakeError> {
    let Erasing { begun, owners, scrub, landing, gone, cut, again, specs, speaks, certificate } =
        erasing;
    let seek = Arc::new(Seek::new(&begun.patients, &gone, &cut));
    let snapshots = lake.inner.ledger.snapshots();
    let readable = snapshots.readable().await?;
    let pinned = readable.into_iter().filter(|snapshot| !snapshot.pinned_by.is_empty()).collect();
    let mut preparing = Preparing {
        lake,
        folder: journal::clear_aside(lake)?,
        next: 0,
        seek,
        speaks,
        journal: Journal {
            begun,
            load,
            owners,
            scrub,
            landing: Vec::new(),
            files: Vec::new(),
            drops: Vec::new(),
            tables: Vec::new(),
            left: Vec::new(),
            left_far: Vec::new(),
            erased: Vec::new(),
            certificate,
        },
        pinned,
        newest: snapshots.latest().await?,
    };
    preparing.landing(landing).await?;
    preparing.tables().await?;
    preparing.again(again, &specs)?;
    preparing.left().await?;
    let mut journal = preparing.journal;
    let told = &mut journal.certificate;
    told.erasure = journal.begun.id.0;
    told.prepared = lake.inner.ledger.clock().now().to_string();
    told.removed.identities = journal.owners.len() as u64;
    told.removed.texts = journal.scrub.texts.len() as u64;
    let of_studies = told.holes.iter().flat_map(|hole| {
        let snapshot = hole.snapshot;
        hole.studies.iter().map(move |study| Recall::Study { study: study.clone(), snapshot })
    });
    let of_studies: Vec<Recall> = of_studies.collect();
    told.recall.extend(of_studies);
    if lake.inner.tables.bucket.is_some() {
        told.recall.push(Recall::Bucket { url: lake.url().to_string() });
    }
    Ok(journal)
}

impl Preparing<'_> {
    fn aside(&mut self) -> PathBuf {
        self.next += 1;
        self.folder.join(format!("{:06}", self.next))
    }

    fn told(&mut self) -> &mut Certificate {
        &mut self.journal.certificate
    }

    /// Writes bytes aside and brings them to the disk.
    fn put(&mut self, bytes: &[u8]) -> Result<PathBuf, LakeError> {
        let path = self.aside();
        let write = || {
            let mut file = File::create(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(at("write", &path))?;
        Ok(path)
    }

    /// Kept files without the person.
    async fn landing(&mut self, files: Vec<super::FileErasure>) -> Result<(), LakeError> {
        let erasure = self.journal.begun.id;
        for file in files {
            let (landing, aside) = (self.lake.inner.landing.clone(), self.aside());
            let (id, name) = (file.file, file.file.to_string());
            let work = move || {
                let erased = ErasedIn { erasure, lines: file.lines, lifted: false };
                landing.rewrite(id, (&file.content, erased), &aside)
            };
            let work = tokio::task::spawn_blocking(work).await;
            let written = work.map_err(|died| LakeError::Stopped(died.to_string()))??;
            let place = name.get(..2).unwrap_or_default();
            self.told().files.push(FileChange {
                file: format!("landing/{place}/{name}"),
                before: written.before.clone(),
                after: Some(written.after.clone()),
                sizes: written.sizes,
            });
            self.journal.landing.push((name, written));
        }
        Ok(())
    }

    /// Data files without the person, logs without the person's number, and what no longer counts.
    async fn tables(&mut self) -> Result<(), LakeError> {
        for table in survey::tables(self.lake).await? {
            let files = survey::data_files(self.lake, &table).await?;
            self.told().looked_through.tables += 1;
            self.told().looked_through.data_files += files.len() as u64;
            let mut found = BTreeMap::new();
            for file in files {
                if let Some(held) = survey::look(self.lake, &table, &file, &self.seek).await? {
                    self.empty(&table, &file, &held).await?;
                    found.insert(file.path, held);
                }
            }
            if found.is_empty() {
                continue;
            }
            let emptied = found.values().flat_map(|held| &held.rows).filter(|row| !row.cut).count();
            self.told().removed.rows.insert(table.clone(), emptied as u64);
            self.logs(&table, &found).await?;
            self.marks(&table, &found).await?;
            self.holes(&table, &found).await?;
        }
        Ok(())
    }

    async fn empty(&mut self, table: &str, file: &DataFile, held: &Found) -> Result<(), LakeError> {
        let bytes: Bytes = part::read(&self.lake.inner.tables, table, file).await?;
        let (rows, cut) = held.places();
        let what = Emptying { rows, cut, speaks: self.speaks.clone() };
        let old = bytes.clone();
        let work = tokio::task::spawn_blocking(move || empty::emptied(&old, &what)).await;
        let new = work.map_err(|died| LakeError::Stopped(died.to_string()))?;
        let new = new.map_err(|error| rows_wrong(table, &error))?;
        self.replace((table, &file.path), &bytes, &new)?;
        let hash = format!("{:016x}", xxh3_64(&new));
        let (table, path) = (table.to_owned(), file.path.clone());
        self.journal.erased.push(ErasedFile { table, path, hash });
        Ok(())
    }

    /// Notes that a file of a table is written anew.
    fn replace(
        &mut self,
        (table, path): (&str, &str),
        old: &[u8],
        new: &[u8],
    ) -> Result<(), LakeError> {
        let aside = self.put(new)?;
        self.told().files.push(FileChange {
            file: format!("lake/{table}/{path}"),
            before: sha256(old),
            after: Some(sha256(new)),
            sizes: (old.len() as u64, new.len() as u64),
        });
        let (table, path) = (table.to_owned(), path.to_owned());
        self.journal.files.push(Replaced { table, path, aside });
        Ok(())
    }

    async fn logs(
        &mut self,
        table: &str,
        found: &BTreeMap<String, Found>,
    ) -> Result<(), LakeError> {
        let bounds: Bounds = found.iter().map(|(path, held)| (path.clone(), held.others)).collect();
        let (commits, quicker) = survey::log_files(self.lake, table).await?;
        for path in commits {
            let old = self.read(table, &path).await?;
            let text = String::from_utf8_lossy(&old);
            if let Some(new) = logs::rewritten(&text, &self.seek.people, &bounds) {
                self.replace((table, &path), &old, new.as_bytes())?;
            }
        }
        for path in quicker {
            let old = self.read(table, &path).await?;
            self.told().files.push(FileChange {
                file: format!("lake/{table}/{path}"),
                before: sha256(&old),
                after: None,
                sizes: (old.len() as u64, 0),
            });
            self.journal.drops.push((table.to_owned(), path));
        }
        Ok(())
    }

    async fn read(&self, table: &str, path: &str) -> Result<Bytes, LakeError> {
        let (path, size_bytes) = (path.to_owned(), 0);
        let file = DataFile { path, size_bytes, rows: 0, patients: None, deleted: None };
        Ok(part::read(&self.lake.inner.tables, table, &file).await?)
    }

    /// What no longer counts in the newest version.
    async fn marks(
        &mut self,
        table: &str,
        found: &BTreeMap<String, Found>,
    ) -> Result<(), LakeError> {
        let known = self.newest.as_ref().and_then(|snapshot| snapshot.table(table)).cloned();
        let Some(known) = known else { return Ok(()) };
        let mut marked = Marked { table: table.to_owned(), ..Marked::default() };
        let (mut resources, mut people) = (BTreeSet::new(), BTreeSet::new());
        for file in &self.files_of(table, &known).await? {
            let Some(held) = found.get(&file.path) else { continue };
            let counts = |place: u64| counts(file, place);
            let rows = held.rows.iter().filter(|row| counts(row.place));
            let mut places = Vec::new();
            for row in rows {
                places.push(row.place);
                resources.insert(row.resource);
                people.extend(row.patient.filter(|patient| self.seek.people.contains(patient)));
                self.journal.certificate.removed.rows_counting += u64::from(!row.cut);
            }
            if !places.is_empty() {
                marked.marks.push((file.path.clone(), places));
            }
        }
        if !marked.marks.is_empty() {
            (marked.resources.1, marked.people_gone) =
                (resources.len() as u64, people.len() as u64);
            self.journal.tables.push(marked);
        }
        Ok(())
    }

    async fn files_of(
        &self,
        table: &str,
        known: &SnapshotTable,
    ) -> Result<Vec<DataFile>, LakeError> {
        Ok(self.lake.open_at(table, known.delta_version.unsigned_abs()).await?.files)
    }

    /// What snapshots lack from now on that studies keep.
    async fn holes(
        &mut self,
        table: &str,
        found: &BTreeMap<String, Found>,
    ) -> Result<(), LakeError> {
        for snapshot in self.pinned.clone() {
            let Some(known) = snapshot.table(table) else { continue };
            let mut rows = 0;
            for file in &self.files_of(table, known).await? {
                let held = found.get(&file.path).into_iter().flat_map(|held| &held.rows);
                rows += held.filter(|row| !row.cut && counts(file, row.place)).count() as u64;
            }
            if rows == 0 {
                continue;
            }
            let id = snapshot.id.0;
            let holes = &mut self.told().holes;
            let known = holes.iter().position(|hole| hole.snapshot == id);
            let at = known.unwrap_or_else(|| {
                let studies = snapshot.pinned_by.iter().map(ToString::to_string).collect();
                holes.push(Hole { snapshot: id, studies, rows: BTreeMap::new() });
                holes.len() - 1
            });
            if let Some(hole) = holes.get_mut(at) {
                hole.rows.insert(table.to_owned(), rows);
            }
        }
        Ok(())
    }

    /// Files with the rows of cut lines.
    fn again(&mut self, rows: Vec<RowsAgain>, specs: &[TableSpec]) -> Result<(), LakeError> {
        let mut by_table: HashMap<String, Vec<Segment>> = HashMap::new();
        for RowsAgain { table, batch, file, source } in rows {
            by_table.entry(table).or_default().push(Segment { batch, file, source });
        }
        let (load, threads) = (self.journal.load, self.lake.inner.config.threads);
        for (number, spec) in specs.iter().enumerate() {
            let Some(segments) = by_table.remove(&spec.name) else { continue };
            let layout = (&spec.schema, spec.order());
            let encoded = encode::encode_rows(layout, load, &segments, &Gone::default(), threads);
            let encoded = encoded.map_err(|error| rows_wrong(&spec.name, &error))?;
            let Some(encoded) = encoded else { continue };
            let path = format!("{}{number:04}-{:016x}.parquet", part::prefix(load), encoded.hash);
            let made = Part {
                aside: self.put(&encoded.bytes)?,
                path,
                size_bytes: encoded.bytes.len() as u64,
                rows: encoded.rows,
                patients: encoded.people.first().copied().zip(encoded.people.last().copied()),
            };
            let known = self.journal.tables.iter().position(|one| one.table == spec.name);
            let at = known.unwrap_or_else(|| {
                let table = spec.name.clone();
                self.journal.tables.push(Marked { table, ..Marked::default() });
                self.journal.tables.len() - 1
            });
            if let Some(marked) = self.journal.tables.get_mut(at) {
                marked.parts.push(made);
                marked.resources.0 += encoded.resources;
            }
        }
        match by_table.into_keys().next() {
            Some(table) => Err(LakeError::UnknownTable(table)),
            None => Ok(()),
        }
    }

    /// Copies of databases as an earlier program knew them, and tables that a rebuild set aside: they
    /// hold the person, and nothing rests on them.
    async fn left(&mut self) -> Result<(), LakeError> {
        let mut folders = vec![self.lake.inner.home.join(KEPT_COPIES)];
        folders.extend(heal::damaged(self.lake));
        let mut files = Vec::new();
        for folder in folders {
            files_below(&folder, &mut files)?;
        }
        for path in files {
            let inside = path.strip_prefix(&self.lake.inner.home).unwrap_or(&path);
            let file = inside.to_string_lossy().into_owned();
            let read = path.clone();
            let hashed = tokio::task::spawn_blocking(move || hash_of(&read)).await;
            let hashed = hashed.map_err(|died| LakeError::Stopped(died.to_string()))?;
            let (before, size_bytes) = hashed.map_err(at("read", &path))?;
            let change = FileChange { file, before, after: None, sizes: (size_bytes, 0) };
            self.told().files.push(change);
            self.journal.left.push(path);
        }
        let Some(bucket) = self.lake.inner.tables.bucket.clone() else { return Ok(()) };
        for path in heal::damaged_far(&bucket).await? {
            let read = match bucket.store().get(&path).await {
                Ok(found) => found.bytes().await,
                Err(error) => Err(error),
            };
            let bytes = read.map_err(|error| bucket.said("read", &path, &error))?;
            self.told().files.push(FileChange {
                file: path.to_string(),
                before: sha256(&bytes),
                after: None,
                sizes: (bytes.len() as u64, 0),
            });
            self.journal.left_far.push(path.to_string());
        }
        Ok(())
    }
}

/// Every file below a folder, where there is one.
fn files_below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), LakeError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(at("list", folder))?,
    };
    for entry in entries {
        let path = entry.map_err(at("list", folder))?.path();
        match path.is_dir() {
            true => files_below(&path, files)?,
            false => files.push(path),
        }
    }
    Ok(())
}

/// The SHA-256 of a file, and its size.
fn hash_of(path: &Path) -> io::Result<(String, u64)> {
    let (mut hash, mut size_bytes) = (Sha256::new(), 0);
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path)?);
    loop {
        let read = reader.fill_buf()?.len();
        if read == 0 {
            break;
        }
        hash.update(reader.buffer());
        size_bytes += read as u64;
        reader.consume(read);
    }
    Ok((hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), size_bytes))
}

/// Whether a row of a file counts in the version that names it so.
fn counts(file: &DataFile, place: u64) -> bool {
    file.deleted.as_ref().is_none_or(|deleted| !deleted.rows().contains(place))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
