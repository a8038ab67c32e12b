//! What is really so: the lines of `patients.truth` and `notes.truth`.

use serde::Deserialize;

use super::rows::Death;
use super::when;

/// One line of `patients.truth`.
#[derive(Debug, Deserialize)]
pub(super) struct True {
    /// The id of the Patient resource.
    pub(super) patient: String,
    /// `male` or `female`.
    pub(super) sex: String,
    born: String,
    known: [String; 2],
    /// When and of what the patient died.
    pub(super) died: Option<Death>,
    /// Body mass index at forty.
    pub(super) bmi: f64,
    /// `never`, `former`, `current`.
    pub(super) smoking: String,
    /// The two alleles, with their stars.
    pub(super) cyp2c19: [String; 2],
    /// The polygenic score.
    pub(super) coronary_score: f64,
    truths: Vec<Fact>,
}

/// Something that is really so.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Fact {
    /// A disease.
    Has {
        /// Its name.
        has: String,
        /// Since when.
        since: String,
        /// Until when, if it ended.
        until: Option<String>,
    },
    /// An event.
    Happened {
        /// Its name.
        happened: String,
        /// When.
        at: String,
    },
    /// A choice.
    Chose {
        /// Its name.
        chose: String,
        /// What was chosen.
        arm: String,
        /// The probability of the arm that the choice is about.
        probability: f64,
        /// When.
        at: String,
    },
    /// A fault.
    Wrong {
        /// Its name.
        wrong: String,
    },
}

impl True {
    /// The minute of birth.
    pub(super) fn born(&self) -> Option<i64> {
        when::minute(&self.born)
    }

    /// From when to when the hospital knew the patient.
    pub(super) fn known(&self) -> Option<(i64, i64)> {
        let [from, to] = &self.known;
        Some((when::minute(from)?, when::minute(to)?))
    }

    /// Since when the patient has a disease.
    pub(super) fn has(&self, phenotype: &str) -> Option<i64> {
        self.truths.iter().find_map(|fact| match fact {
            Fact::Has { has, since, .. } if has == phenotype => when::minute(since),
            _ => None,
        })
    }

    /// From when to when, if it ended, the patient had a disease, each time.
    pub(super) fn spells(&self, phenotype: &str) -> impl Iterator<Item = (i64, Option<i64>)> {
        self.truths.iter().filter_map(move |fact| match fact {
            Fact::Has { has, since, until } if has == phenotype => {
                Some((when::minute(since)?, until.as_deref().and_then(when::minute)))
            }
            _ => None,
        })
    }

    /// When an event happened first.
    pub(super) fn happened(&self, event: &str) -> Option<i64> {
        self.all_of(event).min()
    }

    /// Each time an event happened.
    pub(super) fn all_of(&self, event: &str) -> impl Iterator<Item = i64> {
        self.truths.iter().filter_map(move |fact| match fact {
            Fact::Happened { happened, at } if happened == event => when::minute(at),
            _ => None,
        })
    }

    /// What was chosen, and when.
    pub(super) fn chose(&self, choice: &str) -> Option<(&str, i64)> {
        self.truths.iter().find_map(|fact| match fact {
            Fact::Chose { chose, arm, at, .. } if chose == choice => {
                Some((arm.as_str(), when::minute(at)?))
            }
            _ => None,
        })
    }

    /// The probability of the arm that a choice is about.
    pub(super) fn probability(&self, choice: &str) -> Option<f64> {
        self.truths.iter().find_map(|fact| match fact {
            Fact::Chose { chose, probability, .. } if chose == choice => Some(*probability),
            _ => None,
        })
    }

    /// How many of the two alleles of CYP2C19 are without function.
    pub(super) fn losses(&self) -> u8 {
        self.cyp2c19.iter().map(|allele| u8::from(matches!(allele.as_str(), "*2" | "*3"))).sum()
    }

    /// All that is so.
    pub(super) fn facts(&self) -> &[Fact] {
        &self.truths
    }
}

/// One line of `notes.truth`.
#[derive(Debug, Deserialize)]
pub(super) struct Annotated {
    /// The id of the note.
    pub(super) document: String,
    /// Characters of its text.
    pub(super) characters: usize,
    /// What it says.
    pub(super) spans: Vec<Span>,
}

/// Something a note says.
#[derive(Debug, Deserialize)]
pub(super) struct Span {
    /// The first character.
    pub(super) start: usize,
    /// The first character that is not in it.
    pub(super) end: usize,
    /// Its words.
    pub(super) text: String,
}
