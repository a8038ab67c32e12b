//! Audit: who looked at what, why, and what left the house, for whoever holds a right to audit.
//!
//! Every page is itself a look, for the purpose of compliance, and leaves its line; a look at what
//! was done to one patient is a line of that patient's. The purpose opens no record: of a patient
//! nothing is shown here but the number.
//!
//! Each line has a permanent address, where its hash and the proof that it is in the tree of a
//! signed checkpoint are computed anew.

mod pages;
mod rules;
#[cfg(test)]
mod spec;
#[cfg(test)]
mod walk;

use desk::{Compliance, Entry, Purpose as _, Section, Slice};

const TEXTS: &str = include_str!("texts.toml");

/// Who looked at what, why, and what left the house.
pub static AUDIT: Slice = Slice {
    name: "audit",
    pages: pages::router,
    menu: &[
        Entry {
            href: "/audit",
            label: "audit.menu.acts",
            icon: "shield-check",
            section: Section::House,
            opens_for: Compliance::PURPOSES,
        },
        Entry {
            href: "/audit/patients",
            label: "audit.menu.patients",
            icon: "user-round",
            section: Section::House,
            opens_for: Compliance::PURPOSES,
        },
        Entry {
            href: "/audit/left",
            label: "audit.menu.left",
            icon: "square-arrow-out-up-right",
            section: Section::House,
            opens_for: Compliance::PURPOSES,
        },
    ],
    texts: TEXTS,
    search: None,
    events: &[],
};
