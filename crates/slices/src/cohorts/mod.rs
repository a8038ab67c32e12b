//! Cohorts: who fits a question, counted while it is written.

pub mod told;
