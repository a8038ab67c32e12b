//! What a definition becomes.

use std::collections::BTreeSet;
use std::fmt;

use vocab::Locale;

use crate::ast::{Name, Quantity};
use crate::eval::Refused;

/// Why a definition has no SQL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSaid {
    /// No engine answers it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Other engines answer it.
    #[error("`{clause}` with {what} is not said in SQL: ask another engine")]
    NotInSql {
        /// The clause.
        clause: &'static str,
        /// What of it.
        what: &'static str,
    },
}

impl NotSaid {
    /// The message in the reader's language.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        match (self, locale) {
            (Self::Refused(refused), _) => refused.say(locale),
            (Self::NotInSql { .. }, Locale::En) => self.to_string(),
            (Self::NotInSql { clause, .. }, Locale::Ja) => {
                format!("`{clause}`はSQLの文では表せません。他の方式で求めてください")
            }
        }
    }
}

/// One step: a `select` over published relations and earlier steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// By what later steps call its rows.
    pub name: String,
    /// Which part of the definition it answers.
    pub says: String,
    /// The query.
    pub select: String,
}

/// In which columns an output stands, beside `candidate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `number`; null where unknown. In this unit.
    Number(Option<String>),
    /// `state` (1 known, 0 absent, 2 unknown), `low` and `high`: first and last second.
    Moment,
    /// `code`: as `system|code`; null where unknown.
    Code,
    /// `truth`: true, false, or null where unknown.
    Truth,
    /// `state` (1 found, 0 absent, 2 unknown), `kind`, `source_key`, `start_low`, `start_high`.
    Event,
    /// As an event, and `days` from the index; null where unknown.
    Outcome,
    /// A row for each interval that the period overlaps: `first_day`, `last_day`, `denominator`,
    /// `numerator`.
    Measure,
}

/// An output and the step that tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldBy {
    /// Its name.
    pub name: Name,
    /// How its columns are read.
    pub shape: Shape,
    /// The step.
    pub step: String,
}

/// A definition as steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The steps, each after those that it reads.
    pub steps: Vec<Step>,
    /// The step of candidates: `patient_id`, `candidate` (its number among all), `place` (from 1,
    /// of the patient), `kind` and `source_key` of the entry, `dropped` (null, or why, as in
    /// [`Dropped`](crate::eval::Dropped)), `index_low`, `index_high`, and of those asked at the
    /// rules `exit_second`, `ended_by`.
    pub candidates: String,
    /// For each rule the step with `candidate` and `truth`.
    pub rules: Vec<String>,
    /// The step of periods: `patient_id`, `candidate` (the first that it joins), `index_low`,
    /// `index_high`, `exit_second`, `ended_by`, `joined`.
    pub periods: String,
    /// What is told of periods.
    pub outputs: Vec<ToldBy>,
    /// In which units numbers are asked for; none is no unit.
    pub asked: BTreeSet<Option<String>>,
    /// What the values that are read measure.
    pub quantities: BTreeSet<Option<Quantity>>,
}

impl fmt::Display for Script {
    /// All steps as one text, each a table that later ones read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            for line in step.says.lines() {
                writeln!(f, "-- {line}")?;
            }
            writeln!(f, "create table {} as\n{};\n", step.name, step.select)?;
        }
        Ok(())
    }
}
