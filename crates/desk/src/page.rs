//! What the layout around every page needs to know.

use std::collections::BTreeMap;
use std::ops::Deref;

use axum::extract::Query;
use vocab::{Actor, Locale};

use crate::assets;
use crate::slice::{Entry, Section};
use crate::visitor::{Account, Visitor};
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
    /// What the person does in the hospital; none for the person at this machine.
    role: Option<String>,
    /// Whom the visitor may be instead.
    accounts: Vec<AccountLine>,
    synthetic: bool,
    searches: bool,
    recorded: bool,
    signs_out: bool,
}

/// How many entries of the menu stand in the bar at the foot of a phone; the rest are behind "more".
const BAR_ENTRIES_MAX: usize = 4;

/// One account in the header's list.
#[derive(Clone, Debug)]
pub struct AccountLine {
    /// Its actor, as the form names it.
    pub actor: String,
    /// The name.
    pub name: String,
    /// What they do.
    pub role: String,
    /// Whether it is the one who looks.
    pub is_current: bool,
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
            role: None,
            accounts: Vec::new(),
            synthetic: false,
            searches: false,
            recorded: true,
            signs_out: false,
        }
    }

    /// With these entries in the side menu.
    #[must_use]
    pub fn with_menu(mut self, menu: Vec<Entry>) -> Self {
        self.menu = menu;
        self
    }

    /// Seen by this visitor, who may be one of these accounts instead.
    #[must_use]
    pub(crate) fn seen_by(mut self, visitor: &Visitor, accounts: &[Account]) -> Self {
        let locale = self.locale();
        self.person = visitor.name(locale);
        let current = visitor.account();
        self.role = current.map(|account| account.role.get(locale).to_owned());
        if let Some(signed) = visitor.signed() {
            self.role = Some(signed.account.profile.role.text().get(locale).to_owned());
            self.signs_out = true;
        }
        self.with_accounts(accounts, current.map(|account| &account.actor))
    }

    /// With a choice of accounts, one of which may be the one who looks.
    #[must_use]
    pub(crate) fn with_accounts(mut self, accounts: &[Account], current: Option<&Actor>) -> Self {
        let locale = self.locale();
        let line = |account: &Account| AccountLine {
            actor: account.actor.to_string(),
            name: account.name.get(locale).to_owned(),
            role: account.role.get(locale).to_owned(),
            is_current: Some(&account.actor) == current,
        };
        self.accounts = accounts.iter().map(line).collect();
        self
    }

    /// With the mark that says: none of these people exist.
    #[must_use]
    pub fn marked_synthetic(mut self, synthetic: bool) -> Self {
        self.synthetic = synthetic;
        self
    }

    /// With the search field in the header.
    #[must_use]
    pub fn with_search(mut self, searches: bool) -> Self {
        self.searches = searches;
        self
    }

    /// As a page that reads no records, so that its look is not in the audit.
    #[must_use]
    pub fn without_records(mut self) -> Self {
        self.recorded = false;
        self
    }

    /// Whether looking at this page is recorded.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.recorded
    }

    /// Whether something answers a search.
    #[must_use]
    pub fn searches(&self) -> bool {
        self.searches
    }

    /// What was searched for on this page, so that the field still shows it.
    #[must_use]
    pub fn searched(&self) -> String {
        #[derive(serde::Deserialize)]
        struct Asked {
            q: Option<String>,
        }
        let asked = self.here.parse().ok().and_then(|uri| Query::<Asked>::try_from_uri(&uri).ok());
        asked.and_then(|asked| asked.0.q).unwrap_or_default()
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

    /// The lines of the side menu under their headings.
    #[must_use]
    pub fn sections(&self) -> Vec<(Section, Vec<Entry>)> {
        let mut sections: BTreeMap<Section, Vec<Entry>> = BTreeMap::new();
        for entry in &self.menu {
            sections.entry(entry.section).or_default().push(*entry);
        }
        sections.into_iter().collect()
    }

    /// The lines that stand in the bar at the foot of a phone.
    #[must_use]
    pub fn bar(&self) -> Vec<Entry> {
        let mut ordered = self.ordered();
        // Five fit; with more, the fifth place is for the way to the others.
        if ordered.len() > BAR_ENTRIES_MAX + 1 {
            ordered.truncate(BAR_ENTRIES_MAX);
        }
        ordered
    }

    /// The lines that are behind "more" on a phone.
    #[must_use]
    pub fn behind_bar(&self) -> Vec<Entry> {
        self.ordered().split_off(self.bar().len())
    }

    /// Whether this page's own line is behind "more".
    #[must_use]
    pub fn is_behind_bar(&self) -> bool {
        self.behind_bar().iter().any(|entry| self.is_current(entry))
    }

    fn ordered(&self) -> Vec<Entry> {
        self.sections().into_iter().flat_map(|(_, entries)| entries).collect()
    }

    /// Whether the reader may open the page of this entry of the menu: a link to what they may not
    /// open is not shown.
    #[must_use]
    pub fn opens(&self, href: &str) -> bool {
        self.menu.iter().any(|entry| entry.href == href)
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

    /// What the person does in the hospital, or that it is whoever sits at this machine.
    #[must_use]
    pub fn role(&self) -> &str {
        self.role.as_deref().unwrap_or_else(|| self.say("desk.site.this_machine"))
    }

    /// Whether the person has signed in, and so can sign out.
    #[must_use]
    pub fn signs_out(&self) -> bool {
        self.signs_out
    }

    /// Whom the visitor may be instead; empty where nobody signs in.
    #[must_use]
    pub fn accounts(&self) -> &[AccountLine] {
        &self.accounts
    }

    /// This page, without the choice of language.
    #[must_use]
    pub fn here(&self) -> &str {
        &self.here
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
        let entry =
            |href| Entry { href, label: "", icon: "", section: Section::Home, opens_for: &[] };
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

    #[test]
    fn a_phone_shows_five_entries_and_the_rest_behind_more() {
        let entry = |section| Entry { href: "/", label: "", icon: "", section, opens_for: &[] };
        let page = |number: usize| {
            let mut menu = vec![entry(Section::House); number - 1];
            menu.push(entry(Section::Home));
            page("/").with_menu(menu)
        };
        assert_eq!((page(5).bar().len(), page(5).behind_bar().len()), (5, 0));
        assert_eq!((page(9).bar().len(), page(9).behind_bar().len()), (4, 5));
        assert_eq!(page(9).bar().first().map(|entry| entry.section), Some(Section::Home));
    }

    #[test]
    fn the_search_field_keeps_what_was_searched_for() {
        assert_eq!(page("/catalog?q=%E8%A1%80%E5%9C%A7+mmHg&x=1").searched(), "血圧 mmHg");
        assert_eq!(page("/catalog").searched(), "");
    }
}
