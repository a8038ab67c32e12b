//! What has no plan, asked of `cohort`'s evaluator for the patients concerned.

use cohort::ast::{CohortDefinition, Kind, Step, UseKind};
use cohort::eval::{Candidate as Evaluated, Dropped, World, answer, is_of_kind};

use super::Seen;
use super::candidates::{Bits, Candidate, Entered};
use super::scene::Entry;
use super::table::{NEVER, Row};
use crate::Error;
use crate::mask::Mask;
use crate::segment::Segment;

/// A definition without what comes after the rules, and with some of its rules only.
pub(super) fn reduced(definition: &CohortDefinition, keeps: &[bool]) -> CohortDefinition {
    let mut reduced = definition.clone();
    reduced.follow_up = None;
    reduced.keep = None;
    reduced.episodes = None;
    reduced.sample = None;
    reduced.matched = None;
    reduced.outputs.clear();
    let mut rule = 0;
    reduced.steps.retain(|clause| match clause.says {
        Step::Let(_) => true,
        Step::Rule(_) => {
            rule += 1;
            keeps.get(rule - 1).copied().unwrap_or(false)
        }
    });
    reduced
}

/// The kinds of events that a definition, and those it refers to, can look at.
pub(super) fn kinds(definition: &CohortDefinition, world: &World<'_>) -> Vec<Kind> {
    let mut kinds = vec![Kind::Death];
    let mut left = vec![definition];
    let mut seen = Vec::new();
    while let Some(definition) = left.pop() {
        if seen.contains(&&definition.heading.name) {
            continue;
        }
        seen.push(&definition.heading.name);
        if let Ok(tree) = serde_json::to_value(definition) {
            walk(&tree, &mut kinds);
        }
        let uses = definition.heading.uses.iter().map(|clause| &clause.says);
        let cohorts = uses.filter(|of| of.kind == UseKind::Cohort);
        left.extend(cohorts.filter_map(|of| world.cohorts.get(&of.name).copied()));
    }
    kinds
}

fn walk(tree: &serde_json::Value, kinds: &mut Vec<Kind>) {
    match tree {
        serde_json::Value::Array(parts) => parts.iter().for_each(|part| walk(part, kinds)),
        serde_json::Value::Object(fields) => {
            let kind = fields.get("records").and_then(|records| records.get("kind"));
            if let Some(Ok(kind)) = kind.map(|kind| serde_json::from_value(kind.clone())) {
                kinds.push(kind);
            }
            fields.values().for_each(|field| walk(field, kinds));
        }
        _ => {}
    }
}

/// Asks a definition of some patients of a shard: their candidates, and what its rules say of those
/// that are not dropped before.
pub(super) fn ask(
    (segment, shard): (&Segment, u32),
    (definition, seen): (&CohortDefinition, Option<&Seen>),
    (world, kinds): (&World<'_>, &[Kind]),
    wanted: &Mask,
) -> Result<(Entered, Vec<Bits>), Error> {
    let is_asked = |kind: &Kind| kinds.iter().any(|asked| is_of_kind(kind, asked));
    let found = segment.patients_of(shard, &|place| wanted.has(place), &is_asked, seen)?;
    let places: Vec<u32> = found.iter().map(|(place, _)| *place).collect();
    let patients: Vec<_> = found.into_iter().map(|(_, patient)| patient).collect();
    let answered = answer(definition, world, &patients)?;
    let mut entered = Entered::default();
    let mut bits = vec![Bits::default(); cohort::eval::rules(definition).count()];
    for (place, patient) in places.into_iter().zip(answered.patients) {
        let place = u16::try_from(place).map_err(|_| Error::TooLarge("a shard"))?;
        // What was dropped by the rules or after them was asked of them.
        let before = |of: &Evaluated| of.dropped.filter(|_| of.rules.is_none());
        let dropped = patient.candidates.iter().filter_map(before).collect();
        entered.count(patient.candidates.len(), dropped, (Dropped::NotChosen, 0));
        for evaluated in &patient.candidates {
            let Some(rules) = &evaluated.rules else { continue };
            for (bits, says) in bits.iter_mut().zip(rules) {
                bits.push(*says);
            }
            entered.candidates.extend(candidate(place, evaluated));
        }
    }
    Ok((entered, bits))
}

fn candidate(patient: u16, evaluated: &Evaluated) -> Option<Candidate> {
    let pair = |at: cohort::eval::Stretch| (at.first_second(), at.last_second());
    let event = &evaluated.way.entry.event;
    let row = Row {
        start: pair(event.start?),
        last: event.last.map_or((NEVER, NEVER), pair),
        kind: 0,
        tie: 0,
        visit: 0,
        members: event.members,
        at: 0,
        table: 0,
        certain: true,
    };
    // Only plans ask by which alternative it came, and what else there is of it.
    let entry = Entry { row, ways: 0 };
    Some(Candidate { patient, entry, index: evaluated.way.index?, ending: evaluated.ending? })
}
