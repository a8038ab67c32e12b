//! The house as its people use it: the real program, in a folder of its own, asked from outside.

mod bad_input;
mod house;
mod ingest_crash;
mod life_of_a_record;
mod vanish;
mod versions;
mod views;
mod web;
