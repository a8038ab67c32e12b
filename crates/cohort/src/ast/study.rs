//! A comparison of two cohorts, as far as it is a matter of who and when.

use serde::{Deserialize, Serialize};

use super::{
    Clause, Condition, EventSet, Heading, Moment, Name, Remark, Rule, Selection, Title, Window,
};

/// A study: target, comparator, outcomes.
///
/// How effects are estimated is said elsewhere; what stands here decides whose data are used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StudyDefinition {
    /// Name, version, title, sources, uses.
    pub heading: Heading,
    /// `target = cohort NAME where …`
    pub target: Clause<Arm>,
    /// `comparator = cohort NAME where …`
    pub comparator: Clause<Arm>,
    /// `require` and `exclude`, asked of both arms alike unless they say for which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Clause<StudyRule>>,
    /// `outcome NAME = …`, at least one.
    pub outcomes: Vec<Clause<StudyOutcome>>,
    /// `covariates in [index - 365d, index] except codes NAME`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariates: Option<Clause<Covariates>>,
    /// `negative_controls NAME`: a concept set of outcomes that neither arm causes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negative_controls: Option<Clause<Name>>,
    /// Comments after the last clause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub end: Vec<Remark>,
}

/// One arm: the periods of a cohort for which the condition is true, where there is one. `entry`,
/// `index` and `exit` are those of the period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// The cohort.
    pub cohort: Name,
    /// Which of its periods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Condition>,
}

/// A rule of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StudyRule {
    /// Of whom it is asked.
    pub from: Population,
    /// The rule.
    pub rule: Rule,
}

/// Of whom a study's rule is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Population {
    /// What is meant where nothing is written.
    Both,
    /// `from target`
    Target,
    /// `from comparator`
    Comparator,
}

/// An outcome with its time at risk.
///
/// `outcome hf = first cohort hf_hosp at risk (index, exit]`: the first event of the set whose
/// start is in the time at risk; the follow-up ends with it, or with the end of the time at risk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StudyOutcome {
    /// What it is called.
    #[serde(default)]
    pub title: Title,
    /// Its name.
    pub name: Name,
    /// Which event of the set.
    pub select: Selection,
    /// The set; its own window is left out, the time at risk is its window.
    pub of: EventSet,
    /// When it counts.
    pub at_risk: Window,
}

/// What the arms are made alike in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Covariates {
    /// From when; never after the index.
    pub from: Moment,
    /// Until when.
    pub to: Moment,
    /// Concept sets left out: what the arms are defined by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Name>,
}
