//! What the layout around every page needs to know.

use std::ops::Deref;

use vocab::Locale;

use crate::assets;
use crate::slice::Entry;
use crate::words::Words;

/// The frame of one page for one reader: language, menu, who is looking, where.
///
/// A page's template holds it as `page`; it can do whatever [`Words`] can.
#[derive(Clone, Debug)]
pub struct Page {
    words: Words,
    menu: Vec<Entry>,
    /// Path and query, without the choice of language.
    here: String,
    person: String,
    synthetic: bool,
}

impl Deref for Page {
    type Target = Words;

    fn deref(&self) -> &Words {
        &self.words
    }
}

impl Page {
    /// Makes the frame of the page at `target` (path and query).
    #[must_use]
    pub fn new(words: Words, target: &str, person: &str) -> Self {
        Self {
            words,
            menu: Vec::new(),
            here: without_language(target),
            person: person.to_owned(),
            synthetic: false,
        }
    }

    /// With these entries in the side menu.
    #[must_use]
    pub fn with_menu(mut self, menu: Vec<Entry>) -> Self {
        self.menu = menu;
        self
    }

    /// With the mark that says: none of these people exist.
    #[must_use]
    pub fn marked_synthetic(mut self, synthetic: bool) -> Self {
        self.synthetic = synthetic;
        self
    }

    /// Where a style sheet or picture of the desk is served.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::href(name)
    }

    /// Where one icon of the set is served.
    #[must_use]
    pub fn icon(&self, name: &str) -> String {
        format!("{}#{name}", assets::href("icons.svg"))
    }

    /// The lines of the side menu.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.menu
    }

    /// The entry that stands for this page: the longest one its path begins with.
    #[must_use]
    pub fn is_current(&self, entry: &Entry) -> bool {
        let path = self.here.split('?').next().unwrap_or_default();
        let length = |entry: &Entry| covers(entry.href, path).then_some(entry.href.len());
        let longest = self.menu.iter().filter_map(length).max();
        longest.is_some() && length(entry) == longest
    }

    /// This page in another language.
    #[must_use]
    pub fn in_language(&self, tag: &str) -> String {
        let joint = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={tag}", self.here)
    }

    /// The languages, each by its own name.
    #[must_use]
    pub fn tongues(&self) -> [(Locale, &'static str); 2] {
        [(Locale::Ja, "日本語"), (Locale::En, "English")]
    }

    /// Who is looking.
    #[must_use]
    pub fn person(&self) -> &str {
        &self.person
    }

    /// Whether the people shown are invented.
    #[must_use]
    pub fn is_synthetic(&self) -> bool {
        self.synthetic
    }

    /// The first letter of the person's name.
    #[must_use]
    pub fn initial(&self) -> String {
        self.person.chars().next().map(|c| c.to_uppercase().collect()).unwrap_or_default()
    }
}

fn covers(href: &str, path: &str) -> bool {
    path == href
        || (href != "/" && path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')))
}

/// Path and query without `lang=…`.
fn without_language(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let kept: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::tz::TimeZone;

    use super::*;

    fn page(target: &str) -> Page {
        let words = Words::new(Arc::default(), Locale::En, TimeZone::UTC);
        let entry = |href| Entry { href, label: "", icon: "" };
        Page::new(words, target, "").with_menu(vec![entry("/"), entry("/records/loads")])
    }

    #[test]
    fn the_menu_marks_the_nearest_entry_only() {
        let marked = |target: &str| {
            let page = page(target);
            let hrefs = page.entries().iter().filter(|entry| page.is_current(entry));
            hrefs.map(|entry| entry.href).collect::<Vec<_>>()
        };
        assert_eq!(marked("/"), ["/"]);
        assert_eq!(marked("/records/loads/7?x=1"), ["/records/loads"]);
        assert_eq!(marked("/records/loadsX"), [""; 0]);
    }

    #[test]
    fn changing_the_language_keeps_the_page_and_its_query() {
        assert_eq!(page("/a?x=1&lang=ja&y=2").in_language("en"), "/a?x=1&y=2&lang=en");
        assert_eq!(page("/a?lang=ja").in_language("en"), "/a?lang=en");
    }
}
