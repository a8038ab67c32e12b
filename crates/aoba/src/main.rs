//! The one program. See `ARCHITECTURE.md` for the map.

mod cli;
mod config;
mod ingest;
mod output;
mod progress;
mod stats;
mod view;

fn main() {}
