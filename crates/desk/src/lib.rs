//! The web kit: layout, words, extractors, parts and charts that every page is made from.
//!
//! A page is a template with a [`Page`] for its frame, given by a handler that began with
//! [`Permitted`]. What holds for every route (names answered to, language, headers, refusals) is in
//! `guard`. There is no script yet: each page is complete as it is served.

mod assets;
mod bar;
pub mod chart;
mod guard;
mod page;
mod permitted;
mod prose;
mod refusal;
mod serve;
mod site;
mod slice;
mod texts;
mod tongue;
mod words;

pub use bar::{Bar, Part, Tone};
pub use page::Page;
pub use permitted::{Operations, Permitted, Purpose, Research};
pub use prose::Prose;
pub use refusal::Refusal;
pub use serve::{ServeError, bind, router, serve};
pub use site::{Settings, Site};
pub use slice::{Entry, Slice};
pub use texts::{Texts, TextsError, unmatched};
pub use words::Words;
