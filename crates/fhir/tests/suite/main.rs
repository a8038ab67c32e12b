//! The crate's one test program.

#[cfg(test)]
mod entry;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod view;
