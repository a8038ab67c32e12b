//! The first page of cohorts: begin with a word, go on with one that was saved, or with one that is
//! published.

use askama::Template;
use cohort::ast::Definition;
use cohort::{library, text};
use desk::Page;
use ledger::ListedCohort;
use vocab::Actor;

use super::builder::Hit;

/// The page.
#[derive(Debug, Template)]
#[template(path = "cohorts/templates/home.html")]
pub(crate) struct Home {
    pub(crate) page: Page,
    pub(crate) query: String,
    pub(crate) hits: Vec<Hit>,
    pub(crate) mine: Vec<Line>,
    pub(crate) shared: Vec<Line>,
    pub(crate) library: Vec<Published>,
}

/// A saved cohort.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) version: String,
    pub(crate) saved: String,
    pub(crate) is_shared: bool,
}

/// A published one.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) source: String,
}

impl Home {
    pub(crate) fn new(
        page: Page,
        (query, hits): (String, Vec<Hit>),
        (listed, actor): (&[ListedCohort], &Actor),
    ) -> Self {
        let (mine, shared): (Vec<_>, Vec<_>) =
            listed.iter().partition(|one| one.owner == actor.as_str());
        let lines = |listed: Vec<&ListedCohort>| {
            listed.into_iter().map(|one| line(&page, one)).collect::<Vec<_>>()
        };
        let (mine, shared, library) = (lines(mine), lines(shared), published(&page));
        Self { query, hits, mine, shared, library, page }
    }
}

fn line(page: &Page, one: &ListedCohort) -> Line {
    let says = &one.newest.says;
    let (first, second) = match page.locale() {
        vocab::Locale::Ja => (&says.title_ja, &says.title_en),
        vocab::Locale::En => (&says.title_en, &says.title_ja),
    };
    let untitled = page.say("cohorts.home.untitled");
    let title = [first.as_str(), second, untitled].into_iter().find(|title| !title.is_empty());
    Line {
        href: super::address(one.newest.cohort),
        title: title.unwrap_or_default().to_owned(),
        version: one.newest.version.to_string(),
        saved: page.moment(one.newest.saved),
        is_shared: one.is_shared,
    }
}

/// The cohorts that come with the program.
fn published(page: &Page) -> Vec<Published> {
    let read = |(name, written): &(&str, &str)| {
        let Definition::Cohort(cohort) = text::parse(written).ok()?.definition else { return None };
        let heading = &cohort.heading;
        let sources: Vec<&str> = heading.sources.iter().map(|one| one.says.as_str()).collect();
        Some(Published {
            href: ["/cohorts/library/", name].concat(),
            title: heading.title.get(page.locale()).unwrap_or(name).to_owned(),
            source: sources.join("; "),
        })
    };
    let mut all: Vec<Published> = library::DEFINITIONS.iter().filter_map(read).collect();
    all.sort_by(|one, other| one.title.cmp(&other.title));
    all
}
