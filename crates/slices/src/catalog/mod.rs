//! The data catalogue: what can be asked, before anything is asked.
//!
//! Each table, each column and each code met in the data has a page whose address never changes:
//! what it means, where it comes from, in which unit and code system, how complete it is by year,
//! how its values are spread, and how it misleads. One search finds them by Japanese word, English
//! word or code.
//!
//! The words come from the tables' own declarations. The numbers are counted under the reader's
//! permit, through the gate, once for each snapshot, state of consents and purpose, and kept in
//! memory only. Every number is rounded and stands for ten people or more; a value is listed where
//! ten people have it; free text, keys and identifiers are never listed.

pub mod bench;
mod facts;
mod pages;
mod rules;
mod search;
#[cfg(test)]
mod spec;

use desk::{Entry, Holdings, Purpose as _, Section, Site, Slice};

const TEXTS: &str = include_str!("texts.toml");

/// What can be asked: tables, columns and codes, each with a page of its own.
pub static CATALOG: Slice = Slice {
    name: "catalog",
    pages: pages::router,
    menu: &[Entry {
        href: "/catalog",
        label: "catalog.menu.catalog",
        icon: "library",
        section: Section::Records,
        opens_for: Holdings::PURPOSES,
    }],
    search: Some("/catalog"),
    texts: TEXTS,
    events: &[],
};

/// Counts ahead of the first reader whatever the pages will ask for, under a permit of its own.
///
/// What cannot be counted is left to the page that asks for it, which then says why.
pub async fn warm(site: Site) {
    facts::warm(&site).await;
}
