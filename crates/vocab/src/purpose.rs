//! Why somebody looks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a person looks at records; every permit carries exactly one.
///
/// # Source
/// HL7 v3 PurposeOfUse (`http://terminology.hl7.org/CodeSystem/v3-ActReason`): TREAT, HRESCH,
/// HQUALIMP, HOPERAT, TRAIN, HCOMPL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PurposeOfUse {
    /// Caring for this patient. Opt-outs from secondary use do not reach here.
    Treatment,
    /// Research, also with others.
    Research,
    /// Watching and improving the hospital's own care.
    QualityImprovement,
    /// Running the house itself: loads, checks, backups.
    Operations,
    /// Teaching.
    Education,
    /// Auditing the house: who looked at what. It opens the audit and no record, so there is
    /// nothing in it to refuse.
    Compliance,
}

impl PurposeOfUse {
    /// Every purpose, in a fixed order.
    pub const ALL: [Self; 6] = [
        Self::Treatment,
        Self::Research,
        Self::QualityImprovement,
        Self::Operations,
        Self::Education,
        Self::Compliance,
    ];

    /// The purposes a patient may refuse: all secondary uses of the record.
    pub const SECONDARY: [Self; 4] =
        [Self::Research, Self::QualityImprovement, Self::Operations, Self::Education];

    /// The word used on the command line and in the ledger.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Treatment => "treatment",
            Self::Research => "research",
            Self::QualityImprovement => "quality-improvement",
            Self::Operations => "operations",
            Self::Education => "education",
            Self::Compliance => "compliance",
        }
    }
}

impl fmt::Display for PurposeOfUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PurposeOfUse {
    type Err = ParsePurposeError;

    fn from_str(text: &str) -> Result<Self, ParsePurposeError> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
            .ok_or_else(|| ParsePurposeError(text.to_owned()))
    }
}

/// Says that a word names no purpose.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a purpose of use: say treatment, research, quality-improvement, operations, education or compliance"
)]
pub struct ParsePurposeError(String);
