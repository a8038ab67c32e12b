//! Where a text speaks of one person, and the same resource without that.
//!
//! A person is known by [`Terms`]: references to their record and to what belongs to it, their
//! identifiers, names and addresses. [`Terms::are_in`] asks it of any text, [`cut()`] takes the
//! mention out of a resource that is about somebody else: the smallest item of a list that holds
//! it goes, or the element of the resource in which it stands. A term is met as it is written, in
//! parts of addresses, and in texts in base64.
//!
//! Deliberately absent: likeness of names. A name is met as it was written, or not at all.

mod coded;
mod cut;
mod terms;

pub use cut::{Cut, Touched, cut, cut_frame};
pub use terms::{Kind, Kinds, Terms};
