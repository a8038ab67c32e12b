//! The web kit: layout, words, extractors, parts and charts that every page is made from.
//!
//! A page is a template with a [`Page`] for its frame, given by a handler that began with
//! [`Permitted`]. What holds for every route (names answered to, language, headers, refusals) is in
//! `guard`. Each page is complete as it is served; the one script, htmx,
//! only makes it quicker. Every part and chart is shown on the page `/kit` (`kit`).

mod address;
mod assets;
mod bar;
pub mod chart;
mod door;
mod guard;
mod kit;
mod memory;
mod origin;
mod page;
mod pager;
mod permitted;
mod prose;
mod refusal;
mod search;
mod serve;
mod session;
mod site;
mod slice;
mod texts;
mod tongue;
mod visitor;
mod words;

pub use address::segment;
pub use bar::{Bar, Part, Tone};
pub use door::Door;
pub use page::Page;
pub use pager::Pager;
pub use permitted::{
    Compliance, Holdings, Operations, Permitted, PermittedPatient, Purpose, Research, Treatment,
    Visit,
};
pub use prose::Prose;
pub use refusal::Refusal;
pub use serve::{ServeError, bind, router, serve};
pub use site::{Settings, Site};
pub use slice::{Entry, Section, Slice};
pub use texts::{Texts, TextsError, unmatched};
pub use visitor::{Account, Visitor};
pub use words::Words;
