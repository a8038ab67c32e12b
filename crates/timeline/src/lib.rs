//! The patient-event index: answers cohort definitions in milliseconds from files that are
//! memory-mapped.
//!
//! Floor 2. [`build`] makes a segment of events that come sorted by patient; [`segment`] reads it.
//! `docs/timeline-index.md` tells the layout, decision 0051 why it is so; the meaning of what is
//! asked is `cohort`'s.
//!
//! - To build: [`timeline::Draft::begin`] with people sorted by id, [`timeline::Draft::push`] with
//!   batches of rows sorted by patient, [`timeline::Draft::finish`]. A [`timeline::Becomes::Change`]
//!   holds all there is of the people it names; [`optimize::optimize`] puts changes into a new base.
//! - To ask: [`timeline::Timeline::open`], [`timeline::Timeline::shown`] with those whom the gate
//!   excludes, [`timeline::Timeline::ask`] with a definition, a memory and a token that cancels.
//! - The [`answer::Answer`] counts, tells the attrition with any rules switched off, lists periods and
//!   candidates; [`timeline::Timeline::tell`] adds samples, matching and outputs, and
//!   [`timeline::Timeline::explain`] says why one patient is in or out.
//!
//! *Never*: Arrow, a table engine, a decision about who may be seen (the exclusions come in).

pub mod answer;
pub mod build;
mod dictionary;
mod error;
pub mod event;
mod format;
mod map;
mod mask;
pub mod optimize;
pub mod segment;
pub mod timeline;

pub use error::Error;
pub use format::{Damage, SHARD_PATIENTS_MAX};

#[cfg(test)]
mod tests;
