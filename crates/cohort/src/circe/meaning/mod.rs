//! Circe's documented meaning, read a second time and without a look at the import: straight from
//! the JSON, after the SQL templates of circe-be, on tiny OMOP-like people.
//!
//! Only for tests. [`compare`] holds an engine to it: import a definition, make people around its
//! own constants, and the same periods must come out.
//!
//! # What Circe leaves open
//! Which of two events that start on one day comes first. Here it is the one with the smaller id,
//! and people are made so that this is our own order too.

mod cohort;
mod compare;
mod criterion;
mod generate;
mod group;
mod omop;
mod tests;

pub(super) use compare::{Answers, compare};
pub(super) use omop::{Person, Published, Vocabulary};
