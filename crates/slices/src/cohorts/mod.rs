//! Cohorts: who fits a question, counted while it is written.
//!
//! A definition is one text, which the page shows as sentences with the number after each rule. What
//! a person changes is changed in the text and read again, so that what is counted, shown, saved,
//! compared and shared is always the same thing. Saved versions are in the ledger and never changed.
//! Every number on the page went through disclosure control.

mod answer;
mod criterion;
mod draft;
mod edit;
mod form;
mod pages;
mod picking;
#[cfg(test)]
mod spec;
pub mod told;

use desk::{Entry, Purpose, Section, Slice};
use vocab::PurposeOfUse;

const TEXTS: &str = include_str!("texts.toml");

/// For what cohorts are counted: the first of these that the visitor has a right to.
#[derive(Debug)]
pub(crate) enum Questions {}

impl Purpose for Questions {
    const PURPOSES: &'static [PurposeOfUse] =
        &[PurposeOfUse::Research, PurposeOfUse::QualityImprovement, PurposeOfUse::Operations];
}

/// Definitions of cohorts: begun from a word, edited as sentences, counted, saved, compared, shared.
pub static COHORTS: Slice = Slice {
    name: "cohorts",
    pages: pages::router,
    menu: &[Entry {
        href: "/cohorts",
        label: "cohorts.menu.cohorts",
        icon: "users",
        section: Section::Research,
        opens_for: Questions::PURPOSES,
    }],
    search: None,
    texts: TEXTS,
    events: &[],
};
