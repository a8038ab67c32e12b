//! The ledger from outside, on real files.

mod audit;
mod consents;
mod house;
mod identities;
mod loads;
mod permits;
mod processes;
