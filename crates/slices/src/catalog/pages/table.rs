//! One table: what a row is, where it comes from, how complete its columns are, how it misleads.

use askama::Template;
use desk::chart::{Figure, Sparkline};
use desk::{Bar, Page, Prose};
use disclosure::Policy;
use lake::{ColumnProfile, TableCount, TableProfile};

use super::figures::{self, Big};
use super::home;
use crate::dictionary::{self, ColumnEntry, TableEntry};

/// A table as it lies and as it was counted.
pub(crate) struct Shown<'a> {
    pub(crate) name: &'a str,
    /// Its columns in the lake: name and type.
    pub(crate) columns: &'a [(String, String)],
    pub(crate) profile: &'a TableProfile,
}

/// One column in the list.
#[derive(Debug)]
pub(crate) struct ColumnLine {
    pub(crate) name: String,
    /// The columns beside it that hold the same value in other forms.
    pub(crate) companions: Vec<String>,
    pub(crate) kind: String,
    pub(crate) meaning: Prose,
    pub(crate) unit: Option<String>,
    pub(crate) code_system: Option<String>,
    pub(crate) share: String,
    pub(crate) bar: Option<Bar>,
    pub(crate) spark: Option<Sparkline>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "catalog/templates/table.html")]
pub(crate) struct Table {
    pub(crate) page: Page,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) resource: String,
    pub(crate) about: Prose,
    pub(crate) of_patients: bool,
    pub(crate) people: Big,
    pub(crate) rows: String,
    pub(crate) years: Option<String>,
    pub(crate) day: Option<String>,
    pub(crate) load: Option<(i64, String)>,
    pub(crate) by_year: Option<Figure>,
    pub(crate) columns: Vec<ColumnLine>,
    /// Columns that hardly anybody's rows fill.
    pub(crate) quiet: Vec<ColumnLine>,
    /// A question to start from.
    pub(crate) example: String,
    pub(crate) rule: String,
}

impl Table {
    /// The page of one table, its counts released under the permit's rule.
    pub(crate) fn new(
        page: Page,
        shown: &Shown<'_>,
        counts: &[TableCount],
        (policy, load): (&Policy, Option<(i64, String)>),
    ) -> Self {
        let silent = TableEntry::default();
        let entry = dictionary::bundled().get(shown.name).unwrap_or(&silent);
        let (profile, locale) = (shown.profile, page.locale());
        let count = counts.iter().find(|count| count.name == shown.name);
        let whole = count.map_or(profile.whole, home::of_table);
        let told = figures::told_years(&profile.years, |tally| *tally, policy);
        let years = told.first().zip(told.last());
        let (columns, quiet) = lines(&page, shown, entry, policy);
        Self {
            name: shown.name.to_owned(),
            title: dictionary::title(shown.name, locale),
            resource: entry.resource.clone(),
            about: Prose::new(&dictionary::about(shown.name, locale)),
            of_patients: dictionary::is_about_patients(shown.name),
            people: figures::big(&page, &whole, policy),
            rows: figures::rows_said(&page, &whole, policy),
            years: years.map(|((first, _), (last, _))| format!("{first} – {last}")),
            day: profile.day.clone(),
            load,
            by_year: figures::years(
                &page,
                "by-year",
                page.say("catalog.table.by_year_title"),
                (&profile.years, policy),
            ),
            columns,
            quiet,
            example: example(shown.name),
            rule: figures::rule(&page, policy),
            page,
        }
    }
}

/// The columns, those with values first and apart from the others; columns that hold the same
/// value in other forms stand under the one they belong to.
fn lines(
    page: &Page,
    shown: &Shown<'_>,
    entry: &TableEntry,
    policy: &Policy,
) -> (Vec<ColumnLine>, Vec<ColumnLine>) {
    let (mut full, mut quiet) = (Vec::new(), Vec::new());
    for (name, kind) in shown.columns {
        let told = entry.columns.iter().find(|column| column.name == *name);
        let companion_of_another =
            entry.columns.iter().any(|column| companions(column).contains(name));
        if told.is_none() && companion_of_another {
            continue;
        }
        let profile = shown.profile.columns.iter().find(|column| column.name == *name);
        let filled = profile.is_some_and(|p| figures::rows(&p.filled, policy).number().is_some());
        let line = line(page, shown, (name, kind), (told, profile, policy));
        if filled { full.push(line) } else { quiet.push(line) }
    }
    (full, quiet)
}

fn line(
    page: &Page,
    shown: &Shown<'_>,
    (name, kind): (&str, &str),
    (told, profile, policy): (Option<&ColumnEntry>, Option<&ColumnProfile>, &Policy),
) -> ColumnLine {
    let whole = &shown.profile.whole;
    let share = profile.and_then(|profile| figures::share(&profile.filled, whole, policy));
    let mut others = told.map(companions).unwrap_or_default();
    others.retain(|other| shown.columns.iter().any(|(known, _)| known == other));
    ColumnLine {
        name: name.to_owned(),
        companions: others,
        kind: told.map_or_else(|| dictionary::lake_kind(kind).to_owned(), fhir_kind),
        meaning: Prose::new(&meaning(page, shown.name, name, told)),
        unit: told.and_then(|column| column.unit.clone()),
        code_system: told.and_then(|column| column.code_system.clone()),
        share: figures::share_said(page, share),
        bar: share.map(|share| Bar::share(share, 100)),
        spark: profile.and_then(|profile| spark(page, shown.profile, profile, policy)),
    }
}

fn spark(
    page: &Page,
    table: &TableProfile,
    column: &ColumnProfile,
    policy: &Policy,
) -> Option<Sparkline> {
    let told = figures::told_years(&table.years, |tally| *tally, policy);
    let of_year = |(year, whole): &&(i16, lake::Tally)| {
        let at = table.years.iter().position(|(known, _)| known == year)?;
        figures::share(column.by_year.get(at)?, whole, policy)
    };
    figures::spark(page, told.iter().map(of_year).collect())
}

/// What a column means and how it misleads.
pub(crate) fn meaning(page: &Page, table: &str, name: &str, told: Option<&ColumnEntry>) -> String {
    let locale = page.locale();
    let of_house = dictionary::of_house(table, name).map(|text| text.get(locale).to_owned());
    let told = told.map(|column| column.meaning.get(locale).to_owned());
    of_house.or(told).unwrap_or_default()
}

/// The columns beside a declared one.
pub(crate) fn companions(column: &ColumnEntry) -> Vec<String> {
    column.companions().iter().map(|ending| format!("{}{ending}", column.name)).collect()
}

/// The FHIR type of a declared column.
pub(crate) fn fhir_kind(column: &ColumnEntry) -> String {
    let kind = if column.r#type.is_empty() { "string" } else { &column.r#type };
    if column.collection { format!("{kind}[]") } else { kind.to_owned() }
}

/// A question to start from, as one would type it.
fn example(name: &str) -> String {
    format!("aoba sql \"select count(distinct patient_id) from {name}\"")
}
