//! Codes met in the data: where they stand, how their systems are called, and how words find them.
//! Common ground of the slices.

pub(crate) mod codes;
pub(crate) mod fold;
pub(crate) mod places;
pub(crate) mod systems;
