//! What cohorts are like, and who is in several: counts of the people whom a permit lets through.

use std::sync::Arc;

use cohort::ast::CohortDefinition;
use cohort::eval::{self, Answer, Overlap, Patient, Results};
use vocab::RawCount;

use super::cohort::{Asking, CohortQuestion, Engine, answer};
use super::{Reader, ReaderError};
use crate::events::Covered;
use crate::index::{Add, Usable};

/// What a cohort is like, before disclosure control.
#[derive(Clone, Debug, PartialEq)]
pub struct CohortResults {
    /// People of whom the definition was asked.
    pub asked: RawCount,
    /// What those in the cohort are like.
    pub results: Results,
    /// What answered.
    pub by: Engine,
}

/// Who is in several cohorts, before disclosure control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CohortOverlap {
    /// People of whom the definitions were asked.
    pub asked: RawCount,
    /// How many of them are in which.
    pub overlap: Overlap,
    /// What answered.
    pub by: Engine,
}

impl Reader {
    /// What a cohort is like: ages, months, follow-up, and the values of its outputs.
    ///
    /// `progress` is told how many people have been asked about, and of how many.
    ///
    /// # Errors
    /// As [`Reader::cohort_counts`].
    pub async fn cohort_results(
        &self,
        question: &Arc<CohortQuestion>,
        covered: &Covered,
        progress: impl Fn(u64, u64),
    ) -> Result<CohortResults, ReaderError> {
        let of = (&question.config, question.engine);
        let nobody = Results::nobody(&question.definition);
        let told = (nobody.clone(), add_results as Add<Results>);
        let index = |index: Arc<Usable>| index.told(question, covered, told);
        if let Some((asked, results)) = self.of_index(of, index).await? {
            return Ok(CohortResults { asked, results, by: Engine::Index });
        }
        let (mut asked, mut all) = (RawCount::ZERO, nobody);
        self.each_batch(&question.asking(results), covered, progress, |(people, results)| {
            asked = asked.plus(people);
            all.add(&results);
        })
        .await?;
        Ok(CohortResults { asked, results: all, by: question.engine.over_tables() })
    }

    /// How many people are in which of several cohorts, by their places: the same people are asked
    /// of all of them.
    ///
    /// # Errors
    /// As [`Reader::cohort_counts`].
    pub async fn cohort_overlap(
        &self,
        questions: &[Arc<CohortQuestion>],
        covered: &Covered,
        progress: impl Fn(u64, u64),
    ) -> Result<CohortOverlap, ReaderError> {
        let Some(first) = questions.first() else {
            let overlap = Overlap::nobody(0);
            return Ok(CohortOverlap { asked: RawCount::ZERO, overlap, by: Engine::Any });
        };
        let of = (&first.config, first.engine);
        let index = |index: Arc<Usable>| overlap_of(index, questions, covered);
        if let Some((asked, overlap)) = self.of_index(of, index).await? {
            return Ok(CohortOverlap { asked, overlap, by: Engine::Index });
        }
        let is_of_several = questions.iter().any(|question| question.is_of_several());
        let asking = Asking { of: Arc::from(questions), is_of_several, ask: overlap };
        let mut asked = RawCount::ZERO;
        let mut all = Overlap::nobody(questions.len());
        self.each_batch(&asking, covered, progress, |(people, overlap)| {
            asked = asked.plus(people);
            all.add(&overlap);
        })
        .await?;
        Ok(CohortOverlap { asked, overlap: all, by: first.engine.over_tables() })
    }
}

fn add_results(
    all: &mut Results,
    definition: &CohortDefinition,
    people: &[Patient],
    answer: &mut Answer,
) {
    all.add(&eval::results(definition, answer, people));
}

/// Of how many people the index was asked, and who is in which cohort; none where the tables have to
/// be asked of one of them.
async fn overlap_of(
    index: Arc<Usable>,
    questions: &[Arc<CohortQuestion>],
    covered: &Covered,
) -> Result<Option<(RawCount, Overlap)>, ReaderError> {
    let mut periods = Vec::with_capacity(questions.len());
    for question in questions {
        match Arc::clone(&index).periods(question, covered).await? {
            Some(of_one) => periods.push(of_one),
            None => return Ok(None),
        }
    }
    Ok(Some((index.asked(), Overlap::of_periods(periods))))
}

fn results(
    question: &CohortQuestion,
    covered: &Covered,
    people: &[Patient],
) -> Result<(RawCount, Results), ReaderError> {
    let answer = answer(question, covered, people)?;
    let results = eval::results(&question.definition, &answer, people);
    Ok((RawCount::new(people.len() as u64), results))
}

fn overlap(
    questions: &[Arc<CohortQuestion>],
    covered: &Covered,
    people: &[Patient],
) -> Result<(RawCount, Overlap), ReaderError> {
    let answers = questions.iter().map(|question| answer(question, covered, people));
    let overlap = Overlap::of(&answers.collect::<Result<Vec<_>, _>>()?);
    Ok((RawCount::new(people.len() as u64), overlap))
}
