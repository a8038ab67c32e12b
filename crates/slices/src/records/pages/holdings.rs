//! What the tables hold, as far as it may be told: raw counts in, words for the first page out.

use desk::{Bar, Page, Prose, Refusal, Site};
use disclosure::{Counted, Policy, Released, release_rounded};
use jiff::civil::Date;
use lake::{Reader, TableCount};
use vocab::RawCount;

use super::overview::{Shown, SmallTable, Span, TableLine};
use crate::dictionary;

/// The table whose people are all the people.
const PATIENT: &str = "patient";

/// The table whose rows are all the resources.
const RESOURCE: &str = "resource";

/// One table, counted under a permit.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    /// Its name.
    pub(crate) name: String,
    /// How many rows it has.
    pub(crate) rows: RawCount,
    /// How many people these are about.
    pub(crate) patients: RawCount,
    /// The first and the last day in it.
    pub(crate) days: Option<(Date, Date)>,
}

/// Counts every table under the reader's permit, in the order of the manual; tables it does not
/// know come last.
pub(crate) async fn read(site: &Site, reader: &Reader) -> Result<Vec<Holding>, Refusal> {
    let counts = site.table_counts(reader).await?;
    let mut holdings: Vec<Holding> = counts.iter().map(holding).collect();
    holdings.sort_by_key(|holding| dictionary::place(&holding.name));
    Ok(holdings)
}

fn holding(count: &TableCount) -> Holding {
    Holding {
        name: count.name.clone(),
        rows: count.rows,
        patients: count.patients,
        days: count.first_day.zip(count.last_day),
    }
}

/// Everything the first page tells about the tables.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) patients: Shown,
    pub(crate) tables: String,
    pub(crate) rows: String,
    pub(crate) span: Option<Span>,
    pub(crate) lines: Vec<TableLine>,
    pub(crate) small_tables: Vec<SmallTable>,
}

/// Releases the counts under the permit's rule and words them.
///
/// Rows are told where enough people stand behind them. Without a right to exact counts they are
/// rounded, since two tables that differ by one tell of one person. The sum is taken over the rows
/// that are told, so it gives no hidden number away. The table of every resource is itself such a
/// sum: its rows are told only where nothing beside it is hidden. A table with few people tells no
/// days, and without a right to exact counts it tells years: a first day would be somebody's day.
pub(crate) fn summary(page: &Page, holdings: &[Holding], policy: &Policy) -> Summary {
    let told = |holding: &Holding| release_rounded(holding.rows, holding.patients, policy).number();
    let hides_any = holdings.iter().any(|holding| told(holding).is_none());
    let rows_of = |holding: &Holding| match told(holding) {
        Some(_) if hides_any && holding.name == RESOURCE => None,
        told => told,
    };
    let most = holdings.iter().filter_map(rows_of).max().unwrap_or(0);
    let (mut lines, mut small_tables) = (Vec::new(), Vec::new());
    let (mut days, mut sum) = (None, 0_u64);
    for holding in holdings {
        let title = dictionary::title(&holding.name, page.locale());
        let about = dictionary::about(&holding.name, page.locale());
        let patients = release_rounded(holding.patients, holding.patients, policy);
        if told(holding).is_none_or(|number| number == 0) {
            small_tables.push(SmallTable { name: holding.name.clone(), title });
            continue;
        }
        let rows = rows_of(holding);
        // The days of the table of patients are births: its first year is somebody's as well.
        let days_told = match holding.days {
            _ if patients.is_hidden() => None,
            _ if holding.name == PATIENT && policy.min_cell > 0 => None,
            days => days,
        };
        days = widest(days, days_told);
        if holding.name != RESOURCE {
            sum = sum.saturating_add(rows.unwrap_or(0));
        }
        lines.push(TableLine {
            title,
            about: Prose::new(dictionary::first_sentence(&about)),
            patients: page.released(patients, Counted::People),
            rows: rows.map_or_else(
                || page.say("records.overview.not_told").to_owned(),
                |number| page.number(number),
            ),
            bar: rows.map(|number| Bar::share(number, most)),
            span: days_told.map(|days| span(page, days, policy)),
            name: holding.name.clone(),
        });
    }
    let people = holdings.iter().find(|holding| holding.name == PATIENT);
    let people = people.map_or(RawCount::new(0), |people| people.patients);
    Summary {
        patients: shown(page, release_rounded(people, people, policy)),
        tables: page.number(holdings.len() as u64),
        rows: page.number(sum),
        span: days.map(|days| span(page, days, policy)),
        lines,
        small_tables,
    }
}

/// A released number for the dark block, where the unit stands apart.
pub(crate) fn shown(page: &Page, released: Released) -> Shown {
    match released.number() {
        Some(number) if released.is_rounded() => {
            let number = page.number(number);
            let figure = page.fill("records.overview.about", &[("number", &number)]);
            Shown { figure, in_words: false }
        }
        Some(number) => Shown { figure: page.number(number), in_words: false },
        None => Shown { figure: page.released(released, Counted::People), in_words: true },
    }
}

/// What is said below the tables about numbers not shown.
pub(crate) fn rule(page: &Page, policy: &Policy) -> String {
    if policy.min_cell == 0 {
        return page.say("records.overview.exact").to_owned();
    }
    page.fill("records.overview.small", &[("limit", &policy.min_cell.to_string())])
}

/// First and last day in the reader's words; only their years without a right to exact counts.
pub(crate) fn span(page: &Page, (first, last): (Date, Date), policy: &Policy) -> Span {
    let word = |day: Date| match policy.min_cell {
        0 => page.day(day),
        _ => page.fill("records.overview.year", &[("year", &day.year().to_string())]),
    };
    Span { first: word(first), last: word(last) }
}

fn widest(days: Option<(Date, Date)>, other: Option<(Date, Date)>) -> Option<(Date, Date)> {
    match (days, other) {
        (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
        (days, other) => days.or(other),
    }
}
