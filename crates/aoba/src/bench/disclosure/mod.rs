//! `aoba bench disclosure`: an attacker is let loose on what disclosure control shows.
//!
//! Random tables are released and rounded, and the attacker works out what he can; simulated users ask
//! for overlapping sets of people, and an elimination of its own looks for combinations of what they
//! were shown. Whatever gives a small number away is counted, and makes the command fail. At last the
//! measures of anonymity are timed. The same seed makes the same tables and questions.

mod rows;
mod tables;
mod users;

use super::print_processor;
use crate::cli::BenchDisclosureArgs;

/// Prints the figures; false if anything small could be told.
pub(super) fn run(args: &BenchDisclosureArgs) -> anyhow::Result<bool> {
    print_processor();
    println!("seed {}", args.seed);
    let tables = tables::run(args.tables, args.seed);
    let users = users::run(args)?;
    rows::run(args.rows, args.seed)?;
    Ok(tables && users)
}
