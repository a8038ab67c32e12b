//! The crate's one test program.

#[cfg(test)]
mod agree;
#[cfg(test)]
mod cells;
#[cfg(test)]
mod entry;
#[cfg(test)]
mod fhirpath;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod sof;
#[cfg(test)]
mod view;
#[cfg(test)]
mod xml;
