//! Bringing the index up to date: those who changed are read again, or everybody.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::sync::Arc;
use std::vec::IntoIter;

use ledger::{Aliases, HoldFor, Snapshot};
use roaring::RoaringTreemap;
use serde::Serialize;
use timeline::SHARD_PATIENTS_MAX;
use timeline::build::Options;
use timeline::event::{EVERY_KIND, Person, Sex};
use timeline::optimize::optimize;
use timeline::timeline::{Becomes, Draft, Timeline};
use vocab::PatientId;

use super::ends::Ends;
use super::rows::{self, Known};
use super::stamp::Stamp;
use super::{EventIndex, IndexError, Since, changed};
use crate::events::CohortConfig;
use crate::gate::Seen;
use crate::reader::{AtOnce, Scans, SnapshotTables, Together};

/// People of a shard: as many as one may have, since what is asked opens each run of each shard, and few
/// enough that what is read of them may be held twice.
const AT_ONCE: AtOnce = AtOnce { people_max: SHARD_PATIENTS_MAX, events_max: 8_000_000 };

/// More segments than these are put into one, but not by a load, which would wait for it.
const SEGMENTS_MAX: usize = 12;

/// Everybody is read again where more changed than these, and more than one in so many.
const FEW: (u64, u64) = (1_000, 50);

/// How much may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those who changed are read, where it is known who they are and they are few; else nothing is
    /// done.
    Changed,
    /// As many as need be.
    Needed,
    /// Everybody, whatever there is.
    Everybody,
}

/// What had to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// Nothing: it was up to date.
    Nothing,
    /// Those who changed were read again.
    Changed,
    /// Everybody was.
    Everybody,
    /// Everybody would have to be, and nothing was done.
    Left,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Updated {
    /// What had to be done.
    pub work: Work,
    /// People who were read.
    pub people: u64,
    /// Events that were written.
    pub events: u64,
    /// Events that were left out: their start or end is no day of the calendar.
    pub impossible_time: u64,
}

impl Updated {
    const fn none(work: Work) -> Self {
        Self { work, people: 0, events: 0, impossible_time: 0 }
    }
}

/// Who is to be read, and as what their segment is kept.
enum Left {
    Nobody,
    /// These people, by the numbers they were and are shown as.
    Some(Vec<PatientId>),
    All,
}

impl EventIndex {
    /// Brings the index up to the newest snapshot, as far as `reach` lets it. Until it is done, what was
    /// there stays in force.
    ///
    /// `progress` is told how many people have been read, and of how many.
    ///
    /// # Errors
    /// When another process does it, there are no records, or something cannot be read or written.
    ///
    /// # Cost
    /// For everybody: reads every table of events once. Memory for two groups of about 4,000 people.
    pub async fn update(
        &self,
        config: &CohortConfig,
        reach: Reach,
        progress: impl Fn(u64, u64),
    ) -> Result<Updated, IndexError> {
        let ledger = &self.lake.inner.ledger;
        let Some(_alone) = ledger.hold_index()? else { return Err(IndexError::Busy) };
        // Nobody is erased, and no file of the snapshot removed, while it is read.
        let _files = ledger.hold_files(HoldFor::Copying)?;
        self.lake.notice_erasures();
        let Some(snapshot) = ledger.snapshots().latest().await? else {
            return Err(IndexError::Empty);
        };
        let folder = self.lake.index_folder();
        let io = |source| timeline::Error::Io { path: folder.clone(), source };
        std::fs::create_dir_all(&folder).map_err(io)?;
        Timeline::remove_leftovers(&folder)?;
        let aliases = Arc::new(ledger.links().aliases().await?);
        let how = self.lake.made_how(config);
        let stamp = Stamp::new(how, snapshot.id, &aliases);
        let left = match reach {
            Reach::Everybody => Left::All,
            Reach::Changed | Reach::Needed => self.left(&stamp, &snapshot).await?,
        };
        let load = snapshot.load;
        let make = Make { index: self, snapshot, aliases, stamp, config, progress: &progress };
        let updated = match left {
            Left::Nobody => Updated::none(Work::Nothing),
            Left::All if reach == Reach::Changed => return Ok(Updated::none(Work::Left)),
            Left::Some(people) => make.change(&people).await?,
            Left::All => make.all().await?,
        };
        if updated.work != Work::Nothing {
            changed::forget(&folder, load);
        }
        if reach != Reach::Changed {
            self.put_together().await?;
        }
        Ok(updated)
    }

    /// Puts the segments into one, where they are many.
    async fn put_together(&self) -> Result<(), IndexError> {
        let Some(open) = self.lake.open_index() else { return Ok(()) };
        let Some(stamp) = open.stamp().filter(|_| open.stamps.len() > SEGMENTS_MAX) else {
            return Ok(());
        };
        let parts: Vec<&Ends> = open.stamps.iter().map(|stamp| &stamp.ends).collect();
        let ends = Ends::merged(&parts, &|part, person| open.is_in_force(part, person));
        let stamp = Stamp { ends, ..stamp.clone() };
        let (folder, threads) = (self.lake.index_folder(), self.lake.inner.config.threads);
        let work = move || optimize(&folder, threads, stamp.write());
        tokio::task::spawn_blocking(work).await.map_err(|died| stopped(&died))??;
        Ok(())
    }

    /// Who is to be read for an index with this stamp.
    async fn left(&self, wanted: &Stamp, snapshot: &Snapshot) -> Result<Left, IndexError> {
        let Some(open) = self.lake.open_index() else { return Ok(Left::All) };
        let Some(stamp) = open.stamp().filter(|stamp| stamp.how == wanted.how) else {
            return Ok(Left::All);
        };
        let mut numbers = match self.lake.since(stamp.snapshot, snapshot).await? {
            Since::All => return Ok(Left::All),
            Since::Nobody => RoaringTreemap::new(),
            Since::Some(numbers) => numbers,
        };
        let (before, now) = (shown(&stamp.aliases), shown(&wanted.aliases));
        for pair in [(&before, &now), (&now, &before)] {
            let other = pair.0.iter().filter(|(number, shown)| pair.1.get(*number) != Some(*shown));
            numbers.extend(other.map(|(number, _)| number.cast_unsigned()));
        }
        let mut people = RoaringTreemap::new();
        for number in numbers.iter().map(u64::cast_signed) {
            let as_shown = [&before, &now].map(|of| of.get(&number).copied().unwrap_or(number));
            people.extend(as_shown.into_iter().chain([number]).map(i64::cast_unsigned));
        }
        if people.is_empty() {
            return Ok(Left::Nobody);
        }
        if people.len() > FEW.0.max(open.timeline.people() / FEW.1) {
            return Ok(Left::All);
        }
        let ids = people.iter().filter_map(|number| PatientId::from_stored(number.cast_signed()));
        Ok(Left::Some(ids.collect()))
    }
}

fn shown(pairs: &[(i64, i64)]) -> BTreeMap<i64, i64> {
    pairs.iter().copied().collect()
}

/// A segment to be made.
struct Make<'a, P> {
    index: &'a EventIndex,
    snapshot: Snapshot,
    aliases: Arc<Aliases>,
    stamp: Stamp,
    config: &'a CohortConfig,
    progress: &'a P,
}

impl<P: Fn(u64, u64)> Make<'_, P> {
    async fn all(self) -> Result<Updated, IndexError> {
        Ok(Updated { work: Work::Everybody, ..self.segment(Becomes::Base, None, &[]).await? })
    }

    async fn change(self, people: &[PatientId]) -> Result<Updated, IndexError> {
        let mut numbers = RoaringTreemap::new();
        for person in people {
            let of_person = self.aliases.numbers(*person);
            let of_person = of_person.into_iter().flatten().chain([person]);
            numbers.extend(of_person.map(|number| number.get().cast_unsigned()));
        }
        let updated = self.segment(Becomes::Change, Some(numbers), people).await?;
        Ok(Updated { work: Work::Changed, ..updated })
    }

    /// Makes a segment of everybody, or of `people`: of those among them who are not met nothing is
    /// left.
    async fn segment(
        &self,
        becomes: Becomes,
        only: Option<RoaringTreemap>,
        people: &[PatientId],
    ) -> Result<Updated, IndexError> {
        let lake = &self.index.lake;
        let seen = Seen::to_keep(Arc::clone(&self.aliases), only);
        let tables = SnapshotTables::new(lake.clone(), Some(&self.snapshot), seen);
        let house = (lake.inner.as_ref(), &lake.publishing);
        let scans = Scans::new((Some(&self.snapshot), Arc::new(tables)), house, false)?;
        let options = Options {
            // Reading takes the others.
            threads: lake.inner.config.threads.div_ceil(2),
            declared: vec![EVERY_KIND.to_owned()],
            ..Options::default()
        };
        let draft = Draft::begin(&lake.index_folder(), becomes, Vec::new(), options)?;
        let mut filling = Filling {
            draft,
            ends: Ends::default(),
            gone: Vec::from(people).into_iter().peekable(),
            after: self.config.days_after_last_visit,
            people: 0,
        };
        let mut read = scans.people(AT_ONCE).await?;
        // While one group is encoded, the next is read.
        let mut next = read.together().await?;
        while let Some(group) = next {
            let work = move || filling.take(&group).map(|()| filling);
            let work = tokio::task::spawn_blocking(work);
            next = read.together().await?;
            filling = work.await.map_err(|died| stopped(&died))??;
            let (done, all) = read.progress();
            (self.progress)(done, all);
        }
        let stamp = self.stamp.clone();
        let work = move || filling.finish(stamp);
        tokio::task::spawn_blocking(work).await.map_err(|died| stopped(&died))?
    }
}

/// A segment while it is filled.
struct Filling {
    draft: Draft,
    ends: Ends,
    /// Who is to be read and was not met so far, by their numbers.
    gone: Peekable<IntoIter<PatientId>>,
    /// For how many days after a last visit the house would have heard.
    after: u32,
    people: u64,
}

impl Filling {
    /// Takes people whose numbers are above all before.
    fn take(&mut self, group: &Together) -> Result<(), IndexError> {
        let people = rows::people(group);
        let Some((&last, _)) = people.last_key_value() else { return Ok(()) };
        let mut persons: Vec<Person> = people.values().map(Known::person).collect();
        let gone = std::iter::from_fn(|| self.gone.next_if(|id| id.get() <= last));
        let gone = gone.filter(|id| !people.contains_key(&id.get()));
        persons.extend(gone.map(gone_person));
        persons.sort_unstable_by_key(|person| person.id);
        // Nearly always one; of whom a shard does not hold, it passes over the rows.
        for shard in persons.chunks(SHARD_PATIENTS_MAX) {
            self.draft.begin_shard(shard)?;
            for events in &group.events {
                rows::with_rows(events, |batch| self.draft.push(batch))?;
            }
            rows::with_coverage(&people, self.after, |batch| self.draft.push(batch))?;
            self.draft.end_shard()?;
        }
        self.ends.take(rows::days(group));
        self.people += people.len() as u64;
        Ok(())
    }

    fn finish(mut self, stamp: Stamp) -> Result<Updated, IndexError> {
        let left: Vec<Person> = self.gone.by_ref().map(gone_person).collect();
        for some in left.chunks(SHARD_PATIENTS_MAX) {
            self.draft.begin_shard(some)?;
            self.draft.end_shard()?;
        }
        self.draft.stamp(Stamp { ends: self.ends, ..stamp }.write());
        let built = self.draft.finish()?;
        Ok(Updated {
            work: Work::Nothing,
            people: self.people,
            events: built.events,
            impossible_time: built.impossible_time,
        })
    }
}

fn gone_person(id: PatientId) -> Person {
    Person { id, birth: None, sex: Sex::Unknown, gone: true }
}

fn stopped(died: &tokio::task::JoinError) -> IndexError {
    IndexError::Stopped(died.to_string())
}
