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

use desk::Slice;

/// Every domain, in the order of the menu.
pub static SLICES: &[&Slice] = &[&records::RECORDS, &catalog::CATALOG, &patients::PATIENTS];
