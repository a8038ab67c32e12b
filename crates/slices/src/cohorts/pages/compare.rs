//! Two versions side by side, as the sentences that changed.

use askama::Template;
use cohort::diff::{self, Change};
use desk::Page;
use ledger::{SavedCohort, SavedVersion};

use crate::cohorts::draft::Draft;

/// The page.
#[derive(Debug, Template)]
#[template(path = "cohorts/templates/compare.html")]
pub(crate) struct Compare {
    pub(crate) page: Page,
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) versions: Vec<Line>,
    pub(crate) changes: Vec<String>,
}

/// One version, to be chosen.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) number: i64,
    pub(crate) said: String,
}

impl Compare {
    pub(crate) fn new(
        page: Page,
        cohort: &SavedCohort,
        (from, old): (&SavedVersion, &Draft),
        (to, new): (&SavedVersion, &Draft),
    ) -> Self {
        let versions = cohort.versions.iter().map(|one| {
            let (number, when) = (one.version.to_string(), page.moment(one.saved));
            let facts = [("number", number.as_str()), ("when", when.as_str())];
            Line { number: one.version, said: page.fill("cohorts.compare.version", &facts) }
        });
        Self {
            versions: versions.collect(),
            href: super::address(cohort.id),
            title: super::builder::title(new, &page),
            from: from.version,
            to: to.version,
            changes: changes(&page, old, new),
            page,
        }
    }
}

/// What changed, a sentence each.
pub(crate) fn changes(page: &Page, old: &Draft, new: &Draft) -> Vec<String> {
    let (Some(from), Some(to)) = (&old.parsed, &new.parsed) else { return Vec::new() };
    let mut titles = old.used.titles.clone();
    titles.extend(new.used.titles.clone());
    let changes = diff::changes(&from.definition, &to.definition, page.locale(), &titles);
    changes.iter().map(|change: &Change| change.say(page.locale())).collect()
}
