//! Questions that the index answers: counts and attrition under a permit.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cohort::eval::{Attrition, Refused, World};
use ledger::{Exclusions, Permit};
use timeline::answer::{Effort, Question, Seen};
use timeline::timeline::Shown;
use vocab::{PatientId, RawCount, SnapshotId};
use xxhash_rust::xxh3::xxh3_128;

use super::ends::{Ends, Untold};
use super::{Open, Since};
use crate::events::{CohortConfig, Covered, DataDays};
use crate::house::Lake;
use crate::reader::{CohortCounts, CohortQuestion, Engine, ReaderError};

/// An index that is of the snapshot looked at, and whom a permit lets through of it.
pub(crate) struct Usable {
    open: Arc<Open>,
    shown: Shown,
    exclusions: Arc<Exclusions>,
    threads: usize,
}

/// Ends the work that was begun for a question, once nobody waits for it.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Lake {
    /// The index, where it is of this snapshot and was made as these settings say; none where the
    /// tables have to be asked.
    pub(crate) async fn usable_index(
        &self,
        permit: &Permit,
        (config, snapshot): (&CohortConfig, SnapshotId),
    ) -> Result<Option<Usable>, ReaderError> {
        // Of one person the tables are read as quickly, and tell more.
        let Some(open) = self.open_index().filter(|_| permit.person().is_none()) else {
            return Ok(None);
        };
        let how = self.made_how(config);
        let exclusions = permit.exclusions();
        let Some(stamp) = open.stamp().filter(|_| open.is_made(&how, exclusions.aliases())) else {
            return Ok(None);
        };
        let snapshot = self.inner.ledger.snapshots().get(snapshot).await?;
        if !matches!(self.since(stamp.snapshot, &snapshot).await?, Since::Nobody) {
            return Ok(None);
        }
        let excluded = exclusions.bitmap().iter();
        let excluded = excluded.filter_map(|number| PatientId::from_stored(number.cast_signed()));
        let shown = open.timeline.shown(&excluded.collect::<Vec<_>>());
        let threads = self.inner.config.threads;
        Ok(Some(Usable { open, shown, exclusions: Arc::clone(exclusions), threads }))
    }
}

impl Open {
    /// Whether what a segment says of a person stands: no later one names them.
    pub(super) fn is_in_force(&self, segment: usize, person: i64) -> bool {
        let Some(person) = PatientId::from_stored(person) else { return false };
        let later = self.timeline.segments().iter().skip(segment + 1);
        later.into_iter().all(|later| later.place_of(person).is_none())
    }
}

impl Usable {
    /// Whether it is still what stands beside the tables.
    pub(crate) fn stands(&self, lake: &Lake) -> bool {
        self.open.timeline.is_in_force(&lake.index_folder())
    }

    /// The first and the last day of each kind of events, of whomever the permit lets through; none
    /// where only the tables tell.
    pub(crate) fn data_days(&self, until: i64) -> Option<DataDays> {
        let parts: Vec<&Ends> = self.open.stamps.iter().map(|stamp| &stamp.ends).collect();
        let excluded = self.exclusions.bitmap();
        let counts = |segment: usize, person: i64| {
            !excluded.contains(person.cast_unsigned()) && self.open.is_in_force(segment, person)
        };
        match Ends::days(&parts, &counts) {
            Ok(of) => {
                let mut days = DataDays::until(until);
                of.iter().for_each(|(kind, of)| days.take(kind, *of));
                Some(days)
            }
            Err(Untold) => None,
        }
    }

    /// How many people are in a cohort, and where the others are lost; none where the evaluator has
    /// to be asked.
    pub(crate) async fn counts(
        self: Arc<Self>,
        question: &Arc<CohortQuestion>,
        covered: &Covered,
    ) -> Result<Option<CohortCounts>, ReaderError> {
        let cancelled = Arc::new(AtomicBool::new(false));
        let _waiting = Waiting(Arc::clone(&cancelled));
        let (question, of) = (Arc::clone(question), covered.clone());
        let work = move || {
            question.ask::<_, Refused>(&of, |world| {
                Ok(self.answered(&question, (world, of.days()), &cancelled))
            })
        };
        let answered = tokio::task::spawn_blocking(work).await;
        match answered.map_err(ReaderError::died)?? {
            Ok((asked, (people, periods), attrition)) => {
                let (covered, by) = (covered.clone(), Engine::Index);
                Ok(Some(CohortCounts { asked, people, periods, attrition, covered, by }))
            }
            Err(timeline::Error::Refused(refused)) => Err(refused.into()),
            Err(timeline::Error::LooksAtOthers(_)) => Ok(None),
            Err(error) => {
                tracing::warn!("the index does not answer, and the tables are asked: {error}");
                Ok(None)
            }
        }
    }

    fn answered(
        &self,
        question: &CohortQuestion,
        (world, days): (&World<'_>, &Seen),
        cancelled: &AtomicBool,
    ) -> Result<(RawCount, (RawCount, RawCount), Attrition), timeline::Error> {
        let edition = serde_json::to_vec(&(&question.codes, &question.cohorts));
        let edition = format!("{:x} {days:?}", xxh3_128(&edition.unwrap_or_default()));
        let asked = Question {
            definition: &question.definition,
            world,
            edition: edition.as_bytes(),
            seen: Some(days),
        };
        let effort = Effort { threads: self.threads, memory: &self.open.memory, cancelled };
        let answer = self.open.timeline.ask(asked, &self.shown, effort)?;
        let counts = answer.count(&BTreeSet::new());
        Ok((RawCount::new(self.shown.count()), counts, answer.attrition(&question.off)))
    }
}
