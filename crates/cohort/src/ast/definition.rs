//! A cohort definition: who enters, when, who stays, until when, and what is told about them.

use serde::{Deserialize, Serialize};

use super::{
    Code, Comments, Condition, Event, EventSet, Hash, LocalDate, Moment, Name, Number, Output,
    Remark, Span, StudyDefinition, Title, Version,
};

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Definition {
    /// `cohort NAME version V …`
    Cohort(Box<CohortDefinition>),
    /// `study NAME version V …`
    Study(Box<StudyDefinition>),
}

impl Definition {
    /// What stands at its top.
    #[must_use]
    pub fn heading(&self) -> &Heading {
        match self {
            Self::Cohort(cohort) => &cohort.heading,
            Self::Study(study) => &study.heading,
        }
    }
}

/// What stands at the top of every definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// Comments at the top.
    #[serde(default, skip_serializing_if = "Comments::is_empty")]
    pub comments: Comments,
    /// The name by which other definitions refer to it.
    pub name: Name,
    /// The version.
    pub version: Version,
    /// What people call it.
    #[serde(default)]
    pub title: Title,
    /// `source "…"`: where it was published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Clause<String>>,
    /// `uses codes NAME version V sha256:…`: what it refers to. Every concept set, cohort and list
    /// named in the definition stands here once; what stands here and is not named is a finding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Clause<Use>>,
}

/// Something in another file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// What it is.
    pub kind: UseKind,
    /// Its name.
    pub name: Name,
    /// Its version.
    pub version: Version,
    /// The hash of its canonical text; with it, a file of another content is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<Hash>,
}

/// What kind of file is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UseKind {
    /// A concept set.
    Codes,
    /// Another cohort.
    Cohort,
    /// An uploaded list of patients.
    List,
}

/// A part of a definition with its comments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Clause<T> {
    /// Its comments.
    #[serde(default, skip_serializing_if = "Comments::is_empty")]
    pub comments: Comments,
    /// What it says.
    pub says: T,
}

/// A cohort.
///
/// # Meaning
/// The answer for a patient is a list of periods `[index, exit]`. It is found in this order, which
/// is also the order of the canonical text:
/// 1. **Candidates**: every certain member of every alternative of `entry` whose start is known at
///    least to the local day, in the order of [`EventSet`]; one that is in several alternatives is
///    one candidate, and the names of all of these are bound to it.
/// 2. `entry first in life` keeps only the first candidate.
/// 3. **Index**: the start of the entry event, or what `index = …` says; candidates whose index is
///    not known to the day are dropped.
/// 4. `calendar`: the index's local day lies in it, both ends included.
/// 5. `washout`: no other candidate of step 1 (whatever the calendar) starts on a local day in
///    [day of this entry − washout, day of this entry).
/// 6. `entry first | last | nth(k) | all` chooses among those left, in order.
/// 7. **Steps** in the order written: `let` names something, a rule keeps or drops. `require` keeps
///    a candidate where its condition is true; `exclude` keeps it where its condition is false.
///    *Unknown never keeps.* All rules are asked of all candidates, so that each can be counted.
/// 8. **Exit**: of all moments of `exit` and `censor`, the end of coverage and the death, the
///    earliest that is known to the day. It stands for the last second of its local day, or for its
///    latest possible second where its own offset is finer than a day. Of several at one second the
///    first of `exit`, `censor`, death, coverage is told. Where no stretch of coverage holds the
///    index, the last day of the data is the end of coverage. A period that would end before its
///    index is dropped.
/// 9. `follow_up`: the local day of the exit is at least that long after the index's.
/// 10. `keep` chooses among the candidates left, in the order of their index, then of their entry.
/// 11. `episodes`: two periods of one patient are joined where the second's index is, in days, no
///     later than `gap` after the first's exit; the joined period has the first's index, names and
///     values, and the latest exit.
/// 12. `sample`, then `matched`, over all patients.
/// 13. **Outputs** are worked out for each period that is left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CohortDefinition {
    /// Name, version, title, sources, uses.
    pub heading: Heading,
    /// `calendar [2015-01-01, 2024-12-31]`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Clause<(LocalDate, LocalDate)>>,
    /// `let` before the entry: what does not refer to the index, the entry or the exit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Clause<Value>>,
    /// `entry …`
    pub entry: Clause<Entry>,
    /// `index = m`; without it, the start of the entry event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<Clause<Moment>>,
    /// `washout 365d`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub washout: Option<Clause<Span>>,
    /// `let`, `require` and `exclude` after the entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Clause<Step>>,
    /// `exit at first of a, b`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<Clause<Vec<Moment>>>,
    /// `censor at first of a, b`: ends the period like an exit, and is told apart from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub censor: Option<Clause<Vec<Moment>>>,
    /// `follow_up 365d`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<Clause<Span>>,
    /// `keep first`; without it, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Clause<Keep>>,
    /// `episodes gap 180d`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub episodes: Option<Clause<Span>>,
    /// `sample 1000 seed 7`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Clause<Sample>>,
    /// `matched to cohort NAME …`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched: Option<Clause<Matching>>,
    /// Variables, outcomes, strata and measures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Clause<Output>>,
    /// Comments after the last clause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub end: Vec<Remark>,
}

/// What a `let` can name, with the name.
///
/// A name is bound once in a definition, before it is used, and is seen in everything after it. A
/// named set keeps its window; a named condition, number, moment or code is what it is at the
/// candidate at hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// `let x = all lab in hba1c ever`: a set.
    Events(Name, EventSet),
    /// `let x = first lab in hba1c ever`
    Event(Name, Event),
    /// `let x = age at index`
    Number(Name, Number),
    /// `let x = index + 30d`; the start of an event is written `start of a` here.
    Moment(Name, Moment),
    /// `let x = entry.route`
    Code(Name, Code),
    /// `let x = any lab in hba1c ever`
    Condition(Name, Condition),
}

/// How a patient enters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Which of the candidates.
    pub choose: Choice,
    /// One or more sets; any of them is a way in.
    pub alternatives: Vec<Alternative>,
}

/// Which of a patient's candidates enter; steps 2 and 6 of [`CohortDefinition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// `all`
    All,
    /// `first`
    First,
    /// `last`
    Last,
    /// `nth(k)`, from 1.
    Nth(u32),
    /// `first in life`: whatever calendar and washout say, the first of all; they may drop it.
    FirstInLife,
}

/// One way in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// Its comments.
    #[serde(default, skip_serializing_if = "Comments::is_empty")]
    pub comments: Comments,
    /// Its events; the name of the set is bound in everything after the entry, to the entry event
    /// where it came this way, and absent where not.
    pub of: EventSet,
}

/// A step after the entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// `let`
    Let(Value),
    /// `require` or `exclude`
    Rule(Rule),
}

/// A rule: one row of the attrition table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Whether it must hold or must not.
    pub kind: RuleKind,
    /// What the row is called.
    pub title: Title,
    /// What is asked.
    pub when: Condition,
}

/// Whether a rule must hold or must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// Keeps where true.
    Require,
    /// Keeps where false.
    Exclude,
}

/// Which of a patient's candidates are kept after the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// `first`
    First,
    /// `last`
    Last,
    /// `nth(k)`, from 1.
    Nth(u32),
}

/// A sample of patients.
///
/// # Meaning
/// The patients with the smallest SHA-256 of the text `seed:patient key` are kept, with all their
/// periods; so it is the same whatever the engine and the number of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// How many patients.
    pub patients: u32,
    /// The seed.
    pub seed: u32,
}

/// Keeps those that match members of another cohort.
///
/// # Meaning
/// Periods of the other cohort in the order of SHA-256 of `seed:patient key:index day`. Each takes,
/// from the periods left of patients who are not in the other cohort and of whom none was taken
/// before, up to `ratio`, one of each patient, that agree in everything named by `on`, those with
/// the smallest SHA-256 of `seed:its patient key:its index day:candidate's patient key:candidate's
/// index day` first. Index days are written `2024-05-17`. Only what was taken is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Matching {
    /// The other cohort.
    pub to: Name,
    /// How many for each.
    pub ratio: u32,
    /// In what they agree; at least one.
    pub on: Vec<MatchOn>,
    /// The seed.
    pub seed: u32,
}

/// In what two periods agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MatchOn {
    /// `sex`: the same, and known.
    Sex,
    /// `age within 2y`: ages at index in completed years (months, days) of the unit, no further
    /// apart.
    Age(Span),
    /// `index within 90d`: local index days no further apart.
    Index(Span),
    /// `department`: of the entry event, the same, and known.
    Department,
}
