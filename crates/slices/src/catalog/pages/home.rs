//! The first page of the catalogue: a search, the tables, the code systems.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use desk::{Page, Prose};
use disclosure::Policy;
use lake::{CodeCount, TableCount, Tally};
use vocab::Locale;

use super::figures;
use crate::catalog::search::{Found, Index, Kind};
use crate::dictionary;
use crate::terms::codes::{self, Codes};
use crate::terms::systems;

/// The page.
#[derive(Debug, Template)]
#[template(path = "catalog/templates/home.html")]
pub(crate) struct Home {
    pub(crate) page: Page,
    pub(crate) query: String,
    /// What was found, by kind; empty where nothing was asked.
    pub(crate) groups: Vec<Group>,
    pub(crate) tables: Vec<TableLine>,
    pub(crate) quiet_tables: Vec<TableLine>,
    pub(crate) systems: Vec<SystemLine>,
    pub(crate) rule: String,
}

/// What was found of one kind.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) id: &'static str,
    pub(crate) hits: Vec<Hit>,
}

/// One thing found.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) code: String,
    pub(crate) beneath: Prose,
}

/// One table.
#[derive(Debug)]
pub(crate) struct TableLine {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) about: Prose,
    pub(crate) people: String,
    pub(crate) rows: String,
}

/// One code system met in the data.
#[derive(Debug)]
pub(crate) struct SystemLine {
    pub(crate) name: String,
    pub(crate) codes: String,
    pub(crate) first: Vec<Hit>,
}

/// So many things are shown of what a search finds.
pub(crate) const HITS_MAX: usize = 60;
/// So many codes of a system are shown before a search.
const CODES_OF_SYSTEM_MAX: usize = 6;

impl Home {
    /// The page before anything is asked.
    pub(crate) fn start(page: Page, counts: &[TableCount], codes: &Codes, policy: &Policy) -> Self {
        let mut counts: Vec<&TableCount> = counts.iter().collect();
        counts.sort_by_key(|count| dictionary::place(&count.name));
        let (mut tables, mut quiet_tables) = (Vec::new(), Vec::new());
        for count in counts {
            let tally = of_table(count);
            let told = figures::rows(&tally, policy).number().is_some_and(|rows| rows > 0);
            let line = table_line(&page, count, &tally, policy);
            if told { tables.push(line) } else { quiet_tables.push(line) }
        }
        let systems = system_lines(&page, codes, policy);
        let rule = figures::rule(&page, policy);
        let (query, groups) = (String::new(), Vec::new());
        Self { page, query, groups, tables, quiet_tables, systems, rule }
    }

    /// The page with what was found.
    pub(crate) fn found(page: Page, query: &str, index: &Index) -> Self {
        let found = index.search(query, HITS_MAX);
        let kinds = [
            (Kind::Concept, "concepts", "catalog.home.concepts"),
            (Kind::Table, "tables", "catalog.home.tables"),
            (Kind::Column, "columns", "catalog.home.columns"),
        ];
        let group = |(kind, id, title): (Kind, &'static str, &str)| {
            let of_kind = found.iter().filter(|found| found.kind == kind);
            let hits = of_kind.map(|found| hit(&page, found)).collect();
            Group { title: page.say(title).to_owned(), id, hits }
        };
        let mut groups: Vec<Group> = kinds.into_iter().map(group).collect();
        groups.retain(|group| !group.hits.is_empty());
        let (tables, quiet_tables, systems) = (Vec::new(), Vec::new(), Vec::new());
        let (query, rule) = (query.to_owned(), figures::rule(&page, &Policy::default()));
        Self { page, query, groups, tables, quiet_tables, systems, rule }
    }
}

/// A table's rows and people; rows that are about nobody stand for themselves.
pub(crate) fn of_table(count: &TableCount) -> Tally {
    let about_people = dictionary::is_about_patients(&count.name) || count.patients.get() > 0;
    Tally { rows: count.rows, people: if about_people { count.patients } else { count.rows } }
}

fn table_line(page: &Page, count: &TableCount, tally: &Tally, policy: &Policy) -> TableLine {
    let about = dictionary::about(&count.name, page.locale());
    let patients = Tally { rows: count.rows, people: count.patients };
    TableLine {
        name: count.name.clone(),
        title: dictionary::title(&count.name, page.locale()),
        about: Prose::new(dictionary::first_sentence(&about)),
        people: figures::people_said(page, &patients, policy),
        rows: figures::rows_said(page, tally, policy),
    }
}

fn hit(page: &Page, found: &Found) -> Hit {
    let [name, beneath] = [&found.name, &found.beneath].map(|[ja, en]| match page.locale() {
        Locale::Ja => ja.as_str(),
        Locale::En => en.as_str(),
    });
    let name = if name.is_empty() { found.code.as_str() } else { name };
    Hit {
        href: found.href.clone(),
        name: name.to_owned(),
        code: found.code.clone(),
        beneath: Prose::new(beneath),
    }
}

/// The code systems with the codes that most people have.
fn system_lines(page: &Page, codes: &Codes, policy: &Policy) -> Vec<SystemLine> {
    type Told<'a> = (u64, &'a str, Vec<&'a CodeCount>);
    let mut by_system: BTreeMap<(usize, &str), Vec<Told<'_>>> = BTreeMap::new();
    for (slug, code, counts) in codes.told(policy.min_cell) {
        let of_system = by_system.entry((systems::place(slug), slug)).or_default();
        of_system.push((codes::most_people(&counts), code, counts));
    }
    let line = |((_, slug), mut told): ((usize, &str), Vec<Told<'_>>)| {
        told.sort_by_key(|(people, code, _)| (Reverse(*people), *code));
        let hit = |(_, code, counts): &Told<'_>| {
            let name = codes.name(counts, policy.min_cell, page.locale());
            Hit {
                href: systems::href(slug, code),
                name: if name.is_empty() { code } else { name }.to_owned(),
                code: (*code).to_owned(),
                beneath: Prose::new(""),
            }
        };
        SystemLine {
            name: systems::name(slug, page.locale()),
            codes: page.number(told.len() as u64),
            first: told.iter().take(CODES_OF_SYSTEM_MAX).map(hit).collect(),
        }
    };
    by_system.into_iter().map(line).collect()
}
