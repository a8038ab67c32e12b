//! When a period ends.

use crate::ast::Moment;

use super::calendar::{day_of, last_second_of};
use super::scope::{Exit, Scope};
use super::{Refused, Stretch};

/// What ended a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndedBy {
    /// The moment of `exit` at this place, from 0.
    Exit(usize),
    /// The moment of `censor` at this place, from 0.
    Censor(usize),
    /// The death.
    Death,
    /// The end of coverage.
    Coverage,
}

/// When a period ends, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The last second.
    pub second: i64,
    /// By what. Where several are at the same second, the first of `exit`, `censor`, death,
    /// coverage.
    pub by: EndedBy,
}

/// The earliest of all that may end a period, step 8 of the definition.
pub(crate) fn of(scope: &Scope<'_>) -> Result<Ending, Refused> {
    let inside = scope.with_exit(Exit::None);
    let definition = scope.about.definition;
    let mut endings = Vec::new();
    if let Some(clause) = &definition.exit {
        for (place, moment) in clause.says.iter().enumerate() {
            endings.extend(ending(&inside, moment, EndedBy::Exit(place))?);
        }
    }
    if let Some(clause) = &definition.censor {
        for (place, moment) in clause.says.iter().enumerate() {
            endings.extend(ending(&inside, moment, EndedBy::Censor(place))?);
        }
    }
    if let Some(day) = scope.death().known().and_then(Stretch::known_day) {
        endings.push(Ending { second: last_second_of(day), by: EndedBy::Death });
    }
    // Where no stretch of coverage holds the index, the data end it.
    let covered = scope.coverage()?.unwrap_or(scope.about.world.data).1;
    let coverage = Ending { second: last_second_of(covered), by: EndedBy::Coverage };
    Ok(endings.into_iter().fold(coverage, |first, next| {
        if (next.second, next.by) < (first.second, first.by) { next } else { first }
    }))
}

fn ending(scope: &Scope<'_>, moment: &Moment, by: EndedBy) -> Result<Option<Ending>, Refused> {
    let Some(stretch) = scope.moment(moment)?.known() else { return Ok(None) };
    let second = match stretch.known_day() {
        None => return Ok(None),
        Some(_) if moment.is_fine() => stretch.last_second(),
        Some(_) => last_second_of(day_of(stretch.first_second())),
    };
    Ok(Some(Ending { second, by }))
}
