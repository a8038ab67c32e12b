//! What the slices of a house publish as events, and how code systems are called.

use vocab::date::Zone;

use super::EventsOf;

/// A code system as concept sets name it.
#[derive(Clone, Copy, Debug)]
pub struct CodeSystem {
    /// Its short name.
    pub name: &'static str,
    /// The addresses by which records name it.
    pub uris: &'static [&'static str],
    /// Whether its codes lose their dots: `E11.9` is `E119` here, as most senders write it.
    pub without_dots: bool,
}

/// What is published, and in which zone its days begin.
#[derive(Clone, Debug)]
pub struct Publishing {
    /// The names of the code systems.
    pub systems: &'static [CodeSystem],
    /// Each slice with its tables; a table of SQL for each is called `<slice>_events`.
    pub slices: Vec<(&'static str, &'static [EventsOf])>,
    /// The zone by whose clock events are timed.
    pub zone: Zone,
}

impl Publishing {
    /// Nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self { systems: &[], slices: Vec::new(), zone: Zone::tokyo() }
    }

    /// How a system is called: by its short name, or by its own address where it has none.
    pub(crate) fn system<'a>(&self, uri: &'a str) -> &'a str {
        let known = self.systems.iter().find(|system| system.uris.contains(&uri));
        known.map_or(uri, |system| system.name)
    }

    /// Whether codes of a system, by its short name, lose their dots.
    pub(crate) fn is_without_dots(&self, name: &str) -> bool {
        self.systems.iter().any(|system| system.name == name && system.without_dots)
    }
}
