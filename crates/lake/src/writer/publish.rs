//! One table's part of a commit: its log, and what the table then holds.

use std::collections::{BTreeSet, HashSet};

use ledger::SnapshotTable;

use super::book::Entry;
use super::pages::Sought;
use super::part::rows_wrong;
use super::{LoadMode, part, rewrite};
use crate::delta::{Change, DataFile, Mode, Occasion, TableAt};
use crate::house::{Lake, LakeError};
use crate::tables::{PATIENT_ID, TableSpec};

/// What a table needs to be committed apart from the others.
pub(super) struct Publish {
    pub(super) lake: Lake,
    pub(super) mode: LoadMode,
    /// The table in the snapshot before.
    pub(super) known: Option<SnapshotTable>,
    pub(super) spec: TableSpec,
    pub(super) at: Option<TableAt>,
    pub(super) change: Change,
    /// The people of the files that come, a list for each file.
    pub(super) people: Vec<Vec<i64>>,
    /// The people some of whose rows go.
    pub(super) people_lost: BTreeSet<i64>,
    /// Resources added and removed.
    pub(super) resources: (u64, u64),
}

/// A table as the snapshot names it, and what is to be written down of it where its log changed.
pub(super) struct Published {
    pub(super) table: SnapshotTable,
    pub(super) entry: Option<Entry>,
}

/// What was published, apart: the tables, and what is to be written down.
pub(super) fn parted(all: Vec<Published>) -> (Vec<SnapshotTable>, Vec<Entry>) {
    let (mut tables, mut entries) = (Vec::with_capacity(all.len()), Vec::new());
    for Published { table, entry } in all {
        tables.push(table);
        entries.extend(entry);
    }
    (tables, entries)
}

impl Publish {
    /// Whether the table's log gets a new version.
    pub(super) fn writes_log(&self) -> bool {
        let hash = Some(&self.spec.definition_hash);
        let is_empty = self.change.add.is_empty() && self.change.remove.is_empty();
        self.at.as_ref().is_none_or(|at| at.definition_hash.as_ref() != hash || !is_empty)
    }

    /// Commits the log where it changes, and tells what the table then holds.
    pub(super) async fn run(self) -> Result<Published, LakeError> {
        let writes_log = self.writes_log();
        if let (false, Some(known)) = (writes_log, &self.known) {
            return Ok(Published { table: known.clone(), entry: None });
        }
        let tables = &self.lake.inner.tables;
        let at_ms = self.lake.inner.ledger.clock().now().as_millisecond();
        let made = match &self.at {
            Some(open) if !writes_log => {
                let table = self.describe(open.version).await?;
                return Ok(Published { table, entry: None });
            }
            Some(open) => {
                let mode = match self.mode {
                    LoadMode::Add => Mode::Load,
                    LoadMode::Replace => Mode::Rebuild,
                };
                let occasion = Occasion { mode, at_ms };
                tables.commit(open, Some(&self.spec), &self.change, occasion).await?
            }
            None => tables.create(&self.spec, &self.change.add, at_ms).await?,
        };
        let how = (&self.change, self.at.is_none());
        let entry = Some(Entry::of(&self.lake, &made, how).await?);
        Ok(Published { table: self.describe(made.version).await?, entry })
    }

    /// The table as the snapshot names it.
    async fn describe(&self, version: u64) -> Result<SnapshotTable, LakeError> {
        let before = self.at.as_ref().map_or(&[][..], |at| &at.files);
        let stay: Vec<&DataFile> =
            before.iter().filter(|file| !self.change.remove.contains(file)).collect();
        let people = match self.known.as_ref().filter(|_| self.mode == LoadMode::Add) {
            Some(known) => self.people_changed(known.patients, &stay).await?,
            None => self.people_with(&stay).await?,
        };
        let files = stay.iter().copied().chain(&self.change.add);
        let (count, rows, size_bytes) = files.fold((0, 0, 0), |(count, rows, bytes), file| {
            (count + 1, rows + file.rows, bytes + file.size_bytes)
        });
        let resources_before = match self.mode {
            LoadMode::Add => self.known.as_ref().map_or(0, |known| known.resources),
            LoadMode::Replace => 0,
        };
        let (added, gone) = self.resources;
        Ok(SnapshotTable {
            table: self.spec.name.clone(),
            delta_version: i64::try_from(version).unwrap_or(i64::MAX),
            definition_hash: self.spec.definition_hash.clone(),
            rows,
            resources: (resources_before + added).saturating_sub(gone),
            patients: people,
            files: count,
            size_bytes,
        })
    }

    /// How many people the table is about, from how many there were: those of the files that come
    /// and those who lost rows are looked for before and after, and nobody else.
    async fn people_changed(&self, known: u64, stay: &[&DataFile]) -> Result<u64, LakeError> {
        let touched = self.people.iter().flatten().chain(&self.people_lost).copied().collect();
        let touched = Sought::new(touched, false);
        let remove: Vec<&DataFile> = self.change.remove.iter().collect();
        let order_before = self.at.as_ref().map_or(PATIENT_ID, |at| at.order.as_str());
        // What stays is the same before and after.
        let in_stay = self.present(&touched, stay, order_before).await?;
        let mut before = self.present(&touched, &remove, order_before).await?;
        // A file that is written anew is among those whose people are listed.
        let marked: Vec<&DataFile> =
            self.change.add.iter().filter(|file| file.deleted.is_some()).collect();
        let mut after = self.present(&touched, &marked, order_before).await?;
        after.extend(self.people.iter().flatten());
        before.extend(&in_stay);
        after.extend(&in_stay);
        Ok((known + after.len() as u64).saturating_sub(before.len() as u64))
    }

    /// Which of some people have a row in these files.
    async fn present(
        &self,
        people: &Sought,
        files: &[&DataFile],
        order: &str,
    ) -> Result<HashSet<i64>, LakeError> {
        let name = self.spec.name.as_str();
        let mut met = HashSet::new();
        for file in files.iter().filter(|file| file.patients.is_some() && people.may_be_in(file)) {
            let lying = part::open(&self.lake.inner.tables, name, file)?;
            let (file, people, order) = ((*file).clone(), people.clone(), order.to_owned());
            let work = tokio::task::spawn_blocking(move || {
                rewrite::add_present(lying, &file, &order, (&people, &mut met)).map(|()| met)
            });
            let done = work.await.map_err(|died| LakeError::Stopped(died.to_string()))?;
            met = done.map_err(|error| rows_wrong(name, &error))?;
        }
        Ok(met)
    }

    /// How many people the files that stay and those added are about.
    async fn people_with(&self, stay: &[&DataFile]) -> Result<u64, LakeError> {
        let name = self.spec.name.as_str();
        let mut people: HashSet<i64> = self.people.iter().flatten().copied().collect();
        for file in stay.iter().filter(|file| file.patients.is_some()) {
            let lying = part::whole(&self.lake.inner.tables, name, file).await?;
            let file = (*file).clone();
            let work = tokio::task::spawn_blocking(move || {
                rewrite::add_patients(lying, &file, &mut people).map(|()| people)
            });
            let done = work.await.map_err(|died| LakeError::Stopped(died.to_string()))?;
            people = done.map_err(|error| rows_wrong(name, &error))?;
        }
        Ok(people.len() as u64)
    }
}
