//! Under what the parts of an answer are held: a hash of all that each depends on.

use std::collections::BTreeSet;

use cohort::ast::{CohortDefinition, Condition, Name, Step, Value};
use cohort::eval::{name_of, rules};
use serde_json::Value as Json;
use xxhash_rust::xxh3::xxh3_128;

use super::Question;
use crate::timeline::{Shown, Timeline};

/// The keys of an answer's candidates, and of each rule.
pub(super) struct Keys {
    pub(super) entry: u128,
    pub(super) rules: Vec<u128>,
}

impl Keys {
    pub(super) fn of(question: &Question<'_>, shown: &Shown) -> Self {
        let definition = question.definition;
        let lets = lets(definition);
        let entry = tree(&(
            definition.calendar.as_ref().map(|clause| &clause.says),
            &definition.entry.says,
            definition.index.as_ref().map(|clause| &clause.says),
            definition.washout.as_ref().map(|clause| &clause.says),
            definition.exit.as_ref().map(|clause| &clause.says),
            definition.censor.as_ref().map(|clause| &clause.says),
            (&definition.heading.uses, question.world.data),
        ));
        let mut bytes = with_lets(&entry, &lets);
        bytes.extend_from_slice(&shown.hash.to_le_bytes());
        bytes.extend_from_slice(question.edition);
        let entry = xxh3_128(&bytes);
        let rule = |condition: &Condition| {
            let mut bytes = with_lets(&tree(condition), &lets);
            bytes.extend_from_slice(&entry.to_le_bytes());
            xxh3_128(&bytes)
        };
        Self { entry, rules: rules(definition).map(|of| rule(&of.when)).collect() }
    }
}

/// The key of the concepts that something looks at.
pub(super) fn of_hits(of: &impl serde::Serialize, timeline: &Timeline, edition: &[u8]) -> u128 {
    let mut bytes = format!("concepts {}", tree(of)).into_bytes();
    bytes.extend_from_slice(&timeline.generation().to_le_bytes());
    bytes.extend_from_slice(edition);
    xxh3_128(&bytes)
}

/// What is named, in order.
fn lets(definition: &CohortDefinition) -> Vec<(&Name, Json)> {
    let before = definition.before.iter().map(|clause| &clause.says);
    let steps = definition.steps.iter().filter_map(|clause| match &clause.says {
        Step::Let(value) => Some(value),
        Step::Rule(_) => None,
    });
    before.chain(steps).map(|value: &Value| (name_of(value), tree(value))).collect()
}

fn tree(of: &impl serde::Serialize) -> Json {
    serde_json::to_value(of).unwrap_or_default()
}

/// A part of a definition, and whatever its names mean, to the end.
fn with_lets(part: &Json, lets: &[(&Name, Json)]) -> Vec<u8> {
    let mut bytes = part.to_string().into_bytes();
    let mut named = BTreeSet::new();
    let mut left = vec![part];
    let mut texts = BTreeSet::new();
    while let Some(tree) = left.pop() {
        texts_of(tree, &mut texts);
        for (place, (name, value)) in lets.iter().enumerate() {
            if texts.contains(name.as_str()) && named.insert(place) {
                left.push(value);
            }
        }
    }
    for (place, (_, value)) in lets.iter().enumerate().filter(|(place, _)| named.contains(place)) {
        bytes.extend_from_slice(format!("\n{place} {value}").as_bytes());
    }
    bytes
}

/// All texts in a tree: whatever is a name is one of them.
fn texts_of(tree: &Json, texts: &mut BTreeSet<String>) {
    match tree {
        Json::String(text) => {
            texts.insert(text.clone());
        }
        Json::Array(parts) => parts.iter().for_each(|part| texts_of(part, texts)),
        Json::Object(fields) => fields.values().for_each(|part| texts_of(part, texts)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
