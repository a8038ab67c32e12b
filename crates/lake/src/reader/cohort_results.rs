//! What cohorts are like, and who is in several: counts of the people whom a permit lets through.

use std::sync::Arc;

use cohort::eval::{self, Overlap, Patient, Results};
use vocab::RawCount;

use super::cohort::{Asking, CohortQuestion, answer};
use super::{Reader, ReaderError};
use crate::events::Covered;

/// What a cohort is like, before disclosure control.
#[derive(Clone, Debug, PartialEq)]
pub struct CohortResults {
    /// People of whom the definition was asked.
    pub asked: RawCount,
    /// What those in the cohort are like.
    pub results: Results,
}

/// Who is in several cohorts, before disclosure control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CohortOverlap {
    /// People of whom the definitions were asked.
    pub asked: RawCount,
    /// How many of them are in which.
    pub overlap: Overlap,
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
        let mut asked = RawCount::ZERO;
        let mut all = Results::nobody(&question.definition);
        self.each_batch(&question.asking(results), covered, progress, |(people, results)| {
            asked = asked.plus(people);
            all.add(&results);
        })
        .await?;
        Ok(CohortResults { asked, results: all })
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
        let is_of_several = questions.iter().any(|question| question.is_of_several());
        let asking = Asking { of: Arc::from(questions), is_of_several, ask: overlap };
        let mut asked = RawCount::ZERO;
        let mut all = Overlap::nobody(questions.len());
        self.each_batch(&asking, covered, progress, |(people, overlap)| {
            asked = asked.plus(people);
            all.add(&overlap);
        })
        .await?;
        Ok(CohortOverlap { asked, overlap: all })
    }
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
