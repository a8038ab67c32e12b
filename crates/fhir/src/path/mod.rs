//! FHIRPath: reading expressions and answering them.
//!
//! [`parse()`] turns text into an [`Expr`]; whatever the text, it ends with an expression or a
//! [`PathError`] that tells where and what to write instead.

pub mod ast;
pub mod check;
mod display;
mod error;
pub mod eval;
mod lex;
mod parse;

pub use ast::Expr;
pub use error::PathError;
pub use parse::parse;

/// How deeply an expression may nest, brackets and arguments counted.
pub const NESTING_MAX: usize = 100;

/// How tall the tree of an expression may grow; a chain such as `a.b.c` counts each step.
pub const HEIGHT_MAX: usize = 200;
