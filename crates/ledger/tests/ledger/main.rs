//! The ledger from outside, on real files.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at its first surprise")]

mod audit;
mod consents;
mod house;
mod identities;
mod loads;
mod permits;
mod processes;
mod pulls;
mod sessions;
