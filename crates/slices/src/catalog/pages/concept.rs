//! One code: what it stands for, who has it, when, with which values, and where it stands.

use askama::Template;
use desk::Page;
use desk::chart::Figure;
use disclosure::Policy;
use lake::{CodeCount, CodeProfile};

use super::figures::{self, Big, ValueLine};
use super::home::Hit;
use crate::dictionary;
use crate::terms::codes::{self, Codes};
use crate::terms::{places, systems};

/// A code and its counts.
pub(crate) struct Shown<'a> {
    /// The name of its system in addresses.
    pub(crate) system: &'a str,
    pub(crate) code: &'a str,
    /// The table with the most rows first.
    pub(crate) counts: &'a [&'a CodeCount],
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "catalog/templates/concept.html")]
pub(crate) struct Concept {
    pub(crate) page: Page,
    pub(crate) code: String,
    pub(crate) system: String,
    /// The address by which records name the system.
    pub(crate) uri: String,
    pub(crate) name: String,
    /// Other names that stand beside the code.
    pub(crate) others: Vec<String>,
    pub(crate) people: Big,
    pub(crate) rows: String,
    pub(crate) years: Option<String>,
    pub(crate) places: Vec<PlaceLine>,
    pub(crate) by_year: Option<Figure>,
    pub(crate) ages: Option<Figure>,
    pub(crate) spreads: Vec<Figure>,
    pub(crate) words: Vec<ValueLine>,
    pub(crate) same: Vec<CodeLine>,
    pub(crate) block: Option<String>,
    pub(crate) neighbours: Vec<CodeLine>,
    pub(crate) example: String,
    pub(crate) rule: String,
}

/// A table in which the code stands.
#[derive(Debug)]
pub(crate) struct PlaceLine {
    pub(crate) table: String,
    pub(crate) title: String,
    pub(crate) columns: Vec<(String, String)>,
    pub(crate) people: String,
    pub(crate) rows: String,
}

/// Another code.
#[derive(Debug)]
pub(crate) struct CodeLine {
    pub(crate) hit: Hit,
    pub(crate) system: String,
    pub(crate) people: String,
}

/// So many units are drawn.
const UNITS_DRAWN_MAX: usize = 4;
/// So many other codes are listed.
const CODES_MAX: usize = 20;

impl Concept {
    /// The page of a code that enough people have.
    pub(crate) fn new(
        page: Page,
        shown: &Shown<'_>,
        profile: &CodeProfile,
        (codes, policy): (&Codes, &Policy),
    ) -> Self {
        let name = codes.name(shown.counts, policy.min_cell, page.locale());
        let first = shown.counts.first();
        let told = figures::told_years(&profile.years, |tally| *tally, policy);
        let years = told.first().zip(told.last());
        let unit = |(at, (unit, numbers)): (usize, &(String, lake::Numbers))| {
            figures::histogram(&page, &format!("spread-{at}"), (unit, numbers), policy)
        };
        let spreads = profile.numbers.iter().enumerate().take(UNITS_DRAWN_MAX).filter_map(unit);
        let title = page.say("catalog.concept.by_year");
        Self {
            code: shown.code.to_owned(),
            system: systems::name(shown.system, page.locale()),
            uri: first.map(|count| count.system.clone()).unwrap_or_default(),
            name: if name.is_empty() { shown.code } else { name }.to_owned(),
            others: other_names(shown, name, policy),
            people: figures::big(&page, &profile.whole, policy),
            rows: figures::rows_said(&page, &profile.whole, policy),
            years: years.map(|((first, _), (last, _))| format!("{first} – {last}")),
            places: shown.counts.iter().map(|count| place(&page, count, policy)).collect(),
            by_year: figures::years(&page, "by-year", title, (&profile.years, policy)),
            ages: figures::pyramid(&page, &profile.ages, policy),
            spreads: spreads.collect(),
            words: figures::values(&page, &profile.words, policy, |_| (String::new(), None)),
            same: same(&page, shown, codes, policy),
            block: systems::block(shown.system, shown.code).map(str::to_owned),
            neighbours: neighbours(&page, shown, codes, policy),
            example: example(shown),
            rule: figures::rule(&page, policy),
            page,
        }
    }
}

/// What else the code is called, in either language.
fn other_names(shown: &Shown<'_>, name: &str, policy: &Policy) -> Vec<String> {
    let mut others: Vec<String> = Vec::new();
    for (other, tally) in shown.counts.iter().flat_map(|count| &count.names) {
        let told = tally.people.get() >= policy.min_cell.max(1);
        if told && other != name && !others.contains(other) {
            others.push(other.clone());
        }
    }
    others
}

/// A table of the code, and the columns of the records' own table that hold its system.
fn place(page: &Page, count: &CodeCount, policy: &Policy) -> PlaceLine {
    let known = places::of(&count.table);
    let own = known.map(|place| (count.table.clone(), place.columns[0].to_owned()));
    let main = known.map_or("", |place| place.main);
    let slug = systems::slug(&count.system);
    let holds = |column: &&dictionary::ColumnEntry| {
        let system = column.code_system.as_deref().unwrap_or_default();
        column.r#type == "code" && system.split(" | ").map(systems::slug).any(|of| of == slug)
    };
    let entry = dictionary::bundled().get(main);
    let columns = entry.iter().flat_map(|entry| entry.columns.iter().filter(holds));
    let columns = columns.map(|column| (main.to_owned(), column.name.clone()));
    PlaceLine {
        table: count.table.clone(),
        title: dictionary::title(&count.table, page.locale()),
        columns: own.into_iter().chain(columns).collect(),
        people: figures::people_said(page, &count.tally, policy),
        rows: figures::rows_said(page, &count.tally, policy),
    }
}

/// Codes of other systems that stand for the same in the same records.
fn same(page: &Page, shown: &Shown<'_>, codes: &Codes, policy: &Policy) -> Vec<CodeLine> {
    let mut beside: Vec<_> = codes.beside(shown.counts).into_iter().collect();
    beside.sort_by(|a, b| (b.1.people, a.0).cmp(&(a.1.people, b.0)));
    let told = beside.into_iter().filter(|(key, tally)| {
        *key != (shown.system, shown.code) && figures::people(tally, policy).number().is_some()
    });
    let line = |((slug, code), tally): ((&str, &str), lake::Tally)| {
        code_line(page, (slug, code, &codes.of(slug, code)), &tally, policy)
    };
    told.take(CODES_MAX).map(line).collect()
}

/// Codes of the same block, as the system orders them.
fn neighbours(page: &Page, shown: &Shown<'_>, codes: &Codes, policy: &Policy) -> Vec<CodeLine> {
    let Some(block) = systems::block(shown.system, shown.code) else { return Vec::new() };
    let of_block = codes.of_block(shown.system, block, policy.min_cell);
    let of_block = of_block.filter(|(_, code, _)| *code != shown.code);
    let line = |(slug, code, counts): (&str, &str, Vec<&CodeCount>)| {
        let tally = counts.first().map(|count| count.tally)?;
        Some(code_line(page, (slug, code, &counts), &tally, policy))
    };
    of_block.filter_map(line).take(CODES_MAX).collect()
}

fn code_line(
    page: &Page,
    (slug, code, counts): (&str, &str, &[&CodeCount]),
    tally: &lake::Tally,
    policy: &Policy,
) -> CodeLine {
    let name = codes::name(counts, policy.min_cell, page.locale());
    CodeLine {
        hit: Hit {
            href: systems::href(slug, code),
            name: if name.is_empty() { code } else { name }.to_owned(),
            code: code.to_owned(),
            beneath: desk::Prose::new(""),
        },
        system: systems::name(slug, page.locale()),
        people: figures::people_said(page, tally, policy),
    }
}

/// A question to start from, as one would type it.
fn example(shown: &Shown<'_>) -> String {
    let (Some(count), quoted) = (shown.counts.first(), shown.code.replace('\'', "''")) else {
        return String::new();
    };
    let column = places::of(&count.table).map_or("code", |place| place.columns[0]);
    let table = &count.table;
    format!(
        "aoba sql \"select count(distinct patient_id) from {table} where {column} = '{quoted}'\""
    )
}
