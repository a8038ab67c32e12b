//! FHIR R4: resources as text, the expressions that ask about them, and the tables they become.
//!
//! Synchronous and without IO: bytes and values in, values and columns out.

pub mod entry;
pub mod general;
pub mod json;
pub mod mention;
pub mod model;
pub mod path;
pub mod plan;
pub mod reference;
pub mod view;
