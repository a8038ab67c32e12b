//! Cohort definitions asked of the people whom a permit lets through. Events in, answers out: the
//! index gives them, or the slow obvious evaluator or the generated SQL, some people at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cohort::ast::{CohortDefinition, ConceptSet, Name};
use cohort::eval::{
    self, Answer, Attrition, Codes, Explanation, Hierarchies, Patient, PatientAnswer, Refused,
    World,
};
use ledger::MissingRight;
use vocab::{PatientId, RawCount};

use super::people::AtOnce;
use super::{Reader, ReaderError, scripted};
use crate::events::{CohortConfig, Covered};
use crate::index::Usable;

/// So many people are held at once where a definition asks about several of them together.
const TOGETHER_MAX: usize = timeline::answer::MATCHED_MAX;

/// A definition with everything that it uses, and what the house says of its data.
#[derive(Clone, Debug)]
pub struct CohortQuestion {
    /// The definition.
    pub definition: CohortDefinition,
    /// The cohorts that it uses, and those that these use.
    pub cohorts: BTreeMap<Name, CohortDefinition>,
    /// The concept sets.
    pub codes: BTreeMap<Name, ConceptSet>,
    /// The rules, by their places from 0, that are switched off in the attrition.
    pub off: BTreeSet<usize>,
    /// Since when there are records.
    pub config: CohortConfig,
    /// What is to answer.
    pub engine: Engine,
}

/// What answers a definition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// The index where it can, else the evaluator.
    #[default]
    Any,
    /// The index of events.
    Index,
    /// The evaluator, person by person.
    Evaluator,
    /// The SQL that the definition becomes, some people at a time.
    Sql,
}

impl Engine {
    /// What answers where the index does not.
    pub(super) fn over_tables(self) -> Self {
        match self {
            Self::Sql => Self::Sql,
            Self::Any | Self::Index | Self::Evaluator => Self::Evaluator,
        }
    }
}

/// How many, before disclosure control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CohortCounts {
    /// People of whom the definition was asked.
    pub asked: RawCount,
    /// People in the cohort.
    pub people: RawCount,
    /// Their periods in it.
    pub periods: RawCount,
    /// Where candidates are lost.
    pub attrition: Attrition,
    /// Where events could have been seen.
    pub covered: Covered,
    /// What answered.
    pub by: Engine,
}

/// An answer with its people: for who may see rows.
#[derive(Clone, Debug)]
pub struct CohortAnswer {
    /// Those with a period, by their numbers.
    pub patients: Vec<PatientAnswer>,
    /// How many the definition was asked of.
    pub asked: u64,
    /// What answered.
    pub by: Engine,
}

/// Why one person is in a cohort, or out.
#[derive(Clone, Debug)]
pub struct Explained {
    /// What is known of them.
    pub patient: Patient,
    /// Why.
    pub why: Explanation,
    /// Where events could have been seen of anybody.
    pub covered: Covered,
}

/// Something asked of people, some after the others.
pub(super) struct Asking<Q: ?Sized, T> {
    /// What is asked.
    pub(super) of: Arc<Q>,
    /// Whether it must see all people at once.
    pub(super) is_of_several: bool,
    /// What it says of some people.
    pub(super) ask: fn(&Q, &Covered, &[Patient]) -> Result<T, ReaderError>,
}

impl CohortQuestion {
    /// Whether who is in depends on who else would be.
    pub(crate) fn is_chosen_among_several(&self) -> bool {
        self.definition.sample.is_some() || self.definition.matched.is_some()
    }

    /// Whether it must see all people at once.
    pub(super) fn is_of_several(&self) -> bool {
        let all = self.cohorts.values().chain([&self.definition]);
        all.into_iter().any(|one| one.sample.is_some() || one.matched.is_some())
    }

    /// Asks it alone.
    pub(super) fn asking<T>(
        self: &Arc<Self>,
        ask: fn(&Self, &Covered, &[Patient]) -> Result<T, ReaderError>,
    ) -> Asking<Self, T> {
        Asking { of: Arc::clone(self), is_of_several: self.is_of_several(), ask }
    }

    pub(crate) fn ask<T, E: From<Refused>>(
        &self,
        covered: &Covered,
        with: impl FnOnce(&World<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let hierarchies = Hierarchies::default();
        let mut world = World::of_data(covered.data());
        for (name, set) in &self.codes {
            world.codes.insert(name.clone(), Codes::new(set, &hierarchies)?);
        }
        world.cohorts = self.cohorts.iter().map(|(name, one)| (name.clone(), one)).collect();
        with(&world)
    }
}

impl Reader {
    /// Where events could have been seen, as the settings and the data say.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub async fn covered(&self, config: &CohortConfig) -> Result<Covered, ReaderError> {
        let index = self.index(config).await?;
        let days = match index.and_then(|index| index.data_days(self.scans.day)) {
            Some(days) => days,
            None => self.scans.data_days().await?,
        };
        Ok(Covered::new(config, &days))
    }

    /// The index, where it is of this snapshot and may stand for the tables.
    async fn index(&self, config: &CohortConfig) -> Result<Option<Arc<Usable>>, ReaderError> {
        let Some(snapshot) = self.snapshot else { return Ok(None) };
        let lake = self.scans.tables.lake();
        let mut found = self.index.lock().await;
        if let Some((of, index)) = &*found
            && of == config
            && index.stands(lake)
        {
            return Ok(Some(Arc::clone(index)));
        }
        let index = lake.usable_index(&self.permit, (config, snapshot)).await?.map(Arc::new);
        *found = index.clone().map(|index| (config.clone(), index));
        Ok(index)
    }

    /// What the index says; none where the tables are to be asked.
    pub(super) async fn of_index<T, F>(
        &self,
        (config, engine): (&CohortConfig, Engine),
        ask: impl FnOnce(Arc<Usable>) -> F,
    ) -> Result<Option<T>, ReaderError>
    where
        F: Future<Output = Result<Option<T>, ReaderError>>,
    {
        if matches!(engine, Engine::Evaluator | Engine::Sql) {
            return Ok(None);
        }
        let is_wanted = engine == Engine::Index;
        let Some(index) = self.index(config).await? else {
            return if is_wanted { Err(ReaderError::NoIndex) } else { Ok(None) };
        };
        match ask(index).await? {
            None if is_wanted => Err(ReaderError::NotInIndex),
            answer => Ok(answer),
        }
    }

    /// How many people are in a cohort, and where the others are lost.
    ///
    /// `progress` is told how many people have been asked about, and of how many.
    ///
    /// # Errors
    /// When a table cannot be read, or the definition has no answer.
    pub async fn cohort_counts(
        &self,
        question: &Arc<CohortQuestion>,
        covered: Covered,
        progress: impl Fn(u64, u64),
    ) -> Result<CohortCounts, ReaderError> {
        let of = (&question.config, question.engine);
        let index = |index: Arc<Usable>| index.counts(question, &covered);
        if let Some(counts) = self.of_index(of, index).await? {
            return Ok(counts);
        }
        let nobody = Answer { patients: Vec::new() };
        let mut attrition = eval::attrition(&question.definition, &nobody, &question.off);
        let [mut asked, mut people, mut periods] = [RawCount::ZERO; 3];
        self.each_batch(&question.asking(counted), &covered, progress, |of_some| {
            let (more, members, their_periods, lost) = of_some;
            asked = asked.plus(more);
            people = people.plus(members);
            periods = periods.plus(their_periods);
            attrition = attrition.with(&lost);
        })
        .await?;
        let by = question.engine.over_tables();
        Ok(CohortCounts { asked, people, periods, attrition, covered, by })
    }

    /// Who is in a cohort, when, and what is told of them.
    ///
    /// # Errors
    /// As [`Reader::cohort_counts`], and when the permit gives no rows.
    pub async fn cohort_members(
        &self,
        question: &Arc<CohortQuestion>,
        covered: &Covered,
        progress: impl Fn(u64, u64),
    ) -> Result<CohortAnswer, ReaderError> {
        self.must_see_rows()?;
        let of = (&question.config, question.engine);
        let index = |index: Arc<Usable>| index.told(question, covered, (Vec::new(), add_members));
        if let Some((asked, mut patients)) = self.of_index(of, index).await? {
            patients.sort_by_key(|one: &PatientAnswer| one.id);
            return Ok(CohortAnswer { patients, asked: asked.get(), by: Engine::Index });
        }
        let (mut patients, mut asked) = (Vec::new(), 0);
        self.each_batch(&question.asking(answer), covered, progress, |mut answer| {
            asked += answer.patients.len() as u64;
            add_members(&mut patients, &question.definition, &[], &mut answer);
        })
        .await?;
        Ok(CohortAnswer { patients, asked, by: question.engine.over_tables() })
    }

    /// Who has a period in a cohort, and nothing of them: much sooner than all that is told of members.
    ///
    /// # Errors
    /// As [`Reader::cohort_members`].
    pub async fn cohort_people(
        &self,
        question: &Arc<CohortQuestion>,
        covered: &Covered,
    ) -> Result<BTreeSet<PatientId>, ReaderError> {
        self.must_see_rows()?;
        let of = (&question.config, question.engine);
        let index = |index: Arc<Usable>| index.periods(question, covered);
        if let Some(periods) = self.of_index(of, index).await? {
            return Ok(periods.into_iter().map(|(patient, _)| patient).collect());
        }
        let answer = self.cohort_members(question, covered, |_, _| {}).await?;
        Ok(answer.patients.into_iter().map(|patient| patient.id).collect())
    }

    /// Why the one person that this permit is for is in a cohort, or out; none where there is no
    /// such person.
    ///
    /// # Errors
    /// As [`Reader::cohort_counts`], when the permit is not for one person, or gives no rows.
    pub async fn explain_cohort(
        &self,
        question: &Arc<CohortQuestion>,
        covered: Covered,
    ) -> Result<Option<Explained>, ReaderError> {
        self.must_see_rows()?;
        if self.permit.person().is_none() {
            return Err(ReaderError::NotOfOnePerson);
        }
        let mut people = self.scans.people(AtOnce::WHOLE).await?;
        let Some(mut patient) = people.next().await?.unwrap_or_default().pop() else {
            return Ok(None);
        };
        covered.declare(&mut patient);
        let why = question.ask(&covered, |world| {
            let one = std::slice::from_ref(&patient);
            let others = eval::others(&question.definition, world, one)?;
            eval::explain(&question.definition, world, &others, &patient)
        })?;
        Ok(Some(Explained { patient, why, covered }))
    }

    fn must_see_rows(&self) -> Result<(), ReaderError> {
        if self.permit.may_see_rows() {
            return Ok(());
        }
        let (actor, purpose) = (self.permit.actor().clone(), self.permit.purpose());
        Err(ReaderError::Refused(MissingRight::Rows { actor, purpose }))
    }

    /// Asks some people after the others; all of them at once where several are asked about
    /// together.
    pub(super) async fn each_batch<Q: Send + Sync + ?Sized + 'static, T: Send + 'static>(
        &self,
        asking: &Asking<Q, T>,
        covered: &Covered,
        progress: impl Fn(u64, u64),
        mut take: impl FnMut(T),
    ) -> Result<(), ReaderError> {
        let (mut people, mut together) = (self.scans.people(AtOnce::WHOLE).await?, Vec::new());
        while let Some(some) = people.next().await? {
            let (read, all) = people.progress();
            progress(read, all);
            together.extend(some);
            if asking.is_of_several {
                if together.len() > TOGETHER_MAX {
                    return Err(ReaderError::TooManyTogether { people_max: TOGETHER_MAX });
                }
                continue;
            }
            take(asked(asking, covered, std::mem::take(&mut together)).await?);
        }
        if !together.is_empty() {
            take(asked(asking, covered, together).await?);
        }
        Ok(())
    }
}

/// Keeps those with a period.
fn add_members(
    all: &mut Vec<PatientAnswer>,
    _: &CohortDefinition,
    _: &[Patient],
    answer: &mut Answer,
) {
    all.extend(answer.patients.drain(..).filter(|one| !one.periods.is_empty()));
}

/// Asks some people, on a thread that may be busy.
async fn asked<Q: Send + Sync + ?Sized + 'static, T: Send + 'static>(
    asking: &Asking<Q, T>,
    covered: &Covered,
    mut people: Vec<Patient>,
) -> Result<T, ReaderError> {
    let (of, ask, covered) = (Arc::clone(&asking.of), asking.ask, covered.clone());
    let work = move || {
        people.iter_mut().for_each(|patient| covered.declare(patient));
        ask(&of, &covered, &people)
    };
    tokio::task::spawn_blocking(work).await.map_err(ReaderError::died)?
}

/// What a definition says of some people.
pub(super) fn answer(
    question: &CohortQuestion,
    covered: &Covered,
    people: &[Patient],
) -> Result<Answer, ReaderError> {
    question.ask(covered, |world| match question.engine {
        Engine::Sql => scripted::answer(&question.definition, world, people),
        Engine::Any | Engine::Index | Engine::Evaluator => {
            Ok(eval::answer(&question.definition, world, people)?)
        }
    })
}

/// Of some people: how many there are, how many are in the cohort, in how many periods, and where
/// candidates are lost.
fn counted(
    question: &CohortQuestion,
    covered: &Covered,
    people: &[Patient],
) -> Result<(RawCount, RawCount, RawCount, Attrition), ReaderError> {
    let answer = answer(question, covered, people)?;
    let lost = eval::attrition(&question.definition, &answer, &question.off);
    let of_each = answer.patients.iter().map(|patient| patient.periods.len());
    let (mut members, mut periods) = (0, 0);
    for of_one in of_each.filter(|periods| *periods > 0) {
        members += 1;
        periods += of_one;
    }
    let count = |number: usize| RawCount::new(number as u64);
    Ok((count(people.len()), count(members), count(periods), lost))
}
