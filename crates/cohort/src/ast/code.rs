//! Codes and words: what an event is rather than how much.

use serde::{Deserialize, Serialize};

use super::{Condition, Event, Name, Number, Real, Unit};

/// A coded attribute of an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CodeField {
    /// `code`: all codes of the event; it is one of several where any of them is. Where one is
    /// needed (counting, strata), those that the set's concept sets hold, each as `system|code`;
    /// where one of several is needed, the first by its bytes.
    Code,
    /// `coded_value`: a result that is a code.
    CodedValue,
    /// `route`: of a drug.
    Route,
    /// `department`
    Department,
    /// `ward`
    Ward,
    /// `unit`: in which the value was recorded, as it was recorded.
    Unit,
    /// `kind`: of a visit: `outpatient`, `inpatient`, `emergency`, `home`, `other`.
    VisitKind,
    /// `attribute NAME`: a code under a name of its own, as the slice publishes it.
    Attribute(Name),
}

/// One line of a [`Code::Case`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CodeBranch {
    /// Where this is true …
    pub when: Condition,
    /// … it is this.
    pub then: Code,
}

/// A code or word, or unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// `"yes"`: a word.
    Word(String),
    /// A code named earlier.
    Named(Name),
    /// `sex`: `male`, `female`, `other`; unknown where the record says unknown or nothing.
    Sex,
    /// `a.route`; `route` alone is `this.route`.
    Field {
        /// Of which event.
        of: Event,
        /// Which code of it.
        field: CodeField,
    },
    /// `band(age at index, 40 y, 65 y)`: `<40`, `40-<65`, `>=65`, with numbers as written.
    Band {
        /// Of which number.
        of: Box<Number>,
        /// Where bands begin, rising.
        cuts: Vec<Real>,
        /// The unit of the cuts, which is asked of the number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Unit>,
    },
    /// `case when … then "a" else "b" end`
    Case {
        /// The branches, at least one.
        branches: Vec<CodeBranch>,
        /// Where none is true; without it, unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<Box<Code>>,
    },
}

/// What a code is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OneOf {
    /// `is "oral" | "iv"`: equal, byte for byte, to the code without its system, or to
    /// `system|code`.
    Words(Vec<String>),
    /// `in NAME | NAME`: in any of these concept sets.
    Codes(Vec<Name>),
}
