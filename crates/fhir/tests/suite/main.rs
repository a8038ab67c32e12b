//! The crate's one test program.

mod view;
