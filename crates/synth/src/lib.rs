//! People who never lived, for the demonstration, the tests and the benchmarks.
//!
//! [`people`] are twelve with names and stories, told in `testdata/people/README.md`; [`house`] is
//! the hospital they go to. Both are built into the program, so that the demonstration runs
//! anywhere. An [`Export`] has as many nameless ones as a benchmark wants.
//!
//! Every code and value is invented; codes look like those of the real systems and were not
//! checked against any master, so nothing here is to be copied into a mapping.

mod bulk;
pub mod dice;
mod folder;
pub mod hospital;

pub use bulk::{Export, Kind, Made, Shape, observations};
pub use folder::{Person, WrittenFile, house, people};
