//! The ledger from outside, on real files or, with `AOBA_TEST_LEDGER=postgres`, on a real server.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at its first surprise")]

mod accounts;
mod audit;
mod checkpoints;
mod cohorts;
mod consents;
mod damage;
mod erasures;
mod exports;
mod house;
mod identities;
mod loads;
mod moving;
mod outages;
mod permits;
mod processes;
mod pulls;
#[path = "../server/restart.rs"]
mod restart;
#[path = "../server/mod.rs"]
mod server;
mod servers;
mod sessions;
mod vectors;
mod wire;
