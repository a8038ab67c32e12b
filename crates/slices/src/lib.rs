//! The domains of the site, one folder each. They do not know one another: they meet by URL, by
//! published view and by event, never by `use`.

pub mod catalog;
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

use desk::Slice;
use lake::events::Publishing;
use vocab::date::Zone;

/// Every domain, in the order of the menu.
pub static SLICES: &[&Slice] = &[&records::RECORDS, &catalog::CATALOG, &patients::PATIENTS];

/// What all domains publish as events, timed by the clock of a zone.
#[must_use]
pub fn publishing(zone: Zone) -> Publishing {
    let slices = SLICES.iter().filter(|slice| !slice.events.is_empty());
    let slices = slices.map(|slice| (slice.name, slice.events)).collect();
    Publishing { systems: records::systems::SYSTEMS, slices, zone }
}
