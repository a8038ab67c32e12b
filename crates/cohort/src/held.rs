//! What a file of the language holds, whichever of its four faces it has.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::ConceptSet;
use crate::json;
use crate::problem::Problem;
use crate::text::{self, Parsed};

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// A cohort or a study.
    Definition(Parsed),
    /// A concept set.
    Codes(Box<ConceptSet>),
}

/// Reads any of the four: definition or concept set, as text or as JSON.
///
/// # Errors
/// All that is wrong with it.
pub fn read(written: &str) -> Result<Held, Vec<Problem>> {
    let text = written.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        return match names_a_concept_set(text) {
            true => json::read_codes(text).map(|set| Held::Codes(Box::new(set))),
            false => json::read(text).map(Held::Definition),
        };
    }
    let words =
        text.lines().map(str::trim_start).find(|line| !(line.is_empty() || line.starts_with('#')));
    let first = words.and_then(|line| line.split_ascii_whitespace().next());
    match first {
        Some("codes") => text::parse_codes(text).map(|set| Held::Codes(Box::new(set))),
        _ => text::parse(text).map(Held::Definition),
    }
}

/// Whether JSON has the field in which a concept set stands.
fn names_a_concept_set(json: &str) -> bool {
    let fields: Result<BTreeMap<String, serde::de::IgnoredAny>, _> = serde_json::from_str(json);
    let fields: BTreeSet<String> = fields.map(|map| map.into_keys().collect()).unwrap_or_default();
    fields.contains("concept_set")
}
