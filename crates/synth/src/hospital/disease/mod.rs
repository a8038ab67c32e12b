//! Why things happen: one file for each disease or group of diseases.
//!
//! Each writes into the chart after those above it in [`ALL`], and can ask what they wrote. Each
//! has its own stream of chance, whose number never changes, so a change in one disease leaves
//! the chance of all others as it was.

use super::chart::Chart;
use super::person::Person;
use crate::dice::Dice;

/// A disease's part in a life.
pub(super) type Live = fn(&Person, &mut Dice, &mut Chart);

/// All diseases in the order in which they write, each with the number of its stream of chance:
/// from 10 for those of heart, vessels and metabolism, from 40 for the others, from 80 for what
/// comes last (death, then what clerks do).
pub(super) static ALL: &[(u64, Live)] = &[];
