//! The tests with the lake in a folder.

use super::*;

type House = super::House<FOLDER>;

fn landing_in(home: &Path) -> (Landing, PathBuf) {
    super::landing_in(FOLDER, home)
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
