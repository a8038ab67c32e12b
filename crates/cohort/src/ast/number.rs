//! Numbers, with their units.

use serde::{Deserialize, Serialize};

use super::{
    Condition, Counted, Event, EventSet, Moment, Name, Real, Supply, TimeUnit, Unit, Window,
};

/// A number an event carries.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NumberField {
    /// `value`: what was measured.
    Value,
    /// `upper_limit`: the upper limit of the reference range of this result.
    UpperLimit,
    /// `lower_limit`.
    LowerLimit,
    /// `dose`: of one drug event.
    Dose,
    /// `days_supply`: for how many days a drug was given out. No unit.
    DaysSupply,
    /// `members`: how many events an episode or era joins; 1 for any other event. No unit.
    Members,
    /// `number NAME`: a number under a name of its own, as the slice publishes it. No unit.
    Attribute(Name),
}

/// What is calculated from the numbers of a set.
///
/// Over certain members that have the number (in the unit asked for), in the order of the set;
/// unknown where there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// The sum divided by how many; added up in the order of the set.
    Mean,
    /// The middle one by size; the mean of the two middle ones where they are even in number.
    Median,
    /// The sum, added up in order; 0 for an empty set, and unknown where any certain member lacks
    /// the number or any member is uncertain.
    Sum,
    /// `highest`
    Highest,
    /// `lowest`
    Lowest,
    /// `change`: the last less the first; unknown where there are fewer than two.
    Change,
    /// `ratio`: the last divided by the first; no unit; unknown where there are fewer than two or
    /// the first is 0.
    Ratio,
    /// `slope per y`: the slope of the least-squares line against time in this unit (a month is
    /// 30.4375 d and a year 365.25 d), from the earliest possible starts; unknown where all have
    /// one time. Times count from the first, and both means are subtracted before multiplying. The
    /// unit asked for is that of the values.
    Slope(TimeUnit),
}

/// An equation for the estimated glomerular filtration rate, in mL/min/1.73 m².
///
/// `c` is creatinine in mg/dL, `a` the age in completed years on the day of the measurement; sex
/// other than male or female, or an age below 18, makes it unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Equation {
    /// `jp`: 194 × c^-1.094 × a^-0.287, × 0.739 if female (Matsuo, AJKD 2009).
    Jp,
    /// `ckd_epi_2009`, without the factor for race:
    /// 141 × min(c/k, 1)^e × max(c/k, 1)^-1.209 × 0.993^a, × 1.018 if female;
    /// k 0.7 or 0.9, e -0.329 or -0.411 (female or male).
    CkdEpi2009,
    /// `ckd_epi_2021`: 142 × min(c/k, 1)^e × max(c/k, 1)^-1.200 × 0.9938^a, × 1.012 if female;
    /// k 0.7 or 0.9, e -0.241 or -0.302.
    CkdEpi2021,
}

/// An operator between two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// `+`: both sides in one unit.
    Add,
    /// `-`: both sides in one unit.
    Subtract,
    /// `*`: one side at least has no unit; the result has the other's.
    Multiply,
    /// `/`: the right side has no unit and the result has the left's; or both have one and the
    /// result has none. Unknown where the right side is 0.
    Divide,
}

/// One line of a [`Number::Case`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NumberBranch {
    /// Where this is true …
    pub when: Condition,
    /// … it is this.
    pub then: Number,
}

/// A number, or unknown.
///
/// # Units
/// Every number has a unit or none ("1"). A number read from an event is read *in* a unit: the one
/// written (`value as mg/dL`), or else the one that what it is compared or combined with has. The
/// unit flows like this: a comparison, a range, `+`, `-`, `least`, `greatest`, `else` and `case`
/// have one unit, the first that any of their parts, from left to right, has of itself; it is asked
/// of all parts that have none of their own, and parts that have one are converted to it by UCUM. A
/// definition in which a read number is asked for in no unit is refused ("unit missing").
/// `count`, `members`, `days_supply` (in days), `ratio`, `covered`, `age`, `year` and `days from
/// … to …` have none; `egfr` has `mL/min/{1.73_m2}`; `bmi` has `kg/m2`.
///
/// `*` and `/` take the unit of the side that has one; where both sides of `/` have one, they have
/// one unit together and the result has none. A unit that is only a note, such as `{score}`, is
/// that of numbers without a unit.
///
/// A record's own number is converted with knowledge of its [`Quantity`](super::Quantity) where the
/// concept set it was found by names one (the first that does, as written), and by UCUM alone
/// otherwise, as are doses. `egfr` reads its measurement as creatinine, `bmi` by UCUM. A number
/// that cannot be converted, or that has no unit where one is asked for, is unknown.
///
/// All arithmetic is IEEE double precision, in the order written. A result that is not finite is
/// unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Number {
    /// `6.5 %`
    Literal {
        /// The number.
        value: Real,
        /// Its unit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Unit>,
    },
    /// A number named earlier.
    Named(Name),
    /// `a.value as mg/dL`; `value` alone is `this.value`.
    Field {
        /// Of which event.
        of: Event,
        /// Which number of it.
        field: NumberField,
        /// In which unit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Unit>,
    },
    /// `count of different days of (…)`. Unknown where the set has uncertain members.
    Count {
        /// What is counted.
        counted: Counted,
        /// In what.
        of: Box<EventSet>,
    },
    /// `mean of value as mg/dL of (…)`
    Statistic {
        /// What is calculated.
        statistic: Statistic,
        /// From which number.
        field: NumberField,
        /// In which unit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Unit>,
        /// Of what.
        of: Box<EventSet>,
    },
    /// `covered by (…) supply recorded carry in [index, index + 365d]`: the proportion of days
    /// covered (PDC), 0 to 1: of the local days of the window, the share on which the certain
    /// members of the set, laid out as in [`Era`](super::Era), lie. The window counts in days and
    /// has two bounds known to the day; unknown otherwise, and where it has no days.
    Covered {
        /// Of which exposures.
        of: Box<EventSet>,
        /// How long each lasts.
        supply: Supply,
        /// Whether days left over are used up after one another.
        #[serde(default)]
        carry: bool,
        /// In which days; its relation is `in`.
        window: Window,
    },
    /// `age at index` (`age in mo at index`), in completed `y`, `mo`, `w` or `d`. Unknown where the
    /// birth date's precision leaves more than one answer, or the moment is before birth.
    Age {
        /// When.
        at: Moment,
        /// In which unit; not finer than a day.
        unit: TimeUnit,
    },
    /// `year of a`: the calendar year. Unknown where the precision leaves more than one.
    Year {
        /// Of which moment.
        of: Moment,
    },
    /// `days from a to b`: in `d` the difference of the local days; in `w` that divided by 7; in
    /// `mo` and `y` completed calendar units (towards zero); in `h`, `min` and `s` the difference
    /// of the seconds, not rounded. Below zero where `b` is earlier. Unknown where the precision of
    /// either leaves more than one answer.
    Between {
        /// From when.
        from: Moment,
        /// To when.
        to: Moment,
        /// In which unit.
        unit: TimeUnit,
    },
    /// `egfr(jp, this)`
    Egfr {
        /// By which equation.
        equation: Equation,
        /// From which measurement of creatinine.
        creatinine: Event,
    },
    /// `bmi(weight, height)`: weight in kg divided by the square of height in m.
    Bmi {
        /// A measurement of weight.
        weight: Event,
        /// A measurement of height.
        height: Event,
    },
    /// `a + b`; unknown where either side is.
    Arithmetic {
        /// The operator.
        operator: Operator,
        /// The left side.
        left: Box<Number>,
        /// The right side.
        right: Box<Number>,
    },
    /// `least of (…)`: of those that are known; unknown where none is.
    Least(Vec<Number>),
    /// `greatest of (…)`
    Greatest(Vec<Number>),
    /// `a else b`: `a` where it is known, else `b`.
    Else(Box<Number>, Box<Number>),
    /// `case when … then … else … end`: the first branch whose condition is true; unknown
    /// conditions count as not true.
    Case {
        /// The branches, at least one.
        branches: Vec<NumberBranch>,
        /// Where none is true; without it, unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<Box<Number>>,
    },
}
