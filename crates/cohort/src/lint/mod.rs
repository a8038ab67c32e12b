//! What is wrong with a definition although it can be read: designs that deceive, gaps, units.
//!
//! A finding that is an `Error` stops an answer; the others are shown beside the rule and kept with
//! the answer.

mod code;
mod design;
mod future;
mod language;
mod study;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use vocab::Locale;

use language::named_in;

use crate::ast::{CohortDefinition, Definition, Kind, Name, UseKind};
use crate::problem::{Position, sentence};
use crate::text::{Part, Places};

pub use code::{Level, LintCode};

/// What is known outside the definition.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What became of each concept set used; those that are not here are not judged.
    pub codes: BTreeMap<Name, CodesFacts>,
    /// Kinds whose coverage is declared; none where it is not known which are.
    pub covered: Option<BTreeSet<Kind>>,
    /// Other cohorts, as far as they are at hand.
    pub cohorts: BTreeMap<Name, CohortDefinition>,
}

/// A concept set as it was expanded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodesFacts {
    /// How many codes it holds.
    pub codes: u64,
    /// How many of these its release has retired.
    pub retired: u64,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// About which part.
    pub part: Part,
    /// Where that stands, if there is a text.
    pub at: Option<Position>,
    /// What.
    pub code: LintCode,
    /// The words of the definition it is about.
    pub detail: String,
}

impl Finding {
    /// The whole sentence: where, what, and what to do.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        sentence(self.at, (self.code.what(), &self.detail, self.code.remedy()), locale)
    }
}

/// Looks a definition over; findings in the order of its parts.
///
/// ```
/// use cohort::{lint, text};
/// let text = "cohort dead version 1\n  entry first death\n";
/// let parsed = text::parse(text).unwrap();
/// let found = lint::check(&parsed.definition, &parsed.places, &lint::Facts::default());
/// assert_eq!(found[0].code, lint::LintCode::ExitMissing);
/// ```
#[must_use]
pub fn check(definition: &Definition, places: &Places, facts: &Facts) -> Vec<Finding> {
    let mut linter = Linter { places, facts, found: Vec::new() };
    match definition {
        Definition::Cohort(cohort) => {
            let mut named = named_in(&parts_of(cohort));
            named.extend(cohort.matched.iter().map(|of| (UseKind::Cohort, &of.says.to)));
            linter.uses(&cohort.heading, &named);
            linter.windows(cohort);
            linter.units(cohort);
            linter.rules(cohort);
            linter.future(cohort);
            linter.design(cohort);
        }
        Definition::Study(study) => linter.study(study),
    }
    linter.found.sort_by_key(|finding| (finding.part, finding.code));
    linter.found.dedup();
    linter.found
}

struct Linter<'a> {
    places: &'a Places,
    facts: &'a Facts,
    found: Vec<Finding>,
}

impl Linter<'_> {
    fn tell(&mut self, part: Part, code: LintCode, detail: impl Into<String>) {
        let at = self.places.of(part);
        self.found.push(Finding { part, at, code, detail: detail.into() });
    }
}

/// Everything in a cohort that is asked or calculated, with the part it stands in.
fn parts_of(cohort: &CohortDefinition) -> Vec<(Part, crate::ast::Node<'_>)> {
    use crate::ast::{Node, Output, Step};
    let mut parts = Vec::new();
    for (at, value) in cohort.before.iter().enumerate() {
        parts.push((Part::Before(at), Node::of(&value.says)));
    }
    for (at, alternative) in cohort.entry.says.alternatives.iter().enumerate() {
        parts.push((Part::Alternative(at), Node::Set(&alternative.of)));
    }
    parts.extend(cohort.index.iter().map(|index| (Part::Index, Node::Moment(&index.says))));
    for (at, step) in cohort.steps.iter().enumerate() {
        let node = match &step.says {
            Step::Let(value) => Node::of(value),
            Step::Rule(rule) => Node::Condition(&rule.when),
        };
        parts.push((Part::Step(at), node));
    }
    for (part, moments) in [(Part::Exit, &cohort.exit), (Part::Censor, &cohort.censor)] {
        let moments = moments.iter().flat_map(|clause| &clause.says);
        parts.extend(moments.map(|moment| (part, Node::Moment(moment))));
    }
    for (at, output) in cohort.outputs.iter().enumerate() {
        let part = Part::Output(at);
        match &output.says {
            Output::Variable { value, .. } => parts.push((part, Node::of(value))),
            Output::Outcome { of, .. } => parts.push((part, Node::Set(of))),
            Output::Stratum { code, .. } => parts.push((part, Node::Code(code))),
            Output::Measure(measure) => {
                parts.push((part, Node::Condition(&measure.denominator)));
                parts.push((part, Node::Condition(&measure.numerator)));
            }
        }
    }
    parts
}

/// The word and name of something used.
fn used(kind: UseKind, name: &Name) -> String {
    format!("{} {name}", crate::text::use_kind(kind))
}
