//! The text of definitions: reading it, and writing it in the one canonical way.

mod codes;
mod parse;
mod print;
mod token;

use sha2::{Digest as _, Sha256};

use crate::ast::Hash;

pub use codes::{format_codes, parse_codes};
pub use parse::{Parsed, Part, Places, parse};
pub use print::format;
pub(crate) use print::{format_set, kind, node, records, use_kind};
pub(crate) use token::quote;

/// The longest text of a definition, in bytes.
pub const TEXT_BYTES_MAX: usize = 4 << 20;
/// The longest text of a concept set, in bytes.
pub const CODES_BYTES_MAX: usize = 64 << 20;
/// Rules of one definition, at most.
pub const RULES_MAX: usize = 10_000;
/// Codes of one concept set, at most.
pub const CODES_MAX: usize = 200_000;
/// How deeply expressions nest, at most.
pub const NESTING_MAX: u32 = 32;
/// Problems told at once, at most.
pub const PROBLEMS_MAX: usize = 100;
/// The largest count written in a definition.
pub const COUNT_MAX: u32 = 1_000_000;

/// The hash of a canonical text, by which others name it.
#[must_use]
pub fn hash(canonical: &str) -> Hash {
    let digest = Sha256::digest(canonical.as_bytes());
    Hash(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
