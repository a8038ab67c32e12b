//! What a domain gives to the site: plain data with function pointers.

use axum::Router;
use lake::events::EventsOf;
use vocab::PurposeOfUse;

use crate::site::Site;

/// One domain of the site. A slice is a value in a list; it has no behaviour of its own.
#[derive(Debug)]
pub struct Slice {
    /// Its name: the first part of its URLs and of its texts' keys.
    pub name: &'static str,
    /// Its pages.
    pub pages: fn() -> Router<Site>,
    /// Its entries in the side menu.
    pub menu: &'static [Entry],
    /// Its sentences: the text of its `texts.toml`.
    pub texts: &'static str,
    /// Its page that finds things for a `?q=`, if it has one: the header's search leads to the
    /// first of the site.
    pub search: Option<&'static str>,
    /// What of its tables are events that cohort definitions can ask about: `<name>_events` in SQL.
    pub events: &'static [EventsOf],
}

/// Under which heading of the side menu an entry stands, in the order of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// The first page: without a heading.
    Home,
    /// What is there: loads, tables, patients, specimens, genomes.
    Records,
    /// Questions and answers: cohorts, analyses, documents, screening.
    Research,
    /// People: teaching, skills, documents of care.
    People,
    /// The house itself: targets, permits, the audit.
    House,
}

impl Section {
    /// The key of its heading; none where the entries stand alone.
    #[must_use]
    pub fn heading(self) -> Option<&'static str> {
        match self {
            Self::Home => None,
            Self::Records => Some("desk.section.records"),
            Self::Research => Some("desk.section.research"),
            Self::People => Some("desk.section.people"),
            Self::House => Some("desk.section.house"),
        }
    }
}

/// One line of the side menu.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Where it leads.
    pub href: &'static str,
    /// The key of its label.
    pub label: &'static str,
    /// Its icon, by the name in `assets/icons.svg`.
    pub icon: &'static str,
    /// The heading it stands under.
    pub section: Section,
    /// The purposes its page may be read for, as in [`crate::Purpose`]: whoever has a right to
    /// none of them does not see the entry. Empty for a page that everybody may open.
    pub opens_for: &'static [PurposeOfUse],
}
