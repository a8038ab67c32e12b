//! A definition as generated SQL: the third engine, and the one whose text can be read elsewhere.
//!
//! [`script()`] turns a definition into named steps, each one `select` over the relations of
//! [`RELATIONS`] and over earlier steps. It is text only: whoever runs it keeps each step's rows, in
//! order. Only what DataFusion and DuckDB both have is used; decision 0054 says how
//! expressions become steps and what SQL cannot say.

mod calendar;
mod code;
mod condition;
mod count;
mod coverage;
mod entry;
mod episode;
mod era;
mod event;
mod exit;
mod expression;
mod inputs;
mod moment;
mod need;
mod number;
mod output;
mod period;
mod read;
mod row;
mod script;
mod select;
mod set;
mod source;
mod statistic;
mod time;
mod writer;

#[cfg(test)]
mod tests;

pub use inputs::{ConversionRow, Held, RELATIONS, Relation, conversions};
pub use script::{NotSaid, Script, Shape, Step, ToldBy};

use std::collections::BTreeSet;

use crate::ast::{CohortDefinition, Name, UseKind};
use crate::eval::{Refused, World};

use writer::Writer;

/// A definition as steps of SQL.
///
/// ```
/// use cohort::{ast::Definition, eval::World, sql, text};
/// let read = text::parse("cohort seen version 1\n  entry first visit ever\n").unwrap();
/// let Definition::Cohort(seen) = read.definition else { unreachable!() };
/// let script = sql::script(&seen, &World::of_data((0, 20_000))).unwrap();
/// assert!(script.to_string().contains("where e.kind in ('visit')"));
/// ```
///
/// # Errors
/// When it refers to what is not held, to itself through other cohorts, or to what has no meaning
/// where it stands; and when it asks for what SQL cannot say.
pub fn script(definition: &CohortDefinition, world: &World<'_>) -> Result<Script, NotSaid> {
    held(definition, world, &mut Vec::new())?;
    let mut writer = Writer::new(world, definition);
    let settled = writer.settle()?;
    let outputs = writer.outputs(settled.scope)?;
    Ok(writer.finish(settled, outputs))
}

/// Checks that all that is used is held, and that no cohort needs itself.
fn held(
    definition: &CohortDefinition,
    world: &World<'_>,
    asked: &mut Vec<Name>,
) -> Result<(), NotSaid> {
    asked.push(definition.heading.name.clone());
    let mut seen = BTreeSet::new();
    for clause in &definition.heading.uses {
        let (kind, name) = (clause.says.kind, &clause.says.name);
        let is_held = match kind {
            UseKind::Codes => world.codes.contains_key(name),
            UseKind::List => world.lists.contains_key(name),
            UseKind::Cohort => {
                if asked.contains(name) {
                    return Err(Refused::Cycle(name.as_str().to_owned()).into());
                }
                let cohort = world.cohorts.get(name).copied();
                let cohort = cohort.ok_or_else(|| Refused::not_held(kind, name))?;
                if seen.insert(name) {
                    held(cohort, world, asked)?;
                }
                true
            }
        };
        if !is_held {
            return Err(Refused::not_held(kind, name).into());
        }
    }
    asked.pop();
    Ok(())
}
