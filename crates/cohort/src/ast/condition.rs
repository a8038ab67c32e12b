//! Conditions, which are true, false or unknown.

use serde::{Deserialize, Serialize};

use super::{Bound, Code, CodeField, Event, EventSet, Kind, Moment, Name, Number, OneOf, Span};

/// How many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// `at least n`; `any` is `at least 1`.
    AtLeast(u32),
    /// `at most n`
    AtMost(u32),
    /// `exactly n`; `no` is `exactly 0`.
    Exactly(u32),
}

/// What is counted in a set of events.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// The events.
    Events,
    /// `at least n different days of …`: the different local days of their earliest possible
    /// starts; an event whose start is not known to the day is uncertain here, and may be on a day
    /// of its own.
    Days,
    /// `different visits`: the different visits they belong to; one that belongs to none is
    /// not counted.
    Visits,
    /// `different code`: the different values of this attribute; an event without it is
    /// not counted.
    Distinct(CodeField),
}

/// A comparison of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `>=`
    AtLeast,
    /// `>`
    Greater,
}

/// A comparison of moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimeOrder {
    /// `before`
    Before,
    /// `not after`
    NotAfter,
    /// `same as`: the same local day, or the same second.
    Same,
    /// `not before`
    NotBefore,
    /// `after`
    After,
}

/// A limit of a range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// `[x` or `x]`: the limit itself belongs to the range.
    Closed(Number),
    /// `(x` or `x)`: it does not.
    Open(Number),
}

impl Limit {
    /// What a number above this limit is to it.
    #[must_use]
    pub fn above(&self) -> (Comparison, &Number) {
        match self {
            Self::Closed(number) => (Comparison::AtLeast, number),
            Self::Open(number) => (Comparison::Greater, number),
        }
    }

    /// What a number below this limit is to it.
    #[must_use]
    pub fn below(&self) -> (Comparison, &Number) {
        match self {
            Self::Closed(number) => (Comparison::AtMost, number),
            Self::Open(number) => (Comparison::Less, number),
        }
    }
}

/// What two events share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Same {
    /// `visit`: both belong to one visit or stay; a visit belongs to itself.
    Visit,
    /// `ward`
    Ward,
    /// `department`
    Department,
    /// `order`: both come from one order.
    Order,
    /// `event`: both are the same event.
    Event,
}

/// How many of several conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// `a and b`, `all of (…)`
    All,
    /// `a or b`, `any of (…)`
    Any,
    /// `none of (…)`
    None,
    /// `at least k of (…)`
    AtLeast(u32),
    /// `at most k of (…)`
    AtMost(u32),
    /// `exactly k of (…)`
    Exactly(u32),
}

/// What `known` can be asked of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scalar {
    /// A number.
    Number(Number),
    /// A moment; it is known where it is known at least to the local day.
    Moment(Moment),
    /// A code.
    Code(Code),
    /// A condition.
    Condition(Box<Condition>),
}

/// A condition: true, false or unknown.
///
/// Logic is Kleene's: *and* is false where any part is false, else unknown where any is unknown;
/// *or* is true where any part is true, else unknown where any is; *not* unknown is unknown. A
/// comparison with an unknown side is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// `true` or `false`.
    Truth(bool),
    /// A condition named earlier.
    Named(Name),
    /// `found a`: true where the event is there, false where it is absent, unknown where it is
    /// unknown.
    Found(Event),
    /// `at least 2 different days spanning 30d of diagnosis in t2dm in […]`.
    ///
    /// # Meaning
    /// Let *low* be the count over certain members and *high* over certain and uncertain ones.
    /// `at least n`: true where low ≥ n, false where high < n, else unknown. `at most n`: true
    /// where high ≤ n, false where low > n. `exactly n`: true where low = high = n, false where n
    /// is outside low..high. `spanning s` (with `at least` only) asks as well that the last of the
    /// members counted starts at least *s* after the first, between the earliest possible starts,
    /// in local days or, for `h`, `min`, `s`, in seconds; certain members make it true, certain and
    /// uncertain ones together false where even they do not span it; joined to the count by *and*.
    Has {
        /// How many.
        count: Count,
        /// Of what.
        counted: Counted,
        /// In which set.
        of: Box<EventSet>,
        /// How far apart the first and the last must be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spanning: Option<Span>,
    },
    /// `value >= 6.5 %`; compared as doubles, after conversion.
    Compare {
        /// The left side.
        left: Box<Number>,
        /// How.
        is: Comparison,
        /// The right side.
        right: Box<Number>,
    },
    /// `value within [6.5 %, 30 %]`: the two comparisons joined by *and*.
    Within {
        /// The number.
        number: Box<Number>,
        /// The lower limit.
        low: Box<Limit>,
        /// The upper limit.
        high: Box<Limit>,
    },
    /// `a before b + 30d`: in seconds where either offset is finer than a day, else in local days.
    Order {
        /// The left side.
        left: Box<Moment>,
        /// How.
        is: TimeOrder,
        /// The right side.
        right: Box<Moment>,
    },
    /// `sex is "female"`, `entry.code in acei`. Unknown where the code is unknown.
    Code {
        /// The code.
        code: Box<Code>,
        /// What it is compared with.
        one_of: OneOf,
    },
    /// `same visit (a, b)`, `same visit as a` for `this`: unknown where either event is not there,
    /// or does not say (a record without visit, ward, department or order).
    Same {
        /// What they share.
        what: Same,
        /// One event.
        left: Box<Event>,
        /// The other.
        right: Box<Event>,
    },
    /// `observed drug | diagnosis in [index - 365d, index]`: whether the hospital could have seen
    /// such events of this patient on every local day of the window: each kind's declared coverage
    /// holds every day. Always in days. True or false where both bounds are known to the day;
    /// false where a side is `ever`; unknown otherwise.
    Observed {
        /// The kinds, at least one.
        kinds: Vec<Kind>,
        /// From when.
        from: Bound,
        /// Until when.
        to: Bound,
    },
    /// `known x`: whether it is known; never unknown itself.
    Known(Scalar),
    /// `a else b`: `a` where it is known, else `b`.
    Else(Box<Condition>, Box<Condition>),
    /// `a and b`, `at least 2 of (a, b, c)`; low and high counts of true and not-false parts, as in
    /// [`Condition::Has`].
    Of {
        /// How many.
        share: Share,
        /// Of these; at least one.
        conditions: Vec<Condition>,
    },
    /// `not a`
    Not(Box<Condition>),
}
