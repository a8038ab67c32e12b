//! Patients: one person's course as a picture, for the doctor who treats them.
//!
//! Two questions are answered here. *Who is it?* A patient is found by the hospital's number or by
//! name, or taken from those who came last. *What happened?* Visits, diagnoses, drugs, values and
//! procedures stand over one axis of time, with the notes and reports beneath.
//!
//! Everything here is read for treatment and for nothing else. Each look is one line of the audit
//! with the patient as its object, and the permit it gives opens that patient only. Who refused
//! secondary use is found here as before, and nowhere else.

mod banner;
mod course;
mod document;
mod listing;
mod pages;
mod record;
mod rules;
#[cfg(test)]
mod spec;

use desk::{Entry, Purpose as _, Section, Slice, Treatment};

const TEXTS: &str = include_str!("texts.toml");

/// One person's course, for the doctor who treats them.
pub static PATIENTS: Slice = Slice {
    name: "patients",
    pages: pages::router,
    menu: &[Entry {
        href: "/patients",
        label: "patients.menu.patients",
        icon: "users",
        section: Section::Records,
        opens_for: Treatment::PURPOSES,
    }],
    texts: TEXTS,
    search: None,
    events: &[],
};
