//! The domains of the site, one folder each. They do not know one another: they meet by URL, by
//! published view and by event, never by `use`.

pub mod audit;
pub mod catalog;
pub mod cohorts;
mod dictionary;
mod own_words;
pub mod patients;
pub mod records;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod scenes;
#[cfg(test)]
mod sign_in;
mod terms;

use desk::Slice;
use lake::events::Publishing;
use vocab::date::Zone;

/// Every domain, in the order of the menu.
pub static SLICES: &[&Slice] =
    &[&records::RECORDS, &catalog::CATALOG, &cohorts::COHORTS, &patients::PATIENTS, &audit::AUDIT];

/// What all domains publish as events, timed by the clock of a zone.
#[must_use]
pub fn publishing(zone: Zone) -> Publishing {
    let slices = SLICES.iter().filter(|slice| !slice.events.is_empty());
    let slices = slices.map(|slice| (slice.name, slice.events)).collect();
    Publishing { systems: records::systems::SYSTEMS, slices, zone }
}

/// The name by which concept sets know a code system, and whether its codes are written without
/// dots; none where it has none.
fn system_of(uri: &str) -> Option<(&'static str, bool)> {
    let known = records::systems::SYSTEMS.iter().find(|system| system.uris.contains(&uri))?;
    Some((known.name, known.without_dots))
}
