//! What is really so.

use super::Minute;

/// What is really so, for checking whatever claims to find it.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// The patient has this disease from this time on, until the second.
    Has {
        /// Name of the phenotype: `type_2_diabetes`.
        phenotype: &'static str,
        /// Since when, and until when if it ended.
        time: (Minute, Option<Minute>),
    },
    /// Something happened: `heart_failure_admission`, `stent_thrombosis`.
    Happened {
        /// Name of the event.
        event: &'static str,
        /// When.
        minute: Minute,
    },
    /// Why the patient got this treatment and not another: the score by which it was chosen.
    Chose {
        /// Name of the choice: `sglt2_or_dpp4`.
        choice: &'static str,
        /// What was chosen.
        arm: &'static str,
        /// The probability with which it was.
        probability: f64,
        /// When.
        minute: Minute,
    },
    /// A row says something wrong on purpose: `unit_mix_up`, `duplicate`, `digit_slip`.
    Wrong {
        /// Name of the fault.
        fault: &'static str,
        /// When.
        minute: Minute,
    },
}

impl Truth {
    /// Since when it is so.
    #[must_use]
    pub fn minute(&self) -> Minute {
        match self {
            Self::Has { time: (minute, _), .. }
            | Self::Happened { minute, .. }
            | Self::Chose { minute, .. }
            | Self::Wrong { minute, .. } => *minute,
        }
    }
}
