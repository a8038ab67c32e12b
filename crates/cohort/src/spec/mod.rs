//! The specification by example: the tables of `spec/*.md`, which are the manual of the language
//! and a test of every engine.
//!
//! A file is read from the top. Blocks in fences say what the cases after them share, until another
//! block of the same word replaces it: `patients` who there is, `cohort` how they enter, `codes`,
//! `hierarchy`, `list` and `other` what is referred to. `ask` and `answer` are the cases.

mod read;
mod show;

use std::collections::BTreeMap;

use crate::ast::{CohortDefinition, ConceptSet, Name};
use crate::eval::{
    Answer, Codes, Hierarchies, ListRow, Patient, Refused, World, answer, attrition,
};

pub use read::read;
pub use show::{show_attrition, show_period, show_told};

/// First and last day of the data of every case: 2000-01-01 and 2030-12-31.
pub const DATA: (i64, i64) = (10_957, 22_279);

/// One case: what is asked, and what must come out.
#[derive(Clone, Debug)]
pub struct Case {
    /// The line where it stands.
    pub line: usize,
    /// The definition asked.
    pub definition: CohortDefinition,
    /// What it may refer to, and who is asked.
    pub setting: Setting,
    /// What must come out.
    pub expect: Expect,
}

/// What cases share.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// Concept sets.
    pub codes: Vec<ConceptSet>,
    /// Their hierarchies.
    pub hierarchies: Hierarchies,
    /// Other cohorts.
    pub cohorts: Vec<CohortDefinition>,
    /// Lists.
    pub lists: BTreeMap<Name, Vec<ListRow>>,
    /// Who there is.
    pub patients: Vec<Patient>,
}

/// What must come out of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// For each patient, what the variable `asked` tells of the first period.
    Told(Vec<String>),
    /// The periods, one a line.
    Periods(Vec<String>),
    /// The attrition, one row a line.
    Attrition(Vec<String>),
    /// That it is refused, with words of why.
    Refused(String),
}

impl Setting {
    /// What definitions may refer to.
    ///
    /// # Errors
    /// When a concept set needs a hierarchy that is not there.
    pub fn world(&self) -> Result<World<'_>, Refused> {
        let mut world = World::of_data(DATA);
        for set in &self.codes {
            world.codes.insert(set.name.clone(), Codes::new(set, &self.hierarchies)?);
        }
        for cohort in &self.cohorts {
            world.cohorts.insert(cohort.heading.name.clone(), cohort);
        }
        world.lists.clone_from(&self.lists);
        Ok(world)
    }
}

impl Case {
    /// What the evaluator of this crate says, in the words of the table.
    #[must_use]
    pub fn said(&self) -> Expect {
        let answered = self
            .setting
            .world()
            .and_then(|world| answer(&self.definition, &world, &self.setting.patients));
        match answered {
            Ok(answer) => self.in_words(&answer),
            Err(refused) => Expect::Refused(refused.to_string()),
        }
    }

    /// An answer in the words that the case expects, whichever engine it comes from.
    #[must_use]
    pub fn in_words(&self, answer: &Answer) -> Expect {
        match &self.expect {
            Expect::Periods(_) | Expect::Refused(_) => {
                let of_patients = answer.patients.iter();
                let lines = of_patients.flat_map(|patient| {
                    let periods = patient.periods.iter();
                    periods.map(|(period, told)| show_period(patient.id, period, told))
                });
                Expect::Periods(lines.collect())
            }
            Expect::Attrition(_) => {
                let none = std::collections::BTreeSet::new();
                let attrition = attrition(&self.definition, answer, &none);
                Expect::Attrition(show_attrition(&attrition))
            }
            Expect::Told(_) => {
                let told = answer.patients.iter().map(|patient| {
                    let asked = patient.periods.first().and_then(|(_, told)| told.last());
                    asked.map_or_else(|| "none".to_owned(), |(_, told)| show_told(told))
                });
                Expect::Told(told.collect())
            }
        }
    }

    /// Whether what was said is what was expected. `~92.1` expects a number that rounds to it.
    #[must_use]
    pub fn accepts(&self, said: &Expect) -> bool {
        match (&self.expect, said) {
            (Expect::Told(expected), Expect::Told(said)) => {
                expected.len() == said.len()
                    && expected.iter().zip(said).all(|(a, b)| is_same(a, b))
            }
            (Expect::Refused(why), Expect::Refused(said)) => said.contains(why.as_str()),
            (expected, said) => expected == said,
        }
    }
}

fn is_same(expected: &str, said: &str) -> bool {
    let Some(about) = expected.strip_prefix('~') else { return expected == said };
    let split = |text: &str| {
        let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
        (number.to_owned(), unit.to_owned())
    };
    let ((about, unit), (said, said_unit)) = (split(about), split(said));
    let decimals = about.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let rounded = said.parse::<f64>().map(|said| format!("{said:.decimals$}"));
    unit == said_unit && rounded.is_ok_and(|rounded| rounded == about)
}
