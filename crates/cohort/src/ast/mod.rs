//! The language as a tree: everything a definition can say, and what each part means.
//!
//! Types of expression are types here, so that what has no meaning cannot be built: a set of
//! events ([`EventSet`]: many rows a patient), one event ([`Event`]), a [`Number`], a [`Moment`], a
//! [`Code`], and a [`Condition`], which is true, false or unknown. Decision 0050 tells the model of
//! time and of missing data that the comments here build on.
//!
//! Not in the tree: lists of codes. They stand in files of their own ([`ConceptSet`]) and are
//! named here with version and hash.

mod code;
mod concept_set;
mod condition;
mod day;
mod definition;
mod moment;
mod name;
mod number;
mod output;
mod set;
mod study;
mod walk;
pub(crate) mod word;

pub use code::{Code, CodeBranch, CodeField, OneOf};
pub use concept_set::{Branch, ConceptSet, Include, Quantity};
pub use condition::{Comparison, Condition, Count, Counted, Limit, Same, Scalar, Share, TimeOrder};
pub use day::{civil, day_from, days_of, written};
pub use definition::{
    Alternative, Choice, Clause, CohortDefinition, Definition, Entry, Heading, Keep, MatchOn,
    Matching, Rule, RuleKind, Sample, Step, Use, UseKind, Value,
};
pub use moment::{Anchor, Bound, LocalDate, Moment, Offset, Relation, Span, TimeUnit, Window};
pub use name::{Comments, Hash, Name, NotAllowed, Real, Remark, Title, Unit, Version};
pub use number::{Equation, Number, NumberBranch, NumberField, Operator, Statistic};
pub use output::{Every, Measure, Output};
pub use set::{
    Certainty, Episodes, Era, Event, EventSet, Kind, Rank, Records, Selection, Source, Supply,
    Take, TakeFrom,
};
pub use study::{Arm, Covariates, Population, StudyDefinition, StudyOutcome, StudyRule};
pub use walk::Node;
