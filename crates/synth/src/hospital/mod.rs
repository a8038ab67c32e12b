//! A hospital whose patients never lived, and whose truths are known.
//!
//! [`codes`] are what things are called, [`chart`] what happens to one patient, `disease` why.

pub mod chart;
pub mod codes;
pub mod person;
