//! The bytes of a file, taken apart into resources.

pub mod depth;
