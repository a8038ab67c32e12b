//! One column: what it means, how complete it is, which values it holds, who may see them.

use askama::Template;
use desk::chart::Figure;
use desk::{Page, Prose, Refusal};
use disclosure::Policy;
use lake::{ColumnProfile, Look, Tally};

use super::figures::{self, ValueLine};
use super::table::{self, Shown};
use crate::catalog::rules;
use crate::dictionary::{self, ColumnEntry, TableEntry};
use crate::terms::codes::{self, Codes};
use crate::terms::{places, systems};

/// The page.
#[derive(Debug, Template)]
#[template(path = "catalog/templates/column.html")]
pub(crate) struct Column {
    pub(crate) page: Page,
    pub(crate) table: String,
    pub(crate) table_title: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) meaning: Prose,
    /// The column it belongs to, where it holds the same value in another form.
    pub(crate) form_of: Option<String>,
    pub(crate) companions: Vec<String>,
    pub(crate) unit: Option<String>,
    pub(crate) code_system: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) resource: String,
    pub(crate) load: Option<(i64, String)>,
    pub(crate) seen_by: String,
    pub(crate) filled: String,
    pub(crate) share: String,
    pub(crate) people: String,
    pub(crate) years: Vec<YearLine>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) values: Vec<ValueLine>,
    /// Why no values are listed, or what the list leaves out.
    pub(crate) about_values: String,
    pub(crate) rule: String,
}

/// How complete the column is in one year.
#[derive(Debug)]
pub(crate) struct YearLine {
    pub(crate) year: String,
    pub(crate) share: String,
    pub(crate) rows: String,
    pub(crate) bar: Option<desk::Bar>,
}

/// So many units are drawn.
const UNITS_DRAWN_MAX: usize = 4;

impl Column {
    /// The page of one column, its counts released under the permit's rule.
    pub(crate) fn new(
        page: Page,
        shown: &Shown<'_>,
        name: &str,
        (codes, policy, load): (&Codes, &Policy, Option<(i64, String)>),
    ) -> Result<Self, Refusal> {
        let silent = TableEntry::default();
        let entry = dictionary::bundled().get(shown.name).unwrap_or(&silent);
        let find = |name: &str| shown.profile.columns.iter().find(|column| column.name == name);
        let profile = find(name).ok_or(Refusal::NotFound)?;
        let told = entry.columns.iter().find(|column| column.name == name);
        let belongs = |column: &&ColumnEntry| {
            told.is_none() && table::companions(column).iter().any(|other| other == name)
        };
        let owner = entry.columns.iter().find(belongs);
        let lake_kind = shown.columns.iter().find(|(known, _)| known == name);
        let kind = lake_kind.map_or("", |(_, kind)| dictionary::lake_kind(kind));
        let days = find(&format!("{name}_day")).filter(|_| told.is_some()).unwrap_or(profile);
        let mut others = told.or(owner).map(table::companions).unwrap_or_default();
        others.retain(|other| other != name && find(other).is_some());
        let look = look_of(entry, shown, name);
        let named = |value: &str| names(&page, codes, (shown.name, told, value), policy);
        let values = figures::values(&page, &profile.values, policy, named);
        Ok(Self {
            table: shown.name.to_owned(),
            table_title: dictionary::title(shown.name, page.locale()),
            name: name.to_owned(),
            kind: told.map_or_else(|| kind.to_owned(), table::fhir_kind),
            meaning: Prose::new(&table::meaning(&page, shown.name, name, told.or(owner))),
            form_of: owner.map(|column| column.name.clone()),
            companions: others,
            unit: told.and_then(|column| column.unit.clone()),
            code_system: told.and_then(|column| column.code_system.clone()),
            path: told.or(owner).map(|column| column.path.clone()),
            resource: entry.resource.clone(),
            load,
            seen_by: seen_by(&page, &look).to_owned(),
            filled: figures::rows_said(&page, &profile.filled, policy),
            share: figures::share_said(
                &page,
                figures::share(&profile.filled, &shown.profile.whole, policy),
            ),
            people: figures::people_said(&page, &profile.filled, policy),
            years: years(&page, shown, profile, policy),
            figures: drawn(&page, profile, days, policy),
            about_values: about_values(&page, &look, profile, values.len()),
            values,
            rule: figures::rule(&page, policy),
            page,
        })
    }
}

fn look_of(entry: &TableEntry, shown: &Shown<'_>, name: &str) -> Look {
    let looks = rules::looks(entry, shown.columns);
    looks.into_iter().find(|look| look.name == name).map_or(Look::Filled, |look| look.look)
}

fn drawn(
    page: &Page,
    profile: &ColumnProfile,
    days: &ColumnProfile,
    policy: &Policy,
) -> Vec<Figure> {
    let units = profile.numbers.iter().enumerate().take(UNITS_DRAWN_MAX);
    let of_unit = |(at, (unit, numbers)): (usize, &(String, lake::Numbers))| {
        figures::histogram(page, &format!("spread-{at}"), (unit, numbers), policy)
    };
    let mut figures: Vec<Figure> = units.filter_map(of_unit).collect();
    let title = page.say("catalog.column.days");
    figures.extend(figures::years(page, "days", title, (&days.days, policy)));
    figures
}

fn years(
    page: &Page,
    shown: &Shown<'_>,
    profile: &ColumnProfile,
    policy: &Policy,
) -> Vec<YearLine> {
    let told = figures::told_years(&shown.profile.years, |tally| *tally, policy);
    let line = |(year, whole): &(i16, Tally)| {
        let at = shown.profile.years.iter().position(|(known, _)| known == year);
        let filled = at.and_then(|at| profile.by_year.get(at));
        let share = filled.and_then(|filled| figures::share(filled, whole, policy));
        YearLine {
            year: year.to_string(),
            share: figures::share_said(page, share),
            rows: figures::rows_said(page, whole, policy),
            bar: share.map(|share| desk::Bar::share(share, 100)),
        }
    };
    told.into_iter().map(line).collect()
}

/// What a value is called and where its page is: codes whose system is known have both.
fn names(
    page: &Page,
    codes: &Codes,
    (table, told, value): (&str, Option<&ColumnEntry>, &str),
    policy: &Policy,
) -> (String, Option<String>) {
    let system = told.and_then(|column| column.code_system.as_deref()).unwrap_or_default();
    let slug =
        system.split(" | ").map(systems::slug).find(|slug| !codes.of(slug, value).is_empty());
    let coded = places::all().any(|place| place.table == table || place.main == table);
    let Some(slug) = slug.filter(|_| coded) else { return (String::new(), None) };
    let counts = codes.of(slug, value);
    let least = policy.min_cell.max(1);
    if codes::most_people(&counts) < least {
        return (String::new(), None);
    }
    let name = codes::name(&counts, policy.min_cell, page.locale());
    (name.to_owned(), Some(systems::href(slug, value)))
}

/// Who may see what the column holds.
fn seen_by<'a>(page: &'a Page, look: &Look) -> &'a str {
    match look {
        Look::Filled => page.say("catalog.column.seen_rows"),
        _ => page.say("catalog.column.seen_counts"),
    }
}

fn about_values(page: &Page, look: &Look, profile: &ColumnProfile, shown: usize) -> String {
    match look {
        Look::Filled => page.say("catalog.column.never_listed").to_owned(),
        Look::Values if shown == 0 => page.say("catalog.column.none_listed").to_owned(),
        Look::Values if profile.more_values || profile.values.len() > shown => {
            page.say("catalog.column.some_listed").to_owned()
        }
        Look::Values => page.say("catalog.column.all_listed").to_owned(),
        Look::Numbers { .. } => page.say("catalog.column.by_unit").to_owned(),
        Look::Years => page.say("catalog.column.days_only").to_owned(),
    }
}
