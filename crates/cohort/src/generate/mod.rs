//! Definitions and patients by chance, for engines that must agree with the evaluator.
//!
//! Definitions are made by running the rules of their types backwards: asked for a condition, the
//! generator asks which expressions could yield one, and then for their parts. Patients are made
//! around the boundaries of the definition's own constants, so that comparisons really compare.
//! Both are made from a sequence of choices, in which 0 is the simplest: a failing case shrinks by
//! shortening the sequence and making its numbers smaller.

mod choices;
mod condition;
mod definition;
mod event;
mod number;
mod patient;
mod recorder;

pub use choices::Choices;
pub use definition::{asked, definition, widened};
pub use patient::{Constants, patients};
pub use recorder::Recorder;

use crate::ast::Definition;
use crate::problem::Problem;
use crate::spec::Setting;
use crate::text;

/// The concept sets of generated definitions.
const CODES: &[&str] = &[
    "codes dm version 1\n  include aoba d1*\n  include aoba d2\n  exclude aoba d19\n",
    "codes heart version 1\n  include aoba h root\n",
    "codes glu version 1\n  quantity glucose\n  include aoba g1\n  include aoba g2 unit mg/dL\n",
    "codes a1c version 1\n  quantity hba1c\n  include aoba a1\n  include aoba a2 unit %{JDS}\n",
    "codes crea version 1\n  quantity creatinine\n  include aoba c1\n",
    "codes alt version 1\n  include aoba t1\n",
    "codes met version 1\n  include aoba m1\n  include aoba m2\n",
    "codes body version 1\n  include aoba w1\n",
];

/// The cohort that generated definitions may refer to.
const EARLIER: &str = "cohort earlier version 1\n  uses codes dm version 1\n  \
                       entry all diagnosis in dm ever\n  exit at index + 30d\n";

/// What generated definitions may refer to: concept sets, the cohort `earlier`, the list `trial`.
///
/// # Errors
/// Never, while these texts are definitions.
pub fn setting() -> Result<Setting, Vec<Problem>> {
    let mut setting = Setting::default();
    for codes in CODES {
        setting.codes.push(text::parse_codes(&codes.replace(" root", " descendants"))?);
    }
    setting.hierarchies.below("aoba", "h1", "h");
    setting.hierarchies.below("aoba", "h11", "h1");
    if let Definition::Cohort(earlier) = text::parse(EARLIER)?.definition {
        setting.cohorts.push(*earlier);
    }
    let trial = crate::ast::Name("trial".to_owned());
    let row = |id: i64, day: Option<i64>| {
        let patient = vocab::PatientId::from_stored(id)?;
        Some(crate::eval::ListRow { patient, day: day.map(crate::eval::Stretch::day) })
    };
    let rows = [row(1, Some(patient::BASE)), row(2, None), row(2, Some(patient::BASE + 30))];
    setting.lists.insert(trial, rows.into_iter().flatten().collect());
    Ok(setting)
}
