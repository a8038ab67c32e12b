//! Events: how the rows of tables become what cohort definitions ask about (decisions 0050, 0053).
//!
//! A slice says it as data: an [`EventsOf`] for each of its tables. One mapper turns gated rows of
//! such a table into a batch of events; the table `<slice>_events` of SQL, the people whom
//! definitions are asked of, and whatever indexes them are all fed by it.

mod amounts;
mod batch;
mod codes;
mod column;
mod coverage;
mod mapper;
mod published;
mod record;
mod sql;
mod time;
mod values;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use coverage::{CohortConfig, Covered, DataDays};
pub use published::{CodeSystem, Publishing};

pub(crate) use batch::EventBatch;
pub(crate) use column::{Coding, Keyed, Spans, Texts};
pub(crate) use coverage::{GOES_ON, Met};
pub(crate) use mapper::{Mapper, Wanted};
pub(crate) use record::{Record, Records};
pub(crate) use sql::{EventsTable, Source};

/// How the rows of one table are events: which rows, of what kind, and in which columns the parts of
/// an event stand. A column that the table does not have is empty.
///
/// A date is named by its column as a ViewDefinition declares it; the columns that tell how precise
/// it is stand beside that one. A number's column is the one without `_text`.
#[derive(Clone, Copy, Debug)]
pub struct EventsOf {
    /// The table.
    pub table: &'static str,
    /// Of what kind its events are.
    pub kind: KindOf,
    /// Which rows are published: those for which all of this holds.
    pub keep: &'static [Keep],
    /// The column that tells elements of one resource apart, where a row is not a whole resource.
    pub element: Option<&'static str>,
    /// The codes of an event.
    pub codes: &'static [CodeOf],
    /// When it happened: the first of these that says anything.
    pub when: &'static [When],
    /// The visit it belongs to: the key of an Encounter.
    pub visit: Option<&'static str>,
    /// The order it comes from: the key of a request.
    pub order: Option<&'static str>,
    /// The department: the first of these that is there.
    pub department: &'static [CodeOf],
    /// The ward: the key of a Location.
    pub ward: Option<&'static str>,
    /// What was measured.
    pub value: Option<Amount>,
    /// The reference range of what was measured.
    pub limits: Option<Limits>,
    /// A result that is a code: the first of these that is there.
    pub coded_value: &'static [CodeOf],
    /// The dose of a drug.
    pub dose: Option<Amount>,
    /// Its route.
    pub route: &'static [CodeOf],
    /// For how many days it was given out: an amount of time.
    pub days_supply: Option<Amount>,
    /// The kind of a visit.
    pub visit_kind: Option<Renamed>,
    /// When a diagnosis is only suspected: where any of this is said.
    pub suspected: &'static [Says],
    /// When a diagnosis is the main one.
    pub main: &'static [Says],
    /// Codes under names of their own: of each the first that is there.
    pub attributes: &'static [(&'static str, &'static [CodeOf])],
}

impl EventsOf {
    /// Rows of a table as events of one kind, of which nothing else is said yet.
    #[must_use]
    pub const fn of(table: &'static str, kind: &'static str) -> Self {
        Self {
            table,
            kind: KindOf::Always(kind),
            keep: &[],
            element: None,
            codes: &[],
            when: &[],
            visit: None,
            order: None,
            department: &[],
            ward: None,
            value: None,
            limits: None,
            coded_value: &[],
            dose: None,
            route: &[],
            days_supply: None,
            visit_kind: None,
            suspected: &[],
            main: &[],
            attributes: &[],
        }
    }
}

impl EventsOf {
    /// Every column from which its events are made, with those beside dates.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<String> {
        mapper::names(self, Wanted::All)
    }
}

/// Of what kind the events of a table are.
#[derive(Clone, Copy, Debug)]
pub enum KindOf {
    /// All of one.
    Always(&'static str),
    /// Of that of the first word which is in a column, a list with commas.
    ByWord {
        /// The column.
        column: &'static str,
        /// The words with their kinds.
        words: &'static [(&'static str, &'static str)],
        /// The kind of all others.
        otherwise: &'static str,
    },
}

impl KindOf {
    /// All kinds it can be.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        match self {
            Self::Always(kind) => vec![kind],
            Self::ByWord { words, otherwise, .. } => {
                words.iter().map(|(_, kind)| *kind).chain([*otherwise]).collect()
            }
        }
    }
}

/// What must hold of a row for it to be published.
#[derive(Clone, Copy, Debug)]
pub enum Keep {
    /// The column has none of these words; one that is empty passes.
    NoneOf(&'static str, &'static [&'static str]),
    /// The column is not true.
    NotTrue(&'static str),
    /// One of the columns is there, and not false.
    Said(&'static [&'static str]),
}

/// Where a code stands.
#[derive(Clone, Copy, Debug)]
pub struct CodeOf {
    /// The column of the code.
    pub code: &'static str,
    /// Of what system it is.
    pub system: SystemOf,
}

/// Of what system a code is.
#[derive(Clone, Copy, Debug)]
pub enum SystemOf {
    /// Of one, by its short name.
    Named(&'static str),
    /// Of that in a column, which holds its URI.
    Column(&'static str),
    /// Of none: it is a word.
    Word,
    /// Of none: so many characters with which a code begins are a word, the class of which it is.
    Class(usize),
}

impl CodeOf {
    /// A column whose codes are of one system.
    #[must_use]
    pub const fn named(code: &'static str, system: &'static str) -> Self {
        Self { code, system: SystemOf::Named(system) }
    }

    /// A column of codes beside a column of their systems.
    #[must_use]
    pub const fn coding(code: &'static str, system: &'static str) -> Self {
        Self { code, system: SystemOf::Column(system) }
    }

    /// A column of words.
    #[must_use]
    pub const fn word(code: &'static str) -> Self {
        Self { code, system: SystemOf::Word }
    }

    /// A column of codes that begin with their class, of so many characters.
    #[must_use]
    pub const fn class(code: &'static str, characters: usize) -> Self {
        Self { code, system: SystemOf::Class(characters) }
    }
}

/// When an event happened.
#[derive(Clone, Copy, Debug)]
pub struct When {
    /// The date at which it starts.
    pub start: &'static str,
    /// Where it ends: none, at once; else the first of these dates that is there, and where none
    /// is, it is still going on.
    pub ends: Option<&'static [&'static str]>,
    /// It counts only where all of these columns are empty.
    pub unless: &'static [&'static str],
}

impl When {
    /// Something that happens at once.
    #[must_use]
    pub const fn moment(start: &'static str) -> Self {
        Self { start, ends: None, unless: &[] }
    }

    /// Something that lasts until one of these dates.
    #[must_use]
    pub const fn until(start: &'static str, ends: &'static [&'static str]) -> Self {
        Self { start, ends: Some(ends), unless: &[] }
    }
}

/// A number with its unit.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// The numbers: the first column that is there.
    pub numbers: &'static [&'static str],
    /// The code of the unit.
    pub unit_code: &'static str,
    /// Of what system that code is, where a column says so. Only UCUM's is taken; the printed unit
    /// stands in for others.
    pub unit_system: Option<&'static str>,
    /// The unit as printed.
    pub unit: &'static str,
}

/// A reference range. A limit in another unit than the value's is left out.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The lower limit and its printed unit.
    pub low: (&'static str, &'static str),
    /// The upper limit and its printed unit.
    pub high: (&'static str, &'static str),
}

/// A column whose words have other names here; those without one keep their own.
#[derive(Clone, Copy, Debug)]
pub struct Renamed {
    /// The column.
    pub column: &'static str,
    /// The words and their names.
    pub words: &'static [(&'static str, &'static str)],
}

/// Something that is so where a column, a list with commas, has one of these words.
#[derive(Clone, Copy, Debug)]
pub struct Says {
    /// The column.
    pub column: &'static str,
    /// The words.
    pub words: &'static [&'static str],
}
