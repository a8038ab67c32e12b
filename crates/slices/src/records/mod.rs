//! Records: what the hospital's systems sent, as tables, and what became of every line.
//!
//! Two questions are answered here. *What is there?* The first page tells for how many people,
//! from when to when, in which tables, and each table tells what its columns mean and how they
//! mislead. *Did everything arrive?* Each load has a report in which what was received equals what
//! was written, was there already, has a newer version, or lies in quarantine with its file, line,
//! reason and remedy. What is fetched from servers has a page of its own, which says what needs a
//! look.
//!
//! The tables themselves are declared as SQL-on-FHIR ViewDefinitions under `tables/`. No page here
//! opens one person's record; every page is read for the purpose of running the house, and every
//! number about people goes through disclosure control.

pub mod events;
mod pages;
#[cfg(test)]
mod spec;
pub mod systems;
pub mod tables;

use desk::{Entry, Holdings, Operations, Purpose as _, Section, Slice};

const TEXTS: &str = include_str!("texts.toml");

/// What the hospital's systems sent, as tables, and what became of every line.
pub static RECORDS: Slice = Slice {
    name: "records",
    pages: pages::router,
    menu: &[
        Entry {
            href: "/",
            label: "records.menu.overview",
            icon: "house",
            section: Section::Home,
            opens_for: Holdings::PURPOSES,
        },
        Entry {
            href: "/records/loads",
            label: "records.menu.loads",
            icon: "file-input",
            section: Section::Records,
            opens_for: Operations::PURPOSES,
        },
        Entry {
            href: "/records/pulls",
            label: "records.menu.pulls",
            icon: "download",
            section: Section::Records,
            opens_for: Operations::PURPOSES,
        },
    ],
    texts: TEXTS,
    search: None,
    events: events::EVENTS,
};
