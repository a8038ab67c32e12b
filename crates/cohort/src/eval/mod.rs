//! The slow, obvious evaluator: one patient at a time, one row at a time, as the comments of
//! [`crate::ast`] say it, step by step.
//!
//! Nothing here is clever. The index and the generated SQL are held to what this says.

mod attrition;
mod calendar;
mod code;
mod codes;
mod cohort;
mod condition;
mod episode;
mod exit;
mod explain;
mod formula;
mod moment;
mod number;
pub(crate) mod output;
mod patient;
mod population;
mod read;
mod results;
mod scope;
mod set;
pub(crate) mod statistic;
mod truth;
mod world;

#[cfg(test)]
pub(crate) mod tests;

pub use attrition::{Attrition, Cost, RuleRow, Tally, attrition};
pub use calendar::{
    SECONDS_PER_DAY, Stretch, civil, completed_months, day_after, day_from, day_of, days_of,
    last_second_of, offset, offset_back, shift_months, shift_second, written,
};
pub use codes::{Codes, Hierarchies};
pub use cohort::{Candidate, Dropped, Period, keeps, rules};
pub use condition::{holds, share_count};
pub use episode::reaches;
pub use exit::{EndedBy, Ending};
pub use explain::{Explanation, Miss, Reason, explain};
pub use formula::{bmi, egfr};
pub use moment::When;
pub use number::{age, between, compare, year_of};
pub use output::{Interval, Told};
pub use patient::{
    Coded, Days, Measured, Patient, PatientEvent, Place, Sex, is_of_kind, kind_of, kind_told,
    kind_word,
};
pub use population::{Answer, PatientAnswer, answer, answer_without, others, sampled};
pub use read::reading;
pub use results::{
    AgeBand, CODES_MAX, Cell, Distribution, MeasureRow, Month, Numbers, Overlap, Results, results,
};
pub use scope::{Chosen, Member, Others, Way, name_of};
pub use statistic::statistic;
pub use truth::Truth;
pub use world::{ListRow, Refused, World};
