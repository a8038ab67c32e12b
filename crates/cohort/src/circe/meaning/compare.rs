//! Holds an engine to Circe's meaning.

use serde_json::Value;

use super::cohort::Reading;
use super::generate::Constants;
use super::omop::{Day, Person, Vocabulary};
use crate::circe::Imported;

/// An engine that answers imported definitions.
pub(in crate::circe) trait Answers {
    /// The periods of a person in the cohort: first and last day, in order.
    fn periods(
        &self,
        imported: &Imported,
        vocabulary: &Vocabulary,
        person: &Person,
    ) -> Vec<(Day, Day)>;
}

/// A person for whom the answers differ: the seed, what is expected, what is given.
pub(in crate::circe) type Differ = (u64, Vec<(Day, Day)>, Vec<(Day, Day)>);

/// What was compared, and what differed.
#[derive(Debug, Default)]
pub(in crate::circe) struct Report {
    /// People asked.
    pub(in crate::circe) people: usize,
    /// Of these, in the cohort.
    pub(in crate::circe) members: usize,
    /// People for whom the answers differ.
    pub(in crate::circe) differ: Vec<Differ>,
}

/// Asks an engine and the reading of Circe's meaning about people made around a definition.
pub(in crate::circe) fn compare(
    definition: &Value,
    imported: &Imported,
    seeds: std::ops::Range<u64>,
    engine: &dyn Answers,
) -> Report {
    let constants = Constants::of(definition);
    let vocabulary = &constants.vocabulary;
    let mut report = Report::default();
    for seed in seeds {
        let person = &constants.person(seed);
        let expected = Reading { definition, vocabulary, person }.periods();
        let given = engine.periods(imported, vocabulary, person);
        report.people += 1;
        report.members += usize::from(!expected.is_empty());
        if expected != given {
            report.differ.push((seed, expected, given));
        }
    }
    report
}
