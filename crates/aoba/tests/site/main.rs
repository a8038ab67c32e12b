//! The house as its people use it: the real program, in a folder of its own, asked from outside.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it found by failing"
)]

mod audit;
mod backup;
mod bad_input;
mod cohort;
mod cohort_answers;
mod cohort_results;
mod deletions;
mod erase;
mod erase_bytes;
mod event_day;
mod faults;
mod fhir_answers;
mod fhir_server;
mod full_disk;
mod house;
mod index;
mod ingest_crash;
mod ledgers;
mod life_of_a_record;
mod made_changes;
mod object_store;
mod people;
mod pull;
mod pull_access;
mod pull_faults;
mod pull_resumed;
mod pull_scheduled;
mod questions;
#[path = "../../../ledger/tests/server/restart.rs"]
mod restart;
mod roles;
#[path = "../../../ledger/tests/server/mod.rs"]
mod server;
#[path = "../../../../xtask/teststore/near/mod.rs"]
mod store;
mod synth;
mod synth_into;
mod twin;
mod upkeep;
mod vanish;
mod versions;
mod views;
mod web;
