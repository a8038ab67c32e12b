//! What is told about each period.

use serde::{Deserialize, Serialize};

use super::{Code, Condition, EventSet, Name, Selection, Title, Value};

/// Something told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// `variable NAME = …`: a value of the period. An event tells its start and its fields.
    Variable {
        /// What it is called.
        #[serde(default, skip_serializing_if = "is_untitled")]
        title: Title,
        /// What it is. Sets of events are refused.
        value: Value,
    },
    /// `outcome NAME = first diagnosis in ami in [index + 1d, exit]`: an event, with the time from
    /// the index to it or, where there is none, to the exit.
    Outcome {
        /// What it is called.
        #[serde(default, skip_serializing_if = "is_untitled")]
        title: Title,
        /// Its name.
        name: Name,
        /// Which event of the set.
        select: Selection,
        /// The set.
        of: Box<EventSet>,
    },
    /// `strata NAME = …`: a code by which counts and curves are split.
    Stratum {
        /// What it is called.
        #[serde(default, skip_serializing_if = "is_untitled")]
        title: Title,
        /// Its name.
        name: Name,
        /// The code.
        code: Code,
    },
    /// `measure NAME per month denominator … numerator …`
    Measure(Measure),
}

fn is_untitled(title: &Title) -> bool {
    *title == Title::default()
}

/// A proportion for every interval of the calendar.
///
/// # Meaning
/// For every calendar month (quarter, year) that `calendar` touches: among periods that overlap the
/// interval, those for which the denominator is true; and of these, those for which the numerator
/// is. `interval.start` and `interval.end` are its first and last day. Periods for which either is
/// unknown are counted apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// What it is called.
    #[serde(default, skip_serializing_if = "is_untitled")]
    pub title: Title,
    /// Its name.
    pub name: Name,
    /// For which intervals.
    pub every: Every,
    /// Of whom; `true` for all.
    pub denominator: Condition,
    /// Who of these.
    pub numerator: Condition,
}

/// The interval of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// `per month`
    Month,
    /// `per quarter`
    Quarter,
    /// `per year`
    Year,
}
