//! The tests with the lake in a bucket.

#![expect(clippy::duplicate_mod, reason = "what holds in a folder must hold in a bucket")]

use super::*;

type House = super::House<BUCKET>;

fn landing_in(home: &Path) -> (Landing, PathBuf) {
    super::landing_in(BUCKET, home)
}

#[path = "bound.rs"]
mod bound;
#[path = "compact.rs"]
mod compact;
#[path = "damage.rs"]
mod damage;
#[path = "doctor.rs"]
mod doctor;
#[path = "erase.rs"]
mod erase;
#[path = "events.rs"]
mod events;
#[path = "gate.rs"]
mod gate;
#[path = "interrupted.rs"]
mod interrupted;
#[path = "landing.rs"]
mod landing;
#[path = "landing_erased.rs"]
mod landing_erased;
#[path = "loads.rs"]
mod loads;
#[path = "marked.rs"]
mod marked;
#[path = "persons.rs"]
mod persons;
#[path = "profile.rs"]
mod profile;
#[path = "statements.rs"]
mod statements;
#[path = "writers.rs"]
mod writers;
