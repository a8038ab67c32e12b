//! The index of a home's events: it answers cohort definitions without reading a table.
//!
//! It lies in the folder `index` of the home and is computed from the newest snapshot: everybody is
//! in it, those too whom some permit excludes, since each question brings its exclusions. Whether it
//! may be believed is asked each time: it says of which snapshot it is, who was one person with
//! whom, and how rows became events. Where that is not what is looked at, the tables are asked.
//! Decision 0055 says why.

mod asked;
pub(crate) mod changed;
mod ends;
mod rows;
mod stamp;
mod update;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use ledger::{Aliases, LedgerError, Snapshot, SnapshotKind};
use roaring::RoaringTreemap;
use serde::Serialize;
use timeline::answer::Memory;
use timeline::timeline::Timeline;
use vocab::Locale;

use self::stamp::Stamp;
use crate::events::CohortConfig;
use crate::house::Lake;
use crate::reader::ReaderError;

pub(crate) use asked::{Add, Usable};
pub use update::{Reach, Updated, Work};

/// The index of a home's events.
#[derive(Clone, Debug)]
pub struct EventIndex {
    lake: Lake,
}

/// Why the index could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Another process does it.
    #[error("another process is bringing the index up to date: wait for it")]
    Busy,
    /// There is nothing to index.
    #[error("there are no records yet: load some with `aoba ingest`, then `aoba index`")]
    Empty,
    /// The index's files.
    #[error("the index: {0}")]
    Files(#[from] timeline::Error),
    /// The tables could not be read.
    #[error(transparent)]
    Reader(#[from] ReaderError),
    /// The ledger could not be asked.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A thread ended before its work.
    #[error("stopped: {0}")]
    Stopped(String),
}

impl IndexError {
    /// The message in the reader's language.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        match (self, locale) {
            (Self::Reader(error), _) => error.say(locale),
            (Self::Ledger(error), _) => error.say(locale),
            (_, Locale::En) => self.to_string(),
            (Self::Busy, Locale::Ja) => {
                "別の処理が索引を更新しています。終わるまでお待ちください".to_owned()
            }
            (Self::Empty, Locale::Ja) => {
                "まだ記録がありません。`aoba ingest`で取り込んでから`aoba index`を実行してください"
                    .to_owned()
            }
            (Self::Files(error), Locale::Ja) => format!("索引: {error}"),
            (Self::Stopped(why), Locale::Ja) => format!("中断されました: {why}"),
        }
    }
}

/// What there is of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndexState {
    /// Of which snapshot it is.
    pub snapshot: i64,
    /// People in it.
    pub people: u64,
    /// Events, those of segments that a later one replaced as well.
    pub events: u64,
    /// Files it lies in.
    pub segments: usize,
    /// How large these are together.
    pub bytes: u64,
}

/// An index that was opened: what it was made of, and what was worked out with it.
pub(crate) struct Open {
    timeline: Timeline,
    /// One for each segment, oldest first.
    stamps: Vec<Stamp>,
    memory: Memory,
}

/// Who changed between two snapshots.
enum Since {
    /// Nobody: the rows are the same.
    Nobody,
    /// These, by the numbers in the tables.
    Some(RoaringTreemap),
    /// Everybody, or it is not known who.
    All,
}

/// So many snapshots are followed back before everybody is taken to have changed.
const STEPS_MAX: usize = 1_000;

impl Lake {
    /// The index of the events.
    #[must_use]
    pub fn index(&self) -> EventIndex {
        EventIndex { lake: self.clone() }
    }

    /// Where the index lies.
    pub(crate) fn index_folder(&self) -> PathBuf {
        self.inner.home.join("index")
    }

    /// The index as it stands; none where there is none, or where its files cannot be read.
    pub(crate) fn open_index(&self) -> Option<Arc<Open>> {
        let folder = self.index_folder();
        let mut held = self.inner.index.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = held.as_ref().filter(|open| open.timeline.is_in_force(&folder)) {
            return Some(Arc::clone(open));
        }
        *held = None;
        if !Timeline::stands_in(&folder) {
            return None;
        }
        match Open::new(&folder) {
            Ok(open) => {
                *held = open.map(Arc::new);
                held.clone()
            }
            Err(error) => {
                tracing::warn!("the index cannot be read, and the tables are asked: {error}");
                None
            }
        }
    }

    /// What decides how rows become events, as one text.
    fn made_how(&self, config: &CohortConfig) -> String {
        let published = self.published.get_or_init(|| stamp::published(&self.publishing));
        format!("{published} {}", config.days_after_last_visit)
    }

    /// Removes the index, with every row of everybody.
    pub(crate) fn drop_index(&self) -> std::io::Result<()> {
        *self.inner.index.lock().unwrap_or_else(PoisonError::into_inner) = None;
        match std::fs::remove_dir_all(self.index_folder()) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// Who changed after a snapshot, up to another one.
    async fn since(&self, before: i64, now: &Snapshot) -> Result<Since, LedgerError> {
        let (folder, snapshots) = (self.index_folder(), self.inner.ledger.snapshots());
        let (mut people, mut at) = (RoaringTreemap::new(), now.clone());
        for _ in 0..STEPS_MAX {
            if at.id.0 == before {
                return Ok(if people.is_empty() { Since::Nobody } else { Since::Some(people) });
            }
            match at.kind {
                SnapshotKind::Optimize => {}
                SnapshotKind::Ingest => match changed::get(&folder, at.load) {
                    Some(of_load) => people |= of_load,
                    None => return Ok(Since::All),
                },
                SnapshotKind::Rebuild | SnapshotKind::Erase => return Ok(Since::All),
            }
            let parent = at.parent.filter(|parent| parent.0 >= before);
            let Some(parent) = parent else { return Ok(Since::All) };
            at = snapshots.get(parent).await?;
        }
        Ok(Since::All)
    }
}

impl Open {
    /// None where a segment was made by another form of this program.
    fn new(folder: &std::path::Path) -> Result<Option<Self>, timeline::Error> {
        let timeline = Timeline::open(folder)?;
        let stamps = timeline.segments().iter().map(|segment| Stamp::read(segment.stamp()));
        let stamps: Option<Vec<Stamp>> = stamps.collect();
        let memory = Memory::new(Memory::BYTES);
        Ok(stamps.map(|stamps| Self { timeline, stamps, memory }))
    }

    /// What it is of as a whole: what its newest segment says.
    fn stamp(&self) -> Option<&Stamp> {
        self.stamps.last()
    }

    fn is_made(&self, how: &str, aliases: &Aliases) -> bool {
        self.stamp().is_some_and(|stamp| stamp.how == how && stamp.aliases == stamp::pairs(aliases))
    }
}

impl EventIndex {
    /// Whether there is one.
    #[must_use]
    pub fn stands(&self) -> bool {
        Timeline::stands_in(&self.lake.index_folder())
    }

    /// What there is; none where there is no index that can be read.
    #[must_use]
    pub fn state(&self) -> Option<IndexState> {
        let open = self.lake.open_index()?;
        let segments = open.timeline.segments();
        let bytes = |path: &std::path::Path| path.metadata().map_or(0, |of| of.len());
        Some(IndexState {
            snapshot: open.stamp()?.snapshot,
            people: open.timeline.people(),
            events: segments.iter().map(timeline::segment::Segment::events).sum(),
            segments: segments.len(),
            bytes: segments.iter().map(|segment| bytes(segment.path())).sum(),
        })
    }

    /// Reads every byte again and compares it with what was written.
    ///
    /// # Errors
    /// The first part that is not what was written, or a file that cannot be read.
    pub fn verify(&self) -> Result<(), IndexError> {
        let folder = self.lake.index_folder();
        if Timeline::stands_in(&folder) {
            Timeline::open(&folder)?.verify()?;
        }
        Ok(())
    }
}
