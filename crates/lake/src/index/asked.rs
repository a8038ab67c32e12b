//! Questions that the index answers: counts and attrition under a permit.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cohort::ast::CohortDefinition;
use cohort::eval::{self, Answer, Days, Patient, Refused};
use ledger::{Exclusions, Permit};
use timeline::answer::{Effort, MATCHED_MAX, Question};
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

/// Takes together with others what a definition says of some people.
pub(crate) type Add<T> = fn(&mut T, &CohortDefinition, &[Patient], &mut Answer);

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

    /// How many people are in a cohort, and where the others are lost; none where the tables have to
    /// be asked.
    pub(crate) async fn counts(
        self: Arc<Self>,
        question: &Arc<CohortQuestion>,
        covered: &Covered,
    ) -> Result<Option<CohortCounts>, ReaderError> {
        let of = Arc::clone(question);
        let counted = self.ask(question, covered, move |index, asked, effort| {
            let answer = index.open.timeline.ask(asked, &index.shown, effort)?;
            let attrition = answer.attrition(&of.off);
            let (people, periods) = match of.is_chosen_among_several() {
                false => answer.count(&BTreeSet::new()),
                true => counted(&index.periods_of(asked, effort)?),
            };
            Ok((index.asked(), (people, periods), attrition))
        });
        let counted = counted.await?;
        Ok(counted.map(|(asked, (people, periods), attrition)| {
            let (covered, by) = (covered.clone(), Engine::Index);
            CohortCounts { asked, people, periods, attrition, covered, by }
        }))
    }

    /// Takes together what is told of those in a cohort, some people after the others, and says of
    /// how many was asked; none where the tables have to be asked.
    pub(crate) async fn told<T: Send + 'static>(
        self: Arc<Self>,
        question: &Arc<CohortQuestion>,
        covered: &Covered,
        (nobody, add): (T, Add<T>),
    ) -> Result<Option<(RawCount, T)>, ReaderError> {
        self.ask(question, covered, move |index, asked, effort| {
            let (mut all, shown) = (nobody, (&index.shown, effort));
            let timeline = &index.open.timeline;
            timeline.tell_each(asked, shown, &BTreeSet::new(), &mut |people, patients| {
                add(&mut all, asked.definition, people, &mut Answer { patients });
            })?;
            Ok((index.asked(), all))
        })
        .await
    }

    /// Whose periods there are in a cohort, and their first and last days; none where the tables have
    /// to be asked.
    pub(crate) async fn periods(
        self: Arc<Self>,
        question: &Arc<CohortQuestion>,
        covered: &Covered,
    ) -> Result<Option<Vec<(PatientId, Days)>>, ReaderError> {
        self.ask(question, covered, |index, asked, effort| index.periods_of(asked, effort)).await
    }

    /// Of how many people is asked.
    pub(crate) fn asked(&self) -> RawCount {
        RawCount::new(self.shown.count())
    }

    /// The periods after samples and matching.
    fn periods_of(
        &self,
        asked: Question<'_>,
        effort: Effort<'_>,
    ) -> Result<Vec<(PatientId, Days)>, timeline::Error> {
        let (timeline, nothing) = (&self.open.timeline, BTreeSet::new());
        if asked.definition.matched.is_some() {
            // Only the periods that are taken matter.
            let bare = CohortDefinition { outputs: Vec::new(), ..asked.definition.clone() };
            let told = timeline.tell(
                Question { definition: &bare, ..asked },
                &self.shown,
                effort,
                &nothing,
            )?;
            let days = told.iter().flat_map(|patient| {
                patient.periods.iter().map(|(period, _)| (patient.id, period.days()))
            });
            return Ok(days.collect());
        }
        let answer = timeline.ask(asked, &self.shown, effort)?;
        let periods = answer.periods(&nothing).into_iter();
        let mut periods: Vec<(PatientId, Days)> =
            periods.map(|period| (period.patient, period.days())).collect();
        if let Some(sample) = &asked.definition.sample {
            let people: BTreeSet<PatientId> = periods.iter().map(|(person, _)| *person).collect();
            let kept = eval::sampled(sample.says, people);
            periods.retain(|(person, _)| kept.contains(person));
        }
        Ok(periods)
    }

    /// Asks the index on a thread that may be busy; none where the tables have to be asked. The work
    /// ends when nobody waits for it any more.
    async fn ask<T: Send + 'static>(
        self: Arc<Self>,
        question: &Arc<CohortQuestion>,
        covered: &Covered,
        with: impl FnOnce(&Self, Question<'_>, Effort<'_>) -> Result<T, timeline::Error>
        + Send
        + 'static,
    ) -> Result<Option<T>, ReaderError> {
        let cancelled = Arc::new(AtomicBool::new(false));
        let _waiting = Waiting(Arc::clone(&cancelled));
        let (question, of) = (Arc::clone(question), covered.clone());
        let work = move || {
            let edition = serde_json::to_vec(&(&question.codes, &question.cohorts));
            let edition = format!("{:x} {:?}", xxh3_128(&edition.unwrap_or_default()), of.days());
            question.ask::<_, Refused>(&of, |world| {
                let asked = Question {
                    definition: &question.definition,
                    world,
                    edition: edition.as_bytes(),
                    seen: Some(of.days()),
                };
                let (threads, memory) = (self.threads, &self.open.memory);
                Ok(with(&self, asked, Effort { threads, memory, cancelled: &cancelled }))
            })
        };
        let answered = tokio::task::spawn_blocking(work).await;
        match answered.map_err(ReaderError::died)?? {
            Ok(answer) => Ok(Some(answer)),
            Err(timeline::Error::Refused(refused)) => Err(refused.into()),
            Err(timeline::Error::LooksAtOthers(_)) => Ok(None),
            Err(timeline::Error::TooManyTogether) => {
                Err(ReaderError::TooManyTogether { people_max: MATCHED_MAX })
            }
            Err(error) => {
                tracing::warn!("the index does not answer, and the tables are asked: {error}");
                Ok(None)
            }
        }
    }
}

/// How many people have periods, and how many of these there are.
fn counted(periods: &[(PatientId, Days)]) -> (RawCount, RawCount) {
    let people: BTreeSet<PatientId> = periods.iter().map(|(person, _)| *person).collect();
    (RawCount::new(people.len() as u64), RawCount::new(periods.len() as u64))
}
