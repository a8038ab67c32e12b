//! What a cohort definition means: one tree with three faces (text, JSON, sentences in Japanese
//! and English) that never lose anything.
//!
//! Floor 1: bytes and values in, values out. [`ast`] is the language; its comments and decision
//! 0050 are the specification that every engine follows. [`text`] reads and writes the text that is
//! stored, signed and compared.

pub mod ast;
pub mod circe;
pub mod diff;
pub mod eval;
#[cfg(any(test, feature = "generate"))]
pub mod generate;
pub mod held;
pub mod json;
pub mod library;
pub mod lint;
pub mod problem;
#[cfg(any(test, feature = "generate"))]
pub mod spec;
pub mod sql;
pub mod text;
pub mod units;
pub mod uses;
pub mod words;

#[cfg(test)]
mod tests;
